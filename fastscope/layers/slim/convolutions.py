"""tf.contrib.layers' convolutions.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ... import ops
from ...errors import arg_scopes as errors
from ...ops.weights import static_shape
from ...scoping.arg_scopes import add_arg_scope
from ..arguments import tuple_of
from ..convolutional import Conv1D, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, SeparableConv2D
from ..functions import fixed
from .common import Weighted, format_of, with_weights

__all__ = [
    "conv1d",
    "conv2d",
    "conv2d_in_plane",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "convolution1d",
    "convolution2d",
    "convolution2d_in_plane",
    "convolution2d_transpose",
    "convolution3d",
    "convolution3d_transpose",
    "separable_conv2d",
    "separable_convolution2d",
]

_KINDS: dict[Any, Any] = {3: Conv1D, 4: Conv2D, 5: Conv3D}


@with_weights("Conv")
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    *,
    conv_dims: int | None = None,
    given: Weighted,
    sc: Any,
) -> Any:
    """Return a convolution over the dimensions between batch and channels, by default with a relu.

    Args:
        inputs: `[N, *spatial, C]`; with a `data_format` as "NCHW", `[N, C, *spatial]`.
        num_outputs, kernel_size, stride, rate: filters, window, its steps, and the distance of its elements.
        padding: "SAME" or "VALID".
        conv_dims: how many spatial dimensions there must be.

    Raises:
        ValueError: there are others.
    """
    form = format_of(data_format, ("NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"))
    rank = static_shape(inputs).rank
    if conv_dims is not None and rank != conv_dims + 2:
        raise errors.bad_rank("Convolution", f"Convolution expects input with rank {conv_dims + 2}, got {rank}.")
    if rank not in _KINDS:
        raise errors.bad_rank("Convolution", f"Convolution not supported for input with rank {rank}.")
    layer = _KINDS[rank](num_outputs, kernel_size, stride, padding, form, rate, **given.of_layer(sc))
    return given.run(layer, inputs, sc)


def _convolution_of(dims: int) -> Any:
    doc = f"Return `convolution` of inputs with {dims} spatial dimensions."
    return add_arg_scope(fixed(convolution, f"convolution{dims}d", doc, conv_dims=dims))


conv1d = convolution1d = _convolution_of(1)
conv2d = convolution2d = _convolution_of(2)
conv3d = convolution3d = _convolution_of(3)


def _transposed_of(dims: int, kind: Any, layouts: tuple[str, str]) -> Any:
    def transposed(
        inputs: Any,
        num_outputs: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str = layouts[0],
        *,
        given: Weighted,
        sc: Any,
    ) -> Any:
        """Return what would be the gradient of a convolution, by default with a relu: larger images."""
        form = format_of(data_format, layouts)
        layer = kind(num_outputs, kernel_size, stride, padding, form, **given.of_layer(sc))
        return given.run(layer, inputs, sc)

    transposed.__name__ = f"convolution{dims}d_transpose"
    return with_weights(f"Conv{dims}d_transpose")(transposed)


conv2d_transpose = convolution2d_transpose = _transposed_of(2, Conv2DTranspose, ("NHWC", "NCHW"))
conv3d_transpose = convolution3d_transpose = _transposed_of(3, Conv3DTranspose, ("NDHWC", "NCDHW"))


@with_weights("SeparableConv2d", own_after="weights_initializer")
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    *,
    pointwise_initializer: Any = None,
    given: Weighted,
    sc: Any,
) -> Any:
    """Return a convolution of each channel on its own, then one of single elements to `num_outputs` filters.

    With `num_outputs=None` the second one is left out.
    """
    form = format_of(data_format, ("NHWC", "NCHW"))
    if num_outputs is not None:
        facts = given.of_layer(sc, ("depthwise", "pointwise"))
        if pointwise_initializer is not None:
            facts["pointwise_initializer"] = pointwise_initializer
        layer = SeparableConv2D(num_outputs, kernel_size, stride, padding, form, rate, depth_multiplier, **facts)
        return given.run(layer, inputs, sc)
    window = _pair(kernel_size, "kernel_size")
    depth = static_shape(inputs).as_list()[1 if data_format == "NCHW" else -1]
    weights = given.variable("weights", "depthwise_weights", [*window, depth, depth_multiplier], inputs.dtype)
    each = ops.depthwise_conv2d(inputs, weights, stride, padding, rate, data_format=data_format)
    count = None if depth is None else depth * depth_multiplier
    return given.with_biases(each, count, inputs.dtype, sc, data_format)


separable_conv2d = separable_convolution2d


@with_weights("ConvInPlane", renames=False)
def convolution2d_in_plane(
    inputs: Any, kernel_size: Any, stride: Any = 1, padding: str = "SAME", *, given: Weighted, sc: Any
) -> Any:
    """Return a convolution of each channel of `[N, height, width, C]` on its own, by the same window `[h, w, 1, 1]`."""
    depth = static_shape(inputs).as_list()[-1]
    if depth is None:
        raise errors.bad_rank("convolution2d_in_plane", "The last dimension must be known but is None.")
    weights = given.variable("weights", "weights", [*_pair(kernel_size, "kernel_size"), 1, 1], inputs.dtype)
    each = ops.tile(weights, [1, 1, depth, 1])
    result = ops.depthwise_conv2d(inputs, each, [1, *_pair(stride, "stride"), 1], padding)
    return given.with_biases(result, depth, inputs.dtype, sc)


conv2d_in_plane = convolution2d_in_plane


def _pair(value: Any, name: str) -> tuple[int, ...]:
    return tuple_of(value if isinstance(value, int) else list(value), 2, name)
