"""Sources of random numbers for what runs later: each session has the numbers of an operation for itself.

An operation that draws keeps a `Source`: TensorFlow's two seeds. A session keeps a dictionary from sources to
generators, and has it in force while it runs; so each run goes on where the last one stopped, and a new session starts
from the beginning.

Source: tensorflow/core/util/guarded_philox_random.h.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from threading import Lock, local

from .philox import Philox

__all__ = ["Source", "put_in_force"]


class _Running(local):
    """The generators of the session that runs in this thread; None where none does."""

    generators: dict[Source, Philox] | None = None


_running = _Running()


class Source:
    """Where an operation's numbers come from.

    Attributes:
        seed, seed2: TensorFlow's pair; both 0: from the operating system.
    """

    __slots__ = ("__weakref__", "_lock", "_outside", "seed", "seed2")

    def __init__(self, seed: int, seed2: int) -> None:
        self.seed, self.seed2 = seed, seed2
        self._lock = Lock()
        self._outside: Philox | None = None  # where no session runs

    @property
    def is_seeded(self) -> bool:
        """Whether the numbers are the same in each session."""
        return bool(self.seed or self.seed2)

    @contextlib.contextmanager
    def generator(self) -> Iterator[Philox]:
        """Give the generator of the session that runs; no other thread draws from it inside the block."""
        with self._lock:
            generators = _running.generators
            if generators is None:
                self._outside = self._outside or Philox(self.seed, self.seed2)
                yield self._outside
            else:
                found = generators.get(self)
                if found is None:
                    found = generators[self] = Philox(self.seed, self.seed2)
                yield found


def put_in_force(generators: dict[Source, Philox] | None) -> dict[Source, Philox] | None:
    """Let sources draw from these generators, a session's own, in this thread; return those that were in force."""
    before = _running.generators
    _running.generators = generators
    return before
