"""What messages quote: names, a few of many; and reprs that never raise, as a debugger shows objects in any state."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TypeVar

__all__ = ["listed", "nearest", "never_raises"]

_T = TypeVar("_T")
_MOST_NAMES = 10


def listed(names: Iterable[str]) -> str:
    """Return names in quotes and in order, the first ten of them."""
    quoted = [repr(name) for name in sorted(names)]
    more = f", and {len(quoted) - _MOST_NAMES} more" if len(quoted) > _MOST_NAMES else ""
    return ", ".join(quoted[:_MOST_NAMES]) + more


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return those of the known names that are most like `name`, at most `count`."""
    from difflib import get_close_matches  # seldom needed, and slow to import

    return get_close_matches(name, list(known), n=count)


def never_raises(told: Callable[[_T], str]) -> Callable[[_T], str]:
    """Make a `__repr__` that tells the class alone where `__init__` did not run, or is running."""

    @functools.wraps(told)
    def tell(self: _T) -> str:
        try:
            return told(self)
        except Exception:
            return f"<{type(self).__name__}, not set up>"

    return tell
