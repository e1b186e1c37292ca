"""read_data_sets: files in, batches out, in TensorFlow's order."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as tf

# labels of 6 batches of 5, as TensorFlow 1.15.5 hands them out of the same files with seed=3
BATCHES = [[5, 4, 1, 2, 1], [6, 7, 0, 3, 9], [8, 0, 2, 0, 4], [1, 9, 3, 1, 5], [7, 0, 6, 8, 9], [5, 7, 8, 2, 3]]
input_data = tf.examples.tutorials.mnist.input_data


def idx(magic: int, array: Any) -> bytes:
    return gzip.compress(np.array([magic, *array.shape], ">u4").tobytes() + array.tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name, count in (("train", 12), ("t10k", 5)):
        images = np.arange(count * 6, dtype=np.uint8).reshape(count, 2, 3)
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(idx(2051, images))
        (tmp_path / f"{name}-labels-idx1-ubyte.gz").write_bytes(idx(2049, np.arange(count, dtype=np.uint8) % 10))
    return str(tmp_path)


def test_three_parts(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = input_data.read_data_sets(folder, one_hot=True, validation_size=4)
    assert [part.num_examples for part in data] == [8, 4, 5]
    assert data.train.images.shape == (8, 6)
    assert data.train.images.dtype == np.float32
    np.testing.assert_allclose(data.validation.images[1], np.arange(6, 12) / 255.0, rtol=1e-6)
    np.testing.assert_array_equal(data.test.labels, np.eye(10)[:5])
    assert capsys.readouterr().out.count("Extracting") == 4
    data = input_data.read_data_sets(folder, dtype=tf.uint8, reshape=False, validation_size=0)
    assert data.train.images.shape == (12, 2, 3, 1)
    assert data.train.images.dtype == data.train.labels.dtype == np.uint8


def test_batches_come_in_tensorflows_order(folder: str) -> None:
    data = input_data.read_data_sets(folder, validation_size=0, seed=3)
    train = data.train
    batches = [train.next_batch(5)[1].tolist() for _ in range(6)]
    assert batches == BATCHES
    assert train.epochs_completed == 2
    plain = input_data.read_data_sets(folder, validation_size=0).train
    got = [plain.next_batch(5, shuffle=False)[1].tolist() for _ in range(3)]
    assert got == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [0, 1, 0, 1, 2]]


def test_the_graphs_seed(folder: str) -> None:
    tf.set_random_seed(3)
    train = input_data.read_data_sets(folder, validation_size=0).train
    assert [train.next_batch(5)[1].tolist() for _ in range(6)] == BATCHES


def test_a_programs_own_seed_is_left_alone(folder: str) -> None:
    batches = []
    for _ in range(2):
        np.random.seed(5)
        batches.append(input_data.read_data_sets(folder, validation_size=0).train.next_batch(5)[1].tolist())
    assert batches[0] == batches[1]


def test_fake_data() -> None:
    images, labels = input_data.read_data_sets("nowhere", fake_data=True, one_hot=True).train.next_batch(2)
    assert (len(images), len(images[0]), labels) == (2, 784, [[1] + [0] * 9] * 2)


def test_files_that_are_missing(folder: str) -> None:
    (Path(folder) / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"t10k-labels-idx1-ubyte.gz not found. MNIST is not downloaded: put"):
        input_data.read_data_sets(folder)


def test_files_that_hold_something_else(folder: str) -> None:
    images = Path(folder) / "train-images-idx3-ubyte.gz"
    whole = images.read_bytes()
    images.write_bytes((Path(folder) / "train-labels-idx1-ubyte.gz").read_bytes())
    with pytest.raises(ValueError, match="Invalid magic number 2049 in MNIST image file: .*Expected 2051"):
        input_data.read_data_sets(folder)
    images.write_bytes(gzip.compress(gzip.decompress(whole)[:-1]))
    with pytest.raises(ValueError, match="expected 88 bytes, unzipped, got 87: the file is cut"):
        input_data.read_data_sets(folder)


def test_arguments_that_do_not_fit(folder: str) -> None:
    with pytest.raises(ValueError, match=r"Validation size should be between 0 and 12. Received: 5000."):
        input_data.read_data_sets(folder)
    with pytest.raises(TypeError, match="Invalid image dtype 'int32', expected uint8 or float32"):
        input_data.read_data_sets(folder, dtype=tf.int32, validation_size=0)
    with pytest.raises(ValueError, match="got 2 images and 1 labels"):
        input_data.DataSet(np.zeros((2, 1, 1, 1), np.uint8), np.zeros(1, np.uint8))
