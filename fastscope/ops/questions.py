"""What is asked of arrays and values before they are used: order, kind, structure.

Source: tensorflow/python/ops/check_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..arrays.dtypes import DType, as_dtype, float32
from ..arrays.typing import Array
from ..errors import flow as errors
from ..graph import Tensor
from ..graph.sparse_tensor import SparseTensor
from .creation import convert_to_tensor
from .math import less, less_equal
from .reductions import reduce_all
from .scoped import within
from .shaping import reshape

__all__ = [
    "assert_proper_iterable",
    "assert_same_float_dtype",
    "is_non_decreasing",
    "is_strictly_increasing",
]


def is_non_decreasing(x: Any, name: str | None = None) -> Array:
    """Return whether the elements, row after row, never get smaller; of none or one they do not.

    Raises:
        TypeError: they are no numbers.
    """
    with within(name, "is_non_decreasing"):
        ahead, behind = _pairs(x)
        return reduce_all(less_equal(behind, ahead))


def is_strictly_increasing(x: Any, name: str | None = None) -> Array:
    """Return whether the elements, row after row, always get larger; of none or one they do.

    Raises:
        TypeError: they are no numbers.
    """
    with within(name, "is_strictly_increasing"):
        ahead, behind = _pairs(x)
        return reduce_all(less(behind, ahead))


def _pairs(x: Any) -> Any:
    """Return all elements but the first one, and all but the last one."""
    x = convert_to_tensor(x)
    dtype = as_dtype(x.dtype).base_dtype
    if not (dtype.is_floating or dtype.is_integer or dtype.is_complex):
        raise errors.not_numeric(x)
    flat = reshape(x, [-1])
    return flat[1:], flat[:-1]


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> DType:
    """Return the dtype of floats that all of `tensors` have, and `dtype`; float32 where there are neither.

    Raises:
        ValueError: they differ, or it is none of floats.
    """
    wanted, first = None if dtype is None else as_dtype(dtype).base_dtype, None
    for tensor in tensors or ():
        if tensor is None:
            continue
        found = as_dtype(tensor.dtype).base_dtype
        if wanted is None:
            wanted, first = found, tensor
        elif found is not wanted:
            raise errors.dtypes_not_the_same(tensor, found, wanted, first)
    wanted = float32 if wanted is None else wanted
    if not wanted.is_floating:
        raise errors.not_floating(wanted)
    return wanted


def assert_proper_iterable(values: Any) -> None:
    """Check that it is a list of things, or the like: no text, no array, no tensor.

    Raises:
        TypeError: it is not.
    """
    if isinstance(values, (Tensor, SparseTensor, np.ndarray, str, bytes)):
        raise errors.not_iterable(values, 'a "proper" iterable')
    if not isinstance(values, Iterable):
        raise errors.not_iterable(values, "iterable")
