"""dynamic_rnn and static_rnn of cells whose inputs, outputs or states are more than arrays `[N, ...]`.

Inputs and outputs may be structures of arrays, and a state may hold numbers and TensorArrays, which pass a row's end
untouched.

Source: TF 1.15 python/ops/rnn.py (_dynamic_rnn_loop, _rnn_step).
Shapes: T max_time, N batch_size. Sequences are time major.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays import nest
from ..arrays.dtypes import as_dtype, int32, int64
from ..arrays.structure import size_shape
from ..errors import rnn as errors
from ..graph import Tensor
from ..ops.loops import while_loop
from ..ops.tensor_array import TensorArray
from ..ops.weights import static_shape
from ..scoping.scopes import get_variable_scope
from ..scoping.sharing import own_scope

__all__ = ["over_steps", "over_time", "prepared"]


def prepared(cell: Any, first: Any, lengths: Any, state: Any, dtype: Any, time_axis: bool = True) -> tuple[Any, Any]:
    """Return lengths as an int64 tensor or array, or None, and the initial state.

    Args:
        cell: an RNNCell, or anything with its attributes.
        first: one of its inputs, `[T, N, ...]`.
        lengths: of each row, or None.
        state: the initial state, or None.
        dtype: of the initial state, where there is none.
        time_axis: False for a `first` of one step, `[N, ...]`.

    Raises:
        ValueError: neither `state` nor `dtype`.
    """
    if lengths is not None:
        lengths = ops.cast(ops.convert_to_tensor(lengths), int64)
        if static_shape(lengths).rank not in (1, None):
            raise errors.lengths_rank_static(static_shape(lengths))
    if state is not None:
        return lengths, state
    if dtype is None:
        raise errors.needs_dtype()
    rows = static_shape(first).as_list()[int(time_axis)]
    return lengths, cell.zero_state(ops.shape(first)[int(time_axis)] if rows is None else rows, dtype)


def over_time(cell: Any, inputs: Any, state: Any, lengths: Any, dtype: Any = None) -> tuple[Any, Any]:
    """Run a cell over sequences `[T, N, ...]`.

    Args:
        cell: an RNNCell, or anything with its attributes.
        inputs: a structure of sequences, or one.
        state: the initial state.
        lengths: int `[N]`, or None.
        dtype: of the outputs; None = that of the state.

    Returns:
        The outputs in the structure of `cell.output_size`, `[T, N, ...]` each, and the final state.
    """
    sequences = [ops.convert_to_tensor(x) for x in nest.flattened(inputs)]
    known = static_shape(sequences[0]).as_list()
    count: Any = ops.shape(sequences[0])[0] if known[0] is None else known[0]
    given = [TensorArray(as_dtype(x.dtype).base_dtype, count).unstack(x) for x in sequences]
    state = _with_tensors(state)
    dtype = _dtype_of(state, sequences) if dtype is None else as_dtype(dtype)
    arrays = [
        TensorArray(dtype, count, element_shape=[known[1], *size_shape(size)])
        for size in nest.flattened(cell.output_size)
    ]
    step = _Step(cell, lengths)

    def body(time: Any, arrays: Any, state: Any) -> Any:
        x = nest.packed(inputs, [steps.read(time) for steps in given])
        outputs, after = step(time, x, state)
        written = [array.write(time, output) for array, output in zip(arrays, outputs, strict=True)]
        return time + 1, written, after

    first: Any = ops.constant(0, int32)
    _, arrays, state = while_loop(lambda time, *others: ops.less(time, count), body, (first, arrays, state))
    outputs = [array.stack() for array in arrays]
    for output, size in zip(outputs, nest.flattened(cell.output_size), strict=True):
        if isinstance(output, Tensor):
            output.set_shape([*known[:2], *size_shape(size)])
    return nest.packed(cell.output_size, outputs), state


def over_steps(cell: Any, inputs: Sequence[Any], state: Any, lengths: Any) -> tuple[list[Any], Any]:
    """Run a cell over a list of steps, each a structure of arrays `[N, ...]`; see `over_time`."""
    step, outputs = _Step(cell, lengths), []
    state = _with_tensors(state)
    for time, x in enumerate(inputs):
        found, state = step(time, nest.mapped(ops.convert_to_tensor, x), state)
        outputs.append(nest.packed(cell.output_size, found))
    return outputs, state


class _Step:
    """One step after the other, in one variable scope: what the first one makes the others use."""

    def __init__(self, cell: Any, lengths: Any) -> None:
        self._cell, self._lengths = cell, lengths
        self._scope, self._is_later = get_variable_scope(), False

    def __call__(self, time: Any, x: Any, state: Any) -> tuple[list[Any], Any]:
        """Return the outputs, in a list, and the state."""
        with own_scope(self._scope, reuse=True if self._is_later else None, auxiliary_name_scope=False):
            output, after = self._cell(x, state)
        self._is_later = True
        before, new = nest.flattened(state), nest.flattened(after)
        if len(before) != len(new):
            raise errors.state_structure(self._cell, self._cell.state_size, after)
        outputs = nest.flattened(output)
        if self._lengths is not None:
            live = ops.less(ops.cast(time, self._lengths.dtype), self._lengths)
            outputs = [_kept(live, ops.zeros_like(value), value) for value in outputs]
            new = [_kept(live, old, value) for old, value in zip(before, new, strict=True)]
        return outputs, nest.packed(state, new)


def _kept(live: Any, before: Any, after: Any) -> Any:
    """Return `after` in the rows that go on, else `before`; what has no rows goes on."""
    if isinstance(after, TensorArray) or static_shape(after).rank == 0:
        return after
    return ops.where(live, after, before)


def _with_tensors(state: Any) -> Any:
    return nest.mapped(lambda x: x if isinstance(x, TensorArray) else ops.convert_to_tensor(x), state)


def _dtype_of(state: Any, sequences: Sequence[Any]) -> Any:
    """Return the dtype of the outputs: that of the state, or of the inputs where it has none."""
    found = [x for x in nest.flattened(state) if not isinstance(x, TensorArray)]
    return as_dtype((found or sequences)[0].dtype).base_dtype
