"""Cells and the functions that run them, against TensorFlow's own answers and for what is ours.

`golden/rnn.json` holds what TensorFlow answered to the programs in `golden/rnn_programs.py`.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import fused
from fastscope.arrays import gpu_count, to_numpy
from fastscope.rnn import sequences

GOLDEN = pathlib.Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
import rnn_programs as programs  # noqa: E402

RECORD_AGAIN = "record again: TF_USE_LEGACY_KERAS=1 python tests/golden/record_rnn.py"
RECORDED = json.loads((GOLDEN / "rnn.json").read_text())

# What we answer otherwise, and why.
OTHERWISE = {
    # TF 2.21 forgets the weights of the cell inside a wrapper; TF 1.15 did not.
    "weights_of_a_stack",
}

rc = tf.nn.rnn_cell


def given(name: str, shape: tuple[int, ...]) -> Any:
    return programs.numbers(name, shape).astype(np.float32)


def with_numbers(next_creator: Any, **kwargs: Any) -> Any:
    """A variable creator that gives every variable the numbers of its name."""
    variable = next_creator(**kwargs)
    variable.load(
        programs.numbers(variable.op.name, tuple(variable.shape)).astype(variable.dtype.base_dtype.as_numpy_dtype)
    )
    return variable


def variables() -> list[list[Any]]:
    return [[v.name, v.shape.as_list()] for v in tf.global_variables()]


def check_values(result: Any, recorded: list[Any], atol: float = 1e-6) -> None:
    values = programs.leaves(result)
    assert len(values) == len(recorded)
    for value, expected in zip(values, recorded, strict=True):
        np.testing.assert_allclose(to_numpy(value), np.array(expected), rtol=0, atol=atol)


def test_programs_are_the_recorded_ones() -> None:
    recorded = [(c["case"], c["cell"]) for c in RECORDED["cells"]]
    assert recorded == programs.CELLS, RECORD_AGAIN
    assert [(c["case"], c["code"]) for c in RECORDED["programs"]] == programs.PROGRAMS, RECORD_AGAIN


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


@pytest.mark.parametrize("recorded", RECORDED["cells"], ids=lambda c: c["case"])
def test_cell(recorded: dict[str, Any], device: str) -> None:
    """Every cell over a sequence: its variables and its numbers; the inputs come from the host."""
    if "'/cpu:0'" in recorded["cell"] and device != "/cpu:0":
        pytest.skip("the cell says where it runs")
    with tf.variable_creator_scope(with_numbers):
        cell, x, lengths = programs.run(f"return {recorded['cell']}, x, lengths", tf, given, "float32")
        sizes = programs.leaf_sizes(cell.state_size)
        state = programs.pack(cell.state_size, [given(f"state_{k}", (3, s)) for k, s in enumerate(sizes)])
        result = tf.nn.dynamic_rnn(cell, x, lengths, initial_state=state)
        assert variables() == recorded["variables"], RECORD_AGAIN
        assert programs.structure(result) == recorded["structure"]
        check_values(result, recorded["values"])


@pytest.mark.parametrize("recorded", RECORDED["cells"], ids=lambda c: c["case"])
def test_steps_equal_the_sequence(recorded: dict[str, Any], device: str) -> None:
    """A cell called step by step gives what it gives over the whole sequence."""
    if "'/cpu:0'" in recorded["cell"] and device != "/cpu:0":
        pytest.skip("the cell says where it runs")
    with tf.variable_creator_scope(with_numbers):
        cell, x, _ = programs.run(f"return {recorded['cell']}, x, lengths", tf, given, "float32")
        outputs, final = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        state = cell.zero_state(3, tf.float32)
        for t in range(5):
            output, state = cell(x[:, t], state)
            check_values(output, [outputs[:, t].tolist()])
        check_values(state, [leaf.tolist() for leaf in programs.leaves(final)])


@pytest.mark.parametrize("recorded", RECORDED["programs"], ids=lambda c: c["case"])
def test_program(recorded: dict[str, Any], device: str) -> None:
    def run() -> Any:
        return programs.run(recorded["code"], tf, given, "float32")

    with tf.variable_creator_scope(with_numbers):
        if "error" in recorded:
            with pytest.raises(Exception) as caught:
                run()
            names = [base.__name__ for base in type(caught.value).__mro__]
            assert recorded["error"] in names
            opening = " ".join(recorded["message"].replace("`", "").split()[:5])
            assert str(caught.value).replace("`", "").startswith(opening)
            return
        result = run()
        assert variables() == recorded["variables"], RECORD_AGAIN
        if recorded["case"] in OTHERWISE:
            return
        assert programs.structure(result) == recorded["structure"]
        check_values(result, recorded["values"])


class TestSharing:
    def test_second_network_of_the_notebook_holds_the_same_variables(self) -> None:
        def network() -> Any:
            cell = rc.BasicLSTMCell(2)
            tf.nn.dynamic_rnn(cell, given("x", (3, 5, 4)), dtype=tf.float32)
            return cell.weights

        with tf.Graph().as_default(), tf.variable_scope("rnn") as scope:
            first = network()
            with pytest.raises(
                ValueError,
                match=r"^Variable rnn/rnn/basic_lstm_cell/kernel already exists, disallowed",
            ):
                network()
            scope.reuse_variables()
            second = network()
        assert [v.op.name for v in first] == [
            "rnn/rnn/basic_lstm_cell/kernel",
            "rnn/rnn/basic_lstm_cell/bias",
        ]
        assert all(a is b for a, b in zip(first, second, strict=True))

    def test_a_built_cell_needs_no_scope(self) -> None:
        cell = rc.GRUCell(2)
        with tf.Graph().as_default():
            with tf.variable_scope("a"):
                one, _ = cell(given("x", (3, 4)), given("s", (3, 2)))
            with tf.variable_scope("b", reuse=True):
                two, _ = cell(given("x", (3, 4)), given("s", (3, 2)))
            assert len(tf.global_variables()) == 4
        np.testing.assert_array_equal(one, two)

    def test_build_in_advance(self) -> None:
        with tf.Graph().as_default():
            cell = rc.BasicLSTMCell(2, dtype=tf.float64)
            cell.build([None, 4])
            assert [v.shape.as_list() for v in cell.weights] == [[6, 8], [8]]
            assert cell.weights[0].dtype == tf.float64
            assert cell.scope_name == "basic_lstm_cell"

    def test_scope_initializer_is_the_kernels_alone(self) -> None:
        with (
            tf.Graph().as_default(),
            tf.variable_scope("s", initializer=tf.constant_initializer(0.25)),
        ):
            cell = rc.LSTMCell(2)
            cell(given("x", (3, 4)), cell.zero_state(3, tf.float32))
        kernel, bias = (v.numpy() for v in cell.weights)
        assert (kernel == 0.25).all() and (bias == 0).all()

    def test_untrainable_cell(self) -> None:
        with tf.Graph().as_default():
            cell = rc.GRUCell(2, trainable=False)
            cell(given("x", (3, 4)), given("s", (3, 2)))
            assert tf.trainable_variables() == []
            assert len(cell.non_trainable_weights) == 4 and cell.trainable_weights == []

    def test_old_style_cell_makes_its_variables_once(self) -> None:
        class Old(rc.RNNCell):
            state_size = output_size = 4

            def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
                with tf.variable_scope(scope or "old"):
                    w = tf.get_variable("w", [4], initializer=tf.constant_initializer(2.0))
                    return w * inputs, state + inputs

        with tf.Graph().as_default():
            x = given("x", (3, 5, 4))
            outputs, state = tf.nn.dynamic_rnn(Old(), x, [5, 0, 2], dtype=tf.float32)
            assert variables() == [["rnn/old/w:0", [4]]]
        np.testing.assert_allclose(outputs[0], 2 * x[0])
        np.testing.assert_allclose(state[2], x[2, :2].sum(axis=0), atol=1e-6)
        assert (outputs[1] == 0).all() and (outputs[2, 2:] == 0).all()

    def test_subclass_with_its_own_step_is_not_bypassed(self) -> None:
        class Negated(rc.BasicLSTMCell):
            def call(self, inputs: Any, state: Any) -> Any:
                output, state = super().call(inputs, state)
                return -output, state

        with tf.Graph().as_default(), tf.variable_creator_scope(with_numbers):
            x = given("x", (3, 5, 4))
            plain, _ = tf.nn.dynamic_rnn(rc.BasicLSTMCell(2, name="c"), x, dtype=tf.float32)
            with tf.variable_scope("", reuse=True):
                ours, _ = tf.nn.dynamic_rnn(Negated(2, name="c"), x, dtype=tf.float32)
            np.testing.assert_allclose(ours, -plain, atol=1e-6)


class TestOwnCells:
    """What TF gives the cells that a program writes itself."""

    class My(rc.RNNCell):
        state_size = output_size = 3

        def build(self, inputs_shape: Any) -> None:
            depth = int(inputs_shape[-1])
            self.kernel = self.add_variable("kernel", [depth + 3, 3], regularizer=tf.nn.l2_loss)
            self.bias = self.add_weight("bias", shape=[3], initializer=tf.ones_initializer(), trainable=False)
            self.count = self.add_weight("count", [], tf.int32, trainable=False)
            self.built = True

        def call(self, inputs: Any, state: Any) -> Any:
            new = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), self.kernel) + self.bias)
            return new, new

    def test_weights_made_in_build(self) -> None:
        with tf.Graph().as_default():
            cell = self.My()
            assert (cell.dtype, cell.losses, cell.weights, cell.updates) == (None, [], [], [])
            outputs, _ = tf.nn.dynamic_rnn(cell, given("x", (2, 4, 5)), dtype=tf.float32)
            assert outputs.shape == (2, 4, 3)
            assert variables() == [["rnn/my/kernel:0", [8, 3]], ["rnn/my/bias:0", [3]], ["rnn/my/count:0", []]]
            assert cell.trainable_weights == cell.trainable_variables == [cell.kernel] == tf.trainable_variables()
            assert cell.non_trainable_weights == cell.non_trainable_variables == [cell.bias, cell.count]
            assert cell.weights == cell.variables == tf.global_variables()
            assert (cell.dtype, cell.count.dtype) == (tf.float32, tf.int32)
            assert (cell.built, cell.scope_name, cell.graph) == (True, "rnn/my", tf.get_default_graph())
            assert cell.count_params() == 28
            assert cell.get_config() == {"name": "my", "trainable": True, "dtype": "float32"}
            (loss,) = cell.losses
            assert float(loss) == float(tf.nn.l2_loss(cell.kernel)) == float(tf.losses.get_regularization_loss())
            cell.kernel.assign(np.ones((8, 3)))
            assert float(loss) == 12.0

    def test_weights_made_by_hand(self) -> None:
        with tf.Graph().as_default():
            cell = self.My(trainable=False, dtype=tf.float64)
            with pytest.raises(ValueError, match="You tried to call `count_params` on my, but the layer isn't built"):
                cell.count_params()
            cell.build([None, 5])
            assert variables()[0] == ["my/kernel:0", [8, 3]] and cell.kernel.dtype == tf.float64
            assert tf.trainable_variables() == []
            assert cell(given("x", (2, 5)).astype(np.float64), np.ones((2, 3)))[0].shape == (2, 3)
            assert len(tf.global_variables()) == 3

    def test_losses_and_updates(self) -> None:
        with tf.Graph().as_default():
            cell = self.My()
            cell.build([None, 5])
            cell.add_loss(lambda: np.float32(2))
            cell.add_loss([np.float32(3)], inputs=cell.kernel)
            update = tf.no_op()
            cell.add_update(update)
            assert [len(cell.losses), len(cell.get_losses_for(None)), len(cell.get_losses_for(cell.kernel))] == [
                3,
                2,
                1,
            ]
            assert cell.updates == cell.get_updates_for(None) == tf.get_collection(tf.GraphKeys.UPDATE_OPS) == [update]
            assert cell.get_updates_for(cell.kernel) == []
            expected = float(tf.nn.l2_loss(cell.kernel)) + 5
            assert float(tf.losses.get_regularization_loss()) == pytest.approx(expected, rel=1e-6)

    def test_values_of_all_weights(self) -> None:
        with tf.Graph().as_default():
            cell, other = rc.GRUCell(2), rc.GRUCell(2, name="other")
            x, s = given("x", (3, 4)), given("s", (3, 2))
            cell(x, s), other(x, s)
            other.set_weights(cell.get_weights())
            np.testing.assert_array_equal(other(x, s)[0], cell(x, s)[0])
            before = other.get_weights()
            with pytest.raises(
                ValueError, match=r"set_weights of other: expected 4 values of shapes \[\[6, 4\].*got 3"
            ):
                other.set_weights(cell.get_weights()[:3])
            with pytest.raises(ValueError, match=r"set_weights of other: expected 4 values"):
                other.set_weights([np.zeros((6, 4)), *before[:3]])
            for value, was in zip(other.get_weights(), before, strict=True):
                np.testing.assert_array_equal(value, was)

    def test_initial_states(self) -> None:
        cell = rc.BasicLSTMCell(2)
        state = cell.get_initial_state(given("x", (3, 4)))
        assert state.c.shape == (3, 2) and state.h.dtype == np.float32
        assert cell.get_initial_state(batch_size=5, dtype=tf.float64).c.shape == (5, 2)
        with pytest.raises(ValueError, match="batch_size and dtype cannot be None while constructing initial state"):
            cell.get_initial_state(batch_size=5)

    @pytest.mark.parametrize(
        "cell",
        [
            rc.BasicRNNCell(2, "relu", name="plain"),
            rc.BasicLSTMCell(2, forget_bias=0.5, dtype=tf.float32),
            rc.LSTMCell(2, True, 3.0, tf.zeros_initializer(), 4, proj_clip=2.0, num_unit_shards=2),
            rc.GRUCell(2, kernel_initializer=tf.constant_initializer(2.0)),
            rc.MultiRNNCell([rc.GRUCell(2), rc.DropoutWrapper(rc.BasicLSTMCell(2), 0.5, seed=3)]),
            rc.ResidualWrapper(rc.GRUCell(2)),
            rc.DeviceWrapper(rc.GRUCell(2), "/cpu:0"),
        ],
        ids=lambda cell: type(cell).__name__,
    )
    def test_configurations_go_through_json(self, cell: Any) -> None:
        config = json.loads(json.dumps(cell.get_config()))
        again = type(cell).from_config(config)
        assert again.get_config() == cell.get_config() and again.state_size == cell.state_size
        with pytest.raises(
            ValueError, match="Unknown class 'NobodysCell' in the configuration of a cell: expected one of"
        ):
            rc.ResidualWrapper.from_config({"cell": {"class_name": "NobodysCell", "config": {}}})


KERAS_ACTIVATIONS = {
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "exponential": np.exp,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "tanh": np.tanh,
}


@pytest.mark.parametrize("name", KERAS_ACTIVATIONS)
def test_activations_by_name(name: str) -> None:
    x = np.float32([[-3.0, -0.5, 0.25], [2.0, -2.0, 1.5]])
    with tf.Graph().as_default():
        identity = tf.constant_initializer(np.eye(3))
        dense = tf.layers.dense(x, 3, name, False, kernel_initializer=identity)
        np.testing.assert_allclose(dense, KERAS_ACTIVATIONS[name](x), rtol=1e-5, atol=1e-6)
        with tf.variable_scope("", initializer=tf.zeros_initializer()):
            cell = rc.BasicRNNCell(3, name)
            cell(x, x)
        cell.set_weights([np.eye(6, 3), np.zeros(3)])
        np.testing.assert_allclose(cell(x, 0 * x)[0], dense, rtol=1e-6)
        if name != "softmax":
            cell = rc.BasicRNNCell(3, name, dtype=tf.float64)
            _, pullback = tf.vjp.dynamic_rnn(cell, x[:, None].astype(np.float64), dtype=tf.float64)
            slope = pullback(np.ones((2, 1, 3)), into=tf.vjp.Gradients())[:, 0] @ np.linalg.pinv(
                cell.get_weights()[0][:3].T
            )
            z = x @ cell.get_weights()[0][:3]
            f = KERAS_ACTIVATIONS[name]
            np.testing.assert_allclose(slope, (f(z + 1e-6) - f(z - 1e-6)) / 2e-6, rtol=1e-5, atol=1e-7)


class TestSizesOfAllKinds:
    @pytest.mark.parametrize("bidirectional", [False, True])
    @pytest.mark.parametrize(
        ("make", "count"),
        [
            (lambda: rc.BasicRNNCell(2), 2),
            (lambda: rc.BasicLSTMCell(2), 2),
            (lambda: rc.LSTMCell(2, use_peepholes=True), 5),
            (lambda: rc.GRUCell(2), 4),
            (lambda: rc.MultiRNNCell([rc.GRUCell(2), rc.BasicRNNCell(2)]), 6),
            (lambda: rc.DropoutWrapper(rc.GRUCell(2), state_keep_prob=0.5), 4),
            (lambda: rc.ResidualWrapper(rc.GRUCell(4)), 4),
            (lambda: TestOwnCells.My(), 3),
        ],
    )
    def test_no_steps_make_all_weights(self, make: Any, count: int, bidirectional: bool) -> None:
        x = np.zeros((3, 0, 4), np.float32)
        with tf.Graph().as_default():
            cell = make()
            if bidirectional:
                outputs, _ = tf.nn.bidirectional_dynamic_rnn(cell, make(), x, dtype=tf.float32)
                assert outputs[1].shape == (3, 0, cell.output_size)
            else:
                outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
                assert outputs.shape == (3, 0, cell.output_size)
            assert len(variables()) == count * (1 + bidirectional)
            again, _ = tf.nn.dynamic_rnn(cell, given("x", (3, 5, 4)), dtype=tf.float32)
            assert again.shape == (3, 5, cell.output_size) and len(variables()) == count * (1 + bidirectional)
        if isinstance(cell, TestOwnCells.My):
            return
        with tf.Graph().as_default():
            tf.vjp.dynamic_rnn(make(), x, dtype=tf.float32)
            assert len(variables()) == count

    def test_stack_asks_its_cells_for_their_states(self) -> None:
        class Started(rc.GRUCell):
            def zero_state(self, batch_size: Any, dtype: Any) -> Any:
                return super().zero_state(batch_size, dtype) + 1

        stack = rc.MultiRNNCell([rc.BasicLSTMCell(2), Started(3)])
        lstm, gru = stack.zero_state(4, tf.float64)
        assert lstm.c.shape == (4, 2) and (lstm.c == 0).all() and lstm.c.dtype == np.float64
        assert gru.shape == (4, 3) and (gru == 1).all()

    @pytest.mark.parametrize("cell", ["BasicRNNCell", "BasicLSTMCell", "LSTMCell", "GRUCell"])
    def test_no_steps_and_no_rows(self, cell: str) -> None:
        with tf.Graph().as_default():
            made = getattr(rc, cell)(2)
            state = programs.pack(made.state_size, [given(f"s{k}", (3, 2)) for k in range(2)])
            outputs, final = tf.nn.dynamic_rnn(made, given("x", (3, 0, 4)), initial_state=state)
            assert outputs.shape == (3, 0, 2)
            check_values(final, [leaf.tolist() for leaf in programs.leaves(state)])
            outputs, _ = tf.nn.dynamic_rnn(made, given("x", (0, 5, 4)), dtype=tf.float32)
            assert outputs.shape == (0, 5, 2)

    def test_lengths_longer_than_the_sequence(self) -> None:
        with tf.Graph().as_default():
            cell, x = rc.GRUCell(2), given("x", (3, 5, 4))
            expected, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            for longer in (9, (1 << 31) - 1, 1 << 31, (1 << 32) + 1, (1 << 63) - 1, (1 << 64) - 1):
                got, _ = tf.nn.dynamic_rnn(
                    cell, x, np.array([5, longer, 5], "uint64" if longer >> 63 else "int64"), dtype=tf.float32
                )
                np.testing.assert_array_equal(got, expected)
            both, _ = tf.nn.bidirectional_dynamic_rnn(cell, rc.GRUCell(2, name="b"), x, [5, 9, 5], dtype=tf.float32)
            np.testing.assert_array_equal(both[0], expected)

    def test_lengths_of_few_bits(self) -> None:
        with tf.Graph().as_default():
            cell, x = rc.GRUCell(2), given("x", (3, 200, 4))
            expected, _ = tf.nn.dynamic_rnn(cell, x, [100, 0, -1], dtype=tf.float32)
            got, _ = tf.nn.dynamic_rnn(cell, x, np.array([100, 0, -1], np.int8), dtype=tf.float32)
            np.testing.assert_array_equal(got, expected)
            assert (got[0, 99] != 0).all() and (got[0, 100:] == 0).all() and (got[1:] == 0).all()

    def test_what_lies_past_a_length_is_not_read(self) -> None:
        with tf.Graph().as_default():
            for cell in (rc.BasicLSTMCell(2), rc.GRUCell(2)):
                x = given("x", (3, 5, 4))
                expected = tf.nn.dynamic_rnn(cell, x, [5, 0, 2], dtype=tf.float32)
                x[1:, 2:] = np.nan
                got = tf.nn.dynamic_rnn(cell, x, [5, 0, 2], dtype=tf.float32)
                check_values(got, [leaf.tolist() for leaf in programs.leaves(expected)])

    def test_variables_and_lists_as_inputs(self) -> None:
        with tf.Graph().as_default():
            x = given("x", (3, 5, 4))
            cell = rc.BasicLSTMCell(2)
            expected, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            state = [tf.Variable(np.zeros((3, 2), np.float32)) for _ in range(2)]
            got, _ = tf.nn.dynamic_rnn(cell, tf.Variable(x), initial_state=state)
            np.testing.assert_array_equal(got, expected)
            got, _ = tf.nn.dynamic_rnn(cell, x.tolist(), dtype=tf.float32)
            np.testing.assert_allclose(got, expected, atol=1e-6)


CELLS_OF_ANY_DTYPE = [
    "rc.BasicLSTMCell(4)",
    "rc.BasicLSTMCell(4, state_is_tuple=False)",
    "rc.LSTMCell(4, use_peepholes=True, cell_clip=0.5, num_proj=4, proj_clip=0.5)",
    "rc.GRUCell(4)",
    "rc.ResidualWrapper(rc.BasicRNNCell(4))",
    "rc.DropoutWrapper(rc.GRUCell(4), output_keep_prob=0.75, state_keep_prob=0.75)",
]


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float64])
@pytest.mark.parametrize("cell", CELLS_OF_ANY_DTYPE)
def test_dtype_of_the_inputs_is_that_of_all_there_is(dtype: Any, cell: str) -> None:
    with tf.Graph().as_default():
        made, x = eval(cell), tf.cast(given("x", (3, 5, 4)), dtype)
        outputs, pull = tf.vjp.dynamic_rnn(made, x, [5, 0, 2], dtype=dtype)
        grads = tf.vjp.Gradients()
        found = [outputs, pull(outputs, into=grads), *(grads[v] for v in made.weights)]
        _, again = tf.nn.dynamic_rnn(made, x, initial_state=pull.final_state)
        output, state = made(x[:, 0], again)
        found += [output, *programs.leaves(pull.final_state), *programs.leaves(again), *programs.leaves(state)]
        assert all(value.dtype == dtype for value in found)


class TestPackedKernels:
    def test_a_step_follows_assign_and_writes_behind_its_back(self) -> None:
        with tf.Graph().as_default():
            cell, x = rc.BasicLSTMCell(2), given("x", (3, 4))
            state = (given("c", (3, 2)), given("h", (3, 2)))
            cell(x, state)
            kernel, bias = cell.weights
            for scale in (1.0, -0.5, 2.0):
                values = scale * given("k", (6, 8))
                if scale == 2.0:
                    kernel.array[...] = values  # known to nobody
                else:
                    kernel.load(values)
                expected = fused.reference.lstm_step(x, *state, values, bias.numpy(), 1.0)
                for _ in range(2):
                    np.testing.assert_allclose(cell(x, state)[0], expected.h, atol=1e-6)


class TestIds:
    @pytest.mark.parametrize(
        "cell",
        ["rc.BasicLSTMCell(3)", "rc.GRUCell(3)", "rc.LSTMCell(3, use_peepholes=True)",
         "rc.MultiRNNCell([rc.BasicLSTMCell(3), rc.GRUCell(2)])", "rc.BasicLSTMCell(3, state_is_tuple=False)"],
    )  # fmt: skip
    @pytest.mark.parametrize("built", [False, True])
    def test_ids_stand_for_their_vectors(self, cell: str, built: bool) -> None:
        with tf.Graph().as_default():
            tf.set_random_seed(3)
            made = eval(cell)
            sizes = programs.leaf_sizes(made.state_size)
            state = programs.pack(made.state_size, [given(f"s{k}", (4, s)) for k, s in enumerate(sizes)])
            ids = np.array([2, 0, 5, 2])
            if built:
                made(np.eye(6, dtype=np.float32)[ids], state)
            got, got_state = made.step_ids(ids, state, depth=6)
            expected, expected_state = made(np.eye(6, dtype=np.float32)[ids], state)
            np.testing.assert_allclose(got, expected, atol=1e-6)
            check_values(got_state, [leaf.tolist() for leaf in programs.leaves(expected_state)])
            table = tf.Variable(given("table", (9, 6)))
            got, _ = made.step_ids(ids, state, embedding=table)
            np.testing.assert_allclose(got, made(table.numpy()[ids], state)[0], atol=1e-6)

    def test_errors(self) -> None:
        with tf.Graph().as_default():
            cell = rc.BasicLSTMCell(3)
            state = cell.zero_state(1, tf.float32)
            for _ in range(2):  # not built, built
                with pytest.raises(ValueError, match="either depth=.* or embedding="):
                    cell.step_ids([1], state)
                with pytest.raises(ValueError, match=r"0 <= id < 6.*got 6"):
                    cell.step_ids([6], state, depth=6)
                with pytest.raises(ValueError, match=r"0 <= id < 6.*got -1"):
                    cell.step_ids([-1], state, depth=6)
                cell.step_ids([1], state, depth=6)
            with pytest.raises(ValueError, match=r"made for inputs of depth 6"):
                cell.step_ids([1], state, depth=7)
            with pytest.raises(ValueError, match=r"made for inputs of depth 6"):
                cell.step_ids([1], state, embedding=np.ones((9, 7), np.float32))

    @pytest.mark.parametrize("cell", ["rc.BasicLSTMCell(3)", "rc.GRUCell(3)"])
    def test_ids_are_integers(self, cell: str) -> None:
        with tf.Graph().as_default():
            made = eval(cell)
            state = made.zero_state(1, tf.float32)
            for _ in range(2):  # not built, built
                with pytest.raises(TypeError, match="ids must be integers, got float64"):
                    made.step_ids(np.array([1.5]), state, depth=6)
                with pytest.raises(ValueError, match=r"ids must be a vector.*got shape \[1, 1\]"):
                    made.step_ids(np.array([[1]]), state, depth=6)
                made.step_ids([1], state, depth=6)


class TestShortWay:
    """From the second step on an LSTM on the host takes a shorter way through Python."""

    def test_gives_the_same_and_refuses_the_same(self) -> None:
        with tf.Graph().as_default():
            cell, x = rc.BasicLSTMCell(3), given("x", (4, 2))
            state = rc.LSTMStateTuple(given("c", (4, 3)), given("h", (4, 3)))
            first, again = cell(x, state), cell(x, state)
            assert cell._held is not None
            np.testing.assert_array_equal(first[0], again[0])
            np.testing.assert_array_equal(first[1].c, again[1].c)
            for other in (list(state), rc.LSTMStateTuple(state.c.tolist(), state.h.tolist())):
                np.testing.assert_allclose(cell(x, other)[0], first[0], atol=1e-6)
            with pytest.raises(ValueError, match="depth 2"):
                cell(given("x", (4, 5)), state)
            with pytest.raises(TypeError, match="float64"):
                cell(x.astype(np.float64), state)
            with pytest.raises(TypeError, match=r"inputs of \|V0"):
                cell(np.zeros((4, 2), "V0"), state)
            with pytest.raises(ValueError, match="state"):
                cell(x, rc.LSTMStateTuple(state.c[:3], state.h))

    def test_what_is_not_as_usual_is_refused(self) -> None:
        with tf.Graph().as_default():
            cell, x, state = rc.BasicLSTMCell(3), given("x", (4, 2)), rc.LSTMStateTuple(*np.ones((2, 4, 3), "f"))
            h, new = cell(x, state)
            c = state.c
            np.testing.assert_array_equal(cell._held.step(x, state)[1], new)
            assert type(cell._held.step(x, state)[1]) is type(new) is rc.LSTMStateTuple
            for other in (c, (c,), (c, c, c), [c, c], (c, c.tolist()), (c, None), (c, c[:3]), (c, c.astype(float))):
                assert cell._held.step(x, other) is None
                assert cell._held.step_ids(np.array([1, 0, 1, 1]), other, None) is None
            for ids in ([1, 0, 1, 2], [1, 0, 1], [[1, 0, 1, 1]], [1.0, 0, 1, 1], None):
                assert cell._held.step_ids(ids, state, None) is None
            np.testing.assert_array_equal(cell(x, state)[0], h)

    def test_a_subclass_that_computes_otherwise_is_asked_each_time(self) -> None:
        class Shifted(rc.BasicLSTMCell):
            def call(self, inputs: Any, state: Any) -> Any:
                h, new = super().call(inputs, state)
                return h + 1.0, new

        with tf.Graph().as_default():
            cell, x, state = Shifted(3), given("x", (4, 2)), rc.LSTMStateTuple(*np.ones((2, 4, 3), "f"))
            for _ in range(3):
                h, new = cell(x, state)
                np.testing.assert_array_equal(h, new.h + 1.0)

    def test_is_closed_where_the_bias_is_in_parts(self) -> None:
        """What is joined of them is a copy, and would not follow an assignment."""

        def custom(getter: Any, name: str, *args: Any, **kwargs: Any) -> Any:
            kwargs["partitioner"] = tf.fixed_size_partitioner(2) if name.endswith("bias") else None
            return getter(name, *args, **kwargs)

        with tf.Graph().as_default(), tf.variable_scope("s", custom_getter=custom):
            cell, x, state = rc.BasicLSTMCell(3), given("x", (4, 2)), rc.LSTMStateTuple(*np.ones((2, 4, 3), "f"))
            first = cell(x, state)[0]
            for part in cell.variables[1:]:
                part.assign(part + 1.0)
            assert (cell(x, state)[0] > first).all()

    @pytest.mark.parametrize("dtype", ["float16", "float32"])
    def test_every_step_is_checked(self, dtype: str) -> None:
        """In the dtypes that the compiled code takes, and in the others; the first time and later."""
        with tf.Graph().as_default():
            cell, x = rc.BasicLSTMCell(3, dtype=dtype), given("x", (4, 2)).astype(dtype)
            state = cell.zero_state(4, dtype)
            cell.build_for(x)
            for _ in range(2):
                for wrong in (x.astype(np.float64), np.ones((4, 2), int)):
                    with pytest.raises(TypeError, match=f"weights of {dtype} and got inputs of"):
                        cell(wrong, state)
                for c in (state.c[:1], state.c[:, :1]):
                    for run in (lambda s: cell(x, s), lambda s: cell.step_ids([1, 0, 1, 1], s, depth=2)):
                        with pytest.raises(ValueError, match=r"has to have shape \[4, 3\]"):
                            run(rc.LSTMStateTuple(c, state.h))
                        with pytest.raises(TypeError, match=f"weights of {dtype} and got state of float64"):
                            run(rc.LSTMStateTuple(state.c.astype(np.float64), state.h))
                with pytest.raises(TypeError, match="got embedding of float64"):
                    cell.step_ids([1, 0, 1, 1], state, embedding=np.ones((5, 2)))
                cell(x, state)

    def test_sees_what_is_written(self) -> None:
        with tf.Graph().as_default():
            cell, x = rc.BasicLSTMCell(3), given("x", (4, 2))
            state = rc.LSTMStateTuple(given("c", (4, 3)), given("h", (4, 3)))
            before = [cell(x, state)[0] for _ in range(2)][1]
            cell.variables[0].assign(cell.variables[0].numpy() * 2)
            after = cell(x, state)[0]
            assert abs(after - before).max() > 1e-3
            array = cell.variables[0].array  # from here on nobody tells when it is written
            np.testing.assert_array_equal(cell(x, state)[0], after)
            array[...] /= 2
            np.testing.assert_array_equal(cell(x, state)[0], before)


class TestDropout:
    def outputs(self, seed: int | None = None, graph_seed: int | None = None, **kwargs: Any) -> Any:
        with tf.Graph().as_default():
            tf.set_random_seed(graph_seed)
            cell = rc.DropoutWrapper(rc.GRUCell(50), seed=seed, **kwargs)
            x = np.ones((8, 6, 40), np.float32)
            return np.array(tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[0])

    def test_outputs_are_zero_or_scaled(self) -> None:
        with tf.Graph().as_default():
            cell = rc.GRUCell(50)
            x = np.ones((8, 6, 40), np.float32)
            plain, plain_state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            wrapped = rc.DropoutWrapper(cell, output_keep_prob=0.75)
            outputs, state = tf.nn.dynamic_rnn(wrapped, x, dtype=tf.float32)
            np.testing.assert_array_equal(state, plain_state)
            kept = outputs != 0
            np.testing.assert_allclose(outputs[kept], (plain / np.float32(0.75))[kept], rtol=1e-6)
            assert abs(kept.mean() - 0.75) < 0.03
            again, _ = tf.nn.dynamic_rnn(wrapped, x, dtype=tf.float32)
            assert (again != outputs).any()
            output, _ = wrapped(x[:, 0], np.zeros((8, 50), np.float32))
            assert 0.6 < (output != 0).mean() < 0.9

    def test_inputs(self) -> None:
        class Echo(rc.RNNCell):
            state_size = output_size = 40

            def call(self, inputs: Any, state: Any) -> Any:
                return inputs, state + inputs

        with tf.Graph().as_default():
            cell = rc.DropoutWrapper(Echo(), input_keep_prob=0.25)
            outputs, _ = tf.nn.dynamic_rnn(cell, np.ones((20, 9, 40), np.float32), dtype=tf.float32)
        assert set(np.unique(outputs)) == {0.0, 4.0}
        assert abs((outputs != 0).mean() - 0.25) < 0.02

    def test_state_spares_the_cell_of_an_lstm(self) -> None:
        with tf.Graph().as_default():
            cell = rc.BasicLSTMCell(60)
            x, state = given("x", (9, 4)), cell.zero_state(9, tf.float32)
            output, plain = cell(x, state)
            wrapped = rc.DropoutWrapper(cell, state_keep_prob=0.5)
            got, new = wrapped(x, state)
            np.testing.assert_array_equal(got, output)
            np.testing.assert_array_equal(new.c, plain.c)
            dropped = new.h == 0
            assert 0.4 < dropped.mean() < 0.6
            np.testing.assert_allclose(new.h[~dropped], 2 * plain.h[~dropped])
            everywhere = rc.DropoutWrapper(cell, state_keep_prob=0.5, dropout_state_filter_visitor=lambda s: True)
            assert 0.4 < (everywhere(x, state)[1].c == 0).mean() < 0.6
            nowhere = rc.DropoutWrapper(cell, state_keep_prob=0.5, dropout_state_filter_visitor=lambda s: False)
            assert (nowhere(x, state)[1].h != 0).all()

    def test_state_over_a_sequence(self) -> None:
        outputs = self.outputs(graph_seed=5, state_keep_prob=0.5)
        np.testing.assert_array_equal(outputs, self.outputs(graph_seed=5, state_keep_prob=0.5))
        first, second = outputs[:, 0], outputs[:, 1]
        assert (first == first[0]).all() and (second != second[0]).any()

    def test_variational_masks_stay_for_a_sequence(self) -> None:
        with tf.Graph().as_default():
            cell = rc.DropoutWrapper(rc.GRUCell(50), output_keep_prob=0.5, variational_recurrent=True, dtype=tf.float32)
            x = np.ones((8, 6, 40), np.float32)
            one = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[0] != 0
            two = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)[0] != 0
        assert (one == one[0, 0]).all() and (two == two[0, 0]).all()
        assert (one[0, 0] != two[0, 0]).any()

    @pytest.mark.parametrize("seeds", [{"seed": 7}, {"graph_seed": 7}, {"seed": 1, "graph_seed": 2}])
    def test_seeds_make_masks_repeatable(self, seeds: dict[str, int]) -> None:
        one = self.outputs(output_keep_prob=0.5, **seeds)
        two = self.outputs(output_keep_prob=0.5, **seeds)
        np.testing.assert_array_equal(one == 0, two == 0)
        assert ((self.outputs(output_keep_prob=0.5, seed=99) == 0) != (one == 0)).any()

    def test_two_layers_draw_different_masks(self) -> None:
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            x, s = np.ones((4, 5), np.float32), np.ones((4, 30), np.float32)
            one, two = (rc.DropoutWrapper(rc.GRUCell(30), output_keep_prob=0.5) for _ in range(2))
            assert ((one(x, s)[0] == 0) != (two(x, s)[0] == 0)).any()

    @pytest.mark.parametrize("which", ["input", "output", "state"])
    def test_nothing_kept_is_an_error_where_it_is_used(self, which: str) -> None:
        with tf.Graph().as_default():
            cell = rc.DropoutWrapper(rc.GRUCell(2), **{f"{which}_keep_prob": 0})
            for run in (
                lambda: tf.nn.dynamic_rnn(cell, given("x", (3, 5, 4)), dtype=tf.float32),
                lambda: tf.vjp.dynamic_rnn(cell, given("x", (3, 5, 4)), dtype=tf.float32),
                lambda: cell(given("x", (3, 4)), given("s", (3, 2))),
            ):
                with pytest.raises(ValueError, match=rf"float in the range \[0, 1\), got 1: {which}_keep_prob=0 of"):
                    run()

    def test_probability_in_a_variable_is_read_at_each_call(self) -> None:
        with tf.Graph().as_default():
            keep = tf.Variable(1.0)
            cell = rc.DropoutWrapper(rc.GRUCell(30), output_keep_prob=keep)
            x, s = np.ones((4, 5), np.float32), np.ones((4, 30), np.float32)
            assert (cell(x, s)[0] != 0).all()
            keep.assign(0.0)
            assert (cell(x, s)[0] == 0).all()


class TestErrors:
    def test_sizes_and_dtypes_of_a_step(self) -> None:
        x, s = given("x", (3, 4)), given("s", (3, 2))
        with tf.Graph().as_default():
            gru, lstm = rc.GRUCell(2), rc.BasicLSTMCell(2)
            gru(x, s), lstm(x, (s, s))
            with pytest.raises(ValueError, match=r"equal, but are 7 and 6: GRUCell.*inputs of depth 4"):
                gru(given("x", (3, 5)), s)
            with pytest.raises(ValueError, match=r"are 7 and 6: BasicLSTMCell.*a state of 3"):
                lstm(x, (s, given("s", (3, 3))))
            with pytest.raises(ValueError, match=r"shape \[3, 2\].*got \[4, 2\]"):
                lstm(x, (given("s", (4, 2)), s))
            with pytest.raises(TypeError, match=r"weights of float32 and got inputs of float64"):
                gru(x.astype(np.float64), s)
            with pytest.raises(TypeError, match=r"weights of float32 and got state of float64"):
                lstm(x, (s, s.astype(np.float64)))
            with pytest.raises(ValueError, match=r"takes the inputs of one step"):
                gru(x[0], s)
            with pytest.raises(ValueError, match=r"nest as its state_size LSTMStateTuple\(c=2, h=2\)"):
                lstm(x, s)

    @pytest.mark.gpu
    @pytest.mark.skipif(not gpu_count(), reason="needs CuPy and a GPU")
    def test_inputs_on_a_gpu_for_weights_on_the_host(self) -> None:
        with tf.Graph().as_default(), tf.device("/cpu:0"):
            cell = rc.GRUCell(2)
            cell(given("x", (3, 4)), given("s", (3, 2)))
        with tf.device("/gpu:0"):
            x, s = tf.constant(given("x", (3, 4))), tf.constant(given("s", (3, 2)))
        with pytest.raises(ValueError, match=r"its weights on /cpu:0 and got inputs on /gpu:0"):
            cell(x, s)

    def test_states_of_a_sequence(self) -> None:
        x = given("x", (3, 5, 4))
        with tf.Graph().as_default():
            cell = rc.MultiRNNCell([rc.GRUCell(2), rc.GRUCell(3)])
            with pytest.raises(ValueError, match=r"nest as its state_size \(2, 3\)"):
                tf.nn.dynamic_rnn(cell, x, initial_state=given("s", (3, 2)))
            with pytest.raises(ValueError, match=r"shape \[3, 3\].*got \[3, 2\]"):
                tf.nn.dynamic_rnn(cell, x, initial_state=(given("s", (3, 2)), given("s", (3, 2))))
            with pytest.raises(ValueError, match=r"nest as its state_size 2"):
                tf.nn.dynamic_rnn(rc.GRUCell(2), x, initial_state=(given("s", (3, 2)),))

    def test_lengths(self) -> None:
        x = given("x", (3, 5, 4))
        with tf.Graph().as_default():
            with pytest.raises(ValueError, match=r"of shape: \(2,\); the batch_size is 3"):
                tf.nn.dynamic_rnn(rc.GRUCell(2), x, [1, 2], dtype=tf.float32)
            with pytest.raises(TypeError, match=r"has to hold integers"):
                tf.nn.dynamic_rnn(rc.GRUCell(2), x, [1.0, 2.0, 3.0], dtype=tf.float32)

    def test_what_is_missing(self) -> None:
        x = given("x", (3, 5, 4))
        with tf.Graph().as_default():
            with pytest.raises(ValueError, match=r"initial_state is provided, argument `dtype` must be specified"):
                tf.nn.dynamic_rnn(rc.GRUCell(2), x)
            with pytest.raises(ValueError, match=r"should have rank >= 2. Received input of shape \[3\]"):
                tf.nn.dynamic_rnn(rc.GRUCell(2), x[:, 0, 0], dtype=tf.float32)
            with pytest.raises(ValueError, match=r"`inputs` must not be empty. A list of no steps has no depth"):
                tf.nn.static_rnn(rc.GRUCell(2), [], dtype=tf.float32)

    def test_inputs_without_depth_or_of_several_shapes(self) -> None:
        with tf.Graph().as_default():
            with pytest.raises(ValueError, match=r"saw value None for inputs of shape \[3, 5\]"):
                tf.nn.dynamic_rnn(rc.GRUCell(2), given("x", (3, 5)), dtype=tf.float32)
            steps = [given("a", (3, 4)), given("b", (2, 4))]
            with pytest.raises(ValueError, match=r"step 0 has \[3, 4\], step 1 has \[2, 4\]"):
                tf.nn.static_rnn(rc.GRUCell(2), steps, dtype=tf.float32)
            with pytest.raises(ValueError, match=r"rank >= 2"):
                tf.nn.bidirectional_dynamic_rnn(rc.GRUCell(2), rc.GRUCell(2), given("x", (3,)), dtype=tf.float32)

    @pytest.mark.parametrize("kind", [rc.BasicRNNCell, rc.GRUCell, rc.BasicLSTMCell, rc.LSTMCell])
    def test_number_of_units(self, kind: Any) -> None:
        with pytest.raises(ValueError, match=r"num_units must be 0 or more, the number of units, got -1"):
            kind(-1)
        for no_integer in (2.5, "3", None):
            with pytest.raises(TypeError, match=rf"num_units must be an integer.*got {no_integer!r}"):
                kind(no_integer)
        assert kind(np.int64(3)).output_size == 3
        with pytest.raises(ValueError, match="num_proj must be 0 or more"):
            rc.LSTMCell(3, num_proj=-2)

    def test_a_class_in_place_of_a_cell(self) -> None:
        with (
            tf.Graph().as_default(),
            pytest.raises(TypeError, match=r"not an RNNCell: is the class.*LSTMCell\(\.\.\.\)"),
        ):
            tf.nn.dynamic_rnn(rc.BasicLSTMCell, given("x", (3, 5, 4)), dtype=tf.float32)

    def test_arguments_of_cells(self) -> None:
        with pytest.raises(TypeError, match=r"GRUCell got unknown arguments \['units'\]"):
            rc.GRUCell(2, units=3)
        with pytest.raises(ValueError, match=r"Unknown activation function:swish.*'tanh'"):
            rc.GRUCell(2, activation="swish")
        with pytest.raises(ValueError, match=r"only supports floating point inputs"):
            rc.GRUCell(2, dtype=tf.int32)
        with pytest.raises(TypeError, match=r"must be callable. Received: 3"):
            rc.DropoutWrapper(rc.GRUCell(2), dropout_state_filter_visitor=3)
        with pytest.raises(TypeError, match=r"'cells' \(lstm\) is not an RNNCell"):
            rc.MultiRNNCell(["lstm"])

    def test_cell_that_defines_nothing(self) -> None:
        class Empty(rc.RNNCell):
            state_size = output_size = 2

        class Sizeless(rc.RNNCell):
            pass

        with tf.Graph().as_default():
            with pytest.raises(NotImplementedError, match=r"Empty does not define call"):
                Empty()(given("x", (3, 4)), given("s", (3, 2)))
            with pytest.raises(TypeError, match=r"'output_size' property is missing, 'state_size'"):
                tf.nn.dynamic_rnn(Sizeless(), given("x", (3, 5, 4)), dtype=tf.float32)

    def test_stack_takes_whole_sequences(self) -> None:
        """The fast path is taken, and a subclass with another step leaves it."""
        assert sequences._whole(rc.BasicLSTMCell(2), "sequence")
        assert sequences._whole(rc.MultiRNNCell([rc.GRUCell(2)]), "sequence_vjp")
        assert not sequences._whole(rc.GRUCell(2), "sequence")


def test_ids_find_the_rows_of_a_partitioned_embedding_where_training_does() -> None:
    table = np.arange(1, 21, dtype=np.float32).reshape(5, 4)
    parts = tf.get_variable("table", initializer=table, partitioner=tf.fixed_size_partitioner(2))
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    state = cell.zero_state(5, tf.float32)
    ids = np.arange(5)
    rows = tf.nn.embedding_lookup(parts, ids)
    assert rows.tolist() == table[[0, 3, 1, 4, 2]].tolist()
    for _ in range(2):  # the first step makes the weights
        got, _ = cell.step_ids(ids, state, embedding=parts)
        np.testing.assert_allclose(got, cell(rows, state)[0], rtol=1e-6)
