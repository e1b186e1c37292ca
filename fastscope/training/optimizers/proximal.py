"""ProximalGradientDescent and ProximalAdagrad: steps that end in the nearest point of a penalty.

Source: Duchi and Singer, Efficient online and batch learning using forward backward splitting (2009).
"""

from __future__ import annotations

from typing import Any

from ...arrays.typing import Array
from ...errors import training as errors
from ...fused import reference
from .base import Optimizer


class ProximalGradientDescentOptimizer(Optimizer):
    """p = w - learning_rate * g; w = sign(p) * max(abs(p) - learning_rate * l1, 0) / (1 + learning_rate * l2).

    Args:
        learning_rate, l1_regularization_strength, l2_regularization_strength: numbers, scalar Variables or tensors, or
            callables, read in each step.
        use_locking, name: see `Optimizer`.

    Source: TF 1.15 python/training/proximal_gradient_descent.py.
    """

    _type = "ProximalGradientDescent"
    _hyper = ("learning_rate", "l1_regularization_strength", "l2_regularization_strength")

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._given = learning_rate, l1_regularization_strength, l2_regularization_strength

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        reference.proximal_update(w, g, *numbers)


class ProximalAdagradOptimizer(Optimizer):
    """a += g^2, then ProximalGradientDescent with the rate learning_rate / sqrt(a), the slot being w/ProximalAdagrad.

    Args:
        learning_rate, l1_regularization_strength, l2_regularization_strength: numbers, scalar Variables or tensors, or
            callables, read in each step.
        initial_accumulator_value: what the slot starts at.
        use_locking, name: see `Optimizer`.

    Raises:
        ValueError: the slot would not start above 0.

    Source: TF 1.15 python/training/proximal_adagrad.py.
    """

    _type = "ProximalAdagrad"
    _hyper = ("learning_rate", "l1_regularization_strength", "l2_regularization_strength")

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ) -> None:
        if initial_accumulator_value <= 0:
            raise errors.accumulator_not_positive(initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._start = learning_rate, initial_accumulator_value
        self._given = learning_rate, l1_regularization_strength, l2_regularization_strength

    def _slot_starts(self) -> dict[str, float]:
        return {"accumulator": self._start}

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        reference.proximal_adagrad_update(w, slots[0], g, *numbers)
