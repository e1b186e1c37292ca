"""Writer: NodeDefs, one after the other, with the attributes that TensorFlow's signatures ask for.

An operation of the library becomes a node of TensorFlow's, or several, of which the last has its name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import FLOW, RESOURCE, DType, as_dtype, float32, string
from ..graph import Operation, Tensor
from ..messages import AttrValue, NodeDef
from ..messages.fields import checked
from ..messages.tensors import dtype_number, shape_proto, tensor_proto
from .signatures import REQUIRED, Argument, Signature, signature_of

__all__ = ["NoCounterpartError", "Ref", "Writer", "number_of", "set_attribute"]

_RESOURCE = 20  # TensorFlow's number of the dtype
_FIELDS = {"type": "type", "int": "i", "float": "f", "bool": "b", "string": "s", "shape": "shape"}
"""By the kind of an attribute: the field of the AttrValue that has it."""
_HANDLES = ("resource", "variant")  # dtypes that are not here


class NoCounterpartError(Exception):
    """TensorFlow's operation does not take a dtype that the library's does."""


class Ref(NamedTuple):
    """An output of a node.

    Attributes:
        name: as inputs have it, "add" or "split:1".
        dtype: its dtype.
    """

    name: str
    dtype: DType


def number_of(dtype: Any) -> int:
    """Return TensorFlow's number of a dtype; a flow is a float32 there, and a handle a resource."""
    base = as_dtype(dtype)
    return 1 if base is FLOW else _RESOURCE if base is RESOURCE else dtype_number(base)


def set_attribute(node: NodeDef, name: str, kind: str, value: Any) -> None:
    """Set an attribute of a node.

    Args:
        kind: see `signatures.Attribute`.
    """
    if kind.startswith("list("):
        listed = AttrValue.ListValue()
        field = _FIELDS[kind[5:-1]]
        list.extend(getattr(listed, field), [_plain(kind[5:-1], item) for item in value])
        made = AttrValue.holding(list=listed)
    elif kind == "tensor":
        made = AttrValue.holding(tensor=tensor_proto(to_numpy(value)))
    elif kind == "shape":
        made = AttrValue.holding(shape=shape_proto(value))
    else:
        made = AttrValue.holding(**{_FIELDS[kind]: _plain(kind, value)})
    dict.__setitem__(node.attr, name, made)


def _plain(kind: str, value: Any) -> Any:
    if kind == "type":
        return number_of(value)
    if kind == "string":
        return value if isinstance(value, bytes) else str(value).encode()
    if kind == "shape":
        return shape_proto(value)
    return checked(kind, value)


class Writer:
    """Makes nodes.

    Args:
        taken: names that nodes already have, or will have.

    Attributes:
        nodes: those that are made.
        counts: how many outputs they have, by their names.
        encodings: what nodes are made again from, by their names; see `encoding`.
        scope: what the names of nodes that have none of their own begin with.
        after: what the nodes that are made now run after.
        pivots: gives what those that have no inputs run after, too.
        frames: the branches and loops; see `flow_rules`.
    """

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self.nodes: list[NodeDef] = []
        self.counts: dict[str, int] = {}
        self._taken = {name.lower() for name in taken}
        self._refs: dict[Tensor, Ref] = {}
        self.scope = ""
        self._device = ""
        self._operation: Operation | None = None
        self.encodings: dict[str, str] = {}
        self.after: list[str] = []
        self.pivots: Callable[[], list[str]] = list
        self.frames: Any = None

    @contextlib.contextmanager
    def of(self, operation: Operation, after: list[str], pivots: Callable[[], list[str]]) -> Iterator[None]:
        """Open a block whose nodes belong to an operation: in its scope, on its device, after `after`.

        Args:
            pivots: gives what nodes without inputs run after, to be in the branch or loop that the operation is in.
        """
        before = self.scope, self._device, self.after, self.pivots, self._operation
        self.scope, self._device, self.after, self.pivots = operation.name, operation.device, after, pivots
        self._operation = operation
        try:
            yield
        finally:
            self.scope, self._device, self.after, self.pivots, self._operation = before

    @contextlib.contextmanager
    def at(self, scope: str, after: list[str]) -> Iterator[None]:
        """Open a block whose nodes are in a scope, on no device, and run after `after`."""
        before = self.scope, self._device, self.after, self.pivots
        self.scope, self._device, self.after, self.pivots = scope, "", after, list
        try:
            yield
        finally:
            self.scope, self._device, self.after, self.pivots = before

    @contextlib.contextmanager
    def below(self, scope: str) -> Iterator[None]:
        """Open a block whose nodes have names below `scope`."""
        before, self.scope = self.scope, scope
        try:
            yield
        finally:
            self.scope = before

    def unique(self, name: str) -> str:
        """Return `name`, with a number if it is taken."""
        found, count = name, 0
        while found.lower() in self._taken:
            count += 1
            found = f"{name}_{count}"
        self._taken.add(found.lower())
        return found

    def ref(self, tensor: Tensor) -> Ref:
        """Return what stands for a tensor where the operation of now takes it.

        A variable of TensorFlow's resources has the value of the operation that read it: what is to run after others
        reads it again.
        """
        source = tensor.op
        if source.type == "ReadVariableOp" and self.after and "variable" in source.attributes and source.inputs:
            dtype = tensor.dtype.base_dtype
            again: Ref = self.add("ReadVariableOp", [self.standing(source.inputs[0])], dtype=dtype)[0]
            return again
        return self.standing(tensor)

    def standing(self, tensor: Tensor) -> Ref:
        """Return what stands for a tensor."""
        found = self._refs.get(tensor)
        return Ref(tensor.name.removesuffix(":0"), tensor.dtype) if found is None else found

    def stand_for(self, tensor: Tensor, ref: Ref) -> None:
        """Let an output of a node stand for a tensor from now on."""
        self._refs[tensor] = ref

    def add(
        self,
        type: str,
        inputs: Sequence[Ref | Sequence[Ref]] = (),
        name: str | None = None,
        controls: Sequence[str] = (),
        **attributes: Any,
    ) -> list[Ref]:
        """Make a node, and return its outputs.

        Inputs that share a dtype are cast to one: the one that is said in `attributes`, a variable's, that of the
        operation's own outputs if the node has its name, else the first one's.

        Args:
            type: TensorFlow's.
            inputs: in the order of the signature; a list of them where it takes several.
            name: its full name; None = of its own, below the operation's.
            controls: names of what runs before.
            attributes: those that the inputs do not tell and that are not their defaults.

        Raises:
            NoCounterpartError: TensorFlow's operation does not take the dtypes.
        """
        signature = signature_of(type)
        assert signature is not None, type
        full_name = self.unique(f"{self.scope}/{type}" if self.scope else type) if name is None else name
        groups = [[each] if isinstance(each, Ref) else list(each) for each in inputs]
        operation = self._operation
        outputs = operation.outputs if operation is not None and name == operation.name else ()
        found = _numbers(signature, groups) | _shared(signature, groups, outputs) | attributes
        _check_allowed(type, signature, found)
        flat = [
            self._of_dtype(ref, wanted)
            for argument, refs in zip(signature.inputs, groups, strict=True)
            for ref, wanted in zip(refs, _wanted(argument, refs, found), strict=True)
        ]
        node = NodeDef.holding(name=full_name, op=type, device=self._device)
        list.extend(node.input, [ref.name for ref in flat])
        before = [*self.after, *controls, *(() if flat else self.pivots())]
        list.extend(node.input, [f"^{name}" for name in dict.fromkeys(before)])
        for key, attribute in signature.attributes.items():
            if key in found and (attribute.default is REQUIRED or found[key] != attribute.default):
                set_attribute(node, key, attribute.kind, found[key])
        list.append(self.nodes, node)
        made = _outputs(signature, full_name, found)
        self.counts[full_name] = len(made)
        return made

    def const(self, value: Any, name: str, dtype: Any = None) -> Ref:
        """Make a Const, below the operation's name."""
        array = np.asarray(to_numpy(value) if hasattr(value, "dtype") else value)
        if dtype is not None:
            array = array.astype(as_dtype(dtype).base_dtype.dtype)
        elif array.dtype == np.int64 and not hasattr(value, "dtype"):
            array = array.astype(np.int32)
        full_name = self.unique(f"{self.scope}/{name}" if self.scope else name)
        made: Ref = self.add("Const", (), full_name, value=array, dtype=as_dtype(array.dtype))[0]
        return made

    def given(self, value: Any, name: str, dtype: Any = None) -> Ref:
        """Return what stands for an argument: a tensor, a value, or a list with tensors in it."""
        if type(value) is Tensor:
            return self.ref(value)
        if isinstance(value, (list, tuple)) and any(type(item) is Tensor for item in value):
            parts = [self.given(item, f"{name}/{k}", dtype) for k, item in enumerate(value)]
            wanted = next(
                part.dtype.base_dtype for part, item in zip(parts, value, strict=True) if type(item) is Tensor
            )
            parts = [part if part.dtype.base_dtype is wanted else self.cast(part, wanted) for part in parts]
            packed: Ref = self.add("Pack", [parts], N=len(parts), axis=0)[0]
            return packed
        return self.const(value, name, dtype)

    def _of_dtype(self, ref: Ref, wanted: Any) -> Ref:
        """Return what stands for a value in the dtype that is wanted."""
        base = ref.dtype.base_dtype
        if wanted is None or base is wanted or base is RESOURCE or base is FLOW:
            return ref
        if base is string or wanted is string:
            raise NoCounterpartError(f"{base.name} for {wanted.name}")
        return self.cast(ref, wanted)

    def cast(self, ref: Ref, dtype: DType) -> Ref:
        """Cast what a node makes."""
        made: Ref = self.add("Cast", [ref], DstT=dtype)[0]
        return made


def _numbers(signature: Signature, groups: Sequence[Sequence[Ref]]) -> dict[str, Any]:
    """Return the attributes that lists of inputs tell: how many there are, or their dtypes."""
    found: dict[str, Any] = {}
    for argument, refs in zip(signature.inputs, groups, strict=True):
        if argument.number:
            found[argument.number] = len(refs)
        if argument.is_list:
            found[argument.dtype] = [ref.dtype.base_dtype for ref in refs]
    return found


def _shared(signature: Signature, groups: Sequence[Sequence[Ref]], outputs: Sequence[Tensor]) -> dict[str, Any]:
    """Return the dtypes that arguments share; see `Writer.add`."""
    found: dict[str, Any] = {}
    made = {each.dtype: tensor.dtype.base_dtype for each, tensor in zip(signature.outputs, outputs, strict=False)}
    for argument, refs in zip(signature.inputs, groups, strict=True):
        key = argument.dtype
        if argument.is_list or key not in signature.attributes or not refs:
            continue
        if argument.is_ref or key not in found:
            own = refs[0].dtype.base_dtype
            found[key] = own if argument.is_ref else made.get(key, own)
    return found


def _check_allowed(type: str, signature: Signature, attributes: dict[str, Any]) -> None:
    for key, value in attributes.items():
        attribute = signature.attributes.get(key)
        if attribute is None or attribute.allowed is None:
            continue
        for dtype in value if isinstance(value, list) else [value]:
            base = as_dtype(dtype).base_dtype
            if base.name not in attribute.allowed:
                raise NoCounterpartError(f"{type} of {base.name}")


def _wanted(argument: Argument, refs: Sequence[Ref], attributes: dict[str, Any]) -> list[Any]:
    """Return the dtypes that inputs have to have; None = any, or a handle."""
    if argument.is_list:
        return [None] * len(refs)
    found = attributes.get(argument.dtype, argument.dtype)
    base = None if isinstance(found, str) and found in _HANDLES else as_dtype(found).base_dtype
    return [None if base is RESOURCE or base is FLOW else base] * len(refs)


def _outputs(signature: Signature, name: str, attributes: dict[str, Any]) -> list[Ref]:
    dtypes: list[DType] = []
    for argument in signature.outputs:
        if argument.is_list:
            dtypes += [as_dtype(dtype) for dtype in attributes[argument.dtype]]
        else:
            dtypes += [_dtype(signature, argument, attributes)] * (
                attributes[argument.number] if argument.number else 1
            )
    return [Ref(name if k == 0 else f"{name}:{k}", dtype) for k, dtype in enumerate(dtypes)]


def _dtype(signature: Signature, argument: Argument, attributes: dict[str, Any]) -> DType:
    found = argument.dtype
    if found in signature.attributes:
        found = attributes.get(found, signature.attributes[found].default)
    if isinstance(found, DType):
        return found
    if found == "resource":
        return RESOURCE
    return as_dtype(found if isinstance(found, str) else float32)
