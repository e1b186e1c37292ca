"""TensorProto: an array in a message.

Source: tensorflow/core/framework/tensor.proto, tensor_shape.proto, types.proto (TF 1.15).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..arrays.dtypes import as_dtype
from .fields import Field
from .message import Message

__all__ = ["DTYPE_NAMES", "TensorProto", "TensorShapeProto", "dtype_number", "shape_proto", "tensor_proto"]

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
    return TensorShapeProto(dim=[_Dim(size=-1 if size is None else int(size)) for size in dims])


def tensor_proto(array: Any) -> TensorProto:
    """Return an array as a message: text one by one, a single number in its own field, the rest as bytes."""
    array = np.asarray(array)
    dtype = as_dtype(array.dtype)
    made = TensorProto(dtype=dtype_number(dtype), tensor_shape=shape_proto(array.shape))
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
