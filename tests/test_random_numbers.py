"""Random operations where everything is computed at once, and what a graph adds: sessions, threads, messages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.arrays.draws import Source, put_in_force
from fastscope.errors import InvalidArgumentError


def both(draw: Callable[[], Any]) -> tuple[Any, Any]:
    fs.reset_default_graph()
    fs.set_random_seed(3)
    first = draw()
    fs.reset_default_graph()
    fs.set_random_seed(3)
    return first, draw()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: fs.random_shuffle(np.arange(20)),
        lambda: fs.multinomial(np.log([[0.2, 0.8], [0.5, 0.5]]), 30),
        lambda: fs.random_crop(np.arange(100), [3]),
        lambda: fs.random_gamma([20], [1.0, 2.0], beta=3.0),
        lambda: fs.random_poisson([1.0, 20.0], [9]),
        lambda: fs.random.categorical([[0.0, 1.0]], 20, dtype=fs.int32),
    ],
)
def test_a_seeded_graph_draws_the_same_again_and_something_new_each_time(draw: Callable[[], Any]) -> None:
    first, second = both(lambda: [draw() for _ in range(8)])
    np.testing.assert_array_equal(first, second)
    assert any(not np.array_equal(first[0], other) for other in first[1:])


def test_draws_are_of_their_distributions() -> None:
    fs.set_random_seed(1)
    assert sorted(fs.random_shuffle(np.arange(50))) == list(range(50))
    rows = fs.random_shuffle(np.array([[1, 2], [3, 4], [5, 6]]))
    assert sorted(rows.tolist()) == [[1, 2], [3, 4], [5, 6]]
    classes = fs.multinomial(np.log([[0.25, 0.75], [1.0, 0.0]], where=np.array([[1, 1], [1, 0]], bool),
                                    out=np.full((2, 2), -np.inf)), 4000)  # fmt: skip
    assert classes.dtype == np.int64
    assert abs(classes[0].mean() - 0.75) < 0.05
    assert not classes[1].any()
    gamma = fs.random_gamma([4000], [2.0, 8.0], beta=[4.0, 2.0])
    assert gamma.shape == (4000, 2) and gamma.dtype == np.float32
    np.testing.assert_allclose(gamma.mean(0), [0.5, 4.0], rtol=0.1)
    counts = fs.random_poisson([3.0, 50.0], [4000], dtype=fs.int32)
    np.testing.assert_allclose(counts.mean(0), [3.0, 50.0], rtol=0.1)
    assert fs.random_crop(np.arange(12).reshape(3, 4), [2, 2]).shape == (2, 2)
    assert fs.random_shuffle(np.array(5)) == 5


def test_stateless_numbers_are_the_same_in_both_modes(graph_mode: ModuleType) -> None:
    tf = graph_mode
    tensors = [
        tf.random.stateless_uniform([3], [1, 2]),
        tf.random.stateless_normal([3], [1, 2], 1.0, 2.0),
        tf.random.stateless_uniform([3], [1, 2], maxval=9, dtype=tf.int32),
        tf.random.stateless_multinomial([[1.0, 2.0]], 5, [1, 2]),
    ]
    with tf.Session() as session:
        recorded = session.run(tensors)
    tf.enable_eager_execution()
    tf.reset_default_graph()
    computed = [
        tf.random.stateless_uniform([3], [1, 2]),
        tf.random.stateless_normal([3], [1, 2], 1.0, 2.0),
        tf.random.stateless_uniform([3], [1, 2], maxval=9, dtype=tf.int32),
        tf.random.stateless_multinomial([[1.0, 2.0]], 5, [1, 2]),
    ]
    for a, b in zip(recorded, computed, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_recorded_function_draws_from_the_graphs_stream() -> None:
    def drawn() -> list[Any]:
        step = fs.function(lambda x: x * fs.random_uniform([3], seed=1))
        return [step(np.float32([1, 1, 1])) for _ in range(2)]

    def computed() -> list[Any]:
        return [fs.random_uniform([3], seed=1) for _ in range(2)]

    fs.set_random_seed(3)
    recorded = drawn()
    fs.reset_default_graph()
    fs.set_random_seed(3)
    np.testing.assert_array_equal(recorded, computed())


def test_threads_share_a_sessions_numbers_and_none_is_drawn_twice(graph_mode: ModuleType) -> None:
    tf = graph_mode
    draw = tf.random_uniform([4], seed=1)
    with tf.Session() as session:
        expected = {session.run(draw).tobytes() for _ in range(400)}
    with tf.Session() as session:
        found: list[bytes] = []
        threads = [
            threading.Thread(target=lambda: found.extend(session.run(draw).tobytes() for _ in range(100)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 400 and set(found) == expected


def test_a_session_inside_a_session_has_its_own_numbers(graph_mode: ModuleType) -> None:
    tf = graph_mode
    draw = tf.random_uniform([2], seed=1)
    inner: list[Any] = []

    def asked() -> np.float32:
        with tf.Session() as other:
            inner.append(other.run(draw))
        return np.float32(0)

    out = tf.py_func(asked, [], tf.float32)
    with tf.Session() as session:
        first = session.run(draw)
        session.run(out)
        second = session.run(draw)
    np.testing.assert_array_equal(inner[0], first)
    assert not np.array_equal(first, second)


def test_a_source_outside_of_any_session_goes_on() -> None:
    source, generators = Source(1, 2), dict[Any, Any]()
    with source.generator() as philox:
        first = philox.uniform((3,), fs.float32)
    with source.generator() as philox:
        second = philox.uniform((3,), fs.float32)
    before = put_in_force(generators)
    with source.generator() as philox:
        again = philox.uniform((3,), fs.float32)
    assert put_in_force(before) is generators
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second) and list(generators) == [source]


def test_seeds(graph_mode: ModuleType) -> None:
    tf = graph_mode
    assert tf.get_seed(None) == (None, None) and tf.get_seed(3) == (87654321, 3)
    tf.set_random_seed(5)
    assert tf.get_seed(None) == (5, 0) and tf.random.get_seed(3) == (5, 3)
    tf.constant(1.0)
    assert tf.get_seed(None) == (5, 1)
    tf.set_random_seed(0)
    assert tf.get_seed(0) == (0, 2**31 - 1)
    with pytest.raises(TypeError, match="An operation's seed has to be an integer, or None"):
        tf.random_uniform([2], seed="x")
    assert tf.random_shuffle([2], seed=np.int64(4)).op.get_attr("seed2") == 4


def test_messages(graph_mode: ModuleType) -> None:
    tf = graph_mode
    with pytest.raises(ValueError, match=r"Invalid dtype tf.bool: drawn are .*tf.cast makes another dtype"):
        tf.random_uniform([2], dtype=tf.bool)
    assert tf.cast(tf.random_uniform([2], maxval=2, dtype=tf.int32), tf.bool).dtype == tf.bool
    with tf.Session() as session:
        with pytest.raises(InvalidArgumentError, match=r"Need minval < maxval, got 5 >= 5. .*minval \+ 1"):
            session.run(tf.random_uniform([2], 5, 5, dtype=tf.int32))
        assert session.run(tf.random_uniform([2], 5, 6, dtype=tf.int32)).tolist() == [5, 5]
        with pytest.raises(InvalidArgumentError, match="num_classes should be positive, got 0"):
            session.run(tf.multinomial(np.zeros([2, 0], np.float32), 3))
    with pytest.raises(ValueError, match="Dimension size, given by scalar input 1, must be non-negative but is -1"):
        tf.multinomial([[1.0]], -1)


def test_draws_of_nothing(graph_mode: ModuleType) -> None:
    tf = graph_mode
    drawn = [
        tf.multinomial(tf.zeros([0, 5]), 3),
        tf.multinomial(tf.zeros([2, 5]), 0),
        tf.random_gamma([0], [1.0, 2.0]),
        tf.random_poisson(np.zeros([0], np.float32), [2]),
    ]
    with tf.Session() as session:
        assert [value.shape for value in session.run(drawn)] == [(0, 3), (2, 0), (0, 2), (2, 0)]
    with pytest.raises(ValueError, match="Shape must be rank 1 but is rank 0 for 'random_gamma/RandomGamma'"):
        tf.random_gamma(2, [1.0, 2.0])


def test_dropout_scales_floats_by_one_number(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.ones([2, 3])
    for keep in ([0.25, 0.5], np.array([0.5], np.float32), tf.placeholder(tf.float32, [2])):
        with pytest.raises(ValueError, match="keep_prob must be a number or a scalar tensor, got .*whole rows"):
            tf.nn.dropout(x, keep)
    with pytest.raises(ValueError, match="x has to be a floating point tensor .* Got tf.int32 instead. tf.cast"):
        tf.nn.dropout(tf.constant([1, 1]), 0.5)
    rows = tf.nn.dropout(x, 0.5, noise_shape=[2, 1], seed=1)
    with tf.Session() as session:
        assert all(len(set(row)) == 1 for row in session.run(rows).tolist())
