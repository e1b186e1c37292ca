"""The programs of golden/whole_programs.py against TensorFlow's answers in whole_programs.json.

To record them again: `python3.7 tests/golden/record_graph_programs.py`, with tensorflow 1.15 installed.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = json.loads((GOLDEN / "whole_programs.json").read_text())


def _programs() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("whole_programs", GOLDEN / "whole_programs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    programs: dict[str, Any] = module.PROGRAMS
    return programs


PROGRAMS = _programs()


def check(found: Any, expected: Any, where: str) -> None:
    """Compare an answer: names and integers as they are, floats as float32 is after some steps of training."""
    if isinstance(expected, dict) and "array" in expected:
        found = np.asarray(found)
        assert found.dtype == expected["dtype"], where
        if found.dtype.kind == "f":
            np.testing.assert_allclose(found, expected["array"], rtol=2e-5, atol=2e-6, err_msg=where)
        else:
            np.testing.assert_array_equal(found, expected["array"], err_msg=where)
    elif isinstance(expected, dict):
        assert sorted(found) == sorted(expected), where
        for key, value in expected.items():
            check(found[key], value, f"{where}[{key}]")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for place, value in enumerate(expected):
            check(found[place], value, f"{where}[{place}]")
    else:
        assert found == expected, where


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name], name)


def test_training_goes_on() -> None:
    for name, answer in ANSWERS.items():  # an answer that stands still would tell nothing
        losses = (answer if isinstance(answer, dict) else answer[0])["values"]
        assert len({json.dumps(loss) for loss in losses}) == len(losses), name
