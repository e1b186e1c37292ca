"""Decompositions of matrices, which lie in the last two dimensions, and what is made of them.

Source: tensorflow/python/ops/linalg_ops.py, linalg/linalg_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..arrays import array_module
from ..arrays.dtypes import as_dtype
from ..arrays.typing import Array
from .arranging import matrix_diag_part, matrix_transpose
from .complexes import conj
from .creation import convert_to_tensor
from .elementwise import sign
from .function import op
from .linear import cholesky, matrix_determinant
from .math import FLOATS, abs, log, matmul
from .operands import float_operand, same_dtype
from .reductions import reduce_sum
from .scoped import within
from .shaping import expand_dims, squeeze

__all__ = [
    "adjoint",
    "logdet",
    "matrix_triangular_solve",
    "matvec",
    "qr",
    "self_adjoint_eig",
    "self_adjoint_eigvals",
    "slogdet",
    "svd",
]


def _like_rhs(matrix: Any, rhs: Any) -> Any:
    return rhs


@op("MatrixTriangularSolve", "matrix rhs", shape=_like_rhs, allowed=FLOATS)
def matrix_triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Array:
    """Return x with matrix @ x = rhs, of which the lower triangle alone is looked at, or the upper one.

    Args:
        matrix: `[..., n, n]`.
        rhs: `[..., n, k]`.
        lower: which triangle.
        adjoint: whether the triangle is transposed and conjugated.
        name: drawn from the name table.
    """
    a, b = same_dtype("matrix_triangular_solve", (matrix, rhs))
    xp = array_module(a)
    triangle = xp.tril(a) if lower else xp.triu(a)
    return xp.linalg.solve(xp.conj(triangle.swapaxes(-1, -2)) if adjoint else triangle, b)


def _eig_shapes(tensor: Any) -> Any:
    return [None if tensor is None else tensor[:-1], tensor]


@op("SelfAdjointEigV2", "tensor", name="SelfAdjointEigV2", shape=_eig_shapes, returns=tuple, allowed=FLOATS)
def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Array, Array]:
    """Return the eigenvalues `[..., n]` of symmetric matrices, the smallest first, and their vectors, in columns."""
    values, vectors = array_module(tensor).linalg.eigh(float_operand("self_adjoint_eig", tensor))
    return values, vectors


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Array:
    """Return the eigenvalues `[..., n]` of symmetric matrices, the smallest first."""
    with within(name, "self_adjoint_eigvals"):
        return self_adjoint_eig(tensor)[0]


def _svd_shapes(tensor: Any, *, full_matrices: bool) -> Any:
    if tensor is None:
        return [None, None, None]
    *batch, rows, columns = tensor
    least = None if rows is None or columns is None else min(rows, columns)
    u, v = (rows, columns) if full_matrices else (least, least)
    return [(*batch, least), (*batch, rows, u), (*batch, columns, v)]


@op("Svd", "tensor", shape=_svd_shapes, returns=tuple, allowed=FLOATS)
def _svd(tensor: Any, full_matrices: bool, name: str | None = None) -> tuple[Array, Array, Array]:
    x = float_operand("svd", tensor)
    xp = array_module(x)
    u, s, vh = xp.linalg.svd(x, full_matrices=full_matrices)
    return s, u, xp.conj(vh.swapaxes(-1, -2))


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Return singular values s `[..., n]`, the largest first, and u, v with u @ diag(s) @ transpose(v) = tensor.

    Args:
        tensor: `[..., rows, columns]`.
        full_matrices: whether u and v are square.
        compute_uv: whether to return them as well; else s alone.
        name: drawn from the name table.
    """
    s, u, v = _svd(tensor, full_matrices and compute_uv, name=name)
    return (s, u, v) if compute_uv else s


def _qr_shapes(input: Any, *, full_matrices: bool) -> Any:
    if input is None:
        return [None, None]
    *batch, rows, columns = input
    least = None if rows is None or columns is None else min(rows, columns)
    inner = rows if full_matrices else least
    return [(*batch, rows, inner), (*batch, inner, columns)]


@op("Qr", "input", shape=_qr_shapes, returns=tuple, allowed=FLOATS)
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> tuple[Array, Array]:
    """Return q, whose columns are orthonormal, and r, an upper triangle, with q @ r = input."""
    x = float_operand("qr", input)
    q, r = array_module(x).linalg.qr(x, "complete" if full_matrices else "reduced")
    return q, r


# ---- made of others


def matvec(
    a: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False, a_is_sparse: bool = False,
    b_is_sparse: bool = False, name: str | None = None,
) -> Array:  # fmt: skip
    """Return products of matrices `[..., m, n]` and vectors `[..., n]`; `transpose_a`: of the matrices transposed."""
    with within(name, "MatVec"):
        a = convert_to_tensor(a)
        vectors = expand_dims(convert_to_tensor(b, as_dtype(a.dtype).base_dtype), -1)
        return squeeze(matmul(a, vectors, transpose_a or adjoint_a), [-1])


def adjoint(matrix: Any, name: str | None = None) -> Array:
    """Return matrices transposed and conjugated."""
    with within(name, "adjoint"):
        return conj(matrix_transpose(convert_to_tensor(matrix)))


def logdet(matrix: Any, name: str | None = None) -> Array:
    """Return the logarithm of the determinant of positive definite matrices, without overflow."""
    with within(name, "logdet"):
        half: Array = reduce_sum(log(matrix_diag_part(cholesky(matrix))), [-1])
        return 2.0 * half


def slogdet(input: Any, name: str | None = None) -> tuple[Array, Array]:
    """Return the sign of the determinant of matrices, and the logarithm of its size."""
    with within(name, "LogMatrixDeterminant"):
        found = matrix_determinant(input)
        return sign(found), log(abs(found))
