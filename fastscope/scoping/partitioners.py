"""TF1's partitioners: functions `(shape, dtype)` that say into how many parts each axis is cut.

At most one axis is cut: `fixed_size_partitioner(3)(shape=[7, 2], dtype=tf.float32)` is `[3, 1]`.

Source: tensorflow/python/ops/partitioned_variables.py
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from ..arrays.dtypes import as_dtype, string
from ..arrays.shapes import full_shape
from ..errors import arrays as errors

__all__ = [
    "fixed_size_partitioner",
    "min_max_variable_partitioner",
    "variable_axis_size_partitioner",
]


class PartitionFunction(Protocol):
    """What the functions here make: a partitioner, called with keywords."""

    def __call__(self, shape: Any, dtype: Any) -> list[int]:
        """Return the number of parts along each axis of a variable of `shape` and `dtype`."""


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> PartitionFunction:
    """Make the partitioner that cuts `axis` into `num_shards` parts, at most one a slice.

    Raises:
        ValueError: `num_shards` is below 1.
    """
    _check_positive(num_shards=num_shards)

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        del dtype
        shape = _checked_shape(shape, axis)
        return _cut(shape, axis, num_shards)

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes: int,
    axis: int = 0,
    bytes_per_string_element: int = 16,
    max_shards: int | None = None,
) -> PartitionFunction:
    """Make the partitioner that keeps each part within a number of bytes, if one axis allows.

    Args:
        max_shard_bytes: largest part, in bytes; a part holds at least one slice all the same.
        axis: the one that is cut.
        bytes_per_string_element: what one string counts for, in bytes.
        max_shards: most parts; it wins over `max_shard_bytes`.

    Raises:
        ValueError: an argument that must be positive is not.
    """
    _check_positive(
        max_shard_bytes=max_shard_bytes,
        bytes_per_string_element=bytes_per_string_element,
        max_shards=1 if max_shards is None else max_shards,
    )

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        shape = _checked_shape(shape, axis)
        length = max(1, shape[axis])
        slice_bytes = _bytes(shape, dtype, bytes_per_string_element) / length
        slices_per_shard = max(1, math.floor(max_shard_bytes / slice_bytes)) if slice_bytes else length
        shards = math.ceil(length / slices_per_shard)
        return _cut(shape, axis, shards if max_shards is None else min(shards, max_shards))

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1,
    axis: int = 0,
    min_slice_size: int = 256 << 10,
    bytes_per_string_element: int = 16,
) -> PartitionFunction:
    """Make the partitioner that cuts into as many parts as it may, none smaller than it should be.

    Args:
        max_partitions: most parts.
        axis: the one that is cut.
        min_slice_size: smallest part worth cutting, in bytes (the last one may be smaller).
        bytes_per_string_element: what one string counts for, in bytes.

    Raises:
        ValueError: an argument that must be positive is not.
    """
    _check_positive(
        max_partitions=max_partitions,
        min_slice_size=min_slice_size,
        bytes_per_string_element=bytes_per_string_element,
    )

    def partitioner(shape: Any, dtype: Any) -> list[int]:
        shape = _checked_shape(shape, axis)
        wanted = math.ceil(_bytes(shape, dtype, bytes_per_string_element) / min_slice_size)
        return _cut(shape, axis, min(wanted, max_partitions))

    return partitioner


def _check_positive(**arguments: int) -> None:
    for argument, value in arguments.items():
        if value < 1:
            raise errors.not_positive(argument, value)


def _checked_shape(shape: Any, axis: int) -> tuple[int, ...]:
    known = full_shape(shape)
    if not -len(known) <= axis < len(known):
        raise errors.partition_axis(axis, shape)
    return known


def _bytes(shape: tuple[int, ...], dtype: Any, bytes_per_string_element: int) -> int:
    dtype = as_dtype(dtype)
    element: int = bytes_per_string_element if dtype == string else dtype.size
    return math.prod(shape) * element


def _cut(shape: tuple[int, ...], axis: int, parts: int) -> list[int]:
    counts = [1] * len(shape)
    counts[axis] = max(1, min(parts, shape[axis]))
    return counts
