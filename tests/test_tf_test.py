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
    fresh = Case()
    assert fresh.evaluate(tf.constant(2.0)) == 2.0  # in a session of its own


def test_devices() -> None:
    assert fastscope.test.is_gpu_available() == fastscope.test.is_built_with_cuda()
    assert fastscope.test.gpu_device_name() == ("/device:GPU:0" if fastscope.test.is_gpu_available() else "")
