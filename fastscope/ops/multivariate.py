"""Distributions of vectors that are normal, and batches that are looked at as one draw: of `tf.contrib.distributions`.

Source: tensorflow/contrib/distributions/python/ops/ mvn_diag.py, mvn_tril.py, mvn_full_covariance.py,
mvn_linear_operator.py, independent.py (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

from ..arrays.shapes import TensorShape
from ..errors import distributions as errors
from .arranging import matrix_band_part, matrix_diag, matrix_diag_part
from .asserting import assert_none_equal
from .creation import cast, convert_to_tensor, ones, ones_like, zeros_like
from .distributions import Distribution, checked_floats, dims_of, divergence, kl_divergence, together
from .linear import cholesky
from .math import abs as absolute
from .math import log, matmul, sqrt, square
from .matrices import matrix_triangular_solve
from .nonlinear import softplus
from .random_numbers import random_normal
from .reductions import reduce_sum
from .scoped import inner
from .shaping import concat, expand_dims, squeeze
from .shaping import shape as shape_of

__all__ = [
    "Independent",
    "MultivariateNormalDiag",
    "MultivariateNormalDiagWithSoftplusScale",
    "MultivariateNormalFullCovariance",
    "MultivariateNormalTriL",
]


class _OfVectors(Distribution):
    """Of vectors whose elements are the last dimension of `_whole`."""

    def _whole(self) -> Any:
        """Return an array or tensor of the batch's shape and the vector's size."""
        raise NotImplementedError

    def _batch(self) -> Any:
        return self._whole()[..., 0]

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw: a vector."""
        return TensorShape(self._whole().shape).with_rank_at_least(1)[-1:]

    def _event_sizes(self) -> Any:
        return shape_of(self._whole())[-1:]


def _assert_regular(diagonal: Any) -> Any:
    told = "Singular operator: Diagonal contained zero values."
    return assert_none_equal(diagonal, zeros_like(diagonal), message=told)


class _MultivariateNormal(_OfVectors):
    """Normal vectors: `loc`, and a matrix that is multiplied by independent standard normals."""

    loc: Any  # None = zeros

    def _stretched(self, x: Any) -> Any:
        """Return the matrix times vectors."""
        raise NotImplementedError

    def _shrunk(self, x: Any) -> Any:
        """Return the inverse of the matrix times vectors."""
        raise NotImplementedError

    def _diagonal(self) -> Any:
        """Return the diagonal of the matrix."""
        raise NotImplementedError

    def _matrix(self) -> Any:
        """Return the matrix."""
        return matrix_diag(self._diagonal())

    def _log_determinant(self) -> Any:
        return reduce_sum(log(absolute(self._diagonal())), -1)

    def _whole(self) -> Any:
        return self._diagonal() if self.loc is None else together(self._diagonal(), self.loc)

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        sizes = concat([ahead, shape_of(self._whole())], 0)
        drawn = self._stretched(random_normal(sizes, dtype=self.dtype, seed=seed))
        return drawn if self.loc is None else drawn + self.loc

    def _log_prob(self, value: Any) -> Any:
        z = self._shrunk(value if self.loc is None else value - self.loc)
        each = -0.5 * square(z) - 0.5 * math.log(2 * math.pi)
        return reduce_sum(each, -1) - self._log_determinant()

    def _size(self) -> Any:
        return cast(shape_of(self._diagonal())[-1], self.dtype)

    def _entropy(self) -> Any:
        entropy = 0.5 * math.log(2 * math.pi * math.e) * self._size() + self._log_determinant()
        return entropy + zeros_like(self._batch())

    def _mean(self) -> Any:
        return zeros_like(self._whole()) if self.loc is None else self.loc + zeros_like(self._whole())

    _mode = _mean


class MultivariateNormalDiag(_MultivariateNormal):
    """Vectors of independent normal elements.

        >>> tf.contrib.distributions.MultivariateNormalDiag([1.0, -1.0], [1.0, 2.0]).stddev()
        array([1., 2.], dtype=float32)

    Args:
        loc: the means `[..., k]`, floats; None = 0.
        scale_diag: the deviations `[..., k]`; None = 1, or what the next one says.
        scale_identity_multiplier: added to the deviations of a vector `[...]`.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: nothing says how many elements there are, or the parameters are no floats of one dtype.
    """

    def __init__(
        self,
        loc: Any = None,
        scale_diag: Any = None,
        scale_identity_multiplier: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MultivariateNormalDiag",
    ) -> None:
        given = {"loc": loc, "scale_diag": scale_diag, "scale_identity_multiplier": scale_identity_multiplier}
        super().__init__(name, given, validate_args, allow_nan_stats)
        if loc is None and scale_diag is None:
            raise errors.no_size(type(self).__name__)
        self.loc = None if loc is None else self._held("loc", loc)
        diagonal = None if scale_diag is None else self._held("scale_diag", scale_diag)
        dtype = (self.loc if diagonal is None else diagonal).dtype
        more = None
        if scale_identity_multiplier is not None:
            more = self._held("scale_identity_multiplier", scale_identity_multiplier, dtype)
        with self._scope():
            if diagonal is None:
                ones_of_all = ones(shape_of(self.loc)[-1:], self.loc.dtype)
                diagonal = ones_of_all if more is None else expand_dims(more, -1) * ones_of_all
            elif more is not None:
                diagonal = diagonal + expand_dims(more, -1)
            self._scale_diag = self._valid(diagonal, lambda: _assert_regular(diagonal))
        held = ("scale_diag", self._scale_diag)
        self.dtype = checked_floats(type(self).__name__, held, held if loc is None else ("loc", self.loc))
        for what, value in (("loc", self.loc), held):
            if value is not None and dims_of(value) == ():
                raise errors.needs_vectors(type(self).__name__, what)

    def _diagonal(self) -> Any:
        return self._scale_diag

    def _stretched(self, x: Any) -> Any:
        return x * self._scale_diag

    def _shrunk(self, x: Any) -> Any:
        return x / self._scale_diag

    def _stddev(self) -> Any:
        return absolute(self._scale_diag)

    def _variance(self) -> Any:
        return square(self._scale_diag)

    def _covariance(self) -> Any:
        return matrix_diag(self._variance())


class MultivariateNormalDiagWithSoftplusScale(MultivariateNormalDiag):
    """MultivariateNormalDiag whose deviations are `softplus(scale_diag)`."""

    def __init__(
        self,
        loc: Any,
        scale_diag: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MultivariateNormalDiagWithSoftplusScale",
    ) -> None:
        super().__init__(loc, softplus(convert_to_tensor(scale_diag)), None, validate_args, allow_nan_stats, name)
        self.parameters |= {"loc": loc, "scale_diag": scale_diag}
        del self.parameters["scale_identity_multiplier"]


class MultivariateNormalTriL(_MultivariateNormal):
    """Normal vectors whose covariance is `scale_tril @ scale_tril.T`.

    Args:
        loc: the means `[..., k]`, floats; None = 0.
        scale_tril: lower triangular `[..., k, k]`; what is above the diagonal is left out. None = the identity.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.

    Raises:
        ValueError: nothing says how many elements there are, or the parameters are no floats of one dtype.
    """

    def __init__(
        self,
        loc: Any = None,
        scale_tril: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MultivariateNormalTriL",
    ) -> None:
        super().__init__(name, {"loc": loc, "scale_tril": scale_tril}, validate_args, allow_nan_stats)
        if loc is None and scale_tril is None:
            raise errors.no_size(type(self).__name__)
        self.loc = None if loc is None else self._held("loc", loc)
        with self._scope():
            matrix = matrix_diag(ones_like(self.loc)) if scale_tril is None else convert_to_tensor(scale_tril)
            tril = matrix_band_part(matrix, -1, 0)
            self._tril = self._valid(tril, lambda: _assert_regular(matrix_diag_part(tril)))
        held = ("scale_tril", self._tril)
        self.dtype = checked_floats(type(self).__name__, held, held if loc is None else ("loc", self.loc))

    def _diagonal(self) -> Any:
        return matrix_diag_part(self._tril)

    def _matrix(self) -> Any:
        return self._tril

    def _stretched(self, x: Any) -> Any:
        return squeeze(matmul(self._tril, expand_dims(x, -1)), -1)

    def _shrunk(self, x: Any) -> Any:
        return squeeze(self._solved(expand_dims(x, -1)), -1)

    def _solved(self, columns: Any) -> Any:
        """Return the inverse of the matrix times matrices; each has its own copy of it, which the solver asks for."""
        matrix = self._tril + zeros_like(columns[..., :1])
        return matrix_triangular_solve(matrix, columns + zeros_like(matrix[..., :1]))

    def _covariance(self) -> Any:
        return matmul(self._tril, self._tril, adjoint_b=True)

    def _variance(self) -> Any:
        return reduce_sum(square(self._tril), -1)

    def _stddev(self) -> Any:
        return sqrt(self._variance())


class MultivariateNormalFullCovariance(MultivariateNormalTriL):
    """Normal vectors of a covariance.

    Args:
        loc: the means `[..., k]`, floats; None = 0.
        covariance_matrix: symmetric and positive definite `[..., k, k]`; None = the identity.
        validate_args: whether to check what is given, in each run.
        allow_nan_stats: False makes a statistic that there is not an error; it is NaN.
        name: of its name scope.
    """

    def __init__(
        self,
        loc: Any = None,
        covariance_matrix: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "MultivariateNormalFullCovariance",
    ) -> None:
        tril = None if covariance_matrix is None else cholesky(convert_to_tensor(covariance_matrix))
        super().__init__(loc, tril, validate_args, allow_nan_stats, name)
        self.parameters |= {"loc": loc, "covariance_matrix": covariance_matrix}
        del self.parameters["scale_tril"]


def _of_normal_vectors(a: _MultivariateNormal, b: _MultivariateNormal) -> Any:
    if isinstance(a, MultivariateNormalDiag) and isinstance(b, MultivariateNormalDiag):
        spread = reduce_sum(square(a.stddev() / b.stddev()), -1)
    else:
        of_a, of_b = a._matrix(), b._matrix()
        whole = of_b + zeros_like(of_a)
        spread = reduce_sum(square(matrix_triangular_solve(whole, of_a + zeros_like(whole))), [-2, -1])
    apart = reduce_sum(square(b._shrunk(b.mean() - a.mean())), -1)
    return b._log_determinant() - a._log_determinant() + 0.5 * (spread + apart - a._size())


divergence(_MultivariateNormal, _MultivariateNormal, _of_normal_vectors)


class Independent(Distribution):
    """A distribution whose last dimensions of the batch are taken for one draw.

        >>> one = tf.distributions.Normal(loc=[-1.0, 1.0], scale=[0.1, 0.5])
        >>> tf.contrib.distributions.Independent(one, 1).log_prob([-1.0, 1.0]).shape
        ()

    Args:
        distribution: any one.
        reinterpreted_batch_ndims: how many dimensions; None = all but the first.
        validate_args: kept for TF's sake.
        name: of its name scope, None = "Independent" and that of the distribution.

    Raises:
        ValueError: the batch has not so many, or it is not known how many it has.
    """

    def __init__(
        self,
        distribution: Distribution,
        reinterpreted_batch_ndims: int | None = None,
        validate_args: bool = False,
        name: str | None = None,
    ) -> None:
        given = {"distribution": distribution, "reinterpreted_batch_ndims": reinterpreted_batch_ndims}
        super().__init__(name or "Independent" + distribution.name, given, validate_args)
        del self.parameters["allow_nan_stats"]
        self.reparameterization_type = distribution.reparameterization_type
        self.distribution, self.dtype = distribution, distribution.dtype
        ndims = distribution.batch_shape.ndims
        if ndims is None:
            raise errors.batch_not_known(distribution)
        wanted = max(0, ndims - 1) if reinterpreted_batch_ndims is None else int(reinterpreted_batch_ndims)
        if wanted > ndims:
            raise errors.too_many_dimensions(wanted, ndims)
        self.reinterpreted_batch_ndims = wanted
        self._ahead = ndims - wanted

    @property
    def batch_shape(self) -> TensorShape:
        """What is known of the shape that is left of the batch."""
        return self.distribution.batch_shape[: self._ahead]

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one draw."""
        return self.distribution.batch_shape[self._ahead :].concatenate(self.distribution.event_shape)

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Any:
        """Return the shape that is left of the batch, int32."""
        with self._scope(name):
            return self.distribution.batch_shape_tensor()[: self._ahead]

    def _event_sizes(self) -> Any:
        sizes = self.distribution.batch_shape_tensor()[self._ahead :]
        return concat([sizes, self.distribution.event_shape_tensor()], 0)

    def is_scalar_batch(self, name: str = "is_scalar_batch") -> Any:
        """Return whether nothing is left of the batch."""
        with self._scope(name):
            return convert_to_tensor(self._ahead == 0, name=inner("is_scalar_batch"))

    def _draw_ahead(self, ahead: Any, known: Any, seed: int | None) -> Any:
        return self.distribution.sample(ahead if known is None else known, seed=seed)

    def _summed(self, values: Any) -> Any:
        return reduce_sum(values, [-1 - k for k in range(self.reinterpreted_batch_ndims)])

    def _log_prob(self, value: Any) -> Any:
        return self._summed(self.distribution.log_prob(value))

    def _entropy(self) -> Any:
        return self._summed(self.distribution.entropy())

    def _mean(self) -> Any:
        return self.distribution.mean()

    def _mode(self) -> Any:
        return self.distribution.mode()

    def _stddev(self) -> Any:
        return self.distribution.stddev()

    def _variance(self) -> Any:
        return self.distribution.variance()


def _of_independent(a: Independent, b: Independent) -> Any:
    if a.reinterpreted_batch_ndims != b.reinterpreted_batch_ndims:
        raise errors.not_the_same_draws(a, b)
    return a._summed(kl_divergence(a.distribution, b.distribution))


divergence(Independent, Independent, _of_independent)
