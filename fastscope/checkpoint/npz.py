"""NumPy's .npz files as checkpoints."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

from ..arrays import dtypes
from ..arrays.dtypes import as_dtype
from ..errors import checkpoint as errors
from .atomic import staging
from .reader import CheckpointReader, TensorInfo, check_name

__all__ = ["NpzReader", "write_npz"]

_MAX_INFLATION = 1100  # zlib's limit is 1032
_MAX_MEMBER_BYTES = 0xFFFF  # of a member's name, in zip


class _Entry(NamedTuple):
    info: TensorInfo
    member: zipfile.ZipInfo


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
        file = open(path, "rb")  # noqa: SIM115 - it stays open as long as the reader
        try:
            self._zip = zipfile.ZipFile(file)
            for member in self._zip.infolist():
                name = member.filename.removesuffix(".npy")
                if member.file_size > _MAX_INFLATION * max(member.compress_size, 1):
                    raise ValueError(f"{name} can't be as big as it says")
                info = self._read_info(member)
                if info is None:
                    self.unreadable[name] = "of a dtype that no variable has"
                else:
                    self._entries[name] = _Entry(info, member)
        except _DAMAGE as reason:
            file.close()
            raise errors.damaged(path, 0, f"no sound .npz file ({reason})") from None

    def _read_info(self, member: zipfile.ZipInfo) -> TensorInfo | None:
        with self._zip.open(member) as stream:
            version = npy.read_magic(stream)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, _, dtype = read(stream)
            if dtype.kind == "O":  # a pickle
                return None
            try:
                known = dtypes.bfloat16 if dtype == np.dtype("V2") else as_dtype(dtype)  # so NumPy saves bfloat16
            except TypeError:
                return None
            if np.prod(shape, dtype=object) * dtype.itemsize != member.file_size - stream.tell():
                raise ValueError(f"{member.filename} has the wrong size")
        return TensorInfo(known, shape)

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


# What zipfile and NumPy raise for a damaged file; OSError is a seek to nowhere.
_DAMAGE = (ValueError, EOFError, KeyError, RuntimeError, OSError, zipfile.BadZipFile, zlib.error)


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
                    with archive.open(member, "w", force_zip64=True) as stream:
                        npy.write_array(stream, np.asanyarray(tensor), allow_pickle=False)
            area.publish(base)
    except OSError as reason:
        raise errors.save_failed(path, reason) from reason
