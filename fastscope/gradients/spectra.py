"""Gradients of Fourier transforms: each is the other direction, scaled.

Source: tensorflow/python/ops/signal/fft_ops.py (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module, unwrap
from ..graph import Operation
from ..ops import spectra
from ..ops.function import dtype_of
from ..ops.function import op as recorded
from .registry import rule

_RANKS = {"": 1, "2D": 2, "3D": 3}


def _size(x: Any, rank: int) -> Any:
    """Return how many numbers lie in the last dimensions, as a number of the dtype of `x`."""
    return ops.cast(ops.reduce_prod(ops.shape(x)[-rank:]), x.dtype.real_dtype)


def _times(x: Any, factor: Any) -> Any:
    """Return complex numbers times a real one."""
    return x * ops.cast(factor, x.dtype)


def _of(type: str) -> Any:
    return getattr(spectra, type.lower())


@rule("FFT", "FFT2D", "FFT3D")
def forward(op: Operation, d: Any) -> Any:
    rank = _RANKS[op.type[3:]]
    return _times(_of(f"I{op.type}")(d), _size(d, rank))


@rule("IFFT", "IFFT2D", "IFFT3D")
def backward(op: Operation, d: Any) -> Any:
    rank = _RANKS[op.type[4:]]
    return _times(_of(op.type[1:])(d), 1.0 / _size(d, rank))


# ---- of real numbers


def _like(d: Any, like: Any, *rest: Any) -> Any:
    return like


def _fitted(x: Any, sizes: Any) -> Any:
    """Return the last dimensions cut, or filled with zeros, to `sizes`."""
    xp, rank = array_module(x), len(sizes)
    x = x[(..., *(slice(size) for size in sizes))]
    wide = [(0, 0)] * (x.ndim - rank) + [(0, size - have) for size, have in zip(sizes, x.shape[-rank:], strict=True)]
    return xp.pad(x, wide)


def _lengths(given: Any, shape: Any, rank: int) -> list[int]:
    return list(shape[-rank:]) if given is None else np.ravel(unwrap(given)).tolist()


@recorded("RFFTGrad", "d | like", shape=_like, dtype=dtype_of("like"))
def _of_real_numbers(d: Any, like: Any, fft_length: Any, rank: int, name: str | None = None) -> Any:
    """Return the gradient of a transform of real numbers: the other direction of what it keeps."""
    xp, axes = array_module(d), tuple(range(-rank, 0))
    sizes = _lengths(fft_length, like.shape, rank)
    found = xp.fft.ifftn(_fitted(d, sizes), axes=axes).real * math.prod(sizes)
    return _fitted(found, like.shape[-rank:]).astype(like.dtype)


@recorded("IRFFTGrad", "d | like", shape=_like, dtype=dtype_of("like"))
def _to_real_numbers(d: Any, like: Any, rank: int, name: str | None = None) -> Any:
    """Return the gradient of the way back to real numbers: what stands for its mirror image, too, counts twice."""
    xp, axes = array_module(d), tuple(range(-rank, 0))
    found = xp.fft.rfftn(d, axes=axes) / math.prod(d.shape[-rank:])
    found[..., 1 : (d.shape[-1] + 1) // 2] *= 2
    return _fitted(found, like.shape[-rank:]).astype(like.dtype)


@rule("RFFT", "RFFT2D", "RFFT3D")
def of_real(op: Operation, d: Any) -> Any:
    return _of_real_numbers(d, op.inputs[0], op.attributes["fft_length"], _RANKS[op.type[4:]])


@rule("IRFFT", "IRFFT2D", "IRFFT3D")
def to_real(op: Operation, d: Any) -> Any:
    return _to_real_numbers(d, op.inputs[0], _RANKS[op.type[5:]])
