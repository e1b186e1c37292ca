"""MonitoredSession: a session that begins, saves, logs and stops by itself.

Source: tensorflow/python/training/monitored_session.py (TF 1.15).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from ..errors import OutOfRangeError
from ..errors import monitored as errors
from ..graph import current, get_default_graph
from ..queues.coordinator import Coordinator
from ..queues.runner import start_queue_runners
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
from .scaffold import Scaffold, begin_session

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
        self.scaffold = scaffold or Scaffold()
        self._master, self._config = master, config
        self._folder, self._path = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self) -> Session:
        """Return a session whose variables have their values; the graph is finished by then."""
        self.scaffold.finalize()
        session = Session(self._master, get_default_graph(), self._config)
        begin_session(session, self.scaffold, self._folder, self._path)
        return session


class WorkerSessionCreator(ChiefSessionCreator):
    """A ChiefSessionCreator: the one process there is is its own chief.

    Args:
        scaffold, master, config: see `ChiefSessionCreator`.
        max_wait_secs: kept for TF's sake.
    """

    def __init__(
        self, scaffold: Scaffold | None = None, master: str = "", config: Any = None, max_wait_secs: float = 1800
    ) -> None:
        super().__init__(scaffold, master, config)


class MonitoredSession:
    """A session with hooks around each run.

    Example:
        with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(last_step=100)]) as session:
            while not session.should_stop():
                session.run(train)

    A run that raises OutOfRangeError ends the block without an error: the data is at its end.

    Args:
        session_creator: SessionCreator; None = ChiefSessionCreator().
        hooks: SessionRunHooks.
        stop_grace_period_secs: how long threads of queues may take to end.
    """

    def __init__(
        self,
        session_creator: SessionCreator | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        if current() is None:
            raise errors.needs_a_graph(type(self).__name__)
        self._graph = get_default_graph()
        self._hooks, self._grace = list(hooks or ()), stop_grace_period_secs
        for hook in self._hooks:
            hook.begin()
        self._coordinator = Coordinator()
        self._session: Session | None = (session_creator or ChiefSessionCreator()).create_session()
        self._entered: Any = None
        self._threads = start_queue_runners(self._session, self._coordinator)
        for hook in self._hooks:
            hook.after_create_session(self._session, self._coordinator)

    @property
    def graph(self) -> Any:
        """The graph."""
        return self._graph

    def should_stop(self) -> bool:
        """Return whether a hook, or a thread, asked to stop."""
        return self._session is None or self._coordinator.should_stop()

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Return what the fetches are; see `Session.run`.

        Raises:
            RuntimeError: the session is closed.
        """
        session = self._session
        if session is None:
            raise errors.session_closed()
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), session)
        asked: dict[Any, Any] = {"caller": fetches}
        feeds = dict(feed_dict or {})
        for number, hook in enumerate(self._hooks):
            wanted = hook.before_run(context)
            if wanted is None:
                continue
            if wanted.fetches is not None:
                asked[number] = wanted.fetches
            for tensor, value in (wanted.feed_dict or {}).items():
                if tensor in feeds:
                    raise errors.fed_twice(tensor)
                feeds[tensor] = value
        try:
            found = session.run(asked, feeds or None)
        except Exception:
            self._coordinator.raise_requested_exception()  # of a thread: the reason rather than what follows from it
            raise
        for number, hook in enumerate(self._hooks):
            hook.after_run(context, SessionRunValues(found.get(number)))
        if context.stop_requested:
            self._coordinator.request_stop()
        return found["caller"]

    def run_step_fn(self, step_fn: Callable[..., Any]) -> Any:
        """Return `step_fn(step_context)`, whose `session` runs without hooks and `run_with_hooks` with them."""
        context = _StepContext(self)
        owner = next(iter(inspect.signature(step_fn).parameters), "")
        return step_fn(context) if owner != "self" else step_fn(self, context)

    def raw_session(self) -> Session | None:
        """Return the session below."""
        return self._session

    def close(self) -> None:
        """End the hooks and the threads, and close the session."""
        self._end(failed=False)

    def _end(self, failed: bool) -> None:
        session = self._session
        if session is None:
            return
        try:
            if not failed:
                for hook in self._hooks:
                    hook.end(session)
        finally:
            self._session = None
            self._coordinator.request_stop()
            try:
                self._coordinator.join(self._threads, self._grace, ignore_live_threads=True)
            finally:
                session.close()
                self._graph.finalized = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        at_the_end = kind is not None and issubclass(kind, (OutOfRangeError, StopIteration))
        self._end(failed=kind is not None and not at_the_end)
        return at_the_end


class SingularMonitoredSession(MonitoredSession):
    """A MonitoredSession that makes its own session; for the arguments see `ChiefSessionCreator`."""

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
        super().__init__(creator, hooks, stop_grace_period_secs)


class _StepContext:
    """What a step function gets."""

    def __init__(self, monitored: MonitoredSession) -> None:
        self._monitored = monitored

    @property
    def session(self) -> Any:
        """The session without hooks."""
        return self._monitored.raw_session()

    def run_with_hooks(self, *args: Any, **kwargs: Any) -> Any:
        """`MonitoredSession.run`."""
        return self._monitored.run(*args, **kwargs)

    def request_stop(self) -> None:
        """End the step function, and stop."""
        raise StopIteration


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
        is_chief: kept for TF's sake, as there is one process.
        checkpoint_dir: where checkpoints are; None = there are none.
        scaffold: Scaffold.
        hooks, chief_only_hooks: SessionRunHooks.
        save_checkpoint_secs, save_checkpoint_steps: how often; every 600 seconds by default, None = never.
        save_summaries_steps, save_summaries_secs: how often; every 100 steps by default, None = never.
        config: ConfigProto.
        stop_grace_period_secs: how long threads of queues may take to end.
        log_step_count_steps: how often the rate of steps is logged.
        max_wait_secs: kept for TF's sake.
        summary_dir: where summaries go; None = `checkpoint_dir`.
    """
    if save_summaries_steps is _DEFAULT and save_summaries_secs is _DEFAULT:
        save_summaries_steps, save_summaries_secs = _SUMMARY_STEPS, None
    if save_checkpoint_secs is _DEFAULT and save_checkpoint_steps is _DEFAULT:
        save_checkpoint_secs, save_checkpoint_steps = _CHECKPOINT_SECONDS, None
    options = (save_summaries_steps, save_summaries_secs, save_checkpoint_secs, save_checkpoint_steps)
    summary_steps, summary_secs, checkpoint_secs, checkpoint_steps = (None if o is _DEFAULT else o for o in options)
    found = scaffold or Scaffold()
    every: list[SessionRunHook] = list(chief_only_hooks or ())
    folder = summary_dir or checkpoint_dir
    if folder:
        if log_step_count_steps:
            every.append(StepCounterHook(log_step_count_steps, output_dir=folder))
        if summary_steps or summary_secs:
            every.append(SummarySaverHook(summary_steps, summary_secs, folder, scaffold=found))
    if checkpoint_dir and (checkpoint_secs or checkpoint_steps):
        every.append(CheckpointSaverHook(checkpoint_dir, checkpoint_secs, checkpoint_steps, scaffold=found))
    every += list(hooks or ())
    creator = ChiefSessionCreator(found, master, config, checkpoint_dir)
    return MonitoredSession(creator, every, stop_grace_period_secs)
