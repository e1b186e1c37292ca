"""tf.layers and tf.contrib.layers: the programs of golden/layer_programs.py, against TensorFlow's answers."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from test_graph_programs import check, load

from fastscope.layers import arguments

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
        ("losses.log_loss(x, x, tf.placeholder(tf.float32))", ValueError, "weights.get_shape.* Give the placeholder a"),
        ("losses.metric_learning.npairs_loss(x, x, x)", ValueError, r"Got \(1, 1\): tf.reshape\(labels, \[-1\]\)"),
        (
            "losses.metric_learning.npairs_loss_multilabel([x], x, x)",
            TypeError,
            "dense_to_sparse.row. makes one of a row",
        ),
        ("losses.log_loss(tf.placeholder(tf.float32), x)", ValueError, "losses.get_shape.*or call tensor.set_shape"),
    ],
)
def test_refused(graph_mode: ModuleType, line: str, error: type[Exception], words: str) -> None:
    tf: Any = graph_mode
    with tf.Graph().as_default():
        other = tf.constant(1.0)
    known = {
        "tf": tf,
        "framework": tf.contrib.framework,
        "layers": tf.contrib.layers,
        "losses": tf.contrib.losses,
        "other": other,
    }
    known |= {"x": tf.constant([[1.0]], name="x"), "sparse": tf.SparseTensor([[0, 0]], [1], [1, 1])}
    with pytest.raises(error, match=words):
        eval(line, known)


def test_sizes_of_convolutions(graph_mode: ModuleType) -> None:
    """What layers compute of sizes is what operations give."""
    tf: Any = graph_mode
    for size, window, stride, gap in ((9, 3, 2, 1), (10, 3, 2, 1), (9, 4, 3, 1), (9, 3, 1, 2), (7, 2, 1, 3)):
        for padding in ("valid", "same"):
            found = tf.layers.conv1d(tf.zeros([1, size, 2]), 3, window, stride, padding, dilation_rate=gap)
            assert arguments.conv_output_length(size, window, padding, stride, gap) == found.shape.as_list()[1]
            if gap == 1:
                grown = tf.layers.conv2d_transpose(tf.zeros([1, size, 1, 2]), 3, [window, 1], [stride, 1], padding)
                assert arguments.deconv_output_length(size, window, padding, stride) == grown.shape.as_list()[1]


def test_sizes_as_tensorflow_says() -> None:
    output, before, grown = arguments.conv_output_length, arguments.conv_input_length, arguments.deconv_output_length
    assert [output(4, 2, padding, 2, 1) for padding in ("same", "valid", "full")] == [2, 2, 3]
    assert output(5, 2, "valid", 1, 2) == 3
    assert [before(3, 4, padding, 2) for padding in ("same", "valid", "full")] == [4, 8, 2]
    assert [grown(4, 3, padding, 2) for padding in ("same", "valid", "full")] == [8, 9, 5]
    assert output(None, 2, "valid", 1) is before(None, 2, "valid", 1) is grown(None, 2, "valid", 1) is None


def test_layouts() -> None:
    assert [arguments.convert_data_format("channels_first", n) for n in (3, 4, 5)] == ["NCW", "NCHW", "NCDHW"]
    assert [arguments.convert_data_format("channels_last", n) for n in (3, 4, 5)] == ["NWC", "NHWC", "NDHWC"]
    with pytest.raises(ValueError, match=r"Input rank not supported: 2. Expected 3, 4 or 5.* tf.expand_dims adds one"):
        arguments.convert_data_format("channels_last", 2)
    with pytest.raises(ValueError, match='must be one of "channels_first", "channels_last"'):
        arguments.convert_data_format("NHWC", 4)
