"""Messages of files of records.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from . import DataLossError, NotFoundError, UnimplementedError


def cut_off(path: str, offset: int) -> DataLossError:
    """A file that ends inside a record."""
    return DataLossError(
        f"truncated record at {offset} of {path}: the file ends inside it, as if its writer was stopped. What lies "
        "before it was read."
    )


def bad_checksum(path: str, offset: int, what: str) -> DataLossError:
    """A record whose bytes are not those that were written."""
    return DataLossError(
        f"corrupted record at {offset} of {path}: the checksum of its {what} is another one. The file is damaged, or no"
        " "
        "file of records, or a compressed one, which TFRecordOptions(TFRecordCompressionType.GZIP) reads."
    )


def no_file(path: str) -> NotFoundError:
    """A file to read that is not there."""
    return NotFoundError(f"{path}; No such file or directory")


def bad_compression(kind: object) -> UnimplementedError:
    """A compression that there is not."""
    return UnimplementedError(
        f"Unsupported compression type {kind!r}: '' (none), 'GZIP' and 'ZLIB' are read and written."
    )
