"""HParams: a program's hyperparameters, by name, each of one type.

Source: tensorflow/contrib/training/python/training/hparam.py (TF 1.15).
"""

from __future__ import annotations

import json
import numbers
import re
from collections.abc import Callable, Mapping
from typing import Any, Self

from ..errors import hyperparameters as errors
from ..errors.reprs import never_raises

__all__ = ["HParams", "parse_values"]

_CLAUSE = re.compile(
    r"(?P<name>[a-zA-Z][\w.]*)(\[\s*(?P<index>\d+)\s*\])?\s*=\s*((?P<one>[^,\[]*)|\[(?P<several>[^\]]*)\])($|,\s*)"
)


class HParams:
    """Hyperparameters as attributes; each keeps the type of its first value.

        >>> hparams = tf.contrib.training.HParams(rate=0.1, units=[10, 20])
        >>> hparams.parse("rate=0.3,units=[5]")
        HParams([('rate', 0.3), ('units', [5])])
        >>> hparams.rate
        0.3

    Args:
        hparam_def: must be None: there are no such messages.
        model_structure: kept for TF's sake.
        **kwargs: names and values: numbers, bools, texts, or lists of them.

    Raises:
        ValueError: a name that an attribute has, or an empty list.
    """

    def __init__(self, hparam_def: None = None, model_structure: Any = None, **kwargs: Any) -> None:
        if hparam_def is not None:
            raise errors.no_definitions()
        self._hparam_types: dict[str, tuple[type, bool]] = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """Add a hyperparameter.

        Raises:
            ValueError: a name that an attribute has, or an empty list.
        """
        if getattr(self, name, None) is not None:
            raise errors.reserved(name)
        several = isinstance(value, (list, tuple))
        if several and not value:
            raise errors.empty_list(name)
        self._hparam_types[name] = (type(value[0]), True) if several else (type(value), False)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Give a hyperparameter another value of its type.

        Raises:
            KeyError: there is none of this name.
            ValueError: another type.
        """
        kind, several = self._hparam_types[name]
        if isinstance(value, list) != several:
            raise errors.not_a_list(name) if several else errors.a_list(name)
        setattr(self, name, [_cast(name, kind, v) for v in value] if several else _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Take a hyperparameter out, if it is there."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> Self:
        """Take values from a text, "rate=0.3,units=[5,6],units[1]=7", and return the object.

        Raises:
            ValueError: see `parse_values`.
        """
        return self.override_from_dict(parse_values(values, {n: kind for n, (kind, _) in self._hparam_types.items()}))

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> Self:
        """Take values from a dict, and return the object."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def parse_json(self, values_json: str) -> Self:
        """Take values from a JSON object, and return the object."""
        return self.override_from_dict(json.loads(values_json))

    def to_json(self, indent: int | None = None, separators: Any = None, sort_keys: bool = False) -> str:
        """Return the values as a JSON object; arguments as json.dumps'."""
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def values(self) -> dict[str, Any]:
        """Return names and values."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a hyperparameter, or `default` if there is none of this name.

        Raises:
            ValueError: `default` is of another type.
        """
        if key not in self._hparam_types:
            return default
        kind, several = self._hparam_types[key]
        if default is not None:
            if isinstance(default, list) != several:
                raise errors.bad_default(key, kind, several, default)
            for value in default if several else [default]:
                try:
                    _cast(key, kind, value)
                except ValueError as reason:
                    raise errors.bad_default(key, kind, several, default, str(reason)) from None
        return getattr(self, key)

    def set_model_structure(self, model_structure: Any) -> None:
        """Keep a model structure."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """Return the model structure."""
        return self._model_structure

    def __contains__(self, key: object) -> bool:
        return key in self._hparam_types

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self.values().items())

    @never_raises
    def __repr__(self) -> str:
        return f"{type(self).__name__}({sorted(self.values().items())})"


def _cast(name: str, kind: type, value: Any) -> Any:
    """Return a value as a hyperparameter's type; only a whole number may become something else, a float."""
    if type(value) is kind or kind is type(None):
        return value
    text = (str, bytes)
    wrong = (
        (issubclass(kind, text) and not isinstance(value, text))
        or issubclass(kind, bool) != isinstance(value, bool)
        or (issubclass(kind, numbers.Integral) and not isinstance(value, numbers.Integral))
        or (issubclass(kind, numbers.Number) and not isinstance(value, numbers.Number))
    )
    if wrong:
        raise errors.cannot_cast(name, kind, value)
    made: Any = kind
    return made(value)


def parse_values(values: str, type_map: Mapping[str, type], ignore_unknown: bool = False) -> dict[str, Any]:
    """Return what a text says: a value, a list, or a dict of places in a list for each name.

        >>> parse_values("a=1,b=[2,3],c[1]=4", {"a": int, "b": int, "c": int})
        {'a': 1, 'b': [2, 3], 'c': {1: 4}}

    Args:
        values: names and values, with commas between them.
        type_map: the type of each name.
        ignore_unknown: whether names without a type are passed over.

    Raises:
        ValueError: it cannot be read, a name without a type, or a name twice.
    """
    found: dict[str, Any] = {}
    place = 0
    while place < len(values):
        clause = _CLAUSE.match(values, place)
        if clause is None:
            raise errors.malformed(values[place:])
        place = clause.end()
        name = clause["name"]
        if name in type_map:
            _put(found, name, type_map[name], clause, values)
        elif not ignore_unknown:
            raise errors.unknown_type(name)
    return found


def _put(found: dict[str, Any], name: str, kind: type, clause: re.Match[str], values: str) -> None:
    index, several = clause["index"], clause["several"]
    if several is not None and index is not None:
        raise errors.list_into_a_list()
    read: Callable[[str], Any] = _truth if kind is bool else kind
    written = clause["one"] if several is None else several
    try:
        value: Any = read(written) if several is None else [read(v) for v in re.split("[ ,]", several) if v]
    except ValueError:
        raise errors.cannot_parse(name, kind, written, values) from None
    if index is None:
        if name in found:
            raise errors.assigned_twice(name, values)
        found[name] = value
        return
    places = found.setdefault(name, {})
    if not isinstance(places, dict):
        raise errors.assigned_twice(name, values)
    if int(index) in places:
        raise errors.assigned_twice(f"{name}[{index}]", values)
    places[int(index)] = value


def _truth(text: str) -> bool:
    known = {"true": True, "True": True, "false": False, "False": False}
    return known[text] if text in known else bool(int(text))
