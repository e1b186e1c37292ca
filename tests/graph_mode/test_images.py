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


def no_image(shape: Any) -> Any:
    return tf.placeholder(tf.float32, shape)


MESSAGES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: tf.image.resize_images(IMAGE[0, 0], [2, 2]),
        "'images' must have either 3 or 4 dimensions. This has 2; an",
    ),
    (
        lambda: tf.image.resize_images(IMAGE, [2, 2], 7),
        "Resize method is not implemented: 7. tf.image.ResizeMethod has",
    ),
    (
        lambda: tf.image.resize_images(no_image(None), [2, 2]),
        "'images' contains no shape: say how many dimensions there",
    ),
    *[
        (
            lambda size=size: tf.image.resize_images(IMAGE, size),
            "'size' must be a 1-D int32 Tensor of 2 elements: new_h",
        )
        for size in ([2], [2, 3, 4], [2, 3.0], [None, 2], 4, tf.constant([1.0, 2.0]))
    ],
    (
        lambda: tf.image.flip_left_right(no_image([3, 4])),
        "'image' must be at least three-dimensional. This has 2; an im",
    ),
    (
        lambda: tf.image.rot90(no_image([1] * 5)),
        "'image' must have either 3 or 4 dimensions. This has 5; an image is [",
    ),
    (
        lambda: tf.image.flip_up_down(no_image([0, 4, 3])),
        "all dims of 'image.shape' must be > 0, got [0, 4, 3]: look at",
    ),
    (
        lambda: tf.image.central_crop(IMAGE, 0.0),
        "central_fraction must be within (0, 1], got 0.0: 0.5 is half of both s",
    ),
    (
        lambda: tf.image.central_crop(no_image(None), 0.5),
        "'image' must have either 3 or 4 dimensions. This has None; an",
    ),
    (
        lambda: tf.image.crop_to_bounding_box(IMAGE, 2, 0, 2, 2),
        "height must be >= target + offset. Heights are counted",
    ),
    (
        lambda: tf.image.pad_to_bounding_box(IMAGE, 0, 0, 9, 3),
        "width must be <= target - offset. Heights are counted in",
    ),
    (
        lambda: tf.image.resize_image_with_crop_or_pad(IMAGE, 0, 3),
        "target_height must be > 0. Heights are counted in row",
    ),
    (lambda: tf.image.adjust_gamma(IMAGE, -1), "Gamma should be a non-negative real number. Heights"),
    (lambda: tf.image.random_brightness(IMAGE, -1), "max_delta must be non-negative, got -1."),
    (lambda: tf.image.random_hue(IMAGE, 0.7), "max_delta must be <= 0.5, got 0.7."),
    (lambda: tf.image.random_contrast(IMAGE, 0.7, 0.5), "upper must be > lower, got 0.5 and 0.7."),
    (lambda: tf.image.random_saturation(IMAGE, -0.7, 0.5), "lower must be non-negative, got -0.7."),
    (
        lambda: tf.image.adjust_hue(IMAGE, 0.1),
        "input must have 3 channels but instead has 2 channels: image[..., :3] has",
    ),
    (
        lambda: tf.image.grayscale_to_rgb(IMAGE),
        "Last dimension of a grayscale image should be size 1, got 2: tf.image.rgb",
    ),
    (
        lambda: tf.image.image_gradients(IMAGE[0]),
        "image_gradients expects a 4D tensor [batch_size, h, w, d], got 3 dimens",
    ),
    (
        lambda: tf.image.psnr(IMAGE, IMAGE[:, 1:], 1.0),
        "Two images are not compatible: [1, 3, 4, 2] and [1, 2, 4, 2]. Th",
    ),
    (
        lambda: tf.image.ssim(IMAGE, IMAGE, 1.0),
        "ssim: an image of shape [1, 3, 4, 2] is smaller than the window of 11 row",
    ),
    (
        lambda: tf.image.random_jpeg_quality(IMAGE[0], 10, 101),
        "jpeg encoding range must be between 0 and 100, got 10 an",
    ),
    (
        lambda: tf.image.random_jpeg_quality(IMAGE[0], 20, 10),
        "`min_jpeg_quality` must be less than `max_jpeg_quality`, ",
    ),
    (
        lambda: tf.image.crop_and_resize(IMAGE, [[0.0] * 4], [0], [2, 2], "cubic"),
        "Argument `method` should be one of (",
    ),
    (lambda: tf.space_to_depth(IMAGE, 2), "Dimension size must be evenly divisible by 2 but is 3 for 'SpaceToDepth'"),
]


@pytest.mark.parametrize(("run", "opening"), MESSAGES)
def test_messages(run: Callable[[], Any], opening: str) -> None:
    with pytest.raises(ValueError) as raised:
        run()
    assert str(raised.value).startswith(opening)


def test_images_have_dtypes_with_a_range() -> None:
    with pytest.raises(AttributeError, match="^dtype must be either floating point or integer, got string."):
        tf.image.convert_image_dtype(IMAGE, tf.string)


WHEN_IT_RUNS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda n: tf.image.crop_to_bounding_box(IMAGE, n - 2, 0, 2, 2), "offset_height must be >= 0"),
    (lambda n: tf.image.crop_to_bounding_box(IMAGE, n, n, 3, 3), "height must be >= target \\+ offset"),
    (lambda n: tf.image.pad_to_bounding_box(IMAGE, 0, n, 9, 4), "width must be <= target - offset"),
    (lambda n: tf.image.adjust_gamma(IMAGE, tf.cast(n - 2, tf.float32)), "Gamma should be a non-negative real number"),
    (lambda n: tf.image.flip_up_down(tf.zeros([n - 1, 2, 2])), "all dims of .*image.shape.* must be > 0"),
    (
        lambda n: tf.image.grayscale_to_rgb(tf.zeros([2, 2, n + 1])),
        "Last dimension of a grayscale image should be size",
    ),
    (
        lambda n: tf.image.crop_and_resize(IMAGE, [[0.0] * 4], tf.reshape(n, [1]), [2, 2]),
        "box_ind has values outside \\[0, batch_size\\): 1, and there are 1 images",
    ),
    (
        lambda n: tf.image.sample_distorted_bounding_box([3, 4, n], np.zeros([1, 0, 4])),
        "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if you wish to not",
    ),
    (
        lambda n: tf.image.sample_distorted_bounding_box([3, 4, n], [[[0.0, 0.0, 1.0, 1.5]]]),
        "All bounding box coordinates must be in \\[0.0, 1.0\\]: \\[0.0, 0.0, 1.0, 1.5\\]. They are shares",
    ),
    (
        lambda n: tf.image.draw_bounding_boxes(IMAGE, np.zeros([2, 1, 4])),
        "boxes must have shape \\[1, boxes, 4\\], got",
    ),
    (
        lambda n: tf.image.adjust_hue(tf.placeholder_with_default(IMAGE, [None] * 4), 0.1),
        "input must have 3 channels but instead has 2 channels",
    ),
]


@pytest.mark.parametrize(("run", "message"), WHEN_IT_RUNS)
def test_messages_of_a_run(run: Callable[[Any], Any], message: str) -> None:
    n = tf.placeholder(tf.int32, [])
    result = run(n)
    with tf.Session() as session, pytest.raises((tf.errors.InvalidArgumentError, ValueError), match=message):
        session.run(result, {n: 1})


# ---- gradients


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("half", [False, True])
def test_cubic_resizing_has_gradients(corners: bool, half: bool) -> None:
    x = tf.constant(IMAGE)
    y = tf.image.resize_bicubic(x, [5, 3], corners and not half, half_pixel_centers=half)
    weights = np.cos(np.arange(30.0)).reshape(1, 5, 3, 2).astype(np.float32)
    (slope,) = tf.gradients(y, x, grad_ys=[weights])
    (back,) = (tf.gradients(tf.reduce_sum(slope * x), tf.constant(1.0)),)
    with tf.Session() as session:
        values, d = session.run([y, slope])
    np.testing.assert_allclose((weights * values).sum(), (d * IMAGE).sum(), rtol=1e-4)
    assert back == [None]


def test_crops_have_gradients() -> None:
    image = tf.constant(np.sin(np.arange(60.0)).reshape(2, 5, 6, 1), tf.float32)
    boxes = np.float32([[0.12, 0.23, 0.81, 0.67], [0.93, 0.17, 0.31, 1.21]])
    b = tf.constant(boxes)
    with tf.Session():
        crops = tf.image.crop_and_resize(image, b, [1, 0], tf.constant([3, 4]))
        assert tf.test.compute_gradient_error(image, [2, 5, 6, 1], crops, [2, 3, 4, 1]) < 2e-3
        assert tf.test.compute_gradient_error(b, [2, 4], crops, [2, 3, 4, 1], boxes, 1e-3) < 2e-2
        near = tf.image.crop_and_resize(image, b, box_indices=[1, 0], crop_size=[1, 2], method="nearest")
        assert tf.test.compute_gradient_error(image, [2, 5, 6, 1], near, [2, 1, 2, 1]) < 2e-3
        assert tf.gradients(near, b) == [None]
        assert tf.gradients(tf.image.resize_area(image, [2, 2]), image) == [None]


# ---- by chance


def test_each_image_of_a_batch_is_flipped_or_not() -> None:
    images = np.arange(2000.0, dtype=np.float32).reshape(1000, 1, 2, 1)
    turned = tf.image.random_flip_left_right(images, seed=3)
    with tf.Session() as session:
        found = session.run(turned)
    flipped = found[:, 0, 0, 0] > found[:, 0, 1, 0]
    assert 400 < flipped.sum() < 600
    np.testing.assert_array_equal(np.sort(found, axis=2), images)


def test_boxes_by_chance_hold_enough() -> None:
    box = [0.25, 0.5, 0.5, 0.75]
    begin, size, drawn = tf.image.sample_distorted_bounding_box(
        [40, 60, 3], [[box]], seed=1, min_object_covered=0.5, aspect_ratio_range=(0.5, 2.0), area_range=(0.1, 0.6)
    )
    assert drawn.shape.as_list() == [1, 1, 4] and begin.dtype == tf.int32
    whole = np.zeros([40, 60])
    whole[10:20, 30:45] = 1
    with tf.Session() as session:
        seen = set()
        for _ in range(100):
            at, sizes, share = session.run([begin, size, drawn])
            seen.add((*at, *sizes))
            (top, left, first), (height, width, last) = at, sizes
            assert (first, last) == (0, -1)
            np.testing.assert_allclose(
                share.ravel() * [40, 60, 40, 60], [top, left, top + height, left + width], atol=1e-4
            )
            assert 0.1 <= height * width / 2400 <= 0.6 and 0.4 < width / height < 2.2
            assert whole[top : top + height, left : left + width].sum() >= 0.5 * whole.sum()
        assert len(seen) > 50
        found = tf.image.sample_distorted_bounding_box(
            [40, 60, 3], np.zeros([1, 0, 4]), min_object_covered=2.0, use_image_if_no_bounding_boxes=True
        )
        assert session.run(found.size).tolist() == [40, 60, -1]


# ---- files


def test_pictures_are_kept_whole_and_small() -> None:
    pytest.importorskip("PIL")
    ramp = np.add.outer(np.arange(100), np.arange(120)).astype(np.uint8)
    picture = np.stack([ramp, ramp // 2, 255 - ramp], axis=2)
    with tf.Session() as session:
        for channels in (1, 2, 3):
            file = tf.image.encode_png(picture[..., :channels], compression=9)
            data, again = session.run([file, tf.image.decode_png(file)])
            np.testing.assert_array_equal(again, picture[..., :channels])
            assert len(data) < 1500
        gray = ramp[..., None].astype(np.uint16) * 200
        again = session.run(tf.image.decode_png(tf.image.encode_png(gray), dtype=tf.uint16))
        np.testing.assert_array_equal(again, gray)
        file = tf.image.encode_jpeg(picture)
        assert session.run([tf.image.extract_jpeg_shape(file), tf.image.is_jpeg(file)])[0].tolist() == [100, 120, 3]
        assert session.run(tf.image.is_jpeg(tf.constant([b"GIF", b"\xff\xd8\xff"]))).tolist() == [False, True]
        whole, part = session.run([tf.image.decode_jpeg(file), tf.image.decode_and_crop_jpeg(file, [10, 20, 30, 40])])
        np.testing.assert_array_equal(part, whole[10:40, 20:60])
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="Invalid JPEG data or crop window: .10, 20, 30, 140. of"
        ):
            session.run(tf.image.decode_and_crop_jpeg(file, [10, 20, 30, 140]))
        rough, fine = (session.run(tf.image.adjust_jpeg_quality(picture / np.float32(255), n)) for n in (5, 95))
        assert rough.dtype == np.float32
        assert np.abs(rough - picture / 255).mean() > 2 * np.abs(fine - picture / 255).mean() > 0
        assert session.run(tf.image.random_jpeg_quality(picture, 30, 90, seed=3)).shape == picture.shape
