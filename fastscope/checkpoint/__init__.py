"""Checkpoints: fastscope's own files and TensorFlow's, read without TensorFlow.

The submodules are imported when a name is first used, so that `import fastscope` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors.names import face as _face
from .loading import NewCheckpointReader, list_variables, load_checkpoint, load_variable

if TYPE_CHECKING:
    from .bundle_writer import write_bundle
    from .layouts import from_keras_lstm, from_torch_lstm, to_keras_lstm, to_torch_lstm
    from .names import modern_name
    from .npz import write_npz
    from .reader import CheckpointReader, TensorInfo
    from .safetensors_file import write_safetensors

__all__ = [
    "CheckpointReader",
    "NewCheckpointReader",
    "TensorInfo",
    "from_keras_lstm",
    "from_torch_lstm",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "modern_name",
    "to_keras_lstm",
    "to_torch_lstm",
    "write_bundle",
    "write_npz",
    "write_safetensors",
]

_HOMES = {
    "CheckpointReader": "reader",
    "TensorInfo": "reader",
    "from_keras_lstm": "layouts",
    "from_torch_lstm": "layouts",
    "modern_name": "names",
    "to_keras_lstm": "layouts",
    "to_torch_lstm": "layouts",
    "write_bundle": "bundle_writer",
    "write_npz": "npz",
    "write_safetensors": "safetensors_file",
}


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    _missing, __dir__ = _face("checkpoint", __all__)

    def __getattr__(name: str) -> Any:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name) if name in _HOMES else _missing(name)
