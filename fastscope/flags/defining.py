"""The functions that define flags, and what they take.

Source: absl/flags/_defines.py, _argument_parser.py, _validators.py.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from ..errors import flags as errors
from .values import FLAGS, Flag, FlagHolder, FlagValues

__all__ = [
    "DEFINE_bool",
    "DEFINE_boolean",
    "DEFINE_enum",
    "DEFINE_float",
    "DEFINE_integer",
    "DEFINE_list",
    "DEFINE_multi_float",
    "DEFINE_multi_integer",
    "DEFINE_multi_string",
    "DEFINE_spaceseplist",
    "DEFINE_string",
    "mark_flag_as_required",
    "mark_flags_as_mutual_exclusive",
    "mark_flags_as_required",
    "register_validator",
    "set_default",
    "validator",
]


P = ParamSpec("P")
R = TypeVar("R")
_OLD_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def _by_old_names(define: Callable[P, R]) -> Callable[P, R]:
    """Let a DEFINE_... function take its arguments by the names of TensorFlow 1.4, too."""

    @functools.wraps(define)
    def defined(*args: P.args, **kwargs: P.kwargs) -> R:
        renamed: Any = {_OLD_NAMES.get(name, name): value for name, value in kwargs.items()}
        return define(*args, **renamed)

    return defined


def _defining_module() -> str:
    """Return the module that calls a DEFINE_... function: of the program's own file its path."""
    name = str(sys._getframe(3).f_globals.get("__name__"))
    return sys.argv[0] if name == "__main__" else name


# ---- what values mean


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise errors.no_string(value)
    return value


def _truth(value: Any) -> bool:
    if isinstance(value, str):
        if value.lower() in ("true", "t", "1"):
            return True
        if value.lower() in ("false", "f", "0"):
            return False
    elif value in (0, 1):
        return bool(value)
    raise errors.no_boolean(value)


def _integer(value: Any) -> int:
    if isinstance(value, str):
        base = {"0x": 16, "0o": 8}.get(value[:2].lower(), 10)
        return int(value, base)
    if not isinstance(value, int) or isinstance(value, bool):
        raise errors.no_integer(value)
    return value


def _items(separator: str | None) -> Callable[[Any], list[str]]:
    def split(value: Any) -> list[str]:
        if isinstance(value, str):
            return [item.strip() for item in value.split(separator)] if value else []
        return list(value)

    return split


def _bounded(name: str, parser: Callable[[Any], Any], lower: Any, upper: Any) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        found = parser(value)
        if (lower is not None and found < lower) or (upper is not None and found > upper):
            raise errors.bound(name, found, lower, upper)
        return found

    return parse


# ---- defining


@_by_old_names
def DEFINE_string(
    name: str,
    default: str | None,
    help: str | None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag whose value is text."""
    return flag_values._add(Flag(name, default, help, _text, "", short_name=short_name), _defining_module())


@_by_old_names
def DEFINE_integer(
    name: str,
    default: Any,
    help: str | None,
    lower_bound: int | None = None,
    upper_bound: int | None = None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag whose value is an integer, from `lower_bound` to `upper_bound`."""
    parser = _bounded(name, _integer, lower_bound, upper_bound)
    flag = Flag(name, default, help, parser, "an integer", short_name=short_name)
    return flag_values._add(flag, _defining_module())


@_by_old_names
def DEFINE_float(
    name: str,
    default: Any,
    help: str | None,
    lower_bound: float | None = None,
    upper_bound: float | None = None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag whose value is a number, from `lower_bound` to `upper_bound`."""
    parser = _bounded(name, float, lower_bound, upper_bound)
    return flag_values._add(Flag(name, default, help, parser, "a number", short_name=short_name), _defining_module())


@_by_old_names
def DEFINE_boolean(
    name: str,
    default: Any,
    help: str | None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag that is true or false: --name, --noname, --name=true."""
    flag = Flag(name, default, help, _truth, "", lambda value: str(value).lower(), short_name, boolean=True)
    return flag_values._add(flag, _defining_module())


DEFINE_bool = DEFINE_boolean


@_by_old_names
def DEFINE_enum(
    name: str,
    default: str | None,
    enum_values: Iterable[str],
    help: str | None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag whose value is one of `enum_values`."""
    choices = list(enum_values)

    def chosen(value: Any) -> Any:
        if value not in choices:
            raise errors.not_one_of(choices)
        return value

    flag = Flag(name, default, f"<{'|'.join(choices)}>: {help}", chosen, "", short_name=short_name)
    return flag_values._add(flag, _defining_module())


@_by_old_names
def DEFINE_list(
    name: str,
    default: str | Sequence[str] | None,
    help: str | None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag whose value is a list of texts: --name=a,b."""
    flag = Flag(name, default, help, _items(","), "a comma separated list", ",".join, short_name)
    return flag_values._add(flag, _defining_module())


@_by_old_names
def DEFINE_spaceseplist(
    name: str,
    default: str | Sequence[str] | None,
    help: str | None,
    comma_compat: bool = False,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag whose value is a list of texts: --name="a b"; with `comma_compat` a comma separates, too."""
    split = _items(None)

    def parse(value: Any) -> list[str]:
        return split(value.replace(",", " ") if comma_compat and isinstance(value, str) else value)

    flag = Flag(name, default, help, parse, "a whitespace separated list", " ".join, short_name)
    return flag_values._add(flag, _defining_module())


@_by_old_names
def DEFINE_multi_string(
    name: str,
    default: Any,
    help: str | None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag that can be given more than once, each time some text."""
    flag = Flag(name, default, help, _text, "", short_name=short_name, multi=True)
    return flag_values._add(flag, _defining_module())


@_by_old_names
def DEFINE_multi_integer(
    name: str,
    default: Any,
    help: str | None,
    lower_bound: int | None = None,
    upper_bound: int | None = None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag that can be given more than once, each time an integer."""
    parser = _bounded(name, _integer, lower_bound, upper_bound)
    flag = Flag(name, default, help, parser, "an integer", short_name=short_name, multi=True)
    return flag_values._add(flag, _defining_module())


@_by_old_names
def DEFINE_multi_float(
    name: str,
    default: Any,
    help: str | None,
    lower_bound: float | None = None,
    upper_bound: float | None = None,
    flag_values: FlagValues = FLAGS,
    *,
    short_name: str | None = None,
) -> FlagHolder:
    """Define a flag that can be given more than once, each time a number."""
    parser = _bounded(name, float, lower_bound, upper_bound)
    flag = Flag(name, default, help, parser, "a number", short_name=short_name, multi=True)
    return flag_values._add(flag, _defining_module())


# ---- validators


def register_validator(
    flag_name: str,
    checker: Callable[[Any], Any],
    message: str = "Flag validation failed",
    flag_values: FlagValues = FLAGS,
) -> None:
    """Refuse values for which `checker` does not hold, when the command line is read or the flag is set."""
    flag = flag_values[flag_name]

    def check() -> None:
        if not checker(flag.value):
            raise errors.refused(flag_name, flag.value, message)

    flag.validators.append(check)


def validator(
    flag_name: str, message: str = "Flag validation failed", flag_values: FlagValues = FLAGS
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Decorate a function that says whether a flag's value is allowed; see `register_validator`."""

    def register(checker: Callable[[Any], Any]) -> Callable[[Any], Any]:
        register_validator(flag_name, checker, message, flag_values)
        return checker

    return register


def mark_flag_as_required(flag_name: str, flag_values: FlagValues = FLAGS) -> None:
    """Refuse a command line that does not give this flag, whose default is None."""
    message = f"Flag --{flag_name} must have a value other than None."
    register_validator(flag_name, lambda value: value is not None, message, flag_values)


def mark_flags_as_required(flag_names: Iterable[str], flag_values: FlagValues = FLAGS) -> None:
    """`mark_flag_as_required` for each of them."""
    for name in flag_names:
        mark_flag_as_required(name, flag_values)


def mark_flags_as_mutual_exclusive(
    flag_names: Iterable[str], required: bool = False, flag_values: FlagValues = FLAGS
) -> None:
    """Refuse a command line that gives more than one of these flags, or with `required` none."""
    names = list(flag_names)

    def check() -> None:
        given = sum(flag_values[name].value is not None for name in names)
        if given > 1 or (required and not given):
            raise errors.several_given(names, required)

    flag_values[names[0]].validators.append(check)


def set_default(flag_holder: FlagHolder, value: Any) -> None:
    """Give a flag another default."""
    flag_holder._values.set_default(flag_holder.name, value)
