"""Gradients of arithmetic. In a rule, `d` is the gradient of the output, `op.inputs` and `op.outputs` are tensors.

Source: tensorflow/python/ops/math_grad.py (TF 1.15), checked against its answers.
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..graph import Operation
from .registry import no_gradient, rule
from .shapes import conj, spread, spread_mean, unbroadcast
from .slopes import sigmoid_grad, sqrt_grad, tanh_grad

no_gradient(
    "Const", "Placeholder", "Shape", "Size", "Rank", "Equal", "NotEqual", "Less", "LessEqual", "Greater",
    "GreaterEqual", "LogicalAnd", "LogicalOr", "LogicalNot", "ArgMax", "ArgMin", "ZerosLike", "OnesLike", "OneHot",
    "FloorDiv", "RandomUniform", "RandomUniformInt", "RandomNormal", "RandomStandardNormal", "TruncatedNormal",
    "Multinomial", "StatelessRandomUniform", "StatelessRandomUniformInt", "StatelessRandomNormal",
    "StatelessTruncatedNormal", "StatelessMultinomial", "VariableV2", "VarHandleOp", "Assign",
    "AssignAdd", "AssignSub", "Range", "StopGradient", "Where", "PiecewiseConstant", "BitwiseAnd",
    "BitwiseOr", "BitwiseXor", "Invert", "LeftShift", "RightShift", "Bitcast", "DecodeRaw",
    "StringJoin", "AsString", "StringToNumber", "StringStrip", "StringLower", "StringUpper", "StringLength", "Substr",
    "StaticRegexReplace", "StaticRegexFullMatch", "ReduceJoin", "ExtractGlimpse",
)  # fmt: skip


@rule("Add", "AddV2")
def add(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return unbroadcast(d, x), unbroadcast(d, y)


@rule("Sub")
def subtract(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return unbroadcast(d, x), unbroadcast(ops.negative(d), y)


@rule("Mul")
def multiply(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    return unbroadcast(ops.multiply(d, conj(y)), x), unbroadcast(ops.multiply(conj(x), d), y)


@rule("RealDiv")
def divide(op: Operation, d: Any) -> Any:
    x, y = op.inputs
    cx, cy = conj(x), conj(y)
    return unbroadcast(ops.divide(d, cy), x), unbroadcast(d * (-cx / cy / cy), y)


@rule("MatMul", "BatchMatMulV2")
def matmul(op: Operation, d: Any) -> Any:
    a, b = op.inputs
    of_a, of_b = _of_product(d, conj(a), conj(b), op.attributes["transpose_a"], op.attributes["transpose_b"])
    return (unbroadcast(of_a, a), unbroadcast(of_b, b)) if op.type == "BatchMatMulV2" else (of_a, of_b)


def _of_product(d: Any, a: Any, b: Any, ta: bool, tb: bool) -> Any:
    if not ta and not tb:
        of_a, of_b = ops.matmul(d, b, transpose_b=True), ops.matmul(a, d, transpose_a=True)
    elif not ta:
        of_a, of_b = ops.matmul(d, b), ops.matmul(d, a, transpose_a=True)
    elif not tb:
        of_a, of_b = ops.matmul(b, d, transpose_b=True), ops.matmul(a, d)
    else:
        of_a = ops.matmul(b, d, transpose_a=True, transpose_b=True)
        of_b = ops.matmul(d, a, transpose_a=True, transpose_b=True)
    two = d.dims is not None and len(d.dims) == 2
    return (of_a, of_b) if two else (unbroadcast(of_a, a), unbroadcast(of_b, b))  # batches are broadcast


@rule("Neg")
def negative(op: Operation, d: Any) -> Any:
    return ops.negative(d)


@rule("Square")
def square(op: Operation, d: Any) -> Any:
    return ops.multiply(d, ops.multiply(conj(op.inputs[0]), 2.0))


@rule("Sqrt")
def sqrt(op: Operation, d: Any) -> Any:
    return sqrt_grad(conj(op.outputs[0]), d)


@rule("Exp")
def exp(op: Operation, d: Any) -> Any:
    return d * conj(op.outputs[0])


@rule("Log")
def log(op: Operation, d: Any) -> Any:
    return d * ops.reciprocal(conj(op.inputs[0]))


@rule("Tanh")
def tanh(op: Operation, d: Any) -> Any:
    return tanh_grad(conj(op.outputs[0]), d)


@rule("Sigmoid")
def sigmoid(op: Operation, d: Any) -> Any:
    return sigmoid_grad(conj(op.outputs[0]), d)


@rule("AddN")
def add_n(op: Operation, d: Any) -> Any:
    return [d] * len(op.inputs)


@rule("Sum")
def reduce_sum(op: Operation, d: Any) -> Any:
    return spread(d, op.inputs[0], axis=op.attributes["axis"])


@rule("Mean")
def reduce_mean(op: Operation, d: Any) -> Any:
    return spread_mean(d, op.inputs[0], axis=op.attributes["axis"])


@rule("Identity", "Enter", "PlaceholderWithDefault")
def identity(op: Operation, d: Any) -> Any:
    return d
