"""The index of `tensor[index]` in a form in which a plan finds the tensors: a slice is (start, stop, step).

What is absent in it, and a new dimension, are texts, for None is what is not known of a tensor.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ABSENT", "NEW_AXIS", "given_index", "kept_item", "plain_index"]

ABSENT, NEW_AXIS = "absent", "new axis"


def kept_item(item: Any) -> Any:
    """Return an item of an index as a plan finds tensors in it: a slice is (start, stop, step)."""
    if isinstance(item, slice):
        return tuple(ABSENT if bound is None else bound for bound in (item.start, item.stop, item.step))
    return NEW_AXIS if item is None else item


def plain_index(index: Any) -> tuple[Any, ...]:
    """Return an index of kept items, with what stood there as a tensor, as NumPy takes it."""
    return tuple(_plain(item) for item in index)


def given_index(index: Any) -> tuple[Any, ...]:
    """Return an index as it was given to `sliced`, tensors included."""
    return tuple(_given(item) for item in index)


def _given(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if isinstance(bound, str) else bound for bound in item))
    return None if isinstance(item, str) else item


def _plain(item: Any) -> Any:
    if isinstance(item, tuple):
        return slice(*(None if isinstance(bound, str) else int(bound) for bound in item))
    if isinstance(item, str):
        return None
    return item if item is Ellipsis else int(item)
