"""Histograms and glimpses, computed at once and in a graph; the numbers are TensorFlow 1.15's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as tf

VALUES = [-1.0, 0.0, 1.5, 2.0, 5.0, 15.0]
IMAGE = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)


ODD = np.arange(1, 36, dtype=np.float32).reshape(1, 7, 5, 1)


def odd(size: int, place: list[float], **options: bool) -> Any:
    return tf.image.extract_glimpse(ODD, [size, size], [place], **options)[0, ..., 0]


def glimpse(size: int, place: list[float], **options: bool) -> Any:
    return tf.image.extract_glimpse(IMAGE, [size, size], [place], **options)


PROGRAMS: list[tuple[Callable[[], Any], Any]] = [
    (lambda: tf.histogram_fixed_width(VALUES, [0.0, 5.0], nbins=5), [2, 1, 1, 0, 2]),
    (lambda: tf.histogram_fixed_width([0.3, 0.6, 0.9], [0.0, 0.9], nbins=3), [0, 1, 2]),
    (lambda: tf.histogram_fixed_width([[1]], [0, 3], nbins=3), [0, 1, 0]),
    (lambda: tf.histogram_fixed_width_bins(VALUES, [0.0, 5.0], nbins=5), [0, 0, 1, 2, 4, 4]),
    (lambda: tf.histogram_fixed_width_bins([[3.0]], [0.0, 3.0], nbins=3), [[2]]),
    (lambda: odd(3, [0.0, 0.0]), [[12, 13, 14], [17, 18, 19], [22, 23, 24]]),
    (lambda: odd(2, [0.2, -0.1]), [[17, 18], [22, 23]]),
    (lambda: odd(3, [3.0, 2.0], centered=False, normalized=False), [[6, 7, 8], [11, 12, 13], [16, 17, 18]]),
    (lambda: odd(3, [0.5, 0.5], centered=False), [[12, 13, 14], [17, 18, 19], [22, 23, 24]]),
    (lambda: odd(3, [2.0, -1.0], normalized=False), [[16, 17, 18], [21, 22, 23], [26, 27, 28]]),
    (lambda: glimpse(2, [0.0, 0.0])[0, ..., 0], [[5, 6], [9, 10]]),
    (lambda: glimpse(3, [0.0, 0.0])[0, ..., 0], [[0, 1, 2], [4, 5, 6], [8, 9, 10]]),
    (lambda: glimpse(3, [0.5, -0.5])[0, ..., 0], [[4, 5, 6], [8, 9, 10], [12, 13, 14]]),
    (lambda: glimpse(3, [1.0, 1.0])[0, :2, :2, 0], [[10, 11], [14, 15]]),
    (lambda: glimpse(3, [1.0, 1.0], normalized=False)[0, ..., 0], [[5, 6, 7], [9, 10, 11], [13, 14, 15]]),
    (lambda: glimpse(3, [0.0, 0.0], centered=False)[0, 1:, 1:, 0], [[0, 1], [4, 5]]),
    (
        lambda: glimpse(3, [1.0, 1.0], centered=False, normalized=False)[0, ..., 0],
        [[0, 1, 2], [4, 5, 6], [8, 9, 10]],
    ),
]


@pytest.mark.parametrize(("program", "expected"), PROGRAMS)
@pytest.mark.parametrize("recorded", [False, True])
def test_numbers(program: Callable[[], Any], expected: Any, recorded: bool) -> None:
    with tf.Graph().as_default() as graph:
        if recorded:
            graph.record()
        found = program()
        if recorded:
            assert found.shape.as_list() == list(np.shape(expected))
            with tf.Session() as session:
                found = session.run(found)
    assert found.tolist() == expected


@pytest.mark.parametrize("uniform", [False, True])
def test_noise_is_where_the_image_ends(uniform: bool) -> None:
    images = np.random.default_rng(0).random((2, 5, 4, 2), np.float32)
    tf.set_random_seed(3)
    far = tf.image.extract_glimpse(images, [40, 50], [[5.0, 0.0], [0.0, 0.0]], uniform_noise=uniform)
    for image, window in zip(images, far, strict=True):
        for channel in range(2):
            values, noise = image[..., channel], window[..., channel]
            assert values.min() <= noise.min() < noise.max() <= values.max()
            middle = (values.min() + values.max()) / 2 if uniform else values.mean()
            assert abs(noise.mean() - middle) < 0.03  # of 2000 numbers in [0, 1]
    assert (far[1, 17:22, 23:27] == images[1]).all()
    assert len(np.unique(far[0])) > 3000


def test_they_have_no_gradients() -> None:
    with tf.Graph().as_default() as graph:
        graph.record()
        x: Any = tf.constant([[1.0, 2.0]])
        y: Any = tf.image.extract_glimpse(tf.constant(IMAGE), [2, 2], x)
        assert tf.gradients(y, x) == [None]
        counts: Any = tf.histogram_fixed_width(x, [0.0, 1.0], dtype=tf.int64)
        assert (counts.op.name, counts.dtype, counts.shape.as_list()) == ("histogram_fixed_width", tf.int64, [100])
        with pytest.raises(LookupError, match="No gradient defined for operation 'histogram_fixed_width'"):
            tf.gradients(counts, x)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lambda: tf.histogram_fixed_width([1.0], [0.0, 1.0], 0), "nbins should be a positive number, but got '0'"),
        (lambda: tf.histogram_fixed_width([1.0], [1.0, 1.0]), r"value_range should satisfy value_range\[0\] < value"),
        (lambda: tf.image.extract_glimpse(IMAGE[0], [1, 1], [[0.0, 0.0]]), "input must have 4 dimensions, got shape"),
        (
            lambda: tf.image.extract_glimpse(IMAGE, [1, 1], [[0.0]]),
            r"offsets must have shape \[1, 2\], a row and a col",
        ),
    ],
)
def test_what_cannot_be(program: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        program()


def test_the_way_out_of_an_empty_range() -> None:
    x = np.array([1.0, 2.0, 4.0], np.float32)
    ends = [tf.reduce_min(x), tf.reduce_max(x)]
    assert tf.histogram_fixed_width(x, ends, nbins=3).tolist() == [1, 1, 1]
