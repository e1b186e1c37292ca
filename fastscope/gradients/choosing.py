"""Gradients of powers, of the larger and smaller, and of what is chosen. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/math_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..graph import Operation
from .registry import rule
from .shapes import conj, spread, unbroadcast


@rule("Pow")
def pow(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    cx, cy = conj(x), conj(y)
    has_log = ops.not_equal(x, 0) if x.dtype.is_complex else x > 0
    log = ops.where(has_log, ops.log(ops.where(has_log, cx, ops.ones_like(cx))), ops.zeros_like(cx))
    of_x = unbroadcast(d * cy * ops.pow(cx, cy - 1), x)
    return of_x, unbroadcast(d * conj(op.outputs[0]) * log, y)


@rule("Abs")
def abs(op: Operation, d: Any) -> Any:
    return d * ops.sign(op.inputs[0])


@rule("Maximum")
def maximum(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return _to_one(d, ops.greater_equal(x, y), x, y)


@rule("Minimum")
def minimum(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return _to_one(d, ops.less_equal(x, y), x, y)


def _to_one(d: Any, is_x: Any, x: Any, y: Any) -> Any:
    zeros = ops.zeros_like(d)
    return unbroadcast(ops.where(is_x, d, zeros), x), unbroadcast(ops.where(is_x, zeros, d), y)


@rule("Max", "Min")
def reduce_max(op: Operation, d: Any) -> Any:
    """What is equal to the result shares the gradient."""
    x, axis = op.inputs[0], op.attributes["axis"]
    is_chosen = ops.cast(ops.equal(spread(op.outputs[0], x, axis=axis), x), d.dtype)
    count = ops.reduce_sum(is_chosen, axis, keepdims=op.attributes["keepdims"])
    return is_chosen / spread(count, x, axis=axis) * spread(d, x, axis=axis)


@rule("SelectV2")
def where_v2(op: Operation, d: Any) -> Any:
    condition, x, y = op.inputs
    zeros = ops.zeros_like(d)
    return (
        None,
        unbroadcast(ops.where_v2(condition, d, zeros), x),
        unbroadcast(ops.where_v2(condition, zeros, d), y),
    )


@rule("Select")
def where(op: Operation, d: Any) -> Any:
    condition, zeros = op.inputs[0], ops.zeros_like(d)
    return None, ops.where(condition, d, zeros), ops.where(condition, zeros, d)
