"""Graph's look-ups by name: of variables and their operations."""

from __future__ import annotations

from typing import Any

import pytest

import fastscope as tf


@pytest.fixture
def graph() -> tf.Graph:
    tf.reset_default_graph()
    with tf.variable_scope("foo"):
        tf.get_variable("v", [1])
    tf.Variable(2.0, name="b", trainable=False)
    tf.get_variable("p", [4], partitioner=tf.fixed_size_partitioner(2))
    return tf.get_default_graph()


def test_variables_and_their_operations_are_found(graph: tf.Graph) -> None:
    v, b = tf.global_variables()[:2]
    assert graph.get_tensor_by_name("foo/v:0") is graph.get_tensor_by_name("foo/v/read:0") is v
    assert graph.as_graph_element("b:0") is graph.as_graph_element(b) is b
    operation = graph.get_operation_by_name("foo/v")
    assert (operation.name, operation.type) == ("foo/v", "VariableV2")  # type: ignore[attr-defined]
    assert graph.as_graph_element(operation) is operation
    names = [operation.name for operation in graph.get_operations()]
    assert names[:4] == ["foo/v", "foo/v/Assign", "b", "b/Assign"] and {"p/part_0", "p/part_1/Assign"} <= set(names)
    graph.get_operation_by_name("b/Assign").run()
    assert b.numpy() == 2.0
    with tf.Graph().as_default() as other:
        assert other.get_operations() == [] and graph.get_tensor_by_name("b:0") is b


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda g: g.get_tensor_by_name("foo/w:0"),
            KeyError,
            "The name 'foo/w:0' refers to a Tensor which does not exist. The operation, 'foo/w', does not exist in the",
        ),
        (lambda g: g.get_tensor_by_name("foo/v:1"), KeyError, "The operation, 'foo/v', exists but only has 1 outputs."),
        (lambda g: g.get_tensor_by_name("foo/v"), ValueError, "The name 'foo/v' refers to an Operation, not a Tensor."),
        (lambda g: g.get_tensor_by_name("foo"), ValueError, "The name 'foo' looks like an (invalid) Operation name"),
        (lambda g: g.get_tensor_by_name("foo/v:x"), ValueError, "The name 'foo/v:x' looks a"),
        (lambda g: g.get_tensor_by_name(3), TypeError, "Tensor names are strings (or similar), not int."),
        (lambda g: g.get_operation_by_name("zz"), KeyError, "The name 'zz' refers to an Operation not in the graph."),
        (lambda g: g.get_operation_by_name("b:0"), ValueError, "Name 'b:0' appears to refer to a Tensor, not a Oper"),
        (lambda g: g.get_operation_by_name(None), TypeError, "Operation names are strings (or similar), not NoneType."),
        (lambda g: g.as_graph_element(3), TypeError, "Can not convert a int into a Tensor or Operation."),
        (
            lambda g: tf.Graph().as_graph_element(tf.global_variables()[0]),
            ValueError,
            "is not an element of this graph",
        ),
    ],
)
def test_what_is_not_there(graph: tf.Graph, call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call(graph)
    assert words in caught.value.args[0]
