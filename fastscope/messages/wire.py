"""Messages as bytes.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checkpoint.protowire import WireError, fields, read_varints, signed, varint
from ..errors import messages as errors
from .fields import Field

if TYPE_CHECKING:
    from .message import Message

__all__ = ["FieldWriter", "decoded", "encoded", "writers_of"]

FieldWriter = tuple[str, Field, Any, bytes]
"""The name of a field, the field, what writes it, and what stands before its value."""
_FIXED = {"double": ("<d", 1), "float": ("<f", 5)}
_TEXTS = ("string", "bytes")
_BYTES = 2  # the wire type of text, messages and blocks of numbers


_SHORT = [varint(number) for number in range(1 << 11)]
"""Numbers as bytes: the lengths of most parts, and all that comes before them."""


def encoded(message: Any, by_keys: bool = False) -> bytes:
    """Return a message as bytes, its fields by their numbers.

    Args:
        by_keys: put the entries of maps in the order of their keys: equal messages are the same bytes then.
    """
    found: list[bytes] = []
    values, given = message._values, message._given
    for name, field, write, tag in message._writers:
        value = values.get(name)
        if value is not None:
            write(found, field, tag, value, name in given, by_keys)
    return b"".join(found)


def writers_of(known: Mapping[str, Field]) -> list[FieldWriter]:
    """Return the fields of a message in the order of their numbers, with what writes each and what stands before it."""
    found: list[FieldWriter] = []
    for name, field in sorted(known.items(), key=lambda item: item[1].number):
        if field.is_map:
            write, wire = _write_map, _BYTES
        elif field.is_message:
            write, wire = (_write_messages if field.repeated else _write_message), _BYTES
        elif field.repeated:
            write, wire = (_write_texts if field.kind in _TEXTS else _write_numbers), _BYTES
        elif field.kind in _TEXTS:
            write, wire = _write_text, _BYTES
        else:
            write, wire = _write_number, _FIXED[field.kind][1] if field.kind in _FIXED else 0
        found.append((name, field, write, varint(field.number << 3 | wire)))
    return found


def _number(value: int) -> bytes:
    return _SHORT[value] if 0 <= value < len(_SHORT) else varint(value)


def _write_message(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    data = encoded(value, by_keys)
    if data or is_given:
        out += tag, _number(len(data)), data


def _write_messages(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    for item in value:
        data = encoded(item, by_keys)
        out += tag, _number(len(data)), data


def _write_map(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    for key, item in sorted(value.items(), key=lambda item: item[0]) if by_keys else value.items():
        name, data = key.encode(), encoded(item, by_keys)
        start = b"".join((b"\x0a", _number(len(name)), name, b"\x12", _number(len(data))))
        out += tag, _number(len(start) + len(data)), start, data


def _write_text(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    if value or field.oneof:
        data = value.encode() if field.kind == "string" else value
        out += tag, _number(len(data)), data


def _write_texts(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    for item in value:
        data = item.encode() if field.kind == "string" else item
        out += tag, _number(len(data)), data


def _write_number(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    if field.kind in _FIXED:
        if field.oneof or value != 0 or str(value) == "-0.0":
            out += tag, struct.pack(_FIXED[field.kind][0], value)
    elif field.oneof or value:
        out += tag, _number(int(value))


def _write_numbers(out: list[bytes], field: Field, tag: bytes, value: Any, is_given: bool, by_keys: bool) -> None:
    if not value:
        return
    if field.kind in _FIXED:
        data = np.asarray(value, f"<f{8 if field.kind == 'double' else 4}").tobytes()
    else:
        data = b"".join(map(varint, value))
    out += tag, _number(len(data)), data


def decoded(message: Message, data: Any) -> None:
    """Write what `data` says into a message; fields that it does not have are passed over.

    Raises:
        DataLossError: `data` is no such message.
    """
    known = {field.number: (name, field) for name, field in message.FIELDS.items()}
    try:
        for number, wire, value in fields(data):
            if number in known:
                name, field = known[number]
                _take(message, name, field, wire, value)
    except (WireError, UnicodeDecodeError, struct.error) as reason:
        raise errors.undecodable(type(message).__name__, reason) from None


def _take(message: Message, name: str, field: Field, wire: int, value: Any) -> None:
    if field.is_message and wire != _BYTES:
        raise WireError(0, f"field {field.number} is no message")
    if field.is_map:
        key, entry = "", field.kind()
        for number, kind, part in fields(value):
            if number in (1, 2) and kind != _BYTES:
                raise WireError(0, f"an entry of the map of field {field.number} has a number in it")
            if number == 1:
                key = bytes(part).decode()
            elif number == 2:
                decoded(entry, part)
        dict.__setitem__(getattr(message, name), key, entry)
    elif field.is_message:
        if field.repeated:
            decoded(getattr(message, name).add(), value)
        else:
            if field.oneof and not message.HasField(name):
                message._only(field)
            decoded(getattr(message, name), value)
            message._given.add(name)
    elif field.repeated:
        list.extend(getattr(message, name), _items(field, wire, value))
    else:
        found = _items(field, wire, value)
        if found:  # an empty block of numbers says nothing
            setattr(message, name, found[-1])


def _items(field: Field, wire: int, value: Any) -> list[Any]:
    """Return the values in a field, of which a packed one has any number."""
    kind = field.kind
    if kind in ("string", "bytes"):
        if wire != _BYTES:
            raise WireError(0, f"field {field.number} is no text")
        return [bytes(value).decode() if kind == "string" else bytes(value)]
    if kind in _FIXED:
        size = 8 if kind == "double" else 4
        if wire not in (_BYTES, _FIXED[kind][1]):
            raise WireError(0, f"field {field.number} is no {kind}")
        data = value if wire == _BYTES else int(value).to_bytes(size, "little")
        if len(data) % size:
            raise WireError(0, f"field {field.number} has {len(data)} bytes")
        return np.frombuffer(data, f"<f{size}").tolist()
    numbers = read_varints(value).tolist() if wire == _BYTES else [value]
    return [bool(number) if kind == "bool" else signed(number) for number in numbers]
