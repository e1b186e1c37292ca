"""The programs of golden/array_programs.py in graph mode, against what TensorFlow 1.15 answered.

To record the answers again: `PYTHONHASHSEED=0 python3.7 tests/golden/record_array_programs.py`.
"""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType

import pytest
from test_graph_oracle import GOLDEN, agrees, opening, recorder

assert recorder  # a fixture
ANSWERS = json.loads((GOLDEN / "array_programs.json").read_text())["answers"]


def programs() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("array_programs", GOLDEN / "array_programs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, str] = module.PROGRAMS
    return found


PROGRAMS = programs()


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(recorder: ModuleType, graph_mode: ModuleType, name: str) -> None:
    wanted = ANSWERS[name]
    found = recorder.answer(name, PROGRAMS[name], recorder.helpers(graph_mode), graph_mode)
    if "error" in wanted:
        same = found.get("error") == wanted["error"] and found["message"].startswith(opening(wanted["message"]))
    else:
        same = found["ok"] and agrees(recorder, recorder.parse(wanted["result"]), recorder.parse(found["result"]))
    assert same, f"TensorFlow: {wanted}\nhere: {found}"


def test_every_answer_has_its_program() -> None:
    assert list(ANSWERS) == list(PROGRAMS)
