"""tf.contrib.layers' layers that know of images: where things are, and images as sequences of columns.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...arrays.dtypes import float32
from ...errors import arg_scopes as errors
from ...graph import name_scope
from ...ops.weights import static_shape
from ...scoping.arg_scopes import add_arg_scope
from ...scoping.initializers import Ones, constant_initializer
from ...scoping.scopes import variable_scope
from ...scoping.variable_lists import model_variable
from .common import as_tensor, collected_output, collections_of, format_of

__all__ = ["images_to_sequence", "sequence_to_images", "spatial_softmax"]

_LAYOUTS = ("NHWC", "NCHW")


@add_arg_scope
def spatial_softmax(
    features: Any,
    temperature: float | None = None,
    name: str | None = None,
    variables_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
) -> Any:
    """Return the mean place of each channel, weighted by a softmax over the image: `[N, 2 * C]`, from -1 to 1.

    Args:
        features: images `[N, height, width, C]`, or with "NCHW" `[N, C, height, width]`.
        temperature: what the softmax is divided by, the first value of a variable; None = 1.
        name: of the variable scope.
        variables_collections: collections of the variable, or by "temperature".
        trainable: whether the variable is trained.

    Raises:
        ValueError: it is not known how many channels there are.

    Source: Finn et al., Learning visual feature spaces for robotic manipulation with deep spatial autoencoders, 2015.
    """
    with variable_scope(name, "spatial_softmax"):
        features = as_tensor(features)
        form = format_of(data_format, _LAYOUTS)
        sizes, dynamic = static_shape(features).as_list(), ops.shape(features)
        known: list[Any] = [dynamic[k] if n is None else n for k, n in enumerate(sizes)]
        channels = sizes[1 if form == "channels_first" else 3]
        if channels is None:
            raise errors.bad_rank(
                "spatial_softmax",
                "The num_channels dimension of the inputs to `spatial_softmax` should be defined. Found `None`.",
            )
        height, width = known[2:4] if form == "channels_first" else known[1:3]
        first = Ones if temperature is None else constant_initializer(temperature)
        keys = collections_of(variables_collections, "temperature") if trainable else None
        heat = model_variable("temperature", [], float32, first, trainable=trainable, collections=keys)
        if form == "channels_last":
            features = ops.transpose(features, [0, 3, 1, 2])
        with name_scope("spatial_softmax_op", "spatial_softmax_op", [features]):
            rows, columns = (ops.linspace(np.float32(-1), np.float32(1), n) for n in (height, width))
            places = ops.meshgrid(rows, columns, indexing="ij")
            shares: Any = ops.softmax(ops.reshape(features, [-1, height * width]) / heat)
            means = [ops.reduce_sum(ops.reshape(place, [-1]) * shares, [1], keepdims=True) for place in places]
            result: Any = ops.reshape(ops.concat(means, 1), [-1, channels * 2])
    return result


@add_arg_scope
def images_to_sequence(
    inputs: Any, data_format: str = "NHWC", outputs_collections: Any = None, scope: str | None = None
) -> Any:
    """Return images `[N, height, width, C]` as a sequence of their columns, `[width, N * height, C]`."""
    form = format_of(data_format, _LAYOUTS)
    with name_scope(scope, "ImagesToSequence", [inputs]) as sc:
        inputs = as_tensor(inputs)
        if form == "channels_first":
            inputs = ops.transpose(inputs, [0, 2, 3, 1])
        count, height, width, depth = static_shape(inputs).as_list()
        rows = -1 if count is None or height is None else count * height
        result = ops.reshape(ops.transpose(inputs, [2, 0, 1, 3]), [width, rows, depth])
        return collected_output(outputs_collections, sc, result)


@add_arg_scope
def sequence_to_images(
    inputs: Any,
    height: int,
    output_data_format: str = "channels_last",
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Any:
    """Return a sequence of columns `[width, N * height, C]` as images `[N, height, width, C]`."""
    with name_scope(scope, "SequenceToImages", [inputs]) as sc:
        inputs = as_tensor(inputs)
        width, rows, depth = static_shape(inputs).as_list()
        each = ops.reshape(inputs, [width, -1 if rows is None else rows // height, height, depth])
        places = [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3]
        return collected_output(outputs_collections, sc, ops.transpose(each, places))
