"""Pools: the largest, and the mean, of windows.

Source: tensorflow/python/ops/nn_ops.py, tensorflow/core/kernels/maxpooling_op.cc, avgpooling_op.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.typing import Array
from ..errors import windows as errors
from ..fused import windows as fused
from . import window_rules as rules
from .convolution import padding_of, sequence_of
from .function import op
from .operands import either, operand
from .windows import Slide, channels_first, channels_last, spatial_axes

__all__ = ["avg_pool", "avg_pool3d", "max_pool", "max_pool3d"]

DTYPES = ("float32", "float64", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16", "float16")


def pool_form(type: str, plain: str) -> Any:
    """Return the function that brings the arguments of a pool into one form."""

    def one_form(values: dict[str, Any]) -> dict[str, Any]:
        data_format = values["data_format"] or plain
        found = values | {
            "data_format": data_format,
            "ksize": sequence_of("ksize", values["ksize"], data_format),
            "strides": sequence_of("strides", values["strides"], data_format),
            "padding": padding_of(type, values["padding"]),
        }
        for name, what in (("ksize", "ksize"), ("strides", "Stride")):
            if min(found[name]) < 1:
                raise errors.not_above_zero(what, min(found[name]), "> 0")
            if found[name][0] != 1:
                raise errors.pool_over_batch(type, name, found[name])
        channel = data_format.index("C")
        if found["ksize"][channel] != 1 or found["strides"][channel] != 1:
            _check_channels(type, found["ksize"], found["strides"], channel)
        if "input" in values and "value" in values:
            found |= {"value": either("input", values["input"], "value", values["value"]), "input": None}
        return found

    return one_form


def _check_channels(type: str, window: Any, strides: Any, channel: int) -> None:
    """Look at a pool over neighbouring channels: it is one over nothing else, and its windows do not overlap."""
    if type != "MaxPool":
        raise errors.pool_over_channels(type, window, strides, "Non-spatial pooling is not yet supported")
    if any(n != 1 for sizes in (window, strides) for axis, n in enumerate(sizes) if axis != channel):
        problem = "MaxPooling supports exactly one of pooling across depth or pooling across width/height"
        raise errors.pool_over_channels(type, window, strides, problem)
    if window[channel] != strides[channel]:
        problem = "Depthwise max pooling requires the depth window to equal the depth stride"
        raise errors.pool_over_channels(type, window, strides, problem)


def by_channels(x: Any, facts: dict[str, Any]) -> Any:
    """Return what a pool over neighbouring channels takes together, `[N, *spatial, groups, channels of one]`.

    None where the pool slides over space.
    """
    count = facts["ksize"][facts["data_format"].index("C")]
    if count == 1:
        return None
    last = channels_last(x, facts["data_format"])
    if last.shape[-1] % count:
        problem = "Depthwise max pooling requires the depth window to evenly divide the input depth"
        raise errors.pool_over_channels("MaxPool", facts["ksize"], facts["strides"], problem)
    return last.reshape(*last.shape[:-1], -1, count)


def first_of_largest(groups: Any) -> Any:
    """Return where in each group the first of the largest is."""
    xp = array_module(groups)
    return groups.argmax(axis=-1)[..., None] == xp.arange(groups.shape[-1])


def pool_slide(shape: Any, ksize: Any, strides: Any, padding: Any, data_format: str) -> Slide:
    axes = spatial_axes(data_format)
    sizes, window, steps = ([listed[axis] for axis in axes] for listed in (shape, ksize, strides))
    return Slide(sizes, window, steps, [1] * len(axes), padding)


def _shape(value: Any, *, ksize: Any, strides: Any, padding: Any, data_format: str) -> Any:
    return rules.pool(value, window=ksize, strides=strides, padding=padding, data_format=data_format)


# ---- what a plan calls, and its way back


def _lowest(dtype: Any) -> Any:
    return -np.inf if dtype.kind not in "iu" else np.iinfo(dtype).min


def _largest(value: Any, ksize: Any, strides: Any, padding: Any, data_format: str) -> Any:
    groups = by_channels(value, {"ksize": ksize, "strides": strides, "data_format": data_format})
    if groups is not None:
        return channels_first(groups.max(axis=-1), data_format)
    x, slide = channels_last(value, data_format), pool_slide(value.shape, ksize, strides, padding, data_format)
    padded = slide.pad(x, _lowest(x.dtype))
    if x.ndim == 4 and fused.compiled(padded):
        return channels_first(fused.max_pool(padded, slide.window, slide.strides, slide.windows), data_format)
    first, *places = slide.places()
    result = slide.at(padded, first).copy()
    for place in places:
        array_module(x).maximum(result, slide.at(padded, place), out=result)
    return channels_first(result, data_format)


def put_back(d: Any, value: Any, output: Any, facts: dict[str, Any]) -> Any:
    """Return `d` at the first of the largest elements of each window of `value`, which gave `output`."""
    x, y, rows = (channels_last(array, facts["data_format"]) for array in (value, output, d))
    slide = pool_slide(value.shape, facts["ksize"], facts["strides"], facts["padding"], facts["data_format"])
    if x.ndim == 4 and fused.compiled(x, y, rows):
        padded = slide.pad(x, _lowest(x.dtype))
        result = fused.max_pool_back(padded, y, rows, slide.window, slide.strides)
    else:
        slide, places = chosen_places(value, output, facts)
        result = array_module(d).zeros((len(rows), *slide.padded, rows.shape[-1]), d.dtype)
        for place, here in places:
            slide.at(result, place)[...] += rows * here
    return channels_first(slide.unpadded(result), facts["data_format"])


def chosen_places(value: Any, output: Any, facts: dict[str, Any]) -> Any:
    """Yield for each place in a window the view of what lies there, and where it is the first that is largest.

    Returns:
        The slide, and an iterator of `(place, mask)`.
    """
    x, y = (channels_last(array, facts["data_format"]) for array in (value, output))
    slide = pool_slide(value.shape, facts["ksize"], facts["strides"], facts["padding"], facts["data_format"])
    padded = slide.pad(x, _lowest(x.dtype))

    def masks() -> Any:
        left = array_module(x).ones(y.shape, bool)
        for place in slide.places():
            here = (slide.at(padded, place) == y) & left
            left &= ~here
            yield place, here

    return slide, masks()


def _mean(value: Any, ksize: Any, strides: Any, padding: Any, data_format: str) -> Any:
    x, slide = channels_last(value, data_format), pool_slide(value.shape, ksize, strides, padding, data_format)
    padded = slide.pad(x)
    total: Any = 0
    for place in slide.places():
        total = total + slide.at(padded, place)
    return channels_first(total / elements_of(slide, x), data_format)


def elements_of(slide: Slide, x: Any) -> Any:
    """Return how many elements of the array each window has, without the padding: `[1, *windows, 1]`."""
    xp = array_module(x)
    padded = slide.pad(xp.ones((1, *slide.sizes, 1), x.dtype))
    count: Any = 0
    for place in slide.places():
        count = count + slide.at(padded, place)
    return count


def mean_back(d: Any, shape: Any, facts: dict[str, Any]) -> Any:
    """Return the gradient of the mean's input, of that of its output."""
    slide = pool_slide(shape, facts["ksize"], facts["strides"], facts["padding"], facts["data_format"])
    rows = channels_last(d, facts["data_format"])
    share = rows / elements_of(slide, rows)
    result = array_module(d).zeros((len(rows), *slide.padded, rows.shape[-1]), d.dtype)
    for place in slide.places():
        slide.at(result, place)[...] += share
    return channels_first(slide.unpadded(result), facts["data_format"])


# ---- the functions


_max_form, _avg_form = pool_form("MaxPool", "NHWC"), pool_form("AvgPool", "NHWC")
_max3d_form, _avg3d_form = pool_form("MaxPool3D", "NDHWC"), pool_form("AvgPool3D", "NDHWC")


def _now(kernel: Any, given: dict[str, Any]) -> Any:
    """Compute a pool after the checks that a graph makes when it is written down."""
    x, facts = operand(given["value"]), {key: given[key] for key in ("ksize", "strides", "padding", "data_format")}
    _shape(x.shape, **facts)
    return kernel(x, **facts)


@op("MaxPool", "value", shape=_shape, kernel=_largest, normalize=_max_form, allowed=DTYPES)
def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Array:
    """Return the largest element of each window and channel.

    Args:
        value, input: `[N, height, width, C]`, or `[N, C, height, width]` if `data_format` is "NCHW".
        ksize: sizes of the window: a number, two, or one for each dimension.
        strides: its steps, likewise.
        padding: "SAME" (as many windows as there are steps) or "VALID" (only within the array).
        name: drawn from the name table.

    Raises:
        ValueError: the arguments say nothing, or a window is larger than the array.
    """
    values = {"value": value, "ksize": ksize, "strides": strides, "padding": padding, "data_format": data_format}
    return _now(_largest, _max_form(values | {"input": input}))


@op("AvgPool", "value", shape=_shape, kernel=_mean, normalize=_avg_form, allowed=DTYPES)
def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Array:
    """Return the mean of each window and channel, of the elements that lie within the array; see max_pool."""
    values = {"value": value, "ksize": ksize, "strides": strides, "padding": padding, "data_format": data_format}
    return _now(_mean, _avg_form(values | {"input": input}))


@op("MaxPool3D", "input", shape=_shape, normalize=_max3d_form, allowed=DTYPES)
def max_pool3d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NDHWC", name: str | None = None
) -> Array:
    """Return what max_pool returns, for three spatial dimensions."""
    values = {"value": input, "ksize": ksize, "strides": strides, "padding": padding, "data_format": data_format}
    return _now(_largest, _max3d_form(values))


@op("AvgPool3D", "input", shape=_shape, normalize=_avg3d_form, allowed=DTYPES)
def avg_pool3d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NDHWC", name: str | None = None
) -> Array:
    """Return what avg_pool returns, for three spatial dimensions."""
    values = {"value": input, "ksize": ksize, "strides": strides, "padding": padding, "data_format": data_format}
    return _now(_mean, _avg3d_form(values))
