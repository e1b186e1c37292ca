"""Which arrays a plan copies, since the variable that they lie in is written before their last use.

A variable is read where it lies, so what was read changes with it. That is TensorFlow's rule for its reference
variables, but for one use: a way back sees what its operation saw, so that two optimizers in one run have gradients of
one and the same function. A part that is cut out is a value there, too, and so is all that an operation makes of a
resource variable, which is read where the operation takes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .operation import Operation, values_taken
from .tensor import Tensor

__all__ = ["Snapshots"]

_HELD = ("VariableV2", "VarHandleOp")
_READS = ("Identity", "ReadVariableOp")
_VIEWS = frozenset((
    "BroadcastTo", "Cast", "CheckNumerics", "DiagPart", "Exit", "ExpandDims", "Identity", "Imag", "MatrixDiagPart",
    "Real", "Reshape", "ReverseV2", "Slice", "Split", "SplitV", "Squeeze", "StopGradient", "StridedSlice",
    "TensorArrayReadV3", "TensorArrayScatterV3", "TensorArraySplitV3", "TensorArrayWriteV3", "Transpose", "Unpack",
))  # fmt: skip

_PARTS = (
    "BroadcastTo",
    "DiagPart",
    "MatrixDiagPart",
    "ReverseV2",
    "Slice",
    "Split",
    "SplitV",
    "StridedSlice",
    "Unpack",
)


class Snapshots:
    """What is copied in a plan.

    Args:
        operations: those of the plan, in their order.
        outputs: what outlives it, where it is a body's; else nothing.

    Attributes:
        before: for an operation, the tensors that are copied before it.
        used: for an operation and one of its inputs, the operation before which the copy was made that it takes.
        own: operations and inputs that are copied for them: what they make or keep lies in these.
    """

    def __init__(self, operations: Sequence[Operation], outputs: Sequence[Tensor]) -> None:
        self.before: dict[Operation, list[Tensor]] = {}
        self.used: dict[tuple[Operation, Tensor], Operation] = {}
        self.own: set[tuple[Operation, Tensor]] = set()
        self._operations = operations
        self._lies_in: dict[Tensor, Tensor] = {}  # for what is seen through views, the reading
        self._viewed_by: dict[Tensor, tuple[Operation, Tensor]] = {}  # the view that is a value in TF, what it takes
        self._writes = _writes(operations)
        if self._writes:
            for operation in operations:
                self._follow(operation)
            for tensor in outputs:
                self._value(tensor, math.inf)

    def _follow(self, operation: Operation) -> None:
        """Note which outputs of an operation lie in variables, and what has to be copied for it."""
        for tensor in values_taken(operation):
            reading = self._reading(tensor)
            if reading is None:
                continue
            self._value(tensor, operation.number)
            self._way_back(operation, tensor, reading)
            if operation.type in _VIEWS and (operation, tensor) not in self.used:
                self._lies_in.update(dict.fromkeys(operation.outputs, reading))
                first = self._viewed_by.get(tensor)
                if first is None and (reading.op.type == "ReadVariableOp" or operation.type in _PARTS):
                    first = operation, tensor
                if first is not None:
                    self._viewed_by.update(dict.fromkeys(operation.outputs, first))
        origin = operation.way_back_of
        if origin is not None and origin.optional is not None:
            self._keep_for(operation, origin)

    def _reading(self, tensor: Tensor) -> Tensor | None:
        """Return the reading of a variable in whose buffer a tensor lies, or None."""
        found = _outermost(tensor)
        return found if _is_reading(found.op) else self._lies_in.get(tensor)

    def _value(self, tensor: Tensor, use: float) -> None:
        """Copy what has to be a value, if the variable that it lies in is written before this use of it."""
        first = self._viewed_by.get(tensor)
        if first is not None:
            made = first[0].number if use < math.inf else -1  # a body runs again
            if self._is_written(self._lies_in[tensor], made, use):
                self.own.add(first)

    def _way_back(self, operation: Operation, tensor: Tensor, reading: Tensor) -> None:
        """Give a part of a way back what its operation saw."""
        if operation.way_back_of is None or tensor.op.branch is not None:
            return
        seen = max(operation.seen_at, tensor.op.number if tensor.op.recorder is operation.recorder else 0)
        if self._is_written(reading, seen, operation.number):
            place = next(other for other in self._operations if other.number > seen)
            copied = self.before.setdefault(place, [])
            if tensor not in copied:
                copied.append(tensor)
            self.used[operation, tensor] = place

    def _keep_for(self, operation: Operation, origin: Operation) -> None:
        """Copy for `origin` what it keeps for this part of its way back."""
        if origin.outputs[origin.optional or 0] in operation.inputs:
            for tensor in origin.inputs:
                reading = self._reading(tensor)
                if reading is not None and self._is_written(reading, origin.number, operation.number):
                    self.own.add((origin, tensor))

    def _is_written(self, reading: Tensor, after: int, before: float) -> bool:
        return any(after < number < before for number in self._writes.get(reading.op.attributes["variable"], ()))


def _writes(operations: Sequence[Operation]) -> dict[Any, list[int]]:
    """Return the numbers of the operations that write each variable."""
    found: dict[Any, list[int]] = {}
    for operation in operations:
        if not _is_reading(operation) and operation.type not in _HELD:
            held = {tensor.op.attributes["variable"] for tensor in operation.inputs if tensor.op.type in _HELD}
            if "variable" in operation.attributes:
                held.add(operation.attributes["variable"])
            for variable in held:
                found.setdefault(variable, []).append(operation.number)
    return found


def _is_reading(operation: Operation) -> bool:
    return "variable" in operation.attributes and operation.type in _READS


def _outermost(tensor: Tensor) -> Tensor:
    """Return what a tensor stands for that comes into a body from outside."""
    while tensor.op.type == "Enter" and "outside" in tensor.op.attributes:
        tensor = tensor.op.attributes["outside"]
    return tensor
