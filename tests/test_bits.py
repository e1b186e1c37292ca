"""tf.bitwise and tf.bitcast, computed and recorded; the numbers are TensorFlow 1.15's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope as fs

INT = np.array([6, 5], np.int32)
CASES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("bitwise_and", (INT, 3), [2, 1]),
    ("bitwise_or", (INT, 3), [7, 7]),
    ("bitwise_xor", (INT, 3), [5, 6]),
    ("invert", (INT,), [-7, -6]),
    ("left_shift", (INT, 1), [12, 10]),
    ("left_shift", (np.array([1, 1], np.int32), np.array([33, -1], np.int32)), [-2147483648, 1]),
    ("right_shift", (np.array([-8, 7], np.int32), 1), [-4, 3]),
    ("right_shift", (np.array([200], np.uint8), 1), [100]),
    ("right_shift", (np.array([-8, 8], np.int32), np.array([40, -1], np.int32)), [-1, 8]),
]
CASTS: list[tuple[Any, str, Any]] = [
    (np.array([1.0], np.float32), "int32", [1065353216]),
    (np.array([[1.0, 2.0]], np.float32), "uint8", [[[0, 0, 128, 63], [0, 0, 0, 64]]]),
    (np.array([[1, 2], [3, 4]], np.uint8), "uint16", [513, 1027]),
]


@pytest.mark.parametrize(("name", "args", "wanted"), CASES)
def test_bits(name: str, args: tuple[Any, ...], wanted: Any) -> None:
    found = getattr(fs.bitwise, name)(*args)
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == args[0].dtype


@pytest.mark.parametrize(("name", "args", "wanted"), CASES)
def test_bits_of_a_graph(graph_mode: ModuleType, name: str, args: tuple[Any, ...], wanted: Any) -> None:
    tf = graph_mode
    tensor = getattr(tf.bitwise, name)(*(tf.constant(arg, args[0].dtype) for arg in args))
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(tensor), wanted)
    assert tensor.shape.as_list() == list(np.shape(wanted))


@pytest.mark.parametrize(("array", "dtype", "wanted"), CASTS)
def test_bytes_read_as_another_dtype(array: Any, dtype: str, wanted: Any) -> None:
    found = fs.bitcast(array, dtype)
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == dtype and not np.shares_memory(found, array)


@pytest.mark.parametrize(("array", "dtype", "wanted"), CASTS)
def test_bytes_of_a_graph(graph_mode: ModuleType, array: Any, dtype: str, wanted: Any) -> None:
    tf = graph_mode
    tensor = tf.bitcast(array, dtype)
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(tensor), wanted)
    assert (tensor.shape.as_list(), tensor.op.type) == (list(np.shape(wanted)), "Bitcast")
    assert tf.bitcast(tf.placeholder(tf.uint8, [None, 4]), tf.int32).shape.as_list() == [None]


@pytest.mark.parametrize("program", [
    lambda tf: tf.bitwise.bitwise_and([1.0], [2.0]), lambda tf: tf.bitwise.invert([1.5]),
    lambda tf: tf.bitcast([True], tf.int32), lambda tf: tf.bitcast([1.0], tf.string),
])  # fmt: skip
def test_what_has_no_bits(program: Any, fresh_graph: None) -> None:
    for tf in (fs, fs.compat.v1):
        with pytest.raises(TypeError, match="Value passed to parameter '.*' has DataType .* not in list of allowed"):
            program(tf)


def test_bytes_that_make_no_number(graph_mode: ModuleType) -> None:
    with pytest.raises(ValueError, match="^Cannot bitcast due to shape. 3 does not match 4 for 'Bitcast'"):
        graph_mode.bitcast(np.array([1, 2, 3], np.uint8), "int32")
    fs.enable_eager_execution()
    with pytest.raises(ValueError, match="^Cannot bitcast due to shape. 3 does not match 4"):
        fs.bitcast(np.array([1, 2, 3], np.uint8), "int32")
