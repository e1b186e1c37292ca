"""Messages of tf.image.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import InvalidArgumentError

_IMAGES = "[height, width, channels], or a batch of these"


def no_image(argument: str, rank: int | None) -> ValueError:
    """What is given is no image, and no batch of them."""
    return ValueError(f"'{argument}' must have either 3 or 4 dimensions. This has {rank}; an image is {_IMAGES}.")


def no_batch(function: str, rank: int | None) -> ValueError:
    """A function of batches is given something else."""
    return ValueError(
        f"{function} expects a 4D tensor [batch_size, h, w, d], got {rank} dimensions: image[None] is a batch of one."
    )


def too_flat(argument: str, rank: int) -> ValueError:
    """What is given has no rows, columns and channels."""
    return ValueError(f"'{argument}' must be at least three-dimensional. This has {rank}; an image is {_IMAGES}.")


def empty_image(shape: Sequence[Any]) -> ValueError:
    """An image without a row, a column or a channel."""
    return ValueError(f"all dims of 'image.shape' must be > 0, got {list(shape)}: look at tf.shape(image) before.")


def does_not_hold(demand: str) -> ValueError:
    """A box or a size that does not go with an image, known when the line is written."""
    return ValueError(f"{demand.removesuffix('.')}. Heights are counted in rows, widths in columns.")


def bad_fraction(fraction: float) -> ValueError:
    """A share of an image that is none."""
    return ValueError(f"central_fraction must be within (0, 1], got {fraction}: 0.5 is half of both sides.")


def bad_range(argument: str, demand: str, *found: Any) -> ValueError:
    """Limits of a random change that leave nothing to draw from."""
    got = " and ".join(map(str, found))
    return ValueError(f"{argument} must be {demand}, got {got}.")


def three_channels(found: int) -> InvalidArgumentError:
    """Colours of something that is not red, green and blue."""
    return InvalidArgumentError(f"input must have 3 channels but instead has {found} channels: image[..., :3] has 3.")


def gray_channels(found: Any) -> ValueError:
    """A gray image with several channels."""
    return ValueError(
        f"Last dimension of a grayscale image should be size 1, got {found}: tf.image.rgb_to_grayscale makes it so."
    )


def no_image_dtype(dtype: Any) -> AttributeError:
    """Images of a dtype that has no range of brightness."""
    return AttributeError(f"dtype must be either floating point or integer, got {dtype.name}.")


def bad_size(size: Any) -> ValueError:
    """The size of new images is no pair of integers."""
    return ValueError(f"'size' must be a 1-D int32 Tensor of 2 elements: new_height, new_width; got {size!r}.")


def images_differ(first: Sequence[Any], second: Sequence[Any]) -> ValueError:
    """Two images that are to be compared have different shapes."""
    return ValueError(
        f"Two images are not compatible: {list(first)} and {list(second)}. Their last three dimensions are the same, "
        "and those before broadcast."
    )


def filter_too_large(shape: Sequence[Any], size: int) -> InvalidArgumentError:
    """An image that is smaller than the window of `ssim`."""
    return InvalidArgumentError(
        f"ssim: an image of shape {list(shape)} is smaller than the window of {size} rows and columns: give a smaller "
        "filter_size."
    )


def bad_boxes(argument: str, wanted: str, found: Sequence[Any]) -> ValueError:
    """Boxes, scores or the like of another shape."""
    return ValueError(f"{argument} must have shape {wanted}, got {list(found)}.")


def box_of_no_image(index: int, count: int) -> InvalidArgumentError:
    """A box that belongs to an image that is not there."""
    return InvalidArgumentError(
        f"box_ind has values outside [0, batch_size): {index}, and there are {count} images. It names the image of "
        "each box."
    )


def resize_method(method: Any) -> ValueError:
    """A way to resize images that there is none of."""
    return ValueError(
        f"Resize method is not implemented: {method!r}. tf.image.ResizeMethod has BILINEAR, NEAREST_NEIGHBOR, BICUBIC "
        "and AREA."
    )


def shape_unknown() -> ValueError:
    """Images of which not even the rank is known are to be resized."""
    return ValueError("'images' contains no shape: say how many dimensions there are with set_shape([None] * 4).")


def no_boxes() -> InvalidArgumentError:
    """A box is to be drawn around one of no boxes."""
    return InvalidArgumentError(
        "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if you wish to not "
        "provide any bounding boxes."
    )


def box_outside(box: Sequence[float]) -> InvalidArgumentError:
    """A box that reaches beyond its image."""
    return InvalidArgumentError(
        f"All bounding box coordinates must be in [0.0, 1.0]: {list(box)}. They are shares of the image's height and "
        "width, [y1, x1, y2, x2]."
    )


def bad_crop_window(window: Sequence[int], shape: Sequence[int]) -> InvalidArgumentError:
    """A box that is not within the picture of a file."""
    return InvalidArgumentError(
        f"Invalid JPEG data or crop window: {list(window)} of a picture of shape {list(shape)}. A window is "
        "[first row, first column, height, width]."
    )
