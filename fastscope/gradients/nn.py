"""Gradients of the functions of networks. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/nn_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..graph import Operation
from ..ops.function import op as recorded
from .registry import rule


def _same(d: Any, y: Any) -> Any:
    return y


def _masked(d: Any, y: Any) -> Any:
    return d * (y > 0)


@recorded("ReluGrad", "d y", shape=_same, kernel=_masked)
def relu_grad(d: Any, y: Any) -> Any:
    """Return the gradient of relu: `d` where its output `y` is positive."""
    return _masked(d, y)


@rule("Relu")
def relu(op: Operation, d: Any) -> Any:
    return relu_grad(d, op.outputs[0])


@rule("ReluGrad")
def relu_grad_back(op: Operation, d: Any) -> Any:
    return relu_grad(d, op.inputs[1]), None


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
def softmax_cross_entropy_with_logits(op: Operation, d: Any) -> Any:
    labels, logits, axis = op.attributes["labels"], op.attributes["logits"], op.attributes["dim"]
    rows = ops.expand_dims(d, axis)
    slope = rows * (ops.softmax(logits, axis=axis) - labels)
    return None, slope


@rule("SparseSoftmaxCrossEntropyWithLogits")
def sparse_softmax_cross_entropy_with_logits(op: Operation, d: Any, _: Any) -> Any:
    return None, ops.expand_dims(d, -1) * op.outputs[1]


@rule("BiasAdd")
def bias_add(op: Operation, d: Any) -> Any:
    if "weights" in op.attributes:
        x, weights, _ = op.inputs
        of_x = ops.matmul(d, weights, transpose_b=True)
        return of_x, ops.matmul(x, d, transpose_a=True), ops.reduce_sum(d, 0)
    return d, ops.reduce_sum(ops.reshape(d, [-1, ops.shape(op.inputs[1])[0]]), 0)


@rule("L2Loss")
def l2_loss(op: Operation, d: Any) -> Any:
    return d * op.inputs[0]
