"""tf.metrics by their older names, `streaming_...`, which take the predictions before the labels.

Source: tensorflow/contrib/metrics/python/ops/metric_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import metrics, ops
from ..arrays.dtypes import as_dtype, float32
from ..ops.scoped import within
from ..ops.weights import broadcast_weights

__all__ = [
    "accuracy",
    "aggregate_metric_map",
    "aggregate_metrics",
    "sparse_recall_at_top_k",
    "streaming_accuracy",
    "streaming_auc",
    "streaming_false_negatives",
    "streaming_false_negatives_at_thresholds",
    "streaming_false_positives",
    "streaming_false_positives_at_thresholds",
    "streaming_mean",
    "streaming_mean_absolute_error",
    "streaming_mean_cosine_distance",
    "streaming_mean_iou",
    "streaming_mean_relative_error",
    "streaming_mean_squared_error",
    "streaming_mean_tensor",
    "streaming_percentage_less",
    "streaming_precision",
    "streaming_precision_at_thresholds",
    "streaming_recall",
    "streaming_recall_at_k",
    "streaming_recall_at_thresholds",
    "streaming_root_mean_squared_error",
    "streaming_sensitivity_at_specificity",
    "streaming_sparse_average_precision_at_k",
    "streaming_sparse_precision_at_k",
    "streaming_sparse_precision_at_top_k",
    "streaming_sparse_recall_at_k",
    "streaming_specificity_at_sensitivity",
    "streaming_true_negatives",
    "streaming_true_negatives_at_thresholds",
    "streaming_true_positives",
    "streaming_true_positives_at_thresholds",
]


def _streaming(function: Callable[..., Any], name: str) -> Callable[..., tuple[Any, Any]]:
    """Return a metric that takes the predictions first; all that follows the two is in the order of tf.metrics."""

    def streaming(predictions: Any, labels: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        found: tuple[Any, Any] = function(labels, predictions, *args, **kwargs)
        return found

    streaming.__name__ = streaming.__qualname__ = f"streaming_{name}"
    streaming.__doc__ = f"Do what tf.metrics.{function.__name__} does; the predictions come before the labels."
    return streaming


streaming_mean, streaming_mean_tensor = metrics.mean, metrics.mean_tensor
streaming_percentage_less = metrics.percentage_below

streaming_accuracy = _streaming(metrics.accuracy, "accuracy")
streaming_auc = _streaming(metrics.auc, "auc")
streaming_false_negatives = _streaming(metrics.false_negatives, "false_negatives")
streaming_false_negatives_at_thresholds = _streaming(
    metrics.false_negatives_at_thresholds, "false_negatives_at_thresholds"
)
streaming_false_positives = _streaming(metrics.false_positives, "false_positives")
streaming_false_positives_at_thresholds = _streaming(
    metrics.false_positives_at_thresholds, "false_positives_at_thresholds"
)
streaming_mean_absolute_error = _streaming(metrics.mean_absolute_error, "mean_absolute_error")
streaming_mean_cosine_distance = _streaming(metrics.mean_cosine_distance, "mean_cosine_distance")
streaming_mean_iou = _streaming(metrics.mean_iou, "mean_iou")
streaming_mean_relative_error = _streaming(metrics.mean_relative_error, "mean_relative_error")
streaming_mean_squared_error = _streaming(metrics.mean_squared_error, "mean_squared_error")
streaming_precision = _streaming(metrics.precision, "precision")
streaming_precision_at_thresholds = _streaming(metrics.precision_at_thresholds, "precision_at_thresholds")
streaming_recall = _streaming(metrics.recall, "recall")
streaming_recall_at_thresholds = _streaming(metrics.recall_at_thresholds, "recall_at_thresholds")
streaming_root_mean_squared_error = _streaming(metrics.root_mean_squared_error, "root_mean_squared_error")
streaming_sensitivity_at_specificity = _streaming(metrics.sensitivity_at_specificity, "sensitivity_at_specificity")
streaming_sparse_average_precision_at_k = _streaming(metrics.average_precision_at_k, "sparse_average_precision_at_k")
streaming_sparse_precision_at_k = _streaming(metrics.precision_at_k, "sparse_precision_at_k")
streaming_sparse_recall_at_k = _streaming(metrics.recall_at_k, "sparse_recall_at_k")
streaming_specificity_at_sensitivity = _streaming(metrics.specificity_at_sensitivity, "specificity_at_sensitivity")
streaming_true_negatives = _streaming(metrics.true_negatives, "true_negatives")
streaming_true_negatives_at_thresholds = _streaming(
    metrics.true_negatives_at_thresholds, "true_negatives_at_thresholds"
)
streaming_true_positives = _streaming(metrics.true_positives, "true_positives")
streaming_true_positives_at_thresholds = _streaming(
    metrics.true_positives_at_thresholds, "true_positives_at_thresholds"
)


def streaming_recall_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of rows whose label is among the k best predictions, and the operation that takes in these.

    Args:
        predictions: `[N, C]`, a number for each class.
        labels: `[N]`, the number of one class each.
        k: how many of the best.
        weights, metrics_collections, updates_collections, name: as in tf.metrics.mean.
    """
    hits = ops.cast(ops.in_top_k(predictions, labels, k), float32)
    return metrics.mean(hits, weights, metrics_collections, updates_collections, name or f"recall_at_{k}")


def sparse_recall_at_top_k(
    labels: Any, top_k_predictions: Any, class_id: int | None = None, *args: Any, **kwargs: Any
) -> tuple[Any, Any]:
    """Do what tf.metrics.recall_at_top_k does, without `k`."""
    return metrics.recall_at_top_k(labels, top_k_predictions, None, class_id, *args, **kwargs)


def streaming_sparse_precision_at_top_k(
    top_k_predictions: Any, labels: Any, class_id: int | None = None, *args: Any, **kwargs: Any
) -> tuple[Any, Any]:
    """Do what tf.metrics.precision_at_top_k does, without `k`; the predictions come before the labels."""
    return metrics.precision_at_top_k(labels, top_k_predictions, None, class_id, *args, **kwargs)


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Any:
    """Return the share of predictions that are the labels: of these ones, nothing is kept.

    Args:
        predictions, labels: of one shape and dtype, integers, bools or text.
        weights: a number, or an array of their rank.
        name: of its operations.
    """
    with within(name, "accuracy"):
        labels = ops.convert_to_tensor(labels)
        predictions = ops.convert_to_tensor(predictions, as_dtype(labels.dtype).base_dtype)
        hits = ops.cast(ops.equal(predictions, labels), float32)
        if weights is None:
            return ops.reduce_mean(hits)
        factors = broadcast_weights(ops.cast(weights, float32), hits)
        return ops.divide(ops.reduce_sum(ops.multiply(hits, factors)), ops.reduce_sum(factors))


def aggregate_metrics(*value_update_tuples: tuple[Any, Any]) -> tuple[list[Any], list[Any]]:
    """Return the values of metrics, and their updates, as two lists."""
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: dict[str, tuple[Any, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of metrics, and their updates, as two dicts with the names of the one given."""
    values, updates = aggregate_metrics(*names_to_tuples.values())
    return dict(zip(names_to_tuples, values, strict=True)), dict(zip(names_to_tuples, updates, strict=True))
