"""Graph mode beside TensorFlow, NumPy's own statements and the chain of pullbacks, each answer compared first.

TENSORFLOW_1 and TENSORFLOW_2 name Pythons that have TensorFlow 1.15 and a 2.x with tf_keras; without them the programs
run beside the others alone.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import fastscope as fs
from benchmarks import graph_programs
from benchmarks.graph_programs import PROGRAMS, THREADS, Peer, Program, X, drawn, sentences
from benchmarks.import_time import process_times
from benchmarks.timing import Subject, calls, ratio

PYTHONS = {"TF 1.15": "TENSORFLOW_1", "TF 2": "TENSORFLOW_2"}
LABELS = {
    "small_run": "run(mean(square(tanh(x @ w + b))))",
    "small_step": "one step of Adam on it",
    "language_model_step": f"language model, training step, threads {THREADS}",
    "one_character": "language model, one character a run",
    "mlp_step": f"784-256-10, training step, threads {THREADS}",
    "writing": "a .meta of 4,000 operations",
    "cnn_step": f"MNIST's convolutions, training step, threads {THREADS}",
}
ONE, NUMPY, VJP = "TF 1.15", "NumPy", "vjp"


@pytest.fixture(scope="module")
def tensorflows() -> Iterator[dict[str, Peer]]:
    """Those that are here, in processes of their own."""
    found = {label: Peer(os.environ[name]) for label, name in PYTHONS.items() if os.environ.get(name)}
    yield found
    for peer in found.values():
        peer.close()


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    fs.config.threading.set_intra_op_parallelism_threads(THREADS)
    yield
    fs.config.threading.set_intra_op_parallelism_threads(0)


@contextmanager
def recording() -> Iterator[Any]:
    """TensorFlow 1's face, in a graph of its own that is in graph mode."""
    import fastscope.compat.v1 as tf

    fs.disable_eager_execution()
    try:
        with tf.Graph().as_default():
            yield tf
    finally:
        fs.enable_eager_execution()


@pytest.fixture
def measure_program(measure: Any, tensorflows: dict[str, Peer]) -> Callable[..., None]:
    """Callable(name, bars, *others, answers=None): time a program here, beside `others` and each TensorFlow."""

    def run(name: str, bars: dict[str, float], *others: Subject, answers: list[float] | None = None) -> None:
        with recording() as tf:
            here = PROGRAMS[name](tf)
        theirs = beside(name, here, tensorflows)
        if answers is not None:
            np.testing.assert_allclose(here.first, answers, rtol=1e-4)
        everybody = [*others, *theirs]
        measure(Subject(LABELS[name], here.loop, operations=1), everybody, present(bars, everybody))

    return run


def beside(name: str, here: Program, tensorflows: dict[str, Peer]) -> list[Subject]:
    """The same program on each TensorFlow, which have to give the same answers."""
    found = []
    for label, peer in tensorflows.items():
        there = peer.program(name)
        np.testing.assert_allclose(here.first, there.first, rtol=1e-3)
        found.append(Subject(label, there.loop, operations=1))
    return found


def present(bars: dict[str, float], others: list[Subject]) -> dict[str, float]:
    """The bars of those that take part."""
    return {other.label: bars[other.label] for other in others if other.label in bars}


@pytest.mark.benchmark(group="graph")
def test_small_run(measure_program: Any) -> None:
    w, b = drawn(0, 3, 2), drawn(1, 2)

    def plain() -> Any:
        return np.add.reduce(np.square(np.tanh(X @ w + b)), None) / 4

    measure_program("small_run", {NUMPY: 2.0, ONE: 1 / 20}, calls(NUMPY, plain), answers=[plain()])


@pytest.mark.benchmark(group="graph")
def test_small_step(measure_program: Any) -> None:
    measure_program("small_step", {ONE: 1 / 10})


class Pullbacks:
    """The language model's training step, each pullback called by hand."""

    def __init__(self, batch_size: int = 32, steps: int = 40, units: int = 256) -> None:
        self.text = sentences(batch_size, steps)
        self.cell = fs.nn.rnn_cell.BasicLSTMCell(units)
        self.state = self.cell.zero_state(batch_size, fs.float32)
        self.embedding = fs.get_variable("embedding", [graph_programs.CLASSES, graph_programs.DEPTH])
        nothing = fs.zeros([0, batch_size, graph_programs.DEPTH])
        fs.nn.dynamic_rnn(self.cell, nothing, initial_state=self.state, time_major=True)
        self.w = fs.get_variable("softmax_w", [units, graph_programs.CLASSES])
        self.b = fs.get_variable("softmax_b", [graph_programs.CLASSES])
        for k, variable in enumerate(fs.trainable_variables()):
            variable.assign(drawn(k, *variable.shape))
        self.optimizer = fs.train.AdamOptimizer(4e-3)
        self.grads = fs.vjp.Gradients()

    def step(self) -> Any:
        inputs, pull_inputs = fs.vjp.embedding_lookup(self.embedding, self.text[:-1])
        hidden, pull_rnn = fs.vjp.dynamic_rnn(self.cell, inputs, initial_state=self.state, time_major=True)
        logits, pull_logits = fs.vjp.dense(hidden, self.w, self.b)
        loss, pull_loss = fs.vjp.softmax_cross_entropy(logits, self.text[1:])
        self.state = pull_rnn.final_state
        d_hidden = pull_logits(pull_loss(), into=self.grads)
        pull_inputs(pull_rnn(d_hidden, into=self.grads), into=self.grads)
        gradients, variables = zip(*self.grads.pairs(), strict=True)
        gradients, _ = fs.clip_by_global_norm(gradients, 1.0)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        self.grads.zero()
        return loss


@pytest.mark.benchmark(group="graph")
def test_language_model_step(measure_program: Any) -> None:
    with fs.Graph().as_default():
        model = Pullbacks()
        answers = [float(model.step()) for _ in range(3)]
    bars = {VJP: 1.1, ONE: 1 / 3.5}
    measure_program("language_model_step", bars, calls(VJP, model.step, THREADS), answers=answers)


@pytest.mark.benchmark(group="graph")
def test_one_character(measure_program: Any) -> None:
    measure_program("one_character", {ONE: 1 / 10})


@pytest.mark.benchmark(group="graph")
def test_mlp_step(measure_program: Any) -> None:
    measure_program("mlp_step", {ONE: 1 / 1.8})


@pytest.mark.benchmark(group="graph")
def test_cnn_step(measure_program: Any) -> None:
    measure_program("cnn_step", {ONE: 0.65})


@pytest.mark.benchmark(group="graph")
def test_writing(measure_program: Any) -> None:
    """A graph's first save; what did not change is kept, and is not made into bytes again."""
    measure_program("writing", {ONE: 1.5}, answers=[300.0])


@pytest.mark.benchmark(group="graph")
def test_char_rnn(measure: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """examples/char_rnn_tf1.py beside examples/char_rnn.py: a training step of each."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "examples"))
    import char_rnn

    with recording():
        import char_rnn_tf1  # whose face turns to graph mode
    options = argparse.Namespace(
        batch_size=32, layers=1, num_units=256, learning_rate=4e-3, keep_prob=1.0, output=tmp_path, steps=1
    )
    corpus = char_rnn.Corpus(None)
    graph = fs.Graph()  # the eager network records its functions there
    with graph.as_default(), fs.device("/cpu:0"):
        eager = char_rnn.Training(options, corpus, char_rnn.Alone())
        start = [variable.numpy() for variable in fs.trainable_variables()]
    with recording() as tf:
        network = char_rnn_tf1.RNN(len(corpus.alphabet.characters), options.num_units, options.batch_size, 40)
        minimize = tf.train.AdamOptimizer(options.learning_rate).minimize(network.loss)
        session = tf.Session()
        session.run(tf.global_variables_initializer())
        for variable, value in zip(tf.trainable_variables(), start, strict=True):
            variable.load(value, session)

    def eager_step() -> Any:
        with graph.as_default():
            return eager.train(0.0)

    def steps(turns: int) -> float:
        options.steps = turns
        started = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            char_rnn_tf1.train(session, network, minimize, corpus.train, options)
        return time.perf_counter() - started

    with redirect_stdout(io.StringIO()) as printed:
        char_rnn_tf1.train(session, network, minimize, corpus.train, options)
    (bits,) = re.findall(r"([\d.]+) bits/char", printed.getvalue())
    assert float(bits) == pytest.approx(float(eager_step()) / math.log(2), abs=1e-3)
    other = calls("char_rnn.py", eager_step, THREADS)
    measure(Subject("char_rnn_tf1.py, a step", steps, operations=1), [other], {other.label: 1.15})


@pytest.mark.benchmark(group="graph, making an operation")
def test_making(measure: Any, tensorflows: dict[str, Peer]) -> None:
    name = "making, 100"
    with recording() as tf:
        here = PROGRAMS[name](tf)
        others = beside(name, here, tensorflows)
        measure(Subject("v + 1.0", here.loop, operations=1), others, present({ONE: 1 / 20}, others))


@pytest.mark.benchmark(group="graph, making an operation")
@pytest.mark.parametrize("count", [10_000, 100_000])
def test_making_is_flat(measure: Any, benchmark: Any, count: int) -> None:
    with recording() as tf:
        few, many = (PROGRAMS[f"making, {n}"](tf).loop for n in (100, 100 if benchmark.disabled else count))
        turns = 10 if benchmark.disabled else 1000
        other = Subject("making, 100", few, operations=1, turns=turns)
        measure(Subject(f"making, {count}", many, operations=1, turns=turns), [other], {other.label: 1.2}, rounds=15)


@pytest.mark.benchmark(group="graph, import")
def test_import(benchmark: Any) -> None:
    loaded = "import sys, fastscope.compat.v1; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout.split()
    assert "numpy" in modules and not {"cupy", "tensorflow", "matplotlib", "safetensors", "asyncio"} & set(modules)
    times = process_times(["numpy", "fastscope.compat.v1"], 1 if benchmark.disabled else 21)
    benchmark.extra_info.update(
        label="import fastscope.compat.v1, whole process",
        ns={module: sorted(seconds)[len(seconds) // 2] * 1e9 for module, seconds in times.items()},
        ratios={"import numpy": asdict(ratio(times["fastscope.compat.v1"], times["numpy"]))},
        bars={"import numpy": 2.0},
    )
    benchmark.pedantic(process_times, args=(["fastscope.compat.v1"], 1), rounds=1)


# ---- memory


def peak_of(call: Callable[[], Any]) -> int:
    """The most bytes that are held at once while a warm call runs, beyond those held before."""
    with mock.patch("fastscope.fused.cpu._empty", np.empty):  # the library's own large arrays are not traced
        call()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            call()
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()


def chain(depth: int = 20, side: int = 512) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Products and activations one after the other: a run of the graph, and the eager statements."""
    x, w = drawn(1, side, side), drawn(2, side, side)

    def layers(library: Any, h: Any, w: Any) -> Any:
        for _ in range(depth):
            h = library.tanh(library.matmul(h, w) + h)
        return library.reduce_sum(h)

    with recording() as tf:
        fed, weights = tf.placeholder(tf.float32, [None, side]), tf.placeholder(tf.float32, [side, side])
        total, session = layers(tf, fed, weights), tf.Session()
    feed = {fed: x, weights: w}
    with fs.Graph().as_default():
        expected = layers(fs, x, w)
    np.testing.assert_allclose(session.run(total, feed), expected, rtol=1e-5)
    return lambda: session.run(total, feed), lambda: layers(fs, x, w)


def training() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A training step of the language model: a run of the graph, and the chain of pullbacks."""
    with fs.Graph().as_default():
        model = Pullbacks()
    with recording() as tf:
        program = PROGRAMS["language_model_step"](tf)
    return lambda: program.loop(1), model.step


@pytest.mark.benchmark(group="graph, memory")
@pytest.mark.parametrize("what", [chain, training], ids=["chain", "training"])
def test_peak_of_a_run(benchmark: Any, what: Any) -> None:
    run, statements = what()
    taken = {"a run": peak_of(run), "eager": peak_of(statements)}
    assert all(size > 1e5 for size in taken.values())
    times = taken["a run"] / taken["eager"]
    benchmark.extra_info.update(
        label=f"peak, {what.__name__}",
        holder="a run",
        bytes=taken,
        ratios={"eager": dict.fromkeys(("median", "least", "low", "high"), times)},
        bars={"eager": 1.2},
    )
    benchmark.pedantic(lambda: None, rounds=1)
