"""Sparse tensors added and compared, reduced, and their rows normalized.

Each goes through numbers that say which place of the result an element belongs to; sums and the like over equal numbers
do the rest, so that gradients go through.

Source: tensorflow/python/ops/sparse_ops.py, math_ops.py (sparse_segment_*) and their kernels (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..arrays.dtypes import as_dtype, int64
from ..arrays.shapes import TensorShape
from ..arrays.typing import Array
from ..errors import sparse as sparse_errors
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from .accumulated import segment_sum, unsorted_segment_sum
from .creation import convert_to_tensor
from .function import dtype_of, op
from .math import abs as magnitude
from .math import add, divide, exp, greater_equal, maximum, minimum, subtract
from .operands import either, operand
from .picking import scatter_nd
from .reductions import reduce_max
from .scoped import within
from .segments import segment_mean, unsorted_segment_max, unsorted_segment_mean, unsorted_segment_sqrt_n
from .shaping import concat, gather
from .shaping import shape as shape_of
from .sparse_arranging import as_sparse, at_places, flat_places, host, sparse_retain
from .sparse_sums import kept_axes

__all__ = [
    "sparse_add",
    "sparse_maximum",
    "sparse_minimum",
    "sparse_reduce_max",
    "sparse_reduce_max_sparse",
    "sparse_reduce_sum_sparse",
    "sparse_segment_mean",
    "sparse_segment_sqrt_n",
    "sparse_segment_sum",
    "sparse_softmax",
]


# ---- two of them


def _together_shapes(a: Any, b: Any, a_shape: Any, b_shape: Any) -> list[Any]:
    rank = next((each[-1] for each in (a, b, a_shape, b_shape) if each is not None and each[-1] is not None), None)
    return [(None, rank), (None,), (None,)]


@op("SparseAdd", "a b a_shape b_shape:index", shape=_together_shapes, dtype=int64, returns=tuple)
def _together(a: Any, b: Any, a_shape: Any, b_shape: Any, name: str | None = None) -> Any:
    """Return the places of both, each once and in order, and for the elements of each the numbers of their places."""
    sizes, others = host(a_shape), host(b_shape)
    if sizes.shape != others.shape or (sizes != others).any():
        raise sparse_errors.shapes_differ(sizes.tolist(), others.tolist())
    left, right = host(a), host(b)
    flat = [flat_places(part, sizes.tolist()) for part in (left, right)]
    known, numbers = np.unique(np.concatenate(flat), return_inverse=True)
    places = (
        np.stack(np.unravel_index(known, sizes.tolist()), 1)
        if len(sizes) and len(known)
        else np.zeros((len(known), len(sizes)))
    )
    return places.astype(np.int64), numbers[: len(left)].astype(np.int64), numbers[len(left) :].astype(np.int64)


def _at_places(values: Any, numbers: Any, places: Any) -> Any:
    return unsorted_segment_sum(values, numbers, shape_of(places)[0])


def sparse_add(a: Any, b: Any, threshold: Any = None, thresh: Any = None) -> Any:
    """Return the sum of two tensors, of which one is sparse or both are.

    Args:
        a, b: SparseTensors of one shape, or one of them an array.
        threshold, thresh: of two sparse ones, the least size of an element that is kept.

    Returns:
        A SparseTensor of two sparse ones, else an array.

    Raises:
        TypeError: none is sparse.
        InvalidArgumentError: the shapes differ.
    """
    sparse = [isinstance(each, (SparseTensor, SparseTensorValue)) for each in (a, b)]
    if not any(sparse):
        raise sparse_errors.none_is_sparse()
    if all(sparse):
        x, y, total = _pairwise(a, b, add, "SparseAdd")
        found = SparseTensor(x, total, y)
        least = either("threshold", threshold, "thresh", thresh)
        return found if least is None else sparse_retain(found, greater_equal(magnitude(total), least))
    one, dense = (as_sparse(a), b) if sparse[0] else (as_sparse(b), a)
    dense = convert_to_tensor(dense, as_dtype(one.values.dtype).base_dtype)
    mine, other = one.get_shape(), TensorShape(dense.shape)
    alike = mine.is_fully_defined() and other.is_fully_defined() and mine.as_list() == other.as_list()
    indices = one.indices if alike else _fitting(one.indices, one.dense_shape, shape_of(dense, out_type=int64))
    return add(dense, scatter_nd(indices, one.values, shape_of(dense, out_type=int64)))


@op("SparseTensorDenseAdd", "indices a_shape b_shape:index", shape=lambda indices, a, b: indices, dtype=int64)
def _fitting(indices: Any, a_shape: Any, b_shape: Any, name: str | None = None) -> Any:
    """Return the indices, after a look at the two shapes."""
    sizes, others = host(a_shape).tolist(), host(b_shape).tolist()
    if len(sizes) != len(others):
        raise sparse_errors.ranks_differ(sizes, others)
    for axis, (size, other) in enumerate(zip(sizes, others, strict=True)):
        if size != other:
            raise sparse_errors.sizes_unlike_dense(axis, size, other)
    return operand(indices)


def _pairwise(a: Any, b: Any, function: Callable[..., Any], scope: str, name: str | None = None) -> Any:
    a, b = as_sparse(a), as_sparse(b)
    a.get_shape().assert_is_compatible_with(b.get_shape())
    with within(name, scope):
        places, of_a, of_b = _together(a.indices, b.indices, a.dense_shape, b.dense_shape)
        values = function(_at_places(a.values, of_a, places), _at_places(b.values, of_b, places))
        return places, a.dense_shape, values


def sparse_maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """Return the larger of the elements of two sparse tensors of one shape, where either has one."""
    places, shape, values = _pairwise(sp_a, sp_b, maximum, "SparseSparseMaximum", name)
    return SparseTensor(places, values, shape)


def sparse_minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """Return the smaller of the elements of two sparse tensors of one shape, where either has one."""
    places, shape, values = _pairwise(sp_a, sp_b, minimum, "SparseSparseMinimum", name)
    return SparseTensor(places, values, shape)


# ---- rows, and what reductions leave


def _group_shapes(indices: Any, shape: Any, *, axis: Any, keepdims: bool) -> list[Any]:
    count = None if indices is None else indices[0]
    return [(None, None), (count,), (None,)]


@op("SparseReduceSumSparse", "indices dense_shape:index", shape=_group_shapes, dtype=int64, returns=tuple)
def _groups(indices: Any, dense_shape: Any, axis: Any, keepdims: bool, name: str | None = None) -> Any:
    """Return the places that are left of a reduction over `axis`, for each element the number of its own, the shape."""
    indices, sizes = host(indices), host(dense_shape)
    kept = kept_axes(axis, len(sizes))
    left = [int(sizes[k]) for k in kept]
    known, numbers = np.unique(flat_places(indices[:, kept], left), return_inverse=True)
    places = np.stack(np.unravel_index(known, left), 1) if left else np.zeros((len(known), 0))
    if keepdims:
        wide = np.zeros((len(known), len(sizes)))
        wide[:, kept] = places
        places, left = wide, [int(n) if k in kept else 1 for k, n in enumerate(sizes)]
    return places.astype(np.int64), numbers.astype(np.int64), np.array(left, np.int64)


def _reduced(sp_input: Any, axis: Any, keep: bool, reduce: Callable[..., Any]) -> SparseTensor:
    sparse = as_sparse(sp_input)
    places, numbers, shape = _groups(sparse.indices, sparse.dense_shape, axis, keep)
    return SparseTensor(places, reduce(sparse.values, numbers, shape_of(places)[0]), shape)


def sparse_reduce_sum_sparse(
    sp_input: Any, axis: Any = None, keepdims: bool | None = None, reduction_axes: Any = None, keep_dims: Any = None
) -> SparseTensor:
    """Return the sum of a sparse tensor over `axis`, a sparse tensor; None = over all of it."""
    axis = either("axis", axis, "reduction_axes", reduction_axes)
    return _reduced(sp_input, axis, bool(either("keepdims", keepdims, "keep_dims", keep_dims)), unsorted_segment_sum)


def sparse_reduce_max_sparse(
    sp_input: Any, axis: Any = None, keepdims: bool | None = None, reduction_axes: Any = None, keep_dims: Any = None
) -> SparseTensor:
    """Return the largest elements of a sparse tensor over `axis`, a sparse tensor; zeros do not count."""
    axis = either("axis", axis, "reduction_axes", reduction_axes)
    return _reduced(sp_input, axis, bool(either("keepdims", keepdims, "keep_dims", keep_dims)), unsorted_segment_max)


def _max_shape(values: Any, indices: Any, sizes: Any, *, dense_shape: Any, axis: Any, keepdims: bool) -> Any:
    from .sparse_sums import _sum_shape

    return _sum_shape(indices, values, sizes, dense_shape=dense_shape, axis=axis, keepdims=keepdims)


@op("SparseReduceMax", "values | indices dense_shape:index", shape=_max_shape, dtype=dtype_of("values"))
def _largest(values: Any, indices: Any, dense_shape: Any, axis: Any, keepdims: bool, name: str | None = None) -> Array:
    values = operand(values)
    places, sizes = host(indices), host(dense_shape).tolist()
    kept = kept_axes(axis, len(sizes))
    result = np.zeros([sizes[k] for k in kept], values.dtype)
    there = flat_places(places[:, kept], result.shape)
    flat = result.reshape(-1)
    flat[there] = as_dtype(values.dtype).min
    np.maximum.at(flat, there, to_numpy(values))
    shape = [n if k in kept else 1 for k, n in enumerate(sizes)] if keepdims else result.shape
    found: Array = array_module(values).asarray(result.reshape(shape))
    return found


def sparse_reduce_max(
    sp_input: Any, axis: Any = None, keepdims: bool | None = None, reduction_axes: Any = None, keep_dims: Any = None
) -> Any:
    """Return the largest elements of a sparse tensor over `axis`, an array: 0 where there are none."""
    sparse = as_sparse(sp_input)
    axis = either("axis", axis, "reduction_axes", reduction_axes)
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    return _largest(sparse.values, sparse.indices, sparse.dense_shape, axis, keep)


def sparse_softmax(sp_input: Any, name: str | None = None) -> SparseTensor:
    """Return the softmax of each row, along the last dimension; what is not there stays so."""
    sparse = as_sparse(sp_input)
    with within(name, "SparseSoftmax"):
        places, numbers, _ = _groups(sparse.indices, sparse.dense_shape, -1, False)
        count = shape_of(places)[0]
        largest = at_places(unsorted_segment_max(sparse.values, numbers, count), numbers)
        powers = exp(subtract(sparse.values, largest))
        total = at_places(unsorted_segment_sum(powers, numbers, count), numbers)
        return SparseTensor(sparse.indices, divide(powers, total), sparse.dense_shape)


# ---- rows picked and added up


def sparse_segment_sum(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Array:
    """Return the sums of the rows `indices` of `data` that have the same id; see `segment_sum`.

    Args:
        data: `[N, ...]`.
        indices: which rows, `[n]`.
        segment_ids: `[n]`, counting up.
        name: of its operations.
        num_segments: how many there are; None = as many as the ids tell.
    """
    return _of_rows(
        data, indices, segment_ids, num_segments, segment_sum, unsorted_segment_sum, name, "SparseSegmentSum"
    )


def sparse_segment_mean(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Array:
    """Return the means of the rows `indices` of `data` that have the same id; see `sparse_segment_sum`."""
    return _of_rows(
        data, indices, segment_ids, num_segments, segment_mean, unsorted_segment_mean, name, "SparseSegmentMean"
    )


def sparse_segment_sqrt_n(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Array:
    """Return the sums of `sparse_segment_sum` divided by the root of how many rows they are of."""
    return _of_rows(
        data, indices, segment_ids, num_segments, _root_mean, unsorted_segment_sqrt_n, name, "SparseSegmentSqrtN"
    )


def _root_mean(rows: Any, ids: Any) -> Any:
    ids = convert_to_tensor(ids)
    count = reduce_max(concat([ids, [-1]], 0)) + 1
    return unsorted_segment_sqrt_n(rows, ids, count)


def _of_rows(
    data: Any, indices: Any, ids: Any, count: Any, by_order: Any, by_number: Any, name: str | None, scope: str
) -> Any:
    with within(name, scope):
        rows = gather(convert_to_tensor(data), indices)
        return by_order(rows, ids) if count is None else by_number(rows, ids, count)
