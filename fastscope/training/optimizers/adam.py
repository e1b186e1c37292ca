"""Adam."""

from __future__ import annotations

import math
from typing import Any

from ...arrays.typing import Array
from ...fused import implementation
from ...scoping.variables import Variable
from .base import Optimizer, value_of


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
        self._learning_rate, self._given = learning_rate, (beta1, beta2, epsilon)

    def _create_others(self, variables: list[Variable]) -> None:
        self._other("beta1_power", value_of(self._given[0]))
        self._other("beta2_power", value_of(self._given[1]))

    def _create_slots(self, variables: list[Variable]) -> None:
        for variable in variables:
            self._slot(variable, "m", 0.0, self._name)
            self._slot(variable, "v", 0.0, self._name)

    def _prepare(self) -> None:
        self._rates = tuple(map(value_of, (self._learning_rate, *self._given)))

    def _begin(self) -> None:
        lr, beta1, beta2, eps = self._rates
        power1, power2 = (value_of(self._others[f"beta{k}_power"]) for k in (1, 2))
        self._numbers = lr * math.sqrt(1 - power2) / (1 - power1), beta1, beta2, eps
        self._next_powers = power1 * beta1, power2 * beta2

    def _apply(self, variable: Variable, w: Array, g: Array) -> None:
        m, v = (self._slot_array(name, variable) for name in ("m", "v"))
        implementation(w, m, v, g).adam_update(w, m, v, g, *self._numbers)

    def _finish(self) -> None:
        for k, power in enumerate(self._next_powers, 1):
            self._others[f"beta{k}_power"]._write(power)
