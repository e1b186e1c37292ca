"""The blocks that change how things are declared: devices, creators, control inputs.

Source: tensorflow/python/framework/ops.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, NamedTuple

from .. import _store
from ..arrays.devices import device_text, joined_devices

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
        beside: names of what new operations stand beside, TF's b"loc:@x".
        shared: (a graph's names, a scope's prefix "test/", the prefix "train/" that get_variable answers it from).
    """

    device: str | Callable[[Any], str] | None = None
    creators: tuple[Callable[..., Any], ...] = ()
    recorder: Any = None
    branch: Any = None
    controls: tuple[Controls, ...] = ()
    rules: Mapping[str, str] = MappingProxyType({})
    beside: tuple[bytes, ...] = ()
    shared: tuple[tuple[Any, str, str], ...] = ()


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
    return _store.SettingScope(lambda old: (old or _PLAIN)._replace(device=_device_in(old, device_name_or_function)))


def _device_in(around: Environment | None, given: Any) -> Any:
    """Return the device of a block; in a graph an inner one takes what it leaves open, the job say, from the outer."""
    recorder = None if around is None else around.recorder
    if given is None or recorder is False or (recorder is None and _store.current_store().recorder is None):
        return given
    outer = None if around is None else around.device
    if callable(outer):
        return lambda operation: _asked_in_turn(operation, given, outer)
    if callable(given):
        return (lambda operation: joined_devices(outer, given(operation) or "")) if outer else given
    return joined_devices(outer or "", given)


def _asked_in_turn(operation: Any, given: Any, outer: Callable[[Any], str]) -> str:
    """Return what the outer block's function says of an operation that has the inner block's device."""
    operation.device = (given(operation) or "") if callable(given) else device_text(given)
    return outer(operation)


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
    """Return a block whose new variables and operations live where `op` does: an operation, a tensor or a variable.

    Args:
        ignore_existing: whether it takes the place of such blocks around it, and is no addition to them.
    """
    operation = getattr(op, "op", op)
    where = getattr(op, "device", None) or None
    groups: list[bytes] = getattr(operation, "colocation_groups", list)()

    def inside(old: Environment | None) -> Environment:
        old = old or _PLAIN
        beside = tuple(groups) if ignore_existing else tuple(sorted({*old.beside, *groups}))
        return old._replace(device=where, beside=beside)

    return _store.SettingScope(inside)


def container(container_name: str) -> AbstractContextManager[None]:
    """Return a block that changes nothing: values belong to their variables."""
    return _store.SettingScope(lambda old: old)
