"""tf.metrics: values of several runs, beside their formulas over all of them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf

LABELS = np.int32([[1, 0, 1, 1], [0, 0, 1, 0]])
SCORES = np.float32([[0.9, 0.3, 0.4, 0.8], [0.7, 0.1, 0.6, 0.2]])
WEIGHTS = np.float32([[1, 2, 0, 1], [1, 1, 3, 1]])
TAKEN = SCORES > 0.5


def over_batches(metric: Any) -> tuple[Any, Any]:
    """Return the value after two updates, and what the second update returned."""
    labels, scores, weights = (tf.placeholder(kind, [None]) for kind in (tf.int32, tf.float32, tf.float32))
    value, update = metric(labels, scores, weights)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for y, x, w in zip(LABELS, SCORES, WEIGHTS, strict=True):
            after = session.run(update, {labels: y, scores: x, weights: w})
        return session.run(value), after


def weighted(values: Any) -> float:
    return float((values * WEIGHTS).sum() / WEIGHTS.sum())


HITS, MISSES = (TAKEN & (LABELS == 1)), (TAKEN & (LABELS == 0))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (lambda y, x, w: tf.metrics.mean(x), SCORES.mean()),
        (lambda y, x, w: tf.metrics.mean(x, w), weighted(SCORES)),
        (lambda y, x, w: tf.metrics.accuracy(y, tf.round(x), w), weighted(TAKEN == LABELS)),
        (lambda y, x, w: tf.metrics.mean_absolute_error(tf.cast(y, tf.float32), x), np.abs(SCORES - LABELS).mean()),
        (lambda y, x, w: tf.metrics.mean_squared_error(tf.cast(y, tf.float32), x, w), weighted((SCORES - LABELS) ** 2)),
        (lambda y, x, w: tf.metrics.root_mean_squared_error(tf.cast(y, tf.float32), x),
         np.sqrt(((SCORES - LABELS) ** 2).mean())),
        (lambda y, x, w: tf.metrics.mean_relative_error(tf.cast(y, tf.float32), x, tf.cast(y, tf.float32)),
         np.where(LABELS == 1, 1 - SCORES, 0).mean()),
        (lambda y, x, w: tf.metrics.mean_cosine_distance(tf.cast(y, tf.float32), x, 0),
         1 - (SCORES * LABELS).sum(1).mean()),
        (lambda y, x, w: tf.metrics.percentage_below(x, 0.35), (SCORES < 0.35).mean()),
        (lambda y, x, w: tf.metrics.mean_tensor(tf.reshape(x, [4])), SCORES.mean(0)),
        (lambda y, x, w: tf.metrics.true_positives(y, x > 0.5), HITS.sum()),
        (lambda y, x, w: tf.metrics.false_positives(y, x > 0.5, w), (MISSES * WEIGHTS).sum()),
        (lambda y, x, w: tf.metrics.true_negatives(y, x > 0.5), (~TAKEN & (LABELS == 0)).sum()),
        (lambda y, x, w: tf.metrics.false_negatives(y, x > 0.5), (~TAKEN & (LABELS == 1)).sum()),
        (lambda y, x, w: tf.metrics.precision(y, x > 0.5, w),
         (HITS * WEIGHTS).sum() / (TAKEN * WEIGHTS).sum()),
        (lambda y, x, w: tf.metrics.recall(y, x > 0.5), HITS.sum() / LABELS.sum()),
        (lambda y, x, w: tf.metrics.precision_at_thresholds(y, x, [0.25, 0.5]),
         [LABELS[SCORES > t].mean() for t in (0.25, 0.5)]),
        (lambda y, x, w: tf.metrics.recall_at_thresholds(y, x, [0.25, 0.5], w),
         [(((SCORES > t) & (LABELS == 1)) * WEIGHTS).sum() / (LABELS * WEIGHTS).sum() for t in (0.25, 0.5)]),
        *[
            (lambda y, x, w, kind=kind: getattr(tf.metrics, f"{kind}_at_thresholds")(y, x, [0.25, 0.5]),
             [((LABELS == label) & ((SCORES > t) == taken)).sum() for t in (0.25, 0.5)])
            for kind, label, taken in (("true_positives", 1, True), ("false_positives", 0, True),
                                       ("true_negatives", 0, False), ("false_negatives", 1, False))
        ],
    ],
)  # fmt: skip
def test_a_metric_is_its_formula_over_all_batches(metric: Any, expected: Any) -> None:
    value, after = over_batches(metric)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(after, expected, rtol=1e-5)


def test_classes() -> None:
    value, matrix = over_batches(lambda y, x, w: tf.metrics.mean_iou(y, x > 0.5, 2, w))
    expected = np.zeros([2, 2])
    np.add.at(expected, (LABELS.ravel(), TAKEN.ravel().astype(int)), WEIGHTS.ravel())
    np.testing.assert_allclose(matrix, expected)
    union = expected.sum(0) + expected.sum(1) - expected.diagonal()
    np.testing.assert_allclose(value, (expected.diagonal() / union).mean(), rtol=1e-6)
    value, shares = over_batches(lambda y, x, w: tf.metrics.mean_per_class_accuracy(y, x > 0.5, 2))
    np.testing.assert_allclose(shares, [(TAKEN == LABELS)[LABELS == label].mean() for label in (0, 1)])
    np.testing.assert_allclose(value, np.mean(shares), rtol=1e-6)


@pytest.mark.parametrize("method", ["trapezoidal", "minoring", "majoring", "careful_interpolation"])
@pytest.mark.parametrize("curve", ["ROC", "PR"])
def test_areas(curve: str, method: str) -> None:
    value, after = over_batches(
        lambda y, x, w: tf.metrics.auc(y, x, curve=curve, summation_method=method, num_thresholds=1000)
    )
    assert value == after
    if curve == "ROC":  # the share of pairs in the right order
        order = SCORES[LABELS == 1][:, None] > SCORES[LABELS == 0]
        np.testing.assert_allclose(value, order.mean(), atol=2e-3)
    else:
        assert 0.5 < value < 1


def test_collections_and_shapes() -> None:
    value, update = tf.metrics.accuracy(
        [[1], [2]], [1, 3], name="hits", metrics_collections="m", updates_collections=["u"]
    )
    assert (tf.get_collection("m"), tf.get_collection("u")) == ([value], [update])
    assert [v.name for v in tf.get_collection(tf.GraphKeys.METRIC_VARIABLES)] == ["hits/total:0", "hits/count:0"]
    assert tf.trainable_variables() == tf.global_variables() == []


def test_messages() -> None:
    with pytest.raises(ValueError, match="curve must be either ROC or PR, F1 unknown"):
        tf.metrics.auc([1], [0.5], curve="F1")
    with pytest.raises(ValueError, match="summation_method must be either trapezoidal"):
        tf.metrics.auc([1], [0.5], summation_method="simpson")
    fs.enable_eager_execution()
    try:
        with pytest.raises(RuntimeError, match="tf.metrics.recall is not supported when eager execution is enabled"):
            fs.metrics.recall([1], [1])
    finally:
        fs.disable_eager_execution()


def test_what_contributed_metrics_refuse(graph_mode: ModuleType) -> None:
    tf = graph_mode
    metrics = tf.contrib.metrics
    for make, words in (
        (lambda: metrics.cohen_kappa([0], [0], 1), "`num_classes` must be >= 2. Found: 1. Of one class"),
        (
            lambda: metrics.streaming_concat(tf.placeholder(tf.float32)),
            "`values` must have a statically known rank. tf.en",
        ),
        (lambda: metrics.streaming_concat(tf.zeros([2]), axis=1), r"axis = 1 not in \[0, 1\): `values` has 1 dim"),
        (
            lambda: metrics.streaming_concat(tf.placeholder(tf.float32, [2, None])),
            "must have statically known size, got",
        ),
    ):
        with pytest.raises(ValueError, match=words):
            make()
    known = tf.ensure_shape(tf.placeholder(tf.float32), [None, 3])
    assert metrics.streaming_concat(known)[0].shape.as_list() == [None, 3]


def test_agreement_of_columns_is_that_of_vectors(graph_mode: ModuleType) -> None:
    tf = graph_mode
    labels, found = tf.constant([[0], [1], [1], [2]]), tf.constant([[0], [1], [2], [2]])
    _, whole = tf.contrib.metrics.cohen_kappa(labels, found, 3)
    _, flat = tf.contrib.metrics.cohen_kappa(labels[:, 0], found[:, 0], 3)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        assert session.run([whole, flat]) == pytest.approx([7 / 11, 7 / 11])


def test_curves_are_of_probabilities(graph_mode: ModuleType) -> None:
    tf = graph_mode
    labels, logits = tf.constant([0, 1, 1]), tf.placeholder(tf.float32, [3])
    updates = [
        tf.metrics.auc(labels, logits)[1],
        tf.metrics.precision_at_thresholds(labels, logits, [0.5])[1],
        tf.contrib.metrics.f1_score(labels, logits)[1],
    ]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for update in updates:
            session.run(update, {logits: [0.0, 0.5, 1.0]})
            for wrong in ([0.0, 0.5, 1.5], [-0.5, 0.5, 1.0]):
                with pytest.raises(tf.errors.InvalidArgumentError, match=r"predictions must be in \[0, 1\]"):
                    session.run(update, {logits: wrong})
