"""The cells of tf.contrib.rnn, against what TensorFlow 1.15 answered: names and shapes of variables, and numbers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.arrays.structure import leaves
from fastscope.compat.tensorflow import Inner

GOLDEN = Path(__file__).parent / "golden"
sys.path.insert(0, str(GOLDEN))
import contrib_programs as programs  # noqa: E402

RECORDED = {case["case"]: case for case in json.loads((GOLDEN / "graph_oracle.json").read_text())["cases"]}
CELLS = json.loads((GOLDEN / "contrib_cells.json").read_text())["cells"]
RECORD_AGAIN = "record again: python tests/golden/record_contrib_cells.py, under TensorFlow 1.15"
rnn = tf.contrib.rnn
INNER = Inner("tensorflow.contrib.rnn.python.ops.rnn_cell")


def distinct(*shape: int, k: int = 0, dtype: Any = np.float32) -> Any:
    """The numbers of the recorded programs: dyadic, distinct, never 0."""
    return (((37 * np.arange(np.prod(shape, dtype=int)) + 11 + k) % 64 - 31.5) / 32).reshape(shape).astype(dtype)


def filled(next_creator: Any, **kwargs: Any) -> Any:
    """A variable creator that gives each variable the numbers that its name stands for, as the programs do."""
    variable = next_creator(**kwargs)
    if variable.trainable:
        variable.load(distinct(*variable.shape.as_list(), k=sum(map(ord, variable.op.name))) / 2)
    return variable


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default(), tf.variable_creator_scope(filled):
        yield


def answer(case: str) -> Any:
    assert RECORDED[case]["ok"], case
    names = {"array": lambda dtype, value: np.array(value, dtype), "LSTMStateTuple": rnn.LSTMStateTuple}
    return eval(RECORDED[case]["result"], names)


def made() -> list[Any]:
    return [(v.name, v.shape.as_list()) for v in tf.global_variables()]


def check(results: Any, expected: Any, atol: float = 1e-6) -> None:
    got, wanted = list(leaves(results)), list(leaves(expected))
    assert len(got) == len(wanted)
    for one, other in zip(got, wanted, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=atol)


OVER_TIME = [
    *(
        "layer_norm_lstm",
        "nas",
        "ugrnn",
        "intersection",
        "lstm_block",
        "lstm_block_peephole",
        "gru_block",
        "gru_block_v1",
    ),
    *("coupled_lstm", "attention_wrapper", "highway", "ind_rnn", "glstm", "compiled", "sru"),
]


@pytest.mark.parametrize("case", OVER_TIME)
def test_over_time(case: str) -> None:
    code = RECORDED[f"r_contrib_{case}"]["code"]
    cell = eval(re.match(r"c=(.*?); x=", code)[1], {"tf": tf})
    names, results, _ = answer(f"r_contrib_{case}")
    x = distinct(2, 3, 2)
    outputs = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    assert made() == names and cell.count_params() == sum(int(np.prod(shape)) for _, shape in names)
    check(list(outputs), results)
    assert {v.name for v in cell.weights} == {name for name, _ in names}
    state = cell.zero_state(2, tf.float32)
    for t in range(3):  # step by step, with what is made
        output, state = cell(x[:, t], state)
        np.testing.assert_allclose(output, outputs[0][:, t], atol=1e-6)
    assert made() == names
    check(state, outputs[1])


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_with_other_options(name: str) -> None:
    code, depth = programs.PROGRAMS[name]
    cell = eval(code, {"rnn": rnn, "tf": tf, "inner": INNER})
    recorded = CELLS[name]
    outputs, state = tf.nn.dynamic_rnn(cell, distinct(2, 3, depth), dtype=tf.float32)
    assert [[v.name, v.shape.as_list()] for v in tf.global_variables()] == recorded["variables"], RECORD_AGAIN
    check([outputs, state], [np.float32(value) for value in recorded["results"]])
    if name in ("stack", "highway_uncoupled"):  # whose weights lie in the scopes around them
        return
    again = type(cell).from_config(json.loads(json.dumps(cell.get_config())))
    with tf.variable_scope("", reuse=True):
        np.testing.assert_array_equal(tf.nn.dynamic_rnn(again, distinct(2, 3, depth), dtype=tf.float32)[0], outputs)


@pytest.mark.parametrize("name", programs.OF_OTHER_INPUTS)
def test_of_other_inputs(name: str) -> None:
    code, shapes = programs.OF_OTHER_INPUTS[name]
    cell = eval(code, {"rnn": rnn, "tf": tf})
    recorded = CELLS[name]
    inputs = [distinct(2, 3, *shape) for shape in shapes]
    given: Any = inputs[0] if len(inputs) == 1 else tuple(inputs)
    outputs, state = tf.nn.dynamic_rnn(cell, given, dtype=tf.float32)
    assert [[v.name, v.shape.as_list()] for v in tf.global_variables()] == recorded["variables"], RECORD_AGAIN
    check([outputs, state], [np.float32(value) for value in recorded["results"]])
    again = type(cell).from_config(json.loads(json.dumps(cell.get_config())))
    steps = [x.swapaxes(0, 1) for x in inputs]
    columns = steps[0] if len(steps) == 1 else list(zip(*steps, strict=True))
    with tf.variable_scope("", reuse=True):
        listed, last = tf.nn.static_rnn(again, list(columns), dtype=tf.float32)
    np.testing.assert_allclose(np.stack(listed, 1), outputs, atol=1e-6)
    check(last, list(leaves(state)))


def test_output_projection() -> None:
    cell = rnn.OutputProjectionWrapper(rnn.GRUCell(2), 3)
    results, names, _, depth = answer("r_output_projection_wrapper")
    check(list(cell(distinct(2, 2), cell.zero_state(2, tf.float32))), results)
    assert made() == names and cell.output_size == depth


def test_input_projection() -> None:
    cell = rnn.InputProjectionWrapper(rnn.GRUCell(2), 3)
    results, names = answer("r_input_projection_wrapper")
    check(list(cell(distinct(2, 4), cell.zero_state(2, tf.float32))), results)
    assert made() == names


def test_embedding() -> None:
    cell = rnn.EmbeddingWrapper(rnn.GRUCell(2), embedding_classes=5, embedding_size=3)
    results, names = answer("r_embedding_wrapper")
    check(cell(np.array([[1], [4]]), cell.zero_state(2, tf.float32))[0], results)
    assert made() == names
    check(cell(np.array([1, 4]), cell.zero_state(2, tf.float32))[0], results)
    outputs, _ = tf.nn.dynamic_rnn(cell, np.array([[[1]], [[4]]]), dtype=tf.float32)
    check(outputs[:, 0], results)


def test_output_projection_over_time() -> None:
    cell = rnn.OutputProjectionWrapper(rnn.BasicLSTMCell(2), 3, activation=tf.nn.relu)
    results, names = answer("r_output_projection_in_dynamic_rnn")
    check(tf.nn.dynamic_rnn(cell, distinct(2, 3, 2), dtype=tf.float32)[0], results)
    assert made() == names


def test_a_block_cell_equals_the_basic_one() -> None:
    x = distinct(2, 3, 2)
    expected, _ = tf.nn.dynamic_rnn(rnn.BasicLSTMCell(2, name="lstm_cell"), x, dtype=tf.float32, scope="a")
    with tf.variable_scope("", reuse=True):
        outputs, _ = tf.nn.dynamic_rnn(rnn.LSTMBlockCell(2), x, dtype=tf.float32, scope="a")
    np.testing.assert_array_equal(outputs, expected)


def test_fused_cells() -> None:
    names, results, *_ = answer("r_lstm_block_fused")
    cell, x, lengths = rnn.LSTMBlockFusedCell(2), distinct(3, 2, 2), np.array([2, 3])
    outputs, state = cell(x, dtype=tf.float32, sequence_length=lengths)
    check([outputs, state], results)
    assert made() == names and cell.weights == tf.global_variables() and cell.num_units == 2
    listed, _ = cell(list(x), dtype=tf.float32, sequence_length=lengths)
    np.testing.assert_array_equal(np.stack(listed), outputs)
    again, _ = cell(x, initial_state=cell._cell.zero_state(2, tf.float32))
    np.testing.assert_array_equal(again[:2], outputs[:2])
    with pytest.raises(ValueError, match="Either initial_state or dtype needs to be specified"):
        cell(x)


def test_reversed_fused_cells() -> None:
    results, names = answer("r_time_reversed_fused")
    cell = rnn.TimeReversedFusedRNN(rnn.LSTMBlockFusedCell(2))
    check(cell(distinct(3, 2, 2), dtype=tf.float32, sequence_length=[2, 3])[0], results)
    assert [v.name for v in tf.global_variables()] == names
    x = distinct(3, 2, 2)
    one, _ = cell(list(x), dtype=tf.float32)
    np.testing.assert_array_equal(np.stack(one), cell(x, dtype=tf.float32)[0])


def test_any_cell_as_a_fused_one() -> None:
    x, cell = distinct(3, 2, 2), rnn.GRUCell(2)
    outputs, state = rnn.FusedRNNCellAdaptor(cell)(x, dtype=tf.float32)
    expected = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True)
    np.testing.assert_array_equal(outputs, expected[0])
    np.testing.assert_array_equal(state, expected[1])
    assert made()[0][0] == "rnn/gru_cell/gates/kernel:0"


def test_cudnn_compatible_cells() -> None:
    results, names = answer("r_cudnn_compatible_cells")
    x, outputs = distinct(2, 3), []
    for name, kind in (("lstm", "CudnnCompatibleLSTMCell"), ("gru", "CudnnCompatibleGRUCell")):
        cell = getattr(tf.contrib.cudnn_rnn, kind)(2)
        with tf.variable_scope(name):
            outputs.append(cell(x, cell.zero_state(2, tf.float32))[0])
    check(outputs, results)
    assert made() == names


def test_dropout_of_a_normalized_lstm() -> None:
    tf.set_random_seed(3)
    cell, x = rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=0.5, dropout_prob_seed=1), distinct(2, 3, 3)
    one, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    other, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    assert not np.array_equal(one, other)
    cell = rnn.LayerNormBasicLSTMCell(4, dropout_keep_prob=0.0)
    with pytest.raises(ValueError, match=r"keep_prob must be in \(0, 1\], got 0"):
        tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope="other")


def test_weights_of_another_dtype_and_no_steps() -> None:
    for k, make in enumerate((rnn.UGRNNCell, rnn.NASCell, rnn.IndRNNCell, rnn.LayerNormBasicLSTMCell, rnn.GLSTMCell)):
        wide = make(2, name=f"wide_{k}")
        outputs, _ = tf.nn.dynamic_rnn(wide, distinct(2, 3, 2).astype(np.float64), dtype=tf.float64)
        assert outputs.dtype == np.float64 and wide.dtype == tf.float64
        none = make(2, name=f"none_{k}")
        outputs, _ = tf.nn.dynamic_rnn(none, distinct(2, 0, 2), dtype=tf.float32)
        assert outputs.shape == (2, 0, 2) and len(none.weights) == len(wide.weights)


WRONG: list[tuple[str, Any]] = [
    ("Must have input size == output size for Intersection RNN", lambda x, _: _run(rnn.IntersectionRNNCell(5), x)),
    (
        "input size must be divisible by number_of_groups, got 3",
        lambda x, _: _run(rnn.GLSTMCell(4, number_of_groups=2), x),
    ),
    ("num_units must be divisible by number_of_groups, got 3", lambda x, _: rnn.GLSTMCell(3, number_of_groups=2)),
    ("num_proj must be divisible by number_of_groups", lambda x, _: rnn.GLSTMCell(4, num_proj=3, number_of_groups=2)),
    (
        r"Too many shards: shape=\[7, 12\], num_shards=9",
        lambda x, _: _run(rnn.CoupledInputForgetGateLSTMCell(4, num_unit_shards=9), x),
    ),
    ("Exactly one of num_units or cell_size must be provided", lambda x, _: rnn.GRUBlockCell()),
    ("Exactly one of num_units or cell_size must be provided", lambda x, _: rnn.GRUBlockCellV2(3, 4)),
    ("Both embedding_classes and embedding_size must be > 0: 0, 3", lambda x, gru: rnn.EmbeddingWrapper(gru, 0, 3)),
    ("attn_length should be greater than zero, got 0", lambda x, gru: rnn.AttentionCellWrapper(gru, 0)),
    (
        "Cell returns tuple of states, but the flag state_is_tuple is not set",
        lambda x, _: rnn.AttentionCellWrapper(rnn.LSTMCell(2), 2, state_is_tuple=False),
    ),
    ("HighwayWrapper mixes inputs of depth 3 with outputs of depth 2", lambda x, gru: _run(rnn.HighwayWrapper(gru), x)),
]


def _run(cell: Any, x: Any) -> Any:
    return tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)


@pytest.mark.parametrize(("message", "wrong"), WRONG, ids=[message[:30] for message, _ in WRONG])
def test_what_does_not_fit_leaves_nothing(message: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match=message):
        wrong(distinct(2, 3, 3), rnn.GRUCell(2))
    assert tf.global_variables() == []


def test_the_way_back_is_said_to_be_missing() -> None:
    x = distinct(2, 3, 2)
    for cell in (rnn.UGRNNCell(2), rnn.HighwayWrapper(rnn.GRUCell(2)), rnn.OutputProjectionWrapper(rnn.GRUCell(2), 3)):
        with pytest.raises(NotImplementedError, match=f"{type(cell).__name__} has no pullback"):
            tf.vjp.dynamic_rnn(cell, x, dtype=tf.float32)
    for made in (rnn.LSTMBlockCell(2), rnn.GRUBlockCell(2), rnn.CompiledWrapper(rnn.GRUCell(2))):
        outputs, pullback = tf.vjp.dynamic_rnn(made, x, dtype=tf.float32)
        assert pullback(outputs, into=tf.vjp.Gradients()).shape == x.shape


def test_stacks_in_both_directions() -> None:
    results, names = answer("r_stack_bidirectional")[1:]
    layers = [[rnn.GRUCell(2), rnn.GRUCell(2)] for _ in range(2)]
    check(rnn.stack_bidirectional_dynamic_rnn(*layers, distinct(2, 3, 2), dtype=tf.float32), results)
    assert made() == names


def test_static_stacks_in_both_directions() -> None:
    _, results, names = answer("r_stack_bidirectional_static")
    layers = [[rnn.GRUCell(2), rnn.GRUCell(2)] for _ in range(2)]
    x = [distinct(2, 2, k=k) for k in range(2)]
    outputs, forward, backward = rnn.stack_bidirectional_rnn(*layers, x, dtype=tf.float32)
    check(outputs, results)
    assert [v.name for v in tf.global_variables()] == names
    again, *_ = rnn.stack_bidirectional_rnn(*layers, x, list(forward), list(backward))
    assert not np.allclose(again[0], outputs[0])


def test_stacks_that_do_not_fit() -> None:
    x, cells = distinct(2, 3, 2), [rnn.GRUCell(2)]
    for run in (rnn.stack_bidirectional_dynamic_rnn, rnn.stack_bidirectional_rnn):
        with pytest.raises(ValueError, match="Must specify at least one fw cell for BidirectionalRNN: cells_fw="):
            run([], cells, x, dtype=tf.float32)
        with pytest.raises(ValueError, match="Must specify at least one bw cell"):
            run(cells, rnn.GRUCell(2), x, dtype=tf.float32)
        with pytest.raises(ValueError, match="Forward and Backward cells must have the same depth, got 1 and 2"):
            run(cells, cells * 2, x, dtype=tf.float32)
        with pytest.raises(ValueError, match=r"initial_states_bw must be a list of state tensors \(one per layer\)"):
            run(cells, cells, x, initial_states_bw=[], dtype=tf.float32)
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        rnn.stack_bidirectional_dynamic_rnn(cells * 2, [rnn.GRUCell(2), rnn.GRUCell(2)], x, dtype=tf.float32)
    assert tf.global_variables() == [] and not cells[0].built
