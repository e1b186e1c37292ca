"""Sparse tensors, blocks of space in the batch, and bytes decoded; numbers and messages are TensorFlow 1.15's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.arrays import to_numpy

SPARSE = ([[0, 0], [1, 2]], [1.0, 2.0], [2, 3])
FULL = [[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]]


def test_full_again() -> None:
    sparse = fs.SparseTensor(*SPARSE)
    np.testing.assert_array_equal(fs.sparse_tensor_to_dense(sparse), FULL)
    np.testing.assert_array_equal(fs.sparse_to_dense([1, 2], [4], 7, -1), [-1, 7, 7, -1])
    assert (sparse.shape.as_list(), sparse.dtype, sparse.indices.dtype) == ([2, 3], fs.float32, np.int64)
    assert fs.SparseTensor.from_value(sparse) is sparse
    unordered = fs.SparseTensor([[1, 0], [0, 0]], [1.0, 2.0], [2, 2])
    filled = fs.sparse_tensor_to_dense(unordered, default_value=9.0, validate_indices=False)
    np.testing.assert_array_equal(filled, [[2.0, 9.0], [1.0, 9.0]])


@pytest.mark.parametrize(("places", "message"), [
    ([[5, 0]], r"indices\[0\] = \[5,0\] is out of bounds: need 0 <= index < \[2,3\]"),
    ([[1, 0], [0, 0]], r"indices\[1\] = \[0,0\] is out of order"),
    ([[1, 0], [1, 0]], r"indices\[1\] = \[1,0\] is repeated"),
])  # fmt: skip
def test_places_that_are_wrong(places: list[list[int]], message: str) -> None:
    with pytest.raises(fs.errors.InvalidArgumentError, match=f"^{message}"):
        fs.sparse_tensor_to_dense(fs.SparseTensor(places, [1.0] * len(places), [2, 3]))


def test_parts_that_do_not_fit(fresh_graph: None) -> None:
    with pytest.raises(ValueError, match="must have rank 2"):
        fs.SparseTensor([0, 1], [1.0, 2.0], [2, 3])
    with pytest.raises(ValueError, match="Dimensions 1 and 2 are not compatible"):
        fs.SparseTensor([[0, 0]], [1.0, 2.0], [2, 3])


@pytest.mark.parametrize("adjoint_a", [False, True])
@pytest.mark.parametrize("adjoint_b", [False, True])
def test_product(graph_mode: ModuleType, adjoint_a: bool, adjoint_b: bool) -> None:
    tf, rows = graph_mode, 2 if adjoint_a else 3
    b = np.arange(1.0, 1 + rows * 4).reshape(rows, 4)
    given = tf.constant(b.T if adjoint_b else b)
    values = tf.constant(np.array([1.0, 2.0]))
    product = tf.sparse_tensor_dense_matmul(tf.SparseTensor(SPARSE[0], values, SPARSE[2]), given, adjoint_a, adjoint_b)
    a = np.array(FULL).T if adjoint_a else np.array(FULL)
    weights = np.arange(a.shape[0] * 4.0).reshape(-1, 4)
    of_values, of_b = tf.gradients(product, [values, given], grad_ys=[tf.constant(weights)])
    full = weights @ b.T
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(product), a @ b)
        wanted = [full[0, 0], full[2, 1] if adjoint_a else full[1, 2]]
        np.testing.assert_allclose(session.run(of_values), wanted)
        of_matrix = a.T @ weights
        np.testing.assert_allclose(session.run(of_b), of_matrix.T if adjoint_b else of_matrix)
    assert product.shape.as_list() == list((a @ b).shape)


def test_fetched_and_fed(graph_mode: ModuleType) -> None:
    tf = graph_mode
    fed = tf.sparse_placeholder(tf.float32, [None, 3], name="fed")
    assert [part.name for part in (fed.indices, fed.values, fed.dense_shape)] == [
        "fed/indices:0", "fed/values:0", "fed/shape:0",
    ]  # fmt: skip
    dense = tf.sparse_tensor_to_dense(fed)
    with tf.Session() as session:
        found = session.run(tf.SparseTensor(*SPARSE))
        assert type(found) is tf.SparseTensorValue and found.values.tolist() == [1.0, 2.0]
        for value in (found, SPARSE):
            np.testing.assert_array_equal(session.run(dense, {fed: value}), FULL)
        with pytest.raises(ValueError, match="^Could not flatten dictionary. Key had 3 elements, but value had 1"):
            session.run(dense, {fed: SPARSE[:1]})
        with pytest.raises(
            fs.errors.InvalidArgumentError, match="must feed a value for placeholder tensor 'fed/shape'"
        ):
            session.run(dense, {fed: SPARSE[:2]})
    assert tf.is_tensor(fed) and not tf.is_tensor(found)


def test_a_placeholder_whose_shape_is_a_tensor(graph_mode: ModuleType) -> None:
    """As TensorFlow 1.15 names and shapes them."""
    tf = graph_mode
    known = tf.sparse_placeholder(tf.float32, tf.constant([2, 3], tf.int64))
    assert [part.name for part in (known.indices, known.values, known.dense_shape)] == [
        "Placeholder_1:0", "Placeholder:0", "Const:0",
    ]  # fmt: skip
    product = tf.sparse_tensor_dense_matmul(known, np.eye(3, dtype=np.float32))
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(product, {known: SPARSE}), FULL)
    assert known.shape.as_list() == [2, 3] and known.indices.shape.as_list() == [None, 2]
    of_three = tf.sparse_placeholder(tf.float32, tf.placeholder(tf.int64, [3]), name="r")
    assert of_three.shape.as_list() == [None] * 3 and of_three.indices.shape.as_list() == [None, 3]
    for unknown in (tf.placeholder(tf.int64, [None]), tf.placeholder(tf.int64)):
        fed = tf.sparse_placeholder(tf.float32, unknown)
        assert fed.shape.ndims is None and fed.indices.shape.as_list() == [None, None]
        assert fed.dense_shape is unknown
    with pytest.raises(ValueError, match="Tensor conversion requested dtype int64 for Tensor with dtype int32"):
        tf.sparse_placeholder(tf.float32, tf.constant([2, 3]))


def test_gradient_of_what_was_made_full(graph_mode: ModuleType) -> None:
    tf = graph_mode
    values, rest = tf.constant([1.0, 2.0]), tf.constant(3.0)
    dense = tf.sparse_to_dense([[0, 0], [1, 2]], [2, 3], values, rest)
    gradients = tf.gradients(
        dense, [values, rest], grad_ys=[tf.constant(np.arange(6.0, dtype=np.float32).reshape(2, 3))]
    )
    with tf.Session() as session:
        of_values, of_rest = session.run(gradients)
    assert (of_values.tolist(), of_rest) == ([0.0, 5.0], 10.0)
    assert dense.shape.as_list() == [2, 3]


def test_text_is_split(graph_mode: ModuleType) -> None:
    tf = graph_mode
    cases = [
        (["a b", "c  d e"], " ", True, [b"a", b"b", b"c", b"d", b"e"], [2, 3]),
        (["a b", "c  d"], " ", False, [b"a", b"b", b"c", b"", b"d"], [2, 3]),
        (["ab"], "", True, [b"a", b"b"], [1, 2]),
        (["a,b c"], ", ", True, [b"a", b"b", b"c"], [1, 3]),
        ([], " ", True, [], [0, 0]),
    ]
    for source, delimiter, skip, values, shape in cases:
        sparse = tf.string_split(tf.constant(source, tf.string), delimiter, skip)
        with tf.Session() as session:
            found = session.run(sparse)
        assert (found.values.tolist(), found.dense_shape.tolist()) == (values, shape)
    fs.enable_eager_execution()
    assert fs.string_split(["a b"]).indices.tolist() == [[0, 0], [0, 1]]


IMAGE = np.arange(16.0).reshape(1, 4, 4, 1)
MOVED = [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15]


def test_space_and_batch() -> None:
    moved = fs.space_to_batch_nd(IMAGE, [2, 2], [[0, 0], [0, 0]])
    assert (moved.shape, moved.ravel().tolist()) == ((4, 2, 2, 1), MOVED)
    cut = fs.batch_to_space_nd(moved, [2, 2], [[0, 0], [1, 0]])
    np.testing.assert_array_equal(cut, IMAGE[:, :, 1:])
    np.testing.assert_array_equal(fs.space_to_batch(IMAGE, [[0, 0], [0, 0]], 2), moved)
    np.testing.assert_array_equal(fs.batch_to_space(moved, [[0, 0], [0, 0]], 2), IMAGE)


def test_space_and_batch_of_a_graph(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.constant(IMAGE)
    moved = tf.space_to_batch_nd(x, [2, 2], [[0, 0], [1, 1]])
    weights = np.arange(1.0, 25.0).reshape(4, 2, 3, 1)
    (gradient,) = tf.gradients(moved, x, grad_ys=[tf.constant(weights)])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(gradient), fs_back(weights))
    open_ = tf.placeholder(tf.float32, [None, 4, None, 1])
    assert tf.space_to_batch_nd(open_, [2, 2], [[0, 0], [1, 1]]).shape.as_list() == [None, 2, None, 1]
    assert tf.batch_to_space_nd(open_, [2, 2], [[0, 0], [1, 1]]).shape.as_list() == [None, 8, None, 1]
    blocks = tf.placeholder(tf.int32, [2])
    assert (
        tf.space_to_batch_nd(tf.placeholder(tf.float32, [1, 4, 4]), blocks, [[0, 0]] * 2).shape.as_list() == [None] * 3
    )


def fs_back(moved: Any) -> Any:
    """The other way round, by hand: each place of a block lies in its own run of the batch."""
    whole = np.zeros((1, 4, 6, 1))
    for k, image in enumerate(moved):
        whole[0, k // 2 :: 2, k % 2 :: 2] = image
    return whole[:, :, 1:5]


@pytest.mark.parametrize(("program", "message"), [
    (lambda tf, x: tf.space_to_batch_nd(x([1, 5, 4, 1]), [2, 2], [[0, 0]] * 2), "Dimension size must be evenly divis"),
    (lambda tf, x: tf.batch_to_space_nd(x([3, 5, 4, 1]), [2, 2], [[0, 0]] * 2), "Dimension size must be evenly divis"),
    (lambda tf, x: tf.space_to_batch_nd(x([1, 5]), [2, 2], [[0, 0]] * 2), "Shape must be at least rank 3 but is"),
    (lambda tf, x: tf.space_to_batch_nd(x([1, 4, 4]), [2, 0], [[0, 0]] * 2), "block_shape must be positive"),
    (lambda tf, x: tf.space_to_batch_nd(x([1, 4, 4]), [2, 2], [[0, -1], [0, 0]]), "Paddings must be non-negative"),
    (lambda tf, x: tf.batch_to_space_nd(x([4, 4, 4]), [2, 2], [[0, -1], [0, 0]]), "Paddings must be non-negative"),
    (lambda tf, x: tf.space_to_depth(x([1, 4, 4, 1]), 0), "Block size should be > 1: 0. Blocks of one element leave"),
    (lambda tf, x: tf.depth_to_space(x([1, 4, 4, 1]), 1), "Block size should be > 1: 1. Blocks of one element leave"),
    (lambda tf, x: tf.space_to_batch_nd(x([1, 4, 4]), [2, 2], [[0, 0]]), "Dimension 0 in both shapes must be equal"),
])  # fmt: skip
def test_blocks_that_do_not_fit(fresh_graph: None, program: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        program(fs, np.zeros)
    v1 = pytest.importorskip("fastscope.compat.v1")
    fs.disable_eager_execution()
    try:
        with pytest.raises(ValueError, match=f"^{message}"):
            program(v1, lambda shape: v1.placeholder(v1.float32, shape))
    finally:
        fs.enable_eager_execution()


def test_bytes_are_decoded(graph_mode: ModuleType) -> None:
    tf = graph_mode
    found = tf.decode_raw(tf.constant(["abcd", "efgh"]), tf.uint8)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(found), [[97, 98, 99, 100], [101, 102, 103, 104]])
        assert session.run(tf.decode_raw(tf.constant("\x01\x02"), tf.int16, little_endian=False)).tolist() == [258]
    assert found.shape.as_list() == [2, None]
    with pytest.raises(TypeError, match="^Value passed to parameter 'out_type' has DataType string"):
        tf.decode_raw("a", tf.string)
    fs.enable_eager_execution()
    with pytest.raises(
        ValueError, match="^Input to DecodeRaw has length 3 that is not a multiple of 2, the size of int16"
    ):
        fs.decode_raw("abc", fs.int16)
    with pytest.raises(
        ValueError, match="^DecodeRaw requires input strings to all be the same size, but element 1 has"
    ):
        fs.decode_raw(["ab", "c"], fs.uint8)


def test_a_cast_sparse_tensor_is_sparse(graph_mode: ModuleType) -> None:
    tf = graph_mode
    sparse = tf.cast(tf.SparseTensor([[0, 1]], [2.75], [2, 3]), tf.int32)
    assert (sparse.values.name, sparse.dtype) == ("Cast:0", tf.int32)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(tf.sparse_tensor_to_dense(sparse)), [[0, 2, 0], [0, 0, 0]])
    fs.enable_eager_execution()
    assert fs.cast(fs.SparseTensor([[0, 1]], [2.75], [2, 3]), fs.int32).values.tolist() == [2]


def test_embeddings_may_be_matrices(graph_mode: ModuleType) -> None:
    tf = graph_mode
    table = np.arange(24.0).reshape(4, 2, 3)
    ids, shares = (tf.SparseTensor([[0, 0], [0, 1], [1, 0]], values, [2, 2]) for values in ([3, 1, 2], [0.5, 2.0, 4.0]))
    open_ = tf.placeholder(tf.float64)
    with tf.Session() as session:
        for params in (tf.constant(table), open_):
            for weights, wanted in ((None, table[3] + table[1]), (shares, 0.5 * table[3] + 2 * table[1])):
                found = tf.nn.embedding_lookup_sparse(params, ids, weights, combiner="sum")
                np.testing.assert_allclose(session.run(found, {open_: table})[0], wanted)


def test_labels_of_another_shape_are_told_when_it_runs(graph_mode: ModuleType) -> None:
    tf = graph_mode
    labels, logits = tf.placeholder(tf.int32), tf.placeholder(tf.float32)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    with tf.Session() as session:
        for given, message in (
            (0, "Rank mismatch: Rank of labels .received 0."),
            ([0, 0], "Shape mismatch: The shape"),
        ):
            with pytest.raises(tf.errors.InvalidArgumentError, match=message):
                session.run(loss, {labels: given, logits: [[7.0]]})
        with pytest.raises(
            ValueError, match="Logits cannot be scalars - received shape ... Their last dimension is th"
        ):
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=0, logits=1.0)
    paddings, crops = tf.required_space_to_batch_paddings(labels, [2, 3])
    with tf.Session() as session:
        found = session.run([paddings, crops], {labels: [3, 3]})
        assert [value.tolist() for value in found] == [[[0, 1], [0, 0]], [[0, 1], [0, 0]]]
    with pytest.raises(ValueError, match="are incompatible"):
        tf.required_space_to_batch_paddings([3, 3, 3], [2, 3])
    count = tf.nn.sufficient_statistics(logits, [0, 1])[0]
    with tf.Session() as session:
        assert session.run(count, {logits: np.ones([3, 5])}) == 15


# ---- times and divided by full ones: TensorFlow 1.15's answers

PARTS = ([[0, 1], [2, 3]], [2.0, -5.0], [3, 4])


BY_DENSE = pytest.mark.parametrize(
    ("dense", "product", "quotient"),
    [
        (2.0, [4.0, -10.0], [1.0, -2.5]),
        (2, [4.0, -10.0], [1.0, -2.5]),
        (np.arange(1, 5, dtype=np.float32), [4.0, -20.0], [1.0, -1.25]),
        (np.float32([[1], [2], [4]]), [2.0, -20.0], [2.0, -1.25]),
        (np.arange(1, 13, dtype=np.float32).reshape(3, 4), [4.0, -60.0], [1.0, -5 / 12]),
    ],
)


@BY_DENSE
def test_times_and_divided_by_a_full_one(dense: Any, product: Any, quotient: Any) -> None:
    sparse = fs.SparseTensor(*PARTS)
    for found, wanted in ((sparse * dense, product), (sparse / dense, quotient)):
        assert isinstance(found, fs.SparseTensor)
        np.testing.assert_array_equal(to_numpy(found.values), np.float32(wanted))
        np.testing.assert_array_equal(to_numpy(found.indices), PARTS[0])


@BY_DENSE
def test_the_same_in_a_graph(dense: Any, product: Any, quotient: Any, graph_mode: ModuleType) -> None:
    tf = graph_mode
    sparse = tf.SparseTensor(*PARTS)
    times, over = sparse * dense, sparse / tf.constant(dense, tf.float32)
    assert (times.values.name, times.values.op.type) == ("mul:0", "SparseDenseCwiseMul")
    assert (over.values.name, over.values.op.type) == ("truediv:0", "SparseDenseCwiseDiv")
    assert times.indices is sparse.indices and times.dense_shape is sparse.dense_shape
    assert times.values.shape.as_list() == [2]
    reflected = tf.constant(dense, tf.float32) * sparse
    assert (reflected.values.name, reflected.values.op.type) == ("mul_1:0", "SparseDenseCwiseMul")
    with tf.Session() as session:
        for each, wanted in ((times, product), (over, quotient), (reflected, product)):
            np.testing.assert_array_equal(session.run(each).values, np.float32(wanted))


def test_gradients_of_products_with_a_full_one(graph_mode: ModuleType) -> None:
    tf = graph_mode
    v, w = tf.constant([1.0, 2.0, 3.0, 4.0]), tf.constant([3.0, 4.0])
    sparse = tf.SparseTensor(PARTS[0], w, PARTS[2])
    answers = [
        (sparse * v, [24.0, 128.0], [0.0, 36.0, 0.0, 128.0]),
        (sparse / v, [1.5, 0.5], [0.0, -2.25, 0.0, -0.5]),
        (sparse / (v[:1] * 3.0), [2 / 3, 8 / 9], [-50 / 9, 0.0, 0.0, 0.0]),
        (sparse * v[3], [96.0, 128.0], [0.0, 0.0, 0.0, 200.0]),
    ]
    with tf.Session() as session:
        for product, of_values, of_dense in answers:
            found = session.run(tf.gradients(tf.reduce_sum(tf.square(product.values)), [w, v]))
            np.testing.assert_allclose(found[0], of_values, rtol=1e-6)
            np.testing.assert_allclose(found[1], of_dense, rtol=1e-6)


def test_of_whole_numbers_a_quotient_is_float64(graph_mode: ModuleType) -> None:
    tf = graph_mode
    sparse = tf.SparseTensor(PARTS[0], [2, -5], PARTS[2])
    with tf.Session() as session:
        quotient, product = session.run([(sparse / 2).values, (sparse * 3).values])
    assert quotient.dtype == np.float64 and quotient.tolist() == [1.0, -2.5]
    assert product.dtype == np.int32 and product.tolist() == [6, -15]


@pytest.mark.parametrize("sizes", [[2, 3, 4], [5], [1, 1, 1]])
def test_a_full_one_that_is_not_broadcast(sizes: list[int]) -> None:
    words = (
        r"broadcasts dense to sparse only; got incompatible shapes: \[3, 4\] vs. .*tf.sparse_tensor_to_dense\(a\) \* b"
    )
    sparse = fs.SparseTensor(*PARTS)
    with pytest.raises(fs.errors.InvalidArgumentError, match=words):
        sparse * np.ones(sizes, np.float32)
    assert np.shape(fs.sparse_tensor_to_dense(sparse) * np.ones([2, 3, 4], np.float32)) == (2, 3, 4)
    for wrong in (lambda: 2.0 * sparse, lambda: sparse + 1.0, lambda: -sparse, lambda: sparse // 2.0):
        with pytest.raises(TypeError):
            wrong()


def test_functions_of_the_elements_that_are_kept(graph_mode: ModuleType) -> None:
    tf = graph_mode
    values = tf.constant([-4.0, 9.0])
    sparse = tf.SparseTensor([[0, 0], [1, 2]], values, [2, 3])
    wanted = {"abs": [4, 9], "negative": [4, -9], "sign": [-1, 1], "square": [16, 81], "tanh": np.tanh([-4, 9])}
    made = {name: getattr(tf, name)(sparse, name=f"{name}_of_it") for name in wanted}
    assert (made["square"].op.type, made["square"].op.name) == ("Square", "square_of_it")
    slopes = tf.gradients(made["square"].values, values)
    with tf.Session() as session:
        found, (slope,) = session.run([made, slopes])
        assert session.run(tf.erf(tf.sqrt(tf.abs(sparse)))).values.tolist() == pytest.approx([0.9953, 1.0], abs=1e-4)
    for name, expected in wanted.items():
        np.testing.assert_allclose(found[name].values, expected, rtol=1e-6)
        assert found[name].indices.tolist() == [[0, 0], [1, 2]] and found[name].dense_shape.tolist() == [2, 3]
    assert slope.tolist() == [-8, 18]
