"""tf.image: images of other sizes, places, colours and formats."""

from typing import TYPE_CHECKING

from .errors.names import face as _face
from .ops import ResizeMethod, extract_image_patches, resize_bilinear, resize_nearest_neighbor

if TYPE_CHECKING:  # `later` says where else they come from
    from .data.pictures import (
        adjust_jpeg_quality,
        decode_and_crop_jpeg,
        decode_bmp,
        decode_gif,
        decode_image,
        decode_jpeg,
        decode_png,
        encode_jpeg,
        encode_png,
        extract_jpeg_shape,
        is_jpeg,
        random_jpeg_quality,
    )
    from .ops.box_samples import sample_distorted_bounding_box
    from .ops.boxes import (
        crop_and_resize,
        draw_bounding_boxes,
        non_max_suppression,
        non_max_suppression_overlaps,
        non_max_suppression_padded,
        non_max_suppression_with_scores,
    )
    from .ops.glimpses import extract_glimpse
    from .ops.image_colors import (
        adjust_brightness,
        adjust_contrast,
        adjust_gamma,
        adjust_hue,
        adjust_saturation,
        convert_image_dtype,
        grayscale_to_rgb,
        hsv_to_rgb,
        per_image_standardization,
        random_brightness,
        random_contrast,
        random_hue,
        random_saturation,
        rgb_to_grayscale,
        rgb_to_hsv,
        rgb_to_yiq,
        rgb_to_yuv,
        yiq_to_rgb,
        yuv_to_rgb,
    )
    from .ops.image_geometry import (
        central_crop,
        crop_to_bounding_box,
        flip_left_right,
        flip_up_down,
        pad_to_bounding_box,
        random_flip_left_right,
        random_flip_up_down,
        resize_image_with_crop_or_pad,
        resize_image_with_pad,
        resize_with_crop_or_pad,
        rot90,
        transpose_image,
    )
    from .ops.image_measures import image_gradients, psnr, sobel_edges, ssim, ssim_multiscale, total_variation
    from .ops.images import extract_patches
    from .ops.random_choices import random_crop
    from .ops.resizing import resize, resize_area, resize_bicubic, resize_images

__all__ = [
    "ResizeMethod",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_gamma",
    "adjust_hue",
    "adjust_jpeg_quality",
    "adjust_saturation",
    "central_crop",
    "convert_image_dtype",
    "crop_and_resize",
    "crop_to_bounding_box",
    "decode_and_crop_jpeg",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "draw_bounding_boxes",
    "encode_jpeg",
    "encode_png",
    "extract_glimpse",
    "extract_image_patches",
    "extract_jpeg_shape",
    "extract_patches",
    "flip_left_right",
    "flip_up_down",
    "grayscale_to_rgb",
    "hsv_to_rgb",
    "image_gradients",
    "is_jpeg",
    "non_max_suppression",
    "non_max_suppression_overlaps",
    "non_max_suppression_padded",
    "non_max_suppression_with_scores",
    "pad_to_bounding_box",
    "per_image_standardization",
    "psnr",
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_flip_left_right",
    "random_flip_up_down",
    "random_hue",
    "random_jpeg_quality",
    "random_saturation",
    "resize",
    "resize_area",
    "resize_bicubic",
    "resize_bilinear",
    "resize_image_with_crop_or_pad",
    "resize_image_with_pad",
    "resize_images",
    "resize_nearest_neighbor",
    "resize_with_crop_or_pad",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "rgb_to_yiq",
    "rgb_to_yuv",
    "rot90",
    "sample_distorted_bounding_box",
    "sobel_edges",
    "ssim",
    "ssim_multiscale",
    "total_variation",
    "transpose_image",
    "yiq_to_rgb",
    "yuv_to_rgb",
]


if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("image", __all__)
