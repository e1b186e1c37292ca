"""Messages about names that are to be free again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .reprs import listed


def bad_name_to_clear(got: Any) -> ValueError:
    """`clear` got nothing that names a part of a graph."""
    return ValueError(
        f"clear: expected the full name of a variable scope or of a variable, as 'rnn/', got {got!r:.80}. "
        "To forget everything: reset_default_graph()."
    )


def nothing_to_clear(name: str, near: Sequence[str]) -> ValueError:
    """`clear` got a name that nothing has."""
    hint = f" Nearest names: {listed(near)}." if near else ""
    return ValueError(
        f"clear: the default graph has nothing that is called {name!r}, and nothing below that name.{hint} "
        "fastscope.tree() shows what there is."
    )


def cleared_scope_is_open(name: str, scope: str) -> RuntimeError:
    """`clear` of a scope inside its own block."""
    return RuntimeError(
        f"clear: scope {scope!r} is open here, so {name!r} cannot be cleared. Leave its `with` block first."
    )


def cleared_is_shared(name: str, variable: str, other: str) -> ValueError:
    """Something outside of what is cleared is another name of what is in it."""
    return ValueError(
        f"clear: {variable!r} is shared from outside of {name!r}: {other!r} is another name of it. "
        f"Say clear({other!r}) first."
    )


def cleared_is_a_part(name: str, part: str, whole: str) -> ValueError:
    """A part of a variable that is in parts is cleared, and the others are not."""
    return ValueError(
        f"clear: {part!r} is a part of the partitioned variable {whole!r}, and {name!r} is not all of it. "
        f"Say clear({whole!r})."
    )
