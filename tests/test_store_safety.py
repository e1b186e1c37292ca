"""The store among hostile code: collections, finalizers, `__str__`, wrong selves, deep chains, copied contexts, forks.

Each test provokes what used to crash, and the sanitized build runs them: a use after free that happens to go well is
found there.
"""

from __future__ import annotations

import contextvars
import gc
import inspect
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest

import fastscope as fs
from fastscope import _lstm, _store

Block = AbstractContextManager[Any]
SWITCHES_SEEN = "the context is a field" not in fs.build_info()["missing"]  # of greenlets
DEEP = 1_000_000
SANITIZED = "libasan" in os.environ.get("LD_PRELOAD", "")


def where() -> tuple[str, str]:
    """Variable scope and name scope in force."""
    return fs.get_variable_scope().name, fs.get_default_graph().get_name_scope()


@pytest.fixture(autouse=True)
def back_at_the_root() -> Iterator[None]:
    """Leave the collector and the scopes as they were."""
    threshold, callbacks = gc.get_threshold(), gc.callbacks[:]
    gc.collect()
    gc.freeze()  # what there is takes no part: thousands of collections follow
    yield
    gc.callbacks[:] = callbacks
    gc.set_threshold(*threshold)
    gc.enable()
    gc.collect()
    gc.unfreeze()
    assert where() == ("", "")


# ---- what is read, and gone when it is used


def in_a_scope() -> Iterator[None]:
    with fs.variable_scope("a"):
        yield


def in_a_name_scope() -> Iterator[None]:
    with fs.name_scope("a"):
        yield


def in_a_graph() -> Iterator[None]:
    with fs.Graph().as_default(), fs.variable_scope("a"):
        yield


def in_a_device() -> Iterator[None]:
    with fs.variable_scope("a"), fs.device("/cpu:0"):
        yield


def forget(generator: Callable[[], Iterator[None]]) -> None:
    """Suspend a generator in its block, and leave it to the collector."""
    suspended = generator()
    next(suspended)
    cycle: list[Any] = [suspended]
    cycle.append(cycle)


def again(block: Block) -> Block:
    with block:
        pass
    return block


def own_getter(getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return getter(*args, **kwargs)


BLOCKS: dict[str, Callable[[], Block]] = {
    "scope": lambda: fs.variable_scope("b"),
    "path": lambda: fs.variable_scope("b/c/d"),
    "upper": lambda: fs.variable_scope("B"),
    "default": lambda: fs.variable_scope(None, "b"),
    "default path": lambda: fs.variable_scope(None, "b/c"),
    "object": lambda: fs.variable_scope(fs.get_variable_scope()),
    "options": lambda: fs.variable_scope("b", initializer=fs.ones_initializer(), custom_getter=own_getter),
    "reuse": lambda: fs.variable_scope("b", reuse=True),
    "no name scope": lambda: fs.variable_scope("b", auxiliary_name_scope=False),
    "scope again": lambda: again(fs.variable_scope("b")),
    "names": lambda: fs.name_scope("b"),
    "names path": lambda: fs.name_scope("b/C"),
    "names absolute": lambda: fs.name_scope("b/"),
    "names root": lambda: fs.name_scope(None),
    "names again": lambda: again(fs.name_scope("b")),
    "graph": lambda: fs.Graph().as_default(),
    "graph again": lambda: again(fs.Graph().as_default()),
    "default graph": lambda: fs.get_default_graph().as_default(),
    "device": lambda: fs.device("/cpu:0"),
    "device again": lambda: again(fs.device("/cpu:0")),
    "creator": lambda: fs.variable_creator_scope(lambda following, **kwargs: following(**kwargs)),
}
GENERATORS = [in_a_scope, in_a_name_scope, in_a_graph, in_a_device]


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("block", BLOCKS)
def test_a_collection_while_a_block_is_entered(block: str, generator: Callable[[], Iterator[None]]) -> None:
    for threshold in range(1, 30):
        gc.collect()
        gc.disable()
        forget(generator)
        entered = BLOCKS[block]()
        gc.set_threshold(threshold)
        gc.enable()
        with entered:
            fs.get_default_graph().unique_name("x")
            where()
            gc.set_threshold(700)
        gc.disable()
        gc.collect()
        assert where() == ("", "")
    fs.get_default_graph().check()


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("block", BLOCKS)
def test_a_collection_while_a_block_is_entered_in_a_context(
    block: str, generator: Callable[[], Iterator[None]]
) -> None:
    contextvars.copy_context().run(test_a_collection_while_a_block_is_entered, block, generator)


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("action", ["get_variable", "Variable", "unique_name", "name", "items"])
def test_a_collection_while_something_is_named(action: str, generator: Callable[[], Iterator[None]]) -> None:
    graph = fs.get_default_graph()
    for threshold in range(1, 30):
        gc.collect()
        gc.disable()
        forget(generator)
        gc.set_threshold(threshold)
        gc.enable()
        if action == "get_variable":
            assert fs.get_variable(f"C{threshold}/w", [1]).name.endswith(f"C{threshold}/w:0")
        elif action == "Variable":
            assert fs.Variable(0.0, name=f"C{threshold}/w").name.endswith(f"C{threshold}/w:0")
        elif action == "unique_name":
            assert fs.get_default_graph().unique_name(f"C{threshold}/w").endswith(f"C{threshold}/w")
        elif action == "name":
            with fs.variable_scope("b"), fs.name_scope("c") as name:
                assert name.startswith("c") or "/c" in name  # what is above a block that is closed is closed with it
        else:
            assert len(graph.items()) == len(graph.stats()) - 4
        gc.disable()
        gc.set_threshold(700)
        gc.collect()
        assert where() == ("", "")


def test_a_str_that_closes_a_block_when_it_is_asked() -> None:
    class Name(str):
        """Its `__str__` runs code; its characters are a name like others."""

        def __str__(self) -> str:
            suspended.close()
            return "other"

        __hash__ = str.__hash__

    for generator in GENERATORS:
        for enter in (fs.variable_scope, fs.name_scope, lambda name: fs.variable_scope(None, name)):
            suspended = generator()
            next(suspended)
            before = where()
            with enter(Name("b")) as entered:
                name = entered if isinstance(entered, str) else entered.name
                assert name.rstrip("/").rpartition("/")[2] in ("b", "b_1")
                fs.get_default_graph()
            assert where() == before
            suspended.close()
            assert where() == ("", "")
    assert fs.get_variable(Name("w"), [1]).name == "w:0"
    with fs.variable_scope("", reuse=True):
        assert type(fs.get_variable(Name("w")).name) is str


def test_a_change_of_environment_that_closes_a_block() -> None:
    def change(environment: Any) -> Any:
        suspended.close()
        return environment

    for generator in GENERATORS:
        suspended = generator()
        next(suspended)
        with _store.SettingScope(change):
            assert where() == ("", "")
            fs.get_variable_scope()
        assert where() == ("", "")


def test_a_change_of_environment_that_opens_a_block() -> None:
    inner = fs.variable_scope("inner")

    def change(environment: Any) -> Any:
        if not opened:
            opened.append(inner.__enter__())
        return environment

    opened: list[Any] = []
    with _store.SettingScope(change):
        assert where()[0] == "inner"
    assert where()[0] == "inner"
    inner.__exit__(None, None, None)


def test_names_are_given_once_while_a_callback_of_the_collector_makes_names() -> None:
    number = itertools.count()
    inside = False

    def callback(phase: str, info: Any) -> None:
        nonlocal inside
        if not inside:
            inside = True
            for _ in range(64):
                with fs.variable_scope(f"z{next(number)}"), fs.name_scope("q"):
                    pass
            inside = False

    for threshold in range(1, 30):
        fs.reset_default_graph()
        with fs.variable_scope("a"):
            pass
        with fs.variable_scope("a"):
            for name in "qrstu":
                with fs.name_scope(name):
                    pass
            gc.collect()
            gc.callbacks.append(callback)
            gc.set_threshold(threshold)
            fs.Variable([0.0], name="v")
            with fs.variable_scope(None, "d"), fs.variable_scope(None, "d"):
                pass
            gc.set_threshold(700)
            gc.callbacks.remove(callback)
            given = []
            for name in "qrstu":
                with fs.name_scope(name) as full:
                    given.append(full)
        assert given == ["a_1/q_1/"] + [f"a_1/{c}_1/" for c in "rstu"] or given[1:] == [f"a_1/{c}_1/" for c in "rstu"]
        fs.get_default_graph().check()


def test_one_variable_for_a_name_while_a_callback_of_the_collector_makes_it() -> None:
    made: list[Any] = []

    def callback(phase: str, info: Any) -> None:
        if phase == "start" and len(made) < 1:
            made.append(None)
            made[0] = fs.get_variable("Upper/w", [2])

    for threshold in range(1, 30):
        fs.reset_default_graph()
        made.clear()
        with fs.variable_scope("", reuse=fs.AUTO_REUSE):
            fs.get_variable_scope()
            gc.collect()
            gc.callbacks.append(callback)
            gc.set_threshold(threshold)
            mine = fs.get_variable("Upper/w", [2])
            gc.set_threshold(700)
            gc.callbacks.remove(callback)
        if made:
            assert made[0] is mine
        assert mine.name == "Upper/w:0"
        assert [name for name, _ in fs.get_default_graph().items()] == ["Upper/w"]


# ---- any self, and a self that was not set up


def methods() -> Iterator[tuple[str, Any]]:
    for module in (_store, _lstm):
        for kind in vars(module).values():
            if type(kind) is type and kind.__module__ == module.__name__:
                for name in vars(kind):
                    if callable(getattr(kind, name, None)) and name not in (
                        "__new__",
                        "__class__",
                        "__init_subclass__",
                    ):
                        yield f"{kind.__name__}.{name}", getattr(kind, name)
    yield "Graph.find", fs.Graph.find


@pytest.mark.parametrize("method", [method for _, method in methods()], ids=[name for name, _ in methods()])
def test_methods_look_at_their_self(method: Any) -> None:
    for wrong in (None, object(), 1, "x", type, fs.Graph, [], fs.Variable, fs.zeros_initializer()):
        for arguments in ((), ("x",), (None, None, None)):
            try:
                method(wrong, *arguments)
            except Exception:  # whatever it says
                continue
    with pytest.raises(TypeError):
        method()


def bare() -> Iterator[Any]:
    """Objects that nobody set up."""
    for module in (_store, _lstm):
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                try:
                    yield kind.__new__(kind)
                    yield type("Forgetful", (kind,), {"__init__": lambda self: None})()
                except TypeError:
                    continue


@pytest.mark.parametrize(
    "thing", list(bare()), ids=lambda thing: type(thing).__mro__[-2].__name__ + type(thing).__name__
)
def test_what_nobody_set_up(thing: Any) -> None:
    assert repr(thing)
    for name in dir(type(thing)):
        if name in ("__class__", "__init_subclass__", "__new__", "__init__"):
            continue
        for arguments in ((), ("x",), (None, None, None)):
            try:
                member = getattr(thing, name)
                if callable(member):
                    member(*arguments)
            except Exception:
                continue
    if isinstance(thing, _store.VariableScope):
        thing.set_initializer(fs.ones_initializer())
        with pytest.raises((RuntimeError, TypeError)), fs.variable_scope(thing):
            pass
        with pytest.raises((RuntimeError, TypeError)):
            assert thing.name
    while where() != ("", ""):
        thing.__exit__(None, None, None)


@pytest.mark.parametrize("kind", [type(fs.Graph().as_default()), type(fs.device(None)), fs.variable_scope])
def test_a_subclass_that_forgets_its_init(kind: type) -> None:
    forgetful = type("Forgetful", (kind,), {"__init__": lambda self: None})()
    with pytest.raises(TypeError):
        forgetful.__enter__()
    forgetful.__exit__(None, None, None)


def test_an_init_called_again_and_again() -> None:
    block = fs.variable_scope("a")
    for _ in range(10_000):  # each could lose a reference to None
        block.__init__(None, "d")  # type: ignore[misc]
        block.__init__("a")  # type: ignore[misc]
    with block as scope:
        block.__init__("b", initializer=fs.ones_initializer())  # type: ignore[misc]
        assert scope.name == "a"


def test_signatures_are_there_all_the_same() -> None:
    assert list(inspect.signature(fs.variable_scope.__exit__).parameters)[1:] == ["exc_type", "exc_value", "traceback"]
    assert list(inspect.signature(fs.Graph.find).parameters) == ["self", "full_name"]


# ---- a repr never raises


@pytest.mark.parametrize("name", ["a", None])
def test_repr_before_and_after(name: Any) -> None:
    block = fs.variable_scope(name, "d")
    assert repr(block) == f"<fastscope.variable_scope {name or 'd'!r} not entered yet>"
    with block as scope:
        assert repr(block) == repr(scope) == f"<fastscope.VariableScope {name or 'd'!r} reuse=False>"
    inner = fs.variable_scope(fs.variable_scope(scope))
    assert repr(fs.variable_scope(scope)) == f"<fastscope.variable_scope {scope!r} not entered yet>"
    assert repr(inner) == "<fastscope.variable_scope of a variable_scope not entered yet>"
    assert repr(fs.name_scope("n")) == "<fastscope.name_scope 'n'>"
    failing = fs.variable_scope("/")
    with pytest.raises(ValueError, match="not a valid"):
        failing.__enter__()
    assert repr(failing) == "<fastscope.variable_scope '/' not entered yet>"


# ---- long chains


def in_a_thread(function: Callable[[], None], stack: int = 256 << 10) -> None:
    """Call it where there is little room on C's stack."""
    failed = []

    def call() -> None:
        try:
            function()
        except BaseException as error:
            failed.append(error)

    before = threading.stack_size(max(stack, 8 << 20 if SANITIZED else 0))
    try:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
        fs.reset_default_graph()  # to check a graph this deep takes its square
    if failed:
        raise failed[0]


def test_names_of_a_million_parts() -> None:
    def run() -> None:
        path = "/".join(["a"] * DEEP)
        for number in ("", "_1"):
            with fs.variable_scope(None, path) as scope:
                assert scope.name == path + number
        with fs.variable_scope(path) as scope, fs.variable_scope(scope, reuse=fs.AUTO_REUSE):
            w = fs.get_variable("w", [1])
            assert fs.get_variable("w", [1]) is w
        assert w.name == f"{path}/w:0"
        with fs.name_scope(path) as name:
            assert fs.get_default_graph().unique_name("x") == f"{name}x"
        assert fs.get_default_graph().find(path + "/w") is w

    in_a_thread(run)


def deep(kind: str, count: int) -> Any:
    """The last of many scopes, each of which leads to the one before."""
    scope: Any = None
    if kind == "nested":
        with ExitStack() as stack:
            for _ in range(count):
                scope = stack.enter_context(fs.variable_scope("a"))
    elif kind == "objects":
        with fs.variable_scope("a") as scope:
            pass
        for _ in range(count):
            with fs.variable_scope(scope) as scope:
                pass
    elif kind == "not entered":
        scope = fs.variable_scope("a")
        for _ in range(count):
            scope = fs.variable_scope(scope)
    elif kind == "entered again":
        first = scope = again(fs.variable_scope("a"))
        for _ in range(count):
            with scope as scope:
                pass
        scope = first
    elif kind == "graphs":
        graph = fs.Graph()
        with ExitStack() as stack:
            for _ in range(count):
                scope = graph.as_default()
                stack.enter_context(scope)
    elif kind == "in a task":

        def nest() -> Any:
            for _ in range(count):
                scope = fs.variable_scope("a").__enter__()
            return scope

        scope = contextvars.copy_context().run(nest)
    return scope


@pytest.mark.parametrize("kind", ["nested", "objects", "not entered", "entered again", "graphs", "in a task"])
def test_the_last_of_a_million_scopes_is_let_go(kind: str) -> None:
    def run() -> None:
        scope = deep(kind, DEEP // (10 if SANITIZED or kind == "in a task" else 1))
        assert repr(scope)
        del scope

    in_a_thread(run)


def test_a_million_scopes_open_at_once() -> None:
    def run() -> None:
        blocks = []
        for _ in range(DEEP):
            block = fs.variable_scope("a", auxiliary_name_scope=False)
            block.__enter__()
            blocks.append(block)
        w = fs.get_variable("w", [1])
        for _ in range(1000):
            fs.Variable(0.0, name="v")
        with fs.variable_scope(None, "d") as scope:
            assert scope.name.endswith("a/d")
        assert w.name == "a/" * DEEP + "w:0"
        with pytest.raises(RuntimeError, match=rf"and {DEEP - 1 - 10} more\) was still open") as caught:
            blocks[0].__exit__(None, None, None)
        assert len(str(caught.value)) < 30 * DEEP
        assert where() == ("", "")

    in_a_thread(run)


def test_a_subclass_in_a_long_chain() -> None:
    class Own(fs.variable_scope):  # type: ignore[misc]
        pass

    def run() -> None:
        scope: Any = fs.variable_scope("a")
        for k in range(DEEP // 10):
            scope = (Own if k % 2 else fs.variable_scope)(scope)
        del scope

    in_a_thread(run, 1 << 20)


# ---- one object, entered more than once


@pytest.mark.parametrize("kind", ["scope", "names", "graph", "device"])
def test_entered_again_in_a_copied_context(kind: str) -> None:
    block = BLOCKS[kind]()
    kept: list[contextvars.Context] = []

    def build() -> None:
        with block, fs.variable_scope("inside"):
            kept.append(contextvars.copy_context())

    def once_more() -> tuple[str, Any]:
        before = where()
        with block, fs.variable_scope("c", reuse=fs.AUTO_REUSE) as scope:
            result = scope.name, scope.original_name_scope
            fs.get_variable("w", [1])
        assert where() == before
        return result

    contextvars.copy_context().run(build)
    results = {kept[0].run(once_more)[0] for _ in range(3)}
    assert len(results) == 1
    assert once_more()
    assert where() == ("", "")


@pytest.mark.parametrize("kind", ["scope", "names", "graph", "device"])
def test_entered_again_while_it_is_open(kind: str) -> None:
    block = again(BLOCKS[kind]())
    for _ in range(2):
        with block:
            inside = where()
            with pytest.raises(RuntimeError, match="This very object is open"):
                block.__enter__()
            assert where() == inside
        assert where() == ("", "")


def test_two_threads_enter_one_object() -> None:
    for kind in ("scope", "names", "graph", "device"):
        block = BLOCKS[kind]()
        refused = []

        def enter(block: Any = block, refused: list[int] = refused) -> None:
            for _ in range(200):
                try:
                    with block:
                        where()
                except RuntimeError:
                    refused.append(1)
                assert where() == ("", "")

        threads = [threading.Thread(target=enter) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with block:
            pass


# ---- blocks of another context


def test_a_block_that_was_closed_is_left_in_a_copy() -> None:
    block = fs.variable_scope("a")
    block.__enter__()
    context = contextvars.copy_context()
    assert context.run(where)[0] == "a"
    block.__exit__(None, None, None)
    context.run(block.__exit__, None, None, None)
    assert context.run(where)[0] == "a"  # it was left where it was entered
    assert where() == ("", "")


def test_a_block_is_left_in_a_copy_and_stays_open_where_it_was_entered() -> None:
    outer, block = fs.variable_scope("o"), fs.variable_scope("a")
    outer.__enter__()
    block.__enter__()
    context = contextvars.copy_context()
    context.run(fs.variable_scope("inside").__enter__)
    context.run(block.__exit__, None, None, None)
    assert context.run(where)[0] == "o"
    assert where()[0] == "o/a"
    block.__exit__(None, None, None)
    assert where()[0] == "o"
    outer.__exit__(None, None, None)


def test_default_names_in_a_context_whose_block_was_closed() -> None:
    def default_name() -> str:
        with fs.variable_scope(None, "x") as scope:
            name: str = scope.name
        return name

    with fs.variable_scope("a"), fs.name_scope("n"), fs.device(None):
        context = contextvars.copy_context()
        assert context.run(default_name) == "a/x"
    for _ in range(200):
        with fs.variable_scope("other"), fs.name_scope("m"):
            pass
    assert context.run(default_name) == "a/x_1"


@pytest.mark.skipif(not SWITCHES_SEEN, reason="a watcher of contexts is not told of greenlets")
def test_greenlets() -> None:
    greenlet = pytest.importorskip("greenlet")
    seen: dict[str, list[str]] = {}

    def run(name: str) -> None:
        parent = greenlet.getcurrent().parent
        for k in range(3):
            with fs.variable_scope(name) as scope, fs.name_scope(f"n{k}"):
                parent.switch()
                assert fs.get_variable_scope() is scope
                with fs.variable_scope(None, "x"):
                    parent.switch()
                    seen.setdefault(name, []).append(" ".join(where()))
                context = contextvars.copy_context()
                assert context.run(where)[0] == name
            assert where() == ("", "")

    with fs.variable_scope("main"):
        greenlets = [greenlet.greenlet(run) for _ in range(4)]
        for k, one in enumerate(greenlets):
            one.switch(f"g{k}")
        while not all(one.dead for one in greenlets):
            for one in greenlets:
                if not one.dead:
                    one.switch()
                assert where() == ("main", "main")
    for name, places in seen.items():
        assert len(places) == 3
        assert {place.split(" ")[0] for place in places} == {f"{name}/x"}


@pytest.mark.skipif(not SWITCHES_SEEN, reason="a watcher of contexts is not told of greenlets")
def test_greenlets_and_a_reset() -> None:
    greenlet = pytest.importorskip("greenlet")

    def run() -> list[str]:
        parent = greenlet.getcurrent().parent
        names = [fs.get_variable("w", [1]).name]
        parent.switch()
        return [*names, fs.get_variable("w", [1]).name]  # would exist already in the old graph

    one = greenlet.greenlet(run)
    one.switch()
    fs.reset_default_graph()
    assert one.switch() == ["w:0", "w:0"]


# ---- no memory


NOTHING_LEFT = [
    "scope",
    "path",
    "default",
    "object",
    "options",
    "names",
    "names absolute",
    "graph",
    "device",
    "creator",
]


@pytest.mark.parametrize("context", ["thread", "context"])
@pytest.mark.parametrize("kind", NOTHING_LEFT)
def test_a_block_that_cannot_be_entered_is_not_open(kind: str, context: str) -> None:
    memory = pytest.importorskip("_testcapi")

    def run() -> None:
        for warm in (True, False):
            for start in range(40):
                block = BLOCKS[kind]() if warm or kind != "names" else fs.name_scope(f"some_longer_name{start}")
                if warm:
                    again(BLOCKS[kind]())
                before = where(), fs.get_default_graph()
                entered = False
                try:
                    memory.set_nomemory(start, start + 1)
                    try:
                        block.__enter__()
                        entered = True
                    finally:
                        memory.remove_mem_hooks()
                except MemoryError:
                    pass
                if entered:
                    block.__exit__(None, None, None)
                assert (where(), fs.get_default_graph()) == before, f"after a MemoryError at allocation {start}"
                fs.get_default_graph().check()

    run() if context == "thread" else contextvars.copy_context().run(run)


# ---- fork


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("mine", [False, True], ids=["another thread's lock", "the forking thread's own"])
def test_fork_while_a_variable_is_made(mine: bool) -> None:
    inside, go = threading.Event(), threading.Event()
    children = []

    def creator(following: Callable[..., Any], **kwargs: Any) -> Any:
        if kwargs["name"] == "w" and mine:
            children.append(fork())
        elif kwargs["name"] == "w":
            inside.set()
            go.wait(60)
        return following(**kwargs)

    def fork() -> int:
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(30)
                ready = fs.get_variable("child", [1], initializer=fs.zeros_initializer()).numpy().tolist() == [0.0]
                thread = threading.Thread(target=fs.get_variable, args=("thread", [1]), daemon=True)
                if not mine:  # else this thread goes on holding the lock, as it should
                    thread.start()
                    thread.join()
                fs.get_default_graph().check()
                os._exit(0 if ready and where() == ("", "") else 1)
            except BaseException:
                sys.excepthook(*sys.exc_info())
            os._exit(2)
        return child

    def make() -> None:
        with fs.variable_creator_scope(creator):
            fs.get_variable("w", [1])

    if mine:
        make()
    else:
        thread = threading.Thread(target=make)
        thread.start()
        assert inside.wait(60)
        children.append(fork())
        go.set()
        thread.join()
    deadline = time.monotonic() + 60
    assert os.waitpid(children[0], 0)[1] == 0
    assert time.monotonic() < deadline
