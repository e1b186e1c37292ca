"""tf.contrib.layers' products with weights: fully_connected and its kin.

Source: tensorflow/contrib/layers/python/layers/layers.py (TF 1.15).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ... import ops
from ...arrays.dtypes import as_dtype
from ...errors import arg_scopes as errors
from ...graph import GraphKeys, add_to_collections, get_default_graph
from ...ops.weights import static_shape
from ...scoping.initializers import Zeros
from ...scoping.scopes import get_variable, variable_scope
from ..core import Dense
from .common import Function, Weighted, as_tensor, with_weights

__all__ = [
    "elu",
    "fully_connected",
    "legacy_fully_connected",
    "legacy_linear",
    "legacy_relu",
    "linear",
    "relu",
    "relu6",
]


@with_weights("fully_connected")
def fully_connected(inputs: Any, num_outputs: int, *, given: Weighted, sc: Any) -> Any:
    """Return `activation_fn(inputs @ weights + biases)`, by default a relu; inputs `[..., D]`.

    Raises:
        ValueError: `num_outputs` is no integer, or get_variable's reasons.
    """
    if not isinstance(num_outputs, int):
        raise errors.outputs_not_integer(num_outputs)
    return given.run(Dense(num_outputs, **given.of_layer(sc)), inputs, sc)


elu = partial(fully_connected, activation_fn=ops.elu)
linear = partial(fully_connected, activation_fn=None)
relu = partial(fully_connected, activation_fn=ops.relu)
relu6 = partial(fully_connected, activation_fn=ops.relu6)


def legacy_fully_connected(
    x: Any,
    num_output_units: int,
    activation_fn: Function | None = None,
    weight_init: Any = Weighted.weights_initializer,
    bias_init: Any = Zeros,
    name: str | None = None,
    weight_collections: Any = (GraphKeys.WEIGHTS,),
    bias_collections: Any = (GraphKeys.BIASES,),
    output_collections: Any = (GraphKeys.ACTIVATIONS,),
    trainable: bool = True,
    weight_regularizer: Any = None,
    bias_regularizer: Any = None,
) -> Any:
    """Return `activation_fn(x @ weights + bias)`, by default without an activation; what `fully_connected` was before.

    Args:
        x: `[..., D]`.
        num_output_units: length of the last dimension of the result.
        weight_collections, bias_collections, output_collections: what variables and result join.
        others: as in `fully_connected`.

    Raises:
        ValueError: x has less than two dimensions, or its last one is not known.
    """
    with variable_scope(name, "fully_connected", [x]):
        x = as_tensor(x)
        shape = static_shape(x)
        if shape.rank is None:
            raise errors.size_unknown("dims of x must be known but is None")
        sizes = shape.as_list()
        if len(sizes) < 2:
            raise errors.size_unknown(f"rank of x must be at least 2 not: {len(sizes)}")
        if sizes[-1] is None:
            raise errors.size_unknown("last dimension of x must be known but is None")
        dtype = as_dtype(x.dtype).base_dtype

        def made(kind: str, sizes: list[int], initializer: Any, regularizer: Any, keys: Any) -> Any:
            keys = list(dict.fromkeys([*(keys or ()), GraphKeys.GLOBAL_VARIABLES]))
            return get_variable(kind, sizes, dtype, initializer, regularizer, trainable, keys)

        weights = made("weights", [sizes[-1], num_output_units], weight_init, weight_regularizer, weight_collections)
        result: Any = ops.matmul(x if len(sizes) == 2 else ops.reshape(x, [-1, sizes[-1]]), weights)
        if bias_init is not None:
            bias = made("bias", [num_output_units], bias_init, bias_regularizer, bias_collections)
            result = ops.bias_add(result, bias)
        if len(sizes) > 2:
            dynamic: Any = ops.shape(x)
            known = [dynamic[k] if n is None else n for k, n in enumerate(sizes[:-1])]
            result = ops.reshape(result, [*known, num_output_units])
        result = result if activation_fn is None else activation_fn(result)
        if get_default_graph().recorder is not None:
            add_to_collections([*(output_collections or ()), GraphKeys.ACTIVATIONS], result)
        return result


legacy_linear = partial(legacy_fully_connected, activation_fn=None)
legacy_relu = partial(legacy_fully_connected, activation_fn=ops.relu)
