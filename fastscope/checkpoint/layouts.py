"""An LSTM's weights as TensorFlow 1, Keras and torch keep them, one into the other.

    D input_depth, H num_units; each gate is a block of H
    TensorFlow 1    kernel [D + H, 4H], bias [4H]                                  i, j, f, o
                    forget_bias is added to f at run time
    Keras           kernel [D, 4H], recurrent_kernel [H, 4H], bias [4H]            i, f, c, o    (c is j)
    torch           weight_ih [4H, D], weight_hh [4H, H], bias_ih [4H], bias_hh    i, f, g, o    (g is j)
                    here the forget bias is part of the bias

TensorFlow's `LSTMStateTuple(c, h)` is torch's `(h, c)`.

Source: torch.nn.LSTM, keras.layers.LSTM (documentation)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import as_dtype, bfloat16
from ..errors import checkpoint as errors

__all__ = [
    "TFLSTM",
    "KerasLSTM",
    "TorchLSTM",
    "from_keras_lstm",
    "from_torch_lstm",
    "to_keras_lstm",
    "to_torch_lstm",
]


class TFLSTM(NamedTuple):
    """TensorFlow's weights: kernel [D + H, 4H], bias [4H]."""

    kernel: np.ndarray
    bias: np.ndarray


class KerasLSTM(NamedTuple):
    """Keras's weights, in the order of `layer.get_weights()`."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


class TorchLSTM(NamedTuple):
    """Torch's weights of one layer; bias_hh is zero, torch adds the two."""

    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray
    bias_hh: np.ndarray

    def state_dict(self, layer: int = 0, suffix: str = "") -> dict[str, np.ndarray]:
        """Return the arrays by torch's names, "weight_ih_l0"; `suffix` is "_reverse" for the second direction."""
        return {f"{key}_l{layer}{suffix}": value for key, value in self._asdict().items()}


def to_torch_lstm(kernel: Any, bias: Any, forget_bias: float = 1.0) -> TorchLSTM:
    """Convert the weights of a BasicLSTMCell, or an LSTMCell without peepholes and projection.

    Args:
        kernel: [D + H, 4H], an array or Variable.
        bias: [4H].
        forget_bias: the cell's; 1.0 is the cells' default.

    Raises:
        ValueError: the shapes are no LSTM's.
        TypeError: weights that are no floating-point numbers.
    """
    keras = to_keras_lstm(kernel, bias, forget_bias)
    return TorchLSTM(
        np.ascontiguousarray(keras.kernel.T),
        np.ascontiguousarray(keras.recurrent_kernel.T),
        keras.bias,
        np.zeros_like(keras.bias),
    )


def from_torch_lstm(
    weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None, forget_bias: float = 1.0
) -> TFLSTM:
    """Convert the weights of a layer of torch.nn.LSTM or of a torch.nn.LSTMCell.

    Example:
        >>> kernel, bias = from_torch_lstm(*torch.nn.LSTM(4, 2).parameters())

    Args:
        weight_ih: [4H, D], an array or torch's tensor or parameter, as the others.
        weight_hh: [4H, H].
        bias_ih: [4H]; None for a layer made with bias=False.
        bias_hh: [4H]; None as bias_ih.
        forget_bias: that of the cell that will use the weights: taken off the bias here, since the
            cell adds it.

    Raises:
        ValueError: the shapes are no LSTM's.
        TypeError: weights that are no floating-point numbers.
    """
    bias = None if bias_ih is None or bias_hh is None else _host(bias_ih) + _host(bias_hh)
    return from_keras_lstm(_host(weight_ih).T, _host(weight_hh).T, bias, forget_bias)


def to_keras_lstm(kernel: Any, bias: Any, forget_bias: float = 1.0) -> KerasLSTM:
    """Convert as `to_torch_lstm` does, into the weights of a keras.layers.LSTM."""
    kernel, bias = _host(kernel), _host(bias)
    num_units = kernel.shape[-1] // 4
    if kernel.ndim != 2 or kernel.shape[0] < num_units or bias.shape != (4 * num_units,):
        raise errors.not_lstm_shapes("kernel [D + H, 4H], bias [4H]", kernel=kernel, bias=bias)
    kernel, bias = _swap_j_and_f(kernel), _swap_j_and_f(bias)
    bias[num_units : 2 * num_units] += bias.dtype.type(forget_bias)
    depth = len(kernel) - num_units
    return KerasLSTM(kernel[:depth], kernel[depth:], bias)


def from_keras_lstm(kernel: Any, recurrent_kernel: Any, bias: Any = None, forget_bias: float = 1.0) -> TFLSTM:
    """Convert as `from_torch_lstm` does, from the weights of a keras.layers.LSTM.

    Args:
        kernel: [D, 4H].
        recurrent_kernel: [H, 4H].
        bias: [4H]; None for a layer made with use_bias=False.
        forget_bias: that of the cell that will use the weights.

    Raises:
        ValueError: the shapes are no LSTM's.
        TypeError: weights that are no floating-point numbers.
    """
    kernel, recurrent = _host(kernel), _host(recurrent_kernel)
    num_units = recurrent.shape[0]
    wide = (4 * num_units,)
    bias = np.zeros(wide, kernel.dtype) if bias is None else _host(bias)
    if kernel.ndim != 2 or kernel.shape[1:] != wide or recurrent.shape[1:] != wide or bias.shape != wide:
        raise errors.not_lstm_shapes(
            "kernel [D, 4H], recurrent_kernel [H, 4H], bias [4H]; torch's are transposed",
            kernel=kernel,
            recurrent_kernel=recurrent,
            bias=bias,
        )
    kernel, bias = _swap_j_and_f(np.concatenate([kernel, recurrent])), _swap_j_and_f(bias)
    bias[2 * num_units : 3 * num_units] -= bias.dtype.type(forget_bias)
    return TFLSTM(kernel, bias)


def _host(value: Any) -> np.ndarray:
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
        raise errors.not_lstm_dtype(array.dtype)
    return array


def _swap_j_and_f(blocks: np.ndarray) -> np.ndarray:
    """Return a copy whose second and third quarter of the last axis have changed places."""
    i, j, f, o = np.split(blocks, 4, axis=-1)
    return np.concatenate([i, f, j, o], axis=-1)
