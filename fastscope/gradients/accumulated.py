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
