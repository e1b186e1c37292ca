"""The kernels of lstm.cu strung together as fused/cuda.py does it, with NumPy for cuBLAS.

Shapes: T max_time, N batch_size, H num_units. What a kernel has to write starts as NaN.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from host import Kernels

from fastscope.fused.cuda_source import expression

BLOCK = (64,)


class Problem(NamedTuple):
    """Arguments of a sequence whose x.W is given."""

    xw: Any  # [T, N, 4H]
    u: Any  # [H, 4H]
    bias: Any  # [4H]
    c: Any  # [N, H]
    h: Any  # [N, H]
    lengths: Any  # int64 [N] or None
    forget_bias: float = 0.75


class Forward(NamedTuple):
    outputs: Any  # [T, N, H]
    c: Any  # [N, H], final
    h: Any  # [N, H], final
    gates: Any  # [T, N, 4H]
    cells: Any  # [T + 1, N, H]


class Backward(NamedTuple):
    dz: Any  # [T, N, 4H]
    hiddens: Any  # [T, N, H]
    d_c: Any  # [N, H]
    d_h: Any  # [N, H]


def problem(dtype: Any, t: int, n: int, h: int, with_lengths: bool) -> Problem:
    rng = np.random.default_rng([t, n, h])

    def draw(*shape: int) -> Any:
        return rng.normal(0.3, 0.9, shape).astype(dtype)

    lengths = np.array([(2 + 3 * row) % (t + 2) for row in range(n)], np.int64)
    arrays = draw(t, n, 4 * h), draw(h, 4 * h), draw(4 * h), draw(n, h), draw(n, h)
    return Problem(*arrays, lengths if with_lengths else None)


def unwritten(shape: tuple[int, ...], like: Any) -> Any:
    return np.full(shape, np.nan, like.dtype)


def grid(threads: int) -> tuple[int]:
    return (-(-threads // BLOCK[0]),)


def forward(kernels: Kernels, p: Problem, width: int, keep: bool = True) -> Forward:
    (steps, batch, _), units = p.xw.shape, p.h.shape[1]
    name = expression("lstm_forward", p.h.itemsize, width)
    outputs, final_c, h_after = (unwritten(s, p.h) for s in ((steps, batch, units), *[p.h.shape] * 2))
    gates = unwritten(p.xw.shape, p.h) if keep else None
    cells = unwritten((steps + 1, batch, units), p.h)
    cells[0] = p.c
    before, after, h = (cells[:-1], cells[1:], p.h) if keep else (p.c, final_c, p.h)
    for t in range(steps):
        hu = h @ p.u
        arrays = p.xw, None, 0, hu, p.bias, before, after, h, h_after, outputs, gates, p.lengths
        threads = batch * units // width
        kernels(name, grid(threads), BLOCK, *arrays, p.forget_bias, t, batch, units)
        h = h_after
        if not keep:
            before = after
    return Forward(outputs, cells[-1] if keep else final_c, h_after, gates, cells)


def backward(kernels: Kernels, p: Problem, f: Forward, d_outputs: Any, d_state: Any, width: int) -> Backward:
    (steps, batch, _), units = p.xw.shape, p.h.shape[1]
    name = expression("lstm_backward", p.h.itemsize, width)
    dz, hiddens = unwritten(p.xw.shape, p.h), unwritten(d_outputs.shape, p.h)
    hiddens[0] = p.h
    dc_before, d_last = (None, None) if d_state is None else d_state
    d_c, d_h, dh = unwritten(p.c.shape, p.h), None, None
    for t in reversed(range(steps)):
        arrays = f.gates, f.cells, d_outputs, dh, d_last, dc_before, d_c, dz, hiddens, p.lengths
        kernels(name, grid(batch * units // width), BLOCK, *arrays, t, steps, batch, units)
        d_h = dh = np.ascontiguousarray(dz[t] @ p.u.T)
        dc_before = d_c
    if d_last is not None and p.lengths is not None:
        d_h = d_h + np.where(p.lengths[:, None] > 0, 0, d_last)
    return Backward(dz, hiddens, d_c, d_h)


def persist(kernels: Kernels, p: Problem, units_of_a_block: int) -> Forward:
    (steps, batch, _), units = p.xw.shape, p.h.shape[1]
    outputs, h_after = unwritten((steps, batch, units), p.h), unwritten(p.h.shape, p.h)
    gates, cells = unwritten(p.xw.shape, p.h), unwritten((steps + 1, batch, units), p.h)
    cells[0] = p.c
    arrays = p.xw, p.u, p.bias, cells[:-1], cells[1:], p.h, h_after, outputs, gates, p.lengths
    numbers = p.forget_bias, steps, batch, units, units_of_a_block, np.zeros(1, np.uint32)
    kernels(
        expression("lstm_persist", p.h.itemsize),
        (-(-units // units_of_a_block),),
        (16,),
        *arrays,
        *numbers,
        shared_bytes=(units + batch) * 4 * units_of_a_block * p.h.itemsize,
        cooperative=True,
    )
    return Forward(outputs, cells[-1], h_after, gates, cells)
