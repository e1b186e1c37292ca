"""Dense, Dropout and Flatten, and the functions of their names.

Each function opens a variable scope: `name`, or the layer's own name made unique in the current scope ("dense",
"dense_1"). Opening the surrounding scope again counts from the start, which is how a model under AUTO_REUSE finds its
weights.

Source: tensorflow/python/layers/core.py, base.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype
from ..arrays.recordable import recordable
from ..arrays.shapes import TensorShape, full_shape
from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import layers as errors
from ..errors.places import in_one_frame
from ..graph import Tensor, current, get_default_graph
from ..graph.conversion import as_tensor
from ..ops.activations import activation_of
from ..ops.operands import float_operand, snapshot
from ..scoping.initializers import Zeros
from ..scoping.scopes import VariableScope, get_variable
from ..scoping.sharing import own_scope
from ..scoping.undo import all_or_nothing
from .arguments import data_format_of, smart_cond
from .base import InputSpec, Layer, check_floating, count_name, regularize_activity, static_sizes
from .unshared import note_layer

__all__ = ["Dense", "Dropout", "Flatten", "dense", "dropout", "flatten"]


class Dense(Layer):
    """`activation(inputs @ kernel + bias)`; arguments as those of `dense`.

    Attributes:
        kernel, bias: the variables `[D, units]` and `[units]`, made at the first call; bias is None without one.
    """

    kernel: Any = None
    bias: Any = None

    def __init__(
        self,
        units: int,
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
        self.units, self.activation, self.use_bias = int(units), activation_of(activation), use_bias
        self.describe("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.describe("bias", bias_initializer, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias."""
        depth = _depth_of(TensorShape(input_shape).as_list())
        check_floating(self)
        self.input_spec = InputSpec(min_ndim=2, axes={-1: depth})
        self.kernel = self.make("kernel", [depth, self.units])
        if self.use_bias:
            self.bias = self.make("bias", [self.units])
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return `[..., units]`."""
        return _densely(inputs, self.kernel, self.bias, self.activation)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return the shape of the result for inputs of this shape."""
        *sizes, depth = TensorShape(input_shape).with_rank_at_least(2).as_list()
        if depth is None:
            raise errors.innermost_unknown(TensorShape(input_shape))
        return TensorShape([*sizes, self.units])


class Dropout(Layer):
    """`dropout`, whose arguments it takes; `training` is an argument of the call."""

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: int | None = None, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Return the inputs, in training with some elements dropped."""
        if recordable.on and recordable.recording():
            return smart_cond(
                training,
                lambda: ops.dropout(inputs, 1.0 - self.rate, self._noise_shape(inputs), self.seed),
                lambda: ops.identity(inputs),
            )
        return ops.dropout(inputs, 1.0 - self.rate if training else 1.0, self.noise_shape, self.seed)

    def _noise_shape(self, inputs: Any) -> Any:
        """Return the shape of the coins, with a tensor for each None of which only a run tells the size."""
        dims = inputs.dims if hasattr(inputs, "dims") else None
        if not isinstance(self.noise_shape, (list, tuple)) or dims is None or len(dims) != len(self.noise_shape):
            return self.noise_shape
        open_ = [n is None and m is None for n, m in zip(self.noise_shape, dims, strict=True)]
        return [ops.shape(inputs)[k] if open_[k] else n for k, n in enumerate(self.noise_shape)]

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return `input_shape`."""
        return TensorShape(input_shape)


class Flatten(Layer):
    """`[N, ...]` as `[N, product of the rest]`."""

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format_of(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """Return the rows."""
        if self.data_format == "channels_first" and (static_sizes(inputs) or [0])[2:]:
            inputs = ops.transpose(inputs, [0, *range(2, len(inputs.shape)), 1])
        if isinstance(inputs, Tensor):
            return _rows(inputs)
        return inputs.reshape(inputs.shape[0], math.prod(inputs.shape[1:]))

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return `[N, product of the rest]`."""
        count, *rest = TensorShape(input_shape).as_list()
        return TensorShape([count, None if None in rest else math.prod(n for n in rest if n is not None)])


@in_one_frame
def dense(
    inputs: Any,
    units: int,
    activation: Callable[[Array], Array] | str | None = None,
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
    reuse: Any = None,
) -> Array:
    """Return `activation(inputs @ kernel + bias)`, the variables being `<name>/kernel` and `/bias`.

        >>> x = tf.zeros([5, 3])
        >>> tf.layers.dense(x, 2).shape
        (5, 2)
        >>> [v.name for v in tf.global_variables()]
        ['dense/kernel:0', 'dense/bias:0']

    Args:
        inputs: floats `[..., D]`, at least two dimensions.
        units: length of the last dimension of the result.
        activation: function of the result, or its name, such as "relu"; None for none.
        use_bias: whether there is a bias.
        kernel_initializer: None for the scope's, else Glorot's.
        bias_initializer: zeros by default.
        kernel_regularizer: its loss is collected.
        bias_regularizer: its loss is collected.
        activity_regularizer: callable(result) -> loss, which is collected; in a graph only, see Raises.
        kernel_constraint: kept with the variable.
        bias_constraint: kept with the variable.
        trainable: whether the variables are in the trainable collection.
        name: of the scope; None for "dense" made unique.
        reuse: as in variable_scope.

    Returns:
        Array `[..., units]`.

    Raises:
        UnimplementedError: an activity_regularizer, where results are computed at once and again in each
            step: a loss collected from each would pile up.
        ValueError: the inputs have less than two dimensions, or get_variable's reasons.
    """
    recorder = current() if recordable.on else None
    layer = "dense" if recorder is None else count_name("dense")
    if recorder is None:
        if activity_regularizer is not None:
            raise array_errors.no_activity_regularizer()
        x: Any = float_operand("layers.dense", inputs)
        sizes: Any = x.shape
    else:
        x = as_tensor(inputs, recorder)
        if not x.dtype.base_dtype.is_floating and not x.dtype.base_dtype.is_complex:
            raise errors.integer_weights("Dense", x.dtype.base_dtype)
        sizes = x.dims
    if sizes is None:
        raise errors.rank_unknown(layer)
    if len(sizes) < 2:
        raise errors.rank_too_small(layer, 2, list(sizes))
    dtype, depth, function = as_dtype(x.dtype).base_dtype, _depth_of(sizes), activation_of(activation)
    shape = list(full_shape([depth, units]))
    with layer_scope(name, "dense", reuse) as scope, _making(scope):
        kernel = get_variable(
            "kernel",
            shape,
            dtype,
            kernel_initializer,
            kernel_regularizer,
            trainable,
            constraint=kernel_constraint,
        )
        bias = None
        if use_bias:
            bias = get_variable(
                "bias",
                shape[1:],
                dtype,
                bias_initializer,
                bias_regularizer,
                trainable,
                constraint=bias_constraint,
            )
        result = _densely(x, kernel, bias, function)
        if activity_regularizer is not None:
            regularize_activity(activity_regularizer, result)
        if recorder is not None and name is None and not reuse:
            note_layer(recorder, scope, [kernel] if bias is None else [kernel, bias], x, result)
        return result


def layer_scope(name: str | None, default_name: str, reuse: Any) -> Any:
    """Return the variable scope that a function opens for its weights."""
    if name is None and not reuse:
        return own_scope(None, default_name=default_name, reuse=reuse)
    return own_scope(name or default_name, reuse=reuse)


def _densely(x: Any, kernel: Any, bias: Any, activation: Callable[[Any], Any] | None) -> Any:
    """Return `activation(x @ kernel + bias)`."""
    if isinstance(x, Tensor):
        rank = len(x.dims or ())
        result: Any = ops.matmul(x, kernel) if rank == 2 else ops.tensordot(x, kernel, [[rank - 1], [0]])
        result = result if bias is None else ops.bias_add(result, bias)
    else:
        sizes = x.shape
        result = ops.matmul(x.reshape(math.prod(sizes[:-1]), sizes[-1]), kernel)
        result = result if bias is None else ops.bias_add(result, bias)
        result = result.reshape(*sizes[:-1], result.shape[-1])
    return result if activation is None else activation(result)


def _depth_of(sizes: Any) -> int:
    """Return the last dimension of a layer's inputs.

    Raises:
        ValueError: it is not known, and the kernel is made by it.
    """
    if sizes is None or sizes[-1] is None:
        shown = TensorShape(None if sizes is None else list(sizes))
        raise errors.depth_unknown("The last dimension of the inputs to `Dense` should be defined.", str(shown))
    return int(sizes[-1])


def _making(scope: VariableScope) -> AbstractContextManager[None]:
    """Return a block that leaves no weights behind if it fails, unless the layer has made its kernel before."""
    is_made = get_default_graph().find(f"{scope.name}/kernel") is not None
    return nullcontext() if is_made else all_or_nothing()


def flatten(inputs: Any, name: str | None = None, data_format: str = "channels_last") -> Array:
    """Return `[N, ...]` as `[N, product of the rest]`.

    Args:
        inputs: at least one dimension.
        name: of its operations in a graph.
        data_format: "channels_first" if the channels are dimension 1: they become the last one before.
    """
    recorder = current() if recordable.on else None
    if recorder is not None or data_format != "channels_last":
        result: Array = Flatten(data_format, name=name)(inputs)
        return result
    x = snapshot(inputs)
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def _rows(x: Tensor) -> Any:
    if x.dims is not None and None not in x.dims[1:]:
        return ops.reshape(x, [-1, math.prod(size or 0 for size in x.dims[1:])])
    count = None if x.dims is None else x.dims[0]
    return ops.reshape(x, [ops.shape(x)[0] if count is None else count, -1])


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Array:
    """Return tf.nn.dropout of `inputs` with keep_prob `1 - rate` in training, else the inputs.

    `name` is that of its operations in a graph; `training` may be a tensor there.
    """
    if recordable.on and recordable.recording():
        result: Array = Dropout(rate, noise_shape, seed, name)(inputs, training=training)
        return result
    return ops.dropout(inputs, 1.0 - rate if training else 1.0, noise_shape, seed)
