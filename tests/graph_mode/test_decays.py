"""Norms and clips, learning rates that fall, and moving averages in a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

A = np.float32([[3.0, -1.0], [2.0, 0.5]])
B = np.float32([4.0, 0.25, -2.0])


def run(fetches: Any, feed: Any = None) -> Any:
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return s.run(fetches, feed)


class TestClips:
    @pytest.mark.parametrize("clip_norm", [1.0, 100.0])
    def test_by_the_global_norm(self, clip_norm: float) -> None:
        a, b = tf.placeholder(tf.float32, [2, 2]), tf.placeholder(tf.float32, [3])
        clipped, norm = tf.clip_by_global_norm([a, None, b], clip_norm)
        scope = "clip_by_global_norm/clip_by_global_norm"
        assert [getattr(c, "name", None) for c in clipped] == [f"{scope}/_0:0", None, f"{scope}/_2:0"]
        x, y, found = run([clipped[0], clipped[2], norm], {a: A, b: B})
        expected = np.sqrt((A**2).sum() + (B**2).sum())
        factor = min(1.0, clip_norm / expected)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        np.testing.assert_allclose(x, A * factor, rtol=1e-6)
        np.testing.assert_allclose(y, B * factor, rtol=1e-6)

    @pytest.mark.parametrize("bad", [np.inf, np.nan])
    def test_a_norm_that_is_no_number_makes_nan(self, bad: float) -> None:
        clipped, _ = tf.clip_by_global_norm([tf.constant([bad, 1.0])], 1.0)
        assert np.isnan(run(clipped[0])).all()

    def test_what_was_not_clipped_is_not_the_variables_memory(self) -> None:
        w = tf.Variable([1.0, 2.0])
        clipped, _ = tf.clip_by_global_norm([w], 100.0)
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            value = s.run(clipped[0])
            value[:] = 7
            assert s.run(w).tolist() == [1.0, 2.0]

    def test_rows_stay_rows(self) -> None:
        slices = tf.IndexedSlices(tf.constant(A), tf.constant([0, 0]), tf.constant([5, 2]))
        (clipped,), norm = tf.clip_by_global_norm([slices], 1.0)
        for found in (clipped, tf.clip_by_norm(slices, 1.0)):
            value = run(found)
            np.testing.assert_allclose(value.values, A / np.linalg.norm(A), rtol=1e-6)
            assert value.indices.tolist() == [0, 0]
        np.testing.assert_allclose(run(norm), np.linalg.norm(A), rtol=1e-6)  # equal rows are not added up first
        assert run(tf.clip_by_value(slices, -1.0, 1.0)).values.tolist() == np.clip(A, -1, 1).tolist()

    @pytest.mark.parametrize(
        "function",
        [
            lambda x: tf.global_norm([x, x * 2.0]),
            lambda x: tf.reduce_sum(tf.clip_by_global_norm([x * x, x], 2.0)[0][0] * [[1.0, 2.0], [3.0, 4.0]]),
            lambda x: tf.reduce_sum(tf.clip_by_norm(x * x, 2.0) * [[1.0, 2.0], [3.0, 4.0]]),
            lambda x: tf.reduce_sum(tf.clip_by_norm(x, 2.0, axes=[1]) * [[1.0, 2.0], [3.0, 4.0]]),
            lambda x: tf.reduce_sum(tf.clip_by_average_norm(x, 0.1) * [[1.0, 2.0], [3.0, 4.0]]),
            lambda x: tf.reduce_sum(tf.clip_by_value(x * x, 0.5, 3.0)),
        ],
    )
    def test_gradients_are_differences(self, function: Callable[[Any], Any]) -> None:
        x = tf.placeholder(tf.float32, [2, 2])
        y = function(x)
        (d,) = tf.gradients(y, x)
        with tf.Session() as s:
            found, direction = s.run(d, {x: A}), np.float32([[1.0, -0.5], [0.25, 2.0]])
            above, below = (s.run(y, {x: A + step * direction}) for step in (1e-3, -1e-3))
        np.testing.assert_allclose((found * direction).sum(), (above - below) / 2e-3, rtol=5e-3, atol=2e-3)

    def test_arguments(self) -> None:
        with pytest.raises(TypeError, match="^t_list should be a sequence"):
            tf.clip_by_global_norm(tf.constant(A), 1.0)
        with pytest.raises(ValueError, match="clip_norm is the largest norm that is left"):
            tf.clip_by_global_norm([tf.constant(A)], -1.0)
        assert run(tf.global_norm([])) == 0


DECAYS: dict[str, tuple[Callable[[Any], Any], Callable[[float], float]]] = {
    "exponential": (lambda g: tf.train.exponential_decay(0.1, g, 10, 0.9), lambda k: 0.1 * 0.9 ** (k / 10)),
    "staircase": (lambda g: tf.train.exponential_decay(0.1, g, 10, 0.9, True), lambda k: 0.1 * 0.9 ** (k // 10)),
    "natural": (lambda g: tf.train.natural_exp_decay(0.1, g, 10, 0.5), lambda k: 0.1 * np.exp(-0.5 * k / 10)),
    "inverse": (lambda g: tf.train.inverse_time_decay(0.1, g, 10, 0.5), lambda k: 0.1 / (1 + 0.5 * k / 10)),
    "polynomial": (
        lambda g: tf.train.polynomial_decay(0.1, g, 10, 0.01, power=2.0),
        lambda k: 0.09 * (1 - min(k, 10) / 10) ** 2 + 0.01,
    ),
    "cycle": (
        lambda g: tf.train.polynomial_decay(0.1, g, 10, 0.01, cycle=True),
        lambda k: 0.09 * (1 - k / (10 * max(1, np.ceil(k / 10)))) + 0.01,
    ),
    "piecewise": (
        lambda g: tf.train.piecewise_constant(g, [5, 10], [1.0, 0.5, 0.1]),
        lambda k: 1.0 if k <= 5 else 0.5 if k <= 10 else 0.1,
    ),
    "cosine": (
        lambda g: tf.train.cosine_decay(0.1, g, 10, alpha=0.2),
        lambda k: 0.1 * (0.8 * (1 + np.cos(np.pi * min(k, 10) / 10)) / 2 + 0.2),
    ),
    "restarts": (
        lambda g: tf.train.cosine_decay_restarts(0.1, g, 10, t_mul=1.0),
        lambda k: 0.05 * (1 + np.cos(np.pi * (k % 10) / 10)),
    ),
    "linear cosine": (
        lambda g: tf.train.linear_cosine_decay(0.1, g, 10),
        lambda k: 0.1 * ((1 - min(k, 10) / 10) * (1 + np.cos(np.pi * min(k, 10) / 10)) / 2 + 0.001),
    ),
}


class TestDecays:
    @pytest.mark.parametrize("name", DECAYS)
    def test_a_tensor_that_follows_the_step(self, name: str) -> None:
        make, expected = DECAYS[name]
        step = tf.placeholder(tf.int32, [])
        rate = make(step)
        with tf.Session() as s:
            found = [s.run(rate, {step: k}) for k in (0, 3, 5, 6, 11, 25)]
        np.testing.assert_allclose(found, [expected(k) for k in (0, 3, 5, 6, 11, 25)], rtol=2e-5, atol=1e-8)

    @pytest.mark.parametrize("name", DECAYS)
    def test_a_function_where_everything_is_computed_at_once(self, name: str) -> None:
        make, expected = DECAYS[name]
        tf.enable_eager_execution()
        step = tf.Variable(3, trainable=False)
        rate = make(step)
        for k in (3, 6, 25):
            step.assign(k)
            np.testing.assert_allclose(rate(), expected(k), rtol=1e-6, atol=1e-8)

    def test_an_optimizer_steps_with_it(self) -> None:
        w, step = tf.Variable([1.0]), tf.train.get_or_create_global_step()
        rate = tf.train.exponential_decay(0.5, step, 1, 0.5)
        assert rate.name == "ExponentialDecay:0"
        train = tf.train.GradientDescentOptimizer(rate).minimize(tf.reduce_sum(w), global_step=step)
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            found = [(s.run(train), s.run(w)[0])[1] for _ in range(3)]
        assert found == [0.5, 0.25, 0.125]

    def test_arguments(self) -> None:
        step = tf.placeholder(tf.int32, [])
        with pytest.raises(ValueError, match="^None values not supported"):
            tf.train.exponential_decay(0.1, None, 10, 0.9)
        with pytest.raises(ValueError, match="^The length of boundaries should be 1 less than the length of values"):
            tf.train.piecewise_constant(step, [5], [1.0])
        with pytest.raises(ValueError, match=r"^Boundaries \(<dtype: 'float32'>\) must have the same dtype as x"):
            tf.train.piecewise_constant(step, [5.0], [1.0, 0.5])
        with pytest.raises(ValueError, match="^Values must have elements all with the same dtype"):
            tf.train.piecewise_constant(step, [5], [1.0, 1])


class TestAverages:
    def test_of_a_variable(self) -> None:
        v = tf.Variable([1.0, 2.0], name="v")
        averages = tf.train.ExponentialMovingAverage(0.9)
        update = averages.apply([v])
        average, assign = averages.average(v), tf.assign(v, [3.0, 0.0])
        assert average is not None
        assert (update.name, average.name) == ("ExponentialMovingAverage", "v/ExponentialMovingAverage:0")
        assert tf.moving_average_variables() == [v]
        assert averages.variables_to_restore() == {"v/ExponentialMovingAverage": v}
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            found = [s.run(average)]
            s.run(assign)
            for _ in range(2):
                s.run(update)
                found.append(s.run(average))
        np.testing.assert_allclose(found, [[1.0, 2.0], [1.2, 1.8], [1.38, 1.62]], rtol=1e-6)

    def test_it_sees_the_step_that_it_waits_for(self) -> None:
        w = tf.Variable([1.0])
        train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(w))
        averages = tf.train.ExponentialMovingAverage(0.5)
        with tf.control_dependencies([train]):
            update = averages.apply([w])
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            s.run(update)
            assert s.run(averages.average(w)).tolist() == [0.75]

    def test_of_a_tensor_without_its_bias(self) -> None:
        x = tf.placeholder(tf.float32, [2], name="x")
        averages = tf.train.ExponentialMovingAverage(0.9, zero_debias=True)
        update = averages.apply([x])
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            s.run(update, {x: [1.0, 2.0]})
            np.testing.assert_allclose(s.run(averages.average(x)), [1.0, 2.0], rtol=1e-5)
            s.run(update, {x: [3.0, 4.0]})
            np.testing.assert_allclose(s.run(averages.average(x)), [2.0526316, 3.0526316], rtol=1e-5)

    def test_integers_have_none(self) -> None:
        with pytest.raises(TypeError, match="^The variables must be half, float, or double: count:0"):
            tf.train.ExponentialMovingAverage(0.9).apply([tf.Variable(1, name="count")])

    def test_where_everything_is_computed_at_once(self) -> None:
        tf.enable_eager_execution()
        v = tf.Variable([1.0], name="v")
        averages = tf.train.ExponentialMovingAverage(0.5)
        averages.apply([v])
        v.assign([3.0])
        averages.apply([v])
        average = averages.average(v)
        assert average is not None
        assert average.numpy().tolist() == [2.0]
