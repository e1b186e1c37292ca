"""What datasets do with elements, which are lists of arrays: plain generators.

Source: tensorflow/core/kernels/data/ (TF 1.15).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import data as errors
from .sparse_elements import held_in, joined

__all__ = ["batched", "interleaved", "padded_batches", "stacked", "windows"]

Element = Sequence[Any]


def _groups(elements: Iterator[Element], size: int, drop_remainder: bool) -> Iterator[list[Element]]:
    while group := list(itertools.islice(elements, size)):
        if len(group) < size and drop_remainder:
            return
        yield group


def batched(elements: Iterator[Element], size: int, drop_remainder: bool) -> Iterator[Element]:
    """Yield elements stacked, `size` at a time.

    Raises:
        InvalidArgumentError: shapes differ.
    """
    for group in _groups(elements, size, drop_remainder):
        yield [stacked(component, k) for k, component in enumerate(zip(*group, strict=True))]


def stacked(arrays: Sequence[Any], component: int) -> Any:
    """Return arrays of one shape in a new first dimension."""
    if held_in(arrays[0]) is not None:
        return joined([found for array in arrays if (found := held_in(array)) is not None])
    first = np.shape(arrays[0])
    for place, array in enumerate(arrays):
        if np.shape(array) != first:
            raise errors.shapes_differ(component, first, place, np.shape(array))
    made = np.empty((len(arrays), *first), _dtype(arrays[0]))
    for place, array in enumerate(arrays):
        made[place] = array
    return made


def _dtype(array: Any) -> Any:
    """Return the dtype of what arrays like this one are put into: text may be longer in the next one."""
    found = np.asarray(array).dtype
    return object if found.kind in "SU" else found


def padded_batches(
    elements: Iterator[Element], size: int, drop_remainder: bool, shapes: Sequence[Any], fillers: Sequence[Any]
) -> Iterator[Element]:
    """Yield elements stacked, each filled up to the shape for its component; None there = the longest in the batch.

    Raises:
        InvalidArgumentError: an element is longer.
    """
    for group in _groups(elements, size, drop_remainder):
        components = zip(zip(*group, strict=True), shapes, fillers, strict=True)
        yield [_padded(arrays, shape, filler) for arrays, shape, filler in components]


def _padded(arrays: Sequence[Any], shape: Sequence[int | None], filler: Any) -> Any:
    longest = [max(np.shape(array)[k] for array in arrays) for k in range(len(shape))]
    wanted = [have if size is None else size for size, have in zip(shape, longest, strict=True)]
    made = np.full((len(arrays), *wanted), filler, _dtype(arrays[0]))
    for k, array in enumerate(arrays):
        if any(have > size for have, size in zip(np.shape(array), wanted, strict=True)):
            raise errors.too_long_to_pad(wanted, np.shape(array))
        inside: Any = (k, *map(slice, np.shape(array)))
        made[inside] = array
    return made


def windows(
    elements: Iterator[Element], size: int, shift: int, stride: int, drop_remainder: bool
) -> Iterator[list[list[Element]]]:
    """Yield for each window the lists of its components' elements."""
    waiting: list[Element] = []
    reach = (size - 1) * stride + 1
    while True:
        waiting += itertools.islice(elements, reach - len(waiting))
        inside = waiting[:reach:stride]
        if not inside or (len(inside) < size and drop_remainder):
            return
        yield [[[component] for component in part] for part in zip(*inside, strict=True)]
        gone, waiting = shift - len(waiting), waiting[shift:]
        if gone > 0:
            next(itertools.islice(elements, gone - 1, gone), None)


def interleaved(
    elements: Iterator[Element],
    begin: Callable[[Element], Iterator[Element]],
    cycle_length: int,
    block_length: int,
) -> Iterator[Element]:
    """Yield the elements of what `begin` makes of elements, `block_length` of one, and on to the next of a cycle."""
    slots: list[Iterator[Element] | None] = [None] * cycle_length
    place = taken = 0
    more = True
    while more or any(slot is not None for slot in slots):
        slot = slots[place]
        if slot is not None:
            found = next(slot, None)
            if found is not None:
                yield found
                taken += 1
                if taken < block_length:
                    continue
            else:
                slots[place] = None
        elif more:
            element = next(elements, None)
            if element is None:
                more = False
            else:
                slots[place] = begin(element)
            continue
        place, taken = (place + 1) % cycle_length, 0
