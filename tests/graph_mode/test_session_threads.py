"""Sessions that several threads use at once: each run has its own values, and what they share is made once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

import fastscope.compat.v1 as tf

THREADS, TIMES = 6, 60


class Program(NamedTuple):
    session: Any
    x: Any
    k: Any
    w: Any
    y: Any
    chosen: Any
    looped: Any
    called: Any
    sequence: Any


@pytest.fixture(autouse=True)
def switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def program() -> Program:
    x, k = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32, [])
    w = tf.get_variable("w", initializer=np.eye(4, dtype=np.float32))
    y = tf.tanh(tf.matmul(x, w)) * k
    chosen = tf.cond(k > 1.0, lambda: y * 2.0, lambda: y - 1.0)
    looped = tf.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a + y), [0, tf.zeros_like(y)])[1]
    called = tf.py_func(lambda a: a + 1, [y], tf.float32)
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    sequence, _ = tf.nn.dynamic_rnn(cell, tf.reshape(x, [-1, 2, 2]), dtype=tf.float32)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return Program(session, x, k, w, y, chosen, looped, called, sequence)


def in_threads(work: Callable[[int, int], None], count: int = THREADS, times: int = TIMES) -> None:
    """Call `work(thread, time)` in threads that start together; what one of them raises is raised here."""
    failed: list[BaseException] = []
    start = threading.Barrier(count)

    def run(thread: int) -> None:
        try:
            start.wait()
            for time in range(times):
                work(thread, time)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def feed(p: Program, thread: int) -> tuple[dict[Any, Any], Any, float]:
    x, k = np.full((2, 4), (thread + 1) / 10, np.float32), thread + 0.5
    return {p.x: x, p.k: k}, np.tanh(x) * np.float32(k), k


def expected(y: Any, k: float) -> list[Any]:
    return [y, y * 2 if k > 1 else y - 1, y * 5, y + 1]


@pytest.mark.parametrize("same", [True, False], ids=["the same fetches", "different fetches"])
def test_one_session_runs_in_several_threads(program: Program, same: bool) -> None:
    fetches = [program.y, program.chosen, program.looped, program.called]
    sequences: dict[int, Any] = {}

    def work(thread: int, time: int) -> None:
        given, y, k = feed(program, thread)
        first = 0 if same else (thread + time) % len(fetches)
        wanted = fetches[first:] + fetches[:first]
        *found, sequence = program.session.run([*wanted, program.sequence], given)
        right = expected(y, k)
        for a, b in zip(found, right[first:] + right[:first], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5)
        np.testing.assert_array_equal(sequence, sequences.setdefault(thread, sequence))

    in_threads(work)


def test_a_graph_grows_while_others_run_it(program: Program) -> None:
    def work(thread: int, time: int) -> None:
        given, y, _ = feed(program, thread)
        if thread:
            np.testing.assert_allclose(program.session.run(program.y, given), y, rtol=1e-5)
            return
        with program.session.graph.as_default():
            more = program.y + float(time)
        np.testing.assert_allclose(program.session.run(more, given), y + time, rtol=1e-5)

    in_threads(work)


def test_what_threads_write_into_one_graph_has_names_and_numbers_of_its_own() -> None:
    graph = tf.get_default_graph()

    def work(thread: int, time: int) -> None:
        with graph.as_default(), tf.variable_scope(f"t{thread}"):
            tf.square(tf.get_variable(f"v{time}", [2])) + 1.0

    in_threads(work)
    operations = graph.get_operations()
    assert len({op.name for op in operations}) == len({op.number for op in operations}) == len(operations)
    assert len(tf.global_variables()) == THREADS * TIMES


def test_each_thread_has_a_graph_and_a_session_of_its_own() -> None:
    def work(thread: int, time: int) -> None:
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.get_variable("v", initializer=float(thread))
            train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(v))
            session.run(tf.global_variables_initializer())
            session.run(train)
            assert v.name == "v:0" and v.eval() == pytest.approx(thread * 0.8)

    in_threads(work, times=10)


def test_threads_train_while_others_read(program: Program) -> None:
    loss, steps = tf.reduce_mean(tf.square(program.y)), tf.Variable(0)
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    count = steps.assign_add(1)
    program.session.run(tf.global_variables_initializer())
    given = {program.x: np.ones((2, 4)), program.k: 1.0}
    before = program.session.run(loss, given)

    def work(thread: int, time: int) -> None:
        if thread < 2:
            program.session.run([train, count], given)
        else:
            weights, value = program.session.run([program.w, loss], given)
            assert np.isfinite(weights).all() and 0 <= value <= before * 1.01

    in_threads(work, count=4)
    assert program.session.run(steps) == 2 * TIMES
    assert program.session.run(loss, given) < before


def test_the_default_session_is_that_of_the_thread(program: Program) -> None:
    def work(thread: int, time: int) -> None:
        assert tf.get_default_session() is None
        given, y, _ = feed(program, thread)
        with program.session.as_default():
            np.testing.assert_allclose(program.y.eval(given), y, rtol=1e-5)

    in_threads(work)
