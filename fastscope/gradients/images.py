"""Gradients of functions of images.

Source: tensorflow/python/ops/image_grad.py, array_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops as _ops
from ..arrays import array_module
from ..graph import Operation
from ..ops.function import op as recorded
from ..ops.images import places_along, slide_of
from .registry import rule

ops: Any = _ops
_RESIZING = ("align_corners", "half_pixel_centers")


def _second(d: Any, like: Any) -> Any:
    return like


def _resized_again(op: Operation, dd: Any) -> Any:
    resize = ops.resize_nearest_neighbor if op.attributes["method"] == "nearest" else ops.resize_bilinear
    return resize(dd, ops.shape(op.inputs[0])[1:3], **{name: op.attributes[name] for name in _RESIZING})


@recorded("ResizeGrad", "d | like", shape=_second, gradient=_resized_again)
def resize_grad(d: Any, like: Any, method: str, align_corners: bool, half_pixel_centers: bool) -> Any:
    """Return each element of `d` divided among the elements of `like` that it was made of."""
    xp, sizes = array_module(d), np.shape(like)
    for axis in (1, 2):
        place = places_along(sizes[axis], d.shape[axis], method, align_corners, half_pixel_centers)
        moved = xp.moveaxis(d, axis, 0)
        result = xp.zeros((sizes[axis], *moved.shape[1:]), d.dtype)
        share = xp.asarray(place.share).reshape(-1, 1, 1, 1).astype(d.dtype)
        xp.add.at(result, xp.asarray(place.low), moved * (1 - share))
        if method != "nearest":
            xp.add.at(result, xp.asarray(place.high), moved * share)
        d = xp.moveaxis(result, 0, axis)
    return d.astype(like.dtype, copy=False)


@rule("ResizeBilinear", "ResizeNearestNeighbor")
def resize(op: Operation, d: Any) -> Any:
    method = "nearest" if op.type == "ResizeNearestNeighbor" else "bilinear"
    facts = {name: op.attributes[name] for name in _RESIZING}
    return resize_grad(ops.cast(d, op.inputs[0].dtype.base_dtype), op.inputs[0], method=method, **facts)


@rule("SpaceToDepth")
def space_to_depth(op: Operation, d: Any) -> Any:
    return ops.depth_to_space(d, op.attributes["block_size"], data_format=op.attributes["data_format"])


@rule("DepthToSpace")
def depth_to_space(op: Operation, d: Any) -> Any:
    return ops.space_to_depth(d, op.attributes["block_size"], data_format=op.attributes["data_format"])


_SLIDING = ("ksizes", "strides", "rates", "padding")


def _cut_again(op: Operation, dd: Any) -> Any:
    return ops.extract_image_patches(dd, **{name: op.attributes[name] for name in _SLIDING})


@recorded("ExtractImagePatchesGrad", "d | like", shape=_second, gradient=_cut_again)
def patches_grad(d: Any, like: Any, ksizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    """Return the patches `d` added up where they were cut out of `like`."""
    slide = slide_of(np.shape(like), ksizes, strides, rates, padding)
    channels = np.shape(like)[-1]
    return slide.rolled(d.reshape(-1, ksizes[1] * ksizes[2] * channels), len(d))


@rule("ExtractImagePatches")
def extract_image_patches(op: Operation, d: Any) -> Any:
    return patches_grad(d, op.inputs[0], **{name: op.attributes[name] for name in _SLIDING})
