"""Gradients of what repeats, pads, turns round and cuts arrays. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/array_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module, unwrap
from ..graph import Operation
from ..ops.arranging import matrix_set_diag
from ..ops.function import op as recorded
from .registry import no_gradient, rule
from .shapes import sum_to

no_gradient("LinSpace")


def _second(d: Any, like: Any) -> Any:
    return like


def _tiled_again(op: Operation, dd: Any) -> Any:
    return ops.tile(dd, op.attributes["multiples"])


@recorded("Sum", "d | like", name="Sum", shape=_second, gradient=_tiled_again)
def _untiled(d: Any, like: Any, multiples: Any = None) -> Any:
    """Return the sum of the copies that `tile` made."""
    shape = [n for pair in zip(np.ravel(unwrap(multiples)), np.shape(like), strict=True) for n in pair]
    return d.reshape([int(n) for n in shape]).sum(axis=tuple(range(0, len(shape), 2)))


@rule("Tile")
def tile(op: Operation, d: Any) -> Any:
    return _untiled(d, op.inputs[0], multiples=op.attributes["multiples"])


def _padded_again(op: Operation, dd: Any) -> Any:
    return ops.pad(dd, op.attributes["paddings"], op.attributes["mode"])


@recorded("Slice", "d | like", shape=_second, gradient=_padded_again)
def _unpadded(d: Any, like: Any, paddings: Any = None, mode: str = "CONSTANT") -> Any:
    """Return the gradient of what was padded: the middle, and in mirrors what was mirrored added to it."""
    xp, pairs, border = array_module(d), np.asarray(unwrap(paddings)).tolist(), mode.upper() == "REFLECT"
    for axis, (before, after) in enumerate(pairs):
        size = np.shape(like)[axis]
        d = xp.moveaxis(d, axis, 0)
        middle = d[before : before + size]
        if mode.upper() != "CONSTANT":
            middle = middle.copy()
            middle[border : before + border] += xp.flip(d[:before], 0)
            last = size - border
            middle[last - after : last] += xp.flip(d[before + size :], 0)
        d = xp.moveaxis(middle, 0, axis)
    return d


@recorded("Pad", "d | like", shape=_second)
def _put_back(d: Any, like: Any, begin: Any = None) -> Any:
    """Return zeros of the shape of `like` with a block put in that begins at `begin`."""
    result = array_module(d).zeros(np.shape(like), d.dtype)
    starts = [int(start) for start in np.ravel(unwrap(begin))]
    result[tuple(np.s_[start : start + n] for start, n in zip(starts, d.shape, strict=True))] = d
    return result


@rule("Slice")
def slice_(op: Operation, d: Any) -> Any:
    return _put_back(d, op.inputs[0], begin=op.attributes["begin"])


@rule("Pad", "PadV2", "MirrorPad")
def pad(op: Operation, d: Any) -> Any:
    found = op.attributes
    if "begin" in found:  # the gradient of a slice: its own is a slice again
        return ops.slice(d, found["begin"], ops.shape(op.inputs[0]))
    return _unpadded(d, op.inputs[0], paddings=found["paddings"], mode=found["mode"])


@rule("BroadcastTo")
def broadcast_to(op: Operation, d: Any) -> Any:
    return sum_to(d, op.inputs[0])


@rule("ReverseV2")
def reverse(op: Operation, d: Any) -> Any:
    return ops.reverse(d, op.attributes["axis"])


@rule("ReverseSequence")
def reverse_sequence(op: Operation, d: Any) -> Any:
    axes = {"seq_axis": op.attributes["seq_axis"], "batch_axis": op.attributes["batch_axis"]}
    return ops.reverse_sequence(d, op.inputs[1], **axes)


@rule("Diag")
def diag(op: Operation, d: Any) -> Any:
    return ops.diag_part(d)


@rule("DiagPart")
def diag_part(op: Operation, d: Any) -> Any:
    return ops.diag(d)


@rule("MatrixDiag")
def matrix_diag(op: Operation, d: Any) -> Any:
    return ops.matrix_diag_part(d)


@rule("MatrixDiagPart")
def matrix_diag_part(op: Operation, d: Any) -> Any:
    return matrix_set_diag(ops.zeros_like(op.inputs[0]), d)


@rule("MatrixSetDiag")
def set_diag(op: Operation, d: Any) -> Any:
    diagonal = op.inputs[1]
    return matrix_set_diag(d, ops.zeros_like(diagonal)), ops.matrix_diag_part(d)


@rule("MatrixBandPart")
def matrix_band_part(op: Operation, d: Any) -> Any:
    return ops.matrix_band_part(d, op.attributes["num_lower"], op.attributes["num_upper"])


@rule("Roll")
def roll(op: Operation, d: Any) -> Any:
    shift = op.attributes["shift"]
    back = [-step for step in shift] if isinstance(shift, (list, tuple)) else -shift
    return ops.roll(d, back, op.attributes["axis"])
