"""Structures that functions of control flow take and give: lists, tuples, named tuples and dicts, one in another.

What a dict's `values()` gives is a structure, too: its things are in the dict's own order, and a list stands for it.

Source: tensorflow/python/util/nest.py (TF 1.15).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence
from typing import Any

from ..errors import flow as errors
from .shapes import TensorShape
from .structure import rebuilt

__all__ = ["check_same", "flattened", "is_structure", "items_of", "keys_of", "like", "mapped", "packed", "same_kind"]


def is_structure(value: Any) -> bool:
    """Return whether `value` holds other values: a shape is one thing."""
    return isinstance(value, (tuple, list, Mapping, MappingView)) and not isinstance(value, TensorShape)


def flattened(structure: Any) -> list[Any]:
    """Return the things in a structure, depth first; those of a dict in the order of its sorted keys."""
    return list(_leaves(structure))


def _leaves(structure: Any) -> Iterator[Any]:
    if is_structure(structure):
        for item in items_of(structure):
            yield from _leaves(item)
    else:
        yield structure


def keys_of(structure: Any) -> list[Any]:
    """Return what finds the items of a structure: keys in their order, names of fields, numbers."""
    if isinstance(structure, Mapping):
        return sorted(structure)
    return list(getattr(structure, "_fields", range(len(structure))))


def items_of(structure: Any) -> list[Any]:
    """Return what lies directly in a structure; of a dict in the order of its sorted keys."""
    return [structure[key] for key in sorted(structure)] if isinstance(structure, Mapping) else list(structure)


def packed(structure: Any, flat: Sequence[Any]) -> Any:
    """Return `flat`, as `flattened` gives it, in the structure of `structure`."""
    values = iter(flat)
    return mapped(lambda _: next(values), structure)


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return `structure` with `function` of each thing in its place."""
    if not is_structure(structure):
        return function(structure)
    return like(structure, [mapped(function, item) for item in items_of(structure)])


def like(structure: Any, items: list[Any]) -> Any:
    """Return items, as `items_of` gives them, in a container of the type of `structure`."""
    if isinstance(structure, MappingView):
        return items
    if not isinstance(structure, Mapping):
        return rebuilt(structure, items)
    found = dict(zip(sorted(structure), items, strict=True))
    pairs = ((key, found[key]) for key in structure)
    if isinstance(structure, defaultdict):
        return defaultdict(structure.default_factory, pairs)
    return type(structure)(pairs)  # type: ignore[call-arg]


def check_same(first: Any, second: Any, types: bool = True) -> None:
    """Check that two structures are the same one, with any things in them.

    Args:
        first, second: the structures.
        types: whether the types of the containers have to agree as well, and the keys of dicts.

    Raises:
        ValueError: they have other numbers of things, or one has a structure where the other has a thing.
        TypeError: containers of different types.
    """
    found = _difference(first, second, types)
    if found is not None:
        kind, why = found
        raise errors.structures_differ(kind, first, second, why, _shown(first), _shown(second))


def _difference(first: Any, second: Any, types: bool) -> tuple[type, str] | None:
    if is_structure(first) != is_structure(second):
        inner, thing = (first, second) if is_structure(first) else (second, first)
        return ValueError, errors.one_is_a_structure(inner, thing)
    if not is_structure(first):
        return None
    if types and not same_kind(first, second):
        return TypeError, errors.containers_differ(type(first), type(second))
    if types and isinstance(first, Mapping) and set(first) != set(second):
        return ValueError, errors.keys_differ(list(first), list(second))
    if len(first) != len(second):
        return ValueError, errors.numbers_differ(first, second)
    pairs = zip(items_of(first), items_of(second), strict=True)
    return next((found for pair in pairs if (found := _difference(*pair, types)) is not None), None)


def same_kind(first: Any, second: Any) -> bool:
    """Return whether two structures are containers of one kind.

    Dicts of any kind stand for each other, and so do named tuples of one name with the same fields.
    """
    if isinstance(first, Mapping) or isinstance(second, Mapping):
        return isinstance(first, Mapping) and isinstance(second, Mapping)
    one, other = type(first), type(second)
    fields = getattr(one, "_fields", None)
    return one is other or (
        fields is not None and fields == getattr(other, "_fields", None) and one.__name__ == other.__name__
    )


def _shown(structure: Any) -> str:
    """Return a structure with a dot for each thing in it."""
    return str(mapped(lambda _: _DOT, structure))


class _Dot:
    def __repr__(self) -> str:
        return "."


_DOT = _Dot()
