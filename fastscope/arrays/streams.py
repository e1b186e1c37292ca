"""Streams of random numbers: who draws decides the values, not when it draws.

A variable's initial values depend on the graph's seed and the variable's name alone. So a variable
opens `random_stream(seed, name)` around its initializer, and the initializer draws from the stream
that is open in its thread:

    with random_stream(7, "rnn/w"):
        values = initializer([2, 3])

In a graph that sessions run, TensorFlow's own generator is open instead: `tensorflows(philox)`.

Each draw of a stream is a Philox generator whose key is a hash of the seed, the name, the initializer's own
seed and the number of draws made before in this stream. Everything is drawn on the host, so the
values are the same on every device. Without any seed the key comes from the operating system.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator
from threading import local
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from . import dtypes
from .philox import Philox

if TYPE_CHECKING:  # numpy.random is imported by the first draw: it would cost the import of fastscope
    from numpy.random import Generator

__all__ = [
    "draw_normal",
    "draw_orthogonal",
    "draw_truncated_normal",
    "draw_uniform",
    "generator",
    "open_stream",
    "random_stream",
    "tensorflows",
]


class random_stream:
    """Draw from the stream of `name` under `seed` inside the with block; streams nest.

    Args:
        seed: the graph's seed, None for values that differ from run to run.
        name: what the numbers are for, a variable's full name.
    """

    __slots__ = ("_draws", "_name", "seed")

    def __init__(self, seed: int | None, name: str) -> None:
        self.seed: Final = seed
        self._name = name
        self._draws = itertools.count()

    def __enter__(self) -> Self:
        _open.stack.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _open.stack.pop()

    def generator(self, seed: int | None = None) -> Generator:
        """Return the generator of the next draw; `seed` is the drawing initializer's own."""
        draw = next(self._draws)
        if self.seed is None and seed is None:
            return _generator(None)
        return _generator(f"{self.seed}/{seed}/{draw}/{self._name}")


class _Open(local):
    """What a thread draws from."""

    def __init__(self) -> None:
        self.stack: list[random_stream] = []  # the open streams, the innermost last
        self.philox: Philox | None = None  # in place of them


_open: Final = _Open()


def open_stream() -> random_stream | None:
    """Return the innermost open stream of this thread, None if there is none."""
    return _open.stack[-1] if _open.stack else None


@contextlib.contextmanager
def tensorflows(philox: Philox) -> Iterator[None]:
    """Open a block in which numbers are drawn as TensorFlow draws them, from this generator."""
    before, _open.philox = _open.philox, philox
    try:
        yield
    finally:
        _open.philox = before


def generator(seed: int | None = None) -> Generator:
    """Return the generator of the next draw in the open stream.

    Args:
        seed: the caller's own seed. Outside any stream it decides the values alone; None then means
            fresh values each time.
    """
    stream = open_stream()
    if stream is not None:
        return stream.generator(seed)
    return _generator(None if seed is None else str(seed))


def _generator(label: str | None) -> Generator:
    from numpy.random import Generator, Philox

    if label is None:
        return Generator(Philox())
    from hashlib import blake2b

    key = int.from_bytes(blake2b(label.encode(), digest_size=16).digest(), "little")
    return Generator(Philox(key=key))


def draw_normal(
    shape: Any, dtype: dtypes.DType, mean: float, stddev: float, seed: int | None = None
) -> np.ndarray[Any, Any]:
    """Draw a normal distribution from the open stream, on the host."""
    if _open.philox is not None:
        return _stretched(_open.philox.normal(shape, dtype), stddev, mean)
    values = generator(seed).standard_normal(shape, dtype=_drawn_dtype(dtype))
    return _scaled(values, dtype, mean, stddev)


def draw_truncated_normal(
    shape: Any, dtype: dtypes.DType, mean: float, stddev: float, seed: int | None = None
) -> np.ndarray[Any, Any]:
    """Draw a normal distribution without what lies more than two `stddev` from `mean`.

    What falls outside is drawn again, so the result's own deviation is 0.8796 x `stddev`.
    """
    if _open.philox is not None:
        return _stretched(_open.philox.truncated_normal(shape, dtype), stddev, mean)
    source = generator(seed)
    drawn_dtype = _drawn_dtype(dtype)
    values = source.standard_normal(math.prod(shape), dtype=drawn_dtype)
    outside = np.flatnonzero(np.abs(values) > 2)
    while outside.size:
        again = source.standard_normal(outside.size, dtype=drawn_dtype)
        values[outside] = again
        outside = outside[np.abs(again) > 2]
    return _scaled(values.reshape(shape), dtype, mean, stddev)


def draw_uniform(
    shape: Any, dtype: dtypes.DType, minval: Any, maxval: Any, seed: int | None = None
) -> np.ndarray[Any, Any]:
    """Draw evenly from [minval, maxval), integers for an integer dtype."""
    if _open.philox is not None:
        if dtype.is_integer:
            return _open.philox.uniform_int(shape, int(minval), int(maxval), dtype)
        ends = [np.asarray(end).astype(dtype.dtype) for end in (minval, maxval)]
        return _stretched(_open.philox.uniform(shape, dtype), ends[1] - ends[0], ends[0])
    source = generator(seed)
    if dtype.is_integer:
        integers: np.ndarray[Any, Any] = source.integers(minval, maxval, size=shape, dtype=dtype.dtype)
        return integers
    values = source.random(shape, dtype=_drawn_dtype(dtype))
    result = _scaled(values, dtype, minval, maxval - minval)
    if maxval <= minval:
        return result
    # Rounding to the result's dtype can reach the excluded end.
    below = np.nextafter(np.asarray(maxval, dtype.dtype), np.asarray(minval, dtype.dtype))
    return np.asarray(np.minimum(result, below))


def draw_orthogonal(shape: Any, dtype: dtypes.DType, seed: int | None = None) -> np.ndarray[Any, Any]:
    """Draw the normal distribution that an orthogonal matrix is made of: in float64, unless TensorFlow's way."""
    return draw_normal(shape, dtypes.float64 if _open.philox is None else dtype, 0.0, 1.0, seed)


def _stretched(values: Any, factor: Any, offset: Any) -> np.ndarray[Any, Any]:
    """Return `values * factor + offset`, rounded after each step as TensorFlow's operations round."""
    kind = values.dtype.type
    values = np.asarray(values * kind(factor) + kind(offset))
    return values


def _drawn_dtype(dtype: dtypes.DType) -> Any:
    """Return what NumPy can draw for `dtype`: float32 also serves the half types."""
    return np.float64 if dtype == dtypes.float64 else np.float32


def _scaled(values: Any, dtype: dtypes.DType, offset: float, factor: float) -> np.ndarray[Any, Any]:
    """Return `offset + factor * values` as an array of `dtype`; writes into `values`."""
    values = np.asarray(values)  # a draw of shape () is a scalar
    values = values * factor if values.ndim == 0 else np.multiply(values, factor, out=values)
    values = np.asarray(values + offset if offset else values)
    result: np.ndarray[Any, Any] = values.astype(dtype.dtype, copy=False)
    return result
