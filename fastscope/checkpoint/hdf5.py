"""Keras' files: HDF5 (.h5, .weights.h5), and .keras, a zip archive with a model.weights.h5 in it.

A dataset is a tensor by its path in the file, without the ":0" that Keras 2 puts at the end of a weight's name. Reading
is the library h5py's work, so that a damaged file is told by it; what of a file says where to read, or how much, is
compared with the file first.

Source: https://docs.h5py.org (documentation)
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any, NamedTuple

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import as_dtype
from ..errors import OpError
from ..errors import checkpoint as errors
from .reader import CheckpointReader, TensorInfo

__all__ = ["WEIGHTS_MEMBER", "Hdf5Reader"]

WEIGHTS_MEMBER = "model.weights.h5"  # in a .keras archive
_MAX_INFLATION = 1100  # of gzip, the filter that Keras' users know; zlib's limit is 1032
# What h5py and zipfile raise for a damaged file.
_DAMAGE = (OSError, ValueError, KeyError, RuntimeError, TypeError, OverflowError, zipfile.BadZipFile, zlib.error)


class _Entry(NamedTuple):
    info: TensorInfo
    dataset: str  # its path in the file


class Hdf5Reader(CheckpointReader[_Entry]):
    """The datasets of an HDF5 file, or of the one in a .keras archive, as a lazy mapping."""

    format = "hdf5"
    has_checksums = False

    def __init__(self, path: str) -> None:
        """Read the list of datasets.

        Raises:
            ImportError: h5py is not installed.
            OSError: it can't be opened.
            DataLossError: it is damaged, or no such file.
        """
        super().__init__(path)
        try:
            import h5py
        except ImportError as reason:
            raise errors.h5py_missing(path) from reason
        with open(path, "rb") as stream:  # h5py's own error for a file that can't be opened names no reason
            is_zip = stream.read(2) == b"PK"
        try:
            self._file = h5py.File(_weights_in(path) if is_zip else path, "r")
            self._file.visititems(self._add)
        except _DAMAGE as reason:
            if isinstance(reason, OpError):
                raise
            raise errors.damaged(path, 0, f"no sound HDF5 file ({reason})") from None

    def attribute(self, group: str, name: str) -> str | None:
        """Return a text that is noted at a group, None where there is none."""
        try:
            value = self._file[group].attrs[name]
        except _DAMAGE:
            return None
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return text if isinstance(text, str) else None

    def _add(self, path: str, item: Any) -> None:
        if not hasattr(item, "dtype"):  # a group
            return
        name = path.removesuffix(":0")
        try:
            dtype = as_dtype(item.dtype)
        except TypeError:
            self.unreadable[name] = f"of HDF5's dtype {item.dtype}, which no variable has"
            return
        if item.shape is None:
            self.unreadable[name] = "an empty dataset without a shape"
        elif item.external or item.is_virtual:
            self.unreadable[name] = "kept in another file"
        else:
            self._entries[name] = _Entry(TensorInfo(dtype, tuple(item.shape)), path)

    def _read(self, name: str, entry: _Entry) -> np.ndarray:
        try:
            dataset = self._file[entry.dataset]
            # else a few bytes could ask for any memory
            if dataset.nbytes > _MAX_INFLATION * dataset.id.get_storage_size():
                raise ValueError(f"{name} can't be as big as it says")
            value = np.asarray(dataset[()], order="C")
        except _DAMAGE as reason:
            raise errors.damaged(self.path, 0, f"{name}: {reason}") from None
        if entry.info.dtype == dtypes.string:
            items = [item.encode() if isinstance(item, str) else bytes(item) for item in value.reshape(-1)]
            strings = np.empty(len(items), object)
            strings[:] = items
            return strings.reshape(entry.info.shape)
        return value.astype(entry.info.dtype.dtype, copy=False)


def _weights_in(path: str) -> io.BytesIO:
    """Return the HDF5 file in a .keras archive."""
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(WEIGHTS_MEMBER)
        if member.file_size > _MAX_INFLATION * max(member.compress_size, 1):
            raise ValueError(f"{WEIGHTS_MEMBER} can't be as big as it says")
        return io.BytesIO(archive.read(member))
