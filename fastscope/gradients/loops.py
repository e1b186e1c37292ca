"""The gradient of while_loop: its iterations in opposite order, each by the way back through the body.

Source: tensorflow/python/ops/control_flow_grad.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..arrays import array_module
from ..arrays.elements import Elements, merged_parts
from ..arrays.structure import beside
from ..errors import flow as errors
from ..graph import Operation, Tensor
from ..graph.conversion import as_tensor
from ..ops.bodies import Body
from .bodies import WayBack, no_second_order
from .registry import rule

__all__ = ["exit_of_a_loop", "loop"]


@rule("Exit")
def exit_of_a_loop(op: Operation, d: Any) -> Any:
    return d


@rule("While")
def loop(op: Operation, *received: Any) -> list[Any]:
    """Write down the way back; a gradient comes for each loop variable that something depends on."""
    run = op.attributes.get("loop")
    if run is None:  # the way back of a loop is none that can be gone back itself
        raise errors.second_order()
    body, count = run.body, run.count
    live = _live(body, [k for k in range(count) if received[k] is not None])
    way = _way_back(op, body, live)
    places = run.places_of(way.kept)
    outside = op.inputs[len(op.inputs) - len(body.captured) :]
    given = [op.outputs[k] if received[k] is None else as_tensor(received[k], op.recorder) for k in live]
    absent = [received[k] is None for k in live]
    summed = [k - count for k in way.places if k >= count]

    def back(tape: Any, *values: Any) -> list[Any]:
        captured, ends = values[: len(outside)], values[len(outside) :]
        d_live = [_zeros(end) if missing else end for end, missing in zip(ends, absent, strict=True)]
        sums = [_zeros(captured[k]) for k in summed]
        pull = way.pull.ready()
        for kept in reversed(tape):
            found = pull(*(kept[place] for place in places), *captured, *d_live)
            d_live = list(found[: len(live)])
            sums = [_plus(total, part) for total, part in zip(sums, found[len(live) :], strict=True)]
        return [*d_live, *sums]

    inputs = (op.outputs[-1], *outside, *given)
    whose = [*(op.inputs[k] for k in live), *(outside[k] for k in summed)]
    specs = [(tensor.dims, tensor.dtype.base_dtype) for tensor in whose]
    name = op.recorder.claim("While")
    attributes = {"forward": op, "received": [received[k] for k in range(count)], "sources": whose}
    operation = op.recorder.add(
        "WhileGrad", name, back, inputs, inputs, specs, attributes, gradient=no_second_order, is_list=True
    )
    return _spread(op, live, [len(op.inputs) - len(outside) + k for k in summed], operation.outputs)


def _spread(op: Operation, live: list[int], others: list[int], found: list[Tensor]) -> list[Any]:
    """Return a gradient, or None, for each input."""
    gradients: list[Any] = [None] * len(op.inputs)
    for place, gradient in zip([*live, *others], found, strict=True):
        gradients[place] = gradient
    return gradients


def _zeros(value: Any) -> Any:
    return {} if isinstance(value, Elements) else array_module(value).zeros_like(value)


def _plus(total: Any, part: Any) -> Any:
    return merged_parts(total, part) if isinstance(total, dict) else beside(part, total)[0] + part


def _way_back(op: Operation, body: Body, live: list[int]) -> WayBack:
    ways = op.attributes.setdefault("ways", {})
    if tuple(live) not in ways:
        ways[tuple(live)] = WayBack(body, live, live)
    way: WayBack = ways[tuple(live)]
    return way


def _live(body: Body, wanted: Iterable[int]) -> list[int]:
    """Return the loop variables on which those that are `wanted` depend, these with them, in order."""
    numbers = {tensor: k for k, tensor in enumerate(body.inputs)}
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += (numbers[t] for t in _sources(body.outputs[number]) if t in numbers)
    return sorted(found)


def _sources(tensor: Tensor) -> set[Tensor]:
    """Return the tensors that can have a gradient, and that `tensor` is made from."""
    found: set[Tensor] = set()
    waiting = [tensor]
    while waiting:
        source = waiting.pop()
        dtype = source.dtype.base_dtype
        if source not in found and (dtype.is_floating or dtype.is_complex):
            found.add(source)
            waiting += source.op.inputs
    return found
