"""A variable that is fed has the fed value wherever a run reads it, in a cell of the library, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

N, T, D, H = 3, 5, 4, 2
X = np.sin(np.arange(N * T * D)).reshape(N, T, D)
CELLS: dict[str, Callable[[], Any]] = {
    "rnn": lambda: tf.nn.rnn_cell.BasicRNNCell(H),
    "gru": lambda: tf.nn.rnn_cell.GRUCell(H),
    "lstm": lambda: tf.nn.rnn_cell.BasicLSTMCell(H),
    "parts": lambda: tf.nn.rnn_cell.LSTMCell(H, num_unit_shards=2),
    "extras": lambda: tf.nn.rnn_cell.LSTMCell(H, use_peepholes=True, num_proj=3, cell_clip=1.0),
    "block": lambda: tf.contrib.rnn.LSTMBlockCell(H, use_peephole=True),
    "independent": lambda: tf.contrib.rnn.IndRNNCell(H),
    "two": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.BasicLSTMCell(H)]),
}


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("whole", [True, False], ids=["sequence", "step"])
@pytest.mark.parametrize("suffix", [":0", "/read:0"])
def test_a_fed_variable_is_what_a_cell_computes_with(kind: str, whole: bool, suffix: str) -> None:
    cell, x = CELLS[kind](), tf.constant(X)
    outputs = (
        tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)[0] if whole else cell(x[:, 0], cell.zero_state(N, "float64"))[0]
    )
    variables = tf.trainable_variables()
    fetches = [outputs, *tf.gradients(tf.reduce_sum(tf.square(outputs)), variables)]
    given = [np.cos(np.arange(v.shape.num_elements()) + k).reshape(v.shape) for k, v in enumerate(variables)]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(fetches)
        fed = session.run(fetches, {v.op.name + suffix: value for v, value in zip(variables, given, strict=True)})
        after = session.run(fetches)
        for variable, value in zip(variables, given, strict=True):
            variable.load(value, session)
        expected = session.run(fetches)
    assert np.abs(before[0] - fed[0]).max() > 1e-3
    for a, b, c, d in zip(before, after, fed, expected, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(c, d, rtol=1e-12)


def test_one_fed_weight_leaves_the_others_to_their_variables() -> None:
    cell = tf.nn.rnn_cell.BasicRNNCell(H)
    output, _ = cell(tf.constant(X[:, 0]), cell.zero_state(N, tf.float64))
    _, bias = cell.weights
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        plain, moved = session.run(output), session.run(output, {bias: [0.5, -0.5]})
    np.testing.assert_allclose(np.arctanh(moved) - np.arctanh(plain), np.tile([0.5, -0.5], (N, 1)), rtol=1e-9)
