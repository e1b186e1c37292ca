"""Reductions of NumPy and CuPy arrays, under TF's names, with TF1's old argument names as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ..arrays import array_module, dtypes
from ..arrays.dtypes import DType, as_dtype
from ..arrays.ownership import fresh
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Recorder, Tensor
from ..graph.conversion import holds_tensor
from . import shape_rules as rules
from .function import definition_of, op
from .indices import check_whole_numbers
from .operands import checked_axis, either, operand
from .shaping import rank

__all__ = [
    "argmax",
    "argmin",
    "reduce_all",
    "reduce_any",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
]


def _reduced(
    op: str, value: Any, axis: Any, keepdims: Any, reduction_indices: Any, keep_dims: Any
) -> tuple[Any, Array, tuple[int, ...] | None, bool]:
    """Return `(xp, array, axes or None for all, keepdims)` of a reduction's arguments."""
    array = operand(value)
    axes = either("axis", axis, "reduction_indices", reduction_indices)
    keep = bool(either("keepdims", keepdims, "keep_dims", keep_dims))
    if axes is not None:
        listed = np.ravel(axes).tolist()
        axes = tuple(dict.fromkeys(checked_axis(op, number, array.ndim) for number in listed))
    return array_module(array), array, axes, keep


# ---- what a graph must know of them


def _one_form(values: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a reduction without the old names: axis = None, an int, a tuple or a tensor."""
    axis = either("axis", values["axis"], "reduction_indices", values["reduction_indices"])
    keep = either("keepdims", values["keepdims"], "keep_dims", values["keep_dims"])
    check_whole_numbers("reduction_indices", axis)
    if isinstance(axis, list) and holds_tensor(axis):
        axis = tuple(axis)
    elif isinstance(axis, (list, np.ndarray, np.generic)):
        if np.ndim(axis) > 1:
            raise shape_errors.must_have_rank(1, np.ndim(axis), "at most ")
        axis = tuple(int(place) for place in np.ravel(axis))
    found = {
        "input_tensor": values["input_tensor"],
        "axis": axis,
        "keepdims": bool(keep),
        "over_all": axis is None,
    }
    return found | {"of_variable": True} if hasattr(values["input_tensor"], "_recorded") else found


def _shown_axes(recorder: Recorder, values: dict[str, Any], name: str) -> list[Tensor]:
    """Write down the axes as TensorFlow does: all of them as "Const" where the rank is that of a tensor."""
    x, axis = values["input_tensor"], values["axis"]
    if axis is None and (x.dims is None or "of_variable" in values):
        return [_counted_axes(recorder, x)]
    if axis is None:
        return [_integers(recorder, np.arange(len(x.dims), dtype=np.int32), recorder.claim("Const"))]
    if holds_tensor(axis):  # it is among the inputs
        return []
    return [_integers(recorder, np.array(axis, np.int32), f"{name}/reduction_indices")]


def _counted_axes(recorder: Recorder, x: Tensor) -> Tensor:
    count: Any = rank(x)
    name = recorder.claim("range")
    start = _integers(recorder, np.array(0, np.int32), f"{name}/start")
    delta = _integers(recorder, np.array(1, np.int32), f"{name}/delta")
    inputs = (start, count, delta)
    dims = (None if x.dims is None else len(x.dims),)
    return recorder.add("Range", name, np.arange, inputs, inputs, [(dims, dtypes.int32)]).outputs[0]


def _integers(recorder: Recorder, array: Any, name: str) -> Tensor:
    return recorder.add("Const", name, None, (), (), [(array.shape, dtypes.int32)], {"value": array}).outputs[0]


def _reduced_shape(x: Any, *, axis: Any, keepdims: bool, over_all: bool) -> Any:
    if over_all:
        return rules.reduce(x, keepdims=keepdims)
    axes = (axis,) if axis is None or isinstance(axis, int) else tuple(axis)
    if None in axes:
        return None if x is None or not keepdims else (None,) * len(x)
    return rules.reduce(x, axes=axes, keepdims=keepdims)


def _axes(axis: Any) -> Any:
    return axis if axis is None or isinstance(axis, (int, tuple)) else tuple(np.ravel(axis).tolist())


# CuPy's ufuncs reduce nothing but sums and products
_METHODS: Final = {np.maximum: "max", np.minimum: "min", np.logical_and: "all", np.logical_or: "any"}


def _by(ufunc: Any, of_none: float | None = None) -> Callable[..., Any]:
    """Return a reduction by a ufunc; `of_none`: the end of the dtype that it gives for no elements."""
    reduce, method = ufunc.reduce, _METHODS.get(ufunc)

    @fresh
    def kernel(input_tensor: Any, axis: Any, keepdims: bool) -> Any:
        axes = axis if axis is None or type(axis) is tuple else _axes(axis)
        if of_none is not None and not input_tensor.size:
            first = input_tensor.dtype.type(_end(input_tensor, of_none))
            nothing = np.empty(input_tensor.shape, input_tensor.dtype)
            return array_module(input_tensor).asarray(reduce(nothing, axis=axes, keepdims=keepdims, initial=first))
        if method is not None and type(input_tensor) is not np.ndarray and array_module(input_tensor) is not np:
            return getattr(input_tensor, method)(axis=axes, keepdims=keepdims)
        try:
            return reduce(input_tensor, axes, input_tensor.dtype, None, keepdims)
        except ValueError:  # an axis that is not there, or one that comes twice
            return reduce(input_tensor, _once(axes, input_tensor.ndim), input_tensor.dtype, None, keepdims)

    return kernel


def _once(axes: Any, rank: int) -> tuple[int, ...]:
    """Return axes counted from the front, each once.

    Raises:
        ValueError: one is not there.
    """
    listed = (axes,) if isinstance(axes, int) else axes
    for axis in listed:
        if not -rank <= axis < rank:
            raise errors.no_axis_to_reduce(axis, rank)
    return tuple(dict.fromkeys(axis % rank for axis in listed))


_sum = _by(np.add)


@fresh
def _mean(input_tensor: Any, axis: Any, keepdims: bool) -> Any:
    dtype = input_tensor.dtype
    if dtype.kind != "f":
        return definition_of(reduce_mean).function(input_tensor, _axes(axis), keepdims)
    if axis is None:
        return _sum(input_tensor, None, keepdims) / float(input_tensor.size)
    total = _sum(input_tensor, axis, keepdims)
    return total / float(input_tensor.size // total.size) if total.size else total


def _one_axis(values: dict[str, Any]) -> dict[str, Any]:
    axis = either("axis", values["axis"], "dimension", values["dimension"])
    return values | {"axis": 0 if axis is None else axis, "dimension": None}


def _shown_axis(recorder: Recorder, values: dict[str, Any], name: str) -> list[Tensor]:
    axis = values["axis"]
    return [] if holds_tensor(axis) else [_integers(recorder, np.array(axis, np.int32), f"{name}/dimension")]


def _arg_shape(x: Any, *, axis: Any) -> Any:
    return rules.argmax(x, axis=axis)


def _output_type(values: dict[str, Any]) -> DType:
    return as_dtype(values["output_type"])


_FACTS: dict[str, Any] = {"shape": _reduced_shape, "normalize": _one_form, "shown": _shown_axes}


# ---- the functions


@op("Sum", "input_tensor=input", kernel=_sum, **_FACTS)
def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return the sum over `axis` (an int, several, or None for all), in the array's own dtype."""
    xp, x, axes, keep = _reduced("reduce_sum", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    return xp.sum(x, axis=axes, keepdims=keep, dtype=x.dtype)


@op("Mean", "input_tensor=input", kernel=_mean, **_FACTS)
def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return the mean over `axis`; that of integers is an integer, cut towards zero, as in TF."""
    xp, x, axes, keep = _reduced("reduce_mean", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    mean = xp.mean(x, axis=axes, keepdims=keep)
    return xp.trunc(mean).astype(x.dtype) if as_dtype(x.dtype).is_integer else mean


@op("Max", "input_tensor=input", kernel=_by(np.maximum, -np.inf), **_FACTS)
def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return the largest element over `axis`; NaN where one is; of none, the smallest number of the dtype."""
    xp, x, axes, keep = _reduced("reduce_max", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    if not x.size:
        return xp.full_like(xp.sum(x, axis=axes, keepdims=keep, dtype=x.dtype), _end(x, -np.inf))
    return xp.max(x, axis=axes, keepdims=keep)


@op("Min", "input_tensor=input", kernel=_by(np.minimum, np.inf), **_FACTS)
def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return the smallest element over `axis`; NaN where one is; of none, the largest number of the dtype."""
    xp, x, axes, keep = _reduced("reduce_min", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    if not x.size:
        return xp.full_like(xp.sum(x, axis=axes, keepdims=keep, dtype=x.dtype), _end(x, np.inf))
    return xp.min(x, axis=axes, keepdims=keep)


@op("Prod", "input_tensor=input", kernel=_by(np.multiply), **_FACTS)
def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return the product over `axis`, in the array's own dtype."""
    xp, x, axes, keep = _reduced("reduce_prod", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    return xp.prod(x, axis=axes, keepdims=keep, dtype=x.dtype)


@op("All", "input_tensor=input:bool", kernel=_by(np.logical_and), **_FACTS)
def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return whether all elements along `axis` are True."""
    xp, x, axes, keep = _reduced("reduce_all", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    return xp.all(x, axis=axes, keepdims=keep)


@op("Any", "input_tensor=input:bool", kernel=_by(np.logical_or), **_FACTS)
def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Array:
    """Return whether one of the elements along `axis` is True, or more."""
    xp, x, axes, keep = _reduced("reduce_any", input_tensor, axis, keepdims, reduction_indices, keep_dims)
    return xp.any(x, axis=axes, keepdims=keep)


def _end(x: Array, end: float) -> Any:
    """Return the last number of an array's dtype in the direction of `end`."""
    dtype = as_dtype(x.dtype)
    if not dtype.is_integer:
        return end
    return dtype.max if end > 0 else dtype.min


@op("ArgMax", "input", shape=_arg_shape, dtype=_output_type, normalize=_one_axis, shown=_shown_axis)
def argmax(
    input: Any,
    axis: int | None = None,
    name: str | None = None,
    dimension: int | None = None,
    output_type: Any = dtypes.int64,
) -> Array:
    """Return the index of the largest element along `axis`, by default the first one; the first NaN's where one is.

    Raises:
        InvalidArgumentError: `axis` has no elements to choose from.
    """
    x, place = _along("argmax", input, axis, dimension)
    return array_module(x).argmax(x, axis=place).astype(as_dtype(output_type).dtype, copy=False)


@op("ArgMin", "input", shape=_arg_shape, dtype=_output_type, normalize=_one_axis, shown=_shown_axis)
def argmin(
    input: Any,
    axis: int | None = None,
    name: str | None = None,
    dimension: int | None = None,
    output_type: Any = dtypes.int64,
) -> Array:
    """Return the index of the smallest element along `axis`, by default the first one; the first NaN's where one is.

    Raises:
        InvalidArgumentError: `axis` has no elements to choose from.
    """
    x, place = _along("argmin", input, axis, dimension)
    return array_module(x).argmin(x, axis=place).astype(as_dtype(output_type).dtype)


def _along(op: str, value: Any, axis: int | None, dimension: int | None) -> tuple[Array, int]:
    x, given = operand(value), either("axis", axis, "dimension", dimension)
    place = checked_axis(op, given or 0, x.ndim)
    if not x.shape[place]:
        raise errors.empty_axis(op, place, x.shape)
    return x, place
