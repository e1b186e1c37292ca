"""Placement: on which device each operation of a plan runs, and what has to be copied for it.

Asked only where there is a GPU. An operation takes its data where it runs, and what steers it (a shape, an axis, a
condition, a rate) on the host. It runs

1. on the CPU if it handles text, or stands in a block of `tf.device("/cpu:0")`;
2. on the GPU on which something is that it takes, a variable or what was computed there;
3. on the CPU if it takes a variable of the CPU, or what was computed of one, and no block names a GPU;
4. on the host if all that it takes and makes is small: integers, booleans, and numbers without dimensions; but on a
   GPU if what it makes has dimensions and is wanted nowhere else;
5. on the device of its block, else on that of the plan.

Constants, feeds and what point 4 makes are free: they are on the host, and are copied to a device where one of its
operations takes them; a constant when the plan is made, the others once a run. What comes out of loops and TensorArrays
is where it was put, which shows when it runs.

Source: TF 1.15 keeps such things in "HostMemory", by its kernels (tensorflow/core/framework/memory_types.cc).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Final

import numpy as np

from ..arrays import CPU, Device, array_module, device_of, move, parse_device, to_numpy
from ..arrays.dtypes import string
from .blocks import device as device_block
from .operation import Operation, ShapeOf
from .tensor import Tensor

__all__ = ["FREE", "UNSURE", "Placement", "arguments", "mover", "needs_placement", "placed"]

FREE: Final = Device("free")
"""On the host, and to be copied wherever it is wanted."""

UNSURE: Final = Device("unsure")
"""Where it was put when it ran."""

_HANDLES = ("VariableV2", "VarHandleOp")
_OF_SHAPES = ("Shape", "ShapeN", "Size", "Rank", "TensorArraySizeV3")
_ON_THE_HOST = ("Const", "Placeholder", *_OF_SHAPES)
_PASSING = ("While", "WhileGrad")  # they run bodies, whose plans have a placement of their own


def needs_placement(operations: Iterable[Operation], default: Device) -> bool:
    """Return whether something in a plan may be on a GPU."""
    if default.kind == "gpu":
        return True
    named = {operation.device for operation in operations if operation.device}
    return any(parse_device(name).kind == "gpu" for name in named)


class Placement:
    """Where the operations of a plan run.

    Args:
        operations: in their order.
        fed: where the values are that the plan is given.
        default: the device of what nobody placed.
        fetched: tensors that are wanted on the host in the end.

    Attributes:
        runs: where each operation runs: a device, FREE = on the host, UNSURE = where its arguments are.
    """

    def __init__(
        self,
        operations: Sequence[Operation],
        fed: Mapping[Tensor, Device],
        default: Device,
        fetched: Iterable[Tensor] = (),
    ) -> None:
        self.default = default
        self.runs: dict[Operation, Device] = {}
        self._fed = frozenset(fed)
        self._found = dict(fed)
        for operation in operations:
            place = self.runs[operation] = self._place(operation)
            if operation.type in _ON_THE_HOST:
                place = FREE
            elif operation.type in _PASSING:
                place = UNSURE
            for tensor in operation.outputs:
                self._found.setdefault(tensor, place)
        self._let_follow(operations, fetched)

    def _let_follow(self, operations: Sequence[Operation], fetched: Iterable[Tensor]) -> None:
        """Let what is small, but no number, be made on the GPU that alone wants it, of what is copied there."""
        wants: dict[Tensor, set[Device]] = {tensor: {CPU} for tensor in fetched}
        for operation in reversed(operations):
            made = [tensor for tensor in operation.outputs if tensor not in self._fed]
            found = {place for tensor in made for place in wants.get(tensor, ())}
            can_follow = operation.type not in _ON_THE_HOST and any(tensor.dims != () for tensor in made)
            if self.runs[operation] == FREE and can_follow and _data(operation) and len(found) == 1:
                (place,) = found
                if place.kind == "gpu":
                    self.runs[operation] = place
                    self._found.update(dict.fromkeys(made, place))
            if operation.type not in _OF_SHAPES:
                for number, tensor in arguments(operation):
                    wanted = self.wanted(operation, number, tensor)
                    wants.setdefault(tensor, set()).add(CPU if wanted == UNSURE else wanted)

    def place_of(self, tensor: Tensor) -> Device:
        """Return where a tensor's value is."""
        return self._found.get(tensor, FREE)

    def wanted(self, operation: Operation, number: int, tensor: Tensor) -> Device:
        """Return where an operation wants a tensor in its argument `number`; UNSURE = where it is."""
        if operation.type in _OF_SHAPES:
            return UNSURE
        if number in operation.steering:
            return CPU
        if operation.type in _PASSING:
            return self.settled(tensor)
        place = self.runs[operation]
        return CPU if place == FREE else place

    def settled(self, tensor: Tensor) -> Device:
        """Return where a tensor stays that nobody computes with now: what is not small goes to the plan's device."""
        place = self.place_of(tensor)
        return self.default if place == FREE and not _is_small(tensor) and not _is_text(tensor) else UNSURE

    def _place(self, operation: Operation) -> Device:
        if operation.type in _HANDLES:
            return _device_of_variable(operation)
        variable = _variable_of(operation)
        if variable is not None:
            first = operation.inputs[0] if operation.inputs else None
            is_fed_read = operation.function is None and first in self._fed
            return FREE if is_fed_read else _device_of_variable(variable)
        held = _held(operation)
        weights = next((tensor.op for tensor in held if "variable" in tensor.op.attributes), None)
        if weights is not None:
            return _device_of_variable(weights)
        data = [*_data(operation), *held]
        origin = next((tensor.op for tensor in data if tensor.op.optional == tensor.value_index), None)
        if origin in self.runs and origin.type not in _PASSING:
            return self.runs[origin]  # what it kept lies there
        every = [*data, *operation.outputs]
        if any(map(_is_text, every)):
            return CPU
        block = parse_device(operation.device) if operation.device else self.default
        if block.kind == "cpu" and self.default.kind == "gpu":
            return CPU
        places = [self.place_of(tensor) for tensor in data]
        gpu = next((place for place in places if place.kind == "gpu"), None)
        if gpu is not None:
            return block if operation.device and block.kind == "gpu" else gpu
        small = all(map(_is_small, every))
        if CPU in places and (small or not operation.device):
            return CPU
        is_unsure = UNSURE in places or operation.type.startswith("TensorArray")
        if is_unsure and (small or block.kind == "cpu"):
            return UNSURE
        return FREE if small else block


def _data(operation: Operation) -> list[Tensor]:
    """Return the tensors among its arguments that an operation computes with."""
    values = (value for k, value in enumerate(operation.args) if k not in operation.steering)
    return [tensor for value in values for tensor in tensors_in(value)]


def _held(operation: Operation) -> list[Tensor]:
    """Return what an operation takes without an argument: a cell its weights, Merge all that it chooses from."""
    given = {tensor for value in operation.args for tensor in tensors_in(value)}
    given.update(value.tensor for value in operation.args if type(value) is ShapeOf)
    return [tensor for tensor in operation.taken if tensor not in given]


def arguments(operation: Operation) -> Iterator[tuple[int, Tensor]]:
    """Yield the tensors that an operation takes, with the number of the argument in which each is."""
    for number, value in enumerate(operation.taken if operation.type == "Merge" else operation.args):
        for tensor in tensors_in(value):
            yield number, tensor


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in an argument, also inside its lists."""
    if type(value) is Tensor:
        yield value
    elif type(value) in (list, tuple):
        for inner in value:
            yield from tensors_in(inner)


def _variable_of(operation: Operation) -> Operation | None:
    """Return what holds the variable that an operation reads or writes."""
    first = operation.inputs[0].op if operation.inputs else None
    if first is not None and first.type in _HANDLES:
        return first
    return operation if "variable" in operation.attributes else None


def _device_of_variable(operation: Operation) -> Device:
    device: Device = operation.attributes["variable"]._device()
    return device


def _is_small(tensor: Tensor) -> bool:
    dtype = tensor.dtype.base_dtype
    return tensor.dims == () or not (dtype.is_floating or dtype.is_complex)


def _is_text(tensor: Tensor) -> bool:
    """Return whether a tensor is text; what an operation keeps for its gradient only has the dtype of it."""
    return tensor.dtype.base_dtype is string and tensor.op.optional != tensor.value_index


# ---- what a plan calls


def mover(place: Device) -> Callable[[Any], Any]:
    """Return a function that copies an array to a device, if it is elsewhere; anything else it leaves as it is."""
    if place.kind == "cpu":
        return lambda value: value if array_module(value) is np else to_numpy(value)

    def moved(value: Any) -> Any:
        if isinstance(value, (np.ndarray, np.generic)):
            return move(value, place) if value.dtype.kind != "O" else value
        return value if array_module(value) is np else move(value, place)

    return moved


def placed(operation: Operation, placement: Placement) -> Callable[..., Any]:
    """Return an operation's function, which runs where it was placed, and whose results are there."""
    place, default = placement.runs[operation], placement.default
    function = operation.function
    assert function is not None
    if operation.type in _PASSING or operation.type in _OF_SHAPES:
        return function
    if place == UNSURE:
        return _following(function, operation.steering, default)
    if isinstance(function, np.ufunc):  # it makes nothing but its result, where its arguments are
        return function
    where = CPU if place == FREE else place
    move_there = mover(where)

    def settled(*args: Any, **facts: Any) -> Any:
        result = function(*args, **facts)
        return [move_there(value) for value in result] if type(result) in (list, tuple) else move_there(result)

    if where == default:
        return settled

    def run(*args: Any, **facts: Any) -> Any:
        with device_block(where.name), where.activate():
            return settled(*args, **facts)

    return run


def _following(function: Callable[..., Any], steering: Collection[int], default: Device) -> Callable[..., Any]:
    """Return an operation's function, which runs where its data is: on a GPU if something of it is there."""

    def run(*args: Any, **facts: Any) -> Any:
        data = [value for k, value in enumerate(args) if k not in steering]
        where = next((device_of(value) for value in _leaves(data) if array_module(value) is not np), CPU)
        if where != CPU:
            move_there = mover(where)
            args = tuple(value if k in steering else _each(move_there, value) for k, value in enumerate(args))
        with nullcontext() if where == default else device_block(where.name), where.activate():
            return function(*args, **facts)

    return run


def _each(move_there: Callable[[Any], Any], value: Any) -> Any:
    return [_each(move_there, inner) for inner in value] if type(value) in (list, tuple) else move_there(value)


def _leaves(values: Any) -> Iterator[Any]:
    for value in values:
        if type(value) in (list, tuple):
            yield from _leaves(value)
        else:
            yield value
