"""while_loop: one operation over a recorded condition and a recorded body."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.errors.graph import InaccessibleTensorError


def run(fetches: Any, feed_dict: Any = None) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feed_dict)


def numeric(y: Any, x: Any, value: Any) -> Any:
    """The gradient of the sum of y by central differences."""
    found = np.zeros_like(value)
    with tf.Session() as session:
        for place in np.ndindex(value.shape):
            sides = []
            for step in (1e-6, -1e-6):
                moved = value.copy()
                moved[place] += step
                sides.append(np.sum(session.run(y, {x: moved})))
            found[place] = (sides[0] - sides[1]) / 2e-6
    return found


def test_functions_are_called_once_and_run_often() -> None:
    calls = []
    limit = tf.placeholder(tf.int32, [])
    i, a = tf.while_loop(
        lambda i, a: calls.append("cond") or i < limit,  # type: ignore[func-returns-value]
        lambda i, a: calls.append("body") or (i + 1, a * 2.0),  # type: ignore[func-returns-value]
        [0, tf.constant([1.0, 2.0])],
    )
    assert (i.name, a.name) == ("while/Exit:0", "while/Exit_1:0")
    with tf.Session() as session:
        for count in (0, 1, 5):
            n, value = session.run([i, a], {limit: count})
            assert n == count
            assert value.tolist() == [2.0**count, 2 * 2.0**count]
    assert calls == ["cond", "body"]


def test_gradients_of_variables_that_loop_and_of_what_is_used_from_outside() -> None:
    x, w = tf.placeholder(tf.float64, [2, 3]), tf.Variable(np.linspace(-1, 1, 9).reshape(3, 3))
    y = tf.while_loop(lambda i, h: i < 4, lambda i, h: (i + 1, tf.tanh(tf.matmul(h, w) + x)), [0, x])[1]
    d_x, d_w = tf.gradients(y, [x, w])
    value = np.array([[0.3, -0.2, 0.9], [-1.1, 0.4, 0.05]])
    with tf.Session() as session:
        session.run(w.initializer)
        found_x, found_w = session.run([d_x, d_w], {x: value})
    np.testing.assert_allclose(found_x, numeric(y, x, value), rtol=1e-6)
    h, hs, weights = value, [value], np.linspace(-1, 1, 9).reshape(3, 3)
    for _ in range(4):
        h = np.tanh(h @ weights + value)
        hs.append(h)
    d, expected = np.ones_like(h), np.zeros_like(weights)
    for k in reversed(range(4)):
        d = d * (1 - hs[k + 1] ** 2)
        expected += hs[k].T @ d
        d = d @ weights.T
    np.testing.assert_allclose(found_w, expected, rtol=1e-12)


def test_a_number_of_iterations_that_depends_on_the_values() -> None:
    x = tf.placeholder(tf.float64, [])
    y = tf.while_loop(lambda a: a < 10.0, lambda a: a * a, [x])
    (g,) = tf.gradients(y, x)
    with tf.Session() as session:
        assert session.run([y, g], {x: 3.0}) == [81.0, 108.0]
        assert session.run([y, g], {x: 20.0}) == [20.0, 1.0]
        assert session.run([y, g], {x: 1.5}) == [1.5**8, 8 * 1.5**7]


def test_cond_in_a_loop_and_its_gradient() -> None:
    x = tf.placeholder(tf.float64, [2])

    def body(i: Any, a: Any) -> Any:
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: tf.sin(a * x), lambda: tf.exp(a) + tf.square(x))

    y = tf.while_loop(lambda i, a: i < 4, body, [0, x])[1]
    value = np.array([0.4, -0.3])
    found = run(tf.gradients(y, x)[0], {x: value})
    np.testing.assert_allclose(found, numeric(y, x, value), rtol=1e-6)


def test_a_loop_in_a_branch_and_its_gradient() -> None:
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float64, [])
    y = tf.cond(
        pred, lambda: tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, a * x), [0, x])[1], lambda: x * 5.0
    )
    (g,) = tf.gradients(y, x)
    with tf.Session() as session:
        assert session.run([y, g], {pred: True, x: 1.5}) == [1.5**3, 3 * 1.5**2]
        assert session.run([y, g], {pred: False, x: 1.5}) == [7.5, 5.0]


def test_a_loop_in_a_loop_and_its_gradient() -> None:
    x = tf.placeholder(tf.float64, [])

    def inner(a: Any, i: Any) -> Any:
        return tf.while_loop(lambda j, b: j <= i, lambda j, b: (j + 1, tf.tanh(b * x)), [0, a])[1]

    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, inner(a, i)), [0, x])[1]
    value = np.array(1.3)
    found = run([y, tf.gradients(y, x)[0]], {x: value})
    a = value
    for _ in range(6):
        a = np.tanh(a * value)
    np.testing.assert_allclose(found, [a, numeric(y, x, value)], rtol=1e-6)


def test_what_has_no_gradient_does_not_stand_in_the_way() -> None:
    x = tf.placeholder(tf.float64, [])
    _, a, steps = tf.while_loop(
        lambda i, a, s: i < 3, lambda i, a, s: (i + 1, a * x, s + tf.floor(a)), [0, x, tf.constant(0.0, tf.float64)]
    )
    assert run([a, steps, tf.gradients(a, x)[0]], {x: 1.5}) == [1.5**4, 1.0 + 2.0 + 3.0, 4 * 1.5**3]


def test_back_prop_false() -> None:
    x = tf.constant(2.0)
    assert tf.gradients(tf.while_loop(lambda a: a < 9.0, lambda a: a * x, [x], back_prop=False), x) == [None]


def test_second_order() -> None:
    x = tf.constant(1.5)
    (g,) = tf.gradients(tf.while_loop(lambda a: a < 9.0, lambda a: a * x, [x]), x)
    with pytest.raises(TypeError, match="Second-order gradient for while loops not supported"):
        tf.gradients(g, x)


def test_effects_in_a_body_happen_each_time() -> None:
    v = tf.Variable(0)

    def body(i: Any) -> Any:
        with tf.control_dependencies([v.assign_add(i)]):
            return i + 1

    r = tf.while_loop(lambda i: i < 4, body, [0])
    with tf.Session() as session:
        session.run(v.initializer)
        assert session.run(r) == 4
        assert session.run(v) == 6


def test_what_runs_before_a_body_runs_before_the_loop() -> None:
    v = tf.Variable(1.0)
    before = v.assign(5.0)

    def body(i: Any, a: Any) -> Any:
        with tf.control_dependencies([before]):
            return i + 1, a + v

    r = tf.while_loop(lambda i, a: i < 2, body, [0, 0.0])
    assert run(r[1]) == 10.0


def test_draws_in_a_body_are_new_each_time() -> None:
    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    r = tf.while_loop(
        lambda i, a: i < 5,
        lambda i, a: (i + 1, tf.concat([a, tf.random_uniform([1])], 0)),
        [0, tf.zeros([0])],
        shape_invariants=shapes,
    )[1]
    assert r.shape.as_list() == [None]
    assert len(set(run(r).tolist())) == 5


def test_structures_and_maximum_iterations() -> None:
    r = tf.while_loop(
        lambda i, s: i < 3, lambda i, s: (i + 1, {"a": s["a"] + 1.0, "b": (s["b"][0] * 2,)}), (0, {"a": 1.0, "b": (1,)})
    )
    assert run(r) == (3, {"a": 4.0, "b": (8,)})
    assert run(tf.while_loop(lambda i: True, lambda i: i + 1, [0], maximum_iterations=tf.constant(3))) == 3
    assert run(tf.while_loop(lambda i: i < 5, lambda i: i + 1, [0], return_same_structure=True)) == [5]


def test_a_body_s_tensors_stay_inside() -> None:
    kept = []

    def body(i: Any) -> Any:
        kept.append(i * 3)
        return kept[0] + 1

    r = tf.while_loop(lambda i: i < 3, body, [0])
    assert kept[0].name == "while/mul:0"
    with tf.Session() as session:
        for fetch in (kept[0], "while/mul:0", "while/mul"):
            with pytest.raises(InaccessibleTensorError, match="'while/mul' has been marked as not fetchable"):
                session.run(fetch)
        for key in (kept[0], "while/mul:0"):
            with pytest.raises(ValueError, match="may not be fed: it is in a loop"):
                session.run(r, {key: 1})
    with pytest.raises(ValueError, match="Cannot use 'while/mul' as input to 'add' because 'while/mul' is in a while"):
        kept[0] + 1


def test_what_fails_in_a_body_is_told_with_its_own_name() -> None:
    x = tf.placeholder(tf.float32, [None])
    r = tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, tf.add(a, tf.zeros([2]), name="sum")), [0, x])
    with pytest.raises(tf.errors.InvalidArgumentError, match="node while/sum"):
        run(r, {x: [1.0, 2.0, 3.0]})


X = [1.0]


@pytest.mark.parametrize(
    ("error", "words", "arguments"),
    [
        (ValueError, "No loop variables provided", lambda: (lambda i: i < 3, lambda i: i, [])),
        (TypeError, "cond must be callable", lambda: (3, lambda i: i, [0])),
        (TypeError, "body must be callable", lambda: (lambda i: i < 3, 3, [0])),
        (
            ValueError,
            "Input tensor 'Const:0' enters the loop with shape (1,), but has shape (2,) after one iteration",
            lambda: (lambda x: True, lambda x: tf.concat([x, x], 0), [tf.constant(X)]),
        ),
        (
            ValueError,
            "The shape invariant specified for Const:0 is not compatible with the initial shape of the loop variable",
            lambda: (lambda x: True, lambda x: x, [tf.constant(X)], [tf.TensorShape([2])]),
        ),
        (ValueError, "have the same number of elements", lambda: (lambda i: True, lambda i: (i, i), [0])),
        (
            TypeError,
            "'LoopCond' Op has type int32 that does not match expected type of bool",
            lambda: (lambda i: i, lambda i: i + 1, [0]),
        ),
        (
            ValueError,
            "Shape must be rank 0 but is rank 1 for 'while/LoopCond'",
            lambda: (lambda i: [True], lambda i: i + 1, [0]),
        ),
    ],
)
def test_what_does_not_fit_is_told(error: type[Exception], words: str, arguments: Any) -> None:
    with pytest.raises(error) as caught:
        tf.while_loop(*arguments())
    assert words in str(caught.value)


def test_numbers_that_do_not_fit_are_told() -> None:
    with pytest.raises(TypeError, match="parallel_iterations must be a positive integer"):
        tf.while_loop(lambda i: i < 3, lambda i: i, [0], parallel_iterations=0)
    with pytest.raises(ValueError, match=r"maximum_iterations must be a scalar, saw shape: \(1,\)"):
        tf.while_loop(lambda i: i < 3, lambda i: i, [0], maximum_iterations=[3])


def test_a_dtype_that_changes_is_told_when_it_runs() -> None:
    r = tf.while_loop(lambda i: i < 3, lambda i: tf.cast(i + 1, tf.float32), [0])
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        run(r)
    opening = "Input 1 of node while/Merge was passed float from while/NextIteration:0 incompatible with expected int32"
    assert str(caught.value).startswith(opening)
