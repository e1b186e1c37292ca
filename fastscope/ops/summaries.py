"""Values as text, in the two forms that TensorFlow's printing operations have.

Source: tensorflow/core/framework/tensor.cc (SummarizeArray), tensorflow/core/lib/strings/numbers.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import to_numpy

__all__ = ["listed", "shown_whole"]


def listed(value: Any, limit: int | None = None) -> str:
    """Return the first `limit` elements, "[1 2 3...]" with brackets around each row; None = 3, below 0 all of them."""
    array = np.asarray(to_numpy(value))
    most = 3 if limit is None else array.size if limit < 0 else min(limit, array.size)
    most = min(most, array.size)
    if not array.ndim:
        text = _element(array[()]) if most else ""
    else:
        text, _ = _rows(array, most, outer=True)
    return f"[{text}{'...' * (array.size > most)}]"


def _rows(array: Any, left: int, outer: bool) -> tuple[str, int]:
    """Return the first `left` elements of an array, and how many are left after it."""
    if array.ndim == 1:
        text = " ".join(map(_element, array[:left]))
        return text + "..." * (not outer and len(array) > left), left - min(left, len(array))
    text = ""
    for row in array:
        if not left:
            break
        inner, left = _rows(row, left, outer=False)
        text += f"[{inner}]"
    return text, left


def shown_whole(value: Any, ends: int, quotes: bool = True) -> str:
    """Return an array in brackets, a line a row, the first and last `ends` of each axis; below 0 all of them.

    Args:
        quotes: whether text stands in quotes.
    """
    array = np.asarray(to_numpy(value))
    return _axis(array, array.size if ends < 0 else ends, 0, array.ndim, quotes)


def _axis(array: Any, ends: int, depth: int, rank: int, quotes: bool) -> str:
    if not rank - depth:
        return _element(array[()] if isinstance(array, np.ndarray) else array, quotes)
    space = " " if depth == rank - 1 else "\n" * (rank - depth - 1) + " " * (depth + 1)
    count = len(array)
    first = [_axis(array[k], ends, depth + 1, rank, quotes) for k in range(min(ends, count))]
    last = [_axis(array[k], ends, depth + 1, rank, quotes) for k in range(max(ends, count - ends), count)]
    return f"[{space.join([*first, *['...'] * (count > 2 * ends), *last])}]"


def _element(value: Any, quotes: bool = False) -> str:
    if isinstance(value, (bytes, str)):
        data = value.encode() if isinstance(value, str) else value
        return f'"{_escaped(data)}"' if quotes else _escaped(data)
    if isinstance(value, np.bool_):
        return str(int(value))
    if isinstance(value, np.complexfloating):
        return f"({_number(value.real)},{_number(value.imag)})"
    return str(int(value)) if isinstance(value, np.integer) else _number(value)


def _escaped(data: bytes) -> str:
    special = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(special.get(c) or (chr(c) if 32 <= c < 127 else f"\\{c:03o}") for c in data)


def _number(value: Any) -> str:
    """Return the shortest of two texts that is read as this very number."""
    few, many = (15, 17) if value.dtype == np.float64 else (6, 9)
    short = f"{float(value):.{few}g}"
    return short if value.dtype.type(float(short)) == value or value != value else f"{float(value):.{many}g}"
