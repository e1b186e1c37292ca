"""What a graph's program can ask before anything runs: values that are known, what is a tensor, the global step."""

from __future__ import annotations

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf


def test_values_that_are_known() -> None:
    x, a = tf.placeholder(tf.float32, [None, 3]), tf.constant([1, 2])
    assert tf.get_static_value(x) is None and tf.get_static_value(tf.shape(x)) is None
    assert tf.get_static_value(a + 1) is None, "TensorFlow does not add"
    np.testing.assert_array_equal(tf.get_static_value(tf.concat([a, a], 0)), [1, 2, 1, 2])
    np.testing.assert_array_equal(tf.get_static_value(tf.cast(tf.range(3), tf.float32)), [0.0, 1.0, 2.0])
    assert tf.get_static_value(tf.rank(x)) == 2
    assert tf.get_static_value([1, 2]) == [1, 2]
    assert tf.contrib.util.constant_value is tf.get_static_value


def test_values_that_are_known_in_part() -> None:
    size = tf.placeholder(tf.int32, [])
    assert tf.get_static_value(tf.stack([size, 1])) is None
    assert tf.get_static_value(tf.stack([size, 1]), partial=True).tolist() == [None, 1]


def test_what_is_a_tensor() -> None:
    x = tf.constant([1.0])
    rows = tf.IndexedSlices(x, tf.constant([0]))
    assert [tf.is_tensor(value) for value in (x, tf.Variable(1.0), rows)] == [True] * 3
    assert [tf.is_tensor(value) for value in (np.ones(2), 1.0, [x], None)] == [False] * 4
    assert tf.contrib.framework.is_tensor is tf.is_tensor


def test_a_global_step_by_hand_is_counted() -> None:
    made = tf.Variable(0, name="global_step", trainable=False)
    step, w = tf.train.get_global_step(), tf.Variable([1.0])
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(w), global_step=step)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([train])
        session.run(tf.assign_add(step, 10))
        assert (session.run(made), tf.train.global_step(session, step)) == (11, 11)
        assert type(tf.train.global_step(session, made)) is int


def test_a_name_that_is_no_step() -> None:
    tf.Variable(0.0, name="global_step")
    with pytest.raises(TypeError, match='^Existing "global_step" does not have integer type: <dtype: .float32_ref'):
        tf.train.get_global_step()
    with tf.Graph().as_default():
        tf.Variable([0], name="global_step")
        with pytest.raises(TypeError, match=r'^Existing "global_step" is not scalar: \(1,\)'):
            tf.train.get_or_create_global_step()
    with tf.Graph().as_default():  # the way out of both
        tf.Variable(0.0, name="step")
        assert tf.train.get_or_create_global_step().dtype == tf.int64


def test_the_global_step_of_arrays() -> None:
    fs.enable_eager_execution()
    step = fs.train.get_or_create_global_step()
    step.assign_add(3)
    assert fs.train.global_step(fs.Session(), step) == 3


def test_names_of_a_variables_operations() -> None:
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.get_variable("w", [2], trainable=False, use_resource=True)
    assert v.to_proto() == ("v:0", "v/initial_value:0", "v/Assign", "v/read:0", True)
    assert w.to_proto()[2:] == ("w/Assign", "w/Read/ReadVariableOp:0", False)
    assert v._ref() is tf.get_default_graph().get_tensor_by_name("v:0")
    assert len(v) == 2, "known before it has a value"


def test_a_list_that_is_too_long_is_told_where_it_is_declared() -> None:
    with pytest.raises(ValueError, match="^Too many elements provided. Takes at most 2, but got 3"):
        tf.get_variable("w", [2], initializer=tf.constant_initializer([1.0, 2.0, 3.0]))
    longer = tf.get_variable("v", [3], initializer=tf.constant_initializer([1.0, 2.0]))
    with tf.Session() as session:
        session.run(longer.initializer)
        assert session.run(longer).tolist() == [1.0, 2.0, 2.0]
