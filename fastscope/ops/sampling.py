"""Losses over few of many classes, and how these are drawn.

Legend: N batch_size, C classes, D depth, S sampled classes.

Source: tensorflow/python/ops/nn_impl.py (_compute_sampled_logits, nce_loss, sampled_softmax_loss),
tensorflow/core/kernels/range_sampler.cc, candidate_sampler_ops.cc (TF 1.15).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..arrays import dtypes, to_numpy
from ..arrays.philox import exact_below, unit_of
from ..arrays.typing import Array
from ..errors import ops as errors
from ..graph import Recorder
from ..graph.conversion import as_tensor
from . import shape_rules as rules
from .creation import cast, convert_to_tensor, ones, ones_like, zeros_like
from .elementwise import stop_gradient
from .function import Definition, definition_of, op
from .math import add, divide, equal, log, matmul, multiply, subtract
from .nn import embedding_lookup, softmax_cross_entropy_with_logits_v2
from .nonlinear import sigmoid_cross_entropy_with_logits
from .operands import on_device, operand
from .random_numbers import philox, with_source
from .reductions import reduce_any, reduce_sum
from .scoped import within
from .shaping import concat, expand_dims, reshape, size

__all__ = [
    "SAMPLER_DTYPES",
    "compute_sampled_logits",
    "drawn_classes",
    "log_uniform_candidate_sampler",
    "nce_loss",
    "sampled_softmax_loss",
    "sampler_record",
    "uniform_candidate_sampler",
]

_BLOCKS_EACH = 512  # of the generator, that a run leaves behind it for each sampled class


class LogUniformCandidateSampler(NamedTuple):
    """Classes `[S]`, and how often each true class `[N, num_true]` and each sampled one `[S]` is expected."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class UniformCandidateSampler(NamedTuple):
    """Classes `[S]`, and how often each true class `[N, num_true]` and each sampled one `[S]` is expected."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


def _sampled_shapes(classes: Any, *, num_sampled: int) -> Any:
    return [(num_sampled,), rules.with_rank(classes, 2), (num_sampled,)]


def drawn_classes(
    true_classes: Any,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any,
    draw: Callable[[Iterator[int]], int],
    share: Callable[[Any], Any],
) -> list[Any]:
    """Return the classes and their expected counts.

    Args:
        draw: draws one class.
        share: classes -> the probability of each to be drawn.
    """
    if unique and num_sampled > range_max:
        raise errors.range_too_small(num_sampled, range_max)
    with philox(seed) as draws:
        words = draws.reserved(_BLOCKS_EACH * num_sampled)
        found: dict[int, None] | list[int] = [] if not unique else {}
        tries = 0
        while len(found) < num_sampled:
            tries += 1
            if isinstance(found, dict):
                found[draw(words)] = None
            else:
                found.append(draw(words))
    classes = np.array(list(found), np.int64)

    def expected(of: Any) -> Any:
        shares = share(of).astype(np.float32)
        if tries == num_sampled:
            return shares * np.float32(num_sampled)
        return -np.expm1(tries * np.log1p(-shares.astype(np.float64))).astype(np.float32)

    every = (classes, expected(to_numpy(operand(true_classes))), expected(classes))
    return [on_device(np.asarray(part)) for part in every]


def sampler_record(definition: Callable[[], Definition]) -> Callable[..., Any]:
    """Return how a sampler is written down: its true classes become int64."""

    def record(recorder: Recorder, *args: Any, **kwargs: Any) -> Any:
        found = definition()
        values = found.bind(args, kwargs)
        full_name = recorder.claim(values["name"] or found.name)
        classes = as_tensor(values["true_classes"], recorder, dtypes.int64, name=f"{full_name}/true_classes")
        return with_source(found, recorder, values | {"true_classes": classes, "name": None}, f"{full_name}/")

    return record


SAMPLER_DTYPES = [dtypes.int64, dtypes.float32, dtypes.float32]


@op(
    "LogUniformCandidateSampler",
    "true_classes",
    shape=_sampled_shapes,
    dtype=lambda values: list(SAMPLER_DTYPES),
    returns=lambda outputs: LogUniformCandidateSampler(*outputs),
    record=sampler_record(lambda: definition_of(log_uniform_candidate_sampler)),  # type: ignore[has-type]
)
def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> LogUniformCandidateSampler:
    """Draw classes of which class k has the share log((k + 2) / (k + 1)) / log(range_max + 1): words by frequency.

    Args:
        true_classes: int64 `[N, num_true]`.
        num_true: how many true classes each row has.
        num_sampled: S, how many are drawn for all rows.
        unique: whether all drawn are different.
        range_max: C, how many classes there are.
        seed: joins the seed of the graph.
        name: drawn from the name table.

    Raises:
        InvalidArgumentError: more different classes are to be drawn than there are.
    """
    whole = math.log1p(range_max)

    def draw(words: Iterator[int]) -> int:
        return (int(math.exp(unit_of(next(words), next(words)) * whole)) - 1) % range_max

    def share(classes: Any) -> Any:
        return np.log((classes + 2.0) / (classes + 1.0)) / whole

    return LogUniformCandidateSampler(*drawn_classes(true_classes, num_sampled, unique, range_max, seed, draw, share))


@op(
    "UniformCandidateSampler",
    "true_classes",
    shape=_sampled_shapes,
    dtype=lambda values: list(SAMPLER_DTYPES),
    returns=lambda outputs: UniformCandidateSampler(*outputs),
    record=sampler_record(lambda: definition_of(uniform_candidate_sampler)),  # type: ignore[has-type]
)
def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> UniformCandidateSampler:
    """Draw classes evenly; see `log_uniform_candidate_sampler`."""

    def share(classes: Any) -> Any:
        return np.full(np.shape(classes), 1 / range_max)

    def draw(words: Iterator[int]) -> int:
        return exact_below(words, range_max)

    return UniformCandidateSampler(*drawn_classes(true_classes, num_sampled, unique, range_max, seed, draw, share))


# ---- losses


def compute_sampled_logits(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    subtract_log_q: bool = True,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str | None = None,
    seed: int | None = None,
) -> tuple[Any, Any]:
    """Return the logits of the true classes and of the sampled ones, `[N, num_true + S]`, and their labels.

    Args:
        subtract_log_q: whether the logarithm of how often a class is expected is taken off its logit.
        others: as those of `sampled_softmax_loss`.
    """
    with within(name, "compute_sampled_logits"):
        labels = cast(convert_to_tensor(labels), dtypes.int64)
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed=seed)
        sampled, true_count, sampled_count = map(stop_gradient, sampled_values)
        sampled, flat = cast(sampled, dtypes.int64), reshape(labels, [-1])
        ids = concat([flat, sampled], 0)
        inputs = convert_to_tensor(inputs)
        looked_up = (embedding_lookup(table, ids, partition_strategy=partition_strategy) for table in (weights, biases))
        rows, offsets = (found if found.dtype == inputs.dtype else cast(found, inputs.dtype) for found in looked_up)
        depth = rows.shape[-1]
        count: Any = size(flat)
        sampled_logits = matmul(inputs, rows[count:], transpose_b=True)
        true_rows = reshape(rows[:count], [-1, num_true, int(depth)])
        true_logits = reduce_sum(multiply(expand_dims(inputs, 1), true_rows), 2)
        true_logits = add(true_logits, reshape(offsets[:count], [-1, num_true]))
        sampled_logits = add(sampled_logits, offsets[count:])
        if remove_accidental_hits:
            hits = reduce_any(equal(expand_dims(labels, 2), reshape(sampled, [1, 1, -1])), 1)
            lowest = -np.finfo(np.float32).max
            sampled_logits = add(sampled_logits, multiply(cast(hits, sampled_logits.dtype), lowest))
        if subtract_log_q:
            true_logits = subtract(true_logits, log(true_count))
            sampled_logits = subtract(sampled_logits, log(sampled_count))
        wanted = divide(ones_like(true_logits), num_true)
        return concat([true_logits, sampled_logits], 1), concat([wanted, zeros_like(sampled_logits)], 1)


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_softmax_loss",
    seed: int | None = None,
) -> Array:
    """Return the softmax cross entropy over the true class and few others that are drawn: for training only.

    Args:
        weights: `[C, D]`, or a list of parts; see `embedding_lookup`.
        biases: `[C]`.
        labels: integers `[N, num_true]`.
        inputs: `[N, D]`.
        num_sampled: S.
        num_classes: C.
        num_true: true classes in each row.
        sampled_values: what a candidate sampler returned; None = `log_uniform_candidate_sampler`'s.
        remove_accidental_hits: whether a true class that is drawn counts for nothing there.
        partition_strategy: see `embedding_lookup`.
        name: of the name scope.
        seed: of the draw.

    Returns:
        `[N]`.

    Source: Jean et al., On using very large target vocabulary for neural machine translation, 2014.
    """
    logits, wanted = compute_sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, True,
        remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
    wanted = stop_gradient(wanted, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=wanted, logits=logits)


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str = "nce_loss",
) -> Array:
    """Return the loss of noise-contrastive estimation: each true class against few that are drawn.

    The arguments are those of `sampled_softmax_loss`.

    Source: Gutmann and Hyvarinen, Noise-contrastive estimation, 2010.
    """
    logits, wanted = compute_sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, True,
        remove_accidental_hits, partition_strategy, name,
    )  # fmt: skip
    losses = sigmoid_cross_entropy_with_logits(labels=wanted, logits=logits, name="sampled_losses")
    return reshape(matmul(losses, ones([int(losses.shape[1]), 1], losses.dtype)), [-1])  # the sum of each row
