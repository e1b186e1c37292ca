"""tf.contrib.training.bucket and bucket_by_sequence_length: batches of elements that are alike."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest


def batches(tf: Any, tensors: Any) -> list[Any]:
    found = []
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with tf.contrib.slim.queues.QueueRunners(session):
            try:
                while True:
                    found.append(session.run(tensors))
            except tf.errors.OutOfRangeError:
                return found


def sequence(tf: Any, lengths: list[int]) -> tuple[Any, Any]:
    """A length, and so many numbers, of each of several."""
    length = tf.train.input_producer(lengths, num_epochs=1, shuffle=False).dequeue()
    return length, tf.range(length) + 10 * length


def test_by_length(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    length, numbers = sequence(tf, [1, 5, 2, 9, 6, 3, 8])
    lengths, outputs = tf.contrib.training.bucket_by_sequence_length(
        length, {"numbers": numbers, "twice": 2 * length}, 2, [3, 6], dynamic_pad=True
    )
    assert lengths.shape.as_list() == [2]
    assert outputs["numbers"].shape.as_list() == [2, None]
    found = sorted(
        (one.tolist(), out["numbers"].tolist(), out["twice"].tolist()) for one, out in batches(tf, [lengths, outputs])
    )
    nine = list(range(90, 99))
    assert found == [
        ([1, 2], [[10, 0], [20, 21]], [2, 4]),
        ([5, 3], [[50, 51, 52, 53, 54], [30, 31, 32, 0, 0]], [10, 6]),
        ([9, 6], [nine, [60, 61, 62, 63, 64, 65, 0, 0, 0]], [18, 12]),
    ]


def test_what_is_left_at_the_end(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    length, numbers = sequence(tf, [1, 5, 2, 9, 6])
    lengths, output = tf.contrib.training.bucket_by_sequence_length(
        length, [numbers], [2, 3], [4], dynamic_pad=True, allow_smaller_final_batch=True, keep_input=length < 9
    )
    assert lengths.shape.as_list() == [None]
    found = sorted(one.tolist() for one, _ in batches(tf, [lengths, output]))
    assert found == [[1, 2], [5, 6]]


def test_buckets_by_number(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    number = tf.train.range_input_producer(8, num_epochs=1, shuffle=False).dequeue()
    which, (numbers, texts) = tf.contrib.training.bucket(
        [number, tf.as_string(number)], number % 3, [3, 1, 2], 3, bucket_capacities=[4, 2, 3]
    )
    found = sorted((int(k), one.tolist(), list(text)) for k, one, text in batches(tf, [which, numbers, texts]))
    assert found == [
        (0, [0, 3, 6], [b"0", b"3", b"6"]),
        (1, [1], [b"1"]),
        (1, [4], [b"4"]),
        (1, [7], [b"7"]),
        (2, [2, 5], [b"2", b"5"]),
    ]


def test_sparse_tensors_in_buckets(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    number = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
    sparse = tf.SparseTensor([[1]], tf.expand_dims(number, 0), [3])
    _, output = tf.contrib.training.bucket([sparse], number % 2, 2, 2)
    dense = sorted(one.tolist() for one in batches(tf, tf.sparse_tensor_to_dense(output)))
    assert dense == [[[0, 0, 0], [0, 2, 0]], [[0, 1, 0], [0, 3, 0]]]


def test_a_second_session_has_buckets_that_are_open(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    number = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
    _, output = tf.contrib.training.bucket([number], number % 2, 2, 2)
    for _ in range(2):
        assert sorted(one.tolist() for one in batches(tf, output)) == [[0, 2], [1, 3]]


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("by(2, [x], 2, 3)", TypeError, r"must be a list or tuple, but received: 3. Write \[3\]"),
        ("by(2, [x], 2, [])", ValueError, "must not be empty. tf.train.batch makes batches of all lengths"),
        ("by(2, [x], 2, [1.5, 2])", TypeError, r"must be integers, but saw: 1.5 and 2. Write int\(boundary\)"),
        ("by(2, [x], 2, [3, 3])", ValueError, r"saw: 3 before 3. Write sorted\(set\(boundaries\)\)"),
        (
            "by(2, [x], [2], [3])",
            ValueError,
            "batch_size is a list it must have num_buckets elements, 2; got .* one more",
        ),
        ("bucket([x], 0, 2, 2, bucket_capacities=[1])", ValueError, r"must have exactly num_buckets \(2\)"),
        ("bucket([], 0, 2, 2)", ValueError, "at least one tensor in bucket.*Give a list, or a dict"),
    ],
)
def test_refused(graph_mode: ModuleType, line: str, error: type[Exception], words: str) -> None:
    training: Any = graph_mode.contrib.training
    known = {"x": graph_mode.constant(1), "bucket": training.bucket, "by": training.bucket_by_sequence_length}
    with pytest.raises(error, match=words):
        eval(line, known)


def test_the_ways_out(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    by = tf.contrib.training.bucket_by_sequence_length
    lengths, _ = by(2, [tf.constant(1)], [2, 2], sorted({3}))
    assert lengths.shape.as_list() == [None]
    assert np.shape(by(2, {"x": tf.constant(1)}, 2, [int(3.0), 4])[1]["x"].shape.as_list()) == (1,)
