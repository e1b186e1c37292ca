"""GradientDescent, Momentum, RMSProp, Adagrad, Adadelta and Ftrl."""

from __future__ import annotations

from typing import Any

from ...arrays.typing import Array
from ...errors import training as errors
from ...fused import implementation, reference
from .base import Optimizer


class GradientDescentOptimizer(Optimizer):
    """w -= learning_rate * g.

    Args:
        learning_rate: a number, a scalar Variable or tensor, or callable() -> number, read in each step.
        use_locking, name: see `Optimizer`.

    Source: TF 1.15 python/training/gradient_descent.py.
    """

    _type = "GradientDescent"
    _hyper = ("learning_rate",)

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._given = learning_rate, (learning_rate,)

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        implementation(w, g).sgd_update(w, g, *numbers)


class MomentumOptimizer(Optimizer):
    """m = momentum * m + g; w -= learning_rate * m, the slot being w/Momentum.

    Args:
        learning_rate, momentum: numbers, scalar Variables or tensors, or callables, read in each step.
        use_locking, name: see `Optimizer`.
        use_nesterov: w -= learning_rate * (g + momentum * m) instead.

    Source: TF 1.15 python/training/momentum.py.
    """

    _type = "Momentum"
    _hyper = ("learning_rate", "momentum")

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._given = learning_rate, (learning_rate, momentum)
        self._use_nesterov = use_nesterov

    def _slot_starts(self) -> dict[str, float]:
        return {"momentum": 0.0}

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        (m,) = slots
        implementation(w, m, g).momentum_update(w, m, g, *numbers, self._use_nesterov)


class RMSPropOptimizer(Optimizer):
    """Divides the gradient by the root of a running mean of its square.

    ms = decay * ms + (1 - decay) * g^2; mom = momentum * mom + learning_rate * g / sqrt(ms + epsilon);
    w -= mom. The slots are w/RMSProp (ms, which starts at 1) and w/RMSProp_1 (mom).

    Args:
        learning_rate, decay, momentum, epsilon: numbers, scalar Variables or tensors, or callables, read in each step.
        use_locking, name: see `Optimizer`.
        centered: subtract the square of the running mean of g from ms; its slot comes second.

    Source: TF 1.15 python/training/rmsprop.py.
    """

    _hyper = ("learning_rate", "decay", "momentum", "epsilon")

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
        self._learning_rate, self._given = learning_rate, (learning_rate, decay, momentum, epsilon)
        self._type = "CenteredRMSProp" if centered else "RMSProp"
        self._centered = centered

    def _slot_starts(self) -> dict[str, float]:
        return {"rms": 1.0, "mg": 0.0, "momentum": 0.0} if self._centered else {"rms": 1.0, "momentum": 0.0}

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        if self._centered:
            ms, mg, mom = slots
            reference.rmsprop_centered_update(w, ms, mg, mom, g, *numbers)
        else:
            ms, mom = slots
            implementation(w, ms, mom, g).rmsprop_update(w, ms, mom, g, *numbers)


class AdagradOptimizer(Optimizer):
    """a += g^2; w -= learning_rate * g / sqrt(a), the slot being w/Adagrad.

    Args:
        learning_rate: a number, a scalar Variable or tensor, or callable() -> number, read in each step.
        initial_accumulator_value: what the slot starts at.
        use_locking, name: see `Optimizer`.

    Raises:
        ValueError: the slot would not start above 0.

    Source: TF 1.15 python/training/adagrad.py.
    """

    _type = "Adagrad"
    _hyper = ("learning_rate",)

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        if initial_accumulator_value <= 0:
            raise errors.accumulator_not_positive(initial_accumulator_value)
        super().__init__(use_locking, name)
        self._learning_rate, self._given = learning_rate, (learning_rate,)
        self._start = initial_accumulator_value

    def _slot_starts(self) -> dict[str, float]:
        return {"accumulator": self._start}

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        reference.adagrad_update(w, slots[0], g, *numbers)


class AdadeltaOptimizer(Optimizer):
    """a = rho * a + (1 - rho) * g^2; d = sqrt(u + epsilon) / sqrt(a + epsilon) * g; w -= learning_rate * d.

    u = rho * u + (1 - rho) * d^2. The slots are w/Adadelta (a) and w/Adadelta_1 (u).

    Args:
        learning_rate, rho, epsilon: numbers, scalar Variables or tensors, or callables, read in each step.
        use_locking, name: see `Optimizer`.

    Source: TF 1.15 python/training/adadelta.py; Zeiler, arXiv:1212.5701.
    """

    _type = "Adadelta"
    _hyper = ("lr", "rho", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate, self._given = learning_rate, (learning_rate, rho, epsilon)

    def _slot_starts(self) -> dict[str, float]:
        return {"accum": 0.0, "accum_update": 0.0}

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        a, u = slots
        reference.adadelta_update(w, a, u, g, *numbers)


class FtrlOptimizer(Optimizer):
    """Follow the regularized leader: weights that l1 holds at 0 until their gradients say otherwise.

    n = a + g^2; z += g' - (n^p - a^p) / learning_rate * w, with p = -learning_rate_power and
    g' = g + 2 * l2_shrinkage * w; then w = (sign(z) * l1 - z) / (n^p / learning_rate + 2 * l2) where |z| > l1, else 0.
    The slots are w/Ftrl (a, then n) and w/Ftrl_1 (z).

    Args:
        learning_rate, learning_rate_power: numbers, scalar Variables or tensors, or callables, read in each step.
        l1_regularization_strength, l2_regularization_strength, l2_shrinkage_regularization_strength: likewise.
        initial_accumulator_value: what a starts at.
        use_locking, name: see `Optimizer`.
        accum_name, linear_name: last parts of the slots' names; None = `name`.

    Raises:
        ValueError: a number with a sign that makes no sense.

    Source: TF 1.15 python/training/ftrl.py; McMahan et al., Ad click prediction (2013), algorithm 1.
    """

    _type = "Ftrl"
    _hyper = (
        "learning_rate",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "learning_rate_power",
    )

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: Any = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: Any = 0.0,
    ) -> None:
        super().__init__(use_locking, name)
        strengths = l1_regularization_strength, l2_regularization_strength, l2_shrinkage_regularization_strength
        self._learning_rate, self._given = learning_rate, (learning_rate, *strengths, learning_rate_power)
        self._start = initial_accumulator_value
        self._ends = {"accum": accum_name or name, "linear": linear_name or name}
        signed = zip(("initial_accumulator_value", *self._hyper[1:4]), (self._start, *strengths), strict=True)
        for argument, value in signed:
            if isinstance(value, (int, float)) and value < 0:
                raise errors.wrong_sign(argument, value, "zero or positive")
        if isinstance(learning_rate_power, (int, float)) and learning_rate_power > 0:
            raise errors.wrong_sign("learning_rate_power", learning_rate_power, "negative or zero")

    def _slot_starts(self) -> dict[str, float]:
        return {"accum": self._start, "linear": 0.0}

    def _slot_scope(self, name: str) -> str:
        return self._ends[name]

    def _update(self, w: Array, slots: list[Array], g: Array, *numbers: float) -> None:
        n, z = slots
        reference.ftrl_update(w, n, z, g, *numbers)
