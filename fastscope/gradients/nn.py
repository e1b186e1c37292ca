"""Gradients of the functions of networks. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/nn_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..errors import gradients as errors
from ..graph import Operation
from ..ops.function import op as recorded
from ..ops.nn import is_channels_first
from .registry import rule
from .slopes import relu_grad


@rule("Relu")
def relu(op: Operation, d: Any) -> Any:
    return relu_grad(op.outputs[0], d)


def _axis(op: Operation) -> int:
    axis = op.attributes["axis"]
    axis = op.attributes["dim"] if axis is None else axis
    return -1 if axis is None else int(axis)


@rule("Softmax")
def softmax(op: Operation, d: Any) -> Any:
    y, axis = op.outputs[0], _axis(op)
    return (d - ops.reduce_sum(d * y, axis, keepdims=True)) * y


@rule("LogSoftmax")
def log_softmax(op: Operation, d: Any) -> Any:
    return d - ops.exp(op.outputs[0]) * ops.reduce_sum(d, _axis(op), keepdims=True)


@rule("SoftmaxCrossEntropyWithLogits")
def softmax_cross_entropy_with_logits(op: Operation, d: Any, of_gradient: Any) -> Any:
    logits, axis = op.attributes["logits"], _axis(op)
    rows = None if d is None else ops.expand_dims(d, axis)
    labels = op.attributes["labels"].dtype.base_dtype
    of_labels = None
    if d is not None and labels.is_floating:
        of_labels = ops.cast(rows * ops.negative(ops.log_softmax(logits, axis)), labels)
    of_logits = None if d is None else rows * op.outputs[1]
    if of_gradient is not None:  # the second derivative is softmax's
        shares = ops.softmax(logits, axis)
        second = (of_gradient - ops.reduce_sum(of_gradient * shares, axis, keepdims=True)) * shares
        of_logits = second if of_logits is None else of_logits + second
    return of_labels, of_logits


@rule("SparseSoftmaxCrossEntropyWithLogits")
def sparse_softmax_cross_entropy_with_logits(op: Operation, d: Any, of_gradient: Any) -> Any:
    if of_gradient is not None:
        raise errors.no_second_derivative("sparse_softmax_cross_entropy_with_logits")
    return None, ops.expand_dims(d, -1) * op.outputs[1]


def _last(d: Any) -> Any:
    return None if d is None else d[-1:]


def _broadcast_again(op: Operation, dd: Any) -> Any:
    return ops.broadcast_to(dd, ops.shape(op.inputs[0]))


@recorded("BiasAddGrad", "d", shape=_last, gradient=_broadcast_again)
def bias_add_grad(d: Any) -> Any:
    """Return the gradient of a bias: `d` summed over all but the last dimension."""
    return d.reshape(-1, d.shape[-1]).sum(axis=0)


@rule("BiasAdd")
def bias_add(op: Operation, d: Any) -> Any:
    rows = d
    if is_channels_first(op.attributes["data_format"]):
        rows = ops.transpose(d, [0, *range(2, len(d.dims)), 1])
    return d, bias_add_grad(rows)


@rule("L2Loss")
def l2_loss(op: Operation, d: Any) -> Any:
    return d * op.inputs[0]
