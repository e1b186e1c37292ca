"""What the functions of `ops` share: names, operands of one dtype, the place of new arrays.

Dtypes follow TF: numbers and lists adopt the dtype of the array beside them if that loses nothing;
two arrays of different dtypes are an error. Arrays decide where the work is done: if one of them
lies on a GPU, those on the host are copied there; nothing is copied to the host.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

import numpy as np

from ..arrays import (
    Device,
    array_module,
    as_array,
    default_device,
    move,
    native,
    parse_device,
    unwrap,
)
from ..arrays.dtypes import as_dtype
from ..arrays.streams import open_stream, random_stream
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import scoping as scoping_errors
from ..graph import Graph, environment, get_default_graph, name_scope

__all__ = [
    "checked_axis",
    "current_device",
    "drawing",
    "drawn_name",
    "either",
    "float_operand",
    "named",
    "on_device",
    "operand",
    "operands",
    "same_dtype",
    "snapshot",
]

P = ParamSpec("P")
R = TypeVar("R")


def named(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` draw its argument `name`, if one is given, from the graph's name table.

    The function gets the unique name. Ops without a name draw none: default op names are not
    simulated.
    """
    code = function.__code__
    arguments = code.co_varnames[: code.co_argcount]
    place = arguments.index("name") if "name" in arguments else None

    @functools.wraps(function)
    def op(*args: Any, **kwargs: Any) -> R:
        if kwargs.get("name") is not None:
            kwargs["name"] = drawn_name(kwargs["name"])
        elif place is not None and len(args) > place and args[place] is not None:
            args = (*args[:place], drawn_name(args[place]), *args[place + 1 :])
        return function(*args, **kwargs)

    return cast("Callable[P, R]", op)


def drawn_name(name: str) -> str:
    """Return a unique name; name_scope knows what may be in a name, and what a last slash means."""
    with name_scope(name) as full_name:
        pass
    if not full_name:
        raise scoping_errors.bad_scope_name(name, True)
    unique: str = full_name.removesuffix("/")
    return unique


def current_device() -> Device:
    """Return the device of new arrays: that of the innermost `tf.device`, else the default one.

    A function given to `tf.device` places variables only.
    """
    spec = environment().device
    return parse_device(spec) if isinstance(spec, str) else default_device()


def on_device(array: Array) -> Array:
    """Return a new array where new arrays belong."""
    return move(array, current_device())


def _has_own_dtype(value: Any) -> bool:
    return isinstance(value, np.ndarray) or array_module(value) is not np


def operand(value: Any) -> Array:
    """Return `value` as an array: itself if it is one, the array of a Variable, else a new one."""
    value = unwrap(value)
    return native(value) if _has_own_dtype(value) else on_device(as_array(value))


def float_operand(op: str, value: Any) -> Array:
    """Return `value` as an array of floats or complex numbers.

    Raises:
        TypeError: it holds something else, which TF does not convert unasked.
    """
    array = operand(value)
    if array.dtype.kind not in "fc" and not as_dtype(array.dtype).is_floating:
        raise errors.needs_floats(op, as_dtype(array.dtype))
    return array


def snapshot(value: Any) -> Array:
    """Return `value` as an array for a function that answers a view of it.

    A Variable's array is copied: what TF's functions return does not change with the variable.
    """
    array = operand(value)
    return array.copy() if hasattr(value, "_read") else array


def same_dtype(op: str, values: Sequence[Any]) -> list[Array]:
    """Return `values` as arrays of one dtype in one place; see this module's page.

    Raises:
        TypeError: two arrays differ in dtype, or a number does not go into an array's dtype.
    """
    values = [unwrap(value) for value in values]
    if _are_alike(values):
        return values
    values = [native(value) if _has_own_dtype(value) else value for value in values]
    arrays = [value for value in values if _has_own_dtype(value)]
    first = arrays[0] if arrays else on_device(as_array(values[0]))
    for other in arrays:
        if other.dtype != first.dtype:
            raise errors.dtypes_differ(op, [as_dtype(array.dtype) for array in arrays])
    xp = array_module(*arrays, first)
    return [xp.asarray(value if _has_own_dtype(value) else as_array(value, first.dtype)) for value in values]


def _are_alike(values: list[Any]) -> bool:
    """Return True for host arrays of one dtype: most calls, told quickly."""
    dtype = getattr(values[0], "dtype", None)
    return getattr(dtype, "isnative", False) and all(
        type(value) is np.ndarray and value.dtype is dtype for value in values
    )


def operands(op: str, *values: Any) -> tuple[Any, ...]:
    """Return `(xp, *arrays)` for an elementwise function.

    Raises:
        TypeError: see `same_dtype`.
        ValueError: the shapes do not broadcast.
    """
    arrays = same_dtype(op, values)
    shapes = [array.shape for array in arrays]
    if any(shape not in ((), shapes[0]) for shape in shapes):
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            raise errors.shapes_differ(op, shapes) from None
    return array_module(*arrays), *arrays


def checked_axis(op: str, axis: Any, rank: int) -> int:
    """Return `axis` counted from the front.

    Raises:
        ValueError: an array of `rank` dimensions has no such axis.
    """
    number = int(axis)
    if not -rank <= number < rank:
        raise errors.bad_axis(op, number, rank)
    return number % rank


def either(new_name: str, new: Any, old_name: str, old: Any) -> Any:
    """Return the one of two arguments that is given, an argument's new and old name.

    Raises:
        ValueError: both are given.
    """
    if new is not None and old is not None:
        raise errors.both_given(old_name, new_name)
    return old if new is None else new


_op_streams: Final[WeakKeyDictionary[Graph, random_stream]] = WeakKeyDictionary()


def drawing() -> AbstractContextManager[Any]:
    """Return a block whose draws come from the open stream, else from the graph's stream of ops.

    Each draw of a graph has its number, so a seeded program draws the same in each run and
    something new in each step.
    """
    if open_stream() is not None:
        return nullcontext()
    graph = get_default_graph()
    stream = _op_streams.get(graph)
    if stream is None or stream.seed != graph.seed:
        stream = _op_streams[graph] = random_stream(graph.seed, "ops")
    return stream
