"""The way back through a body: what it needs of the way forward, and the plan that goes it.

Source: Griewank and Walther's reverse mode; TF 1.15 python/ops/control_flow_ops.py keeps values on stacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arrays import array_module
from ..arrays.structure import beside
from ..errors import flow as errors
from ..graph import Operation, Tensor
from ..graph.conversion import as_tensor
from ..graph.needs import needed
from ..ops.bodies import Body, BodyPlan
from .walk import gradients, zeros_for

__all__ = ["StepGradient", "WayBack", "no_second_order"]


class WayBack:
    """The gradients of a body's outputs, turned into those of its arguments and of what it uses from outside.

    Args:
        body: the recorded body.
        live: the numbers of the outputs whose gradients come.
        required: the numbers of the arguments that get one in any case, zeros if no output depends on them.

    Attributes:
        kept: the tensors of the body that have to be kept on the way forward.
        places: whose gradients come: the numbers of arguments, and after these of what is used from outside.
        pull: what computes from the values of kept, those from outside and the gradients of `live` those of `places`.
    """

    def __init__(self, body: Body, live: Sequence[int], required: Sequence[int]) -> None:
        outside = list(body.captured.values())
        given = [*body.inputs, *outside]
        tops = [body.outputs[k] for k in live]
        made = len(body.recorder.operations)
        d_tops = [body.argument(tensor.dims, tensor.dtype.base_dtype) for tensor in tops]
        with body.recording() as recorder:
            found = gradients(tops, given, d_tops)
            for k in required:
                found[k] = zeros_for(body.inputs[k]) if found[k] is None else found[k]
            dense = [None if d is None else as_tensor(d, recorder) for d in found]
        wanted = [d for d in dense if d is not None]
        self.places = [k for k, d in enumerate(dense) if d is not None]
        self.kept = _kept(wanted, made, {*outside, *d_tops})
        self.pull = BodyPlan(wanted, [*self.kept, *outside, *d_tops])


def _kept(wanted: list[Tensor], made: int, known: set[Tensor]) -> list[Tensor]:
    """Return the tensors of the way forward that the gradients read, in values or in conditions."""
    found: dict[Tensor, None] = {}

    def note(tensor: Tensor) -> None:
        if tensor.op.number < made and tensor not in known and tensor.op.type != "Const":
            found[tensor] = None

    for tensor in wanted:
        note(tensor)
    for operation in needed([tensor.op for tensor in wanted], known):
        if operation.number < made:
            continue
        for tensor in operation.inputs:
            note(tensor)
        branch = operation.branch
        while branch is not None:
            note(branch.pred)
            branch = branch.outer
    return list(found)


def no_second_order(operation: Operation, *gradients: Any) -> Any:
    """Refuse to differentiate a way back again: it is a rule of gradients.

    Raises:
        TypeError: always.
    """
    raise errors.second_order()


class StepGradient:
    """Runs `(x, *state) -> (output, *state)` over a sequence, forward and back.

    Args:
        body: the recorded step.
        states: how many arrays a state has.
    """

    def __init__(self, body: Body, states: int) -> None:
        self._body = body
        self._states = states
        self._given = [*body.inputs, *body.captured.values()]
        self._forward = BodyPlan(body.outputs, self._given)
        self._back: tuple[BodyPlan, WayBack] | None = None

    def run(self, x: Any, states: list[Any], captured: Sequence[Any], lengths: Any, keep: bool) -> list[Any]:
        """Return outputs `[T, N, ...]`, the final states, and what the way back needs if `keep`."""
        xp = array_module(x)
        forward = (self._way_back()[0] if keep else self._forward).ready()
        lengths = None if lengths is None else xp.asarray(lengths)
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
                tape.append(values[count:])
        stacked = xp.stack(outputs) if outputs else self._no_outputs(xp, x)
        return [stacked, *states, tape if keep else None]

    def _no_outputs(self, xp: Any, x: Any) -> Any:
        output = self._body.outputs[0]
        sizes = [x.shape[1] if k == 0 else size or 0 for k, size in enumerate(output.dims or ())]
        return xp.zeros((0, *sizes), output.dtype.base_dtype.dtype)

    def _way_back(self) -> tuple[BodyPlan, WayBack]:
        """Return a plan forward with what the way back needs, and the way back."""
        if self._back is None:
            body, every = self._body, range(1 + self._states)
            way = WayBack(body, every, every[1:])
            self._back = BodyPlan([*body.outputs, *way.kept], self._given), way
        return self._back

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
            attributes = {"forward": op, "received": given, "sources": like}
            way = recorder.add(
                "WhileGrad", recorder.claim("While"), back, tuple(inputs), inputs, outputs, attributes,
                gradient=no_second_order, is_list=True,
            )  # fmt: skip
            return [*way.outputs, *[None] * has_lengths]

        return rule

    def _pull(self, tape: Any, values: Sequence[Any], d_given: list[Any], has_lengths: bool) -> list[Any]:
        way = self._way_back()[1]
        first = 1 + self._states
        x, captured = values[0], values[first : len(values) - has_lengths]
        xp = array_module(x)
        lengths = xp.asarray(values[-1]) if has_lengths else None
        d_outputs, d_states = d_given[0], d_given[1:]
        d_x = xp.zeros_like(x)
        sums: list[Any] = [xp.zeros(value.shape, value.dtype) for value in captured]
        pull = way.pull.ready()
        for t in reversed(range(len(tape))):
            d_output, mine, passing = d_outputs[t], d_states, None
            if lengths is not None:
                live = t < lengths
                d_output = _where(xp, live, d_output, 0)
                mine = [_where(xp, live, d, 0) for d in d_states]
                passing = [_where(xp, live, 0, d) for d in d_states]
            found = dict(zip(way.places, pull(*tape[t], *captured, d_output, *mine), strict=True))
            if 0 in found:
                d_x[t] = found[0]
            d_states = [found[k] for k in range(1, first)]
            if passing is not None:
                d_states = [a + b for a, b in zip(d_states, passing, strict=True)]
            for k in range(len(sums)):
                part = found.get(first + k)
                if part is not None:
                    sums[k] += beside(x, part)[0]
        return [d_x, *d_states, *sums]


def _where(xp: Any, live: Any, yes: Any, no: Any) -> Any:
    rank = max(getattr(yes, "ndim", 0), getattr(no, "ndim", 0))
    return xp.where(live.reshape(-1, *[1] * (rank - 1)), yes, no)
