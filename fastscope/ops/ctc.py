"""Connectionist temporal classification: the loss of label sequences without an alignment, and how to decode.

Legend: T max_time, N batch_size, C classes, the last of them the blank; S = 2 x the longest label + 1 states.

The labels of a row, blanks around and between them, are a chain of S states. A path stays in its state, goes to the
next one, or steps over a blank between two different labels. The loss is -log of the probability of all paths through T
steps, summed by dynamic programming over steps, all rows and states at once.

Source: tensorflow/core/util/ctc/ctc_loss_calculator.cc, tensorflow/python/ops/ctc_ops.py (TF 1.15); Graves et al.,
Connectionist temporal classification, 2006.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, dtypes, to_numpy
from ..arrays.typing import Array
from ..errors import ctc as errors
from ..graph.sparse_tensor import SparseTensor
from . import shape_rules as rules
from .function import op
from .operands import either, float_operand, on_device, operand
from .shaping import transpose
from .sparse import check_places
from .sparse_sums import as_sparse

__all__ = ["ctc_greedy_decoder", "ctc_loss", "edit_distance", "loss_of_labels"]


# ---- the loss


def _loss_shape(inputs: Any, indices: Any, values: Any, lengths: Any) -> Any:
    dims = rules.with_rank(inputs, 3)
    (rows,) = rules.with_rank(lengths, 1)
    rules.same_size(dims[1], rows)
    rows = dims[1] if rows is None else rows
    return [(rows,), (dims[0], rows, dims[2])]


@op(
    "CTCLoss",
    "inputs | indices:index | values:int32 | lengths:int32",
    shape=_loss_shape,
    allowed=("float32", "float64"),
    returns=lambda outputs: outputs[0],
)
def _loss(
    inputs: Any,
    indices: Any,
    values: Any,
    lengths: Any,
    collapse: bool = False,
    merge: bool = True,
    ignore_longer: bool = False,
    allow_empty: bool = False,
    name: str | None = None,
) -> Any:
    """Return the loss `[N]` and its gradient `[T, N, C]`; see `ctc_loss`."""
    logits = float_operand("ctc_loss", inputs)
    if logits.ndim != 3:
        raise errors.inputs_rank(logits.shape)
    steps, rows, classes = logits.shape
    if not rows:
        raise errors.empty_batch()
    xp = array_module(logits)
    until = to_numpy(operand(lengths)).astype(np.int64)
    if until.shape != (rows,):
        raise errors.lengths_differ(rows, until.shape)
    if (until > steps).any():
        raise errors.length_too_large(int((until > steps).argmax()), steps)
    labels = _listed(to_numpy(operand(indices)), to_numpy(operand(values)), rows, classes - 1, collapse)
    counted = _counted(labels, until, ignore_longer, allow_empty)
    states, skips, ends = _chain(labels, classes - 1, merge)
    shifted = logits - logits.max(2, keepdims=True)
    log_y = shifted - xp.log(xp.exp(shifted).sum(2, keepdims=True))
    chain = _Chain(log_y, *map(xp.asarray, (states, skips, ends, until)), blank=classes - 1, merge=merge)
    loss, gradient = chain.loss_and_gradient()
    used = xp.asarray(counted)
    return [xp.where(used, loss, xp.zeros_like(loss)), gradient * used[:, None]]


def _listed(indices: Any, values: Any, rows: int, blank: int, collapse: bool) -> list[list[int]]:
    """Return the labels of each row; a row ends before its first blank.

    Raises:
        InvalidArgumentError: a row that is none, or a label after a blank.
    """
    check_places(indices, (rows, *(indices.max(0)[1:] + 1 if len(indices) else (1,))), in_order=True)
    listed: list[list[int]] = [[] for _ in range(rows)]
    for row, label in zip(indices[:, 0].tolist(), values.tolist(), strict=True):
        listed[row].append(label)
    result = []
    for row, labels in enumerate(listed):
        nulls = [place for place, label in enumerate(labels) if label >= blank]
        end = nulls[0] if nulls else len(labels)
        if any(label < blank for label in labels[end:]):
            raise errors.label_after_blank(row, labels, blank)
        kept = labels[:end]
        if any(label < 0 for label in kept):
            raise errors.negative_label(row, kept)
        if collapse:
            kept = [label for place, label in enumerate(kept) if not place or label != kept[place - 1]]
        result.append(kept)
    return result


def _counted(labels: list[list[int]], until: Any, ignore_longer: bool, allow_empty: bool) -> Any:
    """Return which rows count: those that have steps, and time enough for their labels.

    Raises:
        InvalidArgumentError: a row without labels, unless they are allowed, or, unless they are to be ignored, one
            without time enough.
    """
    counted = np.zeros(len(labels), bool)
    for row, (found, steps) in enumerate(zip(labels, until.tolist(), strict=True)):
        if not steps:
            continue
        if not found and not allow_empty:
            raise errors.no_labels(row)
        counted[row] = len(found) <= steps
        if not counted[row] and not ignore_longer:
            raise errors.not_enough_time(row, len(found), steps)
    return counted


def _chain(labels: list[list[int]], blank: int, merge: bool) -> tuple[Any, Any, Any]:
    """Return the label of each state `[N, S]`, where a path steps over the state before, and each row's last state."""
    ends = np.array([2 * len(row) for row in labels], np.int64)
    states = np.full((len(labels), int(ends.max(initial=0)) + 1), blank, np.int64)
    for row, found in enumerate(labels):
        states[row, 1 : 2 * len(found) : 2] = found
    skips = np.zeros(states.shape, bool)
    skips[:, 2:] = states[:, 2:] != blank
    if merge:
        skips[:, 2:] &= states[:, 2:] != states[:, :-2]
    return states, skips, ends


class _Chain:
    """Sums over all paths.

    Args:
        log_y: logarithms of the classes' probabilities `[T, N, C]`.
        states, skips, ends: of `_chain`.
        until: steps of each row `[N]`.
        merge: whether a path may stay in the state of a label.
    """

    def __init__(self, log_y: Any, states: Any, skips: Any, ends: Any, until: Any, *, blank: int, merge: bool) -> None:
        xp = self.xp = array_module(log_y)
        self.log_y, self.states, self.skips, self.ends, self.until = log_y, states, skips, ends, until
        self.stays = states == blank
        if merge:
            self.stays[...] = True
        self.at_state = xp.take_along_axis(log_y, states[None].repeat(len(log_y), 0), 2)  # [T, N, S]
        numbers = xp.arange(states.shape[1])[None]
        self.is_last = (numbers == ends[:, None]) | (numbers == ends[:, None] - 1)
        self.none = log_y.dtype.type(-np.inf)

    def loss_and_gradient(self) -> tuple[Any, Any]:
        """Return the loss `[N]`, and its gradient by the logits `[T, N, C]`."""
        xp = self.xp
        forward, backward = self._forward(), self._backward()
        through = forward + backward
        last = xp.maximum(self.until - 1, 0)
        ends = xp.where(self.is_last, forward[last, xp.arange(len(last))], self.none)
        log_p = xp.logaddexp.reduce(ends, 1) if xp is np else _log_sum(xp, ends)
        possible = log_p > self.none
        share = xp.exp(through - xp.where(possible, log_p, 0)[None, :, None])
        y = xp.exp(self.log_y)
        passed = xp.zeros_like(y)
        times, rows = xp.arange(len(y))[:, None, None], xp.arange(y.shape[1])[None, :, None]
        xp.add.at(passed, (times, rows, self.states[None]), share)
        is_step = xp.arange(len(y))[:, None] < self.until
        gradient = xp.where(is_step[:, :, None], y - xp.where(possible[None, :, None], passed, 0), 0)
        return -log_p, gradient

    def _moved(self, before: Any, by: int) -> Any:
        moved = self.xp.full_like(before, self.none)
        if by > 0:
            moved[:, by:] = before[:, :-by]
        else:
            moved[:, :by] = before[:, -by:]
        return moved

    def _forward(self) -> Any:
        """Return logarithms of the sums over all paths from the start to each state, its own step included."""
        xp = self.xp
        sums = xp.full_like(self.at_state, self.none)
        sums[0, :, :2] = self.at_state[0, :, :2]
        for t in range(1, len(sums)):
            before = sums[t - 1]
            total = xp.where(self.stays, before, self.none)
            total = xp.logaddexp(total, self._moved(before, 1))
            if before.shape[1] > 2:
                total = xp.logaddexp(total, xp.where(self.skips, self._moved(before, 2), self.none))
            sums[t] = total + self.at_state[t]
        return sums

    def _backward(self) -> Any:
        """Return the same from each state to the end of its row, its own step left out."""
        xp = self.xp
        start = xp.where(self.is_last, xp.zeros_like(self.at_state[0]), self.none)
        sums = xp.full_like(self.at_state, self.none)
        later = start
        over = xp.zeros_like(self.skips)
        over[:, :-2] = self.skips[:, 2:]
        for t in reversed(range(len(sums))):
            if t + 1 < len(sums):
                following = later + self.at_state[t + 1]
                total = xp.where(self.stays, following, self.none)
                total = xp.logaddexp(total, self._moved(following, -1))
                if following.shape[1] > 2:
                    total = xp.logaddexp(total, xp.where(over, self._moved(following, -2), self.none))
                later = xp.where((t + 1 < self.until)[:, None], total, start)
            sums[t] = later
        return sums


def _log_sum(xp: Any, values: Any) -> Any:
    largest = values.max(1)
    base = xp.where(xp.isfinite(largest), largest, 0)
    return base + xp.log(xp.exp(values - base[:, None]).sum(1))


def ctc_loss(
    labels: Any,
    inputs: Any = None,
    sequence_length: Any = None,
    preprocess_collapse_repeated: bool = False,
    ctc_merge_repeated: bool = True,
    ignore_longer_outputs_than_inputs: bool = False,
    time_major: bool = True,
    logits: Any = None,
) -> Array:
    """Return the loss of connectionist temporal classification.

    Args:
        labels: SparseTensor `[N, longest]` of int32, each below C - 1.
        inputs: logits `[T, N, C]`, or `[N, T, C]` unless `time_major`; the last class is the blank.
        sequence_length: int32 `[N]`, the steps of each row.
        preprocess_collapse_repeated: whether equal labels on end are one.
        ctc_merge_repeated: whether a label may go on for several steps; if not, each step that is no blank is a label.
        ignore_longer_outputs_than_inputs: whether a row with more labels than steps has no loss; else it is an error.
        time_major: see `inputs`.
        logits: the same as `inputs`.

    Returns:
        `[N]`; inf where no path fits.

    Raises:
        TypeError: `labels` is no SparseTensor.
        InvalidArgumentError: lengths above T, a row without labels, or one with more labels than steps.
    """
    if not isinstance(labels, SparseTensor):
        raise errors.labels_not_sparse(labels)
    return loss_of_labels(
        labels, either("logits", logits, "inputs", inputs), sequence_length,
        preprocess_collapse_repeated, ctc_merge_repeated, ignore_longer_outputs_than_inputs, time_major,
    )  # fmt: skip


def loss_of_labels(
    labels: SparseTensor, logits: Any, lengths: Any, collapse: bool = False, merge: bool = True,
    ignore_longer: bool = False, time_major: bool = True, allow_empty: bool = False,
) -> Array:  # fmt: skip
    """Return the loss; the arguments are those of `ctc_loss`, and whether rows without labels are allowed."""
    scores: Any = logits if time_major else transpose(logits, [1, 0, 2])
    result: Any = _loss(scores, labels.indices, labels.values, lengths, collapse, merge, ignore_longer, allow_empty)
    return result[0] if isinstance(result, list) else result


# ---- decoding


def _decoded_shapes(inputs: Any, lengths: Any) -> Any:
    dims = rules.with_rank(inputs, 3)
    (rows,) = rules.with_rank(lengths, 1)
    rules.same_size(dims[1], rows)
    return [(None, 2), (None,), (2,), (dims[1] if rows is None else rows, 1)]


def _decoded_dtypes(values: dict[str, Any]) -> Any:
    return [dtypes.int64, dtypes.int64, dtypes.int64, values["inputs"].dtype.base_dtype]


@op(
    "CTCGreedyDecoder",
    "inputs | lengths:int32",
    shape=_decoded_shapes,
    dtype=_decoded_dtypes,
    allowed=("float32", "float64"),
)
def _greedy(inputs: Any, lengths: Any, merge_repeated: bool = True, name: str | None = None) -> list[Any]:
    """Return indices, values and shape of what is decoded, and the score of each row."""
    logits = float_operand("ctc_greedy_decoder", inputs)
    steps, rows, classes = logits.shape
    until = to_numpy(operand(lengths))
    if (until > steps).any():
        raise errors.length_too_large(int((until > steps).argmax()), steps)
    is_step = np.arange(steps)[:, None] < until
    best = to_numpy(logits.argmax(2))
    scores = -np.where(is_step, to_numpy(logits.max(2)), 0).sum(0, keepdims=True).T
    kept = is_step & (best != classes - 1)
    if merge_repeated:
        kept[1:] &= best[1:] != best[:-1]
    row, step = np.nonzero(kept.T)
    place = np.arange(len(row)) - np.searchsorted(row, row)
    indices = np.stack([row, place], 1).astype(np.int64)
    shape = np.array([rows, int(place.max(initial=-1)) + 1], np.int64)
    values = best[step, row].astype(np.int64)
    return [on_device(part) for part in (indices, values, shape, scores.astype(logits.dtype))]


def ctc_greedy_decoder(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True
) -> tuple[list[SparseTensor], Array]:
    """Decode by the best class of each step; the last class, the blank, is left out.

    Args:
        inputs: logits `[T, N, C]`.
        sequence_length: int32 `[N]`, the steps of each row.
        merge_repeated: whether equal classes on end are one.

    Returns:
        A list of one SparseTensor `[N, longest]` of int64, and `[N, 1]`: minus the sums of the best logits.
    """
    indices, values, shape, scores = _greedy(inputs, sequence_length, merge_repeated)
    return [SparseTensor(indices, values, shape)], scores


# ---- distances


def _distance_shape(*parts: Any, hypothesis_shape: Any, truth_shape: Any) -> Any:
    if hypothesis_shape is None or truth_shape is None:
        return None
    pairs = zip(np.ravel(hypothesis_shape)[:-1], np.ravel(truth_shape)[:-1], strict=True)
    return tuple(None if a is None or b is None else max(int(a), int(b)) for a, b in pairs)


@op(
    "EditDistance",
    "hypothesis_indices:index | hypothesis_values | hypothesis_shape:index | truth_indices:index | truth_values "
    "| truth_shape:index",
    shape=_distance_shape,
    dtype=dtypes.float32,
)
def _distance(
    hypothesis_indices: Any,
    hypothesis_values: Any,
    hypothesis_shape: Any,
    truth_indices: Any,
    truth_values: Any,
    truth_shape: Any,
    normalize: bool = True,
    name: str | None = None,
) -> Array:
    """Return the distances; see `edit_distance`."""
    hypothesis, truth = (
        _grouped(to_numpy(operand(indices)), to_numpy(operand(values)))
        for indices, values in ((hypothesis_indices, hypothesis_values), (truth_indices, truth_values))
    )
    sizes = [np.ravel(to_numpy(operand(shape)))[:-1] for shape in (hypothesis_shape, truth_shape)]
    result = np.zeros(np.maximum(*sizes), np.float32)
    for place in {*hypothesis, *truth}:
        found, wanted = hypothesis.get(place, []), truth.get(place, [])
        distance = float(_levenshtein(found, wanted))
        if normalize:
            distance = distance / len(wanted) if wanted else np.inf if found else 0.0
        result[place] = distance
    return on_device(result)


def _grouped(indices: Any, values: Any) -> dict[tuple[int, ...], list[Any]]:
    groups: dict[tuple[int, ...], list[Any]] = {}
    for place, value in zip(indices[:, :-1].tolist(), values.tolist(), strict=True):
        groups.setdefault(tuple(place), []).append(value)
    return groups


def _levenshtein(found: list[Any], wanted: list[Any]) -> int:
    """Return how many elements have to be put in, left out or changed; a row of the table at a time."""
    numbers = {value: k for k, value in enumerate(dict.fromkeys([*found, *wanted]))}
    target = np.array([numbers[value] for value in wanted], np.int64)
    columns = np.arange(len(wanted) + 1)
    row = columns.copy()
    for value in found:
        changed = row[:-1] + (target != numbers[value])
        row += 1
        np.minimum(row[1:], changed, out=row[1:])
        row = np.minimum.accumulate(row - columns) + columns  # what is put in, from left to right
    return int(row[-1])


def edit_distance(hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance") -> Array:
    """Return the Levenshtein distances between sequences.

    Args:
        hypothesis, truth: SparseTensors `[..., length]` of one dtype.
        normalize: whether to divide by the length of the truth; inf where that is 0 and the hypothesis is not.
        name: of the operation.

    Returns:
        float32 `[...]`.

    Raises:
        TypeError: one of them is no SparseTensor.
    """
    found, wanted = as_sparse("Hypothesis", hypothesis), as_sparse("Truth", truth)
    return _distance(
        found.indices, found.values, found.dense_shape, wanted.indices, wanted.values, wanted.dense_shape, normalize,
        name=name,
    )  # fmt: skip
