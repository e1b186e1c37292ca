"""The messages of train operations and of loops of training and evaluation.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# ---- optimize_loss


def negative_rate(rate: float) -> ValueError:
    """A learning rate below 0."""
    return ValueError(f"Invalid learning_rate {rate}. Write {-rate}: the optimizer subtracts.")


def no_rate(got: Any) -> ValueError:
    """A learning rate that is none."""
    return ValueError(
        f"Learning rate should be 0d Tensor or float. Got {got!r:.80} of type {type(got)}. Write float(learning_rate)."
    )


def unknown_summary(known: Iterable[str], got: str) -> ValueError:
    """A summary that optimize_loss does not make."""
    return ValueError(f"Summaries should be one of [{', '.join(known)}], you provided {got}.")


def decay_without_step() -> ValueError:
    """A rate that decays, and nothing that counts steps."""
    return ValueError(
        "global_step is required for learning_rate_decay_fn. Give tf.train.get_or_create_global_step() as global_step."
    )


def rate_is_missing(kind: str, optimizer: Any) -> ValueError:
    """An optimizer that is yet to be made, without a rate."""
    return ValueError(
        f"Learning rate is None, but should be specified if optimizer is {kind} ({optimizer}). Give learning_rate, or "
        "an optimizer that has one."
    )


def unknown_optimizer_name(known: Iterable[str], got: str) -> ValueError:
    """A name that no optimizer has."""
    return ValueError(f"Optimizer name should be one of [{', '.join(known)}], you provided {got}.")


def function_made_no_optimizer(got: Any) -> ValueError:
    """A function that should make an optimizer made something else."""
    return ValueError(
        f"Unrecognized optimizer: function should return subclass of Optimizer. Got {got!r:.80}. Write "
        "optimizer=lambda learning_rate: tf.train.AdamOptimizer(learning_rate)."
    )


def unrecognized_optimizer(got: Any) -> ValueError:
    """Something that neither is nor makes an optimizer."""
    return ValueError(
        "Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or "
        f"function with one argument. Got {got!r:.80}. Write optimizer='Adam'."
    )


def unknown_clipping(got: Any) -> ValueError:
    """A way to clip that is none."""
    return ValueError(
        f"Unknown type {type(got)} for clip_gradients. Write float({got!r:.40}), or give a function of [(gradient, "
        "variable), ...]."
    )


def nothing_to_multiply() -> ValueError:
    """No pairs are left."""
    return ValueError(
        "Empty list of (gradient, var) pairs encountered. This is most likely to be caused by an improper value of "
        "gradient_multipliers. Give {variable: factor}."
    )


def no_global_step(got: Any, problem: str) -> TypeError:
    """Something that does not count steps; `problem` in TensorFlow's words."""
    return TypeError(
        f'Existing "global_step" {problem}: {got}. Give tf.train.get_or_create_global_step() as global_step.'
    )


# ---- gradients


def pairs_not_a_list(got: Any) -> ValueError:
    """Pairs of gradients and variables that are no list."""
    return ValueError(f"`grads_and_vars` must be a list. Got {type(got).__name__}: write list(grads_and_vars).")


def no_multipliers(got: Any) -> ValueError:
    """No factors at all."""
    return ValueError(f"`gradient_multipliers` is empty. Got {got!r}: give {{variable: factor}}, or do not call it.")


def multipliers_not_a_dict(got: Any) -> ValueError:
    """Factors that are no dict."""
    return ValueError(f"`gradient_multipliers` must be a dict. Got {got!r:.80}: write dict(pairs).")


def multiple_of_none(name: str) -> ValueError:
    """A factor for a variable that the loss does not depend on."""
    return ValueError(
        f"Requested multiple of `None` gradient. The loss does not depend on {name}: take it out of the multipliers."
    )


# ---- train operations and loops


def not_trainable(variable: Any) -> AssertionError:
    """A variable to train that is not trainable."""
    return AssertionError(
        f"{variable.name} is to be trained and is not in TRAINABLE_VARIABLES: it was made with trainable=False."
    )


def nothing_to_train() -> AssertionError:
    """No variables to train."""
    return AssertionError("There are no variables to train: tf.trainable_variables() is empty. Make the model first.")


def no_train_op() -> ValueError:
    """No operation to run."""
    return ValueError("train_op cannot be None. Write train_op = slim.learning.create_train_op(loss, optimizer).")


def needs_logdir(argument: str) -> ValueError:
    """An argument of slim's loop for files, without a folder."""
    return ValueError(f"Cannot provide {argument} because logdir=None. Give a folder as logdir.")


def delay_of_synchronous() -> ValueError:
    """A delayed start with an optimizer that waits for all."""
    return ValueError("startup_delay_steps must be zero when sync_optimizer is supplied. Leave it out.")


def bad_number_of_steps(got: Any) -> ValueError:
    """No steps to take."""
    return ValueError(f"`number_of_steps` must be either None or a positive number. Got {got}; None has no end.")


def nowhere_to_save(got: Any) -> ValueError:
    """No folder for a loop that saves."""
    return ValueError(f"logdir cannot be None when {got} is not None. Give a folder as logdir, or write {got}=None.")


def trace_needs_logdir() -> ValueError:
    """A trace that nobody can find."""
    return ValueError("logdir must be present in train_step_kwargs when should_trace is present. Add 'logdir': folder.")


def no_writer() -> ValueError:
    """A hook that writes summaries, to nowhere."""
    return ValueError("One of log_dir or summary_writer should be used. Give a folder as log_dir.")


# ---- slim's data sets


class NestedQueueRunnerError(Exception):
    """A block of queues' threads inside of another one."""


def nested_runners() -> NestedQueueRunnerError:
    """A block of queues' threads inside of another one."""
    return NestedQueueRunnerError("QueueRunners cannot be nested. One block runs the threads of all queues.")


def items_no_list(got: Any) -> ValueError:
    """Names of tensors that are no list."""
    return ValueError(f"items must be a list or tuple, got {got!r:.80}. Write [{got!r:.80}].")


def no_item(got: str, known: Iterable[str]) -> ValueError:
    """A name that a provider does not have."""
    return ValueError(f"Item [{got}] is invalid. Valid entries include: {', '.join(known)}.")


def record_key_taken(name: str) -> ValueError:
    """The name for where an example is from is one of the data set's own."""
    return ValueError(
        f"The item name used for `record_key` cannot also be used for a dataset item: {name!r}. Give another "
        "record_key."
    )


def queue_of_pairs(got: Any) -> TypeError:
    """A queue that does not take what readers give."""
    return TypeError(f"common_queue.dtypes must be [tf.string, tf.string]. Got {[dtype.name for dtype in got]}.")


def no_data_files(sources: Any) -> ValueError:
    """Patterns that no file matches, or none at all."""
    return ValueError(f"No data files found in {sources}. Give paths, or patterns as 'folder/train*'.")


def four_keys(got: Any) -> ValueError:
    """Sides of boxes that are not four."""
    return ValueError(f"BoundingBox expects 4 keys but got {len(got)}: {got}. They are top, left, bottom and right.")


def two_shapes(keys: Any, shape: Any) -> ValueError:
    """A shape and the names of features that have it."""
    return ValueError(
        f"Cannot specify both shape_keys and shape parameters. Got {keys!r} and {shape!r}: leave one of them out."
    )


def no_handler(which: str, got: Any) -> ValueError:
    """Something else where an ItemHandler is wanted."""
    return ValueError(
        f"{which} handler is of type {type(got)} instead of ItemHandler. Write tfexample_decoder.Tensor(key) for a "
        "feature as it is."
    )
