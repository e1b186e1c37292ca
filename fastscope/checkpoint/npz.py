r"""NumPy's .npz files as checkpoints: a zip archive with one file "name.npy" for each array.

    name.npy    b"\x93NUMPY", version (2 bytes), length of the header (2 bytes, from version 2 on 4), header, elements
    header      a Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }

Opening reads each array's header, since it has dtype and shape, and not more. Nearly all headers are as NumPy writes
them, and are read here; NumPy's own parser, and zipfile's for a member, would take 0.1 ms an array.

Source: numpy.lib.format (documentation), PKWARE's APPNOTE.TXT
"""

from __future__ import annotations

import math
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.lib import format as npy

from ..arrays import dtypes
from ..arrays.dtypes import DType, as_dtype
from ..errors import DataLossError
from ..errors import checkpoint as errors
from .atomic import staging
from .datafile import open_regular
from .foreign import kind_of_zip
from .reader import CheckpointReader, TensorInfo, check_name

__all__ = ["NpzReader", "write_npz"]

_MAX_INFLATION: Final = 1100  # zlib's limit is 1032
_MAX_MEMBER_BYTES: Final = 0xFFFF  # of a member's name, in zip
_MAX_RANK: Final = 64  # NumPy's
_ZIP_HEADER_BYTES: Final = 30  # before a member's name; at 26 the lengths of the name and of what follows it
_FIRST_BYTES: Final = 512  # of a member: both headers, with few exceptions
_PLAIN: Final = re.compile(
    rb"\{'descr': '([^']+)', 'fortran_order': (?:False|True), 'shape': \(((?:\d+,)?|\d+(?:, \d+)+)\), \} *\n"
)
# What zipfile and NumPy raise for a damaged file; OSError is a seek to nowhere.
_DAMAGE: Final = (ValueError, EOFError, KeyError, RuntimeError, OSError, OverflowError, zipfile.BadZipFile, zlib.error)


class _Entry(NamedTuple):
    info: TensorInfo
    member: zipfile.ZipInfo


class _Header(NamedTuple):
    dtype: DType | None  # None for one that no variable has
    element_bytes: int
    shape: tuple[int, ...]
    nbytes: int  # of the header and what is before it


class NpzReader(CheckpointReader[_Entry]):
    """An .npz file as a lazy mapping; zip's own checksums are verified. Pickled arrays are refused."""

    format = "npz"

    def __init__(self, path: str) -> None:
        """Read the list of arrays.

        Raises:
            OSError: it can't be opened.
            DataLossError: it is damaged, or no .npz file.
        """
        super().__init__(path)
        descriptor, _ = open_regular(path)
        file = os.fdopen(descriptor, "rb")  # it stays open as long as the reader
        try:
            self._zip = zipfile.ZipFile(file)
            members = self._zip.infolist()
            if members and not any(member.filename.endswith(".npy") for member in members):
                raise errors.other_kind(path, *kind_of_zip([member.filename for member in members]))
            for member in members:
                self._add(member, descriptor)
        except _DAMAGE as reason:
            file.close()
            if isinstance(reason, DataLossError):
                raise
            raise errors.damaged(path, 0, f"no sound .npz file ({reason})") from None

    def _add(self, member: zipfile.ZipInfo, descriptor: int) -> None:
        name = member.filename.removesuffix(".npy")
        if member.file_size > _MAX_INFLATION * max(member.compress_size, 1):
            raise ValueError(f"{name} can't be as big as it says")
        dtype, element_bytes, shape, nbytes = _plain_header(member, descriptor) or self._any_header(member)
        if dtype is None:
            self.unreadable[name] = "of a dtype that no variable has"
            return
        if len(shape) > _MAX_RANK or min(shape, default=0) < 0:
            raise ValueError(f"{member.filename} has the shape {shape}")
        elements = math.prod(shape)
        # Without the second test a header of a few bytes could ask for any number of strings of no width.
        if elements * element_bytes != member.file_size - nbytes or (elements and not element_bytes):
            raise ValueError(f"{member.filename} has the wrong size")
        self._entries[name] = _Entry(TensorInfo(dtype, shape), member)

    def _any_header(self, member: zipfile.ZipInfo) -> _Header:
        with self._zip.open(member) as stream:
            version = npy.read_magic(stream)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            try:
                shape, _, dtype = read(stream)
            except Exception as reason:  # NumPy hands the text to Python's tokenizer and parser, which raise all sorts
                raise ValueError(f"{member.filename}: its header makes no sense: {reason}") from None
            return _Header(*_known(dtype), shape, stream.tell())

    def _read(self, name: str, entry: _Entry) -> np.ndarray:
        try:
            with self._zip.open(entry.member) as stream:
                array = npy.read_array(stream, allow_pickle=False)
        except _DAMAGE as reason:
            raise errors.damaged(self.path, entry.member.header_offset, str(reason)) from None
        if entry.info.dtype == dtypes.string:
            items = [s.encode() if isinstance(s, str) else bytes(s) for s in array.reshape(-1)]
            array = np.empty(len(items), object)
            array[:] = items
            return array.reshape(entry.info.shape)
        if entry.info.dtype == dtypes.bfloat16:
            return array.view(entry.info.dtype.dtype)
        return array.astype(entry.info.dtype.dtype, order="C", copy=False)


def _plain_header(member: zipfile.ZipInfo, descriptor: int) -> _Header | None:
    """Read the header of an array where it is as NumPy writes it; None for any other, or none at all."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
        return None
    piece = os.pread(descriptor, _FIRST_BYTES, member.header_offset)
    name_and_extra = int.from_bytes(piece[26:28], "little") + int.from_bytes(piece[28:30], "little")
    data = piece[_ZIP_HEADER_BYTES + name_and_extra :]
    if member.compress_type == zipfile.ZIP_DEFLATED:
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _FIRST_BYTES)
    start = 10 if data[6:7] == b"\1" else 12
    end = start + int.from_bytes(data[8:start], "little")
    found = _PLAIN.fullmatch(data, start, end) if data.startswith(b"\x93NUMPY") and end <= len(data) else None
    if found is None:
        return None
    dtype, element_bytes = _known_by_text(found[1])
    return _Header(dtype, element_bytes, tuple(int(size) for size in found[2].split(b",") if size), end)


@lru_cache(maxsize=256)
def _known_by_text(descr: bytes) -> tuple[DType | None, int]:
    try:
        return _known(np.dtype(descr.decode()))
    except TypeError as reason:
        raise ValueError(f"a dtype {descr.decode()!r}") from reason


def _known(dtype: Any) -> tuple[DType | None, int]:
    """Return our dtype for NumPy's, None where no variable has it, and the bytes of an element."""
    if dtype.kind == "O":  # a pickle
        return None, dtype.itemsize
    try:
        # NumPy saves bfloat16 as two bytes of anything
        return dtypes.bfloat16 if dtype == np.dtype("V2") else as_dtype(dtype), dtype.itemsize
    except TypeError:
        return None, dtype.itemsize


def write_npz(path: str, tensors: Mapping[str, np.ndarray]) -> None:
    """Write the tensors as an .npz file, atomically and durably.

    Raises:
        OSError: it could not be written; an older file of this name is as it was.
        ValueError: a name that a zip file can't hold.
        UnimplementedError: a string tensor, which .npz could only hold as a pickle.
    """
    target, base = os.path.split(os.path.abspath(path))
    try:
        with staging(target) as area:
            with zipfile.ZipFile(area.path(base), "w", allowZip64=True) as archive:
                for name, tensor in tensors.items():
                    check_name(name, path)
                    member = name + ".npy"
                    if "\0" in name or len(member.encode()) > _MAX_MEMBER_BYTES:
                        raise errors.impossible_name(name, path)
                    if tensor.dtype == object:
                        raise errors.no_strings_in_npz(path, name)
                    if as_dtype(tensor.dtype) in dtypes.FLOATS8:  # NumPy would save bytes of anything
                        raise errors.no_place_for_dtype(path, name, tensor.dtype.name, "an .npz file")
                    with archive.open(member, "w", force_zip64=True) as stream:
                        npy.write_array(stream, np.asanyarray(tensor), allow_pickle=False)
            area.publish(base)
    except OSError as reason:
        raise errors.save_failed(path, reason) from reason
