"""Expressions of tf.image and of windows of tf.nn; record_images.py asks TensorFlow 1.15 for their answers.

`x` is a batch of images of floats in [0, 1], `u` the same as uint8, `s` one image, `w` a filter.
"""

PROGRAMS = [
    # turned, cropped, padded
    "tf.image.flip_left_right(x)", "tf.image.flip_up_down(s)", "tf.image.rot90(s)", "tf.image.rot90(x, 3)",
    "tf.image.rot90(s, tf.constant(2))", "tf.image.transpose_image(x)", "tf.image.central_crop(s, 0.5)",
    "tf.image.central_crop(x, 0.7)", "tf.image.crop_to_bounding_box(x, 1, 2, 3, 2)",
    "tf.image.pad_to_bounding_box(s, 1, 2, 8, 9)", "tf.image.resize_image_with_crop_or_pad(x, 3, 8)",
    "tf.image.resize_image_with_crop_or_pad(s, tf.constant(7), 4)", "tf.image.resize_image_with_pad(x, 9, 4)",
    "tf.image.resize_image_with_pad(s, 4, 9, 1)",
    # resized
    *[f"tf.image.resize_images({x}, [7, 4], {k}, align_corners={corners})"
      for x in ("x", "u") for k in range(4) for corners in (False, True)],
    "tf.image.resize_images(s, [12, 11], 2)", "tf.image.resize_images(s, [12, 11], 3)",
    "tf.image.resize_bicubic(x, [7, 4], half_pixel_centers=True)", "tf.image.resize_bicubic(x, [3, 13])",
    "tf.image.resize_area(x, [2, 2])", "tf.image.resize_images(x, [9, 9], preserve_aspect_ratio=True)",
    "tf.image.resize_images(x, [5, 6])",
    # colours
    *[f"tf.image.convert_image_dtype({x}, tf.{dtype}, {saturate})"
      for x, dtype in (("x", "uint8"), ("u", "float32"), ("u", "int16"), ("x * 3.0 - 1.0", "uint8"), ("x", "float64"),
                       ("tf.cast(u, tf.int16)", "uint8"))
      for saturate in (False, True) if saturate == (x == "x * 3.0 - 1.0") or x in ("x", "u")],
    *[f"tf.image.{name}({image}{more})" for image in ("x", "u", "s") for name, more in (
        ("adjust_brightness", ", 0.25"), ("adjust_contrast", ", 1.5"), ("adjust_gamma", ", 0.5, 0.9"),
        ("adjust_hue", ", 0.3"), ("adjust_hue", ", -0.2"), ("adjust_saturation", ", 1.7"), ("rgb_to_grayscale", ""))],
    "tf.image.per_image_standardization(x)", "tf.image.per_image_standardization(u)",
    "tf.image.per_image_standardization(tf.ones_like(s))", "tf.image.grayscale_to_rgb(x[..., :1])",
    "tf.image.rgb_to_hsv(x)", "tf.image.hsv_to_rgb(x)", "tf.image.rgb_to_hsv(tf.zeros_like(s))",
    *[f"tf.image.{name}(x)" for name in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb")],
    # drawn, of a seed
    *[f"tf.image.random_{name}({image}, {more}seed=5)" for image in ("x", "s") for name, more in (
        ("flip_left_right", ""), ("flip_up_down", ""), ("brightness", "0.3, "), ("contrast", "0.5, 1.5, "),
        ("hue", "0.2, "), ("saturation", "0.5, 1.5, "))],
    # measures
    "tf.image.image_gradients(x)[0]", "tf.image.image_gradients(x)[1]", "tf.image.sobel_edges(x)",
    "tf.image.total_variation(x)", "tf.image.total_variation(s)", "tf.image.psnr(x, 0.9 * x + 0.05, 1.0)",
    "tf.image.psnr(u, u[::-1], 255)", "tf.image.ssim(x, 0.5 * x + 0.2, 1.0, 4)",
    "tf.image.ssim_multiscale(x, 0.9 * x, 1.0, (0.4, 0.6), 2)",
    # boxes
    "tf.image.crop_and_resize(x, b, [1, 0, 1], [3, 4])",
    "tf.image.crop_and_resize(x, b, [1, 0, 1], [1, 2], 'nearest', 7.0)",
    "tf.image.draw_bounding_boxes(x, tf.stack([b, b[::-1]]))",
    "tf.image.draw_bounding_boxes(x, tf.stack([b, b]), colors=[[0.1, 0.2, 0.3]])",
    "tf.image.non_max_suppression(o, [0.5, 0.9, 0.7, 0.8], 3)",
    "tf.image.non_max_suppression(o, [0.5, 0.9, 0.7, 0.8], 4, 0.05)",
    "tf.image.non_max_suppression(o, [0.5, 0.9, 0.7, 0.8], 4, 0.99, 0.6)",
    "tf.image.non_max_suppression_padded(o, [0.5, 0.9, 0.7, 0.8], 4, 0.05, pad_to_max_output_size=True)[0]",
    "tf.image.non_max_suppression_with_scores(o, [0.5, 0.9, 0.7, 0.8], 4, 1.0, 0.1, 0.5)[0]",
    "tf.image.non_max_suppression_with_scores(o, [0.5, 0.9, 0.7, 0.8], 4, 1.0, 0.1, 0.5)[1]",
    "tf.image.non_max_suppression_overlaps([[1.0, 0.6], [0.6, 1.0]], [0.1, 0.2], 2)",
    "tf.image.extract_patches(x, [1, 2, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'SAME')",
    # windows
    "tf.nn.dilation2d(x, w[..., 0], [1, 1, 1, 1], [1, 2, 1, 1], 'SAME')",
    "tf.nn.erosion2d(x, w[..., 0], [1, 2, 1, 1], [1, 1, 1, 1], 'VALID')",
    "tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')[1]",
    "tf.nn.max_pool(x, [1, 1, 1, 3], [1, 1, 1, 3], 'SAME')", "tf.nn.pool(x, [2, 2], 'AVG', 'VALID', [2, 2])",
    "tf.nn.max_pool1d(s, 2, 2, 'SAME')", "tf.nn.avg_pool1d(s, 2, 2, 'SAME')",
    "tf.nn.conv1d_transpose(s, tf.ones([2, 4, 3]), [5, 12, 4], 2)",
    "tf.nn.atrous_conv2d_transpose(x, tf.ones([2, 2, 4, 3]), [2, 7, 8, 4], 2, 'VALID')",
    "tf.nn.depthwise_conv2d_native(x, w, [1, 1, 1, 1], 'SAME')",
    "tf.nn.embedding_lookup(x, [1, 0], max_norm=2.0)",
    "tf.nn.sufficient_statistics(x, [0, 1], 0.5)[2]", "tf.nn.sufficient_statistics(x, [0, 1])[0]",
]  # fmt: skip
