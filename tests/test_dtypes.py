"""dtypes: names, equality, NumPy's understanding of them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from fastscope.arrays import dtypes
from fastscope.arrays.dtypes import as_dtype

NAMES = [
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_by_every_spelling(name: str) -> None:
    dtype = getattr(dtypes, name)
    numpy_type = dtype.as_numpy_dtype
    assert dtype.name == name
    for spelling in (dtype, name, numpy_type, np.dtype(numpy_type), dtype._as_ref, name + "_ref"):
        assert as_dtype(spelling).base_dtype is dtype
        assert dtype == spelling
        assert dtype.is_compatible_with(spelling)
    assert np.zeros(3, dtype).dtype.name == name
    assert dtype.size == np.zeros(1, dtype).nbytes


def test_repr_and_str_are_tensorflows() -> None:
    assert (repr(dtypes.float32), str(dtypes.float32)) == ("tf.float32", "<dtype: 'float32'>")
    assert str(dtypes.int64._as_ref) == "<dtype: 'int64_ref'>"


def test_ref_twin() -> None:
    ref = dtypes.float32._as_ref
    assert (ref.name, ref.base_dtype, ref._is_ref_dtype) == ("float32_ref", dtypes.float32, True)
    assert dtypes.float32.base_dtype is dtypes.float32
    assert not dtypes.float32._is_ref_dtype
    assert ref == dtypes.float32
    assert hash(ref) == hash(dtypes.float32)
    assert ref._as_ref is ref
    assert ref.as_numpy_dtype is np.float32
    assert ref.is_floating


def test_equality_tells_types_apart() -> None:
    assert dtypes.float32 != dtypes.float64
    assert dtypes.float32 != np.float64
    assert dtypes.float32 != "nope"
    assert dtypes.float32 != 3
    assert dtypes.float64 is not None
    assert np.float32 == dtypes.float32
    assert np.dtype("int8") == dtypes.int8
    assert len({getattr(dtypes, name) for name in NAMES}) == len(NAMES)


def test_python_and_odd_spellings() -> None:
    found = [as_dtype(x) for x in (float, int, bool, complex, str, bytes, object)]
    expected = ["float32", "int32", "bool", "complex128", "string", "string", "string"]
    assert [d.name for d in found] == expected
    odd = ("half", "float", "double", "f8", np.longlong, np.dtype("S3"), ">f4")
    assert [as_dtype(x).name for x in odd] == (
        ["float16", "float32", "float64", "float64", "int64", "string", "float32"]
    )


def test_tensorflows_numbers() -> None:
    assert [as_dtype(n).name for n in (1, 3, 9, 14, 101)] == ["float32", "int32", "int64", "bfloat16", "float32_ref"]
    assert all(as_dtype(getattr(dtypes, name).as_datatype_enum).name == name for name in NAMES)


@pytest.mark.parametrize(
    "bad", ["nope", None, 99, 0, True, dict, np.floating, np.generic, np.dtype("M8[s]"), "float128", [1]]
)
def test_not_a_dtype(bad: object) -> None:
    with pytest.raises(TypeError, match="^Cannot convert value ") as caught:
        as_dtype(bad)
    assert "float32" in str(caught.value)  # the way out: the names that exist
    assert repr(bad) in str(caught.value)


def test_kinds() -> None:
    def names_where(question: str) -> set[str]:
        return {name for name in NAMES if getattr(getattr(dtypes, name), question)}

    assert names_where("is_floating") == {"float16", "float32", "float64", "bfloat16"}
    assert names_where("is_integer") == {n for n in NAMES if "int" in n}
    assert names_where("is_complex") == {"complex64", "complex128"}
    assert names_where("is_bool") == {"bool"}
    assert not dtypes.string.is_integer
    assert names_where("is_unsigned") == {n for n in NAMES if n.startswith("uint")}
    assert dtypes.string.as_numpy_dtype is object


def test_limits() -> None:
    assert (dtypes.int8.min, dtypes.int8.max, dtypes.uint16.max) == (-128, 127, 65535)
    assert (dtypes.float16.min, dtypes.float16.max) == (-65504, 65504)
    assert float(dtypes.bfloat16.max) == pytest.approx(3.38953e38, rel=1e-5)
    with pytest.raises(TypeError, match="<dtype: 'bool'> does not have a minimum value"):
        _ = dtypes.bool.min
    with pytest.raises(TypeError, match="<dtype: 'string'> does not have a maximum value"):
        _ = dtypes.string.max


def test_copies_and_pickles_are_the_same_object() -> None:
    for dtype in (dtypes.float32, dtypes.bfloat16, dtypes.int8._as_ref, dtypes.string):
        assert pickle.loads(pickle.dumps(dtype)) is dtype
        assert copy.deepcopy(dtype) is dtype


def test_bfloat16_without_ml_dtypes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ml_dtypes", None)
    fresh = dtypes.DType("bfloat16", "f", None)
    with pytest.raises(ImportError, match="pip install ml_dtypes"):
        _ = fresh.as_numpy_dtype
