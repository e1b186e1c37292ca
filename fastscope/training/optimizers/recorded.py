"""Training in a graph: an operation for each variable that runs the same pass over arrays as the eager optimizer.

Source: TF 1.15 python/training/optimizer.py, python/training/adam.py and its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ...arrays import array_module, nest, to_numpy
from ...arrays.dtypes import string
from ...errors import graph as graph_errors
from ...errors import training as errors
from ...gradients import gradients
from ...graph import (
    GraphKeys,
    Operation,
    Recorder,
    StaticShape,
    Tensor,
    control_dependencies,
    current,
    get_collection,
    get_collection_ref,
    name_scope,
    without_controls,
)
from ...graph.conversion import as_tensor, brought_in
from ...graph.indexed_slices import IndexedSlices
from ...ops.shape_rules import merged
from ...scoping.recorded import reference
from ...scoping.variables import PartitionedVariable, Variable
from ..gradient_store import Gradients

if TYPE_CHECKING:
    from .base import Optimizer

_FLOATS = ("float16", "float32", "float64", "bfloat16")


def compute_gradients(loss: Any, var_list: Any, gate_gradients: int, grad_loss: Any) -> list[tuple[Any, Any]]:
    """Do what `Optimizer.compute_gradients` does."""
    recorder = _recorder()
    if gate_gradients not in (0, 1, 2):
        raise errors.bad_gate(gate_gradients)
    if callable(loss) and not isinstance(loss, Variable):
        raise errors.loss_is_callable(loss)
    loss = as_tensor(loss, recorder)
    _check_float(loss)
    variables = get_collection(GraphKeys.TRAINABLE_VARIABLES) if var_list is None else nest.flattened(var_list)
    if not variables:
        raise errors.no_variables()
    parts = [part for v in variables for part in (v if isinstance(v, PartitionedVariable) else (v,))]
    found = gradients(loss, parts, None if grad_loss is None else [grad_loss], gate_gradients=gate_gradients == 1)
    return list(zip(found, parts, strict=True))


def apply_gradients(optimizer: Optimizer, grads_and_vars: Any, global_step: Any, name: str | None) -> Operation:
    """Write down the updates of all variables, and the operation that does them all."""
    pairs = _converted(grads_and_vars)
    if isinstance(global_step, Tensor):  # the tensor of this name stands for the variable
        global_step = global_step.op.attributes.get("variable", global_step)
    if global_step is not None and not isinstance(global_step, Variable):
        raise errors.step_not_a_variable(global_step)
    with without_controls():
        optimizer._create_slots([variable for _, variable in pairs])
    with name_scope(name or optimizer.get_name()) as scope:
        optimizer._prepare()
        updates = []
        for gradient, variable in pairs:
            with name_scope(f"update_{variable._full_name}"):
                updates.append(_updated(optimizer, gradient, variable))
        if global_step is None:
            operation = optimizer._finish(updates, scope)
        else:
            with control_dependencies([optimizer._finish(updates, "update")]):
                operation = cast("Operation", global_step.assign_add(1, name=scope, read_value=False))
    operation = operation.op if isinstance(operation, Tensor) else operation
    train_op = get_collection_ref(GraphKeys.TRAIN_OP)
    if operation not in train_op:
        train_op.append(operation)
    return operation


def hyperparameters(names: Iterable[str], given: Iterable[Any]) -> list[Tensor]:
    """Return hyperparameters as tensors, in TF called `names`; a callable is called once, now.

    Raises:
        TypeError: text, or a complex number; TensorFlow says so when it runs.
    """
    recorder = _recorder()
    values = [value() if callable(value) and not hasattr(value, "_recorded") else value for value in given]
    tensors = [
        as_tensor(value, recorder, name=recorder.claim(name))
        if isinstance(value, (int, float, np.generic, np.ndarray))
        else as_tensor(value, recorder)
        for name, value in zip(names, values, strict=True)
    ]
    for tensor, value in zip(tensors, values, strict=True):
        if tensor.dtype.base_dtype.is_complex or tensor.dtype.base_dtype is string:
            raise errors.rate_not_a_number(value)
    return tensors


def update(optimizer: Optimizer, gradient: Any, variable: Variable) -> Operation:
    """Write down one update, ApplyAdam say, or SparseApplyAdam for the rows of IndexedSlices."""
    recorder = _recorder()
    is_sparse = isinstance(gradient, IndexedSlices)
    type = f"SparseApply{optimizer._type}" if is_sparse else f"Apply{optimizer._type}"
    name = recorder.claim(type)
    parts = [gradient.values, gradient.indices] if is_sparse else [gradient]
    parts = [brought_in(part, recorder) for part in parts]
    given = [_constant(brought_in(tensor, recorder)) for tensor in optimizer._tensors]
    written, counts = optimizer._written(variable), optimizer._counts()
    # buffers are no inputs where the operation stands in a body: a plan of the body writes them where they lie
    held = [reference(each, recorder) for each in (*written, *counts)] if recorder.outer is None else []
    inputs = [*held, *(tensor for tensor in given if isinstance(tensor, Tensor)), *parts]
    _check(type, name, variable, inputs, parts[0], given, is_sparse)
    fixed = () if any(isinstance(each, Tensor) for each in given) else tuple(given)
    function = _pass_of(optimizer, written, counts, fixed, is_sparse)
    output: list[tuple[StaticShape, Any]] = [(tuple(variable.shape.as_list()), variable.dtype)]
    attributes = {
        "use_locking": optimizer._use_locking,
        "variable": variable,
        "optimizer": optimizer,
        "held": (*written, *counts),
    }
    args = (*parts, *(() if fixed else given))
    rates = range(len(parts), len(args))
    return recorder.add(type, name, function, args, inputs, output, attributes, steering=rates)


def first_value(hyperparameter: Any) -> Any:
    """Return what a variable begins with that counts by a hyperparameter: float32, as TF makes it."""
    value = hyperparameter() if callable(hyperparameter) else hyperparameter
    return np.float32(value) if isinstance(value, (int, float)) else value


def _pass_of(
    optimizer: Optimizer, written: tuple[Variable, ...], counts: list[Variable], fixed: tuple[float, ...], rows: bool
) -> Callable[..., Any]:
    """Return the function of a gradient and hyperparameters that a plan calls: the optimizer's pass, on the buffers."""
    buffers: list[Any] = []  # they never move, and so are looked up once
    held = len(written)

    def update(*args: Any) -> Any:
        if not buffers:
            buffers.extend([_buffer(each) for each in (*written, *counts)])
        w, slots = buffers[0], buffers[1:held]
        gradient = np.asarray(args[0]) if isinstance(args[0], np.generic) else args[0]  # of a reduction
        given = fixed or map(_number, args[2 if rows else 1 :])
        numbers = optimizer._numbers(*given, *map(float, buffers[held:]))
        try:
            if rows:
                _check_rows(gradient, args[1], w)
                optimizer._update_rows(w, slots, gradient, args[1], *numbers)
            else:
                if gradient.shape != w.shape:
                    raise errors.gradient_shape(written[0].name, w.shape, gradient.shape)
                optimizer._update(w, slots, gradient, *numbers)
        finally:
            for each in written:
                each._touch()
        return w

    return update


def scaled(variable: Variable, factor: Tensor) -> Operation:
    """Write down variable *= factor, an assignment."""
    recorder = _recorder()
    factor = brought_in(factor, recorder)
    attributes = {"variable": variable, "factor": factor}

    def multiply(number: Any) -> Any:
        array = _buffer(variable)
        np.multiply(array, number, out=array)
        variable._touch()
        return array

    held = [reference(variable, recorder)] if recorder.outer is None else []
    output: list[tuple[StaticShape, Any]] = [((), variable.dtype)]
    name = recorder.claim("Assign")
    return recorder.add("Assign", name, multiply, (factor,), [*held, factor], output, attributes)


def _check(
    type: str, name: str, variable: Variable, inputs: list[Tensor], gradient: Tensor, given: list[Any], is_sparse: bool
) -> None:
    """Check what is known when an update is written down."""
    if gradient.dtype.base_dtype is not variable.dtype.base_dtype:
        raise errors.gradient_dtype(variable.name, variable.dtype.base_dtype, gradient.dtype.base_dtype.name)
    for tensor in given:
        if isinstance(tensor, Tensor) and tensor.dims:
            reason = f"Shape must be rank 0 but is rank {len(tensor.dims)}"
            raise graph_errors.shapes_do_not_fit(reason, name, type, inputs)
    try:
        if not is_sparse:
            merged(tuple(variable.shape.as_list()), gradient.dims)
    except ValueError as reason:
        raise graph_errors.shapes_do_not_fit(str(reason), name, type, inputs) from None


def _buffer(variable: Variable) -> Any:
    array = variable._array
    return variable._require_value() if array is None else array


def _number(value: Any) -> float:
    return value if type(value) is float else float(to_numpy(value))


def _check_rows(rows: Any, ids: Any, w: Any) -> None:
    if rows.shape != (*ids.shape, *w.shape[1:]):
        raise errors.rows_shape(rows.shape, ids.shape, w.shape)
    # on a GPU looking would wait for it
    if array_module(ids) is np and ids.size and (ids.min() < 0 or ids.max() >= len(w)):
        raise errors.row_out_of_range(ids, len(w))


def _constant(tensor: Tensor) -> Any:
    """Return a hyperparameter that is a constant as a number, which no run reads again."""
    if tensor.op.type == "Const" and not tensor.dims and tensor.dtype.base_dtype.name != "string":
        return float(to_numpy(tensor.op.attributes["value"]))
    return tensor


def _updated(optimizer: Optimizer, gradient: Any, variable: Variable) -> Any:
    """Return the operation that updates a variable, and holds it to its constraint."""
    if isinstance(gradient, IndexedSlices):
        if variable.constraint is not None:
            raise errors.constraint_on_rows(variable.name)
        return optimizer._apply_sparse(gradient, variable)
    made = optimizer._apply_dense(gradient, variable)
    if variable.constraint is None:
        return made
    with control_dependencies([made]):
        return variable.assign(variable.constraint(variable))


def _converted(grads_and_vars: Any) -> list[tuple[Any, Variable]]:
    """Return the pairs that have a gradient, those as tensors or IndexedSlices."""
    recorder = _recorder()
    pairs = grads_and_vars.pairs() if isinstance(grads_and_vars, Gradients) else list(grads_and_vars)
    if not pairs:
        raise errors.no_pairs()
    found = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[1], Variable):
            raise errors.not_a_pair(pair)
        gradient, variable = pair
        if gradient is not None:
            found.append((gradient if isinstance(gradient, IndexedSlices) else as_tensor(gradient, recorder), variable))
    if not found:
        raise errors.no_gradients([variable for _, variable in pairs])
    return found


def _check_float(tensor: Tensor) -> None:
    if tensor.dtype.base_dtype.name not in _FLOATS:
        raise errors.loss_dtype(tensor)


def _recorder() -> Recorder:
    recorder = current()
    assert recorder is not None
    return recorder
