"""Functions of tf.math and tf.nn that are made of others.

Source: tensorflow/python/ops/math_ops.py, nn_impl.py, array_ops.py (TF 1.15).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import as_dtype, float16, float32, int32
from ..arrays.typing import Array
from ..errors import arrays as errors
from ..errors import ops as op_errors
from ..graph import Tensor
from .creation import cast, constant, convert_to_tensor, ones_like, zeros_like
from .elementwise import squared_difference
from .function import op
from .math import (
    add,
    divide,
    equal,
    exp,
    greater,
    less_equal,
    log,
    logical_and,
    multiply,
    sqrt,
    square,
    subtract,
    where,
)
from .nonlinear import batch_normalization
from .operands import either, operand
from .reductions import reduce_mean, reduce_prod, reduce_sum
from .scoped import inner, within
from .shaping import gather, shape, squeeze

__all__ = [
    "batch_norm_with_global_normalization",
    "log_poisson_loss",
    "multiply_no_nan",
    "normalize_moments",
    "polyval",
    "reciprocal_no_nan",
    "reduce_euclidean_norm",
    "reduce_std",
    "reduce_variance",
    "searchsorted",
    "sufficient_statistics",
    "weighted_moments",
    "xdivy",
    "xlogy",
]


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Array:
    """Return the mean of squared differences from the mean, over `axis`."""
    with within(name, "reduce_variance"):
        x = convert_to_tensor(input_tensor)
        return reduce_mean(squared_difference(x, reduce_mean(x, axis, keepdims=True)), axis, keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Array:
    """Return the root of `reduce_variance`."""
    with within(name, "reduce_std"):
        return sqrt(reduce_variance(input_tensor, axis, keepdims))


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Array:
    """Return the root of the sum of squares, over `axis`."""
    with within(name, "EuclideanNorm"):
        return sqrt(reduce_sum(square(input_tensor), axis, keepdims))


def _where_zero(x: Any, y: Any, other: Any) -> Array:
    """Return 0 where x is 0, else `other(x, y)`, with gradients that are no NaN there."""
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    zero: Any = equal(add(x, zeros_like(y)), 0)
    safe = where(zero, add(ones_like(y), zeros_like(x)), add(y, zeros_like(x)))
    return where(zero, zeros_like(safe), other(x, safe))


def xlogy(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x * log(y), 0 where x is 0."""
    with within(name, "xlogy"):
        return _where_zero(x, y, lambda x, safe: multiply(x, log(safe)))


def xdivy(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y, 0 where x is 0."""
    with within(name, "xdivy"):
        return _where_zero(x, y, divide)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x * y, 0 where y is 0, whatever x is."""
    with within(name, "multiply_no_nan"):
        return _where_zero(y, x, lambda y, safe: multiply(safe, y))


def reciprocal_no_nan(x: Any, name: str | None = None) -> Array:
    """Return 1 / x, 0 where x is 0."""
    with within(name, "reciprocal_no_nan"):
        x = convert_to_tensor(x)
        zero = equal(x, 0)
        one: Any = ones_like(x)
        return where(zero, zeros_like(x), divide(one, where(zero, one, x)))


def polyval(coeffs: Sequence[Any], x: Any, name: str | None = None) -> Array:
    """Return the polynomial of x with these coefficients, that of the highest power first.

    Raises:
        ValueError: the coefficients are no list.
    """
    if not isinstance(coeffs, list):
        raise errors.no_coefficients(coeffs)
    with within(name, "polyval"):
        x = convert_to_tensor(x)
        if not coeffs:
            return zeros_like(x)
        total: Any = coeffs[0]
        for coefficient in coeffs[1:]:
            total = add(convert_to_tensor(coefficient), multiply(total, x))
        return add(convert_to_tensor(total), zeros_like(x)) if len(coeffs) == 1 else total


def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Array:
    """Return exp(log_input) - log_input * targets; `compute_full_loss`: and Stirling's estimate of log(targets!)."""
    with within(name, "log_poisson_loss"):
        c, z = convert_to_tensor(log_input), convert_to_tensor(targets)
        result: Any = subtract(exp(c), multiply(c, z))
        if not compute_full_loss:
            return result
        safe: Any = where(greater(z, 0.0), z, ones_like(z))
        whole: Any = log(safe * (2 * math.pi))
        stirling: Any = add(subtract(multiply(z, log(safe)), z), 0.5 * whole)
        small = logical_and(greater(z, -1e-30), less_equal(z, 1.0))
        return add(result, where(small, zeros_like(z), stirling))


def weighted_moments(
    x: Any, axes: Any, frequency_weights: Any, name: str | None = None, keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """Return mean and variance over `axes`, each element counted as often as its weight says, which broadcast."""
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    with within(name, "weighted_moments"):
        x = convert_to_tensor(x)
        half = as_dtype(x.dtype).base_dtype is float16
        x = cast(x, float32) if half else x
        weights: Any = cast(frequency_weights, x.dtype)
        weights = add(weights, zeros_like(x))
        total = reduce_sum(weights, axes, keepdims=True)
        mean = divide(reduce_sum(multiply(weights, x), axes, keepdims=True), total)
        spread = multiply(weights, squared_difference(x, mean))
        variance = divide(reduce_sum(spread, axes, keepdims=True), total)
        if not keep:
            mean, variance = squeeze(mean, axes), squeeze(variance, axes)
        return (cast(mean, float16), cast(variance, float16)) if half else (mean, variance)


def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keep_dims: bool | None = None, name: str | None = None,
    keepdims: bool | None = None,
) -> tuple[Any, Any, Any, Any]:  # fmt: skip
    """Return what mean and variance over `axes` are made of; see `normalize_moments`.

    Args:
        x: floats.
        axes: dimensions.
        shift: near the mean, taken off x first, for the sake of exact sums; None = nothing is.
        keep_dims, keepdims: whether the dimensions stay, with size 1.
        name: of the name scope.

    Returns:
        (count, sum, sum of squares, shift).
    """
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    axes = sorted({int(axis) for axis in np.ravel(axes)})
    with within(name, "sufficient_statistics"):
        x = convert_to_tensor(x, name=inner("x"))
        dims = x.dims if type(x) is Tensor else x.shape
        known = [None if dims is None else dims[axis] for axis in axes]
        if None in known:
            counts: Any = reduce_prod(cast(gather(shape(x), axes), x.dtype), name=inner("count"))
        else:
            counts = constant(math.prod(known), x.dtype)
        if shift is None:
            moved, squares = x, square(x)
        else:
            shift = convert_to_tensor(shift, x.dtype, name=inner("shift"))
            moved, squares = subtract(x, shift), squared_difference(x, shift)
        total = reduce_sum(moved, axes, keepdims=keep, name=inner("mean_ss"))
        return counts, total, reduce_sum(squares, axes, keepdims=keep, name=inner("var_ss")), shift


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Array, Array]:
    """Return mean and variance of what `sufficient_statistics` gave."""
    with within(name, "normalize"):
        share: Any = divide(1.0, convert_to_tensor(counts))
        if shift is None:
            mean = moved = multiply(mean_ss, share, name=inner("mean"))
        else:
            moved = multiply(mean_ss, share, name=inner("shifted_mean"))
            mean = add(moved, shift, name=inner("mean"))
        return mean, subtract(multiply(variance_ss, share), square(moved), name=inner("variance"))


def batch_norm_with_global_normalization(
    t: Any = None,
    m: Any = None,
    v: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: float | None = None,
    scale_after_normalization: bool | None = None,
    name: str | None = None,
    input: Any = None,
    mean: Any = None,
    variance: Any = None,
) -> Array:
    """Return batch_normalization of `t` by mean `m` and variance `v`: `gamma` counts if `scale_after_normalization`.

    Raises:
        ValueError: there is no `variance_epsilon`.
    """
    if variance_epsilon is None:
        raise op_errors.argument_missing("nn.batch_norm_with_global_normalization", "variance_epsilon")
    t, m, v = either("input", input, "t", t), either("mean", mean, "m", m), either("variance", variance, "v", v)
    result: Array = batch_normalization(
        t, m, v, beta, gamma if scale_after_normalization else None, variance_epsilon, name
    )
    return result


def _like_values(sorted_sequence: Any, values: Any) -> Any:
    return values


def _places_type(values: dict[str, Any]) -> Any:
    return values["out_type"]


@op("UpperBound", "sorted_sequence values", name="searchsorted", shape=_like_values, dtype=_places_type)
def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = int32, name: str | None = None
) -> Array:
    """Return where each value would be put in, to keep a sequence sorted.

    Args:
        sorted_sequence: `[..., n]`.
        values: `[..., m]`, with the same dimensions before.
        side: "left", before what is equal, or "right".
        out_type: of the places, an integer.
        name: drawn from the name table.
    """
    rows, wanted = operand(sorted_sequence), operand(values)
    if side not in ("left", "right"):
        raise errors.bad_choice("side", side, ("left", "right"))
    xp = array_module(rows)
    flat = zip(rows.reshape(-1, rows.shape[-1]), wanted.reshape(-1, wanted.shape[-1]), strict=True)
    found = xp.stack([xp.searchsorted(row, some, side) for row, some in flat])
    return found.reshape(wanted.shape).astype(out_type.dtype)
