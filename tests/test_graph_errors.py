"""What graph mode says of what cannot be: TensorFlow's opening words, when the line is written or when it runs."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope

WRITTEN: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda tf: bool(tf.constant(1.0)), TypeError, "using a `tf.Tensor` as a Python `bool` is not allowed"),
    (lambda tf: list(tf.constant([1.0])), TypeError, "iterating over `tf.Tensor` is not allowed in Graph execution."),
    (lambda tf: len(tf.constant([1.0])), TypeError, "len is not well defined for symbolic Tensors. (Const:0)"),
    (lambda tf: np.asarray(tf.constant(1.0)), NotImplementedError, "Cannot convert a symbolic Tensor (Const:0) to"),
    (lambda tf: tf.constant(1.0, name="a b"), ValueError, "'a b' is not a valid scope name"),
    (lambda tf: tf.identity(tf.constant(1.0), name=""), ValueError, "'' is not a valid node name"),
    (lambda tf: [tf.constant(1.0, name="c/") for _ in "ab"], ValueError, "Duplicate node name in graph: 'c'"),
    (lambda tf: tf.add(1.0, tf.constant(1)), TypeError, "Input 'y' of 'Add' Op has type int32 that does not match"),
    (lambda tf: tf.sin(tf.constant(1)), TypeError, "Value passed to parameter 'x' has DataType int32 not in list of"),
    (lambda tf: tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0]), ValueError, "Dimensions must be equal, but"),
    (
        lambda tf: tf.convert_to_tensor(tf.constant(1), tf.float32),
        ValueError,
        "Tensor conversion requested dtype float32",
    ),
    (
        lambda tf: tf.concat([tf.constant([1.0]), tf.constant([1])], 0),
        TypeError,
        "Tensors in list passed to 'values' of ",
    ),
    (
        lambda tf: two_graphs(tf),
        ValueError,
        'Tensor("Const:0", shape=(), dtype=float32) must be from the same graph as',
    ),
    (lambda tf: tf.get_default_graph().get_tensor_by_name("x:0"), KeyError, "The name 'x:0' refers to a Tensor which"),
    (
        lambda tf: tf.get_default_graph().get_tensor_by_name("x:a"),
        ValueError,
        "The name 'x:a' looks a like a Tensor name",
    ),
    (
        lambda tf: tf.get_default_graph().get_tensor_by_name(3),
        TypeError,
        "Tensor names are strings (or similar), not int.",
    ),
    (
        lambda tf: tf.get_default_graph().get_operation_by_name("x"),
        KeyError,
        "The name 'x' refers to an Operation not in",
    ),
    (
        lambda tf: tf.get_default_graph().as_graph_element(3),
        TypeError,
        "Can not convert a int into a Tensor or Operation.",
    ),
    (lambda tf: tf.constant(1.0).op.get_attr("nope"), ValueError, "Operation 'Const' has no attr named 'nope'."),
    (lambda tf: tf.constant(1.0).eval(), ValueError, "Cannot evaluate tensor using `eval()`: No default session is"),
    (lambda tf: tf.constant(1.0).op.run(), ValueError, "Cannot execute operation using `run()`: No default session"),
    (lambda tf: tf.Variable(tf.placeholder(tf.float32)), ValueError, "initial_value must have a shape specified"),
    (
        lambda tf: tf.Variable([1.0]).assign([1.0, 2.0]),
        ValueError,
        "Dimension 0 in both shapes must be equal, but are 1",
    ),
    (lambda tf: tf.gradients([1.0], [], grad_ys=[1.0, 2.0]), ValueError, "Passed 2 grad_ys for 1 ys"),
    (lambda tf: tf.placeholder(None), TypeError, "Expected DataType for argument 'dtype' not None."),
    (
        lambda tf: tf.placeholder(tf.float32, [-1]),
        ValueError,
        "Error converting shape to a TensorShape: Dimension",
    ),
    (lambda tf: tf.zeros(None), ValueError, "None values not supported."),
    (lambda tf: tf.zeros([2, None]), TypeError, "Expected int32, got None of type 'NoneType' instead."),
    (lambda tf: tf.zeros([-1]), ValueError, "Fill dimensions must be >= 0 for 'zeros' (op: 'Fill')"),
    (
        lambda tf: tf.Variable(1.0).load(2.0),
        ValueError,
        "Either session argument should be provided or default",
    ),
    (
        lambda tf: tf.constant(True) + tf.constant(True),
        TypeError,
        "Value passed to parameter 'x' has DataType bool not in",
    ),
    (
        lambda tf: tf.reduce_sum([1.0], 1.5),
        TypeError,
        "Value passed to parameter 'reduction_indices' has DataType float32",
    ),
    (lambda tf: tf.square(None), ValueError, "Tried to convert 'x' to a tensor and failed. Error: None values not"),
    (
        lambda tf: tf.add(tf.constant(1.0), "a"),
        TypeError,
        "Expected float32 passed to parameter 'y' of op 'Add', got 'a'",
    ),
    (lambda tf: tf.Variable([1]).assign([1.5]), TypeError, "Expected int32 passed to parameter 'value' of op 'Assign'"),
    (
        lambda tf: tf.Variable([1]).assign(tf.constant([1.5])),
        TypeError,
        "Input 'value' of 'Assign' Op has type float32",
    ),
    (
        lambda tf: tf.concat([], 0),
        ValueError,
        "List argument 'values' to 'ConcatV2' Op with length 0 shorter than mini",
    ),
    (
        lambda tf: tf.constant(1) / tf.constant(1.0),
        TypeError,
        "x and y must have the same dtype, got tf.int32 != tf.fl",
    ),
    (lambda tf: tf.constant([tf.constant(1.0)]), TypeError, "List of Tensors when single Tensor expected"),
    (
        lambda tf: tf.convert_to_tensor([tf.constant(1.0), tf.constant(1)]),
        TypeError,
        "Cannot convert a list containing a tensor of dtype <dtype: 'int32'> to <dtype: 'float32'>",
    ),
    (
        lambda tf: tf.convert_to_tensor(tf.Variable(1.0), tf.int32),
        ValueError,
        "Incompatible type conversion requested to type 'int32' for variable of type 'float32_ref'",
    ),
    (
        lambda tf: tf.reshape([1.0], [None]),
        TypeError,
        "Failed to convert object of type <class 'list'> to Tensor. Cont",
    ),
    (
        lambda tf: tf.zeros(tf.placeholder(tf.float32, [None]).shape),
        ValueError,
        "Cannot convert a partially known TensorShape to a Tensor: (?,)",
    ),
    (lambda tf: tf.concat(0, [[1.0], [2.0]]), ValueError, "Shape (2, 1) must have rank 0. It is that of the axis"),
    (lambda tf: tf.split(1, 2, tf.constant([1.0, 2.0])), TypeError, "Input 'split_dim' of 'Split' Op has type float32"),
    (lambda tf: tf.split([1.0, 2.0], tf.placeholder(tf.int32)), ValueError, "Cannot infer num from shape Tensor("),
    (
        lambda tf: tf.one_hot([1], 2, 2.0, dtype=tf.float64),
        TypeError,
        "dtype <dtype: 'float32'> of on_value does not ma",
    ),
    (lambda tf: tf.one_hot([1], 2, 2, 0.0), TypeError, "dtype <dtype: 'int32'> of on_value does not match dtype <dtyp"),
    (lambda tf: tf.range(5, 0), ValueError, "Requires start <= limit when delta > 0: 5/0 for 'range' (op: 'Range')"),
    (lambda tf: tf.range(0, 5, -1), ValueError, "Requires start >= limit when delta < 0: 0/5"),
    (lambda tf: tf.range(0, 5, 0), ValueError, "Requires delta != 0 for 'range' (op: 'Range')"),
    (lambda tf: tf.range("a"), TypeError, "Value passed to parameter 'limit' has DataType string not in list"),
    (lambda tf: tf.eye(-1), ValueError, "Fill dimensions must be >= 0 for 'eye/ones' (op: 'Fill')"),
    (lambda tf: tf.constant([1.0])[tf.constant([0])], TypeError, "Only integers, slices (`:`), ellipsis (`...`)"),
    (lambda tf: tf.constant([1.0])[1.0:], TypeError, "Only integers, slices (`:`), ellipsis (`...`)"),
    (lambda tf: tf.constant([1.0])[True], ValueError, "mask cannot be scalar."),
    (lambda tf: no_rule(tf), LookupError, "No gradient defined for operation 'Unique' (op type: Unique)"),
]


def ones(tf: Any, *shape: int) -> Any:
    """Ones whose shape is not known before they run."""
    return tf.placeholder_with_default(np.ones(shape, np.float32), None)


def two_graphs(tf: Any) -> Any:
    with tf.Graph().as_default():
        other = tf.constant(1.0)
    return tf.constant(1.0) + other


def no_rule(tf: Any) -> Any:
    x = tf.constant([1.0])
    return tf.gradients(tf.unique(x)[0], x)


@pytest.mark.parametrize(("program", "error", "opening"), WRITTEN, ids=[opening for _, _, opening in WRITTEN])
def test_when_it_is_written(graph_mode: ModuleType, program: Any, error: type[Exception], opening: str) -> None:
    with pytest.raises(error) as caught:
        program(graph_mode)
    assert caught.value.args[0].startswith(opening)


WAYS_OUT: list[tuple[Callable[[Any], Any], Any]] = [
    (lambda tf: tf.cast(tf.constant(True), tf.float32) + tf.cast(tf.constant(True), tf.float32), 2.0),
    (lambda tf: tf.constant(3) / tf.cast(tf.constant(2.0), tf.int32), 1.5),
    (lambda tf: tf.stack([tf.constant(1.0), 2.0]), [1.0, 2.0]),
    (lambda tf: tf.convert_to_tensor([tf.constant(1.0), tf.cast(tf.constant(2), tf.float32)]), [1.0, 2.0]),
    (lambda tf: tf.cast(tf.Variable(1.5), tf.int32), 1),
    (lambda tf: tf.reshape([1.0], [-1, 1]), [[1.0]]),
    (lambda tf: tf.zeros(tf.shape(tf.placeholder_with_default([1.0], [None]))), [0.0]),
    (lambda tf: tf.concat([[1.0], [2.0]], 0), [1.0, 2.0]),
    (lambda tf: tf.split(tf.constant([1.0, 2.0]), 2, 0)[1], [2.0]),
    (lambda tf: tf.split([1.0, 2.0], tf.placeholder_with_default([1, 1], None), num=2)[1], [2.0]),
    (lambda tf: tf.one_hot([1], 2, tf.cast(2.0, tf.float64), dtype=tf.float64), [[0.0, 2.0]]),
    (lambda tf: tf.one_hot([1], 2, tf.cast(2, tf.float32), 0.5), [[0.5, 2.0]]),
    (lambda tf: tf.gather(tf.constant([1.0, 2.0]), tf.constant([1])), [2.0]),
]


@pytest.mark.parametrize(("way", "value"), WAYS_OUT)
def test_the_way_out_leads_out(graph_mode: ModuleType, way: Callable[[Any], Any], value: Any) -> None:
    tensor = way(graph_mode)
    with graph_mode.Session() as session:
        session.run(graph_mode.global_variables_initializer())
        np.testing.assert_array_equal(session.run(tensor), value)


RUN: list[tuple[Callable[[Any, Any], Any], type[Exception], str]] = [
    (
        lambda tf, run: run(tf.placeholder(tf.int32, [None, 3], name="s/x")),
        ValueError,
        "You must feed a value for placeholder tensor 's/x' with dtype int32 and shape [?,3]\nMade by 's/x' at ",
    ),
    (lambda tf, run: run(tf.Variable(1.0, name="v")), RuntimeError, "Attempting to use uninitialized value v"),
    (lambda tf, run: run(None), TypeError, "Fetch argument None has invalid type <class 'NoneType'>"),
    (lambda tf, run: run("nope:0"), ValueError, "Fetch argument 'nope:0' cannot be interpreted as a Tensor. ("),
    (lambda tf, run: run(tf.constant(1), [1]), TypeError, "input must be a dictionary"),
    (lambda tf, run: run(tf.constant(1), {3: 1}), TypeError, "Cannot interpret feed_dict key as Tensor: "),
    (
        lambda tf, run: run(tf.constant(1), {(fed(tf), fed(tf)): 1}),
        ValueError,
        "Could not flatten dictionary. Key had 2",
    ),
    (
        lambda tf, run: run(tf.constant(1), {fed(tf): tf.constant(1.0)}),
        TypeError,
        "The value of a feed cannot be a tf.Te",
    ),
    (
        lambda tf, run: run(tf.constant(1), {fed(tf, [2]): [1.0]}),
        ValueError,
        "Cannot feed value of shape (1,) for Tensor",
    ),
    (
        lambda tf, run: run(tf.constant(1), {fed(tf): 2**24 + 1}),
        TypeError,
        "Type of feed value 16777217 with type <class",
    ),
    (
        lambda tf, run: run(tf.constant(1), {fed(tf): [tf.constant(1.0)]}),
        ValueError,
        "setting an array element with",
    ),
    (lambda tf, run: run(tf.constant(1), {fed(tf): [1j]}), TypeError, "can't convert complex to float"),
    (lambda tf, run: run(tf.constant(1), twice(tf)), ValueError, "Could not flatten dictionary: key Tensor"),
    (
        lambda tf, run: run(tf.get_variable("r", [1], use_resource=True)),
        RuntimeError,
        "Error while reading",
    ),
    (lambda tf, run: run(fed(tf, None) + [1.0, 2.0], {}), ValueError, "You must feed a value"),
    (
        lambda tf, run: run(tf.matmul(ones(tf, 2, 3), ones(tf, 2, 4))),
        ValueError,
        "Matrix size-incompatible: In[0]: [2,3], In[1]: [2,4]. ",
    ),
    (
        lambda tf, run: run(tf.matmul(ones(tf, 5, 2, 3), ones(tf, 5, 2, 4), transpose_b=True)),
        ValueError,
        "In[0] mismatch In[1] shape: 3 vs. 4: [5,2,3] [5,2,4] 0 1. ",
    ),
    (
        lambda tf, run: run(tf.concat([ones(tf, 2, 2), ones(tf, 2)], 0)),
        ValueError,
        "ConcatOp : Ranks of all input tensors should match: shape[0] = [2,2] vs. shape[1] = [2]. ",
    ),
    (
        lambda tf, run: run(tf.concat([ones(tf, 2, 2), ones(tf, 3, 2), ones(tf, 2, 3)], 0)),
        ValueError,
        "ConcatOp : Dimensions of inputs should match: shape[0] = [2,2] vs. shape[2] = [2,3]. ",
    ),
    (
        lambda tf, run: run(tf.reshape(ones(tf, 3), [-1, 2])),
        ValueError,
        "Input to reshape is a tensor with 3 values, but the requested shape requires a multiple of 2. ",
    ),
    (lambda tf, run: run(zeroed(tf)), ValueError, "Integer division by zero\n\t [[node "),
]


def fed(tf: Any, shape: Any = None) -> Any:
    return tf.placeholder(tf.float32, shape)


def twice(tf: Any) -> Any:
    x = fed(tf)
    return {(x, x): (1.0, 2.0)}


def zeroed(tf: Any) -> Any:
    return tf.constant(1) // tf.constant(0)


@pytest.mark.parametrize(("program", "error", "opening"), RUN, ids=[opening for _, _, opening in RUN])
def test_when_it_runs(graph_mode: ModuleType, program: Any, error: type[Exception], opening: str) -> None:
    def run(fetches: Any, feed: Any = None) -> Any:
        graph_mode.constant(1.0)  # no empty graph
        with graph_mode.Session() as session:
            return session.run(fetches, feed)

    with pytest.raises(error) as caught:
        program(graph_mode, run)
    assert caught.value.args[0].startswith(opening)


def test_an_error_while_running_names_the_operation_and_its_line(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.matmul(x, tf.transpose(x) * tf.placeholder_with_default([1.0], None), name="product")
    line = test_an_error_while_running_names_the_operation_and_its_line.__code__.co_firstlineno + 3
    with tf.Session() as session, pytest.raises(ValueError) as caught:
        session.run(y, {x: [[1.0, 2.0]], y.op.inputs[1]: [[1.0]]})
    assert "[[node product (type " in str(caught.value)
    assert f"Made by 'product' at {__file__}:{line}, in test_an_error" in str(caught.value)


def test_a_shape_of_a_variable_at_a_run(graph_mode: ModuleType) -> None:
    tf = graph_mode
    v, x = tf.Variable([1.0, 2.0]), tf.placeholder(tf.float32)
    with tf.Session() as session:
        session.run(v.initializer)
        with pytest.raises(ValueError, match="Assign requires shapes of both tensors to match"):
            session.run(v.assign(x), {x: [1.0]})
        assert session.run(v).tolist() == [1.0, 2.0]


def test_a_finalized_graph(graph_mode: ModuleType) -> None:
    graph = graph_mode.get_default_graph()
    total = graph_mode.constant(1.0) + 1.0
    graph.finalize()
    with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified."):
        graph_mode.constant(1.0)
    assert graph_mode.Session().run(total) == 2.0


def test_what_needs_recording_says_so() -> None:
    fastscope.reset_default_graph()
    from fastscope.compat import v1

    fastscope.enable_eager_execution()
    with pytest.raises(RuntimeError, match="tf.gradients is not supported when eager execution is enabled"):
        v1.gradients([1.0], [1.0])
    with pytest.raises(RuntimeError, match=r"tf.placeholder\(\) is not compatible with eager execution."):
        v1.placeholder(v1.float32)
