"""What V1 and V2 have in common: dtype codes, shapes, and the slices of a partitioned variable.

A slice is stored under its own key: the tensor's name and the extents, encoded so that bytewise order is the order of
the values.

Source: tensorflow/core/lib/strings/ordered_code.cc, tensorflow/core/util/saved_tensor_slice_util.cc
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import DType
from ..errors import checkpoint as errors
from .protowire import WireError, field, numbers, parts, signed
from .reader import TensorInfo

__all__ = [
    "Extents",
    "assemble",
    "dtype_of",
    "encode_shape",
    "fill",
    "parse_shape",
    "parse_slice",
    "slice_key",
]

Extents = tuple[tuple[int, int], ...]  # start and length in each dimension; length -1 is all of it

_MAX_RANK: Final = 64  # NumPy's; TensorFlow's own is 254
_DTYPES: Final = {
    1: dtypes.float32,
    2: dtypes.float64,
    3: dtypes.int32,
    4: dtypes.uint8,
    5: dtypes.int16,
    6: dtypes.int8,
    7: dtypes.string,
    8: dtypes.complex64,
    9: dtypes.int64,
    10: dtypes.bool,
    11: dtypes.int8,  # qint8 and its kin are stored as the integers that they are
    12: dtypes.uint8,
    13: dtypes.int32,
    14: dtypes.bfloat16,
    15: dtypes.int16,
    16: dtypes.uint16,
    17: dtypes.uint16,
    18: dtypes.complex128,
    19: dtypes.float16,
    22: dtypes.uint32,
    23: dtypes.uint64,
    24: dtypes.float8_e5m2,
    25: dtypes.float8_e4m3fn,
    26: dtypes.float8_e4m3fnuz,
    28: dtypes.float8_e5m2fnuz,
}
_ESCAPED: Final = {0x00: b"\x00\xff", 0xFF: b"\xff\x00"}
_QUANTIZED: Final = range(11, 17)
CODES: Final = {dtype: code for code, dtype in _DTYPES.items() if code == 14 or code not in _QUANTIZED}


def dtype_of(code: int) -> DType | None:
    """Return the dtype of TensorFlow's number for it, None for one that no array has (resource)."""
    return _DTYPES.get(code % 100)  # a ref dtype's number is 100 higher


@lru_cache(maxsize=4096)  # a checkpoint has few different shapes: listing is 1.7 times as fast
def parse_shape(data: bytes) -> tuple[int, ...]:
    """Read a TensorShapeProto."""
    if numbers(data).get(3):
        raise WireError(0, "a tensor has no known rank")
    shape = tuple(signed(numbers(part).get(1, 0)) for part in parts(data, 2))
    if len(shape) > _MAX_RANK or min(shape, default=0) < 0:
        raise WireError(0, f"a tensor has the shape {shape}")
    return shape


def encode_shape(shape: Sequence[int]) -> bytes:
    """Write a TensorShapeProto."""
    return b"".join(field(2, field(1, int(size))) for size in shape)


def parse_slice(data: Any) -> Extents:
    """Read a TensorSliceProto."""
    extents = [numbers(part) for part in parts(data, 1)]
    return tuple((signed(one.get(1, 0)), signed(one[2]) if 2 in one else -1) for one in extents)


def slice_key(name: str, extents: Extents) -> bytes:
    """Return the key under which the slice of a tensor is stored."""
    key = _number(0) + _string(name.encode("utf-8", "surrogateescape")) + _number(len(extents))
    return key + b"".join(_signed_number(start) + _signed_number(size) for start, size in extents)


def assemble(
    path: str, name: str, info: TensorInfo, slices: Sequence[Extents], read: Callable[[int], Any]
) -> np.ndarray:
    """Put a partitioned tensor together.

    Args:
        path: the file, for messages.
        name: the tensor.
        info: of the whole tensor.
        slices: where each part lies in it.
        read: returns part number i as an array of any shape, in C order.

    Raises:
        DataLossError: the parts don't fill the tensor exactly.
    """
    places = [_place(path, name, info.shape, extents) for extents in slices]
    if not fill(info.shape, places):
        raise errors.bad_slices(path, name)
    arrays = [np.asarray(read(i)) for i in range(len(places))]  # read before the whole is allocated
    out = np.empty(info.shape, info.dtype.dtype)
    for place, array in zip(places, arrays, strict=True):
        shape = [side.stop - side.start for side in place]
        if array.size != math.prod(shape) or array.dtype != out.dtype:
            raise errors.bad_slices(path, name)
        out[place] = array.reshape(shape)
    return out


def fill(shape: Sequence[int], places: Sequence[tuple[slice, ...]]) -> bool:
    """Whether the places, all within an array of this shape, hold each of its elements once."""
    sizes = [math.prod(side.stop - side.start for side in place) for place in places]
    if sum(sizes) != math.prod(shape):
        return False
    taken = [place for place, size in zip(places, sizes, strict=True) if size]
    starts = np.array([[side.start for side in place] for place in taken], np.int64)
    stops = np.array([[side.stop for side in place] for place in taken], np.int64)
    return not any(((starts[:i] < stops[i]) & (starts[i] < stops[:i])).all(axis=1).any() for i in range(1, len(taken)))


def _place(path: str, name: str, shape: Sequence[int], extents: Extents) -> tuple[slice, ...]:
    if len(extents) != len(shape):
        raise errors.bad_slices(path, name)
    place = []
    for (start, size), whole in zip(extents, shape, strict=True):
        size = whole if size == -1 else size
        if start < 0 or size < 0 or start + size > whole:
            raise errors.bad_slices(path, name)
        place.append(slice(start, start + size))
    return tuple(place)


def _number(value: int) -> bytes:
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def _string(value: bytes) -> bytes:
    return b"".join(_ESCAPED.get(byte, bytes([byte])) for byte in value) + b"\x00\x01"


def _signed_number(value: int) -> bytes:
    # n bytes of two's complement whose upper n bits are flipped: they hold the sign and the length.
    size = (value if value >= 0 else ~value).bit_length() // 7 + 1
    bits = value & ((1 << 8 * size) - 1)
    return (bits ^ ((1 << size) - 1) << 7 * size).to_bytes(size, "big")
