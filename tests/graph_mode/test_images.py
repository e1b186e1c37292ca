"""Images of other sizes: TensorFlow 1.15's answers, gradients that are the transposed map, and messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf

IMAGE = np.sin(np.arange(24.0)).reshape(1, 3, 4, 2).astype(np.float32)
RESIZED = {
    ("bilinear", ""): [0.0, 0.35393, -0.43854, 0.59361, -0.18335, 0.11351, 0.73391, -0.4725, 0.44492, -0.03245,
                       -0.26538, 0.33504, -0.2879, -0.19634, 0.29841],
    ("bilinear", "align_corners"): [0.0, 0.07625, -0.27942, 0.49468, -0.23202, 0.3556, 0.98936, -0.5403, 0.99061,
                                    0.35073, -0.22966, 0.49088, -0.2879, 0.08098, -0.00885],
    ("bilinear", "half_pixel_centers"): [0.15155, 0.07625, -0.35898, 0.38445, -0.17037, 0.07904, 0.73379, -0.5403,
                                         0.73608, 0.07447, -0.16753, 0.3813, -0.36508, 0.08098, 0.14478],
    ("nearest_neighbor", ""): [0.0, 0.9093, -0.7568, 0.0, 0.9093, -0.7568, 0.98936, -0.54402, -0.53657, 0.98936,
                               -0.54402, -0.53657, -0.2879, -0.75099, 0.91295],
    ("nearest_neighbor", "align_corners"): [0.0, -0.7568, -0.27942, 0.98936, -0.53657, 0.99061, 0.98936, -0.53657,
                                            0.99061, -0.2879, 0.91295, -0.00885, -0.2879, 0.91295, -0.00885],
    ("nearest_neighbor", "half_pixel_centers"): [0.0, -0.7568, -0.27942, 0.0, -0.7568, -0.27942, 0.98936, -0.53657,
                                                 0.99061, -0.2879, 0.91295, -0.00885, -0.2879, 0.91295, -0.00885],
}  # fmt: skip


@pytest.mark.parametrize(("method", "option"), RESIZED)
@pytest.mark.parametrize("shape", [[1, 3, 4, 2], [None, None, None, 2], None])
def test_sizes(method: str, option: str, shape: Any) -> None:
    x = tf.placeholder(tf.float32, shape)
    resize = getattr(tf.image, f"resize_{method}")
    y = resize(x, [5, 3], **({option: True} if option else {}))
    assert y.get_shape().as_list()[1:3] == [5, 3]
    weights = np.cos(np.arange(30.0)).reshape(1, 5, 3, 2).astype(np.float32)
    (slope,) = tf.gradients(y, x, grad_ys=[weights])
    with tf.Session() as session:
        values, d = session.run([y, slope], {x: IMAGE})
    np.testing.assert_allclose(values[0, :, :, 0].ravel(), RESIZED[method, option], atol=1e-5)
    # the map is linear: <weights, resize(x)> is <gradient, x>
    np.testing.assert_allclose((weights * values).sum(), (d * IMAGE).sum(), rtol=1e-4)


def test_one_image_or_many() -> None:
    one = tf.image.resize_images(tf.constant(IMAGE[0]), [6, 8])
    many = tf.image.resize_images(tf.constant(IMAGE), [6, 8], tf.image.ResizeMethod.NEAREST_NEIGHBOR)
    assert one.name == "resize/Squeeze:0" and many.name == "resize_1/ResizeNearestNeighbor:0"
    assert one.get_shape().as_list() == [6, 8, 2] and many.get_shape().as_list() == [1, 6, 8, 2]


MESSAGES: list[tuple[Callable[[], Any], str]] = [
    (lambda: tf.image.resize_images(IMAGE[0, 0], [2, 2]), "'images' must have either 3 or 4 dimensions, got 2"),
    (lambda: tf.image.resize_images(IMAGE, [2, 2], 2), "Resize method is not implemented: 2. ResizeMethod.BILINEAR"),
    (
        lambda: tf.image.resize_images(IMAGE, [2, 2], preserve_aspect_ratio=True),
        "resize_images: preserve_aspect_ratio is not there: give the size that it would lead to.",
    ),
    (lambda: tf.space_to_depth(IMAGE, 2), "Dimension size must be evenly divisible by 2 but is 3 for 'SpaceToDepth'"),
]


@pytest.mark.parametrize(("run", "opening"), MESSAGES)
def test_messages(run: Callable[[], Any], opening: str) -> None:
    with pytest.raises(ValueError) as raised:
        run()
    assert str(raised.value).startswith(opening)
