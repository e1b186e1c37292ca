"""Sessions, for code that is written in them.

fastscope computes at once, and a variable has one value. So a session runs nothing later and holds nothing: `run`
gives host copies of variables, calls operations and functions, and passes arrays through. TF's sessions each have
their own values; here two sessions see the same.

Source: tensorflow/python/client/session.py (TF 1.15).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import numpy as np

from .arrays import import_cupy, to_numpy
from .errors import session as errors
from .graph import Graph, GraphKeys, Operation, default_sessions, get_default_graph
from .variables import PartitionedVariable, Variable

__all__ = ["ConfigProto", "GPUOptions", "InteractiveSession", "Session", "get_default_session"]


class GPUOptions:
    """How GPU memory is taken.

    Attributes:
        allow_growth: memory is always taken as it is needed here; kept for TF's sake.
        per_process_gpu_memory_fraction: limit of CuPy's memory pool, as a fraction of the device's memory; 0 = none.
        visible_device_list: kept for TF's sake; CUDA_VISIBLE_DEVICES does it.
    """

    def __init__(
        self,
        per_process_gpu_memory_fraction: float = 0.0,
        allow_growth: bool = False,
        visible_device_list: str = "",
    ) -> None:
        self.per_process_gpu_memory_fraction = per_process_gpu_memory_fraction
        self.allow_growth = allow_growth
        self.visible_device_list = visible_device_list

    def apply(self) -> None:
        """Set the limit of CuPy's memory pool, if a fraction was given."""
        if self.per_process_gpu_memory_fraction:
            import_cupy().get_default_memory_pool().set_limit(fraction=self.per_process_gpu_memory_fraction)


class ConfigProto:
    """A session's configuration; `gpu_options` is used, other fields are kept as they are given."""

    def __init__(self, gpu_options: GPUOptions | None = None, **fields: Any) -> None:
        self.gpu_options = GPUOptions() if gpu_options is None else gpu_options
        self.__dict__.update(fields)


def get_default_session() -> Session | None:
    """Return the innermost session entered with `with`, or None."""
    session: Session | None = default_sessions.stack[-1] if default_sessions.stack else None
    return session


class Session:
    """Runs things: see `run`.

    Args:
        target: must be ''.
        graph: what names are looked up in; None = the default graph.
        config: ConfigProto.

    Raises:
        ModuleNotFoundError: the configuration limits GPU memory and CuPy is not installed.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: ConfigProto | None = None) -> None:
        self._graph = graph
        self._closed = False
        self._entered: list[Any] = []
        if config is not None:
            config.gpu_options.apply()

    @property
    def graph(self) -> Graph:
        """The graph that names are looked up in."""
        return get_default_graph() if self._graph is None else self._graph

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """Return what the fetches are.

        Args:
            fetches: a Variable (its value, copied to the host), an Operation (run; gives None), a callable (called; its
                result is fetched), an array or number (itself, on the host), the name of a variable ("w:0", "w") or of
                its initializer ("w/Assign"), or a list, tuple or dict of these.
            feed_dict: must be empty: there are no placeholders.

        Returns:
            The values, in the structure of `fetches`.

        Raises:
            FailedPreconditionError: a variable has no value yet.
            RuntimeError: the session is closed, or nothing was declared yet.
            InvalidArgumentError: something is fed.
            KeyError: no variable has this name.
            TypeError: something that cannot be run.
        """
        if self._closed:
            raise errors.closed_session()
        if feed_dict:
            raise errors.nothing_to_feed()
        if not self.graph.stats()["nodes"] and (fetches is None or (isinstance(fetches, (str, list, tuple)))):
            raise errors.empty_graph()
        return self._fetch(fetches)

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
        if isinstance(fetch, Mapping):
            return type(fetch)((key, self._fetch(value)) for key, value in fetch.items())  # type: ignore[call-arg]
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
        variables = {
            variable._full_name: variable
            for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES)
            for variable in self.graph.get_collection(key)
            if isinstance(variable, Variable)
        }
        if not variables:
            raise errors.empty_graph()
        plain = name.removesuffix(":0")
        if plain in variables:
            return variables[plain]
        if plain.endswith("/Assign") and plain.removesuffix("/Assign") in variables:
            return variables[plain.removesuffix("/Assign")].initializer
        raise errors.unknown_name(name, difflib.get_close_matches(plain, variables, n=3))

    def close(self) -> None:
        """Refuse to run anything from now on."""
        self._closed = True

    @contextmanager
    def as_default(self) -> Iterator[Self]:
        """Make it the default session of the block."""
        default_sessions.stack.append(self)
        try:
            yield self
        finally:
            if default_sessions.stack.pop() is not self:
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
        default_sessions.stack.append(self)

    def close(self) -> None:
        """Stop being the default session, and refuse to run."""
        if self in default_sessions.stack:
            default_sessions.stack.remove(self)
        super().close()


def _scalar(value: np.ndarray[Any, Any]) -> Any:
    return value[()] if value.ndim == 0 else value
