"""Mixtures of distributions: of `tf.contrib.distributions`.

Source: tensorflow/contrib/distributions/python/ops/ mixture.py, mixture_same_family.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arrays.philox import salted
from ..arrays.shapes import TensorShape
from ..errors import distributions as errors
from .accumulated import reduce_logsumexp
from .arranging import tile
from .creation import cast, range, zeros_like
from .distributions import NOT_REPARAMETERIZED, Categorical, Distribution
from .math import sqrt, square
from .nn import log_softmax
from .picking import dynamic_partition, dynamic_stitch
from .reductions import reduce_prod, reduce_sum
from .shaping import concat, expand_dims, gather, one_hot, reshape, size, stack
from .shaping import shape as shape_of

__all__ = ["Mixture", "MixtureSameFamily"]


class Mixture(Distribution):
    """One of several distributions, each with a probability.

        >>> parts = [tf.distributions.Normal(-1.0, 0.5), tf.distributions.Normal(2.0, 1.0)]
        >>> mixed = tf.contrib.distributions.Mixture(tf.distributions.Categorical(probs=[0.25, 0.75]), parts)
        >>> float(mixed.mean())
        1.25

    Args:
        cat: Categorical, which says how probable each one is.
        components: the distributions, of the dtype and the shapes of one another.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        use_static_graph: whether all of them draw, and one of the draws is taken; with a seed other numbers are drawn.
        name: of its name scope.

    Raises:
        TypeError: `cat` is no Categorical, `components` no list of distributions, or they are of several dtypes.
        ValueError: there are more or fewer than classes, or their shapes differ.
    """

    reparameterization_type = NOT_REPARAMETERIZED

    def __init__(
        self,
        cat: Categorical,
        components: Sequence[Distribution],
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        use_static_graph: bool = False,
        name: str = "Mixture",
    ) -> None:
        given = {"cat": cat, "components": components, "use_static_graph": use_static_graph}
        super().__init__(name, given, validate_args, allow_nan_stats)
        if not isinstance(cat, Categorical):
            raise errors.no_categorical(cat)
        if not isinstance(components, (list, tuple)) or not all(isinstance(d, Distribution) for d in components):
            raise errors.no_components(components)
        if len({d.dtype for d in components}) > 1:
            raise errors.components_of_dtypes([d.dtype for d in components])
        classes = TensorShape(cat.logits.shape).as_list()[-1]
        if classes != len(components):
            raise errors.components_not_classes(classes, len(components))
        self.cat, self.components, self.num_components = cat, list(components), len(components)
        self.dtype = components[0].dtype
        self._known_batch, self._known_event = cat.batch_shape, components[0].event_shape
        for each in components:
            self._known_batch = self._known_batch.merge_with(each.batch_shape)
            self._known_event = self._known_event.merge_with(each.event_shape)
        self._at_once = use_static_graph

    def _batch(self) -> Any:
        return self.cat._batch()

    @property
    def batch_shape(self) -> TensorShape:
        """What is known of the shape of the parameters."""
        return self._known_batch

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw."""
        return self._known_event

    def _event_sizes(self) -> Any:
        return self.components[0].event_shape_tensor()

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        chosen = self.cat.sample(ahead if known is None else known, seed=seed)
        if self._at_once:
            return self._chosen_of_all(chosen, ahead if known is None else known, seed)
        count, classes = size(self.cat._batch()), self.num_components
        places = reshape(range(size(chosen)), shape_of(chosen))
        rows = reshape(tile(range(count), [reduce_prod(ahead)]), shape_of(chosen))
        of_class, rows_of_class = (dynamic_partition(x, chosen, classes) for x in (places, rows))
        drawn = []
        for each, where, row in zip(self.components, of_class, rows_of_class, strict=True):
            seed = salted(seed, "mixture")
            values = each.sample(size(where), seed=seed)  # one for each of the batch, of which one is taken
            flat = reshape(values, concat([[-1], self._event_sizes()], 0))
            drawn.append(gather(flat, count * range(size(where)) + row))
        return reshape(dynamic_stitch(of_class, drawn), concat([shape_of(chosen), self._event_sizes()], 0))

    def _chosen_of_all(self, chosen: Any, ahead: Any, seed: int | None) -> Any:
        drawn = []
        for each in self.components:
            seed = salted(seed, "mixture")
            drawn.append(each.sample(ahead, seed=seed))
        rank: Any = self.event_shape.ndims
        mask = _widened(one_hot(chosen, self.num_components, dtype=self.dtype), rank)
        return reduce_sum(stack(drawn, -rank - 1) * mask, -rank - 1)

    def _log_prob(self, value: Any) -> Any:
        return self._logs_of([d.log_prob(value) for d in self.components])

    def _log_cdf(self, value: Any) -> Any:
        return self._logs_of([d.log_cdf(value) for d in self.components])

    def _logs_of(self, logs: list[Any]) -> Any:
        shares = log_softmax(self.cat.logits)
        return reduce_logsumexp(stack([shares[..., k] + each for k, each in enumerate(logs)], 0), [0])

    def _averaged(self, values: list[Any]) -> Any:
        rank: Any = self.event_shape.ndims
        total: Any = 0.0
        for k, each in enumerate(values):
            total = total + _widened(self.cat.probs[..., k], rank) * each
        return total

    def _mean(self) -> Any:
        return self._averaged([d.mean() for d in self.components])

    def _variance(self) -> Any:
        mean = self._mean()
        return self._averaged([square(d.stddev()) + square(d.mean() - mean) for d in self.components])

    def _stddev(self) -> Any:
        return sqrt(self._variance())


class MixtureSameFamily(Distribution):
    """One of several distributions of one kind: the last dimension of a batch.

        >>> parts = tf.distributions.Normal([-1.0, 2.0], [0.5, 1.0])
        >>> shares = tf.distributions.Categorical(probs=[0.25, 0.75])
        >>> float(tf.contrib.distributions.MixtureSameFamily(shares, parts).mean())
        1.25

    A seed joins the draws of both; in TensorFlow it is left aside.

    Args:
        mixture_distribution: Categorical, which says how probable each one is: of the batch, or for all of it.
        components_distribution: a batch `[..., k]` of k for each.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        TypeError: `mixture_distribution` is no Categorical.
        ValueError: there are more or fewer than classes.
    """

    reparameterization_type = NOT_REPARAMETERIZED

    def __init__(
        self,
        mixture_distribution: Categorical,
        components_distribution: Distribution,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MixtureSameFamily",
    ) -> None:
        mixture, parts = mixture_distribution, components_distribution
        given = {"mixture_distribution": mixture, "components_distribution": parts}
        super().__init__(name, given, validate_args, allow_nan_stats)
        if not isinstance(mixture, Categorical):
            raise errors.no_categorical(mixture)
        classes, count = TensorShape(mixture.logits.shape).as_list()[-1], parts.batch_shape.as_list()[-1]
        if None not in (classes, count) and classes != count:
            raise errors.components_not_classes(classes, count)
        self.mixture_distribution, self.components_distribution = mixture, parts
        self.dtype = parts.dtype
        self._rank: Any = parts.event_shape.ndims

    @property
    def batch_shape(self) -> TensorShape:
        """What is known of the shape of the parameters."""
        return self.components_distribution.batch_shape[:-1]

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw."""
        return self.components_distribution.event_shape

    def _batch(self) -> Any:
        return self.components_distribution._batch()[..., 0]

    def _event_sizes(self) -> Any:
        return self.components_distribution.event_shape_tensor()

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        sizes = ahead if known is None else known
        drawn = self.components_distribution.sample(sizes, seed=salted(seed, "mixture"))
        logits = self.mixture_distribution.logits
        whole = logits + zeros_like(cast(self.components_distribution._batch(), logits.dtype))
        chosen = Categorical(logits=whole).sample(sizes, seed=seed)
        mask = one_hot(chosen, shape_of(logits)[-1], dtype=self.dtype)
        return reduce_sum(drawn * _widened(mask, self._rank), -1 - self._rank)

    def _apart(self, value: Any) -> Any:
        """Return a value beside each of the components."""
        return expand_dims(value, -1 - self._rank)

    def _logs_of(self, logs: Any) -> Any:
        return reduce_logsumexp(logs + log_softmax(self.mixture_distribution.logits), -1)

    def _log_prob(self, value: Any) -> Any:
        return self._logs_of(self.components_distribution.log_prob(self._apart(value)))

    def _log_cdf(self, value: Any) -> Any:
        return self._logs_of(self.components_distribution.log_cdf(self._apart(value)))

    def _averaged(self, values: Any) -> Any:
        return reduce_sum(_widened(self.mixture_distribution.probs, self._rank) * values, -1 - self._rank)

    def _mean(self) -> Any:
        return self._averaged(self.components_distribution.mean())

    def _variance(self) -> Any:
        parts = self.components_distribution
        return self._averaged(parts.variance() + square(parts.mean() - self._apart(self._mean())))


def _widened(x: Any, rank: int) -> Any:
    """Return `x` with so many dimensions of 1 behind it."""
    for _ in [None] * rank:
        x = expand_dims(x, -1)
    return x
