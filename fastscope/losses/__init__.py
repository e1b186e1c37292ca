"""tf.losses: losses of labels and predictions, and what is collected as loss, summed when it is asked for."""

from typing import TYPE_CHECKING

from ..errors.names import face as _face
from .collected import add_loss, get_losses, get_regularization_loss, get_regularization_losses, get_total_loss

if TYPE_CHECKING:  # `later` says where else they come from
    from .functions import (
        absolute_difference,
        cosine_distance,
        hinge_loss,
        huber_loss,
        log_loss,
        mean_pairwise_squared_error,
        mean_squared_error,
        sigmoid_cross_entropy,
        softmax_cross_entropy,
        sparse_softmax_cross_entropy,
    )
    from .weighted import Reduction, compute_weighted_loss

__all__ = [
    "Reduction",
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("losses", __all__)
