"""Convolutions that are made of others.

Source: tensorflow/python/ops/nn_ops.py, nn_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.typing import Array
from ..errors import windows as errors
from .convolution import conv2d, conv2d_backprop_input, conv3d, conv3d_backprop_input, depthwise_conv2d
from .creation import convert_to_tensor
from .operands import either
from .scoped import inner, within
from .shaping import expand_dims, squeeze

__all__ = ["atrous_conv2d", "conv1d", "conv2d_transpose", "conv3d_transpose", "convolution", "separable_conv2d"]


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Array:
    """Return the array of shape `output_shape` of which `value` would be the convolution's gradient.

    Args:
        value, input: `[N, height, width, F]`.
        filter, filters: `[window height, window width, C, F]`, as conv2d's the other way round.
        output_shape: `[N, height, width, C]`; its N may be a tensor.
        strides, padding, data_format, dilations: those of the convolution.
        name: drawn from the name table.

    Raises:
        InvalidArgumentError: a convolution of `output_shape` would not have the shape of `value`.
    """
    value, filter = either("input", input, "value", value), either("filters", filters, "filter", filter)
    with within(name, "conv2d_transpose") as scope:
        return conv2d_backprop_input(
            output_shape, filter, value, strides, padding, True, data_format, dilations, name=scope
        )


def conv3d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NDHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Array:
    """Return what conv2d_transpose returns, for three spatial dimensions."""
    value, filter = either("input", input, "value", value), either("filters", filters, "filter", filter)
    with within(name, "conv3d_transpose") as scope:
        result: Array = conv3d_backprop_input(
            output_shape, filter, value, strides, padding, data_format, dilations, name=scope
        )
        return result


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Array:
    """Return what conv2d returns, for one spatial dimension: value `[N, W, C]`, filters `[window, C, F]`."""
    value = either("input", input, "value", value)
    axis = 2 if data_format in ("NCW", "NCHW") else 1
    between = [1 if n is None else int(np.ravel(n)[0 if np.size(n) == 1 else axis]) for n in (stride, dilations)]
    steps, gaps = ([1, n] for n in between)
    with within(name, "conv1d"):
        x, w = expand_dims(value, axis), expand_dims(filters, 0)
        y = conv2d(x, w, steps, padding, True, "NCHW" if axis == 2 else "NHWC", gaps)
        return squeeze(y, [axis])


def convolution(
    input: Any,
    filter: Any = None,
    padding: Any = None,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Array:
    """Return a convolution over as many dimensions as the array has between its batch and its channels: 1, 2 or 3.

    Args:
        input, padding: as in conv2d, and with other numbers of dimensions.
        filter, filters: `[*window, C, F]`.
        strides, dilation_rate, dilations: a number for each spatial dimension.
        data_format: "NWC", "NHWC", "NDHWC" or the same with C second; None = C last.
        name: drawn from the name table.

    Raises:
        ValueError: there are other numbers of spatial dimensions.
    """
    filter = either("filters", filters, "filter", filter)
    rates = either("dilations", dilations, "dilation_rate", dilation_rate)
    dilated = rates is not None and bool(np.any(np.ravel(rates) != 1))
    with within(name, "convolution") as scope:
        filter = convert_to_tensor(filter, name=inner("filter"))
        spatial = len(filter.shape) - 2
        op_name = inner("BatchToSpaceND") if dilated else scope
        if spatial == 1:
            return conv1d(input, filter, strides, padding, None, data_format, op_name, None, rates)
        if spatial == 2:
            return conv2d(input, filter, strides, padding, True, data_format or "NHWC", rates, op_name)
        if spatial == 3:
            return conv3d(input, filter, strides, padding, data_format or "NDHWC", rates, op_name)
        raise errors.spatial_dimensions("convolution", spatial)


def atrous_conv2d(value: Any, filters: Any, rate: int, padding: Any, name: str | None = None) -> Array:
    """Return conv2d with `rate` between the elements of a window: `rate` - 1 are left out."""
    with within(name, "convolution") as scope:
        return conv2d(value, filters, 1, padding, dilations=rate, name=inner("BatchToSpaceND") if rate > 1 else scope)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Array:
    """Return a depthwise convolution followed by one with windows of one element.

    Args:
        input, strides, padding, rate, dilations, data_format: as in depthwise_conv2d.
        depthwise_filter: `[height, width, C, M]`.
        pointwise_filter: `[1, 1, C * M, F]`.
        name: drawn from the name table.
    """
    with within(name, "separable_conv2d") as scope:
        each = depthwise_conv2d(
            input, depthwise_filter, strides, padding, rate, inner("depthwise"), data_format, dilations
        )
        return conv2d(each, pointwise_filter, 1, "VALID", True, data_format or "NHWC", name=scope)
