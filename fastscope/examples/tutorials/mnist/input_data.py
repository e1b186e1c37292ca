"""MNIST's images and labels, from files that lie on disk, in batches.

Source: tensorflow/contrib/learn/python/learn/datasets/mnist.py (TF 1.15): which examples make a batch.
"""

from __future__ import annotations

import gzip
import os
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ....arrays.dtypes import as_dtype, float32, uint8
from ....errors import mnist as errors
from ....graph import get_default_graph

__all__ = ["DataSet", "Datasets", "extract_images", "extract_labels", "read_data_sets"]

_TRAIN = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
_TEST = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
_IMAGES, _LABELS = 2051, 2049  # the first four bytes of a file
_CLASSES = 10
_FAKE_EXAMPLES = 10000

_Array = npt.NDArray[Any]


class Datasets(NamedTuple):
    """Three parts of the data, each a DataSet."""

    train: Any
    validation: Any
    test: Any


class DataSet:
    """Images and their labels, handed out in batches.

    Args:
        images: `[N, rows, columns, 1]` uint8.
        labels: `[N]`, or `[N, 10]`.
        fake_data: hand out ones in place of images, without any file.
        one_hot: of fake labels.
        dtype: float32 = between 0 and 1; uint8 = between 0 and 255.
        reshape: make an image a row, `[N, rows * columns]`.
        seed: of NumPy's random numbers, which shuffle; None = the graph's seed, and if it has none, they are left as
            they are.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        wanted = as_dtype(dtype).base_dtype
        if wanted not in (uint8, float32):
            raise errors.bad_image_dtype(wanted.name)
        seed = get_default_graph().seed if seed is None else seed
        if seed is not None:
            np.random.seed(seed)
        self._fake_label: Any = None
        self._epochs_completed = self._at = 0
        if fake_data:
            self._fake_label = [1] + [0] * (_CLASSES - 1) if one_hot else 0
            self._images = self._labels = np.empty(_FAKE_EXAMPLES)
            return
        if len(images) != len(labels):
            raise errors.counts_differ(len(images), len(labels))
        if reshape:
            images = images.reshape(len(images), int(np.prod(images.shape[1:])))
        if wanted == float32:
            images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
        self._images, self._labels = images, labels

    @property
    def images(self) -> _Array:
        """All images, in the order in which they are handed out."""
        return self._images

    @property
    def labels(self) -> _Array:
        """Their labels."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many there are."""
        return len(self._images)

    @property
    def epochs_completed(self) -> int:
        """How often all of them were handed out."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """Return the next images and labels; after the last ones it goes on with the first, shuffled again.

        Args:
            batch_size: how many.
            fake_data: hand out ones in place of images.
            shuffle: whether an epoch has an order of its own.
        """
        if fake_data or self._fake_label is not None:
            return [[1] * 784] * batch_size, [self._fake_label or 0] * batch_size
        first = self._at
        if shuffle and first == 0 and self._epochs_completed == 0:
            self._shuffle()
        rest = self.num_examples - first
        if batch_size <= rest:
            self._at = first + batch_size
            return self._images[first : self._at], self._labels[first : self._at]
        images, labels = self._images[first:], self._labels[first:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        self._at = batch_size - rest
        return np.concatenate([images, self._images[: self._at]]), np.concatenate([labels, self._labels[: self._at]])

    def _shuffle(self) -> None:
        order = np.arange(self.num_examples)
        np.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]


def extract_images(f: Any) -> _Array:
    """Return `[N, rows, columns, 1]` uint8 of an open, gzipped file of images."""
    data = gzip.GzipFile(fileobj=f).read()
    count, rows, columns = _header(data, f, _IMAGES, 3)
    return _body(data, f, 16, count * rows * columns).reshape(count, rows, columns, 1)


def extract_labels(f: Any, one_hot: bool = False, num_classes: int = _CLASSES) -> _Array:
    """Return `[N]` uint8 of an open, gzipped file of labels; `[N, num_classes]` float64 if `one_hot`."""
    data = gzip.GzipFile(fileobj=f).read()
    (count,) = _header(data, f, _LABELS, 1)
    labels = _body(data, f, 8, count)
    return np.eye(num_classes)[labels] if one_hot else labels


def _header(data: bytes, file: Any, magic: int, sizes: int) -> list[int]:
    numbers = np.frombuffer(data[: 4 + 4 * sizes].ljust(4 + 4 * sizes, b"\0"), ">u4").tolist()
    if numbers[0] != magic:
        raise errors.not_an_mnist_file(file.name, magic, numbers[0])
    return numbers[1:]


def _body(data: bytes, file: Any, start: int, count: int) -> _Array:
    if len(data) < start + count:
        raise errors.file_is_cut(file.name, start + count, len(data))
    return np.frombuffer(data, np.uint8, count, start)


def read_data_sets(
    train_dir: str,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str | None = None,
) -> Datasets:
    """Return MNIST from the four gzipped files in a folder; nothing is downloaded.

    Args:
        train_dir: the folder.
        validation_size: how many of the first training examples are kept apart.
        fake_data, one_hot, dtype, reshape, seed: as DataSet's.
        source_url: is not looked at.

    Raises:
        FileNotFoundError: a file is missing; the message says which ones go where.
        ValueError: a file holds something else, or there are fewer examples than `validation_size`.
    """
    if fake_data:
        made = [DataSet([], [], True, one_hot, dtype, seed=seed) for _ in range(3)]
        return Datasets(*made)
    folder = os.fspath(train_dir)
    names = [f"{name}.gz" for name in (*_TRAIN, *_TEST)]
    missing = [name for name in names if not os.path.isfile(os.path.join(folder, name))]
    if missing:
        raise errors.files_missing(folder, missing)
    images, labels, test_images, test_labels = (_extracted(os.path.join(folder, name), one_hot) for name in names)
    if not 0 <= validation_size <= len(images):
        raise errors.bad_validation_size(len(images), validation_size)
    parts = [
        (images[validation_size:], labels[validation_size:]),
        (images[:validation_size], labels[:validation_size]),
        (test_images, test_labels),
    ]
    return Datasets(*(DataSet(x, y, dtype=dtype, reshape=reshape, seed=seed) for x, y in parts))


def _extracted(path: str, one_hot: bool) -> _Array:
    print("Extracting", path)
    with open(path, "rb") as file:
        return extract_images(file) if "images" in os.path.basename(path) else extract_labels(file, one_hot)
