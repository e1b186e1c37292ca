"""What the functions of ops say of arguments that do not fit, computed at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.errors import InvalidArgumentError, OutOfRangeError

A = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize(
    ("run", "error", "opening"),
    [
        (lambda: tf.tile(A, [2]), ValueError, "tf.tile: multiples must have one entry for each of the 2 dimensions"),
        (lambda: tf.pad(A, [[1, 1]]), ValueError, "tf.pad: paddings must have one entry for each of the 2 dimensions"),
        (lambda: tf.pad(A, [[1, 1]] * 2, "wrap"), ValueError, "Unknown padding mode: wrap. Expected one of CONSTANT, "),
        (lambda: tf.slice(A, [0], [1]), ValueError, "tf.slice: begin and size must have one entry for each of the 2"),
        (
            lambda: tf.slice(A, [0, 1], [1, 3]),
            InvalidArgumentError,
            "Expected a block within shape [2, 3], got",
        ),
        (
            lambda: tf.gather_nd(A, [[0, 1], [2, 0]]),
            InvalidArgumentError,
            "indices[1] = [2, 0] does not index into",
        ),
        (lambda: tf.scatter_nd([[3]], [1.0], [2]), InvalidArgumentError, "indices[0] = [3] does not index into"),
        (
            lambda: tf.reverse(A, [2]),
            ValueError,
            "'axis'[0] = 2 is out of valid range [0, 1]. From the back, they are -2 ",
        ),
        (
            lambda: tf.pad(A, [[2, 0], [0, 0]], "REFLECT"),
            InvalidArgumentError,
            "paddings must be less than the dimension",
        ),
        (lambda: tf.bincount([2, -1]), InvalidArgumentError, "Input arr must be non-negative! It has -1: bins are "),
        (
            lambda: tf.confusion_matrix([0, -1], [0, 1]),
            InvalidArgumentError,
            "`labels` contains negative values. It has",
        ),
        (
            lambda: tf.confusion_matrix([0, 2], [0, 1], 2),
            InvalidArgumentError,
            "assertion failed: [`labels` out of bound]",
        ),
        (lambda: tf.matrix_diag(1.0), ValueError, "diagonal must be at least 1-dim, received shape: []"),
        (lambda: tf.dynamic_partition(A[0], [0, 2, 1], 2), InvalidArgumentError, "partitions[1] = 2 is not in [0, 2)"),
        (lambda: tf.nn.top_k(A, -1), ValueError, "Need k >= 0, got -1. It says how many of the largest"),
        (lambda: tf.cumsum(A, 2), ValueError, "ScanOp: Expected scan axis in the range [-2, 2), but got 2."),
        (lambda: tf.cumsum(A, [0]), ValueError, "ScanOp: axis must be a scalar, not [1]. A running sum goes along"),
        (lambda: tf.sparse_to_dense([0], [2], [1, 2]), InvalidArgumentError, "sparse_values has incorrect shape [2], "),
        (lambda: tf.sparse_to_dense([0], [2], 1, [0]), InvalidArgumentError, "default_value should be a scalar. It "),
        (
            lambda: tf.string_split(["a"], delimiter=["a"]),
            InvalidArgumentError,
            "delimiter must be a scalar, got shape",
        ),
        (
            lambda: tf.reverse_sequence(A, [4, 1], 1),
            InvalidArgumentError,
            "seq_lens(0) > input.dims(1). A length is at",
        ),
        (
            lambda: tf.fft(A),
            TypeError,
            "Value passed to parameter 'input' has a DataType not in list of allowed values: c",
        ),
        (
            lambda: tf.broadcast_static_shape([2], [3]),
            ValueError,
            "Incompatible shapes for broadcasting: (2,) and (3,).",
        ),
        (
            lambda: tf.ensure_shape(A, [2, 2]),
            ValueError,
            "Shape of tensor [2, 3] is not compatible with expected shape",
        ),
        (lambda: tf.unravel_index([6], [2, 3]), InvalidArgumentError, "index is out of bound as with dims [2, 3]."),
        (
            lambda: tf.decode_base64("a b"),
            InvalidArgumentError,
            "Invalid character found in base64. Got b'a b': letters",
        ),
        (lambda: tf.sort(A, direction="UP"), ValueError, "UP should be one of ASCENDING, DESCENDING"),
        (lambda: tf.boolean_mask(A, np.True_), ValueError, "mask cannot be scalar."),
        (lambda: tf.boolean_mask(A, [True]), ValueError, "Shapes (2,) and (1,) are incompatible."),
        (lambda: tf.nn.top_k(A, 4), ValueError, "input must have last dimension >= k = 4 but is 3."),
        (
            lambda: tf.tensordot(A, A, [[0, 1], [0]]),
            ValueError,
            "Different number of contraction axes 'a' and 'b'",
        ),
        (
            lambda: tf.nn.sigmoid_cross_entropy_with_logits(labels=A[:, :2], logits=A),
            ValueError,
            "logits and labels must have the same shape ((2, 3) vs (2, 2)).",
        ),
        (lambda: tf.truncatediv(np.int32([1]), np.int32([0])), ValueError, "Integer division by zero"),
        (
            lambda: tf.scatter_add(tf.Variable([1.0]), [1], [2.0]),
            InvalidArgumentError,
            "indices[0] = 1 is not in",
        ),
        (lambda: tf.count_up_to(tf.Variable(2), 2), OutOfRangeError, "Reached limit of 2"),
        (lambda: tf.Session(3), TypeError, "target must be a string, but got <class 'int'>"),  # type: ignore[arg-type]
        (lambda: tf.sin(np.int32([1])), TypeError, "tf.sin takes floating point values, got int32."),
    ],
)
def test_an_error_says_what_was_expected(run: Callable[[], Any], error: type[Exception], opening: str) -> None:
    with pytest.raises(error) as caught:
        run()
    assert str(caught.value).startswith(opening)
