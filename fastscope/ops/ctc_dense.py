"""The second form of ctc_loss, whose labels may be an array, and what belongs to it.

Legend: T max_time, N batch_size, C classes, L the longest label sequence.

Source: tensorflow/python/ops/ctc_ops.py (ctc_loss_v2, ctc_unique_labels, collapse_repeated; TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes, to_numpy
from ..arrays.typing import Array
from ..errors import ctc as errors
from ..graph.sparse_tensor import SparseTensor
from . import shape_rules as rules
from .arranging import sequence_mask
from .creation import cast, convert_to_tensor
from .ctc import loss_of_labels
from .function import op
from .math import less, subtract, where
from .operands import on_device, operand
from .picking import gather_nd
from .shaping import concat, shape
from .weights import static_shape

__all__ = ["collapse_repeated", "ctc_loss_v2", "ctc_unique_labels"]


def ctc_loss_v2(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Array:
    """Return the loss of connectionist temporal classification.

    Args:
        labels: int `[N, L]`, or a SparseTensor of it; the blank is none of them.
        logits: `[T, N, C]`, or `[N, T, C]` unless `logits_time_major`.
        label_length: int `[N]`, the labels of each row; None beside a SparseTensor.
        logit_length: int `[N]`, the steps of each row.
        logits_time_major: see `logits`.
        unique: what `ctc_unique_labels` returned; accepted, nothing needs it here.
        blank_index: the class of the blank, from the end if below 0; None = 0, for a SparseTensor it has to be said.
        name: kept for TF's sake.

    Returns:
        `[N]`.

    Raises:
        ValueError: a SparseTensor without `blank_index`, or a number of classes that is not known.
        InvalidArgumentError: lengths above T, or a row with more labels than steps.
    """
    is_sparse = isinstance(labels, SparseTensor)
    if blank_index is None and is_sparse:
        raise errors.blank_not_said()
    scores = convert_to_tensor(logits)
    classes = static_shape(scores).as_list()[2] if static_shape(scores).rank == 3 else None
    if classes is None:
        raise errors.classes_unknown(str(static_shape(scores)))
    blank = (blank_index or 0) % classes
    found = labels if is_sparse else _sparse(convert_to_tensor(labels), convert_to_tensor(label_length))
    if blank != classes - 1:  # the blank comes last
        scores = concat([scores[:, :, :blank], scores[:, :, blank + 1 :], scores[:, :, blank : blank + 1]], 2)
        values = found.values
        moved = where(less(values, blank), values, subtract(values, 1))
        found = SparseTensor(found.indices, moved, found.dense_shape)
    return loss_of_labels(found, scores, logit_length, time_major=logits_time_major, allow_empty=not is_sparse)


def _sparse(labels: Any, lengths: Any) -> SparseTensor:
    """Return the first labels of each row as a SparseTensor."""
    places = where(sequence_mask(lengths, shape(labels)[1]))
    return SparseTensor(places, gather_nd(labels, places), cast(shape(labels), dtypes.int64))


@op(
    "CTCUniqueLabels",
    "labels:int64",
    name="ctc_unique_labels",
    shape=lambda labels: [rules.with_rank(labels, 2)] * 2,
    dtype=lambda values: [dtypes.int64, dtypes.int32],
)
def ctc_unique_labels(labels: Any, name: str | None = None) -> Any:
    """Return the different labels of each row in the order in which they come, and which one each label is.

    Args:
        labels: int `[N, L]`.
        name: drawn from the name table.

    Returns:
        int64 `[N, L]`, zeros behind them, and int32 `[N, L]`.
    """
    rows = to_numpy(operand(labels)).tolist()
    found, places = np.zeros(np.shape(rows), np.int64), np.zeros(np.shape(rows), np.int32)
    for n, row in enumerate(rows):
        numbers = {label: k for k, label in enumerate(dict.fromkeys(row))}
        found[n, : len(numbers)] = list(numbers)
        places[n] = [numbers[label] for label in row]
    return [on_device(found), on_device(places)]


def _collapsed_shapes(labels: Any, lengths: Any) -> Any:
    dims = rules.with_rank(labels, 2)
    return [(dims[0], None), (dims[0],)]


@op(
    "CollapseRepeated",
    "labels | seq_length:int32",
    name="collapse_repeated_labels",
    shape=_collapsed_shapes,
    dtype=lambda values: [values["labels"].dtype.base_dtype, dtypes.int32],
    returns=tuple,
)
def collapse_repeated(labels: Any, seq_length: Any, name: str | None = None) -> Any:
    """Return labels of which equal ones on end are one.

    Args:
        labels: int `[N, L]`.
        seq_length: int `[N]`, the labels of each row.
        name: drawn from the name table.

    Returns:
        The labels `[N, longest]`, zeros behind them, and how many each row has, int32 `[N]`.
    """
    array, lengths = to_numpy(operand(labels)), to_numpy(operand(seq_length)).tolist()
    rows = [row[:length] for row, length in zip(array.tolist(), lengths, strict=True)]
    kept = [[label for k, label in enumerate(row) if not k or label != row[k - 1]] for row in rows]
    counts = [len(row) for row in kept]
    found = np.zeros((len(kept), max(counts, default=0)), array.dtype)
    for n, row in enumerate(kept):
        found[n, : len(row)] = row
    return on_device(found), on_device(np.array(counts, np.int32))
