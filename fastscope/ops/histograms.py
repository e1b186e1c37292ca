"""How many values fall into each of some bins of equal width.

Source: tensorflow/core/kernels/histogram_op.cc, tensorflow/python/ops/histogram_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, as_array, dtypes, to_numpy
from ..arrays.dtypes import DType, as_dtype
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from . import shape_rules as rules
from .creation import cast, convert_to_tensor
from .elementwise import floor
from .function import op
from .math import clip_by_value, divide, multiply, subtract
from .operands import operand
from .scoped import inner, within
from .shaping import reshape
from .shaping import shape as shape_of

__all__ = ["histogram_fixed_width", "histogram_fixed_width_bins"]


def _counts_shape(values: Any, value_range: Any, *, nbins: Any) -> Any:
    (ends,) = rules.with_rank(value_range, 1)
    if ends not in (2, None):
        raise shape_errors.dimension_must_be(2, ends)
    return (None if nbins is None else int(nbins),)


def _counts_type(values: dict[str, Any]) -> DType:
    return as_dtype(values["dtype"])


@op(
    "HistogramFixedWidth", "values value_range", name="histogram_fixed_width", shape=_counts_shape, dtype=_counts_type,
    allowed=("int32", "int64", "float32", "float64"),
)  # fmt: skip
def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dtypes.int32, name: str | None = None
) -> Array:
    """Return how many of `values` fall into each of `nbins` bins: `[nbins]`, int32 or int64.

    Args:
        value_range: `[2]`, the lower end of the first bin and the upper one of the last. What lies outside counts in
            these two.

    Raises:
        ValueError: no bins, or an upper end that is not above the lower one.
    """
    x = operand(values)
    low, high = (float(end) for end in to_numpy(as_array(value_range, as_dtype(x.dtype))))
    count = int(nbins)
    if count < 1:
        raise errors.no_bins(count)
    if not low < high:
        raise errors.empty_range(low, high)
    xp = array_module(x)
    steps = (xp.maximum(x.ravel(), low) - low).astype(np.float64) / ((high - low) / count)
    found = xp.bincount(xp.minimum(steps, count - 1).astype(np.int64), minlength=count)
    result: Array = found.astype(as_dtype(dtype).dtype)
    return result


def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dtypes.int32, name: str | None = None
) -> Array:
    """Return of each value into which bin it falls, see `histogram_fixed_width`; in the shape of `values`."""
    with within(name, "histogram_fixed_width_bins"):
        x: Any = convert_to_tensor(values, name=inner("values"))
        flat = reshape(x, [-1])
        ends: Any = convert_to_tensor(value_range, name=inner("value_range"))
        count: Any = cast(convert_to_tensor(nbins, dtypes.int32, name=inner("nbins")), x.dtype)
        shares = divide(
            subtract(flat, ends[0], name=inner("sub")), subtract(ends[1], ends[0], name=inner("sub_1")),
            name=inner("scaled_values"),
        )  # fmt: skip
        places = floor(multiply(count, shares, name=inner("mul")), name=inner("indices"))
        places = clip_by_value(places, cast(0, x.dtype), subtract(count, cast(1, x.dtype), name=inner("sub_2")))
        return reshape(cast(places, dtype), shape_of(x))
