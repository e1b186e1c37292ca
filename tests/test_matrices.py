"""Decompositions of matrices, and functions of tf.math, where numbers are special."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs

MATRICES = np.random.default_rng(4).standard_normal((2, 3, 4))


def test_decompositions_give_the_matrices_back() -> None:
    s, u, v = fs.svd(MATRICES)
    assert (s.shape, u.shape, v.shape) == ((2, 3), (2, 3, 3), (2, 4, 3))
    np.testing.assert_allclose(u * s[:, None] @ v.swapaxes(1, 2), MATRICES, atol=1e-12)
    np.testing.assert_allclose(fs.svd(MATRICES, compute_uv=False), s)
    assert fs.svd(MATRICES, full_matrices=True)[2].shape == (2, 4, 4)
    q, r = fs.qr(MATRICES)
    np.testing.assert_allclose(q @ r, MATRICES, atol=1e-12)
    symmetric = MATRICES @ MATRICES.swapaxes(1, 2)
    values, vectors = fs.self_adjoint_eig(symmetric)
    np.testing.assert_allclose(vectors * values[:, None] @ vectors.swapaxes(1, 2), symmetric, atol=1e-12)


def test_shapes_of_decompositions_are_known(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x = tf.placeholder(tf.float64, [None, 3, 4])
    assert [t.shape.as_list() for t in tf.svd(x)] == [[None, 3], [None, 3, 3], [None, 4, 3]]
    assert [t.shape.as_list() for t in tf.svd(x, full_matrices=True)] == [[None, 3], [None, 3, 3], [None, 4, 4]]
    assert [t.shape.as_list() for t in tf.qr(x, full_matrices=True)] == [[None, 3, 3], [None, 3, 4]]
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(tf.svd(x)[0], {x: MATRICES}), np.linalg.svd(MATRICES, compute_uv=False))


def test_what_has_no_number_is_nothing(graph_mode: ModuleType) -> None:
    tf = graph_mode
    x, y = tf.constant([0.0, 2.0]), tf.constant([0.0, 3.0])
    with tf.Session() as session:
        for function, expected in (
            (tf.math.xlogy(x, y), [0, 2 * np.log(3)]),
            (tf.math.xdivy(x, y), [0, 2 / 3]),
            (tf.math.multiply_no_nan(tf.constant([np.inf, 2.0]), y), [0, 6]),
            (tf.math.reciprocal_no_nan(x), [0, 0.5]),
            (tf.nn.log_poisson_loss(x, y, compute_full_loss=True)[:1], [1]),
        ):
            np.testing.assert_allclose(session.run(function), expected, rtol=1e-6)
            slopes = [slope for slope in tf.gradients(function, [x, y]) if slope is not None]
            assert all(np.isfinite(session.run(slope)).all() for slope in slopes) and slopes


def test_polynomials_and_places() -> None:
    x = np.float32([1, 2])
    assert fs.math.polyval([2.0, 1.0, 3.0], x).tolist() == [6, 13]
    assert fs.math.polyval([], x).tolist() == [0, 0] and fs.math.polyval([4.0], x).tolist() == [4, 4]
    with pytest.raises(ValueError, match="Argument coeffs must be list type found .*tuple.*Write list"):
        fs.math.polyval((1.0, 2.0), x)  # type: ignore[arg-type]
    rows = fs.searchsorted([[1, 3, 5], [2, 2, 9]], [[3, 0], [2, 10]], side="right")
    assert rows.tolist() == [[2, 0], [2, 3]]
    with pytest.raises(ValueError, match="side"):
        fs.searchsorted([1, 2], [1], side="middle")


def test_the_gradient_of_an_adjoints_inverse_is_that_of_differences(graph_mode: Any) -> None:
    x = graph_mode.constant(MATRICES[0, :3, :3] + 4 * np.eye(3))
    y = graph_mode.matrix_inverse(x, adjoint=True) * np.arange(1.0, 10.0).reshape(3, 3)
    with graph_mode.Session():
        found, near = graph_mode.test.compute_gradient(x, [3, 3], y, [3, 3], MATRICES[0, :3, :3] + 4 * np.eye(3))
    np.testing.assert_allclose(found, near, rtol=1e-4, atol=1e-6)  # TensorFlow's is the transpose of it, by mistake


def test_messages_and_their_ways_out(graph_mode: Any) -> None:
    tf, half = graph_mode, np.float32([[1, 2], [2, 4]])
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as session:

        def run(z: Any, value: Any = half) -> Any:
            return session.run(z, {x: value, y: half[:, :1]})

        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"not invertible.*tf.matrix_solve_ls finds the nearest"
        ):
            run(tf.matrix_solve(x, y))
        np.testing.assert_allclose(half @ run(tf.matrix_solve_ls(x, y, fast=False)), half[:, :1], rtol=1e-5)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"x \+ 1e-6 \* tf.eye\(n\) helps"):
            run(tf.cholesky(x))
        assert np.isfinite(run(tf.cholesky(x + 1e-5 * tf.eye(2)))).all()
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"must be square, got shape \[1, 2\]"):
            run(tf.matrix_inverse(x), half[:1])
    with pytest.raises(ValueError, match=r"tf.matmul|Only one of transpose_a and adjoint_a .*is transposed already"):
        tf.matmul(half, half, transpose_a=True, adjoint_a=True)
    with pytest.raises(ValueError, match=r"a supported vector norm, got -1. It is one of .*or above 0"):
        tf.norm(half, ord=-1)
    with pytest.raises(ValueError, match=r"a supported matrix norm in"):
        tf.norm(half, ord=3, axis=[0, 1])
    with pytest.raises(ValueError, match=r"a tuple of 2 unique integers, got \[1\]. Two are those of matrices"):
        tf.norm(half, axis=[1])
    z = tf.constant(half)
    with pytest.raises(ValueError, match="Gradient not defined for fast=False.*Write fast=True"):
        tf.gradients(tf.matrix_solve_ls(z, z, fast=False), z)
    assert tf.gradients(tf.matrix_solve_ls(z, z), z)[0] is not None
    with pytest.raises(NotImplementedError, match="Qr gradient is not implemented for more columns than rows"):
        tf.gradients(tf.qr(z[:1])[0], z)
    assert tf.gradients(tf.stop_gradient(tf.qr(z[:1])[0]), z) == [None]
