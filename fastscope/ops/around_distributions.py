"""Functions around distributions, of `tf.contrib.distributions`: matrices of parameters, inverses, percentiles.

Source: tensorflow/python/ops/distributions/util.py; contrib/distributions/python/ops/sample_stats.py (TF 1.15).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.dtypes import as_dtype, float64, int32
from ..errors import distributions as errors
from .accumulated import reduce_logsumexp
from .arranging import matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag, reverse
from .creation import cast, convert_to_tensor, ones_like, zeros_like
from .distributions import dims_of
from .elementwise import ceil, expm1, floor, is_inf, sign
from .elementwise import round as round_
from .math import abs as absolute
from .math import exp, greater, less, log, logical_or, maximum, minimum, sqrt, where
from .reductions import reduce_max, reduce_sum
from .scoped import inner, within
from .shaping import concat, reshape, squeeze, transpose
from .shaping import shape as shape_of
from .sorting import sort

__all__ = [
    "fill_triangular",
    "fill_triangular_inverse",
    "matrix_diag_transform",
    "percentile",
    "reduce_weighted_logsumexp",
    "softplus_inverse",
    "tridiag",
]


def softplus_inverse(x: Any, name: str | None = None) -> Any:
    """Return y of which `softplus(y)` is `x`, floats above 0.

    >>> tf.nn.softplus(tf.contrib.distributions.softplus_inverse([0.5, 2.0]))
    array([0.5, 2. ], dtype=float32)
    """
    with within(name, "softplus_inverse"):
        x = convert_to_tensor(x, name=inner("x"))
        end = math.log(np.finfo(as_dtype(x.dtype).base_dtype.dtype).eps) + 2.0
        is_small, is_large = less(x, math.exp(end)), greater(x, -end)
        # what is not chosen is 1, so that no gradient of it is infinite
        chosen = where(logical_or(is_small, is_large), ones_like(x), x)
        between = chosen + log(-expm1(-chosen))
        return where(is_small, log(x), where(is_large, x, between))


def fill_triangular(x: Any, upper: bool = False, name: str | None = None) -> Any:
    """Return triangular matrices `[..., n, n]` of vectors of n (n + 1) / 2 elements, which run in a spiral.

        >>> tf.contrib.distributions.fill_triangular([1, 2, 3, 4, 5, 6])
        array([[4, 0, 0],
               [6, 5, 0],
               [3, 2, 1]], dtype=int32)

    Args:
        x: `[..., n (n + 1) / 2]`.
        upper: whether it is the upper triangle that is filled.
        name: of the scope.

    Raises:
        ValueError: there is no such n.
    """
    with within(name, "fill_triangular"):
        x = convert_to_tensor(x, name=inner("x"))
        dims = dims_of(x)
        size = None if dims is None else dims[-1]
        n: Any
        if size is None:
            n = cast(sqrt(0.25 + 2.0 * cast(shape_of(x)[-1], float64)), int32)
        else:
            n = math.isqrt(2 * size)
            if n * (n + 1) != 2 * size:
                raise errors.no_triangle(size)
        # the elements and those behind the first n, one of the two backwards, are the rows of both triangles
        rest, last = x[..., n:], -1 if dims is None else len(dims) - 1
        parts = [x, reverse(rest, [last])] if upper else [rest, reverse(x, [last])]
        matrix = reshape(concat(parts, -1), concat([shape_of(x)[:-1], [n, n]], 0))
        return matrix_band_part(matrix, 0 if upper else -1, -1 if upper else 0)


def fill_triangular_inverse(x: Any, upper: bool = False, name: str | None = None) -> Any:
    """Return the vectors `[..., n (n + 1) / 2]` of which `fill_triangular` makes the matrices `[..., n, n]`."""
    with within(name, "fill_triangular_inverse"):
        x = convert_to_tensor(x, name=inner("x"))
        dims = dims_of(x)
        n = shape_of(x)[-1] if dims is None or dims[-1] is None else dims[-1]
        rank = len(dims) if dims is not None else x.shape.ndims
        first = x[..., 0, :] if upper else reverse(x[..., -1, :], [rank - 2])
        others = x[..., 1:, :] if upper else x[..., :-1, :]
        both = others + reverse(others, [rank - 2, rank - 1])  # one of the two is 0 everywhere
        flat = reshape(both, concat([shape_of(x)[:-2], [n * (n - 1)]], 0))
        return concat([first, flat[..., : n * (n - 1) // 2]], -1)


def matrix_diag_transform(matrix: Any, transform: Callable[[Any], Any] | None = None, name: str | None = None) -> Any:
    """Return matrices whose diagonal is `transform` of what it was, None = itself."""
    with within(name, "matrix_diag_transform"):
        matrix = convert_to_tensor(matrix, name=inner("matrix"))
        return matrix if transform is None else matrix_set_diag(matrix, transform(matrix_diag_part(matrix)))


def tridiag(below: Any = None, diag: Any = None, above: Any = None, name: str | None = None) -> Any:
    """Return matrices `[..., n, n]` of three diagonals.

    Args:
        below, above: `[..., n - 1]`, beside the diagonal; None = 0.
        diag: `[..., n]`; None = 0.
        name: of the scope.

    Raises:
        ValueError: none of them is there.
    """
    with within(name, "tridiag"):
        parts = []
        for given, rows, columns in ((below, 1, 0), (diag, 0, 0), (above, 0, 1)):
            if given is not None:
                values = convert_to_tensor(given)
                nothing = zeros_like(values[..., :1])
                wide = concat([values, *[nothing] * (rows + columns)], -1)
                matrix = matrix_diag(wide)
                shifted = matrix if not rows + columns else _shifted(matrix, rows, columns)
                parts.append(shifted)
        if not parts:
            raise errors.no_diagonal()
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total


def _shifted(matrix: Any, rows: int, columns: int) -> Any:
    """Return matrices moved by a row down or by a column to the right; what is moved out is 0."""
    if rows:
        return concat([zeros_like(matrix[..., :1, :]), matrix[..., :-1, :]], -2)
    return concat([zeros_like(matrix[..., :, :1]), matrix[..., :, :-1]], -1)


def reduce_weighted_logsumexp(
    logx: Any,
    w: Any = None,
    axis: Any = None,
    keep_dims: bool = False,
    return_sign: bool = False,
    name: str | None = None,
) -> Any:
    """Return log(abs(sum(w * exp(logx)))), without overflow.

    Args:
        logx: any shape.
        w: weights of any sign, None = 1.
        axis: to sum along, None = all.
        keep_dims: whether these dimensions stay, as 1.
        return_sign: whether to return the sum's sign with it.
        name: of the scope.
    """
    with within(name, "reduce_weighted_logsumexp"):
        logx = convert_to_tensor(logx, name=inner("logx"))
        if w is None:
            result = reduce_logsumexp(logx, axis=axis, keepdims=keep_dims)
            return (result, ones_like(result)) if return_sign else result
        w = convert_to_tensor(w, as_dtype(logx.dtype), name=inner("w"))
        logs = logx + log(absolute(w))
        largest = reduce_max(logs, axis=axis, keepdims=True)
        largest = where(is_inf(largest), zeros_like(largest), largest)
        total = reduce_sum(sign(w) * exp(logs - largest), axis=axis, keepdims=keep_dims)
        direction = sign(total)
        result = (largest if keep_dims else squeeze(largest, axis)) + log(direction * total)
        return (result, direction) if return_sign else result


_PLACES: dict[str, Callable[[Any], Any]] = {"lower": ceil, "higher": floor, "nearest": round_}


def percentile(
    x: Any,
    q: Any,
    axis: Any = None,
    interpolation: str | None = None,
    keep_dims: bool = False,
    validate_args: bool = False,
    name: str | None = None,
) -> Any:
    """Return the element below which `q` percent of the others are.

        >>> tf.contrib.distributions.percentile([1.0, 2.0, 3.0, 4.0], q=30.0)
        array(2., dtype=float32)

    Args:
        x: numbers, of a known number of dimensions if `axis` is given.
        q: from 0 to 100.
        axis: along which, integers; None = all elements.
        interpolation: which one where it lies between two: "lower", "higher" or "nearest", None = "nearest".
        keep_dims: whether these dimensions stay, as 1.
        validate_args: kept for TF's sake.
        name: of the scope.

    Raises:
        ValueError: another interpolation.
    """
    place = _PLACES.get(interpolation or "nearest")
    if place is None:
        raise errors.unknown_interpolation(interpolation, list(_PLACES))
    with within(name, "percentile"):
        x = convert_to_tensor(x, name=inner("x"))
        rank = len(dims_of(x) or ())
        axes = list(range(rank)) if axis is None else [int(k) % rank for k in np.ravel(axis)]
        kept = [k for k in range(rank) if k not in axes]
        flat = reshape(x, [-1])
        if kept:
            flat = reshape(transpose(x, kept + axes), concat([[shape_of(x)[k] for k in kept], [-1]], 0))
        count = shape_of(flat)[-1]
        share = 1.0 - cast(q, float64) / 100.0
        index = cast(place((cast(count, float64) - 1.0) * share), int32)  # from the largest on
        result = sort(flat, direction="DESCENDING")[..., minimum(maximum(index, 0), count - 1)]
        if not keep_dims:
            return result
        return reshape(result, [1 if k in axes else shape_of(x)[k] for k in range(rank)])
