"""TFRecord files: records of bytes, each with its length and two checksums.

    8 bytes length n    4 bytes masked CRC-32C of these 8    n bytes    4 bytes masked CRC-32C of these n

All numbers are little-endian.

Source: tensorflow/core/lib/io/record_writer.cc, record_reader.cc (TF 1.15).
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Self

from ..checkpoint.datafile import crc32c
from ..checkpoint.sstable import masked
from ..errors import records as errors

__all__ = [
    "TFRecordCompressionType",
    "TFRecordOptions",
    "TFRecordWriter",
    "read_records",
    "record",
    "tf_record_iterator",
]

_HEAD_BYTES, _SUM_BYTES = 12, 4
_PIECE_BYTES = 1 << 16


class TFRecordCompressionType:
    """How a file of records is compressed."""

    NONE, ZLIB, GZIP = 0, 1, 2


_KINDS = {None: "", "": "", 0: "", 1: "ZLIB", 2: "GZIP", "ZLIB": "ZLIB", "GZIP": "GZIP"}


class TFRecordOptions:
    """How a file of records is written and read.

    Args:
        compression_type: of TFRecordCompressionType, or "", "GZIP", "ZLIB".
        compression_level: from 0, none, to 9, smallest; None = the usual one.
    """

    def __init__(self, compression_type: Any = None, compression_level: int | None = None) -> None:
        self.compression_type = compression_of(compression_type)
        self.compression_level = compression_level


def compression_of(options: Any) -> str:
    """Return "", "GZIP" or "ZLIB" for options, a TFRecordCompressionType or a name.

    Raises:
        UnimplementedError: another one.
    """
    kind = options.compression_type if isinstance(options, TFRecordOptions) else options
    if kind not in _KINDS:
        raise errors.bad_compression(kind)
    return _KINDS[kind]


def record(data: bytes) -> bytes:
    """Return a record as it lies in a file."""
    length = len(data).to_bytes(8, "little")
    sums = [masked(crc32c(part)).to_bytes(4, "little") for part in (length, data)]
    return length + sums[0] + data + sums[1]


class TFRecordWriter:
    """Writes a file of records.

    >>> with tf.python_io.TFRecordWriter("train.tfrecords") as writer:
    ...     writer.write(b"a record")
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        self._path, kind = os.fsdecode(path), compression_of(options)
        level = getattr(options, "compression_level", None)
        self._squeeze = zlib.compressobj(-1 if level is None else level) if kind == "ZLIB" else None
        if kind == "GZIP":
            self._file: Any = gzip.open(self._path, "wb", 9 if level is None else level)  # noqa: SIM115
        else:
            self._file = open(self._path, "wb")  # noqa: SIM115 - it is closed by close

    def write(self, record: bytes) -> None:
        """Append a record."""
        data = _record(bytes(record))
        self._file.write(data if self._squeeze is None else self._squeeze.compress(data))

    def flush(self) -> None:
        """Hand what was written over to the operating system."""
        if self._squeeze is not None:
            self._file.write(self._squeeze.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if not self._file.closed and self._squeeze is not None:
            self._file.write(self._squeeze.flush())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_record = record


class _Inflated:
    """A file of zlib's, read as if it were not compressed."""

    def __init__(self, file: Any) -> None:
        self._file, self._inflate, self._ready = file, zlib.decompressobj(), b""

    def read(self, n: int) -> bytes:
        while len(self._ready) < n:
            piece = self._file.read(_PIECE_BYTES)
            if not piece:
                break
            self._ready += self._inflate.decompress(piece)
        found, self._ready = self._ready[:n], self._ready[n:]
        return found

    def close(self) -> None:
        self._file.close()


def _opened(path: str, kind: str) -> Any:
    try:
        if kind == "GZIP":
            return gzip.open(path, "rb")
        file = open(path, "rb")  # noqa: SIM115 - who reads it closes it
    except FileNotFoundError:
        raise errors.no_file(path) from None
    return _Inflated(file) if kind == "ZLIB" else file


def read_records(path: Any, options: Any = None) -> Iterator[bytes]:
    """Yield the records of a file.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is damaged, or ends inside a record.
    """
    name = os.fsdecode(path)
    with closing(_opened(name, compression_of(options))) as file:
        offset = 0
        while head := file.read(_HEAD_BYTES):
            if len(head) < _HEAD_BYTES:
                raise errors.cut_off(name, offset)
            if masked(crc32c(head[:8])) != int.from_bytes(head[8:], "little"):
                raise errors.bad_checksum(name, offset, "length")
            size = int.from_bytes(head[:8], "little")
            data = file.read(size + _SUM_BYTES)
            if len(data) < size + _SUM_BYTES:
                raise errors.cut_off(name, offset)
            if masked(crc32c(data[:size])) != int.from_bytes(data[size:], "little"):
                raise errors.bad_checksum(name, offset, "data")
            yield data[:size]
            offset += _HEAD_BYTES + size + _SUM_BYTES


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """Yield the records of a file; see `read_records`."""
    return read_records(path, options)
