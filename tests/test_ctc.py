"""Sums over sparse tensors, CTC and edit distances computed at once, and what their messages say."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.errors import InvalidArgumentError

LOGITS = np.sin(np.arange(32, dtype=np.float64)).reshape(4, 2, 4)


def labels() -> Any:
    return fs.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2])


def test_a_sparse_tensor_holds_arrays() -> None:
    s = fs.SparseTensor([[0, 1], [1, 2]], [1.0, 2.0], [2, 3])
    assert s.shape == s.get_shape() == (2, 3) and s.dtype == fs.float32
    dense = fs.sparse_tensor_to_dense(s)
    np.testing.assert_array_equal(dense, [[0, 1, 0], [0, 0, 2]])
    np.testing.assert_array_equal(fs.sparse_reduce_sum(s, 1), [1, 2])
    matrix = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_array_equal(fs.sparse_tensor_dense_matmul(s, matrix), dense @ matrix)
    ids = fs.SparseTensor([[0, 0], [0, 1]], [0, 2], [1, 2])
    np.testing.assert_array_equal(fs.nn.embedding_lookup_sparse(matrix, ids, None), [[2, 3]])
    value = fs.SparseTensorValue(s.indices, s.values, s.dense_shape)
    np.testing.assert_array_equal(fs.sparse_tensor_to_dense(value), dense)


def collapsed(path: tuple[int, ...], blank: int) -> list[int]:
    return [label for k, label in enumerate(path) if label != blank and (not k or path[k - 1] != label)]


@pytest.mark.parametrize(("row", "wanted", "steps"), [(0, [1, 2], 4), (1, [0], 3), (0, [1, 1], 4), (1, [2, 1, 2], 4)])
def test_the_loss_is_that_of_all_paths(row: int, wanted: list[int], steps: int) -> None:
    log_y = LOGITS - np.log(np.exp(LOGITS).sum(2, keepdims=True))
    paths = [p for p in itertools.product(range(4), repeat=steps) if collapsed(p, 3) == wanted]
    expected = -np.log(sum(np.exp(sum(log_y[t, row, label] for t, label in enumerate(p))) for p in paths))
    sparse = fs.SparseTensor([[0, k] for k in range(len(wanted))], wanted, [1, len(wanted)])
    (loss,) = fs.nn.ctc_loss(sparse, LOGITS[:, row : row + 1], [steps])
    np.testing.assert_allclose(loss, expected, rtol=1e-12)


def test_the_gradient_is_that_of_the_loss() -> None:
    weights = np.array([1.0, 3.0])
    v = fs.Variable(LOGITS, name="x")
    loss, gradients = fs.value_and_grad(lambda: fs.reduce_sum(fs.nn.ctc_loss(labels(), v, [4, 3]) * weights))()
    slope = gradients.get(v)
    for place in [(0, 0, 1), (3, 0, 3), (2, 1, 0), (3, 1, 2)]:
        moved = LOGITS.copy()
        moved[place] += 1e-6
        change = (fs.nn.ctc_loss(labels(), moved, [4, 3]) * weights).sum() - loss
        np.testing.assert_allclose(slope[place], change / 1e-6, rtol=1e-4, atol=1e-6)


def test_a_wide_search_sums_all_paths() -> None:
    log_y = LOGITS - np.log(np.exp(LOGITS).sum(2, keepdims=True))
    sums: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(4), repeat=4):
        found = tuple(collapsed(path, 3))
        sums[found] = sums.get(found, 0) + np.exp(sum(log_y[t, 0, label] for t, label in enumerate(path)))
    best = sorted(sums, key=lambda found: -sums[found])[:5]
    decoded, scores = fs.nn.ctc_beam_search_decoder(LOGITS, [4, 2], 1000, 5, merge_repeated=False)
    for k, found in enumerate(best):
        assert tuple(decoded[k].values[decoded[k].indices[:, 0] == 0].tolist()) == found
    np.testing.assert_allclose(scores[0], [np.log(sums[found]) for found in best], rtol=1e-12)


def test_what_lies_past_the_end_of_a_row_is_not_looked_at() -> None:
    padded = LOGITS.copy()
    padded[3, 1] = np.nan
    v = fs.Variable(padded, name="padded")
    loss, gradients = fs.value_and_grad(lambda: fs.reduce_sum(fs.nn.ctc_loss(labels(), v, [4, 3])))()
    np.testing.assert_allclose(loss, fs.nn.ctc_loss(labels(), LOGITS, [4, 3]).sum())
    assert (gradients.get(v)[3, 1] == 0).all()


def test_decoding_and_distances() -> None:
    (decoded,), scores = fs.nn.ctc_greedy_decoder(LOGITS, [4, 3])
    assert scores.shape == (2, 1)
    best = LOGITS.argmax(2)
    for row, steps in enumerate([4, 3]):
        path = collapsed(tuple(best[:steps, row].tolist()), 3)
        assert decoded.values[decoded.indices[:, 0] == row].tolist() == path
    a = fs.SparseTensor([[0, k] for k in range(6)], list("kitten"), [1, 6])
    b = fs.SparseTensor([[0, k] for k in range(7)], list("sitting"), [1, 7])
    assert fs.edit_distance(a, b, normalize=False).tolist() == [3.0]


def test_messages(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.constant(LOGITS)

    def lost(*labels: Any, lengths: Any = (4, 3), **options: Any) -> Any:
        with tf.Session() as session:
            return session.run(tf.nn.ctc_loss(tf.SparseTensor(*labels), x, list(lengths), **options))

    good = ([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2])
    with pytest.raises(TypeError, match=r"Expected labels \(first argument\) to be a SparseTensor, got list"):
        tf.nn.ctc_loss([1], x, [4, 3])
    with pytest.raises(InvalidArgumentError, match=r"sequence_length\(1\) <= 4: row 1 is said to have more steps"):
        lost(*good, lengths=(4, 5))
    with pytest.raises(InvalidArgumentError, match="Not enough time .* no loss for the row by ignore_longer"):
        lost(*good, lengths=(1, 1))
    assert lost(*good, lengths=(1, 1), ignore_longer_outputs_than_inputs=True)[0] == 0
    with pytest.raises(InvalidArgumentError, match="Labels length is zero in batch 1: each row has to have a label"):
        lost([[0, 0]], [1], [2, 1])
    assert lost([[0, 0]], [1], [2, 1], lengths=(4, 0))[1] == 0
    with pytest.raises(InvalidArgumentError, match="Saw a non-null label .* give the logits one class more"):
        lost([[0, 0], [0, 1], [1, 0]], [3, 1, 0], [2, 2])
    with pytest.raises(InvalidArgumentError, match="All labels must be nonnegative integers, batch: 1 labels: -1"):
        lost([[0, 0], [1, 0]], [1, -1], [2, 1])
    with pytest.raises(TypeError, match="Hypothesis must be a SparseTensor. Got int: tf.SparseTensor"):
        tf.edit_distance(1, tf.SparseTensor(*good))
    with pytest.raises(ValueError, match="combiner must be one of 'mean', 'sqrtn' or 'sum', got 'max'"):
        tf.nn.embedding_lookup_sparse(tf.ones([3, 2]), tf.SparseTensor(*good), None, combiner="max")


def test_messages_of_arrays() -> None:
    with pytest.raises(InvalidArgumentError, match="batch_size must not be 0: the inputs"):
        fs.nn.ctc_loss(fs.SparseTensor(np.zeros([0, 2], int), np.zeros(0, int), [0, 0]), LOGITS[:, :0], [])
    with pytest.raises(ValueError, match="The number of classes, the last dimension of logits, must be known"):
        fs.nn.ctc_loss_v2([[0]], LOGITS[0], [1], [4])
    with pytest.raises(ValueError, match="blank_index must be given when using SparseTensor labels"):
        fs.nn.ctc_loss_v2(labels(), LOGITS, None, [4, 3])
    with pytest.raises(InvalidArgumentError, match="requested more paths than the beam width: top_paths=3"):
        fs.nn.ctc_beam_search_decoder(LOGITS, [4, 3], 2, 3)
    with pytest.raises(InvalidArgumentError, match="Less leaves in the beam search than requested: row 1 has 1 label"):
        fs.nn.ctc_beam_search_decoder(LOGITS, [4, 0], top_paths=2)
    with pytest.raises(InvalidArgumentError, match=r"inputs is not a 3-Tensor. Expected \[max_time, batch_size"):
        fs.nn.ctc_loss(labels(), LOGITS[0], [4, 3])
    with pytest.raises(InvalidArgumentError, match=r"len\(sequence_length\) != batch_size: sequence_length has shape"):
        fs.nn.ctc_loss(labels(), LOGITS, [4])
