"""Variables in a recorded program: the operations that hold, initialize, read and write them.

A variable `v` is four operations, as in TensorFlow: `v` itself, `v/read`, `v/Assign` and, where its first value is one,
`v/initial_value`. They have no buffer of their own: a plan reads the variable where it lies and writes it in place.

Source: tensorflow/python/ops/ref_variable.py, state_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._store import name_scope
from ..arrays import array_module
from ..arrays.draws import Source
from ..arrays.dtypes import DType, as_dtype
from ..arrays.shapes import TensorShape, full_shape
from ..arrays.streams import random_stream, tensorflows
from ..errors import graph as graph_errors
from ..errors import scoping as errors
from ..graph import Operation, Recorder, Tensor, current, inside, without_controls
from ..graph.conversion import as_tensor, brought_in, holds_tensor
from ..graph.seeds import leave_out, new_source
from .initializers import Constant, Initializer

if TYPE_CHECKING:
    from .variables import Variable

__all__ = [
    "declare_operations",
    "initialize_with",
    "operation_of",
    "read",
    "reassigned",
    "reference",
    "taken",
    "write",
]


def declare_operations(
    variable: Variable,
    recorder: Recorder,
    initial_value: Any,
    shape: TensorShape,
    dtype: DType | None,
    validate_shape: bool,
) -> None:
    """Write down a variable's own operations, in no branch and waiting for nothing.

    Args:
        initial_value: tensor, value, Initializer, or callable() -> one of the first two.
        shape, dtype: of the value; what is unknown is learnt from it.
        validate_shape: whether the shape has to be known.

    Raises:
        ValueError: the value has another shape, or one that is not known.
    """
    with recorder.recording(), inside(None), without_controls():
        tensor = _initial_tensor(variable, recorder, initial_value, dtype)
        source = None if tensor is not None else _source(variable, recorder, initial_value)
        if tensor is not None:
            _learn_type(variable, tensor, shape, validate_shape)
        reference = _hold(variable, recorder)
        _initializer(variable, recorder, reference, tensor, initial_value, source)
        recorder.reads[variable] = _reading(variable, recorder, f"{variable._full_name}/read", reference)


def _initial_tensor(variable: Variable, recorder: Recorder, initial_value: Any, dtype: DType | None) -> Tensor | None:
    """Return the first value as a tensor; None where an Initializer draws it."""
    if isinstance(initial_value, Initializer):
        return None
    name = variable._full_name
    if callable(initial_value) and not hasattr(initial_value, "_read"):
        with name_scope(f"{name}/Initializer/"), random_stream(variable._names.seed, name):
            initial_value = initial_value()
    if hasattr(initial_value, "initialized_value"):
        initial_value = initial_value.initialized_value()
    return as_tensor(initial_value, recorder, dtype, name=f"{name}/initial_value")


def _learn_type(variable: Variable, tensor: Tensor, shape: TensorShape, validate_shape: bool) -> None:
    if not shape.is_compatible_with(tensor.shape):
        raise errors.initial_shape_differs(variable._full_name, tuple(shape), tuple(tensor.shape))
    if validate_shape:
        tensor.set_shape(shape)
        if not tensor.shape.is_fully_defined():
            raise graph_errors.initial_shape_unknown(str(tensor))
    variable._set_type(tensor.shape if validate_shape else TensorShape(None), tensor.dtype.base_dtype)


def _hold(variable: Variable, recorder: Recorder) -> Tensor:
    """Write down `v`, whose output is the variable's buffer."""
    shape = variable.shape
    dims = None if shape.rank is None else tuple(shape.as_list())
    kind = "VariableV2" if variable.dtype is not variable._base_dtype else "VarHandleOp"
    operation = recorder.add(
        kind, variable._full_name, None, (), (), [(dims, variable.dtype)], {"variable": variable, "shape": shape}
    )
    return operation.outputs[0]


def _source(variable: Variable, recorder: Recorder, initializer: Initializer) -> Source | None:
    """Return where an initializer's numbers come from, None if it draws none; count what TensorFlow writes down."""
    shape = full_shape(variable.shape)
    if not initializer.is_random:
        leave_out(recorder, initializer.operations(shape))
        return None
    before = 3  # a shape and two numbers, which TensorFlow makes before it asks for the seeds
    leave_out(recorder, before)
    source = new_source(recorder, initializer.seed)
    leave_out(recorder, initializer.operations(shape) - before)
    return source


def _initializer(
    variable: Variable,
    recorder: Recorder,
    reference: Tensor,
    tensor: Tensor | None,
    initial_value: Any,
    source: Source | None,
) -> None:
    """Write down `v/Assign`: the initializer. It draws anew each time that it runs."""
    name = f"{variable._full_name}/Assign"
    output = [(reference.dims, reference.dtype)]
    if tensor is None:
        if isinstance(initial_value, Constant) and variable._get("save_slice_info") is None:
            initial_value.check(full_shape(variable.shape))
        function: Callable[..., Any] = partial(_draw, variable, source, initial_value)
        recorder.add("Assign", name, function, (), (reference,), output)
        variable._initializer = initial_value
    else:
        function = partial(taken, variable, "assign")
        recorder.add("Assign", name, function, (tensor,), (reference, tensor), output, {"value": tensor})
        variable._initializer = tensor


def _draw(variable: Variable, source: Source | None, initializer: Initializer) -> Any:
    if source is None or variable._get("save_slice_info") is not None:
        return taken(variable, "assign", variable._first_value())
    with source.generator() as philox, tensorflows(philox):
        value = initializer.draw(variable.shape, dtype=variable._base_dtype, partition_info=None)
    return taken(variable, "assign", value)


def initialize_with(variable: Variable, value: Callable[[], Any]) -> None:
    """Make `value()` the first value of a variable: in a graph it is asked for when the variable's initializer runs."""
    variable._initializer = value
    graph = variable._names.owner()
    recorder = None if graph is None else graph.recorder
    if recorder is not None:
        operation = recorder.by_name[f"{variable._full_name}/Assign"]
        operation.function, operation.args = partial(_take_first, variable), ()
        operation.inputs = operation.inputs[:1]
        recorder.plans.clear()


def _take_first(variable: Variable) -> Any:
    return taken(variable, "assign", variable._first_value())


def _reading(variable: Variable, recorder: Recorder, name: str, reference: Tensor) -> Tensor:
    output = [(reference.dims, reference.dtype.base_dtype)]
    kind = "Identity" if reference.op.type == "VariableV2" else "ReadVariableOp"
    return recorder.add(kind, name, None, (), (reference,), output, {"variable": variable}).outputs[0]


def operation_of(variable: Variable, recorder: Recorder) -> Operation:
    """Return `v`, the operation that holds the variable; written down now where a body meets it first."""
    if recorder.outer is not None:
        return operation_of(variable, recorder.outer)
    return reference(variable, recorder).op


def reference(variable: Variable, recorder: Recorder) -> Tensor:
    """Return the tensor that is the variable itself, "v:0"."""
    return read(variable, recorder).op.inputs[0]


def target(variable: Variable, recorder: Recorder) -> tuple[list[Tensor], Any, DType]:
    """Return what an operation that writes to the variable has as its first input, and the variable's sizes and dtype.

    In a body of its own, that of a loop, the variable is none of what comes in.
    """
    if recorder.outer is None:
        whole = reference(variable, recorder)
        return [whole], whole.dims, whole.dtype
    dims = tuple(variable.shape.as_list()) if variable.shape.rank is not None else None
    return [], dims, variable.dtype


def read(variable: Variable, recorder: Recorder) -> Tensor:
    """Return the tensor that reads the variable in a recorder, "v/read:0".

    Raises:
        ValueError: it is a variable of another graph.
    """
    found = recorder.reads.get(variable)
    if found is not None:
        return found
    if recorder.outer is not None:
        found = recorder.capture(read(variable, recorder.outer))
    else:
        if variable.graph is not recorder.graph:
            raise graph_errors.other_graph(variable, recorder.graph)
        with recorder.recording(), inside(None), without_controls():
            found = _reading(variable, recorder, f"{variable._full_name}/read", _hold(variable, recorder))
    recorder.reads[variable] = found
    return found


def initialized_value(variable: Variable, recorder: Recorder) -> Tensor:
    """Write down the variable's value; as long as it has none, its first one."""
    first = variable._initializer if isinstance(variable._initializer, Tensor) else None
    taken_in = () if first is None else (brought_in(first, recorder),)
    value = read(variable, recorder)
    function, name = partial(_value_or_first, variable), recorder.claim("cond/Merge")
    operation = recorder.add(
        "InitializedValue", name, function, taken_in, (*taken_in, value), [(value.dims, value.dtype)],
        gradient=partial(_initialized_value_grad, variable), shown=1,
    )  # fmt: skip
    return operation.outputs[0]


def _initialized_value_grad(variable: Variable, op: Operation, d: Tensor) -> list[Tensor]:
    """Return the gradients of the first value, where it has one, and of the variable's."""
    if len(op.inputs) == 1:
        return [d]
    recorder = op.recorder
    name = recorder.claim("InitializedValueGrad")
    function = partial(_none_but_for_the_first, variable)
    output = [(d.dims, d.dtype)]
    return [recorder.add("InitializedValueGrad", name, function, (d,), (d,), output).outputs[0], d]


def _none_but_for_the_first(variable: Variable, d: Any) -> Any:
    return d if variable._array is None else array_module(d).zeros_like(d)


def _value_or_first(variable: Variable, first: Any = None) -> Any:
    if variable._array is not None:
        return variable._array.copy()
    return variable._first_value() if first is None else first


def write(
    variable: Variable, kind: str, value: Any, name: str | None, read_value: bool, validate_shape: bool = True
) -> Any:
    """Write down an assignment, "assign", "assign_add" or "assign_sub".

    Args:
        validate_shape: False lets "assign" give the variable a value of another shape.

    Returns:
        The variable's new value as a tensor; the operation where `read_value` is False.

    Raises:
        ValueError: the shapes cannot fit.
        TypeError: the value has another dtype.
    """
    recorder = current()
    assert recorder is not None
    type_name = {"assign": "Assign", "assign_add": "AssignAdd", "assign_sub": "AssignSub"}[kind]
    full_name = recorder.claim(name or type_name)
    dtype = variable._base_dtype
    tensor = brought_in(_value_of_type(value, recorder, dtype, type_name, full_name), recorder)
    if validate_shape and not variable.shape.is_compatible_with(tensor.shape):
        raise graph_errors.assigned_shape_differs(full_name, type_name, variable.shape, tensor.shape)
    # the buffer is no input where the operation stands in a body: a plan of the body writes it where it lies
    inputs = [tensor] if recorder.outer is not None else [reference(variable, recorder), tensor]
    dims = tuple(variable.shape.as_list()) if variable.shape.rank is not None else None
    output = [(dims if validate_shape else tensor.dims, variable.dtype)]
    function = partial(taken, variable, kind) if validate_shape else partial(reassigned, variable)
    operation = recorder.add(type_name, full_name, function, (tensor,), inputs, output, {"variable": variable})
    return operation.outputs[0] if read_value else operation


def _value_of_type(value: Any, recorder: Recorder, dtype: DType, type: str, name: str) -> Tensor:
    """Return what is to be written as a tensor of the variable's dtype."""
    given = getattr(value, "dtype", None)
    if holds_tensor(value) and given is not None and as_dtype(given).base_dtype is not dtype:
        raise graph_errors.input_type_differs("value", type, as_dtype(given).base_dtype, dtype, "ref")
    try:
        return as_tensor(value, recorder, dtype, name=f"{name}/value")
    except TypeError as reason:
        raise graph_errors.does_not_become_input("value", type, value, dtype, reason) from None


def taken(variable: Variable, kind: str, value: Any) -> Any:
    """Write into a variable's buffer while a plan runs; return the buffer."""
    array = variable._array
    if kind == "assign":
        if not variable.shape.is_fully_defined():
            return reassigned(variable, value)
        if array is None:
            return variable._settle(variable._place(value))
    elif array is None:
        array = variable._read()  # in a graph it says that nobody initialized it
    xp = array_module(array)
    if np.shape(value) != array.shape:
        raise graph_errors.assigned_shape_differs_running(array.shape, np.shape(value))
    value = value if xp is np else xp.asarray(value)
    if kind == "assign":
        array[...] = value
    elif kind == "assign_add":
        xp.add(array, value, out=array)
    else:
        xp.subtract(array, value, out=array)
    variable._touch()
    return array


def reassigned(variable: Variable, value: Any) -> Any:
    """Give a variable whose shape may change a value; return its buffer, a new one where the shape is another."""
    array = variable._array
    if array is not None and array.shape == np.shape(value):
        array[...] = value
    else:
        device = variable._device()
        with device.activate():
            array = variable._array = device.xp.array(value, dtype=variable._base_dtype.dtype)
    variable._touch()
    return array
