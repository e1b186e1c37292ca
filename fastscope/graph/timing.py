"""Plans that note how long each operation took, and what it made.

What an operation starts on a GPU is not waited for: its time is that of the start.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from .operation import Operation
from .plan import Plan
from .tensor import Tensor

__all__ = ["Timed", "TimedPlan"]


class Timed(NamedTuple):
    """One operation: begin and end in nanoseconds since 1970, and what it made, as it was then."""

    operation: Operation
    begin: int
    end: int
    thread: int
    outputs: list[tuple[tuple[int, ...], int]]  # shapes and bytes


class TimedPlan(Plan):
    """A plan whose operations are timed; operations inside of loops count as a part of these.

    Attributes:
        steps: what was noted of each operation in the last run.
    """

    def __init__(self, fetched: Sequence[Any], fed: Sequence[Tensor], checks: Sequence[Any] = ()) -> None:
        self._ends: list[tuple[Operation, int, list[Any]]] = []
        self.steps: list[Timed] = []
        super().__init__(fetched, fed, checks)

    def _noted(self, operation: Operation) -> list[str]:
        self._constants["noted"] = self._note
        outputs = ", ".join(self._name(tensor) for tensor in operation.outputs if tensor not in self._fed)
        return [f"noted({self._kept(operation, 'o', operation)}, [{outputs}])"]

    def _note(self, operation: Operation, outputs: list[Any]) -> None:
        described = [(tuple(value.shape), int(value.nbytes)) for value in outputs if hasattr(value, "nbytes")]
        self._ends.append((operation, time.perf_counter_ns(), described))

    def run(self, values: Iterable[Any]) -> tuple[Any, ...]:
        """Return the values of the fetched tensors, and keep what was noted in `steps`."""
        self._ends.clear()
        begin = time.perf_counter_ns()
        since_1970 = time.time_ns() - begin
        found = super().run(values)
        self.steps = list(self._timed(begin, since_1970))
        return found

    def _timed(self, begin: int, since_1970: int) -> Iterator[Timed]:
        thread = threading.get_native_id()
        for operation, end, outputs in self._ends:
            yield Timed(operation, since_1970 + begin, since_1970 + end, thread, outputs)
            begin = end
