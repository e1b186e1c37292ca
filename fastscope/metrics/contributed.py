"""Metrics that only tf.contrib.metrics has: counts, agreement, how values vary together, and all values one by one.

Each returns (value, update_op); see `means`.

Source: tensorflow/contrib/metrics/python/ops/metric_ops.py (TF 1.15); Chan, Golub and LeVeque, Updating formulae and a
pairwise algorithm for computing sample variances (1979).
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..arrays.dtypes import float32, float64, int32, int64
from ..errors import losses as errors
from ..graph import control_dependencies
from ..ops.weights import broadcast_weights, static_shape, weights_like
from ..scoping.variables import assign
from .counts import false_negatives, false_positives, share, share_at, true_negatives, true_positives
from .running import Collections, collected, dtype_of, fitted, metric, variable

__all__ = [
    "cohen_kappa",
    "count",
    "streaming_concat",
    "streaming_covariance",
    "streaming_false_negative_rate",
    "streaming_false_negative_rate_at_thresholds",
    "streaming_false_positive_rate",
    "streaming_false_positive_rate_at_thresholds",
    "streaming_pearson_correlation",
]


def count(
    values: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return how many values, or the sum of their weights, there were so far, and the operation that takes in these."""
    with metric(name, "count", values, weights):
        total = variable("count")
        if weights is None:
            number: Any = ops.cast(ops.size(values), float32)
        else:
            values = ops.cast(values, float32)
            number = ops.reduce_sum(broadcast_weights(ops.cast(weights_like(weights, values), float32), values))
        value = collected(ops.identity(total), metrics_collections)
        return value, collected(total.assign_add(number), updates_collections)


def cohen_kappa(
    labels: Any,
    predictions_idx: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return by how much predictions agree with labels beyond chance, Cohen's kappa, and the operation for these.

    Args:
        labels, predictions_idx: classes `[N]` or `[N, 1]`, below `num_classes`.
        num_classes: how many there are.
        weights, metrics_collections, updates_collections, name: as in `tf.metrics.mean`.

    Raises:
        ValueError: there is one class.
    """
    if num_classes < 2:
        raise errors.too_few_classes(num_classes)
    with metric(name, "cohen_kappa", labels, predictions_idx, weights):
        labels, predictions, weights = fitted(labels, predictions_idx, weights)
        if labels.shape.ndims == 2:
            labels, predictions = ops.squeeze(labels, axis=[-1]), ops.squeeze(predictions, axis=[-1])
            weights = weights if weights is None or weights.shape.ndims != 2 else ops.squeeze(weights, axis=[-1])
        dtype = int64 if weights is None or dtype_of(weights).is_integer else float32
        table = ops.confusion_matrix(labels, predictions, num_classes, dtype=dtype, weights=weights)
        found = ops.diag_part(table), ops.reduce_sum(table, 0), ops.reduce_sum(table, 1)
        totals = [variable(word, [num_classes], dtype) for word in ("po", "pe_row", "pe_col")]
        value = _kappa(totals, "value")
        update = _kappa([total.assign_add(more) for total, more in zip(totals, found, strict=True)], "update_op")
        return collected(value, metrics_collections), collected(update, updates_collections)


def _kappa(totals: list[Any], name: str) -> Any:
    hits, rows, columns = totals
    number = ops.cast(ops.reduce_sum(rows), float64)
    chance = ops.reduce_sum(ops.div_no_nan(ops.cast(ops.multiply(rows, columns), float64), number))
    beyond: Any = ops.subtract(ops.cast(ops.reduce_sum(hits), float64), chance)
    return ops.div_no_nan(beyond, ops.subtract(number, chance), name=name)


def streaming_covariance(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the covariance of predictions and labels so far, NaN of fewer than two, and the operation for these."""
    with metric(name, "covariance", predictions, labels, weights):
        labels, predictions, weights = fitted(labels, predictions, weights)
        number, mean_x, mean_y, together = (
            variable(word) for word in ("count", "mean_prediction", "mean_label", "comoment")
        )
        if weights is None:
            more, x, y = ops.cast(ops.size(labels), float32), predictions, labels
        else:
            weights = broadcast_weights(weights, labels)
            more, x, y = ops.reduce_sum(weights), ops.multiply(predictions, weights), ops.multiply(labels, weights)
        after: Any = number.assign_add(more)
        before = ops.subtract(after, more)
        (of_x, last_x), (of_y, last_y) = (_moved(mean, z, more, after) for mean, z in ((mean_x, x), (mean_y, y)))
        apart: Any = ops.multiply(ops.subtract(predictions, of_x), ops.subtract(labels, of_y))
        inside = ops.reduce_sum(apart if weights is None else ops.multiply(apart, weights))
        between = ops.multiply(ops.multiply(last_x - of_x, last_y - of_y), before * more / after)
        update = together.assign_add(ops.add(inside, between))
        value = _covariance(together, number, "covariance")
        with control_dependencies([update]):
            updated = _covariance(together, number, "update_op")
        return collected(value, metrics_collections), collected(updated, updates_collections)


def _moved(mean: Any, values: Any, more: Any, after: Any) -> tuple[Any, Any]:
    """Move a mean by values; return their own mean, and what the other one was before."""
    own: Any = ops.div_no_nan(ops.reduce_sum(values), more)
    step = ops.div_no_nan(ops.multiply(ops.subtract(own, mean), more), after)
    return own, ops.subtract(mean.assign_add(step), step)


def _covariance(together: Any, number: Any, name: str) -> Any:
    return ops.where(ops.less_equal(number, 1.0), math.nan, ops.divide(together, ops.subtract(number, 1.0)), name=name)


def streaming_pearson_correlation(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return Pearson's correlation of predictions and labels so far, and the operation that takes in these."""
    with metric(name, "pearson_r", predictions, labels, weights):
        labels, predictions, weights = fitted(labels, predictions, weights)
        if weights is not None:
            weights = broadcast_weights(weights, labels)
        pairs = [
            streaming_covariance(x, y, weights, name=word)
            for x, y, word in (
                (predictions, labels, "covariance"),
                (predictions, predictions, "variance_predictions"),
                (labels, labels, "variance_labels"),
            )
        ]
        found = []
        for which, word in enumerate(("pearson_r", "update_op")):
            both, of_x, of_y = (pair[which] for pair in pairs)
            found.append(ops.divide(both, ops.multiply(ops.sqrt(of_x), ops.sqrt(of_y)), name=word))
        return collected(found[0], metrics_collections), collected(found[1], updates_collections)


def streaming_concat(
    values: Any,
    axis: int = 0,
    max_size: int | None = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return all values so far, one behind the other, and the operation that takes in these and returns how many.

    Args:
        values: of sizes that are known but for the one of `axis`.
        axis: along which they are put together.
        max_size: how many are kept, the first ones; None = all.
        metrics_collections, updates_collections, name: as in `tf.metrics.mean`.

    Raises:
        ValueError: there is no such axis, or another size is not known.
    """
    with metric(name, "streaming_concat", values):
        dims = static_shape(values).as_list() if static_shape(values).ndims is not None else None
        if dims is None:
            raise errors.rank_not_known("values")
        if not -len(dims) <= axis < len(dims):
            raise errors.axis_not_there(axis, len(dims))
        axis %= len(dims)
        others = dims[:axis] + dims[axis + 1 :]
        if None in others:
            raise errors.sizes_not_known(dims, axis)
        array, size = variable("array", [0, *others], dtype_of(values), grows=True), variable("size", (), int32)
        kept: Any = ops.identity(array[:size])
        kept.set_shape([None, *others])
        value = ops.transpose(kept, [*range(1, axis + 1), 0, *range(axis + 1, len(dims))], name="concat")
        rows = ops.transpose(values, [axis, *(k for k in range(len(dims)) if k != axis)])
        if max_size is not None:
            rows = rows[: ops.subtract(max_size, size)]
        grown = assign(array, ops.concat([kept, rows], 0), validate_shape=False)
        with control_dependencies([grown]):
            update = size.assign_add(ops.shape(rows)[0])
        return collected(value, metrics_collections), collected(update, updates_collections)


def _rate(function: str, wrong: Any, right: Any) -> Any:
    def rate(
        predictions: Any,
        labels: Any,
        weights: Any = None,
        metrics_collections: Collections = None,
        updates_collections: Collections = None,
        name: str | None = None,
    ) -> tuple[Any, Any]:
        with metric(name, function, predictions, labels, weights):
            kinds = wrong, right
            return share(labels, predictions, weights, kinds, metrics_collections, updates_collections)

    rate.__name__ = rate.__qualname__ = f"streaming_{function}"
    rate.__doc__ = f"Return the {function.replace('_', ' ')} so far, and the operation that takes in these."
    return rate


def _rate_at(function: str, wrong: str, right: str, word: str) -> Any:
    at = share_at(f"{function}_at_thresholds", wrong, right, word)

    def rate(predictions: Any, labels: Any, thresholds: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        found: tuple[Any, Any] = at(labels, predictions, thresholds, *args, **kwargs)
        return found

    rate.__name__ = rate.__qualname__ = f"streaming_{function}_at_thresholds"
    rate.__doc__ = f"Return the {function.replace('_', ' ')} above each threshold, and the operation for these."
    return rate


streaming_false_positive_rate = _rate("false_positive_rate", false_positives, true_negatives)
streaming_false_negative_rate = _rate("false_negative_rate", false_negatives, true_positives)
streaming_false_positive_rate_at_thresholds = _rate_at(
    "false_positive_rate", "false_positives", "true_negatives", "fpr"
)
streaming_false_negative_rate_at_thresholds = _rate_at(
    "false_negative_rate", "false_negatives", "true_positives", "fnr"
)
