"""What rules share: gradients brought back to the shape of what was broadcast, and spread over what was reduced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module
from ..graph import Tensor
from ..ops.function import op

__all__ = ["spread", "sum_to", "unbroadcast"]


def unbroadcast(d: Any, x: Tensor) -> Any:
    """Return the gradient of an operand `x` that was broadcast: `d` summed over what was repeated."""
    if d.dims is not None and d.dims == x.dims and None not in d.dims:
        return d
    return sum_to(d, x)


def _second(d: Any, like: Any) -> Any:
    return like


@op("Reshape", "d | like", shape=_second)
def sum_to(d: Any, like: Any) -> Any:
    """Return `d` summed down to the shape of `like`, whose values are not looked at."""
    shape = np.shape(like)
    if d.shape == shape:
        return d
    lead = d.ndim - len(shape)
    repeated = tuple(k + lead for k, n in enumerate(shape) if n == 1 and d.shape[k + lead] != 1)
    return d.sum(tuple(range(lead)) + repeated).reshape(shape)


@op("Tile", "d | like", shape=_second)
def spread(d: Any, like: Any, axis: Any = None, mean: bool = False) -> Any:
    """Return `d`, the gradient of a reduction over `axis`, repeated to the shape of `like`; for a mean also divided."""
    shape = np.shape(like)
    axes = range(len(shape)) if axis is None else [int(k) % len(shape) for k in np.ravel(axis)]
    kept = tuple(1 if k in set(axes) else n for k, n in enumerate(shape))
    if mean:
        d = d / d.dtype.type(np.prod([shape[k] for k in axes], dtype=int))
    return array_module(d).broadcast_to(d.reshape(kept), shape)
