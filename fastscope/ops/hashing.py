"""Text as numbers of buckets: the same number for the same text, on every machine and in every run.

Source: FarmHash (farmhashna::Hash64, whose values are Fingerprint64's) and MurmurHash2 (MurmurHash64A), as
tensorflow/core/kernels/string_to_hash_bucket_op.h of TF 1.15 uses them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..arrays import as_array, unwrap
from ..arrays.dtypes import int64, string
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .function import op
from .operands import on_device

__all__ = ["fingerprint", "string_to_hash_bucket", "string_to_hash_bucket_fast"]

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _word(text: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(text[at : at + size], "little")


def _turned(value: int, count: int) -> int:
    value &= _MASK
    return (value >> count | value << (64 - count)) & _MASK


def _folded(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _of_two(u: int, v: int, factor: int) -> int:
    a = _folded((u ^ v) * factor)
    b = _folded((v ^ a) * factor)
    return b * factor & _MASK


def fingerprint(text: bytes) -> int:
    """Return FarmHash's 64 bits of a text."""
    if len(text) <= 16:
        return _of_few(text)
    if len(text) <= 32:
        return _of_some(text)
    return _of_more(text) if len(text) <= 64 else _of_many(text)


def _of_few(text: bytes) -> int:
    n, factor = len(text), _K2 + 2 * len(text)
    if n >= 8:
        a, b = _word(text, 0) + _K2, _word(text, n - 8)
        return _of_two((_turned(b, 37) * factor + a) & _MASK, (_turned(a, 25) + b) * factor & _MASK, factor)
    if n >= 4:
        return _of_two(n + (_word(text, 0, 4) << 3), _word(text, n - 4, 4), factor)
    if n:
        y, z = text[0] + (text[n >> 1] << 8), n + (text[-1] << 2)
        return _folded(y * _K2 ^ z * _K0) * _K2 & _MASK
    return _K2


def _of_some(text: bytes) -> int:
    n, factor = len(text), _K2 + 2 * len(text)
    a, b, c, d = _word(text, 0) * _K1, _word(text, 8), _word(text, n - 8) * factor, _word(text, n - 16) * _K2
    left = _turned(a + b, 43) + _turned(c, 30) + d
    return _of_two(left & _MASK, (a + _turned(b + _K2, 18) + c) & _MASK, factor)


def _of_more(text: bytes) -> int:
    n, factor = len(text), _K2 + 2 * len(text)
    a, b, c, d = _word(text, 0) * _K2, _word(text, 8), _word(text, n - 8) * factor, _word(text, n - 16) * _K2
    y = (_turned(a + b, 43) + _turned(c, 30) + d) & _MASK
    z = _of_two(y, (a + _turned(b + _K2, 18) + c) & _MASK, factor)
    e, f = _word(text, 16) * factor, _word(text, 24)
    g, h = (y + _word(text, n - 32)) * factor, (z + _word(text, n - 24)) * factor
    left = _turned(e + f, 43) + _turned(g, 30) + h
    return _of_two(left & _MASK, (e + _turned(f + a, 18) + g) & _MASK, factor)


def _weakly(text: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_word(text, at + 8 * k) for k in range(4))
    a += w
    b = _turned(b + a + z, 21)
    c = a
    a += x + y
    return (a + z) & _MASK, (b + _turned(a, 44) + c) & _MASK


class _State(NamedTuple):
    """What is mixed with each block of 64 bytes."""

    x: int
    y: int
    z: int
    v: tuple[int, int]
    w: tuple[int, int]


def _mixed(text: bytes, at: int, state: _State, factor: int, weight: int) -> _State:
    """Return the state after the block at `at`."""
    x, y, z, v, w = state
    x = _turned(x + y + v[0] + _word(text, at + 8), 37) * factor & _MASK
    y = _turned(y + v[1] + _word(text, at + 48), 42) * factor & _MASK
    x ^= w[1] * weight & _MASK
    y = (y + v[0] * weight + _word(text, at + 40)) & _MASK
    z = _turned(z + w[0], 33) * factor & _MASK
    v = _weakly(text, at, v[1] * factor, x + w[0])
    w = _weakly(text, at + 32, z + w[1], y + _word(text, at + 16))
    return _State(z, y, x, v, w)


def _of_many(text: bytes) -> int:
    y = 81 * _K1 + 113 & _MASK
    state = _State(81 * _K2 + _word(text, 0) & _MASK, y, _folded(y * _K2 + 113) * _K2 & _MASK, (0, 0), (0, 0))
    rest = (len(text) - 1) & 63
    for at in range(0, len(text) - 1 - rest, 64):
        state = _mixed(text, at, state, _K1, 1)
    factor = _K1 + ((state.z & 0xFF) << 1)
    first = state.w[0] + rest
    v = state.v[0] + first, state.v[1]
    state = state._replace(v=v, w=(first + v[0], state.w[1]))
    x, y, z, v, w = _mixed(text, len(text) - 64, state, factor, 9)
    left = _of_two(v[0], w[0], factor) + _folded(y) * _K0 + z
    return _of_two(left & _MASK, (_of_two(v[1], w[1], factor) + x) & _MASK, factor)


def _murmur(text: bytes) -> int:
    """Return MurmurHash64A of a text, with TensorFlow's seed."""
    factor, full = 0xC6A4A7935BD1E995, len(text) & ~7
    found = (0xDECAFCAFFE ^ len(text) * factor) & _MASK
    for at in range(0, full, 8):
        word = _folded(_word(text, at) * factor) * factor & _MASK
        found = (found ^ word) * factor & _MASK
    if full < len(text):
        found = (found ^ _word(text, full)) * factor & _MASK
    return _folded(_folded(found) * factor)


def _bucket_function(name: str, type: str, argument: str, number: Callable[[bytes], int], summary: str) -> Any:
    """Return the function `name` from texts to buckets."""

    def function(input: Any, num_buckets: int, name: str | None = None) -> Array:
        if num_buckets < 1:
            raise errors.no_buckets(num_buckets)
        texts = as_array(unwrap(input), string)
        found = [number(text) % num_buckets for text in texts.ravel().tolist()]
        return on_device(np.array(found, np.int64).reshape(texts.shape))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"Return a number in [0, num_buckets) for each text, int64: {summary}.\n\n    Raises:\n        ValueError: "
        "there is no bucket."
    )
    return op(type, f"input={argument}", shape=rules.same, dtype=int64)(function)


string_to_hash_bucket_fast = _bucket_function(
    "string_to_hash_bucket_fast", "StringToHashBucketFast", "input", fingerprint, "by FarmHash"
)
string_to_hash_bucket = _bucket_function(
    "string_to_hash_bucket", "StringToHashBucket", "string_tensor", _murmur, "by MurmurHash, as older programs do it"
)
