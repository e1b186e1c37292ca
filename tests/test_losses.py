"""The functions of tf.losses at once, beside their formulas; what a graph answers is in the recorded programs."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.errors import InvalidArgumentError

LABELS = np.float32([[0.0, 1.0, 0.5], [1.0, 0.25, 0.0]])
GUESSES = np.float32([[0.1, 0.6, 0.9], [0.7, 0.5, 0.2]])
ONE_HOT = np.float32([[0, 1, 0], [1, 0, 0]])


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    fs.reset_default_graph()
    with fs.device("/cpu:0"):
        yield
    fs.reset_default_graph()


def softmax_loss(labels: Any, logits: Any) -> Any:
    return -(labels * (logits - np.log(np.exp(logits).sum(1, keepdims=True)))).sum(1)


ERROR = np.abs(GUESSES - LABELS)
PAIRS = [((GUESSES - LABELS)[:, i] - (GUESSES - LABELS)[:, j]) ** 2 for i in range(3) for j in range(3) if i != j]


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda: fs.losses.absolute_difference(LABELS, GUESSES), ERROR.mean()),
        (lambda: fs.losses.mean_squared_error(LABELS, GUESSES), (ERROR**2).mean()),
        (lambda: fs.losses.huber_loss(LABELS, GUESSES, delta=0.2),
         np.where(ERROR < 0.2, ERROR**2 / 2, 0.2 * ERROR - 0.02).mean()),
        (lambda: fs.losses.hinge_loss(ONE_HOT, GUESSES), np.maximum(1 - (2 * ONE_HOT - 1) * GUESSES, 0).mean()),
        (lambda: fs.losses.log_loss(LABELS, GUESSES, epsilon=0),
         -(LABELS * np.log(GUESSES) + (1 - LABELS) * np.log(1 - GUESSES)).mean()),
        (lambda: fs.losses.cosine_distance(LABELS, GUESSES, axis=1), (1 - (LABELS * GUESSES).sum(1)).mean()),
        (lambda: fs.losses.cosine_distance(LABELS, GUESSES, dim=0), (1 - (LABELS * GUESSES).sum(0)).mean()),
        (lambda: fs.losses.sigmoid_cross_entropy(ONE_HOT, GUESSES, label_smoothing=0.1),
         (np.logaddexp(0, GUESSES) - (0.9 * ONE_HOT + 0.05) * GUESSES).mean()),
        (lambda: fs.losses.softmax_cross_entropy(ONE_HOT, GUESSES, label_smoothing=0.3),
         softmax_loss(0.7 * ONE_HOT + 0.1, GUESSES).mean()),
        (lambda: fs.losses.sparse_softmax_cross_entropy([1, 0], GUESSES), softmax_loss(ONE_HOT, GUESSES).mean()),
        (lambda: fs.losses.sparse_softmax_cross_entropy([[1], [0]], GUESSES, weights=[[1.0], [3.0]]),
         (softmax_loss(ONE_HOT, GUESSES) * [1, 3]).mean()),
        (lambda: fs.losses.mean_pairwise_squared_error(LABELS, GUESSES), np.mean(PAIRS, axis=0).sum()),
    ],
)  # fmt: skip
def test_a_loss_is_its_formula(loss: Any, expected: float) -> None:
    found = loss()
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert fs.losses.get_losses() == []  # each step would add one more


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("NONE", ERROR * [[2], [0]]),
        ("SUM", ERROR[0].sum() * 2),
        ("MEAN", ERROR[0].mean()),
        ("SUM_OVER_BATCH_SIZE", ERROR[0].sum() / 3),
        ("SUM_BY_NONZERO_WEIGHTS", ERROR[0].mean() * 2),
        ("SUM_OVER_NONZERO_WEIGHTS", ERROR[0].mean() * 2),
    ],
)
def test_reductions(reduction: str, expected: Any) -> None:
    reduction = getattr(fs.losses.Reduction, reduction)
    found = fs.losses.absolute_difference(LABELS, GUESSES, weights=[[2.0], [0.0]], reduction=reduction)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_weights_that_are_all_nothing() -> None:
    assert fs.losses.mean_squared_error(LABELS, GUESSES, weights=0.0) == 0
    assert fs.losses.mean_pairwise_squared_error(LABELS, GUESSES, weights=0.0) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fs.losses.mean_squared_error(None, GUESSES), "labels must not be None"),
        (lambda: fs.losses.hinge_loss(LABELS, None), "logits must not be None"),
        (lambda: fs.losses.cosine_distance(LABELS, GUESSES), "You must specify 'axis'"),
        (lambda: fs.losses.mean_squared_error(LABELS[0], GUESSES), r"Shapes \(2, 3\) and \(3,\) are incompatible"),
        (lambda: fs.losses.mean_squared_error(LABELS, GUESSES, [1.0, 2.0]),
         r"weights can not be broadcast to values. values.rank=2. weights.rank=1.*weights\[:, None\]"),
        (lambda: fs.losses.mean_squared_error(LABELS, GUESSES, [[1.0, 2.0]]),
         r"weights can not be broadcast to values. Mismatch at dim 1. values.shape=\[2 3\] weights.shape=\[1 2\]"),
        (lambda: fs.losses.mean_squared_error(LABELS, GUESSES, reduction="sum"), "Invalid Reduction Key sum"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_weights_are_checked_when_shapes_are_known_at_last(graph_mode: ModuleType) -> None:
    tf = graph_mode
    weights = tf.placeholder(tf.float32)
    loss = tf.losses.mean_squared_error(LABELS, GUESSES, weights)
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(loss, {weights: [[1.0], [0.0]]}), (ERROR[0] ** 2).mean(), rtol=1e-6)
        with pytest.raises(InvalidArgumentError, match="assertion failed: weights can not be broadcast to values"):
            session.run(loss, {weights: [1.0, 2.0]})
        with pytest.raises(InvalidArgumentError, match="Mismatch at dim 0"):
            session.run(loss, {weights: np.ones([3, 1])})
