"""TensorFlow 1 programs to time: each is written once, and runs on fastscope.compat.v1 and on TensorFlow itself.

A program is a function of the module that it calls `tf`; it returns what times it, and its first answers. A TensorFlow
has a process of its own, with the Python that it needs (3.7 for 1.15), which this file serves:

    python3.7 -m benchmarks.graph_programs tensorflow
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import calls

__all__ = ["PROGRAMS", "Peer", "Program", "drawn", "sentences"]

THREADS = 2
CLASSES, DEPTH = 97, 64  # of the language model: characters, and numbers that stand for one
X = np.float32([[1.0, -2.0, 0.5], [0.25, 3.0, -1.5]])


class Program(NamedTuple):
    """What times a program, as in a Subject, and its first answers."""

    loop: Callable[[int], float]
    first: list[float]


def drawn(seed: int, *shape: int) -> Any:
    """Values for a variable: the same for everybody."""
    return np.random.RandomState(seed).uniform(-0.1, 0.1, shape).astype(np.float32)


def sentences(batch_size: int, steps: int) -> Any:
    """Characters [steps + 1, batch_size] as numbers."""
    return np.random.RandomState(9).randint(CLASSES, size=[steps + 1, batch_size]).astype(np.int32)


def session_of(tf: Any) -> Any:
    """A session of two threads, its variables holding `drawn(k)`."""
    session = tf.Session(
        config=tf.ConfigProto(intra_op_parallelism_threads=THREADS, inter_op_parallelism_threads=THREADS)
    )
    session.run(tf.global_variables_initializer())
    for k, variable in enumerate(tf.trainable_variables()):
        variable.load(drawn(k, *variable.get_shape().as_list()), session)
    return session


# ---- the programs


def small_loss(tf: Any) -> tuple[Any, Any]:
    x = tf.placeholder(tf.float32, [None, 3])
    w, b = tf.get_variable("w", [3, 2]), tf.get_variable("b", [2])
    return x, tf.reduce_mean(tf.square(tf.tanh(tf.matmul(x, w) + b)))


def small_run(tf: Any) -> Program:
    """Five operations on six numbers: what a run costs beside its work."""
    x, loss = small_loss(tf)
    session = session_of(tf)
    return Program(calls("", lambda: session.run(loss, {x: X})).loop, [float(session.run(loss, {x: X}))])


def small_step(tf: Any) -> Program:
    """One step of Adam on the same."""
    x, loss = small_loss(tf)
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    session = session_of(tf)
    losses = [float(session.run(loss, {x: X}))]
    for _ in range(3):
        session.run(train, {x: X})
        losses.append(float(session.run(loss, {x: X})))
    return Program(calls("", lambda: session.run(train, {x: X})).loop, losses)


def language_model(tf: Any, batch_size: int, units: int) -> Any:
    """An LSTM over characters: its ids [T, N], the state that it starts from, logits [T * N, C], the last state."""
    ids = tf.placeholder(tf.int32, [None, batch_size])
    embedding = tf.get_variable("embedding", [CLASSES, DEPTH])
    cell = tf.nn.rnn_cell.BasicLSTMCell(units)
    state = cell.zero_state(batch_size, tf.float32)
    inputs = tf.nn.embedding_lookup(embedding, ids)
    outputs, last = tf.nn.dynamic_rnn(cell, inputs, initial_state=state, time_major=True)
    w, b = tf.get_variable("softmax_w", [units, CLASSES]), tf.get_variable("softmax_b", [CLASSES])
    return ids, state, tf.matmul(tf.reshape(outputs, [-1, units]), w) + b, last


def language_model_step(tf: Any) -> Program:
    """One training step: 32 sentences of 40 characters, 256 units; gradients clipped, Adam."""
    batch_size, steps, units = 32, 40, 256
    ids, start, logits, last = language_model(tf, batch_size, units)
    targets = tf.placeholder(tf.int32, [None, batch_size])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
    loss = tf.reduce_mean(losses)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 1.0)
    train = tf.train.AdamOptimizer(4e-3).apply_gradients(list(zip(gradients, variables)))
    session = session_of(tf)
    text = sentences(batch_size, steps)
    state = session.run(start)

    def step() -> Any:
        nonlocal state
        feed = {ids: text[:-1], targets: text[1:], start: state}
        value, state, _ = session.run([loss, last, train], feed)
        return value

    first = [float(step()) for _ in range(3)]
    return Program(calls("", step, THREADS).loop, first)


def one_character(tf: Any) -> Program:
    """One character a run, the state fed and fetched: 128 units."""
    ids, start, logits, last = language_model(tf, 1, 128)
    probabilities = tf.nn.softmax(logits)
    session = session_of(tf)
    state, fed = session.run(start), np.int32([[7]])

    def step() -> Any:
        nonlocal state
        found, state = session.run([probabilities, last], {ids: fed, start: state})
        return found

    first = [float(step()[0, 3]) for _ in range(3)]
    return Program(calls("", step).loop, first)


def mlp_step(tf: Any) -> Program:
    """One step of gradient descent on a perceptron of 784, 256 and 10 units, 64 pictures."""
    pictures, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
    hidden = tf.nn.relu(tf.matmul(pictures, tf.get_variable("w1", [784, 256])) + tf.get_variable("b1", [256]))
    logits = tf.matmul(hidden, tf.get_variable("w2", [256, 10])) + tf.get_variable("b2", [10])
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    session = session_of(tf)
    feed = {pictures: 10 * drawn(20, 64, 784), labels: np.arange(64) % 10}
    losses = [float(session.run([loss, train], feed)[0]) for _ in range(3)]
    return Program(calls("", lambda: session.run(train, feed), THREADS).loop, losses)


def cnn_step(tf: Any) -> Program:
    """One step of Adam on MNIST's network: 32 and 64 filters of 5 x 5, a pool after each, 1024 units; 64 pictures."""
    pictures, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
    hidden = tf.reshape(pictures, [-1, 28, 28, 1])
    for number, (depth, filters) in enumerate([(1, 32), (32, 64)], 1):
        w, b = tf.get_variable(f"w{number}", [5, 5, depth, filters]), tf.get_variable(f"b{number}", [filters])
        hidden = tf.nn.relu(tf.nn.conv2d(hidden, w, [1, 1, 1, 1], "SAME") + b)
        hidden = tf.nn.max_pool(hidden, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    flat = tf.reshape(hidden, [-1, 7 * 7 * 64])
    hidden = tf.nn.relu(tf.matmul(flat, tf.get_variable("w3", [7 * 7 * 64, 1024])) + tf.get_variable("b3", [1024]))
    logits = tf.matmul(hidden, tf.get_variable("w4", [1024, 10])) + tf.get_variable("b4", [10])
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    train = tf.train.AdamOptimizer(1e-4).minimize(loss)
    session = session_of(tf)
    feed = {pictures: 10 * drawn(20, 64, 784), labels: np.arange(64) % 10}
    losses = [float(session.run([loss, train], feed)[0]) for _ in range(3)]
    return Program(calls("", lambda: session.run(train, feed), THREADS).loop, losses)


def making(count: int) -> Callable[[Any], Program]:
    """How long `v + 1.0` takes in a graph of so many operations."""

    def program(tf: Any) -> Program:
        def loop(turns: int) -> float:
            with tf.Graph().as_default():
                v = tf.Variable(1.0)
                for _ in range(count // 2):  # a constant, and the sum
                    v + 1.0
                start = time.perf_counter()
                for _ in range(turns):
                    v + 1.0
                return time.perf_counter() - start

        with tf.Session() as session:
            v = tf.Variable(1.0)
            session.run(v.initializer)
            return Program(loop, [float(session.run(v + 1.0))])

    return program


def writing(tf: Any) -> Program:
    """A `.meta` of about 4,000 operations, 150 layers and their training, into a file; how many updates it has."""

    def export() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            return tf.train.export_meta_graph(str(Path(folder) / "a.meta"), graph=graph)

    graph = tf.Graph()
    with graph.as_default():
        hidden = tf.placeholder(tf.float32, [None, 8])
        for _ in range(150):
            hidden = tf.layers.dense(hidden, 8, tf.nn.relu)
        tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(hidden)))
    updates = sum(node.op == "ApplyAdam" for node in export().graph_def.node)
    return Program(calls("", export, THREADS).loop, [float(updates)])


PROGRAMS: dict[str, Callable[[Any], Program]] = {
    **{
        program.__name__: program
        for program in (small_run, small_step, language_model_step, one_character, mlp_step, cnn_step, writing)
    },
    **{f"making, {count}": making(count) for count in (100, 10_000, 100_000)},
}


# ---- a TensorFlow in its own process


def serve(module: str) -> None:
    """Answer requests, a line of JSON each: [program] with its answers, [program, turns] with seconds."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1", CUDA_VISIBLE_DEVICES="")
    answers, sys.stdout = sys.stdout, sys.stderr
    tf = importlib.import_module(module)
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.FATAL)
    if tf.__version__ > "2":
        tf = tf.compat.v1
        tf.disable_v2_behavior()
    programs = {}
    for line in sys.stdin:
        name, *turns = json.loads(line)
        if turns:
            answer = programs[name].loop(*turns)
        else:
            with tf.Graph().as_default():
                programs[name] = PROGRAMS[name](tf)
            answer = programs[name].first
        print(json.dumps(answer), file=answers, flush=True)


class Peer:
    """A TensorFlow in a process of its own.

    Args:
        python: the interpreter that has it.
    """

    def __init__(self, python: str) -> None:
        command = [python, "-W", "ignore", "-m", "benchmarks.graph_programs", "tensorflow"]
        root = Path(__file__).parent.parent
        self._process = subprocess.Popen(
            command, cwd=str(root), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def _ask(self, *request: Any) -> Any:
        pipe, answers = self._process.stdin, self._process.stdout
        assert pipe and answers
        pipe.write(json.dumps(request).encode() + b"\n")
        pipe.flush()
        return json.loads(answers.readline())

    def program(self, name: str) -> Program:
        """Make a program there."""
        first = self._ask(name)
        return Program(lambda turns: self._ask(name, turns), first)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


if __name__ == "__main__":
    serve(sys.argv[1])
