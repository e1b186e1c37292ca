"""What does it cost to make a name unique?"""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

import fastscope as fs
from benchmarks.timing import Subject, statement


@pytest.mark.benchmark(group="names")
def test_unique_name(measure: Any, dicts: list[Subject]) -> None:
    graph = fs.get_default_graph()
    assert [graph.unique_name("x") for _ in range(3)] == ["x", "x_1", "x_2"]
    subject = statement("unique_name('x')", "name = unique_name('x')", {"unique_name": graph.unique_name})
    measure(subject, dicts, {"B1": 0.8})


def open_default_names(count: int, passes: int) -> float:
    """Seconds that `count` openings of variable_scope(None, "x") take in the last of `passes` over one scope."""
    variable_scope = fs.variable_scope
    with fs.Graph().as_default():
        for _ in range(passes):
            with variable_scope("model", reuse=fs.AUTO_REUSE):
                start = time.perf_counter()
                for _ in itertools.repeat(None, count):
                    with variable_scope(None, "x") as last:
                        pass
                took = time.perf_counter() - start
                assert last.name == f"model/x_{count - 1}"
    return took


@pytest.mark.benchmark(group="default names")
@pytest.mark.parametrize("count", [1_000, 10_000, 100_000, 1_000_000])
@pytest.mark.parametrize(("kind", "bar"), [("new", 7.0), ("known", 2.2)])
def test_default_names(measure: Any, dicts: list[Subject], kind: str, bar: float, count: int, most: int) -> None:
    passes, count = 1 if kind == "new" else 2, min(count, most)
    subject = Subject(
        f"variable_scope(None, 'x'), {kind} of {count:,}", lambda _: open_default_names(count, passes), count, turns=1
    )
    measure(subject, dicts, {"B1": bar}, count=count)
