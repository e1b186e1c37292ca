"""Several readers that fill one queue.

Source: tensorflow/contrib/slim/python/slim/data/parallel_reader.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...arrays.dtypes import as_dtype, float32, string
from ...errors import fitting as errors
from ...events.summaries import scalar
from ...gfile import Glob
from ...graph import name_scope
from ...ops import add_n, cast, multiply
from ...queues.producers import string_input_producer
from ...queues.queue_runner import QueueRunner, add_queue_runner
from ...queues.queues import FIFOQueue, QueueBase, RandomShuffleQueue
from ...queues.readers import ReaderBase

__all__ = ["ParallelReader", "get_data_files", "parallel_read", "single_pass_read"]


class ParallelReader(ReaderBase):
    """A reader that is several, each with a thread of its own.

    Args:
        reader_class: makes one.
        common_queue: takes what they read: pairs of text, where it is from and the record.
        num_readers: how many there are.
        reader_kwargs: arguments of each.

    Raises:
        TypeError: the queue takes something else.
    """

    def __init__(
        self,
        reader_class: Callable[..., ReaderBase],
        common_queue: QueueBase,
        num_readers: int = 4,
        reader_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if [as_dtype(dtype) for dtype in common_queue.dtypes] != [string, string]:
            raise errors.queue_of_pairs(common_queue.dtypes)
        self._readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        self._common_queue = common_queue

    @property
    def num_readers(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    @property
    def common_queue(self) -> QueueBase:
        """The queue that they fill."""
        return self._common_queue

    def read(self, queue: QueueBase, name: str | None = None) -> Any:
        """Return where a record is from, and the record; see `ReaderBase.read`."""
        self._fill_from(queue)
        return self._common_queue.dequeue(name=name)

    def read_up_to(self, queue: QueueBase, num_records: int, name: str | None = None) -> Any:
        """Return the next records and where they are from, `num_records` or what is left."""
        self._fill_from(queue)
        return self._common_queue.dequeue_up_to(num_records, name)

    def _fill_from(self, queue: QueueBase) -> None:
        puts = [self._common_queue.enqueue(reader.read(queue)) for reader in self._readers]
        add_queue_runner(QueueRunner(self._common_queue, puts))

    def num_records_produced(self, name: str | None = None) -> Any:
        """Return how many records were read, int64."""
        return add_n([reader.num_records_produced() for reader in self._readers], name=name)

    def num_work_units_completed(self, name: str | None = None) -> Any:
        """Return how many files were read to their ends, int64."""
        return add_n([reader.num_work_units_completed() for reader in self._readers], name=name)


def parallel_read(
    data_sources: Any,
    reader_class: Callable[..., ReaderBase],
    num_epochs: int | None = None,
    num_readers: int = 4,
    reader_kwargs: Mapping[str, Any] | None = None,
    shuffle: bool = True,
    dtypes: Any = None,
    capacity: int = 256,
    min_after_dequeue: int = 128,
    seed: int | None = None,
    scope: str | None = None,
) -> Any:
    """Return where a record is from, and the record, of files that several threads read.

    Args:
        data_sources: paths, or patterns.
        reader_class: makes a reader.
        num_epochs: how often each file is read; None for ever. They are counted in a local variable.
        num_readers: how many threads read.
        reader_kwargs: arguments of a reader.
        shuffle: whether files and records come in random order.
        dtypes: of the queue; None for two texts.
        capacity: how many records are read ahead.
        min_after_dequeue: how many of them a record is drawn from, at least.
        seed: of the order.
        scope: name scope.

    Raises:
        ValueError: there are no files.
    """
    files = get_data_files(data_sources)
    with name_scope(scope, "parallel_read"):
        names = string_input_producer(files, num_epochs=num_epochs, shuffle=shuffle, seed=seed, name="filenames")
        kinds = dtypes or [string, string]
        common: QueueBase
        if shuffle:
            common = RandomShuffleQueue(capacity, min_after_dequeue, kinds, seed=seed, name="common_queue")
        else:
            common = FIFOQueue(capacity, kinds, name="common_queue")
        scalar(f"fraction_of_{capacity}_full", multiply(cast(common.size(), float32), 1.0 / capacity))
        return ParallelReader(reader_class, common, num_readers, reader_kwargs).read(names)


def single_pass_read(
    data_sources: Any,
    reader_class: Callable[..., ReaderBase],
    reader_kwargs: Mapping[str, Any] | None = None,
    scope: str | None = None,
) -> Any:
    """Return where a record is from, and the record, of files that are read once and in their order.

    Raises:
        ValueError: there are no files.
    """
    files = get_data_files(data_sources)
    with name_scope(scope, "single_pass_read"):
        names = string_input_producer(files, num_epochs=1, shuffle=False, capacity=1, name="filenames")
        return reader_class(**(reader_kwargs or {})).read(names)


def get_data_files(data_sources: Any) -> list[str]:
    """Return the paths that are given, and those that patterns match.

    Raises:
        ValueError: there are none.
    """
    if isinstance(data_sources, (list, tuple)):
        files = [file for source in data_sources for file in get_data_files(source)]
    else:
        files = Glob(data_sources) if any(letter in data_sources for letter in "*?[") else [data_sources]
    if not files:
        raise errors.no_data_files(data_sources)
    return files
