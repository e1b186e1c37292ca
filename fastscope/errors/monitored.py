"""Messages of monitored sessions and their hooks, and of the supervisor.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any

from . import DeadlineExceededError


class NanLossDuringTrainingError(RuntimeError):
    """The loss is no number any more."""


def nan_loss(name: str) -> NanLossDuringTrainingError:
    """NanTensorHook saw one."""
    return NanLossDuringTrainingError(
        f"NaN loss during training: {name}. tf.add_check_numerics_ops() or tf.check_numerics says where it comes from."
    )


def one_of(first: str, second: str) -> ValueError:
    """Both or none of two arguments."""
    return ValueError(f"Exactly one of {first} and {second} must be provided: after so many, or after so long.")


def no_global_step(what: str) -> RuntimeError:
    """A hook that counts steps, and no global step."""
    return RuntimeError(
        f"Global step should be created to use {what}: tf.train.get_or_create_global_step(), which minimize(loss, "
        "global_step=...) counts up."
    )


def fed_by_two_hooks(tensor: Any) -> RuntimeError:
    """Two hooks feed one tensor."""
    return RuntimeError(f"Same tensor is fed by two hooks: {tensor}. Only one of them can.")


def fed_twice(tensor: Any) -> RuntimeError:
    """A hook and the caller feed one tensor."""
    return RuntimeError(f"Same tensor is fed by a SessionRunHook and user: {tensor}. Leave it to the hook.")


def closed_twice() -> RuntimeError:
    """close() after close(), or at the end of its block."""
    return RuntimeError("Session is already closed. The end of a `with` block closes it, too.")


def step_fn_takes(got: Any) -> ValueError:
    """run_step_fn of a function that takes something else."""
    return ValueError(
        "`step_fn` may either have one `step_context` argument, or `self` and `step_context` arguments if it's an "
        f"instance method. Got {got} instead."
    )


def no_scaffold(got: Any) -> TypeError:
    """copy_from_scaffold=something else."""
    return TypeError(f"copy_from_scaffold is not a Scaffold instance. Got {type(got).__name__}.")


def several_in_collection(key: str, argument: str) -> RuntimeError:
    """A collection with several of what one is needed of."""
    return RuntimeError(
        f'More than one item in the collection "{key}". Say which one to use: tf.train.Scaffold({argument}=...).'
    )


def several_savers(count: int, key: str) -> RuntimeError:
    """A hook that saves, no or several Savers."""
    what = "More than one item" if count else "No items"
    return RuntimeError(f"{what} in collection {key}. Say which Saver to use: CheckpointSaverHook(saver=...).")


def saver_and_scaffold() -> ValueError:
    """CheckpointSaverHook with both."""
    return ValueError("You cannot provide both saver and scaffold: a scaffold has a Saver.")


def not_every(count: Any) -> ValueError:
    """LoggingTensorHook(every_n_iter=0)."""
    return ValueError(f"invalid every_n_iter={count}. Expected a positive number of runs.")


def no_local_init_op(asked: Any) -> ValueError:
    """SessionManager(ready_for_local_init_op=...) alone."""
    return ValueError(
        f"If you pass a ready_for_local_init_op you must also pass a local_init_op , ready_for_local_init_op [{asked}]"
    )


def nothing_initializes() -> RuntimeError:
    """No checkpoint, and nothing that gives values."""
    return RuntimeError(
        "Model is not initialized and no init_op or init_fn or local_init_op was given, and there is no checkpoint."
    )


def not_ready_for_local_init(init_op: str, init_fn: Any, missing: str) -> RuntimeError:
    """Global variables without values."""
    return RuntimeError(
        f"Init operations did not make model ready for local_init.  Init op: {init_op}, init fn: {init_fn}, error: "
        f"{missing}"
    )


def not_ready(init_op: str, init_fn: Any, local_init_op: Any, missing: str) -> RuntimeError:
    """Variables without values."""
    return RuntimeError(
        f"Init operations did not make model ready.  Init op: {init_op}, init fn: {init_fn}, local_init_op: "
        f"{local_init_op}, error: {missing}"
    )


def folder_and_checkpoint() -> ValueError:
    """Both a folder and a checkpoint to begin with."""
    return ValueError("Can not provide both checkpoint_dir and checkpoint_filename_with_path.")


def waited_too_long(seconds: float, missing: str) -> DeadlineExceededError:
    """Nobody gave the variables their values."""
    return DeadlineExceededError(
        f"Session was not ready after waiting {seconds:g} secs. {missing}. Something else has to give them values: the "
        "chief, is_chief=True."
    )


def only_chief() -> RuntimeError:
    """start_standard_services of a Supervisor that is no chief."""
    return RuntimeError(
        "Only chief supervisor can start standard services. Because only chief supervisors can write events."
    )


def no_writer() -> RuntimeError:
    """summary_computed without a folder."""
    return RuntimeError("Writing a summary requires a summary writer: Supervisor(logdir=...) makes one.")


def variable_without_device(name: str) -> ValueError:
    """A Supervisor that is no chief, and variables anywhere."""
    return ValueError(
        f"When using replicas, all Variables must have their device set: {name}. with tf.device(...), or is_chief=True."
    )


def session_closed() -> RuntimeError:
    """run() after close()."""
    return RuntimeError(
        "Run called even after should_stop requested. The loop is: while not sess.should_stop(): sess.run(...)."
    )


def needs_a_graph(what: str) -> RuntimeError:
    """A monitored session where everything is computed at once."""
    return RuntimeError(
        f"{what} runs a graph: import fastscope.compat.v1 as tf. Where everything is computed at once, write a loop."
    )
