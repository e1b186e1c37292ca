"""Running sums and products, sums of segments, and reductions made of others.

Source: tensorflow/python/ops/math_ops.py, linalg_ops.py (norm), tensorflow/core/kernels/scan_ops.h (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.dtypes import DType, as_dtype, int32, int64
from ..arrays.typing import Array
from ..errors import ops as errors
from ..fused import sum_of_rows
from . import shape_rules as rules
from .complexes import conj
from .creation import cast, convert_to_tensor, ones_like, zeros_like
from .elementwise import is_finite, stop_gradient
from .function import op
from .math import abs as absolute
from .math import add, exp, less, log, maximum, minimum, not_equal, pow, sqrt, subtract, where
from .operands import either, operand
from .reductions import reduce_max, reduce_sum
from .scoped import inner, within
from .shaping import concat, reshape, squeeze
from .shaping import shape as shape_of

__all__ = [
    "bincount",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "norm",
    "reduce_logsumexp",
    "segment_sum",
    "unsorted_segment_sum",
]


# ---- running


def _running(accumulate: str, x: Any, axis: Any, exclusive: bool, reverse: bool, first: int) -> Any:
    given = np.asarray(unwrap(axis))
    if given.ndim:
        raise errors.scan_axis_shape(given.shape)
    if not -x.ndim <= given < x.ndim:
        raise errors.scan_axis(int(given), x.ndim)
    xp, place = array_module(x), int(given) % x.ndim
    if reverse:
        x = xp.flip(x, place)
    result = getattr(xp, accumulate)(x, axis=place, dtype=x.dtype)
    if exclusive:
        shifted = xp.full_like(result, first)
        ahead, behind = [slice(None)] * x.ndim, [slice(None)] * x.ndim
        ahead[place], behind[place] = slice(1, None), slice(None, -1)
        shifted[tuple(ahead)] = result[tuple(behind)]
        result = shifted
    return xp.flip(result, place) if reverse else result


def _same_as_first(x: Any) -> Any:
    return x


@op("Cumsum", "x", shape=_same_as_first)
def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Array:
    """Return at each place the sum of all elements up to it along `axis`.

    Args:
        exclusive: without the one at the place.
        reverse: of those from it to the end.
    """
    return _running("cumsum", operand(x), axis, exclusive, reverse, 0)


@op("Cumprod", "x", shape=_same_as_first)
def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Array:
    """Return at each place the product of all elements up to it along `axis`; `exclusive`, `reverse`: see cumsum."""
    return _running("cumprod", operand(x), axis, exclusive, reverse, 1)


# ---- of segments


def segments(data: Any, segment_ids: Any) -> Any:
    rules.with_rank(segment_ids, 1)
    return None if data is None else (None, *data[1:])


def numbered_segments(data: Any, segment_ids: Any, *, num_segments: Any) -> Any:
    if data is None or segment_ids is None:
        return None
    return (num_segments, *data[len(segment_ids) :])


def _summed(xp: Any, data: Any, ids: Any, count: int) -> Any:
    """Return the sums of rows by their ids; a negative id drops its row."""
    data, ids = data.reshape(ids.size, *data.shape[ids.ndim :]), xp.asarray(ids).ravel()
    if xp is not np:  # how many are dropped, only the GPU knows: they go into a row of their own
        return sum_of_rows(data, xp.where(ids >= 0, ids, count), count + 1)[:count]
    kept = ids >= 0
    return sum_of_rows(data, ids, count) if kept.all() else sum_of_rows(data[kept], ids[kept], count)


def checked_segments(data: Any, ids: Any) -> int:
    """Return how many segments there are, after a check of their ids, a vector on the host.

    Raises:
        InvalidArgumentError: they are not as many as there are rows, or do not count up from 0.
    """
    if len(ids) != len(data):
        raise errors.segment_ids_count(len(ids), len(data))
    if not ids.size:
        return 0
    if array_module(ids) is np:
        if ids[-1] < 0 or ids[0] < 0:
            raise errors.segment_ids_order(negative=True)
        if (ids[1:] < ids[:-1]).any():
            raise errors.segment_ids_order(negative=False)
    return int(ids[-1]) + 1


def check_segments(ids: Any, count: int) -> None:
    """Check that no id on the host is `count` or more.

    Raises:
        InvalidArgumentError: one is.
    """
    if array_module(ids) is np and ids.size and ids.max() >= count:
        place = np.argwhere(ids >= count)[0].tolist()
        raise errors.segment_id_outside(place, int(ids[tuple(place)]), count)


@op("SegmentSum", "data | segment_ids", shape=segments)
def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Array:
    """Return the sums of the rows that have the same id; the ids, a vector, count up from 0."""
    data, ids = operand(data), operand(segment_ids)
    return _summed(array_module(data), data, ids, checked_segments(data, ids))


@op("UnsortedSegmentSum", "data | segment_ids", shape=numbered_segments)
def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Array:
    """Return the sums of the rows that have the same id, of ids in any order below `num_segments`."""
    data, ids, count = operand(data), operand(segment_ids), int(unwrap(num_segments))
    check_segments(ids, count)
    return _summed(array_module(data), data, ids, count)


def dense_rows(values: Any, indices: Any, dense_shape: Any, name: str | None = None) -> Array:
    """Return the whole array of IndexedSlices: rows of one index added up."""
    return unsorted_segment_sum(values, indices, dense_shape[0], name=name)


# ---- made of others


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return log(sum(exp(x))) over `axis`, without overflow."""
    axis = either("axis", axis, "reduction_indices", reduction_indices)
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    with within(name, "ReduceLogSumExp") as scope:
        largest = reduce_max(input_tensor, axis, keepdims=True)
        largest = stop_gradient(where(is_finite(largest), largest, zeros_like(largest)))
        result = log(reduce_sum(exp(subtract(input_tensor, largest)), axis, keepdims=keep))
        if not keep:
            largest = reshape(largest, shape_of(result))
        return add(result, largest, name=inner("Add") if scope else None)


def count_nonzero(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return how many elements along `axis` are not 0, an int64."""
    axis = either("axis", axis, "reduction_indices", reduction_indices)
    keep = either("keepdims", keepdims, "keep_dims", keep_dims)
    with within(name, "count_nonzero"):
        x = convert_to_tensor(input_tensor, name=inner("input_tensor"))
        zero = np.zeros((), as_dtype(x.dtype).base_dtype.dtype)
        return cast(reduce_sum(cast(not_equal(x, zero), int64), axis, keepdims=keep), dtype)


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return the norm of vectors, those along `axis` or the one of all elements, or of matrices.

    Args:
        tensor: of floats or complex numbers.
        ord: "euclidean", 2, 1, np.inf, or another number p > 0: the p-th root of the sum of p-th powers. Of matrices:
            "euclidean" or "fro", the root of the sum of squares; 1, np.inf, the largest sum of a column, of a row; 2,
            the largest singular value.
        axis: a number; two of them for matrices; None = the vector of all elements.
        keepdims, keep_dims: whether dimensions of 1 stay.
        name: of its operations.

    Raises:
        ValueError: there is no such `axis` or `ord`.
    """
    keep = either("keepdims", keepdims, "keep_dims", keep_dims)
    of_matrices = isinstance(axis, (list, tuple)) and len(axis) == 2
    _check_norm(ord, axis, of_matrices)
    with within(name, "norm"):
        x = convert_to_tensor(tensor, name=inner("tensor"))
        result = _matrix_norm(x, ord, *axis) if of_matrices else _vector_norm(x, ord, axis)
        return result if keep else squeeze(result, axis)


_EUCLIDEAN = ("euclidean", "fro")


def _check_norm(ord: Any, axis: Any, of_matrices: bool) -> None:
    axes = axis if of_matrices else () if axis is None else (axis,)
    if any(not isinstance(each, (int, np.integer)) for each in axes) or len(set(axes)) != len(axes):
        raise errors.bad_norm_axis(axis)
    known = (*_EUCLIDEAN, 1, 2, np.inf) if of_matrices else ("euclidean", 1, 2, np.inf)
    if ord not in known and (of_matrices or isinstance(ord, (str, complex)) or ord <= 0):
        raise errors.bad_norm(ord, of_matrices, known)


def _vector_norm(x: Any, ord: Any, axis: Any) -> Any:
    if ord in ("euclidean", 2):
        return _root_of_squares(x, axis)
    magnitude = absolute(x)
    if ord == 1:
        return reduce_sum(magnitude, axis, keepdims=True)
    if ord == np.inf:
        return reduce_max(magnitude, axis, keepdims=True)
    return pow(reduce_sum(pow(magnitude, ord), axis, keepdims=True), 1.0 / ord)


def _root_of_squares(x: Any, axis: Any) -> Any:
    if as_dtype(x.dtype).is_complex:
        return sqrt(reduce_sum(x * conj(x), axis, keepdims=True))
    return sqrt(reduce_sum(x * x, axis, keepdims=True))


def _matrix_norm(x: Any, ord: Any, rows: int, columns: int) -> Any:
    if ord in _EUCLIDEAN:
        return _root_of_squares(x, [rows, columns])
    if ord == 2:
        return largest_singular_value(x, rows, columns)
    summed, most = (rows, columns) if ord == 1 else (columns, rows)
    return reduce_max(reduce_sum(absolute(x), summed, keepdims=True), most, keepdims=True)


def _one_in_two(x: Any, *, rows: int, columns: int) -> Any:
    if x is None:
        return None
    gone = {rows % len(x), columns % len(x)}
    return tuple(1 if k in gone else size for k, size in enumerate(x))


def _real_dtype(values: dict[str, Any]) -> DType:
    dtype: DType = values["x"].dtype.base_dtype.real_dtype
    return dtype


@op("Svd", "x", shape=_one_in_two, dtype=_real_dtype)
def largest_singular_value(x: Any, rows: int, columns: int, name: str | None = None) -> Array:
    """Return the largest singular value of matrices that lie in two dimensions, which become 1."""
    x = operand(x)
    xp = array_module(x)
    result: Array = xp.linalg.norm(x, 2, (rows, columns), keepdims=True)
    return result


@op("Bincount", "x", name="Assert", shape=_same_as_first)
def _not_negative(x: Any, name: str | None = None) -> Array:
    """Return numbers to count after a check, on the host, that none is below 0."""
    x = operand(x)
    if array_module(x) is np and x.size and x.min() < 0:
        raise errors.negative_count(int(x.min()))
    return x


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = int32,
    name: str | None = None,
) -> Any:
    """Return how often each number from 0 on is in `arr`, or the sums of the weights.

    Args:
        minlength, maxlength: of the result; what does not go in is not counted. None = up to the largest number.
        dtype: of the result, where there are no weights.
    """
    with within(name, "bincount"):
        ids = _not_negative(reshape(convert_to_tensor(arr, int32), [-1]))
        count = reduce_max(concat([ids, [-1]], 0)) + 1
        if minlength is not None:
            count = maximum(minlength, count)
        if maxlength is not None:
            count = minimum(maxlength, count)
        ids = where(less(ids, count), ids, zeros_like(ids) - 1)
        if weights is None:
            return unsorted_segment_sum(ones_like(ids, dtype), ids, count, name=inner("Bincount"))
        return unsorted_segment_sum(reshape(weights, [-1]), ids, count)
