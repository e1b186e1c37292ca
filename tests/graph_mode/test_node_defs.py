"""`operation.node_def` and `get_attr`; what TensorFlow answers is in the graph oracle."""

from __future__ import annotations

import pytest

import fastscope.compat.v1 as tf
from fastscope.messages import NodeDef


def test_a_message_can_be_changed_and_the_operation_does_not() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    message = (x + 1.0).op.node_def
    assert isinstance(message, NodeDef) and message.input == ["x", "add/y"] and message.attr["T"].type == 1
    message.name = "other"
    assert tf.NodeDef.FromString(message.SerializeToString()) == message
    assert x.op.node_def.name == "x" and x.op.node_def.attr["dtype"].type == 1


def test_what_is_in_a_loop_or_has_no_counterpart_has_no_attributes() -> None:
    found = []

    def body(k: tf.Tensor) -> tf.Tensor:
        made = k + 1
        found.append(made.op)
        return made

    loop = tf.while_loop(lambda k: k < 3, body, [0])
    norm = tf.global_norm([tf.ones([2])])
    for operation in (found[0], loop.op, norm.op):
        assert operation.node_def.op == operation.type and not operation.node_def.attr
    assert found[0].get_attr("T") == tf.int32 and found[0].node_def.input == ["while/Identity", "while/add/y"]


def test_an_error_and_a_control_input_have_theirs() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.control_dependencies([tf.check_numerics(x, "x is odd", name="check")]):
        y = tf.negative(x, name="y")
    assert y.op.node_def.input == ["x", "^check"]
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="x is odd") as caught:
        session.run(y, {x: [1.0, float("nan")]})
    assert caught.value.node_def.attr["message"].s == b"x is odd"


def test_what_was_read_has_the_attributes_of_the_file() -> None:
    x, z = (tf.placeholder(tf.float32, [2, 2], name=name) for name in "xz")
    tf.matmul(x, z, transpose_b=True, name="y")
    graph_def = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="here")
        read = graph.get_operation_by_name("here/y")
        assert read.get_attr("transpose_b") is True and read.get_attr("transpose_a") is False
        assert read.node_def.input == ["here/x", "here/z"]
