"""What hands out tensors of a data set, by names.

Source: tensorflow/contrib/slim/python/slim/data/data_provider.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import fitting as errors

__all__ = ["DataProvider"]


class DataProvider:
    """Base of providers.

    Args:
        items_to_tensors: name -> tensor.
        num_samples: how many examples the data set has.
    """

    def __init__(self, items_to_tensors: Mapping[str, Any], num_samples: int) -> None:
        self._items_to_tensors = items_to_tensors
        self._num_samples = num_samples

    def get(self, items: Sequence[str]) -> list[Any]:
        """Return the tensors of these names.

        Raises:
            ValueError: they are no list, or a name is not there.
        """
        if not isinstance(items, (list, tuple)):
            raise errors.items_no_list(items)
        for item in items:
            if item not in self._items_to_tensors:
                raise errors.no_item(item, self.list_items())
        return [self._items_to_tensors[item] for item in items]

    def list_items(self) -> Iterable[str]:
        """Return the names that there are."""
        return self._items_to_tensors.keys()

    def num_samples(self) -> int:
        """Return how many examples the data set has."""
        return self._num_samples
