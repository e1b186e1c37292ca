"""Steps of a loop and the way back through them: a body is run for each step, what its gradient needs is kept.

Source: Griewank and Walther's reverse mode; TF 1.15 python/ops/control_flow_ops.py keeps values on stacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arrays import array_module
from ..graph import Operation, Tensor
from ..graph.conversion import as_tensor
from ..graph.plan import needed
from ..ops.bodies import Body
from .walk import gradients

__all__ = ["StepGradient"]


class StepGradient:
    """Runs `(x, *state) -> (output, *state)` over a sequence, forward and back.

    Args:
        body: the recorded step.
        states: how many arrays a state has.
    """

    def __init__(self, body: Body, states: int) -> None:
        self._body = body
        self._states = states
        self._inner = list(body.captured.values())
        self._given = [*body.inputs, *self._inner]
        self._forward = body.plan(body.outputs, self._given)
        self._back: tuple[Any, Any, list[int]] | None = None

    def run(self, x: Any, states: list[Any], captured: Sequence[Any], lengths: Any, keep: bool) -> list[Any]:
        """Return outputs `[T, N, ...]`, the final states, and what the way back needs if `keep`."""
        xp = array_module(x)
        forward = self._way_back()[0] if keep else self._forward
        outputs, tape = [], []
        count = 1 + self._states
        for t in range(len(x)):
            before = states
            values = forward(x[t], *states, *captured)
            output, states = values[0], list(values[1:count])
            if lengths is not None:
                live = t < lengths
                output = _where(xp, live, output, 0)
                states = [_where(xp, live, new, old) for new, old in zip(states, before, strict=True)]
            outputs.append(output)
            if keep:
                tape.append((before, values[count:]))
        stacked = xp.stack(outputs) if outputs else self._no_outputs(xp, x)
        return [stacked, *states, tape if keep else None]

    def _no_outputs(self, xp: Any, x: Any) -> Any:
        output = self._body.outputs[0]
        sizes = [x.shape[1] if k == 0 else size or 0 for k, size in enumerate(output.dims or ())]
        return xp.zeros((0, *sizes), output.dtype.base_dtype.dtype)

    def _way_back(self) -> tuple[Any, Any, list[int]]:
        """Return a plan forward with what the way back needs, the plan back, and whose gradients that gives."""
        if self._back is None:
            body = self._body
            made = len(body.recorder.operations)
            d_outputs = [body.argument(tensor.dims, tensor.dtype.base_dtype) for tensor in body.outputs]
            with body.recorder.recording():
                found = gradients(body.outputs, self._given, d_outputs)
                dense = [None if d is None else as_tensor(d, body.recorder) for d in found]
            wanted = [d for d in dense if d is not None]
            kept = self._kept(wanted, made, d_outputs)
            forward = body.plan([*body.outputs, *kept], self._given)
            back = body.plan(wanted, [*self._given, *d_outputs, *kept])
            places = [k for k, d in enumerate(dense) if d is not None]
            self._back = forward, back, places
        return self._back

    def _kept(self, wanted: list[Tensor], made: int, d_outputs: list[Tensor]) -> list[Tensor]:
        """Return the tensors of the step that its gradient reads."""
        known = {*self._given, *d_outputs}
        kept: dict[Tensor, None] = {}
        for operation in needed([tensor.op for tensor in wanted], known):
            if operation.number < made:
                continue
            for tensor in operation.inputs:
                if tensor.op.number < made and tensor not in known and tensor.op.type != "Const":
                    kept[tensor] = None
        return list(kept)

    def rule(self, has_lengths: bool) -> Callable[..., Any]:
        """Return the rule of the gradient of the operation that runs `run`."""

        def rule(op: Operation, *received: Any) -> list[Any]:
            self._way_back()
            recorder, count = op.recorder, 1 + self._states
            made, tape = op.outputs[:count], op.outputs[-1]
            given = [None if d is None else as_tensor(d, recorder) for d in received[:count]]
            absent = [d is None for d in given]
            inputs = [tape, *op.inputs, *made, *(d for d in given if d is not None)]

            def back(tape: Any, *rest: Any) -> list[Any]:
                values, more = rest[: len(op.inputs)], rest[len(op.inputs) :]
                arrays, found = more[:count], iter(more[count:])
                d_given = [
                    array_module(array).zeros_like(array) if missing else next(found)
                    for array, missing in zip(arrays, absent, strict=True)
                ]
                return self._pull(tape, values, d_given, has_lengths)

            like = op.inputs[:-1] if has_lengths else op.inputs
            outputs = [(tensor.dims, tensor.dtype.base_dtype) for tensor in like]
            way = recorder.add("WhileGrad", recorder.claim("While"), back, tuple(inputs), inputs, outputs, is_list=True)
            return [*way.outputs, *[None] * has_lengths]

        return rule

    def _pull(self, tape: Any, values: Sequence[Any], d_given: list[Any], has_lengths: bool) -> list[Any]:
        _, back, places = self._way_back()
        x, captured = values[0], values[1 + self._states : 1 + self._states + len(self._inner)]
        lengths = values[-1] if has_lengths else None
        xp = array_module(x)
        d_outputs, d_states = d_given[0], d_given[1:]
        d_x = xp.zeros_like(x)
        sums: list[Any] = [xp.zeros_like(value) for value in captured]
        for t in reversed(range(len(tape))):
            before, kept = tape[t]
            d_output, mine, passing = d_outputs[t], d_states, None
            if lengths is not None:
                live = t < lengths
                d_output = _where(xp, live, d_output, 0)
                mine = [_where(xp, live, d, 0) for d in d_states]
                passing = [_where(xp, live, 0, d) for d in d_states]
            found = back(x[t], *before, *captured, d_output, *mine, *kept)
            all_found: dict[int, Any] = dict(zip(places, found, strict=True))
            if 0 in all_found:
                d_x[t] = all_found[0]
            d_states = [all_found.get(1 + k, 0 * old) for k, old in enumerate(before)]
            if passing is not None:
                d_states = [a + b for a, b in zip(d_states, passing, strict=True)]
            for k in range(len(sums)):
                part = all_found.get(1 + self._states + k)
                if part is not None:
                    sums[k] += part
        return [d_x, *d_states, *sums]


def _where(xp: Any, live: Any, yes: Any, no: Any) -> Any:
    rank = max(getattr(yes, "ndim", 0), getattr(no, "ndim", 0))
    return xp.where(live.reshape(-1, *[1] * (rank - 1)), yes, no)
