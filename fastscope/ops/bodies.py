"""Bodies: code that is recorded once and run many times, as the steps of a loop are.

A body is recorded by a Recorder of its own. What it uses from outside it captures: these tensors become inputs of the
operation that runs the body, and so have gradients.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, device_of
from ..arrays.dtypes import DType
from ..graph import Operation, Recorder, StaticShape, Tensor, inside, without_controls
from ..graph.placement import FREE
from ..graph.plan import Plan
from .operands import current_device

__all__ = ["Body", "BodyPlan"]

Function = Callable[..., tuple[Any, ...]]


class Body:
    """A recorded function of tensors.

    Args:
        recorder: where it is used: what encloses it.
        function: callable(*tensors) -> list of tensors; what it returns that is none becomes one.
        inputs: static shape and dtype of each argument.
        names: of the arguments, full ones.

    Attributes:
        inputs, outputs: its tensors.
        captured: what it uses from outside, tensors of the enclosing recorder, with the tensors inside for them.
    """

    def __init__(
        self,
        recorder: Recorder,
        function: Callable[..., Sequence[Tensor]],
        inputs: Iterable[tuple[StaticShape, DType]],
        names: Sequence[str] = (),
    ) -> None:
        self.recorder = Recorder(recorder.graph, recorder)
        with self.recording():
            specs = list(inputs)
            wanted = names or [f"Argument_{k}" for k in range(len(specs))]
            self.inputs = [self._argument(name, *spec) for name, spec in zip(wanted, specs, strict=True)]
            self.outputs = [self.recorder.capture(tensor) for tensor in function(*self.inputs)]

    @contextlib.contextmanager
    def recording(self) -> Iterator[Recorder]:
        """Open a block whose operations are the body's: in no branch that is outside, and waiting for nothing there."""
        with self.recorder.recording(), inside(None), without_controls():
            yield self.recorder

    @property
    def captured(self) -> dict[Tensor, Tensor]:
        """What it uses from outside, and what stands inside for it."""
        return self.recorder.captured

    def run_by(self, operation: Operation) -> None:
        """Make `operation`, which runs it, wait for what it waits for."""
        recorder = operation.recorder
        operation.control_inputs += recorder.own_of(list(self.recorder.before))

    def argument(self, dims: StaticShape, dtype: DType) -> Tensor:
        """Return a further argument, which a plan can be fed."""
        with self.recording():
            return self._argument(f"Argument_{len(self.recorder.operations)}", dims, dtype)

    def _argument(self, name: str, dims: StaticShape, dtype: DType) -> Tensor:
        return self.recorder.add("Placeholder", name, None, (), (), [(dims, dtype)]).outputs[0]


class BodyPlan:
    """What computes tensors of a body from others.

    Args:
        fetched: what is computed.
        fed: the tensors whose values are given, in their order.
    """

    def __init__(self, fetched: Sequence[Tensor], fed: Sequence[Tensor]) -> None:
        self._fetched = list(fetched)
        self._fed = list(fed)
        self._made: dict[Any, Function] = {}

    def ready(self) -> Function:
        """Return the function of the values: where there is a GPU, one that goes by where they are."""
        if "cupy" in sys.modules:
            return self._placed
        found = self._made.get(None)
        if found is None:
            found = self._made[None] = Plan(self._fetched, self._fed).function
        return found

    def _placed(self, *values: Any) -> tuple[Any, ...]:
        device = current_device()
        places = [FREE if array_module(value) is np else device_of(value) for value in values]
        key = (device, *places)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Plan(
                self._fetched, self._fed, places=places, device=device, settled=True
            ).function
        return found(*values)
