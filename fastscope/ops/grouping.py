"""tuple: several tensors that are there only when all of them are.

Source: tensorflow/python/ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..errors import flow as errors
from ..graph import Operation, control_dependencies, current
from ..graph.conversion import as_tensor
from ..graph.indexed_slices import IndexedSlices
from .creation import group, identity
from .scoped import within

__all__ = ["tuple", "with_dependencies"]


def tuple(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """Return `tensors`, of which none is there before all of them are computed.

    Args:
        tensors: list of tensors; operations and None may stand in it.
        name: of the name scope, "tuple" by default.
        control_inputs: what has to run before, too.

    Raises:
        ValueError: nothing to wait for.
    """
    recorder = current()
    if recorder is None:
        return list(tensors)
    with within(name, "tuple"):
        as_they_are = Operation, IndexedSlices, type(None)
        found = [value if isinstance(value, as_they_are) else as_tensor(value, recorder) for value in tensors]
        waited_for = [
            value.values if isinstance(value, IndexedSlices) else value for value in found if value is not None
        ]
        waited_for += list(control_inputs or ())
        if not waited_for:
            raise errors.nothing_to_wait_for(found)
        gate = group(*waited_for)
        return [value if value is None else with_dependencies([gate], value) for value in found]


def with_dependencies(dependencies: list[Any], value: Any) -> Any:
    """Return `value`, a tensor or operation, after other things ran."""
    if isinstance(value, Operation):
        return group(*dependencies, value)
    if isinstance(value, IndexedSlices):
        return IndexedSlices(with_dependencies(dependencies, value.values), value.indices, value.dense_shape)
    with control_dependencies(dependencies):
        return identity(value, name="control_dependency")
