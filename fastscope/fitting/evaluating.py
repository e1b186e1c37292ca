"""A model evaluated at its checkpoints, once or again and again: tf.contrib.training.

Source: tensorflow/contrib/training/python/training/evaluation.py, python/training/evaluation.py (TF 1.15).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .. import logging
from ..arrays.dtypes import int64
from ..checkpoint.saver import latest_checkpoint
from ..errors import fitting as errors
from ..events.summaries import merge_all
from ..events.writer import FileWriterCache
from ..graph import GraphKeys, get_collection, get_default_graph
from ..graph.conversion import as_tensor
from ..monitored.hooks import FinalOpsHook, SessionRunArgs, SessionRunHook
from ..monitored.sessions import ChiefSessionCreator, MonitoredSession
from ..scoping.initializers import Zeros
from ..scoping.scopes import get_variable
from ..training.global_step import get_or_create_global_step

__all__ = [
    "StopAfterNEvalsHook",
    "SummaryAtEndHook",
    "checkpoints_iterator",
    "evaluate_once",
    "evaluate_repeatedly",
    "get_or_create_eval_step",
    "wait_for_new_checkpoint",
]


def get_or_create_eval_step() -> Any:
    """Return the variable that counts evaluations, "eval_step", made if need be."""
    steps = get_collection(GraphKeys.EVAL_STEP)
    if steps:
        return steps[0]
    keys = [GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP]
    return get_variable("eval_step", [], int64, Zeros, trainable=False, collections=keys)


def wait_for_new_checkpoint(
    checkpoint_dir: str, last_checkpoint: str | None = None, seconds_to_sleep: float = 1, timeout: float | None = None
) -> str | None:
    """Return the path of the newest checkpoint once it is another one than `last_checkpoint`.

    Args:
        checkpoint_dir: folder of the checkpoints.
        last_checkpoint: the path that is known; None = none is.
        seconds_to_sleep: time between looks.
        timeout: seconds after which None is returned; None = never.
    """
    logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    end = None if timeout is None else time.time() + timeout
    while True:
        path = latest_checkpoint(checkpoint_dir)
        if path is not None and path != last_checkpoint:
            logging.info("Found new checkpoint at %s", path)
            return path
        if end is not None and time.time() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)


def checkpoints_iterator(
    checkpoint_dir: str,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """Yield the paths of checkpoints as they appear; those that appear while one is in use are left out.

    Args:
        checkpoint_dir: folder of the checkpoints.
        min_interval_secs: the least time between two.
        timeout: seconds after which waiting ends; None = never.
        timeout_fn: callable() -> whether there is an end then; None = there is.
    """
    path = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, path, timeout=timeout)
        if found is None:
            if timeout_fn is None:
                logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start = time.time()
        path = found
        yield path
        time.sleep(max(0.0, start + min_interval_secs - time.time()))


class StopAfterNEvalsHook(SessionRunHook):
    """Asks to stop after so many evaluations.

    Args:
        num_evals: how many; None = as long as there is data.
        log_progress: whether their number is logged.
    """

    def __init__(self, num_evals: int | None, log_progress: bool = True) -> None:
        self._number, self._logs = num_evals, log_progress
        self._every = 1 if num_evals is None or num_evals < 20 else num_evals // 10
        self._done: Any = None

    def _set_evals_completed_tensor(self, updated_eval_step: Any) -> None:
        self._done = updated_eval_step

    def before_run(self, run_context: Any) -> SessionRunArgs:
        """Fetch the count."""
        return SessionRunArgs({"evals_completed": self._done})

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Log it, and ask to stop if it is reached."""
        done = int(run_values.results["evals_completed"])
        if self._logs:
            if self._number is None:
                logging.info("Evaluation [%d]", done)
            elif done % self._every == 0 or done == self._number:
                logging.info("Evaluation [%d/%d]", done, self._number)
        if self._number is not None and done >= self._number:
            run_context.request_stop()


class SummaryAtEndHook(SessionRunHook):
    """Writes summaries at the end.

    Args:
        log_dir: folder of the files.
        summary_writer: FileWriter in its place.
        summary_op: the summaries; None = all of the graph.
        feed_dict: for them.

    Raises:
        ValueError: neither a folder nor a writer.
    """

    def __init__(
        self, log_dir: str | None = None, summary_writer: Any = None, summary_op: Any = None, feed_dict: Any = None
    ) -> None:
        if log_dir is None and summary_writer is None:
            raise errors.no_writer()
        self._op, self._all, self._feeds = summary_op, summary_op is None, feed_dict
        self._writer, self._folder = summary_writer, log_dir
        self._step: Any = None

    def begin(self) -> None:
        """Collect the summaries."""
        if self._all:
            self._op = merge_all()
        self._step = as_tensor(get_or_create_global_step(), get_default_graph().recorder)

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Open the file."""
        if self._writer is None:
            self._writer = FileWriterCache.get(self._folder)

    def end(self, session: Any) -> None:
        """Write them."""
        if self._op is not None:
            step = int(session.run(self._step))
            self._writer.add_summary(session.run(self._op, self._feeds), step)
        self._writer.flush()


def _counted(eval_ops: Any, hooks: list[Any]) -> Any:
    """Return the operations of an evaluation with one that counts, of which hooks are told."""
    if eval_ops is None:
        return None
    count = get_or_create_eval_step().assign_add(1)
    for hook in hooks:
        if isinstance(hook, StopAfterNEvalsHook):
            hook._set_evals_completed_tensor(count)
    if isinstance(eval_ops, dict):
        return {**eval_ops, "update_eval_step": count}
    return [*(eval_ops if isinstance(eval_ops, (list, tuple)) else [eval_ops]), count]


def _evaluate(creator: ChiefSessionCreator, hooks: list[Any], eval_ops: Any, feed_dict: Any) -> None:
    logging.info("Starting evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime()))
    with MonitoredSession(creator, hooks) as session:
        if eval_ops is not None:
            while not session.should_stop():
                session.run(eval_ops, feed_dict)
    logging.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime()))


def evaluate_once(
    checkpoint_path: str,
    master: str = "",
    scaffold: Any = None,
    eval_ops: Any = None,
    feed_dict: Any = None,
    final_ops: Any = None,
    final_ops_feed_dict: Any = None,
    hooks: Iterable[Any] | None = None,
    config: Any = None,
) -> Any:
    """Evaluate a model at a checkpoint, and return the values of `final_ops`.

    Args:
        checkpoint_path: of the checkpoint.
        master: must be ''.
        scaffold: Scaffold; its init_fn, where there is one, must restore.
        eval_ops: what runs until a hook asks to stop: `StopAfterNEvalsHook(n)` does after n runs. None = nothing.
        feed_dict: for it.
        final_ops, final_ops_feed_dict: what is fetched once, at the end.
        hooks: SessionRunHooks.
        config: ConfigProto.
    """
    get_or_create_eval_step()
    every = list(hooks or ())
    eval_ops = _counted(eval_ops, every)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_filename_with_path=checkpoint_path)
    _evaluate(creator, [*every, final], eval_ops, feed_dict)
    return final.final_ops_values


def evaluate_repeatedly(
    checkpoint_dir: str,
    master: str = "",
    scaffold: Any = None,
    eval_ops: Any = None,
    feed_dict: Any = None,
    final_ops: Any = None,
    final_ops_feed_dict: Any = None,
    eval_interval_secs: float = 60,
    hooks: Iterable[Any] | None = None,
    config: Any = None,
    max_number_of_evaluations: int | None = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Any:
    """Evaluate a model at each new checkpoint of a folder, and return the last values of `final_ops`.

    Args:
        checkpoint_dir: the folder.
        eval_interval_secs: the least time between two evaluations.
        max_number_of_evaluations: how many there are; None = no end.
        timeout, timeout_fn: as in `checkpoints_iterator`.
        others: as in `evaluate_once`.
    """
    get_or_create_eval_step()
    every = list(hooks or ())
    eval_ops = _counted(eval_ops, every)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    paths = checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn)
    for number, path in enumerate(paths, 1):
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_filename_with_path=path)
        _evaluate(creator, [*every, final], eval_ops, feed_dict)
        if number == max_number_of_evaluations:
            break
    return final.final_ops_values
