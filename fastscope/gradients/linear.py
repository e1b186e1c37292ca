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
    y = op.outputs[0]
    return -ops.matmul(ops.matmul(y, d, transpose_a=True), y, transpose_b=True)


@rule("MatrixDeterminant")
def matrix_determinant(op: Operation, d: Any) -> Any:
    inverse = ops.matrix_inverse(op.inputs[0])
    scale = ops.expand_dims(ops.expand_dims(d * op.outputs[0], -1), -1)
    return scale * ops.matrix_transpose(inverse)


@rule("MatrixSolve")
def matrix_solve(op: Operation, d: Any) -> Any:
    matrix, adjoint = op.inputs[0], op.attributes["adjoint"]
    x = op.outputs[0]
    of_rhs = ops.matrix_solve(matrix, d, adjoint=not adjoint)
    product = ops.matmul(x, of_rhs, transpose_b=True) if adjoint else ops.matmul(of_rhs, x, transpose_b=True)
    return -product, of_rhs


@rule("Cholesky")
def cholesky(op: Operation, d: Any) -> Any:
    lower = op.outputs[0]
    inverse = ops.matrix_inverse(lower)
    middle = ops.matmul(lower, d, transpose_a=True)
    middle = ops.matrix_band_part(middle, -1, 0) - 0.5 * ops.matrix_band_part(middle, 0, 0)
    gradient = ops.matmul(ops.matmul(inverse, middle, transpose_a=True), inverse)
    return 0.5 * (gradient + ops.matrix_transpose(gradient))


@rule("Cross")
def cross(op: Operation, d: Any) -> Any:
    a, b = op.inputs
    return ops.cross(b, d), ops.cross(d, a)


@rule("MatrixTriangularSolve")
def matrix_triangular_solve(op: Operation, d: Any) -> Any:
    matrix, lower, adjoint = op.inputs[0], op.attributes["lower"], op.attributes["adjoint"]
    x = op.outputs[0]
    of_rhs: Any = triangular_solve(matrix, d, lower, not adjoint)
    product = ops.matmul(x, of_rhs, transpose_b=True) if adjoint else ops.matmul(of_rhs, x, transpose_b=True)
    return -(ops.matrix_band_part(product, -1, 0) if lower else ops.matrix_band_part(product, 0, -1)), of_rhs


@rule("SelfAdjointEigV2")
def self_adjoint_eig(op: Operation, of_values: Any, of_vectors: Any) -> Any:
    values, vectors = op.outputs
    middle = None if of_values is None else ops.matrix_diag(of_values)
    if of_vectors is not None:
        gaps = ops.expand_dims(values, -2) - ops.expand_dims(values, -1)
        turned = ops.div_no_nan(ops.matmul(vectors, of_vectors, transpose_a=True), gaps)
        middle = turned if middle is None else middle + turned
    gradient = ops.matmul(ops.matmul(vectors, middle), vectors, transpose_b=True)
    # as in TensorFlow the lower triangle alone counts
    gradient = ops.matrix_band_part(gradient + ops.matrix_transpose(gradient), -1, 0)
    return gradient - 0.5 * ops.matrix_band_part(gradient, 0, 0)
