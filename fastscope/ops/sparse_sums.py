"""Sums over sparse tensors, and over embeddings that are looked up by them.

Source: tensorflow/python/ops/sparse_ops.py, embedding_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, dtypes, to_numpy
from ..arrays.typing import Array
from ..errors import ops as errors
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from . import shape_rules as rules
from .accumulated import segment_sum
from .creation import cast, ones, ones_like
from .function import dtype_of, op
from .math import divide, maximum, multiply, sqrt, square
from .nn import embedding_lookup
from .operands import either, operand
from .picking import unique
from .scoped import within
from .shaping import concat, gather, rank, reshape
from .sparse import check_places

__all__ = ["embedding_lookup_sparse", "sparse_reduce_sum"]


def as_sparse(argument: str, value: Any) -> SparseTensor:
    """Return `value` as a SparseTensor.

    Raises:
        TypeError: it is none.
    """
    if isinstance(value, SparseTensorValue):
        return SparseTensor(*value)
    if not isinstance(value, SparseTensor):
        raise errors.not_sparse(argument, value)
    return value


def _sum_shape(indices: Any, values: Any, sizes: Any, *, dense_shape: Any, axis: Any, keepdims: bool) -> Any:
    rank = None if sizes is None else sizes[0]
    dims = dense_shape if dense_shape is not None else None if rank is None else (None,) * rank
    dims = None if dims is None else tuple(None if n is None else int(n) for n in dims)
    return rules.reduce(dims, axes="all" if axis is None else np.ravel(axis).tolist(), keepdims=bool(keepdims))


@op(
    "SparseReduceSum",
    "indices:index | values | dense_shape:index",
    shape=_sum_shape,
    dtype=dtype_of("values"),
)
def sparse_sum(
    indices: Any, values: Any, dense_shape: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Array:
    """Return the sum of a sparse tensor over `axis`; see `sparse_reduce_sum`."""
    values = operand(values)
    xp = array_module(values)
    sizes = [int(size) for size in to_numpy(operand(dense_shape))]
    kept = kept_axes(axis, len(sizes))
    result = xp.zeros([sizes[k] for k in kept], values.dtype)
    places = xp.asarray(operand(indices))
    if xp is np:  # a negative one would count from the end
        check_places(places[:, kept], result.shape, in_order=False)
    xp.add.at(result, tuple(places[:, k] for k in kept), values) if kept else result.__iadd__(values.sum())
    return result.reshape([n if k in kept else 1 for k, n in enumerate(sizes)]) if keepdims else result


def kept_axes(axis: Any, rank: int) -> list[int]:
    """Return the axes that a sum over `axis` leaves."""
    gone = set(range(rank)) if axis is None else {int(k) % rank for k in np.ravel(axis)}
    return [k for k in range(rank) if k not in gone]


def sparse_reduce_sum(
    sp_input: Any, axis: Any = None, keepdims: bool | None = None, reduction_axes: Any = None, keep_dims: Any = None
) -> Array:
    """Return the sum of a sparse tensor over `axis`, an array; None = over all of it."""
    sparse = as_sparse("sp_input", sp_input)
    axis = either("axis", axis, "reduction_axes", reduction_axes)
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    return sparse_sum(sparse.indices, sparse.values, sparse.dense_shape, axis, keep)


# ---- embeddings


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: float | None = None,
) -> Array:
    """Return for each row of ids the sum or mean of their embeddings.

    Args:
        params: array or Variable `[C, D]`, or a list of parts; see `embedding_lookup`.
        sp_ids: SparseTensor `[N, any]` of ids; a row may have any number of them.
        sp_weights: SparseTensor of the same indices, or None = 1.
        partition_strategy: see `embedding_lookup`.
        name: of its name scope.
        combiner: "sum", "mean" (the default): weighted sum by sum of weights, "sqrtn": by the root of the sum of their
            squares.
        max_norm: embeddings that are longer are cut to it.

    Returns:
        `[rows, D]`, up to the last row that has ids.

    Raises:
        TypeError: `sp_ids` or `sp_weights` is no SparseTensor.
        ValueError: another combiner.
    """
    combiner = combiner or "mean"
    if combiner not in ("mean", "sqrtn", "sum"):
        raise errors.bad_combiner(combiner)
    ids = as_sparse("sp_ids", sp_ids)
    weights = None if sp_weights is None else as_sparse("sp_weights", sp_weights)
    with within(name, "embedding_lookup_sparse"):
        rows = cast(ids.indices[:, 0], dtypes.int32)
        different, places = unique(ids.values)
        looked_up = embedding_lookup(params, different, partition_strategy=partition_strategy, max_norm=max_norm)
        vectors = gather(looked_up, places)
        if weights is None:
            share: Any = _column(ones_like(cast(rows, vectors.dtype)), vectors)
        else:
            share = _column(cast(weights.values, vectors.dtype), vectors)
            vectors = multiply(vectors, share)
        total = segment_sum(vectors, rows)
        if combiner == "sum":
            return total
        count = segment_sum(share if combiner == "mean" else square(share), rows)
        if weights is None:
            count = maximum(count, ones_like(count))  # a row without ids is zero
        return divide(total, count if combiner == "mean" else sqrt(count))


def _column(values: Any, vectors: Any) -> Any:
    """Return a number for each of some vectors, or arrays, in a shape that broadcasts with them."""
    count = vectors.get_shape().ndims if hasattr(vectors, "get_shape") else vectors.ndim
    if count is None:
        return reshape(values, concat([[-1], ones([rank(vectors) - 1], dtypes.int32)], 0))
    return reshape(values, [-1] + [1] * (count - 1))
