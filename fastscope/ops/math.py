"""Arithmetic and comparisons on NumPy and CuPy arrays, under TF's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, as_array
from ..arrays.dtypes import DType, as_dtype, float32, float64, int64
from ..arrays.dtypes import bool as bool_
from ..arrays.ownership import fresh
from ..arrays.recordable import recordable
from ..arrays.typing import Array
from ..errors import graph as graph_errors
from ..errors import ops as errors
from ..errors import plans as plan_errors
from ..fused import product, reference
from ..graph import Recorder, Tensor, name_scope
from ..graph.conversion import array_of, as_tensor, holds_tensor
from . import shape_rules as rules
from .complexes import conj
from .function import Definition, definition_of, dtype_of, op
from .operands import float_operand, operand, operands, same_dtype

__all__ = [
    "abs",
    "add",
    "add_n",
    "clip_by_value",
    "divide",
    "equal",
    "exp",
    "floordiv",
    "floormod",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "log",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "matmul",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "pow",
    "sigmoid",
    "sqrt",
    "square",
    "subtract",
    "tanh",
    "where",
    "where_v2",
]


FLOATS = ("bfloat16", "float16", "float32", "float64", "complex64", "complex128")


@fresh
def _product(a: Any, b: Any, transpose_a: bool, transpose_b: bool) -> Any:
    if a.ndim != 2 or b.ndim != 2:
        return product_of(a, b, transpose_a, transpose_b)
    left, right = a.T if transpose_a else a, b.T if transpose_b else b
    try:
        return product(left, right)
    except ValueError:
        if left.shape[1] == right.shape[0]:
            raise
        raise errors.matmul_shapes(a.shape, b.shape, transpose_a, transpose_b) from None


def _is_batched(a: Any, b: Any) -> bool:
    """Return whether TensorFlow takes its product of batches: not where both are known to be matrices, or less."""
    return a is None or b is None or len(a) > 2 or len(b) > 2


def _matmul_type(values: dict[str, Any]) -> str:
    return "BatchMatMulV2" if _is_batched(values["a"].dims, values["b"].dims) else "MatMul"


def _matmul_shape(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    rule = rules.batch_matmul if _is_batched(a, b) else rules.matmul
    return rule(a, b, transpose_a=transpose_a, transpose_b=transpose_b)


def of_one_dtype(values: dict[str, Any]) -> dict[str, Any]:
    """Refuse factors of two dtypes, an array beside a tensor included: TensorFlow's product converts none of them.

    Raises:
        TypeError: the dtypes differ.
    """
    a, b = values["a"], values["b"]
    if type(a) is type(b) is Tensor and a.dtype.base_dtype is b.dtype.base_dtype:
        return values
    if a is None or b is None or not (holds_tensor(a) or holds_tensor(b)):
        return values
    wanted, found = _dtype_given(a), _dtype_given(b)
    if None not in (wanted, found) and found is not wanted:
        raise graph_errors.input_type_differs("b", "MatMul", found, wanted, "a")
    return values


def _dtype_given(value: Any) -> DType | None:
    """Return the dtype of an argument; None of a list with tensors in it."""
    if not hasattr(value, "dtype") and holds_tensor(value):
        return None
    return as_dtype(value.dtype if hasattr(value, "dtype") else as_array(value).dtype).base_dtype


def _without_adjoints(values: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments with the adjoint of a factor as its conjugate, transposed."""
    for argument in ("a", "b"):
        values |= _as_transposed(
            argument, values[argument], values[f"transpose_{argument}"], values[f"adjoint_{argument}"]
        )
    return of_one_dtype(values | {"adjoint_a": False, "adjoint_b": False})


def _as_transposed(argument: str, factor: Any, transpose: bool, adjoint: bool) -> dict[str, Any]:
    if not adjoint:
        return {}
    if transpose:
        raise errors.transpose_and_adjoint(argument)
    return {argument: conj(factor), f"transpose_{argument}": True}


@op("MatMul", "a b", kind=_matmul_type, shape=_matmul_shape, kernel=_product, normalize=_without_adjoints)
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Array:
    """Return the matrix product; leading dimensions are batches and broadcast.

    Args:
        a, b: `[..., m, n]` and `[..., n, k]`.
        transpose_a, transpose_b: whether a factor comes transposed, `[..., n, m]`.
        adjoint_a, adjoint_b: whether it comes transposed and conjugated.
        a_is_sparse, b_is_sparse: whether most of a factor is zero; nothing follows from it here.
        name: drawn from the name table.

    Raises:
        TypeError: the dtypes differ.
        ValueError: a vector, inner dimensions that differ, or a factor that is to be transposed and adjoint.
    """
    if adjoint_a or adjoint_b:
        values = {"a": a, "b": b, "transpose_a": transpose_a, "transpose_b": transpose_b}
        values |= _as_transposed("a", a, transpose_a, adjoint_a) | _as_transposed("b", b, transpose_b, adjoint_b)
        return product_of(**values)
    return product_of(a, b, transpose_a, transpose_b)


def product_of(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Array:
    """Do what `matmul` does, which has a name to draw before."""
    a, b = same_dtype("matmul", (a, b))
    for argument, matrix in (("a", a), ("b", b)):
        if matrix.ndim < 2:
            raise errors.needs_rank("matmul", argument, matrix.shape, 2)
    left = a.swapaxes(-1, -2) if transpose_a else a
    right = b.swapaxes(-1, -2) if transpose_b else b
    if left.shape[-1] != right.shape[-2]:
        raise errors.matmul_shapes(a.shape, b.shape, transpose_a, transpose_b)
    result: Array = product(left, right) if left.ndim == right.ndim == 2 else reference.product(left, right)
    return result


@op("Add", "x y", shape=rules.broadcast, kernel=np.add)
def add(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x + y."""
    xp, x, y = operands("add", x, y)
    return xp.add(x, y)


@fresh
def _sum_of(inputs: list[Array]) -> Array:
    total = inputs[0] + inputs[1]
    for array in inputs[2:]:
        total += array
    return total


def _record_add_n(recorder: Recorder, inputs: Any, name: str | None = None) -> Tensor:
    """Write down the sum; that of one tensor is the tensor."""
    listed = list(inputs)
    if not listed:
        raise errors.nothing_to_add()
    if len(listed) == 1:
        single = as_tensor(listed[0], recorder)
        return single if name is None else recordable.function("identity", single, name=name)
    tensor: Tensor = definition_of(add_n).write(recorder, {"inputs": listed, "name": None}, name)
    return tensor


@op("AddN", "inputs*", shape=rules.same, kernel=_sum_of, record=_record_add_n)
def add_n(inputs: Any, name: str | None = None) -> Array:
    """Return the sum of a list of arrays of one shape.

    Members of the collection of regularization losses are functions; they are called.

    Raises:
        TypeError: the dtypes differ.
        ValueError: the list is empty, or the shapes differ.
    """
    listed = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    if not listed:
        raise errors.nothing_to_add()
    arrays = same_dtype("add_n", [item() if callable(item) else item for item in listed])
    shapes = [array.shape for array in arrays]
    if any(shape != shapes[0] for shape in shapes):
        raise errors.add_n_shapes(shapes)
    return sum(arrays[1:], start=arrays[0].copy())


@op("Sub", "x y", shape=rules.broadcast, kernel=np.subtract)
def subtract(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x - y."""
    xp, x, y = operands("subtract", x, y)
    return xp.subtract(x, y)


@op("Mul", "x y", shape=rules.broadcast, kernel=np.multiply)
def multiply(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x * y, element by element."""
    xp, x, y = operands("multiply", x, y)
    return xp.multiply(x, y)


def _quotient_dtype(values: dict[str, Any]) -> DType:
    """Return the dtype of a quotient: that of floats; integers give float64, those of 8 and 16 bits float32."""
    dtype: DType = values["x"].dtype.base_dtype
    if not dtype.is_integer:
        return dtype
    return float32 if dtype.size < 4 else float64


def _alike(values: dict[str, Any]) -> dict[str, Any]:
    x, y = values["x"], values["y"]
    if type(x) is type(y) is Tensor and x.dtype.base_dtype is not y.dtype.base_dtype:
        raise graph_errors.quotient_types_differ(x.dtype.base_dtype, y.dtype.base_dtype)
    return values


def _record_divide(recorder: Recorder, x: Any, y: Any, name: str | None = None) -> Tensor:
    """Write down `x / y`: as in the operator, a number takes the dtype of the tensor on either side."""
    if not holds_tensor(x) and hasattr(y, "dtype") and holds_tensor(y):
        x = array_of(x, as_dtype(y.dtype).base_dtype)
    tensor: Tensor = definition_of(divide).write(recorder, {"x": x, "y": y, "name": None}, name)
    return tensor


@fresh
def _quotient(x: Any, y: Any) -> Any:
    if x.dtype.kind in "iu":
        return definition_of(divide).function(x, y)
    return np.divide(x, y)


@op(
    "RealDiv",
    "x y",
    name="truediv",
    shape=rules.broadcast,
    dtype=_quotient_dtype,
    normalize=_alike,
    kernel=_quotient,
    record=_record_divide,
)
def divide(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y; integers give float64, those of 8 and 16 bits float32."""
    xp, x, y = operands("divide", x, y)
    if as_dtype(x.dtype).is_integer:
        return xp.divide(x, y, dtype=np.float32 if x.dtype.itemsize < 4 else np.float64)
    return xp.divide(x, y)


def _floor_divided(x: Any, y: Any) -> Any:
    if x.dtype.kind in "iu" and not np.all(y):
        raise plan_errors.integer_division_by_zero()
    return np.floor_divide(x, y)


def _floor_rest(x: Any, y: Any) -> Any:
    if x.dtype.kind in "iu" and not np.all(y):
        raise plan_errors.integer_division_by_zero()
    return np.remainder(x, y)


@op("FloorDiv", "x y", name="floordiv", shape=rules.broadcast, kernel=_floor_divided)
def floordiv(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y rounded down."""
    xp, x, y = operands("floordiv", x, y)
    return xp.floor_divide(x, y)


@op("FloorMod", "x y", shape=rules.broadcast, kernel=_floor_rest)
def floormod(x: Any, y: Any, name: str | None = None) -> Array:
    """Return what floordiv leaves: a rest with the sign of y."""
    xp, x, y = operands("floormod", x, y)
    return xp.remainder(x, y)


@op("LogicalAnd", "x y:bool", shape=rules.broadcast, kernel=np.logical_and)
def logical_and(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether both are true."""
    xp, x, y = operands("logical_and", x, y)
    return xp.logical_and(x, y)


@op("LogicalOr", "x y:bool", shape=rules.broadcast, kernel=np.logical_or)
def logical_or(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether one is true, or both."""
    xp, x, y = operands("logical_or", x, y)
    return xp.logical_or(x, y)


def _record_xor(recorder: Recorder, x: Any, y: Any, name: str | None = None) -> Tensor:
    either, both = logical_or(x, y), logical_and(x, y)
    tensor: Any = logical_and(either, logical_not(both), name="LogicalXor" if name is None else name)
    return tensor


@op("LogicalAnd", "x y:bool", record=_record_xor)
def logical_xor(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether one is true, and not both."""
    xp, x, y = operands("logical_xor", x, y)
    return xp.logical_xor(x, y)


@op("LogicalNot", "x:bool", shape=rules.same, kernel=np.logical_not)
def logical_not(x: Any, name: str | None = None) -> Array:
    """Return whether it is false."""
    x = operand(x)
    return array_module(x).logical_not(x)


@op("Pow", "x y", shape=rules.broadcast, kernel=np.power)
def pow(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x to the power of y."""
    xp, x, y = operands("pow", x, y)
    return xp.power(x, y)


@op("Maximum", "x y", shape=rules.broadcast, kernel=np.maximum)
def maximum(x: Any, y: Any, name: str | None = None) -> Array:
    """Return the larger of x and y, element by element."""
    xp, x, y = operands("maximum", x, y)
    return xp.maximum(x, y)


@op("Minimum", "x y", shape=rules.broadcast, kernel=np.minimum)
def minimum(x: Any, y: Any, name: str | None = None) -> Array:
    """Return the smaller of x and y, element by element."""
    xp, x, y = operands("minimum", x, y)
    return xp.minimum(x, y)


@op("Equal", "x y", shape=rules.broadcast, dtype=bool_, kernel=np.equal)
def equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x is y, element by element."""
    xp, x, y = operands("equal", x, y)
    return xp.equal(x, y)


@op("NotEqual", "x y", shape=rules.broadcast, dtype=bool_, kernel=np.not_equal)
def not_equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x is not y, element by element."""
    xp, x, y = operands("not_equal", x, y)
    return xp.not_equal(x, y)


@op("Less", "x y", shape=rules.broadcast, dtype=bool_, kernel=np.less)
def less(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x < y, element by element."""
    xp, x, y = operands("less", x, y)
    return xp.less(x, y)


@op("LessEqual", "x y", shape=rules.broadcast, dtype=bool_, kernel=np.less_equal)
def less_equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x <= y, element by element."""
    xp, x, y = operands("less_equal", x, y)
    return xp.less_equal(x, y)


@op("Greater", "x y", shape=rules.broadcast, dtype=bool_, kernel=np.greater)
def greater(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x > y, element by element."""
    xp, x, y = operands("greater", x, y)
    return xp.greater(x, y)


@op("GreaterEqual", "x y", shape=rules.broadcast, dtype=bool_, kernel=np.greater_equal)
def greater_equal(x: Any, y: Any, name: str | None = None) -> Array:
    """Return whether x >= y, element by element."""
    xp, x, y = operands("greater_equal", x, y)
    return xp.greater_equal(x, y)


@op("Neg", "x", of_sparse=True, shape=rules.same, kernel=np.negative)
def negative(x: Any, name: str | None = None) -> Array:
    """Return -x."""
    return -operand(x)


def _real_dtype(values: dict[str, Any]) -> DType:
    dtype: DType = values["x"].dtype.base_dtype
    return dtype.real_dtype


def _abs_type(values: dict[str, Any]) -> str:
    return "ComplexAbs" if values["x"].dtype.is_complex else "Abs"


@op("Abs", "x", of_sparse=True, shape=rules.same, dtype=_real_dtype, kind=_abs_type, kernel=np.abs)
def abs(x: Any, name: str | None = None) -> Array:
    """Return the absolute value."""
    x = operand(x)
    return array_module(x).abs(x)


@op("Square", "x", of_sparse=True, shape=rules.same, kernel=np.square)
def square(x: Any, name: str | None = None) -> Array:
    """Return x * x."""
    x = operand(x)
    return array_module(x).square(x)


@op("Sqrt", "x", of_sparse=True, shape=rules.same, kernel=np.sqrt, allowed=FLOATS)
def sqrt(x: Any, name: str | None = None) -> Array:
    """Return the square root of floats."""
    x = float_operand("sqrt", x)
    return array_module(x).sqrt(x)


@op("Exp", "x", shape=rules.same, kernel=np.exp, allowed=FLOATS)
def exp(x: Any, name: str | None = None) -> Array:
    """Return e to the power of x, for floats."""
    x = float_operand("exp", x)
    return array_module(x).exp(x)


@op("Log", "x", shape=rules.same, kernel=np.log, allowed=FLOATS)
def log(x: Any, name: str | None = None) -> Array:
    """Return the natural logarithm of floats."""
    x = float_operand("log", x)
    return array_module(x).log(x)


@op("Tanh", "x", of_sparse=True, shape=rules.same, kernel=np.tanh, allowed=FLOATS)
def tanh(x: Any, name: str | None = None) -> Array:
    """Return the hyperbolic tangent of floats."""
    x = float_operand("tanh", x)
    return array_module(x).tanh(x)


@op("Sigmoid", "x", shape=rules.same, allowed=FLOATS)
def sigmoid(x: Any, name: str | None = None) -> Array:
    """Return 1 / (1 + exp(-x)) of floats."""
    x = float_operand("sigmoid", x)
    with np.errstate(over="ignore"):  # exp of a large -x is inf, and the result 0, as it should be
        return 1 / (1 + array_module(x).exp(-x))


def _record_clip(
    recorder: Recorder, t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None
) -> Tensor:
    with name_scope(name, "clip_by_value") as scope:
        t = as_tensor(t, recorder, name=f"{scope}t")
        tensor: Any = maximum(minimum(t, clip_value_max), clip_value_min, name=scope)
        return tensor


@op("Maximum", "t clip_value_min clip_value_max", record=_record_clip)
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Array:
    """Return `t` with what lies outside the two ends set to them."""
    xp, t, low, high = operands("clip_by_value", t, clip_value_min, clip_value_max)
    return xp.maximum(xp.minimum(t, high), low)


def _record_where(recorder: Recorder, condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    if (x is None) != (y is None):
        raise errors.where_needs_both()
    values = {"condition": condition, "x": x, "y": y, "name": None}
    tensor: Tensor = (SELECT if x is not None else WHERE).write(recorder, values, name)
    return tensor


@op("Select", "condition:bool | x=t y=e", record=_record_where)
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Array:
    """Return x where the condition holds, else y; without both, the indices `[n, rank]` of True.

    Args:
        condition: bools of the shape of x and y, or one bool for each of their rows.
        x: taken where True.
        y: taken where False.
        name: drawn from the name table.

    Raises:
        ValueError: only one of x and y is given, or a vector condition that has not a bool a row.
    """
    condition = operand(condition)
    if x is None and y is None:
        return array_module(condition).argwhere(condition)
    if x is None or y is None:
        raise errors.where_needs_both()
    xp, x, y = operands("where", x, y)
    rank = max(x.ndim, y.ndim)
    if condition.ndim == 1 and rank > 1:
        rows = max(x, y, key=lambda branch: branch.ndim).shape[0]
        if condition.shape[0] != rows:
            raise errors.where_rows(condition.shape, x.shape, y.shape)
        condition = condition.reshape(-1, *[1] * (rank - 1))
    if xp is np:
        xp = array_module(condition)
    return xp.where(xp.asarray(condition), xp.asarray(x), xp.asarray(y))


def _record_where_v2(
    recorder: Recorder, condition: Any, x: Any = None, y: Any = None, name: str | None = None
) -> Tensor:
    if x is None or y is None:
        return _record_where(recorder, condition, x, y, name)
    tensor: Tensor = SELECT_V2.write(recorder, {"condition": condition, "x": x, "y": y, "name": None}, name)
    return tensor


@op("SelectV2", "condition:bool | x y", record=_record_where_v2)
def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Array:
    """Return x where the condition holds, else y, all three broadcast; without both, the indices `[n, rank]` of True.

    Raises:
        ValueError: only one of x and y is given.
    """
    condition = operand(condition)
    if x is None and y is None:
        return array_module(condition).argwhere(condition)
    if x is None or y is None:
        raise errors.where_needs_both()
    xp, x, y = operands("where_v2", x, y)
    return xp.where(xp.asarray(condition), x, y)


def _broadcast_of_three(condition: Any, x: Any, y: Any) -> Any:
    return rules.broadcast(condition, rules.broadcast(x, y))


_where = definition_of(where).function
SELECT = Definition(_where, "Select", "condition:bool | x=t y=e", shape=rules.select, dtype=dtype_of("x"))
WHERE = Definition(_where, "Where", "condition", shape=rules.where, dtype=int64)
SELECT_V2 = Definition(
    definition_of(where_v2).function,
    "SelectV2",
    "condition:bool | x y",
    shape=_broadcast_of_three,
    dtype=dtype_of("x"),
    kernel=np.where,
)
