"""Reprs that never raise: a debugger shows objects in any state."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

__all__ = ["never_raises"]

_T = TypeVar("_T")


def never_raises(told: Callable[[_T], str]) -> Callable[[_T], str]:
    """Make a `__repr__` that tells the class alone where `__init__` did not run, or is running."""

    @functools.wraps(told)
    def tell(self: _T) -> str:
        try:
            return told(self)
        except Exception:
            return f"<{type(self).__name__}, not set up>"

    return tell
