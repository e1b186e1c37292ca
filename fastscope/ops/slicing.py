"""`tensor[index]`: numbers, slices, Ellipsis, None, tensors, and masks.

Source: tensorflow/python/ops/array_ops.py (_slice_helper).
"""

from __future__ import annotations

from typing import Any

from ..graph import Recorder, Tensor
from ..graph.conversion import as_tensor
from . import shape_rules
from .function import Definition
from .operands import operand

__all__ = ["sliced"]


def strided_slice_of(input: Any, index: Any) -> Any:
    """Return `input[index]`, for an index that may hold arrays without dimensions in place of numbers."""
    return operand(input)[tuple(_plain(item) for item in index)]


def _plain(item: Any) -> Any:
    if isinstance(item, slice):
        return slice(*(None if bound is None else int(bound) for bound in (item.start, item.stop, item.step)))
    return item if item is None or item is Ellipsis else int(item)


def _bounds(index: Any) -> Any:
    """Return an index as nested tuples, in which a plan finds tensors: a slice is ("slice", start, stop, step)."""
    return tuple(("slice", item.start, item.stop, item.step) if isinstance(item, slice) else item for item in index)


def _indexed(input: Any, index: Any) -> Any:
    return strided_slice_of(input, [slice(*item[1:]) if isinstance(item, tuple) else item for item in index])


def _shape(input: Any, *, index: Any) -> Any:
    items = [slice(*item[1:]) if isinstance(item, tuple) else item for item in index]
    return shape_rules.strided_slice(input, index=tuple(items))


_STRIDED_SLICE = Definition(_indexed, "StridedSlice", "input", name="strided_slice", shape=_shape, kernel=_indexed)


def sliced(recorder: Recorder, tensor: Any, index: Any) -> Tensor:
    """Write down `tensor[index]`."""
    whole = as_tensor(tensor, recorder)
    items = tuple(index) if isinstance(index, (list, tuple)) else (index,)
    values = {"input": whole, "index": _bounds(items)}
    made: Tensor = _STRIDED_SLICE.write(recorder, values)
    return made
