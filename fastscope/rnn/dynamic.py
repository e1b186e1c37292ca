"""static_rnn, dynamic_rnn and their bidirectional forms.

Source: TF 1.15 python/ops/rnn.py.
Shapes: T max_time, N batch_size, D input_depth.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from .. import ops
from ..arrays import array_module, nest
from ..arrays.recordable import recordable
from ..arrays.structure import beside, map_structure
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..errors.places import in_one_frame
from ..graph import Tensor
from ..ops.operands import operand
from ..scoping.sharing import own_scope
from . import structured
from .base import making
from .sequences import check_cell, lengths_of, prepare, prepare_recorded, run, time_second

__all__ = [
    "bidirectional_dynamic_rnn",
    "dynamic_rnn",
    "static_bidirectional_rnn",
    "static_rnn",
]


@in_one_frame
def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Array, Any]:
    """Run a cell over a sequence.

        >>> cell = tf.nn.rnn_cell.BasicLSTMCell(128)
        >>> outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)

    Args:
        cell: an RNNCell, or anything with its attributes.
        inputs: `[N, T, D]`, or `[T, N, D]` if `time_major`; floats become those of the state, see `prepare`.
        sequence_length: int `[N]`: past it a row's outputs are zero and its state stays.
        initial_state: of the structure of `cell.state_size`; None = zeros of `dtype`.
        dtype: of the initial state, where there is none.
        parallel_iterations, swap_memory: kept for TF's sake.
        time_major: which of the first two axes is time, in inputs and outputs. True saves a
            rearrangement.
        scope: variable scope of the cell's weights; None = "rnn".

    Returns:
        The outputs `[N, T, output_size]` or `[T, N, output_size]`, and the final state.

    Raises:
        ValueError: shapes that do not fit, or neither `initial_state` nor `dtype`.
        TypeError: `cell` is none.
    """
    check_cell("cell", cell)
    with own_scope("rnn" if scope is None else scope):
        if structured.is_needed(cell, inputs, initial_state, 3):
            return _over_structures(cell, inputs, sequence_length, initial_state, dtype, time_major)
        if recordable.on and recordable.recording():
            tensors = prepare_recorded(cell, inputs, sequence_length, initial_state, dtype, time_major)
            outputs, state = run(cell, *tensors)
            outputs, state = _as_a_loop_ends(outputs, state)
            return (outputs if time_major else time_second(outputs)), state
        ready = prepare(cell, inputs, sequence_length, initial_state, dtype, time_major)
        outputs, state = run(cell, *ready)
    return (outputs if time_major else outputs.swapaxes(0, 1)), state


def _over_structures(cell: Any, inputs: Any, lengths: Any, state: Any, dtype: Any, time_major: bool) -> tuple[Any, Any]:
    """Do what `dynamic_rnn` does for a cell whose inputs, outputs or states are more than arrays."""
    from . import nested

    sequences = nest.mapped(ops.convert_to_tensor, inputs)
    sequences = sequences if time_major else nest.mapped(time_second, sequences)
    lengths, state = nested.prepared(cell, nest.flattened(sequences)[0], lengths, state, dtype)
    outputs, state = nested.over_time(cell, sequences, state, lengths, dtype)
    return (outputs if time_major else nest.mapped(time_second, outputs)), state


def _as_a_loop_ends(outputs: Any, state: Any) -> tuple[Any, Any]:
    """Return outputs and final state under the names that they have after TF's loop, whose first values are others."""
    names = (f"while/Exit_{number}" for number in count(3))
    outputs = recordable.function("identity", outputs, name="TensorArrayStack/TensorArrayGatherV3")
    return outputs, map_structure(lambda leaf: recordable.function("identity", leaf, name=next(names)), state)


@in_one_frame
def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Array, Array], tuple[Any, Any]]:
    """Run one cell from the start to the end and another from the end to the start.

    Args:
        cell_fw, cell_bw: the cells; their weights lie in fw/ and bw/ below the scope.
        initial_state_fw, initial_state_bw: their initial states.
        scope: None = "bidirectional_rnn". The rest as in `dynamic_rnn`. The backward cell starts at
            each row's last step.

    Returns:
        (outputs forward, outputs backward), both in the order of the inputs, and (final state
        forward, final state backward).
    """
    check_cell("cell_fw", cell_fw)
    check_cell("cell_bw", cell_bw)
    if (recordable.on and recordable.recording()) or structured.holds_arrays(inputs, 3):
        return _bidirectional_recorded(
            cell_fw, cell_bw, inputs, sequence_length, initial_state_fw, initial_state_bw, dtype, time_major, scope
        )
    inputs = operand(inputs)
    if inputs.ndim < 2:
        raise errors.sequence_rank(inputs.shape)
    major = inputs if time_major else inputs.swapaxes(0, 1)
    lengths = None if sequence_length is None else lengths_of(sequence_length, major)
    with making(cell_fw, cell_bw), own_scope("bidirectional_rnn" if scope is None else scope):
        with own_scope("fw") as fw:
            out_fw, state_fw = dynamic_rnn(cell_fw, major, lengths, initial_state_fw, dtype, time_major=True, scope=fw)
        with own_scope("bw") as bw:
            backwards = _reversed(major, lengths)
            out_bw, state_bw = dynamic_rnn(
                cell_bw, backwards, lengths, initial_state_bw, dtype, time_major=True, scope=bw
            )
    out_bw = _reversed(out_bw, lengths)
    if not time_major:
        out_fw, out_bw = out_fw.swapaxes(0, 1), out_bw.swapaxes(0, 1)
    return (out_fw, out_bw), (state_fw, state_bw)


def _reversed(sequence: Array, lengths: Array | None) -> Array:
    """Return `[T, N, ...]` with the first `lengths[n]` steps of each row n in opposite order."""
    if lengths is None:
        return sequence[::-1]
    (lengths,) = beside(sequence, lengths)
    xp = array_module(sequence)
    t = xp.arange(len(sequence))[:, None]
    source = xp.where(t < lengths, lengths - 1 - t, t)
    return sequence[source, xp.arange(sequence.shape[1])]


def _bidirectional_recorded(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    lengths: Any,
    state_fw: Any,
    state_bw: Any,
    dtype: Any,
    time_major: bool,
    scope: Any,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Do what `bidirectional_dynamic_rnn` does, for tensors and for structures."""
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)

    def backwards(sequences: Any) -> Any:
        return nest.mapped(reversed_one, sequences) if nest.is_structure(sequences) else reversed_one(sequences)

    def reversed_one(sequence: Any) -> Any:
        if lengths is None:
            return recordable.function("reverse", sequence, [time_axis])
        return recordable.function("reverse_sequence", sequence, lengths, seq_axis=time_axis, batch_axis=batch_axis)

    with making(cell_fw, cell_bw), own_scope("bidirectional_rnn" if scope is None else scope):
        with own_scope("fw") as fw:
            out_fw, end_fw = dynamic_rnn(cell_fw, inputs, lengths, state_fw, dtype, time_major=time_major, scope=fw)
        with own_scope("bw") as bw:
            out_bw, end_bw = dynamic_rnn(
                cell_bw, backwards(inputs), lengths, state_bw, dtype, time_major=time_major, scope=bw
            )
    return (out_fw, backwards(out_bw)), (end_fw, end_bw)


@in_one_frame
def static_rnn(
    cell: Any,
    inputs: Any,
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Array], Any]:
    """Run a cell over a list of steps.

    Args:
        inputs: list of T arrays `[N, D]`. The rest as in `dynamic_rnn`.

    Returns:
        A list of T outputs `[N, output_size]`, and the final state.

    Raises:
        TypeError: `inputs` is no list.
        ValueError: an empty list, or steps of different shapes.
    """
    check_cell("cell", cell)
    if isinstance(inputs, (list, tuple)) and inputs and structured.is_needed(cell, inputs[0], initial_state, 2):
        from . import nested

        with own_scope("rnn" if scope is None else scope):
            first = ops.convert_to_tensor(nest.flattened(inputs[0])[0])
            lengths, state = nested.prepared(cell, first, sequence_length, initial_state, dtype, time_axis=False)
            return nested.over_steps(cell, inputs, state, lengths)
    if recordable.on and recordable.recording():
        with own_scope("rnn" if scope is None else scope):
            tensors = prepare_recorded(cell, _stacked(inputs), sequence_length, initial_state, dtype, time_major=True)
            outputs, state = run(cell, *tensors)
            return recordable.function("unstack", outputs, len(inputs)), state
    stacked = _stacked(inputs)
    outputs, state = dynamic_rnn(cell, stacked, sequence_length, initial_state, dtype, time_major=True, scope=scope)
    return list(outputs), state


def _stacked(inputs: Any) -> Array:
    if not isinstance(inputs, (list, tuple)):
        raise errors.not_a_sequence(inputs)
    if not inputs:
        raise errors.no_inputs()
    if recordable.on and recordable.recording():
        stacked: Array = recordable.function("stack", list(inputs))
        return stacked
    steps = [operand(step) for step in inputs]
    for t, step in enumerate(steps):
        if step.shape != steps[0].shape:
            raise errors.uneven_inputs(steps[0].shape, t, step.shape)
    return array_module(*steps).stack(steps)


@in_one_frame
def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Array], Any, Any]:
    """Run two cells over a list of steps, in both directions; see `bidirectional_dynamic_rnn`.

    Returns:
        A list of T outputs `[N, forward + backward output_size]`, the final state forward, and the
        final state backward.
    """
    check_cell("cell_fw", cell_fw)
    check_cell("cell_bw", cell_bw)
    if isinstance(inputs, (list, tuple)) and inputs and structured.holds_arrays(inputs[0], 2):
        return _bidirectional_steps(
            cell_fw, cell_bw, inputs, sequence_length, initial_state_fw, initial_state_bw, dtype, scope
        )
    both, (state_fw, state_bw) = bidirectional_dynamic_rnn(
        cell_fw,
        cell_bw,
        _stacked(inputs),
        sequence_length,
        initial_state_fw,
        initial_state_bw,
        dtype,
        time_major=True,
        scope=scope,
    )
    if isinstance(both[0], Tensor):
        joined = recordable.function("concat", list(both), 2)
        return recordable.function("unstack", joined, len(inputs)), state_fw, state_bw
    return list(array_module(*both).concatenate(both, axis=2)), state_fw, state_bw


def _bidirectional_steps(
    cell_fw: Any, cell_bw: Any, inputs: Any, lengths: Any, state_fw: Any, state_bw: Any, dtype: Any, scope: Any
) -> tuple[list[Any], Any, Any]:
    """Do what `static_bidirectional_rnn` does for steps that are structures."""
    columns = zip(*map(nest.flattened, inputs), strict=True)
    sequences = nest.packed(inputs[0], [ops.stack(list(column)) for column in columns])
    (forward, backward), (end_fw, end_bw) = bidirectional_dynamic_rnn(
        cell_fw, cell_bw, sequences, lengths, state_fw, state_bw, dtype, time_major=True, scope=scope
    )
    pairs = zip(nest.flattened(forward), nest.flattened(backward), strict=True)
    joined = [ops.unstack(ops.concat(pair, 2), len(inputs)) for pair in pairs]
    return [nest.packed(forward, step) for step in zip(*joined, strict=True)], end_fw, end_bw
