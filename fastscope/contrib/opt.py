"""tf.contrib.opt: optimizers that were only here."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from ..training.optimizers import LazyAdamOptimizer

__all__ = ["LazyAdamOptimizer"]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("contrib.opt", __all__)
