"""The cells of recurrent networks; `tf.nn.rnn_cell` is their public name."""

from __future__ import annotations

from ..fused import LSTMStateTuple
from .base import LayerRNNCell, RNNCell
from .dropout import DropoutWrapper
from .lstm import BasicLSTMCell, LSTMCell
from .simple import BasicRNNCell, GRUCell
from .wrappers import DeviceWrapper, MultiRNNCell, ResidualWrapper

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "LayerRNNCell",
    "MultiRNNCell",
    "RNNCell",
    "ResidualWrapper",
]
