"""Every program of golden/scoping.json, against what TensorFlow answered.

To record the answers again: `python tests/golden/record_scoping.py`, with tensorflow-cpu installed.
Where fastscope answers otherwise on purpose, golden/scoping_differences.json has the reason and our own answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
import textwrap
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fastscope

GOLDEN = Path(__file__).parent / "golden"
CASES = {case["case"]: case for case in json.loads((GOLDEN / "scoping.json").read_text())["cases"]}
DIFFERENCES = json.loads((GOLDEN / "scoping_differences.json").read_text())


class Named(np.ndarray):
    """What an operation with an explicit name returns in these programs: its array, and the name it drew."""

    name: str


def named(function: Any) -> Any:
    """`function` of fastscope, with the name it draws on the result; TF's operations have one, our arrays none."""

    def call(*args: Any, name: str | None = None, **kwargs: Any) -> Any:
        if name is None:
            return function(*args, **kwargs)
        graph = fastscope.get_default_graph()
        expected = graph.unique_name(name, mark_as_used=False)
        result = np.asarray(function(*args, name=name, **kwargs)).view(Named)
        assert graph.unique_name(name, mark_as_used=False) != expected, f"{function} did not draw its name"
        result.name = expected + ":0"
        return result

    return call


def face() -> ModuleType:
    """fastscope, as these programs see it."""
    tf = ModuleType("tf")
    tf.__getattr__ = lambda name: getattr(fastscope, name)  # type: ignore[method-assign]
    tf.constant, tf.add = named(fastscope.constant), named(fastscope.add)  # type: ignore[attr-defined]
    return tf


def checkpoint() -> tuple[str, str]:
    """A directory and a checkpoint in it with old/w, old/b and global_step, written from another graph."""
    folder = tempfile.mkdtemp()
    with fastscope.Graph().as_default():
        with fastscope.variable_scope("old"):
            fastscope.get_variable("w", initializer=np.float32([[1, 2], [3, 4]]))
            fastscope.get_variable("b", initializer=np.float32([5, 6]))
        fastscope.Variable(7, name="global_step", trainable=False, dtype=fastscope.int64)
        with fastscope.Session() as session:
            session.run(fastscope.global_variables_initializer())
            path = fastscope.train.Saver().save(session, folder + "/m", global_step=7)
    return folder, path


def run(name: str, code: str) -> Any:
    """The value of a program's function body, in a fresh graph."""
    tf = face()
    scope = {
        "tf": tf, "np": np, "os": os, "tempfile": tempfile, "threading": threading, "asyncio": asyncio,
        "_mk": checkpoint, "VS": tf.variable_scope, "NS": tf.name_scope, "GV": tf.get_variable, "V": tf.Variable,
        "nm": lambda *items: [getattr(item, "name", item) for item in items],
    }  # fmt: skip
    exec(compile(f"def {name}():\n" + textwrap.indent(code, "    "), "<program>", "exec"), scope)
    with fastscope.Graph().as_default():
        try:
            return scope[name]()  # type: ignore[operator]
        finally:
            fastscope.get_default_graph().check()


def agree(name: str, code: str, expected: dict[str, Any]) -> None:
    """Run a program and compare: a result by its repr, an error by its type and the first sentence of its message."""
    if "error" not in expected:
        # Python's own messages name a type with or without its module
        assert repr(run(name, code)).replace("fastscope._store.", "") == expected["result"]
        return
    with pytest.raises(Exception) as caught:
        run(name, code)
    types = [kind.__name__ for kind in type(caught.value).__mro__]
    assert expected["error"] in types, repr(caught.value)
    message = str(caught.value.args[0]) if caught.value.args else ""
    message = re.sub(re.escape(tempfile.gettempdir()) + r"/\w+", "DIR", message)
    assert message.startswith(re.split(r"\.\s", expected["message"])[0]), message


@pytest.mark.parametrize("case", [name for name in CASES if name not in DIFFERENCES])
def test_as_tensorflow(case: str) -> None:
    agree(case, CASES[case]["code"], CASES[case])


@pytest.mark.parametrize("case", DIFFERENCES)
def test_otherwise_on_purpose(case: str) -> None:
    difference = DIFFERENCES[case]
    assert difference["reason"]
    agree(case, difference.get("code", CASES[case]["code"]), difference)
