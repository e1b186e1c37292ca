"""tf.contrib.rnn: the cells of tf.nn.rnn_cell, and static_rnn."""

from ..errors.scoping import no_such_name as _no_such_name
from ..rnn.dynamic import static_bidirectional_rnn, static_rnn
from ..rnn_cell import (
    BasicLSTMCell,
    BasicRNNCell,
    DeviceWrapper,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    MultiRNNCell,
    ResidualWrapper,
    RNNCell,
)

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "RNNCell",
    "ResidualWrapper",
    "static_bidirectional_rnn",
    "static_rnn",
]


def __getattr__(name: str) -> object:
    raise _no_such_name(name, __all__, "fastscope.contrib.rnn")
