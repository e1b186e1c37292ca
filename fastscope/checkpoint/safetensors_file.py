"""The native format: one safetensors file, written through the safetensors library.

    8 bytes     length of the header, little-endian
    header      JSON: tensor name -> {"dtype", "shape", "data_offsets"}, and "__metadata__": str -> str
    data        the tensors, one after the other without gaps

Under "__metadata__" our files hold "fastscope": a JSON text with the global step and, for each tensor, dtype, shape,
trainable and the CRC-32C of its bytes, and "fastscope_crc32c": the checksum of that text. What safetensors has no
dtype for travels as another one: complex128 as float64 with a last dimension of 2, strings as uint8 (the lengths as
little-endian uint64, then the bytes). Files of other programs have no such metadata and no checksums; they open too.

The header is parsed here and not by the library, because an error should name the offset, and because the offsets are
what the memory map and the read into a variable's own memory need. A test holds the two to the same judgement.

Source: https://github.com/huggingface/safetensors (format)
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from itertools import accumulate, pairwise
from operator import index
from typing import Any, Final, NamedTuple

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import as_dtype
from ..errors import OpError
from ..errors import checkpoint as errors
from .atomic import staging
from .datafile import DataFile, crc32c
from .reader import CheckpointReader, TensorInfo, as_tensor, bytes_of, check_elements, check_name

__all__ = ["SafetensorsReader", "write_safetensors"]

_MAX_HEADER: Final = 100_000_000  # the library's own limit, bytes
_MAX_RANK: Final = 64  # NumPy's
_MAX_SIZE: Final = 1 << 63
_CODES: Final = {
    "BOOL": dtypes.bool,
    "U8": dtypes.uint8,
    "I8": dtypes.int8,
    "U16": dtypes.uint16,
    "I16": dtypes.int16,
    "F16": dtypes.float16,
    "BF16": dtypes.bfloat16,
    "U32": dtypes.uint32,
    "I32": dtypes.int32,
    "F32": dtypes.float32,
    "U64": dtypes.uint64,
    "I64": dtypes.int64,
    "F64": dtypes.float64,
    "C64": dtypes.complex64,
    "F8_E4M3": dtypes.float8_e4m3fn,
    "F8_E4M3FNUZ": dtypes.float8_e4m3fnuz,
    "F8_E5M2": dtypes.float8_e5m2,
    "F8_E5M2FNUZ": dtypes.float8_e5m2fnuz,
    "F8_E8M0": dtypes.float8_e8m0fnu,
}

_FOREIGN_BITS: Final = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}  # of an element, where several share a byte
_BITS: Final = {code: 8 * dtype.size for code, dtype in _CODES.items()} | _FOREIGN_BITS


class _Span(NamedTuple):
    """What the header says of a tensor."""

    offset: int  # of the first byte, in the file
    nbytes: int
    code: str
    shape: tuple[int, ...]


class _Entry(NamedTuple):
    info: TensorInfo
    offset: int  # of the first byte, in the file
    nbytes: int
    crc: int | None


class SafetensorsReader(CheckpointReader[_Entry]):
    """A safetensors file, ours or another program's, as a lazy mapping."""

    format = "safetensors"

    def __init__(self, path: str) -> None:
        """Open the file and check its header.

        Raises:
            OSError: it can't be opened.
            DataLossError: it is damaged, or no safetensors file; the message names the offset.
        """
        super().__init__(path)
        self._file = DataFile(path)
        self._order: list[str] | None = None
        header, data_start = _read_header(self._file)
        metadata = header.pop("__metadata__", {})
        spans = {name: _parse_span(path, name, spec, data_start) for name, spec in header.items()}
        _check_layout(self._file, spans, data_start)
        stored = {}
        for name, (offset, nbytes, code, shape) in spans.items():
            if code in _CODES:
                stored[name] = _Entry(TensorInfo(_CODES[code], shape), offset, nbytes, None)
            else:
                self.unreadable[name] = f"of safetensors' dtype {code}, which no NumPy array can hold"
        try:
            note = _parse_metadata(path, metadata)
            self.has_checksums = note is not None
            if note is not None:
                self._order = list(note["tensors"])
                self.global_step = None if note["global_step"] is None else index(note["global_step"])
                stored = {n: _annotated(path, n, e, note["tensors"][n]) for n, e in stored.items()}
        except (KeyError, TypeError, ValueError, RecursionError) as reason:
            if isinstance(reason, OpError):
                raise
            raise errors.damaged(path, 8, f"its metadata make no sense ({reason!r})") from None
        self._entries = {name: stored[name] for name in sorted(stored)}

    def in_order(self) -> list[str]:
        """Return the names in the order in which they were saved; those of another program's file by name."""
        return list(self) if self._order is None else [name for name in self._order if name in self]

    def _read(self, name: str, entry: _Entry) -> np.ndarray:
        if entry.info.dtype == dtypes.string:
            data = memoryview(self._file.read(entry.offset, entry.nbytes, name))
            self._verify(name, entry, crc32c(data))
            return _decode_strings(self.path, name, data, entry)
        out = np.empty(entry.info.shape, entry.info.dtype.dtype)
        self._read_into(name, entry, out)
        return out

    def _mapped(self, name: str, entry: _Entry) -> np.ndarray:
        if entry.info.dtype == dtypes.string:
            return self._read(name, entry)
        self._verify(name, entry, self._file.crc32c(entry.offset, entry.nbytes, name))
        array = as_tensor(self._file.view(entry.offset, entry.nbytes, name), entry.info)
        check_elements(array, self.path, name)
        return array

    def _read_into(self, name: str, entry: _Entry, out: np.ndarray) -> None:
        if entry.info.dtype == dtypes.string:
            out[...] = self._read(name, entry)
            return
        verify = entry.crc is not None
        crc = self._file.read_into(entry.offset, bytes_of(out), name, verify=verify)
        self._verify(name, entry, crc)
        check_elements(out, self.path, name)

    def _verify(self, name: str, entry: _Entry, crc: int | None) -> None:
        if entry.crc is not None and crc != entry.crc:
            raise errors.bad_checksum(self.path, name, entry.offset, entry.nbytes, entry.crc, crc)


def write_safetensors(
    path: str,
    tensors: Mapping[str, np.ndarray],
    *,
    trainable: Mapping[str, bool | None] | None = None,
    global_step: int | None = None,
) -> None:
    """Write the tensors to `path`, atomically and durably.

    Args:
        path: the file; one that is there is replaced when the new one is whole and on the disk.
        tensors: host arrays by name.
        trainable: which of them were trainable variables; None, or a name that isn't here, is not noted.
        global_step: the step, in updates of the weights.

    Raises:
        OSError: the file could not be written; an older file of this name is as it was.
        TypeError: a dtype that no variable can have.
    """
    from safetensors import SafetensorError, serialize_file

    if "__metadata__" in tensors:
        raise errors.impossible_name("__metadata__", path)
    specs, notes, keep_alive = {}, {}, []
    for name, tensor in tensors.items():
        check_name(name, path)
        stored = _encode(tensor)
        keep_alive.append(stored)  # the library is given addresses
        specs[name] = _spec(stored)
        notes[name] = _note(tensor, stored, (trainable or {}).get(name))
    text = json.dumps({"version": 1, "global_step": global_step, "tensors": notes})
    metadata = {"fastscope": text, "fastscope_crc32c": str(crc32c(text.encode()))}
    target, name = os.path.split(os.path.abspath(path))
    try:
        with staging(target) as area:
            mode = _create(area.path(name))
            serialize_file(specs, area.path(name), metadata=metadata)
            os.chmod(area.path(name), mode)  # the library makes files that only their owner can read
            area.publish(name)
    except (OSError, SafetensorError) as reason:
        raise errors.save_failed(path, reason) from reason


def _create(path: str) -> int:
    """Make an empty file and return the permissions that the process gives its files."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        return os.fstat(descriptor).st_mode & 0o777
    finally:
        os.close(descriptor)


def _spec(stored: np.ndarray) -> Any:
    from safetensors import TensorSpec

    return TensorSpec(
        dtype=stored.dtype.name,
        shape=stored.shape,
        data_ptr=stored.ctypes.data,
        data_len=stored.nbytes,
    )


def _note(tensor: np.ndarray, stored: np.ndarray, trainable: bool | None) -> dict[str, Any]:
    return {
        "dtype": as_dtype(tensor.dtype).name,
        "shape": list(tensor.shape),
        "trainable": trainable,
        "crc32c": crc32c(bytes_of(stored)),
    }


def _encode(tensor: np.ndarray) -> np.ndarray:
    """Return a C-contiguous, little-endian array of a dtype that safetensors has."""
    dtype = as_dtype(tensor.dtype)
    if dtype == dtypes.string:
        items = [s.encode() if isinstance(s, str) else bytes(s) for s in tensor.reshape(-1)]
        lengths = np.array([len(item) for item in items], "<u8").tobytes()
        return np.frombuffer(lengths + b"".join(items), np.uint8)
    array = np.asarray(tensor, order="C")
    if dtype == dtypes.complex128:
        array = array.reshape(*array.shape, 1).view(array.real.dtype)
    return array.astype(array.dtype.newbyteorder("<")) if array.dtype.byteorder == ">" else array


def _decode_strings(path: str, name: str, data: memoryview, entry: _Entry) -> np.ndarray:
    count = entry.info.elements
    first = count * 8
    ends: list[int] = []
    if first <= len(data):
        lengths = np.frombuffer(data[:first], "<u8").tolist()
        ends = list(accumulate(lengths, initial=first))
    if not ends or ends[-1] != len(data):
        raise errors.damaged(path, entry.offset, f"{name!r}: its strings don't fill their place")
    out = np.empty(count, object)
    out[:] = [bytes(data[start:end]) for start, end in pairwise(ends)]
    return out.reshape(entry.info.shape)


def _read_header(file: DataFile) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(file.read(0, 8, "the length of the header"), "little")
    if length > _MAX_HEADER:
        raise errors.damaged(
            file.path,
            0,
            f"a header of {length} bytes, where {_MAX_HEADER} is the most, so that it is likely of another format",
        )
    text = file.read(8, length, "the header")
    try:
        header = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as reason:
        at = 8 + getattr(reason, "pos", getattr(reason, "start", 0))
        raise errors.damaged(file.path, at, f"the header is no JSON ({reason})") from None
    if not isinstance(header, dict):
        raise errors.damaged(file.path, 8, "the header is no JSON object")
    return header, 8 + length


def _parse_span(path: str, name: str, spec: Any, data_start: int) -> _Span:
    try:
        code, shape, (start, end) = spec["dtype"], spec["shape"], spec["data_offsets"]
        bits = _BITS[code]
        good = _are_sizes(shape) and _are_sizes([start, end])
    except (KeyError, TypeError, ValueError):
        good = False
    if not good:
        raise errors.damaged(path, 8, f"no valid dtype, shape and offsets: {name!r}: {spec!r:.200}")
    nbytes, rest = divmod(math.prod(shape) * bits, 8)
    if rest or end - start != nbytes:
        problem = f"{name!r}: {code} {shape} takes {nbytes} bytes, not {end - start}"
        raise errors.damaged(path, 8, problem)
    return _Span(data_start + start, nbytes, code, tuple(shape))


def _are_sizes(values: Any) -> bool:
    if not isinstance(values, list) or len(values) > _MAX_RANK:
        return False
    odd = [value for value in values if type(value) is not int or not 0 <= value < _MAX_SIZE]
    return not odd


def _check_layout(file: DataFile, spans: Mapping[str, _Span], data_start: int) -> None:
    """Raise unless the tensors fill the file from `data_start` on without gap or overlap."""
    end = data_start
    for name, span in sorted(spans.items(), key=lambda item: item[1][:2]):
        if span.offset != end:
            raise errors.damaged(file.path, end, f"{name!r} should start here, not at {span.offset}")
        end += span.nbytes
        file.check_span(span.offset, span.nbytes, name)
    if end != file.size:
        raise errors.damaged(file.path, end, f"{file.size - end} bytes that belong to no tensor")


def _parse_metadata(path: str, metadata: Any) -> dict[str, Any] | None:
    """Return what we noted in the file, None for a file of another program."""
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise errors.damaged(path, 8, "the metadata is no table of texts")
    text, crc = metadata.get("fastscope"), metadata.get("fastscope_crc32c")
    if text is None and crc is None:
        return None
    if text is None or crc != str(crc32c(text.encode("utf-8", "surrogatepass"))):
        raise errors.damaged(path, 8, "the checksum of the metadata doesn't match")
    note = json.loads(text)
    if note["version"] != 1:
        raise errors.newer_format(path, note["version"])
    return note


def _annotated(path: str, name: str, entry: _Entry, note: Mapping[str, Any]) -> _Entry:
    """Join what the header and our note say of one tensor."""
    dtype, shape, stored = note["dtype"], note["shape"], entry.info
    trainable = note["trainable"]
    if dtype == stored.dtype.name:
        good = shape == list(stored.shape)
        info = TensorInfo(stored.dtype, stored.shape, trainable)
    else:
        is_complex = dtype == "complex128" and stored.dtype == dtypes.float64 and [*shape, 2] == list(stored.shape)
        good = _are_sizes(shape) and (is_complex or (dtype == "string" and stored.dtype == dtypes.uint8))
        info = TensorInfo(as_dtype(dtype), tuple(shape), trainable)
    if not good or type(trainable) not in (bool, type(None)):
        raise errors.damaged(path, 8, f"{name!r}: the header and its metadata differ in dtype or shape")
    return _Entry(info, entry.offset, entry.nbytes, note["crc32c"])
