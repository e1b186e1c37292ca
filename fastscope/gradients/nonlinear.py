"""Gradients of activations. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/nn_grad.py, math_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..graph import Operation
from .registry import rule
from .slopes import elu_grad, leaky_relu_grad, relu6_grad, selu_grad


@rule("Elu")
def elu(op: Operation, d: Any) -> Any:
    return elu_grad(op.outputs[0], d)


@rule("Selu")
def selu(op: Operation, d: Any) -> Any:
    return selu_grad(op.outputs[0], d)


@rule("Softplus")
def softplus(op: Operation, d: Any) -> Any:
    return d * ops.sigmoid(op.inputs[0])


@rule("Softsign")
def softsign(op: Operation, d: Any) -> Any:
    return d / ops.square(1 + ops.abs(op.inputs[0]))


@rule("Relu6")
def relu6(op: Operation, d: Any) -> Any:
    return relu6_grad(op.outputs[0], d)


@rule("LeakyRelu")
def leaky_relu(op: Operation, d: Any) -> Any:
    return leaky_relu_grad(op.inputs[0], d, alpha=op.attributes["alpha"])
