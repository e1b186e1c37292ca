"""Messages of convolutions and pools.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import InvalidArgumentError, UnimplementedError


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


def window_over_channels(type: str, name: str, value: Sequence[int]) -> InvalidArgumentError:
    """A stride or gap along the batch or the channels."""
    return InvalidArgumentError(
        f"Current implementation does not yet support {name} in the batch and depth dimensions. {type} got "
        f"{list(value)}: write 1 for those."
    )


def not_above_zero(what: str, value: int, least: str) -> ValueError:
    """A stride, gap or window of no elements, or fewer."""
    return ValueError(f"{what} must be {least}, but got {value}.")


def pool_over_batch(type: str, name: str, value: Sequence[int]) -> UnimplementedError:
    """A pool over several arrays of a batch."""
    return UnimplementedError(
        f"Pooling is not yet supported on the batch dimension. {type} got {name} {list(value)}: write 1 for the batch, "
        "or reduce over it: tf.reduce_max(x, 0)."
    )


def pool_over_channels(type: str, window: Sequence[int], strides: Sequence[int], problem: str) -> UnimplementedError:
    """A pool over channels that is none that there is."""
    return UnimplementedError(
        f"{problem}. {type} got ksize {list(window)} and strides {list(strides)}. tf.reshape the channels to two "
        "dimensions, and tf.reduce_max or tf.reduce_mean one of them."
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
        f"{function}: num_spatial_dims must be one of 1, 2, or 3 but saw {found}. They lie "
        "between the batch and the channels."
    )


def pooling_type(found: Any) -> ValueError:
    """A pool of neither kind."""
    return ValueError(f"Unsupported pooling_type: {found!r}. It is 'MAX' or 'AVG'.")


def pool_with_gaps(rates: Any, strides: Any, padding: str) -> ValueError:
    """A pool whose windows have gaps, with what does not go with them."""
    if padding == "SAME":
        return ValueError(
            f"pooling with SAME padding is not implemented for dilation_rate > 1, got {rates}. Pad the array, "
            "tf.pad(x, paddings), and write padding='VALID'."
        )
    return ValueError(
        f"strides > 1 not supported in conjunction with dilation_rate > 1: got strides {strides} and dilation_rate "
        f"{rates}. Take every second window, or as many, of the result: y[:, ::2, ::2]."
    )


def strides_pass_window(strides: Any, window: Any) -> ValueError:
    """A pool that passes over elements."""
    return ValueError(
        f"strides > window_shape not supported due to inconsistency between CPU and GPU implementations: got strides "
        f"{strides} and window_shape {window}. tf.nn.max_pool and tf.nn.avg_pool take them."
    )


def wrong_count(name: str, spatial: int, found: int) -> ValueError:
    """Strides or the like with another number of entries than there are spatial dimensions."""
    return ValueError(f"len({name})={found} but should be {spatial}: a number for each dimension of the window.")


def pool_rank(found: int) -> ValueError:
    """An array that no pool is for."""
    return ValueError(
        f"Input tensor must be of rank 3, 4 or 5 but was {found}: a batch, one to three dimensions of space, channels. "
        "tf.expand_dims adds one; data_format says how many there are where the rank is not known."
    )


def bad_spatial_dims(found: Any) -> ValueError:
    """Dimensions to slide over that are none, or in disorder."""
    return ValueError(
        f"spatial_dims must be a monotonically increasing sequence of positive integers, got {found}: 0 is the batch."
    )


def filter_shape_missing() -> ValueError:
    """Windows with gaps that shall cover the array, of a size that nobody told."""
    return ValueError("filter_shape must be specified for SAME padding: the sizes of the window, [height, width].")
