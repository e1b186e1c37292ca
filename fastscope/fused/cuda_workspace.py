"""Scratch arrays that outlive a call, and the views on their steps.

A step of a small LSTM takes a GPU a few microseconds, and cutting a slice takes Python one: what a
sequence needs for scratch is kept, cut into steps, for the next sequence of the same size.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final

from ..arrays import array_module

# Sets of a thread, and bytes of a set: a larger one is not kept, since CuPy's pool then costs
# nothing beside the work, and memory that lies idle here is missing elsewhere.
_SETS: Final = 4
_LARGEST: Final = 64 << 20


class Workspace:
    """Scratch of one sequence. Shapes: T max_time, N batch_size, H num_units.

    Attributes:
        wide: `[T or more, N, 4H]`: x.W in the forward pass, dz in the backward pass.
        steps: the T or more arrays `[N, 4H]` of `wide`.
        step: `[N, 4H]`, h.U of one step.
    """

    def __init__(self, steps: int, batch: int, units: int, like: Any) -> None:
        xp = array_module(like)
        self.wide = xp.empty((steps, batch, 4 * units), like.dtype)
        self.steps = list(self.wide)
        self.step = xp.empty((batch, 4 * units), like.dtype)


class _Kept(threading.local):
    """The workspaces of one thread, the one used last at the end.

    Two threads would write over each other's steps, and so would two streams.
    """

    def __init__(self) -> None:
        self.by_key: OrderedDict[tuple[Any, ...], Workspace] = OrderedDict()


_kept = _Kept()


def workspace(steps: int, batch: int, units: int, like: Any) -> Workspace:
    """Return scratch for at least `steps` steps, for the current stream of the current device.

    What it held is not kept. It is free again once the work of this call is in the stream.
    """
    stream = array_module(like).cuda.get_current_stream().ptr
    key = like.device.id, stream, like.dtype.char, batch, units
    found = _kept.by_key.get(key)
    if found is not None and len(found.steps) >= steps:
        _kept.by_key.move_to_end(key)
        return found
    _kept.by_key.pop(key, None)
    made = Workspace(steps, batch, units, like)
    if made.wide.nbytes <= _LARGEST:
        _kept.by_key[key] = made
        while len(_kept.by_key) > _SETS:
            _kept.by_key.popitem(last=False)
    return made
