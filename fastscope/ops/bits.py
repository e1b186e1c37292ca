"""Numbers as rows of bits: tf.bitwise, and bytes read as another dtype.

Source: tensorflow/core/ops/bitwise_ops.cc, tensorflow/core/ops/array_ops.cc (Bitcast) of TF 1.15.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module, as_array, unwrap
from ..arrays.dtypes import DType, as_dtype, string
from ..arrays.typing import Array
from ..errors import graph as graph_errors
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from . import shape_rules as rules
from .function import op
from .operands import on_device, operand, operands

__all__ = [
    "bitcast",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "decode_raw",
    "invert",
    "left_shift",
    "right_shift",
]

_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_DECODED = (
    "float16", "float32", "float64", "int32", "uint16", "uint8", "int16", "int8", "int64", "complex64", "complex128",
    "bool",
)  # fmt: skip
_NUMBERS = ("bfloat16", "float16", "float32", "float64", *_WHOLE, "complex64", "complex128")


def _whole(argument: str, array: Array) -> Array:
    dtype = as_dtype(array.dtype)
    if not dtype.is_integer:
        raise graph_errors.type_not_allowed(argument, dtype, list(_WHOLE))
    return array


def _of_two(name: str, type: str, kernel: Callable[..., Any], summary: str) -> Callable[..., Array]:
    """Return the function `name` of two arrays of integers."""

    def function(x: Any, y: Any, name: str | None = None) -> Array:
        _, x, y = operands(function.__name__, x, y)
        result: Array = kernel(_whole("x", x), y)
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return {summary}.\n\n    Raises:\n        TypeError: there are no integers, or of two dtypes."
    return op(type, "x y", shape=rules.broadcast, kernel=kernel, allowed=_WHOLE)(function)


def _and(x: Any, y: Any) -> Any:
    return x & y


def _or(x: Any, y: Any) -> Any:
    return x | y


def _xor(x: Any, y: Any) -> Any:
    return x ^ y


def _left(x: Any, y: Any) -> Any:
    return x << _within(x, y)


def _right(x: Any, y: Any) -> Any:
    return x >> _within(x, y)


def _within(x: Any, y: Any) -> Any:
    """Return how far `x` is shifted: by no more than all of its bits but one, and not backwards."""
    return array_module(y).clip(y, 0, x.dtype.itemsize * 8 - 1)


bitwise_and = _of_two("bitwise_and", "BitwiseAnd", _and, "the bits that x and y both have")
bitwise_or = _of_two("bitwise_or", "BitwiseOr", _or, "the bits that x or y has, or both")
bitwise_xor = _of_two("bitwise_xor", "BitwiseXor", _xor, "the bits that one of x and y has")
left_shift = _of_two("left_shift", "LeftShift", _left, "the bits of x moved y places up, zeros below them")
right_shift = _of_two("right_shift", "RightShift", _right, "the bits of x moved y places down, the sign kept")


def _inverted(x: Any) -> Any:
    return ~x


@op("Invert", "x", shape=rules.same, kernel=_inverted, allowed=_WHOLE)
def invert(x: Any, name: str | None = None) -> Array:
    """Return the bits that x has not.

    Raises:
        TypeError: there are no integers.
    """
    result: Array = _inverted(_whole("x", operand(x)))
    return result


def _bytes_dtype(values: dict[str, Any]) -> DType:
    dtype: DType = values["type"]
    return dtype


def _numbers(argument: str, dtype: Any) -> DType:
    found = as_dtype(dtype).base_dtype
    if found.name not in _NUMBERS:
        raise graph_errors.type_not_allowed(argument, found, list(_NUMBERS))
    return found


def _checked_types(values: dict[str, Any]) -> dict[str, Any]:
    given = values["input"]
    source = _numbers("input", given.dtype if hasattr(given, "dtype") else as_array(given).dtype)
    return values | {"type": _numbers("type", values["type"]), "size": source.size}


def _recut(input: Any, *, type: Any, size: int) -> Any:
    """The last dimension takes what the dtype's size takes or leaves."""
    if input is None or size == type.size:
        return input
    if size > type.size:
        return (*input, size // type.size)
    if not input or input[-1] not in (None, type.size // size):
        raise shape_errors.bytes_differ(input[-1] if input else 1, type.size // size)
    return input[:-1]


def _bitcast(input: Any, type: Any) -> Any:
    dims = _recut(input.shape, type=type, size=input.dtype.itemsize)
    return array_module(input).ascontiguousarray(input).reshape(-1).view(type.dtype).reshape(dims).copy()


@op("Bitcast", "input", shape=_recut, dtype=_bytes_dtype, kernel=_bitcast, normalize=_checked_types)
def bitcast(input: Any, type: Any, name: str | None = None) -> Array:
    """Return the bytes of `input` read as numbers of another dtype.

    A smaller dtype makes a new last dimension, of as many as go into one number; to a larger dtype the last dimension
    has to be as many, and goes.

        >>> fs.bitcast([1.0], fs.int32)
        array([1065353216], dtype=int32)

    Raises:
        TypeError: a dtype that is none of numbers.
        ValueError: the last dimension does not make one number.
    """
    array = operand(input)
    _numbers("input", array.dtype)
    result: Array = _bitcast(array, _numbers("type", type))
    return result


def _decoded_type(values: dict[str, Any]) -> DType:
    return _element_type(values["out_type"])


def _element_type(out_type: Any) -> DType:
    dtype = as_dtype(out_type).base_dtype
    if dtype.name not in _DECODED:
        raise graph_errors.type_not_allowed("out_type", dtype, list(_DECODED))
    return dtype


def _decoded_shape(texts: Any) -> Any:
    return None if texts is None else (*texts, None)


@op("DecodeRaw", "input_bytes", shape=_decoded_shape, dtype=_decoded_type)
def decode_raw(input_bytes: Any, out_type: Any, little_endian: bool = True, name: str | None = None) -> Array:
    """Return the numbers whose bytes are the letters of texts, along a new last dimension.

        >>> fs.decode_raw("abc", fs.uint8)
        array([97, 98, 99], dtype=uint8)

    Args:
        input_bytes: text, or an array of texts of one length.
        out_type: what the bytes are.
        little_endian: whether the lowest byte of a number comes first.
        name: of the operation.

    Raises:
        InvalidArgumentError: the texts differ in length, or are no whole numbers.
        TypeError: `out_type` is no dtype of numbers.
    """
    texts, dtype = as_array(unwrap(input_bytes), string), _element_type(out_type)
    listed = texts.ravel().tolist()
    lengths = [len(text) for text in listed] or [0]
    for place, count in enumerate(lengths):
        if count != lengths[0]:
            raise errors.text_lengths_differ(place, count, lengths[0])
    if lengths[0] % dtype.size:
        raise errors.bytes_of_no_number(lengths[0], dtype)
    found = np.frombuffer(b"".join(listed), dtype.dtype.newbyteorder("<" if little_endian else ">"))
    return on_device(found.astype(dtype.dtype).reshape(*texts.shape, lengths[0] // dtype.size))
