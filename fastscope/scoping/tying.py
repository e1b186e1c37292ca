"""Sharing said in words: one scope answered from another, a second name for a variable, and whether they share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from .. import _store
from .._store import AUTO_REUSE, VariableScope, variable_scope
from ..arrays import nest
from ..errors import tying as errors
from ..graph import Environment, Graph, environment, get_default_graph, name_scope

__all__ = ["alias", "answered", "assert_shared", "bound", "share"]


def share(scopes: Mapping[str, str]) -> AbstractContextManager[None]:
    """Return a block in which get_variable answers for one scope from another.

    >>> with fs.variable_scope("train"):
    ...     w = fs.get_variable("w", [2, 3])
    >>> with fs.share({"test": "train"}), fs.variable_scope("test"):
    ...     fs.get_variable("w", [2, 3]) is w
    True

    Names of operations and of `Variable(...)` stay where they are: only get_variable is answered. What is not there is
    an error, but with reuse=AUTO_REUSE, which makes it in the scope that answers.

    Args:
        scopes: full names of variable scopes and of those that answer for them, and for all below them.

    Raises:
        ValueError: a scope has variables of its own, or lies inside the one that is to answer for it.
    """
    if not isinstance(scopes, Mapping):
        raise errors.share_not_a_dict(scopes)
    graph = get_default_graph()
    for asked, answers in scopes.items():
        _check_pair(graph, asked, answers)
    pairs = tuple((graph.names, f"{asked}/", f"{answers}/") for asked, answers in scopes.items())

    def add(old: Environment | None) -> Environment:
        old = old or Environment()
        return old._replace(shared=(*pairs, *old.shared))

    return _store.SettingScope(add)


def _check_pair(graph: Graph, asked: Any, answers: Any) -> None:
    for name in (asked, answers):
        if not isinstance(name, str) or name.strip("/") != name or not name:
            raise errors.bad_shared_scope(name)
    if f"{asked}/".startswith(f"{answers}/") or f"{answers}/".startswith(f"{asked}/"):
        raise errors.shares_with_itself(asked, answers)
    held = [name for name, _ in graph.items() if name.startswith(f"{asked}/")]
    if held:
        raise errors.shared_scope_is_in_use(asked, answers, held)


def answered(graph: Graph, name: str, reuse: Any) -> tuple[str, Any]:
    """Return which variable get_variable gives for the one of this full name, and how it shares.

    Raises:
        ValueError: a share block answers the name, and the variable that answers does not exist.
    """
    for names, asked, answers in environment().shared:
        if names is graph.names and name.startswith(asked):
            source = answers + name[len(asked) :]
            if reuse is AUTO_REUSE or graph.find(source) is not None or source in graph.partitioned_variables:
                return source, AUTO_REUSE
            raise errors.shared_does_not_exist(name, source, [known for known, _ in graph.items()])
    return name, AUTO_REUSE if name in graph.aliases else reuse


def alias(name: str, existing: str) -> None:
    """Let get_variable find a variable by a second name: tied weights, which are one variable and saved once.

    >>> with fs.variable_scope("encoder"):
    ...     w = fs.get_variable("w", [2, 3])
    >>> fs.alias("decoder/w", "encoder/w")
    >>> with fs.variable_scope("decoder"):
    ...     fs.get_variable("w", [2, 3]) is w
    True

    Whoever asks by the second name shares the variable, with or without `reuse`; shape and dtype have to agree.

    Args:
        name: full name that nothing has, "decoder/w".
        existing: full name of a variable that get_variable made.

    Raises:
        ValueError: `name` is a variable, or `existing` is none.
    """
    for one in (name, existing):
        if not isinstance(one, str) or not one or one.endswith("/"):
            raise errors.bad_alias(one)
    name, existing = name.removesuffix(":0"), existing.removesuffix(":0")
    graph = get_default_graph()
    with graph.lock:
        variable = graph.find(existing)
        if variable is None:
            raise errors.nothing_to_alias(existing, [known for known, _ in graph.items()])
        found = graph.put(name, variable)
        if found is not variable:
            raise errors.alias_is_taken(name, getattr(found, "_defined_at", None))
        graph.aliases.add(name)


def assert_shared(a: Any, b: Any) -> None:
    """Assert that two things have the very same variables.

    Args:
        a, b: a variable; a variable scope, or the full name of one or of a variable; something with `variables`, as
            cells, layers and templates have; or a list, tuple or dict of these.

    Raises:
        AssertionError: one has a variable that the other has not; all of them are listed, with where they were made.
        ValueError: one has no variables at all.
    """
    first, second = _variables(a), _variables(b)
    if first.keys() != second.keys():
        only_first = {v.name: v._defined_at for key, v in first.items() if key not in second}
        only_second = {v.name: v._defined_at for key, v in second.items() if key not in first}
        raise errors.not_sharing(_called(a), _called(b), only_first, only_second)


def _variables(thing: Any) -> dict[int, Any]:
    found = {id(variable): variable for one in nest.flattened(thing) for variable in _variables_of_one(one)}
    if not found:
        raise errors.has_no_variables(_called(thing))
    return found


def _variables_of_one(thing: Any) -> list[Any]:
    if isinstance(thing, _store.VariableBase):
        return [thing]
    if isinstance(thing, VariableScope):
        thing = thing.name
    if isinstance(thing, str):
        name = thing.removesuffix(":0").rstrip("/")
        pairs = get_default_graph().items()
        return [variable for key, variable in pairs if key == name or f"{key}/".startswith(f"{name}/") or not name]
    return list(getattr(thing, "variables", ()))


def _called(thing: Any) -> str:
    if isinstance(thing, (_store.VariableBase, VariableScope)):
        return repr(thing.name)
    return repr(thing) if isinstance(thing, str) else f"the {type(thing).__name__}"


def bound(scope: VariableScope, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` as one that runs in `scope`, wherever it is called: VariableScope.bind."""
    if not callable(function):
        raise errors.not_bindable(function)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise errors.generator_not_bound(function.__qualname__)
    graph, around = get_default_graph(), environment()

    def enter() -> ExitStack:
        with ExitStack() as blocks:
            blocks.enter_context(graph.as_default())
            blocks.enter_context(_store.SettingScope(lambda _: around))
            blocks.enter_context(name_scope(scope.original_name_scope))
            blocks.enter_context(variable_scope(scope, auxiliary_name_scope=False))
            return blocks.pop_all()

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            with enter():
                return await function(*args, **kwargs)

        return run

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with enter():
            return function(*args, **kwargs)

    return call
