"""LSTMs whose products are convolutions: ConvLSTMCell, Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell.

Shapes: N batch_size, C channels of the inputs, K output_channels; a picture is `[..., C]` with one to three dimensions.

Source: TF 1.15 contrib/rnn/python/ops/rnn_cell.py; Shi et al., arXiv:1506.04214.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from .. import ops
from ..arrays.shapes import TensorShape
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..fused import LSTMStateTuple
from ..scoping.initializers import Constant
from .base import LayerRNNCell, units_of

__all__ = ["Conv1DLSTMCell", "Conv2DLSTMCell", "Conv3DLSTMCell", "ConvLSTMCell"]


class ConvLSTMCell(LayerRNNCell):
    """An LSTM over pictures, whose state is pictures of the same size.

        >>> cell = tf.contrib.rnn.ConvLSTMCell(2, [28, 28, 1], output_channels=8, kernel_shape=[3, 3])

    Args:
        conv_ndims: dimensions of a picture, 1 to 3.
        input_shape: of one input, `[..., C]`.
        output_channels: K.
        kernel_shape: a size for each dimension of a picture.
        use_bias: add a bias.
        skip_connection: put the inputs beside the output and h, behind their K channels: for one step, as in TF.
        forget_bias: added to the forget gate before its sigmoid.
        initializers: kept for TF's sake.
        name: of the variable scope.

    Raises:
        ValueError: a shape of another number of dimensions.
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        "conv_ndims", "input_shape", "output_channels", "kernel_shape", "use_bias", "skip_connection", "forget_bias",
        "initializers",
    )  # fmt: skip

    def __init__(
        self,
        conv_ndims: int,
        input_shape: Sequence[int],
        output_channels: int,
        kernel_shape: Sequence[int],
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: float = 1.0,
        initializers: Any = None,
        name: str | None = "conv_lstm_cell",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._conv_ndims, self._input_shape = conv_ndims, TensorShape(input_shape).as_list()
        if conv_ndims != len(self._input_shape) - 1 or conv_ndims not in (1, 2, 3):
            raise errors.picture_rank(self._input_shape, conv_ndims)
        self._output_channels = units_of("output_channels", output_channels)
        self._kernel_shape = list(kernel_shape)
        self._use_bias, self._skip_connection, self._forget_bias = use_bias, skip_connection, float(forget_bias)
        self._initializers = initializers

    def _size(self, channels: int) -> TensorShape:
        return TensorShape([*self._input_shape[:-1], channels])

    @property
    def state_size(self) -> LSTMStateTuple:
        """The shape of a picture with K channels, twice."""
        size: Any = self._size(self._output_channels)
        return LSTMStateTuple(size, size)

    @property
    def output_size(self) -> TensorShape:
        """The shape of a picture with K channels, or K + C with a skip connection."""
        beside = self._input_shape[-1] if self._skip_connection else 0
        return self._size(self._output_channels + beside)  # type: ignore[operator]

    def build(self, inputs_shape: Any) -> None:
        """Make kernel `[*kernel_shape, C + K, 4K]` and biases `[4K]`."""
        channels = int(inputs_shape[-1]) + self._output_channels
        columns = 4 * self._output_channels
        self._kernel = self.add_variable("kernel", [*self._kernel_shape, channels, columns])
        self._bias = self.add_variable("biases", [columns], initializer=Constant(0.0)) if self._use_bias else None

    def call(self, inputs: Array, state: Any) -> tuple[Array, LSTMStateTuple]:
        """Compute one step."""
        c, h = state
        x = ops.concat([inputs, h], -1)
        if self._conv_ndims == 1:
            product: Any = ops.conv1d(x, self._kernel, 1, padding="SAME")
        else:
            convolution = ops.conv2d if self._conv_ndims == 2 else ops.conv3d
            product = convolution(x, self._kernel, [1] * (self._conv_ndims + 2), padding="SAME")
        if self._bias is not None:
            product = product + self._bias
        i, j, f, o = ops.split(product, 4, self._conv_ndims + 1)
        new_c: Any = ops.sigmoid(ops.add(f, self._forget_bias)) * c + ops.sigmoid(i) * ops.tanh(j)
        output = ops.tanh(new_c) * ops.sigmoid(o)
        if self._skip_connection:
            output = ops.concat([output, inputs], -1)
        return output, LSTMStateTuple(new_c, output)


class Conv1DLSTMCell(ConvLSTMCell):
    """A ConvLSTMCell over rows `[..., C]` of one dimension; its arguments are those without `conv_ndims`."""

    _arguments = ConvLSTMCell._arguments[1:]

    def __init__(self, name: str | None = "conv_1d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """A ConvLSTMCell over pictures `[height, width, C]`; its arguments are those without `conv_ndims`."""

    _arguments = ConvLSTMCell._arguments[1:]

    def __init__(self, name: str | None = "conv_2d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """A ConvLSTMCell over volumes `[depth, height, width, C]`; its arguments are those without `conv_ndims`."""

    _arguments = ConvLSTMCell._arguments[1:]

    def __init__(self, name: str | None = "conv_3d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=3, name=name, **kwargs)
