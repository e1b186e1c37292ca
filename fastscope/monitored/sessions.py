"""MonitoredSession: a session that begins, saves, logs and stops by itself.

It is four sessions, one in another: the innermost runs the hooks; around it one joins the threads when it is closed;
around that one begins anew when a process was lost; the outermost is what a program has.

Source: tensorflow/python/training/monitored_session.py (TF 1.15).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn, Self

from .. import logging
from ..errors import AbortedError, OutOfRangeError, UnavailableError
from ..errors import monitored as errors
from ..graph import GraphKeys, current, get_collection, get_default_graph
from ..messages import RunMetadata, RunOptions
from ..queues.coordinator import Coordinator
from ..queues.queue_runner import start_queue_runners
from ..session.session import Session
from .hooks import (
    CheckpointSaverHook,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    StepCounterHook,
    SummarySaverHook,
)
from .manager import SessionManager
from .scaffold import Scaffold

__all__ = [
    "ChiefSessionCreator",
    "MonitoredSession",
    "MonitoredTrainingSession",
    "SessionCreator",
    "SingularMonitoredSession",
    "WorkerSessionCreator",
]

_DEFAULT = object()
_CHECKPOINT_SECONDS, _SUMMARY_STEPS, _LOG_STEPS = 600, 100, 100
_LOST = (AbortedError, UnavailableError)  # what a process that was lost gives: one begins anew


class SessionCreator:
    """Base of what makes the session below a monitored one."""

    def create_session(self) -> Session:
        """Return a session whose variables have their values."""
        raise NotImplementedError


class ChiefSessionCreator(SessionCreator):
    """Makes a session, with the latest checkpoint if there is one.

    Args:
        scaffold: Scaffold.
        master: must be ''.
        config: ConfigProto.
        checkpoint_dir: where checkpoints are.
        checkpoint_filename_with_path: the one to begin with.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        self._scaffold = scaffold or Scaffold()
        self._master, self._config = master, config
        self._folder, self._path = checkpoint_dir, checkpoint_filename_with_path
        self._manager: SessionManager | None = None

    def _session_manager(self) -> SessionManager:
        if self._manager is None:
            found = self._scaffold
            self._manager = SessionManager(
                found.local_init_op, found.ready_op, found.ready_for_local_init_op, get_default_graph()
            )
        return self._manager

    def create_session(self) -> Session:
        """Return a session whose variables have their values; the graph is finished by then."""
        self._scaffold.finalize()
        return self._session_manager().prepare_session(
            self._master,
            init_op=self._scaffold.init_op,
            saver=self._scaffold.saver,
            checkpoint_dir=self._folder,
            checkpoint_filename_with_path=self._path,
            config=self._config,
            init_feed_dict=self._scaffold.init_feed_dict,
            init_fn=self._scaffold.init_fn,
        )


class WorkerSessionCreator(ChiefSessionCreator):
    """Makes a session once another process, which is the chief, gave the variables their values.

    Args:
        scaffold, master, config: see `ChiefSessionCreator`.
        max_wait_secs: how long it waits for that.
    """

    def __init__(
        self, scaffold: Scaffold | None = None, master: str = "", config: Any = None, max_wait_secs: float = 1800
    ) -> None:
        super().__init__(scaffold, master, config)
        self._max_wait_secs = max_wait_secs

    def create_session(self) -> Session:
        """Return a session whose variables have their values; the graph is finished by then."""
        self._scaffold.finalize()
        return self._session_manager().wait_for_session(self._master, self._config, self._max_wait_secs)


# ---- one session in another


class _WrappedSession:
    """A session around another one, closed by `close`."""

    def __init__(self, sess: Any) -> None:
        self._sess = sess
        self._stops = hasattr(sess, "should_stop")

    @property
    def graph(self) -> Any:
        """The graph."""
        return self._sess.graph

    @property
    def sess_str(self) -> Any:
        """The process that it runs in."""
        return self._sess.sess_str

    def should_stop(self) -> bool:
        """Return whether there is nothing to run any more."""
        if self._check_stop() or self._sess is None:
            return True
        return bool(self._stops and self._sess.should_stop())

    def _check_stop(self) -> bool:
        """Return whether this one wants to stop; for subclasses."""
        return False

    def close(self) -> None:
        """Close the session inside."""
        if self._sess is not None:
            try:
                with suppress(*_LOST):
                    self._sess.close()
            finally:
                self._sess = None

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the fetches are; see `Session.run`."""
        if self._sess is None:
            raise errors.session_closed()
        return self._sess.run(*args, **kwargs)

    def run_step_fn(self, step_fn: Callable[..., Any], raw_session: Any, run_with_hooks: Any = None) -> Any:
        """Return `step_fn(step_context)`."""
        return step_fn(_StepContext(raw_session, run_with_hooks or self.run))


class _RecoverableSession(_WrappedSession):
    """Makes a new session when the one inside lost a process."""

    def __init__(self, session_creator: Any) -> None:
        self._creator = session_creator
        super().__init__(self._created())

    def _created(self) -> Any:
        while True:
            try:
                return self._creator.create_session()
            except _LOST as error:
                logging.info("An error was raised while a session was being created: begins anew. Error: %s", error)

    def _check_stop(self) -> bool:
        try:
            return bool(self._sess is not None and self._sess._check_stop())
        except _LOST as error:
            self._begin_anew(error)
            return False  # go on, with the new one
        except Exception:
            return True  # `run` raises it again

    def _begin_anew(self, error: Exception) -> None:
        logging.info("An error was raised: a new session begins with the latest checkpoint. Error: %s", error)
        self.close()
        self._sess = self._created()

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the fetches are, of a new session if need be."""
        while True:
            try:
                return super().run(*args, **kwargs)
            except _LOST as error:
                self._begin_anew(error)

    def run_step_fn(self, step_fn: Callable[..., Any], raw_session: Any, run_with_hooks: Any = None) -> Any:
        """Return `step_fn(step_context)`, of a new session if need be."""
        while True:
            try:
                return self._sess.run_step_fn(step_fn, raw_session, self._sess.run)
            except _LOST as error:
                self._begin_anew(error)


class _CoordinatedSession(_WrappedSession):
    """Joins the threads of a coordinator when it is closed, and raises what they raised."""

    def __init__(self, sess: Any, coord: Coordinator, stop_grace_period_secs: float = 120) -> None:
        super().__init__(sess)
        self._coordinator, self._grace = coord, stop_grace_period_secs

    def _check_stop(self) -> bool:
        self._coordinator.raise_requested_exception()
        return self._coordinator.should_stop()

    def close(self) -> None:
        """Tell the threads to stop, wait for them, and close the session."""
        self._coordinator.request_stop()
        try:
            self._coordinator.join(stop_grace_period_secs=self._grace, ignore_live_threads=True)
        finally:
            with suppress(Exception):  # after an error in the main thread it may be closed
                super().close()

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the fetches are; what a thread raised is the reason, rather than what follows from it."""
        try:
            return super().run(*args, **kwargs)
        except _LOST:
            raise
        except Exception:
            self._coordinator.raise_requested_exception()
            raise


class _HookedSession(_WrappedSession):
    """Calls hooks around each run."""

    def __init__(self, sess: Any, hooks: Iterable[SessionRunHook]) -> None:
        super().__init__(sess)
        self._hooks, self._should_stop = list(hooks), False

    def _check_stop(self) -> bool:
        return self._should_stop

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Return what the fetches are."""
        if self.should_stop():
            raise errors.session_closed()
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self._sess)
        asked, feeds, options_asked = self._asked(context, fetches, feed_dict)
        if options_asked:
            options = _merged([options, *options_asked])
            run_metadata = RunMetadata() if run_metadata is None else run_metadata
        found = self._sess.run(asked, feeds or None, options, run_metadata)
        if self._hooks:
            told = (
                RunOptions() if options is None else options,
                RunMetadata() if run_metadata is None else run_metadata,
            )
            for number, hook in enumerate(self._hooks):
                hook.after_run(context, SessionRunValues(found.get(number), *told))
        self._should_stop = self._should_stop or context.stop_requested
        return found["caller"]

    def _asked(
        self, context: SessionRunContext, fetches: Any, feed_dict: Any
    ) -> tuple[dict[Any, Any], dict[Any, Any], list[RunOptions]]:
        """Return what is fetched and fed, for the caller and for the hooks, and the hooks' options."""
        asked: dict[Any, Any] = {"caller": fetches}
        feeds = dict(feed_dict or {})
        of_hooks: set[Any] = set()
        options: list[RunOptions] = []
        for number, hook in enumerate(self._hooks):
            wanted = hook.before_run(context)
            if wanted is None:
                continue
            if wanted.fetches is not None:
                asked[number] = wanted.fetches
            if wanted.options is not None:
                options.append(wanted.options)
            for tensor, value in (wanted.feed_dict or {}).items():
                if tensor in feeds:
                    raise errors.fed_by_two_hooks(tensor) if tensor in of_hooks else errors.fed_twice(tensor)
                feeds[tensor] = value
                of_hooks.add(tensor)
        return asked, feeds, options


def _merged(options: Iterable[RunOptions | None]) -> RunOptions:
    """Return options that ask for what any of several does."""
    found = RunOptions()
    for each in options:
        for name in RunOptions.FIELDS if each is not None else ():
            setattr(found, name, max(getattr(found, name), getattr(each, name)))
    return found


# ---- what a program has


class _Coordinated:
    """Makes what is inside a MonitoredSession: a session, its threads and its hooks."""

    def __init__(self, creator: Any, hooks: list[SessionRunHook], grace: float) -> None:
        self._creator, self._hooks, self._grace = creator, hooks, grace
        self.tf_sess: Any = None
        self.coord: Coordinator | None = None

    def create_session(self) -> _CoordinatedSession:
        """Return a new one."""
        self.tf_sess = self._creator.create_session()
        self.coord = Coordinator(clean_stop_exception_types=())
        if get_collection(GraphKeys.QUEUE_RUNNERS):
            start_queue_runners(self.tf_sess, self.coord)
        for hook in self._hooks:
            hook.after_create_session(self.tf_sess, self.coord)
        return _CoordinatedSession(_HookedSession(self.tf_sess, self._hooks), self.coord, self._grace)


class _MonitoredSession:
    """What MonitoredSession and SingularMonitoredSession have in common."""

    def __init__(
        self,
        session_creator: Any,
        hooks: Iterable[SessionRunHook] | None,
        should_recover: bool,
        stop_grace_period_secs: float = 120,
    ) -> None:
        if current() is None:
            raise errors.needs_a_graph(type(self).__name__)
        self._graph = get_default_graph()
        self._was_finalized = self._graph.finalized
        self._hooks = list(hooks or ())
        for hook in self._hooks:
            hook.begin()
        self._coordinated_creator = _Coordinated(
            session_creator or ChiefSessionCreator(), self._hooks, stop_grace_period_secs
        )
        self._sess: Any = (
            _RecoverableSession(self._coordinated_creator)
            if should_recover
            else self._coordinated_creator.create_session()
        )

    @property
    def graph(self) -> Any:
        """The graph; None when it is closed."""
        return None if self._coordinated_creator.tf_sess is None else self._coordinated_creator.tf_sess.graph

    def should_stop(self) -> bool:
        """Return whether a hook, or a thread, asked to stop."""
        return self._sess is None or self._sess.should_stop()

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Return what the fetches are; see `Session.run`.

        Raises:
            RuntimeError: the session is closed.
        """
        if self._sess is None:
            raise errors.session_closed()
        return self._sess.run(fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata)

    def run_step_fn(self, step_fn: Callable[..., Any]) -> Any:
        """Return `step_fn(step_context)`, whose `session` runs without hooks and `run_with_hooks` with them.

        Raises:
            ValueError: a function of other arguments.
            RuntimeError: the session is closed.
        """
        arguments = list(inspect.signature(step_fn).parameters)
        if arguments not in (["step_context"], ["self", "step_context"]):
            raise errors.step_fn_takes(arguments)
        if self._sess is None:
            raise errors.session_closed()
        return self._sess.run_step_fn(step_fn, self._coordinated_creator.tf_sess)

    def raw_session(self) -> Any:
        """Return the session below."""
        return self._coordinated_creator.tf_sess

    def close(self) -> None:
        """End the hooks and the threads, and close the session.

        Raises:
            RuntimeError: it is closed.
        """
        self._close(failed=False)

    def _is_closed(self) -> bool:
        return self._coordinated_creator.tf_sess is None

    def _close(self, failed: bool) -> None:
        try:
            if not failed:
                if self._sess is None:
                    raise errors.closed_twice()
                for hook in self._hooks:
                    hook.end(self._coordinated_creator.tf_sess)
        finally:
            try:
                if self._sess is not None:
                    self._sess.close()
            finally:
                self._sess = self._coordinated_creator.tf_sess = self._coordinated_creator.coord = None
                if not self._was_finalized:
                    self._graph.finalized = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        at_the_end = kind is not None and issubclass(kind, (OutOfRangeError, StopIteration))
        self._close(failed=kind is not None and not at_the_end)
        return at_the_end


class MonitoredSession(_MonitoredSession):
    """A session with hooks around each run.

    Example:
        with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(last_step=100)]) as session:
            while not session.should_stop():
                session.run(train)

    A run that raises OutOfRangeError ends the block without an error: the data is at its end. After AbortedError or
    UnavailableError a new session begins, with the latest checkpoint.

    Args:
        session_creator: SessionCreator; None = ChiefSessionCreator().
        hooks: SessionRunHooks.
        stop_grace_period_secs: how long threads of queues may take to end.
    """

    def __init__(
        self,
        session_creator: Any = None,
        hooks: Iterable[SessionRunHook] | None = None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        super().__init__(session_creator, hooks, True, stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A MonitoredSession that makes its own session, once; for the arguments see `ChiefSessionCreator`."""

    def __init__(
        self,
        hooks: Iterable[SessionRunHook] | None = None,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        super().__init__(creator, hooks, False, stop_grace_period_secs)


class _StepContext:
    """What a step function gets.

    Attributes:
        session: the session without hooks.
    """

    def __init__(self, session: Any, run_with_hooks: Callable[..., Any]) -> None:
        self.session, self._run = session, run_with_hooks

    def run_with_hooks(self, *args: Any, **kwargs: Any) -> Any:
        """`MonitoredSession.run`."""
        return self._run(*args, **kwargs)

    def request_stop(self) -> NoReturn:
        """End the step function, and stop."""
        raise StopIteration("step_fn has requested the iterations to stop.")


def MonitoredTrainingSession(
    master: str = "",
    is_chief: bool = True,
    checkpoint_dir: str | None = None,
    scaffold: Scaffold | None = None,
    hooks: Iterable[SessionRunHook] | None = None,
    chief_only_hooks: Iterable[SessionRunHook] | None = None,
    save_checkpoint_secs: Any = _DEFAULT,
    save_summaries_steps: Any = _DEFAULT,
    save_summaries_secs: Any = _DEFAULT,
    config: Any = None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int | None = _LOG_STEPS,
    max_wait_secs: float = 7200,
    save_checkpoint_steps: Any = _DEFAULT,
    summary_dir: str | None = None,
) -> MonitoredSession:
    """Return a MonitoredSession that goes on with the latest checkpoint, and writes checkpoints and summaries.

    Args:
        master: must be ''.
        is_chief: False = something else gives the variables their values, and writes what there is to write.
        checkpoint_dir: where checkpoints are; None = there are none.
        scaffold: Scaffold.
        hooks, chief_only_hooks: SessionRunHooks.
        save_checkpoint_secs, save_checkpoint_steps: how often; every 600 seconds by default, None = never.
        save_summaries_steps, save_summaries_secs: how often; every 100 steps by default, None = never.
        config: ConfigProto.
        stop_grace_period_secs: how long threads of queues may take to end.
        log_step_count_steps: how often the rate of steps is logged.
        max_wait_secs: how long it waits where it is no chief.
        summary_dir: where summaries go; None = `checkpoint_dir`.
    """
    if save_summaries_steps is _DEFAULT and save_summaries_secs is _DEFAULT:
        save_summaries_steps, save_summaries_secs = _SUMMARY_STEPS, None
    if save_checkpoint_secs is _DEFAULT and save_checkpoint_steps is _DEFAULT:
        save_checkpoint_secs, save_checkpoint_steps = _CHECKPOINT_SECONDS, None
    options = (save_summaries_steps, save_summaries_secs, save_checkpoint_secs, save_checkpoint_steps)
    summary_steps, summary_secs, checkpoint_secs, checkpoint_steps = (None if o is _DEFAULT else o for o in options)
    found = scaffold or Scaffold()
    every = list(hooks or ())
    if not is_chief:
        waiting = WorkerSessionCreator(found, master, config, max_wait_secs)
        return MonitoredSession(waiting, every, stop_grace_period_secs)
    every += list(chief_only_hooks or ())
    folder = summary_dir or checkpoint_dir
    if folder:
        if log_step_count_steps:
            every.append(StepCounterHook(log_step_count_steps, output_dir=folder))
        if summary_steps or summary_secs:
            every.append(SummarySaverHook(summary_steps, summary_secs, folder, scaffold=found))
    if checkpoint_dir and (checkpoint_secs or checkpoint_steps):
        every.append(CheckpointSaverHook(checkpoint_dir, checkpoint_secs, checkpoint_steps, scaffold=found))
    creator = ChiefSessionCreator(found, master, config, checkpoint_dir)
    return MonitoredSession(creator, every, stop_grace_period_secs)
