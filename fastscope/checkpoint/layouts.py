"""An LSTM's weights as TensorFlow 1, Keras and torch keep them, one into the other.

    D input_depth, H num_units, P num_proj (H without a projection); each gate is a block of H
    TensorFlow 1    kernel [D + P, 4H], bias [4H], projection [H, P]               i, j, f, o
                    forget_bias is added to f at run time
    Keras           kernel [D, 4H], recurrent_kernel [H, 4H], bias [4H]            i, f, c, o    (c is j)
    CuDNNLSTM       the same shapes, each gate's block transposed and read by      i, f, c, o
                    rows (kernel) or transposed (recurrent_kernel); bias [8H],
                    the halves to be added
    torch           weight_ih [4H, D], weight_hh [4H, P], bias_ih [4H], bias_hh    i, f, g, o    (g is j)
                    weight_hr [P, H]; here the forget bias is part of the bias

TensorFlow's `LSTMStateTuple(c, h)` is torch's `(h, c)`. The gates are sigmoids here, in torch, and in Keras from 2.3
on. tf.keras of TensorFlow 1 and older Keras used hard_sigmoid unless told otherwise, and their weights give other
outputs in our cells: 0.03 off in a run of TensorFlow 1.15.

Source: torch.nn.LSTM, keras.layers.LSTM (documentation); TF 1.15 python/keras/saving/hdf5_format.py,
_convert_rnn_weights
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import as_dtype, bfloat16
from ..errors import checkpoint as errors
from ..graph import get_default_graph

__all__ = [
    "TFLSTM",
    "KerasLSTM",
    "ProjectedTFLSTM",
    "ProjectedTorchLSTM",
    "TorchLSTM",
    "from_keras_lstm",
    "from_torch_lstm",
    "host",
    "per_gate",
    "read_by_rows",
    "to_keras_lstm",
    "to_torch_lstm",
]


class TFLSTM(NamedTuple):
    """TensorFlow's weights: kernel [D + H, 4H], bias [4H]."""

    kernel: np.ndarray
    bias: np.ndarray


class ProjectedTFLSTM(NamedTuple):
    """TensorFlow's weights of a cell with num_proj: kernel [D + P, 4H], bias [4H], projection [H, P]."""

    kernel: np.ndarray
    bias: np.ndarray
    projection: np.ndarray


class KerasLSTM(NamedTuple):
    """Keras's weights, in the order of `layer.get_weights()`."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


def _torch_names(weights: Any, layer: int, suffix: str) -> dict[str, np.ndarray]:
    return {f"{key}_l{layer}{suffix}": value for key, value in weights._asdict().items()}


class TorchLSTM(NamedTuple):
    """Torch's weights of one layer; bias_hh is zero, torch adds the two."""

    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray
    bias_hh: np.ndarray

    def state_dict(self, layer: int = 0, suffix: str = "") -> dict[str, np.ndarray]:
        """Return the arrays by torch's names, "weight_ih_l0"; `suffix` is "_reverse" for the second direction."""
        return _torch_names(self, layer, suffix)


class ProjectedTorchLSTM(NamedTuple):
    """Torch's weights of one layer with proj_size, in the order of its parameters."""

    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray
    bias_hh: np.ndarray
    weight_hr: np.ndarray

    def state_dict(self, layer: int = 0, suffix: str = "") -> dict[str, np.ndarray]:
        """Return the arrays by torch's names, as `TorchLSTM.state_dict` does."""
        return _torch_names(self, layer, suffix)


def to_torch_lstm(
    kernel: Any, bias: Any, forget_bias: float = 1.0, *, projection: Any = None
) -> TorchLSTM | ProjectedTorchLSTM:
    """Convert the weights of a BasicLSTMCell, or an LSTMCell without peepholes.

    Args:
        kernel: [D + H, 4H], with a projection [D + P, 4H]; an array or Variable.
        bias: [4H].
        forget_bias: the cell's; 1.0 is the cells' default.
        projection: [H, P], the cell's projection/kernel. A Variable `kernel` brings it along; an array does not, and
            without it the kernel of such a cell would be cut in the wrong place.

    Raises:
        ValueError: the shapes are no LSTM's, or the cell has peepholes.
        TypeError: weights that are no floating-point numbers.
    """
    projection = _beside(kernel, "projection/kernel") if projection is None else projection
    if projection is None:
        keras = to_keras_lstm(kernel, bias, forget_bias)
        return TorchLSTM(*_transposed(keras), keras.bias, np.zeros_like(keras.bias))
    projection = host(projection)
    keras = _split(kernel, bias, forget_bias, projection)
    return ProjectedTorchLSTM(
        *_transposed(keras), keras.bias, np.zeros_like(keras.bias), np.ascontiguousarray(projection.T)
    )


def from_torch_lstm(
    weight_ih: Any,
    weight_hh: Any,
    bias_ih: Any = None,
    bias_hh: Any = None,
    forget_bias: float = 1.0,
    *,
    weight_hr: Any = None,
) -> TFLSTM | ProjectedTFLSTM:
    """Convert the weights of a layer of torch.nn.LSTM or of a torch.nn.LSTMCell.

    Example:
        >>> import torch
        >>> kernel, bias = from_torch_lstm(*torch.nn.LSTM(4, 2).parameters())

    `from_torch_rnn` converts all layers and directions of a module.

    Args:
        weight_ih: [4H, D], an array or torch's tensor or parameter, as the others.
        weight_hh: [4H, H], with a projection [4H, P].
        bias_ih: [4H]; None is zero, as in a layer made with bias=False.
        bias_hh: [4H]; None is zero.
        forget_bias: that of the cell that will use the weights: taken off the bias here, since the
            cell adds it.
        weight_hr: [P, H], of a layer made with proj_size=P.

    Raises:
        ValueError: the shapes are no LSTM's.
        TypeError: weights that are no floating-point numbers.
    """
    weight_ih, weight_hh = host(weight_ih), host(weight_hh)
    biases = [host(bias) for bias in (bias_ih, bias_hh) if bias is not None]
    wide = weight_hh.shape[:1]
    if np.ndim(forget_bias) or any(bias.shape != wide for bias in biases):
        found = {"weight_ih": weight_ih, "weight_hh": weight_hh}
        found |= {f"bias number {k}": bias for k, bias in enumerate(biases)}
        raise errors.not_rnn_shapes("LSTM", "bias_ih [4H], bias_hh [4H]; torch's weight_hr goes by weight_hr=", **found)
    bias = sum(biases[1:], biases[0]) if biases else np.zeros(wide, weight_ih.dtype)
    if weight_hr is None:
        return from_keras_lstm(weight_ih.T, weight_hh.T, bias, forget_bias)
    projection = host(weight_hr).T
    if weight_hh.ndim != 2 or projection.shape != (len(weight_hh) // 4, weight_hh.shape[1]):
        raise errors.not_rnn_shapes(
            "LSTM", "weight_hh [4H, P], weight_hr [P, H]", weight_hh=weight_hh, weight_hr=projection.T
        )
    return ProjectedTFLSTM(*_joined(weight_ih.T, weight_hh.T, bias, forget_bias), np.ascontiguousarray(projection))


def to_keras_lstm(kernel: Any, bias: Any, forget_bias: float = 1.0) -> KerasLSTM:
    """Convert as `to_torch_lstm` does, into the weights of a keras.layers.LSTM.

    Make that layer with recurrent_activation="sigmoid": tf.keras of TensorFlow 1 and Keras before 2.3 take hard_sigmoid
    unless they are told.

    Raises:
        ValueError: the shapes are no LSTM's, or the cell has a projection or peepholes, which Keras' have not.
        TypeError: weights that are no floating-point numbers.
    """
    if _beside(kernel, "projection/kernel") is not None:
        raise errors.no_such_lstm("a projection", kernel.name)
    return _split(kernel, bias, forget_bias, None)


def from_keras_lstm(kernel: Any, recurrent_kernel: Any, bias: Any = None, forget_bias: float = 1.0) -> TFLSTM:
    """Convert as `from_torch_lstm` does, from the weights of a keras.layers.LSTM or CuDNNLSTM.

    The gates of our cells are sigmoids. Those of tf.keras.layers.LSTM in TensorFlow 1, and of Keras before 2.3, were
    hard_sigmoid unless the layer was made with recurrent_activation="sigmoid": weights trained so give other outputs.
    A CuDNNLSTM's were sigmoids.

    Args:
        kernel: [D, 4H].
        recurrent_kernel: [H, 4H].
        bias: [4H], or a CuDNNLSTM's [8H]; None for a layer made with use_bias=False.
        forget_bias: that of the cell that will use the weights.

    Raises:
        ValueError: the shapes are no LSTM's.
        TypeError: weights that are no floating-point numbers.
    """
    kernel, recurrent = host(kernel), host(recurrent_kernel)
    wide = (4 * recurrent.shape[0],)
    bias = np.zeros(wide, kernel.dtype) if bias is None else host(bias)
    is_cudnn = bias.shape == (2 * wide[0],)
    if (
        kernel.ndim != 2
        or kernel.shape[1:] != wide
        or recurrent.shape[1:] != wide
        or not (is_cudnn or bias.shape == wide)
    ):
        raise errors.not_rnn_shapes(
            "LSTM",
            "kernel [D, 4H], recurrent_kernel [H, 4H], bias [4H], or a CuDNNLSTM's [8H]; torch's are transposed",
            kernel=kernel,
            recurrent_kernel=recurrent,
            bias=bias,
        )
    if is_cudnn:
        kernel, recurrent = per_gate(read_by_rows, kernel, 4), per_gate(np.transpose, recurrent, 4)
        bias = bias[: wide[0]] + bias[wide[0] :]
    return _joined(kernel, recurrent, bias, forget_bias)


def _split(kernel: Any, bias: Any, forget_bias: float, projection: np.ndarray | None) -> KerasLSTM:
    """Cut TensorFlow's kernel in two, and bring the gates into Keras' order."""
    if _beside(kernel, "w_f_diag") is not None:
        raise errors.no_such_lstm("peepholes", kernel.name)
    kernel, bias = host(kernel), host(bias)
    num_units = kernel.shape[-1] // 4
    rows = num_units if projection is None else projection.shape[-1]
    fits = projection is None or (projection.ndim == 2 and len(projection) == num_units)
    if kernel.ndim != 2 or kernel.shape[0] < rows or bias.shape != (4 * num_units,) or not fits:
        shapes = {"kernel": kernel, "bias": bias} | ({} if projection is None else {"projection": projection})
        raise errors.not_rnn_shapes(
            "LSTM", "kernel [D + H, 4H], bias [4H]; with projection [H, P] [D + P, 4H]", **shapes
        )
    kernel, bias = _swap_j_and_f(kernel), _swap_j_and_f(bias)
    bias[num_units : 2 * num_units] += bias.dtype.type(forget_bias)
    depth = len(kernel) - rows
    return KerasLSTM(kernel[:depth], kernel[depth:], bias)


def _joined(kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray, forget_bias: float) -> TFLSTM:
    """Undo `_split`."""
    num_units = len(bias) // 4
    kernel, bias = _swap_j_and_f(np.concatenate([kernel, recurrent])), _swap_j_and_f(bias)
    bias[2 * num_units : 3 * num_units] -= bias.dtype.type(forget_bias)
    return TFLSTM(kernel, bias)


def _transposed(weights: KerasLSTM) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(weights.kernel.T), np.ascontiguousarray(weights.recurrent_kernel.T)


def _beside(kernel: Any, name: str) -> Any:
    """Return the variable of this name beside a cell's Variable "kernel"; None if there is none, or for an array."""
    scope, _, leaf = getattr(getattr(kernel, "op", None), "name", "").rpartition("/")
    return get_default_graph().find(f"{scope}/{name}") if leaf == "kernel" else None


def per_gate(change: Callable[[np.ndarray], np.ndarray], kernel: np.ndarray, gates: int) -> np.ndarray:
    """Return a kernel with each gate's block of columns changed."""
    return np.hstack([change(block) for block in np.hsplit(kernel, gates)])


def read_by_rows(block: np.ndarray) -> np.ndarray:
    """Undo what Keras does to a CuDNN layer's input kernel, block by block."""
    return block.T.reshape(block.shape, order="F")


def host(value: Any) -> np.ndarray:
    """Return a floating-point array, Variable or tensor of torch as a host array.

    Raises:
        TypeError: its elements are of another kind.
    """
    if hasattr(value, "detach"):  # torch's: NumPy takes none that is on another device, learns, or is bfloat16
        value = value.detach().cpu()
        is_bfloat16 = str(value.dtype) == "torch.bfloat16"
        value = value.float().numpy().astype(bfloat16.dtype) if is_bfloat16 else value.numpy()
    array = to_numpy(value)
    if not as_dtype(array.dtype).is_floating:
        raise errors.not_rnn_dtype(array.dtype)
    return array


def _swap_j_and_f(blocks: np.ndarray) -> np.ndarray:
    """Return a copy whose second and third quarter of the last axis have changed places."""
    i, j, f, o = np.split(blocks, 4, axis=-1)
    return np.concatenate([i, f, j, o], axis=-1)
