"""A variable that is written in the middle of a run: what was read before, and the ways back after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.graph.plan import Plan
from tests.graph_mode.test_fed_variables import CELLS, X

RATE = 0.5


def dense() -> Any:
    w = tf.get_variable("w", initializer=np.cos(np.arange(8.0).reshape(4, 2)))
    v = tf.get_variable("v", initializer=np.cos(np.arange(4.0).reshape(2, 2)))
    return tf.tanh(tf.matmul(tf.tanh(tf.matmul(X[:, 0], w)), tf.transpose(tf.reshape(v, [2, 2]))))


def with_a_bias() -> Any:
    x = tf.placeholder_with_default(X[:, 0], [None, 4])  # the way back of the sum asks for the bias's shape alone
    w = tf.get_variable("w", initializer=np.cos(np.arange(8.0).reshape(4, 2)))
    return tf.tanh(tf.matmul(x, w) + tf.get_variable("b", initializer=np.array([0.5, -0.25])))


def rows() -> Any:
    table = tf.get_variable("table", initializer=np.cos(np.arange(8.0).reshape(4, 2)))
    return tf.exp(tf.nn.embedding_lookup(table, [0, 2, 0])) * tf.square(table[1])


def through_a_loop() -> Any:
    w = tf.get_variable("w", initializer=np.cos(np.arange(16.0).reshape(4, 4)))
    return tf.while_loop(lambda k, h: k < 3, lambda k, h: (k + 1, tf.tanh(tf.matmul(h, w))), [0, tf.constant(X[:, 0])])[
        1
    ]


def over(cell: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: tf.nn.dynamic_rnn(cell(), tf.constant(X), dtype=tf.float64)[0]


NETWORKS = {"dense": dense, "bias": with_a_bias, "rows": rows, "loop": through_a_loop} | {
    kind: over(make) for kind, make in CELLS.items()
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_two_optimizers_in_one_run_have_gradients_of_one_function(kind: str) -> None:
    output = NETWORKS[kind]()
    first, second = tf.reduce_sum(tf.square(output)), tf.reduce_sum(tf.exp(output))
    variables = tf.trainable_variables()
    train = [tf.train.GradientDescentOptimizer(RATE).minimize(loss) for loss in (first, second)]
    sums = [tf.convert_to_tensor(slope) for slope in tf.gradients(first + second, variables)]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(variables)
        slopes = session.run(sums)
        session.run(train)
        after = session.run(variables)
    for old, slope, new in zip(before, slopes, after, strict=True):
        np.testing.assert_allclose(new, old - RATE * slope, rtol=1e-9, atol=1e-12)


def test_what_two_networks_share_is_copied_once_and_only_then() -> None:
    w = tf.get_variable("w", [4, 4], tf.float64)
    losses = [tf.reduce_sum(function(tf.matmul(X[:, 0], w))) for function in (tf.square, tf.exp)]
    slopes = [tf.gradients(loss, w)[0] for loss in losses]
    one = w.assign_sub(slopes[0])
    assert ".copy()" not in Plan([one, *losses], []).source
    assert ".copy()" not in Plan([one, *slopes], []).source  # written after both
    x = tf.gradients(tf.reduce_sum(tf.matmul(tf.constant(X[:, 0]), tf.transpose(w))), w)
    assert ".copy()" not in Plan([one, *x], []).source  # its way back does not ask for w
    b, y = tf.get_variable("b", [4], tf.float64), tf.placeholder_with_default(X[:, 0], [None, 4])
    added = [tf.gradients(function(y + b), b)[0] for function in (tf.square, tf.exp)]
    other = b.assign_sub(added[0])
    assert ".copy()" not in Plan([other, tf.gradients(y + b, b)[0]], []).source  # nor does one that wants b's shape


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize(
    "seen",
    [
        tf.identity,
        tf.transpose,
        lambda w: tf.reshape(w, [1, 2]),
        lambda w: tf.expand_dims(w, 0),
        lambda w: tf.TensorArray(tf.float32, 1).write(0, w),
    ],
    ids=["identity", "transpose", "reshape", "expand_dims", "TensorArray"],
)
def test_what_was_read_changes_with_a_reference_variable_alone(seen: Callable[[Any], Any], resource: bool) -> None:
    # TensorFlow 1.15 answers so, whatever holds what was read
    w = tf.get_variable("w", initializer=[1.0, 2.0], use_resource=resource)
    before = seen(w)
    is_array = isinstance(before, tf.TensorArray)
    with tf.control_dependencies([before.flow if is_array else before]):
        write = w.assign_add([10.0, 10.0])
    with tf.control_dependencies([write]):
        after = before.read(0) if is_array else tf.identity(before)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(after).ravel().tolist() == ([1.0, 2.0] if resource else [11.0, 12.0])
        assert session.run(w).tolist() == [11.0, 12.0]


@pytest.mark.parametrize("part", [lambda w: w[:1], lambda w: tf.split(w, 2)[0], lambda w: tf.unstack(w)[0]])
def test_a_part_is_a_value(part: Callable[[Any], Any]) -> None:
    w = tf.get_variable("w", initializer=[1.0, 2.0])
    before = part(tf.identity(w))
    with tf.control_dependencies([before]):
        write = w.assign_add([10.0, 10.0])
    with tf.control_dependencies([write]):
        after = tf.identity(before)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert np.ravel(session.run(after)).tolist() == [1.0]


@pytest.mark.parametrize("resource", [False, True])
def test_what_a_loop_collects_of_a_resource_variable_are_values(resource: bool) -> None:
    w = tf.get_variable("w", initializer=[1.0, 2.0], use_resource=resource)

    def body(step: Any) -> Any:
        with tf.control_dependencies([w.assign_add([10.0, 10.0])]):
            return w.read_value()

    found = tf.map_fn(body, tf.range(2), dtype=tf.float32, parallel_iterations=1)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(found).tolist() == [[11.0, 12.0] if resource else [21.0, 22.0], [21.0, 22.0]]
