"""GradientDescent, Momentum, RMSProp and Adagrad."""

from __future__ import annotations

from typing import Any

from ...arrays.typing import Array
from ...fused import implementation, reference
from ...scoping.variables import Variable
from .base import Optimizer, value_of


class GradientDescentOptimizer(Optimizer):
    """w -= learning_rate * g.

    Args:
        learning_rate: a number, a scalar Variable or callable() -> number, read in each step.
        use_locking, name: see `Optimizer`.

    Source: TF 1.15 python/training/gradient_descent.py.
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _prepare(self) -> None:
        self._lr = value_of(self._learning_rate)

    def _apply(self, variable: Variable, w: Array, g: Array) -> None:
        implementation(w, g).sgd_update(w, g, self._lr)


class MomentumOptimizer(Optimizer):
    """m = momentum * m + g; w -= learning_rate * m, the slot being w/Momentum.

    Args:
        learning_rate, momentum: numbers, scalar Variables or callables, read in each step.
        use_locking, name: see `Optimizer`.
        use_nesterov: w -= learning_rate * (g + momentum * m) instead.

    Source: TF 1.15 python/training/momentum.py.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._momentum = learning_rate, momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, variables: list[Variable]) -> None:
        for variable in variables:
            self._slot(variable, "momentum", 0.0, self._name)

    def _prepare(self) -> None:
        self._numbers = value_of(self._learning_rate), value_of(self._momentum)

    def _apply(self, variable: Variable, w: Array, g: Array) -> None:
        m = self._slot_array("momentum", variable)
        implementation(w, m, g).momentum_update(w, m, g, *self._numbers, self._use_nesterov)


class RMSPropOptimizer(Optimizer):
    """Divides the gradient by the root of a running mean of its square.

    ms = decay * ms + (1 - decay) * g^2; mom = momentum * mom + learning_rate * g / sqrt(ms + epsilon);
    w -= mom. The slots are w/RMSProp (ms, which starts at 1) and w/RMSProp_1 (mom).

    Args:
        learning_rate, decay, momentum, epsilon: numbers, scalar Variables or callables, read in each step.
        use_locking, name: see `Optimizer`.
        centered: subtract the square of the running mean of g from ms; its slot comes second.

    Source: TF 1.15 python/training/rmsprop.py.
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._given = learning_rate, (decay, momentum, epsilon)
        self._centered = centered

    def _create_slots(self, variables: list[Variable]) -> None:
        for variable in variables:
            self._slot(variable, "rms", 1.0, self._name)
            if self._centered:
                self._slot(variable, "mg", 0.0, self._name)
            self._slot(variable, "momentum", 0.0, self._name)

    def _prepare(self) -> None:
        self._numbers = tuple(map(value_of, (self._learning_rate, *self._given)))

    def _apply(self, variable: Variable, w: Array, g: Array) -> None:
        ms, mom = (self._slot_array(name, variable) for name in ("rms", "momentum"))
        if self._centered:
            mg = self._slot_array("mg", variable)
            reference.rmsprop_centered_update(w, ms, mg, mom, g, *self._numbers)
        else:
            implementation(w, ms, mom, g).rmsprop_update(w, ms, mom, g, *self._numbers)


class AdagradOptimizer(Optimizer):
    """a += g^2; w -= learning_rate * g / sqrt(a), the slot being w/Adagrad.

    Args:
        learning_rate: a number, a scalar Variable or callable() -> number, read in each step.
        initial_accumulator_value: what the slot starts at.
        use_locking, name: see `Optimizer`.

    Source: TF 1.15 python/training/adagrad.py.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._start = learning_rate, initial_accumulator_value

    def _create_slots(self, variables: list[Variable]) -> None:
        for variable in variables:
            self._slot(variable, "accumulator", self._start, self._name)

    def _prepare(self) -> None:
        self._lr = value_of(self._learning_rate)

    def _apply(self, variable: Variable, w: Array, g: Array) -> None:
        reference.adagrad_update(w, self._slot_array("accumulator", variable), g, self._lr)
