"""The cells that TensorFlow computed in one operation: other names of cells that are here.

LSTMCell and GRUCell are compiled as it is; these differ from them in the names and the order of their variables.

Shapes: T max_time, N batch_size, D input_depth, H num_units.

Source: TF 1.15 contrib/rnn/python/ops/lstm_ops.py, gru_ops.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ..errors import rnn as errors
from ..scoping.initializers import Constant, Zeros
from .lstm import LSTMCell
from .lstm_step import Weights
from .simple import GRUCell


class LSTMBlockCell(LSTMCell):
    """An LSTMCell by another name, "lstm_cell".

    Args:
        num_units: H.
        forget_bias: added to the forget gate; it is not in the bias variable.
        cell_clip: limit of the cell's absolute value; None or less than 0 for none.
        use_peephole: let the gates see the cell: w_i_diag, w_f_diag, w_o_diag `[H]`.
        dtype: of the weights; None = that of the first inputs.
        reuse: True shares the weights that are there.
        name: of the variable scope.
    """

    _arguments: ClassVar[tuple[str, ...]] = ("num_units", "forget_bias", "cell_clip", "use_peephole", "reuse")

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        dtype: Any = None,
        reuse: Any = None,
        name: str = "lstm_cell",
        **kwargs: Any,
    ) -> None:
        clip = cell_clip if cell_clip is not None and cell_clip > 0 else None
        super().__init__(
            num_units,
            use_peephole,
            clip,
            forget_bias=forget_bias,
            reuse=reuse,
            name=name,
            dtype=dtype,
            **kwargs,
        )
        self._use_peephole = use_peephole

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[D + H, 4H]`, bias `[4H]`, and w_i_diag, w_f_diag, w_o_diag `[H]`."""
        self._variables = Weights(*self._make(int(inputs_shape[-1]), None, None))
        if self._use_peephole:
            i, f, o = (self.add_variable(f"w_{gate}_diag", [self._num_units]) for gate in "ifo")
            self._variables = self._variables._replace(w_i=i, w_f=f, w_o=o)


class GRUBlockCellV2(GRUCell):
    """A GRUCell.

    Args:
        num_units: H.
        cell_size: its older name.
        reuse: True shares the weights that are there.
        name: of the variable scope.

    Raises:
        ValueError: neither of the two names is given, or both are.
    """

    _arguments = ("num_units", "reuse")

    def __init__(
        self,
        num_units: int | None = None,
        cell_size: int | None = None,
        reuse: Any = None,
        name: str = "gru_cell",
        **kwargs: Any,
    ) -> None:
        given = [units for units in (num_units, cell_size) if units is not None]
        if len(given) != 1:
            raise errors.one_of_two_sizes()
        super().__init__(given[0], reuse=reuse, name=name, **kwargs)


class GRUBlockCell(GRUBlockCellV2):
    """A GRUCell whose variables are called w_ru, b_ru, w_c and b_c."""

    def build(self, inputs_shape: Any) -> None:
        """Make w_ru `[D + H, 2H]`, b_ru `[2H]`, w_c `[D + H, H]` and b_c `[H]`."""
        units = self._num_units
        rows = int(inputs_shape[-1]) + units
        gates = self.add_variable("w_ru", [rows, 2 * units])
        self._gates = gates, self.add_variable("b_ru", [2 * units], initializer=Constant(1.0))
        candidate = self.add_variable("w_c", [rows, units])
        self._candidate = candidate, self.add_variable("b_c", [units], initializer=Zeros())
