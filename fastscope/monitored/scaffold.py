"""Scaffold: what a session needs to begin, collected before the graph is finished.

Source: tensorflow/python/training/monitored_session.py (Scaffold), session_manager.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..checkpoint.saver import Saver, latest_checkpoint
from ..events.summaries import merge_all
from ..graph import GraphKeys, add_to_collection, get_collection, get_default_graph
from ..ops import group
from ..session.initialization import global_variables_initializer, local_variables_initializer, tables_initializer

__all__ = ["Scaffold", "begin_session"]


class Scaffold:
    """What a session needs to begin; what is not given is made by `finalize`.

    Args:
        init_op: gives variables their values where there is no checkpoint.
        init_feed_dict: for it.
        init_fn: callable(scaffold, session), after it.
        ready_op, ready_for_local_init_op: kept for TF's sake.
        local_init_op: gives local variables and tables their values.
        summary_op: all summaries.
        saver: Saver.
        local_init_feed_dict: for local_init_op.
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Any, Any], Any] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Any = None,
        local_init_feed_dict: Any = None,
    ) -> None:
        self.init_op, self.init_feed_dict, self.init_fn = init_op, init_feed_dict, init_fn
        self.ready_op, self.ready_for_local_init_op = ready_op, ready_for_local_init_op
        self.local_init_op, self.local_init_feed_dict = local_init_op, local_init_feed_dict
        self.summary_op, self.saver = summary_op, saver

    def finalize(self) -> Scaffold:
        """Make what was not given, and finish the graph."""
        if self.init_op is None:
            self.init_op = group(global_variables_initializer(), name="init")
        if self.local_init_op is None:
            self.local_init_op = group(local_variables_initializer(), tables_initializer(), name="group_deps")
        if self.summary_op is None:
            self.summary_op = merge_all()
        if self.saver is None:
            savers = get_collection(GraphKeys.SAVERS)
            self.saver = savers[0] if savers else Saver(allow_empty=True)
            if not savers:
                add_to_collection(GraphKeys.SAVERS, self.saver)
        get_default_graph().finalize()
        return self


def begin_session(session: Any, scaffold: Scaffold, checkpoint_dir: str | None, path: str | None = None) -> None:
    """Give variables their values: those of the latest checkpoint, or their first ones."""
    found = path or (latest_checkpoint(checkpoint_dir) if checkpoint_dir else None)
    if found is not None:
        scaffold.saver.restore(session, found)
    else:
        session.run(scaffold.init_op, scaffold.init_feed_dict)
        if scaffold.init_fn is not None:
            scaffold.init_fn(scaffold, session)
    session.run(scaffold.local_init_op, scaffold.local_init_feed_dict)
