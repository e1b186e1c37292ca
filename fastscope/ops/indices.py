"""The index of `tensor[index]` in a form in which a plan finds the tensors: a slice is (start, stop, step).

What is absent in it, and a new dimension, are texts, for None is what is not known of a tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.dtypes import as_dtype
from ..arrays.shapes import Dimension, TensorShape
from ..errors import graph as errors

__all__ = ["ABSENT", "NEW_AXIS", "check_sizes", "check_whole_numbers", "given_index", "kept_item", "plain_index"]

ABSENT, NEW_AXIS = "absent", "new axis"


def check_whole_numbers(argument: str, value: Any) -> None:
    """Check axes, shapes and the like that are given to an operation: numbers, tensors, or lists of these.

    Raises:
        TypeError: they are not int32 or int64; `argument` is TF's name of the input.
    """
    if isinstance(value, (list, tuple)):
        for inner in value:
            check_whole_numbers(argument, inner)
    elif isinstance(value, float) or hasattr(value, "dtype"):
        dtype = as_dtype(np.float32 if isinstance(value, float) else value.dtype).base_dtype
        if not (dtype.is_integer and (dtype.size >= 4 or not hasattr(value, "op"))):
            raise errors.type_not_allowed(argument, dtype, ["int32", "int64"])


def check_sizes(argument: str, shape: Any) -> None:
    """Check a shape that is given to an operation: every size is a number or a tensor.

    Raises:
        TypeError: one is neither, or not known.
        ValueError: it is None, or a TensorShape that does not know all of its sizes.
    """
    if shape is None:
        raise errors.none_as_input(argument)
    if isinstance(shape, TensorShape):
        if not shape.is_fully_defined():
            raise errors.shape_partly_known(shape)
    elif isinstance(shape, (list, tuple)):
        if all([type(size) is int for size in shape]):
            return
        if any(size is None or _is_unknown(size) for size in shape):
            raise errors.none_among_sizes(shape)
    check_whole_numbers(argument, shape)


def _is_unknown(size: Any) -> bool:
    return isinstance(size, Dimension) and size.value is None


def kept_item(item: Any) -> Any:
    """Return an item of an index as a plan finds tensors in it: a slice is (start, stop, step)."""
    if isinstance(item, slice):
        return tuple(ABSENT if bound is None else bound for bound in (item.start, item.stop, item.step))
    return NEW_AXIS if item is None else item


def plain_index(index: Any) -> tuple[Any, ...]:
    """Return an index of kept items, with what stood there as a tensor, as NumPy takes it."""
    return tuple(_plain(item) for item in index)


def given_index(index: Any) -> tuple[Any, ...]:
    """Return an index as it was given to `sliced`, tensors included."""
    return tuple(_given(item) for item in index)


def _given(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if isinstance(bound, str) else bound for bound in item))
    return None if isinstance(item, str) else item


def _plain(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if isinstance(bound, str) else int(bound) for bound in item))
    if isinstance(item, str):
        return None
    return item if item is Ellipsis else int(item)
