"""tf.distributions: probability distributions of batches of parameters."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops.distributions import Bernoulli, Categorical, Distribution, Normal, RegisterKL, Uniform, kl_divergence
from .ops.gammas import Beta, Dirichlet, Exponential, Gamma, Laplace, StudentT

__all__ = [
    "Bernoulli",
    "Beta",
    "Categorical",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "Gamma",
    "Laplace",
    "Normal",
    "RegisterKL",
    "StudentT",
    "Uniform",
    "kl_divergence",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("distributions", __all__)
