"""What a run hands out is the program's own: no variable, constant or feed changes with it, nor it with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf
from fastscope.arrays import to_numpy

PASSING: dict[str, Callable[[Any], Any]] = {
    "squeeze": tf.squeeze,
    "stop_gradient": tf.stop_gradient,
    "check_numerics": lambda x: tf.check_numerics(x, ""),
    "identity": tf.identity,
    "reshape": lambda x: tf.reshape(x, [2]),
    "transpose": tf.transpose,
    "slice": lambda x: x[:],
    "split": lambda x: tf.split(x, 1)[0],
    "array": lambda x: tf.TensorArray(tf.float32, 1).write(0, x).read(0),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_fetch_is_a_copy(name: str) -> None:
    v, c, x = tf.Variable([1.0, 2.0]), tf.constant([1.0, 2.0]), tf.placeholder(tf.float32, [2])
    session = tf.Session()
    session.run(v.initializer)
    fed = np.float32([1, 2])
    for source in (v, c, x):
        fetch = PASSING[name](source)
        found = session.run(fetch, {x: fed})
        found += 100
        np.testing.assert_array_equal(session.run(fetch, {x: fed}), [1, 2])
    np.testing.assert_array_equal(fed, [1, 2])
    kept = session.run(PASSING[name](v))
    session.run(tf.assign_add(v, [1.0, 1.0]))
    np.testing.assert_array_equal(kept, [1, 2])


def test_two_fetches_of_one_tensor_are_two_arrays() -> None:
    y = tf.tanh(tf.constant([1.0, 2.0]))
    a, b = tf.Session().run([y, y])
    a += 100
    np.testing.assert_allclose(b, np.tanh([1, 2]), rtol=1e-6)


def test_what_is_computed_is_not_copied() -> None:
    y = tf.placeholder(tf.float32, [None]) + 1.0
    session, big = tf.Session(), np.zeros(1 << 20, np.float32)
    found = session.run(y, {y.op.inputs[0]: big})
    assert found.flags.owndata and found.base is None


def test_a_python_function_gets_copies() -> None:
    v, kept = tf.Variable([1.0, 2.0]), []

    def keep(a: Any) -> Any:
        kept.append(a)
        a += 10
        return a

    y = tf.py_func(keep, [v], tf.float32)
    session = tf.Session()
    session.run(v.initializer)
    np.testing.assert_array_equal(session.run(y), [11, 12])
    np.testing.assert_array_equal(session.run(v), [1, 2])


def test_results_of_functions_are_the_callers_own() -> None:
    fs.enable_eager_execution()
    w = fs.Variable([1.0, 2.0])
    for function in (lambda: fs.squeeze(w), lambda: fs.stop_gradient(fs.constant([1.0, 2.0]))):
        recorded = fs.function(function)
        found = recorded()
        found += 100
        np.testing.assert_array_equal(to_numpy(recorded()), [1, 2])


@pytest.mark.parametrize("taken", [True, False])
def test_rows_that_a_branch_looks_up_have_gradients(taken: bool) -> None:
    v, p = tf.Variable([1.0, 2.0]), tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.gather(v, 0), lambda: 3.0 * tf.gather(v, 1))
    slope = tf.gradients(y, v)[0]
    session = tf.Session()
    session.run(v.initializer)
    np.testing.assert_array_equal(session.run(tf.convert_to_tensor(slope), {p: taken}), [1, 0] if taken else [0, 3])
