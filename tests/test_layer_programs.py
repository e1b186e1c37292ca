"""tf.layers and tf.contrib.layers: the programs of golden/layer_programs.py, against TensorFlow's answers."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from test_graph_programs import check, load

ANSWERS = json.loads((Path(__file__).parent / "golden" / "layer_programs.json").read_text())
PROGRAMS = load("layer_programs").PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name])


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("framework.with_shape([2, 2], x)", ValueError, "are not compatible: tf.reshape gives another one"),
        ("framework.with_shape([[1]], x)", ValueError, r"of tensor x:0. Give a flat list"),
        ("framework.with_shape([1.5], x)", ValueError, "expected of tensor x:0. Give int32"),
        ("framework.with_shape([1], sparse)", ValueError, "SparseTensor not supported. Check its dense_shape"),
        ("framework.reduce_sum_n([])", ValueError, "No tensors provided. Give a list"),
        ("framework.assert_scalar_int(x)", ValueError, "received type: .*. Write tf.cast"),
        ("framework.get_graph_from_inputs(x)", TypeError, "The op_input_list must be a list. Got"),
        ("framework.get_graph_from_inputs([x], tf.Graph())", ValueError, "is not from the passed-in graph. Make it"),
        ("framework.get_graph_from_inputs([x, other])", ValueError, "must be from the same graph as .*. Make both in"),
        ("framework.get_placeholders(x)", TypeError, r"to be a Graph: .*tf.get_default_graph\(\) is one"),
        ("framework.assert_global_step(x)", TypeError, "does not have integer type"),
        ("layers.safe_embedding_lookup_sparse([], sparse)", ValueError, "Give the variable, or a list of its parts"),
        ("layers.bow_encoder(x, 0, 2)", ValueError, "Both are needed to make the table"),
        ("layers.bow_encoder(sparse, 4, 2, False)", TypeError, "Write sparse_lookup=True"),
    ],
)
def test_refused(graph_mode: ModuleType, line: str, error: type[Exception], words: str) -> None:
    tf: Any = graph_mode
    with tf.Graph().as_default():
        other = tf.constant(1.0)
    known = {"tf": tf, "framework": tf.contrib.framework, "layers": tf.contrib.layers, "other": other}
    known |= {"x": tf.constant([[1.0]], name="x"), "sparse": tf.SparseTensor([[0, 0]], [1], [1, 1])}
    with pytest.raises(error, match=words):
        eval(line, known)
