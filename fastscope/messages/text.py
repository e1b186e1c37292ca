"""Messages as text.

Source: https://protobuf.dev/reference/protobuf/textformat-spec/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .fields import Field

if TYPE_CHECKING:
    from .message import Message

__all__ = ["written"]

_ESCAPES = {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", ord('"'): '\\"', ord("'"): "\\'", ord("\\"): "\\\\"}


def written(message: Message) -> str:
    """Return a message as text, a line for each value."""
    return "".join(f"{line}\n" for line in _lines(message))


def _lines(message: Message) -> Iterator[str]:
    names = {field.number: name for name, field in message.FIELDS.items()}
    for field, value in sorted(message.ListFields(), key=lambda item: item[0].number):
        name = names[field.number]
        if field.is_map:
            for key in sorted(value):
                inner = [f"  {line}" for line in _lines(value[key])]
                yield from (f"{name} {{", f"  key: {_quoted(key.encode())}", "  value {", *_indented(inner), "  }", "}")
            continue
        for item in value if field.repeated else [value]:
            if field.is_message:
                yield from (f"{name} {{", *_indented(_lines(item)), "}")
            else:
                yield f"{name}: {_value(field, item)}"


def _indented(lines: Any) -> list[str]:
    return [f"  {line}" for line in lines]


def _value(field: Field, value: Any) -> str:
    if field.kind == "bool":
        return "true" if value else "false"
    if field.kind == "enum":
        return field.names.get(value, str(value))
    if field.kind in ("string", "bytes"):
        return _quoted(value.encode() if isinstance(value, str) else value)
    return str(value)


def _quoted(data: bytes) -> str:
    shown = (_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in data)
    return f'"{"".join(shown)}"'
