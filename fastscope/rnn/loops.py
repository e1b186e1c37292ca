"""dynamic_rnn over a cell that a program writes itself: one operation over a recorded step.

Source: TF 1.15 python/ops/rnn.py (_dynamic_rnn_loop).
Shapes: T max_time, N batch_size, D input_depth. Sequences are time major.
"""

from __future__ import annotations

from typing import Any

from ..arrays import dtypes
from ..arrays.structure import leaves, map_structure
from ..errors import flow as flow_errors
from ..errors import rnn as errors
from ..gradients.bodies import StepGradient
from ..graph import Tensor, current
from ..graph.conversion import as_tensor, brought_in
from ..ops.bodies import Body
from ..scoping.scopes import get_variable_scope
from ..scoping.sharing import own_scope

__all__ = ["loop_over_steps"]


def loop_over_steps(cell: Any, inputs: Tensor, state: Any, lengths: Any) -> tuple[Tensor, Any]:
    """Write down a loop over the steps of a cell, whose `__call__` gets tensors.

    Returns:
        The outputs `[T, N, ...]` and the final state.

    Raises:
        ValueError: a step makes another structure or shape of the state.
    """
    recorder = current()
    assert recorder is not None
    flat = list(leaves(state))
    x = brought_in(inputs, recorder)
    scope = get_variable_scope()

    def step(x: Tensor, *before: Tensor) -> list[Tensor]:
        given = iter(before)
        with own_scope(scope, auxiliary_name_scope=False):
            output, after = cell(x, map_structure(lambda _: next(given), state))
        if len(list(leaves(after))) != len(flat):
            raise errors.state_structure(cell, cell.state_size, after)
        inner = current()
        assert inner is not None
        return [as_tensor(value, inner) for value in (output, *leaves(after))]

    dims = None if x.dims is None else x.dims[1:]
    specs = [(dims, x.dtype.base_dtype), *((leaf.dims, leaf.dtype.base_dtype) for leaf in flat)]
    body = Body(recorder, step, specs)
    for leaf, tensor in zip(flat, body.outputs[1:], strict=True):
        if not tensor.shape.is_compatible_with(leaf.shape):
            raise flow_errors.loop_shape_differs(leaf.name, leaf.shape, tensor.shape)
    gradient = StepGradient(body, len(flat))
    captured = [brought_in(tensor, recorder) for tensor in body.captured]
    after_x = [] if lengths is None else [brought_in(as_tensor(lengths, recorder), recorder)]
    before = [brought_in(leaf, recorder) for leaf in flat]
    args = (x, *before, *captured, *after_x)

    def compute(x: Any, *rest: Any, keep: bool) -> list[Any]:
        states, more = list(rest[: len(flat)]), rest[len(flat) : len(flat) + len(captured)]
        until = rest[-1] if after_x else None
        return gradient.run(x, states, more, until, keep)

    time = None if x.dims is None else x.dims[0]
    step_output = body.outputs[0]
    out_dims = None if step_output.dims is None else (time, *step_output.dims)
    outputs = [(out_dims, step_output.dtype.base_dtype), *((leaf.dims, leaf.dtype.base_dtype) for leaf in flat)]
    operation = recorder.add(
        "While", recorder.claim("while/Exit"), compute, args, args, [*outputs, (None, dtypes.string)],
        {"steps": body, "states": len(flat), "has_lengths": bool(after_x)},
        gradient=gradient.rule(bool(after_x)), is_list=True,
    )  # fmt: skip
    operation.optional = len(outputs)
    body.run_by(operation)
    made = iter(operation.outputs[1:-1])
    return operation.outputs[0], map_structure(lambda _: next(made), state)
