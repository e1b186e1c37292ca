"""Messages as bytes.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checkpoint.protowire import WireError, fields, read_varints, signed, varint
from ..errors import messages as errors
from .fields import Field

if TYPE_CHECKING:
    from .message import Message

__all__ = ["decoded", "encoded"]

_FIXED = {"double": ("<d", 1), "float": ("<f", 5)}
_BYTES = 2  # the wire type of text, messages and blocks of numbers


def encoded(message: Any, by_keys: bool = False) -> bytes:
    """Return a message as bytes, its fields by their numbers.

    Args:
        by_keys: put the entries of maps in the order of their keys: equal messages are the same bytes then.
    """
    found = sorted(message.ListFields(), key=lambda item: item[0].number)
    return b"".join(_field(field, value, by_keys) for field, value in found)


def _field(field: Field, value: Any, by_keys: bool) -> bytes:
    if field.is_map:
        items = sorted(value.items(), key=lambda item: item[0]) if by_keys else value.items()
        entries = ((_block(1, key.encode()) + _block(2, encoded(item, by_keys))) for key, item in items)
        return b"".join(_block(field.number, entry) for entry in entries)
    if not field.repeated:
        return _single(field, value, by_keys)
    if field.is_message or field.kind in ("string", "bytes"):
        return b"".join(_single(field, item, by_keys) for item in value)
    if field.kind in _FIXED:
        return _block(field.number, np.asarray(value, f"<f{8 if field.kind == 'double' else 4}").tobytes())
    return _block(field.number, b"".join(map(varint, value)))


def _single(field: Field, value: Any, by_keys: bool) -> bytes:
    if field.is_message:
        return _block(field.number, encoded(value, by_keys))
    if field.kind == "string":
        return _block(field.number, value.encode())
    if field.kind == "bytes":
        return _block(field.number, value)
    if field.kind in _FIXED:
        form, wire = _FIXED[field.kind]
        return varint(field.number << 3 | wire) + struct.pack(form, value)
    return varint(field.number << 3) + varint(int(value))


def _block(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


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
