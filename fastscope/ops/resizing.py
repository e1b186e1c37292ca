"""Images resized by any method: new rows and columns are weighted sums of old ones.

Source: tensorflow/core/kernels/resize_bicubic_op.cc, resize_area_op.cc, tensorflow/python/ops/image_ops_impl.py
(TF 1.15); Keys, Cubic convolution interpolation for digital image processing, 1981.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.dtypes import float32, int32
from ..arrays.typing import Array
from ..errors import images as errors
from ..graph import Tensor
from .creation import cast, convert_to_tensor
from .elementwise import round as round_
from .folding import shape_value
from .function import op
from .images import ResizeMethod, resize_bilinear, resize_nearest_neighbor, resized_shape, scale_of, two_sizes
from .math import minimum
from .operands import operand
from .scoped import inner, within
from .shaping import expand_dims, shape, squeeze, stack

__all__ = ["cubic_weights", "resize", "resize_area", "resize_bicubic", "resize_images"]

_STEPS = 1024  # between two elements: TensorFlow looks the cubic's values up in a table


def _cubic(distance: Any, a: float) -> Any:
    """Return Keys's weight of an element at a distance of at most 2, with the free parameter `a`."""
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return np.where(distance <= 1, near, far)


def cubic_weights(old: int, new: int, align_corners: bool, half_pixel_centers: bool) -> Any:
    """Return the weights of old elements in new ones, `[new, old]`."""
    scale = np.float32(scale_of(old, new, align_corners))
    steps = np.arange(new, dtype=np.float32)
    at = (steps + np.float32(0.5)) * scale - np.float32(0.5) if half_pixel_centers else steps * scale
    first = np.floor(at).astype(np.int64)
    share = np.rint((at - first) * _STEPS) / _STEPS
    a = -0.5 if half_pixel_centers else -0.75
    weights, rows = np.zeros((new, old)), np.arange(new)
    for step in (-1, 0, 1, 2):
        place, weight = first + step, _cubic(np.abs(share - step), a)
        if half_pixel_centers:
            weight = np.where((place >= 0) & (place < old), weight, 0.0)
        np.add.at(weights, (rows, np.clip(place, 0, old - 1)), weight)
    if half_pixel_centers:
        weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)


def _area_weights(old: int, new: int, align_corners: bool) -> Any:
    """Return the shares of old elements that lie below new ones, `[new, old]`."""
    scale = np.float32(scale_of(old, new, align_corners))
    weights = np.zeros((new, old))
    for k in range(new):
        start, end = float(k * scale), float((k + 1) * scale)
        for place in range(int(np.floor(start)), int(np.ceil(end))):
            share = min(place + 1, end) - max(place, start)
            weights[k, min(max(place, 0), old - 1)] += share / float(scale)
    return weights.astype(np.float32)


def weighted(images: Any, rows: Any, columns: Any) -> Any:
    """Return images whose rows and columns are sums of others, weighted by `[new, old]`."""
    xp = array_module(images)
    x = xp.einsum("ij,njwc->niwc", xp.asarray(rows), images)
    return xp.ascontiguousarray(xp.einsum("ij,nhjc->nhic", xp.asarray(columns), x))


def _bicubic(images: Any, size: Any, align_corners: bool, half_pixel_centers: bool) -> Any:
    both = zip(images.shape[1:3], two_sizes(size), strict=True)
    return weighted(
        images.astype(np.float32), *(cubic_weights(old, new, align_corners, half_pixel_centers) for old, new in both)
    )


@op("ResizeBicubic", "images", shape=resized_shape, dtype=float32, kernel=_bicubic)
def resize_bicubic(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Array:
    """Return images of another size, whose elements are cubic functions of the sixteen nearest, as float32.

    Args:
        images, size, align_corners, name, half_pixel_centers: as in resize_bilinear.
    """
    x = operand(images)
    resized_shape(x.shape, size=None)
    result: Array = _bicubic(x, size, align_corners, half_pixel_centers)
    return result


def _by_area(images: Any, size: Any, align_corners: bool) -> Any:
    both = zip(images.shape[1:3], two_sizes(size), strict=True)
    return weighted(images.astype(np.float32), *(_area_weights(old, new, align_corners) for old, new in both))


@op("ResizeArea", "images", shape=resized_shape, dtype=float32, kernel=_by_area)
def resize_area(images: Any, size: Any, align_corners: bool = False, name: str | None = None) -> Array:
    """Return images of another size, whose elements are means of what lies below them, as float32; no gradient.

    Args:
        images, size, align_corners, name: as in resize_bilinear.
    """
    x = operand(images)
    resized_shape(x.shape, size=None)
    result: Array = _by_area(x, size, align_corners)
    return result


_WAYS: dict[Any, Any] = {
    ResizeMethod.BILINEAR: resize_bilinear,
    ResizeMethod.NEAREST_NEIGHBOR: resize_nearest_neighbor,
    ResizeMethod.BICUBIC: resize_bicubic,
    ResizeMethod.AREA: resize_area,
    "bilinear": resize_bilinear,
    "nearest": resize_nearest_neighbor,
    "bicubic": resize_bicubic,
    "area": resize_area,
}  # fmt: skip


def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Array:
    """Return images of another size; those that have it already come as they are.

    Args:
        images: `[N, height, width, C]`, or one image `[height, width, C]`.
        size: (height, width), integers.
        method: one of ResizeMethod.
        align_corners: see resize_bilinear.
        preserve_aspect_ratio: whether the images keep their proportions, and only fit into `size`.
        name: drawn from the name table.

    Raises:
        ValueError: another method, another number of dimensions, or no such size.
    """
    if method not in _WAYS:
        raise errors.resize_method(method)
    with within(name, "resize"):
        images = convert_to_tensor(images, name=inner("images"))
        dims: Any = images.dims if type(images) is Tensor else images.shape
        if dims is None:
            raise errors.shape_unknown()
        if len(dims) not in (3, 4):
            raise errors.no_image("images", len(dims))
        height, width = dims[-3:-1]
        known = _pair(size)
        if preserve_aspect_ratio:
            size = known = _fitting(images, known, len(dims) - 3)
            known = known if type(known) is list else [None, None]
        if None not in (height, width) and known == [height, width]:
            return images
        batch = expand_dims(images, 0) if len(dims) == 3 else images
        resized = _WAYS[method](batch, size, align_corners)
        return squeeze(resized, [0], name=inner("Squeeze")) if len(dims) == 3 else resized


resize = resize_images


def _pair(size: Any) -> list[int | None]:
    """Return what is known of a size.

    Raises:
        ValueError: it is no pair of integers.
    """
    values = list(size) if isinstance(size, (list, tuple)) else [size]
    for value in values:
        dtype = getattr(value, "dtype", None)
        if value is None or isinstance(value, float) or (dtype is not None and "int" not in str(dtype)):
            raise errors.bad_size(size)
    known = shape_value(size if isinstance(size, (list, tuple)) else unwrap(size))
    known = known.tolist() if isinstance(known, np.ndarray) else known
    if known is None and type(size) is Tensor and size.dims is None:
        return [None, None]
    if not isinstance(known, (list, tuple)) or len(known) != 2:
        raise errors.bad_size(size)
    return list(known)


def _fitting(images: Any, target: list[int | None], first: int) -> Any:
    """Return the largest size of an image's proportions within a size: a list, or a tensor where only a run tells."""
    dims: Any = images.dims if type(images) is Tensor else images.shape
    if None not in (*dims[first : first + 2], *target):
        height, width = (np.float32(n) for n in dims[first : first + 2])
        factor = min(np.float32(target[0]) / height, np.float32(target[1]) / width)
        return [int(np.rint(factor * height)), int(np.rint(factor * width))]
    whole: Any = cast(shape(images)[first : first + 2], float32)
    factors: Any = cast(stack(target), float32) / whole
    return cast(round_(minimum(factors[0], factors[1]) * whole), int32)
