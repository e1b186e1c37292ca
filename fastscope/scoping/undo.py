"""A block of which all remains or nothing: variables, their losses, and what the block did to its owners.

A cell makes several weights, a stack several cells. Where one of them fails, those before it would stay behind, and the
mended call would be told that they exist.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial
from typing import Any

from ..graph import Graph, get_default_graph

__all__ = ["all_or_nothing", "note_made", "withdraw"]

# what takes back what was made in the innermost block of this thread and task, in the order of the making
_ways_back: ContextVar[list[Callable[[], None]] | None] = ContextVar("fastscope.ways_back", default=None)


@contextlib.contextmanager
def all_or_nothing(*owners: Any) -> Iterator[None]:
    """Return a block that, if it fails, takes back the variables made in it.

    Args:
        owners: whose attributes become again what they were before the block: a cell that was half built.
    """
    graph, outer = get_default_graph(), _ways_back.get()
    ways: list[Callable[[], None]] = [
        partial(_restore, owner, dict(vars(owner))) for owner in owners if hasattr(owner, "__dict__")
    ]
    token = _ways_back.set(ways)
    _count(graph, 1)  # the hot path of get_variable notes nothing
    try:
        yield
    except BaseException:
        for back in reversed(ways):
            back()
        raise
    else:
        if outer is not None:
            outer.extend(ways)
    finally:
        _count(graph, -1)
        _ways_back.reset(token)


def note_made(graph: Graph, key: str | None, variable: Any) -> None:
    """Say that `variable` was made, which get_variable finds by `key`; None = it does not."""
    ways = _ways_back.get()
    if ways is not None:
        ways.append(partial(forget, graph, key, variable))


def _count(graph: Graph, more: int) -> None:
    with graph.lock:
        graph.being_made += more


def _restore(owner: Any, attributes: dict[str, Any]) -> None:
    vars(owner).clear()
    vars(owner).update(attributes)


def forget(graph: Graph, key: str | None, variable: Any) -> None:
    """Take back a variable as if it had never been: its name is free again."""
    withdraw(graph, key, variable)
    if hasattr(variable, "_names"):
        graph.release(variable)


def withdraw(graph: Graph, key: str | None, variable: Any) -> None:
    """Take a variable out of the store and the collections; its name stays taken, as TensorFlow leaves it."""
    with graph.lock:
        if key is not None and graph.find(key) is variable:
            graph.remove(key)
        if key is not None and graph.partitioned_variables.get(key) is variable:
            del graph.partitioned_variables[key]
        for name in graph.get_all_collection_keys():
            members = graph.get_collection_ref(name)
            members[:] = [m for m in members if m is not variable and getattr(m, "_variable", None) is not variable]
