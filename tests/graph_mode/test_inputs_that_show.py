"""Inputs that TensorFlow's operations have and that a plan does not need: the axes of sums, the sizes of pieces."""

from __future__ import annotations

import sys

import numpy as np

import fastscope.compat.v1 as tf


def test_the_axes_of_a_sum_are_an_input() -> None:
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    whole, rows, both = tf.reduce_sum(x), tf.reduce_mean(x, 1, name="rows"), tf.reduce_max(x, [0, 1])
    assert [y.op.inputs[1].name for y in (whole, rows, both)] == [
        "Const:0", "rows/reduction_indices:0", "Max/reduction_indices:0"
    ]  # fmt: skip
    assert tf.constant(1.0).name == "Const_1:0"
    with tf.Session() as session:
        axes = session.run([y.op.inputs[1] for y in (whole, rows, both)])
        assert [axis.tolist() for axis in axes] == [[0, 1], 1, [0, 1]]
        assert session.run(whole, {x: [[1.0, 2.0]]}) == 3.0
    assert whole.op.node_def.input == ["x", "Const"]


def test_the_axes_of_what_has_no_known_rank_are_counted() -> None:
    w, u = tf.Variable([1.0, 2.0], name="w"), tf.placeholder(tf.float32, name="u")
    sums = [tf.reduce_sum(w), tf.reduce_sum(u)]
    assert [(y.op.inputs[1].name, y.op.inputs[1].op.type) for y in sums] == [
        ("range:0", "Range"), ("range_1:0", "Range")
    ]  # fmt: skip
    with tf.Session() as session:
        session.run(w.initializer)
        axes = session.run([y.op.inputs[1] for y in sums], {u: np.ones([2, 3])})
        assert [axis.tolist() for axis in axes] == [[0], [0, 1]]
        assert session.run(sums, {u: np.ones([2, 3])}) == [3.0, 6.0]
        assert session.run(tf.gradients(sums, [w, u])[1], {u: np.ones([2, 3])}).shape == (2, 3)


def test_axes_that_a_tensor_says_are_an_input_once() -> None:
    x, axis = tf.constant([[1.0, 2.0], [4.0, 8.0]]), tf.placeholder(tf.int32, [])
    y = tf.reduce_sum(x, axis)
    assert list(y.op.inputs) == [x, axis]
    with tf.Session() as session:
        assert session.run(y, {axis: 1}).tolist() == [3.0, 12.0]


def test_what_is_not_needed_does_not_run() -> None:
    u = tf.placeholder(tf.float32, name="u")
    calls = []
    with tf.control_dependencies([tf.py_func(lambda: calls.append(1) or np.int32(0), [], tf.int32)]):
        axes_of = tf.reduce_sum(u).op.inputs[1]
    total = tf.reduce_sum(u)
    with tf.Session() as session:
        assert session.run(total, {u: [1.0, 2.0]}) == 3.0
        assert calls == []
        assert session.run(axes_of, {u: [1.0, 2.0]}).tolist() == [0]
        assert calls == [1]


def test_pieces_by_sizes_are_another_type() -> None:
    x = tf.constant([[1.0, 2.0, 4.0, 8.0]])
    halves, others = tf.split(x, 2, 1), tf.split(x, [1, 3], 1)
    assert [pieces[0].op.type for pieces in (halves, others)] == ["Split", "SplitV"]
    assert others[0].op.inputs[1].name == "Const_2:0"  # the first is x, the second the 2 of the halves
    with tf.Session() as session:
        d = tf.gradients(others[1] * 2.0, x)[0]
        assert session.run(d).tolist() == [[0.0, 2.0, 2.0, 2.0]]


def test_an_identity_costs_no_call() -> None:
    x = tf.placeholder(tf.float32, [2])
    y = tf.identity(tf.identity(x)) * 2.0
    calls = []
    kept = x.graph.recorder.operations[1].function
    assert kept is x.graph.recorder.operations[2].function
    with tf.Session() as session:
        sys.setprofile(lambda frame, event, argument: calls.append(frame.f_code) if event == "call" else None)
        try:
            value = session.run(y, {x: [1.0, 2.0]})
        finally:
            sys.setprofile(None)
    assert value.tolist() == [2.0, 4.0] and kept.__code__ not in calls
