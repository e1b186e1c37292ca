"""Weights beside the values that they belong to: of the same rank, each dimension 1 or the values'; or a number.

Source: tensorflow/python/ops/weights_broadcast_ops.py, confusion_matrix.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.dtypes import int32
from ..arrays.shapes import TensorShape
from ..errors import losses as errors
from .creation import convert_to_tensor, ones_like
from .function import op
from .math import multiply
from .operands import operand
from .shaping import expand_dims, reshape, squeeze

__all__ = ["broadcast_weights", "broadcastable", "same_rank", "static_shape"]


def _checked_shape(weights: Any, values: Any) -> Any:
    if weights is not None and values is not None:
        _check(weights, values, None)
    return weights


def _check(weights: tuple[Any, ...], values: tuple[Any, ...], running: Any) -> None:
    """Check two shapes.

    Raises:
        ValueError: the weights are neither a number nor like the values; while a plan runs an InvalidArgumentError.
    """
    if not weights:
        return
    if len(weights) != len(values):
        raise errors.weights_rank(weights, values, running is not None)
    for axis, (mine, theirs) in enumerate(zip(weights, values, strict=True)):
        if mine is not None and theirs is not None and mine not in (1, theirs):
            raise errors.weights_size(axis, weights, values, running is not None)


def _checked(weights: Any, values: Any) -> Any:
    _check(weights.shape, values.shape, True)
    return weights


@op("Identity", "weights | values", name="weights", shape=_checked_shape, kernel=_checked)
def broadcastable(weights: Any, values: Any, name: str | None = None) -> Any:
    """Return weights after a check that they fit the values.

    Raises:
        ValueError: they do not.
    """
    found = operand(weights)
    _check(found.shape, np.shape(values), None)
    return found


def broadcast_weights(weights: Any, values: Any) -> Any:
    """Return weights in the shape of the values that they belong to."""
    values = convert_to_tensor(values)
    weights = broadcastable(convert_to_tensor(weights, values.dtype), values)
    return multiply(weights, ones_like(values))


def static_shape(x: Any) -> TensorShape:
    """Return what is known of the shape of an array or a tensor."""
    return x.shape if isinstance(x.shape, TensorShape) else TensorShape(x.shape)


def same_rank(labels: Any, predictions: Any, difference: int = 0) -> tuple[Any, Any]:
    """Return labels and predictions; the one that has a dimension of 1 too many at its end, without it.

    Args:
        labels, predictions: arrays or tensors.
        difference: how many dimensions more the predictions should have.
    """
    ranks = static_shape(labels).rank, static_shape(predictions).rank
    if ranks[0] is None or ranks[1] is None:
        fitted = _fitted(predictions, labels, difference) if _may_end_with_one(predictions) else predictions
        return _fitted(labels, predictions, -difference) if _may_end_with_one(labels) else labels, fitted
    found = ranks[1] - ranks[0]
    if found == difference + 1 and _may_end_with_one(predictions):
        predictions = squeeze(predictions, [-1])
    elif found == difference - 1 and _may_end_with_one(labels):
        labels = squeeze(labels, [-1])
    return labels, predictions


def _may_end_with_one(x: Any) -> bool:
    shape = static_shape(x)
    return shape.rank is None or (shape.rank > 0 and shape.as_list()[-1] in (1, None))


def weights_like(weights: Any, values: Any, adds: bool = True) -> Any:
    """Return weights of the rank of the values, where a dimension of 1 at the end is too many or missing.

    Args:
        weights, values: arrays or tensors.
        adds: whether one that is missing is added.
    """
    weights = convert_to_tensor(weights)
    mine, theirs = static_shape(weights).rank, static_shape(values).rank
    if mine == 0:
        return weights
    if mine is None or theirs is None:
        return _fitted(weights, values, 0, adds)
    if mine == theirs + 1:
        return squeeze(weights, [-1])
    return expand_dims(weights, -1) if adds and mine == theirs - 1 else weights


# ---- where the ranks are known while a graph runs


def _fitted(x: Any, like: Any, difference: int, adds: bool = False) -> Any:
    """Return `x` with `difference` dimensions more than `like`, where one of 1 at its end is too many, or missing."""
    return reshape(x, _fitted_shape(x, like, difference, adds))


def _shape_unknown(x: Any, like: Any) -> Any:
    return (None,)


def _fitted_sizes(x: Any, like: Any, difference: int, adds: bool) -> Any:
    sizes, rank = tuple(x), len(like) + difference
    if len(sizes) == rank + 1 and sizes[-1] == 1:
        sizes = sizes[:-1]
    elif adds and sizes and len(sizes) == rank - 1:
        sizes = (*sizes, 1)
    return np.array(sizes, np.int32)


@op("Shape", "x | like", shape=_shape_unknown, dtype=int32, kernel=_fitted_sizes, shapes=["x", "like"])
def _fitted_shape(x: Any, like: Any, difference: int, adds: bool, name: str | None = None) -> Any:
    return _fitted_sizes(np.shape(x), np.shape(like), difference, adds)
