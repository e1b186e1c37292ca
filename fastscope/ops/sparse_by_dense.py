"""A sparse tensor times or divided by a full one, which is broadcast to it: what `*` and `/` of a SparseTensor do.

Source: tensorflow/core/kernels/sparse_dense_binary_op_shared.cc, python/ops/math_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy, unwrap
from ..arrays.dtypes import float32, float64
from ..arrays.typing import Array
from ..errors import sparse as errors
from ..graph import current, name_scope
from ..graph.sparse_tensor import SparseTensor
from .creation import cast, convert_to_tensor
from .function import dtype_of, op
from .operands import same_dtype
from .sparse import check_places

__all__ = ["sparse_dense_cwise_div", "sparse_dense_cwise_mul"]


def _values_shape(indices: Any, shape: Any, values: Any, dense: Any, **given: Any) -> Any:
    return values


def _seen(indices: Any, shape: Any, dense: Any) -> Any:
    """Return the elements `[n]` of a full array, broadcast to `shape`, at the places `[n, rank]`."""
    sizes = tuple(int(n) for n in to_numpy(unwrap(shape)))
    added = len(sizes) - dense.ndim
    if added < 0 or any(n not in (1, size) for n, size in zip(dense.shape, sizes[added:], strict=True)):
        raise errors.dense_is_not_broadcast(sizes, dense.shape)
    xp = array_module(dense)
    if xp is np:
        check_places(indices, sizes, False)
    places = xp.asarray(indices)
    return dense[tuple(places[:, added + k] if n != 1 else 0 for k, n in enumerate(dense.shape))]


@op(
    "SparseDenseCwiseMul",
    "sp_indices sp_shape:index | sp_values dense",
    shape=_values_shape,
    dtype=dtype_of("sp_values"),
)
def sparse_dense_cwise_mul(
    sp_indices: Any, sp_values: Any, sp_shape: Any, dense: Any, name: str | None = None
) -> Array:
    """Return the values of a sparse tensor, each times the element of `dense`, broadcast, that lies at its place.

    Args:
        sp_indices, sp_values, sp_shape: the sparse tensor's parts, `[n, rank]`, `[n]` and `[rank]`.
        dense: an array that can be broadcast to `sp_shape`.
        name: of the operation.

    Raises:
        InvalidArgumentError: the shapes do not fit; on the host, an index is outside of the shape.
    """
    values, full = same_dtype("sparse_dense_cwise_mul", (sp_values, dense))
    product: Array = values * _seen(unwrap(sp_indices), sp_shape, full)
    return product


@op(
    "SparseDenseCwiseDiv",
    "sp_indices sp_shape:index | sp_values dense",
    shape=_values_shape,
    dtype=dtype_of("sp_values"),
)
def sparse_dense_cwise_div(
    sp_indices: Any, sp_values: Any, sp_shape: Any, dense: Any, name: str | None = None
) -> Array:
    """Return the values of a sparse tensor of floats, each divided by the element of `dense` that lies at its place.

    Args, Raises: see `sparse_dense_cwise_mul`.
    """
    values, full = same_dtype("sparse_dense_cwise_div", (sp_values, dense))
    quotient: Array = values / _seen(unwrap(sp_indices), sp_shape, full)
    return quotient


def _divided(indices: Any, values: Any, shape: Any, dense: Any, name: str | None = None) -> Array:
    with name_scope(name) as scope:
        small = values.dtype.name in ("int8", "int16", "uint8", "uint16")
        if values.dtype.name.startswith(("int", "uint")):  # as `/` of tensors
            wanted = float32 if small else float64
            values, dense = cast(values, wanted), cast(dense, wanted)
        return sparse_dense_cwise_div(indices, values, shape, dense, name=scope)


def _operator(function: Callable[..., Any], wish: str) -> Callable[[SparseTensor, Any], SparseTensor]:
    def operator(self: SparseTensor, other: Any) -> SparseTensor:
        with name_scope(None, wish) as scope:
            dense = other if current() is None else convert_to_tensor(other, self.values.dtype, name="y")
            values = function(self.indices, self.values, self.dense_shape, dense, name=scope)
        return SparseTensor(self.indices, values, self.dense_shape)

    return operator


multiplied = _operator(sparse_dense_cwise_mul, "mul")
divided = _operator(_divided, "truediv")
