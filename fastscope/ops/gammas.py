"""Distributions that are made of gamma functions, and Laplace's: more of `tf.distributions`.

Source: tensorflow/python/ops/distributions/ gamma.py, exponential.py, beta.py, dirichlet.py, laplace.py, student_t.py
(TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays.philox import salted
from ..arrays.shapes import TensorShape
from ..errors import distributions as errors
from .arranging import matrix_set_diag
from .asserting import assert_less, assert_near, assert_positive
from .creation import ones_like, zeros_like
from .distributions import (
    Distribution,
    OfLocationAndScale,
    above_zero,
    checked_floats,
    dims_of,
    divergence,
    together,
)
from .elementwise import digamma, expm1, lgamma, log1p, rsqrt, sign
from .math import abs as absolute
from .math import log, sqrt, square, where
from .random_choices import random_gamma
from .random_numbers import random_normal, random_uniform
from .reductions import reduce_min, reduce_sum
from .shaping import concat, expand_dims
from .shaping import shape as shape_of

__all__ = ["Beta", "Dirichlet", "Exponential", "Gamma", "Laplace", "StudentT"]


_POSITIVE = "Concentration parameter must be positive."


def _assert_whole(total: Any) -> Any:
    return assert_near(ones_like(total), total, message="sample last-dimension must sum to `1`")


class Gamma(Distribution):
    """The gamma distribution.

    Args:
        concentration: its form, floats above 0.
        rate: the inverse of its scale, above 0.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats of one dtype.
    """

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Gamma",
    ) -> None:
        super().__init__(name, {"concentration": concentration, "rate": rate}, validate_args, allow_nan_stats)
        self.concentration, self.rate = (
            self._held("concentration", concentration, positive=True),
            self._held("rate", rate, positive=True),
        )
        self.dtype = checked_floats("Gamma", ("concentration", self.concentration), ("rate", self.rate))

    def _batch(self) -> Any:
        return together(self.concentration, self.rate)

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        both = self.concentration + zeros_like(self.rate)
        return random_gamma(ahead, both, self.rate, dtype=self.dtype, seed=seed)

    def _log_prob(self, value: Any) -> Any:
        value = self._valid(value, lambda: assert_positive(value))
        a, b = self.concentration, self.rate
        return (a - 1.0) * log(value) - b * value - (lgamma(a) - a * log(b))

    def _entropy(self) -> Any:
        a = self.concentration
        return a - log(self.rate) + lgamma(a) + (1.0 - a) * digamma(a)

    def _mean(self) -> Any:
        return self.concentration / self.rate

    def _variance(self) -> Any:
        return self.concentration / square(self.rate)

    def _stddev(self) -> Any:
        return sqrt(self.concentration) / self.rate

    def _mode(self) -> Any:
        mode = (self.concentration - 1.0) / self.rate
        return self._or_nan(self.concentration, 1.0, mode, "mode not defined when any concentration <= 1")


class Exponential(Gamma):
    """The exponential distribution: Gamma with the concentration 1.

    Args:
        rate: the inverse of its scale, floats above 0.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.
    """

    def __init__(
        self, rate: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Exponential"
    ) -> None:
        Distribution.__init__(self, name, {"rate": rate}, validate_args, allow_nan_stats)
        self.rate = self._held("rate", rate, positive=True)
        self.dtype = checked_floats("Exponential", ("rate", self.rate), ("rate", self.rate))
        with self._scope():
            self.concentration = ones_like(self.rate)

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        return Distribution._draw_ahead(self, ahead, known, seed)

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        return -log(above_zero(shape, self.dtype, seed)) / self.rate

    def _cdf(self, value: Any) -> Any:
        return -expm1(-self.rate * value)


class Beta(Distribution):
    """The beta distribution, of numbers between 0 and 1.

    Args:
        concentration1, concentration0: its forms at 1 and at 0, floats above 0; None = 1.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats of one dtype.
    """

    def __init__(
        self,
        concentration1: Any = None,
        concentration0: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ) -> None:
        super().__init__(
            name, {"concentration1": concentration1, "concentration0": concentration0}, validate_args, allow_nan_stats
        )
        one, zero = (1.0 if given is None else given for given in (concentration1, concentration0))
        self.concentration1 = self._held("concentration1", one, positive=True, message=_POSITIVE)
        self.concentration0 = self._held("concentration0", zero, positive=True, message=_POSITIVE)
        named = ("concentration1", self.concentration1), ("concentration0", self.concentration0)
        self.dtype = checked_floats("Beta", *named)
        with self._scope():
            self.total_concentration = self.concentration1 + self.concentration0

    def _batch(self) -> Any:
        return self.total_concentration

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        none = zeros_like(self.total_concentration)
        first = random_gamma(ahead, self.concentration1 + none, dtype=self.dtype, seed=seed)
        second = random_gamma(ahead, self.concentration0 + none, dtype=self.dtype, seed=salted(seed, "beta"))
        return first / (first + second)

    def _normalization(self) -> Any:
        return lgamma(self.concentration1) + lgamma(self.concentration0) - lgamma(self.total_concentration)

    def _log_prob(self, value: Any) -> Any:
        value = self._valid(
            value,
            lambda: assert_positive(value, message="sample must be positive"),
            lambda: assert_less(value, ones_like(value), message="sample must be less than `1`."),
        )
        a, b = self.concentration1, self.concentration0
        return (a - 1.0) * log(value) + (b - 1.0) * log1p(-value) - self._normalization()

    def _entropy(self) -> Any:
        a, b, total = self.concentration1, self.concentration0, self.total_concentration
        rest = (total - 2.0) * digamma(total)
        return self._normalization() - (a - 1.0) * digamma(a) - (b - 1.0) * digamma(b) + rest

    def _mean(self) -> Any:
        return self.concentration1 / self.total_concentration

    def _variance(self) -> Any:
        return self._mean() * (1.0 - self._mean()) / (1.0 + self.total_concentration)

    def _stddev(self) -> Any:
        return sqrt(self._variance())

    def _mode(self) -> Any:
        mode = (self.concentration1 - 1.0) / (self.total_concentration - 2.0)
        mode = self._or_nan(self.concentration1, 1.0, mode, "Mode undefined for concentration1 <= 1.")
        return self._or_nan(self.concentration0, 1.0, mode, "Mode undefined for concentration0 <= 1.")


class Dirichlet(Distribution):
    """The distribution of Dirichlet, of vectors whose elements sum to 1.

    Args:
        concentration: its forms `[..., k]`, floats above 0.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats, or have no dimension.
    """

    def __init__(
        self,
        concentration: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Dirichlet",
    ) -> None:
        super().__init__(name, {"concentration": concentration}, validate_args, allow_nan_stats)
        self.concentration = self._held("concentration", concentration, positive=True, message=_POSITIVE)
        named = ("concentration", self.concentration)
        self.dtype = checked_floats("Dirichlet", named, named)
        if dims_of(self.concentration) == ():
            raise errors.needs_vectors("Dirichlet", "concentration")
        with self._scope():
            self.total_concentration = reduce_sum(self.concentration, -1)

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw: a vector."""
        return TensorShape(self.concentration.shape).with_rank_at_least(1)[-1:]

    def _event_sizes(self) -> Any:
        return shape_of(self.concentration)[-1:]

    def _batch(self) -> Any:
        return self.total_concentration

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        drawn = random_gamma(ahead, self.concentration, dtype=self.dtype, seed=seed)
        return drawn / reduce_sum(drawn, -1, keepdims=True)

    def _normalization(self) -> Any:
        return reduce_sum(lgamma(self.concentration), -1) - lgamma(self.total_concentration)

    def _log_prob(self, value: Any) -> Any:
        value = self._valid(
            value,
            lambda: assert_positive(value, message="samples must be positive"),
            lambda: _assert_whole(reduce_sum(value, -1)),
        )
        return reduce_sum((self.concentration - 1.0) * log(value), -1) - self._normalization()

    def _classes(self) -> Any:
        return reduce_sum(ones_like(self.concentration), -1)

    def _entropy(self) -> Any:
        total, c = self.total_concentration, self.concentration
        rest = (total - self._classes()) * digamma(total)
        return self._normalization() + rest - reduce_sum((c - 1.0) * digamma(c), -1)

    def _mean(self) -> Any:
        return self.concentration / expand_dims(self.total_concentration, -1)

    def _shrunk(self) -> Any:
        """Return the mean over the root of what makes variances smaller."""
        return self._mean() * rsqrt(1.0 + expand_dims(self.total_concentration, -1))

    def _variance(self) -> Any:
        x = self._shrunk()
        return x * (rsqrt(1.0 + expand_dims(self.total_concentration, -1)) - x)

    def _stddev(self) -> Any:
        return sqrt(self._variance())

    def _covariance(self) -> Any:
        x = self._shrunk()
        return matrix_set_diag(-expand_dims(x, -1) * expand_dims(x, -2), self._variance())

    def _mode(self) -> Any:
        c = self.concentration
        mode = (c - 1.0) / expand_dims(self.total_concentration - self._classes(), -1)
        least = reduce_min(c, -1, keepdims=True) + zeros_like(c)
        return self._or_nan(least, 1.0, mode, "Mode undefined when any concentration <= 1")


class Laplace(OfLocationAndScale):
    """The distribution of Laplace.

    Args:
        loc: its means, floats.
        scale: above 0.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats of one dtype.
    """

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Laplace"
    ) -> None:
        super().__init__("Laplace", loc, scale, validate_args, allow_nan_stats, name)

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        above = float(np.nextafter(self.dtype.dtype.type(-1), self.dtype.dtype.type(0)))
        even = random_uniform(shape, above, 1.0, dtype=self.dtype, seed=seed)
        return self.loc - self.scale * sign(even) * log1p(-absolute(even))

    def _log_prob(self, value: Any) -> Any:
        return -absolute(self._standard(value)) - (math.log(2.0) + log(self.scale))

    def _cdf(self, value: Any) -> Any:
        z = self._standard(value)
        return 0.5 - 0.5 * sign(z) * expm1(-absolute(z))

    def _entropy(self) -> Any:
        return math.log(2.0) + 1.0 + log(self.scale + zeros_like(self.loc))

    def _mean(self) -> Any:
        return self.loc + zeros_like(self.scale)

    _mode = _mean

    def _stddev(self) -> Any:
        return math.sqrt(2.0) * self.scale + zeros_like(self.loc)

    def _variance(self) -> Any:
        return square(self._stddev())


class StudentT(Distribution):
    """Student's t-distribution.

    Args:
        df: degrees of freedom, floats above 0.
        loc: its means.
        scale: above 0.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats of one dtype.
    """

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentT",
    ) -> None:
        super().__init__(name, {"df": df, "loc": loc, "scale": scale}, validate_args, allow_nan_stats)
        self.df, self.loc, self.scale = (
            self._held(what, given, positive=what == "df")
            for what, given in (("df", df), ("loc", loc), ("scale", scale))
        )
        self.dtype = checked_floats("StudentT", ("df", self.df), ("loc", self.loc))
        checked_floats("StudentT", ("df", self.df), ("scale", self.scale))

    def _batch(self) -> Any:
        return together(self.df, together(self.loc, self.scale))

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        df = self.df + zeros_like(self._batch())
        normal = random_normal(concat([ahead, shape_of(df)], 0), dtype=self.dtype, seed=seed)
        chi = random_gamma(ahead, 0.5 * df, 0.5, dtype=self.dtype, seed=salted(seed, "student_t"))
        return normal * rsqrt(chi / df) * self.scale + self.loc

    def _log_prob(self, value: Any) -> Any:
        y, df = (value - self.loc) / self.scale, self.df
        halves = lgamma(0.5 * df) - lgamma(0.5 * (df + 1.0))
        normal = log(absolute(self.scale)) + 0.5 * log(df) + 0.5 * math.log(math.pi) + halves
        return -0.5 * (df + 1.0) * log1p(square(y) / df) - normal

    def _entropy(self) -> Any:
        df, half = self.df, 0.5 * (self.df + 1.0)
        beta = lgamma(0.5 * df) + math.lgamma(0.5) - lgamma(half)
        spread = log(absolute(self.scale)) + zeros_like(self._batch())
        return spread + 0.5 * log(df) + beta + half * (digamma(half) - digamma(0.5 * df))

    def _mean(self) -> Any:
        mean = self.loc + zeros_like(self._batch())
        return self._or_nan(self.df, 1.0, mean, "mean not defined for components of df <= 1")

    def _mode(self) -> Any:
        return self.loc + zeros_like(self._batch())

    def _variance(self) -> Any:
        df = self.df + zeros_like(self._batch())
        is_finite = df > 2.0
        rest = where(is_finite, df - 2.0, ones_like(df))
        variance = where(is_finite, square(self.scale) * df / rest, zeros_like(df) + math.inf)
        return self._or_nan(df, 1.0, variance, "variance not defined for components of df <= 1")

    def _stddev(self) -> Any:
        return sqrt(self._variance())


# ---- divergences


def gamma_from_gamma(a: Gamma, b: Gamma) -> Any:
    """Return the divergence of two gamma distributions."""
    ca, cb = a.concentration, b.concentration
    rates = cb * log(a.rate / b.rate) + ca * (b.rate / a.rate - 1.0)
    return (ca - cb) * digamma(ca) + lgamma(cb) - lgamma(ca) + rates


def beta_from_beta(a: Beta, b: Beta) -> Any:
    """Return the divergence of two beta distributions."""
    ones = (a.concentration1 - b.concentration1) * digamma(a.concentration1)
    zeros = (a.concentration0 - b.concentration0) * digamma(a.concentration0)
    totals = (b.total_concentration - a.total_concentration) * digamma(a.total_concentration)
    return b._normalization() - a._normalization() + ones + zeros + totals


def dirichlet_from_dirichlet(a: Dirichlet, b: Dirichlet) -> Any:
    """Return the divergence of two distributions of Dirichlet."""
    less_of_all = digamma(a.concentration) - expand_dims(digamma(a.total_concentration), -1)
    apart = reduce_sum((a.concentration - b.concentration) * less_of_all, -1)
    return apart - a._normalization() + b._normalization()


divergence(Gamma, Gamma, gamma_from_gamma)
divergence(Beta, Beta, beta_from_beta)
divergence(Dirichlet, Dirichlet, dirichlet_from_dirichlet)
