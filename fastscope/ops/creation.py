"""Functions that make arrays, on the device of the innermost `tf.device` or the default one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays import array_module, as_array, dtypes, unwrap
from ..arrays.dtypes import as_dtype
from ..arrays.shapes import full_shape
from ..arrays.typing import Array
from ..errors import ops as errors
from ..graph import Operation
from ..scoping.initializers import (
    Ones,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    Zeros,
    fill_shape,
)
from .operands import drawing, named, on_device, operand, snapshot

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
    "random_normal",
    "random_uniform",
    "range",
    "truncated_normal",
    "zeros",
    "zeros_like",
]


@named
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


@named
def convert_to_tensor(value: Any, dtype: Any = None, name: str | None = None, preferred_dtype: Any = None) -> Array:
    """Return `value` as an array; `preferred_dtype` is for what has no dtype of its own."""
    value = unwrap(snapshot(value) if hasattr(value, "_read") else value)
    if dtype is None and preferred_dtype is not None and not hasattr(value, "dtype"):
        try:
            return on_device(as_array(value, preferred_dtype))
        except TypeError:
            return on_device(as_array(value))
    return on_device(as_array(value, dtype))


@named
def identity(input: Any, name: str | None = None) -> Array:
    """Return a copy."""
    return operand(input).copy()


@named
def cast(x: Any, dtype: Any, name: str | None = None) -> Array:
    """Return `x` in another dtype: floats are cut towards zero, complex numbers keep the real part.

    Raises:
        TypeError: text is no number.
    """
    array, wanted = operand(x), as_dtype(dtype).base_dtype
    found = as_dtype(array.dtype)
    if (found == dtypes.string) != (wanted == dtypes.string):
        raise errors.cast_text(found, wanted)
    if found.is_complex and not wanted.is_complex:
        array = array.real
    return array.astype(wanted.dtype)


@named
def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Array:
    """Return zeros: False for bool, empty bytes for string."""
    return on_device(Zeros()(shape, dtype))


@named
def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Array:
    """Return ones."""
    return on_device(Ones()(shape, dtype))


@named
def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None) -> Array:
    """Return zeros of the shape, dtype and device of `tensor`."""
    array = operand(tensor)
    return array_module(array).zeros(array.shape, _numpy_dtype(dtype, array))


@named
def ones_like(tensor: Any, dtype: Any = None, name: str | None = None) -> Array:
    """Return ones of the shape, dtype and device of `tensor`."""
    array = operand(tensor)
    return array_module(array).ones(array.shape, _numpy_dtype(dtype, array))


def _numpy_dtype(dtype: Any, array: Array) -> Any:
    return array.dtype if dtype is None else as_dtype(dtype).dtype


@named
def fill(dims: Any, value: Any, name: str | None = None) -> Array:
    """Return an array of shape `dims` that holds the number `value` everywhere."""
    shape = full_shape(dims)
    scalar = as_array(value)
    if scalar.shape:
        raise errors.wrong_rank_of("fill", "value", scalar.shape, 0)
    return on_device(array_module(scalar).full(shape, scalar))


@named
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = None) -> Array:
    """Return start, start + delta, ... below limit; `range(n)` counts from 0.

    int32, or float32 if one of the numbers is a float.
    """
    first, end = (0, start) if limit is None else (start, limit)
    found = [as_dtype(as_array(number).dtype) for number in (first, end, delta)]
    floats = [number_dtype for number_dtype in found if number_dtype.is_floating]
    wanted = as_dtype(dtype) if dtype is not None else max(floats or found, key=lambda d: d.size)
    return on_device(np.arange(first, end, delta, dtype=wanted.dtype))


@named
def eye(
    num_rows: int,
    num_columns: int | None = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Array:
    """Return the identity matrix `[num_rows, num_columns]`, square by default."""
    return on_device(np.eye(num_rows, num_columns, dtype=as_dtype(dtype).dtype))


@named
def random_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Return a draw from a normal distribution: drawn on the host, the same for every device."""
    with drawing():
        return on_device(RandomNormal(mean, stddev, seed)(shape, dtype))


@named
def truncated_normal(
    shape: Any,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Return a draw from a normal distribution, none further than two `stddev` from `mean`."""
    with drawing():
        return on_device(TruncatedNormal(mean, stddev, seed)(shape, dtype))


@named
def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Array:
    """Return an even draw from [minval, maxval): to 1 by default; integers need a maxval."""
    with drawing():
        return on_device(RandomUniform(minval, maxval, seed)(shape, dtype))


@named
def no_op(name: str | None = None) -> Operation:
    """Return an operation that does nothing when it is run."""
    return Operation(name or "NoOp", lambda: None)


@named
def group(*inputs: Any, name: str | None = None) -> Operation:
    """Return an operation that runs `inputs`, nested lists of operations, in their order."""
    operations = list(_operations(inputs))

    def run() -> None:
        for operation in operations:
            operation.run()

    return Operation(name or "group_deps", run)


def _operations(inputs: Iterable[Any]) -> Iterable[Any]:
    """Yield what can be run; arrays are there already and need no running."""
    for item in inputs:
        if isinstance(item, (list, tuple)):
            yield from _operations(item)
        elif hasattr(item, "run"):
            yield item
