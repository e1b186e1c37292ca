"""Probability distributions of batches of parameters: `tf.distributions`.

A distribution is made of parameters, arrays or tensors that broadcast: their common shape is the batch.

Source: tensorflow/python/ops/distributions/ (TF 1.15).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays.dtypes import DType, as_dtype, int32
from ..arrays.shapes import TensorShape
from ..errors import distributions as errors
from ..errors.reprs import never_raises
from ..graph import current
from ..graph.conversion import holds_tensor
from . import shape_rules as rules
from .asserting import assert_less, assert_less_equal, assert_near, assert_non_negative, assert_positive
from .creation import cast, convert_to_tensor, identity, ones_like, zeros_like
from .elementwise import erfc, is_nan, log1p
from .grouping import with_dependencies
from .math import equal, exp, less, log, logical_or, maximum, minimum, multiply, sigmoid, sqrt, square, where
from .nn import log_softmax, softmax, sparse_softmax_cross_entropy_with_logits
from .nonlinear import sigmoid_cross_entropy_with_logits, softplus
from .random_choices import multinomial
from .random_numbers import random_normal, random_uniform
from .reductions import argmax, reduce_prod, reduce_sum
from .scoped import inner
from .shaping import concat, rank, reshape, transpose
from .shaping import shape as shape_of

__all__ = [
    "FULLY_REPARAMETERIZED",
    "NOT_REPARAMETERIZED",
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Normal",
    "OfClasses",
    "OfLocationAndScale",
    "OfSeveralClasses",
    "RegisterKL",
    "ReparameterizationType",
    "Uniform",
    "above_zero",
    "after",
    "checked_floats",
    "dims_of",
    "divergence",
    "kl_divergence",
    "of_categoricals",
    "together",
]


class ReparameterizationType:
    """Whether draws are functions of the parameters: one of two objects, `FULLY_REPARAMETERIZED` and the other."""

    def __init__(self, rep_type: str) -> None:
        self._rep_type = rep_type

    @never_raises
    def __repr__(self) -> str:
        return f"<Reparameterization Type: {self._rep_type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


class Distribution:
    """Base of the distributions.

    Attributes:
        name: its name scope, with a slash at the end; where everything is computed at once the name as it is given.
        dtype: DType of what is drawn.
        parameters: the arguments that it was made of.
        validate_args: whether what is given is checked.
        allow_nan_stats: whether a statistic that there is not is NaN, in place of an error.
        reparameterization_type: whether draws have gradients for the parameters.
    """

    dtype: DType
    reparameterization_type = FULLY_REPARAMETERIZED

    def __init__(
        self, name: str, parameters: dict[str, Any], validate_args: bool = False, allow_nan_stats: bool = True
    ) -> None:
        self.validate_args, self.allow_nan_stats = validate_args, allow_nan_stats
        self.parameters = parameters | {
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        self.name = name
        if current() is not None:
            with name_scope(name) as scope:
                self.name = scope

    @contextlib.contextmanager
    def _scope(self, name: str | None = None) -> Iterator[None]:
        """Open the name scope of one of its functions."""
        with contextlib.ExitStack() as blocks:
            if current() is not None:
                blocks.enter_context(name_scope(self.name))
                if name is not None:
                    blocks.enter_context(name_scope(name))
            yield

    def _held(self, name: str, value: Any, dtype: Any = None, positive: bool = False, message: str = "") -> Any:
        """Return a parameter as an array or tensor, under its name; it may have to be positive."""
        with self._scope():
            held = convert_to_tensor(value, dtype, name=inner(f"{name}/input"))
            if positive:
                held = self._valid(held, lambda: assert_positive(held, message=message))
            return identity(held, name=inner(name))

    def _valid(self, value: Any, *checks: Callable[[], Any]) -> Any:
        """Return `value` after checks, if arguments are to be checked."""
        return after(value, *checks) if self.validate_args else value

    def _or_nan(self, x: Any, least: float, value: Any, message: str) -> Any:
        """Return `value` where x > `least`, which says that there is one; else NaN, or an error if that is wanted."""
        if not self.allow_nan_stats:
            return after(value, lambda: assert_less(zeros_like(x) + least, x, message=message))
        value = value + zeros_like(x)
        return where(x + zeros_like(value) > least, value, zeros_like(value) + math.nan)

    # ---- shapes

    def _batch(self) -> Any:
        """Return an array or tensor of the batch's shape."""
        raise NotImplementedError

    @property
    def batch_shape(self) -> TensorShape:
        """What is known of the shape of the parameters."""
        return TensorShape(self._batch().shape)

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw: a number."""
        return TensorShape([])

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Any:
        """Return the shape of the parameters, int32."""
        with self._scope(name):
            return shape_of(self._batch())

    def _event_sizes(self) -> Any:
        """Return an array or tensor of the sizes of one draw."""
        return np.zeros(0, np.int32)

    def event_shape_tensor(self, name: str = "event_shape_tensor") -> Any:
        """Return the shape of one draw, int32."""
        with self._scope(name):
            return convert_to_tensor(self._event_sizes(), int32, name=inner("event_shape"))

    def is_scalar_event(self, name: str = "is_scalar_event") -> Any:
        """Return whether one draw is a number."""
        with self._scope(name):
            return convert_to_tensor(self.event_shape.ndims == 0, name=inner("is_scalar_event"))

    def is_scalar_batch(self, name: str = "is_scalar_batch") -> Any:
        """Return whether the parameters have no dimensions."""
        with self._scope(name):
            return equal(rank(self._batch()), 0)

    def copy(self, **override_parameters_kwargs: Any) -> Any:
        """Return another one of the same parameters, but for those that are given here."""
        return type(self)(**{**self.parameters, **override_parameters_kwargs})

    # ---- what there is to ask

    def sample(self, sample_shape: Any = (), seed: int | None = None, name: str = "sample") -> Any:
        """Draw.

        Args:
            sample_shape: in front of the batch's shape; a number for a vector.
            seed: joins the seed of the graph.
            name: of the name scope.
        """
        with self._scope(name):
            ahead = reshape(convert_to_tensor(sample_shape, int32, name=inner("sample_shape")), [-1])
            return self._draw_ahead(ahead, _known_sizes(sample_shape), seed)

    def _draw_ahead(self, ahead: Any, known: tuple[int, ...] | None, seed: int | None) -> Any:
        """Draw; `ahead`: the sizes in front of the batch's, and `known` the same where they are."""
        return self._draw(concat([ahead, shape_of(self._batch())], 0), known, seed)

    def _draw(self, shape: Any, ahead: tuple[int, ...] | None, seed: int | None) -> Any:
        raise NotImplementedError

    def log_prob(self, value: Any, name: str = "log_prob") -> Any:
        """Return the logarithm of the probability, or its density, of `value`."""
        with self._scope(name):
            return self._log_prob(self._event(value))

    def prob(self, value: Any, name: str = "prob") -> Any:
        """Return the probability, or its density, of `value`."""
        with self._scope(name):
            return exp(self._log_prob(self._event(value)))

    def _event(self, value: Any) -> Any:
        return convert_to_tensor(value, name=inner("value"), preferred_dtype=self.dtype)

    def _log_prob(self, value: Any) -> Any:
        raise errors.not_implemented("log_prob", self)

    def entropy(self, name: str = "entropy") -> Any:
        """Return the entropy, in nats."""
        return self._asked("entropy", name)

    def mean(self, name: str = "mean") -> Any:
        """Return the mean."""
        return self._asked("mean", name)

    def mode(self, name: str = "mode") -> Any:
        """Return the value of the largest probability."""
        return self._asked("mode", name)

    def stddev(self, name: str = "stddev") -> Any:
        """Return the standard deviation."""
        if hasattr(self, "_variance") and not hasattr(self, "_stddev"):
            with self._scope(name):
                return sqrt(self._variance())
        return self._asked("stddev", name)

    def variance(self, name: str = "variance") -> Any:
        """Return the variance."""
        if hasattr(self, "_stddev") and not hasattr(self, "_variance"):
            with self._scope(name):
                return square(self._stddev())
        return self._asked("variance", name)

    def covariance(self, name: str = "covariance") -> Any:
        """Return the covariances of the elements of a draw, a vector."""
        return self._asked("covariance", name)

    def cdf(self, value: Any, name: str = "cdf") -> Any:
        """Return the probability of at most `value`."""
        with self._scope(name):
            return self._cdf(self._event(value))

    def _cdf(self, value: Any) -> Any:
        if type(self)._log_cdf is Distribution._log_cdf:
            raise errors.not_implemented("cdf", self)
        return exp(self._log_cdf(value))

    def log_cdf(self, value: Any, name: str = "log_cdf") -> Any:
        """Return the logarithm of the probability of at most `value`."""
        with self._scope(name):
            return self._log_cdf(self._event(value))

    def _log_cdf(self, value: Any) -> Any:
        return log(self._cdf(value))

    def survival_function(self, value: Any, name: str = "survival_function") -> Any:
        """Return the probability of more than `value`."""
        with self._scope(name):
            return self._survival(self._event(value))

    def _survival(self, value: Any) -> Any:
        return 1.0 - self._cdf(value)

    def log_survival_function(self, value: Any, name: str = "log_survival_function") -> Any:
        """Return the logarithm of the probability of more than `value`."""
        with self._scope(name):
            return self._log_survival(self._event(value))

    def _log_survival(self, value: Any) -> Any:
        return log(self._survival(value))

    def _asked(self, what: str, name: str) -> Any:
        function: Callable[[], Any] | None = getattr(self, f"_{what}", None)
        if function is None:
            raise errors.not_implemented(what, self)
        with self._scope(name):
            return function()

    def kl_divergence(self, other: Distribution, name: str = "kl_divergence") -> Any:
        """Return the divergence of Kullback and Leibler from `other`."""
        with self._scope(name):
            return kl_divergence(self, other)

    def cross_entropy(self, other: Distribution, name: str = "cross_entropy") -> Any:
        """Return the entropy of what is drawn here, coded for `other`."""
        with self._scope(name):
            return self._asked("entropy", "entropy") + kl_divergence(self, other)

    @never_raises
    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"<tf.distributions.{kind} {self.name!r} batch_shape={self.batch_shape} dtype={self.dtype.name}>"


def after(value: Any, *checks: Callable[[], Any]) -> Any:
    """Return `value` after checks, functions without arguments."""
    if current() is not None:
        return with_dependencies([check for make in checks if (check := make()) is not None], value)
    for check in checks:
        check()
    return value


def _known_sizes(sample_shape: Any) -> tuple[int, ...] | None:
    return None if holds_tensor(sample_shape) else tuple(int(n) for n in np.ravel(np.asarray(sample_shape, np.int64)))


def above_zero(shape: Any, dtype: DType, seed: int | None) -> Any:
    """Draw evenly from (0, 1)."""
    return random_uniform(shape, float(np.finfo(dtype.dtype).tiny), 1.0, dtype=dtype, seed=seed)


def together(first: Any, second: Any) -> Any:
    """Return an array or tensor of two parameters' common shape."""
    return first if rules.broadcast(dims_of(first), dims_of(second)) == dims_of(first) else first + zeros_like(second)


def dims_of(value: Any) -> Any:
    """Return what is known of a parameter's shape, a tuple; None = nothing."""
    return value.dims if hasattr(value, "dims") else tuple(value.shape)


def checked_floats(kind: str, first: tuple[str, Any], second: tuple[str, Any]) -> DType:
    """Return the dtype of two parameters.

    Raises:
        ValueError: they are no floats, or of two dtypes.
    """
    dtypes = [as_dtype(value.dtype).base_dtype for _, value in (first, second)]
    if not dtypes[0].is_floating:
        raise errors.needs_floats(kind, first[0], dtypes[0])
    if dtypes[0] != dtypes[1]:
        raise errors.dtypes_differ(kind, first[0], dtypes[0], second[0], dtypes[1])
    return dtypes[0]


class OfLocationAndScale(Distribution):
    """A standard distribution's draws, times `scale` and plus `loc`; `called` is its name in messages."""

    def __init__(
        self, called: str, loc: Any, scale: Any, validate_args: bool, allow_nan_stats: bool, name: str
    ) -> None:
        super().__init__(name, {"loc": loc, "scale": scale}, validate_args, allow_nan_stats)
        self.loc, self.scale = self._held("loc", loc), self._held("scale", scale, positive=True)
        self.dtype = checked_floats(called, ("loc", self.loc), ("scale", self.scale))

    def _batch(self) -> Any:
        return together(self.loc, self.scale)

    def _standard(self, value: Any) -> Any:
        return (value - self.loc) / self.scale


class Normal(OfLocationAndScale):
    """The normal distribution.

        >>> tf.distributions.Normal(loc=0.0, scale=[1.0, 2.0]).stddev()
        array([1., 2.], dtype=float32)

    Args:
        loc: its means, floats.
        scale: its deviations, above 0.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats of one dtype.
    """

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Normal"
    ) -> None:
        super().__init__("Normal", loc, scale, validate_args, allow_nan_stats, name)

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        return random_normal(shape, dtype=self.dtype, seed=seed) * self.scale + self.loc

    def _log_prob(self, value: Any) -> Any:
        return -0.5 * square(self._standard(value)) - (0.5 * math.log(2 * math.pi) + log(self.scale))

    def _entropy(self) -> Any:
        return 0.5 * math.log(2 * math.pi * math.e) + log(self.scale * ones_like(self.loc))

    def _mean(self) -> Any:
        return self.loc * ones_like(self.scale)

    _mode = _mean

    def _stddev(self) -> Any:
        return self.scale * ones_like(self.loc)

    def _variance(self) -> Any:
        return square(self._stddev())

    def _cdf(self, value: Any) -> Any:
        return 0.5 * erfc(-self._standard(value) * math.sqrt(0.5))

    def _survival(self, value: Any) -> Any:
        return 0.5 * erfc(self._standard(value) * math.sqrt(0.5))

    def _log_cdf(self, value: Any) -> Any:
        return _log_cdf_of_standard(self._standard(value), self.dtype)

    def _log_survival(self, value: Any) -> Any:
        return _log_cdf_of_standard(-self._standard(value), self.dtype)


def _log_cdf_of_standard(z: Any, dtype: DType) -> Any:
    """Return the logarithm of the standard normal's cdf; far below 0, where the cdf itself vanishes, by a series."""
    low, high = (-20.0, 8.0) if dtype.size == 8 else (-10.0, 5.0)
    far = minimum(z, low)
    below = 1.0 / square(far)
    series = log(1.0 - below + 3.0 * square(below) - 15.0 * below * square(below))
    tail = -0.5 * square(far) - log(-far) - 0.5 * math.log(2 * math.pi) + series
    middle = log(0.5 * erfc(-minimum(maximum(z, low), high) * math.sqrt(0.5)))
    return where(z > high, -0.5 * erfc(z * math.sqrt(0.5)), where(z > low, middle, tail))


class Uniform(Distribution):
    """Even between `low` and `high`, which is left out.

    Args:
        low, high: the ends, floats.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: the parameters are no floats of one dtype.
    """

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ) -> None:
        super().__init__(name, {"low": low, "high": high}, validate_args, allow_nan_stats)
        self.low, self.high = self._held("low", low), self._held("high", high)
        self.dtype = checked_floats("Uniform", ("low", self.low), ("high", self.high))
        told = "uniform not defined when low >= high."
        with self._scope():
            self.low = self._valid(self.low, lambda: assert_less(self.low, self.high, message=told))

    def _batch(self) -> Any:
        return together(self.low, self.high)

    def range(self, name: str = "range") -> Any:
        """Return high - low."""
        with self._scope(name):
            return self.high - self.low

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        return self.low + self.range() * random_uniform(shape, dtype=self.dtype, seed=seed)

    def _log_prob(self, value: Any) -> Any:
        return log(self._density(value))

    def prob(self, value: Any, name: str = "prob") -> Any:
        """Return the density at `value`."""
        with self._scope(name):
            return self._density(self._event(value))

    def _density(self, value: Any) -> Any:
        value = value + zeros_like(self._batch())
        outside = logical_or(less(value, self.low), value >= self.high)
        inside = where(outside, zeros_like(value), ones_like(value) / self.range())
        return where(is_nan(value), value, inside)

    def _entropy(self) -> Any:
        return log(self.range())

    def _mean(self) -> Any:
        return (self.low + self.high) / 2.0

    def _variance(self) -> Any:
        return square(self.range()) / 12.0

    def _stddev(self) -> Any:
        return self.range() / math.sqrt(12.0)

    def _cdf(self, value: Any) -> Any:
        value = value + zeros_like(self._batch())
        inside = where(value >= self.high, ones_like(value), (value - self.low) / self.range())
        return where(less(value, self.low), zeros_like(value), inside)


class OfClasses(Distribution):
    """Of integers, by logits or by probabilities."""

    reparameterization_type = NOT_REPARAMETERIZED

    def __init__(
        self, name: str, logits: Any, probs: Any, dtype: Any, validate_args: bool = False, allow_nan_stats: bool = True
    ) -> None:
        super().__init__(name, {"logits": logits, "probs": probs}, validate_args, allow_nan_stats)
        if (logits is None) == (probs is None):
            raise errors.probs_or_logits(type(self).__name__)
        self.dtype = as_dtype(dtype)
        if probs is None:
            self.logits = self._held("logits", logits)
            with self._scope():
                self.probs = self._probs_of(self.logits, "probs")
        else:
            self.probs = self._held("probs", probs)
            with self._scope():
                self.probs = self._valid(self.probs, *self._checks_of(self.probs))
                self.logits = self._logits_of(self.probs, "logits")

    def _checks_of(self, probs: Any) -> list[Callable[[], Any]]:
        """Return what probabilities have to be."""
        return [
            lambda: assert_non_negative(probs, message="probs has components less than 0."),
            lambda: assert_less_equal(probs, ones_like(probs), message="probs has components greater than 1."),
        ]

    def _probs_of(self, logits: Any, name: str) -> Any:
        raise NotImplementedError

    def _logits_of(self, probs: Any, name: str) -> Any:
        raise NotImplementedError


class OfSeveralClasses(OfClasses):
    """Of several classes, by logits or by probabilities `[..., C]`."""

    def __init__(
        self, name: str, logits: Any, probs: Any, dtype: Any, validate_args: bool, allow_nan_stats: bool
    ) -> None:
        super().__init__(name, logits, probs, dtype, validate_args, allow_nan_stats)
        with self._scope():
            self.event_size = shape_of(self.logits)[-1]

    def _checks_of(self, probs: Any) -> list[Callable[[], Any]]:
        total = reduce_sum(probs, -1)
        told = "probs does not sum to 1."
        return [super()._checks_of(probs)[0], lambda: assert_near(total, ones_like(total), message=told)]

    def _probs_of(self, logits: Any, name: str) -> Any:
        return softmax(logits, name=inner(name))

    def _logits_of(self, probs: Any, name: str) -> Any:
        return log(probs, name=inner(name))

    def _batch(self) -> Any:
        return self.logits[..., 0]


class Categorical(OfSeveralClasses):
    """One of C classes.

    Args:
        logits: `[..., C]`, logarithms of the probabilities up to a constant.
        probs: `[..., C]`, the probabilities, in place of them.
        dtype: of what is drawn.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: both or neither of logits and probs.
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ) -> None:
        super().__init__(name, logits, probs, dtype, validate_args, allow_nan_stats)

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        size = self.logits.shape[-1]
        flat = reshape(self.logits, [-1, self.event_size if getattr(size, "value", size) is None else int(size)])
        count: Any = reduce_prod(shape) // reduce_prod(shape_of(self._batch())) if ahead is None else math.prod(ahead)
        drawn = multinomial(flat, count, seed=seed)
        return cast(reshape(transpose(drawn), shape), self.dtype)

    def _log_prob(self, value: Any) -> Any:
        value = cast(value, self.dtype)
        logits = self.logits
        if dims_of(value) is None or dims_of(logits) is None or dims_of(value) != dims_of(logits)[:-1]:
            value = value + cast(zeros_like(self.logits[..., 0]), self.dtype)
            logits = logits + zeros_like(cast(value, logits.dtype))[..., None]
        return -sparse_softmax_cross_entropy_with_logits(labels=value, logits=logits)

    def _entropy(self) -> Any:
        return -reduce_sum(multiply(log_softmax(self.logits), self.probs), -1)

    def _mode(self) -> Any:
        return cast(argmax(self.logits, -1), self.dtype)


class Bernoulli(OfClasses):
    """1 or 0.

    Args:
        logits: log(p / (1 - p)) of the probability p of 1.
        probs: p, in place of it.
        dtype: of what is drawn.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: both or neither of logits and probs.
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ) -> None:
        super().__init__(name, logits, probs, dtype, validate_args, allow_nan_stats)

    def _probs_of(self, logits: Any, name: str) -> Any:
        return sigmoid(logits, name=inner(name))

    def _logits_of(self, probs: Any, name: str) -> Any:
        return log(probs) - log1p(-probs)

    def _batch(self) -> Any:
        return self.logits

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        drawn = random_uniform(shape, dtype=as_dtype(self.probs.dtype), seed=seed)
        return cast(less(drawn, self.probs), self.dtype)

    def _log_prob(self, value: Any) -> Any:
        value = self._valid(value, lambda: assert_non_negative(value), lambda: _assert_bools(value))
        labels = cast(value, self.logits.dtype)
        if dims_of(labels) is None or dims_of(labels) != dims_of(self.logits):
            labels, logits = labels + zeros_like(self.logits), self.logits + zeros_like(labels)
        else:
            logits = self.logits
        return -sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)

    def _entropy(self) -> Any:
        return -self.logits * (sigmoid(self.logits) - 1.0) + softplus(-self.logits)

    def _mean(self) -> Any:
        return identity(self.probs)

    def _variance(self) -> Any:
        return self._mean() * (1.0 - self.probs)

    def _stddev(self) -> Any:
        return sqrt(self._variance())

    def _mode(self) -> Any:
        return cast(self.probs > 0.5, self.dtype)


def _assert_bools(value: Any) -> Any:
    return assert_less_equal(value, ones_like(value), message="Elements must be bool-equivalent.")


# ---- divergences


def kl_divergence(
    distribution_a: Distribution, distribution_b: Distribution, allow_nan_stats: bool = True, name: str | None = None
) -> Any:
    """Return the divergence of Kullback and Leibler of `distribution_a` from `distribution_b`.

    Raises:
        NotImplementedError: for two of these types it is not known.
    """
    function = _known_divergence(type(distribution_a), type(distribution_b))
    if function is None:
        known = [a.__name__.lstrip("_") for a, b in _DIVERGENCES if a is b]
        raise errors.no_divergence(distribution_a, distribution_b, known)
    with contextlib.ExitStack() as blocks:
        if current() is not None:
            blocks.enter_context(name_scope(name, "KullbackLeibler"))
        return function(distribution_a, distribution_b)


def _known_divergence(a: type, b: type) -> Callable[[Any, Any], Any] | None:
    """Return the function of the nearest of their bases, both together."""
    pairs = ((x, y) for x in range(len(a.__mro__)) for y in range(len(b.__mro__)))
    found = (pair for x, y in sorted(pairs, key=sum) if (pair := (a.__mro__[x], b.__mro__[y])) in _DIVERGENCES)
    first = next(found, None)
    return None if first is None else _DIVERGENCES[first]


def divergence(a: type, b: type, function: Callable[[Any, Any], Any]) -> None:
    """Let `kl_divergence` of distributions of two types be `function` of them."""
    _DIVERGENCES[a, b] = function


class RegisterKL:
    """Decorator of a function of two distributions, which is their divergence from now on.

        >>> @tf.distributions.RegisterKL(tf.distributions.Uniform, tf.distributions.Normal)
        ... def even_from_normal(even, normal, name=None):
        ...     return tf.reduce_mean(-normal.log_prob(even.sample(1000))) - even.entropy()

    Args:
        dist_cls_a, dist_cls_b: their classes, or bases of them.

    Raises:
        ValueError: there is a function for these two.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type) -> None:
        self._pair = dist_cls_a, dist_cls_b

    def __call__(self, kl_fn: Any) -> Any:
        """Register it, and return it.

        Raises:
            TypeError: it cannot be called.
        """
        if not callable(kl_fn):
            raise errors.divergence_not_callable(kl_fn)
        if self._pair in _DIVERGENCES:
            raise errors.divergence_there(*self._pair)
        divergence(*self._pair, kl_fn)
        return kl_fn


def _of_normals(a: Any, b: Any) -> Any:
    ratio = square(a.scale) / square(b.scale)
    return square(a.loc - b.loc) / (2.0 * square(b.scale)) + 0.5 * (ratio - 1.0 - log(ratio))


def of_categoricals(a: Any, b: Any) -> Any:
    """Return the divergence of two distributions of classes that have logits."""
    return reduce_sum(softmax(a.logits) * (log_softmax(a.logits) - log_softmax(b.logits)), -1)


def _of_bernoullis(a: Any, b: Any) -> Any:
    of_zero = softplus(-b.logits) - softplus(-a.logits)
    of_one = softplus(b.logits) - softplus(a.logits)
    return sigmoid(a.logits) * of_zero + sigmoid(-a.logits) * of_one


_DIVERGENCES: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Normal, Normal): _of_normals,
    (Categorical, Categorical): of_categoricals,
    (Bernoulli, Bernoulli): _of_bernoullis,
}
