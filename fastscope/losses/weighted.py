"""Losses of single elements made one number: weighted, and divided by what the reduction says.

Source: tensorflow/python/ops/losses/losses_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype, float32
from ..errors import losses as errors
from ..graph import GraphKeys, get_default_graph
from ..ops.scoped import inner, within
from ..ops.weights import broadcast_weights, broadcastable, static_shape
from .collected import add_loss

__all__ = ["Reduction", "axes_of_a_row", "compute_weighted_loss", "count_present", "kept"]


class Reduction:
    """How the losses of single elements become one number.

    NONE keeps them; SUM; MEAN divides by the sum of the weights, SUM_OVER_BATCH_SIZE by the number of losses,
    SUM_BY_NONZERO_WEIGHTS, also called SUM_OVER_NONZERO_WEIGHTS, by the number of weights that are not 0.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Return all of them."""
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key: Any) -> None:
        """Check that it is one of them.

        Raises:
            ValueError: it is none.
        """
        if key not in cls.all():
            raise errors.bad_reduction(key, sorted(set(cls.all())))


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Any:
    """Return the losses, weighted, as one number.

    Args:
        losses: of single elements, any shape.
        weights: a number, or an array of the rank of the losses, each dimension 1 or theirs.
        scope: of its operations; None = "weighted_loss".
        loss_collection: which the result joins, in a graph; None for none.
        reduction: see `Reduction`.

    Returns:
        A scalar of the dtype of the losses; their shape for Reduction.NONE.

    Raises:
        ValueError: the weights do not fit the losses, or there is no such reduction.
    """
    Reduction.validate(reduction)
    with within(scope, "weighted_loss"):
        losses = ops.convert_to_tensor(losses)
        dtype = as_dtype(losses.dtype).base_dtype
        each, factors = ops.cast(losses, float32), ops.cast(weights, float32)
        factors = broadcastable(factors, each)
        weighted = ops.multiply(each, factors)
        return kept(ops.cast(_reduced(reduction, weighted, each, factors), dtype), loss_collection)


def _reduced(reduction: str, weighted: Any, each: Any, factors: Any) -> Any:
    if reduction == Reduction.NONE:
        return weighted
    total = ops.reduce_sum(weighted)
    if reduction == Reduction.SUM:
        return total
    if reduction == Reduction.MEAN:
        divisor: Any = ops.reduce_sum(ops.multiply(ops.ones_like(each), factors))
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        divisor = ops.cast(ops.size(each), each.dtype)
    else:
        divisor = count_present(each, factors)
    return ops.div_no_nan(total, divisor, name=inner("value"))


def count_present(each: Any, factors: Any, per_row: bool = False) -> Any:
    """Return how many losses have a weight that is not 0; `per_row`: of each row, `[N, 1, ...]`."""
    present = broadcast_weights(ops.cast(ops.not_equal(factors, 0.0), float32), each)
    if not per_row:
        return ops.reduce_sum(present)
    return ops.reduce_sum(present, axes_of_a_row(each), keepdims=True)


def axes_of_a_row(each: Any) -> Any:
    """Return all axes but the first one."""
    rank = static_shape(each).rank
    return ops.range(1, ops.rank(each)) if rank is None else list(range(1, rank))


def kept(loss: Any, collection: str | None) -> Any:
    """Return a loss that has joined a collection of its graph; one that is computed at once joins none."""
    if get_default_graph().recorder is not None:
        add_loss(loss, collection)
    return loss
