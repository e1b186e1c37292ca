"""What rules share: gradients brought back to the shape of what was broadcast, and spread over what was reduced."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module
from ..graph import Operation, Tensor
from ..ops.function import op

__all__ = ["conj", "spread", "spread_mean", "sum_to", "unbroadcast"]


def unbroadcast(d: Any, x: Tensor) -> Any:
    """Return the gradient of an operand `x` that was broadcast: `d` summed over what was repeated."""
    if d.dims is not None and d.dims == x.dims and None not in d.dims:
        return d
    return sum_to(d, x)


def conj(x: Any) -> Any:
    """Return the conjugate of a complex tensor, and a real one itself."""
    return ops.conj(x) if x.dtype.is_complex else x


def _second(d: Any, like: Any) -> Any:
    return like


def _broadcast_again(op: Operation, dd: Any) -> Any:
    return ops.broadcast_to(dd, ops.shape(op.inputs[0]))


def _summed(d: Any, like: Any) -> Any:
    """Do what `sum_to` does; `like` is the shape."""
    if d.shape == like:
        return d
    lead = d.ndim - len(like)
    if d.shape[lead:] == like:
        return np.add.reduce(d, 0 if lead == 1 else tuple(range(lead)), d.dtype)
    repeated = tuple(k + lead for k, n in enumerate(like) if n == 1 and d.shape[k + lead] != 1)
    return d.sum(tuple(range(lead)) + repeated).reshape(like)


@op("Reshape", "d | like", shape=_second, gradient=_broadcast_again, kernel=_summed, shapes=["like"])
def sum_to(d: Any, like: Any) -> Any:
    """Return `d` summed down to the shape of `like`, whose values are not looked at."""
    return _summed(d, np.shape(like))


def _summed_again(op: Operation, dd: Any) -> Any:
    return ops.reshape(ops.reduce_sum(dd, op.attributes["axis"]), ops.shape(op.inputs[0]))


def _spread(d: Any, like: Any, axis: Any) -> Any:
    """Do what `spread` does; `like` is the shape."""
    if axis is not None:
        axes = set(_places(axis, len(like)))
        d = d.reshape(tuple(1 if k in axes else n for k, n in enumerate(like)))
    xp = array_module(d)
    if math.prod(like) > _SMALL:
        return xp.broadcast_to(d, like)
    repeated = xp.empty(like, d.dtype)
    if xp is np and not d.ndim:
        repeated.fill(d)
    else:
        repeated[...] = d
    return repeated


@op("Tile", "d | like", shape=_second, gradient=_summed_again, kernel=_spread, shapes=["like"])
def spread(d: Any, like: Any, axis: Any = None) -> Any:
    """Return `d`, the gradient of a reduction over `axis`, repeated to the shape of `like`."""
    return _spread(d, np.shape(like), axis)


def _mean_again(op: Operation, dd: Any) -> Any:
    return ops.reshape(ops.reduce_mean(dd, op.attributes["axis"]), ops.shape(op.inputs[0]))


def _spread_mean(d: Any, like: Any, axis: Any) -> Any:
    """Do what `spread_mean` does; `like` is the shape."""
    count = math.prod(like if axis is None else [like[k] for k in _places(axis, len(like))])
    return _spread(d / float(count), like, axis)


@op("RealDiv", "d | like", name="truediv", shape=_second, gradient=_mean_again, kernel=_spread_mean, shapes=["like"])
def spread_mean(d: Any, like: Any, axis: Any = None) -> Any:
    """Return `d`, the gradient of a mean over `axis`, divided among all elements of `like`."""
    return _spread_mean(d, np.shape(like), axis)


_SMALL = 4096  # elements: up to here an array is made sooner than a view


def _places(axis: Any, rank: int) -> Sequence[int]:
    return range(rank) if axis is None else [int(k) % rank for k in np.ravel(axis)]
