"""slim's loops of evaluation.

Source: tensorflow/contrib/slim/python/slim/evaluation.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..checkpoint.saver import Saver
from ..events.summaries import merge_all
from ..monitored.scaffold import Scaffold
from . import evaluating as plain
from .evaluating import StopAfterNEvalsHook, SummaryAtEndHook, checkpoints_iterator, wait_for_new_checkpoint

__all__ = ["checkpoints_iterator", "evaluate_once", "evaluation_loop", "wait_for_new_checkpoint"]

_DEFAULT: Any = 0


def evaluate_once(
    master: str,
    checkpoint_path: str,
    logdir: str | None,
    num_evals: int | None = 1,
    initial_op: Any = None,
    initial_op_feed_dict: Any = None,
    eval_op: Any = None,
    eval_op_feed_dict: Any = None,
    final_op: Any = None,
    final_op_feed_dict: Any = None,
    summary_op: Any = _DEFAULT,
    summary_op_feed_dict: Any = None,
    variables_to_restore: Any = None,
    session_config: Any = None,
    hooks: Iterable[Any] | None = None,
) -> Any:
    """Evaluate a model at a checkpoint, write summaries, and return the values of `final_op`.

    Args:
        master: must be ''.
        checkpoint_path: of the checkpoint.
        logdir: folder of the summaries.
        num_evals: how often `eval_op` runs.
        initial_op, initial_op_feed_dict: what runs before.
        eval_op, eval_op_feed_dict: what runs `num_evals` times.
        final_op, final_op_feed_dict: what is fetched at the end.
        summary_op, summary_op_feed_dict: the summaries; left out, all of the graph; None = none.
        variables_to_restore: what a Saver takes; None = all.
        session_config: ConfigProto.
        hooks: SessionRunHooks.
    """
    return plain.evaluate_once(
        checkpoint_path,
        master,
        _scaffold(initial_op, initial_op_feed_dict, None, variables_to_restore),
        eval_op,
        eval_op_feed_dict,
        final_op,
        final_op_feed_dict,
        _hooks(num_evals, logdir, summary_op, summary_op_feed_dict, hooks),
        session_config,
    )


def evaluation_loop(
    master: str,
    checkpoint_dir: str,
    logdir: str | None,
    num_evals: int | None = 1,
    initial_op: Any = None,
    initial_op_feed_dict: Any = None,
    init_fn: Callable[[Any], Any] | None = None,
    eval_op: Any = None,
    eval_op_feed_dict: Any = None,
    final_op: Any = None,
    final_op_feed_dict: Any = None,
    summary_op: Any = _DEFAULT,
    summary_op_feed_dict: Any = None,
    variables_to_restore: Any = None,
    eval_interval_secs: float = 60,
    max_number_of_evaluations: int | None = None,
    session_config: Any = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
    hooks: Iterable[Any] | None = None,
) -> Any:
    """Evaluate a model at each new checkpoint of a folder, and return the last values of `final_op`.

    Args:
        checkpoint_dir: the folder.
        init_fn: callable(session), after `initial_op`.
        eval_interval_secs: the least time between two evaluations.
        max_number_of_evaluations: how many there are; None = no end.
        timeout, timeout_fn: as in `checkpoints_iterator`.
        others: as in `evaluate_once`.
    """
    return plain.evaluate_repeatedly(
        checkpoint_dir,
        master,
        _scaffold(initial_op, initial_op_feed_dict, init_fn, variables_to_restore),
        eval_op,
        eval_op_feed_dict,
        final_op,
        final_op_feed_dict,
        eval_interval_secs,
        _hooks(num_evals, logdir, summary_op, summary_op_feed_dict, hooks),
        session_config,
        max_number_of_evaluations,
        timeout,
        timeout_fn,
    )


def _scaffold(initial_op: Any, feed_dict: Any, init_fn: Any, variables: Any) -> Scaffold:
    saver = None if variables is None else Saver(variables)
    first = None if init_fn is None else lambda _, session: init_fn(session)
    return Scaffold(init_op=initial_op, init_feed_dict=feed_dict, init_fn=first, saver=saver)


def _hooks(num_evals: int | None, logdir: str | None, summary_op: Any, feed_dict: Any, hooks: Any) -> list[Any]:
    summary_op = merge_all() if summary_op is _DEFAULT else summary_op
    found: list[Any] = [StopAfterNEvalsHook(num_evals)]
    if summary_op is not None:
        found.append(SummaryAtEndHook(logdir, summary_op=summary_op, feed_dict=feed_dict))
    return [*found, *(hooks or ())]
