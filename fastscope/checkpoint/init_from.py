"""`init_from_checkpoint`: initializers that take their values from a checkpoint."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import checkpoint as errors
from ..graph import Graph, get_default_graph
from .loading import load_checkpoint
from .names import older_names

if TYPE_CHECKING:
    from .restore import Target

__all__ = ["init_from_checkpoint"]


def init_from_checkpoint(
    ckpt_dir_or_file: str | os.PathLike[str],
    assignment_map: Mapping[str, Any] | Iterable[tuple[str, Any]],
) -> dict[str, str]:
    """Make variables take their initial values from a checkpoint.

    Nothing is read now: each value is, when its variable's initializer runs or its array is first
    used. A variable that has its array already keeps it until its initializer runs again.

    Example:
        >>> tf.train.init_from_checkpoint("ckpt/model-7", {"old/": "new/"})
        >>> tf.train.init_from_checkpoint("ckpt/model-7", {"old/w": "w", "old/b": bias})

    Args:
        ckpt_dir_or_file: prefix, file or directory of a checkpoint, ours or TensorFlow's.
        assignment_map: what goes where, a mapping or pairs:
            "scope/" -> "scope/": the tensors for all variables made with get_variable in the second
            scope, named alike in the first; "/" is the root;
            "name" -> the name of a variable, the Variable itself, or a PartitionedVariable or the
            list of its parts.

    Returns:
        For tensors that were found under the name that an older TensorFlow gave to an RNN's variable, that name.

    Raises:
        ValueError: a tensor or variable doesn't exist, a tensor is there under two older names, or shapes or dtypes
            differ. Nothing is changed then.

    Source: tensorflow/python/training/checkpoint_utils.py
    """
    reader = load_checkpoint(ckpt_dir_or_file)
    pairs = [pair for key, value in _entries(assignment_map) for pair in _pairs(key, value)]
    wanted = {key for key, _ in pairs}
    older = {} if all(key in reader for key in wanted) else older_names(reader, wanted)
    found: list[tuple[str, Target]] = []
    for name, target in pairs:
        keys = [name] if name in reader or name in reader.unreadable else older.get(name, [])
        if not keys:
            raise errors.tensor_not_found(name, target.name, ckpt_dir_or_file, reader)
        if len(keys) > 1:
            raise errors.several_older_names(name, keys)
        key, info = keys[0], reader.info(keys[0])
        if info.shape != target.shape:
            raise errors.init_shape_differs(target.variable_name, target.shape, key, info.shape)
        if info.dtype != target.dtype:
            raise errors.init_dtype_differs(target.variable_name, target.dtype, key, info.dtype)
        found.append((key, target))
    for key, target in found:
        target.initialize_with(partial(reader.__getitem__, key))
    return {name: key for (name, _), (key, _) in zip(pairs, found, strict=True) if name != key}


def _entries(assignment_map: Any) -> list[tuple[str, Any]]:
    """Return the entries of an assignment map, a mapping or pairs."""
    table = assignment_map.items() if isinstance(assignment_map, Mapping) else assignment_map
    try:
        entries = [(key, value) for key, value in table]
    except (TypeError, ValueError):
        raise errors.no_assignment_map(assignment_map) from None
    for key, value in entries:
        if not isinstance(key, str):
            raise errors.assignment_turned_round(key, value)
    return entries


def _pairs(key: str, value: Any) -> Iterator[tuple[str, Target]]:
    """Yield tensor name and target of each variable that one entry of the map speaks of.

    The target's name says how the tensor's came about, for messages: "" for a name, else "rest in scope".
    """
    from .restore import Target, parts_of

    graph = get_default_graph()
    if not isinstance(value, str):
        yield key, Target("", parts_of(value))
    elif not key.endswith("/") and value.endswith("/"):
        raise errors.tensor_to_scope(key, value)
    elif not key.endswith("/"):
        yield key, Target("", parts_of(_find(graph, key, value)))
    elif not value.endswith("/"):
        raise errors.scope_without_slash(key, value)
    else:
        scope = "" if value == "/" else value
        for name, variable in _in_scope(graph, scope):
            rest = name[len(scope) :]
            found = rest if key == "/" else key + rest
            yield found, Target(f"{rest} in {key}", parts_of(variable))


def _in_scope(graph: Graph, scope: str) -> list[tuple[str, Any]]:
    """Return names and variables of a scope, a partitioned one as a whole, sorted by name."""
    found = {
        name: variable
        for name, variable in [*graph.items(), *graph.partitioned_variables.items()]
        if name.startswith(scope) and getattr(variable, "_save_slice_info", None) is None
    }
    if not found:
        raise errors.empty_scope(scope)
    return sorted(found.items())


def _find(graph: Graph, key: str, name: str) -> Any:
    variable = graph.find(name)
    if variable is None:
        variable = graph.partitioned_variables.get(name)
    if variable is None:
        raise errors.no_such_variable(key, name, [known for known, _ in graph.items()])
    return variable
