"""Messages of the functions of text."""

from __future__ import annotations

from typing import Any

from . import InvalidArgumentError
from .graph import shape_text


def nothing_to_join() -> ValueError:
    """string_join([])."""
    return ValueError(
        "List argument 'inputs' to 'StringJoin' Op with length 0 shorter than minimum length 1. Give it a text or more."
    )


def joined_shapes(first: Any, other: Any) -> InvalidArgumentError:
    """Texts of two shapes are put together."""
    return InvalidArgumentError(
        f"Input shapes do not match: {shape_text(first)} vs. {shape_text(other)}. tf.string_join takes arrays of one "
        "shape, and scalars, which go with every element."
    )


def both_notations() -> InvalidArgumentError:
    """as_string(scientific=True, shortest=True)."""
    return InvalidArgumentError(
        "Cannot select both scientific and shortest notation. Give tf.as_string one of them: shortest=True takes "
        "exponents where they are shorter."
    )


def long_fill(fill: str) -> InvalidArgumentError:
    """as_string is to fill up with several characters."""
    return InvalidArgumentError(
        f"Fill string must be one or fewer characters, got {fill!r}. tf.as_string takes '0', ' ', '+' or '-'."
    )


def not_for_this_dtype(option: str, dtype: Any) -> InvalidArgumentError:
    """as_string of integers or bools, with an option of floats."""
    return InvalidArgumentError(
        f"{option} not supported for datatype {dtype.name}. It is for floats: tf.cast(x, tf.float32), or leave it out."
    )


def no_number_type(dtype: Any, allowed: Any) -> TypeError:
    """string_to_number makes another dtype."""
    return TypeError(
        f"Value passed to parameter 'out_type' has DataType {dtype.name} not in list of allowed values: "
        f"{', '.join(allowed)}. tf.cast makes it of one of these."
    )


def no_number(text: bytes) -> InvalidArgumentError:
    """A text that is no number, or one that does not go into the dtype."""
    return InvalidArgumentError(
        f"StringToNumberOp could not correctly convert string: {text.decode(errors='replace')}\n"
        "out_type=tf.float64 takes every number; tf.int32 and tf.int64 whole ones without a point."
    )


def unknown_encoding(encoding: str) -> ValueError:
    """lower or upper in another encoding."""
    return ValueError(f"Expected encoding '' (ASCII) or 'utf-8', got {encoding!r}. Decode it first: text.decode(...).")


def unknown_unit(unit: str) -> ValueError:
    """length or substr in another unit."""
    return ValueError(f"Expected unit 'BYTE' or 'UTF8_CHAR', got {unit!r}. Characters are those of UTF-8.")


def not_in_text(place: int, text: bytes) -> InvalidArgumentError:
    """substr begins where the text has no character."""
    return InvalidArgumentError(
        f"pos {place} out of range for string {text!r} of length {len(text)}. tf.strings.length says how long each is."
    )


def bad_pattern(pattern: str, reason: str) -> InvalidArgumentError:
    """A regular expression that is none."""
    return InvalidArgumentError(
        f"Invalid pattern: {pattern}, error: {reason}. A backslash before a sign takes it as it is: r'\\('."
    )


def no_base64(text: bytes) -> InvalidArgumentError:
    """Text that is no base64."""
    return InvalidArgumentError(
        f"Invalid character found in base64. Got {text!r}: letters, digits, - and _ alone, = at the end. "
        "tf.encode_base64 writes it so."
    )


def vocabulary_without_reverse() -> ValueError:
    """The word of a number, of a vocabulary that was told that nobody would ask."""
    return ValueError(
        "This vocabulary wasn't initialized with support_reverse to support reverse() function. Make it so: "
        "CategoricalVocabulary(support_reverse=True), which is the default."
    )
