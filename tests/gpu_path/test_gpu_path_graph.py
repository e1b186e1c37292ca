"""Graphs on a device: what a run copies and waits for, and where its values are.

The graph's own tests run there, too: they need no mark, for the default device is a GPU where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from both import D, H, N, T, counted, cupy, draw, needs_double

import fastscope as fs
import fastscope.compat.v1 as tf
from fastscope.arrays import unwrap

pytestmark = pytest.mark.gpu

C = 7  # classes, and rows of an embedding
COPIES = ("h2d", "h2d_bytes", "d2h", "d2h_bytes", "syncs")


@pytest.fixture(autouse=True)
def on_a_gpu(fresh_graph: None) -> Iterator[None]:
    fs.disable_eager_execution()
    with tf.device("/gpu:0"):
        yield


def copies(run: Any) -> dict[str, int]:
    """Return what the second run copies between host and device, and how often it waits."""
    return {name: count for name, count in counted(run).items() if name in COPIES}


def session() -> Any:
    made = tf.Session()
    made.run(tf.global_variables_initializer())
    return made


def language_model(optimizer: Any = None) -> tuple[Any, Any, Any, Any]:
    ids, labels = tf.placeholder(tf.int32, [T, N]), tf.placeholder(tf.int32, [T, N])
    table, w = tf.get_variable("table", [C, D]), tf.get_variable("w", [H, C])
    cell = tf.nn.rnn_cell.BasicLSTMCell(H)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.nn.embedding_lookup(table, ids), dtype=tf.float32, time_major=True)
    logits = tf.reshape(outputs, [-1, H]) @ w
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(labels, [-1]), logits=logits)
    loss = tf.reduce_mean(losses)
    train = (optimizer or tf.train.AdamOptimizer(0.01)).minimize(loss)
    return ids, labels, loss, train


@needs_double
class TestCopies:
    def test_of_one_feed_and_one_fetch(self) -> None:
        x = tf.placeholder(tf.float32, [None, D])
        w, b = tf.get_variable("w", [D, H]), tf.get_variable("b", [H])
        y = tf.tanh(x @ w + b) * 2.0 + np.float32([3.0] * H)
        s, value = session(), draw(N, D)
        assert copies(lambda: s.run(y, {x: value})) == {
            "h2d": 1, "h2d_bytes": N * D * 4, "d2h": 1, "d2h_bytes": N * H * 4, "syncs": 1,
        }  # fmt: skip

    def test_constants_are_there_once_for_a_plan(self) -> None:
        table = np.arange(C * H, dtype=np.float32).reshape(C, H)
        y = tf.reduce_sum(tf.constant(table) * tf.get_variable("w", [H]) + tf.constant(2.5))
        s = session()
        assert copies(lambda: s.run(y.op)) == {}

    def test_of_a_training_step(self) -> None:
        """Ids and labels go up once, though the way back reads them again; nothing comes back, nothing waits."""
        ids, labels, _, train = language_model()
        s = session()
        feed = {ids: np.ones((T, N), np.int32), labels: np.zeros((T, N), np.int32)}
        assert copies(lambda: s.run(train, feed)) == {"h2d": 2, "h2d_bytes": 2 * T * N * 4}

    def test_of_a_training_step_and_its_loss(self) -> None:
        ids, labels, loss, train = language_model()
        s = session()
        feed = {ids: np.ones((T, N), np.int32), labels: np.zeros((T, N), np.int32)}
        found = copies(lambda: s.run([loss, train], feed))
        assert found == {"h2d": 2, "h2d_bytes": 2 * T * N * 4, "d2h": 1, "d2h_bytes": 4, "syncs": 1}

    def test_a_rate_that_is_fed_stays_on_the_host(self) -> None:
        rate = tf.placeholder(tf.float32, [])
        w = tf.get_variable("w", [H])
        train = tf.train.GradientDescentOptimizer(rate * 0.5).minimize(tf.reduce_sum(tf.square(w)))
        s = session()
        assert copies(lambda: s.run(train, {rate: 0.1})) == {}

    def test_shapes_stay_on_the_host(self) -> None:
        x, rows = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.int32, [])
        n = tf.shape(x)[0] * tf.shape(x)[1]
        y = tf.reshape(x, [rows, n // rows])[: tf.shape(x)[0] - 1]
        s, value = tf.Session(), draw(N, 4)
        found = copies(lambda: s.run(y, {x: value, rows: 6}))
        assert found == {"h2d": 1, "h2d_bytes": N * 4 * 4, "d2h": 1, "d2h_bytes": 2 * 2 * 4, "syncs": 1}

    def test_a_loop_counts_on_the_host(self) -> None:
        x = tf.placeholder(tf.float32, [H])
        w = tf.get_variable("w", [H])
        _, y = tf.while_loop(lambda i, _: i < 5, lambda i, a: (i + 1, tf.tanh(a * w)), [0, x])
        s, value = session(), draw(H)
        slope = tf.gradients(y, w)[0]
        found = copies(lambda: s.run(slope, {x: value}))
        assert found == {"h2d": 1, "h2d_bytes": H * 4, "d2h": 1, "d2h_bytes": H * 4, "syncs": 1}

    def test_elements_are_read_where_they_are(self) -> None:
        x = tf.placeholder(tf.float32, [T, H])
        w = tf.get_variable("w", [H])
        y = tf.map_fn(lambda row: tf.sigmoid(row * w), x)
        s, value = session(), draw(T, H)
        found = copies(lambda: s.run(y, {x: value}))
        assert found == {"h2d": 1, "h2d_bytes": T * H * 4, "d2h": 1, "d2h_bytes": T * H * 4, "syncs": 1}

    @pytest.mark.parametrize("taken", [True, False])
    def test_a_branch_is_chosen_on_the_host(self, taken: bool) -> None:
        w, p = tf.get_variable("w", [H]), tf.placeholder(tf.bool, [])
        y = tf.cond(p, lambda: w * 2.0, lambda: tf.tanh(w))
        s = session()
        assert copies(lambda: s.run(y, {p: taken})) == {"d2h": 1, "d2h_bytes": H * 4, "syncs": 1}

    def test_rows_are_updated_where_they_are(self) -> None:
        ids = tf.placeholder(tf.int32, [N])
        table = tf.get_variable("table", [C, D])
        rows = tf.nn.embedding_lookup(table, ids)
        train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(tf.square(rows)))
        s, value = session(), np.int32([2, 5, 2])
        assert copies(lambda: s.run(train, {ids: value})) == {"h2d": 1, "h2d_bytes": N * 4}

    def test_of_a_recorded_function(self) -> None:
        """Arrays of the device go in and come out: nothing is copied."""
        fs.enable_eager_execution()
        x = unwrap(fs.constant(draw(N, D)))
        step = fs.value_and_grad(lambda x: fs.reduce_mean(fs.tanh(x @ fs.get_variable("w", [D, H])) * 2.0))
        assert copies(lambda: step(x)) == {}


class TestPlaces:
    def test_a_variable_of_the_host_computes_there(self) -> None:
        with tf.device("/cpu:0"):
            v = tf.get_variable("v", [3], initializer=tf.ones_initializer())
            double = v * 2.0
        s = session()
        assert s.run(double).tolist() == [2, 2, 2]
        assert type(v.array) is np.ndarray

    def test_weights_of_the_host_are_copied_to_an_operation_of_a_gpu(self) -> None:
        with tf.device("/cpu:0"):
            v = tf.get_variable("v", [3], initializer=tf.ones_initializer())
        x = tf.placeholder(tf.float32, [3])
        slope = tf.gradients(tf.reduce_sum(x * v * v), v)[0]
        train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(x * v))
        s = session()
        assert s.run(slope, {x: [1, 2, 3]}).tolist() == [2, 4, 6]
        s.run(train, {x: [1, 2, 4]})
        assert v.array.tolist() == [0.5, 0, -1]

    def test_arrays_of_a_gpu_can_be_fed(self) -> None:
        x, k = tf.placeholder(tf.float32, [2, 3]), tf.placeholder(tf.int32, [])
        y = tf.reduce_sum(x, axis=1) * tf.get_variable("w", [2], initializer=tf.ones_initializer())
        rows = x[:k]
        s = session()
        given = cupy.arange(6, dtype="float32").reshape(2, 3)
        assert s.run(y, {x: given}).tolist() == [3, 12]
        assert s.run(rows, {x: given, k: cupy.asarray(1)}).tolist() == [[0, 1, 2]]

    def test_a_function_computes_where_its_arrays_are(self) -> None:
        fs.enable_eager_execution()
        with fs.device(None):
            double = fs.function(lambda x: x * 2.0)
            assert isinstance(double(cupy.ones(3, "float32")), cupy.ndarray)
            assert isinstance(double(np.ones(3, np.float32)), np.ndarray)
        slopes = fs.value_and_grad(lambda x: fs.reduce_sum(x * fs.get_variable("w", [3])))
        loss, grads = slopes(np.ones(3, np.float32))
        assert isinstance(loss, cupy.ndarray)
        assert all(isinstance(d, cupy.ndarray) for d, _ in grads.pairs())

    def test_python_gets_arrays_of_the_host(self) -> None:
        seen: list[Any] = []
        w = tf.get_variable("w", [3], initializer=tf.ones_initializer())
        y = tf.py_func(lambda a: seen.append(type(a)) or a + 1, [w], tf.float32)
        s = session()
        assert s.run(y * w).tolist() == [2, 2, 2]
        assert seen == [np.ndarray]

    def test_text_is_on_the_host(self) -> None:
        v = tf.Variable("abc")
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        s = session()
        assert s.run([v, tf.as_string(w)]) == [b"abc", b"1.000000"]
