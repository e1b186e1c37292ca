"""What an update waits for in TensorFlow: the gradients, computed together with its own, that read its variable.

The library runs operations in the order of the program's lines. TensorFlow runs them as they are ready, and would
write to a variable that another gradient still wants.

Source: tensorflow/python/training/optimizer.py (GATE_OP, TF 1.15).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..graph import Operation
from ..graph.needs import needed

__all__ = ["Gates"]


class Gates:
    """What the updates of a graph wait for.

    Args:
        operations: of the graph.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._readers: dict[str, dict[Operation, list[Operation]]] = {}
        self._groups: dict[str, list[Operation]] = {}
        for operation in operations:
            if "optimizer" in operation.attributes:
                self._groups.setdefault(_group(operation), []).append(operation)

    def before(self, operation: Operation) -> list[Operation]:
        """Return the parts of gradients that read the variable of an update, and are computed with it."""
        if "optimizer" not in operation.attributes or not operation.inputs:
            return []
        group = _group(operation)
        if group not in self._readers:
            self._readers[group] = _readers(self._groups[group])
        sources = {tensor.op for tensor in operation.inputs}
        return [each for each in self._readers[group].get(operation.inputs[0].op, ()) if each not in sources]


def _group(operation: Operation) -> str:
    """Return what the updates of one step have in common: the scope of the optimizer's operation."""
    return operation.name.partition("/update_")[0]


def _readers(updates: list[Operation]) -> dict[Operation, list[Operation]]:
    """Return for each variable's operation the parts of ways back, among what the updates need, that read it."""
    found: dict[Operation, list[Operation]] = {}
    for operation in needed([tensor.op for update in updates for tensor in update.taken]):
        if operation.way_back_of is None:
            continue
        for tensor in operation.inputs:
            if "variable" in tensor.op.attributes and tensor.op.inputs:
                found.setdefault(tensor.op.inputs[0].op, []).append(operation)
    return found
