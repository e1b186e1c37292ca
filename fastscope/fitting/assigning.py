"""Variables that get given values, or those of a checkpoint, by one operation: tf.contrib.framework.

Source: tensorflow/contrib/framework/python/ops/variables.py (TF 1.15).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import logging
from ..checkpoint.loading import NewCheckpointReader
from ..checkpoint.saver import Saver
from ..errors import checkpoint as errors
from ..ops import group
from ..ops.placeholders import placeholder
from ..scoping.variable_lists import get_variable_full_name, get_variables

__all__ = ["assign_from_checkpoint", "assign_from_checkpoint_fn", "assign_from_values", "assign_from_values_fn"]

Path = str | os.PathLike[str]


def assign_from_values(var_names_to_values: Mapping[str, np.ndarray]) -> tuple[Any, dict[Any, np.ndarray]]:
    """Return an operation that gives variables their values, and what must be fed to it.

    In a graph with a variable "w"::

        assign, feeds = tf.contrib.framework.assign_from_values({"w": np.zeros([2, 3])})
        session.run(assign, feeds)

    Args:
        var_names_to_values: values by variable names without ":0"; the graph does not grow by them.

    Raises:
        ValueError: there is no such variable.
    """
    assigned: list[Any] = []
    feeds: dict[Any, np.ndarray] = {}
    for name, value in var_names_to_values.items():
        _assign(_variable_of(name), np.asarray(value), assigned, feeds)
    return group(*assigned), feeds


def _variable_of(name: str) -> Any:
    """Return the variable of this name, or the only one whose name begins so."""
    found = get_variables(name)
    if not found:
        raise errors.variable_not_found(name)
    exact = found if len(found) == 1 else [variable for variable in found if variable.op.name == name]
    if not exact:
        raise errors.variable_not_unique(name, [variable.op.name for variable in found])
    return exact[0]


def _assign(variable: Any, value: np.ndarray, assigned: list[Any], feeds: dict[Any, np.ndarray]) -> None:
    fed = placeholder(variable.dtype.base_dtype, variable.shape, f"placeholder/{variable.op.name}")
    assigned.append(variable.assign(fed))
    feeds[fed] = value.reshape(variable.shape.as_list())


def assign_from_values_fn(var_names_to_values: Mapping[str, np.ndarray]) -> Callable[[Any], Any]:
    """Return callable(session), which gives variables their values; see `assign_from_values`."""
    assign, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(assign, feeds)


def assign_from_checkpoint(
    model_path: Path, var_list: Sequence[Any] | Mapping[str, Any], ignore_missing_vars: bool = False
) -> tuple[Any, dict[Any, np.ndarray]]:
    """Return an operation that gives variables the values of a checkpoint, and what must be fed to it.

    Args:
        model_path: prefix of the checkpoint; tf.train.latest_checkpoint(folder) finds one.
        var_list: variables; or variables, or lists of the parts of one, by the names of tensors.
        ignore_missing_vars: whether variables that are not there are left alone, with a warning.

    Raises:
        ValueError: the checkpoint lacks one, or has it in another shape.
    """
    reader = NewCheckpointReader(model_path)
    assigned: list[Any] = []
    feeds: dict[Any, np.ndarray] = {}
    for name, parts in _by_tensor(var_list).items():
        if name not in reader:
            if not ignore_missing_vars:
                raise errors.checkpoint_lacks(name, model_path)
            logging.warning("Checkpoint is missing variable [%s]", name)
            continue
        value = reader[name]
        for part in parts:
            info = part._save_slice_info
            if info is None and tuple(part.shape.as_list()) != value.shape:
                raise errors.shape_in_checkpoint_differs(value.shape, name, part.shape)
            _assign(part, value if info is None else _cut(value, info), assigned, feeds)
    return group(*assigned), feeds


def _by_tensor(var_list: Sequence[Any] | Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the variables of each tensor: more than one where they are parts."""
    found: dict[str, list[Any]] = {}
    if isinstance(var_list, Mapping):
        for name, value in var_list.items():
            found[name] = list(value) if isinstance(value, (list, tuple)) else [value]
        return found
    for variable in var_list:
        found.setdefault(get_variable_full_name(variable), []).append(variable)
    return found


def _cut(value: np.ndarray, info: Any) -> np.ndarray:
    """Return what belongs to a part."""
    places = zip(info.var_offset, info.var_shape, strict=True)
    return value[tuple(slice(start, start + size) for start, size in places)]


def assign_from_checkpoint_fn(
    model_path: Path,
    var_list: Sequence[Any] | Mapping[str, Any],
    ignore_missing_vars: bool = False,
    reshape_variables: bool = False,
) -> Callable[[Any], Any] | None:
    """Return callable(session), which gives variables the values of a checkpoint; None if there is nothing to give.

    It is what `init_fn` of slim.learning.train takes.

    Args:
        reshape_variables: whether values may have another shape, if they have as many elements.
        others: as in `assign_from_checkpoint`.

    Raises:
        ValueError: there are no variables.
    """
    if not var_list:
        raise errors.no_variables_to_restore()
    chosen = dict(var_list) if isinstance(var_list, Mapping) else {v.op.name: v for v in var_list}
    if ignore_missing_vars:
        reader = NewCheckpointReader(model_path)
        for name in [name for name in chosen if name not in reader]:
            logging.warning("Variable %s missing in checkpoint %s", name, model_path)
            del chosen[name]
    elif not isinstance(var_list, Mapping):
        chosen = list(var_list)  # type: ignore[assignment]
    if not chosen:
        logging.warning("No Variables to restore")
        return None
    saver = Saver(chosen, reshape=reshape_variables)
    return lambda session: saver.restore(session, os.fspath(model_path))
