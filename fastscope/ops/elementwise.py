"""Functions of one element at a time, and of two; those that the operators stand for are in `math`.

Source: tensorflow/python/ops/math_ops.py, tensorflow/core/kernels/cwise_ops.h (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import DType, as_dtype
from ..arrays.dtypes import bool as bool_
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import plans as plan_errors
from ..graph import Recorder, Tensor, current
from ..graph.conversion import as_tensor
from ..graph.indexed_slices import IndexedSlices
from . import shape_rules as rules
from . import special
from .function import Definition, definition_of, op
from .math import FLOATS, divide, floordiv, floormod, multiply
from .operands import operand, operands

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "cos",
    "cosh",
    "digamma",
    "div",
    "div_no_nan",
    "erf",
    "erfc",
    "expm1",
    "floor",
    "floor_div",
    "is_finite",
    "is_inf",
    "is_nan",
    "lgamma",
    "log1p",
    "mod",
    "realdiv",
    "reciprocal",
    "rint",
    "round",
    "rsqrt",
    "scalar_mul",
    "sign",
    "sin",
    "sinh",
    "squared_difference",
    "stop_gradient",
    "tan",
    "truediv",
    "truncatediv",
    "truncatemod",
]

NUMBERS = (*FLOATS, "int32", "int64")
REALS = ("bfloat16", "float16", "float32", "float64")


def _unary(
    name: str,
    type: str,
    kernel: Callable[[Any], Any],
    summary: str,
    allowed: Sequence[str] = FLOATS,
    dtype: DType | None = None,
    of_sparse: bool = False,
) -> Callable[..., Array]:
    """Return the function `name` of one array, which `kernel` computes."""

    def function(x: Any, name: str | None = None) -> Array:
        array = operand(x)
        if as_dtype(array.dtype).name not in allowed:
            raise errors.needs_floats(function.__name__, as_dtype(array.dtype))
        result: Array = kernel(array)
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return {summary}."
    decorate = op(type, "x", of_sparse=of_sparse, shape=rules.same, dtype=dtype, kernel=kernel, allowed=allowed)
    return decorate(function)


def _rounded(x: Any) -> Any:
    return x if x.dtype.kind in "iu" else array_module(x).rint(x)


def _sign(x: Any) -> Any:
    """Return the sign; that of NaN is 0."""
    xp = array_module(x)
    return xp.where(x == x, xp.sign(x), x.dtype.type(0)) if x.dtype.kind == "f" else xp.sign(x)


expm1 = _unary("expm1", "Expm1", np.expm1, "exp(x) - 1, to full precision near 0")
log1p = _unary("log1p", "Log1p", np.log1p, "log(1 + x), to full precision near 0")
rsqrt = _unary("rsqrt", "Rsqrt", lambda x: x.dtype.type(1) / np.sqrt(x), "1 / sqrt(x)")
reciprocal = _unary("reciprocal", "Reciprocal", lambda x: x.dtype.type(1) / x, "1 / x")
sin = _unary("sin", "Sin", np.sin, "the sine")
cos = _unary("cos", "Cos", np.cos, "the cosine")
tan = _unary("tan", "Tan", np.tan, "the tangent")
asin = _unary("asin", "Asin", np.arcsin, "the angle whose sine is x")
acos = _unary("acos", "Acos", np.arccos, "the angle whose cosine is x")
atan = _unary("atan", "Atan", np.arctan, "the angle whose tangent is x")
sinh = _unary("sinh", "Sinh", np.sinh, "the hyperbolic sine")
cosh = _unary("cosh", "Cosh", np.cosh, "the hyperbolic cosine")
asinh = _unary("asinh", "Asinh", np.arcsinh, "the number whose hyperbolic sine is x")
acosh = _unary("acosh", "Acosh", np.arccosh, "the number whose hyperbolic cosine is x")
atanh = _unary("atanh", "Atanh", np.arctanh, "the number whose hyperbolic tangent is x")
erf = _unary("erf", "Erf", special.erf, "the error function", REALS, of_sparse=True)
erfc = _unary("erfc", "Erfc", special.erfc, "1 - erf(x)", REALS)
lgamma = _unary("lgamma", "Lgamma", special.lgamma, "the logarithm of the absolute value of the gamma function", REALS)
digamma = _unary("digamma", "Digamma", special.digamma, "the derivative of lgamma", REALS)
sign = _unary("sign", "Sign", _sign, "-1, 0 or 1: the sign; 0 for NaN", NUMBERS, of_sparse=True)
floor = _unary("floor", "Floor", np.floor, "the largest whole number that is not above x", REALS)
ceil = _unary("ceil", "Ceil", np.ceil, "the smallest whole number that is not below x", REALS)
rint = _unary("rint", "Rint", np.rint, "the nearest whole number, of two the even one", REALS)
round = _unary("round", "Round", _rounded, "the nearest whole number, of two the even one", NUMBERS)
is_nan = _unary("is_nan", "IsNan", np.isnan, "whether an element is NaN", REALS, bool_)
is_inf = _unary("is_inf", "IsInf", np.isinf, "whether an element is infinite", REALS, bool_)
is_finite = _unary("is_finite", "IsFinite", np.isfinite, "whether an element is neither NaN nor infinite", REALS, bool_)


def _same(input: Any) -> Any:
    return input


@op("StopGradient", "input", shape=rules.same, kernel=_same)
def stop_gradient(input: Any, name: str | None = None) -> Array:
    """Return `input`, which a gradient takes for a constant."""
    return operand(input)


# ---- of two


def _no_nan(x: Any, y: Any) -> Any:
    xp = array_module(x, y)
    return xp.where(y == 0, x.dtype.type(0), x / y)


def _difference_squared(x: Any, y: Any) -> Any:
    return np.square(x - y)


def _cut(x: Any, y: Any) -> Any:
    """Return x / y cut towards zero."""
    xp = array_module(x, y)
    if x.dtype.kind not in "iu":
        return x / y
    if xp is np and not np.all(y):
        raise plan_errors.integer_division_by_zero()
    return xp.sign(x) * xp.sign(y) * (xp.abs(x) // xp.abs(y))


def _cut_rest(x: Any, y: Any) -> Any:
    if x.dtype.kind in "iu" and array_module(x, y) is np and not np.all(y):
        raise plan_errors.integer_division_by_zero()
    return np.fmod(x, y)


@op("SquaredDifference", "x y", shape=rules.broadcast, kernel=_difference_squared)
def squared_difference(x: Any, y: Any, name: str | None = None) -> Array:
    """Return (x - y) ** 2."""
    _, x, y = operands("squared_difference", x, y)
    return _difference_squared(x, y)


@op("Atan2", "y x", shape=rules.broadcast, kernel=np.arctan2)
def atan2(y: Any, x: Any, name: str | None = None) -> Array:
    """Return the angle of the point (x, y), between -pi and pi."""
    xp, y, x = operands("atan2", y, x)
    return xp.arctan2(y, x)


@op("DivNoNan", "x y", name="div_no_nan", shape=rules.broadcast, kernel=_no_nan)
def div_no_nan(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y, and 0 where y is 0."""
    _, x, y = operands("div_no_nan", x, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _no_nan(x, y)


@op("TruncateDiv", "x y", shape=rules.broadcast, kernel=_cut)
def truncatediv(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y cut towards zero where they are integers; as in TensorFlow, others are divided and not cut."""
    _, x, y = operands("truncatediv", x, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _cut(x, y)


@op("TruncateMod", "x y", shape=rules.broadcast, kernel=_cut_rest)
def truncatemod(x: Any, y: Any, name: str | None = None) -> Array:
    """Return what truncatediv leaves: a rest with the sign of x."""
    _, x, y = operands("truncatemod", x, y)
    return _cut_rest(x, y)


@op("RealDiv", "x y", shape=rules.broadcast, kernel=np.divide, allowed=FLOATS)
def realdiv(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y of floats."""
    xp, x, y = operands("realdiv", x, y)
    return xp.divide(x, y)


# ---- other names of what `math` has

truediv = divide
mod = floormod


@op("FloorDiv", "x y", shape=rules.broadcast, kernel=definition_of(floordiv).kernel)
def floor_div(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y rounded down: floordiv under another name."""
    return floordiv(x, y)


def _record_div(recorder: Recorder, x: Any, y: Any, name: str | None = None) -> Tensor:
    found = x.dtype if hasattr(x, "dtype") else as_dtype(np.asarray(x).dtype)
    definition = _DIV_OF_INTEGERS if as_dtype(found).is_integer else definition_of(div)
    tensor: Tensor = definition.write(recorder, {"x": x, "y": y, "name": None}, name)
    return tensor


@op("RealDiv", "x y", name="div", shape=rules.broadcast, kernel=np.divide, record=_record_div)
def div(x: Any, y: Any, name: str | None = None) -> Array:
    """Return x / y as Python 2 divides: rounded down for integers."""
    xp, x, y = operands("div", x, y)
    return floordiv(x, y) if x.dtype.kind in "iu" else xp.divide(x, y)


_DIV_OF_INTEGERS = Definition(
    definition_of(div).function,
    "FloorDiv",
    "x y",
    name="div",
    shape=rules.broadcast,
    kernel=definition_of(floordiv).kernel,
)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """Return x times a number; of IndexedSlices their values are multiplied.

    Args:
        scalar: a number, or an array without dimensions, which takes the dtype of x.
    """
    if isinstance(x, IndexedSlices):
        return IndexedSlices(scalar_mul(scalar, x.values, name), x.indices, x.dense_shape)
    recorder = current()
    if recorder is not None and not isinstance(scalar, Tensor):
        scalar = as_tensor(scalar, recorder, as_tensor(x, recorder).dtype.base_dtype, name=recorder.claim("scalar"))
    return multiply(scalar, x, name=name)
