"""The cells of recurrent networks; `tf.nn.rnn_cell` and `tf.contrib.rnn` are their public names."""

from __future__ import annotations

from ..fused import LSTMStateTuple
from .base import LayerRNNCell, RNNCell
from .block import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell
from .cudnn import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from .dropout import DropoutWrapper
from .fused_cells import FusedRNNCell, FusedRNNCellAdaptor, LSTMBlockFusedCell, LSTMBlockWrapper, TimeReversedFusedRNN
from .highway import IntersectionRNNCell, SRUCell, UGRNNCell
from .independent import IndRNNCell, IndyGRUCell, IndyLSTMCell
from .lstm import BasicLSTMCell, LSTMCell
from .projections import (
    AttentionCellWrapper,
    CompiledWrapper,
    EmbeddingWrapper,
    HighwayWrapper,
    InputProjectionWrapper,
    OutputProjectionWrapper,
)
from .simple import BasicRNNCell, GRUCell
from .variants import CoupledInputForgetGateLSTMCell, GLSTMCell, LayerNormBasicLSTMCell, NASCell
from .wrappers import DeviceWrapper, MultiRNNCell, ResidualWrapper

__all__ = [
    "AttentionCellWrapper",
    "BasicLSTMCell",
    "BasicRNNCell",
    "CompiledWrapper",
    "CoupledInputForgetGateLSTMCell",
    "CudnnCompatibleGRUCell",
    "CudnnCompatibleLSTMCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "EmbeddingWrapper",
    "FusedRNNCell",
    "FusedRNNCellAdaptor",
    "GLSTMCell",
    "GRUBlockCell",
    "GRUBlockCellV2",
    "GRUCell",
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
    "RNNCell",
    "ResidualWrapper",
    "SRUCell",
    "TimeReversedFusedRNN",
    "UGRNNCell",
]
