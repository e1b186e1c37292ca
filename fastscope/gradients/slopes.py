"""Gradients that TensorFlow has as one operation each: of an output y, and the gradient d of it.

Source: tensorflow/core/kernels/cwise_ops_gradients.h, relu_op_functor.h; tensorflow/python/ops/math_grad.py, nn_grad.py
(TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module
from ..arrays.ownership import fresh
from ..graph import Operation
from ..ops import shape_rules as rules
from ..ops.function import op as recorded
from ..ops.nonlinear import SELU_ALPHA, SELU_SCALE
from .registry import ZERO, rule
from .shapes import conj

__all__ = [
    "elu_grad",
    "leaky_relu_grad",
    "reciprocal_grad",
    "relu6_grad",
    "relu_grad",
    "rsqrt_grad",
    "selu_grad",
    "sigmoid_grad",
    "sqrt_grad",
    "tanh_grad",
]


def _slope(type: str, kernel: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def slope(y: Any, d: Any) -> Any:
        return kernel(y, d)

    return recorded(type, "y d", shape=rules.same, kernel=fresh(kernel))(slope)


def _where(condition: Any, yes: Any, no: Any) -> Any:
    return array_module(condition).where(condition, yes, no)


def _sqrt_grad(y: Any, d: Any) -> Any:
    return _where(d == 0, d, d * 0.5 / y)  # of sqrt(0), what is not asked for is no NaN


def _rsqrt_grad(y: Any, d: Any) -> Any:
    return _where(d == 0, d, d * -0.5 * y * (y * y))


def _elu_grad(y: Any, d: Any) -> Any:
    return _where(y < 0, d * (y + 1), d)


def _selu_grad(y: Any, d: Any) -> Any:
    return _where(y < 0, d * (y + SELU_SCALE * SELU_ALPHA), d * SELU_SCALE)


tanh_grad = _slope("TanhGrad", lambda y, d: d * (1 - y * y))
sigmoid_grad = _slope("SigmoidGrad", lambda y, d: d * y * (1 - y))
sqrt_grad = _slope("SqrtGrad", _sqrt_grad)
rsqrt_grad = _slope("RsqrtGrad", _rsqrt_grad)
reciprocal_grad = _slope("ReciprocalGrad", lambda y, d: -d * (y * y))
relu_grad = _slope("ReluGrad", lambda y, d: d * (y > 0))
relu6_grad = _slope("Relu6Grad", lambda y, d: d * ((y > 0) & (y < 6)))
elu_grad = _slope("EluGrad", _elu_grad)
selu_grad = _slope("SeluGrad", _selu_grad)


@recorded("LeakyReluGrad", "x d", shape=rules.same)
def leaky_relu_grad(x: Any, d: Any, alpha: float = 0.2) -> Any:
    """Return the gradient of leaky_relu; its alpha is a float32, as TensorFlow's attribute is."""
    return _where(x > 0, d, d * d.dtype.type(np.float32(alpha)))


# ---- second derivatives: of y, and of d, in which all of them are linear


@rule("TanhGrad")
def tanh_grad_back(op: Operation, dd: Any) -> Any:
    y, d = map(conj, op.inputs)
    return dd * -2.0 * d * y, tanh_grad(y, dd)


@rule("SigmoidGrad")
def sigmoid_grad_back(op: Operation, dd: Any) -> Any:
    y, d = map(conj, op.inputs)
    return dd * d * (1.0 - 2.0 * y), sigmoid_grad(y, dd)


@rule("SqrtGrad")
def sqrt_grad_back(op: Operation, dd: Any) -> Any:
    part = dd / conj(op.inputs[0])
    return -part * conj(op.outputs[0]), part * 0.5


@rule("RsqrtGrad")
def rsqrt_grad_back(op: Operation, dd: Any) -> Any:
    y, d = map(conj, op.inputs)
    return dd * -1.5 * d * ops.square(y), rsqrt_grad(y, dd)


@rule("ReciprocalGrad")
def reciprocal_grad_back(op: Operation, dd: Any) -> Any:
    y, d = map(conj, op.inputs)
    return dd * -2.0 * d * y, reciprocal_grad(y, dd)


@rule("ReluGrad")
def relu_grad_back(op: Operation, dd: Any) -> Any:
    return ZERO, relu_grad(op.inputs[0], dd)


@rule("Relu6Grad")
def relu6_grad_back(op: Operation, dd: Any) -> Any:
    return ZERO, relu6_grad(op.inputs[0], dd)


@rule("LeakyReluGrad")
def leaky_relu_grad_back(op: Operation, dd: Any) -> Any:
    return ZERO, leaky_relu_grad(op.inputs[0], dd, alpha=op.attributes["alpha"])


@rule("EluGrad")
def elu_grad_back(op: Operation, dd: Any) -> Any:
    y, d = op.inputs
    return ops.where(y < 0, dd * d, ops.zeros_like(dd)), elu_grad(y, dd)


@rule("SeluGrad")
def selu_grad_back(op: Operation, dd: Any) -> Any:
    y, d = op.inputs
    return ops.where(y < 0, dd * d, ops.zeros_like(dd)), selu_grad(y, dd)
