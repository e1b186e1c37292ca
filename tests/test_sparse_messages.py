"""What functions of sparse tensors refuse, and the ways out; test_array_programs.py has what they answer."""

from __future__ import annotations

import numpy as np
import pytest

import fastscope as fs


def matrix() -> fs.SparseTensor:
    return fs.SparseTensor([[0, 1], [1, 0]], [1.0, 2.0], [2, 3])


def test_shapes() -> None:
    x = matrix()
    with pytest.raises(ValueError, match=r"Cannot reshape a tensor with 6 elements to shape \[4\] .*Zeros count"):
        fs.sparse_reshape(x, [4])
    assert fs.sparse_reshape(x, [-1, 2]).dense_shape.tolist() == [3, 2]
    with pytest.raises(ValueError, match=r"At most one dimension can be inferred \(-1\)"):
        fs.sparse_reshape(x, [-1, -1])
    with pytest.raises(fs.errors.InvalidArgumentError, match="only one output dimension may be -1, not both 0 and 1"):
        fs.sparse_reshape(x, np.array([-1, -1]))
    with pytest.raises(
        fs.errors.InvalidArgumentError, match="6 dense values, but the requested shape has 4. Zeros count"
    ):
        fs.sparse_reshape(x, np.array([4]))
    with pytest.raises(ValueError, match=r"Requested new_shape should have dimension sizes >= .*tf.sparse_slice cuts"):
        fs.sparse_reset_shape(x, [1, 3])
    assert fs.sparse_slice(x, [0, 0], [1, 3]).dense_shape.tolist() == [1, 3]


def test_shapes_that_a_run_finds(graph_mode: object) -> None:
    x = fs.sparse_placeholder(fs.float32)
    with fs.Session() as session, pytest.raises(fs.errors.InvalidArgumentError, match="does not hold the old one"):
        session.run(fs.sparse_reset_shape(x, [1, 3]), {x: ([[0, 1]], [1.0], [2, 3])})


def test_cutting_and_joining() -> None:
    x, y = matrix(), fs.SparseTensor([[0, 0]], [1.0], [3, 1])
    with pytest.raises(ValueError, match=r"Keyword arguments are required .*sp_input=x, num_split=2, axis=1"):
        fs.sparse_split(x, 2, 1)
    with pytest.raises(ValueError, match="num_split is required. Write tf.sparse_split"):
        fs.sparse_split(sp_input=x, axis=1)
    assert [piece.dense_shape.tolist() for piece in fs.sparse_split(sp_input=x, num_split=2, axis=1)] == [
        [2, 2],
        [2, 1],
    ]
    with pytest.raises(fs.errors.InvalidArgumentError, match=r"Input axis should be in range \[-2, 2\), got 2"):
        fs.sparse_split(sp_input=x, num_split=2, axis=2)
    with pytest.raises(fs.errors.InvalidArgumentError, match=r"Input num_split should be between 1 and .*\(3\), got 4"):
        fs.sparse_split(sp_input=x, num_split=4, axis=1)
    with pytest.raises(
        fs.errors.InvalidArgumentError, match="expected the same but for dimension 1.*takes the largest"
    ):
        fs.sparse_concat(1, [x, y])
    assert fs.sparse_concat(1, [x, y], expand_nonconcat_dim=True).dense_shape.tolist() == [3, 4]
    with pytest.raises(
        fs.errors.InvalidArgumentError, match="Concat dimension must be in range, and all have one rank"
    ):
        fs.sparse_concat(2, [x, x])
    with pytest.raises(ValueError, match="sp_ids and vocab_size have to have equal lengths. Got 1 and 2"):
        fs.sparse_merge([x], x, [3, 4])


def test_sums() -> None:
    x = matrix()
    with pytest.raises(TypeError, match=r"do you mean to use tf.add\(\)\? Write a \+ b"):
        fs.sparse_add(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="incompatible"):
        fs.sparse_add(x, fs.sparse_reset_shape(x, [3, 3]))
    total = fs.sparse_add(fs.sparse_reset_shape(x, [3, 3]), fs.sparse_reset_shape(x, [3, 3]))
    assert total.values.tolist() == [2.0, 4.0]


def test_shapes_of_pairs_that_a_run_finds(graph_mode: object) -> None:
    x, y = fs.sparse_placeholder(fs.float32), fs.sparse_placeholder(fs.float32)
    feeds = {x: ([[0, 1]], [1.0], [2, 3]), y: ([[0, 1]], [1.0], [3, 3])}
    with fs.Session() as session, pytest.raises(fs.errors.InvalidArgumentError, match="Operands' shapes do not match"):
        session.run(fs.sparse_add(x, y), feeds)
