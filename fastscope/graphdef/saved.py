"""SavedModel: graphs with their values and signatures in a folder.

Source: tensorflow/python/saved_model/builder_impl.py, loader_impl.py, signature_def_utils_impl.py (TF 1.15).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ..checkpoint.saver import Saver
from ..errors import graphdef as errors
from ..graph import Operation, Tensor, get_collection, get_default_graph
from ..messages.meta import MetaGraphDef, SavedModel, SignatureDef, TensorInfo
from ..messages.tensors import shape_proto
from .meta import import_meta_graph, meta_graph_of
from .writer import number_of

__all__ = [
    "SavedModelBuilder",
    "build_signature_def",
    "build_tensor_info",
    "contains_saved_model",
    "get_tensor_from_tensor_info",
    "load",
    "predict_signature_def",
    "simple_save",
]

_FILE, _TEXT = "saved_model.pb", "saved_model.pbtxt"
_MAIN_OP, _LEGACY_INIT_OP = "saved_model_main_op", "legacy_init_op"
PREDICT, DEFAULT, SERVE = "tensorflow/serving/predict", "serving_default", "serve"


def build_tensor_info(tensor: Tensor) -> TensorInfo:
    """Return a tensor's name, dtype and shape as a message."""
    made = TensorInfo(name=tensor.name, dtype=number_of(tensor.dtype.base_dtype))
    made.tensor_shape.CopyFrom(shape_proto(tensor.dims))
    return made


def get_tensor_from_tensor_info(tensor_info: TensorInfo, graph: Any = None, import_scope: str | None = None) -> Tensor:
    """Return the tensor of a graph that a message names."""
    prefix = f"{import_scope}/" if import_scope else ""
    found: Tensor = (graph or get_default_graph()).get_tensor_by_name(prefix + tensor_info.name)
    return found


def build_signature_def(
    inputs: Mapping[str, TensorInfo] | None = None,
    outputs: Mapping[str, TensorInfo] | None = None,
    method_name: str | None = None,
) -> SignatureDef:
    """Return a message that says what is fed and fetched, by names of one's own."""
    return SignatureDef(inputs=dict(inputs or {}), outputs=dict(outputs or {}), method_name=method_name or "")


def predict_signature_def(inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]) -> SignatureDef:
    """Return `build_signature_def` of tensors, for predictions."""
    fed = {key: build_tensor_info(tensor) for key, tensor in inputs.items()}
    return build_signature_def(fed, {key: build_tensor_info(tensor) for key, tensor in outputs.items()}, PREDICT)


class SavedModelBuilder:
    """Writes a SavedModel.

        builder = tf.saved_model.builder.SavedModelBuilder("exported")
        builder.add_meta_graph_and_variables(session, [tf.saved_model.tag_constants.SERVING])
        builder.save()

    Args:
        export_dir: the folder, which is made, and must be empty if it is there.

    Raises:
        AssertionError: something is in the folder.
    """

    def __init__(self, export_dir: Any) -> None:
        self._folder = os.fsdecode(export_dir)
        if os.path.isdir(self._folder) and os.listdir(self._folder):
            raise errors.folder_is_not_empty(self._folder)
        os.makedirs(self._folder, exist_ok=True)
        self._model = SavedModel(saved_model_schema_version=1)

    def add_meta_graph_and_variables(
        self,
        sess: Any,
        tags: Sequence[str],
        signature_def_map: Mapping[str, SignatureDef] | None = None,
        assets_collection: Any = None,
        legacy_init_op: Operation | None = None,
        clear_devices: bool = False,
        main_op: Operation | None = None,
        strip_default_attrs: bool = False,
        saver: Saver | None = None,
    ) -> None:
        """Add the default graph, and write the values of its variables.

        Args:
            sess: the session.
            tags: by which the graph is found.
            signature_def_map: what is fed and fetched, by the names of the purposes.
            assets_collection: kept for TF's sake: files are not copied.
            legacy_init_op, main_op: what is run when the graph was loaded.
            clear_devices: without the devices.
            strip_default_attrs: kept for TF's sake.
            saver: of the variables; None = all that can be saved.
        """
        saver = saver or Saver(allow_empty=True)
        os.makedirs(os.path.join(self._folder, "variables"), exist_ok=True)
        path = os.path.join(self._folder, "variables", "variables")
        if saver._targets:
            saver.save(sess, path, write_meta_graph=False, write_state=False)
        self._add(saver, tags, signature_def_map, clear_devices, main_op or legacy_init_op)

    def add_meta_graph(
        self,
        tags: Sequence[str],
        signature_def_map: Mapping[str, SignatureDef] | None = None,
        assets_collection: Any = None,
        legacy_init_op: Operation | None = None,
        clear_devices: bool = False,
        main_op: Operation | None = None,
        strip_default_attrs: bool = False,
        saver: Saver | None = None,
    ) -> None:
        """Add the default graph, which has the values that were written before; the arguments are the same.

        Raises:
            AssertionError: none were written.
        """
        if not self._model.meta_graphs:
            raise errors.metagraph_first()
        saver = saver or Saver(allow_empty=True)
        self._add(saver, tags, signature_def_map, clear_devices, main_op or legacy_init_op)

    def _add(self, saver: Saver, tags: Sequence[str], signatures: Any, clear_devices: bool, main_op: Any) -> None:
        graph = get_default_graph()
        if main_op is not None:
            graph.add_to_collection(_MAIN_OP, main_op)
        made = meta_graph_of(saver, graph)
        made.meta_info_def.tags.extend(tags)
        for key, signature in (signatures or {}).items():
            made.signature_def[key].CopyFrom(signature)
        for node in made.graph_def.node if clear_devices else ():
            node.device = ""
        list.append(self._model.meta_graphs, made)

    def save(self, as_text: bool = False) -> bytes:
        """Write the graphs, and return the path of the file.

        Args:
            as_text: as text.
        """
        path = os.path.join(self._folder, _TEXT if as_text else _FILE)
        with open(path, "wb") as file:
            file.write(str(self._model).encode() if as_text else self._model.SerializeToString())
        return path.encode()


def simple_save(
    session: Any,
    export_dir: Any,
    inputs: Mapping[str, Tensor],
    outputs: Mapping[str, Tensor],
    legacy_init_op: Operation | None = None,
) -> None:
    """Write the default graph and its values as a SavedModel for serving, with one signature.

    Args:
        session: the session.
        export_dir: the folder.
        inputs, outputs: what is fed and fetched, by names of one's own.
        legacy_init_op: what is run when the graph was loaded.
    """
    builder = SavedModelBuilder(export_dir)
    signatures = {DEFAULT: predict_signature_def(inputs, outputs)}
    builder.add_meta_graph_and_variables(session, [SERVE], signatures, main_op=legacy_init_op, clear_devices=True)
    builder.save()


def contains_saved_model(export_dir: Any) -> bool:
    """Return whether a folder has a SavedModel."""
    folder = os.fsdecode(export_dir)
    return any(os.path.isfile(os.path.join(folder, name)) for name in (_FILE, _TEXT))


def _read(folder: str) -> SavedModel:
    path = os.path.join(folder, _FILE)
    if os.path.isfile(path):
        with open(path, "rb") as file:
            return SavedModel.FromString(file.read())
    path = os.path.join(folder, _TEXT)
    if os.path.isfile(path):
        with open(path, "rb") as file:
            return SavedModel().merge_text(file.read())
    raise errors.no_saved_model(folder)


def load(
    sess: Any, tags: Sequence[str], export_dir: Any, import_scope: str | None = None, **saver_kwargs: Any
) -> MetaGraphDef:
    """Add a graph of a SavedModel to the session's, give its variables their values, and return its message.

    Args:
        sess: the session.
        tags: of the graph, all of them.
        export_dir: the folder.
        import_scope: name scope that is put before all names.
        saver_kwargs: of `import_meta_graph`.

    Raises:
        OSError: the folder has no SavedModel.
        RuntimeError: no graph has these tags.
    """
    folder = os.fsdecode(export_dir)
    model = _read(folder)
    found = next((meta for meta in model.meta_graphs if set(meta.meta_info_def.tags) == set(tags)), None)
    if found is None:
        raise errors.no_such_tags(list(tags), [list(meta.meta_info_def.tags) for meta in model.meta_graphs])
    with sess.graph.as_default():
        before = len(get_collection(_MAIN_OP)), len(get_collection(_LEGACY_INIT_OP))
        saver = import_meta_graph(found, import_scope=import_scope, **saver_kwargs)
        if saver is not None:
            saver.restore(sess, os.path.join(folder, "variables", "variables"))
        for key, count in zip((_MAIN_OP, _LEGACY_INIT_OP), before, strict=True):
            for operation in get_collection(key)[count:]:
                sess.run(operation)
    return found
