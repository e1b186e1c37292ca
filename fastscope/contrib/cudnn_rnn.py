"""tf.contrib.cudnn_rnn: cuDNN's stacks of layers, and the cells that compute what they do."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..rnn.cudnn import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell

if TYPE_CHECKING:  # `later` says where else they come from
    from ..rnn.cudnn_layers import CudnnGRU, CudnnLSTM, CudnnRNNRelu, CudnnRNNTanh

__all__ = ["CudnnCompatibleGRUCell", "CudnnCompatibleLSTMCell", "CudnnGRU", "CudnnLSTM", "CudnnRNNRelu", "CudnnRNNTanh"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.cudnn_rnn", __all__)
