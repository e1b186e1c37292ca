"""Functions that make arrays, on the device of the innermost `tf.device` or the default one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import array_module, as_array, as_host_array, dtypes, nest, unwrap
from ..arrays.dtypes import DType, as_dtype
from ..arrays.shapes import TensorShape, as_shape, full_shape
from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import flow as flow_errors
from ..errors import graph as graph_errors
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Action, Operation, Recorder, Tensor, current, name_scope
from ..graph.blocks import after
from ..graph.conversion import array_of, as_tensor, constant_tensor, holds_tensor, same
from ..graph.sparse_tensor import SparseTensor
from ..scoping.initializers import (
    Ones,
    Zeros,
    fill_shape,
)
from . import shape_rules as rules
from .function import Definition, definition_of, op
from .operands import on_device, operand, snapshot
from .scoped import inner, within

__all__ = [
    "cast",
    "constant",
    "convert_to_tensor",
    "eye",
    "fill",
    "group",
    "identity",
    "no_op",
    "ones",
    "ones_like",
    "range",
    "saturate_cast",
    "to_bfloat16",
    "to_complex64",
    "to_complex128",
    "to_double",
    "to_float",
    "to_int32",
    "to_int64",
    "zeros",
    "zeros_like",
]

# ---- what a graph must know of them


def wanted_dtype(values: dict[str, Any]) -> DType:
    """Return the dtype that an operation's argument `dtype` names."""
    return as_dtype(values["dtype"]).base_dtype


def _like_dtype(values: dict[str, Any]) -> DType:
    dtype = values["dtype"]
    return values["tensor"].dtype.base_dtype if dtype is None else as_dtype(dtype).base_dtype


def given_shape(*, shape: Any) -> Any:
    """Return the static shape of what an argument `shape` decides."""
    return _not_negative(_static(shape))


def _not_negative(dims: Any) -> Any:
    if dims is not None and any(size is not None and size < 0 for size in dims):
        raise shape_errors.negative_fill()
    return dims


def _static(shape: Any) -> Any:
    """Return a folded shape argument as a static shape."""
    if shape is None or isinstance(shape, int):
        return None if shape is None else (shape,)
    return tuple(None if size is None else _whole(size) for size in np.ravel(np.asarray(shape, object)))


def _whole(size: Any) -> int:
    if isinstance(size, (str, bytes)):
        raise array_errors.wrong_value_type(size, dtypes.int32, dtypes.string)
    return int(size)


def _filled_shape(value: Any, *, dims: Any) -> Any:
    return _not_negative(_static(dims))


def _like(tensor: Any) -> Any:
    return tensor


def _record_constant(
    recorder: Recorder,
    value: Any,
    dtype: Any = None,
    shape: Any = None,
    name: str | None = None,
    verify_shape: bool = False,
) -> Tensor:
    """Write down a Const that holds `value`."""
    if holds_tensor(value):
        raise graph_errors.constant_of_tensor()
    array = as_host_array(array_of(value, None if dtype is None else as_dtype(dtype).base_dtype))
    if shape is not None:
        array = fill_shape(array, tuple(size or 0 for size in as_shape(shape).as_list()), verify_shape)
    return constant_tensor(recorder, array.copy() if array is value else array, recorder.claim(name or "Const"))


def _record_convert(
    recorder: Recorder, value: Any, dtype: Any = None, name: str | None = None, preferred_dtype: Any = None
) -> Tensor:
    """Return `value` as a tensor: itself if it is one."""
    wanted = None if dtype is None else as_dtype(dtype)
    preferred = None if preferred_dtype is None else as_dtype(preferred_dtype)
    if type(value) is Tensor or hasattr(value, "_recorded"):
        return as_tensor(value, recorder, wanted)
    if isinstance(value, (list, tuple)) and holds_tensor(value):
        return as_tensor(value, recorder, wanted, preferred, recorder.claim(name or "packed"))
    array = array_of(value, wanted, preferred)  # a name is taken when there is something to call so
    return constant_tensor(recorder, array, recorder.claim(name or "Const"))


def _cast(x: Any, dtype: Any) -> Any:
    return definition_of(cast).function(x, dtype)


def _record_cast(recorder: Recorder, x: Any, dtype: Any, name: str | None = None) -> Any:
    """Write down a conversion; one to the dtype that a tensor has already is the tensor. A SparseTensor stays one."""
    wanted = as_dtype(dtype).base_dtype
    if x is None:
        raise array_errors.none_is_no_value()
    if type(x) is Tensor and x.dtype.base_dtype is wanted:
        return x
    if isinstance(x, SparseTensor):
        return SparseTensor(x.indices, _record_cast(recorder, x.values, dtype, name), x.dense_shape)
    tensor: Tensor = definition_of(cast).write(recorder, {"x": x, "dtype": wanted, "name": None}, name)
    return tensor


def _record_range(
    recorder: Recorder,
    start: Any,
    limit: Any = None,
    delta: Any = 1,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """Write down a range; its numbers may be tensors."""
    first, end = (0, start) if limit is None else (start, limit)
    values = {"start": first, "limit": end, "delta": delta, "dtype": dtype, "name": None}
    full_name = recorder.claim(name or "range")  # a function that fails has burnt its name
    for argument in ("start", "limit", "delta"):
        if isinstance(values[argument], (str, bytes)):
            raise graph_errors.type_not_allowed(argument, dtypes.string, ["int32", "int64", "float32", "float64"])
    tensor: Tensor = RANGE.write(recorder, values, f"{full_name}/")
    return tensor


def _range_shape(*, start: Any, limit: Any, delta: Any) -> Any:
    if None in (start, limit, delta):
        return (None,)
    if delta == 0:
        raise shape_errors.zero_delta()
    if start > limit if delta > 0 else start < limit:
        raise shape_errors.range_backwards(start, limit, delta)
    return (len(np.arange(start, limit, delta)),)


def _range_dtype(values: dict[str, Any]) -> DType:
    if values["dtype"] is not None:
        return as_dtype(values["dtype"])
    numbers = (values["start"], values["limit"], values["delta"])
    found = [n.dtype.base_dtype if type(n) is Tensor else as_dtype(as_array(n).dtype) for n in numbers]
    floats = [dtype for dtype in found if dtype.is_floating]
    return max(floats or found, key=lambda dtype: dtype.size)


def _record_no_op(recorder: Recorder, name: str | None = None) -> Operation:
    """Write down an operation that does nothing itself; its control inputs may do something."""
    return recorder.add("NoOp", recorder.claim(name or "NoOp"), None, (), (), ())


def _record_group(recorder: Recorder, *inputs: Any, name: str | None = None) -> Operation:
    """Write down an operation that runs `inputs` before it."""
    full_name = recorder.claim(name or "group_deps")
    elements = [_runnable(recorder, item) for item in nest.flattened(inputs) if item is not None]
    with after([element.op if isinstance(element, Tensor) else element for element in elements]):
        return _record_no_op(recorder, f"{full_name}/")


def _runnable(recorder: Recorder, item: Any) -> Any:
    try:
        return recorder.graph.as_graph_element(item)
    except TypeError:
        raise flow_errors.group_of(item) from None


# ---- the functions


@op("Const", record=_record_constant)
def constant(
    value: Any,
    dtype: Any = None,
    shape: Any = None,
    name: str | None = None,
    verify_shape: bool = False,
) -> Array:
    """Return a new array holding `value`.

        >>> tf.constant([1, 2, 3], shape=[2, 2])
        array([[1, 2],
               [3, 3]], dtype=int32)

    Args:
        value: number, text, nested lists, array. Python floats are float32, ints int32.
        dtype: None for the value's own.
        shape: filled in C order, the last element repeated; None for the value's own.
        name: drawn from the name table.
        verify_shape: `shape` must be the value's own.

    Raises:
        TypeError: the value does not go into `dtype`, or has not the shape to be verified.
        ValueError: the value has more elements than `shape`.
    """
    array = as_array(value, dtype)
    if shape is not None:
        return on_device(fill_shape(array, full_shape(shape), verify_shape))
    return on_device(array.copy())


@op("Const", record=_record_convert)
def convert_to_tensor(value: Any, dtype: Any = None, name: str | None = None, preferred_dtype: Any = None) -> Array:
    """Return `value` as an array; `preferred_dtype` is for what has no dtype of its own."""
    value = unwrap(snapshot(value) if hasattr(value, "_read") else value)
    if dtype is None and preferred_dtype is not None and not hasattr(value, "dtype"):
        try:
            return on_device(as_array(value, preferred_dtype))
        except TypeError:
            return on_device(as_array(value))
    return on_device(as_array(value, dtype))


@op("Identity", "input", shape=rules.same, kernel=same)
def identity(input: Any, name: str | None = None) -> Array:
    """Return a copy."""
    return operand(input).copy()


@op("Cast", "x", shape=rules.same, dtype=wanted_dtype, kernel=_cast, record=_record_cast)
def cast(x: Any, dtype: Any, name: str | None = None) -> Array:
    """Return `x` in another dtype: floats are cut towards zero, complex numbers keep the real part.

    A SparseTensor stays one.

    Raises:
        TypeError: text is no number.
    """
    if isinstance(x, SparseTensor):
        return SparseTensor(x.indices, cast(x.values, dtype), x.dense_shape)  # type: ignore[return-value]
    array, wanted = operand(x), as_dtype(dtype).base_dtype
    found = as_dtype(array.dtype)
    if (found == dtypes.string) != (wanted == dtypes.string):
        raise errors.cast_text(found, wanted)
    if found.is_complex and not wanted.is_complex:
        array = array.real
    return array.astype(wanted.dtype)


def _caster(name: str, default_name: str, dtype: DType) -> Any:
    """Return the function `name` of TensorFlow 1, a cast to one dtype."""

    def function(x: Any, name: str = default_name) -> Array:
        return cast(x, dtype, name=None if name == default_name and current() is None else name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return `x` as {dtype.name}: tf.cast."
    return function


to_float = _caster("to_float", "ToFloat", dtypes.float32)
to_double = _caster("to_double", "ToDouble", dtypes.float64)
to_int32 = _caster("to_int32", "ToInt32", dtypes.int32)
to_int64 = _caster("to_int64", "ToInt64", dtypes.int64)
to_bfloat16 = _caster("to_bfloat16", "ToBFloat16", dtypes.bfloat16)
to_complex64 = _caster("to_complex64", "ToComplex64", dtypes.complex64)
to_complex128 = _caster("to_complex128", "ToComplex128", dtypes.complex128)


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Array:
    """Return `value` as another dtype; what has no place in it becomes its least or largest number."""
    from .math import maximum, minimum

    wanted = as_dtype(dtype).base_dtype
    with within(name, "saturate_cast") as scope:
        value = convert_to_tensor(value, name=inner("value"))
        found = as_dtype(value.dtype).base_dtype
        if found.min < wanted.min:
            value = maximum(value, convert_to_tensor(np.asarray(wanted.min, found.dtype), name=inner("min")))
        if found.max > wanted.max:
            value = minimum(value, convert_to_tensor(np.asarray(wanted.max, found.dtype), name=inner("max")))
        return cast(value, dtype, name=scope)


SMALL = 1000  # elements, below which zeros and ones are constants


def _record_filled(number: int) -> Any:
    """Return how zeros or ones are written down: as a constant where they are few and no tensor is in the shape."""

    def record(recorder: Recorder, shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
        definition = definition_of(ones if number else zeros)
        if shape is None or (isinstance(shape, (list, tuple)) and any(size is None for size in shape)):
            recorder.claim(name or definition.name)  # a function that fails has burnt its name
            raise errors.none_in_shape(shape)
        if _is_shape(shape) and not shape.is_fully_defined():
            raise graph_errors.shape_partly_known(shape)
        dims = None if holds_tensor(shape) else tuple(as_shape(shape).as_list()) if _is_shape(shape) else _static(shape)
        if dims is None or None in dims or not 0 <= math.prod(dims) < SMALL or min(dims, default=0) < 0:
            values = {"shape": shape, "dtype": dtype, "name": None}
            tensor: Tensor = definition.write(recorder, values, name)
            return tensor
        full_name = recorder.claim(name or definition.name)
        wanted = as_dtype(dtype).base_dtype
        value = number or (b"" if wanted is dtypes.string else 0)
        return constant_tensor(recorder, np.full(dims, value, wanted.dtype), full_name)

    return record


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, TensorShape)


def _record_zeros_like(
    recorder: Recorder, tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
) -> Tensor:
    """Write down zeros of a tensor's shape: as `zeros` where that is known."""
    definition = definition_of(zeros_like)
    full_name = recorder.claim(name or definition.name)
    source = as_tensor(tensor, recorder, name=f"{full_name}/tensor")
    if optimize and source.dims is not None and None not in source.dims:
        wanted = source.dtype.base_dtype if dtype is None else dtype
        filled: Tensor = _record_filled(0)(recorder, source.dims, wanted, f"{full_name}/")
        return filled
    values = {"tensor": source, "dtype": dtype, "name": None, "optimize": optimize}
    made: Tensor = definition.write(recorder, values, f"{full_name}/")
    return made


@op("Fill", name="zeros", shape=given_shape, dtype=wanted_dtype, record=_record_filled(0))
def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Array:
    """Return zeros: False for bool, empty bytes for string."""
    return on_device(Zeros().draw(shape, dtype))


@op("Fill", name="ones", shape=given_shape, dtype=wanted_dtype, record=_record_filled(1))
def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Array:
    """Return ones."""
    return on_device(Ones().draw(shape, dtype))


@op("ZerosLike", "tensor", name="zeros_like", shape=_like, dtype=_like_dtype, record=_record_zeros_like)
def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Array:
    """Return zeros of the shape, dtype and device of `tensor`."""
    array = operand(tensor)
    return array_module(array).zeros(array.shape, _numpy_dtype(dtype, array))


@op("Fill", "tensor", name="ones_like", shape=_like, dtype=_like_dtype)
def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Array:
    """Return ones of the shape, dtype and device of `tensor`."""
    array = operand(tensor)
    return array_module(array).ones(array.shape, _numpy_dtype(dtype, array))


def _numpy_dtype(dtype: Any, array: Array) -> Any:
    return array.dtype if dtype is None else as_dtype(dtype).dtype


@op("Fill", "value", shape=_filled_shape)
def fill(dims: Any, value: Any, name: str | None = None) -> Array:
    """Return an array of shape `dims` that holds the number `value` everywhere."""
    shape = full_shape(dims)
    scalar = as_array(value)
    if scalar.shape:
        raise errors.wrong_rank_of("fill", "value", scalar.shape, 0)
    return on_device(array_module(scalar).full(shape, scalar))


@op("Range", name="range", record=_record_range)
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = None) -> Array:
    """Return start, start + delta, ... below limit; `range(n)` counts from 0.

    int32, or float32 if one of the numbers is a float.
    """
    first, end = (0, start) if limit is None else (start, limit)
    found = [as_dtype(as_array(number).dtype) for number in (first, end, delta)]
    floats = [number_dtype for number_dtype in found if number_dtype.is_floating]
    wanted = as_dtype(dtype) if dtype is not None else max(floats or found, key=lambda d: d.size)
    return on_device(np.arange(first, end, delta, dtype=wanted.dtype))


def _eye_shape(*, num_rows: Any, num_columns: Any, batch_shape: Any) -> Any:
    # a tensor that is not known is None here, as is a number of columns that was not given
    return (*(() if batch_shape is None else _static(batch_shape)), num_rows, num_columns)


def _square(values: dict[str, Any]) -> dict[str, Any]:
    columns = values["num_rows"] if values["num_columns"] is None else values["num_columns"]
    return values | {"num_columns": columns}


def _record_eye(
    recorder: Recorder,
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Write down an identity matrix: of ones on a diagonal where it is square, as in TensorFlow."""
    if isinstance(num_rows, int) and num_columns in (None, num_rows) and not holds_tensor(batch_shape):
        from .arranging import matrix_diag

        with name_scope(name, "eye"):
            batch = () if batch_shape is None else _static(batch_shape)
            square: Any = matrix_diag(ones((*batch, num_rows), dtype))
            return square
    values = dict(num_rows=num_rows, num_columns=num_columns, batch_shape=batch_shape, dtype=dtype, name=None)
    made: Tensor = definition_of(eye).write(recorder, values, name)
    return made


@op(
    "MatrixDiag",
    name="eye",
    inner="diag",
    shape=_eye_shape,
    dtype=wanted_dtype,
    normalize=_square,
    record=_record_eye,
)
def eye(
    num_rows: int,
    num_columns: int | None = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Array:
    """Return the identity matrix `[num_rows, num_columns]`, square by default; as many of it as `batch_shape` says."""
    one = np.eye(int(num_rows), None if num_columns is None else int(num_columns), dtype=as_dtype(dtype).dtype)
    if batch_shape is not None:
        one = np.tile(one, (*(int(size) for size in np.ravel(batch_shape)), 1, 1))
    return on_device(one)


@op("NoOp", record=_record_no_op)
def no_op(name: str | None = None) -> Operation:
    """Return an operation that does nothing when it is run."""
    return Action(name or "NoOp", lambda: None)


@op("NoOp", name="group_deps", record=_record_group)
def group(*inputs: Any, name: str | None = None) -> Operation:
    """Return an operation that runs `inputs`, operations in any structure, in their order."""
    operations = [item for item in nest.flattened(inputs) if hasattr(item, "run")]  # arrays are there already

    def run() -> None:
        for operation in operations:
            operation.run()

    return Action(name or "group_deps", run)


RANGE = Definition(definition_of(range).function, "Range", name="range", shape=_range_shape, dtype=_range_dtype)
