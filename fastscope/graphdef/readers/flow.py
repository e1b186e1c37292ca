"""Conditions, TensorArrays and stacks; see `node.reads`. Loops are made as a whole, by `loops`.

Source: tensorflow/core/ops/control_flow_ops.cc, data_flow_ops.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import array_module
from ...arrays.dtypes import FLOW, RESOURCE, int32
from ...arrays.shapes import TensorShape
from ...errors import flow as errors
from ...graph import Branch, Operation, Tensor, inside
from ...graph.conversion import same
from ...ops import tensor_array as arrays
from ...ops.shape_rules import common
from ..node import Node, NotHereError, reads

__all__: list[str] = []


@reads("Switch", "RefSwitch")
def _switch(n: Node, data: Tensor, pred: Tensor) -> Any:
    """Two operations, one in each branch: the node's outputs are for the false and the true one."""
    outer = data.op.branch
    if pred.op.branch is not None and (outer is None or outer.holds(pred.op.branch)):
        outer = pred.op.branch
    sides: list[Tensor | None] = [None, None]
    consumed = n.reader.consumed.get(n.message.name) or {0}
    for taken in sorted(consumed):
        branch = n.reader.branch(pred, bool(taken), outer)
        name = n.name if taken == max(consumed) else f"{n.name}/false"
        with inside(branch):
            operation = n.recorder.add("Switch", name, same, (data,), (data,), [(data.dims, data.dtype)])
        branch.switches.setdefault(data, operation.outputs[0])
        sides[taken] = operation.outputs[0]
    return sides


@reads("Merge", "RefMerge")
def _merge(n: Node, *inputs: Tensor) -> Any:
    if len(inputs) != 2:
        raise NotHereError("it merges what is no condition with two sides.")
    branch, yes, no = _sides(*inputs)
    dtype = yes.dtype if yes.dtype is no.dtype else yes.dtype.base_dtype
    with inside(branch.outer):
        spec = [(common(yes.dims, no.dims), dtype)]
        merge = n.recorder.add("Merge", n.name, None, (), [yes, no, branch.pred], spec, {"branch": branch})
        if 1 not in n.reader.consumed.get(n.message.name, ()):
            return merge
        which = n.kernel(
            lambda taken, first=inputs[0] is yes: np.int32(bool(taken) != first), [((), int32)], [branch.pred],
            name=f"{n.name}/value_index", type="Identity", steering=(0,),
        )  # fmt: skip
    return [merge.outputs[0], which.outputs[0]]


def _sides(a: Tensor, b: Tensor) -> tuple[Branch, Tensor, Tensor]:
    """Return the branch of a condition that is taken if it holds, and what comes of it, and of the other."""
    first = a.op.branch
    while first is not None:
        second = b.op.branch
        while second is not None:
            if second.pred is first.pred and second.outer is first.outer and second.taken is not first.taken:
                return (first, a, b) if first.taken else (second, b, a)
            second = second.outer
        first = first.outer
    raise NotHereError("what it merges are not the two sides of one condition.")


# ---- TensorArrays. The library's functions go by the flow, which is the array itself while it runs. TensorFlow's
# arrays of gradients have the flow of another, and go by the handle.


class _Sums(list[Any]):
    """A TensorArray of gradients: what is written to one place is added up."""

    def __init__(self, source: Any) -> None:
        super().__init__([None] * len(source))
        self.source = source

    def write(self, index: int, value: Any) -> None:
        while index >= len(self):
            self.append(None)
        self[index] = value if self[index] is None else self[index] + value

    def read(self, index: int) -> Any:
        found = self[index]
        if found is not None:
            return found
        if self.source.shape is None:
            raise errors.element_unwritten("TensorArrayGrad", index)
        return np.zeros(self.source.shape, self.source.dtype.dtype)

    def gather(self, indices: Any) -> Any:
        found = [self.read(int(index)) for index in indices]
        return array_module(*found).stack(found)


def _is_of_gradients(handle: Tensor) -> bool:
    operation = handle.op
    while operation.type in ("Enter", "Identity", "Switch"):
        source = operation.attributes.get("outside") if operation.type == "Enter" else operation.inputs[0]
        assert source is not None
        operation = source.op
    return operation.type == "TensorArrayGradV3"


@reads("TensorArrayV3")
def _tensor_array(n: Node, size: Tensor) -> Any:
    shape = TensorShape(n["element_shape"])
    flags = (n["dynamic_size"], n["clear_after_read"])
    made = n.make(arrays.MADE, size, n.dtype("dtype"), *flags, shape, n["tensor_array_name"] or n.name)
    return list(made)


@reads("TensorArrayGradV3")
def _of_gradients(n: Node, handle: Tensor, flow: Tensor) -> Any:
    source = n["source"]

    def sums(array: Any, _: Any) -> list[Any]:
        array.sums = array.sums or {}
        if source not in array.sums:
            array.sums[source] = _Sums(array)
        return [array.sums[source]] * 2

    return n.kernel(sums, [((2,), RESOURCE), ((), FLOW)], is_list=True)


@reads("TensorArrayWriteV3")
def _write(n: Node, handle: Tensor, index: Tensor, value: Tensor, flow: Tensor) -> Any:
    if not _is_of_gradients(handle):
        return n.make(arrays.WRITE, flow, index, value)

    def write(array: Any, index: Any, value: Any, flow: Any) -> Any:
        array.write(int(index), value)
        return flow

    return n.kernel(write, [((), FLOW)], steering=(1,))


def _element(n: Node) -> Any:
    return n["element_shape"] if "element_shape" in n.message.attr else None


@reads("TensorArrayReadV3")
def _read(n: Node, handle: Tensor, index: Tensor, flow: Tensor) -> Any:
    dtype = n.dtype("dtype")
    if not _is_of_gradients(handle):
        shape = TensorShape(_shape_of(handle))
        return n.make(arrays.READ, flow, index, dtype, shape)
    return n.kernel(lambda array, index, _: array.read(int(index)), [(_shape_of(handle), dtype)], steering=(1,))


def _shape_of(handle: Tensor) -> Any:
    """Return what is known of the elements of the array that a handle is of."""
    operation: Operation = handle.op
    while operation.type != "TensorArrayV3":
        if operation.type == "Enter":
            operation = operation.attributes["outside"].op
        elif operation.inputs:
            operation = operation.inputs[0].op
        else:
            return None
    found: TensorShape = operation.attributes["element_shape"]
    return found.sizes


@reads("TensorArrayGatherV3")
def _gather(n: Node, handle: Tensor, indices: Tensor, flow: Tensor) -> Any:
    dtype, element = n.dtype("dtype"), _element(n)
    element = _shape_of(handle) if element is None else element
    if not _is_of_gradients(handle):
        return n.make(arrays.GATHER, flow, indices, dtype, TensorShape(element))
    count = None if indices.dims is None else indices.dims[0]
    dims = None if element is None else (count, *element)
    return n.kernel(lambda array, places, _: array.gather(np.ravel(places)), [(dims, dtype)], steering=(1,))


@reads("TensorArrayScatterV3")
def _scatter(n: Node, handle: Tensor, indices: Tensor, value: Tensor, flow: Tensor) -> Any:
    if not _is_of_gradients(handle):
        return n.make(arrays.SCATTER, flow, indices, value)

    def scatter(array: Any, places: Any, values: Any, flow: Any) -> Any:
        for index, each in zip(np.ravel(places), values, strict=True):
            array.write(int(index), each)
        return flow

    return n.kernel(scatter, [((), FLOW)], steering=(1,))


@reads("TensorArrayConcatV3")
def _concat(n: Node, handle: Tensor, flow: Tensor) -> Any:
    if _is_of_gradients(handle):
        raise NotHereError("the gradient of TensorArray.split is not here by itself.")
    return list(n.make(arrays.CONCAT, flow, n.dtype("dtype"), TensorShape(_shape_of(handle))))


@reads("TensorArraySplitV3")
def _split(n: Node, handle: Tensor, value: Tensor, lengths: Tensor, flow: Tensor) -> Any:
    if _is_of_gradients(handle):
        raise NotHereError("the gradient of TensorArray.concat is not here by itself.")
    from ...ops.creation import cast

    return n.make(arrays.SPLIT, flow, value, cast(lengths, int32))


@reads("TensorArraySizeV3")
def _size(n: Node, handle: Tensor, flow: Tensor) -> Any:
    return n.kernel(lambda array, _: np.int32(len(array)), [((), int32)])


@reads("TensorArrayCloseV3", "StackCloseV2")
def _close(n: Node, handle: Tensor, *more: Tensor) -> Any:
    return n.kernel(lambda *values: None, ())


# ---- stacks, in which TensorFlow's loops keep what their gradients want


@reads("StackV2")
def _stack(n: Node, size: Tensor) -> Any:
    return n.kernel(lambda size: [], [((), RESOURCE)])


@reads("StackPushV2")
def _push(n: Node, handle: Tensor, element: Tensor) -> Any:
    def push(stack: list[Any], value: Any) -> Any:
        stack.append(value.copy() if isinstance(value, np.ndarray) else value)
        return value

    return n.kernel(push, [(element.dims, element.dtype.base_dtype)])


@reads("StackPopV2")
def _pop(n: Node, handle: Tensor) -> Any:
    return n.kernel(lambda stack: stack.pop(), [(None, n.dtype("elem_type"))])
