"""Supervisor: what MonitoredTrainingSession was before.

Source: tensorflow/python/training/supervisor.py (TF 1.15).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ..errors import monitored as errors
from ..events.writer import FileWriter
from ..graph import Graph, current, get_default_graph
from ..messages import Summary
from ..queues.coordinator import Coordinator, LooperThread
from ..queues.runner import start_queue_runners
from ..session.session import Session
from ..training.global_step import get_global_step
from .scaffold import Scaffold, begin_session
from .writing import write_graph

__all__ = ["Supervisor"]


class Supervisor:
    """Begins sessions with the latest checkpoint, and saves and summarizes in threads of its own.

    A program's loop::

        supervisor = tf.train.Supervisor(logdir="logs")
        with supervisor.managed_session() as session:
            while not supervisor.should_stop():
                session.run(train)

    Args:
        graph: None = the default one. It is finished here: make all operations before.
        init_op, init_feed_dict, init_fn, local_init_op: how variables get their values; see `Scaffold`. init_fn takes
            the session alone.
        is_chief: kept for TF's sake, as there is one process.
        logdir: where checkpoints and summaries go; None = there are none.
        summary_op: the summaries; None = those that the program writes itself.
        saver: Saver; None = there are no checkpoints.
        global_step: None = that of the graph.
        save_summaries_secs, save_model_secs: how often, in seconds; 0 = never.
        stop_grace_secs: how long threads may take to end.
        checkpoint_basename: how checkpoints are called.
        summary_writer: FileWriter; None = there is none.
    """

    USE_DEFAULT = object()

    def __init__(
        self,
        graph: Graph | None = None,
        ready_op: Any = USE_DEFAULT,
        ready_for_local_init_op: Any = USE_DEFAULT,
        is_chief: bool = True,
        init_op: Any = USE_DEFAULT,
        init_feed_dict: Any = None,
        local_init_op: Any = USE_DEFAULT,
        logdir: str | None = None,
        summary_op: Any = USE_DEFAULT,
        saver: Any = USE_DEFAULT,
        global_step: Any = USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: Any = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], Any] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        if current() is None and graph is None:
            raise errors.needs_a_graph("Supervisor")
        default = Supervisor.USE_DEFAULT
        self.graph = graph or get_default_graph()
        self.coord, self._threads = Coordinator(), []  # type: tuple[Coordinator, list[Any]]
        self._logdir, self._grace = logdir, stop_grace_secs
        self.save_summaries_secs, self.save_model_secs = save_summaries_secs, save_model_secs
        self.save_path = os.path.join(logdir, checkpoint_basename) if logdir else None
        with self.graph.as_default():
            self._scaffold = Scaffold(
                None if init_op is default else init_op,
                init_feed_dict,
                None if init_fn is None else lambda _, session: init_fn(session),
                local_init_op=None if local_init_op is default else local_init_op,
                saver=None if saver in (default, None) else saver,
            )
            self.global_step = get_global_step() if global_step is default else global_step
            recorder = self.graph.recorder
            step = self.global_step
            self._step = step._recorded(recorder) if hasattr(step, "_recorded") else step
            self._scaffold.finalize()
        self.saver: Any = None if saver is None else self._scaffold.saver
        self.init_op, self.local_init_op = self._scaffold.init_op, self._scaffold.local_init_op
        self.summary_op = self._scaffold.summary_op if summary_op is default else summary_op
        given = summary_writer is not default
        self.summary_writer: Any = summary_writer if given else FileWriter(logdir) if logdir else None

    # ---- sessions

    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Session:
        """Return a session whose variables have their values, and start the threads."""
        self.coord.clear_stop()
        session = Session(master, self.graph, config)
        begin_session(session, self._scaffold, self._logdir if self.saver is not None else None)
        if self._logdir:
            write_graph(self.graph, self._logdir, "graph.pbtxt")
            if self.summary_writer is not None:
                self.summary_writer.reopen()
                self.summary_writer.add_graph(self.graph)
        if start_standard_services:
            self.start_standard_services(session)
        self._threads += start_queue_runners(session, self.coord)
        return session

    PrepareSession = prepare_or_wait_for_session

    @contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Session]:
        """Open a block with a session; what is raised in it stops the threads, and OutOfRangeError ends it in peace."""
        try:
            session = self.prepare_or_wait_for_session(master, config, start_standard_services=start_standard_services)
            with session.as_default():
                yield session
        except Exception as error:
            self.request_stop(error)
        finally:
            try:
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                session.close()

    # ---- threads

    def start_standard_services(self, sess: Session) -> list[LooperThread]:
        """Start what saves and summarizes, where there is a folder for it."""
        started = []
        if (
            self._logdir
            and self.save_summaries_secs
            and self.summary_writer is not None
            and self.summary_op is not None
        ):
            started.append(self.loop(self.save_summaries_secs, self._summarize, (sess,)))
        if self._logdir and self.save_model_secs and self.saver is not None:
            started.append(self.loop(self.save_model_secs, self._save, (sess,)))
        self._threads += started
        return started

    def _step_now(self, session: Session) -> int | None:
        return None if self._step is None else int(session.run(self._step))

    def _summarize(self, session: Session) -> None:
        self.summary_computed(session, session.run(self.summary_op), self._step_now(session))

    def _save(self, session: Session) -> None:
        self.saver.save(session, self.save_path, global_step=self._step_now(session))

    def start_queue_runners(self, sess: Session, queue_runners: Sequence[Any] | None = None) -> list[Any]:
        """Start the threads of queues."""
        if queue_runners is None:
            threads = start_queue_runners(sess, self.coord)
        else:
            threads = [t for runner in queue_runners for t in runner.create_threads(sess, self.coord, True, True)]
        self._threads += threads
        return threads

    def loop(self, timer_interval_secs: float | None, target: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        """Start a thread that calls a function again and again."""
        return LooperThread.loop(self.coord, timer_interval_secs, target, args, kwargs)

    Loop = loop

    def summary_computed(self, sess: Session, summary: Any, global_step: int | None = None) -> None:
        """Write a summary."""
        step = self._step_now(sess) if global_step is None else global_step
        self.summary_writer.add_summary(summary if isinstance(summary, (bytes, Summary)) else bytes(summary), step)

    def should_stop(self) -> bool:
        """Return whether threads were told to stop."""
        return self.coord.should_stop()

    def request_stop(self, ex: Any = None) -> None:
        """Tell all threads to stop."""
        self.coord.request_stop(ex)

    def wait_for_stop(self) -> None:
        """Wait until threads are told to stop."""
        self.coord.wait_for_stop()

    def stop_on_exception(self) -> AbstractContextManager[None]:
        """Open a block that tells all threads to stop when it raises."""
        return self.coord.stop_on_exception()

    def stop(self, threads: Any = None, close_summary_writer: bool = True, ignore_live_threads: bool = False) -> None:
        """Tell all threads to stop, and wait for them."""
        self.coord.request_stop()
        try:
            self.coord.join(self._threads if threads is None else threads, self._grace, ignore_live_threads)
        finally:
            self._threads = []
            if close_summary_writer and self.summary_writer is not None:
                self.summary_writer.close()
