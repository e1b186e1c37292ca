"""How values are spread, in buckets that grow by a tenth.

Source: tensorflow/core/lib/histogram/histogram.cc (TF 1.15).
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from ..messages import HistogramProto

__all__ = ["histogram_proto"]

_FIRST, _LAST, _GROWTH = 1e-12, 1e20, 1.1


@functools.cache
def _limits() -> Any:
    """Return the upper ends of the buckets, which are the same for all histograms."""
    count = int(np.ceil(np.log(_LAST / _FIRST) / np.log(_GROWTH))) + 2
    grown = np.cumprod(np.concatenate(([_FIRST], np.full(count, _GROWTH))))
    positive = np.append(grown[grown < _LAST], sys.float_info.max)
    return np.concatenate((-positive[::-1], [0.0], positive))


def histogram_proto(values: Any) -> HistogramProto:
    """Return the histogram of an array of finite numbers; empty buckets beside each other are written as one."""
    values = np.asarray(values, np.float64).ravel()
    limits = _limits()
    largest = sys.float_info.max
    counts = np.bincount(np.searchsorted(limits, values, side="right"), minlength=len(limits)).astype(np.float64)
    # of a run of empty buckets its last one
    kept = np.append((counts[:-1] > 0) | (counts[1:] > 0), True)
    return HistogramProto(
        min=values.min() if values.size else largest,
        max=values.max() if values.size else -largest,
        num=values.size,
        sum=np.cumsum(values)[-1] if values.size else 0,
        sum_squares=np.cumsum(values * values)[-1] if values.size else 0,
        bucket_limit=limits[kept].tolist(),
        bucket=counts[kept].tolist(),
    )
