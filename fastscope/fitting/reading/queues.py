"""The threads of queues as a block.

Source: tensorflow/contrib/slim/python/slim/queues.py (TF 1.15).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import fitting as errors
from ...graph import GraphKeys, get_collection
from ...queues.coordinator import Coordinator

__all__ = ["NestedQueueRunnerError", "QueueRunners"]

NestedQueueRunnerError = errors.NestedQueueRunnerError

_GRACE = 120  # seconds
_lock = threading.Lock()


@contextmanager
def QueueRunners(session: Any) -> Iterator[None]:
    """Return a block in which the threads of the graph's queues run.

    Raises:
        NestedQueueRunnerError: it is in another one.
    """
    if not _lock.acquire(blocking=False):
        raise errors.nested_runners()
    coordinator = Coordinator()
    threads: list[Any] = []
    for runner in get_collection(GraphKeys.QUEUE_RUNNERS):
        threads += runner.create_threads(session, coord=coordinator, daemon=True, start=True)
    try:
        yield
    finally:
        coordinator.request_stop()
        try:
            coordinator.join(threads, stop_grace_period_secs=_GRACE)
        except RuntimeError:  # a thread waits for a queue
            session.close()
        _lock.release()
