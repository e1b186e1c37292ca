"""Runs in pieces, as in TensorFlow 1.15."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


@pytest.fixture
def program() -> Any:
    a, b, c = (tf.placeholder(tf.float32, [], name=name) for name in "abc")
    total = a + b
    return a, b, c, total, total * c


def test_two_pieces(program: Any) -> None:
    a, b, c, total, product = program
    with tf.Session() as session:
        handle = session.partial_run_setup([total, product], [a, b, c])
        first = session.partial_run(handle, total, {a: 1, b: 2})
        assert first == 3.0
        assert session.partial_run(handle, {"y": [product]}, {c: first * 17}) == {"y": [153.0]}
        with pytest.raises(tf.errors.InvalidArgumentError, match="Must run 'setup' before performing partial runs!"):
            session.partial_run(handle, total, {})


def test_pieces_that_only_feed_and_runs_side_by_side(program: Any) -> None:
    a, b, c, total, product = program
    with tf.Session() as session:
        one, other = (session.partial_run_setup([total, product], [a, b, c]) for _ in range(2))
        assert session.partial_run(one, [], {a: 1.0}) == []
        assert session.partial_run(other, total, {a: 10, b: 20}) == 30
        assert session.run(product, {a: 1, b: 1, c: 1}) == 2
        assert session.partial_run(one, "add:0", {"b:0": 2.0}) == 3.0
        assert session.partial_run(one, product, {c: 3.0}) == 9.0
        assert session.partial_run(other, product, {c: 1}) == 30


def test_each_operation_runs_once() -> None:
    calls: list[int] = []
    x, y = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    count = tf.get_variable("count", initializer=0.0)
    counted = tf.assign_add(count, 1.0)
    with tf.control_dependencies([counted]):
        noted = tf.py_func(lambda value: calls.append(1) or value * 2, [x], tf.float32)  # type: ignore[func-returns-value]
    drawn = tf.random_uniform([], seed=3)
    last = noted + y + drawn * 0.0
    with tf.Session() as session:
        session.run(count.initializer)
        handle = session.partial_run_setup([counted.op, noted, drawn, last], [x, y])
        assert session.partial_run(handle, counted.op, {x: 4.0}) is None
        assert session.partial_run(handle, [noted, drawn])[0] == 8.0
        assert session.partial_run(handle, last, {y: 1.0}) == 9.0
        assert calls == [1] and session.run(count) == 1.0


def test_what_was_read_of_a_variable_stays(program: Any) -> None:
    v = tf.get_variable("v", initializer=[1.0, 2.0], use_resource=True)
    x, y = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [2])
    read = v.read_value()
    begin, end = read * x, read + y
    with tf.Session() as session:
        session.run(v.initializer)
        handle = session.partial_run_setup([begin, end], [x, y])
        assert session.partial_run(handle, begin, {x: np.float32([2, 2])}).tolist() == [2, 4]
        session.run(v.assign([5.0, 5.0]))
        assert session.partial_run(handle, end, {y: np.float32([1, 1])}).tolist() == [2, 3]


def test_a_branch_and_its_condition() -> None:
    pred, x, y = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    found = tf.cond(pred, lambda: x * 2, lambda: x * 3)
    last = found + y + tf.cond(pred, lambda: x, lambda: -x)
    for value, wanted in ((True, [8.0, 13.0]), (False, [12.0, 9.0])):
        with tf.Session() as session:
            handle = session.partial_run_setup([found, last], [pred, x, y])
            first = session.partial_run(handle, found, {pred: value, x: 4.0})
            assert [first, session.partial_run(handle, last, {y: 1.0})] == wanted


def test_training_in_pieces() -> None:
    x, target = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 1])
    w = tf.get_variable("w", initializer=[[1.0], [2.0], [3.0]])
    y = tf.tanh(tf.matmul(x, w))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(tf.square(y - target)))
    rows, wanted = np.float32([[0.1, -0.2, 0.3], [0.2, 0.1, -0.3]]), np.float32([[1.0], [0.0]])
    with tf.Session() as session:
        session.run(w.initializer)
        session.run(train, {x: rows, target: wanted})
        whole = session.run(w)
        session.run(w.initializer)
        handle = session.partial_run_setup([y, train], [x, target])
        assert session.partial_run(handle, y, {x: rows}).shape == (2, 1)
        session.partial_run(handle, train, {target: wanted})
        np.testing.assert_array_equal(session.run(w), whole)


def test_parts_of_a_sparse_tensor() -> None:
    sparse = tf.sparse_placeholder(tf.float32)
    dense = tf.sparse_tensor_to_dense(sparse)
    with tf.Session() as session:
        handle = session.partial_run_setup(dense, [sparse])
        found = session.partial_run(handle, dense, {sparse: ([[0, 1]], [5.0], [1, 2])})
        assert found.tolist() == [[0.0, 5.0]]


def test_what_goes_wrong(program: Any) -> None:
    a, b, c, total, product = program
    error = tf.errors.InvalidArgumentError
    with tf.Session() as session:
        handle = session.partial_run_setup([total], [a, b])
        with pytest.raises(error, match="The feed c:0 was not specified in partial_run_setup"):
            session.partial_run(handle, total, {a: 1, b: 2, c: 3})
        with pytest.raises(error, match="The fetch mul:0 was not specified in partial_run_setup"):
            session.partial_run(handle, product, {a: 1, b: 2})
        handle = session.partial_run_setup([total, product], [a, b, c])
        with pytest.raises(error, match="Fetch c:0 can't be computed from the feeds that have been fed so far"):
            session.partial_run(handle, product, {a: 1, b: 2})
        session.partial_run(handle, total)
        with pytest.raises(error, match="The feed a:0 has already been fed"):
            session.partial_run(handle, product, {a: 1, c: 3})
        with pytest.raises(error, match="The fetch add:0 has already been fetched"):
            session.partial_run(handle, [total, product], {c: 3})
        with pytest.raises(error, match="a:0 is both fed and fetched"):
            session.partial_run_setup([a, total], [a, b])
        with pytest.raises(error, match="specify at least one target to fetch or execute"):
            session.partial_run_setup([], [a])
        unfed = session.partial_run_setup(total, [a])
        with pytest.raises(error, match="You must feed a value for placeholder tensor 'b'"):
            session.partial_run(unfed, total, {a: 1})
        with pytest.raises(TypeError, match="Cannot interpret feed_dict key as Tensor"):
            session.partial_run_setup(total, ["nothing:0"])
        session.close()
        for call in (lambda: session.partial_run_setup(total, [a]), lambda: session.partial_run(unfed, total)):
            with pytest.raises(RuntimeError, match="closed Session"):
                call()
    with tf.Graph().as_default(), tf.Session() as session, pytest.raises(RuntimeError, match="graph is empty"):
        session.partial_run_setup([], [])
