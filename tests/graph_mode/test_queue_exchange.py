"""Queues that one run fills and empties, and queues that share their elements, as in TensorFlow 1.15."""

from __future__ import annotations

from typing import Any

import pytest

import fastscope.compat.v1 as tf

SHARED: dict[str, Any] = {"shared_name": "q"}


@pytest.fixture
def session() -> Any:
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=60_000)) as session:  # not to hang
        yield session


def numbers(capacity: int = 10) -> Any:
    return tf.FIFOQueue(capacity, tf.int32, [[]])


# ---- in one run


def test_what_a_run_waits_for_is_put_in_first(session: Any) -> None:
    queue = numbers()
    take = queue.dequeue()
    x = tf.placeholder(tf.int32, [])
    put = queue.enqueue(x + 1)
    assert session.run([take, put], {x: 2}) == [3, None]
    assert session.run([put, take], {x: 3}) == [None, 4]
    assert session.run(queue.size()) == 0


def test_a_full_queue_gives_before_it_takes(session: Any) -> None:
    queue = numbers(1)
    session.run(queue.enqueue(1))
    put = queue.enqueue(2)
    take = queue.dequeue()
    assert session.run([put, take]) == [None, 1]
    assert session.run(queue.size()) == 1 and session.run(take) == 2


def test_what_goes_round_comes_out_first(session: Any) -> None:
    queue = numbers(1)
    session.run(queue.enqueue(1))
    take = queue.dequeue()
    assert session.run([take, queue.enqueue(take + 1)]) == [1, None]
    assert session.run(take) == 2


def test_several_puts_for_one_take(session: Any) -> None:
    queue = numbers()
    take = queue.dequeue_many(3)
    puts = [queue.enqueue(k) for k in range(3)]
    assert sorted(session.run([take, *puts])[0].tolist()) == [0, 1, 2]


def test_more_than_there_is_room_for(session: Any) -> None:
    queue = numbers(2)
    take = queue.dequeue_many(4)
    put = queue.enqueue_many([[1, 2, 3, 4, 5]])
    assert session.run([take, put])[0].tolist() == [1, 2, 3, 4]
    assert session.run(queue.size()) == 1


def test_two_queues_one_after_the_other(session: Any) -> None:
    first, second = numbers(), numbers()
    through = second.enqueue(first.dequeue())
    last = second.dequeue()
    assert session.run([through, last, first.enqueue(5)]) == [None, 5, None]


def test_what_fails_before_a_put_fails_the_run(session: Any) -> None:
    queue = numbers()
    take = queue.dequeue()
    with tf.control_dependencies([tf.Assert(False, ["Before enqueue"])]):
        put = queue.enqueue(33)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Before enqueue"):
        session.run([take, put])
    assert session.run(queue.size()) == 0


def test_a_run_that_fails_gives_up_what_it_had_begun(session: Any) -> None:
    queue = numbers(1)
    session.run(queue.enqueue(1))
    put = queue.enqueue(2)  # there is no room for it
    with tf.control_dependencies([tf.Assert(False, ["After enqueue"])]):
        take = queue.dequeue()
    with pytest.raises(tf.errors.InvalidArgumentError, match="After enqueue"):
        session.run([put, take])
    assert session.run(queue.dequeue()) == 1 and session.run(queue.size()) == 0


def test_it_waits_for_room_at_its_end(session: Any) -> None:
    queue = numbers(1)
    put, take = queue.enqueue_many([[1, 2, 3]]), queue.dequeue()
    with pytest.raises(tf.errors.DeadlineExceededError, match="no room in FIFOQueue"):
        session.run([put, take], options=tf.RunOptions(timeout_in_ms=30))
    assert session.run(queue.size()) == 1


def test_writes_of_variables_keep_their_order(session: Any) -> None:
    """A put is not moved where what it needs reads a variable that the run writes."""
    queue = numbers()
    v = tf.get_variable("v", initializer=1, use_resource=True)
    session.run([v.initializer, queue.enqueue(7)])
    take = queue.dequeue()
    with tf.control_dependencies([v.assign(5)]):
        put = queue.enqueue(v.read_value())
    assert session.run([take, put]) == [7, None]
    assert session.run(take) == 5


# ---- shared names


def test_queues_of_one_shared_name_have_the_same_elements(session: Any) -> None:
    one, other = (tf.FIFOQueue(10, [tf.int32], [[]], shared_name="q") for _ in range(2))
    apart = tf.FIFOQueue(10, [tf.int32], [[]], shared_name="r")
    session.run(one.enqueue(3))
    assert session.run([other.size(), apart.size()]) == [1, 0]
    assert session.run(other.dequeue()) == 3 and session.run(one.size()) == 0
    with tf.Graph().as_default(), tf.Session() as elsewhere:
        assert elsewhere.run(tf.FIFOQueue(10, [tf.int32], [[]], shared_name="q").size()) == 0


@pytest.mark.parametrize(
    ("words", "make"),
    [
        (
            r"capacity and min_after_dequeue \(10, 0\) but .* \(11, 0\)",
            lambda: tf.FIFOQueue(11, tf.int32, [[]], **SHARED),
        ),
        ("component types int32 but .* were int64", lambda: tf.FIFOQueue(10, tf.int64, [[]], **SHARED)),
        (r"component shapes \[\[\]\] but .* \[\[2\]\]", lambda: tf.FIFOQueue(10, tf.int32, [[2]], **SHARED)),
        ("kind FIFOQueue but .* PaddingFIFOQueue", lambda: tf.PaddingFIFOQueue(10, tf.int32, [[]], **SHARED)),
    ],
)
def test_queues_that_cannot_share(words: str, make: Any) -> None:
    tf.FIFOQueue(10, tf.int32, [[]], **SHARED)
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"Shared queue 'q' has {words}"):
        make()
