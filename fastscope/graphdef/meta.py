"""MetaGraphDef: a graph with its collections and its saver; to a `.meta` file and back.

Source: tensorflow/python/framework/meta_graph.py, tensorflow/python/training/saver.py (TF 1.15).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays.dtypes import string
from ..checkpoint.atomic import write_whole
from ..checkpoint.saver import Saver
from ..errors import DataLossError
from ..errors import graphdef as errors
from ..errors.messages import ParseError
from ..graph import Graph, GraphKeys, Operation, Tensor, get_default_graph
from ..messages import GraphDef, NodeDef
from ..messages.meta import CollectionDef, MetaGraphDef, SaverDef, VariableDef
from ..messages.wire import encoded
from ..scoping.variables import SaveSliceInfo, Variable
from .layout import producer
from .reading import Reader, reader_of
from .writer import Ref, Writer
from .writing import graph_def_of

__all__ = ["export_meta_graph", "import_meta_graph", "meta_bytes", "meta_graph_of", "read_meta_graph", "saver_def_of"]

_VARIABLES = (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    "metric_variables",
    "global_step",
)
_OF_TENSORFLOW = ("cond_context", "while_context", "queue_runners", "savers")  # messages that are not read


# ---- writing


def export_meta_graph(
    filename: Any = None,
    meta_info_def: Any = None,
    graph_def: GraphDef | None = None,
    saver_def: SaverDef | None = None,
    collection_list: Sequence[str] | None = None,
    as_text: bool = False,
    graph: Graph | None = None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
    **kwargs: Any,
) -> MetaGraphDef:
    """Return a graph with its collections as a message, and write it.

    Args:
        filename: of the file; None = none.
        meta_info_def: a MetaInfoDef to begin with.
        graph_def: the graph's operations; None = those of `graph`.
        saver_def: which operations save and restore.
        collection_list: keys of the collections; None = all.
        as_text: write it as text.
        graph: None = the default one.
        export_scope: only what is in this name scope, under names without it.
        clear_devices: without the devices.
        clear_extraneous_savers, save_debug_info: kept for TF's sake.
        strip_default_attrs: kept for TF's sake: attributes that have their defaults are never written.

    Raises:
        RuntimeError: everything is computed at once here.
        OSError: it could not be written. A file that was there is as it was.
    """
    graph = graph or get_default_graph()
    if graph.recorder is None:
        raise errors.needs_a_graph()
    made = MetaGraphDef()
    if meta_info_def is not None:
        made.meta_info_def.CopyFrom(meta_info_def)
    _set_version(made, strip_default_attrs)
    if graph_def is None:
        made.adopt("graph_def", graph_def_of(graph, add_shapes=True))
    else:
        made.graph_def.CopyFrom(graph_def)
    if saver_def is not None:
        made.saver_def.CopyFrom(saver_def)
    _add_collections(made, graph, collection_list)
    return _finished(made, filename, as_text, export_scope, clear_devices)


def _set_version(made: MetaGraphDef, stripped: bool) -> None:
    made.meta_info_def.tensorflow_version = "1.15.5"
    made.meta_info_def.stripped_default_attrs = stripped


def _finished(
    made: MetaGraphDef, filename: Any, as_text: bool, export_scope: str | None, clear_devices: bool
) -> MetaGraphDef:
    if export_scope:
        _cut_to(made, export_scope.rstrip("/") + "/")
    if clear_devices:
        for node in made.graph_def.node:
            node.device = ""
    if filename:
        write_whole(os.fsdecode(filename), str(made).encode() if as_text else encoded(made))
    return made


def _add_collections(made: MetaGraphDef, graph: Graph, keys: Iterable[Any] | None) -> None:
    for key in graph.get_all_collection_keys() if keys is None else keys:
        members = graph.get_collection(key)
        if not isinstance(key, str) or not members:
            continue
        found = _collection(graph, members)
        if found is not None:
            dict.__setitem__(made.collection_def, key, found)


def _collection(graph: Graph, members: list[Any]) -> CollectionDef | None:
    """Return a collection as a message; None if something is in it that has none."""
    found = CollectionDef()
    if all(isinstance(member, Variable) for member in members):
        found.bytes_list.value.extend(encoded(variable_def_of(member)) for member in members)
    elif all(isinstance(member, (Tensor, Operation)) for member in members):
        found.node_list.value.extend(member.name for member in members)
    elif all(isinstance(member, (str, bytes)) for member in members):
        found.bytes_list.value.extend(m.encode() if isinstance(m, str) else m for m in members)
    elif all(isinstance(member, (int, np.integer)) and not isinstance(member, bool) for member in members):
        found.int64_list.value.extend(members)
    elif all(isinstance(member, (float, np.floating)) for member in members):
        found.float_list.value.extend(members)
    elif all(hasattr(member, "_as_graph_element") or isinstance(member, (Tensor, Operation)) for member in members):
        found.node_list.value.extend(graph.as_graph_element(member).name for member in members)
    else:
        return None
    return found


def variable_def_of(variable: Variable) -> VariableDef:
    """Return the names of a variable's operations as a message."""
    told = variable.to_proto()
    made = VariableDef(
        variable_name=told.variable_name,
        initial_value_name=told.initial_value_name,
        initializer_name=told.initializer_name,
        snapshot_name=_snapshot(variable),
        trainable=told.trainable,
        is_resource=variable.dtype is variable._base_dtype,
    )
    part: SaveSliceInfo | None = variable._get("save_slice_info")
    if part is not None:
        made.save_slice_info_def.full_name = part.full_name
        for field, values in (
            (made.save_slice_info_def.full_shape, part.full_shape),
            (made.save_slice_info_def.var_offset, part.var_offset),
            (made.save_slice_info_def.var_shape, part.var_shape),
        ):
            field.extend(int(value) for value in values)
    return made


def _snapshot(variable: Variable) -> str:
    recorder = variable.graph.recorder
    found = None if recorder is None else recorder.reads.get(variable)
    return variable.name if found is None else found.name


def _cut_to(made: MetaGraphDef, prefix: str) -> None:
    """Leave what is in a name scope, and take the scope off the names."""
    nodes = [node for node in made.graph_def.node if node.name.startswith(prefix)]
    names = {node.name for node in nodes}
    unbound: list[str] = []
    for node in nodes:
        inputs = []
        for source in node.input:
            if producer(source) in names:
                inputs.append(source.replace(prefix, "", 1))
            elif not source.startswith("^"):
                inputs.append(f"$unbound_inputs_{source}")
                unbound.append(inputs[-1])
        node.ClearField("input")
        list.extend(node.input, inputs)
        node.name = node.name.removeprefix(prefix)
    made.graph_def.ClearField("node")
    list.extend(made.graph_def.node, nodes)
    for key in list(made.collection_def):
        _cut_collection(made.collection_def, key, prefix)
    if unbound:
        made.collection_def["unbound_inputs"].bytes_list.value.extend(name.encode() for name in dict.fromkeys(unbound))


def _cut_collection(collections: Any, key: str, prefix: str) -> None:
    found = collections[key]
    if found.WhichOneof("kind") == "node_list":
        values = [name.removeprefix(prefix) for name in found.node_list.value if name.startswith(prefix)]
        found.node_list.ClearField("value")
        found.node_list.value.extend(values)
    elif key in _VARIABLES:
        told = [VariableDef.FromString(data) for data in found.bytes_list.value]
        kept = [each for each in told if each.variable_name.startswith(prefix)]
        for each in kept:
            for field in ("variable_name", "initial_value_name", "initializer_name", "snapshot_name"):
                setattr(each, field, getattr(each, field).removeprefix(prefix))
        found.bytes_list.ClearField("value")
        found.bytes_list.value.extend(encoded(each) for each in kept)
    if not getattr(found, found.WhichOneof("kind") or "node_list").value:
        collections.pop(key)


# ---- savers


def saver_def_of(saver: Saver, graph_def: GraphDef | None = None) -> SaverDef:
    """Return what a graph's operations for a saver are called, and write them.

    Args:
        graph_def: where the operations are added, with which TensorFlow saves and restores; None = nowhere.
    """
    made = SaverDef(
        max_to_keep=saver._max_to_keep or 0,
        keep_checkpoint_every_n_hours=saver._keep_every_s / 3600,
        version=SaverDef.V2,
    )
    taken = [] if graph_def is None else [node.name for node in graph_def.node]
    w = Writer(taken)
    scope = w.unique("save")
    while any(name.startswith(scope + "/") for name in taken):
        scope = w.unique("save")
    with w.at(scope, []):
        filename, saved, restored = _saver_nodes(w, saver)
    made.filename_tensor_name, made.save_tensor_name, made.restore_op_name = f"{filename}:0", f"{saved}:0", restored
    if graph_def is not None:
        list.extend(graph_def.node, w.nodes)
    return made


def _saver_nodes(w: Writer, saver: Saver) -> tuple[str, str, str]:
    scope = w.scope
    parts = [(key, part) for key, target in saver._targets.items() for part in target.variables]
    keys = np.array([key.encode() for key, _ in parts], object)
    slices = np.array([_slice_of(part) for _, part in parts], object)
    given = w.add("Const", (), f"{scope}/filename/input", value=np.array(b"model", object), dtype=string)[0]
    filename = w.add("PlaceholderWithDefault", [given], f"{scope}/filename", shape=())[0]
    path = w.add("PlaceholderWithDefault", [filename], f"{scope}/Const", shape=())[0]
    if not parts:
        w.add("NoOp", (), f"{scope}/restore_all")
        return path.name, path.name, f"{scope}/restore_all"
    values = [_value(w, part) for _, part in parts]
    names = w.const(keys, "SaveV2/tensor_names"), w.const(slices, "SaveV2/shape_and_slices")
    w.add("SaveV2", [path, *names, values], f"{scope}/SaveV2")
    saved = w.add("Identity", [path], f"{scope}/control_dependency", controls=[f"{scope}/SaveV2"])[0]
    names = w.const(keys, "RestoreV2/tensor_names"), w.const(slices, "RestoreV2/shape_and_slices")
    dtypes = [part.dtype.base_dtype for _, part in parts]
    restored = w.add("RestoreV2", [path, *names], f"{scope}/RestoreV2", dtypes=dtypes)
    assigned = [_restored(w, part, value) for (_, part), value in zip(parts, restored, strict=True)]
    w.add("NoOp", (), f"{scope}/restore_all", controls=assigned)
    return path.name, saved.name, f"{scope}/restore_all"


def _slice_of(part: Variable) -> bytes:
    info: SaveSliceInfo | None = part._get("save_slice_info")
    return b"" if info is None else info.spec.encode()


def _ref(part: Variable) -> Ref:
    return Ref(part.op.name, part.dtype)


def _value(w: Writer, part: Variable) -> Ref:
    if part.op.type != "VarHandleOp":
        return _ref(part)
    made: Ref = w.add("ReadVariableOp", [_ref(part)], dtype=part.dtype.base_dtype)[0]
    return made


def _restored(w: Writer, part: Variable, value: Ref) -> str:
    name = w.unique(f"{w.scope}/Assign")
    if part.op.type == "VarHandleOp":
        w.add("AssignVariableOp", [_ref(part), w.add("Identity", [value])[0]], name, dtype=part.dtype.base_dtype)
    else:
        w.add("Assign", [_ref(part), value], name)
    return name


def meta_graph_of(
    saver: Saver,
    graph: Graph,
    collection_list: Sequence[str] | None = None,
    strip_default_attrs: bool = False,
) -> MetaGraphDef:
    """Return a graph with its collections, and a saver's operations."""
    made = MetaGraphDef()
    _set_version(made, strip_default_attrs)
    graph_def = graph_def_of(graph, add_shapes=True)
    made.adopt("saver_def", saver_def_of(saver, graph_def))
    made.adopt("graph_def", graph_def)
    _add_collections(made, graph, collection_list)
    return made


def export_with(
    saver: Saver, filename: Any, collection_list: Any, as_text: bool, export_scope: Any, clear: bool
) -> MetaGraphDef:
    """Do what `Saver.export_meta_graph` does."""
    made = meta_graph_of(saver, get_default_graph(), collection_list)
    return _finished(made, filename, as_text, export_scope, clear)


def meta_bytes(saver: Saver, graph: Graph) -> bytes:
    """Return what a saver writes beside a checkpoint; of a graph that did not change the same again."""
    recorder = graph.recorder
    assert recorder is not None
    collections = tuple((key, len(graph.get_collection_ref(key))) for key in graph.get_all_collection_keys())
    key = (recorder.made, len(recorder.operations), collections)
    if saver._meta is None or saver._meta[0] != key:
        saver._meta = (key, encoded(meta_graph_of(saver, graph)))
    data: bytes = saver._meta[1]
    return data


# ---- reading


def read_meta_graph(path: Any) -> MetaGraphDef:
    """Return the message in a file, which is bytes or text.

    Raises:
        OSError: there is none, or it is something else.
    """
    name = os.fsdecode(path)
    if not os.path.isfile(name):
        raise errors.no_meta_graph(name, "there is no such file")
    with open(name, "rb") as file:
        data = file.read()
    try:
        return MetaGraphDef.FromString(data)
    except DataLossError as reason:
        try:
            return MetaGraphDef().merge_text(data)
        except (ParseError, UnicodeDecodeError):
            raise errors.no_meta_graph(name, str(reason)) from None


def import_meta_graph(
    meta_graph_or_file: Any, clear_devices: bool = False, import_scope: str | None = None, **kwargs: Any
) -> Saver | None:
    """Add the operations and the collections of a MetaGraphDef to the default graph.

        saver = tf.train.import_meta_graph("model-7.meta")
        saver.restore(session, "model-7")

    Args:
        meta_graph_or_file: the message, or the path of a file.
        clear_devices: without the devices.
        import_scope: name scope that is put before all names.
        kwargs: of `import_graph_def`: input_map.

    Returns:
        A Saver of the variables that the message's own one saves; None where there are no variables.

    Raises:
        OSError: there is no such file, or it is something else.
        RuntimeError: everything is computed at once here.
    """
    given = meta_graph_or_file
    if not isinstance(given, MetaGraphDef):
        if hasattr(given, "SerializeToString"):  # protocol buffers' own message has the same bytes
            given = MetaGraphDef.FromString(given.SerializeToString())
        else:
            given = read_meta_graph(given)
    reader = _read_graph(given, clear_devices, import_scope, kwargs.get("input_map"))
    _read_collections(given, reader)
    return _saver_of(given, reader)


def _read_graph(meta: MetaGraphDef, clear_devices: bool, scope: str | None, input_map: Any) -> Reader:
    graph_def = meta.graph_def
    if clear_devices:
        graph_def = GraphDef()
        graph_def.CopyFrom(meta.graph_def)
        for node in graph_def.node:
            node.device = ""
    told = {}
    for key in _VARIABLES:
        if key in meta.collection_def:
            for data in meta.collection_def[key].bytes_list.value:
                each = VariableDef.FromString(data)
                told[producer(each.variable_name)] = each
                each.trainable = each.trainable or key == GraphKeys.TRAINABLE_VARIABLES
    return reader_of(graph_def, input_map, scope or "", told)


def _read_collections(meta: MetaGraphDef, reader: Reader) -> None:
    graph = reader.graph
    for key, collection in sorted(meta.collection_def.items()):
        kind = collection.WhichOneof("kind")
        if kind is None or key in _OF_TENSORFLOW or kind == "any_list":
            continue
        for value in getattr(collection, kind).value:
            if kind == "node_list":
                found = reader.find(value)
                if found is not None:
                    graph.add_to_collection(key, found)
            elif key in _VARIABLES:
                variable = reader.variable(VariableDef.FromString(value))
                if variable is not None:
                    graph.add_to_collection(key, variable)
            else:
                graph.add_to_collection(key, value)


def _saver_of(meta: MetaGraphDef, reader: Reader) -> Saver | None:
    """Return a saver of what the graph's own one restores."""
    facts: dict[str, Any] = {}
    if meta.HasField("saver_def"):
        told = meta.saver_def
        facts["max_to_keep"] = told.max_to_keep
        facts["keep_checkpoint_every_n_hours"] = told.keep_checkpoint_every_n_hours or 10000.0
        found = _restored_by(reader, told.restore_op_name)
        if found:
            return Saver(found, **facts)
    prefix = reader.scope
    variables = [
        variable
        for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.SAVEABLE_OBJECTS)
        for variable in reader.graph.get_collection(key)
        if isinstance(variable, Variable) and variable.name.startswith(prefix)
    ]
    return Saver(variables, **facts) if variables else None


def _restored_by(reader: Reader, name: str) -> dict[str, Any]:
    """Return the variables that an operation restores, by their keys in a checkpoint."""
    nodes: Mapping[str, NodeDef] = reader.layout.by_name
    found: dict[str, list[Any]] = {}
    waiting, seen = [name], set()
    while waiting:
        node = nodes.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        if node.op in ("Assign", "AssignVariableOp"):
            key = _key_of(nodes, node.input[1])
            variable = reader.variable(VariableDef(variable_name=producer(node.input[0]) + ":0"))
            if key is None or variable is None:
                warnings.warn(f"'{node.name}' restores what is no variable here, and is left out.", stacklevel=4)
                continue
            found.setdefault(key, []).append(variable)
        else:
            waiting += [producer(source) for source in node.input if source.startswith("^")]
    return {key: parts[0] if len(parts) == 1 else parts for key, parts in sorted(found.items())}


def _key_of(nodes: Mapping[str, NodeDef], source: str) -> str | None:
    """Return the key of a checkpoint whose tensor an input is."""
    from .node import plain_attribute

    while True:
        name, _, number = source.partition(":")
        node = nodes.get(name)
        if node is None:
            return None
        if node.op == "RestoreV2":
            names = nodes.get(producer(node.input[1]))
            if names is None or "value" not in names.attr:
                return None
            key = plain_attribute(names.attr["value"]).ravel()[int(number or 0)]
            return key.decode() if isinstance(key, bytes) else str(key)
        if node.op not in ("Identity", "Reshape"):
            return None
        source = node.input[0]
