"""Cells of several inputs and outputs, with TensorArrays in their state, with a state that the program keeps."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.contrib import rnn

X = np.sin(np.arange(60, dtype=np.float32)).reshape(5, 3, 4)  # [T, N, D]
Y = np.cos(np.arange(30, dtype=np.float32)).reshape(5, 3, 2)
LENGTHS = [5, 2, 3]


class Both(fs.nn.rnn_cell.RNNCell):
    """Sums up x, and multiplies y with a weight."""

    state_size = (4, 2)  # type: ignore[assignment]
    output_size = (4, 2)  # type: ignore[assignment]

    def call(self, inputs: Any, state: Any) -> Any:
        x, y = inputs
        w = fs.get_variable("w", [2], initializer=fs.constant_initializer(3.0))
        after = state[0] + x, state[1] + y * w
        return (after[0] * 1.0, after[1] * 2.0), after


def expected() -> tuple[Any, Any]:
    sums, products = np.cumsum(X, 0), 3 * np.cumsum(Y, 0)
    last = sums[np.array(LENGTHS) - 1, range(3)], products[np.array(LENGTHS) - 1, range(3)]
    live = np.arange(5)[:, None, None] < np.array(LENGTHS)[:, None]
    return (sums * live, 2 * products * live), last


def same(found: Any, wanted: Any) -> None:
    for one, other in zip(fs.nest.flatten(found), fs.nest.flatten(wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_at_once() -> None:
    with fs.Graph().as_default():
        found = fs.nn.dynamic_rnn(Both(), (X, Y), LENGTHS, dtype=fs.float32, time_major=True)
        same(found, expected())
        assert isinstance(found[0], tuple) and [v.name for v in fs.global_variables()] == ["rnn/both/w:0"]
    with fs.Graph().as_default():
        outputs, _ = fs.nn.dynamic_rnn(Both(), (X.swapaxes(0, 1), Y.swapaxes(0, 1)), LENGTHS, dtype=fs.float32)
        same(outputs, [value.swapaxes(0, 1) for value in expected()[0]])
    with fs.Graph().as_default():
        steps, state = fs.nn.static_rnn(Both(), list(zip(X, Y, strict=True)), None, fs.float32, LENGTHS)
        same((tuple(map(np.stack, zip(*steps, strict=True))), state), expected())


def test_in_a_graph_with_gradients(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x, y = tf.placeholder(tf.float32, [5, None, 4]), tf.placeholder(tf.float32, [5, None, 2])
    outputs, state = tf.nn.dynamic_rnn(Both(), (x, y), LENGTHS, dtype=tf.float32, time_major=True)
    assert outputs[1].shape.as_list() == [5, None, 2]
    gradients = tf.gradients(tf.reduce_sum(outputs[1]), [y, *tf.trainable_variables()])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found, d = session.run([(outputs, state), gradients], {x: X, y: Y})
    same(found, expected())
    np.testing.assert_allclose(d[0][:, 0, 0], [30, 24, 18, 12, 6], rtol=1e-6)  # 2 * 3 for each step to come
    np.testing.assert_allclose(d[1], expected()[0][1].sum((0, 1)) / 3, rtol=1e-4)


def test_both_ways(graph_mode: ModuleType) -> None:
    tf = graph_mode
    steps = list(zip(map(tf.constant, X), map(tf.constant, Y), strict=True))
    listed, state_fw, state_bw = tf.nn.static_bidirectional_rnn(
        Both(), Both(), steps, dtype=tf.float32, sequence_length=LENGTHS
    )
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(
        Both(name="a"), Both(name="b"), (X, Y), LENGTHS, dtype=tf.float32, time_major=True
    )
    assert [v.op.name for v in tf.global_variables()][:2] == [f"bidirectional_rnn/{way}/both/w" for way in ("fw", "bw")]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found, fw, bw, both = session.run([listed, state_fw, state_bw, outputs])
    forward, last = expected()
    same(fw, last)
    same(bw, last)  # a sum is the same from the other end
    columns = [np.stack(column) for column in zip(*found, strict=True)]
    same([columns[0][..., :4], columns[1][..., :2]], forward)
    same([columns[0][..., 4:], columns[1][..., 2:]], both[1])
    same(both[1][0][0, 0], X[:, 0].sum(0))


def test_a_step_of_a_pair_is_no_array() -> None:
    with fs.Graph().as_default():
        (first, second), _ = Both()((X[0], Y[0]), (np.zeros([3, 4], np.float32), np.zeros([3, 2], np.float32)))
        same([first, second], [X[0], 6 * Y[0]])


def test_dropout_falls_on_each_part(graph_mode: ModuleType) -> None:
    tf = graph_mode
    cell = tf.nn.rnn_cell.DropoutWrapper(Both(), input_keep_prob=0.5, seed=1)
    kept = tf.nn.rnn_cell.DropoutWrapper(Both(), output_keep_prob=0.5, seed=1)
    ones, more = np.ones([1, 50, 4], np.float32), np.ones([1, 50, 2], np.float32)
    outputs, _ = tf.nn.dynamic_rnn(cell, (ones, more), dtype=tf.float32, time_major=True)
    with tf.variable_scope("", reuse=True):
        others, _ = tf.nn.dynamic_rnn(kept, (ones, more), dtype=tf.float32, time_major=True)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for first, second in session.run([outputs, others]):
            assert set(np.unique(first)) == {0, 2} and set(np.unique(second)) == {0, 12}
            assert 0.3 < (first == 0).mean() < 0.7 and 0.3 < (second == 0).mean() < 0.7


class Remembering(fs.nn.rnn_cell.RNNCell):
    """Writes what it sees into a TensorArray."""

    state_size = (fs.TensorShape([]), ())  # type: ignore[assignment]
    output_size = 4  # type: ignore[assignment]

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        return fs.constant(0), fs.TensorArray(dtype, size=0, dynamic_size=True)

    def call(self, inputs: Any, state: Any) -> Any:
        time, seen = state
        return inputs, (time + 1, seen.write(time, inputs))


def test_a_state_with_a_tensor_array(graph_mode: ModuleType) -> None:
    tf = graph_mode
    outputs, (count, seen) = tf.nn.dynamic_rnn(Remembering(), X, LENGTHS, dtype=tf.float32, time_major=True)
    with tf.Session() as session:
        found, count, seen = session.run([outputs, count, seen.stack()])
    assert count == 5 and (seen == X).all()
    assert (found[2:, 1] == 0).all() and (found[:2] == X[:2]).all()


class Keeper:
    """Keeps states in variables."""

    def __init__(self, tf: ModuleType) -> None:
        self.tf = tf
        self.kept = {name: tf.get_variable(name, [3, 2], initializer=tf.zeros_initializer()) for name in "ch"}

    def state(self, name: str) -> Any:
        return self.kept[name]

    def save_state(self, name: str, value: Any) -> Any:
        return self.tf.assign(self.kept[name], value)


def test_a_state_that_the_program_keeps(graph_mode: ModuleType) -> None:
    tf = graph_mode
    keeper = Keeper(tf)
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    steps = tf.placeholder(tf.float32, [2, 3, 4])
    outputs, _ = tf.nn.static_state_saving_rnn(cell, tf.unstack(steps), keeper, ("c", "h"), LENGTHS)
    with tf.variable_scope("", reuse=True):
        whole, last = tf.nn.dynamic_rnn(cell, X[:4], dtype=tf.float32, time_major=True)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for k in (0, 2):
            found = session.run(outputs[-1], {steps: X[k : k + 2]})
        wanted, c = session.run([whole[-1], last.c])
        np.testing.assert_allclose(found, wanted, atol=1e-6)
        np.testing.assert_allclose(session.run(keeper.kept["c"]), c, atol=1e-6)
    with pytest.raises(ValueError, match="state_name should be the same type as cell.state_size"):
        tf.nn.static_state_saving_rnn(cell, [X[0]], keeper, "c")


def test_sizes_of_sequences(graph_mode: ModuleType) -> None:
    tf = graph_mode
    unknown = tf.placeholder(tf.float32, [5, None, 4])
    assert rnn.best_effort_input_batch_size([unknown, tf.constant(X)]) == 3
    assert isinstance(rnn.best_effort_input_batch_size([unknown]), tf.Tensor)
    assert rnn.transpose_batch_time(unknown).shape.as_list() == [None, 5, 4]
    assert rnn.transpose_batch_time(tf.zeros([3])).shape.as_list() == [3]


def test_what_cells_of_other_inputs_refuse() -> None:
    with pytest.raises(ValueError, match=r"PhasedLSTMCell takes a pair \(time, inputs\), got ndarray"):
        fs.nn.dynamic_rnn(rnn.PhasedLSTMCell(3), X, dtype=fs.float32)
    with pytest.raises(ValueError, match=r"Invalid input_shape \[4, 5, 2\] for conv_ndims=1"):
        rnn.ConvLSTMCell(1, [4, 5, 2], 3, [3])
    with pytest.raises(ValueError, match="Must specify num_frequency_blocks, a list"):
        rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1)
    with pytest.raises(ValueError, match="GridLSTMCell needs feature_size, the features in a window"):
        rnn.GridLSTMCell(3, num_frequency_blocks=[2])
    cell = rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1, num_frequency_blocks=[2])
    with pytest.raises(ValueError, match="Invalid num_frequency_blocks, requires 2 but gets 3"):
        fs.nn.dynamic_rnn(cell, X, dtype=fs.float32)
    cell = rnn.GridLSTMCell(3, feature_size=2, frequency_skip=1, num_frequency_blocks=[2], start_freqindex_list=[0, 1])
    with pytest.raises(ValueError, match="Length of num_frequency_blocks, 1, of start_freqindex_list, 2"):
        fs.nn.dynamic_rnn(cell, X, dtype=fs.float32)


def test_first_values_of_a_clock() -> None:
    with fs.Graph().as_default():
        fs.set_random_seed(3)
        cell = rnn.PhasedLSTMCell(200, period_init_min=2.0, period_init_max=50.0, trainable_ratio_on=False)
        fs.nn.dynamic_rnn(cell, (X[..., :1], Y), dtype=fs.float32, time_major=True)
        period, phase, ratio = (variable.numpy() for variable in cell.weights[-3:])
        assert 2 <= period.min() < 3 and 40 < period.max() <= 50 and (phase >= 0).all() and (phase <= period).all()
        assert (ratio == np.float32(0.1)).all() and len(cell.trainable_weights) == 8


def test_products_that_programs_import(graph_mode: ModuleType) -> None:
    from fastscope.compat.tensorflow import Inner

    tf = graph_mode
    inner = Inner("tensorflow.contrib.rnn.python.ops.core_rnn_cell")
    with tf.variable_scope("a", initializer=tf.constant_initializer(0.5)):
        found = inner._linear([tf.constant(X[0]), tf.constant(Y[0])], 2, True, tf.constant_initializer(1.0))
    assert [v.op.name for v in tf.global_variables()] == ["a/kernel", "a/bias"]
    assert inner._WEIGHTS_VARIABLE_NAME == "kernel"
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        wanted = (X[0].sum(1) + Y[0].sum(1)) / 2 + 1
        np.testing.assert_allclose(session.run(found), np.stack([wanted, wanted], 1), rtol=1e-5)
    with pytest.raises(ValueError, match="`args` must be specified"):
        inner._linear([], 2, True)
    with pytest.raises(ValueError, match="linear is expecting 2D arguments with known"):
        inner._linear(tf.placeholder(tf.float32, [2, None]), 2, True)
