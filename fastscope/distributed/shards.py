"""What differs between ranks on purpose: their data, and their random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import distributed as errors
from .world import world_of

__all__ = ["rank_seed", "shard"]

_GOLDEN = 0x9E3779B1  # odd: neighbouring ranks' seeds lie far apart, and no two are equal
_SEEDS = 1 << 31


def shard(values: Any, axis: int = 0) -> Any:
    """Return this rank's part of an array or a sequence.

    The parts are neighbours, one a rank, and equally long, so that all ranks take equally many steps; up to size - 1
    of the last elements are left out.

        texts = hvd.shard(texts)
        columns = hvd.shard(batch, axis=1)  # [T, N] becomes [T, N / size]

    Args:
        values: an array, or a list, tuple or str.
        axis: of an array, the one that is divided.

    Raises:
        ValueError: init was not called, or there are fewer elements than ranks.
    """
    world = world_of("shard")
    length = len(values) if isinstance(values, Sequence) else values.shape[axis]
    count = length // world.size
    if not count:
        raise errors.too_few_to_share(length, world.size)
    part = slice(world.rank * count, (world.rank + 1) * count)
    if isinstance(values, Sequence):
        return values[part]
    return values[(slice(None),) * (axis % values.ndim) + (part,)]


def rank_seed(seed: int) -> int:
    """Return a seed of this rank's own, for dropout and the order of data: 0 to 2**31 - 1, on rank 0 `seed` itself.

    The graph's seed stays the same on all ranks: first values come from it.

    Args:
        seed: the same on all ranks.

    Raises:
        ValueError: init was not called.
    """
    rank = world_of("rank_seed").rank
    return seed if rank == 0 else (seed + rank * _GOLDEN) % _SEEDS
