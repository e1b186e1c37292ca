"""Files that people have in hand and that are no checkpoint: what each is, and the line that makes one of it.

None of these is opened here: a pickle runs code when it is loaded, and the others have libraries of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final, NamedTuple

__all__ = ["HEAD_BYTES", "Kind", "kind_of_file", "kind_of_zip"]

HEAD_BYTES: Final = 512  # of a file, enough to tell its kind


class Kind(NamedTuple):
    """A kind of file that is no checkpoint.

    Attributes:
        what: its name, with an article.
        way: what to do with it; {path!r} stands for the file, {npz!r}, {safetensors!r} and {h5!r} for one beside it.
    """

    what: str
    way: str


_TORCH: Final = Kind(
    "a PyTorch file",
    "Export it where torch is installed: `import torch, safetensors.torch; safetensors.torch.save_file({{k: "
    "v.contiguous().clone() for k, v in torch.load({path!r}, map_location='cpu', weights_only=True).items()}}, "
    "{safetensors!r})`; where the weights lie one level down, name it: torch.load(...)['state_dict'].items()",
)
_TORCH_SCRIPT: Final = Kind(
    "a TorchScript module",
    "Export it where torch is installed: `import torch, safetensors.torch; safetensors.torch.save_file({{k: "
    "v.contiguous().clone() for k, v in torch.jit.load({path!r}, map_location='cpu').state_dict().items()}}, "
    "{safetensors!r})`",
)
_PICKLE: Final = Kind(
    "a pickle, which runs code when it is loaded",
    "If you trust it and it holds a dict of arrays: `import numpy, pickle; numpy.savez({npz!r}, "
    "**pickle.load(open({path!r}, 'rb')))`",
)
_KERAS: Final = Kind(
    "a Keras archive without model.weights.h5",
    "Save the model again where Keras is installed: `model.save_weights({h5!r})`",
)
_NPY: Final = Kind(
    "a .npy file, one array without a name", "Give it one: `import numpy; numpy.savez({npz!r}, w=numpy.load({path!r}))`"
)
_ONNX: Final = Kind(
    "an ONNX model",
    "Export it where onnx is installed: `import numpy, onnx, onnx.numpy_helper; numpy.savez({npz!r}, **{{t.name: "
    "onnx.numpy_helper.to_array(t) for t in onnx.load({path!r}).graph.initializer}})`",
)
_GGUF: Final = Kind(
    "a GGUF file of llama.cpp",
    "Export it where gguf is installed: `import gguf, numpy; numpy.savez({npz!r}, **{{t.name: "
    "gguf.dequantize(t.data, t.tensor_type) for t in gguf.GGUFReader({path!r}).tensors}})`",
)
_TFLITE: Final = Kind(
    "a TensorFlow Lite model",
    "It is made for inference: take the checkpoint or the SavedModel that it was converted from",
)
_GRAPH: Final = Kind(
    "a graph of TensorFlow, without variables' values or with these frozen into constants",
    "Take the checkpoint that it was made from: the files that end in .index and .data-00000-of-00001",
)
_MATLAB: Final = Kind(
    "a MATLAB file",
    "Export it where scipy is installed: `import numpy, scipy.io; numpy.savez({npz!r}, **{{k: v for k, v in "
    "scipy.io.loadmat({path!r}).items() if k[0] != '_'}})`",
)
_MSGPACK: Final = Kind(
    "a msgpack file, as Flax writes them",
    "Export it where flax is installed: `import flax, numpy; numpy.savez({npz!r}, **flax.traverse_util.flatten_dict("
    "flax.serialization.msgpack_restore(open({path!r}, 'rb').read()), sep='/'))`",
)
_PACKED: Final = Kind("a packed archive", "Unpack it, and pass what is in it")
_ZIP: Final = Kind("a zip archive without arrays (.npy)", "Unpack it, and pass what is in it")
_WEB: Final = Kind("a web page", "The download brought an answer for people: take the link to the file itself")
_XML: Final = Kind("an XML text", "A download may have brought an error message: look into it")
_JSON: Final = Kind("a JSON text", "Pass the file with the weights that lies beside it")
_EMPTY: Final = Kind("an empty file", "Copy or download it again")
_HEADS: Final = (
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", _TORCH),  # before torch 1.6: a pickle of this magic number
    (b"\x93NUMPY", _NPY),
    (b"GGUF", _GGUF),
    (b"MATLAB ", _MATLAB),
    (b"\x1f\x8b", _PACKED),
    (b"BZh", _PACKED),
    (b"\xfd7zXZ\0", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
    (b"7z\xbc\xaf", _PACKED),
    (b"Rar!", _PACKED),
    *((b"\x80" + bytes([protocol]), _PICKLE) for protocol in range(2, 6)),
)
_ENDS: Final = {
    ".onnx": _ONNX, ".pb": _GRAPH, ".pbtxt": _GRAPH, ".meta": _GRAPH, ".msgpack": _MSGPACK,
    ".pkl": _PICKLE, ".pickle": _PICKLE, ".joblib": _PICKLE, ".pdparams": _PICKLE,
    ".pt": _TORCH, ".pth": _TORCH,
}  # fmt: skip


def kind_of_file(path: str, head: bytes) -> Kind | None:
    """Tell what a file is that is no checkpoint, by its first bytes, else by its name; None if neither says it.

    Args:
        path: its name.
        head: its first `HEAD_BYTES` bytes, or all of them.
    """
    if not head:
        return _EMPTY
    for magic, kind in _HEADS:
        if head.startswith(magic):
            return _TORCH if kind is _PICKLE and _ENDS.get(_end(path)) is _TORCH else kind
    if head[4:8] == b"TFL3":
        return _TFLITE
    if head[257:262] == b"ustar":
        return _PACKED
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return _WEB
    if text.startswith(b"<?xml"):
        return _XML
    return _ENDS.get(_end(path)) or (_JSON if text[:1] in (b"{", b"[") and path.endswith(".json") else None)


def kind_of_zip(names: Iterable[str]) -> Kind:
    """Tell what a zip archive is that holds no .npy files, by the names of its members."""
    found = {name.rpartition("/")[2]: name for name in names}
    if "data.pkl" in found:
        return _TORCH_SCRIPT if "constants.pkl" in found else _TORCH
    return _KERAS if {"config.json", "metadata.json"} & found.keys() else _ZIP


def _end(path: str) -> str:
    return os.path.splitext(path)[1].lower()
