"""Complex numbers: made of two arrays, and taken apart.

Source: tensorflow/python/ops/math_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import DType, complex64, complex128, float32
from ..arrays.typing import Array
from ..graph import Recorder, Tensor
from ..graph.conversion import as_tensor
from . import shape_rules as rules
from .creation import zeros_like
from .function import Definition, definition_of, op
from .operands import operand, operands
from .scoped import within

__all__ = ["angle", "complex", "conj", "imag", "real"]

COMPLEX = ("complex64", "complex128")


def _whole(values: dict[str, Any]) -> DType:
    return complex64 if values["real"].dtype.base_dtype is float32 else complex128


def _part_dtype(values: dict[str, Any]) -> DType:
    dtype: DType = values["input"].dtype.real_dtype
    return dtype


def _joined(real: Any, imag: Any) -> Any:
    xp = array_module(real, imag)
    shape = np.broadcast_shapes(real.shape, imag.shape)
    result = xp.empty(shape, np.complex64 if real.dtype == np.float32 else np.complex128)
    result.real, result.imag = real, imag
    return result


@op("Complex", "real imag", shape=rules.broadcast, dtype=_whole, kernel=_joined, allowed=("float32", "float64"))
def complex(real: Any, imag: Any, name: str | None = None) -> Array:
    """Return real + 1j * imag: complex64 of float32, complex128 of float64."""
    _, x, y = operands("complex", real, imag)
    result: Array = _joined(x, y)
    return result


def _of_complex(type: str, function: Callable[..., Array], dtype: Any = _part_dtype) -> Definition:
    return Definition(definition_of(function).function, type, "input", shape=rules.same, dtype=dtype, allowed=COMPLEX)


def _record_real(recorder: Recorder, input: Any, name: str | None = None) -> Tensor:
    """Write down the real part; that of a real tensor is the tensor."""
    return _part(recorder, _REAL, input, name)


def _record_conj(recorder: Recorder, x: Any, name: str | None = None) -> Tensor:
    """Write down the conjugate; that of a real tensor is the tensor."""
    return _part(recorder, _CONJ, x, name)


def _record_imag(recorder: Recorder, input: Any, name: str | None = None) -> Tensor:
    return _part_or_zeros(recorder, _IMAG, input, name)


def _record_angle(recorder: Recorder, input: Any, name: str | None = None) -> Tensor:
    return _part_or_zeros(recorder, _ANGLE, input, name)


def _part(recorder: Recorder, definition: Definition, value: Any, name: str | None) -> Tensor:
    tensor = as_tensor(value, recorder, name=recorder.claim("Const"))
    if not tensor.dtype.is_complex:
        return tensor
    made: Tensor = definition.write(recorder, {"input": tensor, "name": None}, name)
    return made


def _part_or_zeros(recorder: Recorder, definition: Definition, value: Any, name: str | None) -> Any:
    tensor = as_tensor(value, recorder, name=recorder.claim("Const"))
    if tensor.dtype.is_complex:
        return definition.write(recorder, {"input": tensor, "name": None}, name)
    with within(name, definition.name):
        return zeros_like(tensor)


@op("Real", record=_record_real)
def real(input: Any, name: str | None = None) -> Array:
    """Return the real part."""
    x = operand(input)
    return x.real.copy() if x.dtype.kind == "c" else x


@op("Imag", record=_record_imag)
def imag(input: Any, name: str | None = None) -> Array:
    """Return the imaginary part: zeros for real numbers."""
    x = operand(input)
    return x.imag.copy() if x.dtype.kind == "c" else array_module(x).zeros_like(x)


@op("Conj", record=_record_conj)
def conj(x: Any, name: str | None = None) -> Array:
    """Return the complex conjugate."""
    array = operand(x)
    return array_module(array).conj(array) if array.dtype.kind == "c" else array


@op("Angle", record=_record_angle)
def angle(input: Any, name: str | None = None) -> Array:
    """Return the angle of complex numbers, between -pi and pi: zeros for real numbers."""
    x = operand(input)
    return array_module(x).angle(x) if x.dtype.kind == "c" else array_module(x).zeros_like(x)


_REAL, _IMAG, _ANGLE = _of_complex("Real", real), _of_complex("Imag", imag), _of_complex("Angle", angle)
_CONJ = Definition(
    lambda input, name=None: definition_of(conj).function(input), "Conj", "input", shape=rules.same, allowed=COMPLEX
)
