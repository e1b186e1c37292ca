"""A training loop around a Supervisor.

Source: tensorflow/python/training/basic_loops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import AbortedError
from .supervisor import Supervisor

__all__ = ["basic_train_loop"]


def basic_train_loop(
    supervisor: Supervisor,
    train_step_fn: Callable[..., Any],
    args: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    master: str = "",
) -> None:
    """Train until the supervisor is to stop; after an AbortedError a new session begins with the latest checkpoint.

    Args:
        supervisor: Supervisor.
        train_step_fn: callable(session, *args, **kwargs) that makes a step; it asks the supervisor to stop.
        args: None = the session alone; else what it gets after the session.
        kwargs: what it gets by name.
        master: must be ''.
    """
    given = list(args or ())
    named = dict(kwargs or {})
    should_retry = True
    while should_retry:
        try:
            should_retry = False
            with supervisor.managed_session(master) as session:
                while not supervisor.should_stop():
                    train_step_fn(session, *given, **named)
        except AbortedError:
            should_retry = True
