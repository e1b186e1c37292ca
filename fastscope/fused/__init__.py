"""The code that exists once per device: one set of functions, three modules.

`reference` is plain array code and defines the answers; `cpu` is compiled; `cuda` launches kernels
through CuPy. Same functions, same signatures; `tests/test_fused.py` holds them to each other.
"""

from __future__ import annotations

import functools
import importlib
import math
from types import ModuleType
from typing import Any

import numpy as np

from . import reference
from .types import LSTMGrads, LSTMStateTuple, PackCache

__all__ = ["LSTMGrads", "LSTMStateTuple", "PackCache", "implementation", "product", "reference", "sum_of_rows"]

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def implementation(*arrays: Any) -> ModuleType:
    """Return the module whose functions take these arrays: `cpu`, `cuda` or `reference`.

    The fast modules take float32 or float64, one dtype throughout; everything else is the
    reference's. A fast module that fails to import is an error and never a reason to be slow.
    """
    dtype = arrays[0].dtype
    if dtype is not _FLOAT32 and dtype != _FLOAT32 and dtype != _FLOAT64:
        return reference
    on_host = True
    for array in arrays:
        if array.dtype is not dtype and array.dtype != dtype:
            return reference
        on_host = on_host and isinstance(array, np.ndarray)
    return _fast("cpu" if on_host else "cuda")


def product(a: Any, b: Any) -> Any:
    """Return the product of two matrices, `[M, K]` and `[K, N]`, by the module that takes them."""
    dtype = a.dtype
    if type(a) is type(b) is np.ndarray and (dtype is _FLOAT32 or dtype is _FLOAT64) and b.dtype is dtype:
        return _fast("cpu").product(a, b)  # most calls, told quickly
    return implementation(a, b).product(a, b)


def sum_of_rows(rows: Any, ids: Any, count: int) -> Any:
    """Return zeros `[count, ...]` with `rows[k]` added to row `ids[k]`, 0 <= id < count."""
    flat = rows.reshape(len(rows), math.prod(rows.shape[1:]))
    return implementation(flat).sum_by_row(flat, ids, count).reshape(count, *rows.shape[1:])


@functools.cache
def _fast(name: str) -> ModuleType:
    return importlib.import_module(f".{name}", __package__)
