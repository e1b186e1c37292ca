"""Messages as text.

Source: https://protobuf.dev/reference/protobuf/textformat-spec/
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import messages as errors
from .fields import Field, checked

if TYPE_CHECKING:
    from .message import Message

__all__ = ["parsed", "written"]

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


# ---- reading

_TOKEN = re.compile(
    r"""[ \t\r\n]+|\#[^\n]*                                  # is passed over
    |("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')             # text
    |([-+]?(?:\.\d|\d)[\w.]*(?:(?<=[eE])[-+]\w+)?|-[A-Za-z]\w*)  # a number
    |([A-Za-z_]\w*)                                         # a name
    |([{}<>\[\]:,;])""",
    re.VERBOSE,
)
_TEXT, _NUMBER, _NAME, _SIGN = 1, 2, 3, 4
_CLOSING = {"{": "}", "<": ">"}
_TRUE, _FALSE = ("true", "True", "t", "1"), ("false", "False", "f", "0")


def parsed(text: str, message: Message) -> None:
    """Write what `text` says into a message.

    Raises:
        ParseError: it is no such message.
    """
    _Reader(text).read(message, None)


class _Reader:
    """Goes through a text token by token."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._line = text, 0, 1
        self._kind, self._token = 0, ""
        self._next()

    def _next(self) -> None:
        """Go to the next token; its kind is 0 at the end of the text."""
        text, place = self._text, self._place
        self._kind, self._token = 0, ""
        while place < len(text) and not self._kind:
            found = _TOKEN.match(text, place)
            if found is None:
                raise self._error("a name, a value or a bracket", text[place])
            self._kind, self._token = found.lastindex or 0, found[0]
            if not self._kind:
                self._line += found[0].count("\n")
            place = found.end()
        self._place = place

    def _error(self, wanted: str, got: str | None = None) -> Exception:
        return errors.unreadable(self._line, wanted, self._token if got is None else got)

    def _taken(self, token: str) -> bool:
        """Go past a token if it is the next one."""
        if self._token != token or self._kind == _TEXT:
            return False
        self._next()
        return True

    def read(self, message: Message, closing: str | None) -> None:
        """Read the fields of a message up to its closing bracket; None = up to the end."""
        while True:
            if closing is None and not self._kind:
                return
            if closing is not None and self._taken(closing):
                return
            if self._kind != _NAME:
                raise self._error("the name of a field" + ("" if closing is None else f' or "{closing}"'))
            name = self._token
            field = message.FIELDS.get(name)
            if field is None:
                raise errors.unknown_in_text(self._line, type(message).__name__, name)
            self._next()
            self._field(message, name, field)
            _ = self._taken(",") or self._taken(";")

    def _field(self, message: Message, name: str, field: Field) -> None:
        colon = self._taken(":")
        if not self._taken("["):
            self._one(message, name, field, colon)
            return
        while not self._taken("]"):
            self._one(message, name, field, True)
            _ = self._taken(",")

    def _one(self, message: Message, name: str, field: Field, colon: bool) -> None:
        if not field.is_message:
            if not colon:
                raise self._error('":"')
            value = self._value(field)
            if field.repeated:
                list.append(getattr(message, name), value)
            else:
                message._only(field)
                message._values[name] = value
            return
        closing = _CLOSING.get(self._token)
        if closing is None:
            raise self._error('"{"')
        self._next()
        if field.is_map:
            self._entry(getattr(message, name), field, closing)
        elif field.repeated:
            self.read(getattr(message, name).add(), closing)
        else:
            if field.oneof and not message.HasField(name):
                message._only(field)
            self.read(getattr(message, name), closing)
            message._given.add(name)

    def _entry(self, entries: Any, field: Field, closing: str) -> None:
        """Read an entry of a map: its key and its value."""
        key, value = "", field.kind()
        while not self._taken(closing):
            part = self._token
            self._next()
            colon = self._taken(":")
            if part == "key" and colon:
                key = self._bytes().decode()
            elif part == "value" and self._token in _CLOSING:
                bracket = _CLOSING[self._token]
                self._next()
                self.read(value, bracket)
            else:
                raise self._error('"key" or "value"', part)
            _ = self._taken(",") or self._taken(";")
        dict.__setitem__(entries, key, value)

    def _bytes(self) -> bytes:
        """Read text, in any number of pieces."""
        if self._kind != _TEXT:
            raise self._error("text in quotation marks")
        pieces = []
        while self._kind == _TEXT:
            pieces.append(_unquoted(self._token))
            self._next()
        return b"".join(pieces)

    def _value(self, field: Field) -> Any:
        if field.kind in ("string", "bytes"):
            data = self._bytes()
            return data.decode() if field.kind == "string" else data
        token = self._token
        try:
            value = _number(field, token)
        except ValueError:
            raise self._error(f"a value of the kind {field.kind}") from None
        self._next()
        return value


def _number(field: Field, token: str) -> Any:
    """Return a token as a value of a field.

    Raises:
        ValueError: it is none.
    """
    if field.kind == "bool":
        if token not in _TRUE + _FALSE:
            raise ValueError(token)
        return token in _TRUE
    if field.kind == "enum" and token[:1].isalpha():
        for number, name in field.names.items():
            if name == token:
                return number
        raise ValueError(token)
    if field.kind in ("float", "double"):
        is_short = token[-1:] in ("f", "F") and "inf" not in token.lower()
        return checked(field.kind, float(token[:-1] if is_short else token))
    return int(token, 8 if re.fullmatch(r"[-+]?0[0-7]+", token) else 0)


def _unquoted(token: str) -> bytes:
    """Return the bytes that text in quotation marks stands for: C's escapes, and UTF-8."""
    if "\\" not in token:
        return token[1:-1].encode()
    # Python's literals of bytes have the same escapes; what is not ASCII becomes them first
    plain = "".join(f"\\{byte:03o}" if byte > 127 else chr(byte) for byte in token.encode())
    found: bytes = ast.literal_eval(f"b{plain}")
    return found
