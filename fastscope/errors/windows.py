"""Messages of convolutions and pools.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import InvalidArgumentError


def wrong_length(name: str, spatial: int, found: int) -> ValueError:
    """Strides, dilations or a window with another number of entries."""
    return ValueError(
        f"{name} should be of length 1, {spatial} or {spatial + 2} but was {found}: one number for all spatial "
        "dimensions, one for each of them, or one for each dimension of the input."
    )


def bad_padding(type: str, padding: Any, names: Sequence[str]) -> ValueError:
    """A padding that is none."""
    listed = ", ".join(f'"{name}"' for name in names)
    return ValueError(f"Attr 'padding' of {type!r} Op passed string {padding!r} not in: {listed}.")


def window_over_channels(type: str, name: str, value: Sequence[int]) -> ValueError:
    """A stride or window along the batch or the channels."""
    return ValueError(
        f"Current implementation does not yet support {name} in the batch and depth dimensions. {type} got "
        f"{list(value)}: write 1 for those."
    )


def depths_differ(function: str, found: int, wanted: int) -> InvalidArgumentError:
    """An array with another number of channels than the filter has."""
    return InvalidArgumentError(
        f"{function}: input depth must be equal to filter depth: {found} vs {wanted}. The filter has the channels of "
        "the input in its dimension before the last."
    )


def windows_differ(shape: Sequence[int], found: Sequence[int], wanted: Sequence[int]) -> InvalidArgumentError:
    """A transposed convolution whose output is not what leads to its input."""
    return InvalidArgumentError(
        f"Conv2DSlowBackpropInput: Size of out_backprop doesn't match computed: an array of shape {list(shape)} has "
        f"{list(wanted)} windows with these strides and this padding, and the one given has shape {list(found)}. "
        "output_shape is the shape that a convolution with the same arguments would have taken."
    )


def spatial_dimensions(function: str, found: int) -> ValueError:
    """A convolution or pool over another number of dimensions than there are functions for."""
    return ValueError(
        f"{function}: num_spatial_dims must be one of 1, 2, or 3 but saw {found}. (A pool has 2 or 3.) They lie "
        "between the batch and the channels."
    )


def pooling_type(found: Any) -> ValueError:
    """A pool of neither kind."""
    return ValueError(f"Unsupported pooling_type: {found!r}. It is 'MAX' or 'AVG'.")


def pool_with_gaps(rates: Any) -> ValueError:
    """A pool whose windows leave out elements."""
    return ValueError(
        f"tf.nn.pool: dilation_rate must be 1, got {rates}. x[:, ::2, ::2] pooled, and so on for each offset, is what "
        "dilated windows are made of."
    )


def resize_method(method: Any, preserve_aspect_ratio: bool) -> ValueError:
    """A way to resize images that is not there."""
    if preserve_aspect_ratio:
        return ValueError("resize_images: preserve_aspect_ratio is not there: give the size that it would lead to.")
    return ValueError(
        f"Resize method is not implemented: {method!r}. ResizeMethod.BILINEAR and ResizeMethod.NEAREST_NEIGHBOR are."
    )


def image_rank(rank: int) -> ValueError:
    """What is to be resized is no image, and no batch of them."""
    return ValueError(
        f"'images' must have either 3 or 4 dimensions, got {rank}: [height, width, channels], or a batch of these."
    )
