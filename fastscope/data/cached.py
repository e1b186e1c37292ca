"""Elements that are kept in a file: TensorFlow's, a checkpoint of its second format with two numbers for a name.

Source: tensorflow/core/kernels/data/cache_dataset_ops.cc (TF 1.15).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy
from ..checkpoint import load_checkpoint
from ..checkpoint.bundle_writer import write_bundle
from ..errors import data as errors
from ..errors import files as file_errors
from .sparse_elements import held_in

__all__ = ["Filed"]

Element = Sequence[Any]


class Filed(Iterator[Element]):
    """The elements that a file has; else those of what begins, which it has once all were read.

    Args:
        begin: callable() -> the elements.
        path: of the file, without ".index".
        count: how many components an element has.

    Raises:
        NotFoundError: the folder is not there.
        UnimplementedError: an element has a SparseTensor.
    """

    def __init__(self, begin: Callable[[], Iterator[Element]], path: str, count: int) -> None:
        self._begin, self._path, self._count = begin, path, count
        self._elements: Iterator[Element] | None = None
        self._kept: dict[str, Any] | None = None
        self._number = 0

    def _key(self, number: int, component: int) -> str:
        digits = len(str(self._count - 1))
        return f"{number:>7}_{component:>{digits}}"

    def _from_file(self) -> Iterator[Element]:
        reader = load_checkpoint(self._path)
        number = 0
        while self._key(number, 0) in reader:
            yield [reader.get_tensor(self._key(number, k)) for k in range(self._count)]
            number += 1

    def __next__(self) -> Element:
        if self._elements is None:
            self._open()
        assert self._elements is not None
        element = next(self._elements, None)
        if element is None:
            if self._kept is not None:
                write_bundle(self._path, self._kept)
                self._kept = None
            raise StopIteration
        if self._kept is not None:
            for k, value in enumerate(element):
                if held_in(value) is not None:
                    raise errors.sparse_in_file()
                array = np.asarray(to_numpy(value) if hasattr(value, "dtype") else value)
                self._kept[self._key(self._number, k)] = array.astype(object) if array.dtype.kind in "SU" else array
            self._number += 1
        return element

    def _open(self) -> None:
        if os.path.exists(self._path + ".index"):
            self._elements = self._from_file()
            return
        folder = os.path.dirname(self._path) or "."
        if not os.path.isdir(folder):
            raise file_errors.of_system(self._path, FileNotFoundError(2, "No such file or directory"))
        self._elements, self._kept = self._begin(), {}
