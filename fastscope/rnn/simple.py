"""BasicRNNCell and GRUCell, in plain array code.

Shapes: N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..arrays import array_module, unwrap
from ..arrays.recordable import recordable
from ..arrays.structure import beside
from ..arrays.typing import Array
from ..fused.reference import product, sigmoid
from ..ops.operands import operand
from ..scoping.initializers import Constant, Zeros
from .activations import resolve, slope
from .base import LayerRNNCell, Pullback, units_of
from .recorded import recorded_step
from .sequences import check_step


class BasicRNNCell(LayerRNNCell):
    """h = activation([x, h] kernel + bias), which is the output and the state.

    Args:
        num_units: H.
        activation: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        name: of the variable scope; None = basic_rnn_cell.
        dtype: of the weights; None = that of the first inputs.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, BasicRNNCell.
    """

    _arguments: ClassVar[tuple[str, ...]] = ("num_units", "activation", "reuse")

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
        self._num_units = units_of("num_units", num_units)
        self._activation = resolve(activation)
        self._kernel: Any = None
        self._bias: Any = None

    @property
    def state_size(self) -> int:
        """H."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """H."""
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + H, H]` and bias `[H]`, which starts at zero."""
        units = self._num_units
        self._kernel = self.add_variable("kernel", [int(inputs_shape[-1]) + units, units])
        self._bias = self.add_variable("bias", [units], initializer=Zeros())

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        if recordable.on and recordable.recording():
            return recorded_step(self, inputs, state)
        h, _ = self._step(inputs, operand(state))
        return h, h

    def _step(self, x: Array, h: Array) -> tuple[Array, Array]:
        kernel = unwrap(self._kernel)
        x, h = beside(kernel, x, h)
        check_step(self, x, [h], [self._num_units], kernel, "its kernel")
        xh = array_module(x).concatenate([x, h], axis=1)
        return self._activation.function(product(xh, kernel) + unwrap(self._bias)), xh

    def call_vjp(self, inputs: Array, state: Any) -> tuple[Array, Array, Pullback]:
        """Compute one step and return its pullback as well."""
        h, xh = self._step(inputs, operand(state))
        kernel, depth = unwrap(self._kernel), inputs.shape[1]

        def pull(d_output: Array, d_state: Array, into: Any) -> tuple[Array, Array]:
            dz = (d_output + d_state) * slope(self._activation, h)
            into.outer(self._kernel, xh, dz)
            into.add(self._bias, dz.sum(axis=0))
            d_xh = product(dz, kernel.T)
            return d_xh[:, :depth], d_xh[:, depth:]

        return h, h, pull


class GRUCell(LayerRNNCell):
    """The gated recurrent unit of Cho et al.; the reset is applied before the product.

    r, u = sigmoid([x, h] gates/kernel + gates/bias), the candidate
    c = activation([x, r * h] candidate/kernel + candidate/bias), and h = u * h + (1 - u) * c,
    which is the output and the state.

    Args:
        num_units: H.
        activation: of the candidate: None for tanh; a name or a callable.
        reuse: True shares the weights that are there.
        kernel_initializer: of both kernels; None = the scope's.
        bias_initializer: of both biases; None = 1 for the gates and 0 for the candidate.
        name: of the variable scope; None = gru_cell.
        dtype: of the weights; None = that of the first inputs.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, GRUCell.
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        "num_units",
        "kernel_initializer",
        "bias_initializer",
        "activation",
        "reuse",
    )

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
        self._num_units = units_of("num_units", num_units)
        self._activation = resolve(activation)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer
        self._gates: tuple[Any, Any] = (None, None)
        self._candidate: tuple[Any, Any] = (None, None)

    @property
    def state_size(self) -> int:
        """H."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """H."""
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Make the gates' kernel `[D + H, 2H]` and bias, and the candidate's `[D + H, H]` and bias."""
        units, kernel, bias = self._num_units, self._kernel_initializer, self._bias_initializer
        rows = int(inputs_shape[-1]) + units
        # Gates that start open: r = u = sigmoid(1).
        self._gates = (
            self.add_variable("gates/kernel", [rows, 2 * units], initializer=kernel),
            self.add_variable("gates/bias", [2 * units], initializer=Constant(1.0) if bias is None else bias),
        )
        self._candidate = (
            self.add_variable("candidate/kernel", [rows, units], initializer=kernel),
            self.add_variable("candidate/bias", [units], initializer=Zeros() if bias is None else bias),
        )

    def call(self, inputs: Array, state: Any) -> tuple[Array, Array]:
        """Compute one step."""
        if recordable.on and recordable.recording():
            return recorded_step(self, inputs, state)
        new_h, _ = self._step(inputs, operand(state))
        return new_h, new_h

    def _step(self, x: Array, h: Array) -> tuple[Array, tuple[Array, ...]]:
        kernel, bias = map(unwrap, self._gates)
        x, h = beside(kernel, x, h)
        xp = array_module(x)
        check_step(self, x, [h], [self._num_units], kernel, "its gates/kernel")
        xh = xp.concatenate([x, h], axis=1)
        r, u = xp.split(sigmoid(product(xh, kernel) + bias), 2, axis=1)
        kernel, bias = map(unwrap, self._candidate)
        xrh = xp.concatenate([x, r * h], axis=1)
        c = self._activation.function(product(xrh, kernel) + bias)
        return u * h + (1 - u) * c, (xh, xrh, r, u, c)

    def call_vjp(self, inputs: Array, state: Any) -> tuple[Array, Array, Pullback]:
        """Compute one step and return its pullback as well."""
        h = operand(state)
        new_h, (xh, xrh, r, u, c) = self._step(inputs, h)
        xp, depth = array_module(inputs), inputs.shape[1]
        gates_kernel, candidate_kernel = unwrap(self._gates[0]), unwrap(self._candidate[0])

        def pull(d_output: Array, d_state: Array, into: Any) -> tuple[Array, Array]:
            d_h = d_output + d_state
            d_zc = d_h * (1 - u) * slope(self._activation, c)
            into.outer(self._candidate[0], xrh, d_zc)
            into.add(self._candidate[1], d_zc.sum(axis=0))
            d_xrh = product(d_zc, candidate_kernel.T)
            d_rh = d_xrh[:, depth:]
            d_zr, d_zu = d_rh * h * r * (1 - r), d_h * (h - c) * u * (1 - u)
            dz = xp.concatenate([d_zr, d_zu], axis=1)
            into.outer(self._gates[0], xh, dz)
            into.add(self._gates[1], dz.sum(axis=0))
            d_xh = product(dz, gates_kernel.T)
            return d_xrh[:, :depth] + d_xh[:, :depth], d_h * u + d_rh * r + d_xh[:, depth:]

        return new_h, new_h, pull
