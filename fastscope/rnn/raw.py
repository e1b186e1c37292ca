"""raw_rnn: a cell in a loop that the program steers itself.

Source: TF 1.15 python/ops/rnn.py (raw_rnn).
Shapes: N batch_size, D input_depth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays import dtypes, nest
from ..arrays.dtypes import as_dtype
from ..arrays.structure import size_shape
from ..errors import rnn as errors
from ..errors.places import in_one_frame
from ..ops.creation import convert_to_tensor, zeros
from ..ops.loops import while_loop
from ..ops.math import logical_not, logical_or, where
from ..ops.reductions import reduce_all
from ..ops.shaping import concat
from ..ops.shaping import shape as shape_of
from ..ops.tensor_array import TensorArray
from ..scoping.sharing import own_scope
from .sequences import check_cell

__all__ = ["raw_rnn"]

LoopFn = Callable[[Any, Any, Any, Any], tuple[Any, Any, Any, Any, Any]]


@in_one_frame
def raw_rnn(
    cell: Any, loop_fn: LoopFn, parallel_iterations: int | None = None, swap_memory: bool = False, scope: Any = None
) -> tuple[Any, Any, Any]:
    """Run a cell in a loop: `loop_fn` says before each step whether rows are finished, and what goes in next.

        >>> cell = tf.nn.rnn_cell.GRUCell(3)
        >>> def loop_fn(time, output, state, loop_state):
        ...     state = cell.zero_state(2, tf.float32) if output is None else state
        ...     next_input = tf.zeros([2, 3]) if output is None else output
        ...     return time >= 4, next_input, state, output, None
        >>> outputs, state, _ = tf.nn.raw_rnn(cell, loop_fn)

    Args:
        cell: an RNNCell, or anything with its attributes.
        loop_fn: callable(time, cell_output, cell_state, loop_state) -> (elements_finished, next_input, next_state,
            emit_output, next_loop_state). Of the first call, before any step, time is 0 and the rest None; it returns
            the first state, and in the place of what is emitted None, or values of the shapes of a row `[...]`.
            `elements_finished` is a bool for each row `[N]`, or one for all; a finished row emits zeros and keeps its
            state. `loop_state` is anything that the loop shall hand on, or None.
        parallel_iterations, swap_memory: kept for TF's sake.
        scope: variable scope of the cell's weights; None = "rnn".

    Returns:
        A TensorArray of what was emitted, or a structure of them; the final state; and the final loop state.

    Raises:
        TypeError: `cell` is none, or `loop_fn` no function; a structure of another type.
        ValueError: a structure that changes.
    """
    check_cell("cell", cell)
    if not callable(loop_fn):
        raise errors.loop_fn_not_callable(loop_fn)
    with own_scope("rnn" if scope is None else scope):
        return _looped(cell, loop_fn, parallel_iterations or 32)


def _looped(cell: Any, loop_fn: LoopFn, parallel_iterations: int) -> tuple[Any, Any, Any]:
    start: Any = convert_to_tensor(0, dtypes.int32)
    finished, first_input, first_state, emitted, first_loop_state = loop_fn(start, None, None, None)
    first_input = nest.mapped(convert_to_tensor, first_input)
    nest.check_same(first_state, cell.state_size)
    state = nest.mapped(convert_to_tensor, first_state)
    arrays, nothing = _places(cell, emitted, nest.flattened(first_input), nest.flattened(state)[0])

    def goes_on(time: Any, finished: Any, *others: Any) -> Any:
        return logical_not(reduce_all(finished))

    def step(time: Any, finished: Any, x: Any, arrays: Any, state: Any, loop_state: Any) -> Any:
        output, cell_state = cell(x, state)
        nest.check_same(state, cell_state)
        nest.check_same(cell.output_size, output)
        ends, next_input, next_state, emit, next_loop_state = loop_fn(time + 1, output, cell_state, loop_state)
        nest.check_same(state, next_state)
        nest.check_same(x, next_input)
        nest.check_same(arrays, emit)
        emit = _kept(finished, nothing, emit)
        written = [array.write(time, value) for array, value in zip(*map(nest.flattened, (arrays, emit)), strict=True)]
        return (
            time + 1,
            logical_or(finished, ends),
            next_input,
            nest.packed(arrays, written),
            _kept(finished, state, next_state),
            loop_state if next_loop_state is None else next_loop_state,
        )

    loop_state = start if first_loop_state is None else first_loop_state
    values = [start, convert_to_tensor(finished), first_input, arrays, state, loop_state]
    *_, arrays, state, loop_state = while_loop(goes_on, step, values, parallel_iterations=parallel_iterations)
    return arrays, state, None if first_loop_state is None else loop_state


def _places(cell: Any, emitted: Any, inputs: list[Any], leaf: Any) -> tuple[Any, Any]:
    """Return TensorArrays for what is emitted, and what a finished row emits: zeros."""
    structure = cell.output_size if emitted is None else emitted
    static = inputs[0].shape[0]
    rows = static if isinstance(static, int) else getattr(static, "value", None)
    count: Any = shape_of(inputs[0])[0] if rows is None else rows
    arrays, nothing = [], []
    for place, item in enumerate(nest.flattened(structure)):
        dtype = as_dtype(leaf.dtype).base_dtype if emitted is None else as_dtype(convert_to_tensor(item).dtype)
        sizes: Any = size_shape(item) if emitted is None else _sizes(convert_to_tensor(item))
        known = isinstance(sizes, list)
        arrays.append(
            TensorArray(
                dtype,
                size=0,
                dynamic_size=True,
                element_shape=[rows, *sizes] if known else None,
                name=f"rnn_output_{place}",
            )
        )
        nothing.append(zeros([count, *sizes] if known else concat([[count], sizes], 0), dtype))
    return nest.packed(structure, arrays), nest.packed(structure, nothing)


def _sizes(value: Any) -> Any:
    """Return the shape of a value as a list, or as a tensor where it is not known."""
    sizes = value.shape.as_list() if hasattr(value.shape, "as_list") else list(value.shape)
    return shape_of(value) if None in sizes else sizes


def _kept(finished: Any, before: Any, after: Any) -> Any:
    """Return `after`, of finished rows `before`; what has no rows is as it is after."""

    def chosen(old: Any, new: Any) -> Any:
        return new if isinstance(old, TensorArray) or not len(old.shape) else where(finished, old, new)

    pairs = zip(nest.flattened(before), nest.flattened(after), strict=True)
    return nest.packed(after, [chosen(old, new) for old, new in pairs])
