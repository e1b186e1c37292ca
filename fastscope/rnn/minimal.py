"""Cells with few gates: MinimalRNNCell, CFNCell. TensorFlow has them in an inner module.

Shapes: N batch_size, D input_depth, H num_units.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py; Chen et al., arXiv:1806.05394; Laurent and von Brecht, A recurrent
neural network without chaos, 2017.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.typing import Array
from ..scoping.initializers import GlorotUniform, Ones
from .activations import resolve
from .base import units_of
from .pieces import OneState, mixed

__all__ = ["CFNCell", "MinimalRNNCell"]


class _Minimal(OneState):
    """A cell of few gates.

    Args:
        units: H.
        activation: None for tanh; a name or a callable.
        kernel_initializer: of the kernels; None or "glorot_uniform" for that.
        bias_initializer: of the bias; None or "ones" for that.
        name: of the variable scope.
        dtype: of the weights; None = that of the first inputs.
    """

    _arguments = ("units", "activation", "kernel_initializer", "bias_initializer")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "ones",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self._num_units = self._units = units_of("units", units)
        self._activation = resolve(activation)
        self._kernel_initializer = (
            GlorotUniform() if kernel_initializer in (None, "glorot_uniform") else kernel_initializer
        )
        self._bias_initializer = Ones() if bias_initializer in (None, "ones") else bias_initializer

    @property
    def units(self) -> int:
        """H."""
        return self._units

    def _kernel(self, name: str, rows: int, columns: int) -> Any:
        return self.add_variable(name, [rows, columns], initializer=self._kernel_initializer)

    def _bias_of(self, columns: int) -> Any:
        return self.add_variable("bias", [columns], initializer=self._bias_initializer)


class MinimalRNNCell(_Minimal):
    """z = activation(x W), u = sigmoid([z, h] U + bias), h = u h + (1 - u) z."""

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + 2H, H]`, W above U, and bias `[H]`."""
        self._depth, units = int(inputs_shape[-1]), self._num_units
        self._whole = self._kernel("kernel", self._depth + 2 * units, units)
        self._bias = self._bias_of(units)

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        z = self._activation.function(ops.matmul(inputs, self._whole[: self._depth]))
        gate = ops.bias_add(ops.matmul(ops.concat([z, state], 1), self._whole[self._depth :]), self._bias)
        new = mixed(ops.sigmoid(gate), state, z)
        return new, new


class CFNCell(_Minimal):
    """theta, eta = sigmoid(h U + x V + bias), h = theta * activation(h) + (1 - eta) * activation(x W)."""

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D, 3H]`, V beside W, recurrent_kernel `[H, 2H]`, and bias `[2H]`."""
        depth, units = int(inputs_shape[-1]), self._num_units
        self._of_inputs = self._kernel("kernel", depth, 3 * units)
        self._of_state = self._kernel("recurrent_kernel", units, 2 * units)
        self._bias = self._bias_of(2 * units)

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        act, units = self._activation.function, self._num_units
        x: Any = ops.matmul(inputs, self._of_inputs)
        gates = ops.sigmoid(ops.bias_add(ops.matmul(state, self._of_state) + x[:, : 2 * units], self._bias))
        theta, eta = ops.split(gates, 2, 1)
        shut: Any = ops.subtract(1.0, eta)
        new = ops.add(ops.multiply(theta, act(state)), ops.multiply(shut, act(x[:, 2 * units :])))
        return new, new
