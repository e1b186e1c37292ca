"""Functions of text, whose arrays hold bytes and lie on the host.

Source: tensorflow/core/kernels/string_join_op.cc, as_string_op.cc, string_to_number_op.cc, substr_op.cc,
regex_replace_op.cc, reduce_join_op.cc (TF 1.15). Patterns are read by Python's `re`, which shares RE2's common part.
"""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import as_array, dtypes, to_numpy
from ..arrays.dtypes import DType, as_dtype, string
from ..arrays.typing import Array
from ..errors import strings as errors
from . import shape_rules as rules
from .function import op
from .operands import checked_axis, either, on_device

__all__ = [
    "as_string",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "string_join",
    "string_strip",
    "string_to_number",
    "substr",
    "upper",
]

_WRITTEN = ("int8", "int16", "int32", "int64", "complex64", "complex128", "float32", "float64", "bool")
_READ = ("float32", "float64", "int32", "int64")


def _text(value: Any) -> Array:
    return as_array(value, string)


def _each(function: Callable[..., Any], *arrays: Any) -> Array:
    """Return the function's answers for the elements, an array of objects."""
    found: Array = np.asarray(np.frompyfunc(function, len(arrays), 1)(*arrays), dtype=object)
    return found


# ---- what a graph must know of them


def _joined_shape(*shapes: Any) -> Any:
    found: Any = ()
    for shape in shapes:
        if shape is None:
            return None
        if shape:
            found = rules.merged(found, shape) if found else shape
    return found


def _number_type(values: dict[str, Any]) -> DType:
    return as_dtype(values["out_type"])


def _one_number_form(values: dict[str, Any]) -> dict[str, Any]:
    text = either("input", values["input"], "string_tensor", values["string_tensor"])
    wanted = as_dtype(values["out_type"])
    if wanted.name not in _READ:
        raise errors.no_number_type(wanted, _READ)
    return values | {"string_tensor": text, "input": None}


def _one_axis_form(values: dict[str, Any]) -> dict[str, Any]:
    axis = either("axis", values["axis"], "reduction_indices", values["reduction_indices"])
    keep = either("keepdims", values["keepdims"], "keep_dims", values["keep_dims"])
    axes = None if axis is None else tuple(int(place) for place in np.ravel(axis))
    return values | {"axis": axes, "keepdims": bool(keep), "reduction_indices": None, "keep_dims": None}


def _reduced_shape(x: Any, *, axis: Any, keepdims: bool) -> Any:
    return rules.reduce(x, keepdims=keepdims) if axis is None else rules.reduce(x, axes=axis, keepdims=keepdims)


# ---- the functions


@op("StringJoin", "inputs*:string", shape=_joined_shape, dtype=string)
def string_join(inputs: Any, separator: str = "", name: str | None = None) -> Array:
    """Return texts put together element by element, `separator` between them; scalars go with every element.

    Raises:
        InvalidArgumentError: two of them have different shapes.
        ValueError: there are none.
    """
    arrays = [_text(value) for value in inputs]
    if not arrays:
        raise errors.nothing_to_join()
    shapes = [array.shape for array in arrays if array.shape]
    for shape in shapes:
        if shape != shapes[0]:
            raise errors.joined_shapes(shapes[0], shape)
    between = separator.encode()
    return _each(lambda *parts: between.join(parts), *arrays)


@op("AsString", "input", shape=rules.same, allowed=_WRITTEN, dtype=string)
def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Array:
    """Return numbers and bools as text, as C's printf writes them.

    Args:
        precision: digits behind the point of floats; -1 = 6.
        scientific: as 1.500000e+00.
        shortest: as 1.5.
        width: fewest characters.
        fill: what a shorter one begins with: "0", " ", "+"; "-" puts blanks behind it. "" = blanks.

    Raises:
        InvalidArgumentError: the options contradict each other, or are not for this dtype.
    """
    array = to_numpy(as_array(input))
    is_float = array.dtype.kind in "fc"
    if scientific and shortest:
        raise errors.both_notations()
    if len(fill) > 1:
        raise errors.long_fill(fill)
    if precision > -1 and not is_float:
        raise errors.not_for_this_dtype("precision", as_dtype(array.dtype))
    if (scientific or shortest) and not is_float:
        raise errors.not_for_this_dtype("scientific and shortest format", as_dtype(array.dtype))
    if array.dtype.kind == "b":
        return _each(lambda value: b"true" if value else b"false", array)
    size = (str(width) if width > -1 else "") + (f".{precision}" if precision > -1 else "")
    kind = ("e" if scientific else "g" if shortest else "f") if is_float else "d"

    def written(value: Any) -> str:
        flag = fill if math.isfinite(value) or fill != "0" else ""  # C fills up inf and nan with blanks
        return f"%{flag}{size}{kind}" % value

    if array.dtype.kind == "c":
        return _each(lambda value: f"({written(value.real)},{written(value.imag)})".encode(), array)
    return _each(lambda value: written(value).encode(), array)


@op(
    "StringToNumber",
    "string_tensor:string",
    shape=rules.same,
    dtype=_number_type,
    normalize=_one_number_form,
)
def string_to_number(
    string_tensor: Any = None, out_type: Any = dtypes.float32, name: str | None = None, input: Any = None
) -> Array:
    """Return the numbers that texts are: float32 by default, or float64, int32, int64.

    Raises:
        InvalidArgumentError: a text is no number, or one that the dtype does not hold.
        TypeError: another dtype.
    """
    values = _one_number_form({"string_tensor": string_tensor, "input": input, "out_type": out_type})
    wanted = as_dtype(out_type)
    read = _whole_number if wanted.is_integer else _float

    def number(text: bytes) -> Any:
        found = read(text.strip())
        if found is None or (wanted.is_integer and not wanted.min <= found <= wanted.max):
            raise errors.no_number(text)
        return found

    with np.errstate(over="ignore"):
        return on_device(_each(number, _text(values["string_tensor"])).astype(wanted.dtype))


def _whole_number(text: bytes) -> Any:
    return int(text) if re.fullmatch(rb"-?\d+", text) else None


def _float(text: bytes) -> Any:
    if b"_" in text or b"infinity" in text.lower():  # Python's own ways to write numbers
        return None
    try:
        return float.fromhex(text.decode()) if b"x" in text.lower() else float(text)
    except ValueError:
        return None


@op("StringStrip", "input:string", shape=rules.same, dtype=string)
def string_strip(input: Any, name: str | None = None) -> Array:
    """Return texts without the white space at both ends."""
    return _each(bytes.strip, _text(input))


def _in_case(function: Callable[[Any], Any], input: Any, encoding: str) -> Array:
    if encoding not in ("", "utf-8"):
        raise errors.unknown_encoding(encoding)
    if not encoding:  # ASCII's letters alone
        return _each(function, _text(input))
    return _each(lambda text: function(text.decode()).encode(), _text(input))


@op("StringLower", "input:string", shape=rules.same, dtype=string)
def lower(input: Any, encoding: str = "", name: str | None = None) -> Array:
    """Return texts in small letters: ASCII's, or with encoding="utf-8" all."""
    return _in_case(lambda text: text.lower(), input, encoding)


@op("StringUpper", "input:string", shape=rules.same, dtype=string)
def upper(input: Any, encoding: str = "", name: str | None = None) -> Array:
    """Return texts in capital letters: ASCII's, or with encoding="utf-8" all."""
    return _in_case(lambda text: text.upper(), input, encoding)


def _characters(text: bytes, unit: str) -> Any:
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise errors.unknown_unit(unit)
    return text if unit == "BYTE" else text.decode()


@op("StringLength", "input:string", shape=rules.same, dtype=dtypes.int32)
def length(input: Any, name: str | None = None, unit: str = "BYTE") -> Array:
    """Return how long texts are: in bytes, or with unit="UTF8_CHAR" in characters."""
    return on_device(_each(lambda text: builtins.len(_characters(text, unit)), _text(input)).astype(np.int32))


@op("Substr", "input:string | pos len:index", shape=lambda x, pos, len: rules.broadcast(x, pos), dtype=string)
def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Array:
    """Return of each text `len` bytes or characters from `pos` on; a negative `pos` counts from the end.

    Raises:
        InvalidArgumentError: `pos` is not in the text.
    """

    def part(text: bytes, start: Any, count: Any) -> bytes:
        characters = _characters(text, unit)
        size = builtins.len(characters)
        if not -size <= start <= size:
            raise errors.not_in_text(int(start), text)
        start = start + size if start < 0 else start
        found = characters[start : start + max(count, 0)]
        return found if unit == "BYTE" else found.encode()

    return _each(part, _text(input), *(to_numpy(as_array(number)) for number in (pos, len)))


def _compiled(pattern: str) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode())
    except re.error as reason:
        raise errors.bad_pattern(pattern, str(reason)) from None


@op("StaticRegexReplace", "input:string", shape=rules.same, dtype=string)
def regex_replace(
    input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: str | None = None
) -> Array:
    r"""Return texts with what matches a pattern replaced; `\\1` in `rewrite` is its first group.

    Args:
        replace_global: False replaces the first match only.

    Raises:
        InvalidArgumentError: `pattern` is no pattern.
    """
    compiled, new = _compiled(pattern), rewrite.replace("\\0", "\\g<0>").encode()
    return _each(lambda text: compiled.sub(new, text, count=0 if replace_global else 1), _text(input))


@op("StaticRegexFullMatch", "input:string", shape=rules.same, dtype=dtypes.bool)
def regex_full_match(input: Any, pattern: str, name: str | None = None) -> Array:
    """Return whether a pattern matches the whole of each text.

    Raises:
        InvalidArgumentError: `pattern` is no pattern.
    """
    compiled = _compiled(pattern)
    return on_device(_each(lambda text: compiled.fullmatch(text) is not None, _text(input)).astype(bool))


@op("ReduceJoin", "inputs:string", inner="ReduceJoin", shape=_reduced_shape, normalize=_one_axis_form, dtype=string)
def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Array:
    """Return texts put together along `axis`; several axes one after the other, None = all from the last on."""
    values = {"axis": axis, "reduction_indices": reduction_indices, "keepdims": keepdims, "keep_dims": keep_dims}
    facts, array = _one_axis_form(values), _text(inputs)
    rank = array.ndim
    places = [checked_axis("reduce_join", place, rank) for place in facts["axis"] or ()]
    joined = list(range(rank)) if facts["axis"] is None else places[::-1]
    kept = [place for place in range(rank) if place not in joined]
    shape = [array.shape[place] for place in kept]
    rows = array.transpose([*kept, *joined]).reshape(math.prod(shape), -1)
    between, found = separator.encode(), np.empty(builtins.len(rows), dtype=object)
    found[:] = [between.join(row) for row in rows]
    final = [1 if place in joined else array.shape[place] for place in range(rank)] if facts["keepdims"] else shape
    return found.reshape(final)
