"""Transposed convolutions over other numbers of dimensions or with gaps, and depthwise ones by their longer names.

Legend: N batch, C channels, F filters.

Source: tensorflow/python/ops/nn_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import unwrap
from ..arrays.typing import Array
from ..errors import windows as errors
from .convolution import (
    conv2d_backprop_input,
    depthwise_conv2d,
    depthwise_conv2d_backprop_filter,
    depthwise_conv2d_backprop_input,
)
from .convolutions import conv2d_transpose, conv3d_transpose
from .creation import convert_to_tensor
from .scoped import inner, within
from .shaping import concat, expand_dims, squeeze

__all__ = [
    "atrous_conv2d_transpose",
    "conv1d_transpose",
    "conv_transpose",
    "depthwise_conv2d_native",
    "depthwise_conv2d_native_backprop_filter",
    "depthwise_conv2d_native_backprop_input",
]


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Array:
    """Return what conv2d_transpose returns, for one spatial dimension: input `[N, W, F]`, filters `[window, C, F]`."""
    axis = 2 if data_format in ("NCW", "NCHW") else 1
    steps, gaps = ([1, _along(n, axis)] for n in (strides, dilations))
    with within(name, "conv1d_transpose"):
        x, w = expand_dims(input, axis), expand_dims(filters, 0)
        shape: Any = convert_to_tensor(output_shape) if hasattr(output_shape, "get_shape") else unwrap(output_shape)
        if hasattr(shape, "get_shape"):
            shape = concat([shape[:axis], [1], shape[axis:]], 0)
        else:
            shape = [*shape[:axis], 1, *shape[axis:]]
        layout = "NCHW" if axis == 2 else "NHWC"
        y = conv2d_backprop_input(shape, w, x, steps, padding, True, layout, gaps)
        return squeeze(y, [axis])


def _along(value: Any, axis: int) -> int:
    """Return the one number of a list of one or three, 1 for None."""
    return 1 if value is None else int(np.ravel(value)[0 if np.size(value) == 1 else axis])


def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Array:
    """Return a transposed convolution to as many spatial dimensions as `output_shape` has: 1, 2 or 3.

    Args:
        input, padding, strides, dilations: as in conv2d_transpose.
        filters: `[*window, C, F]`.
        output_shape: of the result.
        data_format: "NWC", "NHWC", "NDHWC" or the same with C second; None = C last.
        name: drawn from the name table.

    Raises:
        ValueError: there are other numbers of spatial dimensions.
    """
    size = output_shape.get_shape()[0].value if hasattr(output_shape, "get_shape") else len(output_shape)
    layouts = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
    spatial = (size or 0) - 2
    if spatial not in layouts:
        raise errors.spatial_dimensions("conv_transpose", spatial)
    layout = data_format or layouts[spatial]
    with within(name, "conv_transpose") as scope:
        if spatial == 1:
            return conv1d_transpose(input, filters, output_shape, strides, padding, layout, dilations, scope)
        transposed: Any = conv2d_transpose if spatial == 2 else conv3d_transpose
        result: Array = transposed(
            input, filters, output_shape, strides, padding, layout, dilations=dilations, name=scope
        )
        return result


def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: int, padding: Any, name: str | None = None
) -> Array:
    """Return conv2d_transpose with `rate` between the elements of a window: `rate` - 1 are left out."""
    with within(name, "atrous_conv2d_transpose"):
        last = inner("BatchToSpaceND" if rate > 1 else "conv2d_transpose")
        return conv2d_backprop_input(output_shape, filters, value, 1, padding, dilations=rate, name=last)


def depthwise_conv2d_native(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Array:
    """Return depthwise_conv2d under the name of its one operation."""
    own_name = name or inner("DepthwiseConv2dNative")
    result: Array = depthwise_conv2d(input, filter, strides, padding, None, own_name, data_format, dilations)
    return result


def depthwise_conv2d_native_backprop_input(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Array:
    """Return the gradient of depthwise_conv2d for its input, of shape `input_sizes`, of that of its output."""
    result: Array = depthwise_conv2d_backprop_input(
        input_sizes, filter, out_backprop, strides, padding, data_format, dilations, name
    )
    return result


def depthwise_conv2d_native_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Array:
    """Return the gradient of depthwise_conv2d for its filter, of shape `filter_sizes`, of that of its output."""
    result: Array = depthwise_conv2d_backprop_filter(
        input, filter_sizes, out_backprop, strides, padding, data_format, dilations, name
    )
    return result
