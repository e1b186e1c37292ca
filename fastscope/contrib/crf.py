"""tf.contrib.crf: linear chains of tags."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..seq2seq.crf import (
    crf_binary_score,
    crf_decode,
    crf_log_likelihood,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
    viterbi_decode,
)

__all__ = [
    "crf_binary_score",
    "crf_decode",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_multitag_sequence_score",
    "crf_sequence_score",
    "crf_unary_score",
    "viterbi_decode",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.crf", __all__)
