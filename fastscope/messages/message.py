"""Message: what TensorFlow has protocol buffers for.

A class lists its fields in FIELDS. A field that was not set has its kind's zero; one that holds a message has an empty
one, which is set as soon as something in it is.

Source: the behaviour of google.protobuf.message.Message; the code is this library's.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from ..errors import messages as errors
from .fields import DEFAULTS, Field, checked
from .text import parsed, written
from .wire import FieldWriter, decoded, encoded, writers_of

__all__ = ["Message"]


class _List(list[Any]):
    """The values of a repeated field."""

    __slots__ = ("_field",)

    def __init__(self, field: Field, values: Iterable[Any] = ()) -> None:
        self._field = field
        if values:
            self.extend(values)

    def _taken(self, value: Any) -> Any:
        kind = self._field.kind
        if not self._field.is_message:
            return checked(kind, value)
        if not isinstance(value, kind):
            raise errors.wrong_type(value, kind.__name__)
        return value

    def append(self, value: Any) -> None:
        super().append(self._taken(value))

    def extend(self, values: Iterable[Any]) -> None:
        super().extend(map(self._taken, values))

    def add(self, **values: Any) -> Any:
        """Append a message with these fields, and return it."""
        made = self._field.kind(**values)
        super().append(made)
        return made

    MergeFrom = extend

    def __deepcopy__(self, memo: Any) -> _List:
        made = _List(self._field)
        list.extend(made, (copy.deepcopy(value, memo) for value in self))
        return made


class _Map(dict[str, Any]):
    """The messages of a map; one that is asked for is there."""

    __slots__ = ("_field",)

    def __init__(self, field: Field, values: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._field = field
        for key, value in (values or {}).items():
            super().__setitem__(checked("string", key), value)

    def __missing__(self, key: str) -> Any:
        made = self._field.kind()
        super().__setitem__(checked("string", key), made)
        return made

    def get_or_create(self, key: str) -> Any:
        """Return the message of a key, made if there is none."""
        return self[key]

    def __setitem__(self, key: str, value: Any) -> None:
        raise errors.no_assignment("map")

    def __deepcopy__(self, memo: Any) -> _Map:
        return _Map(self._field, {key: copy.deepcopy(value, memo) for key, value in self.items()})


class Message:
    """Base of the messages; see the fields of each class."""

    FIELDS: ClassVar[dict[str, Field]] = {}
    _groups: ClassVar[dict[str, list[str]]] = {}
    _writers: ClassVar[list[FieldWriter]] = []
    _values: dict[str, Any]
    _given: set[str]

    def __init_subclass__(cls) -> None:
        cls._groups, cls._writers = {}, writers_of(cls.FIELDS)
        for name, field in cls.FIELDS.items():
            cls._groups.setdefault(field.oneof, []).append(name)

    def __init__(self, **values: Any) -> None:
        own = self.__dict__
        own["_values"], own["_given"] = {}, set()  # the second: messages that are set though they are empty
        for name, value in values.items():
            if name not in self.FIELDS:
                raise errors.no_such_field(type(self).__name__, name, self.FIELDS)
            if value is not None:
                self._start(name, self.FIELDS[name], value)

    @classmethod
    def holding(cls, **values: Any) -> Self:
        """Return a message of values that are as it holds them: nothing is checked, and nothing is copied.

        Messages, which nobody else may change, are set even if they are empty.
        """
        made = cls()
        made._values.update(values)
        made._given.update(name for name, value in values.items() if isinstance(value, Message))
        return made

    def _start(self, name: str, field: Field, value: Any) -> None:
        if field.is_map:
            self._values[name] = _Map(field, {key: self._own(field, item) for key, item in value.items()})
        elif field.repeated:
            self._values[name] = _List(field, [self._own(field, item) for item in value] if field.is_message else value)
        elif field.is_message:
            self._only(field)
            self._values[name] = self._own(field, value)
            self._given.add(name)
        else:
            setattr(self, name, value)

    def _own(self, field: Field, value: Any) -> Any:
        if isinstance(value, Mapping):
            return field.kind(**value)
        if not isinstance(value, field.kind):
            raise errors.wrong_type(value, field.kind.__name__)
        return copy.deepcopy(value)

    # ---- fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        field = self.FIELDS.get(name)
        if field is None:
            raise errors.no_such_attribute(type(self).__name__, name, self.FIELDS)
        found = self._values.get(name)
        if found is not None:
            return found
        if not field.repeated and not field.is_message:
            return DEFAULTS[field.kind]
        made = _Map(field) if field.is_map else _List(field) if field.repeated else field.kind()
        self._values[name] = made
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        field = self.FIELDS.get(name)
        if field is None:
            raise errors.no_such_attribute(type(self).__name__, name, self.FIELDS)
        if field.repeated or field.is_message:
            raise errors.no_assignment(name)
        self._only(field)
        self._values[name] = checked(field.kind, value)

    def adopt(self, name: str, value: Any) -> None:
        """Set a field that holds a message to this very one: nothing is copied, and nobody else may change it."""
        self._only(self.FIELDS[name])
        self._values[name] = value
        self._given.add(name)

    def _only(self, field: Field) -> None:
        """Take the other fields of its group away."""
        if field.oneof and self._values:
            for other in self._groups[field.oneof]:
                self._values.pop(other, None)
                self._given.discard(other)

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *self.FIELDS]

    def _is_set(self, name: str) -> bool:
        field, value = self.FIELDS[name], self._values.get(name)
        if value is None:
            return False
        if field.repeated or field.is_map:
            return bool(value)
        if field.is_message:
            return name in self._given or bool(value.ListFields())
        return bool(field.oneof) or value != DEFAULTS[field.kind] or str(value) == "-0.0"

    def HasField(self, field_name: str) -> bool:
        """Return whether a field is set.

        Raises:
            ValueError: there is no such field.
        """
        if field_name not in self.FIELDS:
            raise errors.no_such_field(type(self).__name__, field_name, self.FIELDS)
        return self._is_set(field_name)

    def ListFields(self) -> list[tuple[Field, Any]]:
        """Return the fields that are set, with their values."""
        return [(field, self._values[name]) for name, field in self.FIELDS.items() if self._is_set(name)]

    def WhichOneof(self, oneof_group: str) -> str | None:
        """Return the name of the field of a group that is set, or None.

        Raises:
            ValueError: there is no such group.
        """
        names = self._groups.get(oneof_group) if oneof_group else None
        if not names:
            raise errors.no_oneof(type(self).__name__, oneof_group)
        return next((name for name in names if self._is_set(name)), None)

    def ClearField(self, field_name: str) -> None:
        """Take a field's value away."""
        if field_name not in self.FIELDS:
            raise errors.no_such_field(type(self).__name__, field_name, self.FIELDS)
        self._values.pop(field_name, None)
        self._given.discard(field_name)

    def Clear(self) -> None:
        """Take all values away."""
        self._values.clear()
        self._given.clear()

    def SetInParent(self) -> None:
        """Nothing: kept for protocol buffers' sake."""

    def CopyFrom(self, other_msg: Self) -> None:
        """Become equal to `other_msg`."""
        values = copy.deepcopy(other_msg._values)
        self.Clear()
        self._values.update(values)
        self._given.update(other_msg._given)

    def MergeFrom(self, other_msg: Self) -> None:
        """Take over what is set in `other_msg`; lists grow."""
        for name, field in self.FIELDS.items():
            if not other_msg._is_set(name):
                continue
            value = copy.deepcopy(other_msg._values[name])
            if field.is_map:
                dict.update(getattr(self, name), value)
            elif field.repeated:
                getattr(self, name).extend(value)
            elif field.is_message:
                getattr(self, name).MergeFrom(value)
                self._given.add(name)
            else:
                setattr(self, name, value)

    # ---- bytes and text

    def SerializeToString(self, deterministic: bool = False) -> bytes:
        """Return the message as bytes; `deterministic`: the entries of maps in the order of their keys."""
        return encoded(self, by_keys=deterministic)

    SerializePartialToString = SerializeToString

    def ByteSize(self) -> int:
        """Return the number of bytes that `SerializeToString` returns."""
        return len(encoded(self))

    def MergeFromString(self, serialized: bytes) -> int:
        """Take over what is set in the message that the bytes are; return their number.

        Raises:
            DataLossError: they are no such message.
        """
        decoded(self, serialized)
        return len(serialized)

    def ParseFromString(self, serialized: bytes) -> int:
        """Become the message that the bytes are; return their number.

        Raises:
            DataLossError: they are no such message.
        """
        self.Clear()
        return self.MergeFromString(serialized)

    @classmethod
    def FromString(cls, s: bytes) -> Self:
        """Return the message that the bytes are.

        Raises:
            DataLossError: they are no such message.
        """
        made = cls()
        made.MergeFromString(s)
        return made

    def merge_text(self, text: str | bytes) -> Self:
        """Take over what is set in the message that a text is, as `str` writes it; return the message.

        Raises:
            ParseError: it is the text of no such message.
        """
        parsed(text.decode() if isinstance(text, bytes) else text, self)
        return self

    def __str__(self) -> str:
        return written(self)

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(encoded(self, by_keys=True) == encoded(other, by_keys=True))

    __hash__ = None  # type: ignore[assignment]

    def __deepcopy__(self, memo: Any) -> Self:
        made = type(self)()
        made._values.update(copy.deepcopy(self._values, memo))
        made._given.update(self._given)
        return made

    def __reduce__(self) -> Any:
        return type(self).FromString, (self.SerializeToString(),)
