"""GraphDef: the operations of a graph, their inputs and their attributes.

Source: tensorflow/core/framework/graph.proto, node_def.proto, attr_value.proto (TF 1.15).
"""

from __future__ import annotations

from typing import ClassVar

from .fields import Field
from .message import Message
from .tensors import DTYPE_NAMES, TensorProto, TensorShapeProto

__all__ = ["AttrValue", "GraphDef", "NodeDef"]


class _ListValue(Message):
    FIELDS: ClassVar = {
        "s": Field(2, "bytes", repeated=True),
        "i": Field(3, "int", repeated=True),
        "f": Field(4, "float", repeated=True),
        "b": Field(5, "bool", repeated=True),
        "type": Field(6, "enum", repeated=True, names=DTYPE_NAMES),
        "shape": Field(7, TensorShapeProto, repeated=True),
        "tensor": Field(8, TensorProto, repeated=True),
    }


class AttrValue(Message):
    """A value of an attribute."""

    FIELDS: ClassVar = {
        "s": Field(2, "bytes", oneof="value"),
        "i": Field(3, "int", oneof="value"),
        "f": Field(4, "float", oneof="value"),
        "b": Field(5, "bool", oneof="value"),
        "type": Field(6, "enum", oneof="value", names=DTYPE_NAMES),
        "shape": Field(7, TensorShapeProto, oneof="value"),
        "tensor": Field(8, TensorProto, oneof="value"),
        "list": Field(1, _ListValue, oneof="value"),
        "placeholder": Field(9, "string", oneof="value"),
    }
    ListValue = _ListValue


class NodeDef(Message):
    """One operation: `input` has "name" or "name:number" for tensors, "^name" for what runs before."""

    FIELDS: ClassVar = {
        "name": Field(1, "string"),
        "op": Field(2, "string"),
        "input": Field(3, "string", repeated=True),
        "device": Field(4, "string"),
        "attr": Field(5, AttrValue, repeated=True, is_map=True),
    }


class VersionDef(Message):
    """The version of TensorFlow that a graph is for."""

    FIELDS: ClassVar = {"producer": Field(1, "int"), "min_consumer": Field(2, "int")}


class GraphDef(Message):
    """A graph."""

    FIELDS: ClassVar = {
        "node": Field(1, NodeDef, repeated=True),
        "versions": Field(4, VersionDef),
        "version": Field(3, "int"),
    }


_ListValue.__name__, _ListValue.__qualname__ = "ListValue", "AttrValue.ListValue"
