"""The handwritten digits of MNIST, from files that lie in a folder: nothing is downloaded.

Source: tensorflow/contrib/learn/python/learn/datasets/mnist.py (TF 1.15).
"""

from __future__ import annotations

import gzip
import os
from typing import Any, NamedTuple

import numpy as np

from ....arrays.dtypes import as_dtype
from ....arrays.philox import get_seed
from ....errors import mnist as errors
from ....graph import get_default_graph

__all__ = ["DataSet", "Datasets", "dense_to_one_hot", "extract_images", "extract_labels", "read_data_sets"]

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
_IMAGES, _LABELS = 2051, 2049  # how the two kinds of files begin
_HEADER_BYTES = 4


class Datasets(NamedTuple):
    """What there is to learn from, to look at meanwhile, and to be judged by."""

    train: DataSet
    validation: DataSet
    test: DataSet


def _unpacked(f: Any, magic: int, numbers: int) -> Any:
    """Return the bytes of a file of MNIST in their shape.

    Raises:
        ValueError: it is none.
    """
    with gzip.GzipFile(fileobj=f) as file:
        data = file.read()
    head = np.frombuffer(data[: _HEADER_BYTES * (1 + numbers)], ">u4").tolist()
    if head[:1] != [magic]:
        raise errors.bad_magic(head[0] if head else None, getattr(f, "name", "?"), magic)
    return np.frombuffer(data, np.uint8, offset=_HEADER_BYTES * (1 + numbers)).reshape(head[1:])


def extract_images(f: Any) -> Any:
    """Return the images of an open file, uint8 `[n, rows, columns, 1]`.

    Raises:
        ValueError: it is no such file.
    """
    return _unpacked(f, _IMAGES, 3)[..., None]


def extract_labels(f: Any, one_hot: bool = False, num_classes: int = 10) -> Any:
    """Return the labels of an open file, uint8 `[n]`; with `one_hot` `[n, num_classes]`.

    Raises:
        ValueError: it is no such file.
    """
    labels = _unpacked(f, _LABELS, 1)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense: Any, num_classes: int) -> Any:
    """Return labels `[n]` as rows with a one in the place of the label, float64 `[n, num_classes]`."""
    return np.eye(num_classes)[labels_dense]


class DataSet:
    """Images and labels, handed out in batches.

    Args:
        images: `[n, rows, columns, 1]`.
        labels: one for each.
        fake_data: hand out made-up data.
        one_hot: whether labels are rows; for made-up data.
        dtype: uint8, from 0 to 255, or float32, from 0 to 1.
        reshape: make each image one row `[rows * columns]`.
        seed: of the order; None = from the graph's seed, or another one each time. It is NumPy's global one, as in
            TensorFlow.

    Raises:
        TypeError: another dtype.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = "float32",
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        graph_seed = get_default_graph().seed
        first, second = get_seed(graph_seed, seed, 0) if (graph_seed, seed) != (None, None) else (None, None)
        np.random.seed(first if seed is None else second)
        kind = as_dtype(dtype).base_dtype.name
        if kind not in ("uint8", "float32"):
            raise errors.bad_dtype(kind)
        self._one_hot, self._fake = one_hot, fake_data
        if not fake_data:
            if len(images) != len(labels):
                raise errors.lengths_differ(images.shape, labels.shape)
            if reshape:
                images = images.reshape(len(images), int(np.prod(images.shape[1:])))
            if kind == "float32":
                images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
        self._images, self._labels = images, labels
        self._epochs = self._place = 0

    @property
    def images(self) -> Any:
        """All images, in the order of this pass."""
        return self._images

    @property
    def labels(self) -> Any:
        """All labels, in the order of this pass."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many there are."""
        return 10000 if self._fake else len(self._images)

    @property
    def epochs_completed(self) -> int:
        """How many times all were handed out."""
        return self._epochs

    def _mix(self) -> None:
        order = np.arange(self.num_examples)
        np.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """Return the next images and their labels; all are mixed anew before each pass, unless `shuffle` is False."""
        if fake_data:
            label: Any = [1] + [0] * 9 if self._one_hot else 0
            return [[1] * 784] * batch_size, [label] * batch_size
        start = self._place
        if not self._epochs and not start and shuffle:
            self._mix()
        if start + batch_size <= self.num_examples:
            self._place += batch_size
            return self._images[start : self._place], self._labels[start : self._place]
        self._epochs += 1
        images, labels = self._images[start:], self._labels[start:]
        if shuffle:
            self._mix()
        self._place = batch_size - len(images)
        return (
            np.concatenate((images, self._images[: self._place])),
            np.concatenate((labels, self._labels[: self._place])),
        )


def read_data_sets(
    train_dir: Any,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = "float32",
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = "",
) -> Datasets:
    """Return the digits in the four files of MNIST.

    Args:
        train_dir: the folder that the files are in.
        fake_data, one_hot, dtype, reshape, seed: see `DataSet`.
        validation_size: how many of those to learn from are kept apart.
        source_url: kept for TF's sake: nothing is downloaded.

    Raises:
        NotFoundError: a file is not there.
        ValueError: a file is none of MNIST, or more are to be kept apart than there are.
    """
    if fake_data:
        made = [DataSet([], [], True, one_hot, dtype, seed=seed) for _ in range(3)]
        return Datasets(*made)
    folder, parts = os.fsdecode(train_dir), []
    for name in FILES:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            raise errors.no_file(path, FILES)
        with open(path, "rb") as file:
            parts.append(extract_images(file) if "images" in name else extract_labels(file, one_hot))
    images, labels, test_images, test_labels = parts
    if not 0 <= validation_size <= len(images):
        raise errors.validation_size(len(images), validation_size)
    k = validation_size
    sets = ((images[k:], labels[k:]), (images[:k], labels[:k]), (test_images, test_labels))
    return Datasets(*(DataSet(*each, dtype=dtype, reshape=reshape, seed=seed) for each in sets))
