"""Errors and messages of tf.flags.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

__all__ = ["DuplicateFlagError", "Error", "IllegalFlagValueError", "UnparsedFlagAccessError", "UnrecognizedFlagError"]


class Error(Exception):
    """Base of the errors of flags."""


class DuplicateFlagError(Error):
    """A name is used for two flags."""


class IllegalFlagValueError(Error):
    """A value does not fit the flag."""


class UnparsedFlagAccessError(Error):
    """A flag is read before the command line was."""


class UnrecognizedFlagError(Error, AttributeError):
    """No flag has this name.

    Attributes:
        flagname: the name.
        flagvalue: what it was given.
    """

    flagname = ""
    flagvalue: Any = ""


def defined_twice(name: str, first: str, second: str, help: str | None) -> DuplicateFlagError:
    """DEFINE_... of a name that there is already."""
    return DuplicateFlagError(
        f"The flag {name!r} is defined twice. First from {first}, Second from {second}.  Description from first "
        f"occurrence: {help}. In a notebook, delattr(flags.FLAGS, {name!r}) before the cell that defines it takes the "
        "first one away."
    )


def bad_value(name: str, value: Any, reason: object) -> IllegalFlagValueError:
    """A value that the flag does not take."""
    return IllegalFlagValueError(f"flag --{name}={value}: {reason}")


def no_boolean(value: Any) -> ValueError:
    """A value of a boolean flag that is neither true nor false."""
    return ValueError("Non-boolean argument to boolean flag", value)


def not_one_of(choices: Iterable[str]) -> ValueError:
    """A value of an enum flag that is none of them."""
    return ValueError(f"value should be one of <{'|'.join(choices)}>")


def no_string(value: Any) -> TypeError:
    """A value of a string flag that is none."""
    return TypeError(f'flag value must be a string, found "{type(value)}"')


def no_integer(value: Any) -> TypeError:
    """A value of an integer flag that is neither an int nor text."""
    return TypeError(f"Expect argument to be a string or int, found {type(value)}")


def bound(name: str, value: Any, lower: Any, upper: Any) -> ValueError:
    """A number outside its bounds."""
    return ValueError(f"{value} is not in the range of --{name}, from {lower} to {upper} (None: without a bound)")


def no_value(argument: str) -> Error:
    """A flag at the end of the command line, without its value."""
    return Error(f"Missing value for flag {argument}: write {argument}=VALUE.")


def unknown(name: str, value: Any, known: Iterable[str]) -> UnrecognizedFlagError:
    """A flag on the command line that was not defined."""
    near = difflib.get_close_matches(name, list(known), n=3)
    error = UnrecognizedFlagError(
        f"Unknown command line flag {name!r}" + (f". Did you mean: {', '.join(near)} ?" if near else "")
    )
    error.flagname, error.flagvalue = name, value
    return error


def no_such_flag(name: str) -> AttributeError:
    """FLAGS.name, where no flag is called so."""
    return AttributeError(
        f"{name}. No flag is called so: tf.flags.DEFINE_string({name!r}, ...) and its kin define one."
    )


def refused(name: str, value: Any, message: str) -> IllegalFlagValueError:
    """A validator that said no."""
    return IllegalFlagValueError(f"flag --{name}={value}: {message}")


def several_given(names: Iterable[str], required: bool) -> IllegalFlagValueError:
    """Flags of which only one can be given."""
    which = "Exactly" if required else "At most"
    return IllegalFlagValueError(f"{which} one of ({', '.join(names)}) must have a value other than None.")
