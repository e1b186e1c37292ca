"""Windows that slide over arrays on the host, compiled: products of them, and the largest of their elements.

`ops.convolution` and `ops.pooling` have the plain ways, which everything else takes; `tests/graph_mode/test_windows.py`
holds them to each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _lstm
from .cpu import _empty

__all__ = ["compiled", "max_pool", "max_pool_back", "products"]

Array = np.ndarray[Any, Any]
_TAKEN = (np.dtype(np.float32), np.dtype(np.float64))


def compiled(*arrays: Any) -> bool:
    """Whether these are arrays of NumPy of one dtype, float32 or float64."""
    dtype = arrays[0].dtype
    return dtype in _TAKEN and all(type(array) is np.ndarray and array.dtype == dtype for array in arrays)


def products(x: Array, at: Array, runs: Array, run: int, b: Array, turned: bool = False) -> Array:
    """Return the matrix whose rows are windows of `x`, times `b`; turned: the matrix whose columns they are.

    Args:
        x: an array with its elements side by side.
        at: int64 `[windows]`, where each begins in it.
        runs: int64 `[.. / run]`, where each run of a window's elements begins, from its beginning.
        run: elements that lie side by side.
        b: `[elements, N]`, or `[windows, N]` if turned.
    """
    rows = len(runs) * run if turned else len(at)
    out = _empty((rows, b.shape[1]), x.dtype)
    _lstm.window_product(x, at, runs, run, b, out, turned)
    return out


def max_pool(x: Array, window: tuple[int, ...], strides: tuple[int, ...], counts: tuple[int, ...]) -> Array:
    """Return the largest element of each window and channel, `[N, *counts, C]`, of `x` `[N, H, W, C]`."""
    y = _empty((len(x), *counts, x.shape[-1]), x.dtype)
    _lstm.max_pool(x, window, strides, y)
    return y


def max_pool_back(x: Array, y: Array, d: Array, window: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Return an array like `x` with `d` added up at the first of the elements that are largest in a window."""
    d_x = _empty(x.shape, x.dtype)
    _lstm.max_pool(x, window, strides, y, d, d_x)
    return d_x
