"""The lists in a serialized Example, found without making messages of them.

Source: tensorflow/core/util/example_proto_fast_parsing.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..checkpoint.protowire import WireError, fields, read_varints
from ..errors import data as errors

__all__ = ["KINDS", "Found", "example_features", "sequence_features", "values_of"]

KINDS = {1: "string", 2: "float", 3: "int64"}
_NAMES = {"string": "string", "float32": "float", "int64": "int64"}

Found = tuple[int, Any]
"""Which of the three lists it is, 0 = none, and its bytes."""


def example_features(data: bytes) -> dict[str, Found]:
    """Return name -> list of a serialized Example.

    Raises:
        InvalidArgumentError: it is none.
    """
    return _guarded(data, lambda: _features(part for number, _, part in fields(memoryview(data)) if number == 1))


def sequence_features(data: bytes) -> tuple[dict[str, Found], dict[str, list[Found]]]:
    """Return the context of a serialized SequenceExample, and name -> lists, one for each step.

    Raises:
        InvalidArgumentError: it is none.
    """

    def find() -> Any:
        parts = [(number, part) for number, _, part in fields(memoryview(data))]
        context = _features(part for number, part in parts if number == 1)
        steps: dict[str, list[Found]] = {}
        for number, part in parts:
            for _, _, entry in fields(part) if number == 2 else ():
                key, value = _entry(entry)
                steps[key] = [_feature(feature) for _, _, feature in fields(value)]
        return context, steps

    return _guarded(data, find)


def _guarded(data: bytes, find: Any) -> Any:
    try:
        return find()
    except (WireError, TypeError, UnicodeDecodeError):
        raise errors.not_an_example(data) from None


def _features(parts: Any) -> dict[str, Found]:
    found = {}
    for part in parts:
        for _, _, entry in fields(part):
            key, value = _entry(entry)
            found[key] = _feature(value)
    return found


def _entry(entry: Any) -> tuple[str, Any]:
    key, value = "", b""
    for number, _, part in fields(entry):
        if number == 1:
            key = bytes(part).decode()
        elif number == 2:
            value = part
    return key, value


def _feature(feature: Any) -> Found:
    found: Found = (0, b"")
    for number, wire, part in fields(feature):
        if number in KINDS and wire == 2:
            found = (number, part)
    return found


def values_of(found: Found, dtype: Any, where: str) -> Any:
    """Return the values of a list as an array; empty where there is none.

    Raises:
        InvalidArgumentError: it is a list of another type.
    """
    kind, data = found
    wanted = _NAMES[dtype.name]
    if kind and KINDS[kind] != wanted:
        raise errors.feature_kind(where, KINDS[kind], wanted)
    if wanted == "string":
        texts = [bytes(part) for number, _, part in fields(data) if number == 1]
        array = np.empty(len(texts), object)
        array[:] = texts
        return array
    parts = [_numbers(part, wire, wanted) for number, wire, part in fields(data) if number == 1]
    return np.concatenate(parts) if len(parts) != 1 and parts else parts[0] if parts else np.empty(0, dtype.dtype)


def _numbers(part: Any, wire: int, kind: str) -> Any:
    if kind == "float":
        return np.frombuffer(part if wire == 2 else int(part).to_bytes(4, "little"), "<f4").astype(np.float32)
    numbers = read_varints(part) if wire == 2 else np.array([part], np.uint64)
    return numbers.view(np.int64)
