"""MetaGraphDef and SavedModel: a graph with its collections, its saver, and what is fed and fetched.

Source: tensorflow/core/protobuf/meta_graph.proto, saver.proto, saved_model.proto, framework/variable.proto (TF 1.15).
"""

from __future__ import annotations

from typing import ClassVar

from .fields import Field
from .graphs import GraphDef
from .message import Message
from .tensors import DTYPE_NAMES, TensorShapeProto

__all__ = [
    "AssetFileDef",
    "CollectionDef",
    "MetaGraphDef",
    "SaveSliceInfoDef",
    "SavedModel",
    "SaverDef",
    "SignatureDef",
    "TensorInfo",
    "VariableDef",
]

_VERSIONS = {0: "LEGACY", 1: "V1", 2: "V2"}


class SaverDef(Message):
    """Which operations of a graph save and restore, and how many checkpoints are kept."""

    FIELDS: ClassVar = {
        "filename_tensor_name": Field(1, "string"),
        "save_tensor_name": Field(2, "string"),
        "restore_op_name": Field(3, "string"),
        "max_to_keep": Field(4, "int"),
        "sharded": Field(5, "bool"),
        "keep_checkpoint_every_n_hours": Field(6, "float"),
        "version": Field(7, "enum", names=_VERSIONS),
    }
    LEGACY, V1, V2 = _VERSIONS


class SaveSliceInfoDef(Message):
    """Which part of a partitioned variable a variable is."""

    FIELDS: ClassVar = {
        "full_name": Field(1, "string"),
        "full_shape": Field(2, "int", repeated=True),
        "var_offset": Field(3, "int", repeated=True),
        "var_shape": Field(4, "int", repeated=True),
    }


class VariableDef(Message):
    """The names of a variable's operations and tensors."""

    FIELDS: ClassVar = {
        "variable_name": Field(1, "string"),
        "initial_value_name": Field(6, "string"),
        "initializer_name": Field(2, "string"),
        "snapshot_name": Field(3, "string"),
        "save_slice_info_def": Field(4, SaveSliceInfoDef),
        "is_resource": Field(5, "bool"),
        "trainable": Field(7, "bool"),
        "synchronization": Field(8, "enum"),
        "aggregation": Field(9, "enum"),
    }


class _NodeList(Message):
    FIELDS: ClassVar = {"value": Field(1, "string", repeated=True)}


class _BytesList(Message):
    FIELDS: ClassVar = {"value": Field(1, "bytes", repeated=True)}


class _Int64List(Message):
    FIELDS: ClassVar = {"value": Field(1, "int", repeated=True)}


class _FloatList(Message):
    FIELDS: ClassVar = {"value": Field(1, "float", repeated=True)}


class _Any(Message):
    FIELDS: ClassVar = {"type_url": Field(1, "string"), "value": Field(2, "bytes")}


class _AnyList(Message):
    FIELDS: ClassVar = {"value": Field(1, _Any, repeated=True)}


class CollectionDef(Message):
    """A collection of a graph: names of nodes, messages as bytes, or numbers."""

    FIELDS: ClassVar = {
        "node_list": Field(1, _NodeList, oneof="kind"),
        "bytes_list": Field(2, _BytesList, oneof="kind"),
        "int64_list": Field(3, _Int64List, oneof="kind"),
        "float_list": Field(4, _FloatList, oneof="kind"),
        "any_list": Field(5, _AnyList, oneof="kind"),
    }
    NodeList, BytesList, Int64List, FloatList, AnyList = _NodeList, _BytesList, _Int64List, _FloatList, _AnyList


class TensorInfo(Message):
    """A tensor by its name, with its dtype and its shape."""

    FIELDS: ClassVar = {
        "name": Field(1, "string", oneof="encoding"),
        "dtype": Field(2, "enum", names=DTYPE_NAMES),
        "tensor_shape": Field(3, TensorShapeProto),
    }


class SignatureDef(Message):
    """What is fed and fetched to use a graph for one purpose."""

    FIELDS: ClassVar = {
        "inputs": Field(1, TensorInfo, repeated=True, is_map=True),
        "outputs": Field(2, TensorInfo, repeated=True, is_map=True),
        "method_name": Field(3, "string"),
    }


class AssetFileDef(Message):
    """A file that belongs to a graph."""

    FIELDS: ClassVar = {"tensor_info": Field(1, TensorInfo), "filename": Field(2, "string")}


class _MetaInfoDef(Message):
    FIELDS: ClassVar = {
        "meta_graph_version": Field(1, "string"),
        "any_info": Field(3, _Any),
        "tags": Field(4, "string", repeated=True),
        "tensorflow_version": Field(5, "string"),
        "tensorflow_git_version": Field(6, "string"),
        "stripped_default_attrs": Field(7, "bool"),
    }


class MetaGraphDef(Message):
    """A graph, its collections and its saver."""

    FIELDS: ClassVar = {
        "meta_info_def": Field(1, _MetaInfoDef),
        "graph_def": Field(2, GraphDef),
        "saver_def": Field(3, SaverDef),
        "collection_def": Field(4, CollectionDef, repeated=True, is_map=True),
        "signature_def": Field(5, SignatureDef, repeated=True, is_map=True),
        "asset_file_def": Field(6, AssetFileDef, repeated=True),
    }
    MetaInfoDef = _MetaInfoDef


class SavedModel(Message):
    """Graphs in one folder, each with tags."""

    FIELDS: ClassVar = {
        "saved_model_schema_version": Field(1, "int"),
        "meta_graphs": Field(2, MetaGraphDef, repeated=True),
    }


for _inner in (_NodeList, _BytesList, _Int64List, _FloatList, _AnyList, _MetaInfoDef):
    _inner.__name__ = _inner.__qualname__ = _inner.__name__.removeprefix("_")
