"""tf.contrib.legacy_seq2seq: encoders, decoders and losses over lists, one step an operation."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..seq2seq.legacy import (
    attention_decoder,
    basic_rnn_seq2seq,
    embedding_attention_decoder,
    embedding_attention_seq2seq,
    embedding_rnn_decoder,
    embedding_rnn_seq2seq,
    embedding_tied_rnn_seq2seq,
    one2many_rnn_seq2seq,
    rnn_decoder,
    tied_rnn_seq2seq,
)
from ..seq2seq.losses import model_with_buckets, sequence_loss, sequence_loss_by_example

__all__ = [
    "attention_decoder",
    "basic_rnn_seq2seq",
    "embedding_attention_decoder",
    "embedding_attention_seq2seq",
    "embedding_rnn_decoder",
    "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq",
    "model_with_buckets",
    "one2many_rnn_seq2seq",
    "rnn_decoder",
    "sequence_loss",
    "sequence_loss_by_example",
    "tied_rnn_seq2seq",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.legacy_seq2seq", __all__)
