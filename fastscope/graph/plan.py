"""Plans: from what is fetched and fed to a function that computes it.

A plan is generated source, a line for each operation that is needed, in the order of the program's lines:

    def plan(f0):                        x is fed
        t3 = k3(f0, v1._array)           MatMul(x, w/read)
        t5 = k5(t3, v2._array)
        del t3                           after its last use
        t6 = k6(t5)
        return (t6,)

An operation in a branch of `cond` stands under an `if` with the branch's condition. A variable is read where it lies.
NumPy's functions write over what dies with them. Of what is asked for its shape alone the shape is kept, and no array.
The checks were made when the operations were written down: what a line calls makes none again.

Source: the idea of TensorFlow's executor, tensorflow/core/common_runtime/executor.cc; the rest is this library's.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

import numpy as np

from ..arrays import Device, default_device
from ..arrays.ownership import is_fresh
from ..arrays.quiet import heard_again, unheard
from ..errors import flow as flow_errors
from ..errors import plans as errors
from .context import Branch
from .conversion import same
from .exchange import arranged, exchanging
from .needs import needed
from .operation import Operation, ShapeOf, asked_for_shape, values_taken
from .placement import FREE, UNSURE, Placement, arguments, mover, needs_placement, placed
from .recording import computing
from .snapshots import Snapshots
from .tensor import StaticShape, Tensor

__all__ = ["LASTING", "Plan"]

_LITERALS = (int, bool, str, bytes, type(None))
LASTING = ("VariableV2", "VarHandleOp", "Const")
"""Types of what lies somewhere between the runs."""


class Plan:
    """A function of fed values, and what is known of its lines.

    Args:
        fetched: tensors and operations; of an operation nothing is returned.
        fed: the tensors whose values are the arguments.
        checks: what makes a value fit for each of them, for values that come from outside: callable(value) -> array,
            with the `dtype` that an array needs, and the shape `seen` with which it was fit already.
        places: where their values are; None = on the host, and free to go.
        device: of what nobody placed; None = the default one.
        settled: whether what comes out is on its device, constants included.
        done: what ran before and does not again.

    Attributes:
        source: the generated source.
        function: callable(*values of what is fed) -> values of the fetched tensors.
    """

    def __init__(
        self,
        fetched: Sequence[Any],
        fed: Sequence[Tensor],
        checks: Sequence[Any] = (),
        places: Sequence[Device] | None = None,
        device: Device | None = None,
        settled: bool = False,
        done: Container[Operation] = (),
    ) -> None:
        self._fed = {tensor: f"f{k}" for k, tensor in enumerate(fed)}
        self._constants: dict[str, Any] = {"unfed": _unfed}
        self._operations: list[Operation | None] = [None, None]  # of each line; they count from 1
        self._lines = [f"def plan({', '.join(self._fed.values())}):"]
        for name, check in zip(self._fed.values(), checks, strict=False):
            kept = f"check_{name}"
            self._constants.update({"ndarray": np.ndarray, kept: check, f"dtype_{name}": check.dtype})
            test = f"type({name}) is not ndarray or {name}.dtype is not dtype_{name} or {name}.shape != {kept}.seen"
            self._line(None, f"  if {test}: {name} = {kept}({name})")
        self._outputs = [fetch for fetch in fetched if isinstance(fetch, Tensor)]
        tops = [fetch.op if isinstance(fetch, Tensor) else fetch for fetch in fetched if fetch not in self._fed]
        operations, exchanges = arranged(needed(tops, self._fed, done))
        for number, tensor in enumerate(fed):
            if tensor.dtype.name.endswith("_ref"):
                _check_only_read(tensor, number, operations)
        default = default_device() if device is None else device
        self._placement: Placement | None = None
        self._copied: dict[Tensor, set[Device]] = {}
        if needs_placement(operations, default) or (places is not None and any(map(_is_gpu, places))):
            self._place(operations, dict(zip(fed, places or [FREE] * len(fed), strict=True)), default)
        self._is_settled = settled
        self._device = None if default == default_device() else default.name
        self._write(operations)
        self.source = "\n".join(self._lines)
        namespace = self._constants
        namespace["operations"] = self._operations
        exec(compile(self.source, "<plan>", "exec"), namespace)
        function: Callable[..., tuple[Any, ...]] = namespace["plan"]
        self.function = exchanging(function) if exchanges else function

    # ---- running

    def run(self, values: Iterable[Any]) -> tuple[Any, ...]:
        """Return the values of the fetched tensors.

        Raises:
            OpError: an operation failed; the message names it and its line.
        """
        state = unheard()
        try:
            with computing(self._device):
                return self.function(*values)
        except Exception as error:
            operation, is_own = _failed(error)
            if operation is None or getattr(error, "operation", None) is not None:
                raise
            missing = is_own and isinstance(error, UnboundLocalError)
            reason = flow_errors.no_value_here() if missing else error
            raise errors.operation_failed(operation, reason) from error
        finally:
            heard_again(state)

    # ---- placing

    def _place(self, operations: list[Operation], fed: dict[Tensor, Device], default: Device) -> None:
        """Find out where the operations run, and which free values are copied to a device."""
        placement = self._placement = Placement(operations, fed, default, self._outputs)
        for operation in operations:
            for number, tensor in arguments(operation):
                wanted = placement.wanted(operation, number, tensor)
                if wanted.kind == "gpu" and placement.place_of(tensor) == FREE:
                    self._copied.setdefault(tensor, set()).add(wanted)

    def _moved_name(self, tensor: Tensor, device: Device) -> str:
        """Return the name of a free value's copy on a GPU."""
        return f"{self._name(tensor)}_gpu{device.index}"

    def _copies(self, tensor: Tensor) -> list[str]:
        """Return the lines that copy a free value to where it is wanted."""
        devices = sorted(self._copied.get(tensor, ()), key=lambda device: device.index)
        return [f"{self._moved_name(tensor, device)} = {self._moved(self._name(tensor), device)}" for device in devices]

    def _moved(self, text: str, device: Device) -> str:
        function = f"to_{device.kind}{device.index}"
        if function not in self._constants:
            self._constants[function] = mover(device)
        return f"{function}({text})"

    def _at(self, tensor: Tensor, text: str, wanted: Device) -> str:
        """Return a tensor's value, which is `text` where it was made, as it is at `wanted`."""
        if self._placement is None or wanted == UNSURE:
            return text
        place = self._placement.place_of(tensor)
        if wanted.kind == "cpu" and place == FREE and tensor not in self._fed:
            return text
        if wanted in self._copied.get(tensor, ()):
            copy = self._moved_name(tensor, wanted)
            if tensor.op.type == "Const" and copy not in self._constants:
                self._constants[copy] = mover(wanted)(tensor.op.attributes["value"])
            return copy
        return text if place == wanted else self._moved(text, wanted)

    # ---- writing

    def _write(self, operations: list[Operation]) -> None:
        asked = {tensor for operation in operations for tensor in asked_for_shape(operation)}
        self._shapes = {tensor for tensor in asked if tensor not in self._fed and tensor.op.type not in LASTING}
        last = self._last_uses(operations)
        outliving = [tensor for tensor in self._outputs if tensor.op.recorder.outer is not None]
        self._snapshots = Snapshots(operations, outliving)
        self._wanted = {*self._outputs, *(tensor for operation in operations for tensor in operation.taken)}
        self._shared = {
            tensor for operation in operations if not is_fresh(operation.function) for tensor in values_taken(operation)
        }
        block: Branch | None = None
        for tensor in self._outputs:  # what is made in a branch is None where the branch is not taken
            if tensor.op.branch is not None and tensor not in self._fed:
                self._line(None, f"  {self._name(tensor)} = None")
        for tensor in self._fed:
            for line in self._copies(tensor):
                self._line(None, f"  {line}")
        for operation in operations:
            for tensor in self._snapshots.before.get(operation, ()):
                block = None
                self._line(operation, f"  {self._copy_name(tensor, operation)} = {self._name(tensor)}.copy()")
            gone = [tensor for tensor in last.get(operation, ()) if self._is_let_go(tensor, operation.branch)]
            lines = self._lines_of(operation, gone)
            measured = [tensor for tensor in operation.outputs if tensor in self._shapes and lines]
            lines += [f"{self._shape(tensor)} = {self._name(tensor)}.shape" for tensor in measured]
            made = [tensor for tensor in operation.outputs if lines and tensor not in self._fed]
            lines += [line for tensor in made for line in self._copies(tensor)]
            lines += self._noted(operation) if lines else []
            names = [name for tensor in gone for name in self._names(tensor)]
            lines += [f"del {', '.join(names)}"] if names else []
            if lines and operation.branch is not block:
                block = operation.branch
                if block is not None:
                    self._line(operation, f"  if {self._condition(block)}:")
            for line in lines:
                self._line(operation, ("  " if block is None else "    ") + line)
        self._line(None, f"  return ({''.join(self._result(tensor) + ', ' for tensor in self._outputs)})")

    def _noted(self, operation: Operation) -> list[str]:
        """Return lines that note something of an operation when it has run."""
        return []

    def _result(self, tensor: Tensor) -> str:
        if self._placement is None or not self._is_settled:
            return self._name(tensor)
        return self._at(tensor, self._name(tensor), self._placement.settled(tensor))

    def _names(self, tensor: Tensor) -> list[str]:
        """Return the names of a tensor's value and of its copies."""
        return [self._name(tensor), *(self._moved_name(tensor, device) for device in self._copied.get(tensor, ()))]

    def _line(self, operation: Operation | None, text: str) -> None:
        self._lines.append(text)
        self._operations.append(operation)

    def _last_uses(self, operations: list[Operation]) -> dict[Operation, list[Tensor]]:
        """Return for each operation the tensors that nobody wants after it."""
        uses: dict[Tensor, Operation] = {}
        for operation in operations:
            shapes = self._shapes & asked_for_shape(operation)
            for tensor in (*operation.outputs, *operation.taken):
                if tensor not in shapes:
                    uses[tensor] = operation
            branch = operation.branch
            while branch is not None:
                uses[branch.pred] = operation
                branch = branch.outer
        last: dict[Operation, list[Tensor]] = {}
        kept = set(self._outputs)
        for tensor, operation in uses.items():
            if tensor not in kept:
                last.setdefault(operation, []).append(tensor)
        return last

    def _is_let_go(self, tensor: Tensor, block: Branch | None) -> bool:
        if tensor in self._fed:
            return True
        # what is made in a branch is there only where the branch was taken
        return tensor.op.branch is block and tensor.op.type not in LASTING

    def _condition(self, branch: Branch | None) -> str:
        conditions = []
        while branch is not None:
            conditions.append(("" if branch.taken else "not ") + self._name(branch.pred))
            branch = branch.outer
        return " and ".join(reversed(conditions))

    def _lines_of(self, operation: Operation, gone: Sequence[Tensor]) -> list[str]:
        if operation.type in LASTING or self._is_fed(operation):
            return []
        outputs = ", ".join(
            f"t{operation.number}_{tensor.value_index}" if tensor in self._fed else self._name(tensor)
            for tensor in operation.outputs
        )
        if operation.type == "Placeholder":
            return [f"{outputs} = unfed({self._kept(operation, 'o', operation)})"]
        if operation.type == "Merge":
            (a, b), branch = operation.inputs[:2], operation.attributes["branch"]
            yes, no = (self._argument(operation, number, tensor) for number, tensor in enumerate((a, b)))
            return [f"{outputs} = {yes} if {self._name(branch.pred)} else {no}"]
        if "variable" in operation.attributes and operation.type in ("Identity", "ReadVariableOp"):
            return self._read(operation, outputs)
        if operation.function is None:
            return []
        if operation.function is same:
            return [f"{outputs} = {self._arguments(operation)[0]}"]
        arguments = self._arguments(operation) + self._written_over(operation, gone)
        if operation.optional is not None:
            arguments.append(f"keep={operation.outputs[operation.optional] in self._wanted}")
        call = f"{self._kept(operation, 'k', self._function(operation))}({', '.join(arguments)})"
        if not operation.outputs:
            return [call]
        return [
            f"{outputs} = {call}" if len(operation.outputs) == 1 and not operation.is_list else f"{outputs}, = {call}"
        ]

    def _is_fed(self, operation: Operation) -> bool:
        return bool(operation.outputs) and all(tensor in self._fed for tensor in operation.outputs)

    def _read(self, operation: Operation, output: str) -> list[str]:
        source = self._name(operation.inputs[0])
        variable = self._kept(operation, "v", operation.attributes["variable"])
        return [f"{output} = {source}", f"if {output} is None: {output} = {variable}._read()"]

    def _function(self, operation: Operation) -> Callable[..., Any] | None:
        placement = self._placement
        return operation.function if placement is None else placed(operation, placement)

    def _arguments(self, operation: Operation) -> list[str]:
        return [self._text(operation, k, f"a{k}_", value) for k, value in enumerate(operation.args)]

    def _argument(self, operation: Operation, number: int, tensor: Tensor) -> str:
        """Return a tensor's value where an operation wants it, in its argument `number`."""
        seen = self._seen(operation, tensor)
        if self._placement is None:
            return seen
        return self._at(tensor, seen, self._placement.wanted(operation, number, tensor))

    def _written_over(self, operation: Operation, gone: Sequence[Tensor]) -> list[str]:
        """Return where NumPy's function writes its result: over an operand that nobody has afterwards, if any."""
        function, result = operation.function, operation.outputs[0] if operation.outputs else None
        if not isinstance(function, np.ufunc) or function.signature or result is None:
            return []
        place = None if self._placement is None else self._placement.runs[operation]
        if place == UNSURE:
            return []
        for tensor in gone:
            if tensor not in operation.taken or tensor in self._fed or tensor in self._shared:
                continue
            if not is_fresh(tensor.op.function) or not tensor.dims or tensor.dtype is not result.dtype:
                continue
            if self._placement is not None and self._placement.place_of(tensor) != place:
                continue
            own, others = self._name(tensor), [other for other in operation.taken if other is not tensor]
            open_axes = [(other, _undecided(other.dims, tensor.dims)) for other in others]
            if all(axes is not None for _, axes in open_axes):
                tests = [f"{own}.shape[{k}] == {self._name(x)}.shape[{k}]" for x, axes in open_axes for k in axes or ()]
                return [f"out={own} if {' and '.join(tests)} else None" if tests else f"out={own}"]
        return []

    def _shape(self, tensor: Tensor) -> str:
        """Return the text for the shape of a tensor, whose value may be gone."""
        return f"shape_{self._name(tensor)}" if tensor in self._shapes else f"{self._name(tensor)}.shape"

    def _text(self, operation: Operation, number: int, place: str, value: Any) -> str:
        if type(value) is Tensor:
            return self._argument(operation, number, value)
        if type(value) is ShapeOf:
            return self._shape(value.tensor)
        if type(value) in (list, tuple):
            inner = ", ".join(self._text(operation, number, f"{place}{k}_", item) for k, item in enumerate(value))
            return f"[{inner}]" if type(value) is list else f"({inner},)" if value else "()"
        return repr(value) if type(value) in _LITERALS else self._kept(operation, place, value)

    def _seen(self, operation: Operation, tensor: Tensor) -> str:
        """Return what an operation takes for an input: the tensor itself, or a copy of what it was."""
        place = self._snapshots.used.get((operation, tensor))
        if place is not None:
            return self._copy_name(tensor, place)
        return f"{self._name(tensor)}.copy()" if (operation, tensor) in self._snapshots.own else self._name(tensor)

    def _copy_name(self, tensor: Tensor, place: Operation) -> str:
        return f"s{tensor.op.number}_{tensor.value_index}_{place.number}"

    def _kept(self, operation: Operation, place: str, value: Any) -> str:
        name = f"{place}{operation.number}"
        self._constants[name] = value
        return name

    def _name(self, tensor: Tensor) -> str:
        fed = self._fed.get(tensor)
        if fed is not None:
            return fed
        operation = tensor.op
        if operation.type == "Const":
            return self._kept(operation, "c", operation.attributes["value"])
        if operation.type in ("VariableV2", "VarHandleOp"):
            return f"{self._kept(operation, 'v', operation.attributes['variable'])}._array"
        return f"t{operation.number}" if not tensor.value_index else f"t{operation.number}_{tensor.value_index}"


def _undecided(dims: StaticShape, own: Sequence[int | None]) -> list[int] | None:
    """Return on which axes, counted from the end, a run tells if `dims` is broadcast to `own`; None = it is not."""
    if dims is None or len(dims) > len(own):
        return None
    axes = []
    for k in range(-len(dims), 0):
        if dims[k] != 1 and (dims[k] is None or dims[k] != own[k]):
            if dims[k] is not None and own[k] is not None:
                return None
            axes.append(k)
    return axes


def _check_only_read(fed: Tensor, number: int, operations: list[Operation]) -> None:
    """Refuse a value for a variable that the run writes: as in TensorFlow, it would not be written there.

    Raises:
        InvalidArgumentError: an operation takes the variable itself.
    """
    for operation in operations:
        if fed in operation.inputs and operation.type != "Identity":
            raise errors.fed_variable_written(operation, operation.inputs.index(fed), fed, number)


def _failed(error: Exception) -> tuple[Operation | None, bool]:
    """Return the operation in whose line an error was raised, in a loop that of its body; and if by the line itself."""
    trace = error.__traceback__
    found, is_own = None, False
    while trace is not None:
        is_own = trace.tb_frame.f_code.co_filename == "<plan>"
        if is_own:
            found = trace.tb_frame.f_globals["operations"][trace.tb_lineno]
        trace = trace.tb_next
    return found, is_own


def _is_gpu(place: Device) -> bool:
    return place.kind == "gpu"


def _unfed(operation: Operation) -> None:
    raise errors.not_fed(operation)
