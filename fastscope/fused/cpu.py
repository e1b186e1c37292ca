"""The fused functions on the CPU, compiled: what `reference` defines, faster.

For float32 and float64 arrays of NumPy, one dtype throughout. This file allocates what sequences
return; `fastscope._lstm` checks the arguments, copies those that are strided, keeps packed kernels in
the caller's `PackCache`, and does the work, with the GIL released where it takes long, on threads of
its own (`set_num_threads`).

Shapes: T max_time, N batch_size, D input_depth, H num_units. The kernel's columns, the bias and the
gates lie in TensorFlow's order i, j, f, o.
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from .. import _lstm
from .._lstm import Held, get_num_threads, set_num_threads
from ..errors import fused as errors
from . import reference
from .types import LSTMGrads, LSTMStateTuple, PackCache

__all__ = [
    "Held",
    "adam_update",
    "default_threads",
    "get_num_threads",
    "lstm_sequence",
    "lstm_sequence_vjp",
    "lstm_step",
    "lstm_step_ids",
    "momentum_update",
    "product",
    "rmsprop_update",
    "set_num_threads",
    "sgd_update",
    "softmax_losses",
    "sum_by_row",
]

Array = np.ndarray[Any, Any]

_FEW = 1 << 10  # numbers: so few are never big
_DEEP = 64  # terms of a sum: from here on the order in which a matrix is read counts
_BIG = 1 << 18  # bytes: from here on fresh memory costs more than the call of block


def lstm_step(
    x: Array,
    c: Array,
    h: Array,
    kernel: Array,
    bias: Array,
    forget_bias: float,
    *,
    cache: PackCache | None = None,
) -> LSTMStateTuple:
    """Run one step of an LSTM, as `reference.lstm_step`.

    Args:
        x: `[N, D]`. c, h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        cache: of this kernel, brought to its version with `cache.at(version)`. Without one the
            kernel is packed anew, which costs more than the step itself when N is small; for N = 1 it
            is read as it lies.
    """
    return _lstm.step(LSTMStateTuple, x, c, h, kernel, bias, forget_bias, cache)


def lstm_step_ids(
    ids: Any,
    c: Array,
    h: Array,
    kernel: Array,
    bias: Array,
    forget_bias: float,
    *,
    embedding: Array | None = None,
    cache: PackCache | None = None,
) -> LSTMStateTuple:
    """Run one step on ids, as `reference.lstm_step_ids`.

    With a cache the product of an embedding's row with the kernel is kept for the ids met so far.
    It is made again when that row has changed, so only the kernel's version matters.

    Args:
        ids: int `[N]`. embedding: `[vocabulary, D]`, or None for one-hot rows.

    Raises:
        InvalidArgumentError: an id is out of range.
    """
    return _lstm.step_ids(LSTMStateTuple, ids, c, h, kernel, bias, forget_bias, embedding, cache)


def lstm_sequence(
    x: Array,
    c: Array,
    h: Array,
    kernel: Array,
    bias: Array,
    forget_bias: float,
    lengths: Any = None,
    *,
    keep: bool = False,
    cache: PackCache | None = None,
) -> tuple[Array, LSTMStateTuple, _lstm.Tape | None]:
    """Run an LSTM over a sequence, as `reference.lstm_sequence`.

    Args:
        x: `[T, N, D]`. c, h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        lengths: int `[N]` or None.
        keep: return a tape. It holds `x` and `kernel` themselves, so they must not be written
            before the backward pass.
        cache: as in `lstm_step`.
    """
    if lengths is not None:
        lengths = np.clip(np.asarray(lengths, np.int64), 0, len(x))
    shape, dtype = h.shape, h.dtype
    outputs = _empty((len(x), *shape), dtype)
    state = LSTMStateTuple(np.empty(shape, dtype), np.empty(shape, dtype))
    tape = _lstm.forward(x, c, h, kernel, bias, forget_bias, lengths, outputs, *state, keep, cache)
    return outputs, state, tape


def lstm_sequence_vjp(
    tape: _lstm.Tape, d_outputs: Array, d_state: LSTMStateTuple | None, *, want_x: bool = True
) -> LSTMGrads:
    """Carry gradients back through `lstm_sequence`, as `reference.lstm_sequence_vjp`.

    Args:
        d_outputs: `[T, N, H]`. d_state: `[N, H]` each, or None for zeros.
        want_x: False leaves out the gradient of x, a fourth of the work when D = H.
    """
    units, dtype = tape.H, tape.dtype
    d_c, d_h = (None, None) if d_state is None else d_state
    grads = LSTMGrads(
        x=_empty((tape.T, tape.N, tape.D), dtype) if want_x else None,
        c=np.empty((tape.N, units), dtype),
        h=np.empty((tape.N, units), dtype),
        kernel=_empty((tape.D + units, 4 * units), dtype),
        bias=np.empty(4 * units, dtype),
    )
    _lstm.backward(tape, d_outputs, d_c, d_h, *grads)
    return grads


def product(a: Array, b: Array) -> Array:
    """Return a @ b, as `reference.product`, by the threads that the LSTM uses.

    A large b whose columns lie together is read as it lies, as the left one of a product turned round: to pack it
    would take longer than the few rows of a.
    """
    rows, columns, dtype = a.shape[0], b.shape[1], a.dtype
    if 2 * rows <= columns and b.strides[0] < b.strides[1] and b.shape[0] >= _DEEP:
        return np.ascontiguousarray(product(b.T, a.T).T)
    out = np.empty((rows, columns), dtype) if rows * columns < _FEW else _empty((rows, columns), dtype)
    _lstm.product(a, b, out)
    return out


def softmax_losses(logits: Array, labels: Any) -> tuple[Array, Array]:
    """Return losses and their gradients, as `reference.softmax_losses`, in one pass."""
    losses, d_logits = np.empty(len(logits), logits.dtype), _empty(logits.shape, logits.dtype)
    _lstm.softmax(logits, np.ascontiguousarray(labels, np.int64), d_logits, losses)
    return losses, d_logits


def sum_by_row(rows: Array, ids: Any, count: int) -> Array:
    """Return rows of equal ids added up, as `reference.sum_by_row`, without sorting them."""
    total = np.zeros((count, rows.shape[1]), rows.dtype)
    _lstm.add_rows(total, rows, np.ascontiguousarray(ids, np.int64))
    return total


def sgd_update(w: Array, g: Array, lr: float) -> None:
    """Write w, as `reference.sgd_update`, in one pass."""
    if not _in_place(w):
        return reference.sgd_update(w, g, lr)
    _lstm.update(_lstm.SGD, w, None, None, g, lr)


def momentum_update(w: Array, m: Array, g: Array, lr: float, momentum: float, nesterov: bool) -> None:
    """Write w and m, as `reference.momentum_update`, in one pass."""
    if not _in_place(w, m):
        return reference.momentum_update(w, m, g, lr, momentum, nesterov)
    _lstm.update(_lstm.MOMENTUM, w, m, None, g, lr, momentum=momentum, nesterov=nesterov)


def rmsprop_update(
    w: Array, ms: Array, mom: Array, g: Array, lr: float, decay: float, momentum: float, eps: float
) -> None:
    """Write w, ms and mom, as `reference.rmsprop_update`, in one pass."""
    if not _in_place(w, ms, mom):
        return reference.rmsprop_update(w, ms, mom, g, lr, decay, momentum, eps)
    _lstm.update(_lstm.RMSPROP, w, ms, mom, g, lr, momentum=momentum, decay=decay, eps=eps)


def adam_update(w: Array, m: Array, v: Array, g: Array, lr_t: float, beta1: float, beta2: float, eps: float) -> None:
    """Write w, m and v, as `reference.adam_update`, in one pass."""
    if not _in_place(w, m, v):
        return reference.adam_update(w, m, v, g, lr_t, beta1, beta2, eps)
    _lstm.update(_lstm.ADAM, w, m, v, g, lr_t, decay=beta1, decay2=beta2, eps=eps)


def _empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """Return a new array, on memory that an earlier call has used if it is big."""
    nbytes = math.prod(shape, start=dtype.itemsize)
    return np.empty(shape, dtype) if nbytes < _BIG else np.ndarray(shape, dtype, _lstm.block(nbytes))


def _in_place(*arrays: Array) -> bool:
    """Say whether one pass can write to these arrays; strided ones are the reference's."""
    for array in arrays:  # noqa: SIM110  # this is half of what a small update takes
        if not array.flags.carray:
            return False
    return True


def default_threads() -> int:
    """Return what the environment asks for, or the processors this process may run on.

    Raises:
        ValueError: FASTSCOPE_NUM_THREADS is no number.  The other variables are others', who may mean more by them.
    """
    own = os.environ.get("FASTSCOPE_NUM_THREADS", "").strip()
    if own and not (own.isdecimal() and int(own) > 0):
        raise errors.bad_threads_variable("FASTSCOPE_NUM_THREADS", own)
    for variable in ("FASTSCOPE_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"):
        asked = os.environ.get(variable, "").split(",")[0].strip()
        if asked.isdecimal() and int(asked) > 0:
            return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


set_num_threads(default_threads())
