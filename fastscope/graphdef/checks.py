"""What a message has to keep to before anything is made of it: names, attributes, inputs.

Source: tensorflow/core/graph/graph_constructor.cc, tensorflow/core/framework/node_def_util.cc (TF 1.15).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import graphdef as errors
from ..messages import NodeDef
from ..messages.tensors import DTYPE_NAMES, dtype_of_number
from .layout import producer
from .signatures import REQUIRED, Argument, Signature, signature_of

__all__ = ["check_names", "check_nodes"]

_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*")
_FIELDS = {"type": "type", "int": "i", "float": "f", "bool": "b", "string": "s", "shape": "shape", "tensor": "tensor"}
"""By the kind of an attribute: the field of the AttrValue that has it."""
_KINDS = {field: kind for kind, field in _FIELDS.items()}
_REFERENCE = 100  # is added for a variable's dtype
_UNKNOWN = 0
_NUMBERS = {dtype.name: number for number in DTYPE_NAMES if (dtype := dtype_of_number(number)) and number < _REFERENCE}
_BY_NUMBER = {number: name for name, number in _NUMBERS.items()}


def check_names(nodes: Iterable[NodeDef]) -> None:
    """Check that the names of nodes can be told from inputs.

    Raises:
        ValueError: one cannot.
    """
    for node in nodes:
        if not _NAME.fullmatch(node.name):
            raise errors.no_node_name(node.name)


def check_nodes(
    nodes: Mapping[str, NodeDef],
    inputs_of: Callable[[NodeDef], list[str] | None],
    mapped: Mapping[str, Any],
    scope: str,
) -> None:
    """Check the attributes and the inputs of nodes against the signatures of their types.

    Args:
        nodes: by their names.
        inputs_of: returns the inputs of a node as the message names them; None = they are not checked.
        mapped: tensors in place of inputs.
        scope: the prefix of the names that the operations get.

    Raises:
        ValueError: an attribute of another kind, or a dtype that the type does not take; too many inputs or too few, or
            one of another dtype.
    """
    made: dict[str, list[int] | None] = {}
    for node in nodes.values():
        signature = signature_of(node.op)
        if signature is not None:
            _check_attributes(node, signature, scope)
            made[node.name] = _dtypes(node, signature, signature.outputs)
    for node in nodes.values():
        signature, given = signature_of(node.op), inputs_of(node)
        wanted = None if signature is None or given is None else _dtypes(node, signature, signature.inputs)
        if given is None or wanted is None:
            continue
        sources = [source for source in given if not source.startswith("^")]
        if len(wanted) != len(sources):
            raise errors.wrong_number_of_inputs(scope + node.name, node.op, list(map(_shown, wanted)), len(sources))
        for place, (source, dtype) in enumerate(zip(sources, wanted, strict=True)):
            full_name = source if ":" in source else f"{source}:0"
            if not full_name.partition(":")[2].isdecimal():
                raise errors.no_such_input(node.name, source)
            tensor = mapped.get(full_name)
            got = _made(full_name, made) if tensor is None else _number_of(tensor)
            if not _fits(got, dtype):
                name = f"{scope}{full_name}" if tensor is None else tensor.name
                told = scope + node.name, place, _shown(got), name, _shown(dtype)
                raise errors.wrong_input(*told) if tensor is None else errors.wrong_mapped_input(*told)


def _fits(got: int, wanted: int) -> bool:
    """Return whether a tensor of one dtype can be an input of another; a variable can be read."""
    if _UNKNOWN in (got, wanted):
        return True
    return got == wanted or got == wanted + _REFERENCE


def _number_of(tensor: Any) -> int:
    number = _NUMBERS.get(tensor.dtype.base_dtype.name, _UNKNOWN)
    return number + _REFERENCE if number and tensor.dtype.base_dtype is not tensor.dtype else number


def _check_attributes(node: NodeDef, signature: Signature, scope: str) -> None:
    for key, attribute in signature.attributes.items():
        which = node.attr[key].WhichOneof("value") if key in node.attr else None
        wanted = "list" if attribute.kind.startswith("list(") else _FIELDS.get(attribute.kind)
        if which is not None and wanted is not None and which not in (wanted, "placeholder"):
            raise errors.wrong_attribute(scope + node.name, key, _KINDS.get(which, which), attribute.kind)
        if attribute.allowed is not None and which in ("type", "list"):
            value = node.attr[key]
            for number in [value.type] if which == "type" else value.list.type:
                if number in _BY_NUMBER and _BY_NUMBER[number] not in attribute.allowed:
                    raise errors.dtype_not_allowed(scope + node.name, node.op, key, _shown(number), attribute.allowed)
    if node.op == "Const":
        _check_constant(node, scope)


def _check_constant(node: NodeDef, scope: str) -> None:
    for key in ("dtype", "value"):
        if key not in node.attr:
            raise errors.no_attribute(scope + node.name, key)
    value, dtype = node.attr["value"].tensor.dtype, node.attr["dtype"].type
    if value != dtype:
        raise errors.constant_of_another_dtype(scope + node.name, _shown(value), _shown(dtype))


def _dtypes(node: NodeDef, signature: Signature, arguments: Iterable[Argument]) -> list[int] | None:
    """Return the numbers of the dtypes of inputs or outputs; None where the node does not tell how many there are."""
    found: list[int] = []
    for argument in arguments:
        if argument.is_list:
            if argument.dtype not in node.attr:
                return None
            found += node.attr[argument.dtype].list.type
        elif not argument.number:
            found.append(_dtype(node, signature, argument))
        elif argument.number in node.attr:
            found += [_dtype(node, signature, argument)] * node.attr[argument.number].i
        else:
            return None
    return found


def _dtype(node: NodeDef, signature: Signature, argument: Argument) -> int:
    name = argument.dtype
    if name in node.attr:
        number = node.attr[name].type
    else:
        if name in signature.attributes:
            name = signature.attributes[name].default
        number = _UNKNOWN if name is REQUIRED else _NUMBERS.get(name, _UNKNOWN)
    return number + _REFERENCE if argument.is_ref and number else number


def _made(full_name: str, made: Mapping[str, list[int] | None]) -> int:
    """Return the number of the dtype of what an input names."""
    dtypes, place = made.get(producer(full_name)), int(full_name.partition(":")[2])
    return dtypes[place] if dtypes is not None and place < len(dtypes) else _UNKNOWN


def _shown(number: int) -> str:
    return DTYPE_NAMES.get(number, f"dtype {number}").removeprefix("DT_").lower()
