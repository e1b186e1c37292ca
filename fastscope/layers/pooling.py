"""Layers of pools: the largest element, or the mean, of each window.

Source: tensorflow/python/layers/pooling.py, python/keras/layers/pooling.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, ClassVar

from .. import ops
from ..arrays.shapes import TensorShape
from ..errors import layers as errors
from ..graph import Tensor
from .arguments import conv_output_length, data_format_of, layout_of, padding_of, tuple_of
from .base import InputSpec, Layer
from .functions import function_of

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "average_pooling1d",
    "average_pooling2d",
    "average_pooling3d",
    "max_pooling1d",
    "max_pooling2d",
    "max_pooling3d",
]


class _Pooling(Layer):
    """A pool.

    Args:
        pool_size: of the window: a number, or one for each spatial dimension.
        strides: its steps, likewise.
        padding: "valid" or "same".
        data_format: "channels_last", `[N, *spatial, C]`, or "channels_first", `[N, C, *spatial]`.
        name: of its operations; None for the name of the class.
    """

    rank: ClassVar[int] = 2
    largest: ClassVar[bool] = True

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if strides is None:
            raise errors.strides_missing()
        self.pool_size = tuple_of(pool_size, self.rank, "pool_size")
        self.strides = tuple_of(strides, self.rank, "strides")
        self.padding, self.data_format = padding_of(padding), data_format_of(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """Return `[N, *windows, C]`."""
        facts = (self.padding.upper(), layout_of(self.data_format, max(self.rank, 2)))
        if self.rank == 3:
            pool: Any = ops.max_pool3d if self.largest else ops.avg_pool3d
            turned = self.data_format == "channels_first" and isinstance(inputs, Tensor)
            name = "transpose_1" if turned else None  # TensorFlow turns images round and back
            return pool(inputs, self.pool_size, self.strides, *facts, name=name)
        pool = ops.max_pool if self.largest else ops.avg_pool
        if self.rank == 2:
            return pool(inputs, self.pool_size, self.strides, *facts)
        axis = 2 if self.data_format == "channels_last" else 3
        result = pool(ops.expand_dims(inputs, axis), [*self.pool_size, 1], [*self.strides, 1], *facts)
        return ops.squeeze(result, [axis])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return the shape of the result for inputs of this shape."""
        sizes = TensorShape(input_shape).as_list()
        first = 1 if self.data_format == "channels_last" else 2
        for k, (window, stride) in enumerate(zip(self.pool_size, self.strides, strict=True)):
            sizes[first + k] = conv_output_length(sizes[first + k], window, self.padding, stride)
        return TensorShape(sizes)


class MaxPooling1D(_Pooling):
    """The largest element of each window of inputs `[N, W, C]`; arguments as MaxPooling2D's."""

    rank = 1


class MaxPooling2D(_Pooling):
    """The largest element of each window of inputs `[N, height, width, C]`.

    Args:
        pool_size: of the window: a number, or one for each spatial dimension.
        strides: its steps, likewise.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first", `[N, C, height, width]`.
        name: of its operations; None for the name of the class.
    """


class MaxPooling3D(_Pooling):
    """The largest element of each window of inputs `[N, depth, height, width, C]`; arguments as MaxPooling2D's."""

    rank = 3


class AveragePooling1D(_Pooling):
    """The mean of each window of inputs `[N, W, C]`, of the elements that lie within; arguments as MaxPooling2D's."""

    rank, largest = 1, False


class AveragePooling2D(_Pooling):
    """The mean of each window of inputs `[N, height, width, C]`; arguments as MaxPooling2D's."""

    largest = False


class AveragePooling3D(_Pooling):
    """The mean of each window of inputs `[N, depth, height, width, C]`; arguments as MaxPooling2D's."""

    rank, largest = 3, False


max_pooling1d = function_of(MaxPooling1D, "max_pooling1d", shares=False)
max_pooling2d = function_of(MaxPooling2D, "max_pooling2d", shares=False)
max_pooling3d = function_of(MaxPooling3D, "max_pooling3d", shares=False)
average_pooling1d = function_of(AveragePooling1D, "average_pooling1d", shares=False)
average_pooling2d = function_of(AveragePooling2D, "average_pooling2d", shares=False)
average_pooling3d = function_of(AveragePooling3D, "average_pooling3d", shares=False)
