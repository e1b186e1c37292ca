"""Cells that are called with whole sequences, time major: LSTMBlockFusedCell, and cells turned into such.

Shapes: T max_time, N batch_size, D input_depth, H num_units.

Source: TF 1.15 contrib/rnn/python/ops/lstm_ops.py, fused_rnn_cell.py.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import rnn as errors
from ..scoping.scopes import get_variable_scope
from .block import LSTMBlockCell
from .dynamic import dynamic_rnn
from .sequences import check_cell


class FusedRNNCell:
    """Base of what is called with whole sequences, and of a program's own."""

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        """Run `[T, N, D]`, or a list of T steps; return its outputs, as the inputs come, and the final state."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__")


class LSTMBlockWrapper(FusedRNNCell):
    """Base of LSTMs over whole sequences, for programs that ask what a cell is."""


class LSTMBlockFusedCell(LSTMBlockWrapper):
    """An LSTM over whole sequences, time major: call it with `[T, N, D]`, or with a list of T steps `[N, D]`.

        >>> lstm = tf.contrib.rnn.LSTMBlockFusedCell(128)
        >>> outputs, state = lstm(inputs, dtype=tf.float32)

    Args:
        num_units, forget_bias, cell_clip, use_peephole, reuse, dtype: as in LSTMBlockCell.
        name: of the variable scope.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: Any = None,
        dtype: Any = None,
        name: str = "lstm_fused_cell",
    ) -> None:
        self._cell = LSTMBlockCell(num_units, forget_bias, cell_clip, use_peephole, dtype, reuse, name)

    @property
    def num_units(self) -> int:
        """H."""
        return self._cell.output_size

    @property
    def weights(self) -> list[Any]:
        """Its weights; none before the first call."""
        return self._cell.weights

    variables = trainable_variables = trainable_weights = weights

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        """Run the sequence.

        Args:
            inputs: `[T, N, D]` or a list.
            initial_state: c and h `[N, H]`; None = zeros of `dtype`.
            dtype: of the initial state, where there is none.
            sequence_length: int `[N]`: past it a row's outputs are zero and its state stays.
            scope: variable scope of the weights, at the first call; None = one of the cell's name.

        Returns:
            The outputs as the inputs are, and the final LSTMStateTuple.

        Raises:
            ValueError: neither `initial_state` nor `dtype`.
        """
        if initial_state is None and dtype is None:
            raise errors.fused_needs_dtype()
        if scope is not None:
            self._cell._find_scope(scope)
        return over_time(self._cell, inputs, initial_state, dtype, sequence_length, None)


def over_time(
    cell: Any, inputs: Any, initial_state: Any, dtype: Any, sequence_length: Any, scope: Any
) -> tuple[Any, Any]:
    """Run a cell over `[T, N, D]` or a list of steps, in the current scope; the outputs come as the inputs do."""
    is_list = isinstance(inputs, (list, tuple))
    outputs, state = dynamic_rnn(
        cell,
        ops.stack(inputs) if is_list else inputs,
        sequence_length,
        initial_state,
        dtype,
        time_major=True,
        scope=get_variable_scope() if scope is None else scope,
    )
    return (ops.unstack(outputs) if is_list else outputs), state


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell as one that is called with whole sequences.

    Args:
        cell: an RNNCell.
        use_dynamic_rnn: kept for TF's sake: there is one way.
    """

    def __init__(self, cell: Any, use_dynamic_rnn: bool = False) -> None:
        check_cell("cell", cell)
        self._cell = cell

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        """Run the sequence as `dynamic_rnn` does, in the scope "rnn"; see `LSTMBlockFusedCell.__call__`."""
        scope = "rnn" if scope is None else scope
        return over_time(self._cell, inputs, initial_state, dtype, sequence_length, scope)


class TimeReversedFusedRNN(FusedRNNCell):
    """Runs a fused cell from the end to the start; each row from its own last step.

    Args:
        cell: a LSTMBlockFusedCell or its like.
    """

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> tuple[Any, Any]:
        """Run the sequence; see `LSTMBlockFusedCell.__call__`."""
        outputs, state = self._cell(
            _reversed(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return _reversed(outputs, sequence_length), state


def _reversed(sequence: Any, lengths: Any) -> Any:
    if isinstance(sequence, (list, tuple)):
        return list(sequence)[::-1]
    return ops.reverse(sequence, [0]) if lengths is None else ops.reverse_sequence(sequence, lengths, 0, 1)
