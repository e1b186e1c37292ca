"""One operation written down, for functions that are no arithmetic: summaries, queues, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..arrays.dtypes import DType
from .conversion import as_tensor, brought_in
from .operation import Operation
from .recording import Recorder
from .tensor import StaticShape

__all__ = ["write_down"]


def write_down(
    recorder: Recorder,
    type: str,
    full_name: str,
    function: Callable[..., Any] | None,
    inputs: Mapping[str, Any],
    outputs: Iterable[tuple[StaticShape, DType]],
    attributes: dict[str, Any] | None = None,
    is_list: bool = False,
) -> Operation:
    """Write an operation down that calls `function` with the values of `inputs`; see `Recorder.add`.

    Args:
        inputs: by the names of TensorFlow's arguments, after which those that are no tensors are called.
    """
    tensors = [
        brought_in(as_tensor(value, recorder, name=f"{full_name}/{name}"), recorder, full_name)
        for name, value in inputs.items()
    ]
    return recorder.add(type, full_name, function, tuple(tensors), tensors, outputs, attributes, is_list=is_list)
