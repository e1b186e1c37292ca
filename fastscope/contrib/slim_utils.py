"""tf.contrib.slim.utils: the results that layers put into collections, by the names of their scopes."""

from __future__ import annotations

from typing import Any

from ..graph import get_collection, get_collection_ref

__all__ = ["convert_collection_to_dict"]


def convert_collection_to_dict(collection: str, clear_collection: bool = False) -> dict[str, Any]:
    """Return the results in a collection that `outputs_collections` named: scope -> tensor.

    Args:
        collection: its name.
        clear_collection: empty it.
    """
    members = get_collection(collection)
    found = {alias: tensor for tensor in members for alias in getattr(tensor, "aliases", [tensor.name])}
    if clear_collection:
        get_collection_ref(collection).clear()
    return found
