"""Gradients of boxes that are cut out of images, for the images and for the boxes.

Source: tensorflow/core/kernels/crop_and_resize_op.cc, tensorflow/python/ops/image_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..graph import Operation
from ..ops.boxes import corners, nearest_place, samples_of_boxes
from ..ops.function import op as recorded
from .registry import no_gradient, rule

no_gradient("NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5", "NonMaxSuppressionWithOverlaps")


def _first_of(d: Any, image: Any, *more: Any) -> Any:
    return image


def _boxes_of(d: Any, image: Any, boxes: Any, *more: Any) -> Any:
    return boxes


@recorded("CropAndResizeGradImage", "d | image | boxes | box_ind", shape=_first_of)
def to_image(d: Any, image: Any, boxes: Any, box_ind: Any, method: str) -> Any:
    """Return `d` divided among the elements of the image that each was made of."""
    xp, shape = array_module(d), image.shape
    samples = samples_of_boxes(shape, boxes.astype(np.float32), box_ind, d.shape[1:3])
    inside = (samples.inside[0][:, :, None] & samples.inside[1][:, None])[..., None]
    own, result = samples.image[:, None, None], xp.zeros(shape, d.dtype)
    if method == "nearest":
        rows, columns = (nearest_place(place, size) for place, size in zip(samples.at, shape[1:3], strict=True))
        xp.add.at(result, (own, rows[:, :, None], columns[:, None]), d * inside)
        return result
    for row, column, weight, _ in corners(samples, shape, xp):
        xp.add.at(result, (own, row, column), (d * inside * weight[..., None]).astype(d.dtype))
    return result


@recorded("CropAndResizeGradBoxes", "d | image | boxes | box_ind", shape=_boxes_of)
def to_boxes(d: Any, image: Any, boxes: Any, box_ind: Any) -> Any:
    """Return how the crops would change with the ends of their boxes, times `d`."""
    xp, shape = array_module(d), image.shape
    samples = samples_of_boxes(shape, boxes.astype(np.float32), box_ind, d.shape[1:3])
    inside = samples.inside[0][:, :, None] & samples.inside[1][:, None]
    own, slopes = samples.image[:, None, None], [0, 0]
    sides = [samples.at[0] - xp.floor(samples.at[0]), samples.at[1] - xp.floor(samples.at[1])]
    for row, column, _, (up, right) in corners(samples, shape, xp):
        value = (image[own, row, column] * d).sum(axis=-1) * inside
        across = (sides[1] if right else 1 - sides[1])[:, None]
        along = (sides[0] if up else 1 - sides[0])[:, :, None]
        slopes[0] = slopes[0] + value * across * (1 if up else -1)
        slopes[1] = slopes[1] + value * along * (1 if right else -1)
    ends = []
    for step in (0, 1):
        ends.append((slopes[0] * samples.steps[0][step][:, None]).sum(axis=(1, 2)))
        ends.append((slopes[1] * samples.steps[1][step]).sum(axis=(1, 2)))
    return xp.stack(ends, axis=1).astype(boxes.dtype)


@rule("CropAndResize")
def crop_and_resize(op: Operation, d: Any) -> Any:
    image, boxes, own = op.inputs[:3]  # the size may be a tensor, too
    method = op.attributes["method"]
    of_boxes = None if method == "nearest" else to_boxes(d, image, boxes, own)
    of_image = to_image(d, image, boxes, own, method=method) if image.dtype.base_dtype.is_floating else None
    return of_image, of_boxes
