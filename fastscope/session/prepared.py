"""What `Session.run` keeps for a structure of fetches: the plan, and how its values become the answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..arrays.ownership import is_own
from ..graph import Graph, Tensor
from ..graph.plan import Plan
from .feeding import Feed, as_fed, spread_values
from .fetching import listed_fetches

__all__ = ["PreparedRun", "SpreadRun", "host_value"]


class PreparedRun:
    """A plan, what checks its feeds, and how its values become what `Session.run` answers.

    Args:
        graph: in which names are looked up.
        fetches: any structure of what can be fetched.
        fed: the tensors whose values are given.
        plan: the kind of plan.
    """

    def __init__(self, graph: Graph, fetches: Any, fed: Sequence[Tensor], plan: type[Plan] = Plan) -> None:
        elements, self._build = listed_fetches(graph, fetches)
        numbers = itertools.count()
        self._places = [next(numbers) if isinstance(element, Tensor) else None for element in elements]
        self._is_one = self._places == [0] and fetches is elements[0]
        sources = {tensor: source for source, tensor in enumerate(fed)}
        self._fed = [(k, sources[element], element) for k, element in enumerate(elements) if element in sources]
        self.plan = plan(elements, fed, list(map(Feed, fed)))

    def run(self, given: Iterable[Any]) -> Any:
        """Return the values of the fetches, in their structure.

        Args:
            given: a value for each tensor that is fed, in their order.
        """
        found = self.plan.run(given)
        if self._is_one and not self._fed:
            return host_value(found, 0)
        results = [None if place is None else host_value(found, place) for place in self._places]
        if self._fed:  # TensorFlow gives back the very array that it was fed
            written = list(given)
            for k, source, tensor in self._fed:
                results[k] = as_fed(tensor, written[source], found[self._places[k] or 0])
        return self._build(results)


class SpreadRun:
    """The same where keys of the feeds stand for several tensors, as a state's structure does.

    Args:
        prepared: of the single tensors.
        sizes: see `feed_sizes`.
    """

    def __init__(self, prepared: PreparedRun, sizes: Sequence[int | None]) -> None:
        self._prepared = prepared
        self._sizes = sizes

    def run(self, given: Iterable[Any]) -> Any:
        """Return the values of the fetches, in their structure; `given` has a value for each key."""
        return self._prepared.run(spread_values(given, self._sizes))


def host_value(values: tuple[Any, ...], place: int) -> Any:
    """Return a fetched value as the program gets it: on the host, its own, a scalar where it has no dimensions."""
    value = values[place]
    if isinstance(value, np.generic):
        return value
    if type(value) is np.ndarray:
        if not value.ndim:
            return value[()]
        del value
        return values[place] if is_own(values, place) else values[place].copy()
    if array_module(value) is np:
        return value
    value = to_numpy(value)
    return value if value.ndim else value[()]
