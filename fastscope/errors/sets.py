"""Messages of functions of sets, and of metrics of the k best.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any

from . import InvalidArgumentError


def needs_rows(shape: Any) -> InvalidArgumentError:
    """Sets that are no rows: a number, or one vector."""
    return InvalidArgumentError(
        f"Shape {list(shape)} has rank {len(shape)} < 2: a set is a row, the last dimension. Write x[None] for one set."
    )


def of_other_rows(a: Any, b: Any) -> InvalidArgumentError:
    """Sets of two arrays that are not as many."""
    return InvalidArgumentError(
        f"Mismatched shapes {list(a)} vs {list(b)}: both have one shape but for the last dimension."
    )


def out_of_order(row: int, place: Any) -> InvalidArgumentError:
    """A sparse tensor whose places are not in the order of rows."""
    return InvalidArgumentError(
        f"indices[{row}] = [{','.join(map(str, place))}] is out of order. Many sparse ops require sorted indices. Give "
        "them row by row."
    )


def size_of_dense(got: Any) -> TypeError:
    """The size of sets in an array, all of whose rows are equally long."""
    return TypeError(
        f"Expected `SparseTensor`, got {type(got).__name__}. The rows of an array are as long as its last dimension."
    )


def types_differ(a: Any, b: Any) -> TypeError:
    """Sets of different dtypes."""
    return TypeError(f"Types don't match, <dtype: '{a.name}'> vs <dtype: '{b.name}'>. Write tf.cast(b, tf.{a.name}).")


def bad_type(argument: str, dtype: Any) -> TypeError:
    """Sets of what cannot be counted."""
    return TypeError(
        f"'{argument}' invalid dtype <dtype: '{dtype.name}'>: sets are of integers or text. Write tf.cast(x, tf.int64)."
    )


def labels_shape(labels: Any, predictions: Any) -> ValueError:
    """Labels with another number of dimensions than the predictions."""
    return ValueError(
        f"Unexpected labels shape {labels} for predictions shape {predictions}. Labels have the shape of the "
        "predictions, but for the last dimension, which is the number of labels of each row and may be missing."
    )


def bad_k(k: Any) -> ValueError:
    """The best k, of which there are none."""
    return ValueError(f"Invalid k={k}. It is 1 or more.")


def bad_share(argument: str) -> ValueError:
    """A share that is none."""
    return ValueError(f"`{argument}` must be in the range [0, 1]. It is a share: 0.9 for 90 per cent.")
