"""Metrics that count what was rightly and wrongly taken for true: precision, recall, the area under a curve.

Each returns (value, update_op); see `means`.

Source: tensorflow/python/ops/metrics_impl.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays.dtypes import bool as bool_
from ..arrays.dtypes import float32, int64
from ..errors import losses as errors
from ..errors.sets import bad_share
from ..ops.asserting import assert_greater_equal, assert_less_equal
from ..ops.grouping import with_dependencies
from .running import Collections, as_bools, collected, counted, dtype_of, metric, variable, weighted

__all__ = [
    "auc",
    "f1_score",
    "false_negatives",
    "false_negatives_at_thresholds",
    "false_positives",
    "false_positives_at_thresholds",
    "precision",
    "precision_at_thresholds",
    "recall",
    "recall_at_thresholds",
    "sensitivity_at_specificity",
    "share",
    "share_at",
    "specificity_at_sensitivity",
    "true_negatives",
    "true_negatives_at_thresholds",
    "true_positives",
    "true_positives_at_thresholds",
]


def _count(label: bool, prediction: bool, function: str) -> Any:
    """Return the metric that counts predictions of a kind for labels of a kind."""

    def count(
        labels: Any,
        predictions: Any,
        weights: Any = None,
        metrics_collections: Collections = None,
        updates_collections: Collections = None,
        name: str | None = None,
    ) -> tuple[Any, Any]:
        with metric(name, function, predictions, labels, weights):
            labels, predictions, weights = as_bools(labels, predictions, weights)
            labels = labels if label else ops.logical_not(labels)
            predictions = predictions if prediction else ops.logical_not(predictions)
            holds = ops.logical_and(labels, predictions)
            return counted(holds, weights, metrics_collections, updates_collections)

    count.__name__ = count.__qualname__ = function
    count.__doc__ = (
        f"Return how often so far the label was {label} and the prediction {prediction}, and the operation that takes "
        "in these."
    )
    return count


true_positives = _count(True, True, "true_positives")
true_negatives = _count(False, False, "true_negatives")
false_positives = _count(False, True, "false_positives")
false_negatives = _count(True, False, "false_negatives")


def share(
    labels: Any,
    predictions: Any,
    weights: Any,
    kinds: tuple[Any, Any],
    metrics_collections: Collections,
    updates_collections: Collections,
) -> tuple[Any, Any]:
    """Return what one of two metrics counted as a share of both, 0 if that is nothing, and the update of it."""
    labels, predictions, weights = as_bools(labels, predictions, weights)
    counts = [kind(labels, predictions, weights) for kind in kinds]
    value, update = (
        ops.div_no_nan(hits, ops.add(hits, misses), name=word)
        for (hits, misses), word in zip(zip(*counts, strict=True), ("value", "update_op"), strict=True)
    )
    return collected(value, metrics_collections), collected(update, updates_collections)


def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of true labels among what was taken for true, and the operation that takes in these."""
    with metric(name, "precision", predictions, labels, weights):
        kinds = true_positives, false_positives
        return share(labels, predictions, weights, kinds, metrics_collections, updates_collections)


def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of the true labels that was taken for true, and the operation that takes in these."""
    with metric(name, "recall", predictions, labels, weights):
        kinds = true_positives, false_negatives
        return share(labels, predictions, weights, kinds, metrics_collections, updates_collections)


# ---- at thresholds

_LEAST = 1e-7  # what no division is by less than, and how far the outer thresholds lie outside of [0, 1]
_KINDS = {
    "true_positives": (True, True),
    "false_negatives": (True, False),
    "true_negatives": (False, False),
    "false_positives": (False, True),
}


def _counted_at(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any, kinds: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was counted at each threshold so far, `[thresholds]` by kind, and the updates."""
    labels, predictions, weights = as_bools(labels, ops.ones_like(predictions, bool_), weights)[0], predictions, weights
    predictions, told = ops.convert_to_tensor(predictions), "predictions must be in [0, 1]"
    checks = [
        assert_greater_equal(predictions, ops.cast(0.0, dtype_of(predictions)), message=told),
        assert_less_equal(predictions, ops.cast(1.0, dtype_of(predictions)), message=told),
    ]
    predictions = with_dependencies([check for check in checks if check is not None], predictions)
    scores = ops.reshape(ops.cast(predictions, float32), [1, -1])
    truths = ops.reshape(labels, [1, -1])
    taken = ops.greater(scores, ops.reshape(ops.convert_to_tensor(list(thresholds), float32), [-1, 1]))
    factors = None
    if weights is not None:
        _, factors = weighted(ops.cast(predictions, float32), weights)
        factors = ops.reshape(factors, [1, -1])
    values, updates = {}, {}
    for kind in kinds:
        label, prediction = _KINDS[kind]
        total = variable(kind, [len(thresholds)])
        hold = ops.logical_and(
            truths if label else ops.logical_not(truths), taken if prediction else ops.logical_not(taken)
        )
        counts = ops.cast(hold, float32)
        counts = counts if factors is None else ops.multiply(counts, factors)
        values[kind], updates[kind] = ops.identity(total), total.assign_add(ops.reduce_sum(counts, 1))
    return values, updates


def _thresholds(count: int) -> list[float]:
    """Return so many thresholds, even between one below 0 and one above 1."""
    return [-_LEAST, *(k / (count - 1) for k in range(1, count - 1)), 1 + _LEAST]


def _count_at(kind: str) -> Any:
    function = f"{kind}_at_thresholds"

    def count(
        labels: Any,
        predictions: Any,
        thresholds: Sequence[float],
        weights: Any = None,
        metrics_collections: Collections = None,
        updates_collections: Collections = None,
        name: str | None = None,
    ) -> tuple[Any, Any]:
        with metric(name, kind, predictions, labels, weights, function=function):
            values, updates = _counted_at(labels, predictions, thresholds, weights, [kind])
            return collected(values[kind], metrics_collections), collected(updates[kind], updates_collections)

    count.__name__ = count.__qualname__ = function
    count.__doc__ = f"Return `{kind}` for predictions above each threshold, and the operation that takes in these."
    return count


true_positives_at_thresholds = _count_at("true_positives")
true_negatives_at_thresholds = _count_at("true_negatives")
false_positives_at_thresholds = _count_at("false_positives")
false_negatives_at_thresholds = _count_at("false_negatives")


def share_at(function: str, kind: str, others: str, word: str) -> Any:
    """Return the metric of kind / (kind + others) at thresholds."""

    def at_thresholds(
        labels: Any,
        predictions: Any,
        thresholds: Sequence[float],
        weights: Any = None,
        metrics_collections: Collections = None,
        updates_collections: Collections = None,
        name: str | None = None,
    ) -> tuple[Any, Any]:
        with metric(name, function, predictions, labels, weights):
            values, updates = _counted_at(labels, predictions, thresholds, weights, [kind, others])
            found = []
            for counts, suffix in ((values, "value"), (updates, "update_op")):
                hits = counts[kind]
                found.append(ops.divide(hits, hits + counts[others] + _LEAST, name=f"{word}_{suffix}"))
            return collected(found[0], metrics_collections), collected(found[1], updates_collections)

    at_thresholds.__name__ = at_thresholds.__qualname__ = function
    at_thresholds.__doc__ = (
        f"Return `{word}` for predictions above each threshold, and the operation that takes in these."
    )
    return at_thresholds


precision_at_thresholds = share_at("precision_at_thresholds", "true_positives", "false_positives", "precision")
recall_at_thresholds = share_at("recall_at_thresholds", "true_positives", "false_negatives", "recall")


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> tuple[Any, Any]:
    """Return the area under a curve over thresholds, and the operation that takes in these.

    Args:
        labels: bools, or what is one.
        predictions: probabilities of one shape with them.
        weights, metrics_collections, updates_collections, name: as in `mean`.
        num_thresholds: how many there are, evenly from 0 to 1.
        curve: "ROC", the share of true labels that was found over that of false ones, or "PR", precision over recall.
        summation_method: "trapezoidal", "careful_interpolation", "minoring" or "majoring".
        thresholds: these instead, between 0 and 1.

    Raises:
        ValueError: there is no such curve or method.
    """
    if curve not in ("ROC", "PR"):
        raise errors.bad_choice("curve", "ROC or PR", curve)
    if summation_method not in ("trapezoidal", "careful_interpolation", "minoring", "majoring"):
        known = "trapezoidal, careful_interpolation, minoring or majoring"
        raise errors.bad_choice("summation_method", known, summation_method)
    with metric(name, "auc", labels, predictions, weights):
        places = _thresholds(num_thresholds) if thresholds is None else [-_LEAST, *sorted(thresholds), 1 + _LEAST]
        values, updates = _counted_at(labels, predictions, places, weights, list(_KINDS))
        value = _area(values, curve, summation_method, "value")
        after = _area(updates, curve, summation_method, "update_op")
        return collected(value, metrics_collections), collected(after, updates_collections)


def _area(counts: dict[str, Any], curve: str, method: str, name: str) -> Any:
    tp, fn, tn, fp = (counts[kind] for kind in _KINDS)
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated_area(tp, fp, fn)
    epsilon = 1e-6
    x: Any = ops.divide(tp + epsilon, tp + fn + epsilon)
    if curve == "ROC":
        x, y = ops.divide(fp, fp + tn + epsilon), x
    else:
        y = ops.divide(tp + epsilon, tp + fp + epsilon)
    if method == "minoring":
        height: Any = ops.minimum(y[:-1], y[1:])
    elif method == "majoring":
        height = ops.maximum(y[:-1], y[1:])
    else:
        height = (y[:-1] + y[1:]) / 2.0
    return ops.reduce_sum(ops.multiply(x[:-1] - x[1:], height), name=name)


def _interpolated_area(tp: Any, fp: Any, fn: Any) -> Any:
    """Return the area under precision over recall, between thresholds by the formula of Davis and Goadrich, 2006."""
    found, p = tp[:-1] - tp[1:], tp + fp
    slope: Any = ops.div_no_nan(found, ops.maximum(p[:-1] - p[1:], 0.0), name="prec_slope")
    intercept = tp[1:] - ops.multiply(slope, p[1:])
    both = ops.logical_and(ops.greater(p[:-1], 0.0), ops.greater(p[1:], 0.0))
    relative = ops.div_no_nan(p[:-1], ops.maximum(p[1:], 0.0), name="recall_relative_ratio")
    safe = ops.where(both, relative, ops.ones_like(p[1:]))
    parts = slope * (found + intercept * ops.log(safe))
    increment = ops.div_no_nan(parts, ops.maximum(tp[1:] + fn[1:], 0.0), name="pr_auc_increment")
    return ops.reduce_sum(increment, name="interpolate_pr_auc")


def f1_score(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the best harmonic mean of precision and recall over thresholds, and the operation that takes in these.

    Args:
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: as in `auc`.
    """
    with metric(name, "f1", predictions, labels, weights, function="f1_score"):
        thresholds = _thresholds(num_thresholds)
        kinds = ["true_positives", "false_positives", "false_negatives"]
        counts = _counted_at(labels, predictions, thresholds, weights, kinds)
        value, update = (_best_f1(of, word) for of, word in zip(counts, ("value", "update"), strict=True))
        return collected(value, metrics_collections), collected(update, updates_collections)


def _best_f1(counts: dict[str, Any], word: str) -> Any:
    hits = counts["true_positives"]
    found = ops.divide(hits, _LEAST + hits + counts["false_positives"], name=f"precision_{word}")
    caught = ops.divide(hits, _LEAST + hits + counts["false_negatives"], name=f"recall_{word}")
    return ops.reduce_max(2.0 * found * caught / (found + caught + _LEAST))


def _at_best(
    function: str, wanted: float, argument: str, labels: Any, predictions: Any, weights: Any, num_thresholds: int,
    collections: tuple[Collections, Collections], name: str | None,
) -> tuple[Any, Any]:  # fmt: skip
    """Return one share at the threshold where the other one is nearest to the one that is wanted, and the update."""
    if not 0 <= wanted <= 1:
        raise bad_share(argument)
    of_true, epsilon = function == "sensitivity_at_specificity", 1e-7
    with metric(name, function, predictions, labels, weights):
        inside = [k / (num_thresholds - 1) for k in range(1, num_thresholds - 1)]
        last = 1 + epsilon if of_true else 1 - epsilon
        both = _counted_at(labels, predictions, [-epsilon, *inside, last], weights, list(_KINDS))
        found = []
        for counts, word in zip(both, ("value", "update_op"), strict=True):
            true, false = (
                (counts["true_positives"], counts["false_negatives"]),
                (counts["true_negatives"], counts["false_positives"]),
            )
            (hits, misses), (others, other_misses) = (true, false) if of_true else (false, true)
            distance = ops.abs(ops.subtract(ops.divide(others, others + other_misses + epsilon), wanted))
            if not of_true:  # the last of several that are equally near
                near: Any = ops.cast(ops.equal(distance, ops.reduce_min(distance)), int64)
                place = ops.argmax(ops.cumsum(near), 0)
            else:
                place = ops.argmin(distance, 0)
            hit, missed = ops.gather(hits, place), ops.gather(misses, place)
            found.append(ops.divide(hit, ops.add(hit, missed) + epsilon, name=word))
        return collected(found[0], collections[0]), collected(found[1], collections[1])


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of true labels found where that of false ones rejected is `specificity`, and the update.

    Args:
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: as in `auc`.
        specificity: between 0 and 1; the threshold that comes nearest to it is taken.

    Raises:
        ValueError: it is not between 0 and 1.
    """
    collections = metrics_collections, updates_collections
    given = labels, predictions, weights, num_thresholds, collections, name
    return _at_best("sensitivity_at_specificity", specificity, "specificity", *given)


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Collections = None,
    updates_collections: Collections = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the share of false labels rejected where that of true ones found is `sensitivity`, and the update.

    Args:
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: as in `auc`.
        sensitivity: between 0 and 1; the threshold that comes nearest to it is taken, the highest of several.

    Raises:
        ValueError: it is not between 0 and 1.
    """
    collections = metrics_collections, updates_collections
    given = labels, predictions, weights, num_thresholds, collections, name
    return _at_best("specificity_at_sensitivity", sensitivity, "sensitivity", *given)
