"""Layers of convolutions: Conv1D, Conv2D, Conv3D, their transposes, and separable ones.

Legend: N batch, C channels, F filters.

Source: tensorflow/python/layers/convolutional.py, python/keras/layers/convolutional.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .. import ops
from ..arrays.shapes import TensorShape
from ..errors import layers as errors
from ..graph import Tensor
from ..ops.activations import activation_of
from ..scoping.initializers import Zeros
from .arguments import conv_output_length, data_format_of, deconv_output_length, layout_of, padding_of, tuple_of
from .base import InputSpec, Layer, check_floating
from .functions import fixed, function_of

__all__ = [
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "SeparableConv1D",
    "SeparableConv2D",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "separable_conv1d",
    "separable_conv2d",
]


class _Sliding(Layer):
    """What all of them have: window, strides, padding, bias and activation."""

    rank: ClassVar[int] = 2
    bias: Any = None

    def _take(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        activation: Callable[[Any], Any] | str | None,
        use_bias: bool,
    ) -> None:
        """Keep the arguments in one form."""
        self.filters = int(filters)
        self.kernel_size = tuple_of(kernel_size, self.rank, "kernel_size")
        self.strides = tuple_of(strides, self.rank, "strides")
        self.padding = padding_of(padding, causal=self.rank == 1)
        self.data_format = data_format_of(data_format)
        self.dilation_rate = tuple_of(dilation_rate, self.rank, "dilation_rate")
        self.activation, self.use_bias = activation_of(activation), use_bias
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    @property
    def _layout(self) -> str:
        return layout_of(self.data_format, self.rank)

    def _depth(self, input_shape: Any) -> int:
        """Return C, and ask for it from now on."""
        check_floating(self)
        sizes = TensorShape(input_shape).as_list()
        depth = sizes[self._channel_axis]
        if depth is None:
            problem = "The channel dimension of the inputs should be defined. Found `None`."
            raise errors.depth_unknown(problem, str(TensorShape(sizes)))
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: depth})
        return depth

    def _make_bias(self) -> None:
        if self.use_bias:
            self.bias = self.make("bias", [self.filters])

    def _finished(self, result: Any) -> Any:
        if self.bias is not None:
            result = ops.bias_add(result, self.bias, self._layout)
        return result if self.activation is None else self.activation(result)

    def _padded(self, inputs: Any) -> tuple[Any, str]:
        """Return the inputs and a padding that tf.nn knows: a causal one looks at what was before alone."""
        if self.padding != "causal":
            return inputs, self.padding.upper()
        before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
        pairs = [[0, 0], before, [0, 0]] if self.data_format == "channels_last" else [[0, 0], [0, 0], before]
        return ops.pad(inputs, pairs), "VALID"

    def _spatial(self, sizes: list[int | None]) -> list[int | None]:
        return sizes[1:-1] if self.data_format == "channels_last" else sizes[2:]

    def _full(self, count: int | None, spatial: list[int | None]) -> TensorShape:
        last = self.data_format == "channels_last"
        return TensorShape([count, *spatial, self.filters] if last else [count, self.filters, *spatial])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return the shape of the result for inputs of this shape."""
        sizes = TensorShape(input_shape).as_list()
        found = []
        spatial = self._spatial(sizes)
        for size, window, stride, gap in zip(spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True):
            found.append(conv_output_length(size, window, self.padding, stride, gap))
        return self._full(sizes[0], found)


class _Conv(_Sliding):
    """A convolution, and `activation(result + bias)`.

    Args:
        filters: F.
        kernel_size: of the window: a number, or one for each spatial dimension.
        strides: its steps, likewise.
        padding: "valid" or "same"; for one dimension also "causal".
        data_format: "channels_last", `[N, *spatial, C]`, or "channels_first", `[N, C, *spatial]`.
        dilation_rate: distance between the elements of a window; above 1 only with strides of 1.
        activation: function of the result, or its name; None for none.
        use_bias: whether there is a bias.
        kernel_initializer: None for the scope's, else Glorot's.
        bias_initializer: zeros by default.
        kernel_regularizer, bias_regularizer: their losses are collected.
        activity_regularizer: callable(result) -> loss, which is collected; in a graph only.
        kernel_constraint, bias_constraint: kept with the variables.
        trainable: whether the variables are in the trainable collection.
        name: of the scope; None for the name of the class.

    Attributes:
        kernel: the variable `[*kernel_size, C, F]`.
        bias: the variable `[F]`, or None.
    """

    kernel: Any = None

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        activation: Callable[[Any], Any] | str | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = Zeros,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Callable[[Any], Any] | None = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self._take(filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias)
        self.describe("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.describe("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        self.kernel = self.make("kernel", [*self.kernel_size, self._depth(input_shape), self.filters])
        self._make_bias()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise errors.strides_and_gaps()
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return `[N, *windows, F]`."""
        inputs, padding = self._padded(inputs)
        kinds: Any = {1: ops.conv1d, 2: ops.conv2d, 3: ops.conv3d}
        facts = {"data_format": self._layout, "dilations": self.dilation_rate}
        if self.rank > 1 and max(self.dilation_rate) > 1 and isinstance(inputs, Tensor):
            facts["name"] = "BatchToSpaceND"  # which does it in TensorFlow
        return self._finished(kinds[self.rank](inputs, self.kernel, self.strides, padding, **facts))


class Conv1D(_Conv):
    """`_Conv` of inputs `[N, W, C]`."""

    rank = 1


class Conv2D(_Conv):
    """`_Conv` of inputs `[N, height, width, C]`."""


class Conv3D(_Conv):
    """`_Conv` of inputs `[N, depth, height, width, C]`."""

    rank = 3


class Conv2DTranspose(_Conv):
    """What would be the gradient of a convolution, for inputs `[N, height, width, C]`: it makes images larger.

    Args:
        filters: F, the channels of the result.
        kernel_size, strides, padding: of the convolution whose gradient it would be.
        others: as those of Conv2D.

    Attributes:
        kernel: the variable `[*kernel_size, F, C]`.
        bias: the variable `[F]`, or None.
    """

    __init__ = fixed(_Conv.__init__, "__init__", dilation_rate=1)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        self.kernel = self.make("kernel", [*self.kernel_size, self.filters, self._depth(input_shape)])
        self._make_bias()
        self.built = True

    def _grown(self, size: Any, axis: int) -> Any:
        """Return how many elements a dimension of the result has, for a number, a tensor or None."""
        return deconv_output_length(size, self.kernel_size[axis], self.padding, self.strides[axis])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return the shape of the result for inputs of this shape."""
        sizes = TensorShape(input_shape).as_list()
        spatial = self._spatial(sizes)
        return self._full(sizes[0], [self._grown(n, k) for k, n in enumerate(spatial)])

    def call(self, inputs: Any) -> Any:
        """Return `[N, *larger, F]`."""
        layout, strides = self._layout, iter(self.strides)
        steps = [1 if letter in "NC" else next(strides) for letter in layout]
        place = 1 if self.data_format == "channels_last" else 2
        if isinstance(inputs, Tensor):
            sizes = ops.shape(inputs)
            spatial = [self._grown(sizes[place + k], k) for k in range(self.rank)]
            full: Any = ops.stack(self._listed(sizes[0], spatial))
        else:
            spatial = [self._grown(n, k) for k, n in enumerate(inputs.shape[place : place + self.rank])]
            full = self._listed(inputs.shape[0], spatial)
        kinds: Any = {2: ops.conv2d_transpose, 3: ops.conv3d_transpose}
        result = kinds[self.rank](inputs, self.kernel, full, steps, self.padding.upper(), layout)
        if isinstance(inputs, Tensor):
            result.set_shape(self.compute_output_shape(inputs.shape))
        return self._finished(result)

    def _listed(self, count: Any, spatial: list[Any]) -> list[Any]:
        last = self.data_format == "channels_last"
        return [count, *spatial, self.filters] if last else [count, self.filters, *spatial]


class Conv3DTranspose(Conv2DTranspose):
    """Conv2DTranspose for inputs `[N, depth, height, width, C]`."""

    rank = 3


class _Separable(_Sliding):
    """A convolution of each channel on its own, one of windows of one element, and `activation(result + bias)`.

    Args:
        depth_multiplier: M, how many outputs each channel has in between.
        depthwise_initializer, pointwise_initializer: of the kernels, and so on for regularizers and constraints.
        others: as those of Conv2D.

    Attributes:
        depthwise_kernel: the variable `[*kernel_size, C, M]`.
        pointwise_kernel: the variable `[1, 1, C * M, F]`.
        bias: the variable `[F]`, or None.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Callable[[Any], Any] | str | None = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = Zeros,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Callable[[Any], Any] | None = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self._take(filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias)
        self.depth_multiplier = depth_multiplier
        self.describe("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.describe("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self.describe("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias."""
        depth = self._depth(input_shape)
        each, together = [depth, self.depth_multiplier], [depth * self.depth_multiplier, self.filters]
        self.depthwise_kernel = self.make("depthwise", [*self.kernel_size, *each], name="depthwise_kernel")
        self.pointwise_kernel = self.make("pointwise", [*[1] * self.rank, *together], name="pointwise_kernel")
        self._make_bias()
        self.built = True


class SeparableConv2D(_Separable):
    """`_Separable` of inputs `[N, height, width, C]`."""

    def call(self, inputs: Any) -> Any:
        """Return `[N, *windows, F]`."""
        result = ops.separable_conv2d(
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            self.strides,
            self.padding.upper(),
            self.dilation_rate,
            data_format=self._layout,
        )
        return self._finished(result)


class SeparableConv1D(_Separable):
    """`_Separable` of inputs `[N, W, C]`."""

    rank = 1

    def call(self, inputs: Any) -> Any:
        """Return `[N, windows, F]`."""
        inputs, padding = self._padded(inputs)
        axis = 1 if self.data_format == "channels_last" else 2
        result: Any = ops.separable_conv2d(
            ops.expand_dims(inputs, axis),
            ops.expand_dims(self.depthwise_kernel, 0),
            ops.expand_dims(self.pointwise_kernel, 0),
            self.strides * 2,
            padding,
            (1, *self.dilation_rate),
            data_format=layout_of(self.data_format, 2),
        )
        if self.bias is not None:
            result = ops.bias_add(result, self.bias, layout_of(self.data_format, 2))
        result = ops.squeeze(result, [axis])
        return result if self.activation is None else self.activation(result)


conv1d = function_of(Conv1D, "conv1d")
conv2d = function_of(Conv2D, "conv2d")
conv3d = function_of(Conv3D, "conv3d")
conv2d_transpose = function_of(Conv2DTranspose, "conv2d_transpose")
conv3d_transpose = function_of(Conv3DTranspose, "conv3d_transpose")
separable_conv1d = function_of(SeparableConv1D, "separable_conv1d")
separable_conv2d = function_of(SeparableConv2D, "separable_conv2d")
