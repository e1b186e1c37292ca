"""tf.layers in a graph: names, shapes, and what they compute."""

from __future__ import annotations

import numpy as np
import pytest

import fastscope.compat.v1 as tf


def test_dense_has_tensorflows_names() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    plain = tf.layers.dense(x, 2)
    active = tf.layers.dense(x, 2, activation=tf.nn.relu)
    bare = tf.layers.dense(x, 2, use_bias=False, name="bare")
    assert [t.name for t in (plain, active, bare)] == ["dense/BiasAdd:0", "dense_1/Relu:0", "bare/MatMul:0"]
    assert [v.name for v in tf.global_variables()] == [
        "dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0", "bare/kernel:0",
    ]  # fmt: skip
    assert plain.shape.as_list() == [None, 2]


def test_dense_over_sequences_and_its_gradient() -> None:
    x = tf.placeholder(tf.float64, [2, 5, 3])
    y = tf.layers.dense(x, 4)
    kernel, bias = tf.global_variables()
    slopes = tf.gradients(y, [kernel, bias])
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    value = np.random.default_rng(1).standard_normal((2, 5, 3))
    found, k, d_kernel, d_bias = session.run([y, kernel, *slopes], {x: value})
    np.testing.assert_allclose(found, value @ k)
    np.testing.assert_allclose(d_kernel, np.repeat(value.sum((0, 1))[:, None], 4, 1))
    np.testing.assert_allclose(d_bias, [10] * 4)


def test_a_depth_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="The last dimension of the inputs to `Dense` should be defined"):
        tf.layers.dense(tf.placeholder(tf.float32, [None, None]), 2)
    x = tf.placeholder(tf.float32, [None, None])
    x.set_shape([None, 3])
    assert tf.layers.dense(x, 2).shape.as_list() == [None, 2]


def test_flatten_keeps_what_is_known() -> None:
    assert tf.layers.flatten(tf.placeholder(tf.float32, [None, 2, 3])).shape.as_list() == [None, 6]
    y = tf.layers.flatten(tf.placeholder(tf.float32, [None, None, 3], name="x"))
    assert tf.Session().run(y, {"x:0": np.ones((4, 5, 3))}).shape == (4, 15)


def test_dropout_by_a_flag_that_is_fed() -> None:
    training = tf.placeholder(tf.bool, [])
    y = tf.layers.dropout(tf.ones([1000]), 0.5, training=training)
    session = tf.Session()
    assert session.run(y, {training: False}).tolist() == [1] * 1000
    dropped = session.run(y, {training: True})
    assert set(dropped.tolist()) == {0, 2} and 300 < np.count_nonzero(dropped) < 700


def test_coins_of_a_dropout_have_the_sizes_of_the_inputs() -> None:
    x = tf.placeholder(tf.float32, [None, 50, 4])
    rows = tf.layers.dropout(x, 0.5, noise_shape=[None, 1, None], training=True)
    assert rows.shape.as_list() == [None, 50, 4]
    known = tf.nn.dropout(tf.ones([6, 50, 4]), 0.5, noise_shape=tf.TensorShape([None, 1, None]))
    with tf.Session() as session:
        for kept in session.run([rows, known], {x: np.ones([6, 50, 4])}):
            assert (kept == kept[:, :1]).all() and set(np.unique(kept)) == {0, 2}
    with pytest.raises(ValueError, match=r"noise_shape=\[None, 1, 4\], and x has shape \[\?,50,4\]. A None stands"):
        tf.nn.dropout(x, 0.5, noise_shape=[None, 1, 4])
