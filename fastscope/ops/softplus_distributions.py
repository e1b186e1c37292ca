"""Distributions whose parameters are made positive, and the Poisson distribution: of `tf.contrib.distributions`.

Source: tensorflow/contrib/distributions/python/ops/poisson.py; the classes WithSoftplus... of
tensorflow/python/ops/distributions/ (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import distributions as errors
from .asserting import assert_equal, assert_non_negative
from .creation import convert_to_tensor, identity
from .distributions import NOT_REPARAMETERIZED, Distribution, Normal, checked_floats
from .elementwise import floor, lgamma
from .gammas import Beta, Exponential, Gamma, Laplace, StudentT
from .math import abs as absolute
from .math import exp, log
from .nonlinear import softplus
from .random_choices import random_poisson

__all__ = [
    "BetaWithSoftplusConcentration",
    "ExponentialWithSoftplusRate",
    "GammaWithSoftplusConcentrationRate",
    "LaplaceWithSoftplusScale",
    "NormalWithSoftplusScale",
    "Poisson",
    "StudentTWithAbsDfSoftplusScale",
]


def _positive(value: Any) -> Any:
    return softplus(convert_to_tensor(value))


class NormalWithSoftplusScale(Normal):
    """Normal whose scale is `softplus(scale)`."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "NormalWithSoftplusScale",
    ) -> None:
        super().__init__(loc, _positive(scale), validate_args, allow_nan_stats, name)
        self.parameters |= {"loc": loc, "scale": scale}


class LaplaceWithSoftplusScale(Laplace):
    """Laplace whose scale is `softplus(scale)`."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "LaplaceWithSoftplusScale",
    ) -> None:
        super().__init__(loc, _positive(scale), validate_args, allow_nan_stats, name)
        self.parameters |= {"loc": loc, "scale": scale}


class BetaWithSoftplusConcentration(Beta):
    """Beta whose concentrations are `softplus` of what is given."""

    def __init__(
        self,
        concentration1: Any,
        concentration0: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "BetaWithSoftplusConcentration",
    ) -> None:
        super().__init__(_positive(concentration1), _positive(concentration0), validate_args, allow_nan_stats, name)
        self.parameters |= {"concentration1": concentration1, "concentration0": concentration0}


class GammaWithSoftplusConcentrationRate(Gamma):
    """Gamma whose concentration and rate are `softplus` of what is given."""

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "GammaWithSoftplusConcentrationRate",
    ) -> None:
        super().__init__(_positive(concentration), _positive(rate), validate_args, allow_nan_stats, name)
        self.parameters |= {"concentration": concentration, "rate": rate}


class ExponentialWithSoftplusRate(Exponential):
    """Exponential whose rate is `softplus(rate)`."""

    def __init__(
        self,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "ExponentialWithSoftplusRate",
    ) -> None:
        super().__init__(_positive(rate), validate_args, allow_nan_stats, name)
        self.parameters |= {"rate": rate}


class StudentTWithAbsDfSoftplusScale(StudentT):
    """StudentT of `floor(abs(df))` degrees of freedom, whose scale is `softplus(scale)`."""

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentTWithAbsDfSoftplusScale",
    ) -> None:
        super().__init__(
            floor(absolute(convert_to_tensor(df))), loc, _positive(scale), validate_args, allow_nan_stats, name
        )
        self.parameters |= {"df": df, "loc": loc, "scale": scale}


def _counts(value: Any) -> list[Callable[[], Any]]:
    """Return what counts have to be."""
    whole = "cannot contain fractional components."
    return [
        lambda: assert_non_negative(value, message="must be non-negative."),
        lambda: assert_equal(value, floor(value), message=whole),
    ]


class Poisson(Distribution):
    """The Poisson distribution, of counts.

    Args:
        rate: its means, floats above 0.
        log_rate: their logarithms, in place of them.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: both or neither of rate and log_rate, or no floats.
    """

    reparameterization_type = NOT_REPARAMETERIZED

    def __init__(
        self,
        rate: Any = None,
        log_rate: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Poisson",
    ) -> None:
        super().__init__(name, {"rate": rate, "log_rate": log_rate}, validate_args, allow_nan_stats)
        if (rate is None) == (log_rate is None):
            raise errors.rate_or_log_rate()
        held = ("rate", rate) if log_rate is None else ("log_rate", log_rate)
        given = self._held(*held, positive=log_rate is None)
        self.dtype = checked_floats("Poisson", (held[0], given), (held[0], given))
        with self._scope():
            self.rate: Any = given if log_rate is None else exp(given)
            self.log_rate: Any = log(given) if log_rate is None else given

    def _batch(self) -> Any:
        return self.rate

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        return random_poisson(self.rate, ahead if known is None else known, dtype=self.dtype, seed=seed)

    def _log_prob(self, value: Any) -> Any:
        value = self._valid(value, *_counts(value))
        return value * self.log_rate - lgamma(1.0 + value) - self.rate

    def _mean(self) -> Any:
        return identity(self.rate)

    _variance = _mean

    def _mode(self) -> Any:
        return floor(self.rate)
