"""Metrics of the k best predictions of each row: how many of them are labels, and how many labels are among them.

Each returns (value, update_op); see `means`. Labels are int64 `[..., n]`, n of them for each row, or `[...]`, one for
each; a SparseTensor where rows have different numbers of labels.

Source: tensorflow/python/ops/metrics_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype, float64, int64
from ..errors import sets as errors
from ..graph import get_default_graph, name_scope
from ..ops.sets import average_precision_of_rows, count_in_rows, is_sparse
from ..ops.weights import broadcast_weights, broadcastable, static_shape
from .running import Collections, check_recorded, collected, variable

__all__ = [
    "average_precision_at_k",
    "precision_at_k",
    "precision_at_top_k",
    "recall_at_k",
    "recall_at_top_k",
    "sparse_average_precision_at_k",
    "sparse_precision_at_k",
]

# what is counted of predictions and labels
_OPERATIONS = {"true_positive": "intersection", "false_positive": "a-b", "false_negative": "b-a"}


def _name(word: str, k: int | None = None, class_id: int | None = None) -> str:
    name = f"{word}_at_{'k' if k is None else k}"
    return name if class_id is None else f"{name}_class{class_id}"


def _best(predictions: Any, k: int) -> Any:
    """Return the numbers of the classes of the k largest predictions of each row."""
    return ops.top_k(predictions, k)[1]


def _fitting(labels: Any, predictions: Any) -> Any:
    """Return labels after a look at their dtype, and at their rank, where it is known."""
    if not is_sparse(labels):
        labels = ops.convert_to_tensor(labels)
    dtype = as_dtype((labels.values if is_sparse(labels) else labels).dtype).base_dtype
    if dtype is not int64:
        raise errors.types_differ(int64, dtype)
    if is_sparse(labels):
        return labels
    mine, theirs = static_shape(labels), static_shape(predictions)
    if mine.rank is not None and theirs.rank is not None and mine.rank not in (theirs.rank, theirs.rank - 1):
        raise errors.labels_shape(mine, theirs)
    return labels


def _counted(
    kind: str, labels: Any, predictions_idx: Any, k: int | None, class_id: int | None, weights: Any
) -> tuple[Any, Any]:
    """Return how often something was so until now, and the operation that takes in these."""
    with name_scope(None, _name(kind, k, class_id)) as scope:
        counts = count_in_rows(_OPERATIONS[kind], predictions_idx, labels, class_id)
        if weights is not None:
            counts = ops.multiply(counts, broadcastable(ops.cast(weights, float64), counts))
        total = variable(scope, (), float64)
        return total, total.assign_add(ops.reduce_sum(counts), name="update")


def _share_of(
    word: str,
    misses: str,
    labels: Any,
    predictions_idx: Any,
    k: int | None,
    class_id: int | None,
    weights: Any,
    metrics_collections: Collections,
    updates_collections: Collections,
    name: str | None,
) -> tuple[Any, Any]:
    """Return hits / (hits + misses), and the update."""
    with name_scope(name, _name(word, k, class_id)) as scope:
        predictions_idx = ops.cast(predictions_idx, int64)
        labels = _fitting(labels, predictions_idx)
        (hits, more), (missed, more_missed) = (
            _counted(kind, labels, predictions_idx, k, class_id, weights) for kind in ("true_positive", misses)
        )
        value = ops.divide(hits, ops.add(hits, missed), name=scope)
        after = ops.divide(more, ops.add(more, more_missed), name="update")
        return collected(value, metrics_collections), collected(after, updates_collections)


def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of labels that is among the k best predictions, and the operation that takes in these.

    Args:
        labels: see above.
        predictions: `[..., C]`, a number for each class.
        k: how many of the best.
        class_id: only this class counts.
        weights: a number, or an array of the rank of the rows.
        metrics_collections, updates_collections, name: as in `mean`.
    """
    check_recorded("recall_at_k")
    with name_scope(name, _name("recall", k, class_id)) as scope:
        best, collections = _best(predictions, k), (metrics_collections, updates_collections)
        return recall_at_top_k(labels, best, k, class_id, weights, *collections, name=scope)


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Do what `recall_at_k` does, with the numbers `[..., k]` of the best classes; `k` only names it."""
    check_recorded("recall_at_top_k")
    rest = k, class_id, weights, metrics_collections, updates_collections, name
    return _share_of("recall", "false_negative", labels, predictions_idx, *rest)


def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of the k best predictions that are labels, and the operation that takes in these.

    Args:
        labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name: as in `recall_at_k`.
    """
    check_recorded("precision_at_k")
    with name_scope(name, _name("precision", k, class_id)) as scope:
        best, collections = _best(predictions, k), (metrics_collections, updates_collections)
        return precision_at_top_k(labels, best, k, class_id, weights, *collections, name=scope)


def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Do what `precision_at_k` does, with the numbers `[..., k]` of the best classes; `k` only names it."""
    check_recorded("precision_at_top_k")
    rest = k, class_id, weights, metrics_collections, updates_collections, name
    return _share_of("precision", "false_positive", labels, predictions_idx, *rest)


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the mean over rows of the mean precision at each label among the k best, and the operation of these.

    Args:
        labels, predictions, k, weights, metrics_collections, updates_collections, name: as in `recall_at_k`.

    Raises:
        ValueError: k is less than 1.
    """
    check_recorded("average_precision_at_k")
    if k < 1:
        raise errors.bad_k(k)
    with name_scope(name, _name("average_precision", k)) as scope:
        predictions = ops.convert_to_tensor(predictions)
        best = ops.cast(_best(predictions, k), int64)
        get_default_graph().unique_name("Max")  # TensorFlow's largest label; it makes the next scope "max_1"
        each = average_precision_of_rows(_fitting(labels, best), best, ops.shape(predictions)[-1])
        return _average(each, weights, metrics_collections, updates_collections, scope)


def _average(
    each: Any, weights: Any, metrics_collections: Collections, updates_collections: Collections, scope: str
) -> tuple[Any, Any]:
    """Return the weighted mean of what rows have so far, and the operation that takes in these."""
    if weights is not None:
        weights = broadcast_weights(ops.cast(weights, float64), each)
        each = ops.multiply(each, weights)
    with name_scope(None, "max") as name:
        most = variable(name, (), float64)
        batch = ops.cast(ops.size(each), float64) if weights is None else ops.reduce_sum(weights, name="batch_max")
        more_most = most.assign_add(batch, name="update")
    with name_scope(None, "total") as name:
        total = variable(name, (), float64)
        more = total.assign_add(ops.reduce_sum(each, name="batch_total"), name="update")
    value = collected(ops.div_no_nan(total, most, name="mean"), metrics_collections)
    return value, collected(ops.div_no_nan(more, more_most, name=scope), updates_collections)


# their older names
sparse_average_precision_at_k = average_precision_at_k
sparse_precision_at_k = precision_at_k
