"""Boxes of images: cut out, drawn, and picked by how little they overlap.

A box is `[y1, x1, y2, x2]`; where an image is meant, 0 is its first row or column and 1 its last one.

Source: tensorflow/core/kernels/crop_and_resize_op.cc, non_max_suppression_op.cc, draw_bounding_box_op.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module, to_numpy, unwrap
from ..arrays.dtypes import float32, int32
from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import images as errors
from . import shape_rules as rules
from .function import op
from .images import two_sizes
from .operands import either, operand
from .scoped import inner, within

__all__ = [
    "NonMaxSuppressionV4",
    "corners",
    "crop_and_resize",
    "draw_bounding_boxes",
    "nearest_place",
    "non_max_suppression",
    "non_max_suppression_overlaps",
    "non_max_suppression_padded",
    "non_max_suppression_with_scores",
    "samples_of_boxes",
]


# ---- cut out


class Samples(NamedTuple):
    """Where the elements of boxes lie in their images.

    Attributes:
        image: the number of the image of each box, `[boxes]`.
        at: row and column of each element, `[boxes, rows]` and `[boxes, columns]`.
        inside: whether each is in the image.
        steps: how `at` changes with the box's first and second end, a pair for rows and one for columns.
    """

    image: Any
    at: tuple[Any, Any]
    inside: tuple[Any, Any]
    steps: tuple[tuple[Any, Any], tuple[Any, Any]]


def samples_of_boxes(shape: Any, boxes: Any, box_ind: Any, crop_size: Any) -> Samples:
    """Return where the elements of boxes lie in images of a shape.

    Raises:
        InvalidArgumentError: there is no such image.
    """
    xp = array_module(boxes)
    wrong = [int(k) for k in to_numpy(box_ind) if not 0 <= k < shape[0]]
    if wrong:
        raise errors.box_of_no_image(wrong[0], shape[0])
    at, inside, steps = [], [], []
    for axis, count in enumerate(two_sizes(crop_size)):
        last = shape[1 + axis] - 1
        share = xp.arange(count, dtype=np.float32) / (count - 1) if count > 1 else xp.full(1, 0.5, np.float32)
        first, second = (1 - share) * last, share * last
        place = boxes[:, axis : axis + 1] * first + boxes[:, axis + 2 : axis + 3] * second
        at.append(place)
        inside.append((place >= 0) & (place <= last))
        steps.append((first, second))
    return Samples(box_ind, (at[0], at[1]), (inside[0], inside[1]), (steps[0], steps[1]))


def _crops_shape(image: Any, boxes: Any, box_ind: Any, *, crop_size: Any) -> Any:
    *_, channels = rules.with_rank(image, 4)
    count, _ = rules.with_rank(rules.merged(boxes, (None, 4)), 2)
    (other,) = rules.with_rank(box_ind, 1)
    rows, columns = (None, None) if crop_size is None else crop_size
    return rules.same_size(count, other), rows, columns, channels


def corners(samples: Samples, shape: Any, xp: Any) -> Any:
    """Yield rows, columns and weights of the four elements around each sample, which are within the image."""
    lows, shares = [], []
    for axis, place in enumerate(samples.at):
        last = shape[1 + axis] - 1
        low = xp.floor(place.clip(0, last)).astype(np.int64)
        lows.append(low)
        shares.append(place.clip(0, last) - low)
    for up in (0, 1):
        for right in (0, 1):
            row, column = (lows[0] + up).clip(0, shape[1] - 1), (lows[1] + right).clip(0, shape[2] - 1)
            weight = (shares[0] if up else 1 - shares[0])[:, :, None] * (shares[1] if right else 1 - shares[1])[:, None]
            yield row[:, :, None], column[:, None], weight, (up, right)


def _crops(image: Any, boxes: Any, box_ind: Any, crop_size: Any, method: str, extrapolation_value: float) -> Any:
    xp = array_module(image)
    samples = samples_of_boxes(image.shape, boxes.astype(np.float32), box_ind, crop_size)
    own = samples.image[:, None, None]
    if method == "nearest":
        rows, columns = (nearest_place(place, size) for place, size in zip(samples.at, image.shape[1:3], strict=True))
        found = image[own, rows[:, :, None], columns[:, None]].astype(np.float32)
    else:
        found = 0
        for row, column, weight, _ in corners(samples, image.shape, xp):
            found = found + image[own, row, column] * weight[..., None]
    there = (samples.inside[0][:, :, None] & samples.inside[1][:, None])[..., None]
    return xp.where(there, found, extrapolation_value).astype(np.float32)


def nearest_place(place: Any, size: int) -> Any:
    """Return the nearest element of each place, of two the farther one, as C's round."""
    return array_module(place).floor(place.clip(0, size - 1) + 0.5).astype(np.int64)


def _one_form(values: dict[str, Any]) -> dict[str, Any]:
    if values["method"] not in ("bilinear", "nearest"):
        raise array_errors.bad_choice("method", values["method"], ("bilinear", "nearest"))
    found = either("box_indices", values["box_indices"], "box_ind", values["box_ind"])
    return values | {"box_ind": found, "box_indices": None}


@op(
    "CropAndResize",
    "image | boxes | box_ind:int32",
    shape=_crops_shape,
    dtype=float32,
    kernel=_crops,
    normalize=_one_form,
)
def crop_and_resize(
    image: Any,
    boxes: Any,
    box_ind: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
    box_indices: Any = None,
) -> Array:
    """Return boxes of images, all resized to one size, as float32.

    Args:
        image: `[N, height, width, C]`.
        boxes: `[boxes, 4]`; one with y1 > y2 is upside down, and one may reach beyond the image.
        box_ind, box_indices: int32 `[boxes]`, the image of each.
        crop_size: (height, width) of the result.
        method: "bilinear", or "nearest", which has no gradient for the boxes.
        extrapolation_value: of what is beyond the image.
        name: drawn from the name table.

    Raises:
        ValueError: the shapes do not fit; InvalidArgumentError: there is no such image.
    """
    given = _one_form({"method": method, "box_ind": box_ind, "box_indices": box_indices})
    x, places, own = operand(image), operand(boxes), operand(given["box_ind"])
    _crops_shape(x.shape, places.shape, own.shape, crop_size=None)
    result: Array = _crops(x, places, own, crop_size, method, extrapolation_value)
    return result


# ---- picked


def _overlaps(boxes: Any) -> Any:
    """Return the share that each two boxes have in common of what they cover, `[boxes, boxes]`."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = (high - low).prod(axis=1)
    sides = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    common = sides.clip(0).prod(axis=2)
    whole = areas[:, None] + areas - common
    some = (areas[:, None] > 0) & (areas > 0)
    return np.where(some, common / np.where(some, whole, 1), 0)


def _picked(
    overlaps: Any, scores: Any, most: int, threshold: float, least: float, sigma: float = 0.0
) -> tuple[Any, Any]:
    """Return boxes, the best first, without those that have more than `threshold` in common with a better one.

    With a sigma, a score is lowered by what the box has in common with better ones, and counts as it is then.

    Source: Bodla et al., Soft-NMS: improving object detection with one line of code, 2017.
    """
    scores = scores.astype(np.float64).copy()
    waiting = [int(k) for k in np.argsort(-scores, kind="stable") if scores[k] > least]
    chosen: list[int] = []
    while waiting and len(chosen) < most:
        best = max(waiting, key=lambda k: (scores[k], -k))
        waiting.remove(best)
        chosen.append(best)
        kept = []
        for k in waiting:
            common = overlaps[best, k]
            if sigma > 0:
                scores[k] *= np.exp(-0.5 * common**2 / sigma)
            if not (common > threshold if sigma <= 0 else scores[k] <= least):
                kept.append(k)
        waiting = kept
    return np.array(chosen, np.int32), scores[chosen]


def _picks_shape(boxes: Any, scores: Any) -> Any:
    (count,) = rules.with_rank(scores, 1)
    rows, _ = rules.with_rank(rules.merged(boxes, (None, 4)), 2)
    rules.same_size(rows, count)
    return (None,)


def _host(value: Any) -> Any:
    return to_numpy(operand(value))


@op("NonMaxSuppressionV3", "boxes scores:host", shape=_picks_shape, dtype=int32)
def _non_max_suppression(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any, score_threshold: Any, name: str | None = None
) -> Array:
    box, score = _host(boxes), _host(scores)
    _picks_shape(box.shape, score.shape)
    limits = float(unwrap(iou_threshold)), float(unwrap(score_threshold))
    result: Array = _picked(_overlaps(box), score, int(unwrap(max_output_size)), *limits)[0]
    return result


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = -np.inf,
    name: str | None = None,
) -> Array:
    """Return the numbers of the best boxes, without those that have much in common with a better one.

    Args:
        boxes: `[boxes, 4]`, in any unit.
        scores: `[boxes]`.
        max_output_size: how many there are at most.
        iou_threshold: a box goes that has more than this share in common with a better one, of what both cover.
        score_threshold: boxes count that have more.
        name: of the name scope.

    Returns:
        int32 `[at most max_output_size]`, the best first.
    """
    with within(name, "non_max_suppression"):
        return _non_max_suppression(
            boxes, scores, max_output_size, iou_threshold, score_threshold, inner("NonMaxSuppressionV3")
        )


def _overlaps_shape(overlaps: Any, scores: Any) -> Any:
    (count,) = rules.with_rank(scores, 1)
    rows, columns = rules.with_rank(overlaps, 2)
    rules.same_size(rules.same_size(rows, columns), count)
    return (None,)


@op("NonMaxSuppressionWithOverlaps", "overlaps scores:host", shape=_overlaps_shape, dtype=int32)
def _by_overlaps(
    overlaps: Any, scores: Any, max_output_size: Any, threshold: Any, score_threshold: Any, name: str | None = None
) -> Array:
    common, score = _host(overlaps), _host(scores)
    _overlaps_shape(common.shape, score.shape)
    limits = float(unwrap(threshold)), float(unwrap(score_threshold))
    result: Array = _picked(common, score, int(unwrap(max_output_size)), *limits)[0]
    return result


def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = -np.inf,
    name: str | None = None,
) -> Array:
    """Return what non_max_suppression returns, for boxes whose overlaps are given, `[boxes, boxes]`."""
    with within(name, "non_max_suppression_overlaps"):
        return _by_overlaps(overlaps, scores, max_output_size, overlap_threshold, score_threshold)


def _scored_shape(boxes: Any, scores: Any) -> Any:
    return [_picks_shape(boxes, scores), (None,)]


def _scored_types(values: dict[str, Any]) -> Any:
    return [int32, values["boxes"].dtype.base_dtype]


@op("NonMaxSuppressionV5", "boxes scores:host", shape=_scored_shape, dtype=_scored_types, returns=tuple)
def _with_scores(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any, score_threshold: Any, sigma: Any,
    name: str | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    box, score = _host(boxes), _host(scores)
    _picks_shape(box.shape, score.shape)
    limits = [float(unwrap(limit)) for limit in (iou_threshold, score_threshold, sigma)]
    chosen, found = _picked(_overlaps(box), score, int(unwrap(max_output_size)), *limits)
    return chosen, found.astype(box.dtype)


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = -np.inf,
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Array, Array]:
    """Return the numbers of the best boxes and their scores; with a sigma, these are lowered by what is in common."""
    with within(name, "non_max_suppression_with_scores"):
        limits = iou_threshold, score_threshold, soft_nms_sigma
        return _with_scores(boxes, scores, max_output_size, *limits, inner("NonMaxSuppressionV5"))


class NonMaxSuppressionV4(NamedTuple):
    """What `non_max_suppression_padded` returns."""

    selected_indices: Any
    valid_outputs: Any


def _padded_shape(boxes: Any, scores: Any, *, max_output_size: Any, pad_to_max_output_size: bool) -> Any:
    (open_,) = _picks_shape(boxes, scores)
    return [(max_output_size if pad_to_max_output_size else open_,), ()]


@op(
    "NonMaxSuppressionV4",
    "boxes scores:host",
    shape=_padded_shape,
    dtype=int32,
    returns=lambda found: NonMaxSuppressionV4(*found),
)
def _padded(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any, score_threshold: Any,
    pad_to_max_output_size: bool, name: str | None = None,
) -> NonMaxSuppressionV4:  # fmt: skip
    chosen = _non_max_suppression.__wrapped__(  # type: ignore[attr-defined]
        boxes, scores, max_output_size, iou_threshold, score_threshold
    )
    count, most = np.int32(len(chosen)), int(unwrap(max_output_size))
    if pad_to_max_output_size:
        chosen = np.pad(chosen, (0, most - len(chosen)))
    return NonMaxSuppressionV4(chosen, np.asarray(count))


def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = -np.inf,
    pad_to_max_output_size: bool = False,
    name: str | None = None,
) -> NonMaxSuppressionV4:
    """Return what non_max_suppression returns, with zeros behind where that is wanted, and how many there are."""
    with within(name, "non_max_suppression_padded"):
        return _padded(
            boxes, scores, max_output_size, iou_threshold, score_threshold, pad_to_max_output_size,
            inner("NonMaxSuppressionV4"),
        )  # fmt: skip


# ---- drawn


_PENCILS = np.array(
    [
        [1, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0.5, 0, 0.5, 1], [0.5, 0.5, 0, 1], [0.5, 0, 0, 1],
        [0, 0, 0.5, 1], [0, 1, 1, 1], [1, 0, 1, 1],
    ],
    np.float32,
)  # fmt: skip


def _same(images: Any, *more: Any) -> Any:
    return rules.with_rank(images, 4)


@op("DrawBoundingBoxesV2", "images | boxes | colors?", shape=_same, allowed=("float32", "float16"))
def _draw(images: Any, boxes: Any, colors: Any = None, name: str | None = None) -> Array:
    result, box = operand(images).copy(), _host(boxes)
    count, height, width, channels = result.shape
    if box.ndim != 3 or box.shape[0] != count or box.shape[2] != 4:
        raise errors.bad_boxes("boxes", f"[{count}, boxes, 4]", box.shape)
    pencils = np.ones((1, 4), np.float32) if channels == 1 else _PENCILS
    if colors is not None and len(_host(colors)):
        pencils = _host(colors)
    pencils = array_module(result).asarray(pencils[:, :channels].astype(result.dtype))
    for image, listed in zip(result, box, strict=True):
        for number, (y1, x1, y2, x2) in enumerate(listed.tolist()):
            pencil = pencils[number % len(pencils)]
            top, bottom, left, right = (
                int(end * (size - 1)) for end, size in ((y1, height), (y2, height), (x1, width), (x2, width))
            )
            if top > bottom or left > right or bottom < 0 or right < 0 or top >= height or left >= width:
                continue
            rows = slice(max(top, 0), min(bottom, height - 1) + 1)
            columns = slice(max(left, 0), min(right, width - 1) + 1)
            for row in {top, bottom} & set(range(height)):
                image[row, columns] = pencil
            for column in {left, right} & set(range(width)):
                image[rows, column] = pencil
    return result


def draw_bounding_boxes(images: Any, boxes: Any, name: str | None = None, colors: Any = None) -> Array:
    """Return images with the outlines of boxes drawn upon them, one pixel wide.

    Args:
        images: `[N, height, width, C]`, floats.
        boxes: `[N, boxes, 4]`.
        name: drawn from the name table.
        colors: `[count, C]`, taken in turns; None = ten that can be told apart.

    Raises:
        ValueError: the shapes do not fit.
    """
    kind = "DrawBoundingBoxes" if colors is None else "DrawBoundingBoxesV2"
    return _draw(images, boxes, colors, name if name is not None else inner(kind))
