"""tf.nest and tf.contrib.framework.nest: structures taken apart, put together and walked, as programs ask for it.

A structure is a list, tuple, named tuple or dict, one in another; what lies in it are its things. A shallow structure
stops before another one does: what the other has there is one thing.

Source: tensorflow/python/util/nest.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import structures as errors
from . import nest

__all__ = [
    "assert_same_structure",
    "assert_shallow_structure",
    "flatten",
    "flatten_dict_items",
    "flatten_up_to",
    "flatten_with_joined_string_paths",
    "flatten_with_tuple_paths",
    "get_traverse_shallow_structure",
    "is_nested",
    "map_structure",
    "map_structure_up_to",
    "map_structure_with_paths",
    "map_structure_with_tuple_paths",
    "pack_sequence_as",
    "yield_flat_paths",
]


def is_nested(seq: Any) -> bool:
    """Return whether something holds other things: a list, tuple or dict; text, arrays and shapes are things."""
    return nest.is_structure(seq)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """Return the things in a structure, depth first; those of a dict in the order of its sorted keys.

    >>> tf.nest.flatten([1, (2, {"b": 4, "a": 3})])
    [1, 2, 3, 4]

    Args:
        structure: of any depth; a thing alone is a list of one.
        expand_composites: True takes the parts of a SparseTensor for things.
    """
    found = nest.flattened(structure)
    return [part for thing in found for part in _parts(thing)] if expand_composites else found


def _parts(thing: Any) -> Sequence[Any]:
    return (thing.indices, thing.values, thing.dense_shape) if hasattr(thing, "dense_shape") else (thing,)


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Return things, as `flatten` gives them, in the structure of another.

    Args:
        structure: the structure.
        flat_sequence: as many things as it has, a list.
        expand_composites: True where `flatten` was called so; a structure with a SparseTensor is refused then.

    Raises:
        TypeError: `flat_sequence` is no sequence.
        ValueError: the numbers differ.
        NotImplementedError: a SparseTensor would have to be put together.
    """
    if not nest.is_structure(flat_sequence):
        raise errors.flat_is_no_sequence(flat_sequence)
    things = nest.flattened(structure)
    if expand_composites and any(hasattr(thing, "dense_shape") for thing in things):
        raise errors.composite_to_pack()
    if not nest.is_structure(structure) and len(flat_sequence) != 1:
        raise errors.scalar_and_several(len(flat_sequence))
    if len(things) != len(flat_sequence):
        raise errors.flat_numbers_differ(len(things), flat_sequence, structure)
    return nest.packed(structure, flat_sequence)


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Check that two structures are nested in the same way.

    Args:
        nest1, nest2: the structures.
        check_types: False lets a list stand for a tuple, and a dict for one with other keys.
        expand_composites: kept for TF's sake.

    Raises:
        ValueError: other numbers of things, or one has a structure where the other has a thing.
        TypeError: containers of different types.
    """
    nest.check_same(nest1, nest2, check_types)


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Return the first structure with `func` of the things at each place of all structures.

    >>> tf.nest.map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
    {'a': 11, 'b': [22]}

    Args:
        func: callable(thing of the first, of the second, ...).
        structure: one or more structures, nested in the same way.
        kwargs: check_types, see `assert_same_structure`; expand_composites, which is kept for TF's sake.

    Raises:
        TypeError: `func` is no function; containers of different types.
        ValueError: no structure, different ones, or another keyword.
    """
    if not callable(func):
        raise errors.func_not_callable(func)
    if not structure:
        raise errors.no_structure()
    check_types = _checked(kwargs)
    for other in structure[1:]:
        nest.check_same(structure[0], other, check_types)
    columns = [nest.flattened(one) for one in structure]
    return nest.packed(structure[0], [func(*things) for things in zip(*columns, strict=True)])


def _checked(kwargs: dict[str, Any]) -> bool:
    """Return check_types of the keywords of a map."""
    unknown = kwargs.keys() - {"check_types", "expand_composites"}
    if unknown:
        raise errors.unknown_keyword_of_map(sorted(unknown)[0])
    return bool(kwargs.get("check_types", True))


# ---- dicts


def flatten_dict_items(dictionary: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a dict whose keys and values, structures of one nesting, are taken apart together.

    >>> tf.contrib.framework.nest.flatten_dict_items({(4, 5, (6, 8)): ("a", "b", ("c", "d"))})
    {4: 'a', 5: 'b', 6: 'c', 8: 'd'}

    Raises:
        TypeError: it is no dict.
        ValueError: a key is there twice, or has another number of things than its value.
    """
    if not isinstance(dictionary, Mapping):
        raise errors.no_dictionary(dictionary)
    flat: dict[Any, Any] = {}
    for key, value in dictionary.items():
        keys = nest.flattened(key)
        values = nest.flattened(value) if nest.is_structure(key) else [value]
        if len(keys) != len(values):
            raise errors.key_and_value_differ(keys, values)
        for k, v in zip(keys, values, strict=True):
            if k in flat:
                raise errors.key_not_unique(k)
            flat[k] = v
    return flat


# ---- shallow structures


def assert_shallow_structure(
    shallow_tree: Any,
    input_tree: Any,
    check_types: bool = True,
    expand_composites: bool = False,
    check_subtrees_length: bool = True,
) -> None:
    """Check that a structure begins as a shallow one does.

    Args:
        shallow_tree: the shallow structure.
        input_tree: the other.
        check_types: False lets a list stand for a tuple.
        expand_composites: kept for TF's sake.
        check_subtrees_length: False lets the other have more items.

    Raises:
        TypeError: containers of different types, or a thing where the shallow one has a structure.
        ValueError: other numbers of items, or other keys.
    """
    for _ in _pairs(shallow_tree, input_tree, check_types, check_subtrees_length):
        pass


def _pairs(shallow: Any, tree: Any, types: bool = True, lengths: bool = True) -> Iterator[tuple[Any, Any]]:
    """Yield (thing, what the other structure has there) for each thing of a shallow structure."""
    if not nest.is_structure(shallow):
        yield shallow, tree
        return
    if not nest.is_structure(tree):
        raise errors.input_is_no_structure(type(tree))
    if types and not nest.same_kind(shallow, tree):
        raise errors.shallow_type(type(tree), type(shallow))
    if lengths and len(tree) != len(shallow):
        raise errors.shallow_length(len(tree), len(shallow))
    if isinstance(shallow, Mapping) and isinstance(tree, Mapping):
        missing = [key for key in shallow if key not in tree]
        if missing:
            raise errors.shallow_keys(missing)
        below = [(shallow[key], tree[key]) for key in sorted(shallow)]
    else:
        below = list(zip(nest.items_of(shallow), nest.items_of(tree), strict=False))
    for pair in below:
        yield from _pairs(*pair, types, lengths)


def flatten_up_to(
    shallow_tree: Any,
    input_tree: Any,
    check_types: bool = True,
    expand_composites: bool = False,
    check_subtrees_length: bool = True,
) -> list[Any]:
    """Return what a structure has where a shallow one has its things.

    >>> tf.contrib.framework.nest.flatten_up_to([0, [0]], [[1, 2], [3]])
    [[1, 2], 3]

    Args:
        shallow_tree, input_tree, check_types, expand_composites, check_subtrees_length: see
            `assert_shallow_structure`.

    Raises:
        TypeError, ValueError: as there.
    """
    return [thing for _, thing in _pairs(shallow_tree, input_tree, check_types, check_subtrees_length)]


def map_structure_up_to(shallow_tree: Any, func: Callable[..., Any], *inputs: Any, **kwargs: Any) -> Any:
    """Return a shallow structure with `func` of what other structures have at the place of each of its things.

    Args:
        shallow_tree: the shallow structure.
        func: callable(what the first has, the second, ...).
        inputs: one or more structures that begin as it does.
        kwargs: check_types, see `assert_shallow_structure`; expand_composites, which is kept for TF's sake.

    Raises:
        TypeError, ValueError: as `flatten_up_to`; no structure, or another keyword.
    """
    if not inputs:
        raise errors.nothing_to_map()
    check_types = _checked(kwargs)
    columns = [flatten_up_to(shallow_tree, one, check_types) for one in inputs]
    return nest.packed(shallow_tree, [func(*things) for things in zip(*columns, strict=True)])


def get_traverse_shallow_structure(
    traverse_fn: Callable[[Any], Any], structure: Any, expand_composites: bool = False
) -> Any:
    """Return a shallow structure of bools that says how far a function wants to go into another.

    Args:
        traverse_fn: callable(structure or thing) -> True to go on, False to stop, or a structure of one level that
            says so for each item.
        structure: the structure.
        expand_composites: kept for TF's sake.

    Raises:
        TypeError: it returns something else.
        ValueError: a structure of another length.
    """
    wanted = traverse_fn(structure)
    if not nest.is_structure(structure):
        if not isinstance(wanted, bool):
            raise errors.traverse_of_thing(wanted, structure)
        return wanted
    if not nest.is_structure(wanted):
        if not isinstance(wanted, bool):
            raise errors.traverse_no_bool(wanted, structure)
        if not wanted:
            return False
        return nest.like(structure, [get_traverse_shallow_structure(traverse_fn, v) for v in nest.items_of(structure)])
    assert_shallow_structure(wanted, structure, check_types=False)
    answers = nest.items_of(wanted)
    if not all(isinstance(answer, bool) for answer in answers):
        raise errors.traverse_too_deep(wanted, structure)
    pairs = zip(answers, nest.items_of(structure), strict=True)
    below = [get_traverse_shallow_structure(traverse_fn, v) if goes_on else False for goes_on, v in pairs]
    return nest.like(structure, below)


# ---- paths


def yield_flat_paths(structure: Any, expand_composites: bool = False) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each thing in a structure: a tuple of keys, names of fields and numbers.

    >>> list(yield_flat_paths({"a": [1, {"b": 2}]}))
    [('a', 0), ('a', 1, 'b')]

    Args:
        structure: the structure.
        expand_composites: kept for TF's sake.
    """
    if not nest.is_structure(structure):
        yield ()
        return
    for key, item in zip(nest.keys_of(structure), nest.items_of(structure), strict=True):
        for path in yield_flat_paths(item):
            yield (key, *path)


def flatten_with_tuple_paths(structure: Any, expand_composites: bool = False) -> list[tuple[tuple[Any, ...], Any]]:
    """Return (path, thing) for each thing of a structure; see `yield_flat_paths`."""
    return list(zip(yield_flat_paths(structure), nest.flattened(structure), strict=True))


def flatten_with_joined_string_paths(
    structure: Any, separator: str = "/", expand_composites: bool = False
) -> list[tuple[str, Any]]:
    """Return (path, thing) for each thing of a structure, with paths as text: "a/1/b"."""
    return [(separator.join(map(str, path)), thing) for path, thing in flatten_with_tuple_paths(structure)]


def map_structure_with_tuple_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Return what `map_structure_up_to` the first structure does, with `func` given the path of each place as well.

    Args:
        func: callable(path, thing of the first, of the second, ...), with a path as `yield_flat_paths` gives it.
        structure: one or more structures; the first says how far to go.
        kwargs: as `map_structure_up_to` has.

    Raises:
        TypeError, ValueError: as `map_structure_up_to`.
    """
    if not structure:
        raise errors.no_structure()
    paths = yield_flat_paths(structure[0])
    return map_structure_up_to(structure[0], lambda *things: func(next(paths), *things), *structure, **kwargs)


def map_structure_with_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Return what `map_structure_with_tuple_paths` does, with paths as text: "a/1/b"."""
    return map_structure_with_tuple_paths(
        lambda path, *things: func("/".join(map(str, path)), *things), *structure, **kwargs
    )
