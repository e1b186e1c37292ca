"""Experimental: all steps of a sequence in one cooperative launch. No GPU has timed it yet.

Set the environment variable FASTSCOPE_EXPERIMENTAL_PERSIST=1 to use it where it fits: U, spread over
all multiprocessors, has to go into their shared memory.
"""

from __future__ import annotations

import functools
import os
from typing import Any, Final

from ..arrays import array_module, import_cupy
from .cuda_launch import BLOCK, kernel_for
from .cuda_source import PERSIST

SWITCH: Final = "FASTSCOPE_EXPERIMENTAL_PERSIST"
_PLAIN_SHARED: Final = 48 << 10  # bytes a block has without asking


@functools.cache
def _limits(device: int) -> tuple[int, int]:
    """Return how many multiprocessors a GPU has, and how many bytes of shared memory for a block."""
    attributes = import_cupy().cuda.Device(device).attributes
    return attributes["MultiProcessorCount"], attributes["MaxSharedMemoryPerBlockOptin"]


def _shape(h: Any) -> tuple[int, int, int]:
    """Return units of a block, blocks, and bytes of shared memory of a block, for h `[N, H]`."""
    batch, units = h.shape
    share = -(-units // _limits(h.device.id)[0])
    return share, -(-units // share), (units + batch) * 4 * share * h.itemsize


def is_wanted(h: Any) -> bool:
    """Return whether the user asked for it and h `[N, H]` fits."""
    if os.environ.get(SWITCH, "") in ("", "0"):
        return False
    return _shape(h)[2] <= _limits(h.device.id)[1]


def run(
    xw: Any,
    u: Any,
    bias: Any,
    cells: tuple[Any, Any],
    h: Any,
    h_after: Any,
    outputs: Any,
    gates: Any,
    lengths: Any,
    forget_bias: float,
) -> None:
    """Do what `cuda._run_steps` does, in one launch; `h` and `cells[0]` are not written."""
    share, grid, shared = _shape(h)
    kernel = kernel_for(PERSIST, h, cooperative=True)
    if shared > _PLAIN_SHARED:
        kernel.max_dynamic_shared_size_bytes = shared
    arrived = array_module(h).zeros(1, "uint32")
    arrays = xw, u, bias, *cells, h, h_after, outputs, gates, lengths
    sizes = len(xw), *h.shape, share
    kernel((grid,), (BLOCK,), (*arrays, forget_bias, *sizes, arrived), shared_mem=shared)
