"""Node: a NodeDef while its operation is made, and the readers of the types that there are.

Source: tensorflow/core/framework/node_def_util.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..arrays.dtypes import FLOW, RESOURCE, DType
from ..graph import Operation, Recorder, StaticShape, Tensor
from ..graph.conversion import brought_in
from ..messages import NodeDef
from ..messages.graphs import AttrValue
from ..messages.tensors import dtype_of_number, make_ndarray, shape_of_proto
from ..ops.folding import constant_value
from ..ops.function import Definition, definition_of
from .signatures import REQUIRED, signature_of

__all__ = ["READERS", "Node", "NotHereError", "Origin", "attribute_as", "plain_attribute", "reads"]

Reader = Callable[..., Any]
READERS: dict[str, Reader] = {}
"""For each type a callable(node, *inputs) -> tensor, list of tensors, or operation."""


class NotHereError(Exception):
    """What a node says cannot be done here."""


def reads(*types: str) -> Callable[[Reader], Reader]:
    """Make a function the reader of these types."""

    def decorate(function: Reader) -> Reader:
        READERS.update(dict.fromkeys(types, function))
        return function

    return decorate


class Origin(NamedTuple):
    """Where an operation was read from.

    Attributes:
        node: the NodeDef.
        inputs: the tensors that are its inputs.
        controls: what runs before it.
    """

    node: NodeDef
    inputs: list[Tensor]
    controls: list[Operation]


def plain_attribute(attribute: AttrValue) -> Any:
    """Return an attribute as a Python value; of a dtype that is not here None."""
    return attribute_as(attribute, _plain)


def attribute_as(attribute: AttrValue, form: Callable[[str, Any], Any]) -> Any:
    """Return what `form` makes of the field and the value of an attribute, or a list of what it makes of each."""
    which = attribute.WhichOneof("value")
    if which == "list":
        found = [field for field in AttrValue.ListValue.FIELDS if getattr(attribute.list, field)]
        return [form(field, item) for field in found[:1] for item in getattr(attribute.list, field)]
    return None if which is None else form(which, getattr(attribute, which))


def _plain(which: str, value: Any) -> Any:
    if which == "type":
        return RESOURCE if value % 100 == 20 else dtype_of_number(value)
    if which == "shape":
        return shape_of_proto(value)
    if which == "tensor":
        return make_ndarray(value)
    if which == "s":
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


class Node:
    """What a reader gets.

    Attributes:
        message: the NodeDef.
        name: of the operation that is made, a full one.
        type: TensorFlow's.
        recorder: where it is made.
        inputs: its tensors.
        reader: what reads the whole message.
    """

    def __init__(
        self, message: NodeDef, name: str, recorder: Recorder, inputs: Sequence[Tensor], reader: Any = None
    ) -> None:
        self.reader = reader
        self.message, self.name, self.type = message, name, message.op
        self.recorder = recorder
        self.inputs = list(inputs)

    def __getitem__(self, attribute: str) -> Any:
        if attribute in self.message.attr:
            return plain_attribute(self.message.attr[attribute])
        signature = signature_of(self.type)
        known = None if signature is None else signature.attributes.get(attribute)
        if known is None or known.default is REQUIRED:
            raise NotHereError(f"it has no attribute '{attribute}'.")
        default = known.default
        return _named_dtype(default) if known.kind in ("type", "list(type)") else default

    def known(self, tensor: Tensor) -> Any:
        """Return the value of a tensor that is always the same, as Python has it; else the tensor."""
        value = constant_value(tensor)
        return tensor if value is None else value.tolist()

    def make(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Write down a call of a function of the library under the node's name."""
        definition = function if isinstance(function, Definition) else definition_of(function)
        values = definition.bind(args, kwargs)
        if definition.normalize is not None:
            values = definition.normalize(values)
        return definition.write_as(self.recorder, values, self.name)

    def kernel(
        self,
        function: Callable[..., Any] | None,
        outputs: Iterable[tuple[StaticShape, DType]],
        inputs: Sequence[Tensor] | None = None,
        attributes: dict[str, Any] | None = None,
        is_list: bool = False,
        steering: Sequence[int] = (),
        name: str | None = None,
        shown: Sequence[Tensor] = (),
        type: str | None = None,
    ) -> Operation:
        """Write down an operation that calls `function` with the values of the inputs."""
        given = [brought_in(tensor, self.recorder, self.name) for tensor in (self.inputs if inputs is None else inputs)]
        besides = [brought_in(tensor, self.recorder, self.name) for tensor in shown]
        return self.recorder.add(
            type or self.type, name or self.name, function, tuple(given), [*given, *besides], outputs, attributes,
            is_list=is_list, steering=steering, shown=len(besides),
        )  # fmt: skip

    def dtype(self, attribute: str) -> DType:
        """Return an attribute that is a dtype.

        Raises:
            NotHereError: the library does not have the dtype.
        """
        found = self[attribute]
        if found is None:
            raise NotHereError(f"the dtype in its attribute '{attribute}' is not here.")
        assert isinstance(found, DType)
        return found


def _named_dtype(default: Any) -> Any:
    from ..arrays.dtypes import as_dtype

    return [as_dtype(name) for name in default] if isinstance(default, list) else as_dtype(default)


def is_flow(tensor: Tensor) -> bool:
    """Return whether a tensor stands for a TensorArray."""
    return tensor.dtype.base_dtype is FLOW
