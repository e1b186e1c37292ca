"""Whole recurrent modules of torch: all layers and both directions, by TensorFlow's names.

    torch                       TensorFlow 1, below the scope of the call that runs it
    one layer                   lstm_cell/kernel                                    dynamic_rnn
    several                     multi_rnn_cell/cell_0/lstm_cell/kernel              dynamic_rnn of a MultiRNNCell
    one, both directions        fw/lstm_cell/kernel                                 bidirectional_dynamic_rnn
    several, both directions    cell_0/bidirectional_rnn/fw/lstm_cell/kernel        stack_bidirectional_dynamic_rnn

What the last one does, a bidirectional_dynamic_rnn in each of the scopes cell_0, cell_1, ... does as well.

Source: torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN (documentation); TF 1.15 contrib/rnn/python/ops/rnn.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from ..errors import checkpoint as errors
from .gru_layouts import CUDNN_NAMES, from_torch_gru, to_torch_gru
from .layouts import ProjectedTFLSTM, from_torch_lstm, host, to_torch_lstm

__all__ = ["from_torch_rnn", "to_torch_rnn"]

_PARAMETER: Final = re.compile(r"(weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)_l(\d+)(_reverse)?")
_KINDS: Final = {4: "LSTM", 3: "GRU", 1: "RNN"}  # by the number of gates
_LEAVES: Final = "kernel|bias|projection/kernel|" + "|".join(CUDNN_NAMES)
_TENSOR: Final = re.compile(
    r"(?:multi_rnn_cell/cell_(?P<layer>\d+)/|cell_(?P<stacked>\d+)/bidirectional_rnn/)?(?:(?P<way>fw|bw)/)?"
    r"(?P<cell>lstm_cell|basic_lstm_cell|cudnn_compatible_lstm_cell|cudnn_compatible_gru_cell|basic_rnn_cell)"
    rf"/(?P<leaf>{_LEAVES})"
)


def from_torch_rnn(
    module: Any, scope: str, *, prefix: str = "", cell: str = "lstm_cell", forget_bias: float = 1.0
) -> dict[str, np.ndarray]:
    """Convert a torch.nn.LSTM, GRU or RNN, all layers and directions, into tensors by TensorFlow's names.

    Example:
        >>> import torch
        >>> tensors = tf.checkpoint.from_torch_rnn(torch.nn.LSTM(4, 2, num_layers=2), "model/rnn")
        >>> sorted(tensors)[0]
        'model/rnn/multi_rnn_cell/cell_0/lstm_cell/bias'
        >>> tf.checkpoint.write_safetensors("m.safetensors", tensors)  # what saver.restore("m") loads

    A GRU becomes CudnnCompatibleGRUCells, an RNN (with tanh) BasicRNNCells.

    Args:
        module: the module, its state_dict, or that of a model which it is a part of.
        scope: that of the variables: of dynamic_rnn, "rnn" by default; of bidirectional_dynamic_rnn,
            "bidirectional_rnn"; of stack_bidirectional_dynamic_rnn, "stack_bidirectional_rnn".
        prefix: what stands before "weight_ih_l0" in the state_dict, such as "encoder.lstm.".
        cell: name of an LSTM's cells: "lstm_cell", "basic_lstm_cell".
        forget_bias: that of the cells that will use the weights.

    Raises:
        ValueError: there is no such layer, or its shapes are none's.
        TypeError: weights that are no floating-point numbers.
    """
    state = module.state_dict() if hasattr(module, "state_dict") else module
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for name, value in state.items():
        match = _PARAMETER.fullmatch(name[len(prefix) :]) if name.startswith(prefix) else None
        if match is not None:
            found.setdefault((int(match[2]), match[3] or ""), {})[match[1]] = value
    if (0, "") not in found or any(not {"weight_ih", "weight_hh"} <= weights.keys() for weights in found.values()):
        raise errors.no_layers(prefix, state)
    layers, both = max(layer for layer, _ in found) + 1, any(way for _, way in found)
    tensors: dict[str, np.ndarray] = {}
    for (layer, way), weights in sorted(found.items()):
        if both:
            within = f"cell_{layer}/bidirectional_rnn/" if layers > 1 else ""
            below = f"{scope}/{within}{'bw' if way else 'fw'}"
        else:
            below = f"{scope}/multi_rnn_cell/cell_{layer}" if layers > 1 else scope
        tensors |= _tensors(below, cell, forget_bias, weights)
    return tensors


def _tensors(scope: str, cell: str, forget_bias: float, weights: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Convert one layer in one direction."""
    rows = len(weights["weight_ih"])
    columns = len(weights["weight_hr"][0]) if "weight_hr" in weights else weights["weight_hh"].shape[-1]
    kind = _KINDS.get(rows // columns)
    if kind == "LSTM":
        lstm = from_torch_lstm(**weights, forget_bias=forget_bias)
        tensors = {f"{scope}/{cell}/kernel": lstm.kernel, f"{scope}/{cell}/bias": lstm.bias}
        if isinstance(lstm, ProjectedTFLSTM):
            tensors[f"{scope}/{cell}/projection/kernel"] = lstm.projection
        return tensors
    if kind == "GRU":
        return from_torch_gru(**weights).tensors(f"{scope}/cudnn_compatible_gru_cell")
    if kind == "RNN":
        biases = [host(weights[name]) for name in ("bias_ih", "bias_hh") if name in weights]
        kernel = np.concatenate([host(weights["weight_ih"]).T, host(weights["weight_hh"]).T])
        bias = sum(biases[1:], biases[0]) if biases else np.zeros(rows, kernel.dtype)
        return {f"{scope}/basic_rnn_cell/kernel": kernel, f"{scope}/basic_rnn_cell/bias": bias}
    raise errors.not_rnn_shapes(
        "LSTM, GRU or RNN", "weight_ih [4H or 3H or H, D]", **{name: host(value) for name, value in weights.items()}
    )


def to_torch_rnn(tensors: Mapping[str, Any], scope: str, *, forget_bias: float = 1.0) -> dict[str, np.ndarray]:
    """Convert the cells below a scope into the state_dict of a torch.nn.LSTM, GRU or RNN: `from_torch_rnn` backwards.

    Example:
        >>> import torch
        >>> cell = {"rnn/lstm_cell/kernel": np.ones([6, 8]), "rnn/lstm_cell/bias": np.zeros(8)}
        >>> state = tf.checkpoint.to_torch_rnn(cell, "rnn")  # tf.train.load_checkpoint("m") in the place of the arrays
        >>> torch.nn.LSTM(4, 2).load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
        <All keys matched successfully>

    Args:
        tensors: arrays or Variables by name, such as an open checkpoint; others than the cells' are passed over.
        scope: as in `from_torch_rnn`.
        forget_bias: that of the cells; 0 for a CudnnCompatibleLSTMCell, which has none.

    Raises:
        ValueError: there is no cell, or its shapes are none's.
        TypeError: weights that are no floating-point numbers.
    """
    found: dict[tuple[int, str, str], dict[str, Any]] = {}
    for name in tensors:
        match = _TENSOR.fullmatch(name.removeprefix(f"{scope}/")) if name.startswith(f"{scope}/") else None
        if match is not None:
            way = "_reverse" if match["way"] == "bw" else ""
            layer = int(match["layer"] or match["stacked"] or 0)
            found.setdefault((layer, way, match["cell"]), {})[match["leaf"]] = tensors[name]
    if not found:
        raise errors.no_cells(scope, tensors)
    state: dict[str, np.ndarray] = {}
    for (layer, way, cell), weights in sorted(found.items()):
        state |= {f"{name}_l{layer}{way}": value for name, value in _parameters(cell, weights, forget_bias)}
    return state


def _parameters(cell: str, weights: Mapping[str, Any], forget_bias: float) -> Iterator[tuple[str, np.ndarray]]:
    """Yield torch's parameters of one layer in one direction."""
    if cell == "cudnn_compatible_gru_cell":
        yield from to_torch_gru(*(weights[name] for name in CUDNN_NAMES))._asdict().items()
    elif cell == "basic_rnn_cell":
        kernel, bias = host(weights["kernel"]), host(weights["bias"])
        depth = len(kernel) - kernel.shape[-1]
        yield "weight_ih", np.ascontiguousarray(kernel[:depth].T)
        yield "weight_hh", np.ascontiguousarray(kernel[depth:].T)
        yield "bias_ih", bias
        yield "bias_hh", np.zeros_like(bias)
    else:
        projection = weights.get("projection/kernel")
        lstm = to_torch_lstm(weights["kernel"], weights["bias"], forget_bias, projection=projection)
        yield from lstm._asdict().items()
