"""tf.random: random numbers."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .graph import set_random_seed
from .graph.seeds import get_seed
from .ops import random_normal as normal
from .ops import random_uniform as uniform
from .ops import stateless_normal, stateless_truncated_normal, stateless_uniform, truncated_normal
from .ops.random_choices import categorical, multinomial, stateless_multinomial
from .ops.random_choices import random_gamma as gamma
from .ops.random_choices import random_poisson as poisson
from .ops.random_choices import random_shuffle as shuffle
from .ops.random_choices import stateless_multinomial as stateless_categorical

if TYPE_CHECKING:  # `later` says where else they come from
    from .ops.sampling import log_uniform_candidate_sampler, uniform_candidate_sampler
    from .ops.unigrams import all_candidate_sampler, fixed_unigram_candidate_sampler

__all__ = [
    "all_candidate_sampler",
    "categorical",
    "fixed_unigram_candidate_sampler",
    "gamma",
    "get_seed",
    "log_uniform_candidate_sampler",
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
    "uniform_candidate_sampler",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("random", __all__)
