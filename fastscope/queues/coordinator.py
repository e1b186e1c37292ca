"""Coordinator: threads that end together.

Source: tensorflow/python/training/coordinator.py (TF 1.15).
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import OutOfRangeError
from ..errors import queues as errors

__all__ = ["Coordinator", "LooperThread"]


class Coordinator:
    """Tells threads to stop, and raises what one of them raised.

    Args:
        clean_stop_exception_types: errors that are a usual end, (OutOfRangeError,) by default.
    """

    def __init__(self, clean_stop_exception_types: tuple[type[BaseException], ...] | None = None) -> None:
        self._clean = (OutOfRangeError,) if clean_stop_exception_types is None else tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._joined = False
        self._threads: set[threading.Thread] = set()

    def request_stop(self, ex: Any = None) -> None:
        """Tell all threads to stop.

        Args:
            ex: the error that is the reason, or what `sys.exc_info()` gave: `join` raises it, unless it is a usual end.
        """
        with self._lock:
            if isinstance(ex, tuple):
                ex = ex[1]
            if ex is not None and isinstance(ex, self._clean):
                ex = None
            if self._joined and ex is not None:
                raise ex
            if not self._stop.is_set():
                self._error = ex
                self._stop.set()

    def clear_stop(self) -> None:
        """Begin anew: nobody is told to stop."""
        with self._lock:
            self._joined, self._error = False, None
            self._stop.clear()

    def should_stop(self) -> bool:
        """Return whether threads were told to stop."""
        return self._stop.is_set()

    @contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """Open a block that tells all threads to stop when it raises; the error is kept for `join`."""
        try:
            yield
        except BaseException:
            self.request_stop(sys.exc_info())

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Wait until threads are told to stop, `timeout` seconds at most; return whether they are."""
        return self._stop.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """Wait for this thread, too, in `join`."""
        with self._lock:
            self._threads.add(thread)

    @property
    def joined(self) -> bool:
        """Whether `join` is over."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raise the error that was the reason to stop, if there is one."""
        with self._lock:
            if self._error is not None:
                raise self._error

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Wait for threads to end, and raise what was the reason to stop.

        Args:
            threads: those to wait for, besides the registered ones.
            stop_grace_period_secs: how long they may take once they were told to stop.
            ignore_live_threads: do not complain of those that take longer.

        Raises:
            RuntimeError: threads still run.
        """
        waited = list(self._threads | set(threads or ()))
        while any(thread.is_alive() for thread in waited) and not self.wait_for_stop(0.05):
            pass
        end = time.monotonic() + stop_grace_period_secs
        for thread in waited:
            thread.join(max(0.0, end - time.monotonic()))
        alive = [thread.name for thread in waited if thread.is_alive()]
        self._joined = True
        self._threads = set()
        self.raise_requested_exception()
        if alive and not ignore_live_threads:
            raise errors.threads_still_run(alive)


class LooperThread(threading.Thread):
    """A thread that calls a function again and again, until its coordinator says stop.

    Args:
        coord: Coordinator.
        timer_interval_secs: from one call to the next; None = at once.
        target: callable; None = `run_loop` of a subclass.
        args, kwargs: for it.
    """

    def __init__(
        self,
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any] | None = None,
        args: Sequence[Any] = (),
        kwargs: Any = None,
    ) -> None:
        super().__init__(daemon=True)
        self._coord, self._interval = coord, timer_interval_secs
        self._function, self._arguments, self._named = target, tuple(args), dict(kwargs or {})
        coord.register_thread(self)

    @staticmethod
    def loop(
        coord: Coordinator, timer_interval_secs: float | None, target: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> LooperThread:
        """Start a thread that calls `target`, and return it."""
        thread = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        thread.start()
        return thread

    def run(self) -> None:
        """Do what the thread does."""
        with self._coord.stop_on_exception():
            self.start_loop()
            following = time.monotonic()
            while not self._coord.should_stop():
                self.run_loop()
                if self._interval is None:
                    continue
                following += self._interval
                if self._coord.wait_for_stop(max(0.0, following - time.monotonic())):
                    break
            self.stop_loop()

    def start_loop(self) -> None:
        """Do something before the first call; for subclasses."""

    def stop_loop(self) -> None:
        """Do something after the last call; for subclasses."""

    def run_loop(self) -> None:
        """Call the function."""
        if self._function is not None:
            self._function(*self._arguments, **self._named)
