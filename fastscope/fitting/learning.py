"""slim's loops: train operations whose gradients are multiplied and clipped, and training by a Supervisor.

Source: tensorflow/contrib/slim/python/slim/learning.py (TF 1.15).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from .. import logging, ops
from ..errors import OutOfRangeError
from ..errors import fitting as errors
from ..events.run_metadata import Timeline
from ..events.summaries import merge_all
from ..graph import Graph, device, get_default_graph, name_scope
from ..messages import RunMetadata, RunOptions
from ..monitored.supervisor import Supervisor
from ..ops import group
from ..session.initialization import (
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
    tables_initializer,
)
from ..training.global_step import get_or_create_global_step
from ..training.global_step import global_step as step_in
from ..training.optimizers import Optimizer
from . import gradients
from . import train_op as plain
from .gradients import Pairs, clip_gradient_norms, multiply_gradients

__all__ = [
    "add_gradients_summaries",
    "clip_gradient_norms",
    "create_train_op",
    "multiply_gradients",
    "train",
    "train_step",
]

add_gradients_summaries = partial(gradients.add_gradients_summaries, mark="/")


def create_train_op(
    total_loss: Any,
    optimizer: Optimizer,
    global_step: Any = plain.USE_GLOBAL_STEP,
    update_ops: Iterable[Any] | None = None,
    variables_to_train: Iterable[Any] | None = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Any:
    """Return a tensor that does one step of training when it runs, and is the loss before it.

    Args:
        clip_gradient_norm: the largest norm of each gradient; 0 for none.
        gradient_multipliers: factors by variables, or by their names without ":0".
        others: as in tf.contrib.training.create_train_op.
    """

    def changed(pairs: Pairs) -> Pairs:
        if gradient_multipliers:
            with name_scope("multiply_grads"):
                pairs = multiply_gradients(pairs, gradient_multipliers)
        if clip_gradient_norm > 0:
            with name_scope("clip_grads"):
                pairs = clip_gradient_norms(pairs, clip_gradient_norm)
        return pairs

    return plain.create_train_op(
        total_loss, optimizer, global_step, update_ops, variables_to_train, changed, summarize_gradients,
        gate_gradients, aggregation_method, colocate_gradients_with_ops, check_numerics,
    )  # fmt: skip


def train_step(sess: Any, train_op: Any, global_step: Any, train_step_kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Run one step of training; return the loss, and whether to stop.

    Args:
        sess: a session.
        train_op: what `create_train_op` returned.
        global_step: the count.
        train_step_kwargs: tensors "should_stop", "should_log" and "should_trace", which say whether to; each may be
            missing. A trace, which Chrome shows, goes to the folder "logdir", and to the FileWriter "summary_writer".

    Raises:
        ValueError: there is "should_trace" without "logdir".
    """
    start = time.time()
    metadata = None
    if "should_trace" in train_step_kwargs:
        if "logdir" not in train_step_kwargs:
            raise errors.trace_needs_logdir()
        metadata = RunMetadata() if sess.run(train_step_kwargs["should_trace"]) else None
    options = None if metadata is None else RunOptions(trace_level=RunOptions.FULL_TRACE)
    loss, step = sess.run([train_op, global_step], options=options, run_metadata=metadata)
    if metadata is not None:
        _write_trace(metadata, int(step), train_step_kwargs)
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, time.time() - start)
    stops = "should_stop" in train_step_kwargs and sess.run(train_step_kwargs["should_stop"])
    return loss, stops


def _write_trace(metadata: RunMetadata, step: int, kwargs: Mapping[str, Any]) -> None:
    path = os.path.join(kwargs["logdir"], f"tf_trace-{step}.json")
    logging.info("Writing trace to %s", path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(Timeline(metadata.step_stats).generate_chrome_trace_format())
    if kwargs.get("summary_writer") is not None:
        kwargs["summary_writer"].add_run_metadata(metadata, f"run_metadata-{step}")


_DEFAULT: Any = 0


def train(
    train_op: Any,
    logdir: str | None,
    train_step_fn: Callable[..., tuple[Any, Any]] = train_step,
    train_step_kwargs: Any = _DEFAULT,
    log_every_n_steps: int = 1,
    graph: Graph | None = None,
    master: str = "",
    is_chief: bool = True,
    global_step: Any = None,
    number_of_steps: int | None = None,
    init_op: Any = _DEFAULT,
    init_feed_dict: Any = None,
    local_init_op: Any = _DEFAULT,
    init_fn: Callable[[Any], Any] | None = None,
    ready_op: Any = _DEFAULT,
    summary_op: Any = _DEFAULT,
    save_summaries_secs: float = 600,
    summary_writer: Any = _DEFAULT,
    startup_delay_steps: int = 0,
    saver: Any = None,
    save_interval_secs: float = 600,
    sync_optimizer: Any = None,
    session_config: Any = None,
    session_wrapper: Callable[[Any], Any] | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
) -> Any:
    """Train until `number_of_steps`, or the data's end, and return the last loss; checkpoints go on where they ended.

    Args:
        train_op: what `create_train_op` returned.
        logdir: folder of checkpoints and summaries; None = there are none.
        train_step_fn: callable(session, train_op, global_step, train_step_kwargs) -> (loss, whether to stop).
        train_step_kwargs: for it; left out, what `train_step` takes.
        log_every_n_steps: how often the loss is logged; 0 = never.
        graph: None = the default one. It is finished then.
        global_step: the count; None = the graph's, made if need be.
        number_of_steps: at which count it stops; None = no end.
        init_op, init_feed_dict, local_init_op, init_fn: how variables get their values, if there is no checkpoint.
        summary_op: the summaries; left out, all of the graph; None = none.
        save_summaries_secs, save_interval_secs: how often summaries and checkpoints are written, in seconds.
        summary_writer: FileWriter; None = there is none.
        saver: Saver; None = one is made.
        session_config: ConfigProto.
        session_wrapper: callable(session) -> what is used in its place.
        ignore_live_threads: whether threads that do not end are left alone.
        trace_every_n_steps: how often a step is timed, operation by operation; None = never.
        master, is_chief, ready_op, startup_delay_steps, sync_optimizer: kept for TF's sake.

    Raises:
        ValueError: arguments that do not fit together.
    """
    _check_arguments(train_op, logdir, summary_op, saver, trace_every_n_steps, sync_optimizer, startup_delay_steps)
    if number_of_steps is not None and number_of_steps <= 0:
        raise errors.bad_number_of_steps(number_of_steps)
    graph = graph or get_default_graph()
    with graph.as_default():
        if global_step is None:
            global_step = get_or_create_global_step()
        with name_scope("init_ops"):
            if init_op is _DEFAULT:
                init_op = global_variables_initializer()
            if ready_op is _DEFAULT:
                ready_op = report_uninitialized_variables()
            if local_init_op is _DEFAULT:
                local_init_op = group(local_variables_initializer(), tables_initializer())
        if summary_op is _DEFAULT:
            summary_op = merge_all()
        if train_step_kwargs is _DEFAULT:
            train_step_kwargs = _questions(global_step, number_of_steps, log_every_n_steps)
            if is_chief and trace_every_n_steps is not None:
                with name_scope("train_step"), device("/cpu:0"):
                    train_step_kwargs["should_trace"] = ops.equal(ops.mod(global_step, trace_every_n_steps), 0)
                train_step_kwargs["logdir"] = logdir
    supervisor = Supervisor(
        graph=graph,
        is_chief=is_chief,
        logdir=logdir,
        init_op=init_op,
        init_feed_dict=init_feed_dict,
        local_init_op=local_init_op,
        ready_op=ready_op,
        summary_op=summary_op,
        summary_writer=Supervisor.USE_DEFAULT if summary_writer is _DEFAULT else summary_writer,
        global_step=global_step,
        saver=Supervisor.USE_DEFAULT if saver is None else saver,
        save_summaries_secs=save_summaries_secs,
        save_model_secs=save_interval_secs,
        init_fn=init_fn,
    )
    if summary_writer is not None:
        train_step_kwargs["summary_writer"] = supervisor.summary_writer
    loss = None
    with supervisor.managed_session(master, session_config, start_standard_services=False) as session:
        logging.info("Starting Session.")
        if session_wrapper is not None:
            logging.info("Wrapping session with wrapper function: %s", session_wrapper)
            session = session_wrapper(session)
        if is_chief:
            if logdir:
                supervisor.start_standard_services(session)
        elif startup_delay_steps > 0:
            _wait_for_step(session, global_step, min(startup_delay_steps, number_of_steps or sys.maxsize))
        supervisor.start_queue_runners(session)
        loss = _steps(supervisor, session, train_step_fn, train_op, global_step, train_step_kwargs)
        if logdir and is_chief:
            logging.info("Finished training! Saving model to disk.")
            try:  # the thread that saves ends first, so that the last checkpoint is the newest
                supervisor.stop(close_summary_writer=False, ignore_live_threads=ignore_live_threads)
            finally:
                supervisor.saver.save(session, supervisor.save_path, global_step=supervisor.global_step)
    return loss


def _check_arguments(
    train_op: Any, logdir: Any, summary_op: Any, saver: Any, trace: Any, synchronous: Any, delay: int
) -> None:
    if train_op is None:
        raise errors.no_train_op()
    given = {
        "summary_op": summary_op is not _DEFAULT,
        "saver": saver is not None,
        "trace_every_n_steps": trace is not None,
    }
    for name, is_given in given.items():
        if is_given and logdir is None:
            raise errors.needs_logdir(name)
    if synchronous is not None and delay > 0:
        raise errors.delay_of_synchronous()


def _questions(global_step: Any, number_of_steps: int | None, log_every_n_steps: int) -> dict[str, Any]:
    """Return the tensors that say whether to stop, and to log."""
    with name_scope("train_step"), device("/cpu:0"):
        stop = ops.greater_equal(global_step, number_of_steps) if number_of_steps else ops.constant(False)
        found = {"should_stop": stop}
        if log_every_n_steps > 0:
            found["should_log"] = ops.equal(ops.mod(global_step, log_every_n_steps), 0)
    return found


def _wait_for_step(session: Any, global_step: Any, step: int) -> None:
    while step_in(session, global_step) < step:
        time.sleep(1.0)


def _steps(
    supervisor: Supervisor, session: Any, train_step_fn: Any, train_op: Any, global_step: Any, kwargs: Any
) -> Any:
    """Train until a thread, a step or the end of the data stops it; return the last loss."""
    loss = None
    try:
        while not supervisor.should_stop():
            loss, stops = train_step_fn(session, train_op, global_step, kwargs)
            if stops:
                logging.info("Stopping Training.")
                supervisor.request_stop()
                break
    except OutOfRangeError as error:
        logging.info("Caught OutOfRangeError. Stopping Training. %s", error)
    return loss
