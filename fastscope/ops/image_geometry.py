"""Images turned, mirrored, cropped and padded: `[height, width, C]`, or a batch of these.

Source: tensorflow/python/ops/image_ops_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.dtypes import float64, int32
from ..arrays.typing import Array
from ..errors import images as errors
from ..graph import Tensor
from .arranging import pad, reverse, slice
from .asserting import Assert, assert_positive
from .branching import cond
from .cases import case
from .creation import cast, convert_to_tensor
from .elementwise import floor
from .elementwise import round as round_
from .grouping import with_dependencies
from .images import ResizeMethod
from .math import equal, floormod, greater_equal, less, maximum, minimum, multiply
from .random_numbers import random_uniform
from .resizing import resize_images
from .scoped import inner, within
from .shaping import expand_dims, reshape, shape, squeeze, stack, transpose

__all__ = [
    "central_crop",
    "crop_to_bounding_box",
    "flip_left_right",
    "flip_up_down",
    "pad_to_bounding_box",
    "random_flip_left_right",
    "random_flip_up_down",
    "resize_image_with_crop_or_pad",
    "resize_image_with_pad",
    "resize_with_crop_or_pad",
    "rot90",
    "transpose_image",
]


# ---- what is known of an image


def static_shape(image: Any) -> tuple[int | None, ...] | None:
    """Return the shape as far as it is known."""
    return image.dims if type(image) is Tensor else image.shape


def checked(image: Any, argument: str = "image") -> tuple[Any, int | None]:
    """Return an image as a tensor, and its rank.

    Raises:
        ValueError: it has less than three dimensions, or one of no elements.
    """
    image = convert_to_tensor(image, name=inner(argument))
    dims = static_shape(image)
    if dims is None:
        return _not_empty(image, dims), None
    if len(dims) < 3:
        raise errors.too_flat(argument, len(dims))
    return _not_empty(image, dims), len(dims)


def _not_empty(image: Any, dims: tuple[int | None, ...] | None) -> Any:
    """Return an image that has elements; where only a run tells, one that looks.

    Raises:
        ValueError: it has none.
    """
    if dims is not None and 0 in dims[-3:]:
        raise errors.empty_image(dims)
    if type(image) is Tensor and (dims is None or None in dims):
        return after([assert_positive(shape(image), ["all dims of 'image.shape' must be > 0."])], image)
    return image


def of_three_or_four(image: Any) -> tuple[Any, bool]:
    """Return an image as a tensor, and whether it is a batch; an unknown rank is taken for a single one.

    Raises:
        ValueError: it has neither 3 nor 4 dimensions.
    """
    image = convert_to_tensor(image, name=inner("image"))
    dims = static_shape(image)
    if dims is not None and len(dims) not in (3, 4):
        raise errors.no_image("image", len(dims))
    return _not_empty(image, dims), dims is not None and len(dims) == 4


def as_batch(image: Any) -> tuple[Any, bool]:
    """Return a batch of images, and whether it was a single one."""
    image, is_batch = of_three_or_four(image)
    if is_batch:
        return image, False
    batch: Any = expand_dims(image, 0)
    if static_shape(batch) is None:
        batch.set_shape([None] * 4)
    return batch, True


def sizes(batch: Any) -> list[Any]:
    """Return the sizes of a batch, each a number where it is known, else a tensor."""
    dims = static_shape(batch)
    assert dims is not None
    known = None if None not in dims else shape(batch)
    return [known[axis] if n is None and known is not None else n for axis, n in enumerate(dims)]


def demand(*conditions: tuple[Any, str]) -> list[Any]:
    """Look at conditions: those of numbers now, those of tensors when they run, as the returned operations.

    Raises:
        ValueError: one does not hold.
    """
    later = []
    for holds, text in conditions:
        if type(holds) is Tensor:
            later.append(Assert(holds, [text]))
        elif not holds:
            raise errors.does_not_hold(text)
    return later


def after(checks: list[Any], image: Any) -> Any:
    """Return an image whose value waits for checks."""
    return with_dependencies(checks, image) if checks else image


# ---- mirrored and turned


def _mirrored(image: Any, axis: int, name: str) -> Array:
    with within(None, name):
        image, is_batch = _turnable(image)
        return _like(image, reverse(image, [axis + is_batch]))


def _turnable(image: Any) -> tuple[Any, bool]:
    image, rank = checked(image)
    if rank not in (None, 3, 4):
        raise errors.no_image("image", rank)
    return image, rank == 4


def _like(image: Any, result: Any) -> Any:
    """Return a tensor that has the rank of an image at least."""
    if type(result) is Tensor and result.dims is None:
        result.set_shape([None] * 3 if image.dims is None else image.get_shape())
    return result


def flip_left_right(image: Any) -> Array:
    """Return images mirrored: columns in the other order."""
    return _mirrored(image, 1, "flip_left_right")


def flip_up_down(image: Any) -> Array:
    """Return images upside down: rows in the other order."""
    return _mirrored(image, 0, "flip_up_down")


def _sometimes(image: Any, axis: int, seed: int | None, name: str) -> Array:
    with within(None, name) as scope:
        image, is_batch = _turnable(image)
        if not is_batch:
            coin = less(random_uniform([], 0, 1.0, seed=seed), 0.5)
            chosen = cond(coin, lambda: reverse(image, [axis]), lambda: image, name=scope)
            return _like(image, chosen)
        count = shape(image)[0]
        coins = random_uniform([count], 0, 1.0, seed=seed)
        flips = cast(round_(reshape(coins, [count, 1, 1, 1])), image.dtype)
        turned: Any = multiply(flips, reverse(image, [axis + 1]))
        kept: Any = 1 - flips
        return turned + kept * image


def random_flip_left_right(image: Any, seed: int | None = None) -> Array:
    """Return images mirrored, each with a chance of a half."""
    return _sometimes(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image: Any, seed: int | None = None) -> Array:
    """Return images upside down, each with a chance of a half."""
    return _sometimes(image, 0, seed, "random_flip_up_down")


def transpose_image(image: Any, name: str | None = None) -> Array:
    """Return images with rows and columns exchanged."""
    with within(name, "transpose"):
        image, is_batch = _turnable(image)
        return transpose(image, [0, 2, 1, 3] if is_batch else [1, 0, 2])


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Array:
    """Return images turned counter-clockwise by `k` quarters."""
    with within(name, "rot90") as scope:
        image, is_batch = _turnable(image)
        rows, columns = (1, 2) if is_batch else (0, 1)
        order = [0, 2, 1, 3] if is_batch else [1, 0, 2]
        ways: list[Any] = [
            lambda: image,
            lambda: transpose(reverse(image, [columns]), order),
            lambda: reverse(image, [rows, columns]),
            lambda: reverse(transpose(image, order), [columns]),
        ]
        if type(k) is not Tensor:
            return ways[int(k) % 4]()
        quarters = floormod(cast(k, int32), 4)
        turned: Any = case(
            [(equal(quarters, number), ways[number]) for number in (1, 2, 3)], ways[0], exclusive=True, name=scope
        )
        dims = static_shape(image)
        if dims is not None:
            turned.set_shape([*dims[:rows], None, None, dims[-1]])
        return turned


# ---- boxes of images


def central_crop(image: Any, central_fraction: float) -> Array:
    """Return the middle of images, `central_fraction` of each side.

    Raises:
        ValueError: no such fraction, or no image.
    """
    with within(None, "central_crop"):
        image = convert_to_tensor(image, name=inner("image"))
        if not 0.0 < central_fraction <= 1.0:
            raise errors.bad_fraction(central_fraction)
        if central_fraction == 1.0:
            return image
        image, rank = checked(image)
        if rank not in (3, 4):
            raise errors.no_image("image", rank)
        static: list[Any] = list(static_shape(image) or ())
        begin: list[Any] = [0] * len(static)
        count: list[Any] = [-1] * len(static)
        for axis in (len(static) - 3, len(static) - 2):
            size: Any = shape(image)[axis] if static[axis] is None else static[axis]
            exact: Any = _exact(size)
            start: Any = (exact - exact * central_fraction) / 2
            begin[axis] = cast(start, int32) if type(size) is Tensor else int(start)
            count[axis] = size - begin[axis] * 2
            static[axis] = None if static[axis] is None else count[axis]
        middle: Any = slice(image, _together(begin), _together(count))
        if type(middle) is Tensor:
            middle.set_shape(static)
        return middle


def _together(values: list[Any]) -> Any:
    return stack(values) if any(type(value) is Tensor for value in values) else values


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Array:
    """Return a box of images.

    Args:
        image: `[height, width, C]`, or a batch of these.
        offset_height, offset_width: row and column of the box's upper left corner; numbers or tensors, as the rest.
        target_height, target_width: its size.

    Raises:
        ValueError: the box is not within the image; InvalidArgumentError where only a run tells.
    """
    with within(None, "crop_to_bounding_box"):
        batch, single = as_batch(image)
        count, height, width, channels = sizes(batch)
        checks = demand(
            (offset_width >= 0, "offset_width must be >= 0"),
            (offset_height >= 0, "offset_height must be >= 0"),
            (target_width > 0, "target_width must be > 0"),
            (target_height > 0, "target_height must be > 0"),
            (_at_least(width, target_width + offset_width), "width must be >= target + offset"),
            (_at_least(height, target_height + offset_height), "height must be >= target + offset"),
        )
        begin, size = [0, offset_height, offset_width, 0], [-1, target_height, target_width, -1]
        box: Any = slice(after(checks, batch), _together(begin), _together(size))
        return _finished(box, [count, target_height, target_width, channels], single)


def _at_least(a: Any, b: Any) -> Any:
    return greater_equal(a, b) if Tensor in (type(a), type(b)) else a >= b


def _finished(images: Any, known: list[Any], single: bool) -> Array:
    if type(images) is Tensor:
        images.set_shape([None if type(n) is Tensor else n for n in known])
    return squeeze(images, [0]) if single else images


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Array:
    """Return images with zeros around them.

    Args:
        image: `[height, width, C]`, or a batch of these.
        offset_height, offset_width: rows above and columns to the left; numbers or tensors, as the rest.
        target_height, target_width: sizes with the zeros.

    Raises:
        ValueError: the image does not fit; InvalidArgumentError where only a run tells.
    """
    with within(None, "pad_to_bounding_box"):
        batch, single = as_batch(image)
        count, height, width, channels = sizes(batch)
        below, right = target_height - offset_height - height, target_width - offset_width - width
        checks = demand(
            (offset_height >= 0, "offset_height must be >= 0"),
            (offset_width >= 0, "offset_width must be >= 0"),
            (right >= 0, "width must be <= target - offset"),
            (below >= 0, "height must be <= target - offset"),
        )
        margins = [0, 0, offset_height, below, offset_width, right, 0, 0]
        paddings: Any = [margins[k : k + 2] for k in range(0, 8, 2)]
        if any(type(n) is Tensor for n in margins):
            paddings = reshape(stack(margins), [4, 2])
        padded = pad(after(checks, batch), paddings)
        return _finished(padded, [count, target_height, target_width, channels], single)


def resize_image_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Array:
    """Return the middle of images that are too large, and zeros around those that are too small.

    Raises:
        ValueError: a size is not positive; InvalidArgumentError where only a run tells.
    """
    with within(None, "resize_image_with_crop_or_pad"):
        batch, single = as_batch(image)
        checks = demand(
            (target_width > 0, "target_width must be > 0"), (target_height > 0, "target_height must be > 0")
        )
        batch = after(checks, batch)
        _, height, width, _ = sizes(batch)
        cut: list[Any] = []
        added: list[Any] = []
        kept: list[Any] = []
        for target, size in ((target_height, height), (target_width, width)):
            more = target - size
            cut.append(_larger(-more // 2, 0))
            added.append(_larger(more // 2, 0))
            kept.append(minimum(target, size) if Tensor in (type(target), type(size)) else min(target, size))
        cropped = crop_to_bounding_box(batch, cut[0], cut[1], kept[0], kept[1])
        padded = pad_to_bounding_box(cropped, added[0], added[1], target_height, target_width)
        return squeeze(padded, [0]) if single else padded


def _larger(a: Any, b: Any) -> Any:
    return maximum(a, b) if Tensor in (type(a), type(b)) else max(a, b)


resize_with_crop_or_pad = resize_image_with_crop_or_pad


def resize_image_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = ResizeMethod.BILINEAR, align_corners: bool = False
) -> Array:
    """Return images resized to fit into a box, their proportions kept, with zeros around them.

    Args:
        image: `[height, width, C]`, or a batch of these.
        target_height, target_width: of the box.
        method, align_corners: as in resize_images.

    Raises:
        ValueError: a size is not positive; InvalidArgumentError where only a run tells.
    """
    with within(None, "resize_image_with_pad"):
        batch, single = as_batch(image)
        checks = demand(
            (target_width > 0, "target_width must be > 0"), (target_height > 0, "target_height must be > 0")
        )
        batch = after(checks, batch)
        _, *old = sizes(batch)[:3]
        old = [_exact(n) for n in old]
        targets = [_exact(n) for n in (target_height, target_width)]
        ratio = _larger(old[1] / targets[1], old[0] / targets[0])
        new = [n / ratio for n in old]
        around: list[Any] = [_larger(0, _whole((target - n) / 2)) for target, n in zip(targets, new, strict=True)]
        resized = resize_images(batch, _together([_whole(n) for n in new]), method, align_corners)
        padded = pad_to_bounding_box(resized, around[0], around[1], target_height, target_width)
        return squeeze(padded, [0]) if single else padded


def _exact(n: Any) -> Any:
    return cast(n, float64) if type(n) is Tensor else float(n)


def _whole(n: Any) -> Any:
    return cast(floor(n), int32) if type(n) is Tensor else int(np.floor(n))
