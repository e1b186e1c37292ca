"""tf.contrib.rnn: the cells of tf.nn.rnn_cell, the further ones that were only here, and static_rnn."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..rnn import (
    AttentionCellWrapper,
    BasicLSTMCell,
    BasicRNNCell,
    CompiledWrapper,
    CoupledInputForgetGateLSTMCell,
    DeviceWrapper,
    DropoutWrapper,
    EmbeddingWrapper,
    FusedRNNCell,
    FusedRNNCellAdaptor,
    GLSTMCell,
    GRUBlockCell,
    GRUBlockCellV2,
    GRUCell,
    HighwayWrapper,
    IndRNNCell,
    IndyGRUCell,
    IndyLSTMCell,
    InputProjectionWrapper,
    IntersectionRNNCell,
    LayerNormBasicLSTMCell,
    LayerRNNCell,
    LSTMBlockCell,
    LSTMBlockFusedCell,
    LSTMBlockWrapper,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    NASCell,
    OutputProjectionWrapper,
    ResidualWrapper,
    RNNCell,
    SRUCell,
    TimeReversedFusedRNN,
    UGRNNCell,
)
from ..rnn.dynamic import static_bidirectional_rnn, static_rnn
from ..rnn.sequences import best_effort_input_batch_size, transpose_batch_time
from ..rnn.stacked import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn

if TYPE_CHECKING:  # `later` says where else they come from
    from ..rnn.convolutional import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
    from ..rnn.grid import BidirectionalGridLSTMCell, GridLSTMCell, TimeFreqLSTMCell
    from ..rnn.phased import PhasedLSTMCell
    from ..rnn.state_saving import static_state_saving_rnn

__all__ = [
    "AttentionCellWrapper",
    "BasicLSTMCell",
    "BasicRNNCell",
    "BidirectionalGridLSTMCell",
    "CompiledWrapper",
    "Conv1DLSTMCell",
    "Conv2DLSTMCell",
    "Conv3DLSTMCell",
    "ConvLSTMCell",
    "CoupledInputForgetGateLSTMCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "EmbeddingWrapper",
    "FusedRNNCell",
    "FusedRNNCellAdaptor",
    "GLSTMCell",
    "GRUBlockCell",
    "GRUBlockCellV2",
    "GRUCell",
    "GridLSTMCell",
    "HighwayWrapper",
    "IndRNNCell",
    "IndyGRUCell",
    "IndyLSTMCell",
    "InputProjectionWrapper",
    "IntersectionRNNCell",
    "LSTMBlockCell",
    "LSTMBlockFusedCell",
    "LSTMBlockWrapper",
    "LSTMCell",
    "LSTMStateTuple",
    "LayerNormBasicLSTMCell",
    "LayerRNNCell",
    "MultiRNNCell",
    "NASCell",
    "OutputProjectionWrapper",
    "PhasedLSTMCell",
    "RNNCell",
    "ResidualWrapper",
    "SRUCell",
    "TimeFreqLSTMCell",
    "TimeReversedFusedRNN",
    "UGRNNCell",
    "best_effort_input_batch_size",
    "stack_bidirectional_dynamic_rnn",
    "stack_bidirectional_rnn",
    "static_bidirectional_rnn",
    "static_rnn",
    "static_state_saving_rnn",
    "transpose_batch_time",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.rnn", __all__)
