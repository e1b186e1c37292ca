"""Plans: what is written over and let go, what feeds pass by, how many are kept, and how large they may be."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf
from fastscope.arrays import quiet
from fastscope.graph.kept import Kept
from fastscope.graph.plan import Plan

X = np.float32([[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]])


def source(fetches: Any, *fed: Any) -> str:
    return Plan([fetches], fed).source


# ---- memory


def test_what_dies_is_written_over() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    y = tf.square(tf.tanh(tf.exp(x)))
    assert source(y, x).count("out=") == 2  # not over what is fed
    np.testing.assert_allclose(tf.Session().run(y, {x: X}), np.tanh(np.exp(X)) ** 2, rtol=1e-6)


def test_a_smaller_operand_is_not_written_over() -> None:
    x, row = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [3])
    y = tf.exp(row) + x
    assert "out=" not in source(y, x, row)
    np.testing.assert_allclose(tf.Session().run(y, {x: X, row: X[0]}), np.exp(X[0]) + X, rtol=1e-6)


@pytest.mark.parametrize("shapes", [((2, 3), (2, 3)), ((1, 3), (2, 3)), ((2, 3), (1, 3)), ((2, 1), (2, 3))])
def test_where_shapes_are_not_known_a_run_decides(shapes: Any) -> None:
    a, b = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32, [None, None])
    y, (left, right) = tf.exp(a) * b, (X[: shape[0], : shape[1]] for shape in shapes)
    found = tf.Session().run(y, {a: left, b: right})
    np.testing.assert_allclose(found, np.exp(left) * right, rtol=1e-6)


@pytest.mark.parametrize(
    "passing",
    [tf.identity, tf.stop_gradient, lambda x: tf.reshape(x, [-1]), tf.transpose, lambda x: x[0], lambda x: x],
    ids=["identity", "stop_gradient", "reshape", "transpose", "slice", "itself"],
)
def test_what_shares_its_memory_is_not_written_over(passing: Callable[[Any], Any]) -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    e = tf.exp(x)
    view = passing(e)
    y = tf.tanh(e)
    first, second = tf.Session().run([view * 1.0, y], {x: X})
    expected = np.exp(X)
    np.testing.assert_allclose(first.ravel()[:3], expected.T.ravel()[:3] if passing is tf.transpose else expected[0])
    np.testing.assert_allclose(second, np.tanh(expected), rtol=1e-6)


def test_what_is_fetched_or_a_variable_is_not_written_over() -> None:
    v = tf.Variable(X)
    e = tf.exp(v)
    session = tf.Session()
    session.run(v.initializer)
    kept, y = session.run([e, tf.sqrt(e)])
    np.testing.assert_allclose(kept, np.exp(X), rtol=1e-6)
    np.testing.assert_allclose(y, np.sqrt(np.exp(X)), rtol=1e-6)
    np.testing.assert_array_equal(session.run(v), X)


def test_another_dtype_is_another_array() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    assert tf.Session().run(tf.exp(x) > 1.0, {x: X}).tolist() == (X > 0).tolist()


def test_of_what_is_asked_for_its_shape_no_array_is_kept() -> None:
    x, bias = tf.placeholder(tf.float32, [None, 1000]), tf.Variable(np.zeros(1000, np.float32))
    (slope,) = tf.gradients(tf.reduce_sum(tf.exp(x) + bias), [bias])
    text = source(slope, x)
    assert ".shape" in text
    session, fed = tf.Session(), np.zeros((1000, 1000), np.float32)
    session.run(bias.initializer)
    session.run(slope, {x: fed})
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        np.testing.assert_array_equal(session.run(slope, {x: fed}), np.full(1000, 1000.0, np.float32))
        assert tracemalloc.get_traced_memory()[1] - before < 1.1 * fed.nbytes
    finally:
        tracemalloc.stop()


# ---- feeds


def test_a_value_is_looked_at_whatever_came_before() -> None:
    x = tf.placeholder(tf.float32, [None, 3])
    session, y = tf.Session(), x * 2.0
    for fed in (X, X, X.tolist(), X.astype(float), X[:1], np.asfortranarray(X)):
        np.testing.assert_array_equal(session.run(y, {x: fed}), 2 * np.float32(fed))
    for wrong in (X[0], X.T, X[:, :2]):
        with pytest.raises(ValueError, match="Cannot feed value of shape"):
            session.run(y, {x: wrong})
    np.testing.assert_array_equal(session.run(y, {x: X}), 2 * X)


def test_structures_are_fed_again_and_again() -> None:
    a, b, c = (tf.placeholder(tf.float32, []) for _ in range(3))
    session, y = tf.Session(), a + 10 * b + 100 * c
    for one in (1.0, 2.0):
        assert session.run(y, {(a, (b,)): (one, [2.0]), c: 3.0}) == one + 320
        with pytest.raises(ValueError, match="2"):
            session.run(y, {(a, (b,)): (one,), c: 3.0})
    assert session.run(y, {a: 1.0, b: 2.0, c: 3.0}) == 321
    with pytest.raises(ValueError, match="once|twice"):
        session.run(y, {(a, a): (1.0, 2.0), b: 2.0, c: 3.0})


def test_a_name_may_be_a_key_again_and_again() -> None:
    x = tf.placeholder(tf.float32, [], name="x")
    session, y = tf.Session(), x + 1.0
    assert [session.run(y, {"x:0": float(k)}) for k in range(3)] == [1, 2, 3]


# ---- what is kept


def test_what_was_not_asked_for_is_let_go() -> None:
    kept = Kept(4)
    for k in range(100):
        kept.put(k, str(k))
        assert kept.get(0) == "0" and len(kept) <= 8
    assert kept.get(99) == "99" and kept.get(50) is None
    kept.clear()
    assert not len(kept)


def test_a_graph_keeps_a_limited_number_of_plans() -> None:
    x = tf.placeholder(tf.float32, [])
    session, plans = tf.Session(), tf.get_default_graph().recorder.plans
    total = x
    for k in range(600):
        total = x + float(k)
        assert session.run(total, {x: 1.0}) == k + 1
    assert 256 <= len(plans) <= 512
    assert session.run(total, {x: 2.0}) == 601


def test_a_function_keeps_a_limited_number_of_signatures() -> None:
    fs.enable_eager_execution()
    recorded = []

    @fs.function
    def double(x: Any) -> Any:
        recorded.append(x)
        return x * 2.0

    for size in [*range(1, 201), 1, 200]:
        assert double(np.ones(size, np.float32)).sum() == 2 * size
    assert len(recorded) == 201  # the first one again, the last one not


# ---- size


def test_a_run_of_twenty_thousand_operations() -> None:
    x = tf.placeholder(tf.float32, [2])
    y = x
    for _ in range(10_000):  # a constant, and the sum
        y = y + 0.5
    session = tf.Session()
    np.testing.assert_array_equal(session.run(y, {x: [0.0, 1.0]}), [5_000, 5_001])
    wrong = tf.reshape(y, tf.cast(y[:1], tf.int32))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"test_plans\.py:\d+, in test_a_run_of_twenty_thousand"):
        session.run(wrong, {x: [0.0, 1.0]})


def test_constants_are_known_through_twenty_thousand_operations_and_each_is_worked_out_once() -> None:
    size = tf.constant(0)
    for _ in range(10_000):
        size = size + 1
    assert tf.zeros([size - 9_998, 3]).shape == [2, 3]
    for _ in range(60):
        size = size * size // size
    assert tf.zeros([size - 9_998, 3]).shape == [2, 3]


# ---- warnings


def test_no_warnings_while_a_plan_runs_and_the_program_s_own_way_after_it() -> None:
    x = tf.placeholder(tf.float32, [])
    with np.errstate(divide="raise"):
        assert tf.Session().run(1.0 / x, {x: 0.0}) == np.inf
        with pytest.raises(FloatingPointError):
            np.float32(1) / np.float32(0)


def test_numpy_is_quiet_by_its_context_variable_or_by_errstate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "copy_context", dict)  # as if NumPy kept it elsewhere
    for unheard, heard_again in (quiet._ways(), (quiet.unheard, quiet.heard_again)):
        with np.errstate(divide="raise"):
            state = unheard()
            assert np.float32(1) / np.float32(0) == np.inf
            heard_again(state)
            assert np.geterr()["divide"] == "raise"
