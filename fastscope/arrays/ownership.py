"""Whose memory an array is: what a program is handed must not change with a variable, nor a constant with it."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

__all__ = ["is_own"]


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
