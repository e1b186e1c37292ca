"""Sorted tables of key and value: the container of TensorFlow's V2 index and of whole V1 files.

    block*                 entries, restart offsets uint32[n], n uint32; then 1 type byte and 4 bytes checksum
    metaindex block        empty
    index block            one entry a block: a key >= its last key -> (offset, size) of the block
    footer, 48 bytes       (offset, size) of metaindex and index, zeros, and the magic number

An entry is three varints (bytes shared with the key before, other bytes of the key, bytes of the value), the rest of
the key, and the value. The checksum is a masked CRC-32C over block and type byte; type 0 is plain and 1 is snappy.
TensorFlow writes plain blocks only.

Source: https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import BinaryIO, Final

from ..errors import checkpoint as errors
from .datafile import DataFile, crc32c
from .protowire import WireError, locating, read_varint, varint

__all__ = ["Table", "TableWriter", "masked"]

_MAGIC: Final = 0xDB4775248B80FB57
_FOOTER_BYTES: Final = 48
_TRAILER_BYTES: Final = 5
_BLOCK_BYTES: Final = 1 << 18  # TensorFlow's
# Keys may share their beginnings, so that a small damaged block could unfold into gigabytes of keys.
_MAX_KEY_EXPANSION: Final = 64
_SNAPPY_MAX_EXPANSION: Final = 32  # a copy of 64 bytes takes at least 3


class Table:
    """A table in a file, its blocks read and verified when needed."""

    def __init__(self, file: DataFile) -> None:
        """Read the footer and the index block.

        Raises:
            DataLossError: this is no table, or a damaged one.
        """
        self._file = file
        if file.size < _FOOTER_BYTES:
            raise errors.not_a_table(file.path, file.size)
        footer = file.read(file.size - _FOOTER_BYTES, _FOOTER_BYTES, "the footer")
        if int.from_bytes(footer[-8:], "little") != _MAGIC:
            raise errors.not_a_table(file.path, file.size)
        with locating(file.path, file.size - _FOOTER_BYTES):
            _, position = _read_handle(footer, 0)
            index, _ = _read_handle(footer, position)
        self._last_keys: list[bytes] = []
        self._handles: list[tuple[int, int]] = []
        end = 0
        for key, value in self._block(index):
            with locating(self._file.path, index[0]):
                handle, _ = _read_handle(value, 0)
            if handle[0] < end:  # else many entries could make us read one big block again and again
                raise errors.damaged(file.path, index[0], "blocks overlap")
            end = sum(handle)
            self._last_keys.append(key)
            self._handles.append(handle)
        self._cached: tuple[int, dict[bytes, memoryview]] = (-1, {})

    def items(self) -> Iterator[tuple[bytes, memoryview]]:
        """Yield all keys and values in the order of the keys."""
        for handle in self._handles:
            yield from self._block(handle)

    def get(self, key: bytes) -> memoryview | None:
        """Return the value of a key, None if there is none."""
        at = bisect_left(self._last_keys, key)
        if at == len(self._handles):
            return None
        if self._cached[0] != at:
            self._cached = at, dict(self._block(self._handles[at]))
        return self._cached[1].get(key)

    def _block(self, handle: tuple[int, int]) -> Iterator[tuple[bytes, memoryview]]:
        offset, size = handle
        data = memoryview(self._contents(offset, size))
        with locating(self._file.path, offset):
            yield from _entries(data)

    def _contents(self, offset: int, size: int) -> bytes:
        raw = self._file.read(offset, size + _TRAILER_BYTES, "a block")
        stored = int.from_bytes(raw[-4:], "little")
        found = masked(crc32c(memoryview(raw)[:-4]))
        if stored != found:
            raise errors.bad_checksum(self._file.path, "a block", offset, size, stored, found)
        if raw[size] == 0:
            return raw[:size]
        if raw[size] == 1:
            return self._unsnappy(raw[:size], offset)
        raise errors.damaged(self._file.path, offset, f"a block has compression type {raw[size]}")

    def _unsnappy(self, packed: bytes, offset: int) -> bytes:
        try:
            import cramjam
        except ImportError as reason:
            raise errors.snappy_missing(self._file.path) from reason
        with locating(self._file.path, offset):
            size, _ = read_varint(packed, 0)
        if size > _SNAPPY_MAX_EXPANSION * len(packed):
            raise errors.damaged(self._file.path, offset, f"{len(packed)} bytes can't hold {size}")
        try:
            return bytes(cramjam.snappy.decompress_raw(packed))
        except cramjam.DecompressionError as reason:
            raise errors.damaged(self._file.path, offset, f"snappy: {reason}") from None


def _entries(block: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    if len(block) < 4:
        raise WireError(0, "a block is cut off")
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise WireError(len(block) - 4, f"a block of {len(block)} bytes has {restarts} restarts")
    key, position, first = b"", 0, True
    budget = _MAX_KEY_EXPANSION * len(block)
    while position < end:
        start = position
        shared, position = read_varint(block, position)
        unshared, position = read_varint(block, position)
        size, position = read_varint(block, position)
        if shared > len(key) or unshared + size > end - position:
            raise WireError(start, "an entry doesn't fit into its block")
        before, key = key, key[:shared] + bytes(block[position : position + unshared])
        budget -= len(key)
        if (key <= before and not first) or budget < 0:
            raise WireError(start, "keys out of order" if budget >= 0 else "unreasonably long keys")
        first = False
        position += unshared
        yield key, block[position : position + size]
        position += size


def _read_handle(data: bytes | memoryview, position: int) -> tuple[tuple[int, int], int]:
    offset, position = read_varint(data, position)
    size, position = read_varint(data, position)
    return (offset, size), position


def masked(crc: int) -> int:
    """Return a CRC-32C as these files store it, so that a checksum of checksums doesn't degenerate."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFF_FFFF


class TableWriter:
    """Writes a table, keys in order, into a file that is open for writing.

    Blocks end, and index keys are shortened, where TensorFlow does it, so that the same entries make
    the same bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._offset = 0
        self._block = _BlockBuilder()
        self._index = _BlockBuilder(restart_every=1)
        self._handle: bytes | None = None  # of the block before, until the key after it is known

    def add(self, key: bytes, value: bytes) -> None:
        """Add an entry; each key must be greater than the one before."""
        if self._handle is not None:
            self._index.add(_separator(self._block.last_key, key), self._handle)
            self._handle = None
            self._block = _BlockBuilder()
        self._block.add(key, value)
        if self._block.size >= _BLOCK_BYTES:
            self._handle = self._write(self._block)

    def finish(self) -> None:
        """Write what is left, the index and the footer; the file stays open."""
        if self._handle is None:
            self._handle = self._write(self._block)
        self._index.add(_successor(self._block.last_key), self._handle)
        footer = self._write(_BlockBuilder()) + self._write(self._index)
        self._file.write(footer.ljust(_FOOTER_BYTES - 8, b"\0") + _MAGIC.to_bytes(8, "little"))

    def _write(self, builder: _BlockBuilder) -> bytes:
        """Write one block and return its encoded handle."""
        block = builder.finish() + b"\0"
        self._file.write(block + masked(crc32c(block)).to_bytes(4, "little"))
        handle = varint(self._offset) + varint(len(block) - 1)
        self._offset += len(block) + 4
        return handle


class _BlockBuilder:
    """The bytes of a block as its entries come."""

    def __init__(self, restart_every: int = 16) -> None:
        self.last_key = b""
        self._restart_every = restart_every
        self._bytes = bytearray()
        self._restarts = [0]
        self._since_restart = 0

    @property
    def size(self) -> int:
        """Bytes of the block if it ended here."""
        return len(self._bytes) + 4 * len(self._restarts) + 4

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self._since_restart < self._restart_every:
            shared = _common_prefix(self.last_key, key)
        else:
            self._restarts.append(len(self._bytes))
            self._since_restart = 0
        self._bytes += varint(shared) + varint(len(key) - shared) + varint(len(value))
        self._bytes += key[shared:] + value
        self._since_restart += 1
        self.last_key = key

    def finish(self) -> bytes:
        numbers = [*self._restarts, len(self._restarts)]
        return bytes(self._bytes) + b"".join(n.to_bytes(4, "little") for n in numbers)


def _common_prefix(a: bytes, b: bytes) -> int:
    limit = min(len(a), len(b))
    return next((i for i in range(limit) if a[i] != b[i]), limit)


def _separator(before: bytes, after: bytes) -> bytes:
    """Return a short key k with before <= k < after."""
    at = _common_prefix(before, after)
    if at < len(before) and before[at] + 1 < after[at]:
        return before[:at] + bytes([before[at] + 1])
    return before


def _successor(key: bytes) -> bytes:
    """Return a short key k with key <= k."""
    at = next((i for i, byte in enumerate(key) if byte != 0xFF), None)
    return key if at is None else key[:at] + bytes([key[at] + 1])
