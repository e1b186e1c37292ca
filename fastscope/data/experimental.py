"""tf.data.experimental: transformations for `Dataset.apply`, and what sizes a program leaves open.

Source: tensorflow/python/data/experimental/ (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import data as errors
from .choosing import RandomDataset, choose_from_datasets, sample_from_datasets
from .csv_files import CsvDataset
from .dataset import Transformation
from .grouping import bucket_by_sequence_length, group_by_window
from .transformations import (
    Counter,
    dense_to_sparse_batch,
    enumerate_dataset,
    get_single_element,
    ignore_errors,
    parallel_interleave,
    parse_example_dataset,
    scan,
    take_while,
    unique,
)

__all__ = [
    "AUTOTUNE",
    "Counter",
    "CsvDataset",
    "RandomDataset",
    "bucket_by_sequence_length",
    "choose_from_datasets",
    "dense_to_sparse_batch",
    "enumerate_dataset",
    "get_single_element",
    "group_by_window",
    "ignore_errors",
    "map_and_batch",
    "parallel_interleave",
    "parse_example_dataset",
    "prefetch_to_device",
    "sample_from_datasets",
    "scan",
    "shuffle_and_repeat",
    "take_while",
    "unbatch",
    "unique",
]

AUTOTUNE = -1


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
    """Return `map` and `batch` in one; `num_parallel_batches` and `num_parallel_calls` for TF's sake.

    Raises:
        ValueError: both of these.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise errors.parallel_twice()
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: int | None = None) -> Transformation:
    """Return `shuffle` and `repeat` in one."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Transformation:
    """Return the same dataset; kept for TF's sake."""
    return lambda dataset: dataset.prefetch(buffer_size)
