"""tf.data.experimental: transformations for `Dataset.apply`, and what sizes a program leaves open.

Source: tensorflow/python/data/experimental/ (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .dataset import Dataset

__all__ = ["AUTOTUNE", "map_and_batch", "prefetch_to_device", "shuffle_and_repeat", "unbatch"]

AUTOTUNE = -1

Transformation = Callable[[Dataset], Dataset]


def unbatch() -> Transformation:
    """Return the rows of each element; see `Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: bool = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """Return `map` and `batch` in one; `num_parallel_batches` and `num_parallel_calls` for TF's sake."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: int | None = None) -> Transformation:
    """Return `shuffle` and `repeat` in one."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Transformation:
    """Return the same dataset; kept for TF's sake."""
    return lambda dataset: dataset.prefetch(buffer_size)
