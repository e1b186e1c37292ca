"""What a field of a message is: its number, what it holds, and how often.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ..errors import messages as errors

__all__ = ["DEFAULTS", "Field", "checked"]

DEFAULTS: dict[Any, Any] = {"double": 0.0, "float": 0.0, "int": 0, "bool": False, "enum": 0, "string": "", "bytes": b""}


class Field(NamedTuple):
    """One field.

    Attributes:
        number: by which it is written.
        kind: "double", "float", "int", "bool", "enum", "string", "bytes", or the class of its messages.
        repeated: whether it is a list.
        is_map: whether it is a dict from text to messages.
        oneof: the group of which only one can be set; "" = none.
        names: of an enum's values.
    """

    number: int
    kind: Any
    repeated: bool = False
    is_map: bool = False
    oneof: str = ""
    names: Mapping[int, str] = MappingProxyType({})

    @property
    def is_message(self) -> bool:
        """Whether it holds messages."""
        return isinstance(self.kind, type)


def checked(kind: str, value: Any) -> Any:
    """Return a value as a field of this kind holds it.

    Raises:
        TypeError: another type.
    """
    if kind == "string":
        if isinstance(value, bytes):
            return value.decode()
        if not isinstance(value, str):
            raise errors.wrong_type(value, "bytes, unicode")
        return value
    if kind == "bytes":
        if not isinstance(value, bytes):
            raise errors.wrong_type(value, "bytes")
        return value
    if kind in ("float", "double"):
        if not isinstance(value, (int, float, np.number, np.bool_)) and np.ndim(value) != 0:
            raise errors.wrong_type(value, "numbers.Real")
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise errors.wrong_type(value, "numbers.Real") from None
        if isinstance(value, (str, bytes)):
            raise errors.wrong_type(value, "numbers.Real")
        return _rounded(number) if kind == "float" else number
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    try:
        number = operator.index(int(value) if isinstance(value, np.bool_) else value)
    except TypeError:
        raise errors.wrong_type(value, "int") from None
    return bool(number) if kind == "bool" else int(number)


def _rounded(number: float) -> float:
    """Return a number as float32 has it; infinite where it is too large for that."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return float(np.copysign(np.inf, number))
