"""What only the compiled implementation has: instruction sets, threads, packings, memory.

What it computes is held to scalar arithmetic in test_fused.py, together with the other implementations.
Shapes: T max_time, N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope import _lstm
from fastscope.errors import InvalidArgumentError
from fastscope.fused import LSTMStateTuple, PackCache, cpu, reference

BIAS = 0.75
# One row and several, blocks and strips cut short and whole, more rows than are taken at a time, an odd number of
# blocks, more time than one product over it takes, more rows in all than the gradient of a kernel takes at a time.
SHAPES = [
    (1, 1, 128, 128),
    (7, 1, 5, 37),
    (4, 2, 17, 24),
    (3, 7, 33, 40),
    (3, 16, 24, 32),
    (2, 70, 16, 23),
    (400, 4, 3, 9),
]


def close(got: Any, expected: Any, dtype: Any, scale: float = 1.0) -> None:
    assert got.dtype == dtype
    tolerance = scale * (3e-6 if dtype == np.float32 else 1e-12)
    bound = tolerance * max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(got, expected, rtol=0, atol=bound)


class Problem:
    def __init__(self, shape: tuple[int, ...], dtype: Any = np.float32) -> None:
        t, n, d, h = shape
        rng = np.random.default_rng(shape)

        def draw(*size: int, scale: float = 1.0) -> Any:
            return rng.normal(0.1, scale, size).astype(dtype)

        self.x, self.c, self.h = draw(t, n, d), draw(n, h), draw(n, h)
        self.kernel, self.bias = draw(d + h, 4 * h, scale=1 / np.sqrt(d + h)), draw(4 * h)
        self.d_outputs, self.d_state = draw(t, n, h), LSTMStateTuple(draw(n, h), draw(n, h))
        self.lengths = rng.integers(0, t + 1, n)

    def five(self) -> tuple[Any, ...]:
        return self.x, self.c, self.h, self.kernel, self.bias

    def all_of(self, module: Any, lengths: Any = None, cache: Any = None) -> list[Any]:
        """Outputs, state and gradients."""
        outputs, state, tape = module.lstm_sequence(*self.five(), BIAS, lengths, keep=True, cache=cache)
        return [outputs, *state, *module.lstm_sequence_vjp(tape, self.d_outputs, self.d_state)]


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    threads, instructions = cpu.get_num_threads(), _lstm.instruction_set()
    yield
    cpu.set_num_threads(threads)
    _lstm.use_instruction_set(instructions)


@pytest.mark.parametrize("instructions", _lstm.instruction_sets())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("with_lengths", [False, True])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equals_the_reference(shape: Any, with_lengths: bool, dtype: Any, instructions: str) -> None:
    _lstm.use_instruction_set(instructions)
    p, exact = Problem(shape, dtype), Problem(shape, np.float64)
    for name in ("x", "c", "h", "kernel", "bias", "d_outputs"):
        setattr(exact, name, getattr(p, name).astype(np.float64))
    exact.d_state = LSTMStateTuple(*(a.astype(np.float64) for a in p.d_state))
    lengths = p.lengths if with_lengths else None
    expected = exact.all_of(reference, lengths)
    for got, value in zip(p.all_of(cpu, lengths), expected, strict=True):
        close(got, value, dtype, 4)
    outputs, state, tape = cpu.lstm_sequence(*p.five(), BIAS, lengths)
    assert tape is None
    for got, value in zip((outputs, *state), expected, strict=False):
        close(got, value, dtype, 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_processors_differ_in_the_last_places_and_runs_not_at_all(dtype: Any) -> None:
    """Vectors of another width add up in another order; 34 units in the last place of the largest were measured."""
    rng = np.random.default_rng(36)
    sizes = [tuple(int(size) for size in rng.integers(1, (20, 20, 60, 80))) for _ in range(36)]
    for shape in sizes:
        p, answers = Problem(shape, dtype), []
        for instructions in _lstm.instruction_sets():
            _lstm.use_instruction_set(instructions)
            answers.append(p.all_of(cpu))
            assert all((a == b).all() for a, b in zip(p.all_of(cpu), answers[-1], strict=True))
        for other in answers[1:]:
            for a, b in zip(answers[0], other, strict=True):
                assert np.abs(a - b).max() <= 64 * np.finfo(dtype).eps * np.abs(a).max(), (shape, instructions)


@pytest.mark.parametrize("shape", [(5, 1, 40, 64), (5, 1, 3, 30), (4, 20, 40, 64), (6, 9, 70, 50)], ids=str)
def test_threads_change_no_bit(shape: Any) -> None:
    """Who computes a chunk does not matter; the thresholds that keep small work on one thread are lifted."""
    p = Problem(shape)
    cpu.set_num_threads(1)
    expected = p.all_of(cpu, p.lengths)
    for threads in (2, 3, 7):
        cpu.set_num_threads(threads)
        _lstm.hire_for_anything(True)
        try:
            for _ in range(5):
                assert all((a == b).all() for a, b in zip(p.all_of(cpu, p.lengths), expected, strict=True))
        finally:
            _lstm.hire_for_anything(False)


@pytest.mark.parametrize("instructions", _lstm.instruction_sets())
@pytest.mark.parametrize("columns", [1, 40, 200])
def test_threads_change_no_bit_of_a_product(instructions: str, columns: int) -> None:
    """The rows of a transposed matrix are packed by each thread for itself, for as many strips as it takes."""
    _lstm.use_instruction_set(instructions)
    rng = np.random.default_rng(columns)
    a, b = rng.normal(size=(290, 190)).astype(np.float32), rng.normal(size=(290, columns)).astype(np.float32)
    cpu.set_num_threads(1)
    expected = cpu.product(a.T, b)
    close(expected, a.T.astype(np.float64) @ b, np.float32, 4)
    for threads in (2, 7):
        cpu.set_num_threads(threads)
        _lstm.hire_for_anything(True)
        try:
            assert (cpu.product(a.T, b) == expected).all() and (cpu.product(a.T.copy(), b) == expected).all()
        finally:
            _lstm.hire_for_anything(False)


@pytest.mark.parametrize("instructions", _lstm.instruction_sets())
def test_threads_change_no_bit_of_a_softmax(instructions: str) -> None:
    _lstm.use_instruction_set(instructions)
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(70, 45)), rng.integers(0, 45, 70)
    cpu.set_num_threads(1)
    expected = cpu.softmax_losses(logits, labels)
    for got, value in zip(expected, reference.softmax_losses(logits, labels), strict=True):
        close(got, value, np.float64)
    cpu.set_num_threads(3)
    _lstm.hire_for_anything(True)
    try:
        assert all((a == b).all() for a, b in zip(cpu.softmax_losses(logits, labels), expected, strict=True))
    finally:
        _lstm.hire_for_anything(False)


def test_ids_of_summed_rows() -> None:
    rows = np.ones((2, 3), np.float32)
    for place in (-1, 4):
        with pytest.raises(InvalidArgumentError, match=str(place)):
            cpu.sum_by_row(rows, np.array([0, place]), 4)
    with pytest.raises(ValueError, match="rows"):
        cpu.sum_by_row(rows, np.array([0]), 4)
    with pytest.raises(ValueError, match="total"):
        _lstm.add_rows(rows[0].copy(), rows, np.array([0, 1]))


def test_labels_of_a_softmax() -> None:
    logits = np.zeros((2, 3), np.float32)
    for label in (-1, 3):
        with pytest.raises(InvalidArgumentError, match=str(label)):
            cpu.softmax_losses(logits, np.array([0, label]))
    with pytest.raises(ValueError, match="labels"):
        cpu.softmax_losses(logits, np.array([0]))
    with pytest.raises(ValueError, match="logits"):
        cpu.softmax_losses(logits[0], np.array([0, 1, 2]))


@pytest.mark.parametrize("sizes", [(40, 64), (3, 30), (5, 1), (9, 8), (1, 17)], ids=str)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_kernel_read_as_it_lies_changes_no_bit(sizes: tuple[int, int], threads: int) -> None:
    """One step of one row without a cache packs nothing."""
    p = Problem((1, 1, *sizes))
    expected = cpu.lstm_step(p.x[0], *p.five()[1:], BIAS, cache=PackCache())
    cpu.set_num_threads(threads)
    _lstm.hire_for_anything(True)
    try:
        got = cpu.lstm_step(p.x[0], *p.five()[1:], BIAS)
    finally:
        _lstm.hire_for_anything(False)
    assert (got.c == expected.c).all() and (got.h == expected.h).all()


def test_number_of_threads() -> None:
    cpu.set_num_threads(3)
    assert cpu.get_num_threads() == 3
    with pytest.raises(ValueError, match="at least 1 thread, got 0"):
        cpu.set_num_threads(0)
    for more_than_there_can_be in (1000, 1 << 40):
        cpu.set_num_threads(more_than_there_can_be)
        assert cpu.get_num_threads() == 64


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"FASTSCOPE_NUM_THREADS": "3", "OMP_NUM_THREADS": "2"}, "3"),
        ({"TF_NUM_INTRAOP_THREADS": "4", "OMP_NUM_THREADS": "2"}, "4"),
        ({"OMP_NUM_THREADS": "2,4"}, "2"),
        ({"OMP_NUM_THREADS": "99999999999"}, "64"),
        (
            {"FASTSCOPE_NUM_THREADS": "", "OMP_NUM_THREADS": "many"},
            str(len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()),
        ),
    ],
)
def test_number_of_threads_from_the_environment(environment: dict[str, str], expected: str) -> None:
    clean = {k: v for k, v in os.environ.items() if not re.search("_NUM_.*THREADS$", k)}
    code = "import fastscope as tf; print(tf.config.threading.get_intra_op_parallelism_threads())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


@pytest.mark.parametrize("asked", ["abc", "0", "-1", "2.5", "2,4"])
def test_a_number_of_threads_that_is_none(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("FASTSCOPE_NUM_THREADS", asked)
    told = re.escape(f"the environment variable FASTSCOPE_NUM_THREADS is {asked!r}, and has to be a number of threads")
    with pytest.raises(ValueError, match=told):
        tf.config.threading.set_intra_op_parallelism_threads(0)
    monkeypatch.setenv("FASTSCOPE_NUM_THREADS", "4")
    assert cpu.default_threads() == 4


def test_the_face_sets_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTSCOPE_NUM_THREADS", "5")
    face, before = tf.config.threading, cpu.get_num_threads()
    try:
        face.set_intra_op_parallelism_threads(3)
        assert face.get_intra_op_parallelism_threads() == cpu.get_num_threads() == 3
        face.set_intra_op_parallelism_threads(0)
        assert face.get_intra_op_parallelism_threads() == 5
        with pytest.raises(ValueError, match="at least 1 thread, got -1"):
            face.set_intra_op_parallelism_threads(-1)
        for wrong in (1.5, 2.0, "2", None):
            with pytest.raises(TypeError, match="a whole number of threads, got"):
                face.set_intra_op_parallelism_threads(wrong)
        assert face.get_intra_op_parallelism_threads() == 5
    finally:
        cpu.set_num_threads(before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    p = Problem((20, 32, 64, 128))
    cpu.set_num_threads(2)
    expected = p.all_of(cpu)
    child = os.fork()
    if child == 0:
        same = all((a == b).all() for a, b in zip(p.all_of(cpu), expected, strict=True))
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert all((a == b).all() for a, b in zip(p.all_of(cpu), expected, strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_forked_while_others_compute() -> None:
    """Whatever the threads that the child does not have were about to do."""
    p, stop = Problem((10, 32, 64, 128)), threading.Event()
    cpu.set_num_threads(2)
    expected = p.all_of(cpu)

    def compute() -> None:
        while not stop.is_set():
            p.all_of(cpu)

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    codes = []
    for _ in range(10):
        child = os.fork()
        if child == 0:
            signal.alarm(60)  # a child that waits for a thread which is not there ends by it
            os._exit(0 if all((a == b).all() for a, b in zip(p.all_of(cpu), expected, strict=True)) else 1)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    stop.set()
    for thread in threads:
        thread.join()
    assert codes == [0] * 10


def test_the_interpreter_ends_while_a_thread_computes() -> None:
    code = """
import threading, numpy as np
from fastscope.fused import cpu
cpu.set_num_threads(2)
five = [np.ones(shape, "f") for shape in ((200, 64, 64), (64, 256), (64, 256), (320, 1024), (1024,))]
begun = threading.Event()
def compute():
    while True:
        cpu.lstm_sequence(*five, 1.0)
        begun.set()
threading.Thread(target=compute, daemon=True).start()
begun.wait()
print("bye")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "bye\n", "")


def at_once(call: Callable[[], list[Any]], expected: list[Any]) -> None:
    """Check that four threads that call at once all get what is expected, to the bit."""
    wrong = []

    def caller() -> None:
        for _ in range(20):
            if not all((a == b).all() for a, b in zip(call(), expected, strict=True)):
                wrong.append(threading.current_thread().name)

    threads = [threading.Thread(target=caller) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_callers_at_once_update_and_multiply() -> None:
    rng = np.random.default_rng(1)
    w, m, v, g = (rng.uniform(0.1, 2.0, 150_000).astype(np.float32) for _ in range(4))
    a, b = (rng.normal(size=size).astype(np.float32) for size in ((90, 200), (200, 70)))

    def call() -> list[Any]:
        written = [x.copy() for x in (w, m, v)]
        cpu.adam_update(*written, g, 0.1, 0.9, 0.99, 1e-3)
        return [*written, cpu.product(a, b)]

    cpu.set_num_threads(1)
    expected = call()
    cpu.set_num_threads(3)
    _lstm.hire_for_anything(True)
    try:
        at_once(call, expected)
    finally:
        _lstm.hire_for_anything(False)


def test_callers_at_once_share_a_packing() -> None:
    p, cache = Problem((12, 8, 64, 96)), PackCache()
    cpu.set_num_threads(2)
    expected = p.all_of(cpu)
    at_once(lambda: p.all_of(cpu, cache=cache.at(1)), expected)


def test_gil_is_released() -> None:
    p, started, done = Problem((60, 64, 256, 256)), threading.Event(), threading.Event()
    cpu.set_num_threads(1)
    packed = PackCache()
    cpu.lstm_sequence(*p.five(), BIAS, cache=packed)

    def call() -> None:
        started.set()
        cpu.lstm_sequence(*p.five(), BIAS, cache=packed)
        done.set()

    worker = threading.Thread(target=call)
    worker.start()
    started.wait()
    turns = 0
    while not done.wait(1e-4):
        turns += 1
    worker.join()
    assert turns > 5  # of some hundred; with the GIL held there is at most one


class TestCache:
    def test_a_packing_is_kept_until_the_next_version(self) -> None:
        p, cache = Problem((1, 1, 16, 24)), PackCache()
        cpu.lstm_step(p.x[0], *p.five()[1:], BIAS, cache=cache.at(1))
        first = cache.entries["cpu"]
        cpu.lstm_sequence(*p.five(), BIAS, cache=cache.at(1))
        assert cache.entries["cpu"] is first
        p.kernel *= -2
        state = cpu.lstm_step(p.x[0], *p.five()[1:], BIAS, cache=cache.at(2))
        assert cache.entries["cpu"] is not first
        close(state.h, reference.lstm_step(p.x[0], *p.five()[1:], BIAS).h, np.float32)

    def test_a_tape_keeps_the_packing_that_it_began_with(self) -> None:
        p, cache = Problem((3, 4, 8, 16)), PackCache()
        expected = p.all_of(cpu)
        _, _, tape = cpu.lstm_sequence(*p.five(), BIAS, keep=True, cache=cache.at(1))
        cpu.lstm_sequence(p.x, p.c, p.h, -p.kernel, p.bias, BIAS, cache=cache.at(2))
        grads = cpu.lstm_sequence_vjp(tape, p.d_outputs, p.d_state)
        assert all((a == b).all() for a, b in zip(grads, expected[3:], strict=True))

    @pytest.mark.parametrize("units", [24, 37])
    def test_rows_of_an_embedding_follow_it(self, units: int) -> None:
        p, cache = Problem((1, 3, 16, units)), PackCache()
        table = np.random.default_rng(3).normal(size=(6, 16)).astype(np.float32)

        def check(ids: list[int]) -> None:
            arguments = (np.array(ids), *p.five()[1:], BIAS)
            got = cpu.lstm_step_ids(*arguments, embedding=table, cache=cache.at(1))
            close(got.h, reference.lstm_step_ids(*arguments, embedding=table).h, np.float32)

        check([5, 2, 5])
        check([5, 2, 0])
        table[5] *= -1.5  # in place, and no version says so
        check([5, 2, 0])
        table = table[:4].copy()
        check([3, 3, 1])
        with pytest.raises(InvalidArgumentError, match="0 <= id < 4"):
            check([4, 0, 0])

    def test_an_embedding_too_big_for_a_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_lstm, "ROWS_BYTES", 100)
        p = Problem((1, 2, 16, 8))
        table = np.random.default_rng(3).normal(size=(6, 16)).astype(np.float32)
        arguments = (np.array([5, 1]), *p.five()[1:], BIAS)
        got = cpu.lstm_step_ids(*arguments, embedding=table, cache=PackCache())
        close(got.h, reference.lstm_step_ids(*arguments, embedding=table).h, np.float32)
        with pytest.raises(InvalidArgumentError, match="0 <= id < 6"):
            cpu.lstm_step_ids(np.array([6, 1]), *p.five()[1:], BIAS, embedding=table, cache=PackCache())


class TestTape:
    def test_results_may_be_written(self) -> None:
        p = Problem((4, 3, 5, 8))
        expected = p.all_of(cpu)[3:]
        outputs, state, tape = cpu.lstm_sequence(*p.five(), BIAS, keep=True)
        outputs[...] = state.c[...] = state.h[...] = np.nan
        grads = cpu.lstm_sequence_vjp(tape, p.d_outputs, p.d_state)
        assert all((a == b).all() for a, b in zip(grads, expected, strict=True))

    def test_results_on_reused_memory_are_their_own(self) -> None:
        """Big results take memory that earlier ones have given back, never memory in use."""
        p = Problem((40, 32, 16, 64))
        first = p.all_of(cpu)
        kept = [a.copy() for a in first]
        assert max(a.nbytes for a in first) >= 1 << 18
        p.x *= -1
        for _ in range(3):
            p.all_of(cpu)
        assert all((a == b).all() for a, b in zip(first, kept, strict=True))


class TestArguments:
    @pytest.mark.parametrize("which", range(5))
    def test_wrong_shapes(self, which: int) -> None:
        five = list(Problem((3, 2, 4, 5)).five())
        five[which] = np.zeros((*five[which].shape[:-1], five[which].shape[-1] + 1), np.float32)
        with pytest.raises(InvalidArgumentError, match="fused LSTM: expected"):
            cpu.lstm_sequence(*five, BIAS)
        with pytest.raises(InvalidArgumentError, match="fused LSTM: expected"):
            cpu.lstm_step(five[0][0], *five[1:], BIAS)

    def test_wrong_ranks(self) -> None:
        p = Problem((3, 2, 4, 5))
        with pytest.raises(InvalidArgumentError, match="expected x"):
            cpu.lstm_step(p.x, *p.five()[1:], BIAS)
        with pytest.raises(InvalidArgumentError, match="expected lengths"):
            cpu.lstm_sequence(*p.five(), BIAS, np.array([1, 2, 3]))
        with pytest.raises(InvalidArgumentError, match="expected ids"):
            cpu.lstm_step_ids(np.array([[1, 2]]), *p.five()[1:], BIAS)
        with pytest.raises(InvalidArgumentError, match="expected d_outputs"):
            _, _, tape = cpu.lstm_sequence(*p.five(), BIAS, keep=True)
            cpu.lstm_sequence_vjp(tape, p.d_outputs[1:], None)

    def test_wrong_dtypes(self) -> None:
        p = Problem((3, 2, 4, 5))
        with pytest.raises(TypeError, match="got float64 for bias"):
            cpu.lstm_sequence(*p.five()[:4], p.bias.astype(float), BIAS)
        with pytest.raises(TypeError, match="got int32 for x"):
            cpu.lstm_sequence(p.x.astype(np.int32), *p.five()[1:], BIAS)

    def test_elements_without_a_size(self) -> None:
        p = Problem((3, 2, 4, 5))
        nothing = np.zeros((2, 4), "V0")
        with pytest.raises(TypeError, match=r"got \|V0 for x"):
            cpu.lstm_step(nothing, *p.five()[1:], BIAS)
        with pytest.raises(TypeError, match=r"got \|V0 for a"):
            _lstm.product(nothing, p.kernel, np.zeros((2, 20), np.float32))

    @pytest.mark.parametrize("length", [-1, 4, 1 << 40])
    def test_lengths_outside_the_sequence(self, length: int) -> None:
        """`cpu` clips them; what the passes index with is checked once more."""
        p = Problem((3, 2, 4, 5))
        lengths, outputs, state = np.array([1, length]), np.empty((3, 2, 5), "f"), np.empty((2, 2, 5), "f")
        with pytest.raises(InvalidArgumentError, match=rf"lengths of 0 to 3 time steps, got {length}\."):
            _lstm.forward(*p.five(), BIAS, lengths, outputs, *state, False)

    def test_no_packing_and_no_tape(self) -> None:
        p = Problem((3, 2, 4, 5))
        expected, ids = p.all_of(cpu), np.array([3, 1])
        outputs, state = np.empty((3, 2, 5), "f"), np.empty((2, 2, 5), "f")
        tape = _lstm.forward(*p.five(), BIAS, None, outputs, *state, True)
        assert (outputs == expected[0]).all() and (state == expected[1:3]).all()
        assert (cpu.lstm_sequence_vjp(tape, p.d_outputs, p.d_state).kernel == expected[-2]).all()
        _lstm.forward_ids(ids, *p.five()[1:], BIAS, None, *state)
        close(state[1], reference.lstm_step_ids(ids, *p.five()[1:], BIAS).h, np.float32)
        with pytest.raises(TypeError, match="'tape'"):
            _lstm.backward(None, p.d_outputs, None, None, None, *state, p.kernel, p.bias)

    def test_embedding_of_another_kernel(self) -> None:
        p = Problem((1, 2, 4, 5))
        ids, rest = np.array([1, 0]), p.five()[1:]
        with pytest.raises(InvalidArgumentError, match=r"embedding of shape \(vocabulary, 4\), got \(3, 6\)"):
            cpu.lstm_step_ids(ids, *rest, BIAS, embedding=np.ones((3, 6), np.float32), cache=PackCache())
        with pytest.raises(TypeError, match="got float64 for embedding"):
            cpu.lstm_step_ids(ids, *rest, BIAS, embedding=np.ones((3, 4)), cache=PackCache())

    def test_arrays_that_only_the_buffer_protocol_tells(self) -> None:
        """Of a subclass, in another order of bytes, read-only: by another way, and the same answers."""

        class Other(np.ndarray[Any, Any]):
            pass

        p, ids = Problem((1, 3, 4, 5)), np.array([3, 1, 0])
        expected, of_ids = p.all_of(cpu), cpu.lstm_step_ids(ids, *p.five()[1:], BIAS)
        for a in p.five():
            a.flags.writeable = False
        others = [a.view(Other) for a in p.five()]
        assert (cpu.lstm_sequence(*others, BIAS)[0] == expected[0]).all()
        for same in (ids.view(Other), ids.astype(">i8"), ids.astype(np.uint8), np.repeat(ids, 2)[::2], [3, 1, 0]):
            assert (cpu.lstm_step_ids(same, *others[1:], BIAS).h == of_ids.h).all()
        with pytest.raises(TypeError, match="got >f4 for bias"):
            cpu.lstm_sequence(*p.five()[:4], p.bias.astype(">f4"), BIAS)
        with pytest.raises(TypeError, match="ids must be integers, got float64"):
            cpu.lstm_step_ids(ids.astype(float), *p.five()[1:], BIAS)
        with pytest.raises(ValueError, match="read-only"):
            _lstm.product(p.x[0], p.kernel[:4], p.kernel[:3])

    def test_the_new_state_is_of_arrays_of_their_own(self) -> None:
        """Whatever the layout of the state before it, they lie in C's order and are the caller's to write."""
        p = Problem((1, 3, 4, 5))
        for h in (p.h, np.asfortranarray(p.h), np.repeat(p.h, 2, axis=1)[:, ::2], p.h.view(np.recarray)):
            new = cpu.lstm_step(p.x[0], p.c, h, p.kernel, p.bias, BIAS)
            np.testing.assert_array_equal(new.h, cpu.lstm_step(p.x[0], *p.five()[1:], BIAS).h)
            for array in new:
                assert type(array) is np.ndarray and array.shape == (3, 5) and array.dtype == np.float32
                assert array.flags.carray and array.flags.owndata and array.base is None
        before = sys.getrefcount(new.h.dtype)  # each array holds the dtype, and lets it go
        for _ in range(1000):
            cpu.lstm_step(p.x[0], *p.five()[1:], BIAS)
        assert abs(sys.getrefcount(new.h.dtype) - before) < 100

    def test_elements_that_are_not_aligned(self) -> None:
        p = Problem((3, 2, 4, 5))
        moved = []
        for a in p.five():
            raw = np.zeros(a.nbytes + 1, np.uint8)[1:]
            moved.append(raw.view(np.float32).reshape(a.shape))
            moved[-1][...] = a
        got = cpu.lstm_sequence(*moved, BIAS)[0]
        assert (got == cpu.lstm_sequence(*p.five(), BIAS)[0]).all()


class TestUpdates:
    def test_strided_weights(self) -> None:
        """One pass wants its elements together; the reference takes the rest, in place as well."""
        wide = np.ones((4, 6), np.float32)
        cpu.sgd_update(wide[:, ::2], np.full((4, 3), 2.0, np.float32), 0.25)
        assert (wide[:, ::2] == 0.5).all() and (wide[:, 1::2] == 1).all()
        w, m, v = (np.ones((4, 3), np.float32) for _ in range(3))
        strided = wide[:, ::2].copy().T.copy().T
        cpu.adam_update(w, m, v, strided, 0.1, 0.9, 0.99, 1e-3)
        expected = [np.ones((4, 3), np.float32) for _ in range(3)]
        reference.adam_update(*expected, strided, 0.1, 0.9, 0.99, 1e-3)
        for got, value in zip((w, m, v), expected, strict=True):
            close(got, value, np.float32)

    @pytest.mark.parametrize("instructions", _lstm.instruction_sets())
    def test_big_ones_on_many_threads(self, instructions: str) -> None:
        _lstm.use_instruction_set(instructions)
        cpu.set_num_threads(3)
        rng = np.random.default_rng(0)
        w, m, g = (rng.normal(size=300_001).astype(np.float32) for _ in range(3))
        v = np.abs(rng.normal(size=300_001)).astype(np.float32)
        expected = [a.copy() for a in (w, m, v)]
        cpu.adam_update(w, m, v, g, 0.1, 0.9, 0.99, 1e-3)
        reference.adam_update(*expected, g, 0.1, 0.9, 0.99, 1e-3)
        for got, value in zip((w, m, v), expected, strict=True):
            close(got, value, np.float32)

    @pytest.mark.parametrize("instructions", _lstm.instruction_sets())
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("size", [0, 1, 5, 40, 16384 + 40])
    def test_where_arrays_begin(self, size: int, dtype: Any, instructions: str) -> None:
        """The first elements are a loop of their own, as many as lie before a cache line: the bits are the same."""
        _lstm.use_instruction_set(instructions)
        rng = np.random.default_rng(size)
        values = [rng.uniform(0.1, 2.0, size).astype(dtype) for _ in range(4)]

        def placed(first: int) -> list[Any]:
            """The four arrays, `first`, first + 1, ... elements behind a cache line's begin."""
            arrays = []
            for k, value in enumerate(values):
                room = np.full(size + 64, 7, dtype)
                begin = -room.ctypes.data % 64 // room.itemsize + (first + k) % 16
                arrays.append(room[begin : begin + size])
                arrays[-1][...] = value
            return arrays

        def updated(update: Callable[..., None], first: int, slots: int) -> list[Any]:
            w, m, v, g = placed(first)
            update(w, *(m, v)[:slots], g)
            for array in (w, m, v):  # nothing beside them was written
                assert (array.base == 7).sum() == 64
            return [w, m, v]

        for update, slots in (
            (lambda w, g: cpu.sgd_update(w, g, 0.1), 0),
            (lambda w, m, g: cpu.momentum_update(w, m, g, 0.1, 0.9, False), 1),
            (lambda w, m, g: cpu.momentum_update(w, m, g, 0.1, 0.9, True), 1),
            (lambda w, m, v, g: cpu.rmsprop_update(w, m, v, g, 0.1, 0.9, 0.5, 1e-3), 2),
            (lambda w, m, v, g: cpu.adam_update(w, m, v, g, 0.1, 0.9, 0.99, 1e-3), 2),
        ):
            expected = updated(update, 0, slots)
            for first in range(1, 16):
                for got, value in zip(updated(update, first, slots), expected, strict=True):
                    np.testing.assert_array_equal(got, value)

    def test_shapes_must_agree(self) -> None:
        w = np.zeros((2, 3), np.float32)
        with pytest.raises(InvalidArgumentError, match=r"expected g of shape \(2, 3\)"):
            cpu.sgd_update(w, np.zeros((3, 2), np.float32), 0.1)


@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer keeps what is freed for a while")
def test_memory_does_not_grow() -> None:
    resource = pytest.importorskip("resource")
    p = Problem((10, 32, 64, 128))
    for _ in range(5):
        p.all_of(cpu)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(60):
        p.all_of(cpu)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB; one call leaves 8000 behind
