"""How conditions, loops and TensorArrays are written: with TensorFlow's Switch, Merge and Enter; see `rules`.

In TensorFlow an operation is in a branch, or in a loop, because of what comes into it. One without inputs waits for an
operation of the branch, its pivot.

Source: tensorflow/python/ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from ..arrays.dtypes import FLOW, RESOURCE, as_dtype
from ..graph import Branch, Operation, Tensor
from ..graph.needs import needed
from ..ops.bodies import Body
from .rules import rule
from .writer import Ref, Writer

__all__ = ["Frames", "needed_of", "stand_for_captured", "write_loop"]


class Frames:
    """What a graph's branches and loops are called while it is written.

    Args:
        w: the writer.

    Attributes:
        exits: the names of the operations by which tensors leave their loops.
    """

    def __init__(self, w: Writer) -> None:
        self._w = w
        self._pivots: dict[Branch, str] = {}
        self._handles: dict[Tensor, Ref] = {}
        self.exits: dict[Tensor, str] = {}

    def pivot(self, branch: Branch) -> str:
        """Return the name of the operation that runs where a branch is taken."""
        found = self._pivots.get(branch)
        if found is None:
            w = self._w
            scope = branch.pred.op.name.rpartition("/")[0]
            after = [] if branch.outer is None else [self.pivot(branch.outer)]
            with w.at(scope, after):
                predicate = w.ref(branch.pred)
                sides = w.add("Switch", [predicate, predicate])
                full_name = w.unique(f"{scope}/switch_{'t' if branch.taken else 'f'}" if scope else "switch")
                found = w.add("Identity", [sides[1 if branch.taken else 0]], full_name)[0].name
            self._pivots[branch] = found
        return found

    def forget(self, names: Collection[str]) -> None:
        """Let the operations of these names be none of a branch's, as they are not written after all."""
        self._pivots = {branch: name for branch, name in self._pivots.items() if name not in names}

    def handle(self, flow: Tensor) -> Ref:
        """Return the handle of the TensorArray that a flow is of."""
        return self._handles[flow]

    def note(self, operation: Operation) -> None:
        """Note the handles of the flows that an operation makes."""
        if operation.type == "TensorArrayV3":
            self._handles[operation.outputs[1]] = self._w.ref(operation.outputs[0])
            return
        sources = [tensor for tensor in operation.inputs if tensor in self._handles]
        for tensor in operation.outputs:
            if tensor.dtype.base_dtype is FLOW and sources and tensor not in self._handles:
                self._handles[tensor] = self._handles[sources[0]]

    def share(self, flow: Tensor, handle: Ref) -> None:
        """Let a flow be of the TensorArray with this handle."""
        self._handles[flow] = handle


@rule("Switch")
def _switch(w: Writer, op: Operation) -> list[Ref]:
    branch = op.branch
    assert branch is not None
    sides = w.add("Switch", [w.ref(op.inputs[0]), w.ref(branch.pred)], op.name)
    return [sides[1 if branch.taken else 0]]


@rule("Merge")
def _merge(w: Writer, op: Operation) -> list[Ref]:
    pred = w.ref(op.attributes["branch"].pred)
    sides = []
    for tensor, taken in zip(op.inputs[:2], (True, False), strict=True):
        ref = w.ref(tensor)
        if not _is_inside(tensor.op.branch, op.attributes["branch"], taken):
            # what is there anyway would be merged whichever side is taken
            ref = w.add("Switch", [ref, pred])[int(taken)]
        sides.append(ref)
    return w.add("Merge", [sides[::-1]], op.name)[:1]


def _is_inside(found: Branch | None, branch: Branch, taken: bool) -> bool:
    """Return whether one branch is in the side of a condition that is `taken`."""
    while found is not None and not (found.pred is branch.pred and found.taken is taken):
        found = found.outer
    return found is not None


def write_loop(
    w: Writer,
    frames: Frames,
    op: Operation,
    write: Callable[[list[Operation], list[str]], None],
) -> list[Ref]:
    """Write a `while_loop`; what stands for its outputs is what leaves it.

    Args:
        write: writes the operations of a body, those without inputs after the ones that are named.
    """
    loop = op.attributes["loop"]
    condition, body, count = loop.condition, loop.body, loop.count
    scope = op.name.rpartition("/")[0]
    frame = w.unique(f"{scope}/while_context" if scope else "while_context")
    with w.at(scope, []):

        def enter(ref: Ref, is_constant: bool) -> Ref:
            facts: dict[str, Any] = {"frame_name": frame, "is_constant": is_constant, "parallel_iterations": 10}
            made: Ref = w.add("Enter", [ref], **facts)[0]
            return made

        outside = op.inputs
        entered = [enter(w.ref(tensor), False) for tensor in outside[:count]]
        next_names = [w.unique(f"{scope}/NextIteration" if scope else "NextIteration") for _ in entered]
        merges = [
            w.add("Merge", [[ref, Ref(name, ref.dtype)]], tensor.op.name)[0]
            for ref, name, tensor in zip(entered, next_names, condition.inputs, strict=True)
        ]
        handles: dict[str, Ref] = {}
        _come_in(w, frames, condition, merges, outside, handles, enter)
        given = outside[count : count + len(condition.captured)]
        _capture(w, frames, condition.captured, given, handles, enter)
        write(needed_of(condition), [merges[0].name])
        go_on = w.add("LoopCond", [w.ref(condition.outputs[0])])[0]
        switches = [w.add("Switch", [merge, go_on]) for merge in merges]
        states = [
            w.add("Identity", [sides[1]], tensor.op.name)[0]
            for sides, tensor in zip(switches, body.inputs, strict=True)
        ]
        _come_in(w, frames, body, states, outside, handles, enter)
        _capture(w, frames, body.captured, outside[count + len(condition.captured) :], handles, enter)
        write(needed_of(body), [states[0].name])
        for name, tensor in zip(next_names, body.outputs, strict=True):
            w.add("NextIteration", [w.ref(tensor)], name)
        exits = [
            w.add("Exit", [sides[0]], frames.exits.get(tensor))[0]
            for sides, tensor in zip(switches, op.outputs, strict=False)
        ]
    for tensor, start in zip(op.outputs, outside, strict=False):
        if tensor.dtype.base_dtype is FLOW:
            frames.share(tensor, frames.handle(start))
    return exits


@rule("Exit")
def _exit(w: Writer, op: Operation) -> list[Ref]:
    """What leaves a loop, which is written with the loop."""
    left = w.ref(op.inputs[0])
    return [left] if left.name == op.name else w.add("Identity", [left], op.name)


def needed_of(body: Body) -> list[Operation]:
    """Return the operations of a body that its outputs need, in their order, and what those that were read name."""
    found = set(needed([tensor.op for tensor in body.outputs]))
    waiting = list(found)
    while waiting:
        operation = waiting.pop()
        more = {*(tensor.op for tensor in operation.inputs), *operation.control_inputs}
        if operation.message is not None:
            more |= {*(tensor.op for tensor in operation.message.inputs), *operation.message.controls}
        more -= found
        found |= more
        waiting += more
    return [operation for operation in body.recorder.operations if operation in found]


def stand_for_captured(w: Writer, captured: dict[Tensor, Tensor], refs: Sequence[Ref]) -> None:
    """Let nodes stand for what a body uses from outside."""
    for inner, ref in zip(captured.values(), refs, strict=True):
        w.stand_for(inner, ref)


def _come_in(
    w: Writer, frames: Frames, body: Any, refs: Sequence[Ref], outside: Sequence[Tensor], handles: Any, enter: Any
) -> None:
    """Let nodes stand for a body's arguments, and bring the handles of TensorArrays in."""
    for tensor, ref, start in zip(body.inputs, refs, outside, strict=False):
        w.stand_for(tensor, ref)
        if tensor.dtype.base_dtype is FLOW:
            frames.share(tensor, _entered(frames.handle(start), handles, enter))


def _capture(
    w: Writer, frames: Frames, captured: dict[Tensor, Tensor], given: Sequence[Tensor], handles: Any, enter: Any
) -> None:
    """Bring in what a body uses from outside."""
    for inner, tensor in zip(captured.values(), given, strict=True):
        if tensor.dtype is RESOURCE:
            w.stand_for(inner, _entered(w.ref(tensor), handles, enter))
            continue
        w.stand_for(inner, enter(w.ref(tensor), True))
        if tensor.dtype.base_dtype is FLOW:
            frames.share(inner, _entered(frames.handle(tensor), handles, enter))


def _entered(handle: Ref, handles: dict[str, Ref], enter: Callable[[Ref, bool], Ref]) -> Ref:
    if handle.name not in handles:
        handles[handle.name] = enter(handle, True)
    return handles[handle.name]


# ---- TensorArrays


@rule("_made")
def _tensor_array(w: Writer, op: Operation) -> list[Ref]:
    facts = op.attributes
    return w.add(
        "TensorArrayV3", [w.given(facts["size"], "size", "int32")], op.name, dtype=facts["dtype"],
        element_shape=facts["element_shape"].sizes, dynamic_size=facts["grows"], clear_after_read=facts["clears"],
        tensor_array_name=facts["label"],
    )  # fmt: skip


def _flow(w: Writer, op: Operation) -> tuple[Ref, Ref]:
    flow = op.attributes["flow"]
    return w.frames.handle(flow), w.ref(flow)


@rule("_read/TensorArrayReadV3")
def _read(w: Writer, op: Operation) -> list[Ref]:
    handle, flow = _flow(w, op)
    index = w.given(op.attributes["index"], "index", "int32")
    return w.add("TensorArrayReadV3", [handle, index, flow], op.name, dtype=op.attributes["dtype"])


@rule("_write/TensorArrayWriteV3")
def _write(w: Writer, op: Operation) -> list[Ref]:
    handle, flow = _flow(w, op)
    index = w.given(op.attributes["index"], "index", "int32")
    return w.add("TensorArrayWriteV3", [handle, index, w.ref(op.attributes["value"]), flow], op.name)


def _places(w: Writer, op: Operation, handle: Ref, flow: Ref) -> Ref:
    """Return the places that are read or written, by default all of them."""
    if op.attributes["indices"] is not None:
        return w.given(op.attributes["indices"], "indices", "int32")
    size = w.add("TensorArraySizeV3", [handle, flow])[0]
    start, delta = w.const(0, "range/start"), w.const(1, "range/delta")
    made: Ref = w.add("Range", [start, size, delta])[0]
    return made


@rule("_gather/TensorArrayGatherV3")
def _gather(w: Writer, op: Operation) -> list[Ref]:
    handle, flow = _flow(w, op)
    facts = {"dtype": as_dtype(op.attributes["dtype"]), "element_shape": op.attributes["element_shape"].sizes}
    return w.add("TensorArrayGatherV3", [handle, _places(w, op, handle, flow), flow], op.name, **facts)


@rule("_scatter/TensorArrayScatterV3")
def _scatter(w: Writer, op: Operation) -> list[Ref]:
    handle, flow = _flow(w, op)
    value = w.ref(op.attributes["value"])
    if op.attributes["indices"] is not None:
        places = w.given(op.attributes["indices"], "indices", "int32")
    else:
        whole = w.add("Shape", [value])[0]
        ends = [w.const([n], f"strided_slice/stack_{n}") for n in (0, 1)]
        count = w.add("StridedSlice", [whole, *ends, ends[1]], shrink_axis_mask=1)[0]
        places = w.add("Range", [w.const(0, "range/start"), count, w.const(1, "range/delta")])[0]
    return w.add("TensorArrayScatterV3", [handle, places, value, flow], op.name)


@rule("_size/TensorArraySizeV3")
def _size(w: Writer, op: Operation) -> list[Ref]:
    return w.add("TensorArraySizeV3", list(_flow(w, op)), op.name)


@rule("_concat/TensorArrayConcatV3")
def _concat(w: Writer, op: Operation) -> list[Ref]:
    return w.add("TensorArrayConcatV3", list(_flow(w, op)), op.name, dtype=as_dtype(op.attributes["dtype"]))


@rule("_split/TensorArraySplitV3")
def _split(w: Writer, op: Operation) -> list[Ref]:
    handle, flow = _flow(w, op)
    lengths = w.given(op.attributes["lengths"], "lengths", "int64")
    if lengths.dtype.base_dtype.name != "int64":
        lengths = w.cast(lengths, as_dtype("int64"))
    return w.add("TensorArraySplitV3", [handle, w.ref(op.attributes["value"]), lengths, flow], op.name)
