"""Random programs on the compiled store and on TF1's algorithm side by side: the same names, objects and errors.

    FASTSCOPE_STEPS=50000 pytest tests/test_store_machine.py      more steps than the default of 5,000
    FASTSCOPE_SEED=123 pytest tests/test_store_machine.py         the programs of an earlier run

One departure is modelled, see the essay in src/_store.pyx: what name scopes claimed inside a numbered opening, say
"rnn_1/", is forgotten when it closes, if nothing was ever named in there.
"""

from __future__ import annotations

import os
import random
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from test_store import Compiled, Plain

import fastscope as fs
from benchmarks.baselines import Record

STEPS = int(os.environ.get("FASTSCOPE_STEPS", "5000"))
STEPS_IN_A_PROGRAM = 50
DEEPEST = 5
SEED = int(os.environ.get("FASTSCOPE_SEED", random.randrange(2**32)))

# Few names, so that they collide: variables and scopes draw from one table; case, slashes, numbers and names that lead
# into a numbered opening ("a_1/w") are there to trip over.
SCOPE_NAMES = st.sampled_from(
    ["a", "a", "A", "w", "w", "a_1", "w_2", "c/w", "C/a", "a_", "a_01", "", "d", "a_1/w", "w_2/a"]
)
VARIABLE_NAMES = st.sampled_from(["w", "w", "a", "W", "w_1", "c/w", "K/w", "a_1/w", "d_1/a"])
DEFAULT_NAMES = st.sampled_from(["d", "d", "a", "D", "d_1", "e/d"])
REUSES = st.sampled_from([None, False, True, "auto"])
SHAPES = st.sampled_from([[2], [2], [2], [2], None, [3, 2], []])
DTYPES = st.sampled_from(["float32"] * 5 + ["int32"])


@dataclass
class Block:
    """An open `with` block in both.

    Attributes:
        blocks: the context managers, compiled and plain.
        name: the name scope it opened, in lower case, without a slash at its end; None if it opened none.
        numbered: it, or one that it is inside of, got a number.
        named: a variable or an operation was named inside.
        claims: names of the name scopes opened directly inside, in lower case.
    """

    blocks: tuple[AbstractContextManager[Any], ...]
    name: str | None
    numbered: bool
    named: bool = False
    claims: set[str] = field(default_factory=set)


class Machine(RuleBasedStateMachine):
    """fastscope and the baseline, given the same calls."""

    def __init__(self) -> None:
        super().__init__()
        fs.reset_default_graph()
        self.fast, self.plain = Compiled(), Plain()
        self.stack: list[Block] = []
        self.bottom = Block((), "", numbered=False)
        self.entered_graph: AbstractContextManager[Any] | None = None
        self.pairs: dict[int, tuple[Record, Any]] = {}  # id of the Record -> both, which keeps the id taken
        self.scopes: list[tuple[Any, Any]] = []
        self.name_scopes = [""]

    def teardown(self) -> None:
        try:
            while self.stack:
                self._close(None)
            assert fs.get_variable_scope().name == self.fast.get_name_scope() == ""
            assert [name for name in self.plain.names_in_use if not self.fast.is_name_used(name)] == []
        finally:
            while self.stack:  # something was wrong: the next program begins at the root all the same
                self.stack.pop().blocks[0].__exit__(None, None, None)
            if self.entered_graph is not None:
                self.entered_graph.__exit__(None, None, None)

    # ---- doing the same on both

    def _both(self, method: str, *args: Any, **kwargs: Any) -> tuple[Any, Any] | None:
        """Results of `method` on both; None if both raised the same error."""
        plain, fast = (
            attempt(subject, method, args, {key: reuse_of(subject, value) for key, value in kwargs.items()})
            for subject in (self.plain, self.fast)
        )
        if isinstance(plain, Exception) or isinstance(fast, Exception):
            assert type(fast) is type(plain), f"{fast!r} is not {plain!r}"
            assert str(fast).startswith(str(plain)), f"{fast} does not begin with {plain}"
            return None
        return fast, plain

    def _same(self, both: tuple[Any, Any] | None) -> None:
        """Both variables are new, or both are the ones that were paired before."""
        if both is None:
            return
        fast, plain = both
        known = self.pairs.setdefault(id(plain), (plain, fast))
        assert known[1] is fast
        assert len({id(fast) for _, fast in self.pairs.values()}) == len(self.pairs)
        assert fast.name == plain.name
        assert tuple(fast.shape) == plain.shape
        assert fast.dtype.base_dtype.name == plain.dtype

    def _opening(self) -> Block:
        """The block whose name scope is in force."""
        return next((block for block in reversed(self.stack) if block.name is not None), self.bottom)

    def _name_something(self) -> None:
        for block in reversed(self.stack):
            block.named = True
            if block.name is not None and not block.numbered:
                break

    def _enter(self, both: tuple[Any, Any] | None, label: str | None) -> None:
        """Enter two context managers that open the name scope `label`.

        Args:
            label: None if they open none; '' or with a slash at its end is absolute.
        """
        if both is None:
            return
        fast, plain = (attempt(block, "__enter__", (), {}) for block in both)
        if isinstance(plain, Exception):
            assert type(fast) is type(plain)
            assert str(fast).startswith(str(plain))
            return
        outer = self._opening()
        name = None if label is None else self.plain.get_name_scope().lower()
        relative = bool(label) and not label.endswith("/")
        numbered = relative and (outer.numbered or not f"/{name}".endswith(f"/{label.lower()}"))
        if relative:
            outer.claims.add(name)
        self.stack.append(Block(both, name, numbered))
        if isinstance(plain, str):
            assert fast == plain
            self.name_scopes.append(plain)
        else:
            assert fast.name == plain.name
            assert fast.reuse == (self.fast.AUTO_REUSE if plain.reuse == self.plain.AUTO_REUSE else plain.reuse)
            assert plain.name == "" or fast.original_name_scope == plain.original_name_scope
            self.scopes.append((fast, plain))

    def _close(self, error: Exception | None) -> None:
        block = self.stack.pop()
        for manager in block.blocks:
            raised = attempt(manager, "__exit__", (error and type(error), error, None), {})
            assert not raised or raised is error
        for name in block.claims:
            if block.numbered and not block.named and not self.fast.is_name_used(name):
                del self.plain.names_in_use[name]
            assert self.fast.is_name_used(name) == self.plain.is_name_used(name), name

    # ---- the calls

    def is_shallow(self) -> bool:
        return len(self.stack) < DEEPEST

    @initialize(in_a_graph=st.booleans())
    def begin(self, in_a_graph: bool) -> None:
        if in_a_graph:
            self.entered_graph = fs.Graph().as_default()
            self.entered_graph.__enter__()
        self.scopes.append((fs.get_variable_scope(), self.plain.scope))

    @precondition(is_shallow)
    @rule(name=SCOPE_NAMES, reuse=REUSES, auxiliary=st.sampled_from([True, True, True, False]))
    def open_scope(self, name: str, reuse: Any, auxiliary: bool) -> None:
        both = self._both("variable_scope", name, reuse=reuse, auxiliary_name_scope=auxiliary)
        self._enter(both, name if auxiliary and name else None)

    @precondition(is_shallow)
    @rule(name=DEFAULT_NAMES, reuse=st.sampled_from([None, None, None, "auto"]))
    def open_default(self, name: str, reuse: Any) -> None:
        self._enter(self._both("variable_scope", None, name, reuse=reuse), name)

    @rule(names=st.lists(DEFAULT_NAMES, min_size=1, max_size=3), variable=st.booleans())
    def layers(self, names: list[str], variable: bool) -> None:
        for name in names:
            self._enter(self._both("variable_scope", None, name), name)
            if variable:
                self._same(self._both("get_variable", "w", [2]))
            self._close(None)

    @rule(names=st.lists(SCOPE_NAMES, min_size=1, max_size=3))
    def operations(self, names: list[str]) -> None:
        for name in names:
            self._enter(self._both("name_scope", name), name)
            self._close(None)

    @precondition(is_shallow)
    @rule(data=st.data(), reuse=REUSES, auxiliary=st.booleans())
    def jump(self, data: st.DataObject, reuse: Any, auxiliary: bool) -> None:
        fast, plain = data.draw(st.sampled_from(self.scopes))
        label = plain.name.rpartition("/")[2]
        self._enter(self._jump(fast, plain, reuse, auxiliary), label if auxiliary and label else None)

    def _jump(self, fast: Any, plain: Any, reuse: Any, auxiliary: bool) -> tuple[Any, Any]:
        return (
            self.fast.variable_scope(fast, None, reuse_of(self.fast, reuse), auxiliary),
            self.plain.variable_scope(plain, None, reuse_of(self.plain, reuse), auxiliary),
        )

    @precondition(is_shallow)
    @rule(name=SCOPE_NAMES)
    def open_names(self, name: str) -> None:
        self._enter(self._both("name_scope", name), name)

    @precondition(is_shallow)
    @rule(data=st.data())
    def open_absolute(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.name_scopes))
        self._enter(self._both("name_scope", name), name)

    @rule(name=VARIABLE_NAMES, shape=SHAPES, dtype=DTYPES)
    def get_variable(self, name: str, shape: Any, dtype: str) -> None:
        self._same(self._both("get_variable", name, shape, dtype))

    @precondition(lambda self: self.plain.variables)
    @rule(data=st.data(), names=st.none() | SCOPE_NAMES)
    def share(self, data: st.DataObject, names: str | None) -> None:
        """Ask twice for a variable that is there, by the longest name that the scope, or the root's, allows."""
        full_name = data.draw(st.sampled_from(sorted(self.plain.variables)))
        outer = self.plain.scope.name
        here = next(pair for pair in reversed(self.scopes) if begins(full_name, pair[1].name))
        self._enter(self._jump(*here, reuse=True, auxiliary=False), None)
        name = full_name.removeprefix(here[1].name + "/") if here[1].name else full_name
        for _ in range(2):
            record = self.plain.variables[full_name]
            self._same(self._both("get_variable", name, record.shape, record.dtype))
        if names is not None:
            self._enter(self._both("name_scope", names), names)
            self._close(None)
        self._close(None)
        assert self.plain.scope.name == outer

    @rule(scope=SCOPE_NAMES, names=st.lists(VARIABLE_NAMES, min_size=1, max_size=3), reuse=REUSES)
    def model(self, scope: str, names: list[str], reuse: Any) -> None:
        """Open a scope by name, and get some variables in it."""
        self._enter(self._both("variable_scope", scope, reuse=reuse), scope or None)
        for name in names:
            self._same(self._both("get_variable", name, [2]))
        self._close(None)

    @rule(name=VARIABLE_NAMES)
    def variable(self, name: str) -> None:
        self._name_something()
        self._same(self._both("variable", name))

    @rule(name=st.one_of(SCOPE_NAMES.filter(bool), VARIABLE_NAMES), mark=st.booleans())
    def unique_name(self, name: str, mark: bool) -> None:
        self._name_something()
        fast, plain = self._both("unique_name", name, mark) or (None, None)
        assert fast == plain

    @precondition(lambda self: self.stack)
    @rule(error=st.sampled_from([None, None, KeyError("inside")]), blocks=st.integers(1, DEEPEST))
    def close(self, error: Exception | None, blocks: int) -> None:
        for _ in self.stack[:blocks]:
            self._close(error)

    @precondition(lambda self: self.plain.variables)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.plain.variables)))
        self._same(self._both("remove", name))

    # ---- what holds after each of them

    @invariant()
    def agree(self) -> None:
        fs.get_default_graph().check()
        self.plain.check()
        assert fs.get_variable_scope().name == self.plain.scope.name
        assert self.fast.get_name_scope() == self.plain.get_name_scope()
        found = {name: variable.name for name, variable in self.fast.items()}
        assert found == {name: record.name for name, record in self.plain.items()}


def reuse_of(subject: Compiled | Plain, value: Any) -> Any:
    """Return the subject's own AUTO_REUSE for "auto", and everything else as it is."""
    return subject.AUTO_REUSE if value == "auto" else value


def begins(full_name: str, scope: str) -> bool:
    """Whether the name lies in the scope of this name."""
    return scope == "" or full_name.startswith(scope + "/")


def attempt(subject: Any, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the call returns, or the ValueError or KeyError it raises."""
    try:
        return getattr(subject, method)(*args, **kwargs)
    except (ValueError, KeyError) as error:
        return error


def test_random_programs() -> None:
    print(f"FASTSCOPE_SEED={SEED}")  # pytest shows it when the test fails
    run_state_machine_as_test(
        hypothesis.seed(SEED)(Machine),
        settings=settings(
            max_examples=max(1, STEPS // STEPS_IN_A_PROGRAM),
            stateful_step_count=STEPS_IN_A_PROGRAM,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
