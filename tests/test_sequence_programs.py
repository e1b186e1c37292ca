"""The programs of golden/sequence_programs.py in graph mode, against TensorFlow's answers."""

from __future__ import annotations

import json
from types import ModuleType

import pytest
from test_graph_programs import GOLDEN, check, load

PROGRAMS = load("sequence_programs").PROGRAMS
ANSWERS = json.loads((GOLDEN / "sequence_programs.json").read_text())


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name])
