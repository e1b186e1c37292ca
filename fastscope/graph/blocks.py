"""The blocks that change how things are declared: devices, creators, control inputs.

Source: tensorflow/python/framework/ops.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, NamedTuple

from .. import _store

__all__ = [
    "Controls",
    "Environment",
    "after",
    "colocate_with",
    "container",
    "device",
    "environment",
    "other_rules",
    "without_controls",
]


class Environment(NamedTuple):
    """What blocks other than scopes put in force.

    Attributes:
        device: for new variables: a device string, or callable(variable.op) -> device string; None = the default.
        creators: variable creators, outermost first.
        recorder: where operations are written down; None = where the graph does, False = nowhere, they are computed.
        branch: the side of a `cond` that operations are in.
        controls: what has to run before new operations, outermost first.
        rules: for types of operations, under which names the rules of their gradients are registered.
    """

    device: str | Callable[[Any], str] | None = None
    creators: tuple[Callable[..., Any], ...] = ()
    recorder: Any = None
    branch: Any = None
    controls: tuple[Controls, ...] = ()
    rules: Mapping[str, str] = MappingProxyType({})


class Controls:
    """One `control_dependencies` block.

    Attributes:
        operations: what has to run before.
        inside: the operations that wait for them already.
    """

    __slots__ = ("inside", "operations")

    def __init__(self, operations: list[Any]) -> None:
        self.operations = operations
        self.inside: set[Any] = set()


_PLAIN = Environment()


def environment() -> Environment:
    """Return the environment in force."""
    return _store.current_environment() or _PLAIN


def device(device_name_or_function: Any) -> AbstractContextManager[None]:
    """Return a block whose new variables live on a device.

    Args:
        device_name_or_function: "/gpu:0", "/cpu:0" or TF's longer spellings; callable(variable.op) -> such a string,
            for operations with a `name` and the `type` "VariableV2"; None = the default device.
    """
    return _store.SettingScope(lambda old: (old or _PLAIN)._replace(device=device_name_or_function))


def without_controls() -> AbstractContextManager[None]:
    """Return a block whose operations wait for nothing."""
    return _store.SettingScope(lambda old: (old or _PLAIN)._replace(controls=()))


def after(operations: list[Any]) -> AbstractContextManager[None]:
    """Return a block whose operations run after `operations`."""
    block = Controls(operations)
    return _store.SettingScope(lambda old: (old or _PLAIN)._replace(controls=(*(old or _PLAIN).controls, block)))


def other_rules(rules: Mapping[str, str]) -> AbstractContextManager[None]:
    """Return a block whose operations of these types have the gradients registered under these names."""
    return _store.SettingScope(lambda old: (old or _PLAIN)._replace(rules={**(old or _PLAIN).rules, **rules}))


def colocate_with(op: Any, ignore_existing: bool = False) -> AbstractContextManager[None]:
    """Return a block whose new variables live on the device of `op`, a variable."""
    return device(getattr(op, "device", None) or None)


def container(container_name: str) -> AbstractContextManager[None]:
    """Return a block that changes nothing: values belong to their variables."""
    return _store.SettingScope(lambda old: old)
