"""tf.nn: the array functions of networks, cells, and functions that run cells."""

from typing import TYPE_CHECKING

from . import rnn_cell
from .errors.names import face as _face
from .ops import (
    bias_add,
    dropout,
    embedding_lookup,
    l2_loss,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
    tanh,
    xw_plus_b,
)
from .rnn.dynamic import bidirectional_dynamic_rnn, dynamic_rnn, static_bidirectional_rnn, static_rnn

__all__ = [
    "bias_add",
    "bidirectional_dynamic_rnn",
    "dropout",
    "dynamic_rnn",
    "embedding_lookup",
    "l2_loss",
    "log_softmax",
    "relu",
    "rnn_cell",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "static_bidirectional_rnn",
    "static_rnn",
    "tanh",
    "xw_plus_b",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("nn", __all__)
