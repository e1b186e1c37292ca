"""Products over several dimensions, and what is known of square matrices.

Source: tensorflow/python/ops/math_ops.py (tensordot), special_math_ops.py (einsum), linalg_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .arranging import matrix_diag_part
from .function import op
from .math import FLOATS, of_one_dtype
from .operands import float_operand, operands, same_dtype
from .reductions import reduce_sum
from .scoped import within

__all__ = ["cholesky", "cross", "einsum", "matrix_determinant", "matrix_inverse", "matrix_solve", "tensordot", "trace"]


# ---- what a graph must know of them


def tensordot_axes(axes: Any, ranks: tuple[int, int]) -> tuple[list[int], list[int]]:
    """Return the dimensions of both that are summed over, counted from the front."""
    if not isinstance(axes, (list, tuple)) and np.ndim(unwrap(axes)) == 0:
        count = int(unwrap(axes))
        return list(range(ranks[0] - count, ranks[0])), list(range(count))
    a, b = (np.ravel(unwrap(part)).tolist() for part in axes)
    if len(a) != len(b):
        raise errors.tensordot_axes(a, b)
    return [int(k) % ranks[0] for k in a], [int(k) % ranks[1] for k in b]


def _dotted(a: Any, b: Any, *, axes: Any) -> Any:
    if a is None or b is None or axes is None:
        return None
    left, right = tensordot_axes(axes, (len(a), len(b)))
    for k, m in zip(left, right, strict=True):
        rules.merged((a[k],), (b[m],))
    return tuple(n for k, n in enumerate(a) if k not in left) + tuple(n for k, n in enumerate(b) if k not in right)


def terms(equation: str) -> tuple[list[str], str]:
    """Return the letters of each array, and of the result, of an equation such as "bij,jk->bik"."""
    given, arrow, result = equation.replace(" ", "").partition("->")
    if not arrow:
        letters = given.replace(",", "")
        result = "".join(sorted(letter for letter in set(letters) if letters.count(letter) == 1))
    return given.split(","), result


def _summed(*shapes: Any, equation: str) -> Any:
    given, result = terms(equation)
    sizes: dict[str, Any] = {}
    for letters, shape in zip(given, shapes, strict=True):
        for letter, size in zip(letters, (None,) * len(letters) if shape is None else shape, strict=True):
            (sizes[letter],) = rules.merged((sizes.get(letter),), (size,)) or (None,)
    return tuple(sizes[letter] for letter in result)


def square(x: Any) -> Any:
    """Return the shape of square matrices."""
    if rules.at_least(x, 2) is None:
        return None
    size = rules.same_size(x[-2], x[-1])
    return (*x[:-2], size, size)


def _of_matrices(x: Any) -> Any:
    if rules.at_least(x, 2) is None:
        return None
    rules.same_size(x[-1], x[-2])  # in this order TensorFlow's message has the two
    return x[:-2]


def solved(matrix: Any, rhs: Any) -> Any:
    """Return the shape of what is found for the right sides `rhs` of square matrices."""
    found = square(matrix)
    if found is None or rules.at_least(rhs, 2) is None:
        return None
    return (*(rules.merged(found[:-2], rhs[:-2]) or ()), rules.same_size(found[-1], rhs[-2]), rhs[-1])


# ---- products


@op("Tensordot", "a b", shape=_dotted, normalize=of_one_dtype)
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Array:
    """Return the sum of products over dimensions of both.

    Args:
        axes: n sums over the last n of `a` and the first n of `b`; [[...], [...]] lists the dimensions of each.

    Raises:
        ValueError: the two lists differ in length, or the dimensions in size.
    """
    a, b = same_dtype("tensordot", (a, b))
    return array_module(a).tensordot(a, b, tensordot_axes(axes, (a.ndim, b.ndim)))


def einsum(equation: str, *inputs: Any, name: str | None = None) -> Array:
    """Return the sum of products that `equation` says: "bij,jk->bik" has a letter for each dimension."""
    return _einsum(list(inputs), equation=equation, name=name)


@op("Einsum", "inputs*", name="einsum", inner="Reshape_2", shape=_summed)
def _einsum(inputs: Any, equation: str = "", name: str | None = None) -> Array:
    arrays = same_dtype("einsum", inputs)
    return array_module(*arrays).einsum(equation, *arrays)


# ---- square matrices


def _adjoint(x: Any) -> Any:
    return array_module(x).conj(x.swapaxes(-1, -2))


def _checked(op: str, *matrices: Any) -> None:
    for x in matrices:
        if x.ndim < 2:
            raise errors.needs_rank(op, "input", x.shape, 2)
    if matrices[0].shape[-1] != matrices[0].shape[-2]:
        raise errors.not_square(op, matrices[0].shape)


def _inverse(input: Any, adjoint: bool) -> Any:
    _checked("matrix_inverse", input)
    xp = array_module(input)
    try:
        return xp.linalg.inv(_adjoint(input) if adjoint else input)
    except np.linalg.LinAlgError:
        raise errors.not_invertible("matrix_inverse", "Input is not invertible") from None


@op("MatrixInverse", "input", shape=square, kernel=_inverse, allowed=FLOATS)
def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Array:
    """Return the inverse of matrices, which lie in the last two dimensions.

    Args:
        input: `[..., n, n]`.
        adjoint: whether that of the matrices transposed and conjugated.
        name: drawn from the name table.

    Raises:
        InvalidArgumentError: a matrix has none.
    """
    result: Array = _inverse(float_operand("matrix_inverse", input), adjoint)
    return result


def _determinant(input: Any) -> Any:
    _checked("matrix_determinant", input)
    return array_module(input).linalg.det(input)


@op("MatrixDeterminant", "input", shape=_of_matrices, kernel=_determinant, allowed=FLOATS)
def matrix_determinant(input: Any, name: str | None = None) -> Array:
    """Return the determinant of matrices, which lie in the last two dimensions."""
    result: Array = _determinant(float_operand("matrix_determinant", input))
    return result


def _lower_triangle(input: Any) -> Any:
    _checked("cholesky", input)
    try:
        return array_module(input).linalg.cholesky(input)
    except np.linalg.LinAlgError:
        raise errors.not_positive_definite() from None


@op("Cholesky", "input", shape=square, kernel=_lower_triangle, allowed=FLOATS)
def cholesky(input: Any, name: str | None = None) -> Array:
    """Return Cholesky's lower triangle of matrices, which lie in the last two dimensions.

    Raises:
        InvalidArgumentError: a matrix is not positive definite.
    """
    result: Array = _lower_triangle(float_operand("cholesky", input))
    return result


@op("MatrixSolve", "matrix rhs", shape=solved, allowed=FLOATS)
def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Array:
    """Return x with matrix @ x = rhs; `adjoint`: with the matrix transposed and conjugated.

    Raises:
        InvalidArgumentError: the matrix has no inverse.
    """
    a, b = same_dtype("matrix_solve", (matrix, rhs))
    _checked("matrix_solve", a, b)
    try:
        return array_module(a).linalg.solve(_adjoint(a) if adjoint else a, b)
    except np.linalg.LinAlgError:
        raise errors.not_invertible("matrix_solve", "Input matrix is not invertible") from None


def trace(x: Any, name: str | None = None) -> Array:
    """Return the sum of the diagonal of matrices, which lie in the last two dimensions."""
    with within(name, "Trace") as scope:
        return reduce_sum(matrix_diag_part(x), [-1], name=scope)


@op("Cross", "a b", shape=rules.same)
def cross(a: Any, b: Any, name: str | None = None) -> Array:
    """Return the cross product of vectors of 3, which lie along the last dimension."""
    xp, a, b = operands("cross", a, b)
    return xp.cross(a, b)
