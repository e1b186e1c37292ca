"""TensorFlow's V2 checkpoints: prefix.index, a table of what is where, and prefix.data-00000-of-00001, the tensors.

The index holds, by tensor name, a BundleEntryProto {1 dtype, 2 shape, 3 shard, 4 offset, 5 size, 6 masked CRC-32C,
7 slice*}, under "" a BundleHeaderProto {1 shards, 2 endianness, 3 version}, and the slices of partitioned tensors under
keys of their own. TF2's object checkpoints are the same files, with names such as "a/.ATTRIBUTES/VARIABLE_VALUE".

Source: tensorflow/core/util/tensor_bundle/tensor_bundle.cc, tensorflow/core/protobuf/tensor_bundle.proto
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from ..arrays import dtypes
from ..errors import checkpoint as errors
from .datafile import DataFile, crc32c
from .protowire import WireError, fields, locating, numbers, parts, read_varint, signed
from .reader import CheckpointReader, TensorInfo, as_tensor, bytes_of, check_elements
from .sstable import Table, masked
from .tensor_slices import (
    Extents,
    assemble,
    dtype_of,
    parse_shape,
    parse_slice,
    slice_key,
)

__all__ = ["BundleReader", "lengths_crc", "read_header"]

_BIG_ENDIAN = 1
ByteOrder = Literal["little", "big"]


class _Entry(NamedTuple):
    info: TensorInfo
    shard: int
    offset: int
    size: int  # bytes
    crc: int  # masked
    slices: tuple[Extents, ...]


class BundleReader(CheckpointReader[_Entry]):
    """A V2 checkpoint as a lazy mapping."""

    format = "tf-v2"

    def __init__(self, path: str) -> None:
        """Read the index of the checkpoint with the prefix `path`.

        Raises:
            OSError: it can't be opened.
            DataLossError: it is damaged; the message names the offset.
        """
        super().__init__(path)
        self._index_path = path + ".index"
        self._raw_slices: dict[bytes, memoryview] = {}
        self._files: dict[int, DataFile] = {}
        table = Table(DataFile(self._index_path))
        self._shards, self._swap = read_header(table, self._index_path)
        for key, value in table.items():
            if key.startswith(b"\0"):
                self._raw_slices[key] = value
            elif key:
                self._add(key, value)

    def _add(self, key: bytes, value: memoryview) -> None:
        name = key.decode("utf-8", "surrogateescape")
        try:  # once a tensor: 1 us for `with locating` would be felt
            entry = _parse_entry(bytes(value))
        except WireError as reason:
            raise errors.damaged(self._index_path, 0, f"the entry of {name}: {reason}") from None
        if isinstance(entry, int):
            self.unreadable[name] = f"TensorFlow's dtype number {entry}, which no NumPy array can hold"
        else:
            self._entries[name] = entry

    def _read(self, name: str, entry: _Entry) -> np.ndarray:
        if entry.slices:
            return self._read_slices(name, entry)
        file = self._checked_file(name, entry)
        if entry.info.dtype == dtypes.string:
            return self._read_strings(file, name, entry)
        out = np.empty(entry.info.shape, entry.info.dtype.dtype)
        self._fill(file, name, entry, out)
        return _swapped(out) if self._swap else out

    def _mapped(self, name: str, entry: _Entry) -> np.ndarray:
        if entry.slices or self._swap or entry.info.dtype == dtypes.string:
            return self._read(name, entry)
        file = self._checked_file(name, entry)
        self._verify(file, name, entry, file.crc32c(entry.offset, entry.size, name))
        array = as_tensor(file.view(entry.offset, entry.size, name), entry.info)
        check_elements(array, file.path, name)
        return array

    def _read_into(self, name: str, entry: _Entry, out: np.ndarray) -> None:
        if entry.slices or self._swap or entry.info.dtype == dtypes.string:
            out[...] = self._read(name, entry)
        else:
            self._fill(self._checked_file(name, entry), name, entry, out)

    def _fill(self, file: DataFile, name: str, entry: _Entry, out: np.ndarray) -> None:
        crc = file.read_into(entry.offset, bytes_of(out), name, verify=True)
        self._verify(file, name, entry, crc)
        check_elements(out, file.path, name)

    def _read_slices(self, name: str, entry: _Entry) -> np.ndarray:
        parts = []
        for extents in entry.slices:
            raw = self._raw_slices.get(slice_key(name, extents))
            with locating(self._index_path, 0, name):
                part = None if raw is None else _parse_entry(bytes(raw))
            if not isinstance(part, _Entry) or part.slices:
                raise errors.bad_slices(self._index_path, name)
            parts.append(part)
        # Else a file of 1 MB could ask for any memory: many parts of it, and all the same bytes.
        spans = sorted((part.shard, part.offset, part.size) for part in parts)
        if any(a[0] == b[0] and a[1] + a[2] > b[1] for a, b in pairwise(spans)):
            raise errors.bad_slices(self._index_path, name)

        def read(i: int) -> np.ndarray:
            return self._read(name, parts[i])

        return assemble(self._index_path, name, entry.info, entry.slices, read)

    def _read_strings(self, file: DataFile, name: str, entry: _Entry) -> np.ndarray:
        """Read varint lengths[n], their masked CRC-32C, and the bytes of the n strings."""
        data = memoryview(file.read(entry.offset, entry.size, name))
        count = entry.info.elements
        if count > len(data):
            raise errors.damaged(file.path, entry.offset, f"{name}: no room for {count} strings")
        lengths, position = [], 0
        try:
            for _ in range(count):
                length, position = read_varint(data, position)
                lengths.append(length)
        except WireError as reason:
            raise errors.damaged(file.path, entry.offset + position, f"{name}: {reason}") from None
        order: ByteOrder = "big" if self._swap else "little"
        crc = lengths_crc(lengths, order)
        stored = int.from_bytes(data[position : position + 4], order)
        if sum(lengths) != len(data) - position - 4 or stored != masked(crc):
            raise errors.damaged(file.path, entry.offset, f"{name}: its strings don't fill their place")
        crc = crc32c(data[position:], crc)
        self._verify(file, name, entry, crc)
        position += 4
        out = np.empty(count, object)
        for i, length in enumerate(lengths):
            out[i] = bytes(data[position : position + length])
            position += length
        return out.reshape(entry.info.shape)

    def _checked_file(self, name: str, entry: _Entry) -> DataFile:
        """Return the open shard of an entry, whose size fits its dtype and shape."""
        info = entry.info
        if info.dtype != dtypes.string and entry.size != info.nbytes:
            problem = f"{name}: {info.dtype.name} {list(info.shape)} in {entry.size} bytes"
            raise errors.damaged(self._index_path, 0, problem)
        if entry.shard not in self._files:
            path = f"{self.path}.data-{entry.shard:05d}-of-{self._shards:05d}"
            try:
                self._files[entry.shard] = DataFile(path)
            except FileNotFoundError:
                raise errors.missing_shard(path, name) from None
        file = self._files[entry.shard]
        file.check_span(entry.offset, entry.size, name)
        return file

    def _verify(self, file: DataFile, name: str, entry: _Entry, crc: int | None) -> None:
        found = masked(crc or 0)
        if found != entry.crc:
            raise errors.bad_checksum(file.path, name, entry.offset, entry.size, entry.crc, found)


def read_header(table: Table, path: str) -> tuple[int, bool]:
    """Return the number of shards, and whether the tensors' bytes are to be swapped.

    Raises:
        DataLossError: the table is no bundle's index.
        UnimplementedError: it is written in a later version of the format.
    """
    value = table.get(b"")
    if value is None:
        raise errors.damaged(path, 0, "it has no header, so it is no checkpoint's index")
    with locating(path, 0, "the header"):
        header = numbers(value)
        needed = max((numbers(version).get(2, 0) for version in parts(value, 3)), default=0)
    if needed > 1:
        raise errors.newer_format(path, needed)
    return header.get(1, 0), header.get(2, 0) == _BIG_ENDIAN


def _parse_entry(data: bytes) -> _Entry | int:
    """Read a BundleEntryProto; for a dtype that no array has, return its number."""
    code = shard = offset = size = crc = 0
    shape: tuple[int, ...] = ()
    slices = []
    for number, kind, value in fields(data):
        if (kind == 2) != (number == 2 or number == 7):
            raise WireError(0, f"field {number} has wire type {kind}")
        if number == 1:
            code = value
        elif number == 2:
            shape = parse_shape(value)
        elif number == 3:
            shard = value
        elif number == 4:
            offset = signed(value)
        elif number == 5:
            size = signed(value)
        elif number == 6:
            crc = value
        elif number == 7:
            slices.append(parse_slice(value))
    dtype = dtype_of(code)
    if dtype is None:
        return code
    return _Entry(TensorInfo(dtype, shape), shard, offset, size, crc, tuple(slices))


def _swapped(array: np.ndarray) -> np.ndarray:
    """Return big-endian bytes, seen as an array of this machine's order, in that order."""
    if array.dtype.kind == "V":  # bfloat16: not NumPy's own, which can't swap it
        return array.view(np.uint16).byteswap().view(array.dtype)
    return array.byteswap()


def lengths_crc(lengths: list[int], order: ByteOrder) -> int:
    """Return the CRC-32C of strings' lengths as they lie in the writer's memory."""
    raw = b"".join(n.to_bytes(4 if n < 1 << 32 else 8, order) for n in lengths)
    return crc32c(raw)
