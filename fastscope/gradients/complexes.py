"""Gradients of complex numbers: of a real function of z = x + iy, that is df/dx + i df/dy.

So a rule of a complex function multiplies by the conjugate of its derivative: `conj` in the other files.

Source: tensorflow/python/ops/math_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..graph import Operation
from .registry import rule
from .shapes import unbroadcast

ops: Any = _ops


@rule("Complex")
def complex(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return unbroadcast(ops.real(d), x), unbroadcast(ops.imag(d), y)


@rule("Real")
def real(op: Operation, d: Any) -> Any:
    return ops.complex(d, ops.zeros_like(d))


@rule("Imag")
def imag(op: Operation, d: Any) -> Any:
    return ops.complex(ops.zeros_like(d), d)


@rule("Conj")
def conj(op: Operation, d: Any) -> Any:
    return ops.conj(d)


@rule("Angle")
def angle(op: Operation, d: Any) -> Any:
    z = op.inputs[0]
    turned = ops.complex(ops.imag(z), ops.real(z))
    return ops.complex(d, ops.zeros_like(d)) * ops.negative(ops.reciprocal(turned))


@rule("ComplexAbs")
def complex_abs(op: Operation, d: Any) -> Any:
    share = ops.div_no_nan(d, op.outputs[0])
    return ops.complex(share, ops.zeros_like(share)) * op.inputs[0]
