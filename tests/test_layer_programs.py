"""tf.layers and tf.contrib.layers: the programs of golden/layer_programs.py, against TensorFlow's answers."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest
from test_graph_programs import check, load

ANSWERS = json.loads((Path(__file__).parent / "golden" / "layer_programs.json").read_text())
PROGRAMS = load("layer_programs").PROGRAMS


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_tensorflow(graph_mode: ModuleType, name: str) -> None:
    check(PROGRAMS[name](graph_mode), ANSWERS[name])
