"""A provider of what a Dataset describes.

Source: tensorflow/contrib/slim/python/slim/data/dataset_data_provider.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import fitting as errors
from . import data_provider, parallel_reader
from .dataset import Dataset

__all__ = ["DatasetDataProvider"]


class DatasetDataProvider(data_provider.DataProvider):
    """Tensors of one example after another, which threads read ahead.

    Args:
        dataset: what is read.
        num_readers: how many threads read.
        reader_kwargs: arguments of a reader.
        shuffle: whether files and examples come in random order.
        num_epochs: how often each file is read; None for ever. They are counted in a local variable.
        common_queue_capacity: how many examples are read ahead.
        common_queue_min: how many of them an example is drawn from, at least.
        record_key: name by which an example tells where it is from.
        seed: of the order.
        scope: name scope.

    Raises:
        ValueError: the data set has `record_key` itself, or no files.
    """

    def __init__(
        self,
        dataset: Dataset,
        num_readers: int = 1,
        reader_kwargs: Mapping[str, Any] | None = None,
        shuffle: bool = True,
        num_epochs: int | None = None,
        common_queue_capacity: int = 256,
        common_queue_min: int = 128,
        record_key: str = "record_key",
        seed: int | None = None,
        scope: str | None = None,
    ) -> None:
        key, data = parallel_reader.parallel_read(
            dataset.data_sources,
            reader_class=dataset.reader,
            num_epochs=num_epochs,
            num_readers=num_readers,
            reader_kwargs=reader_kwargs,
            shuffle=shuffle,
            capacity=common_queue_capacity,
            min_after_dequeue=common_queue_min,
            seed=seed,
            scope=scope,
        )
        items = dataset.decoder.list_items()
        found = dict(zip(items, dataset.decoder.decode(data, items), strict=True))
        if record_key in found:
            raise errors.record_key_taken(record_key)
        super().__init__({**found, record_key: key}, dataset.num_samples)
