"""tf.contrib.crf: linear chains of tags, their likelihoods and the best of them.

Legend: N batch_size, T steps, C tags.

Source: tensorflow/contrib/crf/python/ops/crf.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..arrays.dtypes import as_dtype, int32
from ..errors import seq2seq as errors
from ..ops.chains import best_path, log_norm
from ..ops.weights import static_shape
from ..scoping.scopes import get_variable

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


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Any:
    """Return the sum of the scores of the tags of each sequence, `[N]`.

    Args:
        tag_indices: `[N, T]`.
        sequence_lengths: `[N]`.
        inputs: scores of tags, `[N, T, C]`.
    """
    inputs, tags = ops.convert_to_tensor(inputs), ops.convert_to_tensor(tag_indices)
    dtype = as_dtype(inputs.dtype).base_dtype
    chosen = ops.one_hot(tags, ops.shape(inputs)[2], dtype=dtype)
    each: Any = ops.reduce_sum(inputs * chosen, 2)
    inside = ops.sequence_mask(sequence_lengths, ops.shape(tags)[1], dtype=dtype)
    return ops.reduce_sum(each * inside, 1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """Return the sum of the scores of the transitions of each sequence, `[N]`; `transition_params`: `[C, C]`."""
    tags, scores = ops.convert_to_tensor(tag_indices), ops.convert_to_tensor(transition_params)
    count: Any = ops.shape(scores)[0]
    places = ops.cast(tags[:, :-1] * count + tags[:, 1:], int32)
    each: Any = ops.gather(ops.reshape(scores, [-1]), places)
    dtype = as_dtype(scores.dtype).base_dtype
    steps: Any = ops.shape(tags)[1] - 1
    left: Any = ops.maximum(ops.cast(sequence_lengths, int32) - 1, 0)
    return ops.reduce_sum(each * ops.sequence_mask(left, steps, dtype=dtype), 1)


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """Return the score of each sequence of tags, `[N]`: that of the tags and that of the transitions."""
    unary: Any = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_multitag_sequence_score(inputs: Any, tag_bitmap: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """Return `crf_log_norm` over the paths of allowed tags alone; `tag_bitmap`: bools `[N, T, C]`."""
    inputs = ops.convert_to_tensor(inputs)
    lowest = ops.fill(ops.shape(inputs), as_dtype(inputs.dtype).base_dtype.as_numpy_dtype(-np.inf))
    return crf_log_norm(ops.where(tag_bitmap, inputs, lowest), sequence_lengths, transition_params)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Any:
    """Return the logarithm of the sum of exp(score) over all sequences of tags, `[N]`."""
    return log_norm(inputs, sequence_lengths, transition_params)


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Any, Any]:
    """Return the logarithm of the probability of each sequence of tags, `[N]`, and the scores of transitions.

    Args:
        inputs: scores of tags, `[N, T, C]`.
        tag_indices: `[N, T]`.
        sequence_lengths: `[N]`.
        transition_params: scores of transitions, `[C, C]`; None = a variable "transitions".

    Raises:
        ValueError: C is not known.
    """
    inputs = ops.convert_to_tensor(inputs)
    if transition_params is None:
        count = static_shape(inputs).as_list()[2]
        if count is None:
            raise errors.tags_unknown(str(static_shape(inputs)))
        transition_params = get_variable("transitions", [count, count])
    score: Any = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[Any, Any]:
    """Return the best sequences of tags, int32 `[N, T]` with 0 behind the end, and their scores `[N]`."""
    tags, score = best_path(potentials, sequence_length, transition_params)
    return tags, score


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[Any], Any]:
    """Return the best sequence of tags, a list, and its score, for arrays `[T, C]` and `[C, C]` of NumPy."""
    scores, steps = np.asarray(score), np.asarray(transition_params)
    best, came_from = scores[0], list[Any]()
    for row in scores[1:]:
        over = best[:, None] + steps
        came_from.append(over.argmax(0).astype(np.int32))
        best = row + over.max(0)
    path = [best.argmax()]
    for before in reversed(came_from):
        path.append(before[path[-1]])
    return path[::-1], best.max()
