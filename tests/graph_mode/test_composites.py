"""SparseTensors and IndexedSlices that branches and loops hand on; what writes to variables inside of a loop."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

INDICES, VALUES = [[0], [3]], [2.0, 4.0]


def test_a_branch_gives_a_sparse_tensor(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.SparseTensor(INDICES, VALUES, [10])
    pred = tf.placeholder(tf.bool, [])
    r = tf.cond(
        pred,
        lambda: [tf.SparseTensor(x.indices + 1, x.values + 1, x.dense_shape), x.values],
        lambda: [x, x.values * 2],
    )
    assert isinstance(r[0], tf.SparseTensor) and r[0].values.shape.as_list() == [2]
    (slope,) = tf.gradients(r[0].values * r[1], x.values)
    with tf.Session() as session:
        found = session.run(r[0], {pred: True})
        assert (found.indices.tolist(), found.values.tolist(), found.dense_shape.tolist()) == ([[1], [4]], [3, 5], [10])
        assert session.run(r[0], {pred: False}).values.tolist() == VALUES
        assert session.run(slope, {pred: True}).tolist() == [5, 9]  # of (x + 1) x
        assert session.run(slope, {pred: False}).tolist() == [8, 16]  # of 2 x x


def test_a_branch_gives_rows(graph_mode: ModuleType) -> None:
    tf = graph_mode
    rows, at = tf.constant([[1.0, 2.0]]), tf.constant([3])
    r = tf.cond(tf.constant(1) < 2, lambda: tf.IndexedSlices(rows + 1, at), lambda: tf.IndexedSlices(rows, at))
    assert isinstance(r, tf.IndexedSlices) and r.dense_shape is None
    whole = tf.cond(tf.constant(1) < 2, *[lambda: tf.IndexedSlices(rows, at, tf.constant([5, 2]))] * 2)
    with tf.Session() as session:
        assert session.run([r.values, r.indices])[0].tolist() == [[2, 3]]
        assert session.run(whole).dense_shape.tolist() == [5, 2]


def test_a_loop_hands_on_a_sparse_tensor(graph_mode: ModuleType) -> None:
    tf = graph_mode
    values = tf.constant(VALUES)
    x = tf.SparseTensor(INDICES, values, [10])

    def body(i: object, x: object) -> object:
        return i + 1, tf.SparseTensor(x.indices, x.values * 2.0, x.dense_shape)  # type: ignore[attr-defined,operator]

    _, r = tf.while_loop(lambda i, x: i < 3, body, [0, x])
    assert r.dense_shape.shape.as_list() == [1] and r.indices.shape.as_list() == [2, 1]
    alone = tf.while_loop(
        lambda x: tf.reduce_sum(x.values) < 90, lambda x: tf.SparseTensor(x.indices, x.values * 2, x.dense_shape), [x]
    )
    wide = tf.while_loop(lambda i, x: i < 3, body, [0, x], [tf.TensorShape([]), tf.TensorShape([None])])[1]
    assert wide.values.shape.as_list() == [None] and wide.dense_shape.shape.as_list() == [None]
    slope = tf.gradients(r.values, values)[0]
    with tf.Session() as session:
        found, last, d = session.run([r, alone, slope])
    assert found.values.tolist() == [16, 32] and last.values.tolist() == [32, 64] and d.tolist() == [8, 8]
    with pytest.raises(ValueError, match="not compatible with"):
        tf.while_loop(lambda i, x: i < 3, body, [0, x], [tf.TensorShape([]), tf.TensorShape([5])])


def test_a_loop_hands_on_rows(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.IndexedSlices(tf.constant([[2.0, 4.0]]), tf.constant([3]), tf.constant([10, 2]))
    _, r = tf.while_loop(
        lambda i, x: i < 3, lambda i, x: (i + 1, tf.IndexedSlices(x.values * 2.0, x.indices, x.dense_shape)), [0, x]
    )
    _, wide = tf.while_loop(
        lambda i, x: i < 3, lambda i, x: (i + 1, tf.IndexedSlices(x.values + 1.0, x.indices, x.dense_shape)), [0, x],
        [tf.TensorShape([]), tf.TensorShape([None, 2])],
    )  # fmt: skip
    assert wide.values.shape.as_list() == [None, 2] and wide.dense_shape.shape.as_list() == [2]
    with tf.Session() as session:
        assert session.run([r.values, wide.values])[0].tolist() == [[16, 32]]


def test_rows_wait_for_operations(graph_mode: ModuleType) -> None:
    tf = graph_mode
    v = tf.Variable([1.0, 2.0])
    rows = tf.IndexedSlices(tf.constant([5.0]), tf.constant([1]))
    one, other = tf.tuple([rows, tf.IndexedSlices(v.initialized_value(), tf.constant([0, 1]))])
    assert isinstance(one, tf.IndexedSlices) and isinstance(other, tf.IndexedSlices)
    from fastscope.compat.inner import with_dependencies

    waiting = with_dependencies([v.initializer], rows)
    with tf.Session() as session:
        assert session.run(waiting.values).tolist() == [5] and session.run(v).tolist() == [1, 2]
        assert session.run([one.values, other.values])[0].tolist() == [5]


def test_a_loop_writes_to_rows_of_a_variable(graph_mode: ModuleType) -> None:
    tf = graph_mode
    v, count = tf.Variable([3.0, 4.0, 5.0]), tf.Variable(0)

    def body(i: object) -> object:
        written = [tf.scatter_update(v, i, 10.0 * tf.cast(i, tf.float32)), tf.count_up_to(count, 9)]
        with tf.control_dependencies(written):
            return tf.identity(i) + 1  # type: ignore[operator]

    r = tf.while_loop(lambda i: i < 2, body, [0])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(r) == 2
        assert session.run(v).tolist() == [0, 10, 5] and session.run(count) == 2


def test_a_gradient_inside_a_loop_for_what_lies_outside(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.placeholder(tf.float32, [])

    def body(n: object) -> object:
        inner = tf.while_loop(lambda n: n < 10.0, lambda n: n + x, [n])
        return tf.gradients(inner, x)[0]

    r = tf.while_loop(lambda n: n < 6.0, body, [tf.constant(1.0)])
    taken = tf.cond(x > 0, lambda: tf.sqrt(x), lambda: x)
    graph = tf.get_default_graph()
    assert graph.is_fetchable(taken) and not graph.is_fetchable(graph.get_operation_by_name("cond/Sqrt"))
    with tf.Session() as session:
        assert session.run(r, {x: 1.0}) == 9


def test_a_variable_without_a_value_is_not_fetched(graph_mode: ModuleType) -> None:
    tf = graph_mode
    v = tf.Variable([1.0])
    whole = tf.get_default_graph().get_tensor_by_name("Variable:0")
    with tf.Session() as session:
        for fetch in (v.eval, whole.eval, lambda: session.run(whole), v.value().eval):
            with pytest.raises(tf.errors.FailedPreconditionError, match="Attempting to use uninitialized"):
                fetch()
        session.run(v.initializer)
        np.testing.assert_array_equal(session.run(whole), [1])


def test_rows_looked_up_by_ids_of_different_types_add_up(graph_mode: ModuleType) -> None:
    tf = graph_mode
    table = tf.constant(np.ones([4, 2], np.float32))
    rows = tf.nn.embedding_lookup(table, tf.constant([1, 2], tf.int32))
    more = tf.nn.embedding_lookup(table, tf.argmax(tf.constant([[0.0, 1.0]]), 1))
    (slope,) = tf.gradients(tf.reduce_sum(rows) + 3 * tf.reduce_sum(more), table)
    assert isinstance(slope, tf.IndexedSlices) and slope.indices.dtype == tf.int64
    with tf.Session() as session:
        assert session.run(tf.convert_to_tensor(slope))[:, 0].tolist() == [0, 4, 1, 0]


def test_lists_of_numbers_beside_tensors_become_what_the_tensors_are(graph_mode: ModuleType) -> None:
    tf = graph_mode
    wide = tf.constant([1.0, 2.0], tf.float64)
    packed = tf.convert_to_tensor([[0.0, 0.0], wide, [3, 4]])
    deep = tf.convert_to_tensor([[[0, 1], [2, 3]], [[4, 5], [wide[0], 7]]])
    assert packed.dtype == deep.dtype == tf.float64
    with tf.Session() as session:
        assert session.run(packed).tolist() == [[0, 0], [1, 2], [3, 4]]
        assert session.run(deep)[1].tolist() == [[4, 5], [1, 7]]
    with pytest.raises(TypeError, match="Cannot convert a list containing a tensor of dtype <dtype: 'float64'>"):
        tf.convert_to_tensor([tf.constant([1.0, 2.0]), wide])


def test_a_gradient_of_an_index_is_tensorflow_s_operation(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
    w = tf.get_variable("w", [3], initializer=tf.ones_initializer())
    y = x * w
    parts = [y[:, -1], y[0], y[..., 1:], y[:, ::2, tf.newaxis], y[:, tf.constant(1)]]
    slope = tf.identity(tf.gradients(sum(tf.reduce_sum(tf.square(part)) for part in parts), w)[0], name="slope")
    graph_def = tf.get_default_graph().as_graph_def()
    assert sum(node.op == "StridedSliceGrad" for node in graph_def.node) == len(parts)
    assert not any(node.op.startswith("Fastscope") for node in graph_def.node)
    feed = np.arange(24.0).reshape(2, 4, 3)
    with tf.Session() as session:
        session.run(w.initializer)
        wanted = session.run(slope, {x: feed})
    np.testing.assert_array_equal(wanted, [2772, 6076, 6940])  # as TensorFlow 1.15 computes it from this graph
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(graph_def, name="")
        session.run("w/Assign")
        np.testing.assert_array_equal(session.run("slope:0", {"x:0": feed}), wanted)


def test_what_is_given_in_place_of_an_input_reaches_a_composite_operation(graph_mode: ModuleType) -> None:
    tf = graph_mode
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [800], name="x")
        keep = tf.placeholder_with_default(0.5, [], name="keep")
        tf.identity(tf.nn.dropout(x, keep), name="y")
    given = {"keep:0": tf.constant(1.0), "x:0": tf.ones([800])}
    (y,) = tf.import_graph_def(graph.as_graph_def(), input_map=given, return_elements=["y:0"])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(y), np.ones([800]))
