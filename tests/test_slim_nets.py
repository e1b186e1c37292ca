"""tf.contrib.slim.nets: the programs of golden/net_programs.py, against TensorFlow's answers."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from test_graph_programs import check, load

ANSWERS = json.loads((Path(__file__).parent / "golden" / "net_programs.json").read_text())
PROGRAMS = load("net_programs").PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nets.resnet_v1.resnet_v1_50(x, output_stride=6)", "Got 6: .* Give 4, or include_root_block=False"),
        ("nets.resnet_v1.resnet_v1_50(x, output_stride=64)", "Expected 16, the blocks' strides come to 8"),
        ("nets.resnet_v2.resnet_v2_50(x, output_stride=12)", "strides come to 4: give a product of the first"),
        ("nets.inception.inception_v3_base(x, depth_multiplier=0)", "Got 0: give 1.0 for the network of the paper"),
        ("nets.inception.inception_v1_base(x, 'Mixed_9z')", "endpoint Mixed_9z. It is one of Conv2d_1a_7x7, MaxPool"),
    ],
)
def test_refused(graph_mode: ModuleType, line: str, words: str) -> None:
    tf: Any = graph_mode
    with pytest.raises(ValueError, match=words):
        eval(line, {"nets": tf.contrib.slim.nets, "x": tf.zeros([1, 64, 64, 3])})


def test_an_unknown_endpoint_leaves_nothing_behind(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    with pytest.raises(ValueError, match="Unknown final endpoint"):
        tf.contrib.slim.nets.inception.inception_v1_base(tf.zeros([1, 64, 64, 3]), "Mixed_9z")
    assert tf.global_variables() == []


def test_the_ways_out(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    nets, x = tf.contrib.slim.nets, tf.zeros([1, 64, 64, 3])
    with tf.contrib.slim.arg_scope(nets.resnet_v1.resnet_arg_scope()):
        net, _ = nets.resnet_v1.resnet_v1_50(x, output_stride=4, global_pool=False, scope="a")
        assert net.shape.as_list() == [1, 16, 16, 2048]
        net, _ = nets.resnet_v2.resnet_v2_50(x, output_stride=None, global_pool=False, scope="b")
        assert net.shape.as_list() == [1, 2, 2, 2048]


def test_trained(graph_mode: ModuleType) -> None:
    """A thin network learns to tell two kinds of images apart."""
    tf: Any = graph_mode
    slim = tf.contrib.slim
    tf.set_random_seed(1)
    v2 = slim.nets.resnet_v2
    images = tf.constant([[[[(row + column) % 2 * 1.0]] * 8 for column in range(8)] for row in range(8)])
    images = tf.reshape(tf.stack([images, tf.ones_like(images) * 0.5]), [2, 8, 8, 8])
    with slim.arg_scope(v2.resnet_arg_scope()):
        blocks = [v2.resnet_v2_block("only", 4, 1, 1)]
        net, ends = v2.resnet_v2(images, blocks, 2, include_root_block=False, scope="net")
    loss = tf.losses.sparse_softmax_cross_entropy([0, 1], tf.squeeze(net, [1, 2]))
    step = tf.train.AdamOptimizer(0.02).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(loss)
        for _ in range(20):
            session.run(step)
        assert session.run(loss) < before / 4
        assert session.run(ends["predictions"]).argmax(-1).ravel().tolist() == [0, 1]
