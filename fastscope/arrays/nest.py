"""Structures that functions of control flow take and give: lists, tuples, named tuples and dicts, one in another.

Source: tensorflow/python/util/nest.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import flow as errors
from .shapes import TensorShape
from .structure import rebuilt

__all__ = ["check_same", "flattened", "is_structure", "mapped", "packed"]


def is_structure(value: Any) -> bool:
    """Return whether `value` holds other values: a shape is one thing."""
    return isinstance(value, (tuple, list, Mapping)) and not isinstance(value, TensorShape)


def flattened(structure: Any) -> list[Any]:
    """Return the things in a structure, depth first; those of a dict in the order of its sorted keys."""
    return list(_leaves(structure))


def _leaves(structure: Any) -> Iterator[Any]:
    if is_structure(structure):
        for item in _items(structure):
            yield from _leaves(item)
    else:
        yield structure


def _items(structure: Any) -> list[Any]:
    return [structure[key] for key in sorted(structure)] if isinstance(structure, Mapping) else list(structure)


def packed(structure: Any, flat: Sequence[Any]) -> Any:
    """Return `flat`, as `flattened` gives it, in the structure of `structure`."""
    values = iter(flat)
    return mapped(lambda _: next(values), structure)


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return `structure` with `function` of each thing in its place."""
    if not is_structure(structure):
        return function(structure)
    items = [mapped(function, item) for item in _items(structure)]
    if isinstance(structure, Mapping):
        found = dict(zip(sorted(structure), items, strict=True))
        return type(structure)((key, found[key]) for key in structure)  # type: ignore[call-arg]
    return rebuilt(structure, items)


def check_same(first: Any, second: Any) -> None:
    """Check that two structures are the same one, with any things in them.

    Raises:
        ValueError: they have other numbers of things, or one has a structure where the other has a thing.
        TypeError: containers of different types.
    """
    found = _difference(first, second)
    if found is not None:
        kind, why = found
        raise errors.structures_differ(kind, first, second, why, _shown(first), _shown(second))


def _difference(first: Any, second: Any) -> tuple[type, str] | None:
    if is_structure(first) != is_structure(second):
        inner, thing = (first, second) if is_structure(first) else (second, first)
        return ValueError, errors.one_is_a_structure(inner, thing)
    if not is_structure(first):
        return None
    if isinstance(first, Mapping) != isinstance(second, Mapping) or _kind(first) is not _kind(second):
        return TypeError, errors.containers_differ(type(first), type(second))
    if isinstance(first, Mapping) and set(first) != set(second):
        return ValueError, errors.keys_differ(list(first), list(second))
    if len(first) != len(second):
        return ValueError, errors.numbers_differ(first, second)
    pairs = zip(_items(first), _items(second), strict=True)
    return next((found for pair in pairs if (found := _difference(*pair)) is not None), None)


def _kind(value: Any) -> type:
    """Return the type that has to agree: dicts of any kind stand for each other."""
    return dict if isinstance(value, Mapping) else type(value)


def _shown(structure: Any) -> str:
    """Return a structure with a dot for each thing in it."""
    return str(mapped(lambda _: _DOT, structure))


class _Dot:
    def __repr__(self) -> str:
        return "."


_DOT = _Dot()
