"""The fused functions on a GPU, through CuPy: what `reference` defines, in one GEMM and one launch a step.

For float32 and float64 arrays of CuPy, one dtype throughout. All work goes to CuPy's current stream
of the arrays' device; nothing here waits for it or copies to the host. The kernels are in lstm.cu
and updates.cu; the products are cuBLAS's. What is returned is never scratch, nor an argument.

Shapes: T max_time, N batch_size, D input_depth, H num_units. The kernel's columns, the bias and the
gates lie in TensorFlow's order i, j, f, o.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ..arrays import array_module
from . import cuda_persist
from .cuda_checks import check, check_cell, check_inputs, check_rows
from .cuda_launch import BLOCK, blocks, contiguous, integers, kernel_for, on_device_of, width_for
from .cuda_products import prepared
from .cuda_source import BACKWARD, COLUMN_SUM, FORWARD, JOIN
from .cuda_updates import adam_update, momentum_update, rmsprop_update, sgd_update
from .cuda_workspace import Workspace, workspace
from .reference import softmax_losses, sum_by_row
from .types import LSTMGrads, LSTMStateTuple, PackCache

__all__ = [
    "adam_update",
    "lstm_sequence",
    "lstm_sequence_vjp",
    "lstm_step",
    "lstm_step_ids",
    "momentum_update",
    "product",
    "rmsprop_update",
    "sgd_update",
    "softmax_losses",
    "sum_by_row",
]

_CHUNK: Final = 256  # rows that one block of lstm_column_sum adds up


class Tape(NamedTuple):
    """Hold what the backward pass needs of one forward pass; only this module reads it."""

    x: Any  # [T, N, D], the caller's own array if it was in C order
    kernel: Any  # [D + H, 4H], likewise
    gates: Any  # [T, N, 4H] after their activations; nothing was written past a row's length
    cells: Any  # [T + 1, N, H], cells[t] is the cell before step t
    h: Any  # [N, H], the output before step 0
    lengths: Any  # int64 [N] or None


@on_device_of(1)
def lstm_step(
    x: Any,
    c: Any,
    h: Any,
    kernel: Any,
    bias: Any,
    forget_bias: float,
    *,
    cache: PackCache | None = None,
) -> LSTMStateTuple:
    """Run one step of an LSTM, as `reference.lstm_step`: two launches and one GEMM.

    Args:
        x: `[N, D]`. c, h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        cache: not used: cuBLAS takes the kernel as it is.
    """
    check_cell(check_inputs("x", x, "ND", h), c, h, kernel, bias)
    return _step_of_rows(x, None, c, h, kernel, bias, forget_bias)


@on_device_of(1)
def lstm_step_ids(
    ids: Any,
    c: Any,
    h: Any,
    kernel: Any,
    bias: Any,
    forget_bias: float,
    *,
    embedding: Any = None,
    cache: PackCache | None = None,
) -> LSTMStateTuple:
    """Run one step on ids, as `reference.lstm_step_ids`; an id out of range counts as a row of zeros.

    Without embedding it takes one launch and one GEMM: the gates read their row of the kernel. With
    it a launch before them gathers the rows.

    Args:
        ids: int `[N]`, int64 spares a conversion. embedding: `[vocabulary, D]`, or None for one-hot
            rows.
    """
    xp = array_module(c)
    ids = integers(xp, ids)
    check_rows("ids", ids, h)
    if embedding is not None:
        check_cell(check_inputs("embedding", embedding, "VD", h), c, h, kernel, bias)
        return _step_of_rows(embedding, ids, c, h, kernel, bias, forget_bias)
    c, h, kernel, bias = map(contiguous, (c, h, kernel, bias))
    depth = kernel.shape[0] - h.shape[-1]
    check_cell(depth, c, h, kernel, bias)
    hu = xp.matmul(h, kernel[depth:])
    return _gates((kernel, ids, depth), hu, c, h, bias, forget_bias)


def _step_of_rows(rows: Any, ids: Any, c: Any, h: Any, kernel: Any, bias: Any, forget_bias: float) -> LSTMStateTuple:
    """Run one step with x = rows `[N, D]`, or rows[ids] of rows `[vocabulary, D]`."""
    xp = array_module(c)
    rows, c, h, kernel, bias = map(contiguous, (rows, c, h, kernel, bias))
    (batch, units), depth = h.shape, rows.shape[1]
    both = xp.empty((batch, depth + units), h.dtype)
    if both.size:
        arguments = rows, ids, len(rows), h, both, batch, depth, units
        kernel_for(JOIN, h)(blocks(both.size), (BLOCK,), arguments)
    return _gates((None, None, 0), xp.matmul(both, kernel), c, h, bias, forget_bias)


def _gates(table: tuple[Any, Any, int], hu: Any, c: Any, h: Any, bias: Any, forget_bias: float) -> LSTMStateTuple:
    """Make the new state from z = hu + rows[ids] + bias, with table = (rows, ids, how many rows)."""
    xp = array_module(c)
    new = LSTMStateTuple(c=xp.empty_like(c), h=xp.empty_like(h))
    if h.size:
        width = width_for(h.shape[1], c, h, bias, table[0])
        arguments = *table, hu, bias, c, new.c, h, new.h, None, None, None, float(forget_bias), 0
        kernel_for(FORWARD, h, width)(blocks(h.size // width), (BLOCK,), (*arguments, *h.shape))
    return new


@on_device_of(1)
def lstm_sequence(
    x: Any,
    c: Any,
    h: Any,
    kernel: Any,
    bias: Any,
    forget_bias: float,
    lengths: Any = None,
    *,
    keep: bool = False,
    cache: PackCache | None = None,
) -> tuple[Any, LSTMStateTuple, Tape | None]:
    """Run an LSTM over a sequence, as `reference.lstm_sequence`: T launches and T + 1 GEMMs.

    All T steps are run, however short the rows are: the lengths stay on the device.

    Args:
        x: `[T, N, D]`. c, h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        lengths: int `[N]` or None; int64 spares a conversion.
        keep: return a tape. It holds `x` and `kernel` themselves, so they must not be written
            before the backward pass.
        cache: not used: cuBLAS takes the kernel as it is.
    """
    xp = array_module(c)
    check_cell(check_inputs("x", x, "TND", h), c, h, kernel, bias)
    x, c, h, kernel, bias = map(contiguous, (x, c, h, kernel, bias))
    (steps, batch, depth), units = x.shape, h.shape[1]
    if lengths is not None:
        lengths = integers(xp, lengths)
        check_rows("lengths", lengths, h)
    outputs = xp.empty((steps, batch, units), h.dtype)
    final = LSTMStateTuple(c=xp.empty_like(c), h=xp.empty_like(h))
    tape = _new_tape(x, c, h, kernel, lengths) if keep else None
    if outputs.size == 0:
        xp.copyto(final.c, c)
        xp.copyto(final.h, h)
        return outputs, final, tape
    scratch = workspace(steps, batch, units, h)
    xw = scratch.wide[:steps]
    rows = steps * batch
    xp.matmul(x.reshape(rows, depth), kernel[:depth], out=xw.reshape(rows, 4 * units))
    cells, gates = (c, final.c), None
    if tape is not None:
        cells, gates = (tape.cells[:-1], tape.cells[1:]), tape.gates
    arrays = bias, cells, h, final.h, outputs, gates, lengths
    if cuda_persist.is_wanted(h):
        cuda_persist.run(xw, kernel[depth:], *arrays, float(forget_bias))
    else:
        _run_steps(xw, scratch.step, kernel[depth:], *arrays, float(forget_bias))
    if tape is not None:
        xp.copyto(final.c, tape.cells[-1])
    return outputs, final, tape


def _new_tape(x: Any, c: Any, h: Any, kernel: Any, lengths: Any) -> Tape:
    xp, steps = array_module(c), len(x)
    gates = xp.empty((steps, len(h), 4 * h.shape[1]), h.dtype)
    cells = xp.empty((steps + 1, *c.shape), c.dtype)
    xp.copyto(cells[0], c)
    return Tape(x, kernel, gates, cells, h.copy(), lengths)


def _run_steps(
    xw: Any,
    hu: Any,
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
    """Launch the steps; the arguments are those of lstm_forward, `cells` its c_before and c_after.

    The initial `h` and, without `gates`, `cells[0]` are read in the first step only: from then on
    the state stands where it is written.
    """
    batch, units = h.shape
    width = width_for(units, xw, bias, *cells, h, h_after, outputs)
    kernel, grid = kernel_for(FORWARD, h, width), blocks(h.size // width)
    multiply = prepared(batch, u)
    before, after = cells
    for t in range(len(xw)):
        multiply(h, hu)
        state = before, after, h, h_after
        places = xw, None, 0, hu, bias, *state, outputs, gates, lengths
        kernel(grid, (BLOCK,), (*places, forget_bias, t, batch, units))
        h = h_after
        if gates is None:
            before = after


@on_device_of(1)
def lstm_sequence_vjp(tape: Tape, d_outputs: Any, d_state: LSTMStateTuple | None, *, want_x: bool = True) -> LSTMGrads:
    """Carry gradients back through `lstm_sequence`, as `reference.lstm_sequence_vjp`.

    T launches and GEMMs for the steps, then one GEMM each for the two parts of the kernel's gradient
    and for x, over all T * N rows, and a sum of columns in a fixed order for the bias.

    Args:
        d_outputs: `[T, N, H]`. d_state: `[N, H]` each, or None for zeros.
        want_x: False saves the last GEMM.
    """
    xp, (steps, batch, depth), units = array_module(d_outputs), tape.x.shape, tape.h.shape[1]
    kernel = tape.kernel
    check("d_outputs", d_outputs, kernel.dtype, (steps, batch, units))
    for name, array in () if d_state is None else d_state._asdict().items():
        check(f"d_state.{name}", array, kernel.dtype, (batch, units))
    if d_outputs.size == 0:
        return _no_steps(tape, d_state, want_x)
    scratch = workspace(steps, batch, units, d_outputs)
    hiddens = xp.empty_like(tape.cells[:-1])
    xp.copyto(hiddens[0], tape.h)
    d_c, d_h = _run_back(tape, contiguous(d_outputs), d_state, scratch, hiddens)
    rows = steps * batch
    dz = scratch.wide[:steps].reshape(rows, 4 * units)
    d_kernel = xp.empty_like(kernel)
    xp.matmul(tape.x.reshape(rows, depth).T, dz, out=d_kernel[:depth])
    xp.matmul(hiddens.reshape(rows, units).T, dz, out=d_kernel[depth:])
    d_x = xp.matmul(dz, kernel[:depth].T).reshape(tape.x.shape) if want_x else None
    return LSTMGrads(d_x, d_c, d_h, d_kernel, _column_sum(dz))


def _no_steps(tape: Tape, d_state: LSTMStateTuple | None, want_x: bool) -> LSTMGrads:
    zeros, bias_shape = array_module(tape.h).zeros_like, tape.kernel.shape[1:]
    d_c, d_h = (zeros(tape.h), zeros(tape.h)) if d_state is None else (d.copy() for d in d_state)
    d_bias = array_module(tape.h).zeros(bias_shape, tape.kernel.dtype)
    return LSTMGrads(zeros(tape.x) if want_x else None, d_c, d_h, zeros(tape.kernel), d_bias)


def _run_back(
    tape: Tape, d_outputs: Any, d_state: LSTMStateTuple | None, scratch: Workspace, hiddens: Any
) -> tuple[Any, Any]:
    """Launch the steps from the last to the first, which fills `scratch.wide` with dz, and `hiddens`.

    Returns:
        The gradients of the initial c and h, `[N, H]`.
    """
    xp, (steps, batch, units) = array_module(d_outputs), d_outputs.shape
    dc_before, d_last = (None, None) if d_state is None else map(contiguous, d_state)
    d_c, d_h, dh = xp.empty_like(tape.h), xp.empty_like(tape.h), None
    dz, multiply = scratch.wide, prepared(batch, tape.kernel[-units:].T)
    width = width_for(units, d_outputs, d_last, dc_before, d_c, d_h, dz, hiddens)
    kernel, grid = kernel_for(BACKWARD, d_outputs, width), blocks(d_h.size // width)
    for t in reversed(range(steps)):
        places = tape.gates, tape.cells, d_outputs, dh, d_last, dc_before, d_c, dz, hiddens
        kernel(grid, (BLOCK,), (*places, tape.lengths, t, steps, batch, units))
        multiply(scratch.steps[t], d_h)
        dh, dc_before = d_h, d_c
    if d_last is not None and tape.lengths is not None:
        # A row without a live step hands the gradient on; its dz are zeros.
        d_h += xp.where(tape.lengths[:, None] > 0, 0, d_last)
    return d_c, d_h


def product(a: Any, b: Any) -> Any:
    """Return a @ b, as `reference.product`: cuBLAS's."""
    return a @ b


def _column_sum(a: Any) -> Any:
    """Return the sums of the columns of a matrix, added up in an order that its shape alone decides."""
    rows, columns = a.shape
    chunks = -(-rows // _CHUNK)
    sums = array_module(a).empty((chunks, columns), a.dtype)
    grid = chunks, -(-columns // 32)
    kernel_for(COLUMN_SUM, a)(grid, (32, 8), (a, sums, rows, columns, _CHUNK))
    return sums[0] if chunks == 1 else _column_sum(sums)
