"""Partitioners: TensorFlow's answers, recorded from it."""

from __future__ import annotations

import pytest

from fastscope.arrays import dtypes
from fastscope.arrays.shapes import TensorShape
from fastscope.scoping.partitioners import (
    fixed_size_partitioner,
    min_max_variable_partitioner,
    variable_axis_size_partitioner,
)

# [100, 8] of float32: 3200 bytes, rows of 32, columns of 400.
SHAPE = TensorShape([100, 8])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((4, 1), [1, 4]), ((2,), [2, 1]), ((900,), [100, 1]), ((9, 1), [1, 8]), ((3, -1), [1, 3])],
)
def test_fixed_size(arguments: tuple[int, ...], expected: list[int]) -> None:
    assert fixed_size_partitioner(*arguments)(shape=SHAPE, dtype=dtypes.float32) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((64,), [50, 1]),
        ((7,), [100, 1]),
        ((100,), [34, 1]),
        ((300,), [12, 1]),
        ((319,), [12, 1]),
        ((320,), [10, 1]),
        ((321,), [10, 1]),
        ((3200,), [1, 1]),
        ((65, 1), [1, 8]),
        ((900, 1), [1, 4]),
        ((64, 0, 16, 3), [3, 1]),
    ],
)
def test_variable_axis_size(arguments: tuple[int, ...], expected: list[int]) -> None:
    partitioner = variable_axis_size_partitioner(*arguments)
    assert partitioner(shape=SHAPE, dtype=dtypes.float32) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((4, 0, 64), [4, 1]),
        ((4,), [1, 1]),
        ((50, 0, 64), [50, 1]),
        ((4, 1, 16), [1, 4]),
        ((1000, 0, 1), [100, 1]),
        ((9, 0, 1000), [4, 1]),
        ((9, 0, 1067), [3, 1]),
        ((9, 0, 1599), [3, 1]),
        ((9, 0, 1600), [2, 1]),
        ((9, 0, 3201), [1, 1]),
    ],
)
def test_min_max(arguments: tuple[int, ...], expected: list[int]) -> None:
    partitioner = min_max_variable_partitioner(*arguments)
    assert partitioner(shape=SHAPE, dtype=dtypes.float32) == expected


def test_the_element_size_counts() -> None:
    partitioner = variable_axis_size_partitioner(640)
    answers = [partitioner(shape=SHAPE, dtype=d)[0] for d in (dtypes.int8, "float64", dtypes.string)]
    assert answers == [2, 10, 20]  # a string counts for 16 bytes
    assert min_max_variable_partitioner(5, 0, 64)(shape=SHAPE, dtype=dtypes.string) == [5, 1]
    wider = min_max_variable_partitioner(99, 0, 6400, bytes_per_string_element=32)
    assert wider(shape=SHAPE, dtype=dtypes.string) == [4, 1]


def test_empty_axis_is_one_part() -> None:
    empty = TensorShape([0, 8])
    for partitioner in (
        fixed_size_partitioner(3),
        variable_axis_size_partitioner(64),
        min_max_variable_partitioner(5, 0, 64),
    ):
        assert partitioner(shape=empty, dtype=dtypes.float32) == [1, 1]


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: fixed_size_partitioner(0), "num_shards"),
        (lambda: variable_axis_size_partitioner(0), "max_shard_bytes"),
        (lambda: variable_axis_size_partitioner(64, 0, 0), "bytes_per_string_element"),
        (lambda: variable_axis_size_partitioner(64, max_shards=0), "max_shards"),
        (lambda: min_max_variable_partitioner(0), "max_partitions"),
        (lambda: min_max_variable_partitioner(4, 0, 0), "min_slice_size"),
    ],
)
def test_arguments_must_be_positive(make: object, argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument} must be positive"):
        make()  # type: ignore[operator]


def test_shapes_that_cannot_be_cut() -> None:
    with pytest.raises(ValueError, match=r"along axis 3 when shape is only \(100, 8\)"):
        min_max_variable_partitioner(5, 3, 64)(shape=SHAPE, dtype=dtypes.float32)
    with pytest.raises(ValueError, match="not fully defined"):
        fixed_size_partitioner(5)(shape=TensorShape([None, 8]), dtype=dtypes.float32)
