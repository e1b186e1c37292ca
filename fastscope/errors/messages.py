"""Messages of tf.Summary, tf.train.Example and their kin, which look like protocol buffers'.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import DataLossError


def no_such_field(message: str, name: str, known: Iterable[str]) -> ValueError:
    """An argument, or a name asked for, that is no field."""
    return ValueError(f'Protocol message {message} has no "{name}" field. It has: {", ".join(known)}.')


def no_such_attribute(message: str, name: str, known: Iterable[str]) -> AttributeError:
    """An attribute that is no field."""
    return AttributeError(f'Protocol message {message} has no "{name}" field. It has: {", ".join(known)}.')


def no_assignment(name: str) -> AttributeError:
    """A field that holds messages or lists is given another value."""
    return AttributeError(
        f'Assignment not allowed to composite field "{name}" in protocol message object: change what it holds, as with '
        f"message.{name}.CopyFrom(other), or message.{name}.extend(values) where it is a list."
    )


def wrong_type(value: Any, wanted: str) -> TypeError:
    """A value of another type than the field holds."""
    return TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: {wanted}")


def no_oneof(message: str, name: str) -> ValueError:
    """WhichOneof of a name that no group of fields has."""
    return ValueError(f'Protocol message {message} has no oneof "{name}" field.')


def undecodable(message: str, problem: object) -> DataLossError:
    """Bytes that are no such message."""
    return DataLossError(
        f"Error parsing message of type {message}: {problem}. It takes what SerializeToString() of such a message "
        "returned."
    )
