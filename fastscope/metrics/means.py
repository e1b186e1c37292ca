"""Metrics that are means: of values, errors, hits.

Each returns (value, update_op): the mean so far, and the operation that takes in what it is given and returns the mean
with it. Run `tf.local_variables_initializer()` before.

Arguments that all of them have: `weights`, a number or an array of the rank of the values; `metrics_collections` and
`updates_collections`, names that the two results join; `name`, of the scope.

Source: tensorflow/python/ops/metrics_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.dtypes import float32, float64, int64
from ..ops.weights import same_rank, static_shape
from .running import (
    Collections,
    check_recorded,
    collected,
    dtype_of,
    fitted,
    mean_of,
    metric,
    ratio,
    variable,
    weighted,
)

__all__ = [
    "accuracy",
    "mean",
    "mean_absolute_error",
    "mean_cosine_distance",
    "mean_iou",
    "mean_per_class_accuracy",
    "mean_relative_error",
    "mean_squared_error",
    "mean_tensor",
    "percentage_below",
    "root_mean_squared_error",
]


def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean of all values so far, and the operation that takes in these."""
    scope = metric(name, "mean", values, weights)
    return mean_of(values, weights, metrics_collections, updates_collections, scope)


def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of predictions that are the labels, and the operation that takes in these."""
    check_recorded("accuracy")
    labels, predictions, weights = fitted(labels, predictions, weights)
    hits = ops.cast(ops.equal(ops.cast(predictions, dtype_of(labels)), labels), float32)
    return mean(hits, weights, metrics_collections, updates_collections, name or "accuracy")


def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean of |predictions - labels|, and the operation that takes in these."""
    check_recorded("mean_absolute_error")
    labels, predictions, weights = fitted(labels, predictions, weights)
    errors = ops.abs(ops.subtract(predictions, labels))
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_absolute_error")


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean of (predictions - labels) ** 2, and the operation that takes in these."""
    check_recorded("mean_squared_error")
    labels, predictions, weights = fitted(labels, predictions, weights)
    errors = ops.squared_difference(labels, predictions)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_squared_error")


def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the root of `mean_squared_error`, and the operation that takes in these."""
    check_recorded("root_mean_squared_error")
    value, update = mean_squared_error(labels, predictions, weights, name=name or "root_mean_squared_error")
    return collected(ops.sqrt(value), metrics_collections), collected(ops.sqrt(update), updates_collections)


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean of |labels - predictions| / normalizer, 0 for 0, and the operation that takes in these."""
    check_recorded("mean_relative_error")
    labels, predictions, weights = fitted(labels, predictions, weights)
    predictions, normalizer = same_rank(predictions, ops.convert_to_tensor(normalizer))
    errors = ops.div_no_nan(ops.abs(ops.subtract(labels, predictions)), normalizer)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_relative_error")


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean of 1 - sum(labels * predictions), along `dim`, and the operation that takes in these."""
    check_recorded("mean_cosine_distance")
    labels, predictions, weights = fitted(labels, predictions, weights)
    products = ops.reduce_sum(ops.multiply(predictions, labels), [dim], keepdims=True)
    value, update = mean(products, weights, name=name or "mean_cosine_distance")
    distance, after = ops.subtract(1.0, value), ops.subtract(1.0, update)
    return collected(distance, metrics_collections), collected(after, updates_collections)


def percentage_below(
    values: Any,
    threshold: float,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of values below the threshold, and the operation that takes in these."""
    check_recorded("percentage_below")
    below = ops.cast(ops.less(values, threshold), float32)
    return mean(below, weights, metrics_collections, updates_collections, name or "percentage_below_threshold")


def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean of each element, and the operation that takes in these values of one shape, which is known."""
    with metric(name, "mean", values, weights, function="mean_tensor"):
        values = ops.cast(values, float32)
        shape = static_shape(values).as_list()
        total, count = variable("total_tensor", shape), variable("count_tensor", shape)
        number: Any = ops.ones_like(values)
        if weights is not None:
            values, number = weighted(values, weights)
        more, counted_up = total.assign_add(values), count.assign_add(number)
        value = collected(ratio(total, count, "value"), metrics_collections)
        return value, collected(ratio(more, counted_up, "update_op"), updates_collections)


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean over classes of hits / (labels + predictions - hits), and the operation that takes in these.

    The operation returns the matrix `[num_classes, num_classes]` of what was counted: labels by predictions.
    """
    with metric(name, "mean_iou", predictions, labels, weights):
        labels, predictions = (ops.reshape(ops.cast(x, int64), [-1]) for x in (labels, predictions))
        total = variable("total_confusion_matrix", [num_classes, num_classes], float64)
        if weights is not None:
            weights = ops.reshape(weights, [-1])
        counted = ops.confusion_matrix(labels, predictions, num_classes, dtype=float64, weights=weights)
        update = total.assign_add(counted)
        rows, columns = (ops.cast(ops.reduce_sum(total, axis), float32) for axis in (0, 1))
        hits = ops.cast(ops.diag_part(total), float32)
        union = ops.subtract(ops.add(rows, columns), hits)
        valid = ops.reduce_sum(ops.cast(ops.not_equal(union, 0.0), float32))
        union = ops.where(ops.greater(union, 0.0), union, ops.ones_like(union))
        share = ops.reduce_sum(ops.divide(hits, union), name="mean_iou")
        value = ops.where(ops.greater(valid, 0.0), ops.divide(share, valid), ops.zeros_like(valid))
        return collected(value, metrics_collections), collected(update, updates_collections)


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean over classes of the share of hits, and the operation that takes in these, which returns them."""
    with metric(name, "mean_accuracy", predictions, labels, weights, function="mean_per_class_accuracy"):
        labels = ops.reshape(ops.cast(labels, int64), [-1])
        predictions = ops.cast(ops.reshape(predictions, [-1]), int64)
        total, count = variable("total", [num_classes]), variable("count", [num_classes])
        ones: Any = ops.ones_like(labels, float32)
        hits: Any = ops.cast(ops.equal(predictions, labels), float32)
        if weights is not None:
            factors = ops.cast(ops.reshape(weights, [-1]), float32)
            ones, hits = ops.multiply(ones, factors), ops.multiply(hits, factors)
        more = ops.scatter_add(total, labels, ones)
        counted_up = ops.scatter_add(count, labels, hits)
        value = ops.reduce_mean(ratio(count, total, None), name="mean_accuracy")
        after = ratio(counted_up, more, "update_op")
        return collected(value, metrics_collections), collected(after, updates_collections)
