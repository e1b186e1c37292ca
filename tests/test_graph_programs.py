"""The programs of golden/graph_programs.py in graph mode, against TensorFlow's answers in graph_programs.json.

To record them again: `python3.7 tests/golden/record_graph_programs.py`, with tensorflow 1.15 installed.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = json.loads((GOLDEN / "graph_programs.json").read_text())
ERROR = re.compile(r"\w*Error: ")


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, GOLDEN / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROGRAMS = load("graph_programs").PROGRAMS


def check(found: Any, expected: Any, where: str = "") -> None:
    """Compare an answer: floats within a few of the dtype's steps, of an error's message the first words."""
    if isinstance(expected, dict) and "array" in expected:
        array = np.asarray(found)
        kind = "object" if array.dtype == object else str(array.dtype)
        assert kind == expected["dtype"], where
        wanted = np.array(expected["array"], dtype=array.dtype)
        wanted = wanted.reshape(expected.get("shape", wanted.shape))
        assert array.shape == wanted.shape, where
        if array.dtype.kind == "f":
            step = np.finfo(array.dtype).eps
            np.testing.assert_allclose(array, wanted, rtol=20 * step, atol=20 * step, err_msg=where)
        else:
            texts = [item.decode() if isinstance(item, bytes) else item for item in array.ravel().tolist()]
            assert texts == wanted.ravel().tolist(), where
    elif isinstance(expected, dict):
        assert sorted(found) == list(expected), where
        for key, value in expected.items():
            check(found[key], value, f"{where}[{key}]")
    elif isinstance(expected, list):
        assert isinstance(found, (list, tuple)), where
        assert len(found) == len(expected), where
        for place, value in enumerate(expected):
            check(found[place], value, f"{where}[{place}]")
    elif isinstance(expected, str) and ERROR.match(expected):
        opening = re.split(r"\.\s|\n| with input shapes: ", expected)[0].rstrip(". ")
        assert found.startswith(opening), f"{where}: {found!r}, not {expected!r}"
    else:
        found = found.decode() if isinstance(found, bytes) else found
        assert found == expected, where


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name])
