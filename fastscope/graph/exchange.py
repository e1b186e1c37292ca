"""Queues that one run fills and empties.

TensorFlow runs what is ready, in any order, so that a run can wait for an element that it puts in itself. A plan has
one order. In it what puts elements into a queue stands before what takes some out, where nothing forbids that; and it
does not wait for room before the end of the run.

Source: the idea of TensorFlow's executor, tensorflow/core/common_runtime/executor.cc; the rest is this library's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from .needs import needed
from .operation import Operation

__all__ = ["Begun", "arranged", "begun", "exchanging"]

_PUTS = ("QueueEnqueueV2", "QueueEnqueueManyV2")
_TAKES = ("QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2")
_HELD = ("VariableV2", "VarHandleOp")

Begun = tuple[Callable[[], None], Callable[[], None]]
"""Of something that waits for room: wait for the end of it, and give it up."""
begun: ContextVar[list[Begun] | None] = ContextVar("begun", default=None)
"""What waits for room in this thread's run, where that goes on meanwhile."""


def arranged(operations: list[Operation]) -> tuple[list[Operation], bool]:
    """Return the operations with puts before takes, and whether one queue has both, neither waiting for the other."""
    puts = [operation for operation in operations if operation.type in _PUTS and operation.branch is None]
    takes = [operation for operation in operations if operation.type in _TAKES and operation.branch is None]
    pairs = [(put, take) for put in puts for take in takes if put.attributes["queue"] is take.attributes["queue"]]
    needed_by = {put: set(needed([put])) for put in dict.fromkeys(put for put, _ in pairs)}
    pairs = [(put, take) for put, take in pairs if take not in needed_by[put]]
    found = operations
    for put, take in pairs:
        place = found.index(take)
        if found.index(put) > place:
            before = set(found[:place])
            moved = [operation for operation in found[place:] if operation in needed_by[put]]
            if all(map(_may_move, moved)) and not before.issuperset(moved):
                others = set(moved)
                found = [*found[:place], *moved, *(other for other in found[place:] if other not in others)]
    return found, bool(pairs)


def _may_move(operation: Operation) -> bool:
    """Return whether an operation may run earlier: not if it has to do with a variable, whose writes have an order."""
    held = any(tensor.op.type in _HELD for tensor in operation.inputs)
    is_free = operation.way_back_of is None and operation.branch is None
    return is_free and not held and "variable" not in operation.attributes


def exchanging(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plan's function that waits at its end for the room that elements of its own need."""

    def run(*values: Any) -> Any:
        waiting: list[Begun] = []
        before = begun.set(waiting)
        try:
            found = function(*values)
            for finish, _ in waiting:
                finish()
            return found
        finally:
            begun.reset(before)
            for _, give_up in waiting:
                give_up()

    return run
