"""tf.contrib.losses, which slim.losses is: predictions before labels, and weights that have the first dimensions alone.

Source: tensorflow/contrib/losses/python/losses/loss_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.dtypes import float32
from ..errors import losses as errors
from ..graph import GraphKeys, current, name_scope
from ..ops.weights import static_shape
from ..scoping.arg_scopes import add_arg_scope
from . import collected, functions, weighted

__all__ = [
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]

# ---- what is collected


@add_arg_scope
def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Put a loss into a collection."""
    collected.add_loss(loss, loss_collection)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """Return the losses of a collection, whose names begin as `scope`."""
    return collected.get_losses(scope, loss_collection)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """Return the losses of weights, whose names begin as `scope`."""
    return collected.get_regularization_losses(scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Any:
    """Return the sum of all losses, those of weights too unless told otherwise."""
    return collected.get_total_loss(add_regularization_losses, name)


# ---- losses


def _spread(weights: Any, losses: Any) -> Any:
    """Return weights in a shape that broadcasts over losses, of which they have the first dimensions."""
    weights = ops.convert_to_tensor(weights)
    rank, wanted = static_shape(weights).rank, static_shape(losses).rank
    if rank is None or wanted is None:
        raise errors.rank_unknown("losses" if wanted is None else "weights")
    if rank > max(wanted, 1) and static_shape(weights).as_list()[-1] in (1, None):
        return ops.squeeze(weights, [-1])
    if rank == 0 or rank >= wanted:
        return weights
    sizes, dynamic = static_shape(weights).as_list(), ops.shape(weights)
    known = [dynamic[k] if n is None else n for k, n in enumerate(sizes)]
    return ops.reshape(weights, [*known, *[1] * (wanted - rank)])


def _of_rows(weights: Any, logits: Any) -> Any:
    """Return weights, one for each row."""
    return _spread(weights, ops.convert_to_tensor(logits)[:, 0])


def _collected(loss: Any) -> Any:
    """Return a loss that has joined the collection that `add_loss` names: an arg_scope may name another one."""
    if current() is not None:  # else each step would add one more
        add_loss(loss)
    return loss


def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: str | None = None) -> Any:
    """Return the sum of losses times their weights, divided by how many have a weight; it is collected.

    Args:
        losses: floats.
        weights: a number, or a tensor that has the first dimensions of `losses`.
        scope: of its operations; None = "weighted_loss".
    """
    losses = ops.convert_to_tensor(losses)
    return _collected(weighted.compute_weighted_loss(losses, _spread(weights, losses), scope, None))


def absolute_difference(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Any:
    """Return the mean of |predictions - labels|; arguments as those of `compute_weighted_loss`."""
    return _collected(functions.absolute_difference(labels, predictions, _spread(weights, predictions), scope, None))


def mean_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Any:
    """Return the mean of (predictions - labels) ** 2; arguments as those of `compute_weighted_loss`."""
    return _collected(functions.mean_squared_error(labels, predictions, _spread(weights, predictions), scope, None))


def log_loss(
    predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-7, scope: str | None = None
) -> Any:
    """Return what tf.losses.log_loss does; weights as those of `compute_weighted_loss`."""
    return _collected(functions.log_loss(labels, predictions, _spread(weights, predictions), epsilon, scope, None))


def cosine_distance(
    predictions: Any,
    labels: Any = None,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    dim: int | None = None,
) -> Any:
    """Return the mean of 1 - sum(labels * predictions), the sum along `axis`, `dim` before, of vectors of length 1."""
    axis = dim if axis is None else axis
    if axis is None:
        raise errors.no_axis()
    return _collected(functions.cosine_distance(labels, predictions, axis, _spread(weights, predictions), scope, None))


def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Any:
    """Return max(0, 1 - y * logits), y being -1 for the label 0 and 1 for 1: not summed, and in no collection."""
    with name_scope(scope, "hinge_loss", [logits, labels]):
        logits = ops.convert_to_tensor(logits)
        labels = ops.cast(labels, float32)
        static_shape(logits).assert_is_compatible_with(static_shape(labels))
        signs: Any = ops.subtract(2 * labels, ops.ones_like(labels))
        return ops.relu(ops.subtract(ops.ones_like(labels), ops.multiply(signs, logits)))


def sigmoid_cross_entropy(
    logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Any:
    """Return what tf.losses.sigmoid_cross_entropy does; weights as those of `compute_weighted_loss`."""
    weights = _spread(weights, logits)
    return _collected(
        functions.sigmoid_cross_entropy(multi_class_labels, logits, weights, label_smoothing, scope, None)
    )


def softmax_cross_entropy(
    logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Any:
    """Return what tf.losses.softmax_cross_entropy does, with `weights` one for each row."""
    return _collected(
        functions.softmax_cross_entropy(onehot_labels, logits, _of_rows(weights, logits), label_smoothing, scope, None)
    )


def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0, scope: str | None = None) -> Any:
    """Return what tf.losses.sparse_softmax_cross_entropy does, with `weights` one for each row."""
    return _collected(functions.sparse_softmax_cross_entropy(labels, logits, _of_rows(weights, logits), scope, None))


def mean_pairwise_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Any:
    """Return the sum over rows of the mean over pairs of elements of their differences' squared errors.

    It divides by all pairs, where tf.losses' divides by those of two elements.

    Args:
        predictions, labels: `[N, ...]` of one shape.
        weights: a number, or one for each row.
    """
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        x, y = ops.cast(predictions, float32), ops.cast(labels, float32)
        static_shape(x).assert_is_compatible_with(static_shape(y))
        weights = ops.cast(ops.convert_to_tensor(weights), float32)
        rank: Any = static_shape(x).rank
        off: Any = ops.subtract(x, y)
        axes = list(range(1, rank))
        count: Any = ops.cast(ops.size(off) // ops.shape(off)[0], float32)
        squares: Any = ops.reduce_sum(ops.square(off), axes)
        total: Any = ops.reduce_sum(off, axes)
        mean_square: Any = ops.divide(squares, count, name="value")
        square_mean: Any = ops.divide(ops.square(total), ops.square(count), name="value")
        return _collected(ops.reduce_sum(2.0 * (mean_square - square_mean) * weights, name="value"))
