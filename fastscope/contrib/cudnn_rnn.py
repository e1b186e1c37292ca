"""tf.contrib.cudnn_rnn: the cells that compute what cuDNN's layers do."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..rnn.cudnn import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell

__all__ = ["CudnnCompatibleGRUCell", "CudnnCompatibleLSTMCell"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.cudnn_rnn", __all__)
