"""QueueRunner: threads that fill a queue.

Source: tensorflow/python/training/queue_runner_impl.py (TF 1.15).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ..errors import OpError, OutOfRangeError
from ..errors import queues as errors
from ..graph import GraphKeys, Operation, add_to_collection, default_sessions, get_collection
from ..session.session import Session
from .coordinator import Coordinator
from .queues import QueueBase

__all__ = ["QueueRunner", "add_queue_runner", "start_queue_runners"]


class QueueRunner:
    """The operations that fill a queue, each run again and again by a thread of its own.

    Args:
        queue: the queue; when no thread is left it is closed.
        enqueue_ops: what they run.
        close_op, cancel_op: how it is closed; those of the queue by default.
        queue_closed_exception_types: errors that are a usual end, (OutOfRangeError,) by default.

    Raises:
        ValueError: no queue or no operations.
    """

    def __init__(
        self,
        queue: QueueBase | None = None,
        enqueue_ops: Sequence[Operation] | None = None,
        close_op: Operation | None = None,
        cancel_op: Operation | None = None,
        queue_closed_exception_types: tuple[type[BaseException], ...] | None = None,
        queue_runner_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if queue is None or not enqueue_ops:
            raise errors.no_enqueue_ops()
        self.queue = queue
        self.enqueue_ops = list(enqueue_ops)
        self.close_op = queue.close() if close_op is None else close_op
        self.cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        self.queue_closed_exception_types = queue_closed_exception_types or (OutOfRangeError,)
        self.exceptions_raised: list[BaseException] = []
        self._lock = threading.Lock()
        self._running: dict[Any, int] = {}

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.queue.name

    def _run(self, session: Any, enqueue_op: Operation, coord: Coordinator | None) -> None:
        try:
            while coord is None or not coord.should_stop():
                try:
                    session.run(enqueue_op)
                except self.queue_closed_exception_types:
                    return
        except Exception as error:
            if coord is None:
                self.exceptions_raised.append(error)
                raise
            coord.request_stop(error)
        finally:
            self._ended(session)

    def _ended(self, session: Any) -> None:
        with self._lock:
            self._running[session] -= 1
            last = not self._running[session]
        if last:
            with suppress(OpError, RuntimeError):  # closed already, or the session is
                session.run(self.close_op)

    def _close_on_stop(self, session: Any, coord: Coordinator) -> None:
        coord.wait_for_stop()
        with suppress(OpError, RuntimeError):
            session.run(self.cancel_op)

    def create_threads(
        self, sess: Any, coord: Coordinator | None = None, daemon: bool = False, start: bool = False
    ) -> list[threading.Thread]:
        """Return a thread for each operation, and with a coordinator one that closes the queue when it says stop.

        Args:
            sess: Session.
            coord: Coordinator, which is told of errors.
            daemon: whether the program may end while they run.
            start: start them.
        """
        with self._lock:
            if self._running.get(sess):
                return []
            if sess not in self._running and not any(self._running.values()):
                self.queue.reopen()  # for another session; what this one has put in stays
            self._running[sess] = len(self.enqueue_ops)
            self.exceptions_raised.clear()
        name = f"QueueRunnerThread-{self.name}"
        threads = [
            threading.Thread(target=self._run, args=(sess, op, coord), name=f"{name}-{op.name}")
            for op in self.enqueue_ops
        ]
        if coord is not None:
            close = threading.Thread(target=self._close_on_stop, args=(sess, coord), name=f"{name}-close_on_stop")
            threads.append(close)
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            thread.daemon = daemon
            if start:
                thread.start()
        return threads


def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """Let `start_queue_runners` start this one, too."""
    add_to_collection(collection, qr)


def start_queue_runners(
    sess: Any = None,
    coord: Coordinator | None = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = GraphKeys.QUEUE_RUNNERS,
) -> list[threading.Thread]:
    """Start the threads of all queue runners of the graph, and return them.

    Args:
        sess: Session; None = the default one.
        coord, daemon, start: see `QueueRunner.create_threads`.
        collection: where they are found.

    Raises:
        ValueError: there is no session.
        TypeError: `sess` is none.
    """
    sessions = default_sessions.get()
    session = sess if sess is not None else sessions[-1] if sessions else None
    if session is None:
        raise errors.no_session()
    if not isinstance(session, Session):
        if callable(getattr(session, "raw_session", None)):  # a monitored session starts them itself
            return []
        raise errors.no_tf_session(session)
    with session.graph.as_default():
        runners = get_collection(collection)
    threads: list[threading.Thread] = []
    for runner in runners:
        threads += runner.create_threads(session, coord, daemon, start)
    return threads
