"""tf.test.TestCase in both modes."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope


class Case(fastscope.test.TestCase):
    def runTest(self) -> None: ...


@pytest.fixture
def case() -> Any:
    made = Case()
    made.setUp()
    return made


def test_a_test_starts_afresh() -> None:
    fastscope.get_variable("w", [2])
    Case().setUp()
    assert not fastscope.global_variables() and fastscope.get_default_graph().seed == 87654321


def test_values_agree(case: Any) -> None:
    case.assertAllClose([1.0], [1.0000005])
    case.assertAllClose({"a": [1.0, (2.0)]}, {"a": [1.0, 2.0]})
    case.assertAllClose([[1.0], [2.0, 3.0]], [[1.0], [2.0, 3.0]])
    case.assertAllCloseAccordingToType(np.float16(1), np.float16(1.0005))
    case.assertAllEqual([1, 2], fastscope.constant([1, 2]))
    case.assertAllEqual([np.nan], [np.nan])
    case.assertNotAllClose([1.0], [2.0])
    case.assertNotAllEqual([1], [2])
    case.assertNear(1.0, 1.1, 0.2)
    case.assertArrayNear([1.0, 2.0], [1.0, 2.1], 0.2)
    case.assertAllGreater([1, 2], 0)
    case.assertAllLess([1, 2], 3)
    case.assertAllInRange([1, 2], 1, 2)
    case.assertDTypeEqual(np.float32(1), np.float32)
    case.assertStartsWith("abc", "ab")
    case.assertItemsEqual([1, 2], [2, 1])
    case.assertEmpty([])
    case.assertNotEmpty([1])
    case.assertLen([1], 1)
    assert os.path.isdir(case.get_temp_dir()) and case.get_temp_dir() == case.get_temp_dir()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda case: case.assertAllClose([1.0, 2.0], [1.0, 2.1]),
        lambda case: case.assertAllClose([1.0, 2.0], [1.0]),
        lambda case: case.assertAllClose({"a": 1.0}, {"b": 1.0}),
        lambda case: case.assertAllEqual([1, 2], [1, 3]),
        lambda case: case.assertAllEqual([1, 2], [1]),
        lambda case: case.assertNotAllClose([1.0], [1.0]),
        lambda case: case.assertNotAllEqual([1], [1]),
        lambda case: case.assertNear(1.0, 1.1, 0.01),
        lambda case: case.assertArrayNear([1.0, 2.0], [1.0, 2.1], 0.01),
        lambda case: case.assertAllInRange([1, 2], 0, 1),
        lambda case: case.assertAllInRange([np.nan], 0, 1),
        lambda case: case.assertAllCloseAccordingToType(np.float32(1), np.float32(1.0005)),
    ],
)
def test_values_differ(case: Any, wrong: Callable[[Any], None]) -> None:
    with pytest.raises(AssertionError):
        wrong(case)


def test_raising(case: Any) -> None:
    with case.assertRaisesOpError("foo"):
        raise fastscope.errors.InvalidArgumentError("a foo b")
    with case.assertRaisesWithPredicateMatch(ValueError, lambda error: "b" in str(error)):
        raise ValueError("a b")
    with pytest.raises(AssertionError, match="OpError not raised"), case.assertRaisesOpError("foo"):
        pass


def test_sessions_of_a_graph(graph_mode: ModuleType, case: Any) -> None:
    tf = graph_mode
    w = tf.Variable(1.0)
    with case.test_session() as session:
        session.run(w.initializer)
        assert session.graph is tf.get_default_graph() and case.evaluate(w + 1.0) == 2.0
    with case.cached_session() as again:
        assert again is session
        case.assertAllClose(w, 1.0)
    with case.session() as other:
        assert other is not session
    case.assertShapeEqual(np.zeros([2, 3]), tf.zeros([2, 3]))
    with tf.Graph().as_default() as graph, case.test_session(graph) as session:
        assert session.graph is graph
        assert case.evaluate(tf.constant(3.0)) == 3.0  # by the session of the block, not by the one of the test
    fresh = Case()
    assert fresh.evaluate(tf.constant(2.0)) == 2.0  # in a session of its own


def test_a_test_can_start_with_a_new_session(graph_mode: ModuleType, case: Any) -> None:
    tf = graph_mode
    v = tf.Variable(1.0)
    with case.cached_session() as session:
        session.run(v.initializer)
    case._ClearCachedSession()
    with case.cached_session() as other:
        assert other is not session
    case._ClearCachedSession()


def test_devices() -> None:
    assert fastscope.test.is_gpu_available() == fastscope.test.is_built_with_cuda()
    assert fastscope.test.gpu_device_name() == ("/device:GPU:0" if fastscope.test.is_gpu_available() else "")


class TestGradients:
    """`compute_gradient`, in a graph."""

    @pytest.fixture
    def tf(self) -> Any:
        import fastscope.compat.v1 as tf

        fastscope.disable_eager_execution()
        with tf.Graph().as_default():
            yield tf
        fastscope.enable_eager_execution()

    def test_both_matrices(self, tf: Any) -> None:
        with tf.Session():
            x = tf.constant([[1.0, 2.0]], tf.float64)
            y = tf.reduce_prod(x) + np.arange(6.0).reshape(3, 2)
            exact, near = tf.test.compute_gradient(x, [1, 2], y, [3, 2], np.array([[3.0, 5.0]]))
        np.testing.assert_allclose(exact, np.array([[5.0] * 6, [3.0] * 6]))
        np.testing.assert_allclose(near, exact)
        assert exact.shape == (2, 6)

    def test_the_error_of_a_wrong_rule(self, tf: Any) -> None:
        @tf.custom_gradient
        def wrong(x: Any) -> Any:
            return x * 2.0, lambda d: d * 5.0

        with tf.Session():
            x = tf.placeholder(tf.float64, [4])
            assert tf.test.compute_gradient_error(x, [4], wrong(x), [4]) == pytest.approx(3.0)
            assert tf.test.compute_gradient_error(x, [4], tf.exp(x), [4]) < 1e-5

    def test_rows_of_a_table_complex_numbers_and_several(self, tf: Any) -> None:
        with tf.Session():
            w, z = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=tf.float64), tf.constant([1 + 2j, 3 - 1j])
            rows = tf.gather(w, [2, 0, 2])
            init = [w.initializer]
            error = tf.test.compute_gradient_error(tf.convert_to_tensor(w), [3, 2], rows**2, [3, 2], init_targets=init)
            assert error < 1e-5
            exact, near = tf.test.compute_gradient(z, [2], tf.conj(z) * 2.0, [2], np.complex64([1j, 2]), 0.5)
            np.testing.assert_allclose(exact, np.diag([2.0, -2.0, 2.0, -2.0]), rtol=1e-6)
            np.testing.assert_allclose(near, exact, rtol=1e-6)
            a, b = tf.placeholder(tf.float64, [2]), tf.placeholder(tf.float64, [2])
            values = [np.array([2.0, 3.0]), np.array([5.0, 7.0])]
            found = tf.test.compute_gradient(
                [a, b], [[2], [2]], a * b, [2], values, extra_feed_dict=dict(zip([a, b], values, strict=True))
            )
            assert [pair[0].tolist() for pair in found] == [[[5.0, 0.0], [0.0, 7.0]], [[2.0, 0.0], [0.0, 3.0]]]

    def test_it_needs_a_session(self, tf: Any) -> None:
        x = tf.placeholder(tf.float32, [1])
        with pytest.raises(ValueError, match="No default session is registered"):
            fastscope.test.compute_gradient(x, [1], x * x, [1])


def test_messages_are_compared_with_text() -> None:
    case = fastscope.test.TestCase()
    message = fastscope.Summary(value=[fastscope.Summary.Value(tag="loss", simple_value=0.5)])
    case.assertProtoEquals('value { tag: "loss" simple_value: 0.5 }', message)
    case.assertProtoEquals(message, message)
    with pytest.raises(AssertionError, match="simple_value: 0.25"):
        case.assertProtoEquals('value { tag: "loss" simple_value: 0.25 }', message)
    with pytest.raises(AssertionError):
        case.assertProtoEquals(fastscope.SessionLog(), message)
