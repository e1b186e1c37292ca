"""Every block of code on the site runs, in the order of its page, and prints what stands there."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastscope as fs
from fastscope.looking.cli import main

DOCS = Path(__file__).parent.parent / "docs"
sys.path.append(str(DOCS))
import terminal_picture  # noqa: E402
from last_value import last_value  # noqa: E402

KERAS = Path(__file__).parent / "golden" / "keras3.keras"
PAGES = sorted(page.name for page in DOCS.glob("*.md"))
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.S | re.M)


class Checker(doctest.OutputChecker):
    """An example that shows no output claims nothing about it."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want, got, optionflags)


def blocks(page: str) -> Iterator[tuple[str, str, int]]:
    """Yield language, text and first line of each block of a page."""
    text = (DOCS / page).read_text()
    for found in BLOCK.finditer(text):
        yield found[1], found[2], text.count("\n", 0, found.start(2))


def run_python(text: str, page: str, line: int, world: dict[str, Any]) -> None:
    if "from_keras_file" in text and not find_spec("h5py"):  # there is none for the newest Python
        return
    if "fastscope.compat.v1" in text and fs.executing_eagerly():  # beside the other face: a program of its own
        paths = [str(Path(fs.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        subprocess.run([sys.executable, "-c", text], check=True, env=environment, timeout=120)
        return
    exec(compile("\n" * line + text, str(DOCS / page), "exec"), world)


def run_pycon(text: str, page: str, line: int, world: dict[str, Any]) -> None:
    test = doctest.DocTestParser().get_doctest(text, world, page, page, line)
    runner, told = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS), []
    runner.run(test, out=told.append, clear_globs=False)
    world.update(test.globs)
    assert runner.failures == 0, "".join(told)


def run_console(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"^\$ fastscope (.*)\n((?:(?!\$ ).*\n)*)", text, re.M)
    assert len(commands) == text.count("$ ")
    capsys.readouterr()
    for command, printed in commands:
        assert main(shlex.split(command)) == 0
        assert capsys.readouterr().out == printed, command


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(KERAS, "model.keras")
    world: dict[str, Any] = {"__name__": page}
    if page == "graph_mode.md":  # what its import does, once in a process
        fs.disable_eager_execution()
    with fs.Graph().as_default():
        for language, text, line in blocks(page):
            if language == "python":
                run_python(text, page, line, world)
            elif language == "{shown}":
                assert "</" in last_value(text, page, line)._repr_html_()
            elif language == "pycon":
                run_pycon(text, page, line, world)
            elif language == "console":
                run_console(text, capsys)
            else:  # what runs nowhere: what somebody saw, and directives
                assert language == "text" or re.fullmatch(r"\{\w+\}.*", language), f"{page}:{line}: {language!r}"


def test_there_are_blocks() -> None:
    counts = {
        page: sum(language in ("python", "pycon", "console") for language, _, _ in blocks(page)) for page in PAGES
    }
    assert sum(counts.values()) > 20
    assert counts["tutorial.md"] > 8


def test_the_picture_of_a_terminal_shows_what_the_page_does() -> None:
    svg = terminal_picture.PICTURE.read_text()
    assert terminal_picture.text_of(svg) == terminal_picture.shown(), "draw it again: python docs/terminal_picture.py"
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "").replace("https://www.textualize.io", "")


# ---- the reference shows the docstrings, and those hold examples

MODULES = ["fs", *map("fs".__add__, re.findall(r"^\| `tf([\w.]+)` \|", (DOCS / "names.md").read_text(), re.M))]


def module_of(dotted: str) -> Any:
    found: Any = fs
    for part in dotted.split(".")[1:]:
        found = getattr(found, part)
    return found


def examples() -> dict[str, str]:
    """Return the docstrings of public names and of their methods that hold an example, each once."""
    found: dict[str, str] = {}
    for dotted in MODULES:
        module = module_of(dotted)
        for name in module.__all__:
            thing = getattr(module, name)
            parts = {f"{dotted}.{name}": thing}
            if isinstance(thing, type):
                parts |= {f"{dotted}.{name}.{key}": value for key, value in vars(thing).items() if key[0] != "_"}
            for label, part in parts.items():
                text = getattr(part, "__doc__", None)
                if isinstance(text, str) and ">>>" in text and text not in found.values():
                    found[label.removeprefix("fs.").removeprefix("fs")] = text
    return found


@pytest.mark.parametrize("name", EXAMPLES := examples())
def test_the_example_of_a_docstring(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for word, module in (("torch", "torch"), ("from_keras_file", "h5py")):
        if word in EXAMPLES[name]:
            pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    shutil.copy(KERAS, "model.keras")
    with fs.Graph().as_default():
        run_pycon(EXAMPLES[name], name, 0, given(VARIABLES.get(name, [])))


# what an example takes as given beside names and arrays
VARIABLES = {"tree": ["rnn/w"], "train.Saver": ["rnn/w"], "train.init_from_checkpoint": ["new/w", "w"]}


def given(variables: list[str]) -> dict[str, Any]:
    """Make the variables, and a checkpoint at ckpt/model-7; return the names that examples take for granted.

    An example that needs another says it: two lines that can be copied are better than one that cannot.
    """
    for name in variables:
        fs.get_variable(name, [2, 3])
    with fs.Graph().as_default():
        w, bias = fs.get_variable("w", [2, 3]), fs.get_variable("b", [3])
        Path("ckpt").mkdir()
        fs.train.Saver({"old/w": w, "old/b": bias}).save("ckpt/model", global_step=7)
        grads = fs.vjp.Gradients()
        grads.add(w, np.ones([2, 3], np.float32))
        inputs = np.ones([3, 5, 4], np.float32)
        outputs, pullback = fs.vjp.dynamic_rnn(fs.nn.rnn_cell.BasicLSTMCell(2), inputs, dtype=fs.float32)
    world = {name: getattr(module, name) for module in map(module_of, MODULES) for name in module.__all__}
    if torch := sys.modules.get("torch"):
        world["torch"], world["lstm"] = torch, torch.nn.LSTM(4, 2, num_layers=2)
        fs.checkpoint.write_safetensors("m.safetensors", fs.checkpoint.from_torch_rnn(world["lstm"], "model/rnn"))
    return world | {
        "np": np,
        "fs": fs,
        "tf": fs,
        "vjp": fs.vjp,
        "grads": grads,
        "optimizer": fs.train.GradientDescentOptimizer(0.1),
        "bias": bias,
        "inputs": inputs,
        "x": np.float32(2.0),
        "n": 3,
        "d_outputs": outputs,
        "pullback": pullback,
    }
