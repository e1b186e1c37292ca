"""Classes drawn by given frequencies, all classes at once, and which drawn classes are true ones.

Legend: N batch_size, C classes, S sampled classes.

Source: tensorflow/core/kernels/range_sampler.cc (FixedUnigramSampler, AllSampler), core/lib/random/
distribution_sampler.cc, core/kernels/candidate_sampler_ops.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..arrays import dtypes, to_numpy
from ..arrays.philox import exact_below, unit32_of
from ..errors import ops as errors
from . import shape_rules as rules
from .function import definition_of, op
from .operands import on_device, operand
from .sampling import SAMPLER_DTYPES, drawn_classes, sampler_record

__all__ = ["all_candidate_sampler", "compute_accidental_hits", "fixed_unigram_candidate_sampler"]


class FixedUnigramCandidateSampler(NamedTuple):
    """Classes `[S]`, and how often each true class `[N, num_true]` and each sampled one `[S]` is expected."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class AllCandidateSampler(NamedTuple):
    """Classes `[S]`, and how often each true class `[N, num_true]` and each sampled one `[S]` is expected: once."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class ComputeAccidentalHits(NamedTuple):
    """Rows of the true classes, places among the sampled ones, and the lowest number for each."""

    indices: Any
    ids: Any
    weights: Any


def _shapes(classes: Any, *, num_sampled: int) -> Any:
    return [(num_sampled,), rules.with_rank(classes, 2), (num_sampled,)]


class _Alias:
    """Draws places by their weights, in two steps: one of equal shares, each of at most two places.

    Source: Walker, 1977; tensorflow/core/lib/random/distribution_sampler.cc.
    """

    def __init__(self, weights: Any) -> None:
        count = len(weights)
        shares = [float(weight) * count / float(weights.astype(np.float64).sum()) for weight in weights]
        self._others = list(range(count))
        low = [k for k, share in enumerate(shares) if share < 1]
        high = [k for k, share in enumerate(shares) if share >= 1]
        while low and high:
            short, long = low.pop(), high.pop()
            self._others[short] = long
            shares[long] -= 1 - shares[short]
            (low if shares[long] < 1 else high).append(long)
        for k in (*low, *high):  # what rounding left is whole
            shares[k] = 1.0
        self._shares = np.array(shares, np.float32)

    def draw(self, words: Iterator[int]) -> int:
        share = unit32_of(next(words))
        place = exact_below(words, len(self._shares), of_two=False)
        return place if share < self._shares[place] else self._others[place]


def _weights(
    vocab_file: str, unigrams: Sequence[float], distortion: float, reserved: int, shards: int, shard: int
) -> Any:
    """Return the weights of the classes, distorted, those of other shards left out.

    Raises:
        InvalidArgumentError: neither or both of a file and numbers.
    """
    if bool(vocab_file) == bool(len(unigrams)):
        raise errors.one_source_of_unigrams(bool(vocab_file))
    if vocab_file:
        lines = Path(vocab_file).read_text().splitlines()
        unigrams = [float(line.split(",")[-1]) for line in lines if line.strip()]
    every = [0.0] * reserved + list(unigrams)
    weights = np.array([weight for k, weight in enumerate(every) if k % shards == shard], np.float32)
    kept = reserved if shards == 1 else sum(k % shards == shard for k in range(reserved))
    if distortion != 1:
        weights[kept:] = np.power(weights[kept:], np.float32(distortion))
    return weights


@op(
    "FixedUnigramCandidateSampler",
    "true_classes",
    shape=_shapes,
    dtype=lambda values: list(SAMPLER_DTYPES),
    returns=lambda outputs: FixedUnigramCandidateSampler(*outputs),
    record=sampler_record(lambda: definition_of(fixed_unigram_candidate_sampler)),  # type: ignore[has-type]
)
def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: int | None = None,
    name: str | None = None,
) -> FixedUnigramCandidateSampler:
    """Draw classes by given frequencies.

    Args:
        true_classes: int64 `[N, num_true]`.
        num_true: how many true classes each row has.
        num_sampled: S, how many are drawn for all rows.
        unique: whether all drawn are different.
        range_max: C, how many classes there are.
        vocab_file: a file with a class a line, whose last number, behind a comma, is its frequency; or
        unigrams: the frequencies themselves.
        distortion: power that frequencies are raised to: 0 for even ones, 0.75 as in word2vec.
        num_reserved_ids: how many classes come before, which are never drawn.
        num_shards, shard: of classes k only those with k % num_shards == shard.
        seed: joins the seed of the graph.
        name: drawn from the name table.

    Raises:
        InvalidArgumentError: neither or both of a file and numbers; other numbers of them than of classes; more
            different classes are to be drawn than there are.
    """
    weights = _weights(vocab_file, unigrams, distortion, num_reserved_ids, num_shards, shard)
    if len(weights) != range_max:
        raise errors.unigrams_differ(len(weights), range_max)
    alias, total = _Alias(weights), float(weights.astype(np.float64).sum())

    def share(classes: Any) -> Any:
        inside = (classes >= 0) & (classes < range_max)
        return np.where(inside, weights[np.where(inside, classes, 0)], 0) / total

    return FixedUnigramCandidateSampler(
        *drawn_classes(true_classes, num_sampled, unique, range_max, seed, alias.draw, share)
    )


@op(
    "AllCandidateSampler",
    "true_classes",
    shape=_shapes,
    dtype=lambda values: list(SAMPLER_DTYPES),
    returns=lambda outputs: AllCandidateSampler(*outputs),
)
def all_candidate_sampler(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, seed: int | None = None, name: str | None = None
) -> AllCandidateSampler:
    """Return all classes, each expected once: for tests.

    Args:
        true_classes: int64 `[N, num_true]`.
        num_true: how many true classes each row has.
        num_sampled: how many classes there are.
        unique, seed: accepted; nothing is drawn.
        name: drawn from the name table.
    """
    true = to_numpy(operand(true_classes))
    parts = np.arange(num_sampled, dtype=np.int64), np.ones(true.shape, np.float32), np.ones(num_sampled, np.float32)
    return AllCandidateSampler(*map(on_device, parts))


def _hit_shapes(classes: Any, sampled: Any, *, num_true: int) -> Any:
    rules.same_size(num_true, rules.with_rank(classes, 2)[1])
    return [(None,)] * 3


@op(
    "ComputeAccidentalHits",
    "true_classes:int64 | sampled_candidates:int64",
    shape=_hit_shapes,
    dtype=lambda values: [dtypes.int32, dtypes.int64, dtypes.float32],
    returns=lambda outputs: ComputeAccidentalHits(*outputs),
)
def compute_accidental_hits(
    true_classes: Any, sampled_candidates: Any, num_true: int, seed: int | None = None, name: str | None = None
) -> ComputeAccidentalHits:
    """Return where sampled classes are true ones, to be left out of a loss.

    Args:
        true_classes: int64 `[N, num_true]`.
        sampled_candidates: int64 `[S]`.
        num_true: how many true classes each row has.
        seed: accepted; nothing is drawn.
        name: drawn from the name table.

    Returns:
        indices int32, the rows; ids int64, the places among the sampled classes, the last one of each; weights float32,
        the lowest number, which is added to a logit.
    """
    true, sampled = to_numpy(operand(true_classes)), to_numpy(operand(sampled_candidates))
    last = {number: place for place, number in enumerate(sampled.tolist())}
    found = [(row, last[number]) for row, numbers in enumerate(true.tolist()) for number in numbers if number in last]
    rows, places = np.array(found, np.int64).reshape(-1, 2).T
    weights = np.full(len(rows), -np.finfo(np.float32).max, np.float32)
    parts = rows.astype(np.int32), places.astype(np.int64), weights
    return ComputeAccidentalHits(*[on_device(part) for part in parts])
