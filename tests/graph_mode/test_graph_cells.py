"""Cells in a graph: the library's are one operation, a program's own are recorded once; both give the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf
from fastscope.arrays import CPU, default_device, to_numpy

T, N, D, H = 5, 3, 4, 2
CELLS: dict[str, Any] = {
    "lstm": lambda: tf.nn.rnn_cell.BasicLSTMCell(H),
    "gru": lambda: tf.nn.rnn_cell.GRUCell(H),
    "rnn": lambda: tf.nn.rnn_cell.BasicRNNCell(H),
    "stacked": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(H) for _ in range(2)]),
}


class Own(tf.nn.rnn_cell.RNNCell):
    """A cell that a program writes itself, of which the library knows nothing."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    @property
    def state_size(self) -> Any:
        return self.inner.state_size

    @property
    def output_size(self) -> Any:
        return self.inner.output_size

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        return self.inner(inputs, state)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("lengths", [None, [3, 5, 0]])
def test_one_operation_and_a_loop_over_steps_agree(name: str, lengths: Any) -> None:
    x = tf.placeholder(tf.float64, [None, None, D])
    cell = CELLS[name]()
    outputs, _ = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float64)
    own_outputs, _ = tf.nn.dynamic_rnn(Own(cell), x, lengths, dtype=tf.float64)
    targets = [x, *tf.trainable_variables()]
    slopes = tf.gradients(tf.reduce_sum(tf.square(outputs)), targets)
    own_slopes = tf.gradients(tf.reduce_sum(tf.square(own_outputs)), targets)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    value = np.random.default_rng(3).standard_normal((N, T, D))
    found, expected = session.run([[outputs, *slopes], [own_outputs, *own_slopes]], {x: value})
    assert found[0].shape == (N, T, H) and np.abs(found[0]).max() > 0.01
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_called_by_hand_is_a_sequence_step_by_step(name: str) -> None:
    x = tf.placeholder(tf.float64, [N, T, D])
    cell = CELLS[name]()
    outputs, final = tf.nn.dynamic_rnn(cell, x, dtype=tf.float64)
    state, steps = cell.zero_state(N, tf.float64), []
    for t in range(T):
        output, state = cell(x[:, t], state)
        steps.append(output)
    by_hand = tf.stack(steps, 1)
    slopes = tf.gradients([tf.reduce_sum(tf.square(outputs)), tf.reduce_sum(tf.square(by_hand))], x)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    value = np.random.default_rng(4).standard_normal((N, T, D))
    whole, stepped, end, last, slope = session.run([outputs, by_hand, final, state, slopes[0]], {x: value})
    np.testing.assert_allclose(whole, stepped, rtol=1e-12)
    np.testing.assert_allclose(np.ravel(end), np.ravel(last), rtol=1e-12)
    assert slope.shape == value.shape and np.abs(slope).min() > 0


def test_states_are_fed_and_fetched() -> None:
    x = tf.placeholder(tf.float32, [1, 1, D])
    cell = tf.nn.rnn_cell.BasicLSTMCell(H)
    start = cell.zero_state(1, tf.float32)
    outputs, final = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    value = np.random.default_rng(5).standard_normal((T, 1, 1, D))
    state, found = session.run(start), []
    for step in value:
        output, state = session.run([outputs, final], {x: step, start: state})
        found.append(output[0, 0])
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        whole, _ = tf.nn.dynamic_rnn(cell, tf.constant(value.reshape(1, T, D), tf.float32), dtype=tf.float32)
    np.testing.assert_allclose(session.run(whole)[0], found, rtol=1e-5)
    assert isinstance(state, tf.nn.rnn_cell.LSTMStateTuple)


def test_a_graph_gives_what_pullbacks_give() -> None:
    value = np.random.default_rng(6).standard_normal((N, T, D)).astype(np.float32)
    x = tf.placeholder(tf.float32, [N, T, D])
    cell = tf.nn.rnn_cell.BasicLSTMCell(H)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    slopes = tf.gradients(tf.reduce_sum(outputs), cell.weights)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    found = session.run(slopes, {x: value})
    weights = session.run(cell.weights)
    tf.enable_eager_execution()
    eager = tf.nn.rnn_cell.BasicLSTMCell(H)
    x = fs.constant(value)
    _, pullback = fs.vjp.dynamic_rnn(eager, x, dtype=tf.float32)
    assert [w.name for w in eager.weights] == [w.name for w in cell.weights]
    for weight, array in zip(eager.weights, weights, strict=True):
        weight.assign(array)
    outputs, pullback = fs.vjp.dynamic_rnn(eager, x, dtype=tf.float32)
    grads = fs.vjp.Gradients()
    pullback(fs.ones_like(outputs), into=grads)
    for weight, slope in zip(eager.weights, found, strict=True):
        np.testing.assert_array_equal(to_numpy(grads[weight]), slope)


WRAPPED: dict[str, Any] = {
    "residual": lambda: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(D)),
    "own residual": lambda: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(D), lambda x, y: x + 2 * y),
    "device": lambda: tf.nn.rnn_cell.DeviceWrapper(tf.nn.rnn_cell.BasicLSTMCell(D), "/cpu:0"),
    "flat": lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(D) for _ in range(2)], state_is_tuple=False),
    "flat lstm": lambda: tf.nn.rnn_cell.BasicLSTMCell(D, state_is_tuple=False),
    "dropout of nothing": lambda: tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(D), output_keep_prob=1.0),
}


@pytest.mark.parametrize("lengths", [None, [3, 5, 1]])
@pytest.mark.parametrize("name", WRAPPED)
def test_wrappers_give_what_they_give_at_once(name: str, lengths: Any) -> None:
    tf.set_random_seed(7)  # a slope near zero would say little about a difference
    value = np.random.default_rng(7).standard_normal((N, T, D))
    x = tf.placeholder(tf.float64, [N, T, D])
    cell = WRAPPED[name]()
    outputs, final = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float64)
    slope = tf.gradients(tf.reduce_sum(tf.square(outputs)), x)[0]
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    found, end, d = session.run([outputs, final, slope], {x: value})
    weights = session.run(cell.weights)
    moved = value.copy()
    moved[1, 0, 2] += 1e-6
    rise = np.square(session.run(outputs, {x: moved})).sum() - np.square(found).sum()
    assert d[1, 0, 2] == pytest.approx(rise / 1e-6, rel=1e-4)
    tf.enable_eager_execution()
    with tf.device("/cpu:0"):
        eager = WRAPPED[name]()
        fs.nn.dynamic_rnn(eager, value, lengths, dtype=tf.float64)
        for weight, array in zip(eager.weights, weights, strict=True):
            weight.assign(array)
        expected, expected_end = fs.nn.dynamic_rnn(eager, value, lengths, dtype=tf.float64)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(np.ravel(end), np.ravel(expected_end), rtol=1e-12)


@pytest.mark.parametrize("variational", [False, True])
def test_dropout_with_a_share_that_is_fed(variational: bool) -> None:
    keep = tf.placeholder(tf.float32, [])
    x = tf.placeholder(tf.float32, [1, T, D])
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.GRUCell(32), output_keep_prob=keep, variational_recurrent=variational, dtype=tf.float32
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    slope = tf.gradients(outputs, x)[0]
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    value = np.random.default_rng(8).standard_normal((1, T, D))
    whole, half, again = (session.run(outputs, {x: value, keep: share}) for share in (1.0, 0.5, 0.5))
    kept = half != 0
    assert 0.2 < kept.mean() < 0.8 and not np.array_equal(half, again)
    np.testing.assert_allclose(half[kept], 2 * whole[kept], rtol=1e-6)
    assert (kept == kept[:, :1]).all() == variational
    assert np.abs(session.run(slope, {x: value, keep: 0.5})).max() > 0


def test_state_dropout_runs_step_by_step() -> None:
    keep = tf.placeholder(tf.float32, [])
    x = tf.placeholder(tf.float32, [N, T, D])
    inner = tf.nn.rnn_cell.BasicLSTMCell(8)
    cell = tf.nn.rnn_cell.DropoutWrapper(inner, state_keep_prob=keep)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        plain, _ = tf.nn.dynamic_rnn(inner, x, dtype=tf.float32)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    value = np.random.default_rng(9).standard_normal((N, T, D))
    a, b = session.run([outputs, plain], {x: value, keep: 1.0})
    # on a GPU a sequence adds up what comes from its inputs first, a step inputs and state together
    near_zero = 0 if default_device() == CPU else 1e-7
    np.testing.assert_allclose(a, b, rtol=1e-6, atol=near_zero)
    assert not np.allclose(session.run(outputs, {x: value, keep: 0.5}), b)


@pytest.mark.parametrize("lengths", [None, [3, 5, 1]])
def test_both_directions(lengths: Any) -> None:
    value = np.random.default_rng(10).standard_normal((N, T, D))
    x = tf.placeholder(tf.float64, [N, T, D])
    cells = [tf.nn.rnn_cell.GRUCell(H) for _ in range(2)]
    (forward, backward), _ = tf.nn.bidirectional_dynamic_rnn(*cells, x, lengths, dtype=tf.float64)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    found = session.run([forward, backward], {x: value})
    weights = session.run(tf.global_variables())
    names = [v.name for v in tf.global_variables()]
    tf.enable_eager_execution()
    with tf.device("/cpu:0"):
        eager = [fs.nn.rnn_cell.GRUCell(H) for _ in range(2)]
        fs.nn.bidirectional_dynamic_rnn(*eager, value, lengths, dtype=tf.float64)
        assert [v.name for v in fs.global_variables()] == names
        for weight, array in zip(fs.global_variables(), weights, strict=True):
            weight.assign(array)
        expected, _ = fs.nn.bidirectional_dynamic_rnn(*eager, value, lengths, dtype=tf.float64)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_static_forms_take_and_give_lists() -> None:
    x = tf.placeholder(tf.float32, [N, T, D])
    steps = tf.unstack(x, T, 1)
    with tf.variable_scope("one"):
        outputs, final = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(H), steps, dtype=tf.float32)
    with tf.variable_scope("two"):
        cells = [tf.nn.rnn_cell.BasicLSTMCell(H) for _ in range(2)]
        both, _, _ = tf.nn.static_bidirectional_rnn(*cells, steps, dtype=tf.float32)
    assert len(outputs) == len(both) == T and both[0].shape.as_list() == [N, 2 * H]
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    last, end, _ = session.run([outputs[-1], final, both], {x: np.ones((N, T, D))})
    np.testing.assert_array_equal(last, end.h)


def test_floats_become_what_the_state_is() -> None:
    outputs, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(H), tf.placeholder(tf.float64, [None, T, D]), dtype=tf.float32
    )
    assert outputs.dtype == state.dtype == tf.float32
    assert {v.dtype.base_dtype for v in tf.trainable_variables()} == {tf.float32}


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("time_major", [False, True])
def test_what_dynamic_rnn_returns_has_the_names_of_tensorflows_loop(own: bool, time_major: bool) -> None:
    rc = tf.nn.rnn_cell
    cells = [rc.LSTMCell(H), rc.GRUCell(H)]
    cell = rc.MultiRNNCell(cells) if own else cells[0]
    x = tf.placeholder(tf.float32, [N, T, D])
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, time_major=time_major)
    assert outputs.name == ("rnn/TensorArrayStack/TensorArrayGatherV3:0" if time_major else "rnn/transpose_1:0")
    c, h = state[0] if own else state
    assert (c.name, h.name) == ("rnn/while/Exit_3:0", "rnn/while/Exit_4:0")
    assert not own or state[1].name == "rnn/while/Exit_5:0"


def test_steps_are_named_after_the_cell_and_static_rnn_stays_in_its_scope() -> None:
    cell = tf.nn.rnn_cell.GRUCell(H)
    x = tf.placeholder(tf.float32, [N, D])
    y, state = cell(x, cell.zero_state(N, tf.float32))
    with tf.name_scope("inside"):
        again, _ = cell(x, state)
    assert [t.op.name for t in (y, again)] == ["gru_cell/add", "gru_cell/add_1"]
    outputs, final = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(H), [x, x], dtype=tf.float32, scope="steps")
    assert all(t.name.startswith("steps/") for t in (*outputs, final))


def zeros(*shape: int, dtype: Any = tf.float32) -> Any:
    return tf.zeros(shape, dtype)


REFUSED: list[tuple[Any, type[Exception], str]] = [
    (
        lambda cell: tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell([cell] * 2), zeros(N, T, 7), dtype=tf.float32),
        ValueError,
        "Dimensions must be equal, but are 2 and 7: BasicLSTMCell got inputs [5, 3, 2]: its weights",
    ),
    (lambda cell: cell(zeros(N, 7), cell.zero_state(N, "float32")) + cell(zeros(N, D), cell.zero_state(N, "float32")),
     ValueError, "Dimensions must be equal, but are 4 and 7: BasicLSTMCell got inputs [3, 4]"),
    (lambda cell: cell(zeros(N, D), (zeros(N, H), zeros(N, 7))), ValueError, "the state of BasicLSTMCell has to have"),
    (lambda cell: cell(zeros(N, D), (zeros(7, H), zeros(7, H))), ValueError, "the state of BasicLSTMCell has to have"),
    (lambda cell: cell(zeros(N, D, dtype=tf.float64), (zeros(N, H), zeros(N, H))), TypeError,
     "BasicLSTMCell has weights of float64 and got state of float32: write tf.cast(state, tf.float64)"),
]  # fmt: skip


@pytest.mark.parametrize(("write", "error", "opening"), REFUSED)
def test_a_cell_of_the_library_refuses_what_does_not_fit_when_the_line_is_written(
    write: Any, error: type[Exception], opening: str
) -> None:
    with pytest.raises(error) as raised:
        write(tf.nn.rnn_cell.BasicLSTMCell(H))
    assert str(raised.value).startswith(opening)


def test_one_cell_for_each_depth_is_the_way_out() -> None:
    cells = [tf.nn.rnn_cell.BasicLSTMCell(H) for _ in range(2)]
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), zeros(N, T, 7), dtype=tf.float32)
    assert outputs.shape.as_list() == [N, T, H]


class Changing(tf.nn.rnn_cell.RNNCell):
    """A cell that makes another state than it was given."""

    state_size = output_size = H

    def __init__(self, change: Any) -> None:
        super().__init__()
        self.change = change

    def call(self, inputs: Any, state: Any) -> Any:
        return inputs[:, :H] * tf.get_variable("w", [H]), self.change(state)


@pytest.mark.parametrize(
    ("change", "opening"),
    [
        (
            lambda state: tf.concat([state, state], 1),
            "Input tensor 'rnn/ChangingZeroState/zeros:0' enters the loop with",
        ),
        (lambda state: (state, state), "Expected state of Changing to nest as its state_size 2, but"),
    ],
)
def test_a_cell_of_a_program_keeps_the_state_s_shape_and_structure(change: Any, opening: str) -> None:
    with pytest.raises(ValueError, match=opening):
        tf.nn.dynamic_rnn(Changing(change), zeros(N, T, D), dtype=tf.float32)
    assert tf.global_variables() == []
    outputs, _ = tf.nn.dynamic_rnn(Changing(tf.tanh), zeros(N, T, D), dtype=tf.float32)
    assert outputs.shape.as_list() == [N, T, H]


def test_a_wrapper_s_first_state_has_the_wrapper_s_name_scope() -> None:
    cells = tf.nn.rnn_cell
    dropped = cells.DropoutWrapper(cells.BasicLSTMCell(H), 0.5)
    projected = tf.contrib.rnn.OutputProjectionWrapper(cells.GRUCell(H), 3)
    states = cells.MultiRNNCell([dropped, cells.DeviceWrapper(projected, "/cpu:0")]).zero_state(N, tf.float32)
    assert states[0].h.name == "MultiRNNCellZeroState/DropoutWrapperZeroState/BasicLSTMCellZeroState/zeros_1:0"
    scopes = "MultiRNNCellZeroState/DeviceWrapperZeroState/OutputProjectionWrapperZeroState/GRUCellZeroState"
    assert states[1].name == f"{scopes}/zeros:0"


def test_weights_in_bfloat16_count_when_a_session_runs() -> None:
    """As the same cell computes at once; there is no gradient meanwhile, and a variable that was written is read."""
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(T, N, D)).astype("f"), rng.normal(size=(D + H, 4 * H)).astype("f")

    def at_once(kernel: Any) -> Any:
        graph = fs.Graph()
        graph.recorder = None
        with graph.as_default(), fs.device("/cpu:0"):
            cell = fs.nn.rnn_cell.BasicLSTMCell(H)
            fs.nn.dynamic_rnn(cell, x, dtype=fs.float32, time_major=True)
            cell.weights[0].load(kernel)
            cell.pack("bfloat16")
            return fs.nn.dynamic_rnn(cell, x, dtype=fs.float32, time_major=True)[0]

    with tf.device("/cpu:0"):
        cell = tf.nn.rnn_cell.BasicLSTMCell(H)
        outputs, _ = tf.nn.dynamic_rnn(cell, tf.constant(x), dtype=tf.float32, time_major=True)
        slopes = tf.gradients(tf.reduce_sum(outputs), cell.weights)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            cell.weights[0].load(kernel, session)
            exact = session.run(outputs)
            cell.pack("bfloat16")
            for scale in (1, 2):
                cell.weights[0].load(scale * kernel, session)
                np.testing.assert_array_equal(session.run(outputs), at_once(scale * kernel))
            with pytest.raises(ValueError, match="which is for inference and has no way back"):
                session.run(slopes)
            cell.pack(None)
            cell.weights[0].load(kernel, session)
            np.testing.assert_array_equal(session.run(outputs), exact)
            session.run(slopes)


def test_lengths_of_another_batch_are_told_when_they_run(graph_mode: Any) -> None:
    tf = graph_mode
    x, lengths = tf.placeholder(tf.float32, [2, 3, 2]), tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x, sequence_length=lengths, dtype=tf.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"\[2\] \[ but saw shape: \] \[3\]. Feed a length for"
        ):
            session.run(outputs, {x: np.zeros([2, 3, 2]), lengths: [1, 2, 3]})
        assert session.run(outputs, {x: np.zeros([2, 3, 2]), lengths: [1, 2]}).shape == (2, 3, 2)


def test_softmax_along_a_dimension_that_is_not_there(graph_mode: Any) -> None:
    with pytest.raises(graph_mode.errors.InvalidArgumentError, match=r"Dimension \(2\) must be .* -1 is the last one"):
        graph_mode.nn.softmax(graph_mode.zeros([2, 2]), axis=2)
    assert graph_mode.nn.softmax(graph_mode.zeros([2, 2]), axis=-1).shape == (2, 2)
