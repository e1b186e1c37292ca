"""Hooks: what a monitored session does around each run.

Source: tensorflow/python/training/session_run_hook.py, basic_session_run_hooks.py (TF 1.15).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .. import logging
from ..errors import monitored as errors
from ..errors.monitored import NanLossDuringTrainingError
from ..events.writer import FileWriter, FileWriterCache
from ..graph import GraphKeys, get_collection, get_default_graph
from ..messages import SessionLog, Summary
from ..training.global_step import get_global_step
from .writing import write_graph

__all__ = [
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "FeedFnHook",
    "FinalOpsHook",
    "GlobalStepWaiterHook",
    "LoggingTensorHook",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "SecondOrStepTimer",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "step_tensor",
]


class SessionRunArgs(NamedTuple):
    """What a hook wants of a run.

    Attributes:
        fetches: what to fetch besides.
        feed_dict: what to feed besides.
        options: RunOptions of it; of several the largest numbers count.
    """

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What a hook gets of a run.

    Attributes:
        results: the values of what it fetched.
        options, run_metadata: RunOptions and RunMetadata of the run.
    """

    results: Any
    options: Any = None
    run_metadata: Any = None


class SessionRunContext:
    """One run, for hooks.

    Attributes:
        original_args: what the caller runs.
        session: the session below the monitored one.
    """

    def __init__(self, original_args: SessionRunArgs, session: Any) -> None:
        self.original_args, self.session = original_args, session
        self._stop = False

    @property
    def stop_requested(self) -> bool:
        """Whether a hook asked to stop."""
        return self._stop

    def request_stop(self) -> None:
        """Ask the session to stop after this run."""
        self._stop = True


class SessionRunHook:
    """Base of the hooks: a subclass does something at one of these points."""

    def begin(self) -> None:
        """Before the session is made: the graph can still be changed."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """After variables have their values."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Before a run: return what to fetch and feed besides, or None."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """After a run that raised nothing."""

    def end(self, session: Any) -> None:
        """After the last run, if nothing was raised."""


class CheckpointSaverListener:
    """Base of what is told when a checkpoint is written."""

    def begin(self) -> None:
        """Before the session is made."""

    def before_save(self, session: Any, global_step_value: int) -> None:
        """Before a checkpoint is written."""

    def after_save(self, session: Any, global_step_value: int) -> Any:
        """After a checkpoint was written; return True to stop."""
        return None

    def end(self, session: Any, global_step_value: int) -> None:
        """At the end."""


class SecondOrStepTimer:
    """Says when something is due: every so many steps, or seconds."""

    def __init__(self, every_secs: float | None = None, every_steps: int | None = None) -> None:
        if (every_secs is None) == (every_steps is None):
            raise errors.one_of("every_secs", "every_steps")
        self._seconds, self._steps = every_secs, every_steps
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self._last_step: int | None = None
        self._last_time: float | None = None

    def should_trigger_for_step(self, step: int) -> bool:
        """Return whether it is due; at first it always is."""
        if self._last_step is None or self._last_time is None:
            return True
        if self._last_step == step:
            return False
        if self._seconds is not None:
            return time.time() >= self._last_time + self._seconds
        return step >= self._last_step + (self._steps or 0)

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        """Note that it was done; return the seconds and the steps since the last time, None at first."""
        now, before, last = time.time(), self._last_time, self._last_step
        self._last_time, self._last_step = now, step
        return (None, None) if before is None or last is None else (now - before, step - last)

    def last_triggered_step(self) -> int | None:
        """Return the step of the last time, or None."""
        return self._last_step


_POLL_SECONDS = 0.5
_NOT_COUNTED = (
    "It seems that global step (tf.train.get_global_step) has not been increased. Current value (could be stable): %s "
    "vs previous value: %s. Pass it on: minimize(loss, global_step=tf.train.get_global_step())."
)


def step_tensor(what: str) -> Any:
    """Return the global step as a tensor; `what` wants it.

    Raises:
        RuntimeError: there is none.
    """
    step = get_global_step()
    if step is None:
        raise errors.no_global_step(what)
    return step.read_value() if hasattr(step, "read_value") else step  # its value at the end of a run


class StopAtStepHook(SessionRunHook):
    """Stops after `num_steps` more steps, or at step `last_step`.

    Raises:
        ValueError: both or none of the two.
    """

    def __init__(self, num_steps: int | None = None, last_step: int | None = None) -> None:
        if (num_steps is None) == (last_step is None):
            raise errors.one_of("num_steps", "last_step")
        self._count, self._last = num_steps, last_step

    def begin(self) -> None:
        """Find the global step."""
        self._step = step_tensor("StopAtStepHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Count from here."""
        if self._last is None:
            self._last = int(session.run(self._step)) + (self._count or 0)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Fetch the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Look at the step."""
        assert self._last is not None
        if run_values.results >= self._last:
            run_context.request_stop()


class NanTensorHook(SessionRunHook):
    """Raises, or stops, when a loss is no number any more."""

    def __init__(self, loss_tensor: Any, fail_on_nan_loss: bool = True) -> None:
        self._loss, self._fail = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Fetch the loss."""
        return SessionRunArgs(self._loss)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Look at the loss."""
        if np.isnan(run_values.results):
            error = errors.nan_loss(getattr(self._loss, "name", str(self._loss)))
            if self._fail:
                raise error
            logging.warning(str(error))
            run_context.request_stop()


class LoggingTensorHook(SessionRunHook):
    """Logs values.

    Args:
        tensors: dict of tag -> tensor or name, or a list of them.
        every_n_iter: every so many runs.
        every_n_secs: every so many seconds.
        at_end: at the end, too.
        formatter: callable(dict of tag -> value) -> what is logged.
    """

    def __init__(
        self,
        tensors: Any,
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter: Callable[[dict[str, Any]], str] | None = None,
    ) -> None:
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise errors.one_of("every_n_iter", "every_n_secs")
        if every_n_iter is not None and every_n_iter <= 0:
            raise errors.not_every(every_n_iter)
        self._tensors = dict(tensors) if isinstance(tensors, Mapping) else {_name(tensor): tensor for tensor in tensors}
        self._timer = None if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)
        self._at_end, self._formatter, self._runs, self._due = at_end, formatter, 0, False

    def begin(self) -> None:
        """Find the tensors by their names."""
        self._runs = 0
        if self._timer is not None:
            self._timer.reset()
        self._found = {tag: _element(tensor) for tag, tensor in self._tensors.items()}

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Fetch the values, if they are due."""
        self._due = self._timer is not None and self._timer.should_trigger_for_step(self._runs)
        return SessionRunArgs(self._found) if self._due else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Log the values."""
        if self._due and self._timer is not None:
            elapsed, _ = self._timer.update_last_triggered_step(self._runs)
            self._log(run_values.results, elapsed)
        self._runs += 1

    def end(self, session: Any) -> None:
        """Log the values at the end."""
        if self._at_end:
            self._log(session.run(self._found), None)

    def _log(self, values: dict[str, Any], elapsed: float | None) -> None:
        if self._formatter is not None:
            logging.info(self._formatter(values))
            return
        stats = ", ".join(f"{tag} = {values[tag]}" for tag in self._tensors)
        logging.info(stats if elapsed is None else f"{stats} ({elapsed:.3f} sec)")


def _name(tensor: Any) -> str:
    return tensor if isinstance(tensor, str) else str(tensor.name)


def _element(tensor: Any) -> Any:
    """Return a tensor, or that of a name: "loss:0", or "loss" where the operation has one output."""
    graph = get_default_graph()
    if isinstance(tensor, str) and ":" not in tensor:
        outputs = graph.get_operation_by_name(tensor).outputs
        if len(outputs) == 1:
            return outputs[0]
    return graph.as_graph_element(tensor)


class GlobalStepWaiterHook(SessionRunHook):
    """Waits before the first run until something else has counted the global step up to `wait_until_step`."""

    def __init__(self, wait_until_step: int) -> None:
        self._until, self._waits = wait_until_step, wait_until_step > 0

    def begin(self) -> None:
        """Find the global step."""
        self._waits = self._until > 0
        self._step = step_tensor("GlobalStepWaiterHook")

    def before_run(self, run_context: SessionRunContext) -> None:
        """Wait."""
        if not self._waits:
            return
        logging.info("Waiting for global step %d before starting training.", self._until)
        while int(run_context.session.run(self._step)) < self._until:
            time.sleep(_POLL_SECONDS)
        self._waits = False


class FinalOpsHook(SessionRunHook):
    """Runs something at the end.

    Attributes:
        final_ops_values: what it gave; None before.
    """

    def __init__(self, final_ops: Any, final_ops_feed_dict: Any = None) -> None:
        self._ops, self._feed = final_ops, final_ops_feed_dict
        self.final_ops_values: Any = None

    def end(self, session: Any) -> None:
        """Run it."""
        if self._ops is not None:
            self.final_ops_values = session.run(self._ops, self._feed)


class FeedFnHook(SessionRunHook):
    """Feeds what a function returns, in each run."""

    def __init__(self, feed_fn: Callable[[], Any]) -> None:
        self.feed_fn = feed_fn

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Feed it."""
        return SessionRunArgs(None, self.feed_fn())


class CheckpointSaverHook(SessionRunHook):
    """Writes checkpoints.

    Args:
        checkpoint_dir: the folder.
        save_secs, save_steps: every so many seconds or steps.
        saver: Saver; None = that of the scaffold.
        checkpoint_basename: how they are called.
        scaffold: Scaffold.
        listeners: CheckpointSaverListeners, told of each.

    Raises:
        ValueError: both or none of save_secs and save_steps.
    """

    def __init__(
        self,
        checkpoint_dir: str,
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
        listeners: Iterable[CheckpointSaverListener] | None = None,
    ) -> None:
        if saver is not None and scaffold is not None:
            raise errors.saver_and_scaffold()
        self._folder, self._path = checkpoint_dir, os.path.join(checkpoint_dir, checkpoint_basename)
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._saver, self._scaffold, self._listeners = saver, scaffold, list(listeners or ())

    def begin(self) -> None:
        """Find the global step."""
        self._writer = FileWriterCache.get(self._folder)
        self._step = step_tensor("CheckpointSaverHook")
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Write the graph, and a first checkpoint."""
        step = int(session.run(self._step))
        write_graph(session.graph, self._folder, "graph.pbtxt")
        self._writer.add_graph(session.graph, step)
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Fetch the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write a checkpoint if one is due."""
        step = int(run_values.results)
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session: Any) -> None:
        """Write a last checkpoint."""
        step = int(session.run(self._step))
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session: Any, step: int) -> bool:
        for listener in self._listeners:
            listener.before_save(session, step)
        self._found_saver().save(session, self._path, global_step=step)
        self._writer.add_session_log(SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path=self._path), step)
        return any([listener.after_save(session, step) for listener in self._listeners])

    def _found_saver(self) -> Any:
        if self._saver is None:
            if self._scaffold is not None:
                return self._scaffold.saver
            found = get_collection(GraphKeys.SAVERS)
            if len(found) != 1:
                raise errors.several_savers(len(found), GraphKeys.SAVERS)
            self._saver = found[0]
        return self._saver


class SummarySaverHook(SessionRunHook):
    """Writes summaries.

    Args:
        save_steps, save_secs: every so many steps or seconds.
        output_dir: the folder; or `summary_writer`.
        summary_writer: FileWriter.
        scaffold: Scaffold, whose summaries are written; or `summary_op`.
        summary_op: a summary, or a list of them.

    Raises:
        ValueError: both or none of scaffold and summary_op, or of save_steps and save_secs.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: FileWriter | None = None,
        scaffold: Any = None,
        summary_op: Any = None,
    ) -> None:
        if (scaffold is None) == (summary_op is None):
            raise errors.one_of("scaffold", "summary_op")
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._folder, self._writer, self._scaffold, self._summary = output_dir, summary_writer, scaffold, summary_op
        self._next: int | None = None

    def begin(self) -> None:
        """Find the global step."""
        if self._writer is None and self._folder is not None:
            self._writer = FileWriterCache.get(self._folder)
        self._step = step_tensor("SummarySaverHook")

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Fetch the step, and the summaries if they are due."""
        self._due = self._next is None or self._timer.should_trigger_for_step(self._next)
        fetches = {"global_step": self._step}
        summary = self._summary if self._summary is not None else self._scaffold.summary_op
        if self._due and summary is not None:
            fetches["summary"] = summary
        return SessionRunArgs(fetches)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write the summaries."""
        if self._writer is None:
            return
        step = int(run_values.results["global_step"])
        if self._next is None:
            self._writer.add_session_log(SessionLog(status=SessionLog.START), step)
        if self._due:
            self._timer.update_last_triggered_step(step)
            found = run_values.results.get("summary", ())
            for summary in found if isinstance(found, (list, tuple)) else [found]:
                self._writer.add_summary(summary, step)
        self._next = step + 1

    def end(self, session: Any) -> None:
        """Hand over what was written."""
        if self._writer is not None:
            self._writer.flush()


class StepCounterHook(SessionRunHook):
    """Logs, and writes as a summary, how many steps are done in a second."""

    def __init__(
        self,
        every_n_steps: int | None = 100,
        every_n_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: FileWriter | None = None,
    ) -> None:
        if (every_n_steps is None) == (every_n_secs is None):
            raise errors.one_of("every_n_steps", "every_n_secs")
        self._timer = SecondOrStepTimer(every_n_secs, every_n_steps)
        self._folder, self._writer, self._last_step = output_dir, summary_writer, None  # type: Any, Any, int | None

    def begin(self) -> None:
        """Find the global step."""
        if self._writer is None and self._folder is not None:
            self._writer = FileWriterCache.get(self._folder)
        self._step = step_tensor("StepCounterHook")
        variable = get_global_step()
        self._tag = f"{variable.op.name}/sec"

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Fetch the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Log the rate if it is due."""
        step = int(run_values.results)
        if self._timer.should_trigger_for_step(step):
            seconds, steps = self._timer.update_last_triggered_step(step)
            if seconds and steps is not None:
                rate = steps / seconds
                logging.info("%s: %g", self._tag, rate)
                if self._writer is not None:
                    self._writer.add_summary(Summary(value=[Summary.Value(tag=self._tag, simple_value=rate)]), step)
        if step == self._last_step:
            logging.log_first_n(logging.WARN, _NOT_COUNTED, 5, step, self._last_step)
        self._last_step = step
