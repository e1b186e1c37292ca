"""Gradients of products over several dimensions, and of square matrices. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/linalg_grad.py (TF 1.15); Giles, An extended collection of
matrix derivative results, 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..errors import gradients as errors
from ..graph import Operation
from ..ops.linear import tensordot_axes, terms
from ..ops.matrices import adjoint
from ..ops.matrices import matrix_triangular_solve as triangular_solve
from .registry import rule


@rule("Tensordot")
def tensordot(op: Operation, d: Any) -> Any:
    a, b = op.inputs
    if a.dims is None or b.dims is None:
        raise errors.rank_not_known(op.name)
    left, right = tensordot_axes(op.attributes["axes"], (len(a.dims), len(b.dims)))
    free_a = [k for k in range(len(a.dims)) if k not in left]
    free_b = [k for k in range(len(b.dims)) if k not in right]
    last = list(range(len(free_a), len(free_a) + len(free_b)))
    # both come with the dimensions that are left first, then those that were summed over, in the other's order
    of_a = ops.tensordot(d, b, [last, free_b])
    in_order = [left[right.index(k)] for k in sorted(right)]
    of_b = ops.tensordot(a, d, [free_a, list(range(len(free_a)))])
    summed = [right[left.index(k)] for k in sorted(left)]
    return (
        ops.transpose(of_a, np.argsort(free_a + in_order).tolist()),
        ops.transpose(of_b, np.argsort(summed + free_b).tolist()),
    )


@rule("Einsum")
def einsum(op: Operation, d: Any) -> Any:
    given, result = terms(op.attributes["equation"])
    found = []
    for k, letters in enumerate(given):
        others = [(given[m], x) for m, x in enumerate(op.inputs) if m != k]
        known = result + "".join(other for other, _ in others)
        lost = [letter for letter in letters if letter not in known]
        kept = "".join(letter for letter in letters if letter not in lost)
        equation = f"{','.join([result, *(other for other, _ in others)])}->{kept}"
        part = ops.einsum(equation, d, *(x for _, x in others))
        for place, letter in enumerate(letters):
            if letter in lost:
                part = ops.expand_dims(part, place)
        found.append(ops.broadcast_to(part, ops.shape(op.inputs[k])) if lost else part)
    return found


@rule("MatrixInverse")
def matrix_inverse(op: Operation, d: Any) -> Any:
    y: Any = op.outputs[0]
    if op.attributes["adjoint"]:
        d, y = adjoint(d), adjoint(y)
    return -ops.matmul(ops.matmul(y, d, adjoint_a=True), y, adjoint_b=True)


@rule("MatrixDeterminant")
def matrix_determinant(op: Operation, d: Any) -> Any:
    inverse = ops.matrix_inverse(op.inputs[0], adjoint=True)
    return _of_matrices(d * ops.conj(op.outputs[0])) * inverse


@rule("LogMatrixDeterminant")
def log_matrix_determinant(op: Operation, of_sign: Any, d: Any) -> Any:
    return None if d is None else _of_matrices(d) * ops.matrix_inverse(op.inputs[0], adjoint=True)


def _of_matrices(d: Any) -> Any:
    """Return numbers, one for each matrix, as matrices of 1 by 1."""
    return ops.expand_dims(ops.expand_dims(d, -1), -1)


@rule("MatrixSolve")
def matrix_solve(op: Operation, d: Any) -> Any:
    matrix, adjoint = op.inputs[0], op.attributes["adjoint"]
    x = op.outputs[0]
    of_rhs = ops.matrix_solve(matrix, d, adjoint=not adjoint)
    product = ops.matmul(x, of_rhs, adjoint_b=True) if adjoint else ops.matmul(of_rhs, x, adjoint_b=True)
    return -product, of_rhs


@rule("MatrixSolveLs")
def matrix_solve_ls(op: Operation, d: Any) -> Any:
    matrix, rhs = op.inputs
    x, l2 = op.outputs[0], op.attributes["l2_regularizer"]
    if not op.attributes["fast"]:
        raise errors.no_gradient_of_exact(op.name)
    rows, columns = _sizes(op, matrix)
    tall = rows >= columns
    product = ops.matmul(matrix, matrix, adjoint_a=True) if tall else ops.matmul(matrix, matrix, adjoint_b=True)
    product = product + ops.multiply(ops.eye(min(rows, columns), dtype=product.dtype), ops.cast(l2, product.dtype))
    if tall:
        z = ops.matrix_solve(product, d)
        both = ops.matmul(x, z, adjoint_b=True)
        of_matrix = ops.matmul(rhs, z, adjoint_b=True) - ops.matmul(matrix, both + adjoint(both))
        return of_matrix, ops.matmul(matrix, z)
    of_rhs = ops.matrix_solve(product, ops.matmul(matrix, d))
    y = ops.matrix_solve(product, rhs)
    left = ops.matmul(of_rhs, ops.matmul(y, matrix, adjoint_a=True))
    rest = d - ops.matmul(matrix, of_rhs, adjoint_a=True)
    return ops.matmul(y, rest, adjoint_b=True) - left, of_rhs


def _sizes(op: Operation, matrix: Any) -> tuple[int, int]:
    """Return how many rows and columns matrices have."""
    if matrix.dims is None or None in matrix.dims[-2:]:
        raise errors.rank_not_known(op.name)
    rows, columns = matrix.dims[-2:]
    return rows, columns


@rule("Cholesky")
def cholesky(op: Operation, d: Any) -> Any:
    lower = op.outputs[0]
    inverse = ops.matrix_inverse(lower)
    middle = ops.matmul(lower, d, adjoint_a=True)
    middle = ops.matrix_band_part(middle, -1, 0) - 0.5 * ops.matrix_band_part(middle, 0, 0)
    gradient = ops.matmul(ops.matmul(inverse, middle, adjoint_a=True), inverse)
    return 0.5 * (gradient + adjoint(gradient))


@rule("Qr")
def qr(op: Operation, of_q: Any, of_r: Any) -> Any:
    q, r = op.outputs
    rows, columns = _sizes(op, r)
    if rows != columns:
        raise errors.no_gradient_of_shape("Qr", op.name, "more columns than rows, or full matrices that are not square")
    of_q = ops.zeros_like(q) if of_q is None else of_q
    of_r = ops.zeros_like(r) if of_r is None else of_r
    turned, scaled = ops.matmul(q, of_q, adjoint_a=True), ops.matmul(r, of_r, adjoint_b=True)
    middle = ops.matrix_band_part(turned - adjoint(turned) + scaled - adjoint(scaled), -1, 0)
    first = ops.matmul(q, of_r + _over(middle, r))
    return first + _over(of_q - ops.matmul(q, turned), r)


def _over(x: Any, r: Any) -> Any:
    """Return x times the inverse of the adjoint of an upper triangle."""
    return adjoint(triangular_solve(r, adjoint(x), lower=False))


@rule("Svd")
def svd(op: Operation, of_s: Any, of_u: Any, of_v: Any) -> Any:
    s, u, v = op.outputs
    if s.dims is None or s.dims[-1] is None:
        raise errors.rank_not_known(op.name)
    count = s.dims[-1]
    first_u, first_v = u[..., :count], v[..., :count]
    middle = None if of_s is None else ops.matrix_diag(ops.cast(of_s, u.dtype))
    if of_u is None and of_v is None:
        return ops.matmul(first_u, ops.matmul(middle, first_v, adjoint_b=True))
    if u.dtype.is_complex:
        raise errors.no_gradient_of_shape("Svd", op.name, "complex vectors")
    row = ops.expand_dims(s, -2)
    squares = ops.square(s)
    gaps = ops.expand_dims(squares, -2) - ops.expand_dims(squares, -1)
    total: Any = 0.0
    if of_u is not None:
        turned = ops.matmul(first_u, of_u[..., :count], adjoint_a=True)
        part = ops.div_no_nan(turned + ops.negative(ops.matrix_transpose(turned)), gaps) * row
        middle = part if middle is None else middle + part
        rest = _outside(first_u, u, of_u, turned, count)
        total = total + ops.matmul(ops.divide(rest, row), first_v, transpose_b=True)
    if of_v is not None:
        turned = ops.matmul(first_v, of_v[..., :count], adjoint_a=True)
        part = ops.div_no_nan(turned - ops.matrix_transpose(turned), gaps) * ops.expand_dims(s, -1)
        middle = part if middle is None else middle + part
        rest = _outside(first_v, v, of_v, turned, count)
        total = total + ops.matmul(ops.divide(first_u, row), rest, transpose_b=True)
    return total + ops.matmul(first_u, ops.matmul(middle, first_v, transpose_b=True))


def _outside(first: Any, whole: Any, d: Any, turned: Any, count: int) -> Any:
    """Return what the gradient of vectors says of directions outside of the first ones."""
    rest = d[..., :count] - ops.matmul(first, turned)
    others = ops.matmul(d[..., count:], first, transpose_a=True)
    return rest - ops.matmul(whole[..., count:], others)


@rule("Cross")
def cross(op: Operation, d: Any) -> Any:
    a, b = op.inputs
    return ops.cross(b, d), ops.cross(d, a)


@rule("MatrixTriangularSolve")
def matrix_triangular_solve(op: Operation, d: Any) -> Any:
    matrix, lower, adjoint = op.inputs[0], op.attributes["lower"], op.attributes["adjoint"]
    x = op.outputs[0]
    of_rhs: Any = triangular_solve(matrix, d, lower, not adjoint)
    product = ops.matmul(x, of_rhs, adjoint_b=True) if adjoint else ops.matmul(of_rhs, x, adjoint_b=True)
    return -(ops.matrix_band_part(product, -1, 0) if lower else ops.matrix_band_part(product, 0, -1)), of_rhs


@rule("SelfAdjointEigV2")
def self_adjoint_eig(op: Operation, of_values: Any, of_vectors: Any) -> Any:
    values, vectors = op.outputs
    middle = None if of_values is None else ops.matrix_diag(of_values)
    if of_vectors is not None:
        gaps = ops.expand_dims(values, -2) - ops.expand_dims(values, -1)
        apart = ops.cast(ops.not_equal(gaps, ops.zeros_like(gaps)), gaps.dtype)
        turned = ops.matmul(vectors, of_vectors, adjoint_a=True) * apart / (gaps + (1 - apart))
        middle = turned if middle is None else middle + turned
    gradient = ops.matmul(ops.matmul(vectors, middle), vectors, adjoint_b=True)
    # as in TensorFlow the lower triangle alone counts
    gradient = ops.matrix_band_part(gradient + adjoint(gradient), -1, 0)
    return gradient - 0.5 * ops.matrix_band_part(gradient, 0, 0)
