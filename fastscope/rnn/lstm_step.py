"""One step of an LSTM with all that `LSTMCell` offers, and its pullback, in plain array code.

The plain LSTM (no peepholes, clips or projection, tanh) does not come here: it is in `fused`.
Shapes: N batch_size, D input_depth, H num_units, P num_proj or H.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arrays import array_module
from ..arrays.typing import Array
from ..fused import LSTMStateTuple
from ..fused.reference import product, sigmoid
from .activations import Activation, slope


class Options(NamedTuple):
    """What does not change from step to step.

    Args:
        forget_bias: added to the forget gate before its sigmoid.
        activation: of the new input and of the output.
        cell_clip, proj_clip: limits of the absolute value of the cell and of the projection, or None.
    """

    forget_bias: float
    activation: Activation
    cell_clip: float | None
    proj_clip: float | None


class Weights(NamedTuple):
    """The arrays of a cell, or what belongs to them; None for what it has not.

    Args:
        kernel: `[D + P, 4H]`, gates in the order i, j, f, o. bias: `[4H]`.
        w_f, w_i, w_o: `[H]`, the peepholes from the cell to the gates.
        projection: `[H, P]`.
    """

    kernel: Any
    bias: Any
    w_f: Any = None
    w_i: Any = None
    w_o: Any = None
    projection: Any = None


class Saved(NamedTuple):
    """What the pullback needs of a step; every array is `[N, H]` unless said."""

    xh: Array  # [N, D + P]
    c: Array  # the cell before the step
    i: Array
    j: Array
    f: Array
    o: Array
    new_c: Array  # after the clip
    tanh_c: Array  # activation(new_c)
    m: Array  # o * tanh_c
    c_inside: Array | None  # where the clip let the cell through
    p_inside: Array | None  # [N, P], likewise for the projection


def step(x: Array, state: LSTMStateTuple, w: Weights, options: Options) -> tuple[LSTMStateTuple, Saved]:
    """Return the new state, whose `h` is the output, and what `step_vjp` needs.

    Args:
        x: `[N, D]`. state: c `[N, H]`, h `[N, P]`.

    Source: TF 1.15 python/ops/rnn_cell_impl.py, LSTMCell.call.
    """
    xp, act = array_module(x), options.activation.function
    c, h = state
    xh = xp.concatenate([x, h], axis=1)
    zi, zj, zf, zo = xp.split(product(xh, w.kernel) + w.bias, 4, axis=1)
    zf = zf + zf.dtype.type(options.forget_bias)
    if w.w_f is not None:
        zf, zi = zf + w.w_f * c, zi + w.w_i * c
    i, j, f = sigmoid(zi), act(zj), sigmoid(zf)
    new_c, c_inside = _clip(f * c + i * j, options.cell_clip)
    # The output gate looks at the new cell, the others at the one before.
    o = sigmoid(zo if w.w_o is None else zo + w.w_o * new_c)
    tanh_c = act(new_c)
    m = o * tanh_c
    new_h, p_inside = m, None
    if w.projection is not None:
        new_h, p_inside = _clip(product(m, w.projection), options.proj_clip)
    saved = Saved(xh, c, i, j, f, o, new_c, tanh_c, m, c_inside, p_inside)
    return LSTMStateTuple(new_c, new_h), saved


def step_vjp(
    saved: Saved,
    d_c: Array,
    d_h: Array,
    w: Weights,
    variables: Weights,
    options: Options,
    into: Any,
) -> tuple[Array, LSTMStateTuple]:
    """Return the gradients of x and of the state before, and add those of the weights to `into`.

    Args:
        d_c, d_h: of the new state; `d_h` has the output's gradient in it.
        variables: whose gradients are added: the owners of the arrays in `w`.
    """
    s, xp = saved, array_module(d_c)
    d_m = d_h
    if w.projection is not None:
        d_p = d_h if s.p_inside is None else d_h * s.p_inside
        into.outer(variables.projection, s.m, d_p)
        d_m = product(d_p, w.projection.T)
    d_zo = d_m * s.tanh_c * s.o * (1 - s.o)
    d_new_c = d_c + d_m * s.o * slope(options.activation, s.tanh_c)
    if w.w_o is not None:
        d_new_c = d_new_c + d_zo * w.w_o
        into.add(variables.w_o, (d_zo * s.new_c).sum(axis=0))
    if s.c_inside is not None:
        d_new_c = d_new_c * s.c_inside
    d_zi = d_new_c * s.j * s.i * (1 - s.i)
    d_zj = d_new_c * s.i * slope(options.activation, s.j)
    d_zf = d_new_c * s.c * s.f * (1 - s.f)
    d_c_before = d_new_c * s.f
    if w.w_f is not None:
        d_c_before = d_c_before + d_zf * w.w_f + d_zi * w.w_i
        into.add(variables.w_f, (d_zf * s.c).sum(axis=0))
        into.add(variables.w_i, (d_zi * s.c).sum(axis=0))
    dz = xp.concatenate([d_zi, d_zj, d_zf, d_zo], axis=1)
    into.outer(variables.kernel, s.xh, dz)
    into.add(variables.bias, dz.sum(axis=0))
    d_xh = product(dz, w.kernel.T)
    depth = d_xh.shape[1] - d_h.shape[1]
    return d_xh[:, :depth], LSTMStateTuple(d_c_before, d_xh[:, depth:])


def _clip(value: Array, limit: float | None) -> tuple[Array, Array | None]:
    """Return `value` within +-limit, and 1 where it was there before, else 0."""
    if limit is None:
        return value, None
    xp, most = array_module(value), value.dtype.type(limit)
    inside = (value >= -most) & (value <= most)
    # Not xp.clip, which makes float32 of bfloat16.
    return xp.maximum(xp.minimum(value, most), -most), inside.astype(value.dtype)
