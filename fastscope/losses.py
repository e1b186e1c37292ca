"""tf.losses: what is collected as loss, summed when it is asked for.

The collection of regularization losses holds callables; each is called when it is read here, so a
loss follows the weights.

Source: tensorflow/python/ops/losses/util.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays.typing import Array
from .errors.names import face as _face
from .graph import GraphKeys, add_to_collection, get_collection
from .ops import add_n
from .ops.operands import named, operand

__all__ = [
    "add_loss",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("losses", __all__)


def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Add to the collected losses a scalar, or a function without arguments that returns one.

    Each call adds one more. In a training loop give a function once, before the loop.
    """
    if loss_collection is not None:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Array]:
    """Return the collected losses as they are now; `scope` filters names as in get_collection."""
    return [operand(loss() if callable(loss) else loss) for loss in get_collection(loss_collection, scope)]


def get_regularization_losses(scope: str | None = None) -> list[Array]:
    """Return the regularization losses of the weights as they are now."""
    return get_losses(scope, GraphKeys.REGULARIZATION_LOSSES)


@named
def get_regularization_loss(scope: str | None = None, name: str | None = None) -> Array:
    """Return the sum of the regularization losses as they are now, 0.0 if there are none."""
    return _sum(get_regularization_losses(scope))


@named
def get_total_loss(add_regularization_losses: bool = True, name: str | None = None, scope: str | None = None) -> Array:
    """Return the sum of all collected losses as they are now, with the regularization losses."""
    losses = get_losses(scope)
    return _sum(losses + get_regularization_losses(scope) if add_regularization_losses else losses)


def _sum(losses: list[Array]) -> Array:
    return add_n(losses) if losses else np.array(0, np.float32)
