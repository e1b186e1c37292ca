"""The gradient of images that are resized by cubic functions: the same weights the other way round.

Source: tensorflow/python/ops/image_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Operation
from ..ops.creation import cast
from ..ops.function import op as recorded
from ..ops.resizing import cubic_weights, resize_bicubic, weighted
from ..ops.shaping import shape
from .registry import no_gradient, rule

_FACTS = ("align_corners", "half_pixel_centers")
no_gradient("ResizeArea")


def _second(d: Any, like: Any) -> Any:
    return like


def _resized_again(op: Operation, dd: Any) -> Any:
    facts = {name: op.attributes[name] for name in _FACTS}
    return resize_bicubic(dd, shape(op.inputs[0])[1:3], **facts)


@recorded("ResizeBicubicGrad", "d | like", shape=_second, gradient=_resized_again)
def bicubic_grad(d: Any, like: Any, align_corners: bool, half_pixel_centers: bool) -> Any:
    """Return each element of `d` divided among the elements of `like` that it was made of."""
    both = zip(np.shape(like)[1:3], d.shape[1:3], strict=True)
    return weighted(d, *(cubic_weights(old, new, align_corners, half_pixel_centers).T for old, new in both))


@rule("ResizeBicubic")
def resized(op: Operation, d: Any) -> Any:
    x = op.inputs[0]
    return cast(bicubic_grad(d, x, **{name: op.attributes[name] for name in _FACTS}), x.dtype.base_dtype)
