"""Activations, and what is made of them.

Source: tensorflow/python/ops/nn_ops.py, nn_impl.py, tensorflow/core/kernels/softplus_op.h, relu_op.h (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import as_dtype, float16, float32
from ..arrays.shapes import TensorShape
from ..arrays.typing import Array
from ..errors import ops as errors
from ..graph import current
from . import shape_rules as rules
from .creation import cast, convert_to_tensor, identity, zeros_like
from .elementwise import REALS, log1p, rsqrt, squared_difference, stop_gradient
from .function import op
from .math import FLOATS, add, equal, exp, matmul, maximum, multiply, negative, sigmoid, square, where
from .math import abs as absolute
from .nn import bias_add, check_named, relu
from .operands import either, float_operand, operand
from .reductions import reduce_mean, reduce_sum
from .scoped import inner, within
from .shaping import concat, squeeze

__all__ = [
    "batch_normalization",
    "crelu",
    "elu",
    "l2_normalize",
    "leaky_relu",
    "log_sigmoid",
    "moments",
    "relu6",
    "relu_layer",
    "selu",
    "sigmoid_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "swish",
    "weighted_cross_entropy_with_logits",
    "zero_fraction",
]

# of selu: with these means stay 0 and variances 1 (Klambauer et al., 2017)
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


# ---- one operation each


def _elu(features: Any) -> Any:
    xp = array_module(features)
    return xp.where(features < 0, xp.expm1(xp.minimum(features, features.dtype.type(0))), features)


def _selu(features: Any) -> Any:
    dtype = features.dtype.type
    below = dtype(SELU_SCALE * SELU_ALPHA) * array_module(features).expm1(
        array_module(features).minimum(features, dtype(0))
    )
    return array_module(features).where(features < 0, below, dtype(SELU_SCALE) * features)


def _softplus(features: Any) -> Any:
    return np.logaddexp(features, features.dtype.type(0))


def _softsign(features: Any) -> Any:
    return features / (1 + abs(features))


def _relu6(features: Any) -> Any:
    return array_module(features).clip(features, 0, 6)


def _leaky_relu(features: Any, alpha: float) -> Any:
    slope = features.dtype.type(np.float32(alpha))  # an attribute of TensorFlow's operation is a float32
    return array_module(features).where(features > 0, features, slope * features)


_NUMBERS = (*REALS, "int32", "uint8", "int16", "int8", "int64", "uint16", "uint32", "uint64")


def _activation(
    name: str, type: str, kernel: Callable[[Any], Any], summary: str, allowed: tuple[str, ...] = REALS
) -> Callable[..., Array]:
    """Return the function `name` of one array, which `kernel` computes."""

    def function(features: Any, name: str | None = None) -> Array:
        array = operand(features) if allowed is _NUMBERS else float_operand(function.__name__, features)
        result: Array = kernel(array)
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return {summary}."
    return op(type, "features", shape=rules.same, kernel=kernel, allowed=allowed)(function)


elu = _activation("elu", "Elu", _elu, "x, and exp(x) - 1 where x is negative")
selu = _activation(
    "selu", "Selu", _selu, f"{SELU_SCALE:.4f} x, and {SELU_SCALE * SELU_ALPHA:.4f} (exp(x) - 1) where x is negative"
)
relu6 = _activation("relu6", "Relu6", _relu6, "min(max(x, 0), 6)", _NUMBERS)
softplus = _activation("softplus", "Softplus", _softplus, "log(1 + exp(x)), without overflow")
softsign = _activation("softsign", "Softsign", _softsign, "x / (1 + abs(x))")


@op("LeakyRelu", "features", shape=rules.same, kernel=_leaky_relu, allowed=FLOATS)
def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Array:
    """Return x, and alpha * x where x is negative."""
    return _leaky_relu(float_operand("leaky_relu", features), alpha)


# ---- made of others


def log_sigmoid(x: Any, name: str | None = None) -> Array:
    """Return log(sigmoid(x)), without overflow."""
    with within(name, "LogSigmoid") as scope:
        return negative(softplus(negative(x)), name=scope)


def swish(features: Any, name: str | None = None) -> Array:
    """Return x * sigmoid(x)."""
    if name is None and current() is not None:  # the names that TF's have, which has a gradient of its own
        return identity(identity(multiply(features, sigmoid(features), name="mul")), name="IdentityN")
    with within(name, "swish") as scope:
        return multiply(features, sigmoid(features), name=scope)


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Array:
    """Return relu(x) and relu(-x) joined along `axis`: twice as long."""
    with within(name, "CRelu"):
        return relu(concat([features, negative(features)], axis))


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Array:
    """Return relu(x @ weights + biases)."""
    with within(name, "relu_layer") as scope:
        return relu(bias_add(matmul(x, weights), biases), name=scope)


def zero_fraction(value: Any, name: str | None = None) -> Array:
    """Return the part of the elements that are 0, a float32."""
    with within(name, "zero_fraction"):
        return reduce_mean(cast(equal(value, 0), float32), name=inner("fraction"))


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Array:
    """Return x divided by its Euclidean norm along `axis`; by the root of `epsilon` where it is less."""
    axis = either("axis", axis, "dim", dim)
    with within(name, "l2_normalize") as scope:
        x = convert_to_tensor(x, name=inner("x"))
        squares = reduce_sum(square(x), axis, keepdims=True)
        return multiply(x, rsqrt(maximum(squares, epsilon)), name=scope)


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Array, Array]:
    """Return the mean and the variance over `axes`; the variance divides by n.

    Args:
        shift: taken and not used, as in TensorFlow.
    """
    keep = either("keepdims", keepdims, "keep_dims", keep_dims)
    with within(name, "moments"):
        half = as_dtype(getattr(x, "dtype", float32)).base_dtype is float16
        exact = cast(x, float32) if half else x
        mean = reduce_mean(exact, axes, keepdims=True, name=inner("mean"))
        squares = squared_difference(exact, stop_gradient(mean))
        variance = reduce_mean(squares, axes, keepdims=True, name=inner("variance"))
        if not keep:
            mean, variance = squeeze(mean, axes), squeeze(variance, axes)
        return (cast(mean, float16), cast(variance, float16)) if half else (mean, variance)


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float, name: str | None = None
) -> Array:
    """Return (x - mean) / sqrt(variance + variance_epsilon) * scale + offset; None for either leaves it out."""
    with within(name, "batchnorm"):
        factor = rsqrt(convert_to_tensor(variance) + variance_epsilon)
        if scale is not None:
            factor = multiply(factor, scale, name=inner("mul"))
        scaled = multiply(x, factor, name=inner("mul"))
        if offset is None:
            return scaled + multiply(negative(mean), factor, name=inner("mul"))
        return scaled + (offset - multiply(mean, factor, name=inner("mul")))


def _check_same_shape(labels: Any, logits: Any) -> None:
    try:
        TensorShape(labels.shape).assert_is_compatible_with(TensorShape(logits.shape))
    except ValueError:
        raise errors.labels_unlike_logits(logits.shape, labels.shape) from None


def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Array:
    """Return -labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), without overflow.

    Write both arguments with their names.

    Raises:
        ValueError: an argument is missing or not named, or the shapes differ.
    """
    check_named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with within(name, "logistic_loss") as scope:
        logits = convert_to_tensor(logits, name=inner("logits"))
        labels = convert_to_tensor(labels, name=inner("labels"))
        _check_same_shape(labels, logits)
        zeros = zeros_like(logits)
        positive = logits >= zeros
        relu_logits = where(positive, logits, zeros)
        negative_abs = where(positive, -logits, logits)
        return add(relu_logits - logits * labels, log1p(exp(negative_abs)), name=scope)


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None, targets: Any = None
) -> Array:
    """Return the sigmoid's cross entropy, in which the part of the positive labels counts `pos_weight` times."""
    labels = either("labels", labels, "targets", targets)
    with within(name, "logistic_loss") as scope:
        logits = convert_to_tensor(logits, name=inner("logits"))
        labels = convert_to_tensor(labels, name=inner("targets"))
        _check_same_shape(labels, logits)
        weight = 1 + (pos_weight - 1) * labels
        overflowing = log1p(exp(-absolute(logits))) + relu(-logits)
        return add((1 - labels) * logits, weight * overflowing, name=scope)
