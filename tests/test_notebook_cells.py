"""Cells that are run again, in a real kernel: twice, edited, out of order, after an exception; in both modes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fastscope as fs

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

FACES = {"eager": "import fastscope as tf", "graph": "import fastscope.compat.v1 as tf"}


class Notebook:
    """A kernel, and cells that are told to it with the names that a notebook gives them."""

    def __init__(self, client: Any) -> None:
        self.client = client
        execute = client.kc.execute

        def named(code: str, **kwargs: Any) -> Any:
            # as JupyterLab asks: the cell's name goes along
            message = client.kc.session.msg("execute_request", self.content(code, **kwargs), metadata=self.metadata)
            client.kc.shell_channel.send(message)
            return message["header"]["msg_id"]

        assert execute
        client.kc.execute = named
        self.metadata: dict[str, Any] = {}

    @staticmethod
    def content(code: str, store_history: bool = True, stop_on_error: bool = True, **_: Any) -> dict[str, Any]:
        return {
            "code": code, "silent": False, "store_history": store_history, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": stop_on_error,
        }  # fmt: skip

    def run(self, code: str, name: str | None = None) -> str:
        """Run a cell; what it prints, or the message of its error."""
        self.metadata = {} if name is None else {"cellId": name}
        cell = nbformat.v4.new_code_cell(code)
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        errors = [f"{out.ename}: {out.evalue}" for out in cell.outputs if out.output_type == "error"]
        return "\n".join(errors) or "".join(out.get("text", "") for out in cell.outputs)


@pytest.fixture(params=FACES)
def notebook(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    package = Path(fs.__file__).parent.parent
    paths = [str(package), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    client = nbclient.NotebookClient(nbformat.v4.new_notebook(), kernel_name="python3", allow_errors=True, timeout=120)
    with client.setup_kernel():
        notebook = Notebook(client)
        assert notebook.run(FACES[request.param] + "\nimport fastscope") == ""
        yield notebook


NETWORK = """\
with tf.variable_scope("rnn"):
    w = tf.get_variable("w", [2, 3])
    b = tf.Variable([0.0], name="b")
with tf.variable_scope(None, "cell"):
    v = tf.get_variable("v", [2])
print(w.name, b.name, v.name, len(tf.global_variables()))
"""
MADE = "rnn/w:0 rnn/b:0 cell/v:0 3\n"


def test_without_it_the_message_shows_three_ways(notebook: Notebook) -> None:
    assert notebook.run(NETWORK) == MADE
    text = notebook.run(NETWORK)
    assert text.startswith("ValueError: Variable rnn/w already exists, disallowed.")
    assert "This is the same line, run a second time: Cell In [2] made it, Cell In [3] asks for it again." in text
    assert "fastscope.notebook(rerun='replace')" in text
    assert "fastscope.clear('rnn/')" in text
    assert "reset_default_graph()" in text


@pytest.mark.parametrize("way", ["fastscope.notebook(rerun='replace')", "%load_ext fastscope"])
def test_a_cell_that_is_run_again_replaces_what_it_made(notebook: Notebook, way: str) -> None:
    assert notebook.run(way) == ""
    assert notebook.run(NETWORK) == MADE
    assert notebook.run("first = w") == ""
    for _ in range(3):
        assert notebook.run(NETWORK) == MADE
    assert notebook.run("print(first is w, first.shape, tf.get_default_graph().check())") == "False (2, 3) None\n"


def test_the_other_two_ways_out(notebook: Notebook) -> None:
    assert notebook.run(NETWORK) == MADE
    assert notebook.run("fastscope.clear('rnn/')\nfastscope.clear('cell/')\n" + NETWORK) == MADE
    assert notebook.run("tf.reset_default_graph()\n" + NETWORK) == MADE


def test_reuse_hands_back_what_agrees(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook(rerun='reuse')")
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run("first = w, b") == ""
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run("print(w is first[0], b is first[1])") == "True False\n"
    edited = NETWORK.replace("[2, 3]", "[5, 3]")
    assert notebook.run(edited, "a") == MADE
    assert notebook.run("print(w is first[0], w.shape, len(tf.global_variables()))") == "False (5, 3) 3\n"
    assert notebook.run("w = tf.get_variable('w', [2])\nprint(w.name)", "a") == "w:0\n"
    assert notebook.run("print([v.name for v in tf.global_variables()])") == "['w:0']\n"


def test_an_edited_cell_is_the_same_cell(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook()")
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run(NETWORK.replace("'w'", "'kernel'").replace('"w"', '"kernel"'), "a") == MADE.replace(
        "w", "kernel"
    )
    assert notebook.run("print([v.name for v in tf.global_variables()])") == "['rnn/kernel:0', 'rnn/b:0', 'cell/v:0']\n"


def test_another_cell_that_asks_is_an_error_that_names_both(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook()")
    assert notebook.run(NETWORK, "a") == MADE
    text = notebook.run("with tf.variable_scope('rnn'):\n    tf.get_variable('w', [2, 3])", "b")
    assert text.startswith("ValueError: Variable rnn/w already exists, disallowed.")
    assert "  Cell In [3], line 2\n" in text
    assert "Cell In [4], line 2, asks for the same name." in text
    assert notebook.run(NETWORK, "a") == MADE


def test_twice_in_one_run_is_an_error_still(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook(rerun='reuse')")
    twice = "for _ in range(2):\n    tf.get_variable('w', [2])"
    for _ in range(2):
        assert notebook.run(twice, "a").startswith("ValueError: Variable w already exists, disallowed.")


def test_out_of_order(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook()")
    first = "a = tf.Variable(0.0, name='v')\nprint(a.name)"
    second = "b = tf.Variable(1.0, name='v')\nprint(b.name)"
    assert notebook.run(first, "1") == "v:0\n"
    assert notebook.run(second, "2") == "v_1:0\n"
    assert notebook.run(first, "1") == "v:0\n"
    assert notebook.run(second, "2") == "v_1:0\n"
    assert notebook.run("print(sorted(v.name for v in tf.global_variables()))") == "['v:0', 'v_1:0']\n"


@pytest.mark.parametrize("rerun", ["replace", "reuse"])
def test_after_an_exception_half_way(notebook: Notebook, rerun: str) -> None:
    notebook.run(f"fastscope.notebook(rerun={rerun!r})")
    broken = NETWORK.replace("    b = tf.Variable", "    1 / 0\n    b = tf.Variable")
    assert notebook.run(broken, "a").startswith("ZeroDivisionError")
    assert notebook.run(broken, "a").startswith("ZeroDivisionError")
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run(broken, "a").startswith("ZeroDivisionError")
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run("print(tf.get_variable_scope().name == '', tf.get_default_graph().check())") == "True None\n"


def test_a_cell_that_does_not_compile_takes_nothing_back(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook()")
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run("with tf.variable_scope('rnn')", "a").startswith("SyntaxError")
    assert notebook.run("print(len(tf.global_variables()))") == "3\n"
    assert notebook.run(NETWORK, "a") == MADE


def test_a_wrong_word_and_no_notebook(notebook: Notebook) -> None:
    text = notebook.run("fastscope.notebook(rerun='again')")
    assert text == "ValueError: notebook: expected rerun='replace', 'reuse' or 'error', got 'again'."
    assert notebook.run("%load_ext fastscope\n%unload_ext fastscope") == ""
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run(NETWORK, "a").startswith("ValueError: Variable rnn/w already exists")
    with pytest.raises(RuntimeError, match="notebook: no IPython shell runs this program"):
        fs.notebook()


def test_a_trained_network_starts_anew_or_goes_on(notebook: Notebook) -> None:
    training = """\
import numpy as np
w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
if tf.executing_eagerly():
    w.assign_add([1.0, 1.0])
    print(w.numpy())
else:
    add = w.assign_add([1.0, 1.0])
    with tf.Session() as session:
        session.run(tf.variables_initializer([w] if START else []))
        session.run(add)
        print(session.run(w))
"""
    notebook.run("fastscope.notebook()\nSTART = True")
    assert notebook.run(training, "a") == notebook.run(training, "a") == "[1. 1.]\n"
    notebook.run("fastscope.notebook('reuse')\nSTART = False")
    assert [notebook.run(training, "a") for _ in range(2)] == ["[2. 2.]\n", "[3. 3.]\n"]


def test_collections_are_taken_back(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook()")
    cell = "tf.add_to_collection('losses', 1.0)\nprint(len(tf.get_collection('losses')))"
    for _ in range(3):
        assert notebook.run(cell, "a") == "1\n"


def test_switched_off_again(notebook: Notebook) -> None:
    notebook.run("fastscope.notebook()")
    assert notebook.run(NETWORK, "a") == MADE
    assert notebook.run("fastscope.notebook('error')") == ""
    assert notebook.run(NETWORK, "a").startswith("ValueError: Variable rnn/w already exists")
