"""Images `[N, height, width, C]`: resized, cut into patches, and blocks of them laid into channels.

Source: tensorflow/core/kernels/resize_bilinear_op.cc, resize_nearest_neighbor_op.cc, image_resizer_state.h,
spacetodepth_op.cc, extract_image_patches_op.cc (TF 1.15).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.dtypes import float32
from ..arrays.typing import Array
from ..errors import shapes as shape_errors
from . import shape_rules as rules
from . import window_rules
from .convolution import padding_of, sequence_of
from .function import op
from .operands import operand
from .windows import Slide

__all__ = [
    "ResizeMethod",
    "depth_to_space",
    "extract_image_patches",
    "extract_patches",
    "resize_bilinear",
    "resize_nearest_neighbor",
    "space_to_depth",
]


class ResizeMethod(IntEnum):
    """How `resize_images` finds new elements."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


# ---- resizing: along each of two dimensions, new elements lie between two old ones


class Between(NamedTuple):
    """Where new elements along a dimension lie: `share` of the way from the elements `low` to those `high`."""

    low: Any
    high: Any
    share: Any


def scale_of(old: int, new: int, align_corners: bool) -> float:
    return (old - 1) / (new - 1) if align_corners and new > 1 else old / new


def places_along(old: int, new: int, method: str, align_corners: bool, half_pixel_centers: bool) -> Between:
    """Return where `new` elements lie in `old` ones."""
    scale = np.float32(scale_of(old, new, align_corners))
    steps = np.arange(new, dtype=np.float32)
    at = (steps + np.float32(0.5)) * scale if half_pixel_centers else steps * scale
    if method == "nearest":
        nearest = np.floor(at + np.float32(0.5)) if align_corners else np.floor(at)
        low = np.clip(nearest, 0, old - 1).astype(np.int64)
        return Between(low, low, np.zeros(new, np.float32))
    if half_pixel_centers:
        at = at - np.float32(0.5)
    low = np.floor(at)
    high = np.minimum(np.ceil(at), old - 1).astype(np.int64)
    return Between(np.maximum(low, 0).astype(np.int64), high, (at - low).astype(np.float32))


def _resized(images: Any, size: Any, method: str, align_corners: bool, half_pixel_centers: bool) -> Any:
    x = images
    for axis, new in zip((1, 2), two_sizes(size), strict=True):
        place = places_along(images.shape[axis], new, method, align_corners, half_pixel_centers)
        low = x.take(place.low, axis)
        if method == "nearest":
            x = low
        else:
            share = array_module(x).asarray(place.share).reshape(-1, *[1] * (3 - axis)).astype(x.dtype)
            x = low + (x.take(place.high, axis) - low) * share
    return x


def two_sizes(size: Any) -> tuple[int, int]:
    height, width = (int(n) for n in np.ravel(unwrap(size)))
    return height, width


def resized_shape(images: Any, *, size: Any) -> Any:
    batch, _, _, channels = rules.with_rank(images, 4)
    height, width = (None, None) if size is None else size
    return batch, height, width, channels


def _bilinear(images: Any, size: Any, align_corners: bool, half_pixel_centers: bool) -> Any:
    return _resized(images.astype(np.float32), size, "bilinear", align_corners, half_pixel_centers)


def _nearest(images: Any, size: Any, align_corners: bool, half_pixel_centers: bool) -> Any:
    return _resized(images, size, "nearest", align_corners, half_pixel_centers)


@op("ResizeBilinear", "images", shape=resized_shape, dtype=float32, kernel=_bilinear)
def resize_bilinear(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Array:
    """Return images of another size, whose elements are means of the four nearest, as float32.

    Args:
        images: `[N, height, width, C]`.
        size: (height, width).
        align_corners: whether the corners of both lie on each other, rather than their upper left edges.
        half_pixel_centers: whether elements lie in the middle of their squares.
        name: drawn from the name table.
    """
    x = operand(images)
    resized_shape(x.shape, size=None)
    result: Array = _bilinear(x, size, align_corners, half_pixel_centers)
    return result


@op("ResizeNearestNeighbor", "images", shape=resized_shape, kernel=_nearest)
def resize_nearest_neighbor(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Array:
    """Return images of another size, whose elements are the nearest ones; arguments: see resize_bilinear."""
    x = operand(images)
    resized_shape(x.shape, size=None)
    result: Array = _nearest(x, size, align_corners, half_pixel_centers)
    return result


# ---- blocks and channels


def _blocks(x: Any, *, block_size: int, data_format: str) -> Any:
    _check_block(block_size)
    sizes = list(rules.with_rank(x, 4))
    *spatial, channel = (data_format.index(letter) for letter in "HWC")
    for axis in spatial:
        sizes[axis] = _part(sizes[axis], block_size)
    sizes[channel] = rules.times(sizes[channel], block_size * block_size)
    return tuple(sizes)


def _unblocked(x: Any, *, block_size: int, data_format: str) -> Any:
    _check_block(block_size)
    sizes = list(rules.with_rank(x, 4))
    *spatial, channel = (data_format.index(letter) for letter in "HWC")
    for axis in spatial:
        sizes[axis] = rules.times(sizes[axis], block_size)
    sizes[channel] = _part(sizes[channel], block_size * block_size)
    return tuple(sizes)


def _check_block(block_size: int) -> None:
    if block_size < 2:
        raise shape_errors.block_too_small(block_size)


def _part(size: int | None, divisor: int) -> int | None:
    if size is not None and size % divisor:
        raise shape_errors.not_divisible(size, divisor)
    return None if size is None else size // divisor


def _rearranged(x: Any, data_format: str, back: bool, block: int) -> Any:
    last = x if data_format == "NHWC" else x.transpose(0, 2, 3, 1)
    n, height, width, channels = last.shape
    if back:
        cut = last.reshape(n, height, width, block, block, channels // block**2).transpose(0, 1, 3, 2, 4, 5)
        result = cut.reshape(n, height * block, width * block, -1)
    else:
        cut = last.reshape(n, height // block, block, width // block, block, channels).transpose(0, 1, 3, 2, 4, 5)
        result = cut.reshape(n, height // block, width // block, -1)
    return result if data_format == "NHWC" else result.transpose(0, 3, 1, 2)


@op("SpaceToDepth", "input", shape=_blocks)
def space_to_depth(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Array:
    """Return images whose channels hold the elements of blocks of `block_size` times `block_size`.

    Raises:
        ValueError: the images are not made up of such blocks.
    """
    x = operand(input)
    _blocks(x.shape, block_size=block_size, data_format=data_format)
    result: Array = _rearranged(x, data_format, False, block_size)
    return result


@op("DepthToSpace", "input", shape=_unblocked)
def depth_to_space(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Array:
    """Return what space_to_depth was given.

    Raises:
        ValueError: the channels are not made up of such blocks.
    """
    x = operand(input)
    _unblocked(x.shape, block_size=block_size, data_format=data_format)
    result: Array = _rearranged(x, data_format, True, block_size)
    return result


# ---- patches


def slide_of(shape: Any, ksizes: Any, strides: Any, rates: Any, padding: str) -> Slide:
    """Return the windows that extract_image_patches takes."""
    return Slide(shape[1:3], ksizes[1:3], strides[1:3], rates[1:3], padding)


def _patch_form(values: dict[str, Any]) -> dict[str, Any]:
    listed = {name: sequence_of(name, values[name], "NHWC") for name in ("ksizes", "strides", "rates")}
    return values | listed | {"padding": padding_of("ExtractImagePatches", values["padding"])}


def _patch_shape(images: Any, *, ksizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    *sizes, channels = rules.with_rank(images, 4)
    window = (*ksizes[1:3], None, None)
    moved = window_rules.conv((*sizes, None), window, strides=strides, padding=padding, dilations=rates)  # type: ignore[arg-type]
    assert moved is not None
    return (*moved[:3], rules.times(channels, ksizes[1] * ksizes[2]))


def _patches(images: Any, ksizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    slide = slide_of(images.shape, ksizes, strides, rates, padding)
    return slide.unrolled(slide.pad(images)).reshape(len(images), *slide.windows, -1)


@op("ExtractImagePatches", "images", shape=_patch_shape, kernel=_patches, normalize=_patch_form)
def extract_image_patches(
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    sizes: Any = None,
) -> Array:
    """Return windows of images, the elements of each laid into channels: `[N, windows, windows, places * C]`.

    Args:
        images: `[N, height, width, C]`.
        ksizes, strides, rates: sizes of the windows, their steps, and the distances between their elements, as
            ksize, strides and dilations of tf.nn.
        padding: "SAME" or "VALID".
        name: drawn from the name table.
        sizes: another name for ksizes.
    """
    given = _patch_form({"ksizes": ksizes or sizes, "strides": strides, "rates": rates, "padding": padding})
    x = operand(images)
    _patch_shape(x.shape, **given)
    result: Array = _patches(x, **given)
    return result


def extract_patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: Any, name: str | None = None) -> Array:
    """Return what extract_image_patches returns."""
    result: Array = extract_image_patches(images, sizes, strides, rates, padding, name)
    return result
