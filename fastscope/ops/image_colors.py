"""Images of other colours and brightness: `[..., C]`, of floats in [0, 1] or of integers up to their largest.

Source: tensorflow/python/ops/image_ops_impl.py, tensorflow/core/kernels/adjust_contrast_op.cc, adjust_hue_op.cc,
adjust_saturation_op.cc, colorspace_op.h (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import as_dtype, float16, float32, int32
from ..arrays.typing import Array
from ..errors import images as errors
from ..graph import Tensor
from . import shape_rules as rules
from .arranging import tile
from .asserting import Assert
from .creation import cast, convert_to_tensor, identity, ones, saturate_cast
from .elementwise import rsqrt
from .function import op
from .further import reduce_std
from .grouping import with_dependencies
from .image_geometry import checked, demand, static_shape
from .linear import tensordot
from .math import add, divide, equal, floordiv, maximum, multiply, subtract
from .math import pow as pow_
from .operands import operand
from .random_numbers import random_uniform
from .reductions import reduce_mean, reduce_prod
from .scoped import inner, within
from .shaping import concat, expand_dims, rank, shape

__all__ = [
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_saturation",
    "convert_image_dtype",
    "grayscale_to_rgb",
    "hsv_to_rgb",
    "per_image_standardization",
    "random_brightness",
    "random_contrast",
    "random_hue",
    "random_saturation",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "rgb_to_yiq",
    "rgb_to_yuv",
    "yiq_to_rgb",
    "yuv_to_rgb",
]


# ---- dtypes


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Array:
    """Return images of another dtype, their brightness brought to its range.

    Args:
        image: floats in [0, 1], or integers of which the largest is white.
        dtype: DType, or what names one.
        saturate: whether numbers beyond the range become its ends.
        name: of the result.

    Raises:
        AttributeError: the dtype has no range of brightness.
    """
    image = convert_to_tensor(image, name=inner("image"))
    old, new = as_dtype(image.dtype).base_dtype, as_dtype(dtype)
    if not new.is_floating and not new.is_integer:
        raise errors.no_image_dtype(new)
    if new is old:
        return identity(image, name=name)
    into = saturate_cast if saturate else cast
    with within(name, "convert_image") as scope:
        if old.is_floating and new.is_floating:
            return cast(image, new, name=scope)
        if old.is_floating:
            return into(multiply(image, new.max + 0.5), new, name=scope)
        if new.is_floating:
            return multiply(cast(image, new), 1.0 / old.max, name=scope)
        if old.max > new.max:
            return into(floordiv(image, (old.max + 1) // (new.max + 1)), new, name=scope)
        return multiply(into(image, new), (new.max + 1) // (old.max + 1), name=scope)


def _as_floats(image: Any) -> tuple[Any, Any]:
    """Return images of floats, and their dtype before."""
    dtype = as_dtype(image.dtype).base_dtype
    return (image if dtype in (float16, float32) else convert_image_dtype(image, float32)), dtype


# ---- brightness


def adjust_brightness(image: Any, delta: Any) -> Array:
    """Return images with `delta` added to each element, cut to the range of their dtype."""
    with within(None, "adjust_brightness") as scope:
        floats, dtype = _as_floats(convert_to_tensor(image, name=inner("image")))
        return convert_image_dtype(add(floats, cast(delta, floats.dtype), name=scope), dtype, saturate=True)


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Array:
    """Return adjust_brightness by a delta drawn from [-max_delta, max_delta).

    Raises:
        ValueError: `max_delta` is negative.
    """
    if max_delta < 0:
        raise errors.bad_range("max_delta", "non-negative", max_delta)
    return adjust_brightness(image, random_uniform([], -max_delta, max_delta, seed=seed))


def _contrasted(images: Any, contrast_factor: Any) -> Any:
    xp = array_module(images)
    exact = images.astype(xp.promote_types(images.dtype, np.float32), copy=False)
    mean = exact.mean(axis=(-3, -2), keepdims=True)
    return ((exact - mean) * contrast_factor + mean).astype(images.dtype, copy=False)


def _of_images(images: Any, *more: Any) -> Any:
    return rules.at_least(images, 3)


@op("AdjustContrastv2", "images | contrast_factor", shape=_of_images, kernel=_contrasted)
def _adjust_contrast(images: Any, contrast_factor: Any, name: str | None = None) -> Array:
    _of_images(operand(images).shape)
    result: Array = _contrasted(operand(images), operand(contrast_factor))
    return result


def adjust_contrast(images: Any, contrast_factor: Any) -> Array:
    """Return images with what each element of a channel has beyond the channel's mean times `contrast_factor`."""
    with within(None, "adjust_contrast") as scope:
        floats, dtype = _as_floats(convert_to_tensor(images, name=inner("images")))
        adjusted = _adjust_contrast(floats, cast(contrast_factor, float32), name=scope)
        return convert_image_dtype(adjusted, dtype, saturate=True)


def _check_factors(lower: float, upper: float) -> None:
    if upper <= lower:
        raise errors.bad_range("upper", "> lower", upper, lower)
    if lower < 0:
        raise errors.bad_range("lower", "non-negative", lower)


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Array:
    """Return adjust_contrast by a factor drawn from [lower, upper).

    Raises:
        ValueError: these are no limits.
    """
    _check_factors(lower, upper)
    return adjust_contrast(image, random_uniform([], lower, upper, seed=seed))


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Array:
    """Return gain * image ** gamma.

    Raises:
        ValueError: gamma is negative; InvalidArgumentError where only a run tells.
    """
    with within(None, "adjust_gamma"):
        floats, dtype = _as_floats(convert_to_tensor(image, name=inner("image")))
        checks = demand((gamma >= 0, "Gamma should be a non-negative real number."))
        gamma = with_dependencies(checks, gamma) if checks else gamma
        return convert_image_dtype(multiply(pow_(floats, gamma), gain), dtype, saturate=True)


def per_image_standardization(image: Any) -> Array:
    """Return images, each with a mean of 0 and a variance of 1; one of a single colour is 0."""
    with within(None, "per_image_standardization") as scope:
        image, _ = checked(image)
        floats, dtype = _as_floats(image)
        axes = [-1, -2, -3]
        count = cast(reduce_prod(shape(floats)[-3:]), floats.dtype)
        mean = reduce_mean(floats, axes, keepdims=True)
        deviation = maximum(reduce_std(floats, axes, keepdims=True), rsqrt(count))
        standard = divide(subtract(floats, mean), deviation, name=scope)
        return convert_image_dtype(standard, dtype, saturate=True)


# ---- gray


def rgb_to_grayscale(images: Any, name: str | None = None) -> Array:
    """Return images of one channel: 0.2989 red + 0.587 green + 0.114 blue."""
    with within(name, "rgb_to_grayscale") as scope:
        images = convert_to_tensor(images, name=inner("images"))
        floats = convert_image_dtype(images, float32)
        gray = expand_dims(tensordot(floats, [0.2989, 0.5870, 0.1140], [[-1], [-1]]), -1)
        return convert_image_dtype(gray, images.dtype, name=scope)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Array:
    """Return images of three equal channels, of one.

    Raises:
        ValueError: they have several.
    """
    with within(name, "grayscale_to_rgb") as scope:
        images = convert_to_tensor(images, name=inner("images"))
        dims = static_shape(images)
        if dims is not None and dims[-1] not in (None, 1):
            raise errors.gray_channels(dims[-1])
        if type(images) is Tensor and (dims is None or dims[-1] is None):
            single = equal(shape(images)[-1], 1)
            check = Assert(single, ["Last dimension of a grayscale image should be size 1."])
            images = with_dependencies([check], images)
        times: Any = concat([ones([rank(images) - 1], int32), [3]], 0)
        if dims is not None:
            times = [1] * (len(dims) - 1) + [3]
        rgb: Any = tile(images, times, name=scope)
        if type(rgb) is Tensor and dims is not None:
            rgb.set_shape([*dims[:-1], 3])
        return rgb


# ---- hues: [0, 1) is the way around the colours, from red over green and blue


def _split(rgb: Any) -> tuple[Any, Any, Any]:
    """Return hue, saturation and value."""
    xp = array_module(rgb)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    value, spread = rgb.max(axis=-1), rgb.max(axis=-1) - rgb.min(axis=-1)
    one = rgb.dtype.type(1)
    saturation = xp.where(value > 0, spread / xp.where(value > 0, value, one), 0)
    unit = one / (6 * xp.where(spread > 0, spread, one))
    third = rgb.dtype.type(1 / 3)
    others = xp.where(green == value, unit * (blue - red) + third, unit * (red - green) + 2 * third)
    hue = xp.where(red == value, unit * (green - blue), others)
    hue = xp.where(spread > 0, hue, 0)
    return xp.where(hue < 0, hue + 1, hue), saturation, value


def _joined(hue: Any, saturation: Any, value: Any) -> Any:
    """Return red, green and blue."""
    xp, six = array_module(hue), hue * 6
    shares = xp.stack([abs(six - 3) - 1, 2 - abs(six - 2), 2 - abs(six - 4)], axis=-1)
    shares = shares.clip(0, 1)
    return ((shares - 1) * saturation[..., None] + 1) * value[..., None]


def _three_channels(images: Any, *more: Any) -> Any:
    dims = rules.at_least(images, 1)
    if dims is not None and dims[-1] not in (None, 3):
        raise errors.three_channels(dims[-1])
    return dims


def _of_colours(images: Any, *more: Any) -> Any:
    return _three_channels(rules.at_least(images, 3))


def _check_colours(images: Any) -> None:
    if images.shape[-1] != 3:
        raise errors.three_channels(images.shape[-1])


def _exact(images: Any) -> Any:
    return images.astype(np.promote_types(images.dtype, np.float32), copy=False)


def _to_hsv(images: Any) -> Any:
    _check_colours(images)
    return array_module(images).stack(_split(_exact(images)), axis=-1).astype(images.dtype, copy=False)


def _to_rgb(images: Any) -> Any:
    _check_colours(images)
    exact = _exact(images)
    return _joined(exact[..., 0], exact[..., 1], exact[..., 2]).astype(images.dtype, copy=False)


_FLOATS = ("float16", "bfloat16", "float32", "float64")


@op("RGBToHSV", "images", shape=_three_channels, kernel=_to_hsv, allowed=_FLOATS)
def rgb_to_hsv(images: Any, name: str | None = None) -> Array:
    """Return hue, saturation and value, each in [0, 1], of red, green and blue."""
    x = operand(images)
    _three_channels(x.shape)
    return _to_hsv(x)


@op("HSVToRGB", "images", shape=_three_channels, kernel=_to_rgb, allowed=_FLOATS)
def hsv_to_rgb(images: Any, name: str | None = None) -> Array:
    """Return red, green and blue of hue, saturation and value, each in [0, 1]."""
    x = operand(images)
    _three_channels(x.shape)
    return _to_rgb(x)


def _turned(images: Any, delta: Any) -> Any:
    _check_colours(images)
    hue, saturation, value = _split(_exact(images))
    return _joined((hue + delta.astype(hue.dtype)) % 1, saturation, value).astype(images.dtype, copy=False)


def _saturated(images: Any, scale: Any) -> Any:
    _check_colours(images)
    hue, saturation, value = _split(_exact(images))
    more = (saturation * scale.astype(hue.dtype)).clip(0, 1)
    return _joined(hue, more, value).astype(images.dtype, copy=False)


@op("AdjustHue", "images | delta", shape=_of_colours, kernel=_turned)
def _adjust_hue(images: Any, delta: Any, name: str | None = None) -> Array:
    _of_colours(operand(images).shape)
    return _turned(operand(images), operand(delta))


@op("AdjustSaturation", "images | scale", shape=_of_colours, kernel=_saturated)
def _adjust_saturation(images: Any, scale: Any, name: str | None = None) -> Array:
    _of_colours(operand(images).shape)
    return _saturated(operand(images), operand(scale))


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Array:
    """Return images with `delta` added to their hues, of which 1 is the whole way around.

    Raises:
        ValueError: they have other than three channels.
    """
    with within(name, "adjust_hue"):
        floats, dtype = _as_floats(convert_to_tensor(image, name=inner("image")))
        return convert_image_dtype(_adjust_hue(floats, cast(delta, float32)), dtype)


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Array:
    """Return adjust_hue by a delta drawn from [-max_delta, max_delta).

    Raises:
        ValueError: `max_delta` is not in [0, 0.5].
    """
    if not 0 <= max_delta <= 0.5:
        raise errors.bad_range("max_delta", "<= 0.5" if max_delta > 0.5 else "non-negative", max_delta)
    return adjust_hue(image, random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Array:
    """Return images with their saturation times `saturation_factor`, at most 1.

    Raises:
        ValueError: they have other than three channels.
    """
    with within(name, "adjust_saturation"):
        floats, dtype = _as_floats(convert_to_tensor(image, name=inner("image")))
        return convert_image_dtype(_adjust_saturation(floats, cast(saturation_factor, float32)), dtype)


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Array:
    """Return adjust_saturation by a factor drawn from [lower, upper).

    Raises:
        ValueError: these are no limits.
    """
    _check_factors(lower, upper)
    return adjust_saturation(image, random_uniform([], lower, upper, seed=seed))


# ---- colour television


_YIQ_OF_RGB = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_RGB_OF_YIQ: list[list[float]] = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_YUV_OF_RGB = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_RGB_OF_YUV: list[list[float]] = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]


def _mixed(images: Any, matrix: list[list[float]]) -> Array:
    images = convert_to_tensor(images, name=inner("images"))
    weights = convert_to_tensor(np.array(matrix, as_dtype(images.dtype).as_numpy_dtype), name=inner("kernel"))
    return tensordot(images, weights, [[-1], [0]])


def rgb_to_yiq(images: Any) -> Array:
    """Return luma and the two chroma components of NTSC of red, green and blue."""
    return _mixed(images, _YIQ_OF_RGB)


def yiq_to_rgb(images: Any) -> Array:
    """Return red, green and blue of luma and the two chroma components of NTSC."""
    return _mixed(images, _RGB_OF_YIQ)


def rgb_to_yuv(images: Any) -> Array:
    """Return luma and the two chroma components of PAL of red, green and blue."""
    return _mixed(images, _YUV_OF_RGB)


def yuv_to_rgb(images: Any) -> Array:
    """Return red, green and blue of luma and the two chroma components of PAL."""
    return _mixed(images, _RGB_OF_YUV)
