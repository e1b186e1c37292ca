"""A call that fails leaves nothing behind: no variable, no name, no half-built cell; and the mended call runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import vjp
from fastscope.scoping.undo import all_or_nothing

rc = tf.nn.rnn_cell
X = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 7
S = np.ones((2, 5), np.float32)


@pytest.fixture(autouse=True)
def graph() -> Iterator[tf.Graph]:
    with tf.Graph().as_default() as graph:
        yield graph
        graph.check()


def nothing_is_left() -> None:
    graph = tf.get_default_graph()
    assert graph.items() == [] and graph.partitioned_variables == {}
    assert not any(graph.get_collection(key) for key in graph.get_all_collection_keys())


def broken(*args: Any, **kwargs: Any) -> Any:
    raise ArithmeticError("not today")


# ---- one variable


def second_part_broken(shape: Any, dtype: Any, partition_info: Any) -> Any:
    return broken() if partition_info.var_offset[0] else np.ones(shape, np.float32)


def two_parts() -> Any:
    return tf.fixed_size_partitioner(2)


WRONG_VARIABLES: dict[str, Callable[[], Any]] = {
    "initializer": lambda: tf.get_variable("w", [4, 2], initializer=broken),
    "shape": lambda: tf.get_variable("w", [4, 2], initializer=lambda shape, dtype: np.ones(3)),
    "value": lambda: tf.get_variable("w", initializer=[[1.0], [1.0, 2.0]]),
    "collections": lambda: tf.get_variable("w", [4, 2], collections=[[]]),
    "regularizer": lambda: tf.get_variable("w", [4, 2], regularizer=broken),
    "Variable": lambda: tf.Variable(broken, name="w"),
    "dtype": lambda: tf.Variable([1.5], dtype=tf.int32, name="w"),
    "parts": lambda: tf.get_variable("w", [4, 2], partitioner=two_parts(), initializer=second_part_broken),
}


@pytest.mark.parametrize("wrong", WRONG_VARIABLES.values(), ids=WRONG_VARIABLES)
def test_a_variable_that_was_never_made_is_not_there(wrong: Callable[[], Any]) -> None:
    for _ in range(2):
        with pytest.raises((ArithmeticError, ValueError, TypeError)):
            wrong()
        nothing_is_left()
    w = tf.get_variable("w", [4, 2], partitioner=two_parts())
    assert tf.global_variables() == list(w) and w.name == "w"


@pytest.mark.parametrize("wrong", WRONG_VARIABLES.values(), ids=WRONG_VARIABLES)
def test_in_a_block_its_name_is_free_as_well(wrong: Callable[[], Any]) -> None:
    for _ in range(2):
        with pytest.raises((ArithmeticError, ValueError, TypeError)), all_or_nothing():
            assert tf.get_variable("v", [2]).name == "v:0"
            wrong()
        nothing_is_left()
    assert tf.get_variable("w", [2]).name == "w:0"
    assert tf.Variable([1.0], name="w").name == "w_1:0"


def test_blocks_in_blocks_and_threads() -> None:
    owner = SimpleNamespace(state="before")
    with pytest.raises(ArithmeticError), all_or_nothing(owner):
        with all_or_nothing():
            tf.get_variable("inner", [2])
        owner.state, owner.more = "after", 1
        graph = tf.get_default_graph()

        def make() -> None:
            with graph.as_default():
                tf.get_variable("elsewhere", [2])

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        broken()
    assert vars(owner) == {"state": "before"}
    assert [v.name for v in tf.global_variables()] == ["elsewhere:0"]
    with all_or_nothing():
        tf.get_variable("inner", [2])
    assert tf.get_variable("after", [2]).name == "after:0" and len(tf.trainable_variables()) == 3


# ---- cells


class Own(rc.RNNCell):
    """As users write them: get_variable in the step."""

    state_size = output_size = 5

    def call(self, inputs: Any, state: Any) -> Any:
        w = tf.get_variable("w", [inputs.shape[1], 5])
        new = tf.tanh(tf.matmul(inputs, w) + state)
        return new, new


class BrokenAtFirst(Own):
    """Fails after its weight is made, the first time."""

    failed: list[int] = []  # noqa: RUF012

    def call(self, inputs: Any, state: Any) -> Any:
        output, new = super().call(inputs, state)
        if not self.failed:
            self.failed.append(1)
            broken()
        return output, new


CELLS: dict[str, Callable[[], Any]] = {
    "BasicRNNCell": lambda: rc.BasicRNNCell(5),
    "BasicLSTMCell": lambda: rc.BasicLSTMCell(5),
    "LSTMCell": lambda: rc.LSTMCell(5, use_peepholes=True),
    "GRUCell": lambda: rc.GRUCell(5),
    "Own": Own,
    "MultiRNNCell": lambda: rc.MultiRNNCell([rc.BasicLSTMCell(3), rc.GRUCell(5)]),
    "DropoutWrapper": lambda: rc.DropoutWrapper(rc.GRUCell(5), state_keep_prob=0.5),
    "ResidualWrapper": lambda: rc.ResidualWrapper(rc.GRUCell(4)),
    "DeviceWrapper": lambda: rc.DeviceWrapper(rc.LSTMCell(5), "/cpu:0"),
}


@pytest.mark.parametrize("make", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("run", [tf.nn.dynamic_rnn, vjp.dynamic_rnn])
def test_float64_inputs_become_what_dtype_says(make: Callable[[], Any], run: Any) -> None:
    cell = make()
    if run is vjp.dynamic_rnn and isinstance(cell, Own):
        with pytest.raises(NotImplementedError):
            run(cell, X.astype(np.float64), dtype=tf.float32)
        return nothing_is_left()
    outputs = run(cell, X.astype(np.float64), dtype=tf.float32)[0]
    assert outputs.dtype == np.float32
    assert {v.dtype for v in tf.global_variables()} == {tf.float32}
    if not isinstance(cell, rc.DropoutWrapper):
        np.testing.assert_array_equal(run(cell, X, dtype=tf.float32)[0], outputs)


def test_float64_inputs_become_what_the_state_is() -> None:
    wide = X.astype(np.float64)
    tf.nn.dynamic_rnn(rc.GRUCell(5), wide, initial_state=S)
    tf.nn.bidirectional_dynamic_rnn(rc.GRUCell(5), rc.GRUCell(5), wide, dtype=tf.float32)
    tf.nn.static_rnn(rc.GRUCell(5), list(wide), dtype=tf.float32, scope="static")
    tf.nn.static_bidirectional_rnn(rc.GRUCell(5), rc.GRUCell(5), list(wide), dtype=tf.float32, scope="both")
    assert {v.dtype for v in tf.global_variables()} == {tf.float32} and len(tf.global_variables()) == 24
    tf.nn.dynamic_rnn(rc.GRUCell(5), wide, dtype=tf.float64, scope="wide")
    assert tf.global_variables()[-1].dtype == tf.float64


@pytest.mark.parametrize("swapped", [">f4", ">f8"])
def test_inputs_in_the_other_order_of_bytes(swapped: str) -> None:
    cell = rc.BasicLSTMCell(5)
    outputs, _ = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    np.testing.assert_array_equal(tf.nn.dynamic_rnn(cell, X.astype(swapped), dtype=tf.float32)[0], outputs)


def test_integers_are_not_converted() -> None:
    with pytest.raises(ValueError, match="RNN cell only supports floating point inputs"):
        tf.nn.dynamic_rnn(rc.GRUCell(5), np.ones((2, 3, 4), int), dtype=tf.float32)
    nothing_is_left()


@pytest.mark.parametrize("make", CELLS.values(), ids=CELLS)
def test_a_step_that_fails_leaves_a_cell_as_it_was(make: Callable[[], Any]) -> None:
    cell = make()
    units = cell.output_size
    state = (
        tuple(cell.zero_state(2, tf.float32)) if isinstance(cell, rc.MultiRNNCell) else cell.zero_state(2, tf.float32)
    )
    with pytest.raises(TypeError, match="don't all match"):
        cell(X[:, 0].astype(np.float64), state)
    nothing_is_left()
    assert cell.weights == [] and not cell.built
    output, _ = cell(X[:, 0], state)
    assert output.shape == (2, units) and output.dtype == np.float32
    if not isinstance(cell, Own | rc.MultiRNNCell):  # which see that in their step, with their scope open
        assert all("_1/" not in v.name for v in tf.global_variables())


def test_a_stack_whose_second_cell_fails_is_as_it_was() -> None:
    first, second = rc.BasicLSTMCell(3), BrokenAtFirst()
    stack = rc.MultiRNNCell([first, second])
    with pytest.raises(ArithmeticError):
        tf.nn.dynamic_rnn(stack, X, dtype=tf.float32)
    nothing_is_left()
    assert not first.built and first.weights == [] and not stack.built
    outputs, _ = tf.nn.dynamic_rnn(stack, X, dtype=tf.float32)
    assert outputs.shape == (2, 3, 5)
    assert [v.name for v in tf.global_variables()] == [
        f"rnn/multi_rnn_cell/cell_{end}:0"
        for end in ("0/basic_lstm_cell/kernel", "0/basic_lstm_cell/bias", "1/broken_at_first/w")
    ]


def test_both_directions_or_none() -> None:
    forward = rc.GRUCell(5)
    with pytest.raises(ValueError, match="nest as its state_size"):
        tf.nn.bidirectional_dynamic_rnn(forward, rc.GRUCell(5), X, dtype=tf.float32, initial_state_bw=(S, S))
    nothing_is_left()
    assert not forward.built
    tf.nn.bidirectional_dynamic_rnn(forward, rc.GRUCell(5), X, dtype=tf.float32)
    assert len(tf.global_variables()) == 8


def test_what_was_there_before_stays() -> None:
    cell = rc.GRUCell(5)
    tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    before = tf.global_variables()
    with pytest.raises(ValueError, match="the state of GRUCell"):
        tf.nn.dynamic_rnn(cell, X, initial_state=S[:1])
    with pytest.raises(TypeError, match="weights of float32 and got state of float64"):
        tf.nn.dynamic_rnn(cell, X, dtype=tf.float64)
    assert tf.global_variables() == before and cell.built


# ---- layers


def test_a_layer_that_fails_leaves_nothing() -> None:
    wrong: list[dict[str, Any]] = [
        {"activation": broken},
        {"bias_initializer": broken},
        {"bias_regularizer": broken},
        {"kernel_initializer": tf.constant_initializer(np.ones(99))},
        {"kernel_regularizer": tf.nn.l2_loss, "bias_initializer": lambda shape, dtype: np.ones(7)},
    ]
    for arguments in wrong:
        with pytest.raises((ArithmeticError, ValueError)):
            tf.layers.dense(S, 4, name="fc", **arguments)
        nothing_is_left()
    for refused in ({"activation": "rleu"}, {"activation": 3}, {"units": -1}, {"units": "four"}):
        with pytest.raises((ValueError, TypeError)):
            tf.layers.dense(S, **{"units": 4} | refused)
        nothing_is_left()
    tf.layers.dense(S, 4)
    tf.layers.dense(S, 4, name="fc")
    assert [v.name for v in tf.global_variables()] == ["dense/kernel:0", "dense/bias:0", "fc/kernel:0", "fc/bias:0"]


def test_a_layer_that_is_made_stays_when_a_later_call_fails() -> None:
    tf.layers.dense(S, 4, name="fc")
    with pytest.raises(ArithmeticError):
        tf.layers.dense(S, 4, name="fc", reuse=True, activation=broken)
    assert len(tf.global_variables()) == 2
