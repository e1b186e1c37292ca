"""tf.contrib.framework's ways to make variables and to find them: by scope, name and collection.

Source: tensorflow/contrib/framework/python/ops/variables.py (TF 1.15).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..arrays.dtypes import float32
from ..errors import arg_scopes as errors
from ..graph import GraphKeys, add_to_collection, device, get_collection
from .arg_scopes import add_arg_scope
from .scopes import VariableScope, get_variable, get_variable_scope
from .variables import Variable

__all__ = [
    "add_model_variable",
    "filter_variables",
    "get_local_variables",
    "get_model_variables",
    "get_trainable_variables",
    "get_unique_variable",
    "get_variable_full_name",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
    "global_variable",
    "local_variable",
    "model_variable",
    "variable",
]

# ---- making them


def local_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: Any = None
) -> Any:
    """Return a variable of the collection LOCAL_VARIABLES that is not trained; arguments as Variable's."""
    keys = [GraphKeys.LOCAL_VARIABLES]
    return Variable(initial_value, False, keys, validate_shape, name=name, use_resource=use_resource)


def global_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: Any = None
) -> Any:
    """Return a variable that is not trained; arguments as Variable's."""
    return Variable(initial_value, False, None, validate_shape, name=name, use_resource=use_resource)


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Any:
    """Do get_variable, on a device."""
    keys = list(dict.fromkeys(collections or [GraphKeys.GLOBAL_VARIABLES]))
    arguments = {
        "shape": shape, "dtype": dtype, "initializer": initializer, "regularizer": regularizer,
        "trainable": trainable, "collections": keys, "caching_device": caching_device, "partitioner": partitioner,
        "use_resource": use_resource, "synchronization": synchronization, "aggregation": aggregation,
    }  # fmt: skip
    with _on(device):
        if custom_getter is not None:
            return custom_getter(name, reuse=get_variable_scope().reuse, **arguments)
        return get_variable(name, **arguments)


def _on(name: Any) -> Any:
    return device(name or "")


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = float32,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Any:
    """Do `variable`, for one that joins MODEL_VARIABLES as well."""
    keys = [*(collections or []), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(
        name, shape, dtype, initializer, regularizer, trainable, keys, caching_device, device, partitioner,
        custom_getter, use_resource, synchronization, aggregation,
    )  # fmt: skip


def add_model_variable(var: Any) -> None:
    """Put a variable into MODEL_VARIABLES, once."""
    if not any(member is var for member in get_collection(GraphKeys.MODEL_VARIABLES)):
        add_to_collection(GraphKeys.MODEL_VARIABLES, var)


# ---- finding them


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """Return variables of a collection.

    Args:
        scope: a VariableScope, or what their names begin with, a regular expression.
        suffix: what their names end with.
        collection: its name.
    """
    pattern = scope.name if isinstance(scope, VariableScope) else scope
    if suffix is not None:
        pattern = f"{pattern or ''}.*{suffix if ':' in suffix else suffix + ':'}"
    found: list[Any] = get_collection(collection, pattern)
    return found


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Return `get_variables` of MODEL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Return `get_variables` of LOCAL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Return `get_variables` of TRAINABLE_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """Return the variables whose names end with `suffix`."""
    return get_variables(scope, suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """Return the variables whose names have `given_name` as their last part."""
    return get_variables(scope, f"/{given_name}:|^{given_name}:")


def get_variables_to_restore(include: Sequence[str] | None = None, exclude: Sequence[str] | None = None) -> list[Any]:
    """Return the variables in the scopes `include`, None for all, without those in the scopes `exclude`.

    Raises:
        TypeError: one of them is no list.
    """
    for argument, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, (list, tuple)):
            raise errors.no_list_of_scopes(argument, scopes)
    included = get_variables() if include is None else [v for scope in include for v in get_variables(scope)]
    left_out = {id(v) for scope in exclude or () for v in get_variables(scope)}
    return [v for v in included if id(v) not in left_out]


def get_unique_variable(var_op_name: str) -> Any:
    """Return the variable of this name.

    Raises:
        ValueError: there is none.
    """
    found = get_variables(var_op_name)
    if not found:
        raise errors.variable_not_found(var_op_name)
    for candidate in found:
        if candidate.op.name == var_op_name:
            return candidate
    raise errors.not_unique(var_op_name, [candidate.op.name for candidate in found])


def get_variable_full_name(var: Any) -> str:
    """Return the name of a variable without ":0"; for a part, that of the whole."""
    part = getattr(var, "_save_slice_info", None)
    return str(var.op.name if part is None else part.full_name)


def filter_variables(
    var_list: Sequence[Any],
    include_patterns: Sequence[str] | None = None,
    exclude_patterns: Sequence[str] | None = None,
    reg_search: bool = True,
) -> list[Any]:
    """Return the variables whose names fit a pattern of `include_patterns`, None for all, and none of the others.

    Args:
        reg_search: whether a pattern may stand anywhere in the name; else at its beginning.
    """
    fits = re.search if reg_search else re.match

    def chosen(v: Any) -> bool:
        wanted = include_patterns is None or any(fits(pattern, v.name) for pattern in include_patterns)
        return wanted and not any(fits(pattern, v.name) for pattern in exclude_patterns or ())

    return [v for v in var_list if chosen(v)]
