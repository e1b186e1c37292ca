"""Where elements come from: files and generators.

Source: tensorflow/core/kernels/data/ (TF 1.15), tensorflow/python/data/ops/dataset_ops.py (from_generator).
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import DataLossError
from ..errors import data as errors
from ..errors import flow as flow_errors
from ..errors import records as record_errors
from ..records.tfrecord import compression_of
from .structure import Spec, flat, is_nested

__all__ = ["Contents", "Generated", "fixed_records", "lines"]


def _contents(path: bytes, compression: str) -> Any:
    name = os.fsdecode(path)
    try:
        if compression == "GZIP":
            return gzip.open(name, "rb")
        if compression == "ZLIB":
            import io

            with open(name, "rb") as file:
                return io.BytesIO(zlib.decompress(file.read()))
        return open(name, "rb")
    except FileNotFoundError:
        raise record_errors.no_file(name) from None


def lines(path: bytes, compression: Any) -> Iterator[bytes]:
    """Yield the lines of a file without their ends."""
    with _contents(path, compression_of(compression)) as file:
        for line in file:
            yield line.removesuffix(b"\n").removesuffix(b"\r")


def fixed_records(
    path: bytes, size: int, header: int, footer: int, compression: Any, hop: int = 0, exact: bool = False
) -> Iterator[bytes]:
    """Yield the records of a file, each `size` bytes, without what stands before the first and after the last.

    `hop`: how many bytes there are from the beginning of one to that of the next; 0 = `size`.

    Raises:
        InvalidArgumentError: with `exact`: the records do not fill the file.
    """
    with _contents(path, compression_of(compression)) as file:
        data = file.read()
    between = len(data) - header - footer
    if exact and (between < 0 or between % size):
        raise errors.records_do_not_fit(os.fsdecode(path), between, size, header, footer)
    body = data[header : len(data) - footer]
    for start in range(0, len(body) - size + 1, hop or size):
        yield body[start : start + size]


class Contents(Iterator[bytes]):
    """What is read of each file.

    A file that cannot be read at all raises each time, as TensorFlow's do; one that is damaged is left at that place.
    """

    def __init__(self, paths: Iterator[bytes], read: Callable[[bytes], Iterator[bytes]]) -> None:
        self._paths, self._read = paths, read
        self._path: bytes | None = None
        self._items: Iterator[bytes] = iter(())
        self._begun = False

    def __next__(self) -> bytes:
        while True:
            if self._path is None:
                self._path, self._begun = next(self._paths), False
            if not self._begun:
                self._items = self._read(self._path)
            try:
                item = next(self._items, None)
            except DataLossError:
                self._path = None
                raise
            self._begun = True
            if item is not None:
                return item
            self._path = None


class Generated(Iterator[list[Any]]):
    """What a generator yields as flat lists of arrays.

    Raises:
        InvalidArgumentError: when it is read: it yields another structure, type or shape.
        OpError: when it is read: it raises; of the kind that py_func makes of it.
    """

    def __init__(self, generator: Callable[..., Any], structure: Any, args: Sequence[Any]) -> None:
        self._generator, self._structure, self._args = generator, structure, args
        self._source: Iterator[Any] | None = None

    def __next__(self) -> list[Any]:
        try:
            if self._source is None:
                self._source = iter(())  # it is called once, also where that raises
                self._source = iter(self._generator(*self._args))
            element = next(self._source)
        except StopIteration:
            raise
        except Exception as reason:
            raise flow_errors.python_raised(reason, "Dataset.from_generator") from reason
        return _checked(element, self._structure)


def _checked(element: Any, structure: Any) -> list[Any]:
    wanted = flat(structure)
    if not is_nested(structure):
        return [_component(element, structure)]
    if isinstance(element, list):
        element = tuple(element)
    found = flat(element) if is_nested(element) else [element]
    if len(found) != len(wanted) or not is_nested(element):
        raise errors.generated_structure(_types(structure), element)
    return [_component(value, spec) for value, spec in zip(found, wanted, strict=True)]


def _types(structure: Any) -> Any:
    from .structure import mapped

    return mapped(lambda spec: spec.dtype, structure)


def _component(value: Any, spec: Spec) -> Any:
    dtype = spec.dtype
    try:
        if dtype.name == "string":
            array = np.asarray(value, object)
            made = np.empty(array.size, object)
            made[:] = [
                item.encode() if isinstance(item, str) else bytes(memoryview(item)) for item in array.ravel().tolist()
            ]
            array = made.reshape(array.shape)
        else:
            array = np.asarray(value)
            if array.dtype.kind in "OSU":
                raise TypeError
            array = array.astype(dtype.dtype)
    except (TypeError, ValueError):
        raise errors.generated_type(dtype.name, value) from None
    dims = spec.dims
    if dims is not None and (
        len(dims) != array.ndim or any(n is not None and n != m for n, m in zip(dims, array.shape, strict=True))
    ):
        raise errors.generated_shape(array.shape, spec.shape)
    return array
