"""Adam."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.typing import Array
from ...fused import implementation, sum_of_rows
from ...graph import Operation, control_dependencies
from ...ops import group
from ...scoping.variables import Variable
from . import recorded
from .base import Optimizer

_POWERS = ("beta1_power", "beta2_power")


class AdamOptimizer(Optimizer):
    """Adam, as TF1 writes it: epsilon is added to the root of the uncorrected second moment.

    m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g^2;
    w -= learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon). The slots are w/Adam (m)
    and w/Adam_1 (v); beta1_power and beta2_power hold the powers, so a checkpoint has the step.

    Args:
        learning_rate, beta1, beta2, epsilon: numbers, scalar Variables or callables, read in each step.
        use_locking, name: see `Optimizer`.

    Source: TF 1.15 python/training/adam.py; Kingma and Ba, arXiv:1412.6980, section 2.
    """

    _type = "Adam"
    _hyper = ("learning_rate", "beta1", "beta2", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._given = learning_rate, (learning_rate, beta1, beta2, epsilon)

    def _slot_starts(self) -> dict[str, float]:
        return {"m": 0.0, "v": 0.0}

    def _create_slots(self, var_list: list[Variable]) -> None:
        for name, start in zip(_POWERS, self._given[1:3], strict=True):
            self._create_non_slot_variable(recorded.first_value(start), name)
        super()._create_slots(var_list)

    def _get_beta_accumulators(self) -> tuple[Variable, Variable]:
        return self._others["beta1_power"], self._others["beta2_power"]

    def _counts(self) -> list[Variable]:
        return list(self._get_beta_accumulators())

    def _numbers(self, *given: float) -> tuple[float, ...]:
        lr, beta1, beta2, eps, power1, power2 = given
        return lr * math.sqrt(1 - power2) / (1 - power1), beta1, beta2, eps

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        m, v = slots
        implementation(w, m, v, g).adam_update(w, m, v, g, *numbers)

    def _update_rows(self, w: Array, slots: list[Array], rows: Array, ids: Array, *numbers: float) -> None:
        # the other rows' moments fall, and so the other rows move, too
        self._update(w, slots, sum_of_rows(rows, ids, len(w)), *numbers)

    def _count(self, *given: float) -> None:
        for power, beta in zip(self._counts(), given[1:3], strict=True):
            power._write(power._read() * np.float32(beta))

    def _finish(self, update_ops: list[Any], name_scope: str) -> Operation:
        with control_dependencies(update_ops):
            powers = [recorded.scaled(*pair) for pair in zip(self._counts(), self._tensors[1:3], strict=True)]
        return group(*update_ops, *powers, name=name_scope)


class LazyAdamOptimizer(AdamOptimizer):
    """Adam that leaves alone the rows of a variable that have no gradient, and their slots; else the same.

    Source: TF 1.15 contrib/opt/python/training/lazy_adam_optimizer.py.
    """

    def _update_rows(self, w: Array, slots: list[Array], rows: Array, ids: Array, *numbers: float) -> None:
        Optimizer._update_rows(self, w, slots, rows, ids, *numbers)
