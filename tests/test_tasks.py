"""asyncio: two tasks that take turns never see each other's scope."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

import fastscope as fs

TASKS = 10_000


def where() -> tuple[str, str]:
    """Variable scope and name scope in force."""
    return fs.get_variable_scope().name, fs.get_default_graph().get_name_scope()


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    """asyncio.run(main()); the caller's scope is the same afterwards."""
    before = where()
    result = asyncio.run(main())  # type: ignore[arg-type]
    assert where() == before
    return result


async def pause() -> None:
    await asyncio.sleep(0)


def test_two_interleaved_tasks() -> None:
    # in TF the second one gets "a/b"
    seen = []

    async def in_scope(name: str) -> None:
        with fs.variable_scope(name) as scope:
            await pause()
            seen.append((scope.name, *where(), fs.get_variable("w", [2]).name))
            await pause()

    async def main() -> None:
        await asyncio.gather(in_scope("a"), in_scope("b"))

    run(main)
    assert seen == [("a", "a", "a", "a/w:0"), ("b", "b", "b", "b/w:0")]


def test_ten_thousand_interleaved_tasks() -> None:
    variables = {}

    async def one(k: int) -> None:
        turns = random.Random(k)
        own = f"task_{k % 100}"
        with fs.variable_scope(own, reuse=fs.AUTO_REUSE) as scope:
            for _ in range(turns.randrange(3)):
                await pause()
            assert fs.get_variable_scope() is scope
            made = fs.get_variable("w", [2, 3])
            assert variables.setdefault(own, made) is made
            await pause()
            for number in ("", "_1"):
                with fs.variable_scope(None, "layer") as layer, fs.name_scope(f"n{k}"):
                    await pause()
                    assert layer.name == where()[0] == f"{own}/layer{number}"
                    assert where()[1].endswith(f"/n{k}")
            with fs.variable_scope(f"{own}_{k}/deep", reuse=True):
                await pause()
                assert where()[0] == f"{own}/{own}_{k}/deep"
                assert fs.get_variable_scope().reuse is True
            assert fs.get_variable("w") is made
        assert where() == ("", "")

    async def main() -> None:
        await asyncio.gather(*[one(k) for k in range(TASKS)])

    run(main)
    assert len(variables) == min(TASKS, 100)
    assert fs.get_default_graph().stats()["variables"] == len(variables)


def test_tasks_see_the_scope_they_were_made_in() -> None:
    async def child(name: str) -> tuple[str, bool]:
        with fs.variable_scope(name) as scope:
            await pause()
            return scope.name, scope.reuse

    async def main() -> list[Any]:
        with fs.variable_scope("a", reuse=True):
            early = asyncio.create_task(child("early"))
            with fs.variable_scope("b"):
                inner = await asyncio.gather(child("c"), child("d"))
        with fs.variable_scope("z"):
            outside = await early
        return [outside, *inner]

    assert run(main) == [("a/early", True), ("a/b/c", True), ("a/b/d", True)]


def test_a_scope_around_the_loop_is_inherited() -> None:
    async def main() -> tuple[str, str]:
        with fs.variable_scope("in"):
            await pause()
            return where()

    with fs.variable_scope("out"):
        assert run(main) == ("out/in", "out/in")
        assert where() == ("out", "out")


def test_a_task_made_outside_of_all_tasks_sees_where_the_loop_is_run() -> None:
    async def inside() -> tuple[str, str]:
        return where()

    loop = asyncio.new_event_loop()
    seen = []
    try:
        for around in (fs.variable_scope(""), fs.variable_scope("run")):
            with fs.variable_scope("made"):
                task = loop.create_task(inside())
            with around:
                seen.append(loop.run_until_complete(task))
    finally:
        loop.close()
    assert seen == [("", ""), ("run", "run")]


def test_a_task_outlives_the_block_it_was_made_in() -> None:
    async def child(block_is_closed: asyncio.Event) -> list[str]:
        await block_is_closed.wait()
        seen = [*where(), fs.get_variable("w", [2]).name]
        with fs.variable_scope("late") as scope:
            await pause()
            return [*seen, scope.name, fs.Variable(0.0, name="v").name, scope.original_name_scope]

    async def main() -> list[list[str]]:
        closed = asyncio.Event()
        with fs.variable_scope("a", reuse=fs.AUTO_REUSE):
            children = [asyncio.create_task(child(closed)) for _ in range(2)]
            await pause()
        for _ in range(100):  # what reuses the memory of frames must not reuse these
            with fs.variable_scope("other"), fs.name_scope("n"):
                pass
        closed.set()
        return await asyncio.gather(*children)

    assert run(main) == [
        ["a", "a", "a/w:0", "a/late", "a/late/v:0", "a/late/"],
        ["a", "a", "a/w:0", "a/late", "a/late_1/v:0", "a/late_1/"],
    ]


@pytest.mark.parametrize("block", ["inside the loop", "outside"])
def test_a_task_outlives_its_graphs_block(block: str) -> None:
    async def child() -> list[tuple[str, int]]:
        seen = []
        for _ in range(3):
            with fs.variable_scope("late", reuse=fs.AUTO_REUSE):
                variable = fs.get_variable("w", [2])
                seen.append((variable.name, fs.get_default_graph().stats()["variables"]))
            await pause()
        return seen

    async def begin() -> asyncio.Task[Any]:
        task = asyncio.create_task(child())
        await pause()
        return task

    async def main() -> Any:
        with fs.Graph().as_default(), fs.variable_scope("a"):
            task = await begin()
        drop_graphs()
        return await task

    def drop_graphs() -> None:
        gc.collect()
        for _ in range(10):
            fs.Graph()

    if block == "outside":
        with asyncio.Runner() as runner:
            with fs.Graph().as_default(), fs.variable_scope("a"):
                task = runner.run(begin())
            drop_graphs()
            seen = runner.get_loop().run_until_complete(task)
    else:
        seen = run(main)
    assert seen == [("a/late/w:0", 1)] * 3
    assert fs.get_default_graph().items() == []


def test_default_names_count_for_each_task() -> None:
    async def model() -> list[str]:
        names = []
        for _ in range(3):
            with fs.variable_scope(None, "layer") as scope:
                names.append(scope.name)
                await pause()
        return names

    async def main() -> list[list[str]]:
        with fs.variable_scope("m"):
            with fs.variable_scope(None, "layer"):
                pass
            results = await asyncio.gather(model(), model())
            return [*results, await model()]

    later = ["m/layer_1", "m/layer_2", "m/layer_3"]
    assert run(main) == [later, later, later]


def test_cancelled_and_failing_tasks_close_their_scopes() -> None:
    async def forever() -> None:
        with fs.variable_scope("a"), fs.name_scope("n"):
            await asyncio.Event().wait()

    async def failing() -> None:
        with fs.variable_scope("b", reuse=True):
            await pause()
            fs.get_variable("missing")

    async def main() -> None:
        with fs.variable_scope("main"):
            waiting = [asyncio.create_task(forever()) for _ in range(10)]
            results = await asyncio.gather(*[failing() for _ in range(10)], return_exceptions=True)
            assert all(isinstance(result, ValueError) for result in results)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await forever()
            assert where() == ("main", "main")

    run(main)


def test_task_groups() -> None:
    async def child(k: int) -> None:
        with fs.variable_scope(f"t{k}"):
            await pause()
            assert where()[0] == f"group/t{k}"
            if k == 3:
                raise KeyError(k)

    async def main() -> None:
        with fs.variable_scope("group"):
            with pytest.raises(ExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    for k in range(6):
                        group.create_task(child(k))
            assert where() == ("group", "group")

    run(main)


def test_to_thread_and_executors() -> None:
    def work(name: str) -> tuple[str, str]:
        with fs.variable_scope(name) as scope:
            fs.get_variable("w", [1])
            return scope.name, fs.get_variable_scope().name

    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        with fs.variable_scope("a", reuse=fs.AUTO_REUSE):
            with_context = await asyncio.gather(*[asyncio.to_thread(work, f"t{k % 3}") for k in range(30)])
            # run_in_executor hands no context on: the thread is at its root
            without = await loop.run_in_executor(None, work, "plain")
            return [sorted(set(with_context)), without, where()]

    expected = [(f"a/t{k}", f"a/t{k}") for k in range(3)]
    assert run(main) == [expected, ("plain", "plain"), ("a", "a")]


def test_copied_contexts() -> None:
    def inside() -> tuple[str, str]:
        before = where()
        block = fs.variable_scope("left_open")
        block.__enter__()
        assert where()[0] == f"{before[0]}/left_open".strip("/")
        return before

    with fs.variable_scope("a"):
        context = contextvars.copy_context()
        assert context.run(inside) == ("a", "a")
        assert where() == ("a", "a")  # what the context left open is its own
        assert context.run(where)[0] == "a/left_open"
        with fs.variable_scope("b"):
            assert contextvars.copy_context().run(where) == ("a/b", "a/b")
            assert context.run(where)[0] == "a/left_open"
    assert where() == ("", "")
    assert contextvars.copy_context().run(inside) == ("", "")
    assert where() == ("", "")


def test_contexts_one_after_the_other() -> None:
    # a new context may lie where a dropped one lay; it is another one all the same
    for k in range(2000):
        with fs.variable_scope(f"s{k % 7}") as scope:
            assert contextvars.copy_context().run(lambda: fs.variable_scope("x").__enter__().name) == f"s{k % 7}/x"
            assert fs.get_variable_scope() is scope


def test_async_generators() -> None:
    async def layers() -> AsyncIterator[str]:
        for k in range(3):
            with fs.variable_scope(f"layer_{k}") as scope:
                await pause()
                yield scope.name

    async def main() -> list[str]:
        with fs.variable_scope("a"):
            names = [name async for name in layers()]
            assert where() == ("a", "a")
            # left suspended, its scope stays open in this task until it is closed
            suspended = layers()
            names.append(await anext(suspended))
            assert where()[0] == "a/layer_0"
            await suspended.aclose()
            assert where() == ("a", "a")
        return names

    assert run(main) == ["a/layer_0", "a/layer_1", "a/layer_2", "a/layer_0"]


def test_async_context_managers() -> None:
    @asynccontextmanager
    async def model(name: str) -> AsyncIterator[str]:
        with fs.variable_scope(name) as scope:
            await pause()
            yield scope.name

    async def one(name: str) -> list[str]:
        async with AsyncExitStack() as stack:
            outer = await stack.enter_async_context(model(name))
            stack.enter_context(fs.variable_scope("cell"))
            await pause()
            names = [outer, where()[0]]
        return [*names, where()[0]]

    async def main() -> list[list[str]]:
        return await asyncio.gather(one("a"), one("b"))

    assert run(main) == [["a", "a/cell", ""], ["b", "b/cell", ""]]


def test_a_graph_for_each_task() -> None:
    async def one(k: int) -> tuple[fs.Graph, str]:
        graph = fs.Graph()
        with graph.as_default():
            await pause()
            with fs.variable_scope("m"):
                await pause()
                assert fs.get_default_graph() is graph
                return graph, fs.get_variable("w", [k + 1]).name

    async def main() -> list[tuple[fs.Graph, str]]:
        return await asyncio.gather(*[one(k) for k in range(100)])

    results = run(main)
    assert {name for _, name in results} == {"m/w:0"}
    assert [tuple(graph.find("m/w").shape) for graph, _ in results] == [(k + 1,) for k in range(100)]


def test_out_of_order_inside_a_task() -> None:
    async def main() -> None:
        outer, inner = fs.variable_scope("a"), fs.variable_scope("b")
        outer.__enter__()
        await pause()
        inner.__enter__()
        await pause()
        with pytest.raises(RuntimeError, match="Improper nesting"):
            outer.__exit__(None, None, None)
        inner.__exit__(None, None, None)
        assert where() == ("", "")

    run(main)


def test_loops_in_threads() -> None:
    async def child(own: str) -> str:
        with fs.variable_scope(own):
            for _ in range(20):
                await pause()
            return where()[0]

    async def main(own: str) -> list[str]:
        with fs.variable_scope(own):
            return await asyncio.gather(*[child(f"t{k}") for k in range(20)])

    async def all_threads() -> None:
        with fs.variable_scope("outer"):
            results = await asyncio.gather(*[asyncio.to_thread(asyncio.run, main(f"loop{k}")) for k in range(6)])
        for k, names in enumerate(results):
            assert names == [f"outer/loop{k}/t{n}" for n in range(20)]

    run(all_threads)


def test_a_reset_inside_a_task() -> None:
    async def main() -> tuple[str, str]:
        fs.get_variable("w", [2])
        fs.reset_default_graph()
        await pause()
        return fs.get_variable("w", [3]).name, where()[0]

    assert run(main) == ("w:0", "")
    assert fs.get_default_graph().find("w").shape == (3,)
