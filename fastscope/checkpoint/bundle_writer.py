"""Writing V2 checkpoints that TensorFlow loads; `bundle` says what is in them."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np

from ..arrays import dtypes
from ..errors import OpError
from ..errors import checkpoint as errors
from .atomic import staging
from .bundle import lengths_crc, read_header
from .datafile import DataFile, crc32c
from .protowire import field, varint
from .reader import bytes_of
from .sstable import Table, TableWriter, masked
from .tensor_slices import CODES, encode_shape

__all__ = ["write_bundle"]


def write_bundle(prefix: str, tensors: Mapping[str, np.ndarray]) -> None:
    """Write the tensors as a V2 checkpoint that TensorFlow loads, atomically and durably.

    The index decides which data files count. A checkpoint that is there already under this prefix
    keeps its data file until the new index is in place: the two take turns at being one of one and
    the first of two shards (the second one empty).

    Args:
        prefix: the path without ".index".
        tensors: host arrays by name.

    Raises:
        OSError: it could not be written; an older checkpoint of this name is as it was.
        ValueError: a name whose key is that of something else in an index.
    """
    for name in tensors:
        if not name or name.startswith("\0"):  # the header's, and those of slices
            raise errors.impossible_name(name, prefix)
    target, base = os.path.split(os.path.abspath(prefix))
    try:
        shards = 2 if _shards_in_use(prefix) == 1 else 1
        names = [f"{base}.data-{i:05d}-of-{shards:05d}" for i in range(shards)]
        with staging(target) as area:
            for name in names[1:]:
                open(area.path(name), "wb").close()
            entries = _write_data(area.path(names[0]), tensors)
            _write_index(area.path(base + ".index"), entries, shards)
            # The data files' names change from save to save: what was private stays so all the same.
            area.publish(*names, base + ".index", instead_of=base + ".index")
        for name in os.listdir(target):
            if name.startswith(base + ".data-") and name not in names:
                os.remove(os.path.join(target, name))
    except OSError as reason:
        raise errors.save_failed(prefix, reason) from reason


def _shards_in_use(prefix: str) -> int:
    """Return the number of shards of the checkpoint that is there, 0 if there is none."""
    path = prefix + ".index"
    try:
        return read_header(Table(DataFile(path)), path)[0]
    except (FileNotFoundError, OpError):
        return 0


def _write_data(path: str, tensors: Mapping[str, np.ndarray]) -> dict[bytes, bytes]:
    """Write the tensors one after the other and return their encoded entries by key."""
    entries = {}
    offset = 0
    with open(path, "wb") as file:
        for name, tensor in sorted(tensors.items(), key=lambda item: _key(item[0])):
            dtype = dtypes.as_dtype(tensor.dtype)
            if dtype not in CODES:
                raise errors.no_place_for_dtype(path, name, dtype.name, "a TensorFlow checkpoint")
            if dtype == dtypes.string:
                text, crc = _encode_strings(tensor)
                data = memoryview(text)
            else:
                native = tensor.dtype.newbyteorder("=") if tensor.dtype.byteorder == ">" else None
                data = bytes_of(np.asarray(tensor, native, order="C"))
                crc = crc32c(data)
            file.write(data)
            entries[_key(name)] = (
                field(1, CODES[dtype])
                + field(2, encode_shape(tensor.shape))
                + field(4, offset)
                + field(5, len(data))
                + field(6, masked(crc), fixed32=True)
            )
            offset += len(data)
    return entries


def _key(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _encode_strings(tensor: np.ndarray) -> tuple[bytes, int]:
    items = [s.encode() if isinstance(s, str) else bytes(s) for s in tensor.reshape(-1)]
    lengths = [len(item) for item in items]
    crc = lengths_crc(lengths, "little")
    tail = masked(crc).to_bytes(4, "little") + b"".join(items)
    return b"".join(map(varint, lengths)) + tail, crc32c(tail, crc)


def _write_index(path: str, entries: Mapping[bytes, bytes], shards: int) -> None:
    with open(path, "wb") as file:
        table = TableWriter(file)
        table.add(b"", field(1, shards) + field(3, field(1, 1)))
        for key, entry in entries.items():
            table.add(key, entry)
        table.finish()
