"""Cells in a recorded program.

A cell of the library is one operation, for a step and for a whole sequence: a plan calls what the eager functions call,
compiled code where there is some, and the gradient is the cell's own pullback. A cell that a program writes itself is
recorded step by step: its `call` gets tensors.

Shapes: T max_time, N batch_size, D input_depth. Sequences are time major here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays import array_module, dtypes
from ..arrays.shapes import TensorShape
from ..arrays.structure import is_nested, leaves, map_structure, rebuilt, size_shape
from ..errors import rnn as errors
from ..graph import Operation, Recorder, Tensor, current, name_scope
from ..graph.conversion import as_tensor, brought_in
from ..training.gradient_store import Gradients
from .stand_ins import with_values

__all__ = ["is_one_operation", "record_cell", "recorded_step", "run_step", "run_step_vjp", "state_tensors"]

Run = Callable[[Any, Any, Any, Any], tuple[Any, Any]]
"""(cell, inputs, state, lengths) -> output or outputs, and the state after it."""


def is_one_operation(cell: Any) -> bool:
    """Return whether the library's own code runs the cell: its class defines the way back of the step that it has."""
    return "call_vjp" in getattr(cell, "_whole_methods", ()) and not hasattr(cell, "_cells")


def state_tensors(cell: Any, state: Any, recorder: Recorder) -> Any:
    """Return a state as tensors, in the structure of `cell.state_size`.

    Raises:
        ValueError: another structure.
    """
    return _structured(cell, cell.state_size, state, recorder)


def _structured(cell: Any, size: Any, state: Any, recorder: Recorder) -> Any:
    if not is_nested(size):
        if is_nested(state):
            raise errors.state_structure(cell, cell.state_size, state)
        return as_tensor(state, recorder)
    if isinstance(state, Tensor) or not is_nested(state) or len(state) != len(size):
        raise errors.state_structure(cell, cell.state_size, state)
    return rebuilt(size, [_structured(cell, s, v, recorder) for s, v in zip(size, state, strict=True)])


def record_cell(
    cell: Any,
    kind: str,
    inputs: Any,
    state: Any,
    lengths: Any,
    run: Run,
    run_vjp: Callable[..., tuple[Any, Any, Callable[..., Any]]],
    full_name: str | None = None,
) -> tuple[Tensor, Any]:
    """Write down one step or sequence of a cell, whose weights are there.

    Args:
        kind: type and default name of the operation.
        inputs: tensor `[N, D]` or `[T, N, D]`.
        state: tensors in the structure of `cell.state_size`.
        lengths: int tensor `[N]`, or None.
        run: computes it, with the cell or one like it whose weights have other values.
        run_vjp: the same, and a pullback(d_output, d_state, into, want_inputs=) -> (d_inputs, d_state).
        full_name: of the operation, as it is; None = a unique one.

    Returns:
        The output `[..., N, output_size]` and the state after it, tensors.
    """
    recorder = current()
    assert recorder is not None
    weights = list(cell.weights)
    x = brought_in(as_tensor(inputs, recorder), recorder)
    before = [brought_in(leaf, recorder) for leaf in leaves(state)]
    after_x = [] if lengths is None else [brought_in(as_tensor(lengths, recorder), recorder)]
    _check(cell, x, before, weights)
    reads = [brought_in(weight._recorded(recorder), recorder) for weight in weights]

    def compute(x: Any, *rest: Any, keep: bool) -> list[Any]:
        values = iter(rest)
        given = map_structure(lambda _: next(values), state)
        until = next(values) if after_x else None
        used, own = with_values(cell, weights, list(values))
        if not keep:
            output, final = run(used, x, given, until)
            return [output, *leaves(final), None]
        output, final, pull = run_vjp(used, x, given, until)
        return [output, *leaves(final), (pull, own)]

    dims = _output_dims(cell, x, before)
    states = [(leaf.dims, leaf.dtype.base_dtype) for leaf in before]
    outputs = [(dims, x.dtype.base_dtype), *states, (None, dtypes.string)]
    args = (x, *before, *after_x, *reads)
    attributes = {"cell": cell, "states": len(before), "has_lengths": bool(after_x)}
    operation = recorder.add(
        kind, full_name or recorder.claim(kind), compute, args, args, outputs, attributes,
        gradient=_way_back(len(before), weights, state), is_list=True,
    )  # fmt: skip
    operation.optional = len(outputs) - 1
    made = iter(operation.outputs[1:-1])
    return operation.outputs[0], map_structure(lambda _: next(made), state)


def _check(cell: Any, x: Tensor, before: list[Tensor], weights: list[Any]) -> None:
    """Check what is known of inputs and state before anything runs.

    Raises:
        ValueError: another depth than the cell was made for, or a state of another size or batch.
        TypeError: dtypes that differ.
    """
    depth = getattr(cell, "_built_depth", None)
    if depth is not None and x.dims is not None and x.dims[-1] not in (None, depth):
        raise errors.depth_of_another(cell, x.dims, depth)
    batch = x.dims[-2] if x.dims is not None and len(x.dims) > 1 else None
    for leaf, size in zip(before, leaves(cell.state_size), strict=True):
        expected = (batch, *size_shape(size))
        if not TensorShape(expected).is_compatible_with(leaf.shape):
            raise errors.state_shape(cell, expected, leaf.dims or ())
    dtype = weights[0].dtype.base_dtype if weights else x.dtype.base_dtype
    for what, tensor in [("inputs", x), *(("state", leaf) for leaf in before)]:
        if tensor.dtype.base_dtype is not dtype:
            raise errors.dtype_differs(cell, what, tensor.dtype.base_dtype.name, dtype.name)


def _output_dims(cell: Any, x: Tensor, before: list[Tensor]) -> Any:
    batch = next((leaf.dims[0] for leaf in before if leaf.dims), None)
    if x.dims is None:
        return None
    if batch is None:
        batch = x.dims[-2]
    return (*x.dims[:-2], batch, *size_shape(cell.output_size))


def _way_back(count: int, weights: list[Any], structure: Any) -> Callable[..., Any]:
    """Return the rule of the operation's gradient.

    Args:
        count: of arrays in a state.
        structure: of a state.
    """

    def rule(op: Operation, *received: Any) -> list[Any]:
        recorder = op.recorder
        made, tape = op.outputs[: 1 + count], op.outputs[-1]
        given = [None if d is None else as_tensor(d, recorder) for d in received[: 1 + count]]
        inputs = [tape, *made, *(d for d in given if d is not None)]

        def pull(tape: Any, *rest: Any, keep: bool) -> list[Any]:
            arrays, gradients = rest[: 1 + count], iter(rest[1 + count :])
            d_output, *d_states = (
                array_module(array).zeros_like(array) if missing else next(gradients)
                for array, missing in zip(arrays, absent, strict=True)
            )
            states = iter(d_states)
            into = Gradients()
            pull_cell, own = tape
            d_state = map_structure(lambda _: next(states), structure)
            d_x, d_before = pull_cell(d_output, d_state, into, want_inputs=keep)
            return [d_x, *leaves(d_before), *(into.get(weight) for weight in own)]

        absent = [d is None for d in given]
        like = [*op.inputs[: 1 + count], *op.inputs[len(op.inputs) - len(weights) :]]
        outputs = [(tensor.dims, tensor.dtype.base_dtype) for tensor in like]
        attributes = {"forward": op, "received": given, "sources": like}
        way = recorder.add(
            f"{op.type}Grad", recorder.claim(f"{op.type}Grad"), pull, tuple(inputs), inputs, outputs, attributes,
            is_list=True,
        )  # fmt: skip
        way.optional = 0
        between = len(op.inputs) - len(like)
        return [*way.outputs[: 1 + count], *[None] * between, *way.outputs[1 + count :]]

    return rule


def recorded_step(cell: Any, inputs: Any, state: Any) -> tuple[Any, Any]:
    """Write down one step of a cell of the library, whose weights are there."""
    recorder = current()
    assert recorder is not None

    tensors = state_tensors(cell, state, recorder)
    x = as_tensor(inputs, recorder)
    with name_scope(None if cell._scope is None else cell._scope.original_name_scope):
        return record_cell(
            cell, type(cell).__name__, x, tensors, None, run_step, run_step_vjp, _name_of_output(cell, recorder)
        )


def _name_of_output(cell: Any, recorder: Recorder) -> str:
    """Return the name that TensorFlow gives to the last operation of a step, whose output is the cell's.

    Those of its kind before it in the step are taken, too, so that the next steps are numbered as TensorFlow's.
    """
    word, count = _output_operation(cell)
    for _ in range(count - 1):
        recorder.claim(word)
    return recorder.claim(word)


def _output_operation(cell: Any) -> tuple[str, int]:
    """Return the default name of the last operation of a step, and how many of that name a step has."""
    classes = {base.__name__ for base in type(cell).__mro__}
    if any("Block" in name for name in classes):  # which are one operation in TensorFlow, too
        return type(cell).__name__, 1
    if "LSTMCell" in classes and cell._num_proj is not None:
        clips = sum(clip is not None for clip in (cell._cell_clip, cell._proj_clip))
        return ("MatMul", 2) if cell._proj_clip is None else ("clip_by_value", clips)
    if "LSTMCell" in classes:
        return "mul", 6 if cell._use_peepholes else 3
    if "BasicLSTMCell" in classes:
        return "Mul", 3
    if "BasicRNNCell" in classes and cell._activation.slope is not None:
        return cell._activation.name.capitalize(), 1
    return ("add", 1) if "GRUCell" in classes else (type(cell).__name__, 1)


def run_step(cell: Any, x: Any, before: Any, lengths: Any) -> tuple[Any, Any]:
    """Compute one step: what a plan calls."""
    result: tuple[Any, Any] = cell.call(x, before)
    return result


def run_step_vjp(cell: Any, x: Any, before: Any, lengths: Any) -> tuple[Any, Any, Callable[..., Any]]:
    """Compute one step, and return its pullback as well."""
    output, final, pull_step = cell.call_vjp(x, before)

    def pull(d_output: Any, d_state: Any, into: Any, want_inputs: bool = True) -> tuple[Any, Any]:
        gradients: tuple[Any, Any] = pull_step(d_output, d_state, into)
        return gradients

    return output, final, pull
