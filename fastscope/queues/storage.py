"""Where the elements of a queue wait: threads put them in and take them out, and wait for each other.

Source: tensorflow/core/kernels/fifo_queue.cc, random_shuffle_queue_op.cc, padding_fifo_queue.cc (TF 1.15).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import queues as errors

__all__ = ["Storage"]

Element = Sequence[Any]


class Storage:
    """Elements in order, or with `words` in random order.

    Args:
        kind: TensorFlow's name of the class, for messages.
        name: of the queue.
        capacity: how many elements there is room for; -1 = any number.
        kept: how many stay in it as long as it is not closed, to be mixed with those that come.
        words: random numbers, or None.
    """

    def __init__(self, kind: str, name: str, capacity: int, kept: int = 0, words: Iterator[int] | None = None) -> None:
        self.kind, self.name, self._capacity, self._kept, self._words = kind, name, capacity, kept, words
        self._elements: list[Element] = []
        self._changed = threading.Condition()
        self.closed = False
        self._cancelled = False

    def put(self, element: Element) -> None:
        """Add an element, when there is room for it.

        Raises:
            CancelledError: the queue is closed, or is while this waits.
        """
        with self._changed:
            if self.closed:
                raise errors.enqueue_closed(self.kind, self.name)
            while 0 <= self._capacity <= len(self._elements):
                self._changed.wait()
                if self._cancelled:
                    raise errors.cancelled(self.kind, self.name)
            self._elements.append(element)
            self._changed.notify_all()

    def take(self, count: int, up_to: bool = False) -> list[Element]:
        """Take elements out, when there are so many; `up_to`: fewer if the queue is closed.

        Raises:
            OutOfRangeError: the queue is closed, and there are fewer.
        """
        with self._changed:
            while len(self._elements) < count + (0 if self.closed else self._kept):
                if self.closed:
                    if up_to and self._elements:
                        count = len(self._elements)
                        break
                    raise errors.closed_and_empty(self.kind, self.name, count, len(self._elements))
                self._changed.wait()
            found = [self._one() for _ in range(count)] if self._words is not None else self._elements[:count]
            if self._words is None:
                del self._elements[:count]
            self._changed.notify_all()
            return found

    def _one(self) -> Element:
        """Take one out at random; the last one takes its place."""
        assert self._words is not None
        place = next(self._words) % len(self._elements)
        found, self._elements[place] = self._elements[place], self._elements[-1]
        self._elements.pop()
        return found

    def close(self, cancel: bool) -> None:
        """Take no more elements; `cancel`: also none that wait for room.

        Raises:
            CancelledError: it is closed.
        """
        with self._changed:
            if self.closed and not cancel:
                raise errors.closed_twice(self.name)
            self.closed, self._cancelled = True, self._cancelled or cancel
            self._changed.notify_all()

    def reopen(self) -> None:
        """Begin anew, empty: another session's threads fill it."""
        with self._changed:
            if self.closed:
                self._elements.clear()
                self.closed = self._cancelled = False

    def __len__(self) -> int:
        return len(self._elements)
