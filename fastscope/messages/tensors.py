"""TensorProto: an array in a message.

Source: tensorflow/core/framework/tensor.proto, tensor_shape.proto, types.proto (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from ..arrays import as_array
from ..arrays.dtypes import DType, as_dtype
from ..checkpoint.protowire import read_varint
from ..errors import messages as errors
from .fields import Field
from .message import Message

__all__ = [
    "DTYPE_NAMES",
    "TensorProto",
    "TensorShapeProto",
    "dtype_number",
    "dtype_of_number",
    "make_ndarray",
    "make_tensor_proto",
    "shape_of_proto",
    "shape_proto",
    "tensor_proto",
]

DTYPE_NAMES = {
    1: "DT_FLOAT",
    2: "DT_DOUBLE",
    3: "DT_INT32",
    4: "DT_UINT8",
    5: "DT_INT16",
    6: "DT_INT8",
    7: "DT_STRING",
    8: "DT_COMPLEX64",
    9: "DT_INT64",
    10: "DT_BOOL",
    14: "DT_BFLOAT16",
    17: "DT_UINT16",
    18: "DT_COMPLEX128",
    19: "DT_HALF",
    20: "DT_RESOURCE",
    22: "DT_UINT32",
    23: "DT_UINT64",
}
DTYPE_NAMES |= {number + 100: f"{name}_REF" for number, name in DTYPE_NAMES.items()}
_NUMBERS = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "string": 7,
    "complex64": 8,
    "int64": 9,
    "bool": 10,
    "bfloat16": 14,
    "uint16": 17,
    "complex128": 18,
    "float16": 19,
    "uint32": 22,
    "uint64": 23,
}
_REFERENCE = 100  # is added for a variable's dtype


class _Dim(Message):
    FIELDS: ClassVar = {"size": Field(1, "int"), "name": Field(2, "string")}


class TensorShapeProto(Message):
    """A shape; a size of -1 is not known."""

    FIELDS: ClassVar = {"dim": Field(2, _Dim, repeated=True), "unknown_rank": Field(3, "bool")}
    Dim = _Dim


class TensorProto(Message):
    """An array: its dtype, its shape, and its elements as bytes or one by one."""

    FIELDS: ClassVar = {
        "dtype": Field(1, "enum", names=DTYPE_NAMES),
        "tensor_shape": Field(2, TensorShapeProto),
        "version_number": Field(3, "int"),
        "tensor_content": Field(4, "bytes"),
        "half_val": Field(13, "int", repeated=True),
        "float_val": Field(5, "float", repeated=True),
        "double_val": Field(6, "double", repeated=True),
        "int_val": Field(7, "int", repeated=True),
        "string_val": Field(8, "bytes", repeated=True),
        "int64_val": Field(10, "int", repeated=True),
        "bool_val": Field(11, "bool", repeated=True),
        "scomplex_val": Field(9, "float", repeated=True),
        "dcomplex_val": Field(12, "double", repeated=True),
        "uint32_val": Field(16, "int", repeated=True),
        "uint64_val": Field(17, "int", repeated=True),
    }


_Dim.__name__, _Dim.__qualname__ = "Dim", "TensorShapeProto.Dim"


def dtype_number(dtype: Any) -> int:
    """Return TensorFlow's number of a dtype; of a variable's own a larger one."""
    found = as_dtype(dtype)
    base = found.base_dtype
    return _NUMBERS[base.name] + (0 if found is base else _REFERENCE)


def shape_proto(dims: Any) -> TensorShapeProto:
    """Return a static shape as a message."""
    if dims is None:
        return TensorShapeProto(unknown_rank=True)
    made = TensorShapeProto()
    if dims:
        list.extend(made.dim, [_Dim.holding(size=-1 if size is None else int(size)) for size in dims])
    return made


def tensor_proto(array: Any) -> TensorProto:
    """Return an array as a message: text one by one, a single number in its own field, the rest as bytes."""
    array = np.asarray(array)
    dtype = as_dtype(array.dtype)
    made = TensorProto.holding(dtype=dtype_number(dtype), tensor_shape=shape_proto(array.shape))
    if array.dtype.kind == "O":
        made.string_val.extend(item.encode() if isinstance(item, str) else bytes(item) for item in array.ravel())
        return made
    field = {
        "float32": "float_val",
        "float64": "double_val",
        "int32": "int_val",
        "int64": "int64_val",
        "bool": "bool_val",
    }
    if array.size == 1 and dtype.name in field:
        getattr(made, field[dtype.name]).append(array.ravel()[0])
    else:
        made.tensor_content = array.tobytes()
    return made


def make_tensor_proto(
    values: Any, dtype: Any = None, shape: Any = None, verify_shape: bool = False, allow_broadcast: bool = False
) -> TensorProto:
    """Return a value as a message.

    Args:
        values: array, number, text, or lists of these.
        dtype: what it is converted to; None = as it comes.
        shape: what it has to have, or is brought to; its last element fills what is missing.
        verify_shape: refuse another shape.
        allow_broadcast: take one number for any shape.

    Raises:
        TypeError: `verify_shape`, and it has another shape.
        ValueError: it has more elements than go into the shape.
    """
    if isinstance(values, TensorProto):
        return values
    array = np.asarray(as_array(values, None if dtype is None else as_dtype(dtype)))
    if shape is None:
        return tensor_proto(array)
    sizes = tuple(int(size) for size in shape)
    if verify_shape and sizes != array.shape:
        raise errors.other_shape(sizes, array.shape)
    if array.size > math.prod(sizes):
        raise errors.too_many_elements(sizes, array.size)
    return tensor_proto(_filled(array.reshape(-1), sizes))


# ---- the other way round

_NAMES = {number: name for name, number in _NUMBERS.items()}
_FIELDS = {
    **dict.fromkeys(("int8", "int16", "int32", "uint8", "uint16"), "int_val"),
    "float32": "float_val",
    "float64": "double_val",
    "int64": "int64_val",
    "bool": "bool_val",
    "string": "string_val",
    "float16": "half_val",
    "bfloat16": "half_val",
    "complex64": "scomplex_val",
    "complex128": "dcomplex_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
}


def dtype_of_number(number: int) -> DType | None:
    """Return the dtype that TensorFlow's number stands for; None where there is none here, as for resources."""
    name = _NAMES.get(number % _REFERENCE)
    return None if name is None else as_dtype(name)


def shape_of_proto(shape: TensorShapeProto) -> tuple[int | None, ...] | None:
    """Return the static shape that a message stands for."""
    if shape.unknown_rank:
        return None
    return tuple(None if dim.size < 0 else dim.size for dim in shape.dim)


def make_ndarray(tensor: TensorProto) -> np.ndarray[Any, Any]:
    """Return the array that a message stands for; text is an array of bytes objects.

    Raises:
        TypeError: it is of a dtype that is not here.
    """
    dtype = dtype_of_number(tensor.dtype)
    if dtype is None:
        raise errors.no_such_dtype(DTYPE_NAMES.get(tensor.dtype, str(tensor.dtype)))
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    own: Any = dtype.dtype
    if tensor.tensor_content:
        if dtype.name == "string":
            return _texts(tensor.tensor_content, math.prod(shape)).reshape(shape)
        return np.frombuffer(tensor.tensor_content, own).reshape(shape).copy()
    values = getattr(tensor, _FIELDS[dtype.name])
    if dtype.name == "string":
        given: Any = np.empty(len(values), object)
        given[:] = values
    elif dtype.name in ("float16", "bfloat16"):
        given = np.array(values, np.uint16).view(own)
    elif dtype.name in ("complex64", "complex128"):
        given = np.array(values, f"f{own.itemsize // 2}").view(own)
    else:
        given = np.array(values).astype(own)
    return _filled(given, shape)


def _texts(data: bytes, count: int) -> np.ndarray[Any, Any]:
    """Return texts that stand in one block: the lengths of all, and then all of them.

    Raises:
        ValueError: `data` has others.
    """
    lengths, position = [], 0
    for _ in range(count):
        length, position = read_varint(data, position)
        lengths.append(length)
    if position + sum(lengths) != len(data):
        raise ValueError(f"texts of {sum(lengths)} bytes in {len(data) - position} bytes")
    made = np.empty(count, object)
    for k, length in enumerate(lengths):
        made[k], position = data[position : position + length], position + length
    return made


def _filled(given: Any, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return values in a shape; the last one stands for those that are missing, zero where there is none."""
    made = np.zeros(shape, given.dtype)
    flat = made.reshape(-1)
    if given.dtype == object:
        flat[:] = b""
    if len(given):
        flat[: len(given)] = given[: len(flat)]
        flat[len(given) :] = given[-1]
    return made
