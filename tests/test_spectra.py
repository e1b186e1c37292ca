"""Gradients of Fourier transforms of more or fewer numbers than there are, beside differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

A = np.random.default_rng(3).standard_normal((2, 4))


@pytest.mark.parametrize("length", [3, 4, 5, 6])
def test_gradients_of_real_numbers_are_those_of_differences(graph_mode: Any, length: int) -> None:
    tf = graph_mode
    x = tf.constant(A)
    there = tf.spectral.rfft(x, [length])
    back = tf.spectral.irfft(tf.complex(x, x * x), [length])
    y = tf.concat([tf.real(there) * tf.imag(there), back], 1)
    with tf.Session():
        found, near = tf.test.compute_gradient(x, [2, 4], y, y.get_shape().as_list(), A)
    np.testing.assert_allclose(found, near, rtol=1e-4, atol=1e-5)


def test_transforms_of_two_dimensions_too(graph_mode: Any) -> None:
    tf = graph_mode
    x = tf.constant(A)
    y = tf.abs(tf.spectral.rfft2d(x, [3, 5]))
    with tf.Session():
        found, near = tf.test.compute_gradient(x, [2, 4], y, [3, 3], A)
    np.testing.assert_allclose(found, near, rtol=1e-4, atol=1e-5)
