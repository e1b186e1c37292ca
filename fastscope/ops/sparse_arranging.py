"""Sparse tensors put in order, joined, cut and reshaped.

What is done to the indices tells which values stay and where: an operation over indices alone returns the new ones,
the places of the values that they belong to, and the new shape. The values are gathered, so that gradients go through.

Source: tensorflow/python/ops/sparse_ops.py and tensorflow/core/kernels/sparse_*.cc (TF 1.15).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy, unwrap
from ..arrays.dtypes import as_dtype, int64
from ..arrays.dtypes import bool as bool_
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..errors import sparse as sparse_errors
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from .accumulated import unsorted_segment_sum
from .creation import cast, convert_to_tensor, fill, identity, ones
from .function import dtype_of, op
from .math import not_equal, where
from .operands import either, operand
from .picking import gather_nd
from .scoped import within
from .shaping import concat, expand_dims, gather, reshape
from .shaping import shape as shape_of
from .sparse import check_places, sparse_tensor_to_dense
from .weights import static_shape

__all__ = [
    "sparse_concat",
    "sparse_expand_dims",
    "sparse_eye",
    "sparse_fill_empty_rows",
    "sparse_from_dense",
    "sparse_merge",
    "sparse_reorder",
    "sparse_reset_shape",
    "sparse_reshape",
    "sparse_retain",
    "sparse_slice",
    "sparse_split",
    "sparse_to_indicator",
    "sparse_transpose",
]


def as_sparse(value: Any) -> SparseTensor:
    """Return a SparseTensor, or the value of one, as a SparseTensor.

    Raises:
        TypeError: it is neither.
    """
    if not isinstance(value, (SparseTensor, SparseTensorValue)):
        raise errors.not_sparse("sp_input", value)
    return SparseTensor.from_value(value)


def host(x: Any) -> Any:
    """Return indices, or a shape, as int64 on the host."""
    return np.asarray(to_numpy(unwrap(x)), np.int64)


def flat_places(indices: Any, sizes: Sequence[int]) -> Any:
    """Return the number of each element in the order of rows, indices `[n, rank]`.

    Raises:
        InvalidArgumentError: one is outside of the shape.
    """
    check_places(indices, tuple(sizes), in_order=False)
    strides = np.cumprod([1, *[int(size) for size in sizes[:0:-1]]])[::-1].astype(np.int64)
    return indices @ strides if len(sizes) else np.zeros(len(indices), np.int64)


# ---- what a graph must know of them


def _rank(indices: Any, shape: Any) -> Any:
    known = [each[-1] for each in (indices, shape) if each is not None and each[-1] is not None]
    return known[0] if known else None


def _same_rank(indices: Any, shape: Any) -> list[Any]:
    rank = _rank(indices, shape)
    return [(None, rank), (None,), (rank,)]


def _all_places(indices: Any, shape: Any) -> list[Any]:
    rank = _rank(indices, shape)
    count = None if indices is None else indices[0]
    return [(count, rank), (count,), (rank,)]


def _moved(type: str, shape: Callable[..., Any] = _same_rank) -> Callable[..., Any]:
    """Make a function of indices and shape, on the host, one that records."""
    return op(type, "indices dense_shape:index", shape=shape, dtype=int64, returns=tuple)


def _taken_shape(values: Any, places: Any) -> Any:
    return places


def _put_back(operation: Any, d: Any) -> Any:
    values, places = operation.inputs
    return unsorted_segment_sum(d, places, shape_of(values)[0]), None


@op("Gather", "values | places", shape=_taken_shape, dtype=dtype_of("values"), gradient=_put_back)
def at_places(values: Any, places: Any, name: str | None = None) -> Any:
    """Return the values at places; their gradient is an array, as TensorFlow's of these functions, no IndexedSlices."""
    values = operand(values)
    return values[array_module(values).asarray(operand(places))]


def _taken(sparse: SparseTensor, found: Any, dense_shape: Any = None) -> SparseTensor:
    """Return the sparse tensor of what an operation over indices found."""
    indices, places, shape = found
    values = at_places(sparse.values, places)
    return SparseTensor(indices, values, shape if dense_shape is None else dense_shape)


# ---- order


@_moved("SparseReorder", _all_places)
def _ordered(indices: Any, dense_shape: Any, name: str | None = None) -> Any:
    indices = host(indices)
    order = np.lexsort(indices.T[::-1]) if indices.size else np.arange(len(indices))
    return indices[order], order.astype(np.int64), host(dense_shape)


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """Return a sparse tensor with its places in the order of rows."""
    sparse = as_sparse(sp_input)
    return _taken(sparse, _ordered(sparse.indices, sparse.dense_shape, name=name), sparse.dense_shape)


def _turned_shapes(indices: Any, shape: Any) -> list[Any]:
    return _all_places(indices, shape)


@_moved("SparseReorder", _turned_shapes)
def _turned(indices: Any, dense_shape: Any, perm: Any, name: str | None = None) -> Any:
    indices, sizes = host(indices), host(dense_shape)
    perm = list(range(len(sizes)))[::-1] if perm is None else host(perm)
    indices = indices[:, perm]
    order = np.lexsort(indices.T[::-1]) if indices.size else np.arange(len(indices))
    return indices[order], order.astype(np.int64), sizes[perm]


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """Return a sparse tensor with its dimensions in the order of `perm`, by default the last one first."""
    sparse = as_sparse(sp_input)
    with within(name, "SparseTranspose"):
        found = _turned(sparse.indices, sparse.dense_shape, perm)
        sizes = sparse.get_shape()
        if not sizes.is_fully_defined() or not isinstance(perm, (list, tuple)):
            return _taken(sparse, found)
        return _taken(sparse, found, np.array([sizes.as_list()[k] for k in perm], np.int64))


# ---- shape


def _reshaped_shapes(indices: Any, shape: Any, *, new_shape: Any) -> list[Any]:
    rank = None if new_shape is None else len(new_shape)
    count = None if indices is None else indices[0]
    return [(count, rank), (count,), (rank,)]


@_moved("SparseReshape", _reshaped_shapes)
def _reshaped(indices: Any, dense_shape: Any, new_shape: Any, name: str | None = None) -> Any:
    indices, sizes, wanted = host(indices), host(dense_shape), host(new_shape)
    count, known = math.prod(sizes.tolist()), math.prod(n for n in wanted.tolist() if n != -1)
    open_ones = np.flatnonzero(wanted == -1)
    if len(open_ones) > 1:
        raise sparse_errors.two_open_sizes(*open_ones[:2].tolist())
    if count % known if len(open_ones) and known else count != known:
        raise sparse_errors.cannot_reshape(count, known, bool(len(open_ones)))
    wanted[open_ones] = count // known if known else 0
    flat = flat_places(indices, sizes.tolist())
    found = np.stack(np.unravel_index(flat, wanted.tolist()), 1) if len(flat) else np.zeros((0, len(wanted)))
    return found.astype(np.int64), np.arange(len(flat)), wanted


def sparse_reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """Return the same elements, zeros counted, in another shape, of which one dimension may be -1: what is left.

    Raises:
        ValueError: the number of elements does not fit, and both shapes are known.
        InvalidArgumentError: it does not fit.
    """
    sparse = as_sparse(sp_input)
    with within(name, "SparseReshape"):
        known = _known_shape(sparse, shape)
        indices, _, found = _reshaped(sparse.indices, sparse.dense_shape, shape)
        return SparseTensor(indices, identity(sparse.values), found if known is None else known)


def _known_shape(sparse: SparseTensor, shape: Any) -> Any:
    """Return the shape of a reshape, where it is known; else None."""
    sizes = sparse.get_shape()
    if not isinstance(shape, (list, tuple)) or not all(isinstance(n, (int, np.integer)) for n in shape):
        return None
    if not sizes.is_fully_defined():
        return None
    if list(shape).count(-1) > 1:
        raise sparse_errors.open_sizes(shape)
    count = math.prod(size or 0 for size in sizes.as_list())
    known = math.prod(int(n) for n in shape if n != -1)
    wanted = [count // known if n == -1 and known else int(n) for n in shape]
    if math.prod(wanted) != count:
        raise sparse_errors.sizes_differ(count, list(shape), math.prod(wanted))
    return np.array(wanted, np.int64)


def sparse_expand_dims(sp_input: Any, axis: int | None = None, name: str | None = None) -> SparseTensor:
    """Return a sparse tensor with a dimension of 1 put in at `axis`, at the end by default."""
    sparse = as_sparse(sp_input)
    with within(name, "expand_dims"):
        place = -1 if axis is None else axis
        if place < 0:
            place += 1 + int(sparse.get_shape().ndims or 0)
        nothing = sparse.indices[:, :1] * 0
        indices = concat([sparse.indices[:, :place], nothing, sparse.indices[:, place:]], 1)
        one = np.ones(1, np.int64)
        shape = concat([sparse.dense_shape[:place], one, sparse.dense_shape[place:]], 0)
        return SparseTensor(indices, sparse.values, shape)


@_moved("SparseReset", _all_places)
def _in_shape(indices: Any, dense_shape: Any, new_shape: Any, name: str | None = None) -> Any:
    indices, sizes = host(indices), host(dense_shape)
    if new_shape is None:
        wanted = indices.max(0) + 1 if len(indices) else np.zeros_like(sizes)
    else:
        wanted = host(new_shape)
        if wanted.shape != sizes.shape or (wanted < sizes).any():
            raise sparse_errors.shape_too_small(sizes.tolist(), wanted.tolist())
    return indices, np.arange(len(indices)), wanted


def sparse_reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """Return a sparse tensor of another shape, the same or larger; None = the smallest that holds all elements.

    Raises:
        ValueError: the new shape is smaller, and both are known.
        InvalidArgumentError: it is smaller.
    """
    sparse = as_sparse(sp_input)
    sizes = sparse.get_shape()
    if isinstance(new_shape, (list, tuple, np.ndarray)) and sizes.is_fully_defined():
        listed, wanted = sizes.as_list(), [int(n) for n in new_shape]
        sizes.with_rank(len(wanted))
        if any((m or 0) > n for m, n in zip(listed, wanted, strict=True)):
            raise sparse_errors.shape_smaller(listed, wanted)
        return SparseTensor(identity(sparse.indices), identity(sparse.values), np.array(wanted, np.int64))
    indices, _, shape = _in_shape(sparse.indices, sparse.dense_shape, new_shape)
    return SparseTensor(indices, identity(sparse.values), shape)


# ---- cutting


@_moved("SparseSlice")
def _cut(indices: Any, dense_shape: Any, start: Any, size: Any, name: str | None = None) -> Any:
    indices, sizes, first = host(indices), host(dense_shape), host(start)
    last = np.minimum(first + host(size), sizes)
    kept = ((indices >= first) & (indices < last)).all(1)
    return indices[kept] - first, np.flatnonzero(kept), np.maximum(last - first, 0)


def sparse_slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """Return the block that begins at `start` and has the sizes `size`, or less where the tensor ends."""
    sparse = as_sparse(sp_input)
    with within(name, "SparseSlice"):
        return _taken(sparse, _cut(sparse.indices, sparse.dense_shape, start, size))


@_moved("SparseSplit")
def _piece(indices: Any, dense_shape: Any, axis: Any, count: int, number: int, name: str | None = None) -> Any:
    indices, sizes, place = host(indices), host(dense_shape), int(unwrap(axis))
    if not -len(sizes) <= place < len(sizes):
        raise sparse_errors.split_axis(place, len(sizes))
    place %= len(sizes)
    if not 1 <= count <= sizes[place]:
        raise sparse_errors.split_count(count, int(sizes[place]))
    least, more = divmod(int(sizes[place]), count)  # the first pieces are one longer
    start = number * least + min(number, more)
    length = least + (number < more)
    kept = (indices[:, place] >= start) & (indices[:, place] < start + length)
    found, shape = indices[kept].copy(), sizes.copy()
    found[:, place] -= start
    shape[place] = length
    return found, np.flatnonzero(kept), shape


def sparse_split(
    keyword_required: Any = None,
    sp_input: Any = None,
    num_split: int | None = None,
    axis: Any = None,
    name: str | None = None,
    split_dim: Any = None,
) -> list[SparseTensor]:
    """Return a sparse tensor cut into `num_split` pieces along `axis`; the first ones are longer if they must.

    Raises:
        ValueError: `sp_input`, `num_split` or `axis` is missing, or an argument is given without its name.
        InvalidArgumentError: there is no such axis, or it is shorter than the number of pieces.
    """
    if keyword_required is not None:
        raise sparse_errors.keywords_only()
    axis = either("axis", axis, "split_dim", split_dim)
    for argument, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise sparse_errors.is_required(argument)
    sparse, count = as_sparse(sp_input), int(num_split or 0)
    with within(name, "SparseSplit"):
        parts = sparse.indices, sparse.dense_shape
        return [_taken(sparse, _piece(*parts, axis, count, number)) for number in range(count)]


def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """Return the elements for which a vector of bools is True.

    Raises:
        ValueError: there is not a bool for each element.
    """
    sparse = as_sparse(sp_input)
    keep = convert_to_tensor(to_retain, bool_)
    static_shape(sparse.values).assert_is_compatible_with(static_shape(keep).with_rank(1))
    places: Any = reshape(where(keep), [-1])
    return SparseTensor(gather(sparse.indices, places), gather(sparse.values, places), identity(sparse.dense_shape))


# ---- joining


def _joined_shapes(*shapes: Any) -> list[Any]:
    half = len(shapes) // 2
    ranks = [_rank(*pair) for pair in zip(shapes[:half], shapes[half:], strict=True)]
    rank = next((rank for rank in ranks if rank is not None), None)
    if any(other not in (None, rank) for other in ranks):
        raise shape_errors.must_have_rank(rank or 0, next(other for other in ranks if other not in (None, rank)))
    counts = [None if indices is None else indices[0] for indices in shapes[:half]]
    count = None if None in counts else sum(count or 0 for count in counts)
    return [(count, rank), (count,), (rank,)]


@op("SparseConcat", "indices* shapes*:index", shape=_joined_shapes, dtype=int64, returns=tuple)
def _joined(indices: Any, shapes: Any, axis: int, expand: bool, name: str | None = None) -> Any:
    sizes = [host(shape) for shape in shapes]
    rank = len(sizes[0])
    if any(len(each) != rank for each in sizes) or not -rank <= axis < rank:
        raise sparse_errors.concat_ranks(axis, [each.tolist() for each in sizes])
    place = axis % rank
    whole = np.max(sizes, axis=0)
    others = np.delete(np.array(sizes), place, 1)
    if not expand and (others != others[0]).any():
        raise sparse_errors.concat_sizes([each.tolist() for each in sizes], place)
    starts = np.cumsum([0, *[each[place] for each in sizes]])
    moved = [host(part).copy() for part in indices]
    for part, start in zip(moved, starts, strict=False):
        part[:, place] += start
    whole[place] = starts[-1]
    found = np.concatenate(moved)
    order = np.lexsort(found.T[::-1]) if len(found) else np.arange(0)
    return found[order], order.astype(np.int64), whole


def sparse_concat(
    axis: Any = None,
    sp_inputs: Any = None,
    name: str | None = None,
    expand_nonconcat_dim: bool = False,
    concat_dim: Any = None,
    expand_nonconcat_dims: bool | None = None,
) -> SparseTensor:
    """Return sparse tensors joined along `axis`, in the order of rows.

    Args:
        axis, concat_dim: along which.
        sp_inputs: list of them, of one dtype.
        name: of its operations.
        expand_nonconcat_dim, expand_nonconcat_dims: whether other dimensions may differ: the largest counts.

    Raises:
        InvalidArgumentError: other dimensions differ.
    """
    place = int(unwrap(either("axis", axis, "concat_dim", concat_dim)))
    expand = expand_nonconcat_dim if expand_nonconcat_dims is None else expand_nonconcat_dims
    parts = [as_sparse(each) for each in sp_inputs]
    if len(parts) == 1:
        return parts[0]
    with within(name, "SparseConcat"):
        indices, places, shape = _joined(
            [each.indices for each in parts], [each.dense_shape for each in parts], place, expand
        )
        return SparseTensor(indices, at_places(concat([each.values for each in parts], 0), places), shape)


def sparse_merge(
    sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None, already_sorted: bool = False
) -> SparseTensor:
    """Return the values with the ids in place of the last index.

    Args:
        sp_ids: SparseTensor of ids, or a list of them: an index each.
        sp_values: SparseTensor of the same places.
        vocab_size: how many ids there are, the last dimension of the result; a list for a list.
        name: of its operations.
        already_sorted: whether the result is in the order of rows already.

    Raises:
        ValueError: there are not as many vocabularies as there are ids.
    """
    one = isinstance(sp_ids, (SparseTensor, SparseTensorValue))
    every = [as_sparse(each) for each in ([sp_ids] if one else sp_ids)]
    sizes = [vocab_size] if one else list(vocab_size)
    if len(every) != len(sizes):
        raise sparse_errors.vocabularies(len(every), len(sizes))
    with within(name, "SparseMerge"):
        values = as_sparse(sp_values).values
        ids = [expand_dims(cast(each.values, int64), 1) for each in every]
        indices = concat([every[0].indices[:, :-1], *ids], 1)
        last = [reshape(cast(size, int64), [1]) for size in sizes]
        shape = concat([every[0].dense_shape[:-1], *last], 0)
        merged = SparseTensor(indices, values, shape)
        if already_sorted:
            return merged
        ordered = sparse_reorder(merged)
        return SparseTensor(ordered.indices, ordered.values, shape)


def sparse_to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Any:
    """Return bools `[..., vocab_size]`: whether each id stands in the row.

    Args:
        sp_input: SparseTensor of ids.
        vocab_size: how many ids there are.
        name: of its operations.
    """
    sparse = as_sparse(sp_input)
    with within(name, "SparseToIndicator"):
        there = SparseTensor(sparse.indices, fill(shape_of(sparse.values), True), sparse.dense_shape)
        merged = sparse_merge(sparse, there, vocab_size)
        return sparse_tensor_to_dense(merged, False, validate_indices=False)


# ---- making


def sparse_from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """Return the elements of an array that are not zero, as a sparse tensor."""
    with within(name, "dense_to_sparse"):
        x = convert_to_tensor(tensor)
        nothing = (
            b"" if as_dtype(x.dtype).base_dtype.name == "string" else np.zeros((), as_dtype(x.dtype).base_dtype.dtype)
        )
        indices = where(not_equal(x, nothing))
        return SparseTensor(indices, gather_nd(x, indices), shape_of(x, out_type=int64))


def sparse_eye(num_rows: Any, num_columns: Any = None, dtype: Any = None, name: str | None = None) -> SparseTensor:
    """Return a matrix with ones on the diagonal, float32 by default."""
    with within(name, "eye"):
        columns = num_rows if num_columns is None else num_columns
        count = min(num_rows, columns)
        places = np.repeat(np.arange(count, dtype=np.int64)[:, None], 2, 1)
        values = ones([count]) if dtype is None else ones([count], dtype)
        return SparseTensor(places, values, np.array([num_rows, columns], np.int64))


def _filled_shapes(indices: Any, shape: Any) -> list[Any]:
    rank = _rank(indices, shape)
    return [(None, rank), (None,), (rank,), (None,)]


@op("SparseFillEmptyRows", "indices dense_shape:index", shape=_filled_shapes, dtype=int64, returns=tuple)
def _filled(indices: Any, dense_shape: Any, name: str | None = None) -> Any:
    """Return as the others do, and which rows were empty; the value put in comes after all others."""
    indices, sizes = host(indices), host(dense_shape)
    rows, count = indices[:, 0], int(sizes[0])
    if len(rows) and not count:
        raise sparse_errors.no_rows_to_fill(len(rows))
    outside = (rows < 0) | (rows >= count)
    if outside.any():
        place = int(outside.argmax())
        raise sparse_errors.row_outside(place, int(rows[place]), count)
    counts = np.bincount(rows, minlength=count)
    empty = np.flatnonzero(counts == 0)
    new = np.zeros((len(empty), len(sizes)), np.int64)
    new[:, 0] = empty
    every = np.concatenate([indices, new])
    order = np.argsort(every[:, 0], kind="stable")
    places = np.minimum(order, len(indices))
    return every[order], places.astype(np.int64), sizes, (counts == 0).astype(np.int64)


def sparse_fill_empty_rows(sp_input: Any, default_value: Any, name: str | None = None) -> tuple[SparseTensor, Any]:
    """Return a sparse tensor with a default value at the beginning of each row that has no element.

    Returns:
        It, and bools: whether each row was empty.

    Raises:
        InvalidArgumentError: an element lies in a row that is not there.
    """
    sparse = as_sparse(sp_input)
    with within(name, "SparseFillEmptyRows"):
        default = convert_to_tensor(default_value, as_dtype(sparse.values.dtype).base_dtype)
        indices, places, _, empty = _filled(sparse.indices, sparse.dense_shape)
        values = at_places(concat([sparse.values, reshape(default, [1])], 0), places)
        return SparseTensor(indices, values, sparse.dense_shape), cast(empty, bool_)
