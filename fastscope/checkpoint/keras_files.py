"""Whole files of Keras: recurrent layers by TensorFlow's names, ready to be restored.

    Keras 2, .h5        model_weights/lstm/lstm/lstm_cell/kernel:0     (".../lstm/kernel:0" in TensorFlow 1)
                        model_weights/bi/bi/forward_lstm/lstm_cell/kernel:0
    Keras 3, .keras     layers/lstm/cell/vars/0, in the order kernel, recurrent_kernel, bias; the layer's own name is
    and .weights.h5     noted at layers/lstm/vars
                        layers/bidirectional/forward_layer/cell/vars/0

A layer's name is the scope: what dynamic_rnn(cell, inputs, scope="lstm") makes is "lstm/lstm_cell/kernel".

Source: files that TensorFlow 1.15 and Keras 3 wrote
"""

from __future__ import annotations

import json
import os
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from ..errors import checkpoint as errors
from .gru_layouts import from_keras_gru
from .hdf5 import Hdf5Reader
from .layouts import from_keras_lstm, host
from .loading import load_checkpoint
from .slots import slots_among

__all__ = ["from_keras_file"]

_ORDER: Final = ("kernel", "recurrent_kernel", "bias")
_WAYS: Final = {"forward": "/fw", "backward": "/bw"}
_WAY: Final = re.compile(r"(forward|backward)_\w+")


def from_keras_file(path: str | os.PathLike[str], *, forget_bias: float = 1.0) -> dict[str, np.ndarray]:
    """Convert a .h5, .weights.h5 or .keras file into tensors by TensorFlow's names.

    Example:
        >>> tensors = tf.checkpoint.from_keras_file("model.keras")
        >>> sorted(tensors)[:2]
        ['bi/bw/lstm_cell/bias', 'bi/bw/lstm_cell/kernel']
        >>> tf.checkpoint.write_safetensors("m.safetensors", tensors)  # what saver.restore("m") loads

    LSTM and CuDNNLSTM layers become LSTMCells, GRU layers GRUCells, or with reset_after CudnnCompatibleGRUCells,
    SimpleRNN layers BasicRNNCells; both directions of a Bidirectional layer are below "layer/fw" and "layer/bw". What
    other layers have keeps its name. The optimizer's variables are left out.

    Where the file tells of gates that are hard_sigmoid, the default of tf.keras in TensorFlow 1, a warning says so: our
    cells compute sigmoids. A file of weights alone does not tell.

    Args:
        path: the file; reading it takes h5py.
        forget_bias: that of the cells that will use the weights.

    Raises:
        ValueError: it is no such file, or two layers would get one name.
        ImportError: h5py is not installed.
    """
    reader = load_checkpoint(path)
    if not isinstance(reader, Hdf5Reader):
        raise errors.not_keras(os.fsdecode(path))
    slots = slots_among(list(reader))
    groups: dict[str, dict[str, str]] = {}
    for name in reader:
        if name not in slots:
            group, _, leaf = name.rpartition("/")
            groups.setdefault(group, {})[leaf] = name
    tensors: dict[str, np.ndarray] = {}
    homes: dict[str, str] = {}
    for group, leaves in groups.items():
        for name, value in _converted(reader, group, leaves, forget_bias):
            if name in homes:
                raise errors.same_place(name, homes[name], group)
            homes[name], tensors[name] = group, value
    hard = sorted(_hard_sigmoid(_config(reader)))
    if hard:
        warnings.warn(errors.hard_sigmoid(reader.path, hard), stacklevel=2)
    return tensors


def _converted(
    reader: Hdf5Reader, group: str, leaves: Mapping[str, str], forget_bias: float
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the tensors of one layer, or of one direction of it."""
    parts = group.split("/")
    scope, way = _layer(reader, parts)
    by_number = parts[-1] == "vars"
    names = dict(zip(sorted(leaves, key=int) if by_number else leaves, _ORDER if by_number else leaves, strict=False))
    weights = {names.get(leaf, leaf): reader[name] for leaf, name in leaves.items()}
    if by_number and "cell" not in parts and "recurrent_kernel" in weights:  # of a layer that is not recurrent
        known = [weights["kernel"].ndim, weights["recurrent_kernel"].ndim] == [2, 1] and len(weights) == 2
        names = dict(zip(sorted(leaves, key=int), ("kernel", "bias"), strict=False)) if known else {}
        weights = {names.get(leaf, f"vars/{leaf}"): reader[name] for leaf, name in leaves.items()}
    if "recurrent_kernel" not in weights:
        if by_number and parts[-2].startswith("embedding"):
            weights = {"embeddings" if leaf == "kernel" else leaf: value for leaf, value in weights.items()}
        yield from ((f"{scope}{way}/{leaf}", value) for leaf, value in weights.items())
        return
    kernel, recurrent, bias = (weights.get(leaf) for leaf in _ORDER)
    assert recurrent is not None
    gates = recurrent.shape[-1] // max(len(recurrent), 1)
    if gates == 4:
        lstm = from_keras_lstm(kernel, recurrent, bias, forget_bias)
        yield from ((f"{scope}{way}/lstm_cell/{leaf}", value) for leaf, value in lstm._asdict().items())
    elif gates == 3:
        gru = from_keras_gru(kernel, recurrent, bias)
        cell = "gru_cell" if len(gru) == 4 else "cudnn_compatible_gru_cell"
        yield from gru.tensors(f"{scope}{way}/{cell}").items()
    else:
        yield f"{scope}{way}/basic_rnn_cell/kernel", np.concatenate([host(kernel), recurrent])
        yield f"{scope}{way}/basic_rnn_cell/bias", np.zeros(len(recurrent), recurrent.dtype) if bias is None else bias


def _layer(reader: Hdf5Reader, parts: list[str]) -> tuple[str, str]:
    """Return a group's layer, as a scope, and "/fw" or "/bw" where it is one direction of it."""
    if "layers" in parts:  # Keras 3
        scope, at = [], 0
        while at + 1 < len(parts) and parts[at] == "layers":  # a model in a model has layers of its own
            scope.append(reader.attribute("/".join([*parts[: at + 2], "vars"]), "name") or parts[at + 1])
            at += 2
        rest = parts[at:]
    else:
        parts = parts[1:] if parts[0] == "model_weights" else parts
        scope, rest = parts[:1], parts[1:]
    matches = [_WAY.fullmatch(part) for part in rest]
    return "/".join(scope), next((_WAYS[match[1]] for match in matches if match), "")


def _config(reader: Hdf5Reader) -> Any:
    """Return the model's configuration, None where the file has none."""
    text = reader.attribute("/", "model_config")
    if text is None and zipfile.is_zipfile(reader.path):
        with zipfile.ZipFile(reader.path) as archive:
            text = archive.read("config.json").decode() if "config.json" in archive.namelist() else None
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None


def _hard_sigmoid(config: Any) -> Iterator[str]:
    """Yield the names of layers with such gates."""
    waiting = [(config, "a layer")]
    while waiting:
        item, owner = waiting.pop()
        if isinstance(item, dict):
            owner = str(item.get("name", owner))
            if item.get("recurrent_activation") == "hard_sigmoid":
                yield owner
            waiting += [(value, owner) for value in item.values()]
        elif isinstance(item, list):
            waiting += [(value, owner) for value in item]
