"""Messages about look-up tables: tf.contrib.lookup."""

from __future__ import annotations

from typing import Any

from . import FailedPreconditionError, InvalidArgumentError, NotFoundError


def not_filled(name: str) -> FailedPreconditionError:
    """A look-up before the initializer ran."""
    return FailedPreconditionError(
        f"Table not initialized: {name}. Fill it first: session.run(tf.tables_initializer())."
    )


def key_twice(key: Any, first: Any, second: Any) -> FailedPreconditionError:
    """Two values for a key."""
    shown = key.decode(errors="replace") if isinstance(key, bytes) else key
    return FailedPreconditionError(
        f"HashTable has different value for same key. Key {shown} has {first} and trying to add value {second}. Each "
        "key is there once."
    )


def keys_of_another_dtype(wanted: Any, got: Any) -> TypeError:
    """A look-up of numbers in a table of words."""
    return TypeError(f"Signature mismatch. Keys must be dtype {wanted!r}, got {got!r}. tf.cast, or tf.as_string.")


def values_count(keys: Any, values: Any) -> InvalidArgumentError:
    """Not one value for each key, found while a graph runs."""
    return InvalidArgumentError(f"Expected shape {list(keys)} for value, got {list(values)}. Each key has one value.")


def no_mapping() -> ValueError:
    """A table of no words."""
    return ValueError("mapping must be specified: a list of words, or a tensor of them.")


def no_file_given() -> ValueError:
    """A table of no file."""
    return ValueError("vocabulary_file must be specified and must not be empty: the path of a file with a word a line.")


def no_words(size: int, file: Any) -> ValueError:
    """A table of no line."""
    return ValueError(f"vocab_size must be greater than 0, got {size}. vocabulary_file: {file}")


def negative_buckets(count: int) -> ValueError:
    """Less than no bucket."""
    return ValueError(f"num_oov_buckets must be greater or equal than 0, got {count}. 0 gives default_value instead.")


def no_keys(dtype: Any) -> TypeError:
    """A table of floats."""
    return TypeError(f"Only integer and string keys are supported. Got {dtype!r}.")


def other_words(wanted: Any, got: Any) -> ValueError:
    """Numbers in a table of words."""
    return ValueError(f"Expected {wanted!r}, got {got!r}. Give dtype=tf.int64 for a table of numbers.")


def no_vocabulary(path: str) -> NotFoundError:
    """A file that is not there."""
    return NotFoundError(f"{path}; No such file or directory. It is read when tf.tables_initializer() runs.")


def short_vocabulary(path: str, found: int, wanted: int) -> InvalidArgumentError:
    """A file with fewer lines than were said."""
    return InvalidArgumentError(
        f"Invalid vocab_size in {path}: expected {wanted} but got {found}. None takes what there is."
    )


def other_hash(got: Any) -> TypeError:
    """A hash that is not there."""
    return TypeError(f"hasher_spec must be of type HasherSpec, and FastHashSpec: there is no other. Got {got!r:.80}.")


def few_columns(place: int, line: bytes, index: int, count: int) -> InvalidArgumentError:
    """A line without the column."""
    return InvalidArgumentError(
        f"Invalid number of columns in file line {place} ({line.decode(errors='replace')}) expected {index + 1} got "
        f"{count}. Look at delimiter, and at the column's number, which counts from 0."
    )


def bad_field(place: int, field: bytes, dtype: Any) -> InvalidArgumentError:
    """A word where a number should be."""
    return InvalidArgumentError(
        f"Field {field.decode(errors='replace')} in line {place} is not a valid {dtype.name}. Choose another "
        "column, or tf.string."
    )
