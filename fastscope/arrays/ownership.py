"""Whose memory an array is.

What a program is handed must not change with a variable, nor a constant with it; and what nobody else has can be
written over.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

__all__ = ["fresh", "is_fresh", "is_own"]

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])
_fresh: set[Any] = set()


def fresh(kernel: _Kernel) -> _Kernel:
    """Mark a function whose result is memory of its own, and which keeps nothing of what it is given."""
    _fresh.add(kernel)
    return kernel


def is_fresh(kernel: Any) -> bool:
    """Return whether a function is known to be such; NumPy's own ones of each element are."""
    return isinstance(kernel, np.ufunc) or kernel in _fresh


def _holders(values: tuple[Any, ...], place: int) -> int:
    value = values[place]
    return sys.getrefcount(value)


_NOBODY_ELSE = _holders((np.empty(1),), 0)  # interpreters count what they hold themselves in ways of their own


def is_own(values: tuple[Any, ...], place: int) -> bool:
    """Return whether an array owns its memory, and nothing but the tuple `values` holds it.

    A variable's buffer is held by the variable, a constant by its graph, and what is fed by its feed.
    """
    owns: bool = values[place].flags.owndata
    return owns and _holders(values, place) <= _NOBODY_ELSE
