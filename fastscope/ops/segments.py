"""Rows that have the same id taken together: their mean, product, largest and smallest; and what is counted by pairs.

Source: tensorflow/python/ops/math_ops.py, confusion_matrix.py, core/kernels/segment_reduction_ops.cc
(TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy, unwrap
from ..arrays.dtypes import as_dtype, int32, int64
from ..arrays.typing import Array
from ..errors import ops as errors
from .accumulated import check_segments, checked_segments, numbered_segments, segments, unsorted_segment_sum
from .creation import cast, convert_to_tensor, ones_like
from .elementwise import truncatediv
from .function import op
from .math import divide, maximum, sqrt
from .operands import operand
from .picking import scatter_nd
from .reductions import reduce_max
from .scoped import inner, within
from .shaping import reshape, stack
from .weights import same_rank, static_shape

__all__ = [
    "confusion_matrix",
    "segment_max",
    "segment_mean",
    "segment_min",
    "segment_prod",
    "unsorted_segment_max",
    "unsorted_segment_mean",
    "unsorted_segment_min",
    "unsorted_segment_prod",
    "unsorted_segment_sqrt_n",
]


def _at(xp: Any, ufunc: str, first: Any, data: Any, ids: Any, count: int) -> Any:
    """Return `ufunc` over the rows of each id; `first` where there are none. A negative id drops its row."""
    if xp is not np:  # CuPy has no products of this kind, and its extremes are not to the last bit
        return xp.asarray(_at(np, ufunc, first, to_numpy(data), to_numpy(ids), count))
    result = xp.full((count, *data.shape[ids.ndim :]), first, data.dtype)
    kept = ids >= 0
    getattr(xp, ufunc).at(result, ids[kept], data[kept])
    return result


def _lowest(dtype: Any) -> Any:
    return -np.inf if dtype.kind == "f" and dtype.itemsize > 8 else as_dtype(dtype).min


def _sorted(type: str, ufunc: str, word: str) -> Any:
    @op(type, "data | segment_ids", shape=segments)
    def of_segments(data: Any, segment_ids: Any, name: str | None = None) -> Array:
        data, ids = operand(data), operand(segment_ids)
        first = 1 if ufunc == "multiply" else _lowest(data.dtype) if ufunc == "maximum" else as_dtype(data.dtype).max
        result: Array = _at(array_module(data), ufunc, first, data, ids, checked_segments(data, ids))
        gaps = array_module(data).ones(len(result), bool)
        gaps[ids] = False
        result[gaps] = 1 if ufunc == "multiply" else 0
        return result

    of_segments.__name__ = of_segments.__qualname__ = f"segment_{word}"
    of_segments.__doc__ = f"Return the {ufunc} of the rows that have the same id; the ids, a vector, count up from 0."
    return of_segments


def _unsorted(type: str, ufunc: str, word: str) -> Any:
    @op(type, "data | segment_ids", shape=numbered_segments)
    def of_segments(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Array:
        data, ids = operand(data), operand(segment_ids)
        first = 1 if ufunc == "multiply" else _lowest(data.dtype) if ufunc == "maximum" else as_dtype(data.dtype).max
        check_segments(ids, int(unwrap(num_segments)))
        result: Array = _at(array_module(data), ufunc, first, data, ids, int(unwrap(num_segments)))
        return result

    of_segments.__name__ = of_segments.__qualname__ = f"unsorted_segment_{word}"
    of_segments.__doc__ = f"Return the {ufunc} of the rows that have the same id, the ids below `num_segments`."
    return of_segments


segment_max = _sorted("SegmentMax", "maximum", "max")
segment_min = _sorted("SegmentMin", "minimum", "min")
segment_prod = _sorted("SegmentProd", "multiply", "prod")
unsorted_segment_max = _unsorted("UnsortedSegmentMax", "maximum", "max")
unsorted_segment_min = _unsorted("UnsortedSegmentMin", "minimum", "min")
unsorted_segment_prod = _unsorted("UnsortedSegmentProd", "multiply", "prod")


@op("SegmentMean", "data | segment_ids", shape=segments)
def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Array:
    """Return the means of the rows that have the same id; the ids, a vector, count up from 0.

    Means of integers are cut towards zero.
    """
    data, ids = operand(data), operand(segment_ids)
    xp, count = array_module(data), checked_segments(data, ids)
    total = _at(xp, "add", 0, data, ids, count)
    rows = xp.bincount(ids, minlength=count).astype(data.dtype)
    result: Array = truncatediv(total, xp.maximum(rows, 1).reshape(-1, *[1] * (data.ndim - 1)))
    return result


def _rows_of(data: Any, segment_ids: Any, num_segments: Any) -> Any:
    """Return how many rows each segment has, at least 1, in a shape that divides its sum."""
    ids = convert_to_tensor(segment_ids)
    count = unsorted_segment_sum(ones_like(ids, data.dtype), ids, num_segments)
    extra = len(data.shape) - len(ids.shape)
    return maximum(reshape(count, [-1, *[1] * extra]), 1)


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Array:
    """Return the means of the rows that have the same id, of ids in any order below `num_segments`."""
    with within(name, "UnsortedSegmentMean"):
        data = convert_to_tensor(data)
        return divide(unsorted_segment_sum(data, segment_ids, num_segments), _rows_of(data, segment_ids, num_segments))


def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Array:
    """Return the sums of the rows that have the same id, divided by the root of how many they are."""
    with within(name, "UnsortedSegmentSqrtN"):
        data = convert_to_tensor(data)
        rows = sqrt(_rows_of(data, segment_ids, num_segments))
        return divide(unsorted_segment_sum(data, segment_ids, num_segments), rows)


def _same_shape(x: Any) -> Any:
    return x


@op("Identity", "x", name="control_dependency", shape=_same_shape)
def _classes(x: Any, num_classes: Any, word: str, name: str | None = None) -> Array:
    """Return numbers of classes after a check, on the host, that there are such classes."""
    x = operand(x)
    if array_module(x) is np and x.size:
        count = None if num_classes is None else int(unwrap(num_classes))
        if x.min() < 0:
            raise errors.negative_class(word, int(x.min()))
        if count is not None and x.max() >= count:
            raise errors.class_outside(word, int(x.max()), count)
    return x


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = int32,
    name: str | None = None,
    weights: Any = None,
) -> Array:
    """Return how often each label, the rows, met each prediction, the columns.

    Args:
        labels, predictions: numbers of classes, vectors of one length.
        num_classes: how many there are; None = as many as the largest number tells.
        dtype: of the result `[num_classes, num_classes]`.
        name: of its operations.
        weights: count these instead of 1 for each pair.
    """
    with within(name, "confusion_matrix"):
        labels, predictions = same_rank(convert_to_tensor(labels), convert_to_tensor(predictions))
        labels, predictions = (
            _classes(cast(x, int64), num_classes, word)
            for x, word in ((labels, "labels"), (predictions, "predictions"))
        )
        if weights is not None:
            static_shape(predictions).assert_is_compatible_with(static_shape(convert_to_tensor(weights)))
        if num_classes is None:
            num_classes = maximum(reduce_max(predictions), reduce_max(labels)) + 1
        size = num_classes if isinstance(num_classes, int) else cast(num_classes, int64)
        each = ones_like(predictions, dtype) if weights is None else cast(weights, dtype)
        whole = [size, size] if isinstance(size, int) else stack([size, size])
        pairs = stack([labels, predictions], axis=1)
        return scatter_nd(pairs, each, whole, name=inner("SparseTensorDenseAdd"))
