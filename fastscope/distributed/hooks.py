"""A hook that makes variables the same on all ranks before a monitored session's first step.

Source: horovod.tensorflow's BroadcastGlobalVariablesHook.
"""

from __future__ import annotations

from typing import Any

from ..monitored.hooks import SessionRunHook
from .variables import broadcast_global_variables

__all__ = ["BroadcastGlobalVariablesHook"]


class BroadcastGlobalVariablesHook(SessionRunHook):
    """Gives all ranks the values that one has in all global variables, whenever a session is made.

    In each rank::

        hooks = [hvd.BroadcastGlobalVariablesHook(0)]
        checkpoints = "ckpt" if hvd.rank() == 0 else None
        with tf.train.MonitoredTrainingSession(checkpoint_dir=checkpoints, hooks=hooks) as session:
            session.run(train)

    Args:
        root_rank: whose values they get.
        device: kept for Horovod's sake.
    """

    def __init__(self, root_rank: int, device: str = "") -> None:
        self._root = root_rank
        self._operation: Any = None

    def begin(self) -> None:
        """Write the operation down."""
        self._operation = broadcast_global_variables(self._root)

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Run it."""
        session.run(self._operation)
