"""Queues: who waits for whom, what fits in, and SparseTensors in them, as in TensorFlow 1.15."""

from __future__ import annotations

import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest


def in_a_thread(function: Any, *args: Any) -> threading.Thread:
    thread = threading.Thread(target=function, args=args, daemon=True)
    thread.start()
    return thread


def test_more_is_taken_than_there_is_room_for(graph_mode: ModuleType) -> None:
    tf = graph_mode
    queue = tf.FIFOQueue(2, tf.int32, [[]])
    put, take = queue.enqueue_many([np.arange(7, dtype=np.int32)]), queue.dequeue_many(5)
    with tf.Session() as session:
        found: list[Any] = []
        taker = in_a_thread(lambda: found.append(session.run(take)))
        putter = in_a_thread(session.run, put)
        taker.join(60)
        putter.join(60)
        assert found[0].tolist() == [0, 1, 2, 3, 4] and session.run(queue.size()) == 2
        # what was put in and did not suffice is there again when the queue is closed
        closer = in_a_thread(session.run, queue.close())
        closer.join(60)
        with pytest.raises(tf.errors.OutOfRangeError, match=r"requested 5, current size 2"):
            session.run(take)
        assert session.run(queue.dequeue_up_to(5)).tolist() == [5, 6]


def test_room_is_taken_as_soon_as_it_is_there(graph_mode: ModuleType) -> None:
    tf = graph_mode
    queue = tf.FIFOQueue(2, tf.int32, [[]])
    put, take = queue.enqueue_many([np.arange(5, dtype=np.int32)]), queue.dequeue()
    with tf.Session() as session:
        thread = in_a_thread(session.run, put)
        while session.run(queue.size()) < 2:
            pass
        for number in range(3):
            assert session.run(take) == number and session.run(queue.size()) == 2
        thread.join(60)


def test_closing_a_session_ends_what_waits(graph_mode: ModuleType) -> None:
    tf = graph_mode
    empty, full = tf.FIFOQueue(1, tf.int32, [[]]), tf.FIFOQueue(1, tf.int32, [[]])
    take, many, put = empty.dequeue(), empty.dequeue_many(2), full.enqueue(1)
    session, said = tf.Session(), []
    session.run(put)
    started = threading.Barrier(4)

    def wait(operation: Any) -> None:
        started.wait()
        try:
            session.run(operation)
        except tf.errors.CancelledError as error:
            said.append(str(error))

    threads = [in_a_thread(wait, operation) for operation in (take, many, put)]
    started.wait()
    while len(session._waits._cancels) < 3:
        pass
    session.close()
    for thread in threads:
        thread.join(60)
    assert sorted(text.split(":")[0] for text in said) == ["Dequeue operation was cancelled"] * 2 + [
        "Enqueue operation was cancelled"
    ]


def test_a_priority_queue_gives_the_smallest_first(graph_mode: ModuleType) -> None:
    tf = graph_mode
    queue = tf.PriorityQueue(10, [tf.string], [[]])
    put = queue.enqueue_many([np.array([3, 1, 3, 2]), ["c", "a", "d", "b"]])
    take = queue.dequeue_many(4)
    with tf.Session() as session:
        session.run(put)
        numbers, texts = session.run(take)
    assert numbers.tolist() == [1, 2, 3, 3] and texts.tolist() == [b"a", b"b", b"c", b"d"]


def test_none_of_many_is_nothing(graph_mode: ModuleType) -> None:
    tf = graph_mode
    queue = tf.PaddingFIFOQueue(10, [tf.float32, tf.string], [[None, 2], []])
    with tf.Session() as session:
        numbers, texts = session.run(queue.dequeue_many(0))
        assert numbers.shape == (0, 0, 2) and texts.shape == (0,)
        with pytest.raises(tf.errors.InvalidArgumentError, match="DequeueManyOp requested -1 < 0 elements"):
            session.run(queue.dequeue_many(tf.constant(-1)))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda tf: tf.FIFOQueue(2, tf.int32, names="f").enqueue(1), "Queue must enqueue a dictionary"),
        (lambda tf: tf.FIFOQueue(2, tf.int32).enqueue({"f": 1}), "Queue must have names to enqueue a dictionary"),
        (lambda tf: tf.FIFOQueue(2, tf.int32, names=["f"]).enqueue({"x": 1}), "do not match names of Queue"),
        (lambda tf: tf.FIFOQueue(2, [tf.int32] * 2).enqueue_many([[1], [1, 2]]), "Dimensions 1 and 2 are not comp"),
        (lambda tf: tf.FIFOQueue(2, tf.int32).enqueue_many([1]), "enqueue_many takes components with a first"),
        (lambda tf: tf.FIFOQueue(2, [tf.int32] * 2, [[]] * 3), "Queue shapes must have the same length as dtypes"),
        (lambda tf: tf.FIFOQueue(2, [tf.int32] * 2, names=["f"]), "Queue names must have the same length as dtypes"),
        (lambda tf: tf.train.batch([tf.placeholder(tf.int32)], 2), "Cannot infer Tensor's rank"),
        (lambda tf: tf.train.batch_join([{"a": 1}, {"b": 1}], 2), "All dictionaries given to batch_join"),
        (lambda tf: tf.train.input_producer(tf.placeholder(tf.int32, [None, None])), "must be a fully defined shape"),
        (lambda tf: tf.train.string_input_producer([]), "The list that was given is empty"),
        (lambda tf: tf.train.maybe_batch([1], [True], 2), "`keep_input` cannot be a vector"),
        (lambda tf: tf.train.maybe_batch([[1]], [[True]], 2, enqueue_many=True), "`keep_input` must be 0 or 1"),
    ],
)
def test_what_does_not_fit_is_told(graph_mode: ModuleType, make: Any, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        make(graph_mode)
    assert says in str(caught.value)


def test_an_element_of_another_shape_is_told_when_it_is_put_in(graph_mode: ModuleType) -> None:
    tf = graph_mode
    queue, fed = tf.PaddingFIFOQueue(2, tf.int32, [[2, None]]), tf.placeholder(tf.int32)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=r"Expected \[2,\?\], got \[2\]"):
        session.run(queue.enqueue([fed]), {fed: [1, 2]})


def run_batches(tf: ModuleType, batch: Any, count: int) -> list[Any]:
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        found = [session.run(batch) for _ in range(count)]
        coord.request_stop()
        coord.join(threads)
    return found


def test_sparse_tensors_are_batched(graph_mode: ModuleType) -> None:
    tf = graph_mode
    number = tf.train.range_input_producer(4, shuffle=False).dequeue()
    row = tf.cast(tf.range(number), tf.int64)
    sparse = tf.SparseTensor(tf.expand_dims(row, 1), tf.range(number) * 10, [tf.cast(number, tf.int64)])
    sparse.indices.set_shape([None, 1])
    (found,) = run_batches(tf, tf.train.batch({"n": number, "s": sparse}, 4), 1)
    assert found["n"].tolist() == [0, 1, 2, 3] and found["s"].dense_shape.tolist() == [4, 3]
    assert found["s"].indices.tolist() == [[1, 0], [2, 0], [2, 1], [3, 0], [3, 1], [3, 2]]
    assert found["s"].values.tolist() == [0, 0, 10, 0, 10, 20]


def test_rows_of_a_sparse_tensor_are_batched(graph_mode: ModuleType) -> None:
    tf = graph_mode
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [5.0, 6.0], [3, 2])
    (found,) = run_batches(tf, tf.train.batch([sparse], 4, enqueue_many=True), 1)
    assert found.indices.tolist() == [[0, 1], [2, 0], [3, 1]] and found.values.tolist() == [5.0, 6.0, 5.0]
    assert found.dense_shape.tolist() == [4, 2]


@pytest.mark.parametrize("shuffled", [False, True])
def test_some_are_kept(graph_mode: ModuleType, shuffled: bool) -> None:
    tf = graph_mode
    number = tf.train.range_input_producer(10, shuffle=False).dequeue()
    is_even = tf.equal(number % 2, 0)
    if shuffled:
        batch = tf.train.maybe_shuffle_batch([number], 5, 50, 1, is_even)
        joined = tf.train.maybe_shuffle_batch_join([[number]], 5, 50, 1, is_even)
    else:
        batch = tf.train.maybe_batch([number], is_even, 5)
        joined = tf.train.maybe_batch_join([[number]], is_even, 5)
    for found in run_batches(tf, [batch, joined], 2):
        assert all(value % 2 == 0 for part in found for value in part)
    many = tf.train.maybe_batch([[1, 2, 3, 4]], [True, False, False, True], 4, enqueue_many=True)
    assert run_batches(tf, many, 1)[0].tolist() == [1, 4, 1, 4]


def test_an_empty_list_of_names_is_told_when_it_runs(graph_mode: ModuleType) -> None:
    tf = graph_mode
    name = tf.train.string_input_producer(tf.constant([], tf.string)).dequeue()
    with tf.Session() as session:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(name)
        with pytest.raises(tf.errors.InvalidArgumentError, match="requires a non-null input tensor"):
            coord.join(threads)


def test_names_of_files_are_looked_up_once(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf = graph_mode
    for name in "ab":
        (tmp_path / name).touch()
    names = tf.train.match_filenames_once(str(tmp_path / "*"))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        (tmp_path / "c").touch()
        assert [Path(path.decode()).name for path in sorted(session.run(names))] == ["a", "b"]


def test_threads_are_started_in_a_session(graph_mode: ModuleType) -> None:
    tf = graph_mode
    tf.train.range_input_producer(3)
    with pytest.raises(TypeError, match="sess must be a `tf.Session` object"):
        tf.train.start_queue_runners("session")
    with tf.train.MonitoredSession() as session:
        assert tf.train.start_queue_runners(session) == []


def test_records_lie_apart(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf, path = graph_mode, tmp_path / "records"
    path.write_bytes(b"HHabc-def-ghiF")
    reader = tf.FixedLengthRecordReader(3, 2, 1, hop_bytes=4)
    key, value = reader.read(tf.train.string_input_producer([str(path)], num_epochs=1))
    found = run_batches(tf, [key, value], 3)
    assert [text for _, text in found] == [b"abc", b"def", b"ghi"]
    assert [text.decode() for text, _ in found] == [f"{path}:{k}" for k in range(3)]
