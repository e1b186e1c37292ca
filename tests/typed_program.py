"""What a type checker says of a program: mypy reads this file and nothing runs it.

Each `type: ignore` is a mistake that has to be found: one that is not needed is an error.
"""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np

import fastscope as tf

Array = np.ndarray[Any, Any]


def arrays(x: Array) -> None:
    assert_type(tf.tanh(x), Array)
    assert_type(tf.matmul(x, x), Array)
    assert_type(tf.reduce_sum(x), Array)
    assert_type(tf.split(x, 2), list[Array])
    assert_type(tf.concat([x, x], 0), Array)
    assert_type(tf.zeros([2, 3]), Array)
    assert_type(tf.nn.softmax(x), Array)
    assert_type(tf.layers.dense(x, 3), Array)
    assert_type(tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, dtype=tf.float32)[0], Array)


def variables(x: Array) -> None:
    w = tf.get_variable("w", [2, 3])
    assert_type(w, tf.Variable)
    assert_type(tf.get_local_variable("l", [2]), tf.Variable)
    assert_type(tf.Variable(1.0), tf.Variable)
    assert_type(tf.trainable_variables(), list[tf.Variable])
    assert_type(w.assign(x), tf.Variable)
    assert_type(w.array, Array)
    assert_type(w.numpy(), Array)
    assert_type(w.trainable, bool)


def mistakes() -> None:
    tf.variable_scop("a")  # type: ignore[attr-defined]
    tf.nn.reluu  # type: ignore[attr-defined]
    tf.layers.conv9d  # type: ignore[attr-defined]
    tf.train.AdamOptimiser  # type: ignore[attr-defined]
    tf.contrib.rnn.LSTM  # type: ignore[attr-defined]
    tf.get_variable(3)  # type: ignore[arg-type]
    tf.variable_scope("a", reuse="yes")  # type: ignore[arg-type]
