"""The LSTM and the optimizer updates in plain array code: the definition and the oracle.

Every function here says what `cpu.py` and `cuda.py` have to compute. It runs on NumPy and CuPy and
on every dtype, shares no helper with the fast modules, and prefers the formula to its cost.

Shapes: T max_time, N batch_size, D input_depth, H num_units. The kernel's columns, the bias and the
gates lie in TensorFlow's order i, j, f, o: input gate, new input, forget gate, output gate.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arrays import array_module
from ..errors import rnn as messages
from .types import LSTMGrads, LSTMStateTuple, PackCache


class Tape(NamedTuple):
    """Hold what the backward pass needs of one forward pass; only this module reads it."""

    x: Any  # [T, N, D], the caller's own array
    kernel: Any  # [D + H, 4H], likewise
    gates: Any  # [T, 4, N, H]: sigmoid(i), tanh(j), sigmoid(f + forget_bias), sigmoid(o)
    c: Any  # [T + 1, N, H], c[t] is the cell before step t
    h: Any  # [T + 1, N, H], h[t] is the output before step t
    lengths: Any  # [N] or None


def sigmoid(x: Any) -> Any:
    """Return 1 / (1 + exp(-x)), without overflow and with full relative precision at both ends."""
    xp = array_module(x)
    e = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _gates(z: Any, forget_bias: float) -> tuple[Any, Any, Any, Any]:
    xp = array_module(z)
    i, j, f, o = xp.split(z, 4, axis=1)
    # bfloat16 with one of Python's numbers would be float32.
    return sigmoid(i), xp.tanh(j), sigmoid(f + z.dtype.type(forget_bias)), sigmoid(o)


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
    """Run one step of an LSTM; the new output is the `h` of what it returns.

    Args:
        x: `[N, D]`. c: `[N, H]`. h: `[N, H]`. kernel: `[D + H, 4H]`. bias: `[4H]`.
        forget_bias: added to the forget gate before its sigmoid, and not held in `bias`.
        cache: for implementations that pack the kernel; not used here.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, BasicLSTMCell.call.
    """
    xp = array_module(x, c, h, kernel)
    i, j, f, o = _gates(product(xp.concatenate([x, h], axis=1), kernel) + bias, forget_bias)
    new_c = c * f + i * j
    return LSTMStateTuple(c=new_c, h=xp.tanh(new_c) * o)


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
    """Run one step on ids: `lstm_step` with x = embedding[ids], or x = one_hot(ids, D) without one.

    A one-hot row picks a row of the kernel, so the fast modules never form x.

    Args:
        ids: int `[N]`, each at least 0 and below the embedding's rows (below D without embedding).
        embedding: `[vocabulary, D]`. The rest as in `lstm_step`.

    Raises:
        InvalidArgumentError: an id is out of range. On a device such a row counts as zeros
            instead, since looking would wait for the device.
    """
    xp = array_module(ids, c, h, kernel)
    depth = kernel.shape[0] - h.shape[1]
    rows = depth if embedding is None else embedding.shape[0]
    outside = (ids < 0) | (ids >= rows)
    if xp.__name__ == "numpy" and outside.any():
        raise messages.id_out_of_range(int(ids[outside][0]), rows, embedding is not None)
    table = xp.eye(depth, dtype=kernel.dtype) if embedding is None else embedding
    x = xp.where(outside[:, None], 0, table[xp.where(outside, 0, ids)]).astype(table.dtype)
    return lstm_step(x, c, h, kernel, bias, forget_bias)


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
    """Run an LSTM over a sequence.

    Args:
        x: `[T, N, D]`. c, h: `[N, H]`, the initial state. kernel: `[D + H, 4H]`. bias: `[4H]`.
        lengths: int `[N]` or None. Row n is run for `min(lengths[n], T)` steps; past them its
            outputs are zero and its state stays as it was.
        keep: return a tape for `lstm_sequence_vjp`. It holds `x` and `kernel` themselves, so they
            must not be written before the backward pass.

    Returns:
        The outputs `[T, N, H]`, the final state, and the tape or None.

    Source: TF 1.15 python/ops/rnn.py, _rnn_step; rnn_cell_impl.py, BasicLSTMCell.call.
    """
    xp = array_module(x, c, h, kernel)
    steps, batch, units = x.shape[0], h.shape[0], h.shape[1]
    outputs = xp.zeros((steps, batch, units), x.dtype)
    cells, hiddens = [c], [h]
    gates = xp.zeros((steps if keep else 0, 4, batch, units), x.dtype)
    for t in range(steps):
        i, j, f, o = _gates(product(xp.concatenate([x[t], h], axis=1), kernel) + bias, forget_bias)
        new_c = c * f + i * j
        new_h = xp.tanh(new_c) * o
        if lengths is None:
            c, h, outputs[t] = new_c, new_h, new_h
        else:
            live = (t < lengths)[:, None]
            c, h = xp.where(live, new_c, c), xp.where(live, new_h, h)
            outputs[t] = xp.where(live, new_h, 0)
        if keep:
            gates[t] = xp.stack([i, j, f, o])
            cells.append(c)
            hiddens.append(h)
    # The final state is the caller's to keep and to write: with no step run it would be the
    # initial state's own arrays.
    final = LSTMStateTuple(c.copy(), h.copy())
    if not keep:
        return outputs, final, None
    return outputs, final, Tape(x, kernel, gates, xp.stack(cells), xp.stack(hiddens), lengths)


def lstm_sequence_vjp(tape: Tape, d_outputs: Any, d_state: LSTMStateTuple | None, *, want_x: bool = True) -> LSTMGrads:
    """Carry gradients back through `lstm_sequence`.

    Args:
        tape: what `lstm_sequence(keep=True)` returned. It is only read.
        d_outputs: `[T, N, H]`. What it holds past a row's length is ignored: those outputs are
            constants.
        d_state: the gradient of the final state, `[N, H]` each, or None for zeros.
        want_x: False leaves out the gradient of x, whose place in the result is None then.
    """
    xp = array_module(tape.x, d_outputs)
    steps, batch, units = d_outputs.shape
    depth = tape.x.shape[2]
    zeros = xp.zeros((batch, units), tape.kernel.dtype)
    dc, dh = (zeros, zeros) if d_state is None else (d_state.c, d_state.h)
    d_x = xp.zeros_like(tape.x)
    d_kernel = xp.zeros_like(tape.kernel)
    d_bias = xp.zeros(4 * units, tape.kernel.dtype)
    for t in reversed(range(steps)):
        # A row past its length handed its state on: its gradient passes by, and its output was a
        # constant. Columns of one row, [N, 1].
        live = xp.ones((batch, 1), bool) if tape.lengths is None else (t < tape.lengths)[:, None]
        d_new_h = xp.where(live, dh + d_outputs[t], 0)
        dz, dc_before = _gates_vjp(tape.gates[t], tape.c[t], tape.c[t + 1], xp.where(live, dc, 0), d_new_h)
        d_kernel += product(xp.concatenate([tape.x[t], tape.h[t]], axis=1).T, dz)
        d_bias += dz.sum(axis=0)
        d_in = product(dz, tape.kernel.T)
        d_x[t] = d_in[:, :depth]
        dh = xp.where(live, d_in[:, depth:], dh)
        dc = xp.where(live, dc_before, dc)
    # With no step run these would be d_state's own arrays.
    return LSTMGrads(d_x if want_x else None, dc.copy(), dh.copy(), d_kernel, d_bias)


def _gates_vjp(gates: Any, c: Any, new_c: Any, d_new_c: Any, d_new_h: Any) -> tuple[Any, Any]:
    """Return the gradient of z `[N, 4H]` and of the cell before the step `[N, H]`."""
    xp = array_module(gates)
    i, j, f, o = gates
    tanh_c = xp.tanh(new_c)
    dc = d_new_c + d_new_h * o * (1 - tanh_c * tanh_c)
    di = dc * j * i * (1 - i)
    dj = dc * i * (1 - j * j)
    df = dc * c * f * (1 - f)
    do = d_new_h * tanh_c * o * (1 - o)
    return xp.concatenate([di, dj, df, do], axis=1), dc * f


def product(a: Any, b: Any) -> Any:
    """Return the product of two matrices, `[M, K]` and `[K, N]`, in any layout and in their dtype.

    Here they may be stacks of matrices too.
    """
    # NumPy multiplies bfloat16, which is not its own, into float32.
    return (a @ b).astype(array_module(a).result_type(a, b), copy=False)


def softmax_losses(logits: Any, labels: Any) -> tuple[Any, Any]:
    """Return -log(softmax(logits)[label]) of each row, `[M]`, and its gradient, `[M, V]`.

    The gradient is softmax(logits), less 1 at the label.

    Args:
        logits: `[M, V]`. labels: int `[M]`, 0 <= label < V.
    """
    xp = array_module(logits)
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = xp.exp(shifted)
    sums = exponentials.sum(axis=1)
    rows = xp.arange(len(logits))
    losses = xp.log(sums) - shifted[rows, labels]
    exponentials /= sums[:, None]
    exponentials[rows, labels] -= 1
    return losses, exponentials


def sum_by_row(rows: Any, ids: Any, count: int) -> Any:
    """Return zeros `[count, D]` with `rows[k]` added to row `ids[k]`, in a fixed order on the host.

    Args:
        rows: `[M, D]`. ids: int `[M]`, 0 <= id < count.
    """
    xp = array_module(rows)
    total = xp.zeros((count, rows.shape[1]), rows.dtype)
    xp.add.at(total, ids, rows)
    return total


def sgd_update(w: Any, g: Any, lr: float) -> None:
    """Write w -= lr * g.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyGradientDescent.
    """
    w -= lr * g


def momentum_update(w: Any, m: Any, g: Any, lr: float, momentum: float, nesterov: bool) -> None:
    """Write m = momentum * m + g, then w -= lr * m, or w -= lr * (g + momentum * m) for Nesterov.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyMomentum.
    """
    m *= momentum
    m += g
    w -= lr * (g + momentum * m) if nesterov else lr * m


def rmsprop_update(w: Any, ms: Any, mom: Any, g: Any, lr: float, decay: float, momentum: float, eps: float) -> None:
    """Write ms += (1 - decay) * (g^2 - ms), mom = momentum * mom + lr * g / sqrt(ms + eps), w -= mom.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyRMSProp.
    """
    xp = array_module(w)
    ms += (1 - decay) * (g * g - ms)
    mom *= momentum
    mom += lr * g / xp.sqrt(ms + eps)
    w -= mom


def rmsprop_centered_update(
    w: Any,
    ms: Any,
    mg: Any,
    mom: Any,
    g: Any,
    lr: float,
    decay: float,
    momentum: float,
    eps: float,
) -> None:
    """Do `rmsprop_update` with mg += (1 - decay) * (g - mg) and sqrt(ms - mg^2 + eps) below g.

    Only here: no fast module has it.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyCenteredRMSProp.
    """
    xp = array_module(w)
    ms += (1 - decay) * (g * g - ms)
    mg += (1 - decay) * (g - mg)
    mom *= momentum
    mom += lr * g / xp.sqrt(ms - mg * mg + eps)
    w -= mom


def adagrad_update(w: Any, a: Any, g: Any, lr: float) -> None:
    """Write a += g^2, then w -= lr * g / sqrt(a); only here, as `rmsprop_centered_update`.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyAdagrad.
    """
    a += g * g
    w -= lr * g / array_module(w).sqrt(a)


def adadelta_update(w: Any, a: Any, u: Any, g: Any, lr: float, rho: float, eps: float) -> None:
    """Write a, then w -= lr * d with d = sqrt(u + eps) / sqrt(a + eps) * g, then u; only here.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyAdadelta.
    """
    xp = array_module(w)
    a += (1 - rho) * (g * g - a)
    d = xp.sqrt(u + eps) / xp.sqrt(a + eps) * g
    u += (1 - rho) * (d * d - u)
    w -= lr * d


def ftrl_update(
    w: Any, n: Any, z: Any, g: Any, lr: float, l1: float, l2: float, shrinkage: float, power: float
) -> None:
    """Write n += g^2, z += g + 2 * shrinkage * w - (n^-power - before^-power) / lr * w, then w; only here.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyFtrlV2.
    """
    xp = array_module(w)
    before = n**-power
    n += g * g
    after = n**-power
    z += g + 2 * shrinkage * w - (after - before) / lr * w
    w[...] = xp.where(abs(z) > l1, (xp.sign(z) * l1 - z) / (after / lr + 2 * l2), 0)


def proximal_update(w: Any, g: Any, lr: Any, l1: float, l2: float) -> None:
    """Write p = w - lr * g, then w = sign(p) * max(abs(p) - lr * l1, 0) / (1 + lr * l2); only here.

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyProximalGradientDescent.
    """
    xp = array_module(w)
    p = w - lr * g
    w[...] = xp.sign(p) * xp.maximum(abs(p) - lr * l1, 0) / (1 + lr * l2)


def proximal_adagrad_update(w: Any, a: Any, g: Any, lr: float, l1: float, l2: float) -> None:
    """Write a += g^2, then `proximal_update` with the rate lr / sqrt(a); only here."""
    a += g * g
    proximal_update(w, g, lr / array_module(w).sqrt(a), l1, l2)


def adam_update(w: Any, m: Any, v: Any, g: Any, lr_t: float, beta1: float, beta2: float, eps: float) -> None:
    """Write m += (1 - beta1) * (g - m), v += (1 - beta2) * (g^2 - v), w -= lr_t * m / (sqrt(v) + eps).

    Args:
        lr_t: the rate with the bias correction already in it:
            learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t) at step t = 1, 2, ...

    Source: TF 1.15 core/kernels/training_ops.cc, ApplyAdam; python/training/adam.py.
    """
    xp = array_module(w)
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    w -= lr_t * m / (xp.sqrt(v) + eps)
