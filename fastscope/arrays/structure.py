"""States of cells: arrays in tuples, in named tuples, in tuples; and functions over all their arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import rnn as errors
from .devices import Device, array_module, device_of, move, unwrap
from .dtypes import as_dtype
from .shapes import TensorShape


def beside(like: Any, *arrays: Any) -> tuple[Any, ...]:
    """Return `arrays` where `like` is: those on the host are copied to its GPU, nothing to the host."""
    if array_module(like) is np:
        return arrays
    device = device_of(like)
    return tuple(move(a, device) if isinstance(a, np.ndarray) else a for a in arrays)


def is_nested(value: Any) -> bool:
    """Return whether `value` is a tuple or list of things; a shape is one thing."""
    return isinstance(value, (tuple, list)) and not isinstance(value, TensorShape)


def leaves(structure: Any) -> Iterator[Any]:
    """Yield the things in `structure`, depth first."""
    if is_nested(structure):
        for item in structure:
            yield from leaves(item)
    else:
        yield structure


def map_structure(function: Callable[..., Any], first: Any, *others: Any) -> Any:
    """Return `first`'s structure with `function` of the things at each place of all structures."""
    if not is_nested(first):
        return function(first, *others)
    items = [map_structure(function, *places) for places in zip(first, *others, strict=True)]
    return rebuilt(first, items)


def rebuilt(like: Any, items: list[Any]) -> Any:
    """Return `items` in a container of `like`'s type, a named tuple included."""
    return type(like)(*items) if hasattr(like, "_fields") else type(like)(items)


def size_shape(size: Any) -> list[Any]:
    """Return the shape after the batch of a state or output of `size`: an int or a TensorShape."""
    return [int(size)] if not isinstance(size, TensorShape) else size.as_list()


def zeros(size: Any, batch_size: Any, dtype: Any, device: Device) -> Any:
    """Return zeros `[batch_size, size]` for every size in the structure `size`."""
    with device.activate():
        return map_structure(
            lambda s: device.xp.zeros([int(batch_size), *size_shape(s)], as_dtype(dtype).dtype),
            size,
        )


def check_state(cell: Any, state: Any, inputs: Any) -> Any:
    """Return `state` as arrays beside `inputs`, `[T, N, ...]`, in the structure of `cell.state_size`.

    A list may stand for a tuple and a plain pair for an LSTMStateTuple, as in TF.

    Raises:
        ValueError: another structure, another batch, another size.
    """
    return _checked(cell, cell.state_size, state, inputs)


def _checked(cell: Any, size: Any, state: Any, inputs: Any) -> Any:
    if type(state) is type(inputs) is np.ndarray and state.shape == (inputs.shape[1], size):
        return state  # most of them, told quickly
    if is_nested(size):
        if not is_nested(state) or len(state) != len(size):
            raise errors.state_structure(cell, cell.state_size, state)
        pairs = zip(size, state, strict=True)
        return rebuilt(size, [_checked(cell, s, v, inputs) for s, v in pairs])
    if is_nested(state):
        raise errors.state_structure(cell, cell.state_size, state)
    (array,) = beside(inputs, unwrap(state))
    expected = (inputs.shape[1], *size_shape(size))
    if tuple(array.shape) != expected:
        raise errors.state_shape(cell, expected, tuple(array.shape))
    return array
