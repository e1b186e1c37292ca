"""Messages of monitored sessions and their hooks, and of the supervisor.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any


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


def fed_twice(tensor: Any) -> RuntimeError:
    """Two hooks, or a hook and the caller, feed one tensor."""
    return RuntimeError(f"Same tensor is fed by two hooks, or by a hook and the caller: {tensor}")


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
