"""What does it cost to declare a variable, its array not yet made?"""

from __future__ import annotations

import time
from typing import Any

import pytest

import fastscope as fs
from benchmarks.baselines import Record
from benchmarks.timing import Subject

COUNT = 10_000
NAMES = [f"w{k}" for k in range(COUNT)]


def declare(*, array: bool) -> float:
    """Seconds to declare COUNT variables in one scope of a new graph."""
    with fs.Graph().as_default() as graph, fs.variable_scope("model"):
        get_variable = fs.get_variable
        start = time.perf_counter()
        if array:
            for name in NAMES:
                get_variable(name, [2, 3]).array
        else:
            for name in NAMES:
                get_variable(name, [2, 3])
        took = time.perf_counter() - start
        assert graph.stats()["variables"] == COUNT
    return took


def declare_in_scopes() -> float:
    """Seconds to declare COUNT variables, two in each scope of a new graph."""
    with fs.Graph().as_default() as graph:
        variable_scope, get_variable = fs.variable_scope, fs.get_variable
        start = time.perf_counter()
        for name in NAMES[: COUNT // 2]:
            with variable_scope(name):
                get_variable("kernel", [2, 3])
                get_variable("bias", [3])
        took = time.perf_counter() - start
        assert graph.stats()["variables"] == COUNT
    return took


def fill_a_dict() -> float:
    """Seconds for the same with a dict of full names, and an object with slots for each."""
    variables: dict[str, Record] = {}
    scope, shape = "model", (2, 3)
    start = time.perf_counter()
    for name in NAMES:
        path = f"{scope}/{name}"
        variables[path] = Record(path, shape, "float32")
    took = time.perf_counter() - start
    assert len(variables) == COUNT
    return took


DICT = Subject("dict of records", lambda _: fill_a_dict(), COUNT, turns=1)


@pytest.mark.benchmark(group="creation")
def test_declare(measure: Any) -> None:
    subject = Subject("get_variable(new, [2, 3])", lambda _: declare(array=False), COUNT, turns=1)
    measure(subject, [DICT], {DICT.label: 0.75})


@pytest.mark.benchmark(group="creation")
def test_declare_in_scopes(measure: Any) -> None:
    subject = Subject("two get_variable in a new scope, each", lambda _: declare_in_scopes(), COUNT, turns=1)
    measure(subject, [DICT], {})


@pytest.mark.benchmark(group="creation")
def test_declare_and_make_the_array(measure: Any) -> None:
    subject = Subject("get_variable(new, [2, 3]).array", lambda _: declare(array=True), COUNT, turns=1)
    measure(subject, [DICT], {})
