"""Decoding of connectionist temporal classification by a search that keeps the best label sequences.

Legend: T max_time, N batch_size, C classes, the last of them the blank; W beam_width.

A label sequence is a node of a tree, its last label below the sequence before. Of each sequence that is kept, two
numbers count: the probability of all paths that end in its last label, and of those that end in a blank. A step makes
both anew, and all sequences with one label more; the W best are kept.

Source: tensorflow/core/util/ctc/ctc_beam_search.h (TF 1.15); Graves and Jaitly, Towards end-to-end speech recognition
with recurrent neural networks, 2014.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes, to_numpy
from ..arrays.typing import Array
from ..errors import ctc as errors
from ..graph.sparse_tensor import SparseTensor
from . import shape_rules as rules
from .function import op
from .operands import float_operand, on_device, operand

__all__ = ["ctc_beam_search_decoder", "ctc_beam_search_decoder_v2"]

_ROOT = 0


class _Tree:
    """Label sequences, by numbers; 0 is the empty one."""

    def __init__(self) -> None:
        self.parents, self.labels = [-1], [-1]
        self._numbers: dict[tuple[int, int], int] = {}

    def below(self, node: int, label: int) -> int:
        """Return the number of a sequence with one label more."""
        number = self._numbers.setdefault((node, label), len(self.parents))
        if number == len(self.parents):
            self.parents.append(node)
            self.labels.append(label)
        return number

    def sequence(self, node: int, merge_repeated: bool) -> list[int]:
        """Return the labels; of equal ones on end only one if `merge_repeated`."""
        found: list[int] = []
        last = -1
        while node != _ROOT:
            label = self.labels[node]
            if not merge_repeated or label != last:
                found.append(label)
            last, node = label, self.parents[node]
        return found[::-1]


class _Search:
    """One row's search.

    Args:
        width: W.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self.tree = _Tree()
        self.nodes = [_ROOT]
        # logarithms of probabilities, of all paths, and of those that end in a label or a blank
        self.total, self._label, self._blank = np.zeros(1), np.full(1, -np.inf), np.zeros(1)

    def step(self, log_y: Any) -> None:
        """Take one step of logarithms of probabilities `[C]`; from the first NaN on, no sequence grows."""
        if np.isnan(log_y[-1] + self.total[0]):
            self.total = np.full_like(self.total, np.nan)
            return
        labels = np.array([self.tree.labels[node] for node in self.nodes])
        places = {node: k for k, node in enumerate(self.nodes)}
        above = np.array([places.get(self.tree.parents[node], -1) for node in self.nodes])
        held = above >= 0
        repeats = held & (labels == labels[above])
        # a label goes on, or comes after the sequence without it: after its blank where that ends in the same label
        comes = np.where(repeats, self._blank[above], self.total[above])
        label = np.logaddexp(self._label, np.where(held, comes, -np.inf)) + np.where(labels < 0, -np.inf, log_y[labels])
        blank = self.total + log_y[-1]
        total = np.logaddexp(label, blank)
        longer = np.repeat(self.total[:, None], len(log_y) - 1, 1)
        rows = np.flatnonzero(labels >= 0)
        longer[rows, labels[rows]] = self._blank[rows]
        longer += log_y[:-1]
        longer[above[held], labels[held]] = -np.inf  # these are kept already
        self._keep(label, blank, total, longer)

    def _keep(self, label: Any, blank: Any, total: Any, longer: Any) -> None:
        every = np.concatenate([total, longer.ravel()])
        order = np.argsort(-every, kind="stable")[: self._width]
        order = order[every[order] > -np.inf]
        count, nodes = len(total), []
        for k in order.tolist():
            node, added = divmod(k - count, longer.shape[1])
            nodes.append(self.nodes[k] if k < count else self.tree.below(self.nodes[node], added))
        is_new = order >= count
        self.nodes, self.total = nodes, every[order]
        old = np.where(is_new, 0, order)
        self._label = np.where(is_new, self.total, label[old])
        self._blank = np.where(is_new, -np.inf, blank[old])


def _shapes(inputs: Any, lengths: Any, *, top_paths: int) -> Any:
    dims = rules.with_rank(inputs, 3)
    (rows,) = rules.with_rank(lengths, 1)
    rules.same_size(dims[1], rows)
    each = [(None, 2)] * top_paths + [(None,)] * top_paths + [(2,)] * top_paths
    return [*each, (dims[1] if rows is None else rows, top_paths)]


def _dtypes(values: dict[str, Any]) -> Any:
    return [dtypes.int64] * 3 * values["top_paths"] + [values["inputs"].dtype.base_dtype]


@op("CTCBeamSearchDecoder", "inputs | lengths:int32", shape=_shapes, dtype=_dtypes, allowed=("float32", "float64"))
def _decoded(
    inputs: Any,
    lengths: Any,
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    name: str | None = None,
) -> list[Any]:
    """Return indices, values and shapes of the best sequences, best first, and their logarithms of probability."""
    logits = to_numpy(float_operand("ctc_beam_search_decoder", inputs))
    steps, rows, _ = logits.shape
    until = to_numpy(operand(lengths))
    if (until > steps).any():
        raise errors.length_too_large(int((until > steps).argmax()), steps)
    if top_paths > beam_width:
        raise errors.more_paths_than_beams(top_paths, beam_width)
    with np.errstate(invalid="ignore"):  # infinite logits give NaN, which the search knows
        shifted = logits.astype(np.float64) - logits.max(2, keepdims=True)
        log_y = shifted - np.log(np.exp(shifted).sum(2, keepdims=True))
    paths: list[list[list[int]]] = [[] for _ in range(top_paths)]
    scores = np.zeros((rows, top_paths), logits.dtype)
    for row in range(rows):
        search = _Search(beam_width)
        for t in range(until[row]):
            search.step(log_y[t, row])
        if len(search.nodes) < top_paths:
            raise errors.fewer_beams_than_paths(row, len(search.nodes), top_paths)
        for k in range(top_paths):
            paths[k].append(search.tree.sequence(search.nodes[k], merge_repeated))
        scores[row] = search.total[:top_paths]
    return [on_device(part) for part in (*_sparse_parts(paths), scores)]


def _sparse_parts(paths: list[list[list[int]]]) -> list[Any]:
    """Return the indices of all paths' sequences, then their values, then their shapes."""
    indices, values, shapes = [], [], []
    for sequences in paths:
        places = [(row, place) for row, found in enumerate(sequences) for place in range(len(found))]
        indices.append(np.array(places, np.int64).reshape(-1, 2))
        values.append(np.array([label for found in sequences for label in found], np.int64))
        shapes.append(np.array([len(sequences), max(map(len, sequences), default=0)], np.int64))
    return [*indices, *values, *shapes]


def ctc_beam_search_decoder(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1, merge_repeated: bool = True
) -> tuple[list[SparseTensor], Array]:
    """Decode by a search that keeps the best label sequences; the last class, the blank, is left out.

    Args:
        inputs: logits `[T, N, C]`.
        sequence_length: int32 `[N]`, the steps of each row.
        beam_width: W, how many label sequences are kept in each step.
        top_paths: how many of them are returned, W or less.
        merge_repeated: whether equal labels on end are one in what is returned, also those with a blank between them.

    Returns:
        A list of `top_paths` SparseTensors `[N, longest]` of int64, best first, and the logarithms of their
        probabilities `[N, top_paths]`.

    Raises:
        InvalidArgumentError: lengths above T, more paths than beams or than there are.
    """
    *parts, scores = _decoded(inputs, sequence_length, beam_width, top_paths, merge_repeated)
    columns = (parts[:top_paths], parts[top_paths : 2 * top_paths], parts[2 * top_paths :])
    return [SparseTensor(*column) for column in zip(*columns, strict=True)], scores


def ctc_beam_search_decoder_v2(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[SparseTensor], Array]:
    """Decode as `ctc_beam_search_decoder` does with merge_repeated=False."""
    return ctc_beam_search_decoder(inputs, sequence_length, beam_width, top_paths, merge_repeated=False)
