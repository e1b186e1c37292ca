"""One operation that trains and returns the loss, and the loop around it: tf.contrib.training.

Source: tensorflow/contrib/training/python/training/training.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import logging, ops
from ..errors import fitting as errors
from ..graph import GraphKeys, control_dependencies, get_collection, get_collection_ref, name_scope
from ..monitored.sessions import MonitoredTrainingSession
from ..ops.asserting import check_numerics as checked_numbers
from ..ops.grouping import with_dependencies
from ..training.global_step import get_or_create_global_step
from ..training.optimizers import Optimizer
from .gradients import add_gradients_summaries

__all__ = ["USE_GLOBAL_STEP", "create_train_op", "train"]

USE_GLOBAL_STEP = 0  # as an argument: the graph's global step


def create_train_op(
    total_loss: Any,
    optimizer: Optimizer,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Iterable[Any] | None = None,
    variables_to_train: Iterable[Any] | None = None,
    transform_grads_fn: Callable[[list[tuple[Any, Any]]], list[tuple[Any, Any]]] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Any:
    """Return a tensor that does one step of training when it runs, and is the loss before it.

    Args:
        total_loss: the tensor that is made smaller.
        optimizer: an Optimizer.
        global_step: a variable that one is added to; left out, the graph's, made if need be; None for none.
        update_ops: what runs before the loss; None = the collection UPDATE_OPS, which batch normalization fills.
        variables_to_train: None = the trainable ones.
        transform_grads_fn: callable([(gradient, variable), ...]) -> the same, changed.
        summarize_gradients: whether there are summaries of each gradient.
        gate_gradients, aggregation_method, colocate_gradients_with_ops: as in Optimizer.minimize.
        check_numerics: whether a loss that is infinite or NaN ends the run with an error.

    Raises:
        AssertionError: there is nothing to train, or a variable that is not trainable.
    """
    if global_step is USE_GLOBAL_STEP:
        global_step = get_or_create_global_step()
    total_loss = _after(_updates(update_ops), total_loss)
    pairs = optimizer.compute_gradients(
        total_loss,
        _trained(variables_to_train),
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        pairs = transform_grads_fn(pairs)
    if summarize_gradients:
        with name_scope("summarize_grads"):
            add_gradients_summaries(pairs)
    applied = optimizer.apply_gradients(pairs, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = checked_numbers(total_loss, "LossTensor is inf or nan")
        train_op = with_dependencies([applied], total_loss)
    known = get_collection_ref(GraphKeys.TRAIN_OP)
    if not any(member is train_op for member in known):
        known.append(train_op)
    return train_op


def _updates(given: Iterable[Any] | None) -> list[Any]:
    collected = list(dict.fromkeys(get_collection(GraphKeys.UPDATE_OPS)))
    if given is None:
        return collected
    chosen = list(dict.fromkeys(given))
    if not set(collected) <= set(chosen):
        logging.warning("update_ops in create_train_op does not contain all the update_ops in GraphKeys.UPDATE_OPS")
    return chosen


def _after(updates: list[Any], loss: Any) -> Any:
    if not updates:
        return loss
    with control_dependencies(updates):
        barrier = ops.no_op(name="update_barrier")
    return with_dependencies([barrier], loss)


def _trained(given: Iterable[Any] | None) -> list[Any]:
    trainable = get_collection(GraphKeys.TRAINABLE_VARIABLES)
    variables = list(trainable if given is None else given)
    for variable in variables:
        if not variable.trainable and variable not in trainable:
            raise errors.not_trainable(variable)
    if not variables:
        raise errors.nothing_to_train()
    return variables


def train(
    train_op: Any,
    logdir: str | None,
    master: str = "",
    is_chief: bool = True,
    scaffold: Any = None,
    hooks: Iterable[Any] | None = None,
    chief_only_hooks: Iterable[Any] | None = None,
    save_checkpoint_secs: float | None = 600,
    save_summaries_steps: int | None = 100,
    config: Any = None,
    max_wait_secs: float = 7200,
    run_metadata: Any = None,
) -> Any:
    """Run a train operation until a hook asks to stop, in a MonitoredTrainingSession, and return its last value.

    Args:
        train_op: what `create_train_op` returned.
        logdir: folder of checkpoints and summaries; None = there are none, and then the two next arguments must be
            None.
        save_checkpoint_secs, save_summaries_steps: how often, in seconds and steps; None = never.
        others: as MonitoredTrainingSession's.

    Raises:
        ValueError: there is no folder, and something to write.
    """
    if logdir is None and is_chief:
        for name, value in (
            ("save_summaries_steps", save_summaries_steps),
            ("save_checkpoint_secs", save_checkpoint_secs),
        ):
            if value:
                raise errors.nowhere_to_save(name)
    with MonitoredTrainingSession(
        master=master,
        is_chief=is_chief,
        checkpoint_dir=logdir,
        scaffold=scaffold,
        hooks=hooks,
        chief_only_hooks=chief_only_hooks,
        save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps,
        config=config,
        max_wait_secs=max_wait_secs,
    ) as session:
        loss = None
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
