"""tf.contrib: the names by which TF1 code of its time reached cells, regularizers, initializers and checkpoints."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from . import cudnn_rnn, framework, layers, opt, rnn, util

if TYPE_CHECKING:  # `later` says where else they come from
    from . import crf, data, distributions, learn, legacy_seq2seq, lookup, losses, metrics, seq2seq, slim, training

__all__ = [
    "crf",
    "cudnn_rnn",
    "data",
    "distributions",
    "framework",
    "layers",
    "learn",
    "legacy_seq2seq",
    "lookup",
    "losses",
    "metrics",
    "opt",
    "rnn",
    "seq2seq",
    "slim",
    "training",
    "util",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib", __all__)
