"""What TensorFlow has in inner modules only, and programs call from there all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..checkpoint.saver import Saver
from ..graph import Graph, GraphKeys, get_default_graph, name_scope
from ..monitored.scaffold import Scaffold
from ..training.global_step import get_or_create_global_step

__all__: list[str] = []

F = TypeVar("F", bound=Callable[..., Any])


def _get_saver_or_default() -> Saver:
    """Return the Saver of the collection SAVERS, made now if need be."""
    found: Saver = Scaffold.get_or_default("saver", GraphKeys.SAVERS, lambda: Saver(allow_empty=True))
    return found


def _increment_global_step(increment: int, graph: Graph | None = None) -> Any:
    """Return the operation that counts the global step up."""
    with (graph or get_default_graph()).as_default(), name_scope("global_step_increment"):
        return get_or_create_global_step().assign_add(increment)


def RegisterShape(op_type: str) -> Callable[[F], F]:
    """Return a decorator that leaves a function as it is: in TF 1.15, too, nobody asks it for shapes any more."""
    return lambda function: function
