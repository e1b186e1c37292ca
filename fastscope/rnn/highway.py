"""Recurrent cells with one state and highways through it: UGRNNCell, IntersectionRNNCell, SRUCell.

Shapes: N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..scoping.initializers import Zeros
from .activations import resolve
from .base import units_of
from .pieces import OneState, Product, make_product, mixed


class UGRNNCell(OneState):
    """h = g * h + (1 - g) * c, with [g, c] = [x, h] kernel + bias, g through a sigmoid and c through the activation.

    Args:
        num_units: H.
        initializer: of the kernel; None = the scope's.
        forget_bias: added to g before its sigmoid.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.

    Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py, UGRNNCell; Collins et al., arXiv:1611.09913.
    """

    _arguments = ("num_units", "initializer", "forget_bias", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        initializer: Any = None,
        forget_bias: float = 1.0,
        activation: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units = units_of("num_units", num_units)
        self._initializer, self._forget_bias = initializer, float(forget_bias)
        self._activation = resolve(activation)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + H, 2H]` and bias `[2H]`."""
        rows = int(inputs_shape[-1]) + self._num_units
        self._product = make_product(self, rows, 2 * self._num_units, initializer=self._initializer)

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        g, c = ops.split(self._product.of(inputs, state), 2, 1)
        new = mixed(ops.sigmoid(ops.add(g, self._forget_bias)), state, self._activation.function(c))
        return new, new


class IntersectionRNNCell(OneState):
    """A highway through time and one through depth.

    [gh, h', gy, y] = [x, h] kernel + bias; h = gh * h + (1 - gh) * tanh(h'), output = gy * x + (1 - gy) * y, the gates
    through a sigmoid and y through its activation.

    Args:
        num_units: H.
        num_in_proj: H where the inputs are not H wide: they are projected then.
        initializer: of the kernels; None = the scope's.
        forget_bias: added to both gates before their sigmoid.
        y_activation: None for relu; a name or a callable.
        reuse: True shares the weights that are there.

    Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py, IntersectionRNNCell; Collins et al., arXiv:1611.09913.
    """

    _arguments = ("num_units", "num_in_proj", "initializer", "forget_bias", "y_activation", "reuse")

    def __init__(
        self,
        num_units: int,
        num_in_proj: int | None = None,
        initializer: Any = None,
        forget_bias: float = 1.0,
        y_activation: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._num_in_proj = units_of("num_units", num_units), num_in_proj
        self._initializer, self._forget_bias = initializer, float(forget_bias)
        self._y_activation = resolve("relu" if y_activation is None else y_activation)
        self._projection: Product | None = None

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[2H, 4H]`, bias `[4H]`, and in_projection/ where the inputs are not H wide."""
        depth, units, start = int(inputs_shape[-1]), self._num_units, self._initializer
        if depth != units:
            if not self._num_in_proj:
                raise errors.intersection_depth(depth, units)
            self._projection = make_product(self, depth, units, "in_projection/", start)
        self._product = make_product(self, 2 * units, 4 * units, initializer=start)

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        x = inputs if self._projection is None else self._projection.of(inputs)
        gh, h, gy, y = ops.split(self._product.of(x, state), 4, 1)
        new = mixed(ops.sigmoid(ops.add(gh, self._forget_bias)), state, ops.tanh(h))
        output = mixed(ops.sigmoid(ops.add(gy, self._forget_bias)), x, self._y_activation.function(y))
        return output, new


class SRUCell(OneState):
    """The simple recurrent unit: its one product is of the inputs alone.

    [x', f, r, x''] = x kernel; [f, r] = sigmoid([f, r] + bias); c = f * c + (1 - f) * x', which is the state, and the
    output r * activation(c) + (1 - r) * x''.

    Args:
        num_units: H.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        name: of the variable scope; None = sru_cell.

    Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py, SRUCell; Lei et al., arXiv:1709.02755.
    """

    _arguments = ("num_units", "activation", "reuse")

    def __init__(
        self, num_units: int, activation: Any = None, reuse: Any = None, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(_reuse=reuse, name=name, **kwargs)
        self._num_units, self._activation = units_of("num_units", num_units), resolve(activation)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D, 4H]` and bias `[2H]`."""
        self._kernel = self.add_variable("kernel", [int(inputs_shape[-1]), 4 * self._num_units])
        self._bias = self.add_variable("bias", [2 * self._num_units], initializer=Zeros())

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        x, f, r, passing = ops.split(ops.matmul(inputs, self._kernel), 4, 1)
        gates = ops.sigmoid(ops.bias_add(ops.concat([f, r], 1), self._bias))
        f, r = ops.split(gates, 2, 1)
        c = mixed(f, state, x)
        return mixed(r, self._activation.function(c), passing), c
