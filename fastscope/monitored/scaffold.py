"""Scaffold: what a session needs to begin, collected before the graph is finished.

Source: tensorflow/python/training/monitored_session.py (Scaffold) (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..checkpoint.saver import Saver
from ..errors import monitored as errors
from ..events.summaries import merge_all
from ..graph import GraphKeys, add_to_collection, get_collection, get_default_graph
from ..ops import group
from ..session.initialization import (
    global_variables,
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
    tables_initializer,
)

__all__ = ["Scaffold"]


class Scaffold:
    """What a session needs to begin; what is not given is found in the graph's collections, or made by `finalize`.

    Args:
        init_op: gives variables their values where there is no checkpoint.
        init_feed_dict: for it.
        init_fn: callable(scaffold, session), after it.
        ready_op: a tensor of the names of variables without values.
        ready_for_local_init_op: the same, before local_init_op.
        local_init_op: gives local variables and tables their values.
        summary_op: all summaries.
        saver: Saver.
        copy_from_scaffold: Scaffold, whose parts are taken where none is given.

    Raises:
        TypeError: copy_from_scaffold is none.
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
        copy_from_scaffold: Scaffold | None = None,
    ) -> None:
        other = copy_from_scaffold
        if other is not None and not isinstance(other, Scaffold):
            raise errors.no_scaffold(other)

        def either(given: Any, name: str) -> Any:
            return given if given is not None or other is None else getattr(other, name)

        self._init_fn = either(init_fn, "_init_fn")
        self.init_op, self.init_feed_dict = either(init_op, "init_op"), either(init_feed_dict, "init_feed_dict")
        self.ready_op = either(ready_op, "ready_op")
        self.ready_for_local_init_op = either(ready_for_local_init_op, "ready_for_local_init_op")
        self.local_init_op, self.summary_op = either(local_init_op, "local_init_op"), either(summary_op, "summary_op")
        self.saver = either(saver, "saver")

    @property
    def init_fn(self) -> Callable[[Any], Any] | None:
        """callable(session), or None."""
        function = self._init_fn
        return None if function is None else lambda session: function(self, session)

    def finalize(self) -> Scaffold:
        """Make what was not given, and finish the graph.

        Raises:
            RuntimeError: a collection has several of what one is needed of.
        """
        keys, found = GraphKeys, Scaffold.get_or_default
        if self.init_op is None:
            self.init_op = found("init_op", keys.INIT_OP, lambda: group(global_variables_initializer()))
        if self.ready_op is None:
            self.ready_op = found("ready_op", keys.READY_OP, report_uninitialized_variables)
        if self.ready_for_local_init_op is None:
            self.ready_for_local_init_op = found(
                "ready_for_local_init_op",
                keys.READY_FOR_LOCAL_INIT_OP,
                lambda: report_uninitialized_variables(global_variables()),
            )
        if self.local_init_op is None:
            self.local_init_op = found("local_init_op", keys.LOCAL_INIT_OP, Scaffold.default_local_init_op)
        if self.summary_op is None:
            self.summary_op = found("summary_op", keys.SUMMARY_OP, merge_all)
        if self.saver is None:
            self.saver = found("saver", keys.SAVERS, lambda: Saver(allow_empty=True))
        if isinstance(self.saver, Saver):
            self.saver.build()
        get_default_graph().finalize()
        return self

    @staticmethod
    def get_or_default(arg_name: str, collection_key: str, default_constructor: Callable[[], Any]) -> Any:
        """Return what a collection has; if it has nothing, what is made now is put there."""
        found = get_collection(collection_key)
        if len(found) > 1:
            raise errors.several_in_collection(collection_key, arg_name)
        if found:
            return found[0]
        made = default_constructor()
        if made is not None:
            add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op() -> Any:
        """Return the operation that gives local variables and tables their values."""
        return group(local_variables_initializer(), tables_initializer())
