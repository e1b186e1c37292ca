"""Gradients of copies with some elements changed.

Source: tensorflow/python/ops/array_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..graph import Operation
from ..ops.copies import tensor_scatter_update as updated
from .registry import rule


def _picked(op: Operation, d: Any) -> tuple[Any, Any]:
    """Return the gradient at the places that were changed, and these."""
    indices = op.attributes["indices"]
    return ops.gather_nd(d, indices), indices


@rule("TensorScatterUpdate")
def tensor_scatter_update(op: Operation, d: Any) -> Any:
    of_updates, indices = _picked(op, d)
    by_input = {"tensor": updated(d, indices, ops.zeros_like(of_updates)), "updates": of_updates}
    return _in_order(op, by_input)


@rule("TensorScatterAdd")
def tensor_scatter_add(op: Operation, d: Any) -> Any:
    return _in_order(op, {"tensor": ops.identity(d), "updates": _picked(op, d)[0]})


@rule("TensorScatterSub")
def tensor_scatter_sub(op: Operation, d: Any) -> Any:
    return _in_order(op, {"tensor": ops.identity(d), "updates": ops.negative(_picked(op, d)[0])})


def _in_order(op: Operation, found: dict[str, Any]) -> list[Any]:
    """Return gradients in the order of the inputs; indices have none."""
    return [found.get(name) for name in ("tensor", "indices", "updates")]
