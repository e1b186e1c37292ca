"""What `Session.run` keeps for a structure of fetches: the plan, and how its values become the answer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, default_device, to_numpy
from ..arrays.ownership import is_own
from ..graph import Graph, Tensor
from ..graph.plan import Plan
from .fetching import listed_fetches

__all__ = ["PreparedRun", "host_value"]


class PreparedRun:
    """A plan, and how its values become what `Session.run` answers.

    Args:
        graph: in which names are looked up.
        fetches: any structure of what can be fetched.
        fed: the tensors whose values are given.

    Attributes:
        device: where fed values go.
    """

    def __init__(self, graph: Graph, fetches: Any, fed: Sequence[Tensor]) -> None:
        elements, self._build = listed_fetches(graph, fetches)
        places = {tensor: place for place, tensor in enumerate(fed)}
        self._fed = [places.get(element) for element in elements]
        self.gives_back = any(place is not None for place in self._fed)
        numbers = itertools.count()
        self._places = [next(numbers) if isinstance(element, Tensor) else None for element in elements]
        self._plan = Plan(elements, fed)
        self.device = default_device()

    def __call__(self, values: Sequence[Any], given: Sequence[Any]) -> Any:
        """Return the values of the fetches, in their structure; see `Plan`.

        Args:
            values: of the tensors that are fed, as the plan takes them.
            given: the same as they were fed, for those that are fetched, too.
        """
        found = self._plan(values)
        results = [None if place is None else host_value(found, place) for place in self._places]
        for place, source in enumerate(self._fed if self.gives_back else ()):
            if source is not None:  # TensorFlow gives back the very array that it was fed
                results[place] = given[source]
        return self._build(results)


def host_value(values: tuple[Any, ...], place: int) -> Any:
    """Return a fetched value as the program gets it: on the host, its own, a scalar where it has no dimensions."""
    value = values[place]
    if type(value) is np.ndarray:
        if not value.ndim:
            return value[()]
        del value
        return values[place] if is_own(values, place) else values[place].copy()
    if array_module(value) is np:
        return value
    value = to_numpy(value)
    return value if value.ndim else value[()]
