"""Static shapes of what slides a window over its array: convolutions and pools. See `shape_rules`.

`strides`, `dilations` and the windows of pools have one number for each dimension of the array, in the order of
`data_format`: "NHWC", "NCHW", and the same with one or three spatial dimensions.

Source: tensorflow/core/framework/common_shape_fns.cc of TF 1.15.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from ..errors import shapes as errors
from .shape_rules import Shape, Size, as_sizes, minus, plus, same_size, times, unknown, with_rank

__all__ = ["conv", "conv_transpose", "depthwise_conv", "pool"]

Padding: TypeAlias = Literal["SAME", "VALID"] | Sequence[Sequence[int]]
"""A name, or what is added before and after each dimension."""


def _windowed(size: Size, window: Size, stride: int, dilation: int, padding: Literal["SAME", "VALID"]) -> Size:
    """Return how many places a window of `window` elements, `dilation` apart, has in `size` of them."""
    if padding == "SAME":
        return None if size is None else (size + stride - 1) // stride
    if dilation > 1:
        window = plus(times(minus(window, 1), dilation), 1)
    places = plus(minus(size, window), stride)
    return None if places is None else places // stride


def _spatial(data_format: str) -> list[int]:
    return [axis for axis, letter in enumerate(data_format) if letter not in "NC"]


def _slide(
    sizes: list[Size],
    windows: Sequence[Size],
    strides: Sequence[int],
    padding: Padding,
    dilations: Sequence[int] | None,
    spatial: list[int],
) -> None:
    """Put the number of places into `sizes` along the axes `spatial`, for each of which there is a window."""
    for axis, window in zip(spatial, windows, strict=True):
        size, way = sizes[axis], padding
        if not isinstance(way, str):
            size, way = plus(size, sum(way[axis])), "VALID"
        dilation = 1 if dilations is None else dilations[axis]
        sizes[axis] = _windowed(size, window, strides[axis], dilation, "SAME" if way == "SAME" else "VALID")


def conv(
    x: Shape,
    kernel: Shape,
    *,
    strides: Sequence[int],
    padding: Padding,
    dilations: Sequence[int] | None = None,
    data_format: str = "NHWC",
) -> Shape:
    """Convolutions with a kernel `[*window, channels in, channels out]`."""
    rank = len(data_format)
    sizes = list(with_rank(x, rank))
    *window, depth, filters = with_rank(kernel, rank)
    channel = data_format.index("C")
    if sizes[channel] is not None and depth:
        _check_groups(sizes[channel], depth, filters)
    _slide(sizes, window, strides, padding, dilations, _spatial(data_format))
    sizes[channel] = filters
    return tuple(sizes)


def _check_groups(channels: Size, depth: int, filters: Size) -> None:
    assert channels is not None
    if channels % depth:
        raise errors.depth_no_multiple(channels, depth)
    groups = channels // depth
    if filters is not None and groups > 1 and filters % groups:
        raise errors.filters_no_multiple(filters, groups)


def depthwise_conv(
    x: Shape,
    kernel: Shape,
    *,
    strides: Sequence[int],
    padding: Padding,
    dilations: Sequence[int] | None = None,
    data_format: str = "NHWC",
) -> Shape:
    """Convolutions of each channel on its own, with a kernel `[*window, channels, outputs of each]`."""
    rank = len(data_format)
    sizes = list(with_rank(x, rank))
    *window, depth, each = with_rank(kernel, rank)
    channel = data_format.index("C")
    depth = same_size(sizes[channel], depth)
    _slide(sizes, window, strides, padding, dilations, _spatial(data_format))
    sizes[channel] = times(depth, each)
    return tuple(sizes)


def conv_transpose(*, shape: Shape, rank: int = 4) -> Shape:
    """Transposed convolutions: the shape that is asked for, which is compared with nothing."""
    return unknown(rank) if shape is None else with_rank(as_sizes(shape), rank)


def pool(
    x: Shape, *, window: Sequence[int], strides: Sequence[int], padding: Padding, data_format: str = "NHWC"
) -> Shape:
    """Maxima and means over windows."""
    sizes = list(with_rank(x, len(data_format)))
    axes = _spatial(data_format)
    _slide(sizes, [window[axis] for axis in axes], strides, padding, None, axes)
    channel = data_format.index("C")
    channels = sizes[channel]
    sizes[channel] = None if channels is None else channels // window[channel]
    return tuple(sizes)
