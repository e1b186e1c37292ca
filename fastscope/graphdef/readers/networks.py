"""Layers of networks and their losses; see `node.reads`.

Source: tensorflow/core/ops/nn_ops.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...graph import Tensor
from ...ops import nn, normalizing, picking, pooling
from ...ops.convolution import (
    conv2d,
    conv2d_to_filter,
    conv2d_to_input,
    conv3d,
    conv3d_backprop_filter,
    conv3d_backprop_input,
    depthwise_conv2d,
    depthwise_conv2d_backprop_filter,
    depthwise_conv2d_backprop_input,
)
from ..node import Node, NotHereError, reads

__all__: list[str] = []


@reads("BiasAdd", "BiasAddV1")
def _bias_add(n: Node, value: Tensor, bias: Tensor) -> Any:
    return n.make(nn.bias_add, value, bias, n["data_format"] if n.type == "BiasAdd" else None)


@reads("Softmax")
def _softmax(n: Node, logits: Tensor) -> Any:
    return n.make(nn.softmax, logits)


@reads("LogSoftmax")
def _log_softmax(n: Node, logits: Tensor) -> Any:
    return n.make(nn.log_softmax, logits)


@reads("SoftmaxCrossEntropyWithLogits")
def _softmax_losses(n: Node, logits: Tensor, labels: Tensor) -> Any:
    made = n.make(nn.softmax_cross_entropy_with_logits_v2, labels=labels, logits=logits)
    return list(made.op.outputs)


@reads("SparseSoftmaxCrossEntropyWithLogits")
def _sparse_losses(n: Node, logits: Tensor, labels: Tensor) -> Any:
    made = n.make(nn.sparse_softmax_cross_entropy_with_logits, labels=labels, logits=logits)
    return list(made.op.outputs)


@reads("Conv2D", "Conv3D")
def _convolution(n: Node, x: Tensor, filter: Tensor) -> Any:
    return n.make(conv2d if n.type == "Conv2D" else conv3d, x, filter, **window(n))


def window(n: Node) -> dict[str, Any]:
    """Return the attributes of a convolution."""
    _check_padding(n)
    found = {name: n[name] for name in ("strides", "padding", "data_format", "dilations")}
    return found


def _check_padding(n: Node) -> None:
    if n["padding"] == "EXPLICIT":
        raise NotHereError("of the paddings VALID and SAME are here; write the other with tf.pad.")


@reads("DepthwiseConv2dNative")
def _depthwise(n: Node, x: Tensor, filter: Tensor) -> Any:
    return n.make(depthwise_conv2d, x, filter, **window(n))


_BACK = {
    "Conv2DBackpropInput": conv2d_to_input,
    "Conv2DBackpropFilter": conv2d_to_filter,
    "Conv3DBackpropInputV2": conv3d_backprop_input,
    "Conv3DBackpropFilterV2": conv3d_backprop_filter,
    "DepthwiseConv2dNativeBackpropInput": depthwise_conv2d_backprop_input,
    "DepthwiseConv2dNativeBackpropFilter": depthwise_conv2d_backprop_filter,
}


@reads(*_BACK)
def _back(n: Node, a: Tensor, b: Tensor, d: Tensor) -> Any:
    sizes = "BackpropInput" in n.type
    first, second = (n.known(a), b) if sizes else (a, n.known(b))
    return n.make(_BACK[n.type], first, second, d, **window(n))


@reads("MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D")
def _pool(n: Node, x: Tensor) -> Any:
    functions = {
        "MaxPool": pooling.max_pool,
        "AvgPool": pooling.avg_pool,
        "MaxPool3D": pooling.max_pool3d,
        "AvgPool3D": pooling.avg_pool3d,
    }
    return n.make(functions[n.type], x, n["ksize"], n["strides"], n["padding"], n["data_format"])


@reads("MaxPoolV2")
def _pool_v2(n: Node, x: Tensor, ksize: Tensor, strides: Tensor) -> Any:
    return n.make(pooling.max_pool, x, n.known(ksize), n.known(strides), n["padding"], n["data_format"])


@reads("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
def _batch_norm(n: Node, x: Tensor, scale: Tensor, offset: Tensor, mean: Tensor, variance: Tensor) -> Any:
    moments: list[Any] = [None, None] if n["is_training"] else [mean, variance]
    y = n.make(
        normalizing.fused_batch_norm, x, scale, offset, *moments, n["epsilon"], n["data_format"], n["is_training"]
    )[0]
    taken, unbiased, own = y.op.outputs[1:]
    # what TensorFlow keeps for the gradient: the mean and the variance of the batch
    return [y, taken, unbiased, taken, own, own]


@reads("LRN")
def _lrn(n: Node, x: Tensor) -> Any:
    return n.make(normalizing.lrn, x, n["depth_radius"], n["bias"], n["alpha"], n["beta"])


@reads("InTopK", "InTopKV2")
def _in_top_k(n: Node, predictions: Tensor, targets: Tensor, k: Tensor | None = None) -> Any:
    return n.make(picking.in_top_k, predictions, targets, n["k"] if k is None else n.known(k))


@reads("BatchNormWithGlobalNormalization")
def _old_batch_norm(n: Node, x: Tensor, mean: Tensor, variance: Tensor, beta: Tensor, gamma: Tensor) -> Any:
    epsilon, scales = np.float32(n["variance_epsilon"]), n["scale_after_normalization"]

    def normed(x: Any, mean: Any, variance: Any, beta: Any, gamma: Any) -> Any:
        factor = (variance + epsilon) ** -0.5 * (gamma if scales else 1)
        return ((x - mean) * factor + beta).astype(x.dtype)

    return n.kernel(normed, [(x.dims, x.dtype.base_dtype)])
