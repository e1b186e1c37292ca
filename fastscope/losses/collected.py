"""What is collected as loss, summed when it is asked for.

The collection of regularization losses holds callables; each is called when it is read here, so a
loss follows the weights.

Source: tensorflow/python/ops/losses/util.py
"""

from __future__ import annotations

from typing import Any

from ..arrays.typing import Array
from ..graph import GraphKeys, add_to_collection, current, get_collection
from ..ops import add_n, constant
from ..ops.operands import operand

__all__ = [
    "add_loss",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
]


def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Add to the collected losses a scalar, or a function without arguments that returns one.

    Each call adds one more. In a training loop give a function once, before the loop.
    """
    if loss_collection is not None:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Array]:
    """Return the collected losses as they are now; `scope` filters names as in get_collection."""
    losses = get_collection(loss_collection, scope)
    if current() is not None:
        return losses
    return [operand(loss() if callable(loss) else loss) for loss in losses]


def get_regularization_losses(scope: str | None = None) -> list[Array]:
    """Return the regularization losses of the weights as they are now."""
    return get_losses(scope, GraphKeys.REGULARIZATION_LOSSES)


def get_regularization_loss(scope: str | None = None, name: str | None = None) -> Array:
    """Return the sum of the regularization losses as they are now, 0.0 if there are none."""
    losses = get_regularization_losses(scope)
    return _sum(losses, name, "total_regularization_loss") if losses else constant(0.0, name=name)


def get_total_loss(add_regularization_losses: bool = True, name: str | None = None, scope: str | None = None) -> Array:
    """Return the sum of all collected losses as they are now, with the regularization losses.

    Raises:
        ValueError: nothing is collected, in a graph; else 0.0 is the sum of nothing.
    """
    losses = get_losses(scope)
    losses = losses + get_regularization_losses(scope) if add_regularization_losses else losses
    return _sum(losses, name, "total_loss") if losses or current() is not None else constant(0.0, name=name)


def _sum(losses: list[Array], name: str | None, default: str) -> Array:
    return add_n(losses, name=name or (default if current() is not None else None))
