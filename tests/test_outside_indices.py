"""Indices, lengths and shapes that do not fit, found when they are known: an error instead of an answer.

The openings are what TensorFlow 1.15 says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.compat import v1 as tf

B = np.arange(6, dtype=np.float32).reshape(3, 2)
ONES = np.ones((3, 2), np.float32)


def sparse(places: Any, shape: tuple[int, ...]) -> Any:
    """A sparse tensor of ones."""
    indices = np.array(places, np.int64).reshape(-1, len(shape))
    return fs.SparseTensor(indices, np.ones(len(indices), np.float32), np.array(shape, np.int64))


def fed(value: Any, dtype: Any = None) -> Any:
    """A value of which nothing is known while the graph is built."""
    return tf.placeholder_with_default(np.array(value, dtype), None)


def product(places: Any, shape: tuple[int, int], adjoint: bool = False) -> Any:
    return fs.sparse_tensor_dense_matmul(sparse(places, shape), B, adjoint_a=adjoint)


CASES: list[tuple[Callable[[], Any], str]] = [
    (lambda: product([[0, -1]], (2, 3)), "k (-1) from index[0,1] out of bounds (>=3)"),
    (lambda: product([[0, 3]], (2, 3)), "k (3) from index[0,1] out of bounds (>=3)"),
    (lambda: product([[0, 0], [-1, 1]], (2, 3)), "m (-1) from index[1,0] out of bounds (>=2)"),
    (lambda: product([[2, 1]], (2, 3)), "m (2) from index[0,0] out of bounds (>=2)"),
    (lambda: product([[-1, 1]], (3, 2), adjoint=True), "k (-1) from index[0,0] out of bounds (>=3)"),
    (lambda: product([[1, -1]], (3, 2), adjoint=True), "m (-1) from index[0,1] out of bounds (>=2)"),
    (lambda: fs.dynamic_stitch([[0, -1]], [[1.0, 2.0]]), "indices[1] is out of range"),
    (lambda: fs.reverse_sequence(np.ones((2, 3)), [1, -1], 1), "seq_lens(1) < 0"),
    (lambda: fs.sparse_fill_empty_rows(sparse([[0, 0], [5, 0]], (3, 2)), 0.0)[0], "indices(1, 0) is invalid: 5 >= 3"),
    (lambda: fs.sparse_fill_empty_rows(sparse([[-1, 0]], (3, 2)), 0.0)[0], "indices(0, 0) is invalid: -1 >= 3"),
    (
        lambda: fs.sparse_fill_empty_rows(sparse([[0, 0]], (0, 2)), 0.0)[0],
        "Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = 1",
    ),
    (
        lambda: fs.sparse_add(sparse([], (0, 2)), ONES),
        "Dimension 0 does not equal (no broadcasting is supported): sparse side 0 vs dense side 3",
    ),
    (lambda: fs.sparse_add(sparse([[0, 0]], (1, 2)), ONES[0]), "Two operands have different ranks; received: 2 and 1"),
    (lambda: fs.string_to_number(["1_0"]), "StringToNumberOp could not correctly convert string: 1_0"),
    (lambda: fs.string_to_number(["infinity"]), "StringToNumberOp could not correctly convert string: infinity"),
    # TensorFlow goes on with these, to places that are not there
    (lambda: fs.sparse_reshape(sparse([[5, 0]], (3, 2)), [6]), "indices[0] = [5,0] is out of bounds"),
    (lambda: fs.sparse_add(sparse([[0, 0], [-1, 0]], (3, 2)), sparse([], (3, 2))), "indices[1] = [-1,0] is out of "),
    (lambda: fs.sparse_reduce_sum(sparse([[0, 0], [-1, 0]], (3, 2)), 1), "indices[1] = [-1] is out of bounds"),
    (lambda: fs.sparse_softmax(sparse([[5, 0]], (3, 2))), "indices[0] = [5] is out of bounds"),
]


@pytest.mark.parametrize(("run", "opening"), CASES)
@pytest.mark.parametrize("recorded", [False, True], ids=["eager", "graph"])
def test_what_does_not_fit_is_an_error(
    run: Callable[[], Any], opening: str, recorded: bool, request: pytest.FixtureRequest
) -> None:
    if not recorded:
        with pytest.raises(fs.errors.InvalidArgumentError) as caught:
            run()
    else:
        request.getfixturevalue("graph_mode")
        with tf.Session() as session:
            found = run()
            with pytest.raises(fs.errors.InvalidArgumentError) as caught:
                session.run(found)
    assert str(caught.value).startswith(opening)


RUNS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: tf.nn.in_top_k(fed(np.ones((3, 3)), np.float32), fed([1], np.int32), 1),
        "First dimension of predictions 3 must match length of targets 1",
    ),
    (lambda: tf.nn.in_top_k(fed([1.0], np.float32), fed([1], np.int32), 1), "predictions must be 2-dimensional"),
    (lambda: tf.nn.in_top_k(fed(ONES), fed([[1]], np.int32), 1), "targets must be 1-dimensional"),
    (lambda: tf.linspace(0.0, 1.0, fed(0, np.int32)), "Requires num > 0: 0"),
    (lambda: tf.reverse_sequence(fed(ONES), fed([1], np.int32), 1), "len(seq_lens) != input.dims(0), (1 vs. 3)"),
    (
        lambda: tf.reshape(fed(np.ones(3)), fed([-1, 0], np.int32)),
        "Input to reshape is a tensor with 3 values, but the ",
    ),
    (
        lambda: tf.contrib.lookup.KeyValueTensorInitializer(fed(["a"]), fed([1, 2])),
        "Expected shape [1] for value, got [2]",
    ),
]


@pytest.mark.parametrize(("build", "opening"), RUNS)
def test_what_only_a_run_finds(build: Callable[[], Any], opening: str, graph_mode: object) -> None:
    with tf.Session() as session:
        found = build()
        if isinstance(found, tf.contrib.lookup.KeyValueTensorInitializer):
            found = tf.contrib.lookup.HashTable(found, -1).init
        with pytest.raises(fs.errors.InvalidArgumentError) as caught:
            session.run(found)
    assert str(caught.value).startswith(opening)


def test_what_is_found_when_the_line_is_written(graph_mode: object) -> None:
    pairs = tf.contrib.lookup.KeyValueTensorInitializer
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 3 and 1"):
        tf.nn.in_top_k(np.ones((3, 3), np.float32), [1], 1)
    with pytest.raises(ValueError, match=r"Requires num > 0: 0. .*num=2 is start and stop"):
        tf.linspace(0.0, 1.0, 0)
    with pytest.raises(ValueError, match=r"Shapes \(1,\) and \(2,\)"):
        pairs(["a"], [1, 2])
    with pytest.raises(ValueError, match="must have rank 1"):
        pairs("a", 1)
    for dtype in (np.int32, np.float32):
        with pytest.raises(TypeError, match="Types don't match, <dtype: 'int64'> vs"):
            tf.metrics.precision_at_k(dtype([[1]]), np.ones((1, 3), np.float32), 1)
    assert tf.metrics.precision_at_k(tf.cast(np.int32([[1]]), tf.int64), np.ones((1, 3), np.float32), 1)


def test_the_ways_out() -> None:
    assert fs.linspace(0.0, 1.0, 2).tolist() == [0.0, 1.0]
    assert fs.reverse_sequence(np.array([[1, 2]]), [0], 1).tolist() == [[1, 2]]
    total = fs.sparse_tensor_to_dense(sparse([[0, 1]], (1, 2))) + ONES
    assert total.tolist() == [[1.0, 2.0]] * 3
    assert fs.dynamic_stitch([[-1]], [[1.0]]).tolist() == []


@pytest.mark.parametrize(
    ("shape", "wanted", "found"),
    [((0,), [-1, 0], (1, 0)), ((0, 3), [0, -1], (0, 3)), ((0, 3), [-1, 2], (0, 2)), ((0, 3), [0, 2, -1], (0, 2, 1))],
)
def test_nothing_is_reshaped_to_nothing(shape: Any, wanted: list[int], found: tuple[int, ...]) -> None:
    assert fs.reshape(np.ones(shape), wanted).shape == found


@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_nothing_is_reshaped_in_a_graph(shape: Any, graph_mode: object) -> None:
    wanted, found = [-1, 0], (shape[-1] or 1, 0)
    with tf.Session() as session:
        assert session.run(tf.reshape(fed(np.ones(shape)), fed(wanted, np.int32))).shape == found
        assert session.run(tf.reshape(np.ones(shape), wanted)).shape == found


def test_a_sparse_tensor_and_an_array_whose_shape_only_a_run_knows(graph_mode: object) -> None:
    with tf.Session() as session:
        x = tf.sparse_placeholder(tf.float32, [None, 2])
        dense = tf.placeholder(tf.float32, [None, 2])
        total = tf.sparse_add(x, dense)
        (slope,) = tf.gradients(total, x.values)
        fed_values = {x: ([[1, 0]], [2.0], [3, 2]), dense: ONES}
        found, down = session.run([total, slope], fed_values)
        assert found.tolist() == [[1, 1], [3, 1], [1, 1]]
        assert down.tolist() == [1.0]
        with pytest.raises(fs.errors.InvalidArgumentError, match="no broadcasting is supported"):
            session.run(total, {x: ([[0, 0]], [2.0], [1, 2]), dense: ONES})


def test_a_search_ends_at_the_first_nan() -> None:
    logits = np.full((4, 2, 3), np.nan, np.float32)
    logits[:, 0] = np.random.RandomState(0).randn(4, 2, 3)[:, 0]
    (paths,), scores = fs.nn.ctc_beam_search_decoder(logits, [4, 4])
    assert paths.indices.tolist() == [[0, 0]]
    assert paths.values.tolist() == [0]
    np.testing.assert_allclose(scores, [[-1.5433658], [np.nan]], rtol=1e-6)
    logits[:2, 1] = [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]]
    (paths,), scores = fs.nn.ctc_beam_search_decoder(logits, [4, 4])
    assert paths.indices[1:, 0].tolist() == [1] * (len(paths.indices) - 1)
    assert np.isnan(scores[1]).all()
