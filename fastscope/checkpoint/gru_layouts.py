"""A GRU's weights as TensorFlow 1, Keras and torch keep them, one into the other.

    D input_depth, H num_units; r reset, u update (torch and Keras call it z), c candidate (n, h)
    GRUCell               gates/kernel [D + H, 2H], candidate/kernel [D + H, H]          r, u
                          c = tanh([x, r * h] kernel + bias)
    CudnnCompatible-      gates as above; candidate/input_projection [D, H]              r, u
    GRUCell               and candidate/hidden_projection [H, H], each with a bias
                          c = tanh(x kernel + bias + r * (h kernel + bias))
    Keras                 kernel [D, 3H], recurrent_kernel [H, 3H]                       u, r, c
                          bias [3H]; with reset_after [2, 3H], of a CuDNNGRU [6H]
    torch                 weight_ih [3H, D], weight_hh [3H, H], bias_ih, bias_hh [3H]    r, u, c

In all of them h = u * h + (1 - u) * c. GRUCell and Keras' layer without reset_after, the default in TensorFlow 1,
apply the reset before the product; torch, cuDNN and Keras' layer with reset_after apply it to the product. No weights
make one compute what the other does.

Source: torch.nn.GRU, keras.layers.GRU (documentation); TF 1.15 contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py,
python/keras/saving/hdf5_format.py, _convert_rnn_weights
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..errors import checkpoint as errors
from .layouts import host, per_gate, read_by_rows

__all__ = [
    "TFGRU",
    "KerasGRU",
    "TFCudnnGRU",
    "TorchGRU",
    "from_keras_gru",
    "from_torch_gru",
    "to_keras_gru",
    "to_torch_gru",
]


class TFGRU(NamedTuple):
    """The weights of a GRUCell."""

    gates_kernel: np.ndarray
    gates_bias: np.ndarray
    candidate_kernel: np.ndarray
    candidate_bias: np.ndarray

    def tensors(self, scope: str) -> dict[str, np.ndarray]:
        """Return the arrays by TensorFlow's names below the cell's scope."""
        return {f"{scope}/{name.replace('_', '/')}": value for name, value in self._asdict().items()}


class TFCudnnGRU(NamedTuple):
    """The weights of a CudnnCompatibleGRUCell."""

    gates_kernel: np.ndarray
    gates_bias: np.ndarray
    input_kernel: np.ndarray
    input_bias: np.ndarray
    hidden_kernel: np.ndarray
    hidden_bias: np.ndarray

    def tensors(self, scope: str) -> dict[str, np.ndarray]:
        """Return the arrays by TensorFlow's names below the cell's scope."""
        return {f"{scope}/{name}": value for name, value in zip(CUDNN_NAMES, self, strict=True)}


CUDNN_NAMES = (
    "gates/kernel",
    "gates/bias",
    "candidate/input_projection/kernel",
    "candidate/input_projection/bias",
    "candidate/hidden_projection/kernel",
    "candidate/hidden_projection/bias",
)


class KerasGRU(NamedTuple):
    """Keras's weights, in the order of `layer.get_weights()`; bias [3H], with reset_after [2, 3H]."""

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray


class TorchGRU(NamedTuple):
    """Torch's weights of one layer."""

    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray
    bias_hh: np.ndarray

    def state_dict(self, layer: int = 0, suffix: str = "") -> dict[str, np.ndarray]:
        """Return the arrays by torch's names, "weight_ih_l0"; `suffix` is "_reverse" for the second direction."""
        return {f"{key}_l{layer}{suffix}": value for key, value in self._asdict().items()}


def from_torch_gru(weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None) -> TFCudnnGRU:
    """Convert the weights of a layer of torch.nn.GRU or of a torch.nn.GRUCell, for a CudnnCompatibleGRUCell.

    Args:
        weight_ih: [3H, D], an array or torch's tensor or parameter, as the others.
        weight_hh: [3H, H].
        bias_ih: [3H]; None is zero.
        bias_hh: [3H]; None is zero.

    Raises:
        ValueError: the shapes are no GRU's.
        TypeError: weights that are no floating-point numbers.
    """
    weight_ih, weight_hh = host(weight_ih), host(weight_hh)
    wide = weight_hh.shape[:1]
    bias_ih, bias_hh = (np.zeros(wide, weight_ih.dtype) if bias is None else host(bias) for bias in (bias_ih, bias_hh))
    if (
        weight_ih.ndim != 2
        or not len(weight_ih) == len(weight_hh) == 3 * weight_hh.shape[-1]
        or {
            bias_ih.shape,
            bias_hh.shape,
        }
        != {wide}
    ):
        raise errors.not_rnn_shapes(
            "GRU",
            "weight_ih [3H, D], weight_hh [3H, H], bias_ih [3H], bias_hh [3H]",
            weight_ih=weight_ih,
            weight_hh=weight_hh,
            bias_ih=bias_ih,
            bias_hh=bias_hh,
        )
    units = len(weight_hh) // 3
    gates = slice(2 * units)
    c = slice(2 * units, None)
    return TFCudnnGRU(
        np.concatenate([weight_ih[gates].T, weight_hh[gates].T]),
        bias_ih[gates] + bias_hh[gates],
        np.ascontiguousarray(weight_ih[c].T),
        bias_ih[c].copy(),
        np.ascontiguousarray(weight_hh[c].T),
        bias_hh[c].copy(),
    )


def to_torch_gru(
    gates_kernel: Any, gates_bias: Any, input_kernel: Any, input_bias: Any, hidden_kernel: Any, hidden_bias: Any
) -> TorchGRU:
    """Convert the weights of a CudnnCompatibleGRUCell for torch.nn.GRU; torch adds the biases of the gates.

    Args:
        gates_kernel: [D + H, 2H], an array or Variable, as the others.
        gates_bias: [2H].
        input_kernel: [D, H], the cell's candidate/input_projection/kernel.
        input_bias: [H].
        hidden_kernel: [H, H], the cell's candidate/hidden_projection/kernel.
        hidden_bias: [H].

    Raises:
        ValueError: the shapes are no such cell's.
        TypeError: weights that are no floating-point numbers.
    """
    gates, bias, x, bx, h, bh = map(
        host, (gates_kernel, gates_bias, input_kernel, input_bias, hidden_kernel, hidden_bias)
    )
    units = h.shape[-1]
    if h.ndim != 2 or (gates.shape, bias.shape, x.shape, bx.shape, h.shape, bh.shape) != (
        (len(x) + units, 2 * units),
        (2 * units,),
        (len(x), units),
        (units,),
        (units, units),
        (units,),
    ):
        raise errors.not_rnn_shapes(
            "GRU",
            "gates [D + H, 2H] and [2H], input_projection [D, H] and [H], hidden_projection [H, H] and [H]",
            gates_kernel=gates, gates_bias=bias, input_kernel=x, input_bias=bx, hidden_kernel=h, hidden_bias=bh,
        )  # fmt: skip
    return TorchGRU(
        np.concatenate([gates[: len(x)].T, x.T]),
        np.concatenate([gates[len(x) :].T, h.T]),
        np.concatenate([bias, bx]),
        np.concatenate([np.zeros_like(bias), bh]),
    )


def from_keras_gru(kernel: Any, recurrent_kernel: Any, bias: Any = None) -> TFGRU | TFCudnnGRU:
    """Convert the weights of a keras.layers.GRU or CuDNNGRU.

    The gates of our cells are sigmoids. Those of tf.keras.layers.GRU in TensorFlow 1, and of Keras before 2.3, were
    hard_sigmoid unless the layer was made with recurrent_activation="sigmoid": weights trained so give other outputs.

    Args:
        kernel: [D, 3H].
        recurrent_kernel: [H, 3H].
        bias: [3H] of a layer without reset_after; [2, 3H] of one with it; [6H] of a CuDNNGRU; None for one made with
            use_bias=False and without reset_after.

    Returns:
        For bias [3H] or None the weights of a GRUCell, else those of a CudnnCompatibleGRUCell.

    Raises:
        ValueError: the shapes are no GRU's.
        TypeError: weights that are no floating-point numbers.
    """
    kernel, recurrent = host(kernel), host(recurrent_kernel)
    units = recurrent.shape[0]
    bias = np.zeros(3 * units, kernel.dtype) if bias is None else host(bias)
    shapes = ((3 * units,), (2, 3 * units), (6 * units,))
    if kernel.ndim != 2 or not kernel.shape[1:] == recurrent.shape[1:] == shapes[0] or bias.shape not in shapes:
        raise errors.not_rnn_shapes(
            "GRU",
            "kernel [D, 3H], recurrent_kernel [H, 3H], bias [3H], [2, 3H] with reset_after, or a CuDNNGRU's [6H]; "
            "torch's are transposed",
            kernel=kernel,
            recurrent_kernel=recurrent,
            bias=bias,
        )
    if bias.shape == shapes[2]:
        kernel, recurrent = per_gate(read_by_rows, kernel, 3), per_gate(np.transpose, recurrent, 3)
        bias = bias.reshape(2, -1)
    kernel, recurrent, bias = (_swap_u_and_r(array) for array in (kernel, recurrent, bias))
    if bias.ndim == 2:
        return from_torch_gru(kernel.T, recurrent.T, *bias)
    both = np.concatenate([kernel, recurrent])
    gates = slice(2 * units)
    return TFGRU(both[:, gates].copy(), bias[gates].copy(), both[:, 2 * units :].copy(), bias[2 * units :].copy())


def to_keras_gru(gates_kernel: Any, gates_bias: Any, candidate_kernel: Any, candidate_bias: Any) -> KerasGRU:
    """Convert the weights of a GRUCell for keras.layers.GRU(reset_after=False, recurrent_activation="sigmoid").

    Args:
        gates_kernel: [D + H, 2H], an array or Variable, as the others.
        gates_bias: [2H].
        candidate_kernel: [D + H, H].
        candidate_bias: [H].

    Raises:
        ValueError: the shapes are no GRUCell's.
        TypeError: weights that are no floating-point numbers.
    """
    gates, gates_bias, c, c_bias = map(host, (gates_kernel, gates_bias, candidate_kernel, candidate_bias))
    units = c.shape[-1]
    if (
        c.ndim != 2
        or len(c) < units
        or (gates.shape, gates_bias.shape, c_bias.shape)
        != (
            (len(c), 2 * units),
            (2 * units,),
            (units,),
        )
    ):
        raise errors.not_rnn_shapes(
            "GRU",
            "gates [D + H, 2H] and [2H], candidate [D + H, H] and [H]",
            gates_kernel=gates,
            gates_bias=gates_bias,
            candidate_kernel=c,
            candidate_bias=c_bias,
        )
    both = _swap_u_and_r(np.concatenate([gates, c], axis=1))
    return KerasGRU(both[:-units], both[-units:], _swap_u_and_r(np.concatenate([gates_bias, c_bias])))


def _swap_u_and_r(blocks: np.ndarray) -> np.ndarray:
    """Return a copy whose first and second third of the last axis have changed places."""
    u, r, c = np.split(blocks, 3, axis=-1)
    return np.concatenate([r, u, c], axis=-1)
