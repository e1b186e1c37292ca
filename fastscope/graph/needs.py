"""What has to run before an operation can."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from .operation import Operation
from .tensor import Tensor

__all__ = ["needed", "waited_for"]


def needed(
    fetched: Iterable[Operation], fed: Iterable[Tensor] = (), done: Container[Operation] = ()
) -> list[Operation]:
    """Return the operations that have to run but for those that are `done`, in the order in which they were written."""
    known = set(fed)
    found: dict[int, Operation] = {}
    waiting = list(fetched)
    while waiting:
        operation = waiting.pop()
        if operation.number in found or operation in done:
            continue
        found[operation.number] = operation
        waiting += operation.control_inputs
        waiting += (tensor.op for tensor in waited_for(operation) if tensor not in known)
    return [found[number] for number in sorted(found)]


def waited_for(operation: Operation) -> Iterator[Tensor]:
    """Yield the tensors that an operation waits for: what it takes, and what decides if its branch is taken."""
    yield from operation.taken
    branch = operation.branch
    while branch is not None:
        yield branch.pred
        branch = branch.outer
