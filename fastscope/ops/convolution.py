"""Convolutions, and the two that take their gradients, which transposed convolutions are.

Legend: N batch, C channels, F filters, M outputs of each channel.

Source: tensorflow/python/ops/nn_ops.py, nn_impl.py, tensorflow/core/kernels/conv_ops.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.typing import Array
from ..errors import windows as errors
from ..fused import product
from ..fused import windows as fused
from . import window_rules as rules
from .function import op
from .operands import either, same_dtype
from .windows import Slide, channels_first, channels_last, spatial_axes

__all__ = [
    "conv2d",
    "conv2d_backprop_filter",
    "conv2d_backprop_input",
    "conv3d",
    "conv3d_backprop_filter",
    "conv3d_backprop_filter_v2",
    "conv3d_backprop_input",
    "depthwise_conv2d",
    "depthwise_conv2d_backprop_filter",
    "depthwise_conv2d_backprop_input",
]

DTYPES = ("float16", "bfloat16", "float32", "float64")


# ---- arguments in one form


def sequence_of(name: str, value: Any, data_format: str) -> tuple[int, ...]:
    """Return strides or the like as a number for each dimension, of one number, or of one for each spatial dimension.

    Raises:
        ValueError: there are as many as fit nothing.
    """
    spatial = spatial_axes(data_format)
    listed = [1] if value is None else [int(n) for n in np.ravel(unwrap(value))]
    if len(listed) == len(data_format):
        return tuple(listed)
    if len(listed) == 1:
        listed = listed * len(spatial)
    if len(listed) != len(spatial):
        raise errors.wrong_length(name, len(spatial), len(listed))
    of_axis = dict(zip(spatial, listed, strict=True))
    return tuple(of_axis.get(axis, 1) for axis in range(len(data_format)))


def padding_of(type: str, padding: Any, explicit: bool = False) -> Any:
    """Return a padding as it is.

    Raises:
        ValueError: it is none.
    """
    names = ["SAME", "VALID"]
    if isinstance(padding, (list, tuple)) and explicit:
        return tuple((int(before), int(after)) for before, after in padding)
    if padding not in names:
        raise errors.bad_padding(type, padding, [*names, "EXPLICIT"] if explicit else names)
    return padding


def _one_form(type: str, plain: str) -> Any:
    """Return the function that brings the arguments of a convolution into one form."""

    def one_form(values: dict[str, Any]) -> dict[str, Any]:
        data_format, dilations = values["data_format"] or plain, values["dilations"]
        if "rate" in values:
            values, dilations = values | {"rate": None}, either("dilations", dilations, "rate", values["rate"])
        found = values | {
            "data_format": data_format,
            "strides": sequence_of("strides", values["strides"], data_format),
            "dilations": sequence_of("dilations", dilations, data_format),
            "padding": padding_of(type, values["padding"], explicit=True),
        }
        _check_steps(type, found, data_format)
        if "filters" in found:
            found |= {"filter": either("filters", values["filters"], "filter", values["filter"]), "filters": None}
        return found

    return one_form


def _check_steps(type: str, found: dict[str, Any], data_format: str) -> None:
    for name, what, least in (("strides", "Stride", "> 0"), ("dilations", "Dilation rate", ">= 1")):
        if min(found[name]) < 1:
            raise errors.not_above_zero(what, min(found[name]), least)
        if any(n != 1 for n, letter in zip(found[name], data_format, strict=True) if letter in "NC"):
            raise errors.window_over_channels(type, name, found[name])


def _sizes(values: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in np.ravel(unwrap(values)))


def _slide(
    x_shape: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    padding: Any,
    dilations: Sequence[int],
    data_format: str,
) -> Slide:
    axes = spatial_axes(data_format)
    return Slide(
        [x_shape[axis] for axis in axes],
        window,
        [strides[axis] for axis in axes],
        [dilations[axis] for axis in axes],
        padding if isinstance(padding, str) else [padding[axis] for axis in axes],
    )


def _check_depth(function: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise errors.depths_differ(function, found, wanted)


# ---- what a plan calls


def _convolved(input: Any, filter: Any, strides: Any, padding: Any, dilations: Any, data_format: str) -> Any:
    x = channels_last(input, data_format)
    *window, depth, filters = filter.shape
    _check_depth("convolution", x.shape[-1], depth)
    slide = _slide(input.shape, window, strides, padding, dilations, data_format)
    return channels_first(_products(x, slide, filter.reshape(-1, filters)), data_format)


def _products(x: Any, slide: Slide, matrix: Any) -> Any:
    """Return the windows of `x`, `[N, *windows, places * C]`, times a matrix."""
    if fused.compiled(x, matrix):
        found = fused.products(slide.pad(x), *slide.laid_out(len(x), x.shape[-1]), matrix)
        return found.reshape(len(x), *slide.windows, matrix.shape[1])
    result = array_module(x).empty((x.shape[0], *slide.windows, matrix.shape[1]), x.dtype)
    for part in slide.batches(len(x), x.shape[-1]):
        result[part] = product(slide.unrolled(slide.pad(x[part])), matrix).reshape(-1, *result.shape[1:])
    return result


def _back_to_input(
    input_sizes: Any, filter: Any, out_backprop: Any, strides: Any, padding: Any, dilations: Any, data_format: str
) -> Any:
    d, shape = channels_last(out_backprop, data_format), _sizes(input_sizes)
    *window, depth, filters = filter.shape
    _check_depth("transposed convolution", d.shape[-1], filters)
    _check_depth("transposed convolution", shape[data_format.index("C")], depth)
    slide = _slide(shape, window, strides, padding, dilations, data_format)
    if d.shape[1:-1] != slide.windows or d.shape[0] != shape[0]:
        raise errors.windows_differ(shape, tuple(out_backprop.shape), slide.windows)
    return channels_first(_summed_back(d, filter, slide), data_format)


def _summed_back(d: Any, filter: Any, slide: Slide) -> Any:
    """Return `[N, *sizes, C]`: of each element the sum over its windows, `d` `[N, *windows, filters]`."""
    *window, depth, filters = filter.shape
    narrow = slide.without_a_covered_axis()
    if narrow is not None:  # as a window over words is of all that their vectors have: these are channels
        found = _summed_back(d[..., 0, :], filter.reshape(*window[:-1], -1, filters), narrow)
        return found.reshape(len(d), *slide.sizes, depth)
    turned = slide.turned_round()
    if turned is not None:
        flipped = filter[(slice(None, None, -1),) * len(window)].swapaxes(-1, -2)
        return _products(d, turned, flipped.reshape(-1, depth))
    rows = d.reshape(-1, filters)
    result = array_module(d).zeros((len(d), *slide.padded, depth), d.dtype)
    for place in slide.places():
        part = slide.at(result, place)
        part += product(rows, filter[place].T).reshape(part.shape)
    return slide.unpadded(result)


def _back_to_filter(
    input: Any, filter_sizes: Any, out_backprop: Any, strides: Any, padding: Any, dilations: Any, data_format: str
) -> Any:
    x, d = channels_last(input, data_format), channels_last(out_backprop, data_format)
    *window, depth, filters = _sizes(filter_sizes)
    slide = _slide(input.shape, window, strides, padding, dilations, data_format)
    if d.size and fused.compiled(x, d):
        laid_out = slide.laid_out(len(x), depth)
        found = fused.products(slide.pad(x), *laid_out, d.reshape(-1, filters), turned=True)
        return found.reshape(*window, depth, filters)
    result = array_module(x).zeros((int(np.prod(window)) * depth, filters), x.dtype)
    if not d.size:
        return result.reshape(*window, depth, filters)
    for part in slide.batches(len(x), depth):
        result += product(slide.unrolled(slide.pad(x[part])).T, d[part].reshape(-1, filters))
    return result.reshape(*window, depth, filters)


def _each_channel(input: Any, filter: Any, strides: Any, padding: Any, dilations: Any, data_format: str) -> Any:
    x = channels_last(input, data_format)
    *window, depth, each = filter.shape
    _check_depth("depthwise convolution", x.shape[-1], depth)
    slide = _slide(input.shape, window, strides, padding, dilations, data_format)
    padded = slide.pad(x)
    result = array_module(x).zeros((len(x), *slide.windows, depth, each), x.dtype)
    for place in slide.places():
        result += slide.at(padded, place)[..., None] * filter[place]
    return channels_first(result.reshape(*result.shape[:-2], -1), data_format)


def _channels_back_to_input(
    input_sizes: Any, filter: Any, out_backprop: Any, strides: Any, padding: Any, dilations: Any, data_format: str
) -> Any:
    d, shape = channels_last(out_backprop, data_format), _sizes(input_sizes)
    *window, depth, each = filter.shape
    slide = _slide(shape, window, strides, padding, dilations, data_format)
    d = d.reshape(*d.shape[:-1], depth, each)
    result = array_module(d).zeros((len(d), *slide.padded, depth), d.dtype)
    for place in slide.places():
        slide.at(result, place)[...] += (d * filter[place]).sum(axis=-1)
    return channels_first(slide.unpadded(result), data_format)


def _channels_back_to_filter(
    input: Any, filter_sizes: Any, out_backprop: Any, strides: Any, padding: Any, dilations: Any, data_format: str
) -> Any:
    x, d = channels_last(input, data_format), channels_last(out_backprop, data_format)
    *window, depth, each = _sizes(filter_sizes)
    slide = _slide(input.shape, window, strides, padding, dilations, data_format)
    padded, result = slide.pad(x), array_module(x).empty((*window, depth, each), x.dtype)
    rows = d.reshape(-1, depth, each)
    for place in slide.places():
        result[place] = array_module(x).einsum("kc,kcm->cm", slide.at(padded, place).reshape(-1, depth), rows)
    return result


# ---- static shapes


def _conv_shape(input: Any, filter: Any, *, strides: Any, padding: Any, dilations: Any, data_format: str) -> Any:
    return rules.conv(input, filter, strides=strides, padding=padding, dilations=dilations, data_format=data_format)


def _depthwise_shape(input: Any, filter: Any, *, strides: Any, padding: Any, dilations: Any, data_format: str) -> Any:
    return rules.depthwise_conv(
        input, filter, strides=strides, padding=padding, dilations=dilations, data_format=data_format
    )


def _input_shape(filter: Any, out_backprop: Any, *, input_sizes: Any, data_format: str) -> Any:
    return rules.conv_transpose(shape=input_sizes, rank=len(data_format))


def _filter_shape(input: Any, out_backprop: Any, *, filter_sizes: Any, data_format: str) -> Any:
    return rules.conv_transpose(shape=filter_sizes, rank=len(data_format))


# ---- the functions


_conv2d_form = _one_form("Conv2D", "NHWC")
_conv3d_form = _one_form("Conv3D", "NDHWC")
_depthwise_form = _one_form("DepthwiseConv2dNative", "NHWC")


@op("Conv2D", "input filter", shape=_conv_shape, kernel=_convolved, normalize=_conv2d_form, allowed=DTYPES)
def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
    filters: Any = None,
) -> Array:
    """Return the sums of products of windows `[H, W, C]` with each filter.

    Args:
        input: `[N, height, width, C]`, or `[N, C, height, width]` if `data_format` is "NCHW".
        filter, filters: `[window height, window width, C, F]`.
        strides: steps of the window: a number, two, or one for each dimension of `input`.
        padding: "SAME" (as many windows as there are steps), "VALID" (only within the array), or a pair for each
            dimension.
        use_cudnn_on_gpu: taken and not used.
        dilations: distances between the elements of a window, as `strides`.
        name: drawn from the name table.

    Returns:
        `[N, windows, windows, F]`.

    Raises:
        ValueError: the shapes do not fit, or the arguments say nothing.
    """
    given = _conv2d_form(
        {"filter": filter, "strides": strides, "padding": padding, "data_format": data_format, "dilations": dilations,
         "filters": filters}
    )  # fmt: skip
    return _now(_convolved, _conv_shape, "conv2d", "filter", input, given)


def _now(kernel: Any, shape: Any, name: str, second: str, input: Any, given: dict[str, Any]) -> Any:
    """Compute a convolution after the checks that a graph makes when it is written down."""
    x, y = same_dtype(name, (input, given[second]))
    facts = {key: given[key] for key in ("strides", "padding", "dilations", "data_format")}
    shape(x.shape, y.shape, **facts)
    return kernel(x, y, **facts)


@op("Conv3D", "input filter", shape=_conv_shape, kernel=_convolved, normalize=_conv3d_form, allowed=DTYPES)
def conv3d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str = "NDHWC",
    dilations: Any = (1, 1, 1, 1, 1),
    name: str | None = None,
    filters: Any = None,
) -> Array:
    """Return what conv2d returns, for three spatial dimensions: input `[N, D, H, W, C]`, filter `[D, H, W, C, F]`."""
    given = _conv3d_form(
        {"filter": filter, "strides": strides, "padding": padding, "data_format": data_format, "dilations": dilations,
         "filters": filters}
    )  # fmt: skip
    return _now(_convolved, _conv_shape, "conv3d", "filter", input, given)


# ---- their gradients, which are functions of tf.nn too


def _way_back_to_input(type: str, forward: str, kernel: Any, form: Any) -> Any:
    """Return the function `forward`_backprop_input: the gradient for the input, of that of the output."""

    def backprop_input(
        input_sizes: Any, filter: Any, out_backprop: Any, strides: Any, padding: Any, data_format: str | None = None,
        dilations: Any = None, name: str | None = None,
    ) -> Array:  # fmt: skip
        given = form({"strides": strides, "padding": padding, "data_format": data_format, "dilations": dilations})
        filter, d = same_dtype(backprop_input.__name__, (filter, out_backprop))
        result: Array = kernel(input_sizes, filter, d, **given)
        return result

    return _named(backprop_input, forward, "input", type, "filter out_backprop", _input_shape, kernel, form)


def _way_back_to_filter(type: str, forward: str, kernel: Any, form: Any) -> Any:
    """Return the function `forward`_backprop_filter: the gradient for the filter, of that of the output."""

    def backprop_filter(
        input: Any, filter_sizes: Any, out_backprop: Any, strides: Any, padding: Any, data_format: str | None = None,
        dilations: Any = None, name: str | None = None,
    ) -> Array:  # fmt: skip
        given = form({"strides": strides, "padding": padding, "data_format": data_format, "dilations": dilations})
        x, d = same_dtype(backprop_filter.__name__, (input, out_backprop))
        result: Array = kernel(x, filter_sizes, d, **given)
        return result

    return _named(backprop_filter, forward, "filter", type, "input out_backprop", _filter_shape, kernel, form)


def _named(
    function: Any, forward: str, argument: str, type: str, inputs: str, shape: Any, kernel: Any, form: Any
) -> Any:
    function.__name__ = function.__qualname__ = f"{forward}_backprop_{argument}"
    function.__doc__ = (
        f"Return the gradient of {forward} for its {argument}, of shape `{argument}_sizes`, of that of its output."
    )
    return op(type, inputs, shape=shape, kernel=kernel, normalize=form, allowed=DTYPES)(function)


conv2d_to_input = _way_back_to_input("Conv2DBackpropInput", "conv2d", _back_to_input, _conv2d_form)
conv2d_to_filter = _way_back_to_filter("Conv2DBackpropFilter", "conv2d", _back_to_filter, _conv2d_form)


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Array:
    """Return the gradient of conv2d for its input, of shape `input_sizes`, of that of its output."""
    return conv2d_to_input(input_sizes, filter, out_backprop, strides, padding, data_format, dilations, name)


def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Array:
    """Return the gradient of conv2d for its filter, of shape `filter_sizes`, of that of its output."""
    return conv2d_to_filter(input, filter_sizes, out_backprop, strides, padding, data_format, dilations, name)


conv3d_backprop_input = _way_back_to_input("Conv3DBackpropInputV2", "conv3d", _back_to_input, _conv3d_form)
conv3d_backprop_filter = _way_back_to_filter("Conv3DBackpropFilterV2", "conv3d", _back_to_filter, _conv3d_form)
conv3d_backprop_filter_v2 = conv3d_backprop_filter


# ---- each channel on its own


@op(
    "DepthwiseConv2dNative",
    "input filter",
    name="depthwise",
    shape=_depthwise_shape,
    kernel=_each_channel,
    normalize=_depthwise_form,
    allowed=DTYPES,
)
def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Array:
    """Return convolutions of each channel on its own, with M filters: filter `[height, width, C, M]`.

    Args:
        input, strides, padding, data_format: as in conv2d.
        rate, dilations: distances between the elements of a window, under either name.
        name: drawn from the name table.

    Returns:
        `[N, windows, windows, C * M]`, the outputs of one channel side by side.
    """
    values = {"strides": strides, "padding": padding, "rate": rate, "data_format": data_format, "dilations": dilations}
    given = _depthwise_form(values | {"filter": filter})
    return _now(_each_channel, _depthwise_shape, "depthwise_conv2d", "filter", input, given)


depthwise_conv2d_backprop_input = _way_back_to_input(
    "DepthwiseConv2dNativeBackpropInput", "depthwise_conv2d", _channels_back_to_input, _depthwise_form
)
depthwise_conv2d_backprop_filter = _way_back_to_filter(
    "DepthwiseConv2dNativeBackpropFilter", "depthwise_conv2d", _channels_back_to_filter, _depthwise_form
)
