"""What waits in the runs of a session, for something that other threads do: closing the session ends it.

Source: tensorflow/core/framework/cancellation.h (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

__all__ = ["Waits", "deadline", "running", "within"]


class Waits:
    """The waits of a session's runs."""

    def __init__(self) -> None:
        self._cancels: set[Callable[[], None]] = set()

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Open a block in which what waits is one of these."""
        before = running.set(self)
        try:
            yield
        finally:
            running.reset(before)

    @contextmanager
    def ended_by(self, cancel: Callable[[], None]) -> Iterator[None]:
        """Open a block that waits, which `cancel` ends."""
        self._cancels.add(cancel)
        try:
            yield
        finally:
            self._cancels.discard(cancel)

    def end(self) -> None:
        """End all of them."""
        for cancel in list(self._cancels):
            cancel()


running: ContextVar[Waits | None] = ContextVar("running", default=None)
"""Those of the session that runs in this thread, if it has operations that may wait."""
deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
"""When the waiting in this thread's run is to end, in seconds of time.monotonic()."""


@contextmanager
def within(milliseconds: int) -> Iterator[None]:
    """Open a block in which nothing waits longer."""
    before = deadline.set(monotonic() + milliseconds / 1000)
    try:
        yield
    finally:
        deadline.reset(before)
