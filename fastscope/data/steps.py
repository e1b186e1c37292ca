"""What datasets do with elements, which are lists of arrays.

Each class is an iterator that goes on after an error of what it reads: the error is raised, and the next call has what
comes behind it.

Source: tensorflow/core/kernels/data/ (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from ..errors import data as errors
from .sparse_elements import held_in, joined

__all__ = ["Interleaved", "Kept", "Rounds", "Sliced", "Sound", "Windows", "batched", "padded_batches", "stacked"]

Element = Sequence[Any]


class Sliced(Iterator[Element]):
    """The elements from number `start` on, up to `stop`, each `step`-th; an error has no number."""

    def __init__(self, elements: Iterator[Element], start: int, stop: int | None = None, step: int = 1) -> None:
        self._elements, self._start, self._stop, self._step = elements, start, stop, step
        self._number = 0

    def __next__(self) -> Element:
        while self._stop is None or self._number < self._stop:
            element = next(self._elements)
            past = self._number - self._start
            self._number += 1
            if past >= 0 and past % self._step == 0:
                return element
        raise StopIteration


class Sound(Iterator[Element]):
    """The elements without the errors between them."""

    def __init__(self, elements: Iterator[Element]) -> None:
        self._elements = elements

    def __next__(self) -> Element:
        while True:
            try:
                return next(self._elements)
            except StopIteration:
                raise
            except Exception:
                continue


class Rounds(Iterator[tuple[int, Element]]):
    """(round, element) of what begins anew in each round; a round with nothing in it is the last one."""

    def __init__(self, begin: Callable[[], Iterator[Element]], rounds: Iterable[int]) -> None:
        self._begin, self._rounds = begin, iter(rounds)
        self._elements: Iterator[Element] = iter(())
        self._round, self._empty = -1, False

    def __next__(self) -> tuple[int, Element]:
        while (element := self._following()) is None:
            if self._empty:  # without this, forever
                raise StopIteration
            self._round = next(self._rounds)
            self._elements = self._begin()
            self._empty = True
        return self._round, element

    def _following(self) -> Element | None:
        try:
            element = next(self._elements, None)
        except Exception:
            self._empty = False
            raise
        self._empty = self._empty and element is None
        return element


class Kept(Iterator[Element]):
    """The elements that `memory` has for a key; else those of what begins, which it has once all were read."""

    def __init__(self, begin: Callable[[], Iterator[Element]], memory: dict[Any, Any], key: Any) -> None:
        self._begin, self._memory, self._key = begin, memory, key
        self._elements: Iterator[Element] | None = None
        self._kept: list[Element] = []

    def __next__(self) -> Element:
        if self._elements is None:
            known = self._memory.get(self._key)
            self._elements = self._begin() if known is None else iter(known)
        element = next(self._elements, None)
        if element is None:
            self._memory.setdefault(self._key, self._kept)
            raise StopIteration
        self._kept.append(element)
        return element


class _Groups(Iterator[list[Element]]):
    """Lists of `size` elements.

    An error takes the elements with it that its list has by then. `whole` = the rest of the list too: TensorFlow makes
    one operation of map and batch, where an element that failed has a place in its batch.
    """

    def __init__(self, elements: Iterator[Element], size: int, drop_remainder: bool, whole: bool = False) -> None:
        self._elements, self._size, self._drop, self._whole = elements, size, drop_remainder, whole

    def __next__(self) -> list[Element]:
        group: list[Element] = []
        for place in range(self._size):
            try:
                element = next(self._elements, None)
            except Exception:
                if self._whole:
                    self._pass(self._size - place - 1)
                raise
            if element is None:
                break
            group.append(element)
        if not group or (len(group) < self._size and self._drop):
            raise StopIteration
        return group

    def _pass(self, count: int) -> None:
        for _ in range(count):
            with suppress(Exception):  # the first error is the one that is told
                if next(self._elements, None) is None:
                    return


def batched(elements: Iterator[Element], size: int, drop_remainder: bool, whole: bool) -> Iterator[Element]:
    """Return elements stacked, `size` at a time; `whole`: see `_Groups`.

    Raises:
        InvalidArgumentError: when it is read: shapes differ.
    """

    def one(group: list[Element]) -> Element:
        return [stacked(component, k) for k, component in enumerate(zip(*group, strict=True))]

    return map(one, _Groups(elements, size, drop_remainder, whole))


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
    """Return elements stacked, each filled up to the shape for its component; None there = the longest in the batch.

    Raises:
        DataLossError: when it is read: an element is longer.
        InvalidArgumentError: when it is read: it has another rank.
    """

    def one(group: list[Element]) -> Element:
        components = zip(zip(*group, strict=True), shapes, fillers, strict=True)
        return [_padded(k, arrays, shape, filler) for k, (arrays, shape, filler) in enumerate(components)]

    return map(one, _Groups(elements, size, drop_remainder))


def _padded(component: int, arrays: Sequence[Any], shape: Sequence[int | None], filler: Any) -> Any:
    for array in arrays:
        if np.ndim(array) != len(shape):
            raise errors.rank_to_pad(component, len(shape), np.ndim(array))
    longest = [max(np.shape(array)[k] for array in arrays) for k in range(len(shape))]
    wanted = [have if size is None else size for size, have in zip(shape, longest, strict=True)]
    made = np.full((len(arrays), *wanted), filler, _dtype(arrays[0]))
    for k, array in enumerate(arrays):
        if any(have > size for have, size in zip(np.shape(array), wanted, strict=True)):
            raise errors.too_long_to_pad(wanted, np.shape(array))
        inside: Any = (k, *map(slice, np.shape(array)))
        made[inside] = array
    return made


class Windows(Iterator[list[list[Element]]]):
    """For each window the lists of its components' elements; an error has a place in a window as an element has."""

    def __init__(self, elements: Iterator[Element], size: int, shift: int, stride: int, drop_remainder: bool) -> None:
        self._elements, self._size, self._shift, self._stride = elements, size, shift, stride
        self._drop = drop_remainder
        self._waiting: list[Element | Exception] = []

    def __next__(self) -> list[list[Element]]:
        reach = (self._size - 1) * self._stride + 1
        while len(self._waiting) < reach and (found := self._following()) is not None:
            self._waiting.append(found)
        inside = self._waiting[: reach : self._stride]
        if not inside or (len(inside) < self._size and self._drop):
            raise StopIteration
        self._move_on()
        whole: list[Element] = []
        for each in inside:
            if isinstance(each, Exception):
                raise each
            whole.append(each)
        return [[[component] for component in part] for part in zip(*whole, strict=True)]

    def _following(self) -> Element | Exception | None:
        try:
            return next(self._elements, None)
        except Exception as reason:
            return reason

    def _move_on(self) -> None:
        gone = self._shift - len(self._waiting)
        del self._waiting[: self._shift]
        while gone > 0 and self._following() is not None:
            gone -= 1


class Interleaved(Iterator[Element]):
    """The elements of what `begin` makes of elements, `block_length` of one, and on to the next of a cycle."""

    def __init__(
        self,
        elements: Iterator[Element],
        begin: Callable[[Element], Iterator[Element]],
        cycle_length: int,
        block_length: int,
    ) -> None:
        self._elements, self._begin, self._block = elements, begin, block_length
        self._slots: list[Iterator[Element] | None] = [None] * cycle_length
        self._place = self._taken = 0
        self._more = True

    def __next__(self) -> Element:
        while self._more or any(slot is not None for slot in self._slots):
            slot = self._slots[self._place]
            if slot is None and self._more:
                self._open()
                continue
            found = None if slot is None else next(slot, None)
            if found is None:
                self._slots[self._place] = None
            self._taken += 1
            if found is None or self._taken == self._block:
                self._place, self._taken = (self._place + 1) % len(self._slots), 0
            if found is not None:
                return found
        raise StopIteration

    def _open(self) -> None:
        element = next(self._elements, None)
        if element is None:
            self._more = False
        else:
            self._slots[self._place] = self._begin(element)
