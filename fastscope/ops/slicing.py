"""`tensor[index]`: numbers, slices, Ellipsis, None, tensors, and masks.

Source: tensorflow/python/ops/array_ops.py (_slice_helper).
"""

from __future__ import annotations

from typing import Any

from ..arrays.dtypes import as_dtype
from ..arrays.dtypes import bool as bool_
from ..arrays.recordable import recordable
from ..errors import ops as errors
from ..graph import Recorder, Tensor
from ..graph.conversion import as_tensor
from ..graph.seeds import leave_out
from . import shape_rules
from .function import Definition
from .indices import ABSENT, NEW_AXIS, kept_item, plain_index
from .operands import operand

__all__ = ["newaxis", "sliced"]

newaxis = None  # in an index: a dimension of 1 is put in here


def _indexed(input: Any, index: Any) -> Any:
    array, plain = operand(input), plain_index(index)
    try:
        return array[plain]
    except IndexError:
        items = sum(item is not None and item is not Ellipsis for item in plain)
        if items > array.ndim:
            raise errors.index_of_nothing(array.ndim, array.ndim) from None
        raise


_NOT_KNOWN = object()


def _static(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if bound == ABSENT else _NOT_KNOWN if bound is None else bound for bound in item))
    return None if item == NEW_AXIS else _NOT_KNOWN if item is None else item


def _shape(input: Any, *, index: Any) -> Any:
    return shape_rules.strided_slice(input, index=tuple(_static(item) for item in index))


STRIDED_SLICE = Definition(_indexed, "StridedSlice", "input", name="strided_slice", shape=_shape, kernel=_indexed)


def _is_mask(index: Any) -> bool:
    dtype = getattr(index, "dtype", None)
    return dtype is not None and as_dtype(dtype).base_dtype is bool_


def _check_item(item: Any) -> None:
    """Check one item of an index.

    Raises:
        TypeError: it is nothing that TensorFlow takes.
    """
    if item is None or item is Ellipsis:
        return
    for part in (item.start, item.stop, item.step) if isinstance(item, slice) else (item,):
        if part is not None and not _is_scalar_integer(part):
            raise errors.bad_index(part)


def _is_scalar_integer(item: Any) -> bool:
    dtype = getattr(item, "dtype", None)
    if dtype is None:
        return hasattr(item, "__index__")
    rank = item.get_shape().ndims if hasattr(item, "get_shape") else item.ndim
    return as_dtype(dtype).is_integer and rank in (0, None)


def sliced(recorder: Recorder, tensor: Any, index: Any, name: str | None = None) -> Tensor:
    """Write down `tensor[index]`, as `name` or "strided_slice"."""
    whole = as_tensor(tensor, recorder)
    if isinstance(index, bool) or _is_mask(index):
        masked: Tensor = recordable.function("boolean_mask", whole, index)
        return masked
    items = tuple(index) if isinstance(index, (list, tuple)) else (index,)
    for item in items:
        _check_item(item)
        if type(item) is Tensor:
            recordable.operator("add", item, 1)  # TensorFlow's end of the slice, whose name is taken then
    values = {"input": whole, "index": tuple(kept_item(item) for item in items)}
    leave_out(recorder, 3)  # TensorFlow's vectors of begins, ends and strides
    made: Tensor = STRIDED_SLICE.write(recorder, values, name)
    return made
