"""Classes as vectors: one of them 1, or all of them a share; and the logistic distribution behind a relaxed coin.

Of `tf.contrib.distributions`. A temperature that falls to 0 makes a relaxed draw one of the classes; unlike those it
has a gradient.

Source: tensorflow/contrib/distributions/python/ops/ onehot_categorical.py, relaxed_onehot_categorical.py,
relaxed_bernoulli.py, logistic.py (TF 1.15); Maddison, Mnih and Teh, The Concrete Distribution (2017).
"""

from __future__ import annotations

import math
from typing import Any

from ..arrays.dtypes import as_dtype, int32
from ..arrays.shapes import TensorShape
from .arranging import matrix_set_diag
from .creation import cast, ones_like, zeros_like
from .distributions import (
    FULLY_REPARAMETERIZED,
    Bernoulli,
    OfClasses,
    OfLocationAndScale,
    OfSeveralClasses,
    above_zero,
    divergence,
    of_categoricals,
)
from .elementwise import lgamma, log1p
from .math import exp, log, sigmoid
from .nn import log_softmax, softmax_cross_entropy_with_logits
from .nonlinear import softplus
from .random_choices import multinomial
from .reductions import argmax, reduce_prod, reduce_sum
from .shaping import concat, expand_dims, one_hot, reshape, transpose
from .shaping import shape as shape_of

__all__ = [
    "ExpRelaxedOneHotCategorical",
    "Logistic",
    "OneHotCategorical",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
]


class Logistic(OfLocationAndScale):
    """The logistic distribution, whose cdf is a sigmoid.

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
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Logistic"
    ) -> None:
        super().__init__("Logistic", loc, scale, validate_args, allow_nan_stats, name)

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        even = above_zero(shape, self.dtype, seed)
        return (log(even) - log1p(-1.0 * even)) * self.scale + self.loc

    def _log_prob(self, value: Any) -> Any:
        z = self._standard(value)
        return -z - 2.0 * softplus(-z) - log(self.scale)

    def _cdf(self, value: Any) -> Any:
        return sigmoid(self._standard(value))

    def _log_cdf(self, value: Any) -> Any:
        return -softplus(-self._standard(value))

    def _survival(self, value: Any) -> Any:
        return sigmoid(-self._standard(value))

    def _log_survival(self, value: Any) -> Any:
        return -softplus(self._standard(value))

    def _entropy(self) -> Any:
        return 2.0 + log(self.scale * ones_like(self.loc))

    def _mean(self) -> Any:
        return self.loc * ones_like(self.scale)

    _mode = _mean

    def _stddev(self) -> Any:
        return self.scale * ones_like(self.loc) * math.pi / math.sqrt(3)


class _OfVectorsOfClasses(OfSeveralClasses):
    """Of a vector `[C]` over the classes, by logits or by probabilities `[..., C]`."""

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw: a vector."""
        return TensorShape(self.logits.shape).with_rank_at_least(1)[-1:]

    def _event_sizes(self) -> Any:
        return shape_of(self.logits)[-1:]


class OneHotCategorical(_OfVectorsOfClasses):
    """One of C classes, as a vector with a 1 in its place.

        >>> tf.contrib.distributions.OneHotCategorical(probs=[0.1, 0.7, 0.2]).mode()
        array([0, 1, 0], dtype=int32)

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
        name: str = "OneHotCategorical",
    ) -> None:
        super().__init__(name, logits, probs, dtype, validate_args, allow_nan_stats)

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        rows = reshape(self.logits, [-1, self.event_size])
        drawn = multinomial(rows, reduce_prod(ahead) if known is None else math.prod(known), seed=seed)
        vectors = one_hot(transpose(drawn), self.event_size, dtype=self.dtype)
        return reshape(vectors, concat([ahead, shape_of(self.logits)], 0))

    def _log_prob(self, value: Any) -> Any:
        labels = cast(value, self.logits.dtype) + zeros_like(self.logits)
        logits = self.logits + zeros_like(labels)
        losses = softmax_cross_entropy_with_logits(
            labels=reshape(labels, [-1, self.event_size]), logits=reshape(logits, [-1, self.event_size])
        )
        return reshape(-losses, shape_of(logits)[:-1])

    def _entropy(self) -> Any:
        return -reduce_sum(log_softmax(self.logits) * self.probs, -1)

    def _mode(self) -> Any:
        return one_hot(argmax(self.logits, -1), self.event_size, dtype=self.dtype)

    def _variance(self) -> Any:
        return self.probs * (1.0 - self.probs)

    def _covariance(self) -> Any:
        p = self.probs
        return matrix_set_diag(-expand_dims(p, -1) * expand_dims(p, -2), self._variance())


class ExpRelaxedOneHotCategorical(_OfVectorsOfClasses):
    """Logarithms of shares of C classes, as RelaxedOneHotCategorical has them.

    Args:
        temperature: above 0: a number, or one for each of the batch.
        logits: `[..., C]`, logarithms of the probabilities up to a constant.
        probs: `[..., C]`, the probabilities, in place of them.
        dtype: of what is drawn, None = that of the logits.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: both or neither of logits and probs.
    """

    def __init__(
        self,
        temperature: Any,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "ExpRelaxedOneHotCategorical",
    ) -> None:
        super().__init__(name, logits, probs, int32, validate_args, allow_nan_stats)
        self.dtype = as_dtype(self.logits.dtype if dtype is None else dtype).base_dtype
        self.parameters["temperature"] = temperature
        self.temperature = self._held("temperature", cast(temperature, self.dtype), positive=True)

    reparameterization_type = FULLY_REPARAMETERIZED

    def _each(self) -> Any:
        """Return the temperatures, one for each vector."""
        return expand_dims(self.temperature, -1)

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        even = above_zero(concat([ahead, shape_of(self.logits)], 0), self.dtype, seed)
        return log_softmax((self.logits - log(-log(even))) / self._each())

    def _log_prob(self, value: Any) -> Any:
        classes = cast(self.event_size, self.dtype)
        constant = lgamma(classes) + (classes - 1.0) * log(self.temperature)
        return constant + reduce_sum(log_softmax(self.logits - value * self._each()), -1)


class RelaxedOneHotCategorical(ExpRelaxedOneHotCategorical):
    """Shares of C classes that sum to 1: a relaxed OneHotCategorical, whose draws have a gradient.

    Args:
        temperature: above 0: a number, or one for each of the batch. Near 0 one class has nearly all.
        logits: `[..., C]`, logarithms of the probabilities up to a constant.
        probs: `[..., C]`, the probabilities, in place of them.
        dtype: of what is drawn, None = that of the logits.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: both or neither of logits and probs.
    """

    def __init__(
        self,
        temperature: Any,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "RelaxedOneHotCategorical",
    ) -> None:
        super().__init__(temperature, logits, probs, dtype, validate_args, allow_nan_stats, name)

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        return exp(super()._draw_ahead(ahead, known, seed))

    def _log_prob(self, value: Any) -> Any:
        logarithms = log(value)
        return super()._log_prob(logarithms) - reduce_sum(logarithms, -1)


class RelaxedBernoulli(OfClasses):
    """Numbers between 0 and 1 that are near one of them: a relaxed Bernoulli, whose draws have a gradient.

    Args:
        temperature: above 0, one of the logits' shape or a number.
        logits: log(p / (1 - p)) of the probability p of 1.
        probs: p, in place of it.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: both or neither of logits and probs.
    """

    def __init__(
        self,
        temperature: Any,
        logits: Any = None,
        probs: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "RelaxedBernoulli",
    ) -> None:
        super().__init__(name, logits, probs, int32, validate_args, allow_nan_stats)
        self.parameters["temperature"] = temperature
        self.dtype = as_dtype(self.logits.dtype).base_dtype
        self.temperature = self._held("temperature", temperature, self.dtype, positive=True)
        with self._scope():
            self.distribution = Logistic(self.logits / self.temperature, 1.0 / self.temperature)

    reparameterization_type = FULLY_REPARAMETERIZED
    _probs_of, _logits_of = Bernoulli._probs_of, Bernoulli._logits_of

    def _batch(self) -> Any:
        return self.distribution._batch()

    def _draw(self, shape: Any, ahead: Any, seed: int | None) -> Any:
        return sigmoid(self.distribution._draw(shape, ahead, seed))

    def _log_prob(self, value: Any) -> Any:
        ones, zeros = log(value), log1p(-value)
        return self.distribution._log_prob(ones - zeros) - ones - zeros

    def _cdf(self, value: Any) -> Any:
        return self.distribution._cdf(log(value) - log1p(-value))


divergence(OneHotCategorical, OneHotCategorical, of_categoricals)
