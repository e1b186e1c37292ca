"""Which dtypes the operations take, where they do not take all of them.

A graph looks when an operation is written down; what computes at once takes whatever NumPy can compute with.

Source: tensorflow/core/ops/*_ops.cc (Attr "T: {...}") of TF 1.15, by its registry.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ALLOWED"]

_FLOATS = ("bfloat16", "float16", "float32", "float64")
_COMPLEX = ("complex64", "complex128")
_WHOLE = ("uint8", "int8", "int16", "int32", "int64")
_REAL = (
    "float32", "float64", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16", "float16", "uint32",
    "uint64",
)  # fmt: skip
_NUMBERS = (
    "float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "qint8", "quint8", "qint32",
    "bfloat16", "uint16", "complex128", "float16", "uint32", "uint64",
)  # fmt: skip
_SIGNED = (*_FLOATS, "int32", "int64", *_COMPLEX)
_SUMS = (*_FLOATS, *_WHOLE, *_COMPLEX)
_PRODUCTS = (*_FLOATS, "uint8", "int8", "uint16", "int16", "int32", "int64", *_COMPLEX)
_OF_FLOATS = ("float16", "bfloat16", "float32", "float64")

ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("Exp", "Log", "Sigmoid", "Sqrt", "Tanh"), (*_FLOATS, *_COMPLEX)),
    **dict.fromkeys(("Sub", "Mul", "RealDiv", "FloorDiv", "TruncateDiv"), _PRODUCTS),
    **dict.fromkeys(("Neg", "Square", "SquaredDifference", "MatMul", "Diag", "DiagPart"), _SIGNED),
    **dict.fromkeys(("Less", "LessEqual", "Greater", "GreaterEqual", "Cross", "TopKV2"), _REAL),
    **dict.fromkeys(("Sum", "Prod", "Mean", "Max", "Min", "ArgMax", "ArgMin", "Cumsum", "Cumprod"), _NUMBERS),
    **dict.fromkeys(("SegmentSum", "UnsortedSegmentSum", "BiasAdd", "AddN"), _NUMBERS),
    **dict.fromkeys(("Conv2D", "Conv3D", "AvgPool", "L2Loss", "LeakyRelu", "LogSoftmax", "Softmax"), _OF_FLOATS),
    **dict.fromkeys(("Maximum", "Minimum"), (*_FLOATS, "int32", "int64")),
    **dict.fromkeys(("FloorMod", "TruncateMod"), ("int32", "int64", *_FLOATS)),
    "Abs": (*_FLOATS, "int8", "int16", "int32", "int64", *_COMPLEX),  # of complex numbers it is a ComplexAbs
    "Add": (*_SUMS, "string"),
    "AddV2": _SUMS,
    "OneHot": ("uint8", "int32", "int64"),
    "Pow": ("bfloat16", "float32", "float16", "float64", "int32", "int64", *_COMPLEX),
    "Relu": _REAL,
}
"""For the type of an operation the names of the dtypes that its first input may have."""
