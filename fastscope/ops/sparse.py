"""Functions of sparse tensors, and text split into one.

Source: tensorflow/python/ops/sparse_ops.py, string_ops.py (string_split) and their kernels (TF 1.15).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..arrays import array_module, as_array, to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, int64, string
from ..arrays.shapes import TensorShape
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Tensor
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from . import shape_rules as rules
from .accumulated import unsorted_segment_sum
from .creation import convert_to_tensor
from .function import definition_of, dtype_of, op
from .operands import operand
from .placeholders import placeholder

__all__ = [
    "SparseTensor",
    "SparseTensorValue",
    "sparse_placeholder",
    "sparse_tensor_dense_matmul",
    "sparse_tensor_to_dense",
    "sparse_to_dense",
    "string_split",
]


# ---- what a graph must know of them


def _dense_shape(indices: Any, shape: Any, values: Any, default: Any, *, output_shape: Any) -> Any:
    rules.with_rank(shape, 1)
    if output_shape is None:
        return None if shape is None or shape[0] is None else rules.unknown(shape[0])
    return tuple(output_shape)


def _product_shape(
    indices: Any, shape: Any, values: Any, b: Any, *, a_shape: Any, adjoint_a: bool, adjoint_b: bool
) -> Any:
    a = (None, None) if a_shape is None else tuple(a_shape)
    return rules.matmul(a, b, transpose_a=adjoint_a, transpose_b=adjoint_b)


def _split_shapes(source: Any, *, delimiter: Any) -> list[Any]:
    if isinstance(delimiter, (list, tuple)):
        raise shape_errors.must_have_rank(0, 1)
    return [(None, 2), (None,), (2,)]


def _split_dtypes(values: dict[str, Any]) -> list[DType]:
    return [int64, string, int64]


# ---- the functions


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:
    """Return a SparseTensor whose value `Session.run` is fed: a SparseTensorValue, or a tuple of its three arrays.

    Args:
        dtype: of the values.
        shape: None where not even the rank is known; None in it for a size that is not; or a tensor `[rank]`, int64.
        name: "<name>/indices", "<name>/values" and "<name>/shape" are fed.

    Raises:
        RuntimeError: everything is computed at once here.
        ValueError: a tensor of another dtype.
    """
    names = [None if name is None else f"{name}/{part}" for part in ("shape", "values", "indices")]
    rank, dense_shape = _dense_shape_of(shape, names[0])
    values = placeholder(dtype, [None], names[1])
    return SparseTensor(placeholder(int64, [None, rank], names[2]), values, dense_shape)


def _dense_shape_of(shape: Any, name: str | None) -> tuple[Any, Any]:
    """Return the rank of what is fed, None if unknown, and its dense shape, a tensor."""
    if isinstance(shape, Tensor):
        dims = shape.get_shape()
        return (dims.as_list()[0] if dims.rank else None), convert_to_tensor(shape, int64)
    static = TensorShape(shape)
    if not static.is_fully_defined():
        return static.rank, placeholder(int64, [static.rank], name)
    return static.rank, convert_to_tensor(np.array(static.as_list(), np.int64), name=name)


@op(
    "SparseToDense",
    "sparse_indices output_shape:index | sparse_values default_value",
    shape=_dense_shape,
    dtype=dtype_of("sparse_values"),
)
def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Array:
    """Return an array of shape `output_shape` that holds `sparse_values` at `sparse_indices`.

    Args:
        sparse_indices: `[n, rank]`, `[n]` of a vector, or one number.
        output_shape: `[rank]`.
        sparse_values: `[n]`, or one for all places.
        default_value: what stands elsewhere.
        validate_indices: whether places that come twice, or not in the order of rows, are an error; on the host only.
        name: of the operation.

    Raises:
        InvalidArgumentError: a place that is not there, comes twice, or is out of order.
    """
    shape = tuple(int(size) for size in to_numpy(unwrap(output_shape)))
    values = operand(sparse_values)
    places = np.asarray(to_numpy(unwrap(sparse_indices)), np.int64)
    if places.ndim < 2:
        places = places.reshape(-1, 1)
    check_places(places, shape, validate_indices)
    if values.ndim and values.shape != (len(places),):
        raise errors.sparse_values_shape(values.shape, len(places))
    if np.ndim(unwrap(default_value)):
        raise errors.sparse_default()
    xp = array_module(values)
    dense: Array = xp.full(shape, xp.asarray(as_array(default_value, as_dtype(values.dtype))), values.dtype)
    dense[tuple(xp.asarray(places.T))] = values
    return dense


def check_places(places: Any, shape: tuple[int, ...], in_order: bool) -> None:
    """Check the indices `[n, rank]` of a sparse tensor, an array on the host; `in_order`: that of rows, each once.

    Raises:
        InvalidArgumentError: one is not as it has to be.
    """
    outside = ((places < 0) | (places >= np.asarray(shape, np.int64))).any(axis=1)
    if outside.any():
        row = int(outside.argmax())
        raise errors.place_outside(row, places[row].tolist(), shape)
    if in_order and len(places) > 1:
        flat = np.ravel_multi_index(tuple(places.T), shape)
        wrong = flat[1:] <= flat[:-1]
        if wrong.any():
            row = int(wrong.argmax()) + 1
            raise errors.place_out_of_order(row, places[row].tolist(), bool(flat[row] == flat[row - 1]))


def sparse_tensor_to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Array:
    """Return a sparse tensor as a full one, with `default_value`, 0 or empty text, elsewhere; see `sparse_to_dense`."""
    sparse = SparseTensor.from_value(sp_input)
    if default_value is None:
        default_value = b"" if sparse.dtype.base_dtype is string else np.zeros((), sparse.dtype.base_dtype.dtype)
    parts = sparse.indices, sparse.dense_shape, sparse.values
    return sparse_to_dense(*parts, default_value=default_value, validate_indices=validate_indices, name=name)


def sparse_tensor_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Array:
    """Return the product of a sparse matrix and a full one; `adjoint_...`: transposed and conjugated before.

    Raises:
        ValueError: the inner dimensions differ.
        InvalidArgumentError: an index is outside of the shape; on the host only.
    """
    sparse = SparseTensor.from_value(sp_a)
    parts = sparse.indices, sparse.values, sparse.dense_shape
    return sparse_product(*parts, b, adjoint_a=adjoint_a, adjoint_b=adjoint_b, name=name)


@op(
    "SparseTensorDenseMatMul",
    "a_indices a_shape:index | a_values b",
    inner="SparseTensorDenseMatMul",
    shape=_product_shape,
    dtype=dtype_of("b"),
)
def sparse_product(
    a_indices: Any,
    a_values: Any,
    a_shape: Any,
    b: Any,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    name: str | None = None,
) -> Array:
    """Do what `sparse_tensor_dense_matmul` does, with the three parts of the sparse matrix."""
    values, matrix = operand(a_values), operand(b)
    xp = array_module(matrix)
    places = xp.asarray(unwrap(a_indices))
    size, inner = (int(n) for n in to_numpy(unwrap(a_shape)))
    if xp is np:
        _check_factors(places, (size, inner), adjoint_a)
    rows, columns = places.T
    if adjoint_a:
        rows, columns, size, inner, values = columns, rows, inner, size, xp.conj(values)
    if adjoint_b:
        matrix = xp.conj(matrix.T)
    if inner != matrix.shape[0]:
        raise errors.matmul_shapes((size, inner), matrix.shape, False, False)
    parts = values[:, None] * matrix[columns]
    total: Array = definition_of(unsorted_segment_sum).function(parts, rows, size)
    return total


def _check_factors(places: Any, shape: tuple[int, int], adjoint: bool) -> None:
    """Check the indices `[n, 2]` of a sparse matrix; a negative one would count from the end."""
    outside = (places < 0) | (places >= np.asarray(shape))
    if outside.any():
        row, column = (int(n) for n in np.argwhere(outside)[0])
        letter = "k" if column != adjoint else "m"
        raise errors.factor_outside(letter, row, column, int(places[row, column]), shape[column])


def string_split(
    source: Any, sep: Any = None, skip_empty: bool = True, delimiter: Any = " ", name: str | None = None
) -> SparseTensor:
    """Return the pieces of each text of a vector: a row for each text, `[n, most pieces]`.

    Args:
        source: texts `[n]`.
        sep: `delimiter`, by its other name.
        skip_empty: whether pieces without a letter are left out.
        delimiter: each letter of it ends a piece; an empty one cuts letter by letter.
        name: of the operations.
    """
    found: Any = _split_text(source, delimiter if sep is None else sep, skip_empty, name=name)
    return SparseTensor(*found)


@op("StringSplit", "source", inner="StringSplit", shape=_split_shapes, dtype=_split_dtypes)
def _split_text(source: Any, delimiter: Any, skip_empty: bool, name: str | None = None) -> Any:
    given = as_array(unwrap(delimiter), string)
    if given.ndim:
        raise errors.delimiter_shape(given.shape)
    letters = given[()]
    pattern = re.compile(b"[" + re.escape(letters) + b"]") if letters else None
    rows = [_pieces(text, pattern, skip_empty) for text in as_array(unwrap(source), string)]
    places = [(row, column) for row, pieces in enumerate(rows) for column in range(len(pieces))]
    values = np.array([piece for pieces in rows for piece in pieces] + [None], object)[:-1]
    shape = np.array([len(rows), max(map(len, rows), default=0)], np.int64)
    return [np.array(places, np.int64).reshape(-1, 2), values, shape]


def _pieces(text: bytes, pattern: re.Pattern[bytes] | None, skip_empty: bool) -> list[bytes]:
    pieces = [text[k : k + 1] for k in range(len(text))] if pattern is None else pattern.split(text)
    return [piece for piece in pieces if piece or not skip_empty]
