"""Messages about structures that programs take apart: tf.nest and tf.contrib.framework.nest."""

from __future__ import annotations

from typing import Any


def flat_is_no_sequence(value: Any) -> TypeError:
    """Something else where a list of things is wanted."""
    return TypeError(f"flat_sequence must be a sequence, got {value!r}. Write [{value!r}] for one thing.")


def composite_to_pack() -> NotImplementedError:
    """A SparseTensor is not put together from its parts."""
    return NotImplementedError(
        "pack_sequence_as(expand_composites=True) does not put a SparseTensor together from its parts. Call flatten "
        "and pack_sequence_as without expand_composites, which take it for one thing."
    )


def scalar_and_several(count: int) -> ValueError:
    """Several things, or none, for a structure that is a thing itself."""
    return ValueError(f"Structure is a scalar but len(flat_sequence) == {count}: it takes one thing.")


def flat_numbers_differ(expected: int, flat: Any, structure: Any) -> ValueError:
    """Another number of things than the structure has."""
    return ValueError(
        f"Could not pack sequence. Structure had {expected} elements, but flat_sequence had {len(flat)} elements. "
        f"Structure: {structure}, flat_sequence: {flat}. tf.nest.flatten gives as many things as a structure has."
    )


def func_not_callable(func: Any) -> TypeError:
    """Something else where a function is wanted."""
    return TypeError(f"func must be callable, got: {func!r}. It comes first: map_structure(func, structure).")


def no_structure() -> ValueError:
    """A map over nothing."""
    return ValueError("Must provide at least one structure: map_structure(func, structure).")


def nothing_to_map() -> ValueError:
    """A map up to a shallow structure, over nothing."""
    return ValueError("Cannot map over no sequences: map_structure_up_to(shallow_tree, func, structure).")


def unknown_keyword_of_map(name: str) -> ValueError:
    """A keyword that maps do not have."""
    return ValueError(f"Only valid keyword arguments are `check_types` and `expand_composites`, not: `{name}`.")


def no_dictionary(value: Any) -> TypeError:
    """Something else where a dict is wanted."""
    return TypeError(f"input must be a dictionary, got {value!r}. tf.nest.flatten takes any structure apart.")


def key_and_value_differ(keys: list[Any], values: list[Any]) -> ValueError:
    """A key and its value are not nested in the same way."""
    return ValueError(
        f"Could not flatten dictionary. Key had {len(keys)} elements, but value had {len(values)} elements. "
        f"Key: {keys}, value: {values}. Nest both in the same way."
    )


def key_not_unique(key: Any) -> ValueError:
    """A key comes up twice."""
    return ValueError(f"Could not flatten dictionary: key {key} is not unique. Rename one of the two.")


def input_is_no_structure(kind: type) -> TypeError:
    """A thing where the shallow structure has a structure."""
    return TypeError(
        f"If shallow structure is a sequence, input must also be a sequence. Input has type: {kind}. Put a single "
        "thing at this place of the shallow structure."
    )


def shallow_type(kind: type, shallow: type) -> TypeError:
    """Containers of different types."""
    return TypeError(
        f"The two structures don't have the same sequence type. Input structure has type {kind}, while shallow "
        f"structure has type {shallow}. With check_types=False a list may stand for a tuple."
    )


def shallow_length(length: int, shallow: int) -> ValueError:
    """Different numbers of items."""
    return ValueError(
        f"The two structures don't have the same sequence length. Input structure has length {length}, while shallow "
        f"structure has length {shallow}. Give the shallow structure as many items."
    )


def shallow_keys(missing: list[Any]) -> ValueError:
    """Keys that the other dict does not have."""
    return ValueError(
        "The shallow_tree's keys are not a subset of the input_tree's keys. The shallow_tree has the following keys "
        f"that are not in the input_tree: {missing}. Leave them out."
    )


def traverse_of_thing(wanted: Any, thing: Any) -> TypeError:
    """A function that says how far to go returned a structure for a thing."""
    return TypeError(
        f"traverse_fn returned structure: {wanted!r} for non-structure: {thing!r}. It returns True or False for "
        "a thing."
    )


def traverse_no_bool(wanted: Any, structure: Any) -> TypeError:
    """A function that says how far to go returned no bool."""
    return TypeError(
        f"traverse_fn returned a non-bool scalar: {wanted!r} for input: {structure!r}. True goes on, False stops."
    )


def traverse_too_deep(wanted: Any, structure: Any) -> TypeError:
    """A function that says how far to go returned something else than bools in one level."""
    return TypeError(
        f"traverse_fn didn't return a depth=1 structure of bools. Got {wanted!r} for input {structure!r}. Return "
        "True or False for each item."
    )
