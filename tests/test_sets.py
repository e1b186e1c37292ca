"""tf.sets at once, and its messages; test_array_programs.py has TensorFlow's answers in a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf

A, B = np.array([[1, 2, 2], [5, 4, 9]]), np.array([[2, 3, 3, 1], [9, 8, 8, 7]])


def rows(sparse: Any) -> list[list[int]]:
    """The sets of a sparse tensor of two dimensions."""
    return [sparse.values[sparse.indices[:, 0] == k].tolist() for k in range(int(sparse.dense_shape[0]))]


def test_rows_are_sets() -> None:
    assert rows(fs.sets.intersection(A, B)) == [[1, 2], [9]]
    assert rows(fs.sets.union(A, B)) == [[1, 2, 3], [4, 5, 7, 8, 9]]
    assert rows(fs.sets.difference(A, B)) == [[], [4, 5]]
    assert rows(fs.sets.set_difference(A, B, aminusb=False)) == [[3], [7, 8]]
    assert fs.sets.size(fs.sets.union(A, B)).tolist() == [3, 5]


def test_many_rows_are_as_pythons_sets() -> None:
    draw = np.random.default_rng(3)
    a, b = draw.integers(0, 9, (40, 6)), draw.integers(0, 9, (40, 4))
    pairs = [(set(x), set(y)) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert rows(fs.sets.intersection(a, b)) == [sorted(x & y) for x, y in pairs]
    assert rows(fs.sets.difference(a, b)) == [sorted(x - y) for x, y in pairs]


def test_messages_and_their_ways_out() -> None:
    with pytest.raises(fs.errors.InvalidArgumentError, match=r"both have one shape but for the last dimension"):
        fs.sets.union(A, B[:1])
    with pytest.raises(fs.errors.InvalidArgumentError, match=r"has rank 1 < 2: .*Write x\[None\] for one set"):
        fs.sets.union(A[0], B[0])
    assert rows(fs.sets.union(A[0][None], B[0][None])) == [[1, 2, 3]]
    with pytest.raises(fs.errors.InvalidArgumentError, match=r"indices\[1\] = \[0,0\] is out of order.* row by row"):
        fs.sets.size(fs.SparseTensor([[1, 0], [0, 0]], [1, 2], [2, 2]))
    assert fs.sets.size(fs.SparseTensor([[0, 0], [1, 0]], [2, 1], [2, 2])).tolist() == [1, 1]
    with pytest.raises(TypeError, match="Expected `SparseTensor`, got .*as long as its last dimension"):
        fs.sets.size(A)
    with pytest.raises(TypeError, match=r"Types don't match, .*Write tf.cast\(b, tf.int64\)"):
        fs.sets.union(A, np.int32(B))
    assert rows(fs.sets.union(A, fs.cast(np.int32(B), fs.int64))) == rows(fs.sets.union(A, B))
    with pytest.raises(TypeError, match=r"sets are of integers or text. Write tf.cast\(x, tf.int64\)"):
        fs.sets.union(np.float32(A), np.float32(B))


def test_metrics_say_what_they_need(graph_mode: Any) -> None:
    labels, scores = np.array([[[1]], [[0]]]), np.float32([[0.1, 0.9], [0.4, 0.3]])
    with pytest.raises(ValueError, match="Labels have the shape of the predictions, but for the last dimension"):
        tf.metrics.recall_at_k(labels, scores, 1)
    assert tf.metrics.recall_at_k(labels[:, 0], scores, 1)
    with pytest.raises(ValueError, match="Invalid k=0. It is 1 or more"):
        tf.metrics.average_precision_at_k(labels[:, 0], scores, 0)
    with pytest.raises(ValueError, match=r"It is a share: 0.9 for 90 per cent"):
        tf.metrics.sensitivity_at_specificity([1], [0.5], 90)
    assert tf.metrics.sensitivity_at_specificity([1], [0.5], 0.9)
