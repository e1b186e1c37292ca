"""What does it cost to get a variable that is there?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fastscope as fs
from benchmarks.timing import Subject, statement

STATEMENTS = [
    ("get_variable('w')", {"B0": 1.3, "B1": 0.35}),
    ("get_variable('w', [2, 3])", {"B1": 0.8}),
    ("get_variable('w', shape=[2, 3])", {"B1": 0.8}),
    ("get_variable('w', shape=[2, 3], dtype=float32)", {"B1": 0.85}),
    ("get_variable('c/w')", {"B1": 0.4}),
    ("get_variable(name)", {"B1": 0.35}),
]


@pytest.fixture
def inside() -> Iterator[dict[str, Any]]:
    """In variable_scope a/b, which holds w and c/w."""
    with fs.variable_scope("a"), fs.variable_scope("b"):
        names = {"w": fs.get_variable("w", [2, 3]), "c/w": fs.get_variable("c/w", [2, 3])}
    with fs.variable_scope("a", reuse=True), fs.variable_scope("b"):
        yield names


@pytest.mark.benchmark(group="look-up")
@pytest.mark.parametrize(("code", "bars"), STATEMENTS, ids=[code for code, _ in STATEMENTS])
def test_hit(measure: Any, dicts: list[Subject], inside: dict[str, Any], code: str, bars: dict[str, float]) -> None:
    names = {"get_variable": fs.get_variable, "float32": fs.float32, "name": "w"}
    for _ in range(3):
        assert eval(code, names) is inside["c/w" if "c/w" in code else "w"]
    measure(statement(code, code, names), dicts, bars)
