"""The largest of windows, and where they lay.

Source: tensorflow/core/kernels/maxpooling_op.cc, tensorflow/python/ops/nn_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import as_dtype, int64
from ..errors import arrays as errors
from . import window_rules as rules
from .function import op
from .operands import either, operand
from .pooling import DTYPES, pool_form, pool_slide

__all__ = ["MaxPoolWithArgmax", "max_pool_with_argmax"]


class MaxPoolWithArgmax(NamedTuple):
    """What `max_pool_with_argmax` returns."""

    output: Any
    argmax: Any


def _one_form(values: dict[str, Any]) -> dict[str, Any]:
    dtype = either("output_dtype", values["output_dtype"], "Targmax", values["Targmax"])
    dtype = int64 if dtype is None else as_dtype(dtype)
    if dtype.name not in ("int32", "int64"):
        raise errors.bad_choice("output_dtype", dtype.name, ("int32", "int64"))
    if values["data_format"] != "NHWC":
        raise errors.bad_choice("data_format", values["data_format"], ("NHWC",))
    return pool_form("MaxPoolWithArgmax", "NHWC")(values) | {"output_dtype": dtype, "Targmax": None}


def _shape(input: Any, *, ksize: Any, strides: Any, padding: Any) -> Any:
    shape = rules.pool(input, window=ksize, strides=strides, padding=padding)
    return [shape, shape]


def _dtypes(values: dict[str, Any]) -> Any:
    return [values["input"].dtype.base_dtype, values["output_dtype"]]


def _largest(
    input: Any, ksize: Any, strides: Any, padding: Any, output_dtype: Any, include_batch_in_index: bool
) -> list[Any]:
    xp, slide = array_module(input), pool_slide(input.shape, ksize, strides, padding, "NHWC")
    lowest = np.iinfo(input.dtype).min if input.dtype.kind in "iu" else -np.inf
    padded, (count, rows, columns, channels) = slide.pad(input, lowest), input.shape
    inside = slide.pad(xp.ones((1, rows, columns, 1), bool), False)
    grid = xp.arange(rows * columns * channels, dtype=np.int64).reshape(1, rows, columns, channels)
    numbers = slide.pad(grid, 0)
    output = xp.full((count, *slide.windows, channels), lowest, input.dtype)
    places, found = xp.zeros(output.shape, np.int64), xp.zeros(output.shape, bool)
    for place in slide.places():
        here = slide.at(padded, place)
        better = slide.at(inside, place) & ((here > output) | ~found)
        output, places = xp.where(better, here, output), xp.where(better, slide.at(numbers, place), places)
        found |= better
    if include_batch_in_index:
        places += (xp.arange(count, dtype=np.int64) * grid.size).reshape(-1, 1, 1, 1)
    return [output, places.astype(output_dtype.dtype, copy=False)]


@op(
    "MaxPoolWithArgmax",
    "input",
    shape=_shape,
    dtype=_dtypes,
    kernel=_largest,
    normalize=_one_form,
    returns=lambda found: MaxPoolWithArgmax(*found),
    allowed=DTYPES,
)
def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    Targmax: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
) -> MaxPoolWithArgmax:
    """Return the largest element of each window and channel, and where it lies: the first one where several are.

    Args:
        input, ksize, strides, padding: as in max_pool.
        data_format: "NHWC".
        Targmax, output_dtype: of the places, int64 by default, or int32.
        name: drawn from the name table.
        include_batch_in_index: whether places count through the batch, and do not begin anew with each image.

    Returns:
        (output, argmax): a place is (row * width + column) * C + channel.

    Raises:
        ValueError: the arguments say nothing, or a window is larger than the array.
    """
    values = {"ksize": ksize, "strides": strides, "padding": padding, "data_format": data_format, "Targmax": Targmax}
    given = _one_form(values | {"output_dtype": output_dtype})
    x, facts = operand(input), {key: given[key] for key in ("ksize", "strides", "padding")}
    _shape(x.shape, **facts)
    return MaxPoolWithArgmax(
        *_largest(x, **facts, output_dtype=given["output_dtype"], include_batch_in_index=include_batch_in_index)
    )
