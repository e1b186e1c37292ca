"""TensorShape: a tuple that answers TF1's questions."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from fastscope.arrays.shapes import Dimension, TensorShape, as_shape

UNKNOWN = TensorShape(None)


def test_spellings() -> None:
    for spelling in ([2, 3], (2, 3), TensorShape([2, 3]), np.array([2, 3]), iter([2, 3])):
        assert TensorShape(spelling) == (2, 3)
    assert TensorShape(5) == TensorShape(np.int64(5)) == (5,)
    assert TensorShape([Dimension(2), None, np.int32(4), Dimension(None)]).as_list() == [2, None, 4, None]
    assert TensorShape([]) == ()
    assert TensorShape([3]) == 3 == TensorShape([3]) and TensorShape([3]) != 4 and TensorShape([None]) != 3
    assert as_shape((2, 3)) == TensorShape([2, 3])
    shape = TensorShape([2])
    assert TensorShape(shape) is as_shape(shape) is shape


def test_is_a_plain_tuple_of_ints() -> None:
    shape = TensorShape([np.int64(2), Dimension(3)])
    assert np.zeros(shape).shape == (2, 3)
    assert (2, 3) == shape
    assert shape == [2, 3]
    assert shape != (3, 2)
    assert shape != [2, 3, 1]
    assert hash(shape) == hash((2, 3))
    assert [type(n) for n in shape.as_list()] == [type(n) for n in shape.sizes or ()] == [int, int]
    assert shape.sizes == (2, 3)
    assert type(shape.sizes) is tuple
    assert np.array(shape).tolist() == [2, 3]
    assert isinstance(shape[0], int)


def test_strings_are_tensorflows() -> None:
    shapes = (
        TensorShape([2, 3]),
        TensorShape([None, 2]),
        TensorShape([2]),
        TensorShape([]),
        UNKNOWN,
    )
    assert [str(s) for s in shapes] == ["(2, 3)", "(?, 2)", "(2,)", "()", "<unknown>"]
    assert repr(TensorShape([None, 2])) == "TensorShape([Dimension(None), Dimension(2)])"
    assert repr(UNKNOWN) == "TensorShape(None)"


def test_dimensions_of_a_shape() -> None:
    shape = TensorShape([7, None, 5])
    assert shape[0].value == 7
    assert type(shape[0].value) is int
    assert shape[-1] == 5
    assert shape[1].value is None
    assert shape.dims == [7, shape[1], 5]
    assert [size.value for size in shape] == [7, None, 5]
    assert [str(size) for size in shape] == ["7", "?", "5"]
    count = 1
    for size in TensorShape([2, 3, 4]):
        count *= size.value or 0
    assert count == 24
    assert [*UNKNOWN[:3]] == [UNKNOWN[0]] * 3
    assert 7 in shape
    assert None in shape
    assert 3 not in shape


def test_dimension_arithmetic_is_tensorflows() -> None:
    d = Dimension
    results = (
        d(3) + 2, d(3) * d(None), d(7) // 2, d(7) - 2, d(7) % 4, 2 + d(3), 9 - d(2), 9 // d(2), 9 % d(4),
        None + d(2), d(None) - 1, d(3) == 3, d(None) == 3, d(3) < 4, d(None) < 4, d(3) == None, d(3) != d(4),  # noqa: E711
        4 > d(3), d(None) == d(None), d(3) == "x",
    )  # fmt: skip
    assert " ".join(map(repr, results)) == (
        "Dimension(5) Dimension(None) Dimension(3) Dimension(5) Dimension(3) Dimension(5) Dimension(7) Dimension(4) "
        "Dimension(1) Dimension(None) Dimension(None) True None True None None True True None False"
    )
    assert (d(3) + 0.5, d(3) * 2.0, d("4")) == (3.5, 6.0, 4)
    assert (f"{d(3):03d}", str(d(None)), [10, 11, 12, 13][d(3)]) == ("003", "?", 13)
    assert np.zeros([d(3), 2]).shape == (3, 2)
    assert d(None).merge_with(4) == d(4).merge_with(None) == 4
    assert d(2).is_compatible_with(None)
    assert len({d(3), 3, d(None), d(None)}) == 2


def test_dimension_errors() -> None:
    d = Dimension
    with pytest.raises(TypeError, match=r"__int__ returned non-int \(type NoneType\): this dimension is not known"):
        int(d(None))
    with pytest.raises(TypeError, match="__index__ returned non-int"):
        range(d(None))
    for divide in (lambda: d(3) / 2, lambda: d(None) / 2):
        with pytest.raises(TypeError, match="for /: 'Dimension' and 'int', please use // instead"):
            divide()
    with pytest.raises(TypeError, match="for /: 'int' and 'Dimension', please use // instead"):
        6 / d(3)
    with pytest.raises(ValueError, match="^Dimension -1 must be >= 0"):
        d(-1)
    with pytest.raises(ValueError, match="^Dimension -2 must be >= 0"):
        d(3) - 5
    with pytest.raises(ValueError, match="invalid literal for int"):
        d("a")
    with pytest.raises(ValueError, match="^Dimensions 2 and 3 are not compatible"):
        d(2).merge_with(3)


def test_slices_and_sums_are_shapes() -> None:
    shape = TensorShape([2, 3, 4])
    assert isinstance(shape[1:], TensorShape)
    assert shape[1:] == (3, 4)
    assert isinstance(shape[:1] + [9], TensorShape)
    assert shape[:1] + [9] == (2, 9)
    assert shape[:1].concatenate(UNKNOWN) is UNKNOWN
    assert UNKNOWN + [2] is UNKNOWN
    assert [9] + shape[:1] == (9, 2)
    assert UNKNOWN[1:3].as_list() == [None, None]
    assert UNKNOWN[:-1] is UNKNOWN
    with pytest.raises(ValueError, match="^Steps are not yet handled"):
        UNKNOWN[::2]


def test_unknown_dimensions_equal_nothing() -> None:
    shape = TensorShape([2, None])
    assert shape == shape
    assert shape != TensorShape([2, None])
    assert shape != [2, None]
    assert bool(TensorShape([]))


def test_counting() -> None:
    assert TensorShape([2, 3, 4]).num_elements() == 24
    assert TensorShape([]).num_elements() == 1
    assert TensorShape([2, None]).num_elements() is None
    assert [TensorShape(s).rank for s in ([2, 3], [], None)] == [2, 0, None]
    assert TensorShape([2, 3]).ndims == 2
    assert [TensorShape(s).is_fully_defined() for s in ([2, 3], [2, None], [], None)] == [
        True,
        False,
        True,
        False,
    ]


def test_unknown_is_no_scalar() -> None:
    assert TensorShape(None) is UNKNOWN
    assert UNKNOWN != TensorShape([])
    assert TensorShape([]) != UNKNOWN
    assert UNKNOWN != ()
    assert UNKNOWN.dims is None
    assert UNKNOWN.num_elements() is None
    assert UNKNOWN[0].value is None
    assert UNKNOWN[1:] is UNKNOWN
    assert not UNKNOWN
    assert len({UNKNOWN, TensorShape([])}) == 2
    with pytest.raises(ValueError, match=r"as_list\(\) is not defined on an unknown TensorShape"):
        UNKNOWN.as_list()
    with pytest.raises(ValueError, match="Cannot take the length of shape with unknown rank"):
        len(UNKNOWN)
    with pytest.raises(
        ValueError, match="Cannot iterate over a shape with unknown rank. Give the shape, or ask for `rank` first"
    ):
        list(UNKNOWN)


def test_compatibility_and_merging() -> None:
    shape = TensorShape([2, None])
    for other in ([2, 3], [None, 3], None, [2, None], (Dimension(None), 3)):
        assert shape.is_compatible_with(other)
    for other in ([3, 3], [2], [2, 3, 1], []):
        assert not shape.is_compatible_with(other)
    assert shape.merge_with([None, 3]) == (2, 3)
    assert shape.merge_with(None) is shape
    assert UNKNOWN.merge_with(shape) is shape
    with pytest.raises(ValueError, match=r"^Shapes \(2, \?\) and \(3, 3\) are not compatible"):
        shape.merge_with([3, 3])
    shape.assert_is_compatible_with([2, 5])
    assert shape.most_specific_compatible_shape([2, 3]).as_list() == [2, None]
    assert shape.most_specific_compatible_shape([3, 3]).as_list() == [None, None]
    assert shape.most_specific_compatible_shape([2]) is UNKNOWN
    with pytest.raises(ValueError, match=r"^Shapes \(2, \?\) and \(5, 2\) are incompatible"):
        shape.assert_is_compatible_with([5, 2])


def test_ranks() -> None:
    shape = TensorShape([2, 3])
    assert shape.with_rank(2) is shape
    assert UNKNOWN.with_rank(2).as_list() == [None, None]
    assert shape.with_rank_at_least(1) is shape.with_rank_at_most(2) is shape
    shape.assert_same_rank([None, 9])
    shape.assert_same_rank(None)
    shape.assert_has_rank(2)
    UNKNOWN.assert_has_rank(9)
    with pytest.raises(ValueError, match=r"^Shape \(2, 3\) must have rank 3$"):
        shape.with_rank(3)
    with pytest.raises(ValueError, match="must have rank at least 3"):
        shape.with_rank_at_least(3)
    with pytest.raises(ValueError, match="must have rank at most 1"):
        shape.with_rank_at_most(1)
    with pytest.raises(ValueError, match=r"^Shapes \(2, 3\) and \(2,\) must have the same rank"):
        shape.assert_same_rank([2])
    with pytest.raises(ValueError, match="must have rank 1"):
        shape.assert_has_rank(1)
    shape.assert_is_fully_defined()
    with pytest.raises(ValueError, match=r"\(2, \?\) is not fully defined"):
        TensorShape([2, None]).assert_is_fully_defined()


def test_bad_shapes() -> None:
    with pytest.raises(ValueError, match="^Dimension -1 must be >= 0"):
        TensorShape([-1])
    with pytest.raises(TypeError, match=r"^Dimension value must be integer .* got value 1.5"):
        TensorShape([1.5])
    for bad in ("ab", {2: 3}, 1.5):
        with pytest.raises(TypeError, match="^Failed to convert .* to a shape"):
            TensorShape(bad)


def test_copies_and_pickles() -> None:
    for shape in (TensorShape([2, None]), TensorShape([])):
        again = pickle.loads(pickle.dumps(shape))
        assert isinstance(again, TensorShape)
        assert again.as_list() == copy.deepcopy(shape).as_list() == shape.as_list()
    for size in (Dimension(3), Dimension(None)):
        assert pickle.loads(pickle.dumps(size)).value == copy.deepcopy(size).value == size.value
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN
    assert copy.deepcopy(UNKNOWN) is UNKNOWN
