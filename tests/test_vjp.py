"""Pullbacks against TensorFlow's gradients and against finite differences in float64."""

from __future__ import annotations

import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import vjp
from fastscope.arrays import array_module, gpu_count, to_numpy
from fastscope.errors import FailedPreconditionError, InvalidArgumentError

GOLDEN = pathlib.Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
import rnn_programs as programs  # noqa: E402

RECORDED = json.loads((GOLDEN / "rnn.json").read_text())
rc = tf.nn.rnn_cell


def numbers(name: str, shape: tuple[int, ...], dtype: Any = np.float64) -> Any:
    return programs.numbers(name, shape).astype(dtype)


def with_numbers(next_creator: Any, **kwargs: Any) -> Any:
    """A variable creator that gives every variable the numbers of its name."""
    variable = next_creator(**kwargs)
    dtype = variable.dtype.base_dtype.as_numpy_dtype
    variable.load(numbers(variable.op.name, tuple(variable.shape), dtype))
    return variable


def states_of(cell: Any, batch: int, name: str, dtype: Any) -> Any:
    sizes = programs.leaf_sizes(cell.state_size)
    flat = [numbers(f"{name}_{k}", (batch, size), dtype) for k, size in enumerate(sizes)]
    return programs.pack(cell.state_size, flat)


def check_by_differences(loss: Callable[[], float], value: Any, gradient: Any, tolerance: float = 1e-7) -> None:
    """Compare `gradient` with central differences of `loss`, moving the array `value`.

    Three elements are moved one by one, and then all of them together, each up or down at random: a
    wrong element anywhere shows in the sum.
    """
    assert gradient.shape == value.shape
    rng, step, kept = np.random.default_rng(value.size), 1e-5, to_numpy(value).copy()
    single = [np.zeros(value.shape) for _ in range(min(3, value.size))]
    for direction, place in zip(single, rng.choice(value.size, len(single), replace=False), strict=True):
        direction.flat[place] = 1
    for direction in (*single, rng.choice([-1.0, 1.0], value.shape)):
        losses = []
        for sign in (step, -step):
            value[...] = array_module(value).asarray(kept + sign * direction)
            losses.append(loss())
        value[...] = array_module(value).asarray(kept)
        slope = (losses[0] - losses[1]) / (2 * step)
        assert abs((to_numpy(gradient) * direction).sum() - slope) < tolerance * direction.size**0.5


@pytest.fixture(autouse=True)
def host_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a GPU it would be the default; the values of these tests are NumPy's."""
    monkeypatch.setenv("FASTSCOPE_DEVICE", "/cpu:0")


@pytest.fixture(params=["/cpu:0", pytest.param("/gpu:0", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> Any:
    if request.param == "/gpu:0" and not gpu_count():
        pytest.skip("needs CuPy and a GPU")
    with tf.Graph().as_default(), tf.device(request.param):
        yield request.param


def close(got: Any, expected: Any, atol: float) -> None:
    np.testing.assert_allclose(to_numpy(got), expected, rtol=0, atol=atol)


@pytest.mark.parametrize("recorded", RECORDED["cells"], ids=lambda c: c["case"])
def test_cell_against_tensorflow(recorded: dict[str, Any], device: str) -> None:
    """Gradients of inputs, initial state and all variables, through sequences of 5, 0 and 3 steps."""
    if "'/cpu:0'" in recorded["cell"] and device != "/cpu:0":
        pytest.skip("the cell says where it runs")

    def given(name: str, shape: tuple[int, ...]) -> Any:
        return numbers(name, shape, np.float32)

    with tf.variable_creator_scope(with_numbers):
        cell, x, lengths = programs.run(f"return {recorded['cell']}, x, lengths", tf, given, "float32")
        state = states_of(cell, 3, "state", np.float32)
        outputs, pullback = vjp.dynamic_rnn(cell, x, lengths, initial_state=state)
        ends = [outputs, *programs.leaves(pullback.final_state)]
        for end, expected in zip(ends, recorded["values"], strict=True):
            close(end, expected, 1e-6)
        d_outputs, *d_flat = [given(f"d_{k}", end.shape) for k, end in enumerate(ends)]
        grads = vjp.Gradients()
        d_x = pullback(d_outputs, programs.pack(cell.state_size, d_flat), into=grads)
        close(d_x, recorded["d_inputs"], 4e-6)
        d_initial = programs.leaves(pullback.d_initial_state)
        for got, expected in zip(d_initial, recorded["d_state"], strict=True):
            close(got, expected, 4e-6)
        assert {v.name for v in grads} == set(recorded["d_variables"])
        for v, g in grads.items():
            close(g, recorded["d_variables"][v.name], 8e-6)


CELLS = {
    **dict(programs.CELLS),
    "stack": "rc.MultiRNNCell([rc.BasicLSTMCell(3), rc.ResidualWrapper(rc.GRUCell(3)), rc.LSTMCell(2, num_proj=3)])",
    "dropout": "rc.DropoutWrapper(rc.BasicLSTMCell(3), 0.7, 0.6, seed=1)",
    "dropout_of_state": "rc.DropoutWrapper(rc.BasicLSTMCell(3), 0.7, 0.6, 0.5, seed=2)",
    "dropout_of_stacks_state": "rc.DropoutWrapper(rc.MultiRNNCell([rc.GRUCell(3), rc.BasicLSTMCell(2)]),"
    " state_keep_prob=0.5, seed=3)",
    "dropout_variational": "rc.DropoutWrapper(rc.GRUCell(4), 0.7, 0.6, 0.5, True, 4, tf.float64, 4)",
    "dropout_in_a_stack": "rc.MultiRNNCell([rc.DropoutWrapper(rc.GRUCell(3), output_keep_prob=0.5, seed=k)"
    " for k in range(2)])",
}
# Their clips and corners have no derivative at single points, where differences straddle them.
CORNERS = {"basic_rnn_relu", "lstm_relu", "gru_relu"}


class TestDifferences:
    """Every cell in float64, T=4 steps of N=2 rows, with and without lengths."""

    @pytest.mark.parametrize(("lengths", "time_major"), [(None, False), ([4, 2], True)], ids=["whole", "lengths"])
    @pytest.mark.parametrize("case", sorted(CELLS.keys() - CORNERS))
    def test_cell(self, case: str, lengths: Any, time_major: bool) -> None:
        names = {"rc": rc, "tf": tf}
        shape = (4, 2, 4) if time_major else (2, 4, 4)
        with tf.Graph().as_default(), tf.variable_creator_scope(with_numbers):
            x = numbers("x", shape)
            cell = eval(CELLS[case], names)
            state = states_of(cell, 2, "state", np.float64)
            arguments = {"time_major": time_major, "sequence_length": lengths}

            def loss() -> float:
                # A new cell on the same weights draws the same masks from its seed.
                with tf.variable_scope("", reuse=True):
                    fresh = eval(CELLS[case], names)
                    outputs, final = tf.nn.dynamic_rnn(fresh, x, initial_state=state, **arguments)
                ends = [outputs, *programs.leaves(final)]
                return sum(float((end * d).sum()) for end, d in zip(ends, [d_outputs, *d_flat], strict=True))

            outputs, pullback = vjp.dynamic_rnn(cell, x, initial_state=state, **arguments)
            d_outputs = numbers("d", outputs.shape)
            d_state = states_of(cell, 2, "d_state", np.float64)
            d_flat = programs.leaves(d_state)
            grads = vjp.Gradients()
            d_x = pullback(d_outputs, d_state, into=grads)
            check_by_differences(loss, x, d_x)
            for value, gradient in zip(programs.leaves(state), programs.leaves(pullback.d_initial_state), strict=True):
                check_by_differences(loss, value, gradient)
            assert set(grads) == set(cell.weights)
            for v, gradient in grads.items():
                check_by_differences(loss, v.array, gradient)

    def test_whole_network(self, device: str) -> None:
        """Embedding, stack, dense and cross entropy share a store, and the embedding is used twice."""
        with tf.variable_creator_scope(with_numbers):
            table = tf.get_variable("table", [6, 3], tf.float64)
            w, b = tf.get_variable("w", [2, 6], tf.float64), tf.get_variable("b", [6], tf.float64)
            cell = rc.MultiRNNCell([rc.GRUCell(3), rc.BasicLSTMCell(2)])
            ids, labels = (
                np.array([[1, 5, 1, 0], [2, 2, 2, 4]]),
                np.array([[5, 1, 0, 3], [2, 2, 4, 0]]),
            )
            counted = np.array([[1, 1, 1, 1], [1, 1, 0, 0.5]])

            def forward() -> Any:
                x, pull_x = vjp.embedding_lookup(table, ids)
                y, pull_y = vjp.dynamic_rnn(cell, x, dtype=tf.float64)
                z, pull_z = vjp.dense(y, w, b)
                loss, pull_loss = vjp.softmax_cross_entropy(z, labels, counted)
                decay, pull_decay = vjp.l2([table, w], 0.3)
                return loss + decay, (pull_x, pull_y, pull_z, pull_loss, pull_decay)

            _, (pull_x, pull_y, pull_z, pull_loss, pull_decay) = forward()
            grads = vjp.Gradients()
            pull_decay(into=grads)
            assert pull_x(pull_y(pull_z(pull_loss(), into=grads), into=grads), into=grads) is None
            assert set(grads) == set(tf.trainable_variables())
            for v, gradient in grads.items():
                check_by_differences(lambda: float(forward()[0]), v.array, gradient)


class TestFunctions:
    def test_embedding_lookup(self) -> None:
        with tf.Graph().as_default():
            table = tf.Variable(numbers("table", (5, 3)))
            ids = np.array([[4, 0, 4], [4, 2, 0]], np.int32)
            rows, pullback = vjp.embedding_lookup(table, ids)
            np.testing.assert_array_equal(rows, table.numpy()[ids])
            d_rows, grads = numbers("d", (2, 3, 3)), vjp.Gradients()
            assert pullback(d_rows, into=grads) is None
            expected = np.zeros((5, 3))
            np.add.at(expected, ids, d_rows)
            np.testing.assert_allclose(grads[table], expected, atol=1e-12)
            rows, pullback = vjp.embedding_lookup(table, np.zeros((0, 2), int))
            pullback(rows, into=grads)
            with pytest.raises(InvalidArgumentError, match=r"0 <= id < 5.*rows of the embedding, got 5"):
                vjp.embedding_lookup(table, [1, 5])

    @pytest.mark.parametrize("strategy", ["mod", "div"])
    @pytest.mark.parametrize("cut", [[2, 1], [3, 1], [1, 2]])
    def test_embedding_lookup_in_parts(self, strategy: str, cut: list[int]) -> None:
        with tf.Graph().as_default():
            value = np.arange(1.0, 11.0).reshape(5, 2)
            table = tf.get_variable("table", initializer=value, partitioner=lambda shape, dtype: cut)
            ids, grads = np.array([[4, 1, 0], [3, 3, 2]]), vjp.Gradients()
            rows, pullback = vjp.embedding_lookup(table, ids, strategy)
            np.testing.assert_array_equal(rows, tf.nn.embedding_lookup(table, ids, strategy))
            pullback(rows, into=grads)
            # each row of the whole gets itself as often as it was looked up
            whole = np.concatenate([grads[part] for part in table], axis=cut.index(1) ^ 1)
            np.testing.assert_array_equal(whole.sum(axis=0), rows.sum(axis=(0, 1)))
            np.testing.assert_array_equal(sorted(whole[:, 0] / value[:, 0]), [1, 1, 1, 1, 2])

    @pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (0, 4)])
    @pytest.mark.parametrize("biased", [False, True])
    def test_dense(self, shape: tuple[int, ...], biased: bool) -> None:
        with tf.Graph().as_default():
            w, b = tf.Variable(numbers("w", (4, 2))), tf.Variable(numbers("b", (2,)))
            x, grads = numbers("x", shape), vjp.Gradients()
            y, pullback = vjp.dense(x, w, b if biased else None)
            np.testing.assert_allclose(y, x @ w.numpy() + (b.numpy() if biased else 0), atol=1e-12)
            dy = numbers("dy", y.shape)
            dx = pullback(dy, into=grads)
            flat_x, flat_dy = x.reshape(-1, 4), dy.reshape(-1, 2)
            np.testing.assert_allclose(dx, dy @ w.numpy().T, atol=1e-12)
            np.testing.assert_allclose(grads[w], flat_x.T @ flat_dy, atol=1e-12)
            assert (b in grads) == biased
            if biased:
                np.testing.assert_allclose(grads[b], flat_dy.sum(axis=0), atol=1e-12)

    def test_dropout(self) -> None:
        x = np.ones((50, 40), np.float32)
        y, pullback = vjp.dropout(x, 0.75, seed=1)
        assert set(np.unique(y)) == {np.float32(0), np.float32(1) / np.float32(0.75)}
        assert abs((y != 0).mean() - 0.75) < 0.03
        np.testing.assert_array_equal(pullback(2 * x), 2 * y)
        np.testing.assert_array_equal(vjp.dropout(x, 0.75, seed=1)[0], y)
        assert (vjp.dropout(x, 1.0)[0] == x).all() and (vjp.dropout(x, 0.0)[0] == 0).all()

    def test_dropout_of_a_variable_is_a_copy(self) -> None:
        v = tf.Variable([1.0, 2.0])
        vjp.dropout(v, 1.0)[0][:] = 9
        assert v.numpy().tolist() == [1, 2]

    def test_softmax_cross_entropy_of_rows_that_count_nothing(self) -> None:
        loss, pullback = vjp.softmax_cross_entropy(numbers("z", (3, 4)), [0, 1, 2], weights=[0, 0, 0])
        assert loss == 0 and (pullback() == 0).all()

    @pytest.mark.parametrize("reduction", ["mean", "sum"])
    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4)])
    def test_softmax_cross_entropy(self, reduction: str, weighted: bool, shape: tuple[int, ...]) -> None:
        logits, rows = 3 * numbers("z", shape), shape[:-1]
        labels = (numbers("y", rows) * 1000).astype(int) % 4
        weights = np.abs(numbers("w", rows)) if weighted else None

        def loss() -> float:
            log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
            losses = -np.take_along_axis(log_p, labels[..., None], -1)[..., 0]
            counts = np.ones(rows) if weights is None else weights
            total = (losses * counts).sum()
            return float(total / counts.sum() if reduction == "mean" else total)

        got, pullback = vjp.softmax_cross_entropy(logits, labels, weights, reduction)
        assert abs(got - loss()) < 1e-12
        d_logits = pullback(2.0)
        check_by_differences(lambda: 2 * loss(), logits, d_logits)

    def test_softmax_cross_entropy_of_huge_logits(self) -> None:
        logits = np.array([[1e4, 0.0, -1e4]], np.float32)
        loss, pullback = vjp.softmax_cross_entropy(logits, [2])
        assert loss == np.float32(2e4)
        np.testing.assert_array_equal(pullback(), np.float32([[1, 0, -1]]))

    def test_l2(self) -> None:
        with tf.Graph().as_default():
            v, w = tf.Variable(numbers("v", (2, 3))), tf.Variable(numbers("w", (4,)))
            loss, pullback = vjp.l2([v, w], 0.5)
            assert abs(loss - 0.25 * ((v.numpy() ** 2).sum() + (w.numpy() ** 2).sum())) < 1e-12
            grads = vjp.Gradients()
            pullback(2.0, into=grads)
            np.testing.assert_allclose(grads[v], v.numpy(), atol=1e-12)
            np.testing.assert_allclose(grads[w], w.numpy(), atol=1e-12)


class TestSequences:
    def test_shares_variables_with_tf_nn_dynamic_rnn(self) -> None:
        with tf.Graph().as_default(), tf.variable_scope("m", reuse=tf.AUTO_REUSE):
            x = numbers("x", (2, 3, 4), np.float32)
            outputs, _ = vjp.dynamic_rnn(rc.GRUCell(2), x, dtype=tf.float32, scope="enc")
            again, _ = tf.nn.dynamic_rnn(rc.GRUCell(2), x, dtype=tf.float32, scope="enc")
            np.testing.assert_array_equal(outputs, again)
            assert all(v.op.name.startswith("m/enc/gru_cell/") for v in tf.global_variables())

    @pytest.mark.parametrize(
        "cell",
        ["rc.BasicLSTMCell(3)", "rc.GRUCell(3)", "rc.MultiRNNCell([rc.BasicLSTMCell(3), rc.BasicLSTMCell(2)])",
         "rc.ResidualWrapper(rc.BasicLSTMCell(2))", "rc.DeviceWrapper(rc.BasicLSTMCell(3), '/cpu:0')",
         "rc.DropoutWrapper(rc.BasicLSTMCell(3), 1.0)"],
    )  # fmt: skip
    @pytest.mark.parametrize("time_major", [False, True])
    def test_inputs_that_are_data(self, cell: str, time_major: bool) -> None:
        """Their gradient can be left out; the others are the same."""
        made, x = eval(cell, {"rc": tf.nn.rnn_cell}), np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 3, 2)
        found = []
        for want in (True, False):
            grads = vjp.Gradients()
            outputs, pullback = vjp.dynamic_rnn(made, x, dtype=tf.float32, time_major=time_major)
            d_inputs = pullback(np.ones_like(outputs), into=grads, want_inputs=want)
            assert (d_inputs is not None) == want
            found.append([grads[v] for v in made.variables])
        for with_inputs, without in zip(*found, strict=True):
            np.testing.assert_array_equal(with_inputs, without)

    def test_two_uses_of_one_cell_add_up(self) -> None:
        with tf.Graph().as_default():
            cell, both, single = (
                rc.BasicLSTMCell(2),
                vjp.Gradients(),
                [vjp.Gradients(), vjp.Gradients()],
            )
            for k in range(2):
                for into in (both, single[k]):
                    x = numbers(f"x{k}", (2, 3, 4))
                    outputs, pullback = vjp.dynamic_rnn(cell, x, dtype=tf.float64)
                    pullback(numbers(f"d{k}", outputs.shape), into=into)
            for v, g in both.items():
                np.testing.assert_allclose(g, single[0][v] + single[1][v], atol=1e-12)

    def test_state_is_carried_from_one_call_to_the_next(self) -> None:
        """Two halves with the state's gradient handed back equal the whole sequence."""
        with tf.Graph().as_default():
            cell = rc.MultiRNNCell([rc.BasicLSTMCell(2), rc.GRUCell(3)])
            x, whole, halves = numbers("x", (2, 6, 4)), vjp.Gradients(), vjp.Gradients()
            outputs, pullback = vjp.dynamic_rnn(cell, x, dtype=tf.float64)
            d = numbers("d", outputs.shape)
            d_x = pullback(d, into=whole)
            one, pull_one = vjp.dynamic_rnn(cell, x[:, :2], dtype=tf.float64)
            two, pull_two = vjp.dynamic_rnn(cell, x[:, 2:], initial_state=pull_one.final_state)
            np.testing.assert_allclose(np.concatenate([one, two], axis=1), outputs, atol=1e-12)
            d_two = pull_two(d[:, 2:], into=halves)
            d_one = pull_one(d[:, :2], pull_two.d_initial_state, into=halves)
            np.testing.assert_allclose(np.concatenate([d_one, d_two], axis=1), d_x, atol=1e-12)
            for v, g in whole.items():
                np.testing.assert_allclose(halves[v], g, atol=1e-12)

    def test_no_steps(self) -> None:
        with tf.Graph().as_default():
            for cell in (rc.BasicLSTMCell(2), rc.GRUCell(2)):
                state = states_of(cell, 3, "s", np.float32)
                outputs, pullback = vjp.dynamic_rnn(cell, np.zeros((3, 0, 4), np.float32), initial_state=state)
                d_state = states_of(cell, 3, "d", np.float32)
                assert pullback(outputs, d_state, into=vjp.Gradients()).shape == (3, 0, 4)
                pairs = zip(programs.leaves(pullback.d_initial_state), programs.leaves(d_state), strict=True)
                for got, expected in pairs:
                    np.testing.assert_array_equal(got, expected)

    def test_cell_of_the_users(self) -> None:
        class Scaled(rc.RNNCell):
            state_size = output_size = 4

            def call_vjp(self, inputs: Any, state: Any) -> Any:
                w = tf.get_variable("w", [4], tf.float64)
                output = w * inputs + state

                def pull(d_output: Any, d_state: Any, into: Any) -> Any:
                    into.add(w, (d_output * inputs).sum(axis=0))
                    return w * d_output, d_output + d_state

                return output, state, pull

            def call(self, inputs: Any, state: Any) -> Any:
                return self.call_vjp(inputs, state)[:2]

        with tf.Graph().as_default():
            cell = rc.MultiRNNCell([Scaled(), rc.GRUCell(2)])
            x, grads = numbers("x", (2, 3, 4)), vjp.Gradients()

            def loss() -> float:
                return float((tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)[0] * d).sum())

            outputs, pullback = vjp.dynamic_rnn(cell, x, dtype=tf.float64)
            d = numbers("d", outputs.shape)
            check_by_differences(loss, x, pullback(d, into=grads))
            assert [v.op.name for v in grads][-1] == "rnn/multi_rnn_cell/cell_0/scaled/w"
            for v, g in grads.items():
                check_by_differences(loss, v.array, g)


class TestErrors:
    def pullback(self, cell: Any = None) -> Any:
        cell = cell or rc.BasicLSTMCell(2)
        return vjp.dynamic_rnn(cell, numbers("x", (3, 5, 4)), dtype=tf.float64)

    def test_called_twice(self) -> None:
        with tf.Graph().as_default():
            outputs, pullback = self.pullback()
            pullback(outputs, into=vjp.Gradients())
            with pytest.raises(FailedPreconditionError, match="pullback of dynamic_rnn was called before"):
                pullback(outputs, into=vjp.Gradients())

    def test_gradients_that_do_not_fit(self) -> None:
        with tf.Graph().as_default():
            outputs, pullback = self.pullback()
            into = vjp.Gradients()
            with pytest.raises(ValueError, match=r"d_outputs of .* shape \(3, 5, 2\).*got \(5, 3, 2\)"):
                pullback(outputs.swapaxes(0, 1), into=into)
            with pytest.raises(TypeError, match=r"d_outputs of .* float64.*float32"):
                pullback(outputs.astype(np.float32), into=into)
            with pytest.raises(ValueError, match=r"d_state of .* \(3, 2\).*got \(2, 3\)"):
                pullback(outputs, (np.zeros((3, 2)), np.zeros((2, 3))), into=into)
            with pytest.raises(ValueError, match=r"nest as the final state, LSTMStateTuple of 2"):
                pullback(outputs, np.zeros((3, 2)), into=into)
            with pytest.raises(TypeError, match=r"pass into=grads, with .*; got into=\{\}"):
                pullback(outputs, into={})
            with pytest.raises(TypeError, match=r"pass into=grads"):
                pullback(outputs)
            assert len(into) == 0
            pullback(outputs, into=into)

    def test_weights_written_in_between(self) -> None:
        with tf.Graph().as_default():
            cell = rc.BasicLSTMCell(2)
            outputs, pullback = self.pullback(cell)
            cell.weights[1].assign(np.ones(8))
            with pytest.raises(FailedPreconditionError, match=r"rnn/basic_lstm_cell/bias:0 was written after"):
                pullback(outputs, into=vjp.Gradients())

    def test_cells_without_a_pullback(self) -> None:
        class Mine(rc.RNNCell):
            state_size = output_size = 4

            def call(self, inputs: Any, state: Any) -> Any:
                return inputs, state

        class Changed(rc.BasicLSTMCell):
            def call(self, inputs: Any, state: Any) -> Any:
                output, state = super().call(inputs, state)
                return -output, state

        with tf.Graph().as_default():
            for cell in (Mine(), Changed(2), rc.MultiRNNCell([rc.GRUCell(4), Mine()])):
                with pytest.raises(NotImplementedError, match=r"(Mine|Changed) has no pullback.*call_vjp"):
                    self.pullback(cell)
            outputs, pullback = self.pullback(rc.GRUCell(2, activation=np.arctan))
            with pytest.raises(NotImplementedError, match=r"activation 'arctan' is not known"):
                pullback(outputs, into=vjp.Gradients())
            with pytest.raises(NotImplementedError, match=r"residual_fn of its own"):
                self.pullback(rc.ResidualWrapper(rc.GRUCell(2), lambda i, o: o))

    def test_functions(self) -> None:
        with tf.Graph().as_default():
            w = tf.Variable(numbers("w", (4, 2)))
            with pytest.raises(ValueError, match=r"\[2, 3\] and weights of shape \[4, 2\]"):
                vjp.dense(np.zeros((2, 3)), w)
            z = numbers("z", (3, 4))
            with pytest.raises(ValueError, match=r"\(3, 4\) without its last dimension, \(3,\), got \(2,\)"):
                vjp.softmax_cross_entropy(z, [0, 1])
            with pytest.raises(ValueError, match=r"\(3,\), got \(1,\)"):
                vjp.softmax_cross_entropy(z, [0, 1, 2], weights=np.ones(1))
            with pytest.raises(InvalidArgumentError, match=r"0 <= label < 4.*got -1"):
                vjp.softmax_cross_entropy(z, [0, -1, 2])
            with pytest.raises(ValueError, match=r"'mean' or 'sum', got 'max'"):
                vjp.softmax_cross_entropy(z, [0, 1, 2], reduction="max")
            with pytest.raises(TypeError, match=r"'labels' has DataType float32"):
                vjp.softmax_cross_entropy(z, [0.0, 1.0, 2.0])
            for ids in ([0.5], []):
                with pytest.raises(TypeError, match=r"'ids' has DataType float32"):
                    vjp.embedding_lookup(w, ids)
            with pytest.raises(ValueError, match=r"weights of shape \[4, 2\] and biases of shape \[3\]"):
                vjp.dense(z, w, np.zeros(3))
            with pytest.raises(ValueError, match=r"keep_prob must be between 0 and 1. Received 50"):
                vjp.dropout(z, 50)
            _, pullback = vjp.dense(z, np.zeros((4, 2)))
            with pytest.raises(TypeError, match="gradient can only be kept for a Variable"):
                pullback(np.zeros((3, 2)), into=vjp.Gradients())
