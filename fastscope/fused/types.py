"""The named bundles that pass between cells and the fused implementations.

Two arrays of one shape are never passed by position: a swapped (c, h) runs, trains badly and raises
nothing. Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class LSTMStateTuple(NamedTuple):
    """Hold the state of an LSTM, the cell first and the output second.

    >>> import numpy as np
    >>> state = LSTMStateTuple(c=np.zeros((3, 2)), h=np.ones((3, 2)))
    >>> c, h = state

    Args:
        c: `[N, H]`, the cell: what the forget gate carries from step to step.
        h: `[N, H]`, the output of the last step (`[N, P]` where a cell projects it).

    Source: TF 1.15 python/ops/rnn_cell_impl.py, LSTMStateTuple.
    """

    c: Any
    h: Any

    @property
    def dtype(self) -> Any:
        """The common dtype of `c` and `h`.

        Raises:
            TypeError: `c` and `h` differ.
        """
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"the state mixes dtypes: c is {self.c.dtype}, h is {self.h.dtype}")
        return self.c.dtype


class LSTMGrads(NamedTuple):
    """Hold the gradients of one LSTM sequence, each of the shape of what it belongs to.

    Args:
        x: `[T, N, D]`. c: `[N, H]`, of the initial cell. h: `[N, H]`, of the initial output.
        kernel: `[D + H, 4H]`. bias: `[4H]`.
    """

    x: Any
    c: Any
    h: Any
    kernel: Any
    bias: Any


class PackCache:
    """Keep what an implementation derived from one kernel until the kernel is written again.

    The caller holds one cache per kernel Variable and calls `at(version)` before each use; the
    implementation stores what it likes in `entries`, complete and in one assignment, so that a
    thread that looks meanwhile finds nothing or a finished packing, never half of one.

    >>> cache = PackCache()
    >>> cache.at(1).entries["panels"] = "packed"
    >>> cache.at(1).entries, cache.at(2).entries
    ({'panels': 'packed'}, {})

    Args:
        bfloat16: the passes that are given this cache round what they multiply to bfloat16: the kernel, x
            and h. `cpu` alone does, and not for a way back.
    """

    __slots__ = ("bfloat16", "entries", "version")

    def __init__(self, bfloat16: bool = False) -> None:
        self.bfloat16 = bfloat16
        self.version = -1
        self.entries: dict[str, Any] = {}

    def at(self, version: int) -> PackCache:
        """Return the cache itself, emptied first if it was filled at another version."""
        if self.version != version:
            self.entries = {}
            self.version = version
        return self

    def unversioned(self) -> PackCache | None:
        """Return what to give for one use of a kernel that may be written unseen: nothing that was kept."""
        return PackCache(bfloat16=True) if self.bfloat16 else None
