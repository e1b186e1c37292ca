"""The operations that TensorFlow's gradients are made of, in graphs that were saved while they were trained.

They have no gradients of their own. See `node.reads`.

Source: tensorflow/core/ops/nn_ops.cc, math_ops.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import array_module
from ...gradients import images, nn, normalizing, pooling, slopes
from ...graph import Tensor
from ..node import Node, NotHereError, reads

__all__: list[str] = []

_BY_RESULT = {
    "TanhGrad": slopes.tanh_grad,
    "SigmoidGrad": slopes.sigmoid_grad,
    "SqrtGrad": slopes.sqrt_grad,
    "RsqrtGrad": slopes.rsqrt_grad,
    "ReciprocalGrad": slopes.reciprocal_grad,
    "InvGrad": slopes.reciprocal_grad,
}
_BY_GRADIENT = {
    "ReluGrad": slopes.relu_grad,
    "Relu6Grad": slopes.relu6_grad,
    "EluGrad": slopes.elu_grad,
    "SeluGrad": slopes.selu_grad,
}


@reads(*_BY_RESULT)
def _by_result(n: Node, y: Tensor, d: Tensor) -> Any:
    return n.make(_BY_RESULT[n.type], y, d)


@reads(*_BY_GRADIENT)
def _by_gradient(n: Node, d: Tensor, y: Tensor) -> Any:
    return n.make(_BY_GRADIENT[n.type], y, d)


@reads("LeakyReluGrad")
def _leaky_relu_grad(n: Node, d: Tensor, x: Tensor) -> Any:
    return n.make(slopes.leaky_relu_grad, x, d, n["alpha"])


@reads("SoftplusGrad", "SoftsignGrad")
def _of_features(n: Node, d: Tensor, x: Tensor) -> Any:
    def soft(d: Any, x: Any) -> Any:
        xp = array_module(x)
        return d / (1 + xp.exp(-x)) if n.type == "SoftplusGrad" else d / (1 + xp.abs(x)) ** 2

    return n.kernel(soft, [(x.dims, x.dtype.base_dtype)])


@reads("BiasAddGrad")
def _bias_add_grad(n: Node, d: Tensor) -> Any:
    if n["data_format"] == "NHWC":
        return n.make(nn.bias_add_grad, d)

    def summed(d: Any) -> Any:
        return d.sum(axis=(0, *range(2, d.ndim)))

    dims = None if d.dims is None else (d.dims[1],)
    return n.kernel(summed, [(dims, d.dtype.base_dtype)])


@reads("MaxPoolGrad")
def _max_pool_grad(n: Node, x: Tensor, y: Tensor, d: Tensor) -> Any:
    return n.make(pooling.max_pool_grad, d, x, y, n["ksize"], n["strides"], n["padding"], n["data_format"])


@reads("AvgPoolGrad")
def _avg_pool_grad(n: Node, shape: Tensor, d: Tensor) -> Any:
    from ...ops.creation import zeros

    sizes = n.known(shape)
    like = zeros(sizes, d.dtype)
    return n.make(pooling.avg_pool_grad, d, like, n["ksize"], n["strides"], n["padding"], n["data_format"])


@reads("LRNGrad")
def _lrn_grad(n: Node, d: Tensor, x: Tensor, y: Tensor) -> Any:
    return n.make(normalizing.lrn_grad, d, x, y, n["depth_radius"], n["bias"], n["alpha"], n["beta"])


@reads("ResizeBilinearGrad")
def _resize_grad(n: Node, d: Tensor, x: Tensor) -> Any:
    return n.make(images.resize_grad, d, x, "bilinear", n["align_corners"], n["half_pixel_centers"])


@reads("FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3")
def _batch_norm_grad(
    n: Node, d: Tensor, x: Tensor, scale: Tensor, mean: Tensor, variance: Tensor, *more: Tensor
) -> Any:
    if not n["is_training"]:
        return _frozen_norm_grad(n, d, x, scale, mean, variance)
    epsilon, place = n["epsilon"], n["data_format"].index("C")

    def grad(d: Any, x: Any, scale: Any, mean: Any, variance: Any) -> list[Any]:
        axes = tuple(k for k in range(4) if k != place)
        column = tuple(-1 if k == place else 1 for k in range(4))
        inverse = (variance + epsilon) ** -0.5
        normed = (x - mean.reshape(column)) * inverse.reshape(column)
        of_scale, of_offset = (d * normed).sum(axis=axes), d.sum(axis=axes)
        count = x.size // scale.size
        inner = d - (of_offset / count).reshape(column) - normed * (of_scale / count).reshape(column)
        of_x = inner * (scale * inverse).reshape(column)
        nothing = np.zeros(0, np.float32)
        return [of_x.astype(x.dtype), of_scale.astype(scale.dtype), of_offset.astype(scale.dtype), nothing, nothing]

    return _norm_outputs(n, grad, [d, x, scale, mean, variance])


def _frozen_norm_grad(n: Node, d: Tensor, x: Tensor, scale: Tensor, mean: Tensor, variance: Tensor) -> Any:
    epsilon, place = n["epsilon"], n["data_format"].index("C")

    def grad(d: Any, x: Any, scale: Any, mean: Any, variance: Any) -> list[Any]:
        axes = tuple(k for k in range(4) if k != place)
        column = tuple(-1 if k == place else 1 for k in range(4))
        inverse = (variance + epsilon) ** -0.5
        normed = (x - mean.reshape(column)) * inverse.reshape(column)
        of_x = (d * (scale * inverse).reshape(column)).astype(x.dtype)
        nothing = np.zeros(0, np.float32)
        return [of_x, (d * normed).sum(axis=axes), d.sum(axis=axes), nothing, nothing]

    return _norm_outputs(n, grad, [d, x, scale, mean, variance])


def _norm_outputs(n: Node, grad: Any, inputs: list[Tensor]) -> Any:
    _, x, scale, *_ = inputs
    dtype = scale.dtype.base_dtype
    specs = [(x.dims, x.dtype.base_dtype), (scale.dims, dtype), (scale.dims, dtype), ((0,), dtype), ((0,), dtype)]
    return n.kernel(grad, specs, inputs, is_list=True)


@reads("MirrorPadGrad")
def _mirror_pad_grad(n: Node, d: Tensor, paddings: Tensor) -> Any:
    raise NotHereError("the gradient of tf.pad with a mirror is not here by itself.")
