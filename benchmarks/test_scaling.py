"""Does anything grow with the number of variables?

Two questions. "again": one call, over and over, in a store of N variables; only an algorithm that grows shows here.
"all": calls that go through up to 20,000 of the variables in random order, each in its own scope; here the processor's
caches show, and a dict of full names pays for them too.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest

import fastscope as fs
from benchmarks.timing import Subject, statement

SIZES = [100, 1_000, 10_000, 100_000, 1_000_000]
VISITED = 20_000


@cache
def graph_of(count: int) -> fs.Graph:
    """A graph of `count` variables: layer_<k>/kernel and layer_<k>/bias."""
    graph = fs.Graph()
    with graph.as_default():
        for layer in range(count // 2):
            with fs.variable_scope(f"layer_{layer}"):
                fs.get_variable("kernel", [2, 3])
                fs.get_variable("bias", [3])
    assert graph.stats()["variables"] == count
    return graph


@cache
def dict_of(count: int) -> dict[str, Any]:
    """The same variables under their full names."""
    return dict(graph_of(count).items())


@pytest.fixture(scope="module", autouse=True)
def drop_graphs() -> Any:
    """Free the million variables after the last of these benchmarks."""
    yield
    graph_of.cache_clear()
    dict_of.cache_clear()


def layers_of(count: int) -> list[str]:
    layers = [f"layer_{k}" for k in range(count // 2)]
    random.Random(count).shuffle(layers)
    return layers[:VISITED]


@pytest.mark.benchmark(group="growth, again")
@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(
    "code",
    ["get_variable('kernel')", "with variable_scope('cell'): pass", "with variable_scope('cell'): get_variable('w')"],
)
def test_again(measure: Any, code: str, count: int, most: int) -> None:
    few, many = (graph_of(min(size, most)) for size in (1_000, count))
    names = {"get_variable": fs.get_variable, "variable_scope": fs.variable_scope}
    subjects = [inside(graph, code, names) for graph in (many, few)]
    d = dict_of(min(count, most))
    lookup = statement("dict", "d[f'{scope}/{name}']", {"d": d, "scope": "layer_7", "name": "kernel"})
    measure(
        Subject(f"{code}, N = {count:,}", subjects[0]),
        [Subject("N = 1,000", subjects[1]), lookup],
        {"N = 1,000": 1.5},
        count=count,
        code=code,
    )


def inside(graph: fs.Graph, code: str, names: dict[str, Any]) -> Callable[[int], float]:
    """A loop over `code` in variable_scope layer_7 of `graph`, which is entered before the clock starts."""
    loop = statement(code, code, names).loop
    with graph.as_default(), fs.variable_scope("layer_7", reuse=fs.AUTO_REUSE), fs.variable_scope("cell"):
        fs.get_variable("w", [2])

    def run(turns: int) -> float:
        with graph.as_default(), fs.variable_scope("layer_7", reuse=True):
            return loop(turns)

    return run


@pytest.mark.benchmark(group="growth, all")
@pytest.mark.parametrize("count", SIZES)
def test_all(measure: Any, count: int, most: int) -> None:
    few, many = min(1_000, most), min(count, most)
    subject = Subject(f"scope and hit, through N = {count:,}", visit(many), len(layers_of(many)))
    others = [
        Subject("N = 1,000", visit(few), len(layers_of(few))),
        Subject("dict", look_up(many), len(layers_of(many))),
        Subject("dict, N = 1,000", look_up(few), len(layers_of(few))),
    ]
    measure(subject, others, {}, count=count)


def visit(count: int) -> Callable[[int], float]:
    """A loop that enters each of the layers' scopes and gets a variable there."""
    graph, layers = graph_of(count), layers_of(count)
    found = graph.find(layers[0] + "/kernel")

    def run(turns: int) -> float:
        with graph.as_default(), fs.variable_scope("", reuse=True):
            took = timed(lambda: _visit(layers), turns)
            with fs.variable_scope(layers[0]):
                assert fs.get_variable("kernel") is found
            return took

    return run


def _visit(layers: Sequence[str]) -> None:
    variable_scope, get_variable = fs.variable_scope, fs.get_variable
    for layer in layers:
        with variable_scope(layer):
            get_variable("kernel")


def look_up(count: int) -> Callable[[int], float]:
    """A loop that looks the same variables up in a dict, by names made on the spot."""
    variables, layers = dict_of(count), layers_of(count)
    return lambda turns: timed(lambda: _look_up(variables, layers), turns)


def _look_up(variables: dict[str, Any], layers: Sequence[str]) -> None:
    name = "kernel"
    for layer in layers:
        variables[f"{layer}/{name}"]


def timed(function: Callable[[], None], turns: int) -> float:
    start = time.perf_counter()
    for _ in range(turns):
        function()
    return time.perf_counter() - start
