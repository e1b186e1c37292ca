"""tf.random: random numbers."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .graph import set_random_seed
from .graph.seeds import get_seed
from .ops import (
    categorical,
    multinomial,
    stateless_multinomial,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
    truncated_normal,
)
from .ops import random_gamma as gamma
from .ops import random_normal as normal
from .ops import random_poisson as poisson
from .ops import random_shuffle as shuffle
from .ops import random_uniform as uniform
from .ops import stateless_multinomial as stateless_categorical

__all__ = [
    "categorical",
    "gamma",
    "get_seed",
    "multinomial",
    "normal",
    "poisson",
    "set_random_seed",
    "shuffle",
    "stateless_categorical",
    "stateless_multinomial",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("random", __all__)
