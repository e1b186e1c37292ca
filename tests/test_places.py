"""Where messages say that something was written, and how much of the library a traceback shows."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import fastscope as tf
from fastscope.errors import places


class Notebook:
    """Runs cells as a Jupyter kernel does: one file for each text, and the number of its last run beside it."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.space: dict[str, Any] = {"tf": tf}

    def run(self, number: int, text: str) -> None:
        file = f"/tmp/ipykernel_1/{abs(hash(text))}.py"
        self.numbers[file] = number
        exec(compile(text, file, "exec"), self.space)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    book, shell = Notebook(), ModuleType("IPython")
    compiler = SimpleNamespace(_filename_map=book.numbers)
    shell.get_ipython = lambda: SimpleNamespace(compile=compiler)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", shell)
    return book


MAKE = "w = tf.get_variable('w', [2])"


def test_a_cell_that_runs_again_is_not_where_the_variable_was_made(notebook: Notebook) -> None:
    notebook.run(2, MAKE)
    with pytest.raises(ValueError, match=r"Originally defined at:\n\n  Cell In \[2\], line 1"):
        notebook.run(3, MAKE)
    assert "Cell In [2], line 1" in str(tf.tree())


def test_each_run_has_its_number(notebook: Notebook) -> None:
    text = "kept = globals().get('kept', []) + [tf.Variable(0.0)]"
    for number in (4, 5, 9):
        notebook.run(number, text)
    assert [places.short_place(v._defined_at) for v in notebook.space["kept"]] == [
        f"Cell In [{number}], line 1" for number in (4, 5, 9)
    ]


def test_a_function_of_a_cell_and_a_template(notebook: Notebook) -> None:
    notebook.run(1, "def build():\n    return tf.get_variable('w', [1])\nnet = tf.make_template('net', build)")
    notebook.run(7, "net()")
    assert "Cell In [1], line 2 in build" in str(tf.tree())
    notebook.run(8, "def build():\n    return tf.get_variable('w', [1])\nnet = tf.make_template('net', build)")
    notebook.run(9, "net.func = lambda: tf.get_variable('v', [1])\nnet()")
    with pytest.raises(ValueError, match=r"originally defined at:\n  Cell In \[8\], line 3"):
        notebook.run(10, "net.func = lambda: tf.get_variable('u', [1])\nnet()")


def test_what_was_noted_goes_with_its_cell(notebook: Notebook) -> None:
    tf.Variable(0.0)  # the last place that was looked at is kept for the next variable
    tf.reset_default_graph()
    gc.collect()
    before = len(places._noted)
    notebook.run(2, "tf.Variable(0.0)")
    tf.Variable(0.0)
    tf.reset_default_graph()
    gc.collect()
    assert len(places._noted) == before


def test_a_tree_tells_a_file_and_a_function() -> None:
    def build() -> None:
        tf.get_variable("w", [1])

    build()
    assert "test_places.py:" in str(tf.tree()) and " in build" in str(tf.tree())


X = np.ones([2, 3], np.float32)
STEPS = np.ones([2, 5, 3], np.float32)


def library_frames(error: BaseException) -> list[str]:
    folder = places._FOLDER
    return [frame.name for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(folder)]


@pytest.mark.parametrize(
    "fails",
    [
        lambda: tf.get_variable("w", [None, 2]),
        lambda: tf.get_variable("a b", [2]),
        lambda: tf.Variable(1.0, name="a b"),
        lambda: tf.Variable(),
        lambda: [tf.get_variable("w", [2]) for _ in range(2)],
        lambda: [tf.layers.dense(X, 4, name="a") for _ in range(2)],
        lambda: [tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), STEPS, dtype=tf.float32) for _ in range(2)],
        lambda: [tf.nn.rnn_cell.BasicLSTMCell(3)(X, (np.zeros([2, 3], np.float32),) * 2, "c") for _ in range(2)],
        lambda: tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(3), []),
    ],
)
def test_a_message_comes_out_of_few_frames(fails: Callable[[], Any]) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        fails()
    assert len(library_frames(caught.value)) <= 2


def test_frames_of_the_caller_and_of_faults_stay() -> None:
    def getter(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return getter(*args, **kwargs)

    def initializer(shape: Any, dtype: Any) -> Any:
        return 1 / 0

    with tf.variable_scope("a", custom_getter=getter), pytest.raises(ValueError) as caught:
        tf.get_variable("w", [None, 2])
    assert len(library_frames(caught.value)) > 2
    with pytest.raises(ZeroDivisionError) as fault:
        tf.get_variable("v", [2], initializer=initializer)
    assert "initializer" in [frame.name for frame in traceback.extract_tb(fault.value.__traceback__)]
    with pytest.raises(TypeError, match="vars") as deep:  # not a message of ours
        tf.get_variable("u", [2], regularizer=vars)
    assert len(library_frames(deep.value)) > 2
