"""Arithmetic and comparisons on NumPy and CuPy arrays, under TF's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import as_dtype
from ..arrays.typing import Array
from ..errors import ops as errors
from ..fused import implementation, reference
from .operands import (
    float_operand,
    named,
    operand,
    operands,
    same_dtype,
)

__all__ = [
    "abs",
    "add",
    "add_n",
    "clip_by_value",
    "divide",
    "equal",
    "exp",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "log",
    "matmul",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "pow",
    "sigmoid",
    "sqrt",
    "square",
    "subtract",
    "tanh",
    "where",
]


@named
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    name: str | None = None,
) -> Array:
    """Return the matrix product; leading dimensions are batches and broadcast.

    Raises:
        TypeError: the dtypes differ.
        ValueError: a vector, or inner dimensions that differ.
    """
    return product_of(a, b, transpose_a, transpose_b)


def product_of(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Array:
    """Do what `matmul` does, which has a name to draw before."""
    a, b = same_dtype("matmul", (a, b))
    for argument, matrix in (("a", a), ("b", b)):
        if matrix.ndim < 2:
            raise errors.needs_rank("matmul", argument, matrix.shape, 2)
    left = a.swapaxes(-1, -2) if transpose_a else a
    right = b.swapaxes(-1, -2) if transpose_b else b
    if left.shape[-1] != right.shape[-2]:
        raise errors.matmul_shapes(a.shape, b.shape, transpose_a, transpose_b)
    module = implementation(left, right) if left.ndim == right.ndim == 2 else reference
    result: Array = module.product(left, right)
    return result


@named
def add(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x + y."""
    xp, x, y = operands("add", x, y)
    return xp.add(x, y)


@named
def add_n(inputs: Any, name: str | None = None) -> Array:
    """Return the sum of a list of arrays of one shape.

    Members of the collection of regularization losses are functions; they are called.

    Raises:
        TypeError: the dtypes differ.
        ValueError: the list is empty, or the shapes differ.
    """
    listed = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    if not listed:
        raise errors.nothing_to_add()
    arrays = same_dtype("add_n", [item() if callable(item) else item for item in listed])
    shapes = [array.shape for array in arrays]
    if any(shape != shapes[0] for shape in shapes):
        raise errors.add_n_shapes(shapes)
    return sum(arrays[1:], start=arrays[0].copy())


@named
def subtract(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x - y."""
    xp, x, y = operands("subtract", x, y)
    return xp.subtract(x, y)


@named
def multiply(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x * y, element by element."""
    xp, x, y = operands("multiply", x, y)
    return xp.multiply(x, y)


@named
def divide(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y; integers give float64, those of 8 and 16 bits float32."""
    xp, x, y = operands("divide", x, y)
    if as_dtype(x.dtype).is_integer:
        return xp.divide(x, y, dtype=np.float32 if x.dtype.itemsize < 4 else np.float64)
    return xp.divide(x, y)


@named
def pow(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x to the power of y."""
    xp, x, y = operands("pow", x, y)
    return xp.power(x, y)


@named
def maximum(x: Any, y: Any, name: str | None = None) -> Array:
    """Return the larger of x and y, element by element."""
    xp, x, y = operands("maximum", x, y)
    return xp.maximum(x, y)


@named
def minimum(x: Any, y: Any, name: str | None = None) -> Array:
    """Return the smaller of x and y, element by element."""
    xp, x, y = operands("minimum", x, y)
    return xp.minimum(x, y)


@named
def equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x is y, element by element."""
    xp, x, y = operands("equal", x, y)
    return xp.equal(x, y)


@named
def not_equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x is not y, element by element."""
    xp, x, y = operands("not_equal", x, y)
    return xp.not_equal(x, y)


@named
def less(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x < y, element by element."""
    xp, x, y = operands("less", x, y)
    return xp.less(x, y)


@named
def less_equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x <= y, element by element."""
    xp, x, y = operands("less_equal", x, y)
    return xp.less_equal(x, y)


@named
def greater(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x > y, element by element."""
    xp, x, y = operands("greater", x, y)
    return xp.greater(x, y)


@named
def greater_equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x >= y, element by element."""
    xp, x, y = operands("greater_equal", x, y)
    return xp.greater_equal(x, y)


@named
def negative(x: Any, name: str | None = None) -> Array:
    """Return -x."""
    return -operand(x)


@named
def abs(x: Any, name: str | None = None) -> Array:
    """Return the absolute value."""
    x = operand(x)
    return array_module(x).abs(x)


@named
def square(x: Any, name: str | None = None) -> Array:
    """Return x * x."""
    x = operand(x)
    return array_module(x).square(x)


@named
def sqrt(x: Any, name: str | None = None) -> Array:
    """Return the square root of floats."""
    x = float_operand("sqrt", x)
    return array_module(x).sqrt(x)


@named
def exp(x: Any, name: str | None = None) -> Array:
    """Return e to the power of x, for floats."""
    x = float_operand("exp", x)
    return array_module(x).exp(x)


@named
def log(x: Any, name: str | None = None) -> Array:
    """Return the natural logarithm of floats."""
    x = float_operand("log", x)
    return array_module(x).log(x)


@named
def tanh(x: Any, name: str | None = None) -> Array:
    """Return the hyperbolic tangent of floats."""
    x = float_operand("tanh", x)
    return array_module(x).tanh(x)


@named
def sigmoid(x: Any, name: str | None = None) -> Array:
    """Return 1 / (1 + exp(-x)) of floats."""
    x = float_operand("sigmoid", x)
    with np.errstate(over="ignore"):  # exp of a large -x is inf, and the result 0, as it should be
        return 1 / (1 + array_module(x).exp(-x))


@named
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Array:
    """Return `t` with what lies outside the two ends set to them."""
    xp, t, low, high = operands("clip_by_value", t, clip_value_min, clip_value_max)
    return xp.minimum(xp.maximum(t, low), high)


@named
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Array:
    """Return x where the condition holds, else y; without both, the indices `[n, rank]` of True.

    Args:
        condition: bools of the shape of x and y, or one bool for each of their rows.
        x: taken where True.
        y: taken where False.
        name: drawn from the name table.

    Raises:
        ValueError: only one of x and y is given, or a vector condition that has not a bool a row.
    """
    condition = operand(condition)
    if x is None and y is None:
        return array_module(condition).argwhere(condition)
    if x is None or y is None:
        raise errors.where_needs_both()
    xp, x, y = operands("where", x, y)
    rank = max(x.ndim, y.ndim)
    if condition.ndim == 1 and rank > 1:
        rows = max(x, y, key=lambda branch: branch.ndim).shape[0]
        if condition.shape[0] != rows:
            raise errors.where_rows(condition.shape, x.shape, y.shape)
        condition = condition.reshape(-1, *[1] * (rank - 1))
    return xp.where(xp.asarray(condition), x, y)
