"""Second derivatives as arrays.

Source: tensorflow/python/ops/gradients_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..arrays import array_module
from ..graph import Recorder, Tensor, current, name_scope
from ..graph.conversion import as_tensor
from ..graph.operation import Operation
from ..ops.bodies import Body, BodyPlan
from .walk import gradients

__all__ = ["hessians"]

ops: Any = _ops


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
) -> list[Any]:
    """Return the matrices of second derivatives of the sum of `ys`, one for each of `xs`.

    Args:
        ys, xs, aggregation_method: as in `gradients`.
        name: of the name scope of all that is written down.
        colocate_gradients_with_ops, gate_gradients: kept for TF's sake.

    Returns:
        A list; of an x of shape [a, b] an array [a, b, a, b]. They have no gradients themselves.

    Raises:
        LookupError, RuntimeError, ValueError: see `gradients`; also where no y depends on an x.
    """
    with name_scope(name):
        found = gradients(ys, xs, aggregation_method=aggregation_method)
        recorder = current()
        assert recorder is not None
        listed = xs if isinstance(xs, (list, tuple)) else [xs]
        tensors = [as_tensor(x, recorder) for x in listed]
        return [_hessian(recorder, as_tensor(d, recorder), x) for d, x in zip(found, tensors, strict=True)]


def _hessian(recorder: Recorder, d: Tensor, x: Tensor) -> Tensor:
    """Write down an operation that finds the gradient of each element of `d`, the gradient of x."""
    shape = (x.dims, d.dtype.base_dtype)

    def row(weights: Tensor) -> list[Tensor]:
        (found,) = gradients(d, x, grad_ys=weights)
        return [ops.zeros_like(x) if found is None else as_tensor(found, weights.op.recorder)]

    body = Body(recorder, row, [shape])
    inner = list(body.captured.values())
    plan = BodyPlan(body.outputs, [*body.inputs, *inner])

    def all_rows(like: Any, *captured: Any) -> Any:
        xp = array_module(like)
        one_row = plan.ready()
        result = xp.empty((like.size, *like.shape), like.dtype)
        for k in range(like.size):
            weights = xp.zeros(like.size, like.dtype)
            weights[k] = 1
            result[k] = one_row(weights.reshape(like.shape), *captured)[0]
        return result.reshape(*like.shape, *like.shape)

    inputs = [d, *body.captured]
    dims = None if x.dims is None else x.dims + x.dims
    operation: Operation = recorder.add(
        "While", recorder.claim("Reshape"), all_rows, tuple(inputs), inputs, [(dims, d.dtype.base_dtype)]
    )
    return operation.outputs[0]
