"""Protocol buffers by hand: the few messages in TensorFlow's checkpoints, read and written field by field.

A message is a run of fields, each a varint `number << 3 | wire type` and then
    0: a varint        1: 8 bytes        2: a varint length and so many bytes        5: 4 bytes
and a varint is 7 bits a byte, lowest first, the top bit set on all but the last byte.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import checkpoint as errors

__all__ = [
    "WireError",
    "field",
    "fields",
    "locating",
    "numbers",
    "parts",
    "read_varint",
    "read_varints",
    "signed",
    "varint",
]

_MAX_VARINT_BYTES = 10


class WireError(ValueError):
    """Bytes that are no message.

    Attributes:
        position: where, in bytes from the start of what was given.
    """

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position = position


@contextmanager
def locating(path: str, offset: int, what: str = "") -> Iterator[None]:
    """Turn a WireError into a DataLossError that names the file, the offset, and what was read."""
    try:
        yield
    except WireError as reason:
        problem = f"{what}: {reason}" if what else str(reason)
        raise errors.damaged(path, offset + reason.position, problem) from None


def read_varint(data: bytes | memoryview, position: int) -> tuple[int, int]:
    """Return the varint at `position` and the position after it."""
    try:
        byte = data[position]
        if byte < 0x80:  # most are this short
            return byte, position + 1
        value, shift = byte & 0x7F, 7
        for at in range(position + 1, position + _MAX_VARINT_BYTES):
            byte = data[at]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, at + 1
            shift += 7
    except IndexError:
        raise WireError(position, "a number is cut off") from None
    raise WireError(position, "a number has more than 10 bytes")


def read_varints(data: bytes | memoryview) -> np.ndarray:
    """Return all the varints that `data` consists of, as uint64."""
    raw = np.frombuffer(data, np.uint8)
    last = raw < 0x80  # of each varint's bytes
    if raw.size and not last[-1]:
        raise WireError(raw.size - 1, "a number is cut off")
    if not raw.size:
        return np.empty(0, np.uint64)
    starts = np.flatnonzero(np.concatenate(([True], last[:-1])))
    sizes = np.diff(np.append(starts, raw.size))
    if sizes.max() > _MAX_VARINT_BYTES:
        raise WireError(int(starts[sizes.argmax()]), "a number has more than 10 bytes")
    place = np.arange(raw.size) - np.repeat(starts, sizes)
    bits = (raw & 0x7F).astype(np.uint64) << (7 * place).astype(np.uint64)
    return np.add.reduceat(bits, starts)


def fields(data: bytes | memoryview) -> Iterator[tuple[int, int, Any]]:
    """Yield number, wire type and value of each field: an int, or for wire type 2 a part of `data`."""
    position, end = 0, len(data)
    while position < end:
        tag = data[position]
        position += 1
        if tag >= 0x80:
            tag, position = read_varint(data, position - 1)
        kind = tag & 7
        if kind == 0:
            value, position = read_varint(data, position)
            yield tag >> 3, 0, value
            continue
        if kind == 2:
            size, position = read_varint(data, position)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise WireError(position, f"a field has wire type {kind}")
        if size > end - position:
            raise WireError(position, f"a field of {size} bytes doesn't fit")
        part = data[position : position + size]
        yield tag >> 3, kind, part if kind == 2 else int.from_bytes(part, "little")
        position += size


def numbers(data: bytes | memoryview) -> dict[int, int]:
    """Return the last value of each field that is a number."""
    return {number: value for number, kind, value in fields(data) if kind != 2}


def parts(data: bytes | memoryview, wanted: int) -> list[Any]:
    """Return the values of a field that is a message, text or packed numbers, each a part of `data`."""
    found = []
    for number, kind, value in fields(data):
        if number == wanted:
            if kind != 2:
                raise WireError(0, f"field {number} has wire type {kind}")
            found.append(value)
    return found


def signed(value: int) -> int:
    """Return a varint's value as an int64."""
    return value - (1 << 64) if value >= 1 << 63 else value


def varint(value: int) -> bytes:
    """Encode a number; a negative one in 10 bytes, as int64."""
    value &= 0xFFFF_FFFF_FFFF_FFFF
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, value: int | bytes, *, fixed32: bool = False) -> bytes:
    """Encode one field; b"" for the number 0, which proto3 leaves out."""
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    if value == 0:
        return b""
    if fixed32:
        return varint(number << 3 | 5) + value.to_bytes(4, "little")
    return varint(number << 3) + varint(value)
