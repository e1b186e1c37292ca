"""Losses of sequences: of lists, one logits a step, and of whole arrays.

Legend: N batch_size, T steps, C classes.

Source: tensorflow/contrib/legacy_seq2seq/python/ops/seq2seq.py, contrib/seq2seq/python/ops/loss.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype
from ..errors import seq2seq as errors
from ..graph import name_scope
from ..ops.scoped import within
from ..ops.weights import static_shape
from ..scoping.scopes import get_variable_scope, variable_scope

__all__ = ["model_with_buckets", "sequence_loss", "sequence_loss_by_example", "sequence_loss_of_arrays"]

Loss = Callable[..., Any] | None


def sequence_loss_by_example(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Loss = None,
    name: str | None = None,
) -> Any:
    """Return for each example the sum of its steps' weighted cross entropies, divided by the sum of its weights.

    Args:
        logits, targets, weights: lists of `[N, C]`, of classes `[N]`, of `[N]`.
        average_across_timesteps: whether to divide.
        softmax_loss_function: callable(labels=, logits=) -> `[N]`; None = the sparse softmax's cross entropy.
        name: of its operations.

    Raises:
        ValueError: the lists have other lengths, or are empty.
    """
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise errors.lengths_differ(len(logits), len(weights), len(targets))
    with within(name, "sequence_loss_by_example"):
        parts = []
        for x, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                flat = ops.reshape(target, [-1])
                loss: Any = ops.sparse_softmax_cross_entropy_with_logits(labels=flat, logits=x)
            else:
                loss = softmax_loss_function(labels=target, logits=x)
            parts.append(loss * weight)
        total: Any = ops.add_n(parts)
        if average_across_timesteps:
            whole: Any = ops.add_n(list(weights))
            total = total / (whole + 1e-12)
        return total


def sequence_loss(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Loss = None,
    name: str | None = None,
) -> Any:
    """Return the sum of `sequence_loss_by_example`, divided by N if `average_across_batch`."""
    with within(name, "sequence_loss"):
        each = sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        total: Any = ops.reduce_sum(each)
        if not average_across_batch:
            return total
        return total / ops.cast(ops.shape(targets[0])[0], as_dtype(total.dtype).base_dtype)


def model_with_buckets(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[Any, Any], tuple[list[Any], Any]],
    softmax_loss_function: Loss = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[Any], list[Any]]:
    """Make a model once for each length, sharing its variables.

    Args:
        encoder_inputs, decoder_inputs, targets, weights: lists as long as the last bucket says, or longer.
        buckets: pairs (length of the first list, length of the others), the longest last.
        seq2seq: callable(encoder inputs, decoder inputs) -> (outputs, state).
        softmax_loss_function: as in `sequence_loss`.
        per_example_loss: whether the losses are those of `sequence_loss_by_example`.
        name: of its operations.

    Returns:
        Outputs and losses of each bucket.

    Raises:
        ValueError: a list is too short.
    """
    given = {"encoder_inputs": (encoder_inputs, 0), "targets": (targets, 1), "weights": (weights, 1)}
    for argument, (values, place) in given.items():
        if len(values) < buckets[-1][place]:
            raise errors.too_short_for_bucket(argument, len(values), buckets[-1][place])
    outputs, losses = [], []
    loss = sequence_loss_by_example if per_example_loss else sequence_loss
    with name_scope(name, "model_with_buckets"):
        for k, (first, second) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if k else None):
                found, _ = seq2seq(encoder_inputs[:first], decoder_inputs[:second])
                outputs.append(found)
                losses.append(
                    loss(found, targets[:second], weights[:second], softmax_loss_function=softmax_loss_function)
                )
    return outputs, losses


def sequence_loss_of_arrays(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Loss = None,
    name: str | None = None,
) -> Any:
    """Return the weighted cross entropy of sequences.

    Args:
        logits: `[N, T, C]`.
        targets: classes `[N, T]`.
        weights: `[N, T]`.
        average_across_timesteps, average_across_batch: over what to take the mean, that of the weights' sum.
        softmax_loss_function: callable(labels=, logits=) -> `[N * T]`; None = the sparse softmax's cross entropy.
        name: of its operations.

    Returns:
        A number; `[T]`, `[N]` or `[N, T]` where one mean or both are not taken.

    Raises:
        ValueError: there are other numbers of dimensions.
    """
    logits, targets, weights = (ops.convert_to_tensor(x) for x in (logits, targets, weights))
    for argument, x, shape in (
        ("Logits", logits, "[batch_size x sequence_length x logits]"),
        ("Targets", targets, "[batch_size x sequence_length]"),
        ("Weights", weights, "[batch_size x sequence_length]"),
    ):
        rank = static_shape(x).rank
        if rank is not None and rank != (3 if argument == "Logits" else 2):
            raise errors.sequence_rank(argument, shape)
    with within(name, "sequence_loss"):
        classes = ops.shape(logits)[2]
        rows, labels = ops.reshape(logits, [-1, classes]), ops.reshape(targets, [-1])
        if softmax_loss_function is None:
            loss: Any = ops.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=rows)
        else:
            loss = softmax_loss_function(labels=labels, logits=rows)
        loss = loss * ops.reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            return ops.div_no_nan(ops.reduce_sum(loss), ops.reduce_sum(weights))
        loss = ops.reshape(loss, ops.shape(logits)[0:2])
        if not (average_across_timesteps or average_across_batch):
            return loss
        axis = [1] if average_across_timesteps else [0]
        return ops.div_no_nan(ops.reduce_sum(loss, axis), ops.reduce_sum(weights, axis))
