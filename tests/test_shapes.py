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
    assert TensorShape([Dimension(2), None, np.int32(4)]) == (2, None, 4)
    assert TensorShape([]) == ()
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
    assert [type(n) for n in shape] == [int, int]
    assert type(shape.as_list()[0]) is int


def test_strings_are_tensorflows() -> None:
    shapes = (
        TensorShape([2, 3]),
        TensorShape([None, 2]),
        TensorShape([2]),
        TensorShape([]),
        UNKNOWN,
    )
    assert [str(s) for s in shapes] == ["(2, 3)", "(?, 2)", "(2,)", "()", "<unknown>"]
    assert repr(TensorShape([None, 2])) == "TensorShape([None, 2])"
    assert repr(UNKNOWN) == "TensorShape(None)"


def test_dimension_value() -> None:
    shape = TensorShape([7, None, 5])
    assert shape[0].value == 7  # type: ignore[union-attr]
    assert shape[-1] == 5
    assert shape[1] is None
    assert shape.dims == [7, None, 5]
    assert isinstance(shape.dims[2], Dimension)
    assert (Dimension(3) + 1, int(Dimension(3)), repr(Dimension(3))) == (4, 3, "3")
    assert type(Dimension(3).value) is int
    with pytest.raises(TypeError, match="an unknown dimension is None itself here"):
        Dimension(None)


def test_slices_and_sums_are_shapes() -> None:
    shape = TensorShape([2, 3, 4])
    assert isinstance(shape[1:], TensorShape)
    assert shape[1:] == (3, 4)
    assert isinstance(shape[:1] + [9], TensorShape)
    assert shape[:1] + [9] == (2, 9)
    assert shape[:1].concatenate(UNKNOWN) is UNKNOWN
    assert UNKNOWN + [2] is UNKNOWN


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
    assert UNKNOWN[0] is None
    assert UNKNOWN[1:] is UNKNOWN
    assert not UNKNOWN
    assert len({UNKNOWN, TensorShape([])}) == 2
    with pytest.raises(ValueError, match=r"as_list\(\) is not defined on an unknown TensorShape"):
        UNKNOWN.as_list()
    with pytest.raises(ValueError, match=r"len\(\) is not defined"):
        len(UNKNOWN)
    with pytest.raises(ValueError, match="iteration is not defined"):
        list(UNKNOWN)


def test_compatibility_and_merging() -> None:
    shape = TensorShape([2, None])
    for other in ([2, 3], [None, 3], None, [2, None]):
        assert shape.is_compatible_with(other)
    for other in ([3, 3], [2], [2, 3, 1], []):
        assert not shape.is_compatible_with(other)
    assert shape.merge_with([None, 3]) == (2, 3)
    assert shape.merge_with(None) is shape
    assert UNKNOWN.merge_with(shape) is shape
    with pytest.raises(ValueError, match=r"^Shapes \(2, \?\) and \(3, 3\) are not compatible"):
        shape.merge_with([3, 3])
    shape.assert_is_compatible_with([2, 5])
    with pytest.raises(ValueError, match="are not compatible"):
        shape.assert_is_compatible_with([5, 2])


def test_ranks() -> None:
    shape = TensorShape([2, 3])
    assert shape.with_rank(2) is shape
    assert UNKNOWN.with_rank(2) == (None, None)
    assert shape.with_rank_at_least(1) is shape
    shape.assert_has_rank(2)
    UNKNOWN.assert_has_rank(9)
    with pytest.raises(ValueError, match=r"^Shape \(2, 3\) must have rank 3$"):
        shape.with_rank(3)
    with pytest.raises(ValueError, match="must have rank at least 3"):
        shape.with_rank_at_least(3)
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
        assert again == shape
        assert isinstance(again, TensorShape)
        assert copy.deepcopy(shape) == shape
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN
    assert copy.deepcopy(UNKNOWN) is UNKNOWN
