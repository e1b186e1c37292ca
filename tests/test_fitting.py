"""Training and evaluation by tf.contrib: the programs of golden/fitting_programs.py, against TensorFlow's answers."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from test_graph_programs import check, load

ANSWERS = json.loads((Path(__file__).parent / "golden" / "fitting_programs.json").read_text())
PROGRAMS = load("fitting_programs").PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name])


REFUSED: dict[str, tuple[type[Exception], str]] = {
    "optimize(learning_rate=-0.5)": (ValueError, r"Write 0\.5: the optimizer subtracts"),
    "optimize(learning_rate=1)": (ValueError, r"Write float\(learning_rate\)"),
    "optimize(summaries=['weather'])": (ValueError, "Summaries should be one of .*, you provided weather"),
    "optimize(learning_rate_decay_fn=lambda rate, step: rate)": (ValueError, "Give tf.train.get_or_create_global_step"),
    "optimize(learning_rate=None)": (ValueError, r"optimizer is string \(SGD\)\. Give learning_rate"),
    "optimize(optimizer='Best')": (ValueError, r"Optimizer name should be one of \[Adagrad, .*you provided Best"),
    "optimize(optimizer=lambda rate: rate)": (ValueError, "Write optimizer=lambda learning_rate"),
    "optimize(optimizer=3)": (ValueError, "Write optimizer='Adam'"),
    "optimize(clip_gradients=1)": (ValueError, r"Write float\(1\), or give a function"),
    "optimize(gradient_multipliers={}, variables=[w], global_step=1.5)": (
        TypeError,
        "must be a Variable or Tensor: 1.5",
    ),
    "training.multiply_gradients(((None, w),), {w: 1.0})": (ValueError, r"write list\(grads_and_vars\)"),
    "training.multiply_gradients([(None, w)], {})": (ValueError, "give {variable: factor}, or do not call it"),
    "training.multiply_gradients([(None, w)], [1.0])": (ValueError, r"write dict\(pairs\)"),
    "training.multiply_gradients([(None, w)], {'w': 1.0})": (ValueError, "The loss does not depend on w: take it out"),
    "training.create_train_op(loss, sgd, variables_to_train=[still])": (
        AssertionError,
        "still:0 is to be trained and is",
    ),
    "training.create_train_op(loss, sgd, variables_to_train=[])": (AssertionError, "There are no variables to train"),
    "training.train(loss, None)": (
        ValueError,
        "logdir cannot be None when save_summaries_steps is not None. Give a fo",
    ),
    "training.SummaryAtEndHook()": (ValueError, "Give a folder as log_dir"),
    "slim.learning.train(None, None)": (ValueError, r"Write train_op = slim\.learning\.create_train_op"),
    "slim.learning.train(loss, None, summary_op=None)": (ValueError, "Give a folder as logdir"),
    "slim.learning.train(loss, None, sync_optimizer=sgd, startup_delay_steps=1)": (
        ValueError,
        "supplied. Leave it out",
    ),
    "slim.learning.train(loss, None, number_of_steps=0)": (ValueError, "Got 0; None has no end"),
    "slim.learning.train_step(None, None, None, {'should_trace': 1})": (ValueError, "Add 'logdir': folder"),
    "slim.assign_from_values({'x': 1})": (ValueError, r"Variable x wasn't found. tf.global_variables\(\) lists them"),
    "slim.assign_from_values({'': 1})": (ValueError, r"uniquely identify a variable. Write one of \['w', 'still'\]"),
    "slim.assign_from_checkpoint_fn('path', [])": (ValueError, r"Give slim.get_variables_to_restore\(\)"),
    "slim.assign_from_checkpoint(path, [w])": (
        ValueError,
        r"missing variable \[w\]: .*tf.train.list_variables\(path\)",
    ),
    "slim.assign_from_checkpoint(path, {'a': w})": (
        ValueError,
        "give reshape_variables=True to assign_from_checkpoint_fn",
    ),
}


@pytest.mark.parametrize("line", REFUSED)
def test_refused(graph_mode: ModuleType, line: str, tmp_path: Path) -> None:
    tf: Any = graph_mode
    with tf.Graph().as_default(), tf.Session() as session:
        a = tf.get_variable("a", [3, 2])
        session.run(a.initializer)
        path = tf.train.Saver([a]).save(session, str(tmp_path / "model"))
    w, still = tf.get_variable("w", []), tf.get_variable("still", [], trainable=False)
    loss = tf.square(w) + still

    def optimize(**given: Any) -> Any:
        arguments = {"global_step": None, "learning_rate": 0.1, "optimizer": "SGD", **given}
        return tf.contrib.layers.optimize_loss(loss, **arguments)

    known = {"optimize": optimize, "training": tf.contrib.training, "slim": tf.contrib.slim, "w": w, "still": still}
    known |= {"loss": loss, "sgd": tf.train.GradientDescentOptimizer(0.1), "path": path}
    error, words = REFUSED[line]
    with pytest.raises(error, match=words):
        eval(line, known)


def test_a_last_factor_too_many(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    optimizer.compute_gradients = lambda *_, **__: []
    with pytest.raises(ValueError, match=r"improper value of gradient_multipliers\. Give {variable: factor}"):
        tf.contrib.layers.optimize_loss(tf.constant(1.0), None, None, optimizer, gradient_multipliers={})


def test_noise_is_added_to_gradients(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    table = tf.get_variable("table", initializer=np.zeros([4, 2], np.float32))
    w = tf.get_variable("w", initializer=np.ones([1000], np.float32))
    loss = tf.reduce_sum(w) + tf.reduce_sum(tf.nn.embedding_lookup(table, [2, 2]))
    train = tf.contrib.layers.optimize_loss(loss, None, 1.0, "SGD", gradient_noise_scale=0.5)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        values, rows = session.run([w, table])
    assert 0.3 < values.std() < 0.6 and abs(values).max() <= 1.0 and abs(values.mean()) < 0.1
    assert abs(rows[2] + 2).max() <= 1.0 and abs(rows[0]).min() > 0  # noise makes all rows move


def test_files_of_the_last_step_are_the_newest(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf: Any = graph_mode
    slim = tf.contrib.slim
    loss = tf.square(tf.get_variable("w", initializer=3.0))
    train = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.25))
    tf.summary.scalar("loss", loss)
    slim.learning.train(train, str(tmp_path), number_of_steps=4)
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-4")
    assert {"graph.pbtxt", "checkpoint"} <= {file.name for file in tmp_path.iterdir()}


def test_queues_are_filled_while_it_trains(graph_mode: ModuleType) -> None:
    tf: Any = graph_mode
    slim = tf.contrib.slim
    queue = tf.FIFOQueue(10, [tf.float32], [[2]])
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [queue.enqueue(tf.ones([2]))]))
    loss = tf.reduce_mean(tf.square(tf.get_variable("w", initializer=3.0) - queue.dequeue_many(3)))
    train = slim.learning.create_train_op(
        loss, tf.train.GradientDescentOptimizer(0.25), slim.get_or_create_global_step()
    )
    assert slim.learning.train(train, None, number_of_steps=3) == 0.25


def test_a_trace_of_every_other_step(graph_mode: ModuleType, tmp_path: Path) -> None:
    tf: Any = graph_mode
    slim = tf.contrib.slim
    train = slim.learning.create_train_op(
        tf.square(tf.get_variable("w", initializer=3.0)), tf.train.GradientDescentOptimizer(0.25)
    )
    slim.learning.train(train, str(tmp_path), number_of_steps=4, trace_every_n_steps=2)
    traces = sorted(tmp_path.glob("tf_trace-*.json"))
    assert [file.name for file in traces] == ["tf_trace-1.json", "tf_trace-3.json"]
    assert json.loads(traces[0].read_text())["traceEvents"]
