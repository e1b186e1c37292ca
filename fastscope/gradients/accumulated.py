"""Gradients of products, running sums and sums of segments. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/math_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..graph import Operation
from .registry import no_gradient, rule
from .shapes import spread

no_gradient("All", "Any")


@rule("Prod")
def reduce_prod(op: Operation, d: Any) -> Any:
    """Each element's is the product of the others, which is right where some are 0, too."""
    x, axis = op.inputs[0], op.attributes["axis"]
    if x.dims is None:  # only a rank that is known tells which axes are kept
        return spread(d * op.outputs[0], x, axis=axis) / x
    rank = len(x.dims)
    axes = list(range(rank)) if axis is None else [int(k) % rank for k in np.ravel(axis)]
    order = [k for k in range(rank) if k not in axes] + axes
    moved = ops.transpose(x, order)
    kept = ops.shape(moved)[: rank - len(axes)]
    flat = ops.reshape(moved, ops.concat([kept, [-1]], 0))
    before = ops.cumprod(flat, axis=-1, exclusive=True)
    after = ops.cumprod(flat, axis=-1, exclusive=True, reverse=True)
    others = ops.transpose(ops.reshape(before * after, ops.shape(moved)), np.argsort(order).tolist())
    return spread(d, x, axis=axis) * others


@rule("Cumsum")
def cumsum(op: Operation, d: Any) -> Any:
    return ops.cumsum(d, **_backwards(op))


@rule("Cumprod")
def cumprod(op: Operation, d: Any) -> Any:
    return ops.cumsum(op.outputs[0] * d, **_backwards(op)) / op.inputs[0]


def _backwards(op: Operation) -> dict[str, Any]:
    found = op.attributes
    return {"axis": found["axis"], "exclusive": found["exclusive"], "reverse": not found["reverse"]}


@rule("SegmentSum")
def segment_sum(op: Operation, d: Any) -> Any:
    return ops.gather(d, op.inputs[1])


@rule("UnsortedSegmentSum")
def unsorted_segment_sum(op: Operation, d: Any) -> Any:
    ids = op.inputs[1]
    rows = ops.gather(d, ops.maximum(ids, 0))
    return ops.where(ids >= 0, rows, ops.zeros_like(rows)) if ids.dims is not None and len(ids.dims) == 1 else rows


@rule("SegmentMean")
def segment_mean(op: Operation, d: Any) -> Any:
    ids = op.inputs[1]
    rows = ops.segment_sum(ops.ones_like(ids, d.dtype), ids)
    extra = len(op.inputs[0].dims or ()) - 1
    return ops.gather(d / ops.maximum(ops.reshape(rows, [-1, *[1] * extra]), 1), ids)


@rule("SegmentMax", "SegmentMin", "UnsortedSegmentMax", "UnsortedSegmentMin")
def segment_extreme(op: Operation, d: Any) -> Any:
    """It goes to the largest of a segment; to several that are equal in equal parts."""
    data, ids = op.inputs[0], ops.maximum(op.inputs[1], 0)
    chosen = ops.logical_and(ops.equal(ops.gather(op.outputs[0], ids), data), _kept(op))
    parts = ops.cast(chosen, d.dtype)
    count = ops.unsorted_segment_sum(parts, ids, ops.shape(op.outputs[0])[0])
    return ops.gather(ops.div_no_nan(d, count), ids) * parts


@rule("SegmentProd", "UnsortedSegmentProd")
def segment_prod(op: Operation, d: Any) -> Any:
    """Each element's is the product of the others, which is right where some are 0, too."""
    data, ids, count = op.inputs[0], ops.maximum(op.inputs[1], 0), ops.shape(op.outputs[0])[0]
    is_zero = ops.equal(data, 0)
    zeros = ops.unsorted_segment_sum(ops.cast(is_zero, d.dtype), ids, count)
    others = ops.unsorted_segment_prod(ops.where(is_zero, ops.ones_like(data), data), ids, count)
    alone = ops.where(ops.greater(zeros, 1), ops.zeros_like(d), d)  # two zeros: nothing changes
    rest = ops.where(is_zero, ops.gather(others, ids), ops.div_no_nan(ops.gather(op.outputs[0], ids), data))
    return ops.gather(alone, ids) * rest * ops.cast(_kept(op), d.dtype)


def _kept(op: Operation) -> Any:
    """Return, in the shape of the data, whether a row's id is not negative."""
    data, ids = op.inputs[0], op.inputs[1]
    extra = len(data.dims or ()) - len(ids.dims or ())
    return ops.logical_and(ops.reshape(ids >= 0, ops.concat([ops.shape(ids), [1] * extra], 0)), ops.equal(data, data))
