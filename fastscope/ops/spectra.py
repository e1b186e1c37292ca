"""Fourier transforms over the last one, two or three dimensions, and their inverses.

Source: tensorflow/python/ops/signal/fft_ops.py and tensorflow/core/kernels/fft_ops.cc (TF 1.15).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.dtypes import DType, complex64, complex128, float32, float64
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .function import op
from .operands import operand

__all__ = [
    "fft",
    "fft2d",
    "fft3d",
    "ifft",
    "ifft2d",
    "ifft3d",
    "irfft",
    "irfft2d",
    "irfft3d",
    "rfft",
    "rfft2d",
    "rfft3d",
]

_COMPLEX = ("complex64", "complex128")


def _axes(rank: int) -> tuple[int, ...]:
    return tuple(range(-rank, 0))


def _transform(word: str, rank: int, inverse: bool) -> Callable[..., Array]:
    """Return the transform of complex numbers over `rank` dimensions; in it, real ones are told to be cast."""

    def shape(input: Any) -> Any:
        return rules.at_least(input, rank)

    def compute(input: Any) -> Any:
        if input.ndim < rank:
            raise errors.needs_rank(word, "input", input.shape, rank)
        xp = array_module(input)
        found = (xp.fft.ifftn if inverse else xp.fft.fftn)(input, axes=_axes(rank))
        return found.astype(input.dtype, copy=False)

    def function(input: Any, name: str | None = None) -> Array:
        x = operand(input)
        if x.dtype.kind != "c":
            raise errors.fft_of_real(word)
        result: Array = compute(x)
        return result

    function.__name__ = function.__qualname__ = word
    what = "inverse transform" if inverse else "transform"
    function.__doc__ = f"Return Fourier's {what} of complex numbers over the last {rank} dimension(s)."
    return op(word.upper(), "input", shape=shape, kernel=compute, allowed=_COMPLEX)(function)


fft, fft2d, fft3d = (_transform(word, k, False) for k, word in enumerate(("fft", "fft2d", "fft3d"), 1))
ifft, ifft2d, ifft3d = (_transform(word, k, True) for k, word in enumerate(("ifft", "ifft2d", "ifft3d"), 1))


# ---- of real numbers


def _complex_dtype(values: dict[str, Any]) -> DType:
    return complex64 if values["input_tensor"].dtype.base_dtype is float32 else complex128


def _real_dtype(values: dict[str, Any]) -> DType:
    return float32 if values["input_tensor"].dtype.base_dtype is complex64 else float64


def _lengths(x: Any, given: Any, rank: int, inverse: bool) -> list[Any]:
    """Return over how many numbers in each dimension the transform goes; what is not known is None."""
    if given is not None:
        return [None if n is None else int(n) for n in given]
    *others, last = x[-rank:]
    return [*others, last if not inverse or last is None else max(2 * (last - 1), 0)]


def _real_transform(word: str, rank: int, inverse: bool) -> Callable[..., Array]:
    def shape(input_tensor: Any, *, fft_length: Any) -> Any:
        if rules.at_least(input_tensor, rank) is None:
            return None
        *others, last = _lengths(input_tensor, fft_length, rank, inverse)
        return (*input_tensor[:-rank], *others, last if inverse or last is None else last // 2 + 1)

    def compute(input_tensor: Any, fft_length: Any) -> Any:
        if input_tensor.ndim < rank:
            raise errors.needs_rank(word, "input_tensor", input_tensor.shape, rank)
        xp = array_module(input_tensor)
        given = None if fft_length is None else np.ravel(unwrap(fft_length)).tolist()
        sizes = _lengths(input_tensor.shape, given, rank, inverse)
        if not math.prod(sizes):
            last = sizes[-1] if inverse else sizes[-1] // 2 + 1
            kind = np.result_type(input_tensor.dtype, np.complex64)
            return xp.zeros(
                (*input_tensor.shape[:-rank], *sizes[:-1], last), kind if not inverse else kind.type(0).real.dtype
            )
        found = (xp.fft.irfftn if inverse else xp.fft.rfftn)(input_tensor, sizes, axes=_axes(rank))
        narrow = input_tensor.dtype in (np.float32, np.complex64)
        return found.astype((np.float32 if inverse else np.complex64) if narrow else found.dtype, copy=False)

    def function(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Array:
        result: Array = compute(operand(input_tensor), fft_length)
        return result

    function.__name__ = function.__qualname__ = word
    if inverse:
        what = "the real numbers whose transform `rfft` gives these, their number by default even"
    else:
        what = (
            "Fourier's transform of real numbers, the first half of it and one more, for the rest is its mirror image,"
        )
    function.__doc__ = f"""Return {what} over the last {rank} dimension(s).

    Args:
        input_tensor: `[..., n]`.
        fft_length: over how many numbers in each dimension; more are cut off, fewer filled with zeros.
        name: drawn from the name table.
    """
    dtype = _real_dtype if inverse else _complex_dtype
    allowed = _COMPLEX if inverse else ("float32", "float64")
    made = op(word.upper(), "input_tensor", name=word, shape=shape, dtype=dtype, kernel=compute, allowed=allowed)
    return made(function)


rfft, rfft2d, rfft3d = (_real_transform(word, k, False) for k, word in enumerate(("rfft", "rfft2d", "rfft3d"), 1))
irfft, irfft2d, irfft3d = (_real_transform(word, k, True) for k, word in enumerate(("irfft", "irfft2d", "irfft3d"), 1))
