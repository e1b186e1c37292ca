"""A file of tensor bytes: read in pieces into given memory, mapped, and checksummed, never past its end.

Every length that comes out of a checkpoint is checked here against the size of the file before anything of that length
is read, mapped or allocated, so a damaged length costs an error message and no memory.
"""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterator
from typing import Final

from ..errors import checkpoint as errors

__all__ = ["DataFile", "crc32c", "open_regular"]

# At 256 KiB a piece is still in the cache when it is checksummed and copied on. Measured: a checksummed pass over 1 GB
# in the page cache takes 0.17 s, where numpy.fromfile into fresh memory takes 0.6 s.
_PIECE_BYTES = 1 << 18
_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_LFS_MAX_BYTES: Final = 1024  # of a pointer, as Git LFS has it


def open_regular(path: str) -> tuple[int, int]:
    """Open a file for reading; return its descriptor and its size in bytes.

    Raises:
        OSError: it can't be opened.
        DataLossError: it is no file that holds data, such as a named pipe, for which one could wait for ever; or what
            Git left in a large file's place.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise errors.no_regular_file(path)
        if status.st_size <= _LFS_MAX_BYTES and os.pread(descriptor, len(_LFS_POINTER), 0) == _LFS_POINTER:
            raise errors.lfs_pointer(path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status.st_size


def crc32c(data: bytes | memoryview, crc: int = 0) -> int:
    """Return the CRC-32C of `data` (bytes, or a view of bytes), going on from `crc`."""
    import google_crc32c  # only here: saving and loading need it, importing fastscope does not

    # The library takes bytes alone, so a view is copied in pieces that stay in the cache.
    for start in range(0, len(data), _PIECE_BYTES):
        crc = google_crc32c.extend(crc, bytes(data[start : start + _PIECE_BYTES]))
    return crc


class DataFile:
    """An open file, its size in bytes as it was when opened, and a memory map made when first asked for."""

    def __init__(self, path: str) -> None:
        """Open `path` for reading.

        Raises:
            OSError: it can't be opened.
            DataLossError: it holds no data, see `open_regular`.
        """
        self.path = path
        self._fd, self.size = open_regular(path)
        self._map: mmap.mmap | None = None

    def check_span(self, offset: int, nbytes: int, what: str) -> None:
        """Raise DataLossError unless `nbytes` bytes lie at `offset`; `what` names them in the message."""
        if offset < 0 or nbytes < 0 or offset + nbytes > self.size:
            raise errors.past_end(self.path, offset, nbytes, self.size, what)

    def read(self, offset: int, nbytes: int, what: str) -> bytes:
        """Return `nbytes` bytes from `offset`."""
        return b"".join(self._pieces(offset, nbytes, what))

    def read_into(self, offset: int, out: memoryview, what: str, *, verify: bool) -> int | None:
        """Fill `out` (a writable view of bytes) from `offset`; with `verify` return the CRC-32C of what was read."""
        self.check_span(offset, len(out), what)
        crc, done = 0, 0
        while done < len(out):
            count = os.preadv(self._fd, [out[done : done + _PIECE_BYTES]], offset + done)
            if not count:
                raise self._cut(offset + done, len(out) - done, what)
            if verify:
                crc = crc32c(out[done : done + count], crc)
            done += count
        return crc if verify else None

    def crc32c(self, offset: int, nbytes: int, what: str) -> int:
        """Return the CRC-32C of `nbytes` bytes from `offset`, read in pieces."""
        crc = 0
        for piece in self._pieces(offset, nbytes, what):
            crc = crc32c(piece, crc)
        return crc

    def view(self, offset: int, nbytes: int, what: str) -> memoryview:
        """Return the bytes as a read-only view of the memory-mapped file, which lives as long as the view."""
        self.check_span(offset, nbytes, what)
        if nbytes == 0:
            return memoryview(b"")  # an empty file can't be mapped
        if self._map is None:
            self._map = mmap.mmap(self._fd, self.size, access=mmap.ACCESS_READ)
        return memoryview(self._map)[offset : offset + nbytes]

    def close(self) -> None:
        """Close the file; views that were handed out stay good."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.close()

    def _pieces(self, offset: int, nbytes: int, what: str) -> Iterator[bytes]:
        self.check_span(offset, nbytes, what)
        end = offset + nbytes
        while offset < end:
            piece = os.pread(self._fd, min(_PIECE_BYTES, end - offset), offset)
            if not piece:
                raise self._cut(offset, end - offset, what)
            yield piece
            offset += len(piece)

    def _cut(self, offset: int, nbytes: int, what: str) -> Exception:
        # somebody cut the file after it was opened
        return errors.past_end(self.path, offset, nbytes, offset, what)
