"""Recording: when operations are written down in place of being computed, and where.

A graph in graph mode has a Recorder that is always in force. A block can put another one in force: the body of a loop,
a function whose gradients are asked for. While a plan runs, none is.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from .. import _store
from ..arrays.dtypes import DType
from ..arrays.recordable import recordable
from ..errors import flow as flow_errors
from ..errors import graph as errors
from ..errors.mode import tell
from .blocks import Environment, environment, without_controls
from .context import inside
from .kept import Kept
from .operation import Operation
from .places import outside_caller
from .tensor import StaticShape, Tensor

if TYPE_CHECKING:
    from .graph import Graph

__all__ = ["Recorder", "computing", "current"]


_PLANS = 256  # that a graph keeps at least; one of thousands of operations takes up megabytes

_NESTED = re.compile(r"^[A-Za-z0-9_.\-/]*$")
_AT_ROOT = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")


@functools.lru_cache(4096)
def check_name(name: str, at_root: bool) -> None:
    """Check the name of an operation: TensorFlow allows the same in it as in that of a name scope.

    Raises:
        ValueError: another character, or nothing.
    """
    if not name:
        raise errors.empty_name()
    if not (_AT_ROOT if at_root else _NESTED).match(name):
        raise errors.bad_name(name)


class Recorder:
    """Operations in the order of the program's lines.

    Attributes:
        graph: whose names they have.
        operations: all of them.
        by_name: the same by their full names.
        made: how many there have been: the next one's number.
        reads: for each variable the tensor that reads it.
        outer: the recorder around a body, or None.
        captured: for each tensor of an outer recorder that the body uses, the one that stands for it in here.
        before: the operations of outer recorders that run before the body does.
        left_out: how many operations TensorFlow would have written down besides: they count for its seeds.
        draws: whether a random operation is among them, or in a body: sessions have generators then.
        waits: whether one of them may wait for what another thread does.
        plans: what sessions made to run, for each structure of fetches and feeds.
    """

    def __init__(self, graph: Graph, outer: Recorder | None = None) -> None:
        self.graph = graph
        self.operations: list[Operation] = []
        self.by_name: dict[str, Operation] = {}
        self.made = 0
        self.reads: dict[Any, Tensor] = {}
        self.outer = outer
        self.captured: dict[Tensor, Tensor] = {}
        self.before: dict[Operation, None] = {}
        self.plans = Kept(_PLANS)
        self.left_out = 0
        self.draws = self.waits = False
        recordable.on = True

    def claim(self, name: str) -> str:
        """Return a unique full name in the current name scope; a slash at the end of `name` means: as it is.

        Raises:
            ValueError: a name that is not allowed, or not unique.
        """
        check_name(name, at_root=not _store.name_scope_name())
        if name[-1:] == "/":
            if name[:-1] in self.by_name:
                raise errors.duplicate_name(name[:-1])
            return name[:-1]
        return self.graph.unique_name(name)

    def add(
        self,
        type: str,
        name: str,
        function: Callable[..., Any] | None,
        args: tuple[Any, ...],
        inputs: Iterable[Tensor],
        outputs: Iterable[tuple[StaticShape, DType]],
        attributes: dict[str, Any] | None = None,
        gradient: Callable[..., Any] | None = None,
        is_list: bool = False,
        optional: int | None = None,
        shown: int = 0,
        steering: Collection[int] = (),
    ) -> Operation:
        """Write an operation down: see its attributes for the arguments; `name` is taken as it is.

        Raises:
            RuntimeError: the graph is finalized.
        """
        if self.graph.finalized and self.outer is None:
            raise errors.finalized()
        around: Environment = environment()
        operation = Operation()
        operation.type, operation.name, operation.recorder = type, name, self
        operation.function, operation.args = function, args
        operation.attributes = attributes or {}
        operation.gradient = gradient
        operation.is_list = is_list
        operation.optional = optional
        operation.shown = shown
        operation.steering = steering
        operation.inputs = list(inputs)
        operation.outputs = [Tensor(operation, k, dims, dtype) for k, (dims, dtype) in enumerate(outputs)]
        operation.branch = around.branch
        operation.device = around.device if isinstance(around.device, str) else ""
        operation.place = outside_caller()
        operation.way_back_of = operation.definition = operation.message = None
        operation.control_inputs = self.own_of(controls_for(operation, around)) if around.controls else []
        if type in around.rules:
            operation.attributes = {**operation.attributes, "_gradient_op_type": around.rules[type]}
        if around.beside:
            operation.attributes = {**operation.attributes, "_class": list(around.beside)}
        if callable(around.device):
            operation.device = around.device(operation) or ""
        operation.number = self.made
        self.made += 1
        self.operations.append(operation)
        self.by_name[name] = operation
        recorder = self.outer
        while recorder is not None:  # a body's operations are found in the graph, though nobody can fetch them
            recorder.by_name.setdefault(name, operation)
            recorder = recorder.outer
        return operation

    def forget(self, operations: set[Operation]) -> None:
        """Take operations out; what was made of them goes on working, and nobody finds them by their names."""
        self.operations = [operation for operation in self.operations if operation not in operations]
        for operation in operations:
            if self.by_name.get(operation.name) is operation:
                del self.by_name[operation.name]
        self.reads = {key: tensor for key, tensor in self.reads.items() if tensor.op not in operations}

    def withdraw(self) -> None:
        """Let nobody find the operations of this recorder, a body's that is not used after all."""
        recorder = self.outer
        while recorder is not None:
            recorder.by_name = {n: op for n, op in recorder.by_name.items() if not self._holds(op)}
            recorder = recorder.outer

    def _holds(self, operation: Operation) -> bool:
        recorder: Recorder | None = operation.recorder
        while recorder is not None and recorder is not self:
            recorder = recorder.outer
        return recorder is self

    def own_of(self, controls: list[Operation]) -> list[Operation]:
        """Return those of its own; the others have to run before what runs this body."""
        self.before.update(dict.fromkeys(operation for operation in controls if operation.recorder is not self))
        return [operation for operation in controls if operation.recorder is self]

    def capture(self, tensor: Tensor, consumer: str = "") -> Tensor:
        """Return what stands in here for a tensor of an outer recorder; `consumer` is the operation that takes it.

        Raises:
            ValueError: it is none of an outer one.
        """
        if tensor.op.recorder is self:
            return tensor
        if self.outer is None:
            if tensor.graph is self.graph and tensor.op.recorder.outer is None:
                raise errors.tensor_of_another_call(tensor.op.name)
            if tensor.graph is self.graph:
                raise flow_errors.tensor_of_a_loop(tensor.op.name, consumer)
            raise errors.other_graph(tensor, self.graph)
        outside = self.outer.capture(tensor, consumer)
        inner = self.captured.get(outside)
        if inner is None:
            name, spec = f"{outside.op.name}/Enter", (outside.dims, outside.dtype.base_dtype)
            with inside(None), without_controls():
                operation = self.add("Enter", name, None, (), (), [spec], {"outside": outside})
            inner = self.captured[outside] = operation.outputs[0]
        return inner

    @contextlib.contextmanager
    def in_force(self) -> Iterator[Recorder]:
        """Open a block in which this recorder's tensors can be used, and give the recorder in force there.

        That is the one that is in force anyway if it is a body inside this one; else this one, whichever graph is the
        default one.
        """
        now = current()
        if now is self or (now is not None and now.graph is self.graph):
            yield now
        else:
            with self.graph.as_default(), self.recording():
                yield self

    def recording(self) -> AbstractContextManager[None]:
        """Return a block in which this recorder is in force."""
        return _store.SettingScope(lambda old: (old or Environment())._replace(recorder=self))


def controls_for(operation: Operation, around: Environment) -> list[Operation]:
    """Return the control inputs that the blocks around put on a new operation, and tell the blocks of it.

    A block adds nothing to what depends on it already, by an input that was made inside it.
    """
    sources = {tensor.op for tensor in operation.inputs}
    found: dict[Operation, None] = {}
    for block in around.controls:
        if not sources & block.inside:
            found.update(dict.fromkeys(before for before in block.operations if before not in sources))
        block.inside.add(operation)
    return list(found)


_COMPUTING = Environment(recorder=False)


def computing(device: str | None = None) -> AbstractContextManager[None]:
    """Return a block in which everything is computed at once: a plan runs.

    Args:
        device: where new arrays are made; None = on the default device.
    """
    if device is None:
        return _store.SettingScope(_to_computing)
    return _store.SettingScope(lambda old: _COMPUTING._replace(device=device))


def _to_computing(old: Environment | None) -> Environment:
    return _COMPUTING


def current() -> Recorder | None:
    """Return the recorder in force, or None where everything is computed at once."""
    around = _store.current_environment()
    if around is not None and around.recorder is not None:
        return around.recorder or None
    recorder: Recorder | None = _store.current_store().recorder
    return recorder


tell(current)
