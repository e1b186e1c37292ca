"""A fuzzer: hostile acts on the scope store, from wherever code of somebody else can run.

Random programs open and leave blocks, make names and variables, keep and drop what they got. Between any two of their
steps, and in the midst of one, the same acts come from callbacks and finalizers of the collector, from `__str__`, from
tracing functions, from signals, in copied contexts and in several threads. What has to hold afterwards: no crash, every
message one of ours, a sound trie, and a thread that has left its blocks is at the root.

    FASTSCOPE_ACTS=100000 pytest tests/test_store_hostile.py      more acts than the default of 5,000
    FASTSCOPE_SEED=123 pytest tests/test_store_hostile.py         those of an earlier run
"""

from __future__ import annotations

import contextlib
import contextvars
import gc
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import fastscope as fs

ACTS = int(os.environ.get("FASTSCOPE_ACTS", "5000"))
SEED = int(os.environ.get("FASTSCOPE_SEED", random.randrange(2**32)))
NAMES = ["a", "b", "A", "a/b", "c_1", "c", "", "a/", "d/e/f", "/", "B_2"]
DEEPEST = 12
EXPECTED = (ValueError, TypeError, RuntimeError, AssertionError)  # what the library says of a wrong use
HERE = "test_store_hostile"


class Name(str):
    """A str whose `__str__` acts."""

    __slots__ = ("hostile",)
    hostile: Hostile

    def __str__(self) -> str:
        self.hostile.act()
        return "other"


class Finalizer:
    """Acts when it is let go."""

    def __init__(self, hostile: Hostile) -> None:
        self.hostile = hostile
        self.cycle = self

    def __del__(self) -> None:
        self.hostile.act()


class Hostile:
    """One thread's acts.

    Attributes:
        nested: how many acts are under way, one inside the other.
    """

    def __init__(self, seed: int, shared: list[Any]) -> None:
        self.random = random.Random(seed)
        self.shared = shared  # objects that all threads enter, leave and keep
        self.blocks: list[Any] = []
        self.generators: list[Iterator[None]] = []
        self.contexts: list[contextvars.Context] = []
        self.scopes: list[Any] = []
        self.nested = 0
        self.done = 0
        self.acts: list[Callable[[], object]] = [
            self.enter, self.enter, self.enter, self.leave, self.leave, self.leave, self.leave_any, self.enter_again,
            self.suspend, self.resume, self.close, self.forget, self.finalizer, self.copy_context, self.in_context,
            self.in_context, self.get, self.get, self.variable, self.unique, self.look, self.collect, self.drop,
            self.reset, self.change, self.clear,
        ]  # fmt: skip

    def act(self) -> None:
        """Do one thing; an act inside an act inside an act is left out."""
        if self.nested > 2:
            return
        self.nested += 1
        try:
            self.done += 1
            self.random.choice(self.acts)()
        except EXPECTED:
            pass
        finally:
            self.nested -= 1

    def pick(self, things: list[Any]) -> Any:
        """One of them, or None: an act on the way may have emptied the list."""
        things = [thing for thing in things if thing is not None]
        return self.random.choice(things) if things else None

    # ---- blocks

    def name(self) -> str:
        name = self.random.choice(NAMES)
        if self.random.random() < 0.2:
            name = Name(name)
            name.hostile = self
        return name

    def block(self) -> Any:
        kind = self.random.randrange(14)
        if kind < 3:
            return fs.variable_scope(self.name(), reuse=self.random.choice([None, None, True, fs.AUTO_REUSE]))
        if kind < 5:
            return fs.variable_scope(None, self.name())
        if kind < 6:
            return fs.variable_scope(self.name(), auxiliary_name_scope=False)
        if kind < 7:
            return fs.variable_scope(self.name(), initializer=fs.ones_initializer(), custom_getter=self.getter)
        if kind < 8:
            return fs.variable_scope(self.pick(self.scopes) or fs.get_variable_scope())
        if kind < 11:
            return fs.name_scope(self.name())
        if kind < 12:
            return fs.device(self.random.choice([None, "/cpu:0"]))
        if kind < 13:
            return fs.variable_creator_scope(self.creator)
        return (fs.Graph() if self.random.random() < 0.5 else fs.get_default_graph()).as_default()

    def getter(self, getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.act()
        return getter(*args, **kwargs)

    def creator(self, following: Callable[..., Any], **kwargs: Any) -> Any:
        self.act()
        return following(**kwargs)

    def enter(self) -> None:
        if len(self.blocks) < DEEPEST:
            self.enter_one(self.block())

    def enter_one(self, block: Any) -> None:
        entered = block.__enter__()
        self.blocks.append(block)
        if isinstance(entered, fs.VariableScope):
            self.scopes.append(entered)
            del self.scopes[:-8]
        if self.random.random() < 0.1:
            self.shared[self.random.randrange(len(self.shared))] = block

    def enter_again(self) -> None:
        block = self.pick(self.shared)
        if block is not None and len(self.blocks) < DEEPEST:
            self.enter_one(block)

    def leave(self) -> None:
        block = self.blocks.pop() if self.blocks else None
        if block is not None:
            block.__exit__(None, None, None)

    def leave_any(self) -> None:
        block = self.pick(self.blocks + self.shared)
        if block is not None and self.random.random() < 0.3:
            block.__exit__(*self.random.choice([(None, None, None), (KeyError, KeyError(), None)]))

    # ---- generators, finalizers, contexts

    def blocks_in_a_generator(self) -> Iterator[None]:
        with self.block(), self.block():
            yield
            self.act()
            yield

    def suspend(self) -> None:
        generator = self.blocks_in_a_generator()
        self.generators.append(generator)
        next(generator)

    def resume(self) -> None:
        next(self.pick(self.generators) or iter(()), None)

    def close(self) -> None:
        generator = self.pick(self.generators)
        if generator is not None:
            self.generators = [one for one in self.generators if one is not generator]
            generator.close()

    def forget(self) -> None:
        generator = self.blocks_in_a_generator()
        next(generator)
        cycle: list[Any] = [generator]
        cycle.append(cycle)

    def finalizer(self) -> None:
        Finalizer(self)

    def copy_context(self) -> None:
        self.contexts.append(contextvars.copy_context())
        del self.contexts[:-4]

    def in_context(self) -> None:
        context = self.pick(self.contexts)
        if context is not None:
            context.run(self.act)

    # ---- names, variables

    def get(self) -> None:
        shape = self.random.choice([None, [2], [2, 3], (2,)])
        variable = fs.get_variable(self.name() or "w", shape)
        assert variable.name.endswith(":0")

    def variable(self) -> None:
        fs.Variable([0.0], name=self.name() or "v")

    def unique(self) -> None:
        fs.get_default_graph().unique_name(str.__str__(self.name()) or "u")

    def look(self) -> None:
        scope = fs.get_variable_scope()
        assert repr(scope)
        assert isinstance(scope.original_name_scope, str)
        assert repr(self.block())
        graph = fs.get_default_graph()
        graph.get_name_scope()
        assert len(graph.items()) <= graph.stats()["nodes"]
        fs.global_variables()
        if self.random.random() < 0.1:
            graph.check()

    def clear(self) -> None:
        fs.clear(self.name())

    def change(self) -> None:
        scope = self.pick(self.scopes) or fs.get_variable_scope()
        scope.set_initializer(fs.zeros_initializer())
        if self.random.random() < 0.2:
            scope.reuse_variables()

    def collect(self) -> None:
        gc.collect(self.random.randrange(2))

    def drop(self) -> None:
        self.random.choice([self.scopes, self.contexts, self.generators]).clear()

    def reset(self) -> None:
        if self.random.random() < 0.1:
            fs.reset_default_graph()

    # ---- from outside of the program

    def callback(self, phase: str, info: Any) -> None:
        """Of the collector."""
        if self.random.random() < 0.3:
            self.act()

    def trace(self, *event: Any) -> Any:
        """Act at some of a tracing function's events.

        Not where a frame returns: CPython, to 3.13 at least, takes a generator that yields for a suspended one there,
        and crashes when it is resumed.
        """
        if event[1] != "return" and self.nested == 1 and self.random.random() < 0.002:
            self.act()
        return self.trace

    def run(self, acts: int) -> None:
        """Act so many times, and leave everything."""
        threshold = self.random.choice([1, 3, 10, 50])
        while self.done < acts:
            gc.set_threshold(threshold)
            if self.random.random() < 0.01:
                sys.settrace(self.random.choice([self.trace, None]))
            self.act()
        sys.settrace(None)
        self.nested = 10  # no more acts
        for block in reversed(self.blocks):
            with contextlib.suppress(*EXPECTED):
                block.__exit__(KeyError, None, None)
        self.generators.clear()
        gc.collect()


def main(seed: int, acts: int) -> None:
    """Run in a process of its own, as a crash would take the tests with it."""
    # What the acts import comes first. Before Python 3.12 an import that a finalizer breaks into fails; and a thread
    # that imports while a finalizer of its waits for the graph keeps the import from the one that holds the graph.
    fs.global_variables()
    with contextlib.suppress(ValueError):
        fs.clear("nothing has this name")  # its message imports difflib
    chance = random.Random(seed)
    shared: list[Any] = [None] * 8
    hostile = [Hostile(chance.randrange(2**32), shared) for _ in range(3)]
    sys.setswitchinterval(1e-5)
    sys.unraisablehook = lambda unraisable: None  # finalizers may well fail: their blocks were closed
    gc.callbacks.append(lambda phase, info: current.get(threading.get_ident(), hostile[0]).callback(phase, info))
    signal.signal(signal.SIGALRM, lambda number, frame: hostile[0].act())
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.003)
    current: dict[int, Hostile] = {}
    failed: list[BaseException] = []

    def work(one: Hostile) -> None:
        current[threading.get_ident()] = one
        try:
            one.run(acts // 3)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work, args=(one,)) for one in hostile[1:]]
    for thread in threads:
        thread.start()
    try:
        work(hostile[0])
    finally:
        for thread in threads:
            thread.join()
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.callbacks.clear()
    assert not failed
    graphs = [one for one in gc.get_objects() if isinstance(one, fs.Graph)]
    for graph in graphs:
        graph.check()
    print(f"{sum(one.done for one in hostile)} acts, {len(graphs)} graphs")


def test_hostile_acts() -> None:
    code = f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import {HERE}; {HERE}.main({SEED}, {ACTS})"
    paths = [os.path.dirname(os.path.dirname(fs.__file__)), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"FASTSCOPE_SEED={SEED} FASTSCOPE_ACTS={ACTS}:\n{(done.stdout + done.stderr)[-8000:]}"
