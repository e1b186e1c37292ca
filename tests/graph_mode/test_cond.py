"""cond: both sides are recorded, one runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf
from fastscope.errors.graph import InaccessibleTensorError


def test_one_side_runs_and_effects_of_the_other_do_not_happen() -> None:
    pred, count = tf.placeholder(tf.bool, []), tf.Variable(0)
    y = tf.cond(pred, lambda: count.assign_add(1), lambda: count.assign_add(10))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert [session.run(y, {pred: p}) for p in (True, True, False)] == [1, 2, 12]


def test_a_condition_keeps_its_value_when_the_variable_behind_it_is_assigned() -> None:
    flag = tf.Variable(True)
    y = tf.cond(flag, lambda: tf.identity(flag.assign(False)), lambda: tf.constant(True))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run([y, y]) == [False, False]
        assert session.run(y)


@pytest.mark.parametrize("taken", [True, False])
def test_gradients_of_both_sides(taken: bool) -> None:
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float64, [3])
    w = tf.constant([2.0, -1.0, 0.5], tf.float64)
    y = tf.cond(pred, lambda: tf.tanh(x * w), lambda: tf.square(x))
    d_x, d_w = tf.gradients(y, [x, w])
    value, weights = np.array([0.3, -0.7, 1.1]), np.array([2.0, -1.0, 0.5])
    slope = 1 - np.tanh(value * weights) ** 2
    expected = [slope * weights, slope * value] if taken else [2 * value, 0 * value]
    with tf.Session() as session:
        np.testing.assert_allclose(session.run([d_x, d_w], {pred: taken, x: value}), expected, rtol=1e-12)
    (second,) = tf.gradients(d_x, x)
    with tf.Session() as session:
        found = session.run(second, {pred: taken, x: value})
    expected = -2 * np.tanh(value * weights) * slope * weights**2 if taken else [2.0] * 3
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_conditions_in_one_another() -> None:
    p, q, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [])
    y = tf.cond(p, lambda: tf.cond(q, lambda: x * 2.0, lambda: x * 3.0), lambda: x * 5.0)
    (g,) = tf.gradients(y * y, x)
    with tf.Session() as session:
        for a in (True, False):
            for b in (True, False):
                factor = (2.0 if b else 3.0) if a else 5.0
                assert session.run([y, g], {p: a, q: b, x: 7.0}) == [7 * factor, 2 * 7 * factor**2]


def test_structures_come_back_as_they_were_given() -> None:
    pred = tf.placeholder(tf.bool, [])
    y = tf.cond(pred, lambda: {"b": (1, [2.0]), "a": 3}, lambda: {"a": 6, "b": (4, [5.0])})
    with tf.Session() as session:
        assert session.run(y, {pred: True}) == {"a": 3, "b": (1, [2.0])}
        assert session.run(y, {pred: False}) == {"a": 6, "b": (4, [5.0])}
    assert y["a"].name == "cond/Merge:0"
    assert type(tf.cond(pred, lambda: [1], lambda: [2])) is tf.Tensor
    assert type(tf.cond(pred, lambda: [1], lambda: [2], strict=True)) is list


def test_static_shapes_are_what_both_sides_have() -> None:
    pred, x = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, [2, None])
    assert tf.cond(pred, lambda: tf.zeros([2, 3]), lambda: tf.zeros([4, 3])).shape.as_list() == [None, 3]
    assert tf.cond(pred, lambda: x, lambda: tf.zeros([2, 3])).shape.as_list() == [2, None]
    assert tf.cond(pred, lambda: tf.zeros([2]), lambda: tf.zeros([2, 3])).shape.ndims is None


def test_a_tensor_of_a_side_is_fetched_and_used_outside() -> None:
    pred, x, kept = tf.placeholder(tf.bool, []), tf.placeholder(tf.float32, []), []

    def true_fn() -> Any:
        kept.append(x + 1.0)
        return kept[0]

    tf.cond(pred, true_fn, lambda: x)
    outside = kept[0] * 2.0
    with tf.Session() as session:
        for fetch in (kept[0], kept[0].op, kept[0].name):
            with pytest.raises(InaccessibleTensorError, match="'cond/add' has been marked as not fetchable"):
                session.run(fetch, {pred: True, x: 1.0})
        assert session.run(outside, {pred: True, x: 1.0}) == 4.0
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Retval\[0\] does not have value"):
            session.run(outside, {pred: False, x: 1.0})


def one() -> Any:
    return tf.constant(1)


@pytest.mark.parametrize(
    ("error", "words", "arguments"),
    [
        (TypeError, "pred must not be a Python bool", lambda: (True, one, one)),
        (TypeError, "cond(): false_fn argument required", lambda: (True, one)),
        (TypeError, "true_fn must be callable", lambda: (True, 1, one)),
        (TypeError, "has type int32 that does not match expected type of bool", lambda: (tf.constant(1), one, one)),
        (ValueError, "Shape must be rank 0 but is rank 1 for 'cond/Switch'", lambda: (tf.constant([True]), one, one)),
        (ValueError, "false_fn must have a return value", lambda: (tf.constant(True), one, lambda: None)),
        (
            ValueError,
            "Outputs of true_fn and false_fn must have the same type: int32, float32",
            lambda: (tf.constant(True), one, lambda: tf.constant(1.0)),
        ),
        (ValueError, "is a sequence, while substructure", lambda: (tf.constant(True), one, lambda: (1, 2))),
        (
            ValueError,
            "have the same number of elements. First structure",
            lambda: (tf.constant(True), lambda: (1, 2, 3), lambda: (1, 2)),
        ),
        (
            TypeError,
            "have the same sequence type. First structure has type <class 'list'>",
            lambda: (tf.constant(True), lambda: [1, 2], lambda: (1, 2)),
        ),
        (
            ValueError,
            "have the same set of keys. First structure has keys ['a', 'c']",
            lambda: (tf.constant(True), lambda: {"a": 1, "c": 2}, lambda: {"a": 1, "b": 2}),
        ),
    ],
)
def test_what_does_not_fit_is_told(error: type[Exception], words: str, arguments: Any) -> None:
    with pytest.raises(error) as caught:
        tf.cond(*arguments())
    assert words in str(caught.value)


def test_structures_that_differ_are_shown() -> None:
    with pytest.raises(ValueError) as caught:
        tf.cond(tf.constant(True), lambda: (1, [2]), lambda: (1, [2, 3]), name="c")
    text = str(caught.value)
    assert text.startswith("The two structures don't have the same nested structure.\n\nFirst structure: type=tuple")
    assert text.endswith("Entire first structure:\n(., [.])\nEntire second structure:\n(., [., .])")


def test_old_names_of_the_functions() -> None:
    with tf.Session() as session:
        assert session.run(tf.cond(tf.constant(False), fn1=lambda: 1, fn2=lambda: 2)) == 2
    with pytest.raises(TypeError, match="true_fn and fn1 may not be set simultaneously"):
        tf.cond(tf.constant(True), true_fn=one, fn1=one, false_fn=one)
