"""Bodies: code that is recorded once and run many times, as the steps of a loop are.

A body is recorded by a Recorder of its own. What it uses from outside it captures: these tensors become inputs of the
operation that runs the body, and so have gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..arrays.dtypes import DType
from ..graph import Recorder, StaticShape, Tensor
from ..graph.plan import Plan

__all__ = ["Body"]


class Body:
    """A recorded function of tensors.

    Args:
        recorder: where it is used: what encloses it.
        function: callable(*tensors) -> list of tensors; what it returns that is none becomes one.
        inputs: static shape and dtype of each argument.

    Attributes:
        inputs, outputs: its tensors.
        captured: what it uses from outside, tensors of the enclosing recorder, with the tensors inside for them.
    """

    def __init__(
        self,
        recorder: Recorder,
        function: Callable[..., Sequence[Tensor]],
        inputs: Iterable[tuple[StaticShape, DType]],
    ) -> None:
        self.recorder = Recorder(recorder.graph, recorder)
        with self.recorder.recording():
            self.inputs = [self._argument(k, dims, dtype) for k, (dims, dtype) in enumerate(inputs)]
            self.outputs = [self.recorder.capture(tensor) for tensor in function(*self.inputs)]

    @property
    def captured(self) -> dict[Tensor, Tensor]:
        """What it uses from outside, and what stands inside for it."""
        return self.recorder.captured

    def argument(self, dims: StaticShape, dtype: DType) -> Tensor:
        """Return a further argument, which a plan can be fed."""
        with self.recorder.recording():
            return self._argument(len(self.recorder.operations), dims, dtype)

    def _argument(self, number: int, dims: StaticShape, dtype: DType) -> Tensor:
        name = f"Argument_{number}"
        return self.recorder.add("Placeholder", name, None, (), (), [(dims, dtype)]).outputs[0]

    def plan(self, fetched: Sequence[Tensor], fed: Sequence[Tensor]) -> Callable[..., tuple[Any, ...]]:
        """Return the plan that computes `fetched` from the values of `fed`, in the same order."""
        return Plan(fetched, fed).function
