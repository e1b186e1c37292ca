"""Queues, their threads, and input as before tf.data: names, values and errors of TensorFlow 1.15."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope.compat.v1 as tf


def finish(session: Any, fetch: Any) -> list[Any]:
    """Run until OutOfRangeError, among the threads of all queue runners."""
    coordinator, found = tf.train.Coordinator(), []
    threads = tf.train.start_queue_runners(session, coordinator)
    try:
        while not coordinator.should_stop():
            found.append(session.run(fetch))
    except tf.errors.OutOfRangeError as error:
        coordinator.request_stop(error)
    coordinator.join(threads)
    return found


def initialized() -> Any:
    session = tf.Session()
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    return session


def test_names_and_shapes() -> None:
    queue = tf.FIFOQueue(2, [tf.float32, tf.int32], shapes=[[], [2]])
    put, many = queue.enqueue([1.0, [1, 2]]), queue.enqueue_many([[1.0], [[1, 2]]])
    outputs = [*queue.dequeue(), *queue.dequeue_many(2), *queue.dequeue_up_to(5)]
    assert [queue.name, put.name, many.name] == ["fifo_queue", "fifo_queue_enqueue", "fifo_queue_EnqueueMany"]
    assert [t.name for t in outputs[::2]] == [
        "fifo_queue_Dequeue:0",
        "fifo_queue_DequeueMany:0",
        "fifo_queue_DequeueUpTo:0",
    ]
    assert [t.shape.as_list() for t in outputs] == [[], [2], [2], [2, 2], [None], [None, 2]]
    assert put.inputs[1].name == "fifo_queue_enqueue/component_1:0" and queue.close().name == "fifo_queue_Close"
    assert queue.size().name == "fifo_queue_Size:0" and queue.is_closed().name == "fifo_queue_Is_Closed:0"
    assert queue.dtypes == [tf.float32, tf.int32] and queue.shapes[1].as_list() == [2] and queue.names is None
    assert queue.queue_ref.name == "fifo_queue:0" and tf.FIFOQueue(2, tf.float32).dequeue().shape.ndims is None


def test_elements_in_order() -> None:
    queue = tf.FIFOQueue(3, [tf.float32, tf.int32], shapes=[[], [2]])
    put, size, closed = queue.enqueue_many([[1.0, 2.0], [[1, 2], [3, 4]]]), queue.size(), queue.is_closed()
    one, two, rest, close = queue.dequeue(), queue.dequeue_many(2), queue.dequeue_up_to(5), queue.close()
    with tf.Session() as session:
        session.run(put)
        assert session.run(size) == 2 and not session.run(closed)
        first = session.run(one)
        assert first[0] == 1.0 and first[1].tolist() == [1, 2]
        session.run(close)
        assert session.run(closed) and session.run(rest)[1].tolist() == [[3, 4]]
        for fetch, wanted in ((one, 1), (two, 2)):
            text = rf"is closed and has insufficient elements \(requested {wanted}, current size 0\)"
            with pytest.raises(tf.errors.OutOfRangeError, match=text):
                session.run(fetch)
        with pytest.raises(tf.errors.CancelledError, match="Nothing can be put into it any more"):
            session.run(put)
        with pytest.raises(tf.errors.CancelledError, match="is already closed"):
            session.run(close)


def test_components_have_names_and_are_copies() -> None:
    v = tf.Variable([1.0, 2.0])
    queue = tf.FIFOQueue(3, [tf.float32, tf.string], names=["n", "s"])
    put, got = queue.enqueue({"s": "text", "n": v}), queue.dequeue()
    with initialized() as session:
        session.run(put)
        session.run(v.assign([5.0, 6.0]))
        found = session.run(got)
    assert found["n"].tolist() == [1.0, 2.0] and found["s"] == b"text"


def test_other_orders() -> None:
    mixed = tf.RandomShuffleQueue(10, 2, [tf.int32], shapes=[[]], seed=1)
    put, three, rest = mixed.enqueue_many([[1, 2, 3, 4, 5]]), mixed.dequeue_many(3), mixed.dequeue_up_to(9)
    padded = tf.PaddingFIFOQueue(5, [tf.int32, tf.string], shapes=[[None], [None]])
    puts = [padded.enqueue([[1], ["a", "b"]]), padded.enqueue([[1, 2], ["c"]])]
    both = padded.dequeue_many(2)
    with tf.Session() as session:
        session.run(put)
        found = session.run(three).tolist()
        session.run(mixed.close())  # until then two stay
        found += session.run(rest).tolist()
        session.run(puts)
        numbers, texts = session.run(both)
    assert sorted(found) == [1, 2, 3, 4, 5] != found and both[0].shape.as_list() == [2, None]
    assert numbers.tolist() == [[1, 0], [1, 2]] and texts.tolist() == [[b"a", b"b"], [b"c", b""]]


def test_who_waits_is_let_go() -> None:
    queue = tf.FIFOQueue(1, [tf.int32], [[]])
    put, got, cancel = queue.enqueue(7), queue.dequeue(), queue.close(cancel_pending_enqueues=True)
    raised: list[BaseException] = []
    with tf.Session() as session:

        def fill() -> None:
            try:
                for _ in range(3):
                    session.run(put)
            except tf.errors.OpError as error:
                raised.append(error)

        thread = threading.Thread(target=fill)
        thread.start()
        assert session.run(got) == 7  # the second one finds room
        while len(queue._storage) < 1:
            time.sleep(0.001)
        session.run(cancel)
        thread.join()
    assert type(raised[0]) is tf.errors.CancelledError


def test_errors_of_a_line() -> None:
    queue = tf.FIFOQueue(2, [tf.float32, tf.int32], shapes=[[], [2]])
    for text, call in (
        ("An element of this queue has 2 components, and 1 were given", lambda: queue.enqueue([1.0])),
        ("Component 0 of this queue is float32, and int32 was given", lambda: queue.enqueue([tf.constant(1), [1, 2]])),
        (r"Shapes \(3,\) and \(2,\) are incompatible: an element's", lambda: queue.enqueue([1.0, [1, 2, 3]])),
        ("DequeueMany: all shapes must be fully defined", lambda: tf.FIFOQueue(2, [tf.float32]).dequeue_many(2)),
        ("string_input_producer requires a non-null input tensor", lambda: tf.train.string_input_producer([])),
        ("Must provide queue and enqueue_ops", lambda: tf.train.QueueRunner(queue, [])),
        ("Cannot start queue runners: No default session", tf.train.start_queue_runners),
    ):
        with pytest.raises(ValueError, match=text):
            call()
    tf.enable_eager_execution()
    for make in (lambda: tf.FIFOQueue(1, tf.int32), tf.TextLineReader, lambda: tf.train.batch([1], 2), queue.size):
        with pytest.raises(RuntimeError, match="needs a graph and sessions, which run it in threads"):
            make()


def test_messages_of_a_closed_queue() -> None:
    from fastscope.errors import queues as errors

    assert "Enqueue operation was cancelled" in str(errors.cancelled("FIFOQueue", "q"))


# ---- threads


def test_a_coordinator() -> None:
    coordinator = tf.train.Coordinator()
    assert not coordinator.should_stop() and not coordinator.wait_for_stop(0.0)
    with coordinator.stop_on_exception():
        raise ValueError("inside")
    assert coordinator.should_stop() and coordinator.wait_for_stop()
    with pytest.raises(ValueError, match="^inside$"):
        coordinator.join([])
    assert coordinator.joined
    with pytest.raises(KeyError):
        coordinator.request_stop(KeyError("late"))
    coordinator.clear_stop()
    assert not coordinator.should_stop()
    coordinator.request_stop(tf.errors.OutOfRangeError("the end"))
    coordinator.join([])


def test_a_thread_that_does_not_end() -> None:
    coordinator, let_go = tf.train.Coordinator(), threading.Event()
    thread = threading.Thread(target=let_go.wait, name="slow")
    coordinator.register_thread(thread)
    thread.start()
    coordinator.request_stop()
    with pytest.raises(RuntimeError, match="Coordinator stopped with threads still running: slow"):
        coordinator.join(stop_grace_period_secs=0.01)
    coordinator.join([thread], stop_grace_period_secs=0.01, ignore_live_threads=True)
    let_go.set()
    thread.join()


def test_a_thread_that_loops() -> None:
    coordinator, calls = tf.train.Coordinator(), []

    def count(step: int) -> None:
        calls.append(step)
        if len(calls) == 3:
            coordinator.request_stop()

    tf.train.LooperThread.loop(coordinator, None, count, (2,))
    coordinator.join()
    assert calls == [2, 2, 2]
    again = tf.train.Coordinator()
    tf.train.LooperThread.loop(again, 0.001, lambda: again.request_stop(ValueError("in a thread")))
    with pytest.raises(ValueError, match="in a thread"):
        again.join()


def test_what_a_runner_s_thread_raises() -> None:
    queue = tf.FIFOQueue(10, [tf.float32], [[]])

    def fail() -> Any:
        raise ValueError("no data")

    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(tf.py_func(fail, [], tf.float32))]))
    got, coordinator = queue.dequeue(), tf.train.Coordinator()
    with tf.Session() as session:
        threads = tf.train.start_queue_runners(session, coordinator)
        assert len(threads) == 2
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(got)
        with pytest.raises(tf.errors.OpError, match="no data"):
            coordinator.join(threads)


def test_a_runner_s_threads_are_made_once_for_a_session() -> None:
    queue = tf.FIFOQueue(1, [tf.int32], [[]])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1)])
    coordinator = tf.train.Coordinator()
    with tf.Session() as session:
        threads = runner.create_threads(session, coordinator, daemon=True, start=True)
        assert runner.create_threads(session, coordinator) == [] and len(threads) == 2
        coordinator.request_stop()
        coordinator.join(threads)  # also what waited for room


# ---- producers and batches


def test_epochs_and_another_session() -> None:
    queue = tf.train.string_input_producer(["a", "b"], shuffle=False, num_epochs=2)
    got = queue.dequeue()
    assert queue.name == "input_producer"
    assert [v.name for v in tf.local_variables()] == ["input_producer/limit_epochs/epochs:0"]
    for _ in range(2):
        with initialized() as session:
            assert finish(session, got) == [b"a", b"b", b"a", b"b"]


def test_rows_and_batches() -> None:
    x, y = tf.train.slice_input_producer([tf.constant([1, 2, 3]), tf.constant([[5.0], [6.0], [7.0]])], 1, shuffle=False)
    a, b = tf.train.batch([x, y], 2, allow_smaller_final_batch=True)
    assert (a.name, b.name, b.shape.as_list()) == ("batch:0", "batch:1", [None, 1])
    runners = [runner.name for runner in tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)]
    assert runners == ["input_producer/input_producer", "batch/fifo_queue"]
    summaries = [t.name for t in tf.get_collection(tf.GraphKeys.SUMMARIES)]
    assert summaries == ["input_producer/input_producer/fraction_of_32_full:0", "batch/fraction_of_32_full:0"]
    with initialized() as session:
        found = finish(session, [a, b])
    assert [part[0].tolist() for part in found] == [[1, 2], [3]] and found[1][1].tolist() == [[7.0]]


def test_batches_of_several_forms() -> None:
    numbers = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
    single = tf.train.batch({"n": numbers, "ones": tf.ones([numbers], tf.int32)}, 2, dynamic_pad=True)
    with initialized() as session:
        found = finish(session, single)
    assert [part["n"].tolist() for part in found] == [[0, 1], [2, 3]]
    assert [part["ones"].tolist() for part in found] == [[[0], [1]], [[1, 1, 0], [1, 1, 1]]]


def test_shuffled_batches() -> None:
    numbers = tf.train.range_input_producer(20, num_epochs=1, shuffle=True, seed=3).dequeue()
    batch = tf.train.shuffle_batch([numbers], 5, capacity=20, min_after_dequeue=5, seed=1)
    assert batch.name == "shuffle_batch:0" and batch.shape.as_list() == [5]
    with initialized() as session:
        found = np.concatenate(finish(session, batch)).tolist()
    assert sorted(found) == list(range(20)) != found


def test_several_sources() -> None:
    sources: Any = [[tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()] for _ in range(2)]
    joined = tf.train.batch_join(sources, 2)
    with initialized() as session:
        found = np.concatenate(finish(session, joined)).tolist()
    assert sorted(found) == [0, 0, 1, 1, 2, 2, 3, 3]
    tf.get_default_graph().clear_collection(tf.GraphKeys.QUEUE_RUNNERS)
    mixed = tf.train.shuffle_batch_join([[tf.constant([[1], [2]])]] * 2, 3, 10, 2, enqueue_many=True)
    with initialized() as session:
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        assert set(session.run(mixed).ravel()) <= {1, 2} and mixed.shape.as_list() == [3, 1]
        coordinator.request_stop()
        coordinator.join(threads)


# ---- files


def test_readers(tmp_path: Path) -> None:
    for name, text in (("a", "h\nx\ny\n"), ("b", "h\nz")):
        (tmp_path / name).write_text(text)
    with tf.python_io.TFRecordWriter(str(tmp_path / "r")) as writer:
        writer.write(b"one")
        writer.write(b"two")
    names = [str(tmp_path / name) for name in ("a", "b")]

    def read(reader: Any, files: list[str], up_to: int = 0) -> list[Any]:
        tf.get_default_graph().clear_collection(tf.GraphKeys.QUEUE_RUNNERS)
        queue = tf.train.string_input_producer(files, num_epochs=1, shuffle=False)
        with initialized() as session:
            return finish(session, reader.read_up_to(queue, up_to) if up_to else reader.read(queue))

    lines = tf.TextLineReader(skip_header_lines=1)
    found = read(lines, names)
    assert [pair.value for pair in found] == [b"x", b"y", b"z"] and found[1].key.decode() == f"{names[0]}:3"
    assert tf.Session().run(lines.num_records_produced()) == 3 and lines.reader_ref.name == "TextLineReaderV2:0"
    assert [pair.value for pair in read(tf.WholeFileReader(), names)] == [b"h\nx\ny\n", b"h\nz"]
    assert [pair.key.decode() for pair in read(tf.IdentityReader(), names)] == names
    records = [tuple(pair) for pair in read(tf.TFRecordReader(), [str(tmp_path / "r")])]
    assert records == [(f"{tmp_path}/r:0".encode(), b"one"), (f"{tmp_path}/r:19".encode(), b"two")]
    fixed = tf.FixedLengthRecordReader(2, header_bytes=1, footer_bytes=1)
    assert [pair.value for pair in read(fixed, names[:1])] == [b"\nx", b"\ny"]
    with pytest.raises(tf.errors.NotFoundError):
        read(tf.WholeFileReader(), ["/no/such/file"])
    parts = read(tf.TextLineReader(), names, up_to=4)
    assert [part.values.tolist() for part in parts] == [[b"h", b"x", b"y", b"h"], [b"z"]]


def test_a_run_waits_no_longer_than_it_is_told() -> None:
    queue = tf.FIFOQueue(3, tf.int32, [[]], name="numbers")
    put, take, room = queue.enqueue_many([[1, 2]]), queue.dequeue_many(3), queue.enqueue_many([[3, 4, 5]])
    soon = tf.RunOptions(timeout_in_ms=30)
    with tf.Session() as sess:
        sess.run(put)
        with pytest.raises(tf.errors.DeadlineExceededError, match="Timed out waiting for .* no elements of FIFOQueue"):
            sess.run(take, options=soon)
        assert sess.run(queue.size()) == 2  # what it had taken is there again
        with pytest.raises(tf.errors.DeadlineExceededError, match="no room in FIFOQueue"):
            sess.run(room, options=soon)
        assert sess.run(take, options=soon).tolist() == [1, 2, 3]
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=30)) as sess, pytest.raises(TimeoutError):
        sess.run(take)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_runner_that_starts_again_has_no_errors() -> None:
    queue = tf.FIFOQueue(3, tf.int32, [[]])
    x = tf.placeholder_with_default(0, [])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1 // x)])
    with tf.Session() as session:
        for _ in range(2):
            for thread in runner.create_threads(session, start=True):
                thread.join(60)
            assert len(runner.exceptions_raised) == 1


def test_a_reader_begins_anew() -> None:
    queue = tf.FIFOQueue(9, tf.string, [[]])
    reader = tf.IdentityReader()
    record, counts = reader.read(queue).value, [reader.num_records_produced(), reader.num_work_units_completed()]
    with tf.Session() as session:
        session.run(queue.enqueue_many([["a", "b", "c"]]))
        assert [session.run(record) for _ in range(2)] == [b"a", b"b"] and session.run(counts) == [2, 1]
        session.run(reader.reset())
        assert session.run(counts) == [0, 0]
        assert session.run(record) == b"c" and session.run(counts) == [1, 0]
