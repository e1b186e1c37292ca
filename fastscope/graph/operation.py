"""Operation: one line of a recorded program.

Source: tensorflow/python/framework/ops.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import graph as errors
from ..errors.reprs import never_raises
from ..later import bring
from .places import line_of

if TYPE_CHECKING:
    from .context import Branch
    from .graph import Graph
    from .recording import Recorder
    from .tensor import Tensor

__all__ = ["Action", "Operation", "ShapeOf", "asked_for_shape", "values_taken"]


class ShapeOf(NamedTuple):
    """Stands in an operation's arguments for the shape that a tensor's value will have.

    Attributes:
        tensor: one of the operation's inputs.
    """

    tensor: Tensor


class Operation:
    """One call of a function, written down.

    Attributes:
        name: full name.
        type: TF's name of the function, "MatMul".
        recorder: the list that it is in.
        number: its place there; what has a smaller one was written before.
        function: what a plan calls.
        args: with what, tensors in it standing for their values, also inside lists, and ShapeOf for a value's shape.
        attributes: its arguments by name, for rules of gradients.
        inputs: the tensors in `args`, and after them those that `function` does not take.
        shown: how many of `inputs` it does not take: TensorFlow's operation has them, and programs may look.
        outputs: the tensors that it makes.
        is_list: whether `function` answers a list, one value for each output.
        optional: the number of an output that is only made if somebody wants it, or None: `function` takes `keep=`.
        control_inputs: operations that run before it.
        steering: the numbers of those of `args` that `function` takes on the host: shapes, axes, conditions, rates.
        branch: the branch of a `cond` that it is in, or None.
        device: where it was asked to run, '' = anywhere.
        gradient: its rule, callable(operation, *gradients of outputs) -> gradients of inputs; None = the type's.
        way_back_of: the operation whose gradient it is a part of, or None.
        definition: what the decorator knows of the public function that wrote it down, or None.
        message: the NodeDef that it was read from, or None.
    """

    __slots__ = (
        "__weakref__",
        "args",
        "attributes",
        "branch",
        "control_inputs",
        "definition",
        "device",
        "function",
        "gradient",
        "inputs",
        "is_list",
        "message",
        "name",
        "number",
        "optional",
        "outputs",
        "place",
        "recorder",
        "shown",
        "steering",
        "type",
        "way_back_of",
    )

    name: str
    type: str
    recorder: Recorder
    number: int
    function: Callable[..., Any] | None
    args: tuple[Any, ...]
    attributes: dict[str, Any]
    inputs: list[Tensor]
    shown: int
    is_list: bool
    optional: int | None
    outputs: list[Tensor]
    control_inputs: list[Operation]
    branch: Branch | None
    device: str
    gradient: Callable[..., Any] | None
    steering: Collection[int]
    place: tuple[CodeType, int]
    way_back_of: Operation | None
    definition: Any
    message: Any

    @property
    def graph(self) -> Graph:
        """The graph it belongs to."""
        return self.recorder.graph

    @property
    def seen_at(self) -> int:
        """The number of the operation whose inputs it has to see: its own, or that of which it is the way back."""
        operation = self
        while operation.way_back_of is not None:
            operation = operation.way_back_of
        return operation.number

    @property
    def taken(self) -> list[Tensor]:
        """The inputs that it needs to run."""
        return self.inputs[: -self.shown] if self.shown else self.inputs

    @property
    def node_def(self) -> Any:
        """What TensorFlow keeps of it, a NodeDef: `name`, `op`, `input`, `device` and `attr`, made anew each time."""
        return bring("graphdef.describing", "node_def_of")(self)

    @property
    def traceback(self) -> list[tuple[str, int, str]]:
        """Where it was written: [(file, line, function)]."""
        return [line_of(self.place)]

    def get_attr(self, name: str) -> Any:
        """Return an attribute of its message, a dtype as a DType; of what TensorFlow does not have an argument.

        Raises:
            ValueError: it has no such attribute.
        """
        attributes = self.node_def.attr
        if name in attributes:
            return bring("graphdef.describing", "attribute_of")(attributes[name])
        if name in self.attributes:
            return self.attributes[name]
        if name in ("T", "dtype") and self.outputs and not attributes:
            return self.outputs[0].dtype
        raise errors.no_such_attribute(self.name, name)

    def colocation_groups(self) -> list[bytes]:
        """Return the names of what it stands beside, `[b"loc:@w"]`.

        That of a variable's reads and writes is the variable, and else, where nothing was asked for, itself.
        """
        if "_class" in self.attributes:
            return list(self.attributes["_class"])
        for tensor in self.inputs:
            if tensor.dtype.name.endswith("_ref"):
                return tensor.op.colocation_groups()
        return [b"loc:@" + self.name.encode()]

    def values(self) -> tuple[Tensor, ...]:
        """Return the outputs as a tuple."""
        return tuple(self.outputs)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Run it in `session`, by default the default one.

        Raises:
            ValueError: there is no session, or one of another graph.
        """
        self.graph.session_for(session, errors.no_session_to_run).run(self, feed_dict)

    @never_raises
    def __repr__(self) -> str:
        return f"<tf.Operation {self.name!r} type={self.type}>"

    def __str__(self) -> str:
        return str(self.node_def)


class Action(Operation):
    """Something that `Session.run` can run at once, such as a variable's initializer; calling it does the same.

    It stands in no list: where nothing is recorded, an operation is a function with a name.

    Attributes:
        name: full name.
    """

    __slots__ = ()
    type = "NoOp"

    def __init__(self, name: str, function: Callable[[], Any]) -> None:
        self.name = name
        self.function = function
        self.inputs, self.outputs, self.control_inputs = [], [], []

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Do it.  Nothing can be fed; any session will do."""
        self()

    def colocation_groups(self) -> list[bytes]:
        """Return the name of the variable that it stands beside, `[b"loc:@w"]`."""
        return [b"loc:@" + self.name.removesuffix("/Assign").encode()]

    def __call__(self) -> None:
        """Do it."""
        assert self.function is not None
        self.function()

    @never_raises
    def __repr__(self) -> str:
        return f"<fastscope.Operation {self.name!r}>"


def asked_for_shape(operation: Operation) -> set[Tensor]:
    """Return the inputs of which the operation wants the shape alone."""
    shapes = [value.tensor for value in operation.args if type(value) is ShapeOf]
    return {tensor for tensor in shapes if not any(value is tensor for value in operation.args)}


def values_taken(operation: Operation) -> list[Tensor]:
    """Return the inputs whose values an operation gets."""
    shapes = asked_for_shape(operation)
    return [tensor for tensor in operation.taken if tensor not in shapes]
