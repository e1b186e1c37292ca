"""Nothing grows: neither blocks of memory nor bytes of the process.

FASTSCOPE_ROUNDS=10 is one million scope entries and 100,000 resets; the default, 1, is a tenth of that.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastscope as fs

ROUNDS = int(os.environ.get("FASTSCOPE_ROUNDS", "1"))
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


def assert_flat(once: Callable[[], object], times: int, most_bytes: int = 1 << 20) -> None:
    """Call `once` many times, with the collector off: neither Python's blocks nor the process may grow.

    Blocks are counted by Python's own allocator; what the trie takes from malloc shows in the resident bytes. Python
    keeps up to 2,000 freed tuples of each size: so the growth of the least of four quarters counts.
    """
    for _ in range(times // 10):
        once()
    gc.collect()
    gc.disable()
    grown = []
    try:
        resident = resident_bytes()
        for _ in range(4):
            blocks = sys.getallocatedblocks()
            for _ in range(times // 4):
                once()
            grown.append(sys.getallocatedblocks() - blocks)
        grown_bytes = resident_bytes() - resident
    finally:
        gc.enable()
    assert min(grown) < 10 + times // 1000, f"{grown} blocks after {times} rounds"
    assert grown_bytes <= most_bytes, f"{grown_bytes} bytes after {times} rounds"


# ---- scopes: each of these runs 1/10 of a million times


def enter() -> None:
    with fs.variable_scope("a"), fs.variable_scope("b", reuse=True):
        pass


def enter_and_get() -> None:
    with fs.variable_scope("model", reuse=fs.AUTO_REUSE), fs.variable_scope("b"):
        fs.get_variable("w", [2, 3])
        fs.get_variable("c/w", [2, 3])


def enter_by_object() -> None:
    with fs.variable_scope("model", reuse=fs.AUTO_REUSE) as scope:
        pass
    with fs.variable_scope(scope), fs.name_scope("n"):
        fs.get_variable("w", [2, 3])


def enter_default_names() -> None:
    with fs.variable_scope("model", reuse=fs.AUTO_REUSE):
        for _ in range(3):
            with fs.variable_scope(None, "layer"), fs.variable_scope(None, "x"):
                pass


def enter_name_scopes() -> None:
    with fs.name_scope("fixed/"), fs.name_scope("b"), fs.name_scope("c"), fs.name_scope(None, "d"):
        pass


def enter_with_options() -> None:
    with fs.variable_scope("a", initializer=np.ones, custom_getter=lambda getter, **kw: getter(**kw)) as scope:
        assert scope.original_name_scope


def enter_other_ways() -> None:
    block = fs.variable_scope("a", auxiliary_name_scope=False)
    for _ in range(2):
        with block, fs.variable_scope(""), fs.variable_scope("x/y"):
            pass
    with fs.device("/cpu:0"), fs.control_dependencies([]):
        fs.get_variable_scope().get_collection("variables")


def raise_inside() -> None:
    try:
        with fs.variable_scope("a"), fs.name_scope("n"), fs.variable_scope("b", reuse=True):
            fs.get_variable("missing", [2])
    except ValueError:
        pass


def nest_wrongly() -> None:
    outer, inner = fs.variable_scope("a"), fs.variable_scope("b")
    outer.__enter__()
    inner.__enter__()
    with contextlib.suppress(RuntimeError):
        outer.__exit__(None, None, None)
    inner.__exit__(None, None, None)


def refuse() -> None:
    for call in (
        lambda: fs.variable_scope("a", reuse=1),
        lambda: fs.variable_scope(None),
        lambda: fs.variable_scope("a b").__enter__(),
        lambda: fs.variable_scope(3).__enter__(),
        lambda: fs.name_scope("a:b").__enter__(),
        lambda: fs.get_variable("nothing"),
        lambda: fs.get_variable("w", [2], dtype="no dtype"),
        lambda: fs.get_variable(7),
    ):
        with pytest.raises((TypeError, ValueError)):
            call()


def suspend_a_generator() -> None:
    def generate() -> Any:
        with fs.variable_scope("a"), fs.name_scope("n"):
            yield

    with fs.variable_scope("outer"):
        generator = generate()
        next(generator)
        generator.close()


def copy_a_context() -> None:
    with fs.variable_scope("a"):
        contextvars.copy_context().run(enter)


@pytest.mark.parametrize(
    ("once", "times"),
    [
        (enter, 50_000), (enter_and_get, 50_000), (enter_by_object, 30_000), (enter_default_names, 15_000),
        (enter_name_scopes, 25_000), (enter_with_options, 30_000), (enter_other_ways, 10_000), (raise_inside, 3_000),
        (nest_wrongly, 10_000), (refuse, 500), (suspend_a_generator, 20_000), (copy_a_context, 20_000),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)  # fmt: skip
def test_scopes_leave_nothing(once: Callable[[], None], times: int) -> None:
    assert_flat(once, times * ROUNDS)


def test_tasks_leave_nothing() -> None:
    async def task() -> None:
        with fs.variable_scope("a"), fs.name_scope("n"):
            await asyncio.sleep(0)

    async def many() -> None:
        for _ in range(1000 * ROUNDS):
            await asyncio.gather(task(), task())
            with fs.variable_scope("outer"):
                await asyncio.create_task(task())

    asyncio.run(many())
    blocks = []
    for _ in range(3):
        gc.collect()
        blocks.append(sys.getallocatedblocks())
        asyncio.run(many())
    assert blocks[2] - blocks[1] < 200, blocks


def test_threads_leave_nothing() -> None:
    def work() -> None:
        with fs.variable_scope("a", reuse=fs.AUTO_REUSE):
            fs.get_variable("w", [2])

    def once() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert_flat(once, 1000 * ROUNDS)


# ---- graphs


def build() -> None:
    with fs.variable_scope("model"):
        for k in range(3):
            with fs.variable_scope(f"layer_{k}"), fs.name_scope("n"):
                fs.get_variable("kernel", [2, 3])
                fs.get_variable("bias", [3], initializer=fs.zeros_initializer(), regularizer=lambda v: v)
                fs.Variable([1.0, 2.0], name="v")
                fs.get_default_graph().unique_name("op")


def build_and_reset() -> None:
    build()
    fs.reset_default_graph()


def build_in_a_graph() -> None:
    with fs.Graph().as_default():
        build()


def test_resets_leave_nothing() -> None:
    assert_flat(build_and_reset, 1000 * ROUNDS)


def test_small_resets_leave_nothing() -> None:
    def once() -> None:
        fs.get_variable("w", [2])
        fs.reset_default_graph()

    assert_flat(once, 10_000 * ROUNDS)


def test_graphs_leave_nothing() -> None:
    assert_flat(build_in_a_graph, 1000 * ROUNDS)


def test_resets_while_a_thread_waits_leave_nothing() -> None:
    # the other thread has seen each of the graphs, and may not keep one
    go, done, stop = threading.Semaphore(0), threading.Semaphore(0), threading.Event()

    def look() -> None:
        while not stop.is_set():
            go.acquire()
            fs.get_variable_scope()
            done.release()

    thread = threading.Thread(target=look)
    thread.start()

    def once() -> None:
        fs.get_variable("w", [2])
        go.release()
        done.acquire()
        fs.reset_default_graph()

    assert_flat(once, 2000 * ROUNDS)
    stop.set()
    go.release()
    thread.join()


def test_removed_variables_leave_only_their_names() -> None:
    graph = fs.get_default_graph()

    def once() -> None:
        variable = fs.get_variable("w", [2])
        assert graph.remove("w") is variable
        graph.get_collection_ref("variables").clear()
        graph.get_collection_ref("trainable_variables").clear()

    # the name is counted up: a node and its part for each, some 100 bytes
    before = graph.stats()["nodes"]
    assert_flat_but_nodes(once, 1000 * ROUNDS)
    assert graph.stats()["nodes"] - before <= 1100 * ROUNDS


def assert_flat_but_nodes(once: Callable[[], None], times: int) -> None:
    once()
    live = sum(isinstance(item, fs.Variable) for item in gc.get_objects())
    for _ in range(times):
        once()
    assert sum(isinstance(item, fs.Variable) for item in gc.get_objects()) <= live


def test_scopes_make_no_garbage() -> None:
    # what a block leaves must go by itself: nothing for the collector to find
    kinds = [enter, enter_by_object, enter_default_names, enter_name_scopes, enter_with_options, copy_a_context]
    fs.get_variable("w", [2])
    gc.collect()
    gc.disable()
    try:
        for once in kinds:
            once()
        gc.collect()
        for once in kinds:
            once()
            assert gc.collect() == 0, once
    finally:
        gc.enable()
