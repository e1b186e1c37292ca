"""tf.contrib.layers' layers without products: biases, dropout, softmax and the like.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ... import ops
from ...arrays.dtypes import as_dtype, int64
from ...arrays.recordable import recordable
from ...errors import arg_scopes as errors
from ...gradients import custom_gradient
from ...graph import current, name_scope
from ...graph.sparse_tensor import SparseTensor
from ...ops.weights import static_shape
from ...scoping.arg_scopes import add_arg_scope
from ...scoping.initializers import Zeros
from ...scoping.scopes import variable_scope
from ...scoping.variable_lists import model_variable
from ..core import Dropout, Flatten
from .common import Function, as_tensor, collected_output, collections_of, format_of, named_getter

__all__ = [
    "bias_add",
    "dense_to_sparse",
    "dense_to_sparse_tensor",
    "dropout",
    "flatten",
    "maxout",
    "one_hot_encoding",
    "poincare_normalize",
    "scale_gradient",
    "softmax",
    "unit_norm",
]


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Function | None = None,
    initializer: Any = Zeros,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Any:
    """Return `activation_fn(inputs + biases)`, biases being a variable as long as there are channels."""
    format_of(data_format, ("NHWC", "NCHW"))
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as sc:
        inputs = as_tensor(inputs)
        depth = static_shape(inputs).as_list()[1 if data_format == "NCHW" else -1]
        if depth is None:
            raise errors.bad_rank("bias_add", "`C` dimension must be known but is None.")
        biases = model_variable(
            "biases",
            [depth],
            as_dtype(inputs.dtype).base_dtype,
            initializer,
            regularizer,
            trainable,
            collections_of(variables_collections, "biases"),
        )
        result = ops.bias_add(inputs, biases, data_format)
        result = result if activation_fn is None else activation_fn(result)
        return collected_output(outputs_collections, sc.name, result)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Any:
    """Return tf.nn.dropout of the inputs in training, else the inputs."""
    with variable_scope(scope, "Dropout", [inputs], custom_getter=named_getter) as sc:
        layer = Dropout(1 - keep_prob, noise_shape, seed, name=sc.name, _scope=sc)
        return collected_output(outputs_collections, sc.name, layer(as_tensor(inputs), training=is_training))


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Any:
    """Return `[N, ...]` as `[N, product of the rest]`."""
    with name_scope(scope, "Flatten", [inputs]) as sc:
        return collected_output(outputs_collections, sc, Flatten()(as_tensor(inputs)))


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Any:
    """Return tf.one_hot of labels."""
    with name_scope(scope, "OneHotEncoding", [labels]) as sc:
        labels = as_tensor(labels)
        if as_dtype(labels.dtype).base_dtype.name == "int32":
            labels = ops.cast(labels, int64)
        result = ops.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collected_output(outputs_collections, sc, result)


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Any:
    """Return tf.nn.softmax of logits of two dimensions or more."""
    with variable_scope(scope, "softmax", [logits]):
        logits = as_tensor(logits)
        rows = ops.softmax(ops.reshape(logits, [-1, static_shape(logits).as_list()[-1]]))
        result: Any = ops.reshape(rows, ops.shape(logits))
        if recordable.on and current() is not None:
            result.set_shape(logits.shape)
        return result


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Any:
    """Return the largest of each group of channels, of which there are `num_units`."""
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = as_tensor(inputs)
        sizes = static_shape(inputs).as_list()
        channels: Any = sizes[axis]
        if channels % num_units:
            raise errors.bad_units(num_units, channels)
        found: list[Any] = [*sizes, channels // num_units]
        found[axis % len(sizes)] = num_units
        dynamic = ops.shape(inputs)
        return ops.reduce_max(ops.reshape(inputs, [dynamic[k] if n is None else n for k, n in enumerate(found)]), -1)


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Any:
    """Return the inputs divided by their lengths along `dim`: vectors of length 1."""
    with variable_scope(scope, "UnitNorm", [inputs]):
        inputs = as_tensor(inputs)
        rank = static_shape(inputs).rank
        if rank is None or not 0 <= dim < rank:
            raise errors.bad_rank("unit_norm", "dim must be positive but smaller than the input rank.")
        squares: Any = ops.reduce_sum(ops.square(inputs), dim, keepdims=True)
        return ops.div(inputs, ops.sqrt(squares + epsilon))


def poincare_normalize(x: Any, axis: Any = 1, epsilon: float = 1e-5, name: str | None = None) -> Any:
    """Return the inputs, those longer than `1 - epsilon` along `axis` shortened to it: points of the Poincaré ball.

    Source: Nickel and Kiela, Poincaré embeddings, 2017.
    """
    with name_scope(name, "poincare_normalize", [x]) as sc:
        x = as_tensor(x)
        inverse: Any = ops.rsqrt(ops.reduce_sum(ops.square(x), axis, keepdims=True))
        return ops.multiply(x, ops.minimum((1.0 - epsilon) * inverse, 1.0), name=sc)


def scale_gradient(inputs: Any, gradient_multiplier: Any) -> Any:
    """Return the inputs; what comes back to them as a gradient is multiplied by `gradient_multiplier`."""

    @custom_gradient
    def scaled(x: Any) -> Any:
        return ops.identity(x), lambda d: d * gradient_multiplier

    return scaled(as_tensor(inputs))


@add_arg_scope
def dense_to_sparse(tensor: Any, eos_token: Any = 0, outputs_collections: Any = None, scope: Any = None) -> Any:
    """Return a SparseTensor of the elements that are not `eos_token`."""
    with variable_scope(scope, "dense_to_sparse", [tensor]) as sc:
        return collected_output(outputs_collections, sc.name, _without(as_tensor(tensor), eos_token))


def dense_to_sparse_tensor(dense_tensor: Any, ignore_value: Any = None) -> Any:
    """Return a SparseTensor of the elements that are not `ignore_value`: None stands for 0, False or "".

    Source: tensorflow/contrib/layers/python/ops/sparse_ops.py (TF 1.15).
    """
    with name_scope("DenseToSparseTensor"):
        tensor = as_tensor(dense_tensor)
        if ignore_value is None:
            ignore_value = {"string": "", "bool": False}.get(as_dtype(tensor.dtype).base_dtype.name, 0)
        return _without(tensor, ignore_value)


def _without(tensor: Any, value: Any) -> SparseTensor:
    places = ops.where(ops.not_equal(tensor, ops.convert_to_tensor(value, tensor.dtype)))
    return SparseTensor(places, ops.gather_nd(tensor, places), ops.shape(tensor, out_type=int64))
