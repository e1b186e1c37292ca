"""Normalizations that are one operation each: over the batch, and over neighbouring channels.

Source: tensorflow/python/ops/nn_impl.py, tensorflow/core/kernels/fused_batch_norm_op.cc, lrn_op.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..arrays import array_module
from ..arrays.dtypes import DType, as_dtype
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .function import op
from .operands import float_operand, same_dtype

__all__ = ["fused_batch_norm", "local_response_normalization", "lrn"]


def sums_around(x: Any, radius: int) -> Any:
    """Return for each channel, the last dimension, the sum of those that are at most `radius` away."""
    xp = array_module(x)
    total = x.copy()
    for distance in range(1, min(radius, x.shape[-1] - 1) + 1):
        total[..., distance:] += x[..., :-distance]
        total[..., :-distance] += x[..., distance:]
    return xp.asarray(total)


def _lrn(input: Any, depth_radius: int, bias: float, alpha: float, beta: float) -> Any:
    return input * (bias + alpha * sums_around(input * input, depth_radius)) ** -beta


@op("LRN", "input", shape=rules.same, kernel=_lrn, allowed=("float16", "bfloat16", "float32"))
def lrn(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Array:
    """Return x / (bias + alpha * sum(x ** 2)) ** beta, the sum over channels at most `depth_radius` away.

    Source: Krizhevsky et al., ImageNet classification with deep convolutional neural networks, 2012, 3.3.
    """
    result: Array = _lrn(float_operand("lrn", input), depth_radius, bias, alpha, beta)
    return result


local_response_normalization = lrn

_LEAST_EPSILON = 1.001e-5  # cuDNN's, which TensorFlow takes everywhere


def _normed_form(values: dict[str, Any]) -> dict[str, Any]:
    if not values["is_training"] and (values["mean"] is None or values["variance"] is None):
        raise errors.needs_moments()
    if values["is_training"]:
        values = values | {"mean": None, "variance": None}
    return values | {"epsilon": max(values["epsilon"], _LEAST_EPSILON)}


def _normed(x: Any, scale: Any, offset: Any, mean: Any, variance: Any, epsilon: float, data_format: str) -> Any:
    axes, column = axes_of(x, data_format)
    kind, x = x.dtype, x.astype(scale.dtype, copy=False)  # moments of float16 are float32
    unbiased = variance
    if mean is None:
        count = x.size // scale.size
        mean = x.mean(axis=axes)
        variance = ((x - mean.reshape(column)) ** 2).mean(axis=axes)
        unbiased = variance * (count / max(count - 1, 1))
    factor = scale * (variance + epsilon) ** -0.5
    y = (x - mean.reshape(column)) * factor.reshape(column) + offset.reshape(column)
    return [y.astype(kind, copy=False), mean, unbiased, variance]


def axes_of(x: Any, data_format: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the dimensions that are no channels, and the shape that spreads a vector over the channels."""
    place = data_format.index("C")
    column = tuple(-1 if k == place else 1 for k in range(x.ndim))
    return tuple(k for k in range(x.ndim) if k != place), column


def _normed_shape(x: Any, *vectors: Any, data_format: str) -> Any:
    if x is None:
        return [None, *[(None,)] * 3]
    return [x, *[(x[data_format.index("C")],)] * 3]


def _normed_dtypes(values: dict[str, Any]) -> list[DType]:
    return [as_dtype(values["x"].dtype).base_dtype, *[as_dtype(values["scale"].dtype).base_dtype] * 3]


def _three(outputs: list[Any]) -> tuple[Any, Any, Any]:
    return outputs[0], outputs[1], outputs[2]


@op(
    "FusedBatchNormV3",
    "x | scale offset mean variance",
    shape=_normed_shape,
    dtype=_normed_dtypes,
    kernel=_normed,
    normalize=_normed_form,
    returns=_three,
    allowed=("float16", "bfloat16", "float32", "float64"),
)
def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
) -> tuple[Array, Array, Array]:
    """Return x with the mean and the variance of each channel taken out, scaled and moved.

    Args:
        x: `[N, height, width, C]`, or `[N, C, height, width]` if `data_format` is "NCHW".
        scale, offset: `[C]`.
        mean, variance: `[C]`, taken if `is_training` is False; else they are those of x.
        epsilon: added to the variance, at least 1.001e-5.
        is_training: whether the moments are those of x.
        name: drawn from the name table.

    Returns:
        (y, mean, variance): the moments that were taken, but the variance of x divides by n - 1.

    Raises:
        ValueError: `is_training` is False, and there are no moments.
    """
    values = {"mean": mean, "variance": variance, "epsilon": epsilon, "is_training": is_training}
    given = _normed_form(values)
    vectors = [scale, offset] if given["mean"] is None else [scale, offset, mean, variance]
    scale, offset, *moments = same_dtype("fused_batch_norm", vectors)
    array = float_operand("fused_batch_norm", x)
    mean, variance = moments or (None, None)
    return _three(_normed(array, scale, offset, mean, variance, given["epsilon"], data_format))
