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

__all__ = ["given_index", "plain_index", "sliced"]


def plain_index(index: Any) -> tuple[Any, ...]:
    """Return an index as `sliced` keeps it, with what stood there as a tensor, as NumPy takes it."""
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


_ABSENT, _NEW_AXIS = "absent", "new axis"  # texts, for None is what is not known of a tensor


def _kept(item: Any) -> Any:
    """Return an item of an index as a plan finds tensors in it: a slice is (start, stop, step)."""
    if isinstance(item, slice):
        return tuple(_ABSENT if bound is None else bound for bound in (item.start, item.stop, item.step))
    return _NEW_AXIS if item is None else item


def _indexed(input: Any, index: Any) -> Any:
    return operand(input)[plain_index(index)]


_NOT_KNOWN = object()


def _static(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if bound == _ABSENT else _NOT_KNOWN if bound is None else bound for bound in item))
    return None if item == _NEW_AXIS else _NOT_KNOWN if item is None else item


def _shape(input: Any, *, index: Any) -> Any:
    return shape_rules.strided_slice(input, index=tuple(_static(item) for item in index))


_STRIDED_SLICE = Definition(_indexed, "StridedSlice", "input", name="strided_slice", shape=_shape, kernel=_indexed)


def sliced(recorder: Recorder, tensor: Any, index: Any) -> Tensor:
    """Write down `tensor[index]`."""
    whole = as_tensor(tensor, recorder)
    items = tuple(index) if isinstance(index, (list, tuple)) else (index,)
    values = {"input": whole, "index": tuple(_kept(item) for item in items)}
    made: Tensor = _STRIDED_SLICE.write(recorder, values)
    return made
