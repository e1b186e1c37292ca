"""Arithmetic, comparisons, reductions; see `node.reads`.

Source: tensorflow/core/ops/math_ops.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import FLOW, float32
from ...graph import Tensor
from ...ops import (
    accumulated,
    bits,
    complexes,
    elementwise,
    further,
    linear,
    math,
    matrices,
    nn,
    nonlinear,
    picking,
    reductions,
    segments,
)
from ..node import Node, NotHereError, reads

__all__: list[str] = []

# types whose inputs are a function's first arguments, and which have no attributes that matter
_PLAIN = {
    math: "Abs:abs Sub:subtract Mul:multiply RealDiv:divide FloorDiv:floordiv FloorMod:floormod "
    "Neg:negative Pow:pow Square:square Sqrt:sqrt Exp:exp Log:log Sigmoid:sigmoid Tanh:tanh Maximum:maximum "
    "Minimum:minimum Equal:equal NotEqual:not_equal Less:less LessEqual:less_equal Greater:greater "
    "GreaterEqual:greater_equal LogicalAnd:logical_and LogicalOr:logical_or LogicalNot:logical_not ComplexAbs:abs",
    elementwise: "Acos:acos Acosh:acosh Asin:asin Asinh:asinh Atan:atan Atan2:atan2 Atanh:atanh Ceil:ceil Cos:cos "
    "Cosh:cosh Digamma:digamma DivNoNan:div_no_nan Erf:erf Erfc:erfc Expm1:expm1 Floor:floor IsFinite:is_finite "
    "IsInf:is_inf IsNan:is_nan Lgamma:lgamma Log1p:log1p Reciprocal:reciprocal Inv:reciprocal Rint:rint Round:round "
    "Rsqrt:rsqrt Sign:sign Sin:sin Sinh:sinh SquaredDifference:squared_difference Tan:tan TruncateDiv:truncatediv "
    "TruncateMod:truncatemod",
    nonlinear: "Elu:elu Relu6:relu6 Selu:selu Softplus:softplus Softsign:softsign",
    nn: "Relu:relu L2Loss:l2_loss",
    bits: "BitwiseAnd:bitwise_and BitwiseOr:bitwise_or BitwiseXor:bitwise_xor Invert:invert LeftShift:left_shift "
    "RightShift:right_shift",
    linear: "Cholesky:cholesky Cross:cross MatrixDeterminant:matrix_determinant MatrixInverse:matrix_inverse",
    complexes: "Complex:complex",
    segments: "SegmentMax:segment_max SegmentMean:segment_mean SegmentMin:segment_min SegmentProd:segment_prod",
    accumulated: "SegmentSum:segment_sum",
    picking: "GatherNd:gather_nd InvertPermutation:invert_permutation",
}
_FUNCTIONS = {
    type: getattr(module, name)
    for module, pairs in _PLAIN.items()
    for type, name in (pair.split(":") for pair in pairs.split())
}


@reads(*_FUNCTIONS)
def _plain(n: Node, *inputs: Tensor) -> Any:
    return n.make(_FUNCTIONS[n.type], *inputs)


@reads("Add", "AddV2")
def _add(n: Node, x: Tensor, y: Tensor) -> Any:
    if FLOW in (x.dtype, y.dtype):  # in gradients of loops, of arrays that go by their handles: only the order counts
        return n.kernel(lambda x, y: np.float32(0), [((), float32)])
    return n.make(math.add, x, y)


@reads("Div")
def _div(n: Node, x: Tensor, y: Tensor) -> Any:
    return n.make(elementwise.truncatediv if x.dtype.base_dtype.is_integer else math.divide, x, y)


@reads("Mod")
def _mod(n: Node, x: Tensor, y: Tensor) -> Any:
    return n.make(elementwise.truncatemod, x, y)


@reads("MatMul")
def _matmul(n: Node, a: Tensor, b: Tensor) -> Any:
    return n.make(math.matmul, a, b, n["transpose_a"], n["transpose_b"])


@reads("BatchMatMul", "BatchMatMulV2")
def _batch_matmul(n: Node, a: Tensor, b: Tensor) -> Any:
    return n.make(math.matmul, a, b, n["adj_x"], n["adj_y"])


@reads("AddN", "AccumulateNV2")
def _add_n(n: Node, *inputs: Tensor) -> Any:
    return n.make(math.add_n, list(inputs))


_REDUCTIONS = {
    "Sum": reductions.reduce_sum,
    "Mean": reductions.reduce_mean,
    "Max": reductions.reduce_max,
    "Min": reductions.reduce_min,
    "Prod": reductions.reduce_prod,
    "All": reductions.reduce_all,
    "Any": reductions.reduce_any,
}


@reads(*_REDUCTIONS)
def _reduction(n: Node, x: Tensor, axis: Tensor) -> Any:
    return n.make(_REDUCTIONS[n.type], x, n.known(axis), n["keep_dims"])


@reads("ArgMax", "ArgMin")
def _arg(n: Node, x: Tensor, axis: Tensor) -> Any:
    function = reductions.argmax if n.type == "ArgMax" else reductions.argmin
    return n.make(function, x, n.known(axis), output_type=n.dtype("output_type"))


@reads("Cumsum", "Cumprod")
def _cumulative(n: Node, x: Tensor, axis: Tensor) -> Any:
    function = accumulated.cumsum if n.type == "Cumsum" else accumulated.cumprod
    return n.make(function, x, n.known(axis), n["exclusive"], n["reverse"])


@reads("Select", "SelectV2")
def _select(n: Node, condition: Tensor, x: Tensor, y: Tensor) -> Any:
    return n.make(math.SELECT if n.type == "Select" else math.SELECT_V2, condition, x, y)


@reads("Where")
def _where(n: Node, condition: Tensor) -> Any:
    from ...arrays.dtypes import bool as bool_
    from ...ops.creation import cast

    if condition.dtype.base_dtype is not bool_:
        condition = cast(condition, bool_)  # type: ignore[assignment]
    return n.make(math.WHERE, condition)


@reads("LeakyRelu")
def _leaky_relu(n: Node, x: Tensor) -> Any:
    return n.make(nonlinear.leaky_relu, x, n["alpha"])


@reads("ClipByValue")
def _clip(n: Node, x: Tensor, low: Tensor, high: Tensor) -> Any:
    return n.make(math.maximum, math.minimum(x, high), low)


@reads("Conj", "Real", "Imag", "Angle")
def _part(n: Node, x: Tensor) -> Any:
    return n.make(getattr(complexes, n.type.lower()), x)


_UNSORTED = {
    "UnsortedSegmentSum": accumulated.unsorted_segment_sum,
    "UnsortedSegmentMax": segments.unsorted_segment_max,
    "UnsortedSegmentMin": segments.unsorted_segment_min,
    "UnsortedSegmentProd": segments.unsorted_segment_prod,
}


@reads(*_UNSORTED)
def _unsorted(n: Node, data: Tensor, ids: Tensor, count: Tensor) -> Any:
    return n.make(_UNSORTED[n.type], data, ids, n.known(count))


@reads("MatrixSolve")
def _solve(n: Node, matrix: Tensor, rhs: Tensor) -> Any:
    return n.make(linear.matrix_solve, matrix, rhs, n["adjoint"])


@reads("MatrixTriangularSolve")
def _triangular(n: Node, matrix: Tensor, rhs: Tensor) -> Any:
    return n.make(matrices.matrix_triangular_solve, matrix, rhs, n["lower"], n["adjoint"])


@reads("UpperBound", "LowerBound")
def _bound(n: Node, values: Tensor, wanted: Tensor) -> Any:
    if n.type == "LowerBound":
        raise NotHereError("of the bounds the upper one is here.")
    return n.make(further.searchsorted, values, wanted, "right", n.dtype("out_type"))
