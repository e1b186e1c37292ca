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
    from .gru_layouts import from_keras_gru, from_torch_gru, to_keras_gru, to_torch_gru
    from .keras_files import from_keras_file
    from .layouts import from_keras_lstm, from_torch_lstm, to_keras_lstm, to_torch_lstm
    from .names import modern_name
    from .npz import write_npz
    from .reader import CheckpointReader, TensorInfo
    from .safetensors_file import write_safetensors
    from .torch_rnn import from_torch_rnn, to_torch_rnn

__all__ = [
    "CheckpointReader",
    "NewCheckpointReader",
    "TensorInfo",
    "from_keras_file",
    "from_keras_gru",
    "from_keras_lstm",
    "from_torch_gru",
    "from_torch_lstm",
    "from_torch_rnn",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "modern_name",
    "to_keras_gru",
    "to_keras_lstm",
    "to_torch_gru",
    "to_torch_lstm",
    "to_torch_rnn",
    "write_bundle",
    "write_npz",
    "write_safetensors",
]

_HOMES = {
    "CheckpointReader": "reader",
    "TensorInfo": "reader",
    "from_keras_file": "keras_files",
    "from_keras_gru": "gru_layouts",
    "from_keras_lstm": "layouts",
    "from_torch_gru": "gru_layouts",
    "from_torch_lstm": "layouts",
    "from_torch_rnn": "torch_rnn",
    "modern_name": "names",
    "to_keras_gru": "gru_layouts",
    "to_keras_lstm": "layouts",
    "to_torch_gru": "gru_layouts",
    "to_torch_lstm": "layouts",
    "to_torch_rnn": "torch_rnn",
    "write_bundle": "bundle_writer",
    "write_npz": "npz",
    "write_safetensors": "safetensors_file",
}


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    _missing, __dir__ = _face("checkpoint", __all__)

    def __getattr__(name: str) -> Any:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name) if name in _HOMES else _missing(name)
