"""PhasedLSTMCell: an LSTM whose units open and close by a clock of their own.

Shapes: N batch_size, D input_depth, H num_units.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py; Neil et al., arXiv:1610.09513.
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..fused import LSTMStateTuple
from ..scoping.initializers import Constant
from .base import LayerRNNCell, units_of
from .pieces import make_product

__all__ = ["PhasedLSTMCell"]


class PhasedLSTMCell(LayerRNNCell):
    """An LSTM whose units change only in a part of a period; its inputs are `(time [N, 1], x [N, D])`.

        >>> cell = tf.contrib.rnn.PhasedLSTMCell(8)
        >>> times = np.arange(15, dtype=np.float32).reshape(3, 5, 1)
        >>> outputs, state = tf.nn.dynamic_rnn(cell, (times, inputs), dtype=tf.float32)

    Args:
        num_units: H.
        use_peepholes: let the gates see the cell.
        leak: how much gets through while a unit is closed, 0 to 1.
        ratio_on: first value of the part of the period in which a unit is open, 0 to 1.
        trainable_ratio_on: whether that part is learned.
        period_init_min, period_init_max: periods begin between them, evenly in their logarithms.
        reuse: True shares the weights that are there.

    Raises:
        ValueError: inputs that are no pair.
    """

    _arguments = ("num_units", "use_peepholes", "leak", "ratio_on", "trainable_ratio_on", "period_init_min",
                  "period_init_max", "reuse")  # fmt: skip

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        leak: float = 0.001,
        ratio_on: float = 0.1,
        trainable_ratio_on: bool = True,
        period_init_min: float = 1.0,
        period_init_max: float = 1000.0,
        reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._use_peepholes, self._leak = units_of("num_units", num_units), use_peepholes, leak
        self._ratio_on, self._trainable_ratio_on = ratio_on, trainable_ratio_on
        self._period_init_min, self._period_init_max = period_init_min, period_init_max

    @property
    def state_size(self) -> LSTMStateTuple:
        """LSTMStateTuple(c=H, h=H)."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        """H."""
        return self._num_units

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step; see `RNNCell.__call__`."""
        if not isinstance(inputs, (tuple, list)) or len(inputs) != 2:
            raise errors.not_timed(inputs)
        return super().__call__(tuple(inputs), state, scope)

    def build(self, inputs_shape: Any) -> None:
        """Make kernel and bias of mask_gates, new_input and output_gate, and period, phase and ratio_on `[H]`."""
        units = self._num_units
        rows = int(inputs_shape[-1]) + units
        seeing = rows + units if self._use_peepholes else rows
        self._gates = make_product(self, seeing, 2 * units, "mask_gates/")
        self._new = make_product(self, rows, units, "new_input/")
        self._out = make_product(self, seeing, units, "output_gate/")
        lowest, highest = math.log(self._period_init_min), math.log(self._period_init_max)

        def period(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return ops.exp(ops.random_uniform(shape, lowest, highest, dtype))

        self._period = self.add_variable("period", [units], initializer=period)

        def phase(shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            return ops.random_uniform(shape, 0.0, 1.0, dtype) * self._period.initial_value

        self._phase = self.add_variable("phase", [units], initializer=phase)
        ratio = Constant(self._ratio_on)
        self._ratio = self.add_variable("ratio_on", [units], initializer=ratio, trainable=self._trainable_ratio_on)

    def call(self, inputs: Any, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        time, x = inputs
        c, h = state
        seen = [x, h, c] if self._use_peepholes else [x, h]
        i, f = ops.split(ops.sigmoid(self._gates.of(*seen)), 2, 1)
        new_c: Any = c * f + i * ops.tanh(self._new.of(x, h))
        seen = [x, h, new_c] if self._use_peepholes else [x, h]
        new_h = ops.tanh(new_c) * ops.sigmoid(self._out.of(*seen))
        k = self._openness(time, as_dtype(x.dtype).base_dtype)
        new_c, new_h = k * new_c + (1 - k) * c, k * new_h + (1 - k) * h
        return new_h, LSTMStateTuple(new_c, new_h)

    def _openness(self, time: Any, dtype: Any) -> Any:
        """Return how far each unit is open, `[N, H]`, at the times `[N, 1]`: up, down, and closed but for the leak."""
        period, phase = ops.cast(self._period, time.dtype), ops.cast(self._phase, time.dtype)
        shifted: Any = time - phase
        turned: Any = ops.stop_gradient(ops.floormod(shifted, period) - shifted) + shifted  # a slope for the time
        cycle: Any = ops.cast(turned / period, dtype)
        up = 2 * cycle / self._ratio
        k = ops.where(ops.less(cycle, self._ratio + ops.zeros_like(cycle)), 2 - up, self._leak * cycle)
        return ops.where(ops.less(cycle, 0.5 * self._ratio + ops.zeros_like(cycle)), up, k)
