"""An operation as a message of its own, `operation.node_def`: its attributes are those that are written for it.

Source: tensorflow/python/framework/ops.py (Operation.node_def, Operation.get_attr; TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..arrays.dtypes import FLOW, RESOURCE
from ..graph import Operation
from ..messages import AttrValue, NodeDef
from ..messages.tensors import dtype_of_number
from .encoding import ATTRIBUTE, INNER
from .node import attribute_as
from .signatures import REQUIRED, signature_of
from .writer import set_attribute
from .writing import written_alone

__all__ = ["attribute_of", "node_def_of"]

_OF_FRAMES = ("While", "Exit", "Merge", "Switch")


def node_def_of(operation: Operation) -> NodeDef:
    """Return the message of an operation; its inputs are those that the operation has.

    Loops, what is in their bodies, TensorArrays and what TensorFlow has no operation for have no attributes.
    """
    inputs = [tensor.name.removesuffix(":0") for tensor in operation.inputs]
    controls = [f"^{before.name}" for before in operation.control_inputs]
    made = NodeDef(name=operation.name, op=operation.type, input=[*inputs, *controls], device=_device(operation))
    node = written_alone(operation) if _is_alone(operation) else None
    if node is not None and node.op == operation.type:
        dict.update(made.attr, {key: node.attr[key] for key in node.attr if key not in (ATTRIBUTE, INNER)})
        _fill(made)
        groups = operation.colocation_groups()
        if groups != [b"loc:@" + operation.name.encode()]:
            set_attribute(made, "_class", "list(string)", groups)
    return made


def _device(operation: Operation) -> str:
    return getattr(operation, "device", "")


def _is_alone(operation: Operation) -> bool:
    """Return whether it can be written without the operations around it."""
    recorder = getattr(operation, "recorder", None)  # an action has none
    if recorder is None or recorder is not recorder.graph.recorder or operation.type in _OF_FRAMES:
        return False
    return not any(tensor.dtype.base_dtype in (FLOW, RESOURCE) for tensor in operation.inputs)


def _fill(node: NodeDef) -> None:
    """Set the attributes that are not written because they have their defaults."""
    signature = signature_of(node.op)
    for key, attribute in signature.attributes.items() if signature is not None else ():
        is_known = attribute.default is not REQUIRED and attribute.kind not in ("tensor", "func", "list(func)")
        if key not in node.attr and is_known:
            set_attribute(node, key, attribute.kind, attribute.default)


def attribute_of(attribute: AttrValue) -> Any:
    """Return an attribute as `get_attr` does: dtypes as DTypes, text as bytes, shapes and tensors as messages."""
    return attribute_as(attribute, lambda which, value: dtype_of_number(value) if which == "type" else value)
