"""LSTMs with normalized gates or weights: LayerNormLSTMCell, WeightNormLSTMCell.

TensorFlow has them in an inner module, tensorflow.contrib.rnn.python.ops.rnn_cell.

Shapes: N batch_size, D input_depth, H num_units, P num_proj or H.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py; Ba et al., arXiv:1607.06450; Salimans and Kingma, arXiv:1602.07868.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .. import ops
from ..arrays.typing import Array
from ..fused import LSTMStateTuple
from ..scoping.initializers import Zeros
from .activations import resolve
from .base import LayerRNNCell, units_of
from .pieces import make_norm

__all__ = ["LayerNormLSTMCell", "WeightNormLSTMCell"]


class _Normalized(LayerRNNCell):
    """An LSTM with peepholes, a projection and bounds, whose gates and weights its heirs normalize."""

    _arguments: ClassVar[tuple[str, ...]] = (
        *("num_units", "use_peepholes", "cell_clip", "initializer", "num_proj", "proj_clip", "forget_bias"),
        *("activation", "reuse"),
    )
    _prefix = ""
    _diagonals: dict[str, Any]

    def _set(
        self, num_units: int, use_peepholes: bool, cell_clip: Any, initializer: Any, num_proj: Any, proj_clip: Any,
        forget_bias: float, activation: Any,
    ) -> None:  # fmt: skip
        self._num_units, self._use_peepholes = units_of("num_units", num_units), use_peepholes
        self._cell_clip, self._proj_clip, self._initializer = cell_clip, proj_clip, initializer
        self._num_proj = units_of("num_proj", num_proj) if num_proj else None
        self._forget_bias, self._activation = float(forget_bias), resolve(activation)

    @property
    def state_size(self) -> LSTMStateTuple:
        """LSTMStateTuple(c=H, h=P)."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> int:
        """H, or P with a projection."""
        return self._num_proj or self._num_units

    def _weight(self, name: str, shape: list[int], initializer: Any = None) -> Any:
        first = self._initializer if initializer is None else initializer
        return self.add_variable(f"{self._prefix}{name}", shape, initializer=first)

    def _peepholes(self) -> dict[str, Any]:
        return (
            {gate: self._weight(f"w_{gate}_diag", [self._num_units]) for gate in "fio"} if self._use_peepholes else {}
        )

    def _gates(self, inputs: Any, h: Any) -> list[Any]:
        """Return i, j, f, o."""
        raise NotImplementedError

    def _projected(self, h: Any) -> Any:
        raise NotImplementedError

    def _normal_cell(self, c: Any) -> Any:
        return c

    def _seeing(self, which: str, gate: Any, c: Any) -> Any:
        return ops.sigmoid(gate + self._diagonals[which] * c if self._diagonals else gate)

    def call(self, inputs: Array, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        c, h = state
        act = self._activation.function
        i, j, f, o = self._gates(inputs, h)
        kept = self._seeing("f", ops.add(f, self._forget_bias), c) * c
        new_c = self._normal_cell(kept + self._seeing("i", i, c) * act(j))
        new_c = _bounded(new_c, self._cell_clip)
        new_h = self._seeing("o", o, new_c) * act(new_c)
        if self._num_proj is not None:
            new_h = _bounded(self._projected(new_h), self._proj_clip)
        return new_h, LSTMStateTuple(new_c, new_h)


def _bounded(x: Any, bound: float | None) -> Any:
    return x if bound is None else ops.minimum(ops.maximum(x, -bound), bound)


class LayerNormLSTMCell(_Normalized):
    """An LSTMCell whose gates and cell are normalized over their units.

    Args:
        num_units: H.
        use_peepholes: let the gates see the cell.
        cell_clip: bound on the cell's absolute values.
        initializer: of kernel, peepholes and projection; None = the scope's.
        num_proj: P, the depth of a projection of the output.
        proj_clip: bound on its absolute values.
        forget_bias: added to the forget gate before its sigmoid.
        activation: None for tanh; a name or a callable.
        layer_norm: False has a bias instead.
        norm_gain, norm_shift: first values of the gammas and betas.
        reuse: True shares the weights that are there.
    """

    _arguments = (*_Normalized._arguments[:-1], "layer_norm", "norm_gain", "norm_shift", "reuse")

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        forget_bias: float = 1.0,
        activation: Any = None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._set(num_units, use_peepholes, cell_clip, initializer, num_proj, proj_clip, forget_bias, activation)
        self._layer_norm, self._norm_gain, self._norm_shift = layer_norm, norm_gain, norm_shift

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + P, 4H]`, bias `[4H]`, norms of input, transform, forget, output and state, projection."""
        units = self._num_units
        self._kernel = self._weight("kernel", [int(inputs_shape[-1]) + self.output_size, 4 * units])
        self._bias = self._weight("bias", [4 * units], Zeros())
        places = ("input", "transform", "forget", "output", "state") if self._layer_norm else ()
        gain, shift = self._norm_gain, self._norm_shift
        norms = [make_norm(self, place, units, gain, shift) for place in places[:4]]
        self._diagonals = self._peepholes()
        self._norms = [*norms, *(make_norm(self, place, units, gain, shift) for place in places[4:])]
        if self._num_proj is not None:
            self._projection = self._weight("projection/kernel", [units, self._num_proj])

    def _gates(self, inputs: Any, h: Any) -> list[Any]:
        product = ops.matmul(ops.concat([inputs, h], 1), self._kernel)
        if not self._layer_norm:
            product = ops.bias_add(product, self._bias)
        gates = ops.split(product, 4, 1)
        return [norm.of(gate) for norm, gate in zip(self._norms[:4], gates, strict=True)] if self._norms else gates

    def _normal_cell(self, c: Any) -> Any:
        return self._norms[4].of(c) if self._norms else c

    def _projected(self, h: Any) -> Any:
        return ops.matmul(h, self._projection)


class WeightNormLSTMCell(_Normalized):
    """An LSTMCell whose columns of weights have learned lengths.

    Args:
        num_units: H.
        norm: False has plain weights.
        use_peepholes, cell_clip, initializer, num_proj, proj_clip, forget_bias, activation, reuse: as those of
            LayerNormLSTMCell.
    """

    _arguments = ("num_units", "norm", *_Normalized._arguments[1:])
    _prefix = "wn_lstm_cell/"

    def __init__(
        self,
        num_units: int,
        norm: bool = True,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        forget_bias: float = 1,
        activation: Any = None,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **{"name": "wn_lstm_cell", **kwargs})
        self._set(num_units, use_peepholes, cell_clip, initializer, num_proj, proj_clip, forget_bias, activation)
        self._norm = norm

    def build(self, inputs_shape: Any) -> None:
        """Make wn_lstm_cell/kernel `[D + P, 4H]`, norm_0 and norm_1 `[4H]`, bias `[4H]`, and the projection's."""
        depth, units = int(inputs_shape[-1]), self._num_units
        self._kernel = self._weight("kernel", [depth + self.output_size, 4 * units])
        self._depth = depth
        self._lengths = [self._weight(f"norm_{k}", [4 * units]) for k in range(2)] if self._norm else []
        self._bias = self._weight("bias", [4 * units], Zeros())
        self._diagonals = self._peepholes()
        if self._num_proj is not None:
            self._projection = self._weight("projection/kernel", [units, self._num_proj])
            self._projection_length = self._weight("projection/norm_0", [self._num_proj]) if self._norm else None

    def _gates(self, inputs: Any, h: Any) -> list[Any]:
        kernel: Any = self._kernel
        if self._norm:
            parts = kernel[: self._depth], kernel[self._depth :]
            pairs = zip(parts, self._lengths, strict=True)
            kernel = ops.concat([ops.l2_normalize(part, 0) * length for part, length in pairs], 0)
        return ops.split(ops.bias_add(ops.matmul(ops.concat([inputs, h], 1), kernel), self._bias), 4, 1)

    def _projected(self, h: Any) -> Any:
        kernel: Any = self._projection
        return ops.matmul(h, ops.l2_normalize(kernel, 0) * self._projection_length if self._norm else kernel)
