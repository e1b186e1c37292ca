"""Layers, regularizers and collected losses in a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

X = np.float32([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])


def run(fetches: Any, feed: Any = None) -> Any:
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return s.run(fetches, feed)


class TestDense:
    def test_names_shapes_and_values(self) -> None:
        x = tf.placeholder(tf.float32, [None, 2])
        h = tf.layers.dense(x, 4, activation=tf.nn.relu, name="h")
        y, z = tf.layers.dense(h, 3), tf.layers.dense(h, 1, use_bias=False)
        assert [t.name for t in (h, y, z)] == ["h/Relu:0", "dense/BiasAdd:0", "dense_1/MatMul:0"]
        assert y.shape.as_list() == [None, 3]
        assert [v.name for v in tf.trainable_variables()][:3] == ["h/kernel:0", "h/bias:0", "dense/kernel:0"]
        a, b, w = run([h, y, tf.trainable_variables()[2]], {x: X})
        np.testing.assert_allclose(b, a @ w, rtol=1e-5)

    def test_a_sequence(self) -> None:
        x = tf.placeholder(tf.float32, [None, None, 2])
        y = tf.layers.dense(x, 4)
        assert (y.name, y.shape.as_list()) == ("dense/BiasAdd:0", [None, None, 4])
        value, w = run([y, tf.trainable_variables()[0]], {x: X[None]})
        np.testing.assert_allclose(value, X[None] @ w, rtol=1e-5, atol=1e-6)

    def test_shared_and_trained(self) -> None:
        def net(x: Any) -> Any:
            with tf.variable_scope("net", reuse=tf.AUTO_REUSE):
                return tf.layers.dense(tf.layers.dense(x, 3, tf.tanh, name="h"), 2, name="o")

        a, b = net(tf.constant(X)), net(tf.placeholder(tf.float32, [None, 2]))
        assert [a.name, b.name] == ["net/o/BiasAdd:0", "net_1/o/BiasAdd:0"]
        assert len(tf.trainable_variables()) == 4
        loss = tf.reduce_mean(tf.square(a - 1.0))
        train = tf.train.AdamOptimizer(0.05).minimize(loss)
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            first = s.run(loss)
            for _ in range(100):
                s.run(train)
            assert s.run(loss) < 0.2 * first

    def test_what_is_not_known(self) -> None:
        with pytest.raises(ValueError, match="^The last dimension of the inputs to `Dense` should be defined"):
            tf.layers.dense(tf.placeholder(tf.float32, [3, None]), 2)
        with pytest.raises(ValueError, match="its rank is undefined, but the layer requires a defined rank"):
            tf.layers.dense(tf.placeholder(tf.float32), 2)
        with pytest.raises(ValueError, match="its rank is undefined, but the layer requires a defined rank"):
            tf.layers.Flatten()(tf.placeholder(tf.float32))
        x = tf.placeholder(tf.float32)
        x.set_shape([None, 784])  # the way out
        assert tf.layers.dense(x, 2).shape.as_list() == [None, 2]


def test_flatten_and_dropout() -> None:
    x = tf.placeholder(tf.float32, [None, 2, 3])
    y, is_training = tf.layers.flatten(x), tf.placeholder(tf.bool, [])
    assert (y.name, y.shape.as_list()) == ("flatten/Reshape:0", [None, 6])
    dropped = tf.layers.dropout(y, 0.5, training=is_training)
    kept = tf.layers.dropout(y, 0.5)
    assert kept.name == "dropout_1/Identity:0"
    value = np.arange(1.0, 13).reshape(2, 2, 3).astype(np.float32)
    off, on, plain = (run(t, {x: value, is_training: flag}) for t, flag in ((dropped, 0), (dropped, 1), (kept, 1)))
    np.testing.assert_array_equal(off, value.reshape(2, 6))
    np.testing.assert_array_equal(plain, value.reshape(2, 6))
    assert set(np.unique(on / value.reshape(2, 6))) <= {0.0, 2.0}


class TestRegularizers:
    def test_losses_are_tensors_with_gradients(self) -> None:
        regularizers = tf.contrib.layers
        with tf.variable_scope("net", regularizer=regularizers.l2_regularizer(0.5)):
            w = tf.get_variable("w", initializer=[1.0, -2.0])
            u = tf.get_variable("u", initializer=[3.0], regularizer=regularizers.l1_regularizer(0.1))
        losses = tf.losses.get_regularization_losses()
        assert [loss.name for loss in losses] == [
            "net/w/Regularizer/l2_regularizer:0", "net/u/Regularizer/l1_regularizer:0",
        ]  # fmt: skip
        total = tf.losses.get_regularization_loss()
        assert total.name == "total_regularization_loss:0"
        value, dw, du = run([total, *tf.gradients(total, [w, u])])
        np.testing.assert_allclose(value, 0.5 * 2.5 + 0.3, rtol=1e-6)
        np.testing.assert_allclose(dw, [0.5, -1.0])
        np.testing.assert_allclose(du, [0.1])

    def test_sums_and_none(self) -> None:
        regularizers, v = tf.contrib.layers, tf.constant([1.0, -2.0, 3.0])
        both = regularizers.l1_l2_regularizer(0.1, 0.2)(v)
        total = regularizers.sum_regularizer([regularizers.l1_regularizer(0.1), regularizers.l2_regularizer(0.1)])
        assert total is not None
        assert [both.name, total(v).name] == ["l1_l2_regularizer:0", "sum_regularizer:0"]
        assert regularizers.l2_regularizer(0.0)(v) is None
        np.testing.assert_allclose(run(both), 2.0, rtol=1e-6)

    def test_of_what_a_layer_gives(self) -> None:
        tf.layers.dense(
            tf.constant(X[:2]),
            3,
            kernel_initializer=tf.ones_initializer(),
            activity_regularizer=tf.reduce_sum,
            name="d",
        )
        (loss,) = tf.losses.get_regularization_losses()
        assert loss.name == "d/ActivityRegularizer/truediv:0"
        np.testing.assert_allclose(run(loss), X[:2].sum() * 3 / 2, rtol=1e-6)

    def test_total_loss(self) -> None:
        with pytest.raises(ValueError, match="inputs must be a list of at least one"):
            tf.losses.get_total_loss()
        assert run(tf.losses.get_regularization_loss()) == 0
        tf.get_variable("w", initializer=[2.0], regularizer=tf.contrib.layers.l2_regularizer(1.0))
        tf.losses.add_loss(tf.constant(3.0))
        assert run(tf.losses.get_total_loss()) == 5
        assert run(tf.losses.get_total_loss(add_regularization_losses=False)) == 3
