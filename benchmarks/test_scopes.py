"""What does it cost to enter and leave a scope?"""

from __future__ import annotations

from typing import Any

import pytest

import fastscope as fs
from benchmarks.timing import Subject, statement

STATEMENTS = [
    ("with variable_scope('b'): pass", {"B1": 1.3}),
    ("with variable_scope('b', reuse=True): pass", {"B1": 1.3}),
    ("with variable_scope('c'): get_variable('w')", {"B1": 1.6}),
    ("with name_scope('b'): pass", {"B1": 1.5}),
    ("with variable_scope(scope): pass", {}),
    ("with variable_scope('b', initializer=ones): pass", {}),
]


@pytest.mark.benchmark(group="scopes")
@pytest.mark.parametrize(("code", "bars"), STATEMENTS, ids=[code for code, _ in STATEMENTS])
def test_enter_and_leave(measure: Any, dicts: list[Subject], code: str, bars: dict[str, float]) -> None:
    with fs.variable_scope("a"), fs.variable_scope("b") as scope, fs.variable_scope("c"):
        variable = fs.get_variable("w", [2, 3])
    names = {
        "variable_scope": fs.variable_scope, "name_scope": fs.name_scope, "get_variable": fs.get_variable,
        "scope": scope, "ones": fs.ones_initializer(),
    }  # fmt: skip
    with fs.variable_scope("a", reuse=True):
        with fs.variable_scope("b") as again, fs.name_scope("n") as name, fs.variable_scope("c"):
            assert (again.name, name) == ("a/b", "a_1/b/n/")
            assert fs.get_variable("w") is variable
        with fs.variable_scope("b"):
            measure(statement(code, code, names), dicts, bars)
            assert fs.get_variable_scope().name == "a/b"
