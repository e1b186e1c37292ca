"""The cells that compute what cuDNN's layers do, so that weights trained there, or in torch, run here.

Shapes: N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

from typing import Any

from ..arrays import array_module, unwrap
from ..arrays.structure import beside
from ..arrays.typing import Array
from ..fused.reference import product, sigmoid
from ..ops.operands import operand
from ..scoping.initializers import Constant, Zeros
from .activations import slope
from .base import Pullback
from .lstm import BasicLSTMCell
from .sequences import check_step
from .simple import GRUCell


class CudnnCompatibleLSTMCell(BasicLSTMCell):
    """The LSTM of cuDNN: its forget bias is part of the bias variable.

    Args:
        num_units: H.
        reuse: True shares the weights that are there.

    Source: TF 1.15 contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py, CudnnCompatibleLSTMCell.
    """

    _arguments = ("num_units", "reuse")

    def __init__(self, num_units: int, reuse: Any = None, **kwargs: Any) -> None:
        super().__init__(num_units, forget_bias=0.0, reuse=reuse, **kwargs)


class CudnnCompatibleGRUCell(GRUCell):
    """The GRU of cuDNN and torch; the reset is applied to the product.

    r, u = sigmoid([x, h] gates/kernel + gates/bias), the candidate
    c = tanh(x candidate/input_projection + r * (h candidate/hidden_projection)), each with its bias, and
    h = u * h + (1 - u) * c, which is the output and the state.

    Args:
        num_units: H.
        reuse: True shares the weights that are there.
        kernel_initializer: of the kernels; None = the scope's.

    Source: TF 1.15 contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py, CudnnCompatibleGRUCell.
    """

    _arguments = ("num_units", "kernel_initializer", "reuse")

    def __init__(self, num_units: int, reuse: Any = None, kernel_initializer: Any = None, **kwargs: Any) -> None:
        super().__init__(num_units, reuse=reuse, kernel_initializer=kernel_initializer, **kwargs)
        self._hidden: tuple[Any, Any] = (None, None)

    def build(self, inputs_shape: Any) -> None:
        """Make the gates' kernel `[D + H, 2H]`, the candidate's `[D, H]` and `[H, H]`, and a bias for each."""
        units, kernel, depth = self._num_units, self._kernel_initializer, int(inputs_shape[-1])
        self._gates = (
            self.add_variable("gates/kernel", [depth + units, 2 * units], initializer=kernel),
            self.add_variable("gates/bias", [2 * units], initializer=Constant(1.0)),
        )
        kernels = [
            self.add_variable(f"candidate/{name}_projection/kernel", [rows, units], initializer=kernel)
            for name, rows in (("input", depth), ("hidden", units))
        ]
        biases = [
            self.add_variable(f"candidate/{name}_projection/bias", [units], initializer=Zeros())
            for name in ("input", "hidden")
        ]
        self._candidate, self._hidden = zip(kernels, biases, strict=True)

    def _step(self, x: Array, h: Array) -> tuple[Array, tuple[Array, ...]]:
        kernel, bias = map(unwrap, self._gates)
        x, h = beside(kernel, x, h)
        xp = array_module(x)
        check_step(self, x, [h], [self._num_units], kernel, "its gates/kernel")
        xh = xp.concatenate([x, h], axis=1)
        r, u = xp.split(sigmoid(product(xh, kernel) + bias), 2, axis=1)
        (input_kernel, input_bias), (kernel, bias) = map(unwrap, self._candidate), map(unwrap, self._hidden)
        hidden = product(h, kernel) + bias
        c = self._activation.function(product(x, input_kernel) + input_bias + r * hidden)
        return u * h + (1 - u) * c, (xh, hidden, r, u, c)

    def call_vjp(self, inputs: Array, state: Any) -> tuple[Array, Array, Pullback]:
        """Compute one step and return its pullback as well."""
        h = operand(state)
        new_h, (xh, hidden, r, u, c) = self._step(inputs, h)
        xp, depth = array_module(inputs), inputs.shape[1]
        gates_kernel, input_kernel, kernel = (unwrap(w[0]) for w in (self._gates, self._candidate, self._hidden))

        def pull(d_output: Array, d_state: Array, into: Any) -> tuple[Array, Array]:
            d_h = d_output + d_state
            d_zc = d_h * (1 - u) * slope(self._activation, c)
            d_hidden = d_zc * r
            into.outer(self._candidate[0], xh[:, :depth], d_zc)
            into.add(self._candidate[1], d_zc.sum(axis=0))
            into.outer(self._hidden[0], xh[:, depth:], d_hidden)
            into.add(self._hidden[1], d_hidden.sum(axis=0))
            d_zr, d_zu = d_zc * hidden * r * (1 - r), d_h * (xh[:, depth:] - c) * u * (1 - u)
            dz = xp.concatenate([d_zr, d_zu], axis=1)
            into.outer(self._gates[0], xh, dz)
            into.add(self._gates[1], dz.sum(axis=0))
            d_xh = product(dz, gates_kernel.T)
            d_x = product(d_zc, input_kernel.T) + d_xh[:, :depth]
            return d_x, d_h * u + product(d_hidden, kernel.T) + d_xh[:, depth:]

        return new_h, new_h, pull
