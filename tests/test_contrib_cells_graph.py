"""The cells of tf.contrib.rnn in a graph: the names, numbers and gradients of golden/graph_oracle.json."""

from __future__ import annotations

import json
from types import ModuleType

import pytest
from test_graph_oracle import GOLDEN, agrees, recorder

assert recorder  # a fixture
CASES = {case["case"]: case for case in json.loads((GOLDEN / "graph_oracle.json").read_text())["cases"]}
CELLS = [
    *("contrib_layer_norm_lstm", "contrib_nas", "contrib_ugrnn", "contrib_intersection", "contrib_lstm_block"),
    *("contrib_lstm_block_peephole", "contrib_gru_block", "contrib_gru_block_v1", "contrib_coupled_lstm"),
    *("contrib_attention_wrapper", "contrib_highway", "contrib_ind_rnn", "contrib_glstm", "contrib_compiled"),
    *("contrib_sru", "lstm_block_equals_basic", "time_reversed_fused", "cudnn_compatible_cells", "embedding_wrapper"),
    *("output_projection_wrapper", "input_projection_wrapper", "output_projection_in_dynamic_rnn"),
]


@pytest.mark.parametrize("name", CELLS)
def test_as_tensorflow(recorder: ModuleType, graph_mode: ModuleType, name: str) -> None:
    case = CASES[f"r_{name}"]
    found = recorder.answer(case["case"], case["code"], recorder.helpers(graph_mode), graph_mode)
    assert found["ok"], found
    assert agrees(recorder, recorder.parse(case["result"]), recorder.parse(found["result"])), found["result"]


def test_a_value_is_loaded_at_once(graph_mode: ModuleType) -> None:
    tf = graph_mode
    v = tf.get_variable("v", [2])
    with tf.Session() as session:
        session.run(v.initializer)
        v.load([1.5, 2.5], session)
        assert session.run(v).tolist() == [1.5, 2.5]
