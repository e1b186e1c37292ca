"""Structures of fetches: what is to be run, and how the values are put together again.

Source: tensorflow/python/client/session.py (_FetchMapper and its kind).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import flow as flow_errors
from ..errors import plans as errors
from ..errors.graph import InaccessibleTensorError
from ..graph import Graph, Operation, Tensor

__all__ = ["fetch_key", "listed_fetches"]

Build = Callable[[Sequence[Any]], Any]
"""From the values of the listed elements to the value of the structure."""


def fetch_key(fetches: Any) -> Any:
    """Return what a plan for `fetches` is kept under: equal for the same elements in the same structure."""
    kind = type(fetches)
    if kind is Tensor or kind is Operation:
        return fetches
    if isinstance(fetches, (list, tuple)):
        return (kind, *map(fetch_key, fetches))
    if isinstance(fetches, Mapping):
        return (type(fetches), *((key, fetch_key(value)) for key, value in fetches.items()))
    return fetches


def listed_fetches(graph: Graph, fetches: Any) -> tuple[list[Any], Build]:
    """Return the tensors and operations in `fetches`, and the function that puts their values together.

    Raises:
        TypeError: something in it cannot be fetched.
        ValueError: a name that nothing has, or an element of another graph.
    """
    elements: list[Any] = []
    return elements, _builder(graph, fetches, elements)


def _builder(graph: Graph, fetch: Any, elements: list[Any]) -> Build:
    if isinstance(fetch, Mapping):
        inner = [(key, _builder(graph, value, elements)) for key, value in fetch.items()]
        return lambda values: _mapping(fetch, ((key, build(values)) for key, build in inner))
    if isinstance(fetch, (list, tuple)):
        make, first = _maker(fetch), len(elements)
        builds = [_builder(graph, value, elements) for value in fetch]
        if all(isinstance(value, (Tensor, Operation)) for value in fetch):
            last = len(elements)
            return lambda values: make(values[first:last])
        return lambda values: make([build(values) for build in builds])
    parts = getattr(fetch, "_fetched_parts", None)  # of several tensors, as IndexedSlices are
    if parts is not None:
        kind, tensors = parts()
        builds = [_builder(graph, tensor, elements) for tensor in tensors]
        return lambda values: kind(*(build(values) for build in builds))
    element = _element(graph, fetch)
    place = len(elements)
    elements.append(element)
    return lambda values: values[place]


def _element(graph: Graph, fetch: Any) -> Any:
    if fetch is None:
        raise errors.bad_fetch(fetch)
    if hasattr(fetch, "_recorded") and fetch.graph is graph:
        return fetch._recorded(graph.recorder)
    try:
        found = _fetchable(graph, graph.as_graph_element(fetch))
        if isinstance(found, Tensor) and found.op.type in ("VariableV2", "VarHandleOp"):
            return found.op.attributes["variable"]._recorded(graph.recorder)  # its read fails where there is no value
        return found
    except TypeError as reason:
        raise errors.bad_fetch(fetch, str(reason)) from None
    except InaccessibleTensorError:
        raise
    except (ValueError, KeyError) as reason:
        raise errors.unknown_fetched(fetch, str(reason.args[0])) from None


def _fetchable(graph: Graph, element: Any) -> Any:
    """Return `element`, unless it is one of a loop or branch, which has no value of its own outside."""
    operation = element.op if isinstance(element, Tensor) else element
    if type(operation) is Operation and (operation.branch is not None or operation.recorder is not graph.recorder):
        raise flow_errors.not_fetchable(operation.name)
    if not graph.is_fetchable(operation):
        raise errors.never_fetched(operation.name)
    return element


def _mapping(like: Any, items: Any) -> Any:
    found = copy.copy(like)  # a defaultdict's factory, or what else it has, included
    found.update(items)
    return found


def _maker(like: Any) -> Callable[[Sequence[Any]], Any]:
    """Return what makes a sequence like this one of new values."""
    kind: Any = type(like)
    return kind._make if hasattr(kind, "_make") else kind
