"""Gradients of normalizations.

Source: tensorflow/python/ops/nn_grad.py, tensorflow/core/kernels/fused_batch_norm_op.cc, lrn_op.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..graph import Operation
from ..ops import shape_rules as rules
from ..ops.function import op as recorded
from ..ops.normalizing import sums_around
from .registry import rule

ops: Any = _ops


@recorded("LRNGrad", "d x y", shape=rules.same)
def lrn_grad(d: Any, x: Any, y: Any, depth_radius: int, bias: float, alpha: float, beta: float) -> Any:
    """Return the gradient of lrn for its input x."""
    norm = bias + alpha * sums_around(x * x, depth_radius)
    return d * norm**-beta - 2 * alpha * beta * x * sums_around(d * y / norm, depth_radius)


@rule("LRN")
def lrn(op: Operation, d: Any) -> Any:
    facts = {name: op.attributes[name] for name in ("depth_radius", "bias", "alpha", "beta")}
    return lrn_grad(d, op.inputs[0], op.outputs[0], **facts)


@rule("FusedBatchNormV3")
def fused_batch_norm(op: Operation, d: Any, of_mean: Any, of_unbiased: Any, of_variance: Any) -> Any:
    x, scale = op.inputs[0], op.inputs[1]
    kind, exact = x.dtype.base_dtype, scale.dtype.base_dtype  # float16 and float32, say
    x, d = ops.cast(x, exact), ops.cast(ops.zeros_like(x) if d is None else d, exact)
    place = op.attributes["data_format"].index("C")
    axes = [k for k in range(4) if k != place]

    def column(vector: Any) -> Any:
        return ops.reshape(vector, [-1 if k == place else 1 for k in range(4)])

    mean, variance = op.outputs[1], op.outputs[3]
    inverse = ops.rsqrt(variance + op.attributes["epsilon"])
    centred = x - column(mean)
    normed = centred * column(inverse)
    of_scale, of_offset = ops.reduce_sum(d * normed, axes), ops.reduce_sum(d, axes)
    if not op.attributes["is_training"]:
        return ops.cast(d * column(scale * inverse), kind), of_scale, of_offset
    count = ops.cast(ops.size(x) // ops.size(scale), d.dtype)  # the moments depend on x
    of_x = (d - column(of_offset / count) - normed * column(of_scale / count)) * column(scale * inverse)
    if of_mean is not None:
        of_x += column(of_mean / count)
    for part, divisor in ((of_unbiased, count - 1), (of_variance, count)):
        if part is not None:
            of_x += centred * column(2.0 * part / divisor)
    return ops.cast(of_x, kind), of_scale, of_offset
