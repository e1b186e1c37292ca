"""Initializers that know nothing of layers: constants, plain distributions, matrices.

Source: tensorflow/python/ops/init_ops.py; for Orthogonal, Saxe et al. 2013.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import as_host_array, dtypes
from ...arrays.dtypes import DType, as_dtype
from ...arrays.recordable import recordable
from ...arrays.streams import draw_normal, draw_orthogonal, draw_truncated_normal, draw_uniform
from ...errors import arrays as errors
from ...later import bring
from .base import HostArray, Initializer

__all__ = [
    "Constant",
    "Identity",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "Zeros",
    "fill_shape",
]


class Zeros(Initializer):
    """Zeros: False for bool, empty bytes for string."""

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = as_dtype(dtype)

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        if dtype == dtypes.string:
            return np.full(shape, b"", dtype=object)
        return np.zeros(shape, dtype.dtype)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        return recordable.function("zeros", shape, dtype)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return 1 for a constant; larger ones are filled."""
        return 1 if math.prod(shape) < 1000 else 3


class Ones(Initializer):
    """Ones: True for bool."""

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = as_dtype(dtype)

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        if dtype == dtypes.string:
            raise errors.wrong_value_type(1, dtype, dtypes.int32)
        return np.ones(shape, dtype.dtype)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        return recordable.function("ones", shape, dtype)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return 1 for a constant; larger ones are filled."""
        return 1 if math.prod(shape) < 1000 else 3


class Constant(Initializer):
    """A given value: a number everywhere, or a list whose elements fill the shape in C order.

    A list shorter than the shape goes on with its last element, as in TF1; with `verify_shape` the
    value must have exactly the variable's shape.
    """

    _arguments = ("value", "dtype", "verify_shape")

    def __init__(self, value: Any = 0, dtype: Any = dtypes.float32, verify_shape: bool = False) -> None:
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise errors.bad_constant(value)
        self.value = value
        self.dtype = as_dtype(dtype)
        self.verify_shape = verify_shape

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        return fill_shape(as_host_array(self.value, dtype), shape, self.verify_shape)

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise what a call for this shape would raise: before a session runs it, where a graph declares a variable."""
        if math.prod(shape):
            check_fill(np.shape(self.value), shape, self.verify_shape)


def check_fill(given: tuple[int, ...], shape: tuple[int, ...], verify_shape: bool) -> None:
    """Check that values of the shape `given` fill `shape`; see `fill_shape` for what is raised."""
    if verify_shape and given != shape:
        raise errors.constant_shape(shape, given)
    if math.prod(given) > math.prod(shape):
        raise errors.too_many_elements(shape, math.prod(given))


def fill_shape(values: HostArray, shape: tuple[int, ...], verify_shape: bool) -> HostArray:
    """Return a new array of `shape` holding `values` in C order, the last one repeated.

    A shape without elements takes any values, as in TF.

    Raises:
        TypeError: `verify_shape`, and `values` has another shape.
        ValueError: `values` has more elements than `shape`.
    """
    size = math.prod(shape)
    if not size:
        return np.empty(shape, values.dtype)
    check_fill(values.shape, shape, verify_shape)
    result = np.zeros(size, values.dtype)
    if values.size:
        result[: values.size] = values.ravel()
        result[values.size :] = values.ravel()[-1]
    return result.reshape(shape)


class RandomNormal(Initializer):
    """Normal distribution of the given mean and standard deviation."""

    _arguments = ("mean", "stddev", "seed", "dtype")
    _floats_only = True

    def __init__(
        self,
        mean: float = 0.0,
        stddev: float = 1.0,
        seed: int | None = None,
        dtype: Any = dtypes.float32,
    ) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        self.dtype = self._checked(as_dtype(dtype))

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        return draw_normal(shape, dtype, self.mean, self.stddev, self.seed)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        return recordable.function("random_normal", shape, self.mean, self.stddev, dtype, self.seed)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return 6: shape, mean, deviation, draw, product, sum."""
        return 6


class TruncatedNormal(RandomNormal):
    """Normal distribution, redrawn where it falls further than two `stddev` from `mean`."""

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        return draw_truncated_normal(shape, dtype, self.mean, self.stddev, self.seed)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        return recordable.function("truncated_normal", shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(Initializer):
    """Uniform distribution over [minval, maxval), for integer dtypes too.

    `maxval=None` is 1 for floats; integers need a maxval.
    """

    _arguments = ("minval", "maxval", "seed", "dtype")

    def __init__(
        self,
        minval: float = 0.0,
        maxval: float | None = None,
        seed: int | None = None,
        dtype: Any = dtypes.float32,
    ) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        if not (dtype.is_floating or dtype.is_integer):
            raise errors.initializer_wants_floats(type(self).__name__, dtype)
        if dtype.is_integer and self.maxval is None:
            raise errors.maxval_missing(dtype)
        maxval = 1.0 if self.maxval is None else self.maxval
        return draw_uniform(shape, dtype, self.minval, maxval, self.seed)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        return recordable.function("random_uniform", shape, self.minval, self.maxval, dtype, self.seed)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return 7: shape, both ends, draw, difference, product, sum; integers are drawn by the fourth."""
        return 4 if self.dtype.is_integer else 7


class Orthogonal(Initializer):
    """Orthonormal rows or columns, whichever are fewer, times `gain`.

    A shape of more than two dimensions is the matrix [prod(all but the last), last].
    """

    _arguments = ("gain", "seed", "dtype")
    _floats_only = True

    def __init__(self, gain: float = 1.0, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        self.gain = gain
        self.seed = seed
        self.dtype = self._checked(as_dtype(dtype))

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        if len(shape) < 2:
            raise errors.needs_matrix(type(self).__name__, "at least two-dimensional", shape)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = draw_orthogonal((max(rows, columns), min(rows, columns)), dtype, self.seed)
        q, r = np.linalg.qr(drawn)
        q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)  # else q is not evenly distributed
        matrix = q.T if rows < columns else q
        return (self.gain * matrix).reshape(shape).astype(dtype.dtype)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        if len(shape) < 2:
            raise errors.needs_matrix(type(self).__name__, "at least two-dimensional", shape)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        function = recordable.function
        sizes = (max(rows, columns), min(rows, columns))
        q, r = bring("ops.matrices", "qr")(function("random_normal", sizes, 0.0, 1.0, dtype, self.seed))
        q = q * function("sign", function("diag_part", r))
        matrix = function("matrix_transpose", q) if rows < columns else q
        return self.gain * function("reshape", matrix, shape)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return 14, or 16 where the matrix is turned."""
        return 16 if math.prod(shape[:-1]) < shape[-1] else 14


class Identity(Initializer):
    """The identity matrix times `gain`, not necessarily square."""

    _arguments = ("gain", "dtype")

    def __init__(self, gain: float = 1.0, dtype: Any = dtypes.float32) -> None:
        self.gain = gain
        self.dtype = as_dtype(dtype)

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        if len(shape) != 2:
            raise errors.needs_matrix(type(self).__name__, "two-dimensional", shape)
        return (self.gain * np.eye(*shape)).astype(dtype.dtype)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        if len(shape) != 2:
            raise errors.needs_matrix(type(self).__name__, "two-dimensional", shape)
        matrix = recordable.function("eye", *shape, dtype=dtype)
        return matrix if self.gain == 1.0 else self.gain * matrix

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return 4 for a square, else 5."""
        return 4 if len(set(shape)) == 1 else 5
