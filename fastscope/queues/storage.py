"""Where the elements of a queue wait: threads put them in and take them out, and wait for each other.

Who comes first is served first: a thread that wants many elements gets those that are there, and then each that comes,
before any other thread gets one. So it can take more than the queue has room for. Whoever puts in, takes out or closes
does at once what that lets the others do, as in TensorFlow.

Source: tensorflow/core/kernels/queue_base.cc, fifo_queue.cc, random_shuffle_queue_op.cc, priority_queue.cc (TF 1.15).
"""

from __future__ import annotations

import bisect
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from time import monotonic
from typing import Any

from ..errors import queues as errors
from ..graph.exchange import begun
from ..graph.waiting import deadline, running

__all__ = ["Storage"]

Element = Sequence[Any]


class _Attempt:
    """What a thread wants to put in or take out: what is left of it, and what came of it.

    Attributes:
        left: elements that wait to be put in, or those that were taken out so far.
        count: how many are to be taken out.
        up_to: whether fewer are enough, when the queue is closed.
        done: whether it is over.
        error: why it came to nothing.
    """

    def __init__(self, left: Iterable[Element] = (), count: int = 0, up_to: bool = False) -> None:
        self.left, self.count, self.up_to = deque(left), count, up_to
        self.done = False
        self.error: Exception | None = None


class Storage:
    """Elements in order, with `words` in random order, or sorted by their first components.

    Args:
        kind: TensorFlow's name of the class, for messages.
        name: of the queue.
        capacity: how many elements there is room for; negative = any number.
        kept: how many stay in it as long as it is not closed, to be mixed with those that come.
        words: random numbers, or None.
        is_sorted: whether the smallest comes out first, and of equal ones the one that came first.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        capacity: int,
        kept: int = 0,
        words: Iterator[int] | None = None,
        is_sorted: bool = False,
    ) -> None:
        self.kind, self.name, self._capacity, self._kept, self._words = kind, name, capacity, kept, words
        self._is_sorted = is_sorted
        self._elements: list[Element] = []
        self._changed = threading.Condition()
        self._putting: deque[_Attempt] = deque()
        self._taking: deque[_Attempt] = deque()
        self.closed = False

    def put(self, elements: Iterable[Element]) -> None:
        """Add elements one after the other, each when there is room for it.

        Raises:
            CancelledError: the queue is closed, or is while this waits.
        """
        with self._changed:
            if self.closed:
                raise errors.enqueue_closed(self.kind, self.name)
            attempt, waiting = _Attempt(elements), begun.get()
            if waiting is None:
                self._wait(attempt, self._putting)
            else:
                self._putting.append(attempt)
                self._go_on()
                waiting.append((lambda: self._finish(attempt), lambda: self._give_up(attempt)))

    def _finish(self, attempt: _Attempt) -> None:
        """Wait until elements are in that the run went on after."""
        with self._changed:
            self._wait_for(attempt, self._putting)

    def _give_up(self, attempt: _Attempt) -> None:
        """Put no more in of what a run has begun to."""
        with self._changed:
            self._withdraw(attempt, self._putting)

    def take(self, count: int, up_to: bool = False) -> list[Element]:
        """Take elements out, when there are so many; `up_to`: fewer if the queue is closed.

        Raises:
            OutOfRangeError: the queue is closed, and there are fewer.
        """
        with self._changed:
            attempt = _Attempt(count=count, up_to=up_to)
            self._wait(attempt, self._taking)
            return list(attempt.left)

    def _wait(self, attempt: _Attempt, line: deque[_Attempt]) -> None:
        """Stand in line until it is over."""
        line.append(attempt)
        self._go_on()
        self._wait_for(attempt, line)

    def _wait_for(self, attempt: _Attempt, line: deque[_Attempt]) -> None:
        """Wait until it is over."""
        try:
            waits = running.get()
            with nullcontext() if waits is None else waits.ended_by(lambda: self._cancel(attempt, line)):
                while not attempt.done:
                    left = None if (end := deadline.get()) is None else end - monotonic()
                    if left is not None and left <= 0:
                        raise errors.waited_too_long(self.kind, self.name, line is self._taking)
                    self._changed.wait(left)
        except BaseException:  # Ctrl-C, or its time is over
            self._withdraw(attempt, line)
            raise
        if attempt.error is not None:
            raise attempt.error

    def _cancel(self, attempt: _Attempt, line: deque[_Attempt]) -> None:
        """End an attempt, whose session is closed."""
        with self._changed:
            if attempt in line:
                attempt.done = True
                attempt.error = errors.session_was_closed(self.kind, self.name, line is self._taking)
                self._withdraw(attempt, line)

    def _withdraw(self, attempt: _Attempt, line: deque[_Attempt]) -> None:
        """Take an attempt out of its line, and give back what it has taken."""
        if attempt in line:
            line.remove(attempt)
            if line is self._taking:
                self._elements[:0] = attempt.left
            self._go_on()

    def _go_on(self) -> None:
        """Do what can be done for those in line, whoever's thread this is."""
        while True:
            moved = self._put_next()
            if not self._take_next() and not moved:
                break
        self._changed.notify_all()

    def _put_next(self) -> bool:
        """Put in what the first in line has; return whether something changed."""
        if not self._putting:
            return False
        attempt, changed = self._putting[0], False
        while attempt.left and (self._capacity < 0 or len(self._elements) < self._capacity):
            element = attempt.left.popleft()
            if self._is_sorted:
                bisect.insort(self._elements, element, key=lambda found: found[0])
            else:
                self._elements.append(element)
            changed = True
        if not attempt.left:
            self._over(attempt, self._putting)
        return changed or attempt.done

    def _take_next(self) -> bool:
        """Take out what the first in line wants; return whether something changed."""
        if not self._taking:
            return False
        attempt = self._taking[0]
        is_over = self.closed and not self._putting
        there = len(self._elements) - (0 if self.closed else self._kept)
        wanted = attempt.count - len(attempt.left)
        waits = self._is_sorted and there < wanted and not is_over  # what comes later may be smaller
        moved = 0 if waits else max(0, min(there, wanted))
        attempt.left += self._out(moved)
        if moved == wanted or (is_over and attempt.up_to and attempt.left):
            self._over(attempt, self._taking)
        elif is_over:
            self._elements[:0] = attempt.left
            error = errors.closed_and_empty(self.kind, self.name, attempt.count, len(self._elements))
            self._over(attempt, self._taking, error)
        return moved > 0 or attempt.done

    def _over(self, attempt: _Attempt, line: deque[_Attempt], error: Exception | None = None) -> None:
        attempt.done, attempt.error = True, error
        line.popleft()

    def _out(self, count: int) -> list[Element]:
        if self._words is not None:
            return [self._one() for _ in range(count)]
        found = self._elements[:count]
        del self._elements[:count]
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
            self.closed = True
            while cancel and self._putting:
                self._over(self._putting[0], self._putting, errors.cancelled(self.kind, self.name))
            self._go_on()

    def reopen(self) -> None:
        """Begin anew, empty: another session's threads fill it."""
        with self._changed:
            if self.closed:
                self._elements.clear()
                self.closed = False

    def __len__(self) -> int:
        return len(self._elements)
