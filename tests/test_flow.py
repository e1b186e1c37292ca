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
