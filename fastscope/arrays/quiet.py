"""Arithmetic whose infinities and NaNs nobody is told of, entered at a sixth of what np.errstate takes."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import numpy as np

__all__ = ["heard_again", "unheard"]


def _ways() -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """Return what np.errstate(all="ignore") does when it is entered, and when it is left with what that gave."""
    outside = copy_context()
    with np.errstate(all="ignore"):
        inside = copy_context()
    changed = [variable for variable in inside if inside[variable] is not outside.get(variable)]
    if len(changed) != 1:
        return _enter, lambda block: block.__exit__(None, None, None)
    (variable,), ignoring = changed, inside[changed[0]]
    return lambda: variable.set(ignoring), variable.reset


def _enter() -> Any:
    block = np.errstate(all="ignore")
    block.__enter__()
    return block


unheard, heard_again = _ways()
