"""Cells whose units see themselves alone in the state before: IndRNNCell, IndyGRUCell, IndyLSTMCell.

Their recurrent kernels are rows `[1, columns]`, multiplied element by element.

Shapes: N batch_size, D input_depth, H num_units.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py; Li et al., arXiv:1803.04831.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import ops
from ..arrays.typing import Array
from ..fused import LSTMStateTuple
from ..scoping.initializers import Constant, RandomUniform, Zeros
from .activations import resolve
from .base import LayerRNNCell, units_of
from .pieces import OneState, mixed


class _Weights(NamedTuple):
    """w `[D, columns]`, u `[1, columns]`, bias `[columns]`."""

    w: Any
    u: Any
    bias: Any

    def of(self, x: Any, h: Any, times: int) -> Array:
        """Return x w + [h, h, ...] * u + bias, with h as often as it takes."""
        repeated = h if times == 1 else ops.concat([h] * times, 1)
        return ops.bias_add(ops.add(ops.matmul(x, self.w), ops.multiply(repeated, self.u)), self.bias)


class _Independent(LayerRNNCell):
    _num_units: int
    _kernel_initializer: Any = None
    _bias_initializer: Any = None

    def _make(self, depth: int, columns: int, names: tuple[str, str, str], bias: Any) -> _Weights:
        w = self.add_variable(names[0], [depth, columns], initializer=self._kernel_initializer)
        u = self.add_variable(names[1], [1, columns], initializer=RandomUniform(-1.0, 1.0))
        bias = bias if self._bias_initializer is None else self._bias_initializer
        return _Weights(w, u, self.add_variable(names[2], [columns], initializer=bias))


class IndRNNCell(_Independent, OneState):
    """h = activation(x kernel_w + h * kernel_u + bias), which is the output and the state.

    Args:
        num_units: H.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        name: of the variable scope; None = ind_rnn_cell.
        dtype: of the weights; None = that of the first inputs.
    """

    _arguments = ("num_units", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._activation = units_of("num_units", num_units), resolve(activation)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel_w `[D, H]`, kernel_u `[1, H]` and bias `[H]`."""
        names = ("kernel_w", "kernel_u", "bias")
        self._weights_of_h = self._make(int(inputs_shape[-1]), self._num_units, names, Zeros())

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        new = self._activation.function(self._weights_of_h.of(inputs, state, 1))
        return new, new


class IndyGRUCell(_Independent, OneState):
    """A GRUCell with recurrent kernels of one row.

    Args:
        num_units: H.
        activation: of the candidate: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        kernel_initializer: of the kernels of the inputs; None = the scope's.
        bias_initializer: of both biases; None = 1 for the gates and 0 for the candidate.
        name: of the variable scope; None = indy_gru_cell.
        dtype: of the weights; None = that of the first inputs.
    """

    _arguments = ("num_units", "activation", "reuse", "kernel_initializer", "bias_initializer")

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._activation = units_of("num_units", num_units), resolve(activation)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def build(self, inputs_shape: Any) -> None:
        """Make the gates' kernel_w `[D, 2H]`, kernel_u and bias; the candidate's kernel `[D, H]`, kernel_u and bias."""
        depth, units = int(inputs_shape[-1]), self._num_units
        names = ("gates/kernel_w", "gates/kernel_u", "gates/bias")
        self._gates = self._make(depth, 2 * units, names, Constant(1.0))
        names = ("candidate/kernel", "candidate/kernel_u", "candidate/bias")
        self._candidate = self._make(depth, units, names, Zeros())

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        r, u = ops.split(ops.sigmoid(self._gates.of(inputs, state, 2)), 2, 1)
        c = self._activation.function(self._candidate.of(inputs, ops.multiply(r, state), 1))
        new = mixed(u, state, c)
        return new, new


class IndyLSTMCell(_Independent):
    """A BasicLSTMCell with a recurrent kernel of one row.

    Args:
        num_units: H.
        forget_bias: added to the forget gate before its sigmoid.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        kernel_initializer: of the kernel of the inputs; None = the scope's.
        bias_initializer: None = 0.
        name: of the variable scope; None = indy_lstm_cell.
        dtype: of the weights; None = that of the first inputs.
    """

    _arguments = ("num_units", "forget_bias", "activation", "reuse", "kernel_initializer", "bias_initializer")

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units, self._activation = units_of("num_units", num_units), resolve(activation)
        self._forget_bias = float(forget_bias)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    @property
    def state_size(self) -> LSTMStateTuple:
        """LSTMStateTuple(c=H, h=H)."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        """H."""
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Make kernel_w `[D, 4H]`, kernel_u `[1, 4H]` and bias `[4H]`."""
        names = ("kernel_w", "kernel_u", "bias")
        self._gates = self._make(int(inputs_shape[-1]), 4 * self._num_units, names, Zeros())

    def call(self, inputs: Array, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        c, h = state
        act = self._activation.function
        i, j, f, o = ops.split(self._gates.of(inputs, h, 4), 4, 1)
        kept = ops.multiply(c, ops.sigmoid(ops.add(f, self._forget_bias)))
        new_c = ops.add(kept, ops.multiply(ops.sigmoid(i), act(j)))
        new_h = ops.multiply(act(new_c), ops.sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h)
