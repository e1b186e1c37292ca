"""The operators of tensors, and of variables where they are written down.

An operator has TF's short name ("add" for `+`, where tf.add is "Add"), and its other operand takes on the dtype of the
tensor where it can.

Source: tensorflow/python/ops/math_ops.py (_OverrideBinaryOperatorHelper).
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ..arrays.dtypes import string
from ..arrays.recordable import _Recordable
from ..errors import graph as errors
from ..graph import Recorder, Tensor, current, name_scope
from ..graph.conversion import as_tensor
from ..graph.sparse_tensor import SparseTensor
from . import math, shape_rules
from .function import Definition, definition_of
from .slicing import sliced

__all__ = ["functions"]

_ADD = definition_of(math.add)
_PLUS = Definition(_ADD.function, "AddV2", "x y", shape=shape_rules.broadcast, kernel=np.add)

# the method, or NumPy's ufunc where an array stands on the left: (function, its name as an operator)
_OPERATORS = {
    "add": (math.add, "add"),
    "sub": (math.subtract, "sub"),
    "mul": (math.multiply, "mul"),
    "truediv": (math.divide, "truediv"),
    "floordiv": (math.floordiv, "floordiv"),
    "mod": (math.floormod, "mod"),
    "pow": (math.pow, "pow"),
    "matmul": (math.matmul, "matmul"),
    "and_": (math.logical_and, "and"),
    "or_": (math.logical_or, "or"),
    "lt": (math.less, "Less"),
    "le": (math.less_equal, "LessEqual"),
    "gt": (math.greater, "Greater"),
    "ge": (math.greater_equal, "GreaterEqual"),
    "neg": (math.negative, "Neg"),
    "abs": (math.abs, "Abs"),
    "inv": (math.logical_not, "LogicalNot"),
}
_UFUNCS = {
    "subtract": "sub", "multiply": "mul", "divide": "truediv", "true_divide": "truediv", "floor_divide": "floordiv",
    "remainder": "mod", "power": "pow", "logical_and": "and_", "logical_or": "or_", "bitwise_and": "and_",
    "bitwise_or": "or_", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge",
}  # fmt: skip

_SWAPPED = {"less": "greater", "less_equal": "greater_equal", "greater": "less", "greater_equal": "less_equal"}
_REDUCTIONS = {
    "add": "reduce_sum", "multiply": "reduce_prod", "maximum": "reduce_max", "minimum": "reduce_min",
    "logical_and": "reduce_all", "logical_or": "reduce_any",
}  # fmt: skip
_OTHER_NAMES = {
    "absolute": "abs", "fabs": "abs", "conjugate": "conj",
    "isnan": "is_nan", "isinf": "is_inf", "isfinite": "is_finite",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "true_divide": "divide",
}  # fmt: skip

functions: dict[str, Any] = {}
"""The functions that floors below call by their names."""


_COMPARISONS = ("lt", "le", "gt", "ge", "less", "less_equal", "greater", "greater_equal")


def _facts(name: str) -> tuple[Definition, str]:
    function, wish = _OPERATORS[_UFUNCS.get(name, name)]
    return definition_of(function), wish


def _write(recorder: Recorder, name: str, operands: tuple[Any, ...]) -> Tensor:
    if name in ("xor", "bitwise_xor"):  # one of three others
        x, y = operands
        with name_scope("xor") as scope:
            return cast("Tensor", math.logical_xor(x, y, name=scope))
    definition, wish = _facts(name)
    if len(operands) == 1:
        tensor: Tensor = definition.write(recorder, {definition.parameters[0]: operands[0], "name": None}, wish)
        return tensor
    if name == "mul" and isinstance(operands[1], SparseTensor):
        return cast("Tensor", operands[1] * operands[0])
    full_name = recorder.claim(wish)
    keys = definition.tensors
    if name not in _COMPARISONS:  # there TensorFlow has the function itself, which is stricter
        operands = _agreed(recorder, operands, full_name)
    if definition is _ADD and operands[0].dtype.base_dtype is not string:
        definition = _PLUS
    values = dict(definition.defaults) | dict(zip(keys, operands, strict=True))
    made: Tensor = definition.write(recorder, values, f"{full_name}/")
    return made


def _agreed(recorder: Recorder, operands: tuple[Any, ...], scope: str) -> tuple[Tensor, Tensor]:
    """Return both operands as tensors; the one that is none yet takes the dtype of the other."""
    left, right = operands
    if _is_tensor(left):
        x = as_tensor(left, recorder)
        y = right if _is_tensor(right) else None
        y = as_tensor(right, recorder, None, x.dtype, f"{scope}/y") if y is None else as_tensor(y, recorder)
        return x, y
    y = as_tensor(right, recorder)
    return as_tensor(left, recorder, y.dtype.base_dtype, name=f"{scope}/x"), y


def _is_tensor(value: Any) -> bool:
    return type(value) is Tensor or hasattr(value, "_recorded")


def _recorded_operator(self: _Recordable, name: str, /, *operands: Any) -> Any:
    recorder = current()
    if recorder is None:
        return NotImplemented
    if name == "getitem":
        return sliced(recorder, *operands)
    return _write(recorder, name, operands)


def _recorded_ufunc(self: _Recordable, ufunc: Any, method: str, inputs: Any, facts: Any) -> Any:
    recorder = current()
    return NotImplemented if recorder is None else _ufunc(recorder, ufunc, method, inputs, facts)


def _ufunc(recorder: Recorder, ufunc: Any, method: str, inputs: Any, facts: Any) -> Any:
    """Write down what NumPy was asked for, if it is an operator with an array or number on its left.

    Raises:
        TypeError: it is another function of NumPy's.
    """
    name = ufunc.__name__
    is_in_place = facts.keys() == {"out"} and facts["out"][0] is inputs[0]  # array += tensor makes a tensor
    if method == "__call__" and (not facts or is_in_place):
        if name in ("equal", "not_equal"):
            return name == "not_equal"  # identity, as a tensor's own
        if name in _SWAPPED and not _is_tensor(inputs[0]):  # Python asks the tensor, `x < array` for `array > x`
            name, inputs = _SWAPPED[name], inputs[::-1]
        if _UFUNCS.get(name, name) in _OPERATORS or name == "bitwise_xor":
            return _write(recorder, name, inputs)
    raise errors.numpy_function(name if method == "__call__" else f"{name}.{method}", _instead_of(name, method))


def _instead_of(name: str, method: str) -> str:
    """Return the function here that does what one of NumPy's does; '' where there is none."""
    if method == "reduce":
        return _REDUCTIONS.get(name, "")
    own = _OTHER_NAMES.get(name, name)
    return own if own in functions else ""


def _recording(self: _Recordable) -> bool:
    return current() is not None


def _in_graph_mode(self: _Recordable) -> bool:
    recorder = current()
    return recorder is not None and recorder.graph.recorder is not None


def _function(self: _Recordable, name: str, /, *args: Any, **kwargs: Any) -> Any:
    return functions[name](*args, **kwargs)


def _method(name: str, reflected: bool = False) -> Any:
    def operator(self: Tensor, *others: Any) -> Tensor:
        with self.op.recorder.in_force() as recorder:
            return _write(recorder, name, (*others, self) if reflected else (self, *others))

    return operator


def _tensor_ufunc(self: Tensor, ufunc: Any, method: str, *inputs: Any, **facts: Any) -> Any:
    with self.op.recorder.in_force() as recorder:
        return _ufunc(recorder, ufunc, method, inputs, facts)


def _getitem(self: Tensor, index: Any) -> Tensor:
    with self.op.recorder.in_force() as recorder:
        return sliced(recorder, self, index)


def install() -> None:
    """Give the class Tensor its operators, and variables theirs where they are written down."""
    _Recordable.operator = _recorded_operator  # type: ignore[method-assign]
    _Recordable.recording = _recording  # type: ignore[method-assign]
    _Recordable.in_graph_mode = _in_graph_mode  # type: ignore[method-assign]
    _Recordable.ufunc = _recorded_ufunc  # type: ignore[method-assign]
    Tensor.__array_ufunc__ = _tensor_ufunc
    _Recordable.function = _function  # type: ignore[method-assign]
    for name in (*_OPERATORS, "xor"):
        plain = name.rstrip("_").replace("inv", "invert")
        setattr(Tensor, f"__{plain}__", _method(name))
        if name not in ("lt", "le", "gt", "ge", "neg", "abs", "inv"):
            setattr(Tensor, f"__r{plain}__", _method(name, reflected=True))
    setattr(Tensor, "__getitem__", _getitem)  # noqa: B010


install()
