"""Supervisor: what MonitoredTrainingSession was before.

Source: tensorflow/python/training/supervisor.py (TF 1.15).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from .. import logging
from ..checkpoint.saver import Saver
from ..errors import monitored as errors
from ..events.summaries import merge_all
from ..events.writer import FileWriter
from ..graph import Graph, GraphKeys, add_to_collection, current, get_collection, get_default_graph
from ..messages import SessionLog, Summary
from ..ops import group
from ..queues.coordinator import Coordinator, LooperThread
from ..session.initialization import (
    global_variables,
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
    tables_initializer,
)
from ..session.session import Session
from ..training.global_step import global_step
from .manager import SessionManager
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
        ready_op: a tensor of the names of variables without values; None = nobody looks.
        ready_for_local_init_op: the same, before local_init_op.
        is_chief: False = something else gives the variables their values, and writes what there is to write.
        init_op, init_feed_dict: give variables their values where there is no checkpoint; None = nothing does.
        local_init_op: gives local variables and tables their values.
        logdir: where checkpoints and summaries go; None = there are none.
        summary_op: the summaries; None = those that the program writes itself.
        saver: Saver; None = there are no checkpoints.
        global_step: None = there is none.
        save_summaries_secs, save_model_secs: how often, in seconds; 0 = never.
        recovery_wait_secs: from one look at what is waited for to the next.
        stop_grace_secs: how long threads may take to end.
        checkpoint_basename: how checkpoints are called.
        session_manager: SessionManager; None = one of the arguments above.
        summary_writer: FileWriter; None = there is none.
        init_fn: callable(session), after init_op.
        local_init_run_options: kept for TF's sake.

    What is not given is found in the graph's collections, or made.
    """

    USE_DEFAULT = 0

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
        session_manager: SessionManager | None = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], Any] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        if current() is None and graph is None:
            raise errors.needs_a_graph("Supervisor")
        self.graph, self.is_chief = graph or get_default_graph(), is_chief
        self.coord, self._grace = Coordinator(), stop_grace_secs
        keys = GraphKeys
        with self.graph.as_default():
            self.ready_op = _chosen(ready_op, keys.READY_OP, report_uninitialized_variables)
            self.ready_for_local_init_op = _chosen(ready_for_local_init_op, keys.READY_FOR_LOCAL_INIT_OP, lambda: None)
            self.init_op = _chosen(init_op, keys.INIT_OP, global_variables_initializer)
            self.local_init_op = _chosen(local_init_op, keys.LOCAL_INIT_OP, _local_init_op)
            self.saver = _chosen(saver, keys.SAVERS, lambda: Saver() if global_variables() else None)
            self.summary_op = _chosen(summary_op, keys.SUMMARY_OP, merge_all)
            self.global_step = _chosen(global_step, keys.GLOBAL_STEP, self._step_by_name)
        self.init_feed_dict, self._init_fn = init_feed_dict, init_fn
        folder = logdir if is_chief else None
        self._logdir = folder
        self.save_summaries_secs = save_summaries_secs if is_chief else None
        self.save_model_secs = save_model_secs if is_chief else None
        self.save_path = os.path.join(folder, checkpoint_basename) if folder else None
        is_given = summary_writer is not Supervisor.USE_DEFAULT
        self.summary_writer: Any = None
        if is_chief:
            self.summary_writer = summary_writer if is_given else FileWriter(folder) if folder else None
        self._graph_written = False
        self.session_manager = session_manager or SessionManager(
            self.local_init_op, self.ready_op, self.ready_for_local_init_op, self.graph, recovery_wait_secs
        )
        self._check_devices()
        self.graph.finalize()

    def _step_by_name(self) -> Any:
        try:
            found = self.graph.get_tensor_by_name("global_step:0")
        except (KeyError, ValueError):
            return None
        return found if found.dtype.is_integer else None

    def _check_devices(self) -> None:
        if self.is_chief:
            return
        for operation in self.graph.get_operations():
            if operation.type in ("Variable", "VariableV2") and not operation.device:
                raise errors.variable_without_device(operation.name)

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
        if self.summary_writer is not None:
            self.summary_writer.reopen()
        if self.is_chief:
            session = self.session_manager.prepare_session(
                master,
                init_op=self.init_op,
                saver=self.saver,
                checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs,
                config=config,
                init_feed_dict=self.init_feed_dict,
                init_fn=self._init_fn,
            )
            self._write_graph()
            if start_standard_services:
                self.start_standard_services(session)
        else:
            session = self.session_manager.wait_for_session(master, config, max_wait_secs)
        if start_standard_services:
            self.start_queue_runners(session)
        return session

    PrepareSession = prepare_or_wait_for_session

    def _write_graph(self) -> None:
        if self._logdir:
            write_graph(self.graph, self._logdir, "graph.pbtxt")
        if self.summary_writer is not None and not self._graph_written:
            self.summary_writer.add_graph(self.graph)
            self._graph_written = True

    @contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Session]:
        """Open a block with a session; what is raised in it stops the threads, and OutOfRangeError ends it in peace."""
        session: Any = None
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
                with suppress(Exception):
                    session.close()

    # ---- threads

    def start_standard_services(self, sess: Session) -> list[LooperThread] | None:
        """Start what saves, summarizes and counts, where there is a folder for it.

        Raises:
            RuntimeError: this one is no chief.
        """
        if not self.is_chief:
            raise errors.only_chief()
        if not self._logdir:
            logging.warning("Standard services need a 'logdir' passed to the Supervisor")
            return None
        if self.global_step is not None and self.summary_writer is not None:
            self.summary_writer.add_session_log(SessionLog(status=SessionLog.START), self._step_now(sess))
        started: list[LooperThread] = []
        if self.save_summaries_secs and self.summary_writer is not None:
            if self.summary_op is not None:
                started.append(self.loop(self.save_summaries_secs, self._summarize, (sess,)))
            if self.global_step is not None:
                started.append(_StepCounter(self, sess))
                started[-1].start()
        if self.saver is not None and self.save_model_secs:
            started.append(self.loop(self.save_model_secs, self._save, (sess,)))
        return started

    def _step_now(self, session: Session) -> int | None:
        return None if self.global_step is None else global_step(session, self.global_step)

    def _summarize(self, session: Session) -> None:
        if self.global_step is None:
            self.summary_writer.add_summary(session.run(self.summary_op))
        else:
            found, step = session.run([self.summary_op, self.global_step])
            self.summary_writer.add_summary(found, int(step))

    def _save(self, session: Session) -> None:
        self.saver.save(session, self.save_path, global_step=self.global_step)
        if self.summary_writer is not None and self.global_step is not None:
            log = SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path=self.save_path)
            self.summary_writer.add_session_log(log, self._step_now(session))

    def start_queue_runners(self, sess: Session, queue_runners: Sequence[Any] | None = None) -> list[Any]:
        """Start the threads of queues."""
        runners = self.graph.get_collection(GraphKeys.QUEUE_RUNNERS) if queue_runners is None else queue_runners
        return [thread for runner in runners for thread in runner.create_threads(sess, self.coord, True, True)]

    def loop(self, timer_interval_secs: float | None, target: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        """Start a thread that calls a function again and again."""
        return LooperThread.loop(self.coord, timer_interval_secs, target, args, kwargs)

    def summary_computed(self, sess: Session, summary: Any, global_step: int | None = None) -> None:
        """Write a summary.

        Raises:
            RuntimeError: there is nothing to write it with.
        """
        if self.summary_writer is None:
            raise errors.no_writer()
        self.summary_writer.add_summary(summary, self._step_now(sess) if global_step is None else global_step)

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
            self.coord.join(threads, self._grace, ignore_live_threads)
        finally:
            if close_summary_writer and self.summary_writer is not None:
                self.summary_writer.add_session_log(SessionLog(status=SessionLog.STOP))
                self.summary_writer.close()
                self._graph_written = False

    # the names of TensorFlow 0
    Loop, ShouldStop, RequestStop, Stop, StopOnException = loop, should_stop, request_stop, stop, stop_on_exception
    StartQueueRunners, StartStandardServices = start_queue_runners, start_standard_services
    SummaryComputed, WaitForStop = summary_computed, wait_for_stop


class _StepCounter(LooperThread):
    """Writes how many steps are done in a second."""

    def __init__(self, supervisor: Supervisor, session: Session) -> None:
        super().__init__(supervisor.coord, supervisor.save_summaries_secs)
        self._supervisor, self._session = supervisor, session
        self._tag = f"{supervisor.global_step.op.name}/sec"

    def start_loop(self) -> None:
        """Begin to count."""
        self._last = time.time(), self._supervisor._step_now(self._session) or 0

    def run_loop(self) -> None:
        """Write the rate since the last time."""
        (before, counted), now = self._last, time.time()
        step = self._supervisor._step_now(self._session) or 0
        self._last = now, step
        rate = (step - counted) / (now - before) if now > before else float("inf")
        writer = self._supervisor.summary_writer
        if writer is not None:
            writer.add_summary(Summary(value=[Summary.Value(tag=self._tag, simple_value=rate)]), step)
        logging.log_first_n(logging.INFO, "%s: %g", 10, self._tag, rate)


def _local_init_op() -> Any:
    return group(local_variables_initializer(), tables_initializer())


def _chosen(given: Any, key: str, make: Callable[[], Any]) -> Any:
    """Return what was given, or what a collection has, or what is made now and put there."""
    if given is not Supervisor.USE_DEFAULT:
        return given
    found = get_collection(key)
    if found:
        return found[0]
    made = make()
    if made is not None:
        add_to_collection(key, made)
    return made
