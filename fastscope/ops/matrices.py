"""Decompositions of matrices, which lie in the last two dimensions, and what is made of them.

Source: tensorflow/python/ops/linalg_ops.py, linalg/linalg_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..arrays import array_module
from ..arrays.dtypes import DType, as_dtype
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .arranging import matrix_diag_part, matrix_transpose
from .complexes import conj
from .creation import convert_to_tensor
from .function import definition_of, op
from .linear import cholesky, matrix_solve, solved, square
from .math import FLOATS, log, matmul
from .operands import float_operand, same_dtype
from .reductions import reduce_sum
from .scoped import within
from .shaping import expand_dims, squeeze

__all__ = [
    "adjoint",
    "cholesky_solve",
    "log_matrix_determinant",
    "logdet",
    "matrix_solve_ls",
    "matrix_triangular_solve",
    "matvec",
    "qr",
    "self_adjoint_eig",
    "self_adjoint_eigvals",
    "slogdet",
    "svd",
]


def _triangular_solve(matrix: Any, rhs: Any, lower: bool, adjoint: bool) -> Any:
    xp = array_module(matrix)
    triangle = xp.tril(matrix) if lower else xp.triu(matrix)
    if not (matrix.ndim and xp.all(xp.diagonal(triangle, axis1=-2, axis2=-1))):
        raise errors.not_invertible("matrix_triangular_solve", "Input matrix is not invertible")
    if adjoint:
        triangle = xp.conj(triangle.swapaxes(-1, -2))
    if lower != adjoint:  # turned round it is an upper one: the solver goes through that without exchanging rows
        return xp.linalg.solve(triangle[..., ::-1, ::-1], rhs[..., ::-1, :])[..., ::-1, :]
    return xp.linalg.solve(triangle, rhs)


@op("MatrixTriangularSolve", "matrix rhs", shape=solved, kernel=_triangular_solve, allowed=FLOATS)
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

    Raises:
        InvalidArgumentError: there is a zero on the diagonal.
    """
    a, b = same_dtype("matrix_triangular_solve", (matrix, rhs))
    result: Array = _triangular_solve(a, b, lower, adjoint)
    return result


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Array:
    """Return x with A @ x = rhs, where `chol` is Cholesky's lower triangle of A.

    Args:
        chol: `[..., n, n]`, what `cholesky` returns.
        rhs: `[..., n, k]`.
        name: of its operations.
    """
    with within(name, "cholesky_solve"):
        return matrix_triangular_solve(chol, matrix_triangular_solve(chol, rhs), adjoint=True)


def _least_squares_shape(matrix: Any, rhs: Any) -> Any:
    if rules.at_least(matrix, 2) is None or rules.at_least(rhs, 2) is None:
        return None
    rules.same_size(matrix[-2], rhs[-2])
    return (*(rules.merged(matrix[:-2], rhs[:-2]) or ()), matrix[-1], rhs[-1])


@op("MatrixSolveLs", "matrix rhs", name="matrix_solve_ls", shape=_least_squares_shape, allowed=FLOATS)
def matrix_solve_ls(
    matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None
) -> Array:
    """Return x with the least squares of matrix @ x - rhs; of several the smallest one.

    Args:
        matrix: `[..., m, n]`.
        rhs: `[..., m, k]`.
        l2_regularizer: times the squares of x are added to what is least.
        fast: whether to solve the normal equations, which is quick and less exact; else by singular values, where
            there is no `l2_regularizer` and no gradient.
        name: drawn from the name table.

    Raises:
        InvalidArgumentError: `fast`, and the matrix has not full rank.
    """
    a, b = same_dtype("matrix_solve_ls", (matrix, rhs))
    xp = array_module(a)
    if not fast:
        return xp.matmul(xp.linalg.pinv(a), b)
    turned = xp.conj(a.swapaxes(-1, -2))
    tall = a.shape[-2] >= a.shape[-1]
    product = xp.matmul(turned, a) if tall else xp.matmul(a, turned)
    product = product + xp.asarray(l2_regularizer, a.dtype) * xp.eye(product.shape[-1], dtype=a.dtype)
    solve = definition_of(matrix_solve).function
    result: Array = solve(product, xp.matmul(turned, b)) if tall else xp.matmul(turned, solve(product, b))
    return result


def _eig_shapes(tensor: Any) -> Any:
    found = square(tensor)
    return [None if found is None else found[:-1], found]


@op("SelfAdjointEigV2", "tensor", name="SelfAdjointEigV2", shape=_eig_shapes, returns=tuple, allowed=FLOATS)
def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Array, Array]:
    """Return the eigenvalues `[..., n]` of symmetric matrices, the smallest first, and their vectors, in columns."""
    x = float_operand("self_adjoint_eig", tensor)
    values, vectors = array_module(x).linalg.eigh(x)
    return values.astype(x.dtype, copy=False), vectors


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Array:
    """Return the eigenvalues `[..., n]` of symmetric matrices, the smallest first."""
    with within(name, "self_adjoint_eigvals"):
        return self_adjoint_eig(tensor)[0]


def _svd_shapes(tensor: Any, *, full_matrices: bool) -> Any:
    if rules.at_least(tensor, 2) is None:
        return [None, None, None]
    *batch, rows, columns = tensor
    least = None if rows is None or columns is None else min(rows, columns)
    u, v = (rows, columns) if full_matrices else (least, least)
    return [(*batch, least), (*batch, rows, u), (*batch, columns, v)]


def _svd_dtypes(values: dict[str, Any]) -> list[DType]:
    dtype = values["tensor"].dtype.base_dtype
    return [dtype.real_dtype, dtype, dtype]


@op("Svd", "tensor", shape=_svd_shapes, dtype=_svd_dtypes, returns=tuple, allowed=FLOATS)
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
    if rules.at_least(input, 2) is None:
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
    """Return products of matrices `[..., m, n]` and vectors `[..., n]`; `transpose_a`, `adjoint_a`: see `matmul`."""
    with within(name, "MatVec"):
        a = convert_to_tensor(a)
        vectors = expand_dims(convert_to_tensor(b, as_dtype(a.dtype).base_dtype), -1)
        return squeeze(matmul(a, vectors, transpose_a, adjoint_a=adjoint_a), [-1])


def adjoint(matrix: Any, name: str | None = None) -> Array:
    """Return matrices transposed and conjugated."""
    with within(name, "adjoint"):
        return conj(matrix_transpose(convert_to_tensor(matrix)))


def logdet(matrix: Any, name: str | None = None) -> Array:
    """Return the logarithm of the determinant of positive definite matrices, without overflow."""
    with within(name, "logdet"):
        half: Array = reduce_sum(log(matrix_diag_part(cholesky(matrix))), [-1])
        return 2.0 * half


def _log_determinant(input: Any) -> Any:
    xp = array_module(input)
    sign, size = xp.linalg.slogdet(input)
    return xp.asarray(sign, input.dtype), xp.asarray(size).astype(input.dtype)


def _log_determinant_shapes(input: Any) -> Any:
    found = square(input)
    return [None if found is None else found[:-2]] * 2


@op(
    "LogMatrixDeterminant",
    "input",
    shape=_log_determinant_shapes,
    kernel=_log_determinant,
    returns=tuple,
    allowed=FLOATS,
)
def log_matrix_determinant(input: Any, name: str | None = None) -> tuple[Array, Array]:
    """Return the sign of the determinant of matrices, and the logarithm of its size."""
    sign, size = _log_determinant(float_operand("slogdet", input))
    return sign, size


slogdet = log_matrix_determinant
