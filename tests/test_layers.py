"""layers and losses: TF1's names, reuse, and losses that follow the weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fastscope import layers, losses, ops
from fastscope.arrays import dtypes, to_numpy
from fastscope.errors import UnimplementedError
from fastscope.graph import (
    GraphKeys,
    device,
    get_collection,
    get_default_graph,
    reset_default_graph,
)
from fastscope.initializers import Constant
from fastscope.scoping.partitioners import fixed_size_partitioner
from fastscope.scoping.regularizers import l1_regularizer, l2_regularizer
from fastscope.scoping.scopes import AUTO_REUSE, get_variable, variable_scope

X = np.array([[1.0, -2.0, 3.5], [0.25, 5.0, -6.0]], np.float32)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    reset_default_graph()
    with device("/cpu:0"):
        yield
    reset_default_graph()


def names(key: str = GraphKeys.GLOBAL_VARIABLES) -> list[str]:
    return [variable.name for variable in get_collection(key)]


# ---- dense


def test_dense_names_as_tensorflow_recorded_them() -> None:
    layers.dense(X, 2)
    layers.dense(X, 2)
    for _ in range(2):
        with variable_scope("s", reuse=AUTO_REUSE):
            layers.dense(X, 2)
            layers.dense(X, 2)
    places = ("dense", "dense_1", "s/dense", "s/dense_1")
    assert names() == [f"{place}/{part}:0" for place in places for part in ("kernel", "bias")]


def test_dense_values() -> None:
    kernel = np.arange(12, dtype=np.float32).reshape(3, 4) - 5
    y = layers.dense(X, 4, kernel_initializer=Constant(kernel), bias_initializer=Constant([1, 2, 3, 4]))
    np.testing.assert_allclose(y, X @ kernel + [1, 2, 3, 4], rtol=1e-6)
    deep = np.stack([X, X + 1, X - 1])
    y = layers.dense(deep, 4, np.tanh, use_bias=False, kernel_initializer=Constant(kernel), name="deep")
    np.testing.assert_allclose(y, np.tanh(deep @ kernel), rtol=1e-5)
    assert names() == ["dense/kernel:0", "dense/bias:0", "deep/kernel:0"]


def test_dense_shares_by_name() -> None:
    first = layers.dense(X, 2, name="d")
    with pytest.raises(ValueError, match="^Variable d/kernel already exists, disallowed"):
        layers.dense(X, 2, name="d")
    np.testing.assert_array_equal(layers.dense(X, 2, name="d", reuse=True), first)
    assert names() == ["d/kernel:0", "d/bias:0"]
    with pytest.raises(ValueError, match="^Variable e/kernel does not exist"):
        layers.dense(X, 2, name="e", reuse=True)
    with pytest.raises(ValueError, match="^Variable dense/kernel does not exist"):
        layers.dense(X, 2, reuse=True)


def test_dense_variables() -> None:
    def constraint(w: np.ndarray) -> np.ndarray:
        return w

    layers.dense(X.astype(np.float64), 2, kernel_constraint=constraint, trainable=False)
    kernel, bias = get_collection(GraphKeys.GLOBAL_VARIABLES)
    assert (kernel.dtype, bias.dtype) == (dtypes.float64, dtypes.float64)
    assert (kernel.shape, bias.shape) == ((3, 2), (2,))
    assert (kernel.constraint, bias.constraint) == (constraint, None)
    assert names(GraphKeys.TRAINABLE_VARIABLES) == []
    assert bias.numpy().tolist() == [0, 0]
    assert np.ptp(kernel.numpy()) > 0


def test_dense_takes_the_scopes_initializer_for_its_kernel_alone() -> None:
    with variable_scope("s", initializer=Constant(2.0)):
        np.testing.assert_allclose(layers.dense(X, 1), X.sum(1, keepdims=True) * 2, rtol=1e-6)


def test_dense_with_a_partitioned_kernel() -> None:
    with variable_scope("s", partitioner=fixed_size_partitioner(2)):
        y = layers.dense(X, 2, kernel_initializer=Constant(np.arange(6.0)))
    np.testing.assert_allclose(y, X @ np.arange(6).reshape(3, 2), rtol=1e-6)
    assert "s/dense/kernel/part_1:0" in names()


def test_dense_of_no_rows() -> None:
    assert layers.dense(X[:0], 2).shape == (0, 2)
    assert layers.dense(np.zeros((4, 0, 3), np.float32), 2).shape == (4, 0, 2)


def test_dense_errors() -> None:
    with pytest.raises(
        ValueError,
        match=r"layer dense is incompatible with the layer: : expected min_ndim=2, found ndim=1.*received: \[3\]",
    ):
        layers.dense(X[0], 2)
    with pytest.raises(TypeError, match="tf.layers.dense takes floating point values, got int64"):
        layers.dense(np.array([[1]]), 2)
    with pytest.raises(UnimplementedError, match="activity_regularizer is not supported"):
        layers.dense(X, 2, activity_regularizer=l2_regularizer(0.1))  # type: ignore[arg-type]
    assert names() == []


# ---- the others


def test_flatten() -> None:
    x = np.arange(24).reshape(2, 3, 4)
    assert layers.flatten(x).tolist() == x.reshape(2, 12).tolist()
    assert layers.flatten(np.zeros((0, 3, 4))).shape == (0, 12)
    assert layers.flatten(np.zeros(5)).shape == (5, 1)


def test_dropout_layer() -> None:
    x = np.ones(2000, np.float32)
    assert (layers.dropout(x, 0.9) == 1).all()
    kept = layers.dropout(x, 0.9, training=True)
    assert 100 < (kept != 0).sum() < 300
    assert kept.max() == pytest.approx(10.0)


# ---- losses


def test_regularization_losses_follow_the_weights() -> None:
    with variable_scope("a", regularizer=l2_regularizer(0.5)):
        v = get_variable("v", initializer=np.float32([1, 2]))
        w = get_variable("w", initializer=np.float32([3]))
    assert [float(loss) for loss in losses.get_regularization_losses()] == [1.25, 2.25]
    assert float(losses.get_regularization_loss()) == 3.5
    v.assign([3.0, 4.0])
    assert float(losses.get_regularization_loss()) == 8.5
    assert float(losses.get_regularization_loss("a/w")) == 2.25
    assert float(ops.add_n(get_collection(GraphKeys.REGULARIZATION_LOSSES))) == 8.5
    w.assign([0.0])
    assert float(losses.get_total_loss()) == 6.25
    assert losses.get_regularization_loss().dtype == np.float32


def test_a_regularizer_leaves_the_value_to_its_first_use() -> None:
    with variable_scope("a", regularizer=l2_regularizer(0.5)), device("/gpu:7"):
        v = get_variable("v", [2])
    assert not v._initialized
    (loss,) = get_collection(GraphKeys.REGULARIZATION_LOSSES)
    with device("/cpu:0"):
        w = get_variable("w", [2], regularizer=lambda w: None if "w" in w.name else w)
        x = get_variable("x", [2], regularizer=lambda x: None)
    assert get_collection(GraphKeys.REGULARIZATION_LOSSES) == [loss] and not (w._initialized or x._initialized)


def test_regularization_losses_are_computed_with() -> None:
    with variable_scope("a", regularizer=l2_regularizer(0.5)):
        weight = get_variable("v", initializer=np.float32([1.0, 2.0]))
        get_variable("w", initializer=np.float32([3.0]))
    collected = get_collection(GraphKeys.REGULARIZATION_LOSSES)
    assert 1.0 + sum(collected) == 4.5 and ops.reduce_sum(collected) == 3.5 and ops.add_n(collected) == 3.5
    assert np.float32(2) * collected[0] == 2.5 and float(collected[1]) == 2.25 and collected[0] < collected[1]
    weight.assign([3.0, 4.0])
    assert sum(collected) == 8.5 and collected[0].numpy() == 6.25


def test_dense_regularizers_are_collected() -> None:
    layers.dense(
        X,
        2,
        kernel_initializer=Constant(2.0),
        bias_initializer=Constant(3.0),
        kernel_regularizer=l1_regularizer(0.5),
        bias_regularizer=l1_regularizer(1.0),
    )
    assert [float(loss) for loss in losses.get_regularization_losses()] == [6.0, 6.0]
    layers.dense(X, 2, name="off", kernel_regularizer=l1_regularizer(0.0))
    assert len(losses.get_regularization_losses()) == 2


def test_losses_that_are_added() -> None:
    weight = get_variable("w", initializer=np.float32([2.0]), regularizer=l1_regularizer(1.0))
    losses.add_loss(np.float32(1.5))
    losses.add_loss(lambda: 2 * ops.reduce_sum(weight))
    losses.add_loss(np.float32(99), loss_collection=None)
    losses.add_loss(np.float32(7), loss_collection="others")
    assert [float(loss) for loss in losses.get_losses()] == [1.5, 4.0]
    assert [float(loss) for loss in losses.get_losses(loss_collection="others")] == [7]
    assert float(losses.get_total_loss()) == 7.5
    weight.assign([10.0])
    assert float(losses.get_total_loss()) == 31.5
    assert float(losses.get_total_loss(add_regularization_losses=False)) == 21.5


def test_no_losses() -> None:
    assert losses.get_regularization_losses() == []
    for total in (losses.get_regularization_loss(), losses.get_total_loss()):
        assert (float(total), to_numpy(total).dtype) == (0.0, np.float32)


def test_a_losss_name_draws_from_the_name_table() -> None:
    losses.get_regularization_loss(name="total")
    losses.get_total_loss(name="total")
    assert get_default_graph().unique_name("total") == "total_2"
