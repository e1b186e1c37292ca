"""Values turned into arrays, by TF's dtype rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..errors import arrays as errors
from . import dtypes
from .devices import Device, array_module, move, unwrap

__all__ = ["as_array", "as_host_array", "native", "new_buffer"]

_LINE = 64  # bytes of a cache line, and of a vector of AVX-512
_LARGE = 1 << 16  # bytes: where the place in a cache line begins to tell


def as_array(value: Any, dtype: Any = None, device: Device | None = None) -> Any:
    """Return `value` as an array of `dtype` on `device`, by TF's dtype rules.

    Args:
        value: number, string, nested lists, array, Variable. Without `dtype`, Python floats are
            float32 and Python ints int32 (int64 if they need it); what has a dtype keeps it.
        dtype: anything `as_dtype` takes.
        device: None leaves an array where it is and makes others on the host.

    Returns:
        A NumPy or CuPy array, which may be `value` itself.

    Raises:
        TypeError: a dtype that fastscope has not, or `value` does not go into `dtype` (a float into
            an int).
        ValueError: ragged lists, or no array at all.
        OverflowError: an integer on the host that `dtype` has no room for. (Looking would wait for a GPU.)
    """
    value = unwrap(value)
    array = value if array_module(value) is not np else as_host_array(value, dtype)
    wanted = dtypes.as_dtype(array.dtype if dtype is None else dtype)
    if array.dtype != wanted.dtype:
        _check_kind(array, dtypes.as_dtype(array.dtype), wanted)
        array = array.astype(wanted.dtype)
    return array if device is None else move(array, device)


def new_buffer(shape: tuple[int, ...], dtype: Any, xp: Any) -> Any:
    """Return an array that will be read and written often, not cleared.

    A large one on the host begins where a cache line does: NumPy's begin anywhere, and an update of four arrays that
    lie each at another place takes an eighth longer, or a third where they fit into a cache.

    Args:
        dtype: a NumPy dtype.
        xp: numpy or cupy, whose memory is aligned.
    """
    nbytes = math.prod(shape, start=dtype.itemsize)
    if xp is not np or nbytes < _LARGE or dtype.hasobject:
        return xp.empty(shape, dtype)
    memory = np.empty(nbytes + _LINE, np.uint8)
    return np.ndarray(shape, dtype, memory, -memory.ctypes.data % _LINE)


def native(array: Any) -> Any:
    """Return an array whose numbers lie in this machine's order of bytes: itself, or a copy of one that was read so."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def as_host_array(value: Any, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Return a host value as a NumPy array; see `as_array`."""
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    if type(value) is float and wanted is not None and wanted._kind == "f":  # most constants of a program
        return np.array(value).astype(wanted.dtype, copy=False)
    if value is None:
        raise errors.none_is_no_value()
    has_dtype = isinstance(value, (np.ndarray, np.generic)) or hasattr(value, "__array__")
    try:
        array = np.asarray(value)
    except ValueError:
        raise errors.ragged(value, _first_lengths(value)) from None
    if array.dtype.kind in "OSU":
        return _text_array(value, array, wanted)
    found = dtypes.as_dtype(array.dtype)
    if wanted is None:
        wanted = found if has_dtype else _narrow(array, found)
    elif not (array.size == 0 and not has_dtype):  # an empty list has no type of its own
        _check_kind(value, found, wanted)
    result = array.astype(wanted.dtype, copy=False)
    if found.is_integer and wanted.is_integer and not np.can_cast(found.dtype, wanted.dtype):
        wrong = array[result != array]
        if wrong.size:
            raise errors.integer_out_of_range(wrong[0], wanted)
    return result


def _first_lengths(value: Any) -> list[int]:
    """Return the shape that nested lists would have if all were as long as the first ones."""
    lengths = []
    while isinstance(value, (list, tuple)):
        lengths.append(len(value))
        value = value[0] if value else None
    return lengths


def _narrow(array: np.ndarray[Any, Any], found: dtypes.DType) -> dtypes.DType:
    """Return the dtype that TF gives Python numbers for which NumPy found `found`."""
    if found == dtypes.float64:
        return dtypes.float32
    if found == dtypes.int64:
        fits = np.array_equal(array, array.astype(np.int32))
        return dtypes.int32 if fits else dtypes.int64
    return found


# Kinds as in numpy.dtype.kind, "u" counted as "i": which kinds an array may be turned into unasked.
_HARMLESS_KINDS: Final = {"i": "ifc", "f": "fc", "c": "c", "b": "b", "O": "O"}


def _check_kind(value: Any, found: dtypes.DType, wanted: dtypes.DType) -> None:
    """Refuse what loses its kind: float to int, complex to float, number to bool or back."""
    source, target = found._kind.replace("u", "i"), wanted._kind.replace("u", "i")
    if target not in _HARMLESS_KINDS[source]:
        value = _culprit(value, target)
        raise errors.wrong_value_type(value, wanted, found)


def _culprit(value: Any, target: str) -> Any:
    """Return the first element of nested lists that does not go into a kind; what is no list itself."""
    if isinstance(value, (list, tuple)):
        for inner in value:
            found = _culprit(inner, target)
            if isinstance(found, (bool, int, float, complex)) and target not in _HARMLESS_KINDS[_kind_of(found)]:
                return found
    return value


def _kind_of(number: complex) -> str:
    return np.asarray(number).dtype.kind


def _text_array(value: Any, array: np.ndarray[Any, Any], wanted: dtypes.DType | None) -> np.ndarray[Any, Any]:
    """Return text as TF keeps it: an object array of bytes."""
    # as they were written: NumPy's own texts have no zeros at their ends, and its numbers beside text are text
    given: Sequence[Any] = array.ravel().tolist() if value is array else np.asarray(value, object).ravel().tolist()
    if not all(isinstance(text, (str, bytes)) for text in given):
        raise errors.not_an_array(value)
    if wanted not in (None, dtypes.string):
        raise errors.wrong_value_type(value, wanted, dtypes.string)
    result = np.empty(array.size, dtype=object)
    result[:] = [text.encode() if isinstance(text, str) else text for text in given]
    return result.reshape(array.shape)
