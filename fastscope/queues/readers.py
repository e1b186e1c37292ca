"""Readers: records of the files whose names are in a queue.

Source: tensorflow/python/ops/io_ops.py (TF 1.15).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..arrays.dtypes import int64, string
from ..data.sources import fixed_records, lines
from ..errors import OutOfRangeError
from ..errors import queues as errors
from ..graph import Operation, Tensor, current
from ..graph.writing import write_down
from ..records.tfrecord import read_records
from .queues import QueueBase

__all__ = [
    "FixedLengthRecordReader",
    "IdentityReader",
    "ReaderBase",
    "TFRecordReader",
    "TextLineReader",
    "WholeFileReader",
]


class ReaderReadV2(NamedTuple):
    """A record and where it is from."""

    key: Any
    value: Any


class ReaderReadUpToV2(NamedTuple):
    """Records and where they are from."""

    keys: Any
    values: Any


class ReaderBase:
    """What the readers have in common; `TextLineReader` and its kin make one."""

    _type = "ReaderV2"

    def __init__(self, name: str | None = None) -> None:
        recorder = current()
        if recorder is None:
            raise errors.needs_a_graph(type(self).__name__)
        self._operation = recorder.add(self._type, recorder.claim(name or self._type), None, (), (), [((), string)])
        self._lock = threading.RLock()
        self._records: Iterator[tuple[bytes, bytes]] = iter(())
        self._count = 0
        self._files = 0  # that are read to their ends
        self._has_file = False

    def _of(self, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield where a record is from, and the record, for each in a file."""
        raise NotImplementedError

    @property
    def reader_ref(self) -> Tensor:
        """The tensor that stands for the reader."""
        return self._operation.outputs[0]

    def _next(self, queue: QueueBase) -> tuple[bytes, bytes]:
        with self._lock:
            while True:
                found = next(self._records, None)
                if found is not None:
                    self._count += 1
                    return found
                self._files += self._has_file
                self._has_file = False
                path = queue._storage.take(1)[0][0]
                self._has_file = True
                self._records = self._of(bytes(np.asarray(path, object)[()]))

    def _written(self, type: str, name: str | None, function: Any, outputs: Any) -> Operation:
        recorder = current()
        if recorder is None:
            raise errors.needs_a_graph(self._type)
        return write_down(recorder, type, recorder.claim(name or type), function, {}, outputs, is_list=True)

    def read(self, queue: QueueBase, name: str | None = None) -> ReaderReadV2:
        """Return the next record and where it is from, text both.

        Args:
            queue: of the names of files.
            name: of the operation, "ReaderReadV2" by default.

        Raises:
            OutOfRangeError: when it runs: the queue is closed, and all files are read.
        """

        def read() -> list[Any]:
            return [np.array(part, dtype=object) for part in self._next(queue)]

        return ReaderReadV2(*self._written("ReaderReadV2", name, read, [((), string)] * 2).outputs)

    def read_up_to(self, queue: QueueBase, num_records: int, name: str | None = None) -> ReaderReadUpToV2:
        """Return the next records and where they are from, `num_records` or what is left; see `read`."""

        def read() -> list[Any]:
            found = [self._next(queue)]
            try:
                while len(found) < num_records:
                    found.append(self._next(queue))
            except OutOfRangeError:
                pass
            columns = [np.empty(len(found), object) for _ in range(2)]
            for column, texts in zip(columns, zip(*found, strict=True), strict=True):
                column[:] = texts
            return list(columns)

        return ReaderReadUpToV2(*self._written("ReaderReadUpToV2", name, read, [((None,), string)] * 2).outputs)

    def reset(self, name: str | None = None) -> Operation:
        """Return the operation that begins anew: the next record is of the next file in the queue."""

        def begin_anew() -> list[Any]:
            with self._lock:
                self._records, self._has_file = iter(()), False
                self._count = self._files = 0
            return []

        return self._written("ReaderResetV2", name, begin_anew, [])

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """Return how many records were read, int64."""
        made = self._written("ReaderNumRecordsProducedV2", name, lambda: [np.int64(self._count)], [((), int64)])
        return made.outputs[0]

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """Return how many files were read to their ends, int64."""
        made = self._written("ReaderNumWorkUnitsCompletedV2", name, lambda: [np.int64(self._files)], [((), int64)])
        return made.outputs[0]


class WholeFileReader(ReaderBase):
    """A record is a whole file."""

    _type = "WholeFileReaderV2"

    def _of(self, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        from ..errors import files as file_errors

        try:
            with open(os.fsdecode(path), "rb") as file:
                yield path, file.read()
        except OSError as reason:
            raise file_errors.of_system(os.fsdecode(path), reason) from None


class IdentityReader(ReaderBase):
    """A record is what is in the queue itself."""

    _type = "IdentityReaderV2"

    def _of(self, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        yield path, path


class TextLineReader(ReaderBase):
    """A record is a line without its end; where it is from is "file:number".

    Args:
        skip_header_lines: how many lines of each file are left out.
        name: of the operation.
    """

    _type = "TextLineReaderV2"

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        super().__init__(name)
        self._skipped = skip_header_lines or 0

    def _of(self, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        for number, line in enumerate(lines(path, ""), 1):
            if number > self._skipped:
                yield b"%s:%d" % (path, number), line


class TFRecordReader(ReaderBase):
    """A record is one of a TFRecord file; where it is from is "file:offset".

    Args:
        name: of the operation.
        options: TFRecordOptions: how the files are compressed.
    """

    _type = "TFRecordReaderV2"

    def __init__(self, name: str | None = None, options: Any = None) -> None:
        super().__init__(name)
        self._options = options

    def _of(self, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        offset = 0
        for record in read_records(path, self._options):
            yield b"%s:%d" % (path, offset), record
            offset += len(record) + 16


class FixedLengthRecordReader(ReaderBase):
    """A record is so many bytes of a file; where it is from is "file:number".

    Args:
        record_bytes: how long a record is.
        header_bytes, footer_bytes: how much stands before the first and after the last one.
        hop_bytes: how many bytes there are from one record to the next; 0 = `record_bytes`.
        name: of the operation.
        encoding: "", "GZIP" or "ZLIB".
    """

    _type = "FixedLengthRecordReaderV2"

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ) -> None:
        super().__init__(name)
        self._sizes = (record_bytes, header_bytes or 0, footer_bytes or 0)
        self._encoding, self._hop = encoding or "", hop_bytes or 0

    def _of(self, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        for number, data in enumerate(fixed_records(path, *self._sizes, self._encoding, self._hop)):
            yield b"%s:%d" % (path, number), data
