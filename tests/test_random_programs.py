"""Random programs about scopes answer as TensorFlow did; golden/random_programs.py records them again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import fastscope

GOLDEN = Path(__file__).parent / "golden"
sys.path.append(str(GOLDEN))
from random_programs import answers  # noqa: E402

PROGRAMS = json.loads((GOLDEN / "random_programs.json").read_text())["programs"]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_as_tensorflow(number: int) -> None:
    entry: dict[str, Any] = PROGRAMS[number]
    found = answers(fastscope, entry["program"])
    for step, (ours, theirs) in enumerate(zip(found, entry["answers"], strict=True)):
        assert ours == theirs, f"answer {step}"
