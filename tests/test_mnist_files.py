"""The reader of MNIST's files, on files of the same form."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf

input_data: Any = tf.examples.tutorials.mnist.input_data
IMAGES = np.arange(7 * 2 * 3, dtype=np.uint8).reshape(7, 2, 3) * 6
LABELS = np.array([3, 1, 4, 1, 5, 9, 2], np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, images, labels in (("train", IMAGES, LABELS), ("t10k", IMAGES[:2], LABELS[:2])):
        head = np.array([2051, *images.shape], ">u4").tobytes()
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images.tobytes()))
        head = np.array([2049, len(labels)], ">u4").tobytes()
        (tmp_path / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(head + labels.tobytes()))
    return tmp_path


def test_reading(folder: Path) -> None:
    found = input_data.read_data_sets(str(folder), one_hot=True, validation_size=2)
    assert [part.num_examples for part in found] == [5, 2, 2] and found.train.images.dtype == np.float32
    assert np.array_equal(found.validation.images, IMAGES[:2].reshape(2, 6).astype(np.float32) * np.float32(1 / 255))
    assert found.train.labels.argmax(1).tolist() == [4, 1, 5, 9, 2] and found.train.labels.shape == (5, 10)
    plain = input_data.read_data_sets(folder, dtype=tf.uint8, reshape=False, validation_size=0)
    assert plain.train.images.shape == (7, 2, 3, 1) and plain.train.labels.tolist() == LABELS.tolist()


def test_batches_as_tensorflow_mixes_them(folder: Path) -> None:
    data = input_data.read_data_sets(folder, validation_size=0, seed=1).train
    np.random.seed(4)
    order = np.arange(7)
    np.random.shuffle(order)
    np.random.seed(4)
    first, second = data.next_batch(4)[1], data.next_batch(2)[1]
    assert [*first, *second] == LABELS[order][:6].tolist() and data.epochs_completed == 0
    third = data.next_batch(3)[1]
    assert third[0] == LABELS[order][6] and data.epochs_completed == 1 and len(third) == 3
    calm = input_data.read_data_sets(folder, validation_size=0).train
    assert [calm.next_batch(5, shuffle=False)[1].tolist() for _ in range(2)] == [[3, 1, 4, 1, 5], [9, 2, 3, 1, 4]]
    images, labels = input_data.read_data_sets(folder, fake_data=True, one_hot=True).train.next_batch(2, fake_data=True)
    assert len(images[0]) == 784 and labels == [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]] * 2


def test_errors(folder: Path) -> None:
    with pytest.raises(ValueError, match="Validation size should be between 0 and 7. Received: 5000"):
        input_data.read_data_sets(folder)
    with pytest.raises(TypeError, match="Invalid image dtype 'float64', expected uint8 or float32"):
        input_data.read_data_sets(folder, dtype=tf.float64, validation_size=0)
    with pytest.raises(AssertionError, match="there is one label for each image"):
        input_data.DataSet(IMAGES, LABELS[:2])
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"\0\0\0\1"))
    with pytest.raises(ValueError, match="Invalid magic number 1 in MNIST file: .*fetch it again"):
        input_data.read_data_sets(folder, validation_size=0)
    (folder / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(tf.errors.NotFoundError, match="is not there, and nothing is downloaded. Put the four files"):
        input_data.read_data_sets(folder, validation_size=0)


def test_it_is_imported_as_tutorials_do() -> None:
    from fastscope.examples.tutorials.mnist import input_data as imported

    assert imported is input_data
