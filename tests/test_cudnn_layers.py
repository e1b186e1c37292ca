"""Stacks of layers as cuDNN computes them: beside cells of their own, their states, their checkpoints."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs

X = np.sin(np.arange(60, dtype=np.float32) * 0.7).reshape(5, 3, 4)  # [T, N, D]
LENGTHS = [5, 2, 3]
KINDS = ["CudnnLSTM", "CudnnGRU", "CudnnRNNTanh", "CudnnRNNRelu"]


def cell_of(tf: ModuleType, kind: str) -> Any:
    if kind in ("CudnnLSTM", "CudnnGRU"):
        return getattr(tf.contrib.cudnn_rnn, kind.replace("Cudnn", "CudnnCompatible") + "Cell")(2)
    return tf.nn.rnn_cell.BasicRNNCell(2, activation=tf.nn.tanh if kind.endswith("Tanh") else tf.nn.relu)


@pytest.mark.parametrize("kind", KINDS)
def test_its_checkpoint_is_that_of_cells(kind: str, graph_mode: ModuleType, tmp_path: Path) -> None:
    tf = graph_mode
    name = {"CudnnLSTM": "cudnn_lstm", "CudnnGRU": "cudnn_gru"}.get(kind, f"cudnn_rnn_{kind[8:].lower()}")
    stack = getattr(tf.contrib.cudnn_rnn, kind)(3, 2, dropout=0.5)
    outputs, states = stack(X, sequence_lengths=LENGTHS, training=False)
    assert outputs.shape.as_list() == [5, 3, 2]
    assert [state.shape.as_list() for state in states] == list(stack.state_shape(3))
    assert all(v.op.name.startswith(f"{name}/rnn/multi_rnn_cell/cell_") for v in stack.trainable_weights)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        expected, ends = session.run([outputs, states])
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    tf.reset_default_graph()
    with tf.variable_scope(name):
        cell = tf.nn.rnn_cell.MultiRNNCell([cell_of(tf, kind) for _ in range(3)])
        outputs, finals = tf.nn.dynamic_rnn(cell, X, LENGTHS, dtype=tf.float32, time_major=True)
    with tf.Session() as session:
        tf.train.Saver().restore(session, path)
        found, finals = session.run([outputs, finals])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    hs = [final.h if kind == "CudnnLSTM" else final for final in finals]
    np.testing.assert_allclose(hs, ends[0], atol=1e-6)
    if kind == "CudnnLSTM":
        np.testing.assert_allclose([final.c for final in finals], ends[1], atol=1e-6)


def test_both_ways(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf = graph_mode
    stack = tf.contrib.cudnn_rnn.CudnnLSTM(2, 2, direction="bidirectional", name="stack")
    outputs, (h, c) = stack(X, sequence_lengths=LENGTHS)
    assert (outputs.shape.as_list(), h.shape.as_list(), stack.num_dirs) == ([5, 3, 4], [4, 3, 2], 2)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        expected, h, c = session.run([outputs, h, c])
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    tf.reset_default_graph()
    cells = [[tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(2) for _ in range(2)] for _ in range(2)]
    with tf.variable_scope("stack"):
        outputs, fw, bw = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
            cells[0], cells[1], X.swapaxes(0, 1), dtype=tf.float32, sequence_length=LENGTHS
        )
    with tf.Session() as session:
        tf.train.Saver().restore(session, path)
        found, fw, bw = session.run([outputs, fw, bw])
    np.testing.assert_allclose(found.swapaxes(0, 1), expected, atol=1e-6)
    order = [fw[0], bw[0], fw[1], bw[1]]
    np.testing.assert_allclose([state.h for state in order], h, atol=1e-6)
    np.testing.assert_allclose([state.c for state in order], c, atol=1e-6)


def test_a_sequence_in_two_halves_and_the_other_order_of_dimensions() -> None:
    with fs.Graph().as_default():
        stack = fs.contrib.cudnn_rnn.CudnnLSTM(2, 3, seed=1)
        whole, ends = stack(X)
        first, states = stack(X[:2])
        second, last = stack(X[2:], initial_state=states)
        np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-6)
        np.testing.assert_allclose(last, ends, atol=1e-6)
        swapped, others = stack(
            X[2:].swapaxes(0, 1), initial_state=tuple(s.swapaxes(0, 1) for s in states), time_major=False
        )
        np.testing.assert_allclose(swapped.swapaxes(0, 1), second, atol=1e-6)
        np.testing.assert_allclose(others[1].swapaxes(0, 1), last[1], atol=1e-6)


def test_dropout_and_gradients(graph_mode: ModuleType) -> None:
    tf = graph_mode
    training = tf.placeholder(tf.bool, [])
    stack = tf.contrib.cudnn_rnn.CudnnGRU(2, 8, dropout=0.5)
    outputs, _ = stack(X, training=training)
    plain, _ = stack(X, training=False)
    dropped, _ = stack(X)
    gradients = tf.gradients(outputs, stack.trainable_weights)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        (found, wanted) = session.run([outputs, plain], {training: False})
        np.testing.assert_array_equal(found, wanted)
        for value in (session.run(outputs, {training: True}), session.run(dropped)):
            assert np.abs(value - wanted).max() > 1e-3
        assert all(np.abs(d).max() > 0 for d in session.run(gradients, {training: True}))


def test_first_values_are_those_of_each_gate() -> None:
    with fs.Graph().as_default():
        fs.set_random_seed(4)
        stack = fs.contrib.cudnn_rnn.CudnnLSTM(1, 50, bias_initializer=fs.constant_initializer(0.25))
        stack.build([None, None, 10])
        kernel, bias = (weight.numpy() for weight in stack.weights)
        limits = np.sqrt(6 / 60), np.sqrt(6 / 100)
        for part, limit in zip(np.split(kernel, [10]), limits, strict=True):
            assert 0.97 * limit < np.abs(part).max() <= limit
        assert (bias == 0.25).all() and stack.input_size == 10
        assert stack.canonical_weight_shapes == [(50, 10)] * 4 + [(50, 50)] * 4
        assert stack.canonical_bias_shapes == [[50]] * 8
        gru = fs.contrib.cudnn_rnn.CudnnGRU(
            1, 2, kernel_initializer=lambda shape, dtype: np.full(shape, shape[1], dtype)
        )
        gru.build([5, 3, 7])
        assert [np.unique(weight.numpy()).tolist() for weight in gru.weights] == [[2, 7], [0], [7], [2], [0], [0]]


def test_what_it_refuses() -> None:
    layers = fs.contrib.cudnn_rnn
    with pytest.raises(ValueError, match="Invalid direction 'up': it is one of 'unidirectional', 'bidirectional'"):
        layers.CudnnLSTM(1, 2, direction="up")
    with pytest.raises(ValueError, match="Only support float16, float32, float64, provided <dtype: 'int32'>"):
        layers.CudnnLSTM(1, 2, dtype=fs.int32)
    with pytest.raises(ValueError, match="'input_size' of CudnnGRU is unknown since layer has not been built"):
        _ = layers.CudnnGRU(1, 2).input_size
    with pytest.raises(ValueError, match=r"Expecting input_shape with 3 dims, .* got \[3, 4\]"):
        layers.CudnnGRU(1, 2)(X[0])
    with pytest.raises(NotImplementedError, match="input_mode='skip_input' leaves the first layer's weights"):
        layers.CudnnGRU(1, 4, input_mode="skip_input")(X)
    with pytest.raises(TypeError, match="Invalid initial_state type: list, expecting tuple"):
        layers.CudnnGRU(1, 4)(X, [X[0]])
