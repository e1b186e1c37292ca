"""Products over several dimensions, and what is known of square matrices.

Source: tensorflow/python/ops/math_ops.py (tensordot), special_math_ops.py (einsum), linalg_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
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


def _rows_and_columns(x: Any) -> Any:
    return x


def _of_matrices(x: Any) -> Any:
    return None if x is None else x[:-2]


def _solved(matrix: Any, rhs: Any) -> Any:
    return rhs


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


def _of_matrix(name: str, type: str, kernel: str, shape: Callable[[Any], Any], summary: str) -> Callable[..., Array]:
    """Return the function `name` of matrices, which `xp.linalg` has under the name `kernel`."""

    def compute(input: Any) -> Any:
        return getattr(array_module(input).linalg, kernel)(input)

    def function(input: Any, name: str | None = None) -> Array:
        result: Array = compute(float_operand(function.__name__, input))
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return {summary} of matrices, which lie in the last two dimensions."
    return op(type, "input", shape=shape, kernel=compute, allowed=FLOATS)(function)


matrix_inverse = _of_matrix("matrix_inverse", "MatrixInverse", "inv", _rows_and_columns, "the inverse")
matrix_determinant = _of_matrix("matrix_determinant", "MatrixDeterminant", "det", _of_matrices, "the determinant")
cholesky = _of_matrix("cholesky", "Cholesky", "cholesky", _rows_and_columns, "Cholesky's lower triangle")


@op("MatrixSolve", "matrix rhs", shape=_solved, allowed=FLOATS)
def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Array:
    """Return x with matrix @ x = rhs; `adjoint`: with the matrix transposed and conjugated."""
    a, b = same_dtype("matrix_solve", (matrix, rhs))
    xp = array_module(a)
    return xp.linalg.solve(xp.conj(a.swapaxes(-1, -2)) if adjoint else a, b)


def trace(x: Any, name: str | None = None) -> Array:
    """Return the sum of the diagonal of matrices, which lie in the last two dimensions."""
    with within(name, "Trace") as scope:
        return reduce_sum(matrix_diag_part(x), [-1], name=scope)


@op("Cross", "a b", shape=rules.same)
def cross(a: Any, b: Any, name: str | None = None) -> Array:
    """Return the cross product of vectors of 3, which lie along the last dimension."""
    xp, a, b = operands("cross", a, b)
    return xp.cross(a, b)
