"""What is dropped goes, and when: variables with their graph, cycles with the collector."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import fastscope as fs


def test_a_reset_frees_the_variables_at_once() -> None:
    gc.disable()
    try:
        with fs.variable_scope("model"):
            single, shared = fs.Variable([1.0], name="v"), fs.get_variable("w", [2, 3])
        shared.numpy()
        graph = fs.get_default_graph()
        seen = [weakref.ref(item) for item in (single, shared, graph, single.array)]
        del single, shared, graph
        assert seen[1]() is not None
        fs.reset_default_graph()
        assert [reference() for reference in seen] == [None] * len(seen)
    finally:
        gc.enable()


def test_a_thread_that_waits_does_not_keep_the_old_graph() -> None:
    made, done = threading.Event(), threading.Event()

    def wait() -> str:
        fs.get_variable("w", [2])
        made.set()
        done.wait()
        return fs.get_variable("w", [2]).name  # would exist already in the old graph

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        made.wait()
        seen = weakref.ref(fs.get_default_graph().find("w"))
        gc.disable()
        fs.reset_default_graph()
        left = seen()
        gc.enable()
        done.set()
        assert left is None
        assert waiting.result() == "w:0"


def test_a_dropped_graph_frees_its_variables_at_once() -> None:
    gc.disable()
    try:
        graph = fs.Graph()
        with graph.as_default(), fs.variable_scope("model") as scope:
            seen = weakref.ref(fs.get_variable("w", [2]))
            fs.get_variable("cell/w", [2])
        del graph
        assert seen() is None
        assert scope.name == "model"
    finally:
        gc.enable()


def test_a_plain_variable_is_nothing_to_the_collector() -> None:
    variable = fs.get_variable("plain", [2, 3])
    assert not gc.is_tracked(variable)
    with fs.variable_scope("tied", initializer=lambda shape, **_: np.full(shape, len(variable.name))):
        assert gc.is_tracked(fs.get_variable("w", [2]))
    variable._initializer = [variable]
    assert gc.is_tracked(variable)


def test_what_is_held_outlives_its_graph() -> None:
    with fs.variable_scope("model") as scope:
        variable = fs.get_variable("w", [2], initializer=fs.ones_initializer())
    fs.reset_default_graph()
    gc.collect()
    assert (variable.name, scope.name) == ("model/w:0", "model")
    np.testing.assert_array_equal(variable.numpy(), [1, 1])
    with pytest.raises(ReferenceError):
        variable.graph
    with fs.variable_scope(scope):
        assert fs.get_variable("w", [3]).name == "model/w:0"


class Tied:
    """An initializer, regularizer, getter or constraint that holds what holds it."""

    def __init__(self) -> None:
        self.held: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return np.zeros([2], np.float32)


def tie_initializer(tied: Tied) -> None:
    tied.held = [fs.get_variable("w", [2], initializer=tied), fs.get_default_graph()]


def tie_scope_initializer(tied: Tied) -> None:
    with fs.variable_scope("a", initializer=tied) as tied.held:
        fs.get_variable("w", [2])


def tie_getter(tied: Tied) -> None:
    def getter(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return tied.held and getter(*args, **kwargs)

    with fs.variable_scope("a", custom_getter=getter) as scope:
        tied.held = (scope, getter)
        tied.held = (fs.get_variable("w", [2]), scope, getter)


def tie_constraint(tied: Tied) -> None:
    tied.held = fs.get_variable("w", [2], constraint=tied)


def tie_regularizer(tied: Tied) -> None:
    with fs.variable_scope("a", regularizer=tied) as tied.held:
        fs.get_variable("w", [2])


def tie_a_block(tied: Tied) -> None:
    block = fs.variable_scope("a", initializer=tied)
    tied.held = block
    with block:
        pass


def tie_an_open_block(tied: Tied) -> None:
    tied.held = fs.variable_scope("a", initializer=tied)
    with fs.Graph().as_default():
        threading.Thread(target=tied.held.__enter__).start()


def tie_a_collection(tied: Tied) -> None:
    tied.held = fs.get_default_graph()
    fs.add_to_collection("mine", tied)


@pytest.mark.parametrize(
    "tie",
    [
        tie_initializer, tie_scope_initializer, tie_getter, tie_constraint, tie_regularizer, tie_a_block,
        tie_an_open_block, tie_a_collection,
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["reset", "own graph"])
def test_cycles_are_collected(tie: Callable[[Tied], None], way: str) -> None:
    tied = Tied()
    seen = weakref.ref(tied)
    if way == "reset":
        tie(tied)
        fs.reset_default_graph()
    else:
        graph = fs.Graph()
        with graph.as_default():
            tie(tied)
        del graph
    del tied
    gc.collect()
    assert seen() is None
