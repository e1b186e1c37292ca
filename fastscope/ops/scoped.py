"""Functions that are made of others: what they write down stands in a name scope of its own, as TensorFlow's does."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ..graph import current, name_scope

__all__ = ["inner", "within"]


def within(name: str | None, default_name: str) -> AbstractContextManager[Any]:
    """Return the name scope of a function made of others; where it computes, only a name that is given counts."""
    if name is None and current() is None:
        return nullcontext()
    return name_scope(name, default_name)


def inner(name: str) -> str | None:
    """Return the name of an operation inside of such a function: None where it computes, and no name is drawn."""
    return None if current() is None else name
