"""Boxes of images drawn by chance, that hold enough of what is in the image.

Source: tensorflow/core/kernels/sample_distorted_bounding_box_op.cc (TF 1.15); the draws are not TensorFlow's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import to_numpy, unwrap
from ..arrays.dtypes import as_dtype, float32
from ..arrays.streams import draw_uniform
from ..errors import images as errors
from .creation import convert_to_tensor
from .function import op
from .operands import drawing, operand
from .scoped import inner, within

__all__ = ["SampleDistortedBoundingBoxV2", "sample_distorted_bounding_box"]


class SampleDistortedBoundingBoxV2(NamedTuple):
    """What `sample_distorted_bounding_box` returns."""

    begin: Any
    size: Any
    bboxes: Any


def _shapes(image_size: Any, bounding_boxes: Any) -> Any:
    return [(3,), (3,), (1, 1, 4)]


def _types(values: dict[str, Any]) -> Any:
    whole = values["image_size"].dtype.base_dtype
    return [whole, whole, float32]


def _drawn(seed: Any, count: int) -> Any:
    with drawing():
        return draw_uniform((count,), as_dtype("float64"), 0.0, 1.0, seed)


def _crop(sizes: tuple[int, int], area: Sequence[float], ratio: float, coins: Any) -> tuple[int, ...] | None:
    """Return rows and columns, first and behind the last, of a box of this ratio; None where none has such an area."""
    rows, columns = sizes
    least, most = area[0] * rows * columns, area[1] * rows * columns
    height, tallest = (round(math.sqrt(bound / ratio)) for bound in (least, most))
    if round(tallest * ratio) > columns:
        tallest = int((columns + 0.5 - 1e-7) / ratio)
        tallest -= round(tallest * ratio) > columns
    tallest = min(tallest, rows)
    height = min(height, tallest) + int(coins[0] * (tallest - min(height, tallest) + 1))
    width = round(height * ratio)
    if width * height < least:
        height += 1
        width = round(height * ratio)
    if width * height > most:
        height -= 1
        width = round(height * ratio)
    if not (least <= width * height <= most and 0 < width <= columns and 0 < height <= rows):
        return None
    top, left = int(coins[1] * (rows - height)), int(coins[2] * (columns - width))
    return top, left, top + height, left + width


def _holds(crop: Sequence[int], boxes: Any, least: float) -> bool:
    """Whether a crop has enough of one of the boxes."""
    sides = np.minimum(crop[2:], boxes[:, 2:]) - np.maximum(crop[:2], boxes[:, :2])
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return bool((sides.clip(0).prod(axis=1) >= least * areas).any())


@op(
    "SampleDistortedBoundingBoxV2",
    "image_size:host | bounding_boxes:host",
    shape=_shapes,
    dtype=_types,
    returns=lambda found: SampleDistortedBoundingBoxV2(*found),
)
def _sample(
    image_size: Any, bounding_boxes: Any, seed: Any, min_object_covered: Any, aspect_ratio_range: Any, area_range: Any,
    max_attempts: int, use_image_if_no_bounding_boxes: bool, name: str | None = None,
) -> SampleDistortedBoundingBoxV2:  # fmt: skip
    whole = to_numpy(operand(image_size))
    sizes = int(whole[0]), int(whole[1])
    boxes = to_numpy(operand(bounding_boxes)).astype(np.float32).reshape(-1, 4)
    if not len(boxes):
        if not use_image_if_no_bounding_boxes:
            raise errors.no_boxes()
        boxes = np.array([[0, 0, 1, 1]], np.float32)
    if (boxes < 0).any() or (boxes > 1).any():
        raise errors.box_outside(boxes[((boxes < 0) | (boxes > 1)).any(axis=1)][0].tolist())
    within_image = np.trunc(boxes * np.array([*sizes, *sizes], np.float32)).astype(int)
    crop: tuple[int, ...] = (0, 0, *sizes)
    for coins in _drawn(seed, 4 * max_attempts).reshape(-1, 4):
        ratio = aspect_ratio_range[0] + coins[3] * (aspect_ratio_range[1] - aspect_ratio_range[0])
        found = _crop(sizes, area_range, ratio, coins)
        if found is not None and _holds(found, within_image, float(unwrap(min_object_covered))):
            crop = found
            break
    top, left, bottom, right = crop
    return SampleDistortedBoundingBoxV2(
        np.array([top, left, 0], whole.dtype),
        np.array([bottom - top, right - left, -1], whole.dtype),
        (np.array(crop, np.float32) / np.array([*sizes, *sizes], np.float32)).reshape(1, 1, 4),
    )


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int | None = None,
    seed2: int | None = None,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Sequence[float] | None = None,
    area_range: Sequence[float] | None = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> SampleDistortedBoundingBoxV2:
    """Return a box drawn by chance, that holds enough of one of the boxes of an image; else the whole image.

    Args:
        image_size: (height, width, channels), integers.
        bounding_boxes: `[N, boxes, 4]`, each `[y1, x1, y2, x2]` in shares of the image.
        seed, seed2: of the draws.
        min_object_covered: the share of a box that is enough.
        aspect_ratio_range: of width by height; None = (0.75, 1.33).
        area_range: of the share of the image; None = (0.05, 1).
        max_attempts: None = 100.
        use_image_if_no_bounding_boxes: whether the image is the box where there is none.
        name: of the name scope.

    Returns:
        (begin, size, bboxes): the first two for `tf.slice`, and the box `[1, 1, 4]` for `draw_bounding_boxes`.

    Raises:
        InvalidArgumentError: there is no box, or one is not within the image.
    """
    chosen = seed if seed or not seed2 else seed2
    with within(name, "sample_distorted_bounding_box"):
        return _sample(
            convert_to_tensor(image_size),
            bounding_boxes,
            chosen or None,
            min_object_covered,
            tuple(aspect_ratio_range or (0.75, 1.33)),
            tuple(area_range or (0.05, 1.0)),
            100 if max_attempts is None else max_attempts,
            bool(use_image_if_no_bounding_boxes),
            inner("SampleDistortedBoundingBoxV2"),
        )
