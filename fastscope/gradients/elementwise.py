"""Gradients of functions of single elements. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/math_grad.py (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

from .. import ops
from ..graph import Operation
from ..ops import shape_rules as rules
from ..ops import special
from ..ops.function import op as recorded
from .registry import no_gradient, rule
from .shapes import conj, unbroadcast
from .slopes import reciprocal_grad, rsqrt_grad

no_gradient(
    "Floor", "Ceil", "Round", "Rint", "IsNan", "IsInf", "IsFinite", "TruncateDiv", "TruncateMod",
)  # fmt: skip


@rule("Expm1")
def expm1(op: Operation, d: Any) -> Any:
    return d * ops.exp(conj(op.inputs[0]))


@rule("Log1p")
def log1p(op: Operation, d: Any) -> Any:
    return d / (1 + conj(op.inputs[0]))


@rule("Rsqrt")
def rsqrt(op: Operation, d: Any) -> Any:
    return rsqrt_grad(conj(op.outputs[0]), d)


@rule("Reciprocal")
def reciprocal(op: Operation, d: Any) -> Any:
    return reciprocal_grad(conj(op.outputs[0]), d)


@rule("Sin")
def sin(op: Operation, d: Any) -> Any:
    return d * ops.cos(conj(op.inputs[0]))


@rule("Cos")
def cos(op: Operation, d: Any) -> Any:
    return -d * ops.sin(conj(op.inputs[0]))


@rule("Tan")
def tan(op: Operation, d: Any) -> Any:
    return d * (1 + ops.square(op.outputs[0]))


@rule("Asin")
def asin(op: Operation, d: Any) -> Any:
    return d / ops.sqrt(1 - ops.square(op.inputs[0]))


@rule("Acos")
def acos(op: Operation, d: Any) -> Any:
    return -d / ops.sqrt(1 - ops.square(op.inputs[0]))


@rule("Atan")
def atan(op: Operation, d: Any) -> Any:
    return d / (1 + ops.square(op.inputs[0]))


@rule("Sinh")
def sinh(op: Operation, d: Any) -> Any:
    return d * ops.cosh(conj(op.inputs[0]))


@rule("Cosh")
def cosh(op: Operation, d: Any) -> Any:
    return d * ops.sinh(conj(op.inputs[0]))


@rule("Asinh")
def asinh(op: Operation, d: Any) -> Any:
    return d / ops.cosh(op.outputs[0])


@rule("Acosh")
def acosh(op: Operation, d: Any) -> Any:
    return d / ops.sinh(op.outputs[0])


@rule("Atanh")
def atanh(op: Operation, d: Any) -> Any:
    return d / (1 - ops.square(op.inputs[0]))


@rule("Erf")
def erf(op: Operation, d: Any) -> Any:
    return d * (2 / math.sqrt(math.pi)) * ops.exp(-ops.square(op.inputs[0]))


@rule("Erfc")
def erfc(op: Operation, d: Any) -> Any:
    return d * (-2 / math.sqrt(math.pi)) * ops.exp(-ops.square(op.inputs[0]))


@rule("Lgamma")
def lgamma(op: Operation, d: Any) -> Any:
    return d * ops.digamma(op.inputs[0])


@recorded("Polygamma", "x", shape=rules.same, kernel=special.trigamma)
def trigamma(x: Any) -> Any:
    """Return the derivative of digamma."""
    return special.trigamma(x)


@rule("Digamma")
def digamma(op: Operation, d: Any) -> Any:
    return d * trigamma(op.inputs[0])


@rule("Sign")
def sign(op: Operation, d: Any) -> Any:
    return ops.zeros_like(op.inputs[0])


@rule("SquaredDifference")
def squared_difference(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    slope = 2.0 * d * (x - y)
    return unbroadcast(slope, x), unbroadcast(-slope, y)


@rule("Atan2")
def atan2(op: Operation, d: Any) -> Any:
    y, x = op.inputs
    slope = d / (ops.square(x) + ops.square(y))
    return unbroadcast(x * slope, y), unbroadcast(-y * slope, x)


@rule("DivNoNan")
def div_no_nan(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    quotient = ops.div_no_nan(ops.div_no_nan(-x, y), y)
    return unbroadcast(ops.div_no_nan(d, y), x), unbroadcast(d * quotient, y)


@rule("FloorMod")
def floormod(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return unbroadcast(d, x), unbroadcast(-d * ops.floordiv(x, y), y)
