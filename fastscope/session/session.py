"""Sessions, for code that is written in them.

fastscope computes at once, and a variable has one value. So a session runs nothing later and holds nothing: `run`
gives host copies of variables, calls operations and functions, and passes arrays through. TF's sessions each have
their own values; here two sessions see the same.

Source: tensorflow/python/client/session.py (TF 1.15).
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, nullcontext
from types import TracebackType
from typing import Any, Self

import numpy as np

from ..arrays import allow_soft_placement, to_numpy
from ..arrays.draws import Source, put_in_force
from ..arrays.philox import Philox
from ..errors import plans as plan_errors
from ..errors import session as errors
from ..errors.reprs import nearest, never_raises
from ..graph import Graph, Operation, Recorder, current, default_sessions, get_default_graph
from ..graph.timing import TimedPlan
from ..graph.waiting import Waits, running, within
from ..later import bring
from ..scoping.variables import PartitionedVariable, Variable
from .feeding import feed_sizes, listed_feeds
from .fetching import fetch_key
from .machine import DeviceAttributes, devices_here
from .options import ConfigProto
from .prepared import PreparedRun, SpreadRun

__all__ = ["InteractiveSession", "Session", "get_default_session"]

_handles = itertools.count()


def get_default_session() -> Session | None:
    """Return the innermost session entered with `with`, or None."""
    sessions = default_sessions.get()
    return sessions[-1] if sessions else None


class Session:
    """Runs things: see `run`.

    Args:
        target: must be ''.
        graph: what names are looked up in; None = the default graph, in graph mode the one of now.
        config: ConfigProto.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: ConfigProto | None = None) -> None:
        for argument, value, kind, called in (
            ("target", target, str, "a string"),
            ("graph", graph, Graph, "a tf.Graph"),
            ("config", config, ConfigProto, "a tf.ConfigProto"),
        ):
            if value is not None and not isinstance(value, kind):
                raise errors.bad_session_argument(argument, called, value)
        self._graph = graph if graph is not None or current() is None else get_default_graph()
        self._closed, self._waits = False, Waits()
        self._timeout = 0 if config is None else config.operation_timeout_in_ms
        self._entered: list[Any] = []
        self._partial: dict[str, Any] = {}  # runs in pieces, by their handles
        self._generators: dict[Source, Philox] = {}  # of the graph's random operations
        if config is not None:
            config.gpu_options.apply()
            recorder = self.graph.recorder
            if config.allow_soft_placement and allow_soft_placement() and recorder is not None:
                recorder.plans.clear()  # they say where things run

    @never_raises
    def __repr__(self) -> str:
        state = "closed" if self._closed else f"on {self.graph!r}"
        return f"<fastscope.{type(self).__name__} {state}>"

    @property
    def graph(self) -> Graph:
        """The graph that names are looked up in."""
        return get_default_graph() if self._graph is None else self._graph

    @property
    def sess_str(self) -> bytes:
        """The process that it runs in: b"", this one."""
        return b""

    def list_devices(self) -> list[DeviceAttributes]:
        """Return the CPU and the GPUs of this machine.

        Raises:
            RuntimeError: the session is closed.
        """
        if self._closed:
            raise errors.closed_session()
        return devices_here()

    @property
    def graph_def(self) -> Any:
        """The graph as a message."""
        return self.graph.as_graph_def()

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """Return what the fetches are.

        Args:
            fetches: a Variable (its value, copied to the host), an Operation (run; gives None), a callable (called; its
                result is fetched), an array or number (itself, on the host), the name of a variable ("w:0", "w") or of
                its initializer ("w/Assign"), or a list, tuple or dict of these.
            feed_dict: must be empty: there are no placeholders.
            options: RunOptions; with a `trace_level` the operations of a graph are timed, into `run_metadata`; with
                `timeout_in_ms` queues are not waited for longer.
            run_metadata: RunMetadata that is filled.

        Returns:
            The values, in the structure of `fetches`.

        Raises:
            FailedPreconditionError: a variable has no value yet.
            RuntimeError: the session is closed, or nothing was declared yet.
            InvalidArgumentError: something is fed.
            KeyError: no variable has this name.
            TypeError: something that cannot be run.
            DeadlineExceededError: a queue was waited for too long.
        """
        if self._closed:
            raise errors.closed_session()
        graph = self._graph
        recorder = (get_default_graph() if graph is None else graph).recorder
        if recorder is not None:
            if options is not None or self._timeout:
                return self._run_as_asked(recorder, fetches, feed_dict, options, run_metadata)
            return self._run_plan(recorder, fetches, feed_dict)
        if feed_dict:
            raise errors.nothing_to_feed()
        if not self.graph.stats()["nodes"] and (fetches is None or (isinstance(fetches, (str, list, tuple)))):
            raise errors.empty_graph()
        return self._fetch(fetches)

    def _run_plan(self, recorder: Recorder, fetches: Any, feed_dict: Any) -> Any:
        """Compute what is fetched of a graph in graph mode; the plan is kept for the next time."""
        feeds = feed_dict or {}
        key = fetch_key(fetches)
        kept = _kept(recorder, key, feeds) if type(feeds) is dict else None
        if kept is None:
            kept, feeds = self._prepared(recorder, fetches, key, feeds)
        return self._run_prepared(recorder, kept, feeds)

    def _run_prepared(self, recorder: Recorder, prepared: Any, feeds: Mapping[Any, Any]) -> Any:
        """Run with the session's own random numbers, and let closing it end what waits."""
        if recorder.waits and running.get() is not self._waits:
            with self._waits.in_force():
                return self._run_prepared(recorder, prepared, feeds)
        if not recorder.draws:
            return prepared.run(feeds.values())
        before = put_in_force(self._generators)
        try:
            return prepared.run(feeds.values())
        finally:
            put_in_force(before)

    def _run_as_asked(self, recorder: Recorder, fetches: Any, feed_dict: Any, options: Any, run_metadata: Any) -> Any:
        """Compute what is fetched within a time, or with the time of each operation written down."""
        timeout = (options.timeout_in_ms if options is not None else 0) or self._timeout
        with within(timeout) if timeout else nullcontext():
            if run_metadata is not None and options is not None and options.trace_level:
                return self._run_timed(recorder, fetches, feed_dict or {}, run_metadata)
            return self._run_plan(recorder, fetches, feed_dict)

    def _run_timed(self, recorder: Recorder, fetches: Any, feeds: Any, metadata: Any) -> Any:
        """Compute what is fetched with a plan of its own, and write down how long each operation took."""
        listed = listed_feeds(self.graph, feeds)
        prepared = PreparedRun(self.graph, fetches, list(listed), TimedPlan)
        found = self._run_prepared(recorder, prepared, listed)
        assert isinstance(prepared.plan, TimedPlan)
        bring("events.run_metadata", "note")(metadata, prepared.plan.steps)
        return found

    def _prepared(self, recorder: Recorder, fetches: Any, key: Any, feeds: Any) -> tuple[Any, Mapping[Any, Any]]:
        """Return what runs, made now or of another way to write the same feeds, and the feeds that it takes."""
        if not recorder.operations:
            raise plan_errors.empty_graph()
        listed = listed_feeds(self.graph, feeds)
        kept = _kept(recorder, key, listed)
        if kept is None:
            kept = PreparedRun(self.graph, fetches, list(listed))
            recorder.plans.put((key, *listed), kept)
        sizes = feed_sizes(feeds)
        if sizes is not None:
            recorder.plans.put((key, *feeds), SpreadRun(kept, sizes))
        return kept, listed

    def partial_run_setup(self, fetches: Any, feeds: Sequence[Any] | None = None) -> str:
        """Begin a run in pieces, and return its handle for `partial_run`.

        Args:
            fetches: any structure of all that will be fetched.
            feeds: all that will be fed.

        Raises:
            RuntimeError: the session is closed, or the graph is empty.
            InvalidArgumentError: something is in both.
        """
        if self._closed:
            raise errors.closed_session()
        recorder = self.graph.recorder
        if recorder is None or not recorder.operations:
            raise plan_errors.empty_graph()
        begun = bring("session.partial", "PartialRun")(self.graph, fetches, feeds or ())
        handle = f"->partial_run_{next(_handles)}"
        self._partial[handle] = begun
        return handle

    def partial_run(self, handle: str, fetches: Any, feed_dict: Mapping[Any, Any] | None = None) -> Any:
        """Return what some of a run's fetches are, now that more is fed; each is fetched and fed once.

        Args:
            handle: of `partial_run_setup`.
            fetches, feed_dict: see `run`; some of those that were announced.

        Raises:
            RuntimeError: the session is closed.
            InvalidArgumentError: this was not announced, was fetched or fed before, or needs more to be fed.
        """
        if self._closed:
            raise errors.closed_session()
        recorder, begun = self.graph.recorder, self._partial.get(handle)
        if begun is None or recorder is None:
            raise plan_errors.no_setup()
        found = self._run_prepared(recorder, begun.piece(fetches, feed_dict or {}), {})
        if begun.is_over:
            del self._partial[handle]
        return found

    def make_callable(self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False) -> Any:
        """Return a function of the values of `feed_list`, in its order, that returns what `run` does."""
        keys = list(feed_list or ())

        def call(*values: Any, options: Any = None, run_metadata: Any = None) -> Any:
            return self.run(fetches, dict(zip(keys, values, strict=False)), options, run_metadata)

        return call

    def _fetch(self, fetch: Any) -> Any:
        if isinstance(fetch, Variable):
            return _scalar(np.array(to_numpy(fetch._require_value())))
        if isinstance(fetch, PartitionedVariable):
            for part in fetch:
                part._require_value()
            return fetch.numpy()
        if isinstance(fetch, Operation):
            return fetch.run()
        if isinstance(fetch, str):
            return self._fetch(self._named(fetch))
        if isinstance(fetch, MutableMapping):
            found = copy.copy(fetch)  # a defaultdict's factory, or what else it has, included
            found.update({key: self._fetch(value) for key, value in fetch.items()})
            return found
        if isinstance(fetch, tuple) and hasattr(fetch, "_fields"):
            return type(fetch)(*map(self._fetch, fetch))
        if isinstance(fetch, (list, tuple)):
            return type(fetch)(map(self._fetch, fetch))
        if isinstance(fetch, (int, float, complex, bool, np.generic)):
            return fetch
        if hasattr(fetch, "shape") and hasattr(fetch, "dtype"):
            return _scalar(to_numpy(fetch))
        if callable(fetch):
            return self._fetch(fetch())
        raise errors.unknown_fetch(fetch)

    def _named(self, name: str) -> Any:
        variables = {variable._full_name: variable for variable in self.graph.variables()}
        if not variables:
            raise errors.empty_graph()
        plain = name.removesuffix(":0")
        if plain in variables:
            return variables[plain]
        if plain.endswith("/Assign") and plain.removesuffix("/Assign") in variables:
            return variables[plain.removesuffix("/Assign")].initializer
        raise errors.unknown_name(name, nearest(plain, variables, 3))

    def close(self) -> None:
        """Refuse to run anything from now on, and end what waits in runs of other threads."""
        self._closed = True
        self._waits.end()

    @contextmanager
    def as_default(self) -> Iterator[Self]:
        """Make it the default session of the block."""
        default_sessions.set((*default_sessions.get(), self))
        try:
            yield self
        finally:
            *below, top = default_sessions.get() or (None,)
            default_sessions.set(tuple(below))
            if top is not self:
                raise errors.not_default_session()

    def __enter__(self) -> Self:
        blocks = [self.as_default()] if self._graph is None else [self._graph.as_default(), self.as_default()]
        for block in blocks:
            block.__enter__()
        self._entered.append(blocks)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        for block in reversed(self._entered.pop()):
            block.__exit__(None, None, None)


class InteractiveSession(Session):
    """A session that is the default one until it is closed."""

    def __init__(self, target: str = "", graph: Graph | None = None, config: ConfigProto | None = None) -> None:
        super().__init__(target, graph, config)
        default_sessions.set((*default_sessions.get(), self))

    def close(self) -> None:
        """Stop being the default session, and refuse to run."""
        default_sessions.set(tuple(session for session in default_sessions.get() if session is not self))
        super().close()


def _kept(recorder: Recorder, key: Any, feeds: Mapping[Any, Any]) -> Any:
    """Return what was prepared for a key of fetches and these keys of feeds, or None."""
    try:
        return recorder.plans.get((key, *feeds))
    except TypeError:  # something unhashable: nothing that can be fetched, and told so elsewhere
        return None


def _scalar(value: np.ndarray[Any, Any]) -> Any:
    return value[()] if value.ndim == 0 else value
