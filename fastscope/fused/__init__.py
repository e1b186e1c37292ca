"""The code that exists once per device: one set of functions, three modules.

`reference` is plain array code and defines the answers; `cpu` is compiled; `cuda` launches kernels
through CuPy. Same functions, same signatures; `tests/test_fused.py` holds them to each other.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from . import reference
from .types import LSTMGrads, LSTMStateTuple, PackCache

__all__ = ["LSTMGrads", "LSTMStateTuple", "PackCache", "implementation", "reference"]

_FAST = (np.dtype(np.float32), np.dtype(np.float64))


def implementation(*arrays: Any) -> ModuleType:
    """Return the module whose functions take these arrays: `cpu`, `cuda` or `reference`.

    The fast modules take float32 or float64, one dtype throughout; everything else is the
    reference's. A fast module that fails to import is an error and never a reason to be slow.
    """
    dtype = arrays[0].dtype
    if dtype not in _FAST or any(a.dtype != dtype for a in arrays):
        return reference
    if all(isinstance(a, np.ndarray) for a in arrays):
        from . import cpu

        return cpu
    from . import cuda

    return cuda
