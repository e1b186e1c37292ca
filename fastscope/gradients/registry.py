"""The rules of gradients, by the types of operations.

A rule takes an operation and the gradients of its outputs (None for one that nothing depends on) and returns the
gradients of its inputs, None for one that has none. It is written in terms of the public functions of `ops`, so it can
be differentiated again, and has names, static shapes and a device by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import gradients as errors
from ..graph import Operation

__all__ = ["no_gradient", "rule", "rule_of"]

Rule = Callable[..., Any]
_rules: dict[str, Rule] = {}
_without: set[str] = set()


def rule(*types: str) -> Callable[[Rule], Rule]:
    """Make a function the rule of these types of operations."""

    def register(function: Rule) -> Rule:
        for type in types:
            _rules[type] = function
        return function

    return register


def no_gradient(*types: str) -> None:
    """Say that operations of these types have no gradients: nothing goes through them."""
    _without.update(types)


def rule_of(operation: Operation) -> Rule | None:
    """Return the rule of an operation, or None where nothing goes through it.

    Raises:
        LookupError: there is none.
    """
    if operation.gradient is not None:
        return operation.gradient
    found = _rules.get(operation.type)
    if found is None and operation.type not in _without:
        raise errors.no_rule(operation.name, operation.type)
    return found
