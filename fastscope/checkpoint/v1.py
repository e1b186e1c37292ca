"""TensorFlow's V1 checkpoints: one table a file, with the tensors in it as protocol buffers.

Under "" the table holds SavedTensorSlices {1 meta {1 tensor* {1 name, 2 shape, 3 type, 4 slice*}}}; under each slice's
key SavedTensorSlices {2 data {1 name, 2 slice, 3 TensorProto}}. There is no checksum of a tensor but that of its block.
A sharded checkpoint is several such files, "name-00000-of-00002".

Source: tensorflow/core/util/saved_tensor_slice.proto, tensorflow/core/util/tensor_slice_reader.cc
"""

from __future__ import annotations

import glob
import os
from typing import NamedTuple

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import DType
from ..errors import checkpoint as errors
from .datafile import DataFile
from .protowire import WireError, locating, numbers, parts, read_varints
from .reader import CheckpointReader, TensorInfo, check_elements
from .sstable import Table
from .tensor_slices import Extents, assemble, dtype_of, parse_shape, parse_slice, slice_key

__all__ = ["V1Reader"]

# The field of TensorProto that holds a dtype's elements: a number that is a varint, or a fixed-size NumPy type.
_INTEGERS = {
    dtypes.int8: 7,
    dtypes.uint8: 7,
    dtypes.int16: 7,
    dtypes.uint16: 7,
    dtypes.int32: 7,
    dtypes.int64: 10,
    dtypes.bool: 11,
    dtypes.float16: 13,  # its 16 bits as an integer
    dtypes.uint32: 16,
    dtypes.uint64: 17,
}
_FIXED = {
    dtypes.float32: (5, "<f4"),
    dtypes.float64: (6, "<f8"),
    dtypes.complex64: (9, "<c8"),
    dtypes.complex128: (12, "<c16"),
}
_STRING_FIELD = 8


class _Entry(NamedTuple):
    info: TensorInfo
    slices: tuple[tuple[Table, DataFile, Extents], ...]


class V1Reader(CheckpointReader[_Entry]):
    """A V1 checkpoint as a lazy mapping."""

    format = "tf-v1"

    def __init__(self, path: str) -> None:
        """Read the list of tensors of the file `path`, or of all files `path-?????-of-?????`.

        Raises:
            OSError: a file can't be opened.
            DataLossError: it is damaged; the message names the offset.
        """
        super().__init__(path)
        files = [path] if os.path.isfile(path) else []
        found: dict[str, _Entry] = {}
        for name in files or sorted(glob.glob(glob.escape(path) + "-?????-of-?????")):
            file = DataFile(name)
            table = Table(file)
            meta = table.get(b"")
            if meta is None:
                raise errors.damaged(name, 0, "it has no list of tensors, so it is no checkpoint")
            with locating(name, 0, "the list of tensors"):
                self._add_all(meta, table, file, found)
        self._entries = dict(sorted(found.items()))

    def _add_all(self, meta: memoryview, table: Table, file: DataFile, found: dict[str, _Entry]) -> None:
        for tensor in [tensor for body in parts(meta, 1) for tensor in parts(body, 1)]:
            name, info, slices = _parse_meta(tensor)
            if info is None:
                self.unreadable[name] = "of a dtype without elements"
                continue
            here = tuple((table, file, extents) for extents in slices)
            found[name] = _Entry(info, found[name].slices + here if name in found else here)

    def _read(self, name: str, entry: _Entry) -> np.ndarray:
        def read(i: int) -> np.ndarray:
            table, file, extents = entry.slices[i]
            value = table.get(slice_key(name, extents))
            if value is None:
                raise errors.bad_slices(file.path, name)
            with locating(file.path, 0, name):
                return _parse_data(value, entry.info.dtype)

        extents = [extents for _, _, extents in entry.slices]
        array = assemble(self.path, name, entry.info, extents, read)
        check_elements(array, self.path, name)
        return array


def _parse_meta(data: memoryview) -> tuple[str, TensorInfo | None, list[Extents]]:
    name = b"".join(map(bytes, parts(data, 1))).decode("utf-8", "surrogateescape")
    shape = parse_shape(b"".join(map(bytes, parts(data, 2))))
    dtype = dtype_of(numbers(data).get(3, 0))
    slices = [parse_slice(part) for part in parts(data, 4)]
    return name, None if dtype is None else TensorInfo(dtype, shape), slices


def _parse_data(value: memoryview, dtype: DType) -> np.ndarray:
    """Return the elements of the one TensorProto in a SavedTensorSlices."""
    tensors = [tensor for saved in parts(value, 2) for tensor in parts(saved, 3)]
    if len(tensors) != 1:
        raise WireError(0, f"an entry with {len(tensors)} tensors")
    tensor = tensors[0]
    if dtype == dtypes.string:
        items = [bytes(item) for item in parts(tensor, _STRING_FIELD)]
        out = np.empty(len(items), object)
        out[:] = items
        return out
    if dtype in _FIXED:
        wanted, layout = _FIXED[dtype]
        raw = b"".join(map(bytes, parts(tensor, wanted)))
        if len(raw) % np.dtype(layout).itemsize:
            raise WireError(0, f"{len(raw)} bytes of {dtype.name}")
        return np.frombuffer(raw, layout).astype(dtype.dtype, copy=False)
    if dtype not in _INTEGERS:
        raise WireError(0, f"elements of {dtype.name}")
    chunks = [read_varints(part) for part in parts(tensor, _INTEGERS[dtype])]
    values = np.concatenate([np.empty(0, np.uint64), *chunks])
    if dtype == dtypes.float16:
        return np.asarray(values.astype(np.uint16).view(np.float16))
    if dtype == dtypes.bool:
        return np.asarray(values != 0)
    return values.astype(dtype.dtype)  # of a negative number, the low bits are what counts
