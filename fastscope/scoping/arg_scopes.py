"""Arguments given once for many calls: `with arg_scope([conv2d], padding="VALID"): ...`.

A function takes part if it is decorated with `add_arg_scope`. What is in force belongs to the thread and task.

Source: tensorflow/contrib/framework/python/ops/arg_scope.py (TF 1.15).
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

from ..errors import arg_scopes as errors

__all__ = ["add_arg_scope", "arg_scope", "arg_scoped_arguments", "current_arg_scope", "has_arg_scope"]

P = ParamSpec("P")
R = TypeVar("R")
Scope = dict[str, dict[str, Any]]

_scope: ContextVar[Scope] = ContextVar("fastscope.arg_scope")
_decorated: dict[str, tuple[str, ...]] = {}  # key -> the arguments that have defaults


def _key(function: Any) -> str:
    return str(getattr(function, "_key_op", function))


def add_arg_scope(func: Callable[P, R]) -> Callable[P, R]:
    """Make a function one whose arguments `arg_scope` may give; those of a call count before."""
    key = str(func)

    @functools.wraps(func)
    def with_scope(*args: Any, **kwargs: Any) -> Any:
        given = current_arg_scope().get(key)
        return func(*args, **({**given, **kwargs} if given else kwargs))

    parameters = inspect.signature(func).parameters.values()
    _decorated[key] = tuple(
        one.name for one in parameters if one.default is not one.empty and one.kind is not one.KEYWORD_ONLY
    )
    with_scope._key_op = key  # type: ignore[attr-defined]
    return cast("Callable[P, R]", with_scope)


def current_arg_scope() -> Scope:
    """Return the arguments in force here, by function; what `arg_scope` takes again."""
    return _scope.get({})


def has_arg_scope(func: Any) -> bool:
    """Return whether a function is decorated with `add_arg_scope`."""
    return _key(func) in _decorated


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """Return the names of a decorated function's arguments that have defaults.

    Raises:
        ValueError: it is not decorated.
    """
    if not has_arg_scope(func):
        raise errors.not_decorated(func)
    return _decorated[_key(func)]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope: Sequence[Any] | Mapping[str, Any], **kwargs: Any) -> Iterator[Scope]:
    """Return a block in which functions have other defaults.

        >>> slim = tf.contrib.slim
        >>> with slim.arg_scope([slim.conv2d], padding="VALID"):
        ...     slim.conv2d(tf.ones([1, 4, 4, 2]), 8, 3).shape
        (1, 2, 2, 8)

    Args:
        list_ops_or_scope: the functions; or what another `arg_scope` gave, to be in force again.
        kwargs: the arguments; those of blocks around stay.

    Raises:
        ValueError: a function is not decorated with `add_arg_scope`, or a scope comes with arguments.
        TypeError: neither a list nor a scope.
    """
    if isinstance(list_ops_or_scope, Mapping):
        if kwargs:
            raise errors.scope_and_arguments(sorted(kwargs))
        scope = dict(list_ops_or_scope)
    elif isinstance(list_ops_or_scope, (list, tuple)):
        scope = dict(current_arg_scope())
        for function in list_ops_or_scope:
            if not has_arg_scope(function):
                raise errors.not_decorated(function)
            scope[_key(function)] = {**scope.get(_key(function), {}), **kwargs}
    else:
        raise errors.no_list(list_ops_or_scope)
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)
