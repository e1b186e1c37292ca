"""Windows of images around a place, with noise where the image ends.

Source: tensorflow/core/kernels/attention_ops.cc, eigen_attention.h (TF 1.15); the noise is not TensorFlow's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, as_array, to_numpy
from ..arrays.dtypes import as_dtype
from ..arrays.streams import draw_normal, draw_uniform
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .function import op
from .operands import drawing, float_operand

__all__ = ["extract_glimpse"]


def _glimpse_shape(x: Any, offsets: Any, *, size: Any) -> Any:
    batch, _, _, channels = rules.with_rank(x, 4)
    count, _ = rules.with_rank(rules.merged(rules.with_rank(offsets, 2), (batch, 2)), 2)
    rows, columns = (None, None) if size is None else size
    return count, rows, columns, channels


@op("ExtractGlimpse", "input | offsets", shape=_glimpse_shape)
def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Array:
    """Return from each image the window around its place; it has no gradient.

    Args:
        input: `[N, height, width, C]`, floats.
        size: `[rows, columns]` of the windows.
        offsets: `[N, 2]`, row and column of the middle of each window.
        centered: whether [0, 0] is the middle of the image, and not its upper left corner.
        normalized: whether [1, 1] is as far as the image is long, and not one pixel.
        uniform_noise: where there is no image: numbers between the smallest and the largest of the channel, or False
            for a normal distribution of the channel's mean and deviation, cut at these two.

    Raises:
        ValueError: other ranks.
    """
    x, places = float_operand("extract_glimpse", input), to_numpy(as_array(offsets)).astype(np.float64)
    if x.ndim != 4:
        raise errors.wrong_rank_of("extract_glimpse", "input", x.shape, 4)
    if places.shape != (len(x), 2):
        raise errors.glimpse_places(places.shape, len(x))
    whole, (rows, columns) = np.array(x.shape[1:3]), (int(count) for count in to_numpy(as_array(size)))
    if normalized:
        places = places * whole
    if centered:
        places = places / 2 + whole / 2
    firsts = np.trunc(places - np.array([rows, columns]) / 2).astype(int)
    result = array_module(x).empty((len(x), rows, columns, x.shape[3]), x.dtype)
    for image, window, first in zip(x, result, firsts.tolist(), strict=True):
        ends = first[0] + rows, first[1] + columns
        if min(first) < 0 or ends[0] > whole[0] or ends[1] > whole[1]:
            _fill_with_noise(window, image, uniform_noise)
        top, left = max(first[0], 0), max(first[1], 0)
        part = image[top : max(ends[0], 0), left : max(ends[1], 0)]
        window[top - first[0] :, left - first[1] :][: part.shape[0], : part.shape[1]] = part
    return result


def _fill_with_noise(window: Array, image: Array, uniform: bool) -> None:
    dtype, xp = as_dtype(window.dtype), array_module(window)
    with drawing():
        draw = draw_uniform if uniform else draw_normal
        noise = xp.asarray(draw(window.shape, dtype, 0.0, 1.0))
    low, high = image.min(axis=(0, 1)), image.max(axis=(0, 1))
    spread, least = (high - low, low) if uniform else (image.std(axis=(0, 1)), image.mean(axis=(0, 1)))
    window[...] = xp.clip(noise * spread + least, low, high)
