"""An optimizer that steps by the mean of all ranks' gradients.

Source: horovod.tensorflow's DistributedOptimizer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import distributed as errors
from ..graph import Operation, current
from ..scoping.variables import Variable
from ..training.gradient_store import Gradients
from ..training.optimizers import Optimizer
from .reducing import Average, Sum, allreduce_gradients, is_mean

__all__ = ["Compression", "DistributedOptimizer"]


class Compression:
    """How gradients are made smaller on their way: not at all.

    Attributes:
        none: the only way.
        fp16: kept for Horovod's sake: values travel as they are, and lose nothing.
    """

    none = None
    fp16 = None


class DistributedOptimizer(Optimizer):
    """Wraps an optimizer: gradients are averaged over all ranks before it applies them.

        optimizer = hvd.DistributedOptimizer(tf.train.AdamOptimizer(1e-3 * hvd.size()))

    In a graph `compute_gradients` averages, so that a program that clips in between clips the mean. Gradients that did
    not come from it are averaged by `apply_gradients`, as those of eager code are. (Horovod would apply them as they
    are.) Eager code that clips calls `allreduce_gradients` itself, and the optimizer without a wrapper.

    Args:
        optimizer: one of tf.train.
        name: kept for Horovod's sake, as use_locking, device_dense, device_sparse and compression are.
        sparse_as_dense: make arrays of gradients that are rows.
        backward_passes_per_step: 1, as in Horovod.
        op: Average, the default, or Sum.

    Raises:
        ValueError: more backward passes, or an unknown `op`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        name: str | None = None,
        use_locking: bool = False,
        device_dense: str = "",
        device_sparse: str = "",
        compression: Any = None,
        sparse_as_dense: bool = False,
        backward_passes_per_step: int = 1,
        op: str | None = None,
    ) -> None:
        if backward_passes_per_step != 1:
            raise errors.one_backward_pass(backward_passes_per_step)
        super().__init__(use_locking, name or f"Distributed{type(optimizer).__name__}")
        self._optimizer = optimizer
        self._learning_rate = optimizer._learning_rate
        self._sparse_as_dense = sparse_as_dense
        self._op = Average if is_mean(op) else Sum
        self._averaged = False  # what compute_gradients returned

    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """Return the means of the gradients over all ranks; see `Optimizer.compute_gradients`."""
        pairs = self._optimizer.compute_gradients(*args, **kwargs)
        self._averaged = True
        return allreduce_gradients(pairs, self._sparse_as_dense, self._op)

    def apply_gradients(
        self,
        grads_and_vars: Gradients | Iterable[tuple[Any, Any]],
        global_step: Variable | None = None,
        name: str | None = None,
    ) -> Operation:
        """Apply gradients, averaged if they are not yet; see `Optimizer.apply_gradients`."""
        if current() is None or not self._averaged:
            grads_and_vars = allreduce_gradients(grads_and_vars, self._sparse_as_dense, self._op)
        return self._optimizer.apply_gradients(grads_and_vars, global_step, name)

    def create_slots(self, var_list: Iterable[Variable]) -> None:
        """Make the slots of variables; see `Optimizer.create_slots`."""
        self._optimizer.create_slots(var_list)

    def get_slot(self, var: Variable, name: str) -> Variable | None:
        """Return the slot of a variable."""
        return self._optimizer.get_slot(var, name)

    def get_slot_names(self) -> list[str]:
        """Return the names of the slots."""
        return self._optimizer.get_slot_names()

    def variables(self) -> list[Variable]:
        """Return all variables of the optimizer."""
        return self._optimizer.variables()
