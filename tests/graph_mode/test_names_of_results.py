"""Names of results that come out of several operations, and the types that their arguments choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as fs
import fastscope.compat.v1 as tf


def matrix() -> Any:
    return tf.placeholder_with_default(np.arange(4, dtype=np.float32).reshape(2, 2), [2, 2])


RESULTS: list[tuple[Callable[[], Any], str, Any]] = [
    (lambda: tf.trace(matrix()), "Trace", 3.0),
    (lambda: tf.trace(matrix(), name="t"), "t", 3.0),
    (lambda: tf.nn.in_top_k(matrix(), [0, 1], 1), "in_top_k/InTopKV2", [False, True]),
    (lambda: tf.pad(matrix(), [[0, 0], [1, 0]]), "Pad", [[0, 0, 1], [0, 2, 3]]),
    (lambda: tf.pad(matrix(), [[0, 0], [1, 0]], constant_values=5.0), "PadV2", [[5, 0, 1], [5, 2, 3]]),
    (lambda: tf.pad(matrix(), [[0, 0], [1, 0]], "REFLECT"), "MirrorPad", [[1, 0, 1], [3, 2, 3]]),
    (lambda: tf.batch_gather(matrix(), [[1], [0]]), "BatchGather/Reshape_3", [[1.0], [2.0]]),
    (lambda: tf.saturate_cast(matrix() * 200.0, tf.uint8), "saturate_cast", [[0, 200], [255, 255]]),
    (lambda: tf.confusion_matrix([1], [0], 2), "confusion_matrix/SparseTensorDenseAdd", [[0, 0], [1, 0]]),
    (lambda: tf.bincount([1, 2, 2]), "bincount/Bincount", [0, 1, 2]),
]


@pytest.mark.parametrize(("program", "name", "value"), RESULTS)
def test_names(program: Callable[[], Any], name: str, value: Any) -> None:
    tensor = program()
    assert tensor.op.name == name
    with tf.Session() as session:
        assert np.array(session.run(tensor)).tolist() == value


@pytest.mark.parametrize("options", [{"constant_values": 5.0}, {"mode": "REFLECT"}])
def test_every_kind_of_pad_has_its_gradient(options: dict[str, Any]) -> None:
    x = matrix()
    y = tf.pad(x, [[0, 0], [1, 0]], **options)
    with tf.Session() as session:
        (d,) = session.run(tf.gradients(y, x))
    assert d.tolist() == ([[1, 2], [1, 2]] if "mode" in options else [[1, 1], [1, 1]])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0, 1, 2, 0, 0, 1]),
        ({"minlength": 8}, [0, 1, 2, 0, 0, 1, 0, 0]),
        ({"maxlength": 3}, [0, 1, 2]),
        ({"minlength": 3, "maxlength": 4}, [0, 1, 2, 0]),
        ({"weights": [0.5, 1.0, 2.0, 4.0], "maxlength": 3}, [0.0, 0.5, 3.0]),
    ],
)
def test_how_long_a_bincount_is(options: dict[str, Any], expected: list[float]) -> None:
    numbers = np.array([1, 2, 2, 5], np.int32)
    with tf.Session() as session:
        assert session.run(tf.bincount(numbers, **options)).tolist() == expected
        assert session.run(tf.bincount(numbers[:0], minlength=2)).tolist() == [0, 0]
    fs.enable_eager_execution()
    assert fs.bincount(numbers, **options).tolist() == expected
    assert fs.bincount(numbers, dtype=fs.int64).dtype == np.int64
