"""Gradients of activations. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/nn_grad.py, math_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..graph import Operation
from ..ops.nonlinear import SELU_ALPHA, SELU_SCALE
from .registry import rule


@rule("Elu")
def elu(op: Operation, d: Any) -> Any:
    y = op.outputs[0]
    return ops.where(y < 0, d * (y + 1), d)


@rule("Selu")
def selu(op: Operation, d: Any) -> Any:
    y = op.outputs[0]
    return ops.where(y < 0, d * (y + SELU_SCALE * SELU_ALPHA), d * SELU_SCALE)


@rule("Softplus")
def softplus(op: Operation, d: Any) -> Any:
    return d * ops.sigmoid(op.inputs[0])


@rule("Softsign")
def softsign(op: Operation, d: Any) -> Any:
    return d / ops.square(1 + ops.abs(op.inputs[0]))


@rule("Relu6")
def relu6(op: Operation, d: Any) -> Any:
    x = op.inputs[0]
    return ops.where(ops.logical_and(x > 0, x < 6), d, ops.zeros_like(d))


@rule("LeakyRelu")
def leaky_relu(op: Operation, d: Any) -> Any:
    alpha = float(np.float32(op.attributes["alpha"]))
    return ops.where(op.inputs[0] > 0, d, d * alpha)
