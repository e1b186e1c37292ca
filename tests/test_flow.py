"""Control flow where everything is computed at once."""

from __future__ import annotations

import numpy as np
import pytest

import fastscope as tf


def test_cond_calls_one_function() -> None:
    assert tf.cond(tf.constant(2.0) > 1.0, lambda: [3], lambda: 1 / 0) == 3
    assert tf.cond(False, lambda: 1 / 0, lambda: [3], strict=True) == [3]
    with pytest.raises(ValueError, match=r"the condition has shape \[2\]. tf.reduce_all"):
        tf.cond(np.array([True, False]), lambda: 1, lambda: 2)


def test_while_loop_calls_its_functions_as_often_as_it_runs() -> None:
    i, total = tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, a * 2.0), [0, 1.5])
    assert (int(i), float(total)) == (4, 24.0)
    assert int(tf.while_loop(lambda i: True, lambda i: i + 2, [0], maximum_iterations=3)) == 6
    assert [int(v) for v in tf.while_loop(lambda i: i < 5, lambda i: [i + 1], [0], return_same_structure=True)] == [5]
    with pytest.raises(ValueError, match="have the same number of elements. First structure"):
        tf.while_loop(lambda i: i < 3, lambda i: (i, i), [0])


def test_loops_over_elements() -> None:
    x = np.float32([[1, 2], [3, 4], [5, 6]])
    assert tf.map_fn(lambda row: row * 2.0, x).tolist() == (x * 2).tolist()
    total, count = tf.map_fn(lambda row: (tf.reduce_sum(row), 1), x, dtype=(tf.float32, tf.int32))
    assert (total.tolist(), count.tolist()) == ([3, 7, 11], [1, 1, 1])
    assert tf.scan(lambda a, row: a + row, x).tolist() == np.cumsum(x, 0).tolist()
    assert tf.scan(lambda a, row: a + row, x, reverse=True).tolist() == np.cumsum(x[::-1], 0)[::-1].tolist()
    assert tf.foldl(lambda a, row: a - row, x).tolist() == (x[0] - x[1] - x[2]).tolist()
    assert tf.foldr(lambda a, row: a * 2.0 + tf.reduce_sum(row), x, initializer=1.0) == 8 + 4 * 11 + 2 * 7 + 3
    assert tf.get_default_graph().unique_name("map") == "map"


def test_a_tensor_array() -> None:
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    for k in range(3):
        array = array.write(k, [k, 2.0 * k])
    assert array.stack().tolist() == [[0, 0], [1, 2], [2, 4]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="because it was cleared after a previous read"):
        array.read(1)
    parts = tf.TensorArray(tf.int32, 2, infer_shape=False).split([1, 2, 3], [1, 2])
    assert [parts.read(k).tolist() for k in (0, 1)] == [[1], [2, 3]]


def test_what_a_tensor_array_holds_does_not_change_with_a_variable() -> None:
    v = tf.Variable([1.0, 2.0])
    array = tf.TensorArray(tf.float32, 1).write(0, v)
    v.assign_add([10.0, 10.0])
    assert array.read(0).tolist() == [1.0, 2.0]


def test_what_has_effects_has_them_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    x = np.float32([1, 2])
    assert tf.Print(x, [x, 3], "x: ") is x
    tf.print("x", x, {"a": x}, [1, 2])
    assert capsys.readouterr().err == "x: [1 2][3]\nx [1 2] {'a': [1 2]} [1, 2]\n"
    assert tf.py_func(lambda a: a * 2, [x], tf.float32).tolist() == [2, 4]
    assert tf.case([(x[0] > 1, lambda: 1), (x[1] > 1, lambda: 2)]) == 2
    assert tf.tuple([x, None]) == [x, None]
    tf.assert_less(x, 3.0)
    tf.assert_rank(x, 1)
    tf.assert_near(x, x)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Condition x < y did not hold element-wise"):
        tf.assert_less(x, 2.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"assertion failed: \[1 2\]"):
        tf.Assert(False, [x])
    with pytest.raises(tf.errors.InvalidArgumentError, match="bad : Tensor had Inf values"):
        tf.check_numerics(x + np.float32(np.inf), "bad")
