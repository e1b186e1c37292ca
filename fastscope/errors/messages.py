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


class ParseError(Exception):
    """Text that is no such message."""


def unreadable(line: int, wanted: str, got: str) -> ParseError:
    """Text of a message in which something else stands than may stand there."""
    found = f'"{got}"' if got else "the end of the text"
    return ParseError(
        f"Line {line} of the text of a message: expected {wanted}, got {found}. It is read as str(message) writes it; "
        "bytes are read by message.ParseFromString(data)."
    )


def unknown_in_text(line: int, message: str, name: str) -> ParseError:
    """Text of a message with a field that this kind of message does not have."""
    return ParseError(
        f'Line {line} of the text of a message: Message type "tensorflow.{message}" has no field named "{name}". Is it '
        "the text of another kind of message?"
    )


def no_such_dtype(name: str) -> TypeError:
    """An array in a message whose dtype the library does not have."""
    return TypeError(
        f"A TensorProto holds an array of the dtype {name}, which is not here. Cast it with TensorFlow before it is "
        "written."
    )


def other_shape(wanted: object, got: object) -> TypeError:
    """An array for a message that has another shape than it must have."""
    return TypeError(f"Expected Tensor's shape: {wanted}, got {got}. Leave verify_shape out to have it filled up.")


def too_many_elements(wanted: object, count: int) -> ValueError:
    """An array for a message with more elements than its shape has."""
    return ValueError(
        f"Too many elements provided. Needed at most {wanted}, but received {count}. Leave the shape out."
    )
