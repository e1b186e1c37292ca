"""Cells over whole sequences: at once where a cell can, else step by step; and the pullbacks.

Shapes: T max_time, N batch_size, D input_depth, H num_units. Sequences are time major here.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module, device_of, move
from ..arrays.dtypes import as_dtype
from ..arrays.recordable import recordable
from ..arrays.shapes import TensorShape
from ..arrays.structure import beside, check_state, leaves, map_structure, size_shape
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..errors import training as training_errors
from ..graph import Tensor, current
from ..graph.conversion import as_tensor
from ..graph.graph import get_name_scope
from ..ops.function import op
from ..ops.operands import current_device, operand
from ..scoping.scopes import VariableScope, get_variable_scope
from ..scoping.sharing import own_scope
from ..training.gradient_store import Deferred
from .base import Pullback, making
from .loops import loop_over_steps
from .recorded import is_one_operation, record_cell, state_tensors

_CELL_HAS = {
    "output_size": "'output_size' property is missing",
    "state_size": "'state_size' property is missing",
    "zero_state": "either 'zero_state' or 'get_initial_state' method is required",
    "__call__": "is not callable",
}


def check_cell(argument: str, cell: Any) -> None:
    """Check that `cell` has what a cell has; any class may.

    Raises:
        TypeError: it lacks something.
    """
    if getattr(cell, "built", False):
        return
    missing = [text for name, text in _CELL_HAS.items() if not _has(cell, name)]
    if isinstance(cell, type):
        missing = [f"is the class of cells, write {cell.__name__}(...)"]
    if missing:
        raise errors.not_a_cell(argument, cell, missing)


def _has(cell: Any, name: str) -> bool:
    try:
        return hasattr(cell, name)
    except NotImplementedError:  # RNNCell's own properties, which the class has not defined
        return False


class Prepared(NamedTuple):
    """What a cell is run on, checked.

    Args:
        inputs: `[T, N, ...]`.
        state: the initial state.
        lengths: int64 `[N]` beside the inputs, none above T, or None.
    """

    inputs: Array
    state: Any
    lengths: Array | None


def prepare_recorded(
    cell: Any, inputs: Any, sequence_length: Any, initial_state: Any, dtype: Any, time_major: bool
) -> Prepared:
    """Do what `prepare` does, for tensors."""
    recorder = current()
    assert recorder is not None
    tensor = as_tensor(inputs, recorder)
    if tensor.dims is not None:
        if len(tensor.dims) < 2:
            raise errors.sequence_rank(tuple(tensor.shape))
        if len(tensor.dims) < 3:
            raise errors.unknown_depth(tuple(tensor.shape))
    if not time_major:
        tensor = time_second(tensor)
    lengths = None
    if sequence_length is not None:
        lengths = recordable.function("cast", sequence_length, "int64")
        if lengths.dims is not None and len(lengths.dims) != 1:
            raise errors.lengths_rank_static(lengths.shape)
        lengths = _one_for_each_row(lengths, tensor, f"{get_name_scope()}/sequence_length")
    if initial_state is None:
        if dtype is None:
            raise errors.needs_dtype()
        initial_state = cell.zero_state(_batch_of(tensor), dtype)
    return Prepared(_converted_tensor(tensor, initial_state), initial_state, lengths)  # type: ignore[arg-type]


def _as_many(lengths: Any, inputs: Any) -> Any:
    return lengths


def _counted(lengths: Any, inputs: Any, tensor_name: str) -> Any:
    if len(lengths) != inputs[1]:
        raise errors.lengths_count(tensor_name, inputs[1], len(lengths))
    return lengths


@op("Identity", "lengths | inputs", name="CheckSeqLen", shape=_as_many, kernel=_counted, shapes=["inputs"])
def _one_for_each_row(lengths: Any, inputs: Any, tensor_name: str, name: str | None = None) -> Any:
    """Return lengths after a check that there is one for each row of `[T, N, ...]`."""
    return _counted(lengths, inputs.shape, tensor_name)


def transpose_batch_time(x: Any) -> Any:
    """Return `[T, N, ...]` as `[N, T, ...]`, or the other way round; what has no two dimensions stays as it is."""
    tensor = recordable.function("convert_to_tensor", x)
    rank = TensorShape(tensor.shape).rank
    return tensor if rank is None or rank < 2 else time_second(tensor)


def best_effort_input_batch_size(flat_input: Sequence[Any]) -> Any:
    """Return N of sequences `[T, N, ...]`: a number where one of them tells it, else a tensor."""
    for sequence in flat_input:
        shape = TensorShape(sequence.shape)
        size = shape.as_list()[1] if shape.rank is not None and shape.rank > 1 else None
        if size is not None:
            return size
    return recordable.function("shape", flat_input[0])[1]


def time_second(sequence: Any) -> Any:
    """Return `[T, N, ...]` as `[N, T, ...]`, or the other way round."""
    rank = TensorShape(sequence.shape).rank or 3
    return recordable.function("transpose", sequence, [1, 0, *range(2, rank)])


def _converted_tensor(inputs: Tensor, state: Any) -> Tensor:
    """Return floats as floats of the state's dtype, as `_converted` does with arrays."""
    dtype = next((getattr(part, "dtype", None) for part in leaves(state)), None)
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    if wanted is None or not (wanted.is_floating and inputs.dtype.is_floating):
        return inputs
    tensor: Tensor = recordable.function("cast", inputs, wanted)
    return tensor


def _batch_of(inputs: Tensor) -> Any:
    """Return the batch size of `[T, N, ...]`: a number if it is known, else a tensor."""
    if inputs.dims is not None and inputs.dims[1] is not None:
        return inputs.dims[1]
    return recordable.function("shape", inputs)[1]


def prepare(cell: Any, inputs: Any, sequence_length: Any, initial_state: Any, dtype: Any, time_major: bool) -> Prepared:
    """Check and arrange the arguments of `dynamic_rnn`.

    The state decides the dtype, be it given or made of `dtype`: other floats among the inputs are converted to it, as
    TensorFlow converts what is fed. A NumPy array is float64 unless one takes care.

    Raises:
        ValueError: inputs without time, batch or depth; lengths that are not one for each row; neither
            initial state nor dtype.
    """
    inputs = operand(inputs)
    if inputs.ndim < 2:
        raise errors.sequence_rank(inputs.shape)
    if inputs.ndim < 3:
        raise errors.unknown_depth(inputs.shape)
    inputs = _placed(cell, inputs if time_major else inputs.swapaxes(0, 1))
    batch = inputs.shape[1]
    lengths = None if sequence_length is None else lengths_of(sequence_length, inputs)
    if initial_state is None:
        if dtype is None:
            raise errors.needs_dtype()
        initial_state = cell.zero_state(batch, dtype)
    return Prepared(_converted(inputs, initial_state), initial_state, lengths)


def _converted(inputs: Array, state: Any) -> Array:
    """Return floats as floats of the state's dtype."""
    dtype = next((getattr(part, "dtype", None) for part in leaves(state)), None)
    if dtype is None or inputs.dtype is dtype:
        return inputs
    wanted, found = as_dtype(dtype).base_dtype, as_dtype(inputs.dtype)
    return inputs.astype(wanted.dtype) if wanted.is_floating and found.is_floating and wanted != found else inputs


def _placed(cell: Any, inputs: Array) -> Array:
    # What comes from the host goes where the weights are, or will be.
    if not isinstance(inputs, np.ndarray):
        return inputs
    weights = getattr(cell, "_weights", ())
    placed: Array = beside(weights[0]._read(), inputs)[0] if weights else move(inputs, current_device())
    return placed


def lengths_of(sequence_length: Any, inputs: Array) -> Array:
    """Return lengths as int64 `[N]` beside `inputs`, `[T, N, ...]`; what is longer than T is T.

    Raises:
        ValueError: they are not one for each row.
        TypeError: they are no integers.
    """
    lengths, batch = operand(sequence_length), inputs.shape[1]
    if lengths.ndim != 1 or len(lengths) != batch:
        raise errors.lengths_rank(lengths, batch)
    if lengths.dtype.kind not in "iu":
        raise errors.lengths_dtype(lengths.dtype)
    # T as an int64, since a row of int8 could not be compared with a T of 200.
    cut = array_module(lengths).minimum(lengths, np.int64(len(inputs)))
    return move(cut.astype(np.int64, copy=False), device_of(inputs))


def run(cell: Any, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
    """Run a cell over a sequence, inside the variable scope that is current.

    Args:
        cell: an RNNCell, or anything with its attributes.
        inputs: `[T, N, ...]`.
        state: of the structure of `cell.state_size`.
        lengths: int `[N]`, or None. Past them outputs are zero and the state stays.

    Returns:
        The outputs `[T, N, output_size]` and the final state.
    """
    if recordable.on and recordable.recording():
        return run_recorded(cell, inputs, state, lengths)
    state = check_state(cell, state, inputs)
    with making(cell):
        if not _whole(cell, "sequence"):
            return step_loop(cell, inputs, state, lengths)
        outputs, final = cell.sequence(inputs, state, lengths)
        return outputs, final


def run_recorded(cell: Any, inputs: Any, state: Any, lengths: Any) -> tuple[Any, Any]:
    """Write down what `run` does: one operation for a cell of the library."""
    recorder = current()
    assert recorder is not None
    state = state_tensors(cell, state, recorder)
    with making(cell):
        if is_one_operation(cell):
            if not cell.built:
                cell.build_for(_step_of(inputs))
            kind = f"{type(cell).__name__}Sequence"
            return record_cell(cell, kind, inputs, state, lengths, run_built, run_vjp)
        if _whole(cell, "sequence"):
            result: tuple[Any, Any] = cell.sequence(inputs, state, lengths)
            return result
        return loop_over_steps(cell, inputs, state, lengths)


def run_built(cell: Any, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
    """Do what `run` does with arrays that a plan gives: nothing is to be made or checked, and one step is a step."""
    if len(inputs) == 1 and lengths is None:
        output, final = cell.call(inputs[0], state)
        return output[None], final
    outputs, final = (
        cell.sequence(inputs, state, lengths) if _whole(cell, "sequence") else run(cell, inputs, state, lengths)
    )
    return outputs, final


def _step_of(inputs: Tensor) -> Tensor:
    """Return a tensor that is like one step of a sequence, for a cell to make its weights by."""
    step: Tensor = recordable.function("gather", inputs, 0)
    return step


def run_vjp(cell: Any, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
    """Run a cell over a sequence as `run` does, and return its pullback.

    Returns:
        outputs, final state, pullback(d_outputs, d_state, into) -> (d_inputs, d_initial_state).
    """
    state = check_state(cell, state, inputs)
    with making(cell):
        if not _whole(cell, "sequence_vjp"):
            return step_loop_vjp(cell, inputs, state, lengths)
        outputs, final, pullback = cell.sequence_vjp(inputs, state, lengths)
        return outputs, final, pullback


def _whole(cell: Any, method: str) -> bool:
    """Return whether a cell's class has `method`, and no subclass redefined the step since."""
    return method in getattr(cell, "_whole_methods", ())


def step_vjp(cell: Any, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
    """Run one step of a cell and return its pullback as well.

    Raises:
        NotImplementedError: the cell has none, or none for a step that a subclass redefined.
    """
    if not (_whole(cell, "call_vjp") or _whole(cell, "step_vjp")):
        raise training_errors.no_pullback(cell)
    output, new_state, pullback = cell.step_vjp(inputs, state)
    return output, new_state, pullback


def _step_scope(scope: VariableScope, t: int) -> AbstractContextManager[Any]:
    # A cell that calls get_variable in each step makes the variables in the first one. Entering the
    # scope as an object sets its default names back after each step.
    return own_scope(scope, reuse=True if t else None, auxiliary_name_scope=False)


def step_loop(cell: Any, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any]:
    """Do what `run` does, step by step."""
    xp, scope, outputs = array_module(inputs), get_variable_scope(), []
    for t in range(len(inputs)):
        with _step_scope(scope, t):
            output, new_state = cell(inputs[t], state)
        if lengths is not None:
            live = t < lengths
            output = _where(live, output, 0)
            new_state = map_structure(functools.partial(_where, live), new_state, state)
        state = new_state
        outputs.append(output)
    if not outputs:
        return _no_outputs(cell, inputs, state), state
    return xp.stack(outputs), state


def step_loop_vjp(cell: Any, inputs: Array, state: Any, lengths: Array | None) -> tuple[Array, Any, Pullback]:
    """Do what `run_vjp` does, step by step."""
    xp, scope, outputs, pullbacks = array_module(inputs), get_variable_scope(), [], []
    for t in range(len(inputs)):
        with _step_scope(scope, t):
            output, new_state, pullback = step_vjp(cell, inputs[t], state)
        if lengths is not None:
            live = t < lengths
            output = _where(live, output, 0)
            new_state = map_structure(functools.partial(_where, live), new_state, state)
        state = new_state
        outputs.append(output)
        pullbacks.append(pullback)

    def pull(d_outputs: Array, d_state: Any, into: Any, want_inputs: bool = True) -> tuple[Array, Any]:
        sums = Deferred(into)
        d_inputs = xp.zeros_like(inputs)
        for t in reversed(range(len(pullbacks))):
            if lengths is None:
                d_inputs[t], d_state = pullbacks[t](d_outputs[t], d_state, sums)
                continue
            # A row past its length handed its state on: its gradient passes by.
            live = t < lengths
            mine = map_structure(lambda d, live=live: _where(live, d, 0), d_state)
            passing = map_structure(lambda d, live=live: _where(live, 0, d), d_state)
            d_inputs[t], before = pullbacks[t](_where(live, d_outputs[t], 0), mine, sums)
            d_state = map_structure(lambda a, b: a + b, before, passing)
        sums.flush()
        return d_inputs, d_state

    return xp.stack(outputs) if outputs else _no_outputs(cell, inputs, state), state, pull


def _where(live: Array, yes: Any, no: Any) -> Array:
    rank = max(getattr(yes, "ndim", 0), getattr(no, "ndim", 0))
    return array_module(live).where(live.reshape(-1, *[1] * (rank - 1)), yes, no)


def _no_outputs(cell: Any, inputs: Array, state: Any) -> Array:
    """Return the outputs of no steps; the weights that a first step would have made are made in one on zeros."""
    xp = array_module(inputs)
    if not getattr(cell, "built", False):
        cell(xp.zeros(inputs.shape[1:], inputs.dtype), state)
    return xp.zeros((0, inputs.shape[1], *size_shape(cell.output_size)), inputs.dtype)


def check_step(
    cell: Any, inputs: Array, state: Sequence[Array], sizes: Sequence[int], kernel: Array, name: str, rank: int = 2
) -> None:
    """Check that inputs and state of a step or sequence fit a kernel.

    Args:
        inputs: `[N, D]`, or `[T, N, D]` where `rank` is 3.
        state: arrays `[N, size]`; the last one is multiplied with the kernel beside the inputs.
        sizes: of these arrays.
        kernel: `[D + H, ...]`; `name` is for the message.

    Raises:
        ValueError: shapes that don't fit.
        TypeError: dtypes that differ.
    """
    if inputs.ndim != rank:
        raise errors.inputs_rank(cell, inputs.shape[rank - 2 :])
    if array_module(inputs) is not array_module(kernel):
        raise errors.device_differs(cell, device_of(inputs).name, device_of(kernel).name)
    width = state[-1].shape[-1]
    if inputs.shape[-1] + width != kernel.shape[0]:
        raise errors.depth_differs(cell, inputs.shape, width, kernel.shape, name)
    check_parts(cell, inputs.shape[-2:-1], state, sizes, kernel.dtype)
    if inputs.dtype != kernel.dtype:
        raise errors.dtype_differs(cell, "inputs", inputs.dtype, kernel.dtype)


def check_parts(cell: Any, batch: tuple[int, ...], state: Sequence[Array], sizes: Sequence[int], dtype: Any) -> None:
    """Check the arrays of a state: `[*batch, size]`, of `dtype`; raises as `check_step`."""
    for part, size in zip(state, sizes, strict=True):
        if part.dtype != dtype:
            raise errors.dtype_differs(cell, "state", part.dtype, dtype)
        if part.shape != (*batch, size):
            raise errors.state_shape(cell, (*batch, size), part.shape)
