"""Messages of `explain`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .reprs import listed


def no_such_thing(name: str, near: Sequence[str]) -> ValueError:
    """A name that nothing has."""
    hint = f" Nearest names: {listed(near)}." if near else ""
    return ValueError(
        f"explain: the default graph has no variable, scope, tensor or operation that is called {name!r}.{hint} "
        "fastscope.tree() shows its variables."
    )


def bad_thing(got: Any) -> TypeError:
    """Something that belongs to no graph."""
    return TypeError(
        "explain: expected a variable, a variable scope, a tensor, an operation or the full name of one, got "
        f"{type(got).__name__}. What is computed at once is an array, which has no name: explain the variables that it "
        "was computed from."
    )
