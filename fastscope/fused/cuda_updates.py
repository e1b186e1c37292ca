"""The optimizers' updates on a GPU: one launch a variable, in place.

Arrays that are not in C order take the reference, which needs a launch for every operation.
"""

from __future__ import annotations

from typing import Any

from . import reference
from .cuda_checks import check
from .cuda_launch import BLOCK, blocks, contiguous, kernel_for, on_device_of


def _launch(name: str, written: tuple[Any, ...], g: Any, *numbers: float) -> None:
    """Run one of the kernels of updates.cu; it takes `written`, `g`, `numbers` in this order."""
    w = written[0]
    for array in (*written, g):
        check("an argument of an update", array, w.dtype, w.shape)
    if not all(array.flags.c_contiguous for array in written):
        getattr(reference, name)(*written, g, *numbers)
    elif w.size:
        arguments = (*written, contiguous(g), *numbers, w.size)
        kernel_for(name, w)(blocks(w.size), (BLOCK,), arguments)


@on_device_of(0)
def sgd_update(w: Any, g: Any, lr: float) -> None:
    """Write w -= lr * g."""
    _launch("sgd_update", (w,), g, float(lr))


@on_device_of(0)
def momentum_update(w: Any, m: Any, g: Any, lr: float, momentum: float, nesterov: bool) -> None:
    """Write m and w as `reference.momentum_update`."""
    _launch("momentum_update", (w, m), g, float(lr), float(momentum), bool(nesterov))


@on_device_of(0)
def rmsprop_update(w: Any, ms: Any, mom: Any, g: Any, lr: float, decay: float, momentum: float, eps: float) -> None:
    """Write ms, mom and w as `reference.rmsprop_update`."""
    _launch("rmsprop_update", (w, ms, mom), g, *map(float, (lr, decay, momentum, eps)))


@on_device_of(0)
def adam_update(w: Any, m: Any, v: Any, g: Any, lr_t: float, beta1: float, beta2: float, eps: float) -> None:
    """Write m, v and w as `reference.adam_update`."""
    _launch("adam_update", (w, m, v), g, *map(float, (lr_t, beta1, beta2, eps)))
