"""`tensor[index]`: numbers, slices, Ellipsis, None, tensors, and masks.

Source: tensorflow/python/ops/array_ops.py (_slice_helper).
"""

from __future__ import annotations

from typing import Any

from ..graph import Recorder, Tensor
from ..graph.conversion import as_tensor
from . import shape_rules
from .function import Definition
from .indices import ABSENT, NEW_AXIS, kept_item, plain_index
from .operands import operand

__all__ = ["newaxis", "sliced"]

newaxis = None  # in an index: a dimension of 1 is put in here


def _indexed(input: Any, index: Any) -> Any:
    return operand(input)[plain_index(index)]


_NOT_KNOWN = object()


def _static(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if bound == ABSENT else _NOT_KNOWN if bound is None else bound for bound in item))
    return None if item == NEW_AXIS else _NOT_KNOWN if item is None else item


def _shape(input: Any, *, index: Any) -> Any:
    return shape_rules.strided_slice(input, index=tuple(_static(item) for item in index))


_STRIDED_SLICE = Definition(_indexed, "StridedSlice", "input", name="strided_slice", shape=_shape, kernel=_indexed)


def sliced(recorder: Recorder, tensor: Any, index: Any) -> Tensor:
    """Write down `tensor[index]`."""
    whole = as_tensor(tensor, recorder)
    items = tuple(index) if isinstance(index, (list, tuple)) else (index,)
    values = {"input": whole, "index": tuple(kept_item(item) for item in items)}
    made: Tensor = _STRIDED_SLICE.write(recorder, values)
    return made
