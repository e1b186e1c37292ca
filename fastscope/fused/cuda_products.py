"""The product that a sequence makes once a step, handed to cuBLAS without `cupy.matmul` in between.

What matmul looks at, two shapes, overlaps and the like, takes Python several times as long as a small
product takes a GPU, and is the same in each step.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ..arrays import import_cupy

# cuBLAS reads its factors at these addresses, on the host.
_ONE: Final = {char: np.ones(1, char) for char in "fd"}
_ZERO: Final = {char: np.zeros(1, char) for char in "fd"}


def prepared(rows: int, b: Any) -> Callable[[Any, Any], None]:
    """Return multiply(a, out), which does `cupy.matmul(a, b, out=out)` and checks nothing.

    It is for the current device, and goes to the stream that is current when it is called.

    Args:
        rows: of a and out, both in C order; neither is empty.
        b: a matrix in C order, or the transpose of one.
    """
    cuda = import_cupy().cuda
    char = b.dtype.char
    gemm, handle, real = cuda.cublas.gemmEx, cuda.get_cublas_handle(), _real(cuda, char)
    inner, columns = b.shape
    # cuBLAS counts by columns: what lies in C order as [N, M] is [M, N] to it, so it makes out' = b' a'.
    turned, gap = (0, columns) if b.flags.c_contiguous else (1, inner)
    before = handle, turned, 0, columns, rows, inner, _ONE[char].ctypes.data, b.data.ptr, real, gap
    between = real, inner, _ZERO[char].ctypes.data
    after = real, columns, _precision(cuda, char), cuda.cublas.CUBLAS_GEMM_DEFAULT

    def multiply(a: Any, out: Any) -> None:
        gemm(*before, a.data.ptr, *between, out.data.ptr, *after)

    return multiply


def _real(cuda: Any, char: str) -> int:
    """Return cuBLAS's number of a dtype."""
    return int(cuda.runtime.CUDA_R_32F if char == "f" else cuda.runtime.CUDA_R_64F)


def _precision(cuda: Any, char: str) -> int:
    """Return how cuBLAS computes: in the dtype itself, or as CuPy does with CUPY_TF32=1."""
    if char == "d":
        return int(cuda.cublas.CUBLAS_COMPUTE_64F)
    short = int(os.environ.get("CUPY_TF32", "0")) > 0
    return int(cuda.cublas.CUBLAS_COMPUTE_32F_FAST_TF32 if short else cuda.cublas.CUBLAS_COMPUTE_32F)
