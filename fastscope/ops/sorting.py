"""Elements put in order and moved round, and older forms of functions that `math` and `shaping` have.

Source: tensorflow/python/ops/sort_ops.py, manip_ops.py, math_ops.py, array_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module, dtypes, unwrap
from ..arrays.dtypes import DType, as_dtype
from ..arrays.typing import Array
from ..errors import ops as errors
from ..graph import Recorder, Tensor
from .arranging import linspace, reverse
from .creation import convert_to_tensor
from .function import definition_of, op
from .math import add_n, negative
from .operands import checked_axis, operand, snapshot
from .picking import top_k, unique
from .reductions import argmax, argmin
from .scoped import inner, within
from .shaping import shape, transpose
from .slicing import sliced

__all__ = [
    "accumulate_n",
    "arg_max",
    "arg_min",
    "argsort",
    "lin_space",
    "reverse_v2",
    "roll",
    "shape_n",
    "sort",
    "strided_slice",
    "unique_with_counts",
]

lin_space = linspace
reverse_v2 = reverse


# ---- in order


def _ordered(values: Any, axis: int, direction: str, which: int) -> Any:
    """Return the elements (`which` 0) or their places (1) in order along `axis`."""
    if direction not in ("ASCENDING", "DESCENDING"):
        raise errors.sort_direction(direction)
    x = convert_to_tensor(values, name=inner("values"))
    order = None
    if axis != -1:
        order = list(range(len(x.shape)))
        place = checked_axis("sort", axis, len(order))
        order[place], order[-1] = order[-1], order[place]
        x = transpose(x, order)
    count = shape(x)[-1]
    found = top_k(x, count)[which] if direction == "DESCENDING" else top_k(negative(x), count)[which]
    if which == 0 and direction == "ASCENDING":
        found = negative(found)
    return found if order is None else transpose(found, order)


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Array:
    """Return the elements in order along `axis`; `direction` is "ASCENDING" or "DESCENDING".

    Raises:
        ValueError: another direction.
    """
    with within(name, "sort"):
        result: Array = _ordered(values, axis, direction, 0)
        return result


def argsort(
    values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Array:
    """Return the places of the elements in order along `axis`, int32; see sort.

    Args:
        stable: taken and not used: of equal elements the first always comes first.
    """
    with within(name, "argsort"):
        result: Array = _ordered(values, axis, direction, 1)
        return result


class UniqueWithCounts(NamedTuple):
    """What `unique_with_counts` returns."""

    y: Any
    idx: Any
    count: Any


def _counted_shape(x: Any) -> Any:
    return [(None,), x, (None,)]


def _counted_dtypes(values: dict[str, Any]) -> list[DType]:
    places = as_dtype(values["out_idx"]).base_dtype
    return [values["x"].dtype.base_dtype, places, places]


@op(
    "UniqueWithCounts",
    "x",
    shape=_counted_shape,
    dtype=_counted_dtypes,
    returns=lambda found: UniqueWithCounts(*found),
)
def unique_with_counts(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> UniqueWithCounts:
    """Return what unique returns, and how often each element is there."""
    found = definition_of(unique).function(x, out_idx)
    counts = array_module(found.idx).bincount(found.idx, minlength=len(found.y))
    return UniqueWithCounts(found.y, found.idx, counts.astype(found.idx.dtype))


# ---- moved


def _places(values: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in np.ravel(unwrap(values)))


def _same(input: Any) -> Any:
    return input


@op("Roll", "input", shape=_same)
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Array:
    """Return the array with its elements moved by `shift` along `axis`, those at the end to the front.

    Args:
        shift, axis: a number, or as many of the one as of the other.
    """
    x = snapshot(input)
    return array_module(x).roll(x, _places(shift), _places(axis))


def _record_strided_slice(recorder: Recorder, input_: Any, *args: Any, **kwargs: Any) -> Tensor:
    name = kwargs.pop("name", None)
    return sliced(recorder, input_, _index(*args, **kwargs), name or "StridedSlice")


@op("StridedSlice", record=_record_strided_slice)
def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Array:
    """Return `input_[begin[0]:end[0]:strides[0], begin[1]:end[1]:strides[1], ...]`.

    Args:
        begin, end, strides: vectors of one length; steps of 1 by default.
        begin_mask, end_mask: bit k leaves out begin[k], end[k].
        ellipsis_mask, new_axis_mask, shrink_axis_mask: bit k puts `...`, `None`, or `begin[k]` alone in place k.
        var: taken and not used.
        name: drawn from the name table.
    """
    index = _index(begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    array: Array = snapshot(input_)[index]
    return array


def _index(
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
) -> tuple[Any, ...]:
    """Return such a slice as Python's index."""
    items: list[Any] = []
    count = next((n for n in map(_length, (begin, end, strides)) if n is not None), None)
    if count is None:
        raise errors.slice_length()
    starts, stops = _elements(begin, count), _elements(end, count)
    steps = [1] * count if strides is None else _elements(strides, count)
    for k, (start, stop, step) in enumerate(zip(starts, stops, steps, strict=True)):
        bit = 1 << k
        if ellipsis_mask & bit:
            items.append(Ellipsis)
        elif new_axis_mask & bit:
            items.append(None)
        elif shrink_axis_mask & bit:
            items.append(start)
        else:
            items.append(slice(None if begin_mask & bit else start, None if end_mask & bit else stop, step))
    return tuple(items)


def _length(vector: Any) -> int | None:
    """Return how many elements a vector has, as far as that is known."""
    if isinstance(vector, Tensor):
        return None if vector.dims is None else vector.dims[0]
    return None if vector is None else len(vector)


def _elements(vector: Any, count: int) -> list[Any]:
    """Return the elements of a vector, numbers as numbers."""
    if isinstance(vector, Tensor):
        return [vector[k] for k in range(count)]
    if isinstance(vector, (list, tuple)):
        return [n if isinstance(n, Tensor) else int(operand(n)) for n in vector]
    return list(_places(vector))


# ---- older forms


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Array:
    """Return the sum of a list of arrays of one shape, as add_n.

    Args:
        shape, tensor_dtype: taken and not used: the arrays have both.
    """
    listed = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    return add_n(listed, name=(name or inner("AccumulateNV2")) if len(listed) > 1 else name)


def arg_max(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Array:
    """Return argmax(input, dimension)."""
    return argmax(input, dimension, name=name, output_type=output_type)


def arg_min(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Array:
    """Return argmin(input, dimension)."""
    return argmin(input, dimension, name=name, output_type=output_type)


def shape_n(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> list[Array]:
    """Return the shapes of several arrays."""
    with within(name, "ShapeN"):
        return [shape(array, out_type=out_type) for array in input]
