"""Dilation and erosion of images by a filter that need not be flat: sums, of which the largest is taken.

Legend: N batch, C channels.

Source: tensorflow/core/kernels/dilation_ops.cc, tensorflow/python/ops/nn_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.typing import Array
from . import shape_rules as rules
from . import window_rules
from .arranging import reverse
from .convolution import padding_of, sequence_of
from .function import op
from .math import negative
from .operands import either, same_dtype
from .scoped import within
from .windows import Slide

__all__ = ["dilation2d", "erosion2d", "highest_places", "slide_of"]

DTYPES = ("float32", "float64", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16", "float16", "uint32",
          "uint64")  # fmt: skip


def _one_form(values: dict[str, Any]) -> dict[str, Any]:
    rates = either("dilations", values["dilations"], "rates", values["rates"])
    return values | {
        "filter": either("filters", values["filters"], "filter", values["filter"]),
        "strides": sequence_of("strides", values["strides"], "NHWC"),
        "rates": sequence_of("rates", rates, "NHWC"),
        "padding": padding_of("Dilation2D", values["padding"]),
        "filters": None,
        "dilations": None,
    }


def _shape(input: Any, filter: Any, *, strides: Any, rates: Any, padding: Any) -> Any:
    *sizes, channels = rules.with_rank(input, 4)
    *window, depth = rules.with_rank(filter, 3)
    channels = rules.same_size(channels, depth)
    moved = window_rules.conv((*sizes, None), (*window, None, None), strides=strides, padding=padding, dilations=rates)
    assert moved is not None
    return (*moved[:3], channels)


def slide_of(shape: Any, filter: Any, strides: Any, rates: Any, padding: Any) -> Slide:
    """Return the windows over an array of this shape."""
    return Slide(shape[1:3], filter.shape[:2], strides[1:3], rates[1:3], padding)


def _lowest(dtype: Any) -> Any:
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


def _dilated(input: Any, filter: Any, strides: Any, rates: Any, padding: Any) -> Any:
    highest, _ = _walk(input, filter, strides, rates, padding)
    return highest


def highest_places(input: Any, filter: Any, strides: Any, rates: Any, padding: Any) -> Any:
    """Return for each element of the result the number of the place in the window that it came from, the first."""
    _, place = _walk(input, filter, strides, rates, padding)
    return place


def _walk(input: Any, filter: Any, strides: Any, rates: Any, padding: Any) -> tuple[Any, Any]:
    xp, slide = array_module(input), slide_of(input.shape, filter, strides, rates, padding)
    lowest = _lowest(input.dtype)
    padded = slide.pad(input, lowest)
    inside = slide.pad(xp.ones((1, *input.shape[1:3], 1), bool), False)
    highest = xp.full((len(input), *slide.windows, input.shape[-1]), lowest, input.dtype)
    chosen = xp.zeros(highest.shape, np.int32)
    for number, place in enumerate(slide.places()):
        here = slide.at(padded, place) + filter[place]
        better = slide.at(inside, place) & (here > highest)
        highest, chosen = xp.where(better, here, highest), xp.where(better, np.int32(number), chosen)
    return highest, chosen


@op("Dilation2D", "input filter", shape=_shape, kernel=_dilated, normalize=_one_form, allowed=DTYPES)
def dilation2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Array:
    """Return the largest of the sums of each window and the filter, channel by channel.

    Args:
        input: `[N, height, width, C]`.
        filter, filters: `[window height, window width, C]`.
        strides: steps of the window: a number, two, or one for each dimension of `input`.
        rates, dilations: distances between the elements of a window, likewise.
        padding: "SAME" or "VALID"; what lies outside is passed over.
        name: drawn from the name table.

    Returns:
        `[N, windows, windows, C]`.

    Raises:
        ValueError: the shapes do not fit.
    """
    values = {"filter": filter, "strides": strides, "rates": rates, "padding": padding, "filters": filters}
    given = _one_form(values | {"dilations": dilations})
    x, w = same_dtype("dilation2d", (input, given["filter"]))
    facts = {key: given[key] for key in ("strides", "rates", "padding")}
    _shape(x.shape, w.shape, **facts)
    result: Array = _dilated(x, w, **facts)
    return result


def erosion2d(value: Any, kernel: Any, strides: Any, rates: Any, padding: Any, name: str | None = None) -> Array:
    """Return the smallest of the differences of each window and the kernel: a dilation of the other side.

    Args:
        value, strides, rates, padding: as in dilation2d.
        kernel: `[window height, window width, C]`, taken the other way round.
        name: drawn from the name table.
    """
    with within(name, "erosion2d"):
        turned = dilation2d(negative(value), reverse(kernel, [0, 1]), strides, rates, padding)
        return negative(turned)
