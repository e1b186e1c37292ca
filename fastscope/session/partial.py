"""A run in pieces: some fetches now, others when more is fed; what was computed is kept in between.

An operation runs once, in the piece that first needs it.

Source: tensorflow/python/client/session.py (partial_run), core/common_runtime/direct_session.cc (PRun) (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy
from ..arrays.ownership import is_fresh
from ..errors import plans as errors
from ..graph import Graph, Operation, Tensor
from ..graph.needs import needed, waited_for
from ..graph.plan import LASTING, Plan
from .feeding import Feed, fed_tensors, listed_feeds
from .fetching import listed_fetches
from .prepared import host_value

__all__ = ["PartialRun"]


class PartialRun:
    """What is left to fetch and feed of a run in pieces, and what was computed.

    Args:
        graph: in which names are looked up.
        fetches: any structure of what will be fetched.
        feeds: what will be fed.

    Raises:
        InvalidArgumentError: something is both, or there is nothing to fetch.
    """

    def __init__(self, graph: Graph, fetches: Any, feeds: Iterable[Any]) -> None:
        self._graph = graph
        self._to_fetch = set(listed_fetches(graph, fetches)[0])
        self._to_feed = set(fed_tensors(graph, feeds))
        if not self._to_fetch:
            raise errors.nothing_to_fetch()
        for both in self._to_fetch & self._to_feed:
            raise errors.fed_and_fetched(both)
        self._named = self._to_fetch | self._to_feed
        self._operations = needed(map(_operation, self._to_fetch), self._to_feed)
        self._values: dict[Tensor, Any] = {}
        self._done: set[Operation] = set()

    @property
    def is_over(self) -> bool:
        """Whether nothing is left of it."""
        return not self._to_fetch and not self._to_feed

    def piece(self, fetches: Any, feed_dict: Mapping[Any, Any]) -> _Piece:
        """Return what computes some of the fetches, when more is fed.

        Raises:
            InvalidArgumentError: it was not said that this is fetched or fed, it was before, or more has to be fed.
        """
        given = listed_feeds(self._graph, feed_dict)
        elements, build = listed_fetches(self._graph, fetches)
        for tensor in given:
            if tensor not in self._to_feed:
                raise errors.not_to_feed(tensor, tensor in self._named)
        for element in elements:
            if element not in self._to_fetch:
                raise errors.not_to_fetch(element, element in self._named)
        self._values.update({tensor: Feed(tensor)(value) for tensor, value in given.items()})
        self._to_feed -= given.keys()
        operations = needed(map(_operation, elements), self._values, self._done)
        missing = self._to_feed.intersection(tensor for operation in operations for tensor in operation.inputs)
        for tensor in missing:
            raise errors.not_fed_so_far(tensor)
        self._to_fetch -= set(elements)
        self._done.update(operation for operation in operations if operation.type not in LASTING)
        later = [operation for operation in self._operations if operation not in self._done]
        wanted = {tensor for operation in later for tensor in waited_for(operation)} | self._to_fetch
        kept = [
            tensor
            for operation in operations
            for tensor in operation.outputs
            if tensor in wanted and operation.type not in LASTING
        ]
        before = self._done.difference(operations)
        plan = Plan([*elements, *kept], list(self._values), done=before)
        return _Piece(plan, elements, build, kept, self._values)


class _Piece:
    """One piece: runs once, and keeps what later ones need."""

    def __init__(
        self, plan: Plan, elements: Sequence[Any], build: Any, kept: Sequence[Tensor], values: dict[Tensor, Any]
    ) -> None:
        self._plan, self._elements, self._build, self._kept, self._values = plan, elements, build, kept, values

    def run(self, given: Iterable[Any]) -> Any:
        """Return the values of the fetches, in their structure; nothing is `given` that is not known."""
        found = self._plan.run(self._values.values())
        first = len(found) - len(self._kept)
        self._values.update({tensor: _held(tensor, found[first + k]) for k, tensor in enumerate(self._kept)})
        places = iter(range(first))
        return self._build([host_value(found, next(places)) if isinstance(e, Tensor) else None for e in self._elements])


def _operation(element: Any) -> Operation:
    found: Operation = element.op if isinstance(element, Tensor) else element
    return found


def _held(tensor: Tensor, value: Any) -> Any:
    """Return a value that stays as it is: on the host, and apart from a variable's buffer."""
    if not hasattr(value, "dtype"):
        return value
    array = to_numpy(value)
    return array if is_fresh(tensor.op.function) or array is not value else np.array(array)
