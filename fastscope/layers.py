"""tf.layers: get_variable and a function of `ops`, under TF1's names.

Each call opens a variable scope: `name`, or the layer's own name made unique in the current scope
("dense", "dense_1"). Opening the surrounding scope again counts from the start, which is how a
model under AUTO_REUSE finds its weights.

Source: tensorflow/python/layers/core.py, base.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from . import ops
from .arrays.dtypes import as_dtype
from .arrays.recordable import recordable
from .arrays.shapes import full_shape
from .arrays.typing import Array
from .errors import arrays as errors
from .errors.names import face as _face
from .errors.places import in_one_frame
from .graph import GraphKeys, Tensor, add_to_collection, current, get_default_graph, name_scope
from .graph.conversion import as_tensor
from .ops.activations import activation_of
from .ops.operands import float_operand, snapshot
from .scoping.initializers import Zeros
from .scoping.scopes import VariableScope, get_variable
from .scoping.sharing import own_scope
from .scoping.undo import all_or_nothing

__all__ = ["dense", "dropout", "flatten"]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("layers", __all__)


def _layer_scope(name: str | None, default_name: str, reuse: Any) -> Any:
    if name is None:
        return own_scope(None, default_name=default_name, reuse=reuse)
    return own_scope(name, reuse=reuse)


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
    if recorder is None:
        if activity_regularizer is not None:
            raise errors.no_activity_regularizer()
        x: Any = float_operand("layers.dense", inputs)
        sizes = x.shape
    else:
        x = as_tensor(inputs, recorder)
        sizes = _known_depth(x)
    if len(sizes) < 2:
        raise errors.dense_rank(tuple(sizes))
    dtype, depth, function = as_dtype(x.dtype).base_dtype, sizes[-1], activation_of(activation)
    shape = list(full_shape([depth, units]))
    with _layer_scope(name, "dense", reuse) as scope, _making(scope):
        kernel = get_variable(
            "kernel",
            shape,
            dtype,
            kernel_initializer,
            kernel_regularizer,
            trainable,
            constraint=kernel_constraint,
        )
        if recorder is not None:
            result: Any = (
                ops.matmul(x, kernel) if len(sizes) == 2 else ops.tensordot(x, kernel, [[len(sizes) - 1], [0]])
            )
        else:
            result = ops.matmul(x.reshape(math.prod(sizes[:-1]), depth), kernel)
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
            result = ops.bias_add(result, bias)
        if recorder is None:
            result = result.reshape(*sizes[:-1], shape[-1])
        result = result if function is None else function(result)
        if activity_regularizer is not None:
            _regularize_activity(activity_regularizer, result)
        return result


def _regularize_activity(regularizer: Callable[[Any], Any], result: Any) -> None:
    """Collect a loss of what a layer gives, for one row of the batch."""
    with name_scope("ActivityRegularizer"):
        loss = regularizer(result)
        if loss is not None:
            rows: Any = ops.cast(ops.shape(result)[0], result.dtype.base_dtype)
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss / rows)


def _known_depth(x: Tensor) -> tuple[Any, ...]:
    """Return the static shape of a layer's inputs.

    Raises:
        ValueError: the last dimension, by which the kernel is made, is not known.
    """
    if x.dims is None or (x.dims and x.dims[-1] is None):
        raise errors.dense_depth_unknown(str(x.shape))
    return x.dims


def _making(scope: VariableScope) -> AbstractContextManager[None]:
    """Return a block that leaves no weights behind if it fails, unless the layer has made its kernel before."""
    is_made = get_default_graph().find(f"{scope.name}/kernel") is not None
    return nullcontext() if is_made else all_or_nothing()


def flatten(inputs: Any, name: str | None = None) -> Array:
    """Return `[N, ...]` as `[N, product of the rest]`; `name` names no variable and is not used."""
    recorder = current() if recordable.on else None
    if recorder is not None:
        return _flat(as_tensor(inputs, recorder), name)
    x = snapshot(inputs)
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def _flat(x: Tensor, name: str | None) -> Any:
    with name_scope(name, "flatten", [x]):
        if x.dims is not None and None not in x.dims[1:]:
            return ops.reshape(x, [-1, math.prod(size or 0 for size in x.dims[1:])])
        return ops.reshape(x, [ops.shape(x)[0], -1])


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Array:
    """Return tf.nn.dropout of `inputs` with keep_prob `1 - rate` in training, else the inputs.

    `name` names no variable and is not used.
    """
    if recordable.on and recordable.recording():
        with name_scope(name, "dropout", [inputs]):
            if training is False:
                return ops.identity(inputs)
            keep: Any = 1.0 - rate
            if training is not True:
                keep = ops.where(training, ops.convert_to_tensor(keep), ops.ones([]))
            return ops.dropout(inputs, keep, noise_shape, seed)
    return ops.dropout(inputs, 1.0 - rate if training else 1.0, noise_shape, seed)
