"""Threads: one object for a name whoever asks first, and a scope stack for each.

FASTSCOPE_ROUNDS=200 pytest tests/test_threads.py      more rounds than the default of 10
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import fastscope as fs

ROUNDS = int(os.environ.get("FASTSCOPE_ROUNDS", "10"))
THREADS = 8
NAMES = 1000
CC = shutil.which("cc") or shutil.which("gcc")


@pytest.fixture(autouse=True)
def switch_often() -> Iterator[None]:
    """Let threads take turns every microsecond, 5,000 times as often as usual."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def in_threads(*functions: Callable[[], Any]) -> list[Any]:
    """Results of the functions, each called in a thread of its own, all let go at once."""
    start = threading.Barrier(len(functions))

    def call(function: Callable[[], Any]) -> Any:
        start.wait()
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result() for future in [pool.submit(call, function) for function in functions]]


def ways_to_get(k: int) -> list[Callable[[], Any]]:
    """Calls that all mean model/s<k % 10>/w<k>, from inside of variable_scope("model", reuse=AUTO_REUSE)."""
    part, name = f"s{k % 10}", f"w{k}"

    def nested() -> Any:
        with fs.variable_scope(part):
            return fs.get_variable(name, [2, 3])

    def jump() -> Any:
        with fs.variable_scope(part) as scope, fs.name_scope("elsewhere"), fs.variable_scope(scope):
            return fs.get_variable(name, shape=(2, 3), dtype=fs.float32)

    return [
        nested,
        jump,
        lambda: fs.get_variable(f"{part}/{name}", [2, 3]),
        lambda: fs.get_variable(f"{part}/{name}", [2, 3], initializer=fs.zeros_initializer()),
    ]


@pytest.mark.parametrize("ways", [1, 4], ids=["one way", "four ways"])
def test_one_object_for_a_name(ways: int) -> None:
    def worker(graph: fs.Graph, seed: int) -> dict[int, Any]:
        order = list(range(NAMES))
        # half of the threads go the same way through the names and meet at each of them
        shuffler = random.Random(seed if seed % 2 else 0)
        shuffler.shuffle(order)
        with graph.as_default(), fs.variable_scope("model", reuse=fs.AUTO_REUSE):
            return {k: shuffler.choice(ways_to_get(k)[:ways])() for k in order}

    for round_ in range(ROUNDS):
        graph = fs.Graph()
        got = in_threads(*[partial(worker, graph, seed) for seed in range(THREADS)])
        graph.check()
        for k in range(NAMES):
            made = got[0][k]
            assert all(other[k] is made for other in got), f"round {round_}, name {k}: two objects"
            assert made.name == f"model/s{k % 10}/w{k}:0"
        assert graph.stats()["variables"] == NAMES
        with graph.as_default():
            assert len(fs.global_variables()) == len(set(map(id, fs.global_variables()))) == NAMES


class Trash:
    """Garbage whose finalizer lets another thread in, wherever the collector runs."""

    def __init__(self) -> None:
        self.cycle = self

    def __del__(self) -> None:
        time.sleep(0)


@pytest.mark.parametrize("threshold", [1, 3, 10])
def test_finalizers_let_other_threads_in(threshold: int) -> None:
    def worker(graph: fs.Graph) -> list[Any]:
        made = []
        for k in range(200):
            Trash()
            with graph.as_default() as entered:
                assert fs.get_default_graph() is entered is graph
                with fs.variable_scope("model", reuse=fs.AUTO_REUSE) as scope:
                    Trash()
                    with fs.name_scope("n"), fs.variable_scope(None, "d"):
                        assert fs.get_variable_scope().name == "model/d"
                    Trash()
                    made += [fs.get_variable(f"w{k}", [2, 3]), fs.get_variable(f"a/b{k}", [2])]
                    assert fs.get_variable(f"w{k}", [2, 3]) is made[-2] and fs.get_variable(f"a/b{k}") is made[-1]
                    assert fs.get_variable_scope() is scope
            assert fs.get_variable_scope().name == "" and fs.get_default_graph() is not graph
        return made

    thresholds = gc.get_threshold()
    gc.set_threshold(threshold)
    try:
        for _ in range(5):
            graph = fs.Graph()
            first, *others = in_threads(*[partial(worker, graph) for _ in range(6)])
            graph.check()
            for other in others:
                assert list(map(id, other)) == list(map(id, first))
    finally:
        gc.set_threshold(*thresholds)


def test_the_plain_way_waits_for_the_long_way() -> None:
    # one thread is inside of the initializer when another asks for the same name with nothing but a shape
    inside, done = threading.Event(), threading.Event()
    regularized: list[Any] = []

    def initializer() -> Any:
        inside.set()
        done.wait(0.3)  # the other one should be waiting for us by now
        return [1.0, 2.0]

    def long_way() -> Any:
        with fs.variable_scope("a", reuse=fs.AUTO_REUSE):
            return fs.get_variable("w", initializer=initializer, regularizer=regularized.append)

    def plain_way() -> Any:
        with fs.variable_scope("a", reuse=fs.AUTO_REUSE):
            inside.wait()
            variable = fs.get_variable("w", [2])
            done.set()
            return variable

    first, second = in_threads(long_way, plain_way)
    assert first is second
    assert first.name == "a/w:0"
    assert first.numpy().tolist() == [1.0, 2.0]
    assert regularized == [first]


def test_one_name_for_each_variable() -> None:
    graph = fs.Graph()

    def worker() -> list[str]:
        with graph.as_default():
            return [fs.Variable(0.0, name="x").name for _ in range(200)] + [
                graph.unique_name("x") + ":0" for _ in range(200)
            ]

    names = [name for names in in_threads(*[worker] * THREADS) for name in names]
    assert len(set(names)) == len(names) == 400 * THREADS
    assert set(names) == {"x:0"} | {f"x_{k}:0" for k in range(1, len(names))}
    graph.check()


def test_scopes_stay_their_own_while_others_create_remove_and_reset() -> None:
    graph = fs.Graph()
    stop = threading.Event()

    def entering(own: str) -> int:
        rounds = 0
        while not stop.is_set():
            # every other round in the shared graph, else in the default graph, which is reset all the time
            with graph.as_default() if rounds % 2 else fs.name_scope("n"):
                with fs.variable_scope(own, reuse=fs.AUTO_REUSE) as scope, fs.variable_scope("deep") as deep:
                    assert (scope.name, deep.name) == (own, f"{own}/deep")
                    assert fs.get_variable_scope() is deep
                    variable = fs.get_variable("w", [2])
                    assert fs.get_variable("w") is variable
                    with fs.variable_scope(None, "layer") as layer:
                        assert layer.name == f"{own}/deep/layer"
                        fs.get_variable("b", [1])
                assert fs.get_variable_scope().name == ""
            rounds += 1
        return rounds

    def creating_and_removing() -> int:
        rounds = 0
        with graph.as_default():
            while not stop.is_set():
                with fs.variable_scope("churn", reuse=fs.AUTO_REUSE):
                    variable = fs.get_variable("w", [3])
                    fs.get_variable(f"w{rounds % 50}/v", [3])
                assert graph.remove("churn/w") is variable
                graph.remove(f"churn/w{(rounds + 1) % 50}/v")
                rounds += 1
        return rounds

    def looking_on() -> int:
        rounds = 0
        while not stop.is_set():
            graph.check()
            assert all(variable.name.startswith(name) for name, variable in graph.items())
            graph.stats()
            rounds += 1
        return rounds

    def resetting() -> int:
        rounds = 0
        while not stop.is_set():
            fs.reset_default_graph()
            fs.get_default_graph().check()
            rounds += 1
        return rounds

    timer = threading.Timer(0.2 * ROUNDS, stop.set)
    timer.start()
    try:
        enter = [partial(entering, own) for own in ("a", "b", "a_1", "A")]
        rounds = in_threads(*enter, creating_and_removing, looking_on, resetting)
    finally:
        stop.set()
        timer.cancel()
    assert all(count > 3 for count in rounds), rounds
    graph.check()


@pytest.mark.parametrize("moment", range(1, 12))
def test_a_reset_by_another_thread_at_any_moment(moment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # the ordinary path asks asyncio for its task wherever it looks at the current scope, and anything can happen there
    asked = 0
    ask = asyncio.current_task

    def current_task() -> Any:
        nonlocal asked
        asked += 1
        if asked == moment:
            in_threads(fs.reset_default_graph)
        return ask()

    for _ in range(3):  # names that were opened before take a shorter way
        with fs.name_scope("n"), fs.variable_scope("v", reuse=fs.AUTO_REUSE):
            fs.get_variable("w", [2])
    monkeypatch.setattr(asyncio, "current_task", current_task)
    for _ in range(3):
        with fs.name_scope("n"), fs.variable_scope("v", reuse=fs.AUTO_REUSE) as scope:
            variable = fs.get_variable("w", [2])
            assert fs.get_variable("w") is variable and scope.name == "v"
            fs.Variable(1.0, name="x")
        assert fs.get_variable_scope().name == ""
    monkeypatch.undo()
    fs.get_default_graph().check()
    if not asked:
        pytest.skip("this build looks at the thread itself")
    assert asked > moment


def test_a_reset_by_another_thread_while_the_collector_runs() -> None:
    # objects that are made on the way set the collector off, and whatever it calls lets other threads in
    resets = 0

    def reset(phase: str, _: dict[str, int]) -> None:
        nonlocal resets
        if phase == "start" and resets < 300:
            resets += 1
            thread = threading.Thread(target=fs.reset_default_graph)
            thread.start()
            thread.join()

    before = gc.get_threshold()
    gc.callbacks.append(reset)
    try:
        for k in range(100):
            gc.set_threshold(1 + k % 5)
            with fs.variable_scope(f"v{k}") as scope, fs.name_scope(f"n{k}"), fs.variable_scope(None, "d"):
                variable = fs.Variable(1.0, name="x")
            assert scope.name == f"v{k}" and variable.name.endswith("x:0")
            fs.get_variable("w", [k + 1])
            fs.reset_default_graph()
            assert fs.get_variable_scope().name == ""
    finally:
        gc.callbacks.remove(reset)
        gc.set_threshold(*before)
    assert resets > 50


def test_each_thread_starts_at_the_root() -> None:
    def worker() -> tuple[str, Any, str]:
        scope = fs.get_variable_scope()
        return scope.name, scope.reuse, fs.get_default_graph().get_name_scope()

    with fs.variable_scope("outer", reuse=True):
        assert in_threads(*[worker] * THREADS) == [("", False, "")] * THREADS


def test_a_thread_that_dies_inside_a_scope_leaves_nothing() -> None:
    left_open = []

    def die() -> None:
        block = fs.variable_scope("grave", reuse=True)
        block.__enter__()
        left_open.append(block)

    for _ in range(50):
        thread = threading.Thread(target=die)
        thread.start()
        thread.join()
    names = in_threads(*[lambda: fs.get_variable_scope().name] * THREADS)
    assert names == [""] * THREADS
    with fs.variable_scope("alive"):
        left_open.pop().__exit__(None, None, None)  # not this thread's block: nothing happens
        assert fs.get_variable_scope().name == "alive"


FOREIGN = """
#include <pthread.h>
static void *calls(void *function) {
  for (int k = 0; k < 100; k++) ((void (*)(void))function)();
  return 0;
}
void call_in_threads(void *function) {
  pthread_t threads[2];
  for (int k = 0; k < 2; k++) pthread_create(&threads[k], 0, calls, function);
  for (int k = 0; k < 2; k++) pthread_join(threads[k], 0);
}
"""


@pytest.mark.skipif(CC is None or sys.platform == "win32", reason="needs a C compiler")
def test_threads_that_python_did_not_make(tmp_path: Path) -> None:
    # each call from C has a thread state of its own, in the same thread: what the one left open, the next must not see
    assert CC is not None
    (tmp_path / "foreign.c").write_text(FOREIGN)
    command = [CC, "-shared", "-fPIC", tmp_path / "foreign.c", "-o", tmp_path / "foreign.so", "-pthread"]
    subprocess.run(command, check=True)
    foreign = ctypes.CDLL(str(tmp_path / "foreign.so"))
    seen, left_open = [], []

    @ctypes.CFUNCTYPE(None)
    def function() -> None:
        seen.append(fs.get_variable_scope().name)
        with fs.variable_scope("foreign", reuse=fs.AUTO_REUSE) as scope:
            seen.append((scope.name, fs.get_variable("w", [2]).name))
        if len(seen) % 3 == 0:
            left_open.append(fs.variable_scope("left").__enter__())

    with fs.variable_scope("main"):
        foreign.call_in_threads(function)
        assert fs.get_variable_scope().name == "main"
    assert len(left_open) > 10
    assert seen.count("") == seen.count(("foreign", "foreign/w:0")) == 200


def test_a_scope_object_works_in_another_thread() -> None:
    with fs.variable_scope("tower", reuse=fs.AUTO_REUSE, initializer=fs.ones_initializer()) as tower:
        variable = fs.get_variable("w", [2])

    def worker() -> Any:
        with fs.variable_scope(tower):
            return fs.get_variable("w", [2])

    with fs.variable_scope("elsewhere"):
        assert in_threads(*[worker] * THREADS) == [variable] * THREADS


def test_default_names_count_for_each_thread() -> None:
    def worker() -> list[str]:
        made = []
        with fs.variable_scope("model"):
            for _ in range(20):
                with fs.variable_scope(None, "layer") as scope:
                    made.append(scope.name)
        return made

    expected = ["model/layer"] + [f"model/layer_{k}" for k in range(1, 20)]
    assert in_threads(*[worker] * THREADS) == [expected] * THREADS


def test_first_use_makes_one_array() -> None:
    for k in range(20 * ROUNDS):
        variable = fs.get_variable(f"w{k}", [3, 2])
        arrays = in_threads(*[partial(getattr, variable, "array")] * 4)
        assert all(array is arrays[0] for array in arrays)


def test_an_initializer_runs_under_no_lock() -> None:
    begun, done = threading.Event(), threading.Event()

    class Waiting(fs.initializers.Initializer):
        def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
            begun.set()
            assert done.wait(20), "another variable's first use waits for this one's"
            return [fs.get_variable("inner", initializer=3.0).numpy()] * 2

    v, w = fs.get_variable("v", [2], initializer=Waiting()), fs.get_variable("w", [2])

    def first_use() -> None:
        assert begun.wait(20)
        w.numpy()
        fs.get_variable("x", [2], regularizer=fs.nn.l2_loss).numpy()
        done.set()

    in_threads(lambda: v.numpy(), first_use)
    assert v.numpy().tolist() == [3, 3]


def test_an_exception_in_one_thread_is_its_own() -> None:
    def failing() -> str:
        for _ in range(200):
            with pytest.raises(KeyError), fs.variable_scope("a"), fs.name_scope("b"):
                raise KeyError
        return fs.get_variable_scope().name

    def working() -> str:
        with fs.variable_scope("c"):
            for _ in range(200):
                with fs.variable_scope("d") as scope:
                    assert scope.name == "c/d"
            return fs.get_variable_scope().name

    assert in_threads(failing, working, failing, working) == ["", "c", "", "c"]
