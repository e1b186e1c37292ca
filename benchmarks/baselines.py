"""TensorFlow 1's scoping algorithm in plain Python: a dict of full names, a dict of names in use, a dict of counters.

Written to be read. It is what the compiled store has to beat, and what it has to agree with: tests/test_store.py runs
one set of tests on both, tests/test_store_machine.py random programs. It shares no code with fastscope.

One `Baseline` is one graph and the scopes of one thread. Everything it has, under the name it has there:

    with graph.variable_scope("rnn"):            variables                    names_in_use        scopes_opened
        w = graph.get_variable("w", [2, 3])      {"rnn/w": w}                 {"rnn": 2,          {"rnn": 2}
        b = graph.variable("b")                                                "rnn/w": 1,
    with graph.variable_scope("rnn", reuse=True):                              "rnn/b": 1,
        assert graph.get_variable("w") is w                                    "rnn_1": 1, ...}

Source: tensorflow/python/ops/variable_scope.py (_VariableStore, _VariableScopeStore) and
tensorflow/python/framework/ops.py (Graph.unique_name, Graph.name_scope), TF 1.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["AUTO_REUSE", "Baseline", "Record", "Scope"]

AUTO_REUSE = "AUTO_REUSE"
ROOT_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")
NAME = re.compile(r"[A-Za-z0-9_.\\/>-]*")


class Record:
    """A variable without behaviour: the fields of a `fastscope.Variable`, in slots.

    Attributes:
        name: full name with ":0", "rnn/w:0".
        shape: tuple of ints.
        dtype: name of the dtype.
        initializer, array, code, lasti, extra, version: what fastscope keeps for each variable, here for its size.
    """

    __slots__ = (
        "__weakref__", "array", "code", "dtype", "extra", "initializer", "lasti", "name", "shape", "version",
    )  # fmt: skip

    def __init__(self, name: str, shape: tuple[int, ...], dtype: str, initializer: Any = None) -> None:
        self.name = name
        self.shape = shape
        self.dtype = dtype
        self.initializer = initializer
        self.array = None
        self.code = None
        self.lasti = 0
        self.extra = None
        self.version = 0


@dataclass(frozen=True)
class Scope:
    """A variable scope.

    Attributes:
        name: prefix of get_variable names, without a slash at its end.
        reuse: False, True or AUTO_REUSE.
        original_name_scope: the name scope it was opened with, "rnn_1/"; '' for none.
    """

    name: str = ""
    reuse: bool | str = False
    original_name_scope: str = ""


@dataclass
class Baseline:
    """One graph, and one thread's scopes in it.

    Attributes:
        variables: full name -> Record; the store.
        names_in_use: lower-case full name -> times it was claimed; the name table.
        scopes_opened: full name of a variable scope -> times it was opened; the default-name counters.
        scope: the variable scope in force.
        name_stack: the name scope in force, without a slash at its end.
    """

    variables: dict[str, Record] = field(default_factory=dict)
    names_in_use: dict[str, int] = field(default_factory=dict)
    scopes_opened: dict[str, int] = field(default_factory=dict)
    scope: Scope = Scope()
    name_stack: str = ""

    # ---- the store

    def get_variable(self, name: str, shape: Sequence[int] | None = None, dtype: str = "float32") -> Record:
        """Get the variable of this name in the current scope, or create it.

        Raises:
            ValueError: the scope's reuse does not allow it, or shape or dtype differ.
        """
        full_name = f"{self.scope.name}/{name}" if self.scope.name else name
        found = self.variables.get(full_name)
        if found is not None:
            return self._shared(found, full_name, shape, dtype)
        if self.scope.reuse is True:
            raise ValueError(f"Variable {full_name} does not exist, or was not created with tf.get_variable().")
        if shape is None:
            raise ValueError(f"Variable {full_name} did not get an initializer, so its `shape` argument")
        self._check_name(full_name, "")
        variable = Record(self._variable_name(full_name, "initializer"), tuple(shape), dtype)
        self.variables[full_name] = variable
        return variable

    def _shared(self, found: Record, full_name: str, shape: Sequence[int] | None, dtype: str) -> Record:
        if self.scope.reuse is False:
            raise ValueError(f"Variable {full_name} already exists, disallowed.")
        if shape is not None and tuple(shape) != found.shape:
            raise ValueError(f"Trying to share variable {full_name}, but specified shape {tuple(shape)}")
        if dtype != found.dtype:
            raise ValueError(f"Trying to share variable {full_name}, but specified dtype {dtype}")
        return found

    def variable(self, name: str) -> Record:
        """Make a scalar as `tf.Variable(0.0, name=name)` does: named by the name scope, and never shared."""
        self._check_name(name, self.name_stack)
        return Record(self._variable_name(self._below_name_stack(name), "initial_value"), (), "float32")

    def _variable_name(self, full_name: str, first_value: str) -> str:
        # a variable is four operations, and each has a name
        name = self._unique(full_name, mark_as_used=True)
        for operation in (first_value, "assign", "read"):
            self._unique(f"{name}/{operation}", mark_as_used=True)
        return name + ":0"

    def find(self, full_name: str) -> Record | None:
        """Return the variable that get_variable made under `full_name`, or None."""
        return self.variables.get(full_name)

    def remove(self, full_name: str) -> Record | None:
        """Forget the variable under `full_name`; its name stays in use."""
        return self.variables.pop(full_name, None)

    def items(self) -> list[tuple[str, Record]]:
        """Return [(full name, variable)] of everything get_variable can find."""
        return list(self.variables.items())

    # ---- the name table

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """Return a full name in the current name scope that nothing else has: "x", then "x_1", "x_2"."""
        return self._unique(self._below_name_stack(name), mark_as_used)

    def _unique(self, full_name: str, mark_as_used: bool) -> str:
        key = full_name.lower()
        number = self.names_in_use.get(key, 0)
        if mark_as_used:
            self.names_in_use[key] = number + 1
        if number == 0:
            return full_name
        while f"{key}_{number}" in self.names_in_use:
            number += 1
        if mark_as_used:
            self.names_in_use[f"{key}_{number}"] = 1
        return f"{full_name}_{number}"

    def is_name_used(self, name: str) -> bool:
        """Whether the name table has `name`, a full name."""
        return name.lower() in self.names_in_use

    def get_name_scope(self) -> str:
        """Return the name scope in force, without a slash at its end."""
        return self.name_stack

    def _below_name_stack(self, name: str) -> str:
        return f"{self.name_stack}/{name}" if self.name_stack else name

    @staticmethod
    def _check_name(name: str, outer: str) -> None:
        if not (NAME if outer else ROOT_NAME).fullmatch(name):
            raise ValueError(f"'{name}' is not a valid {'scope name' if outer else 'root scope name'}.")

    @contextmanager
    def name_scope(self, name: str | None) -> Iterator[str]:
        """Open a name scope, and yield its name with a slash at its end.

        Args:
            name: numbered if it is taken; with a slash at its end that very scope, from the root; '' or None: the root.
        """
        outer = self.name_stack
        if not name:
            inner = ""
        else:
            self._check_name(name, outer)
            inner = name[:-1] if name.endswith("/") else self.unique_name(name)
        self.name_stack = inner
        try:
            yield inner + "/" if name else ""
        finally:
            self.name_stack = outer

    # ---- variable scopes

    def get_variable_scope(self) -> Scope:
        """Return the variable scope in force."""
        return self.scope

    @contextmanager
    def variable_scope(
        self,
        name_or_scope: str | Scope | None,
        default_name: str | None = None,
        reuse: bool | str | None = None,
        auxiliary_name_scope: bool = True,
    ) -> Iterator[Scope]:
        """Open a variable scope, and the name scope of the same name.

        Args:
            name_or_scope: put after the current scope's name; or a Scope, to jump to; or None for `default_name`.
            default_name: numbered where the name was opened before.
            reuse: True, AUTO_REUSE; False and None inherit.
            auxiliary_name_scope: False leaves the name scope as it is.
        """
        if name_or_scope is None and reuse:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        jump = isinstance(name_or_scope, Scope)
        label = default_name if name_or_scope is None else name_or_scope
        if isinstance(name_or_scope, Scope):
            label = name_or_scope.name.rpartition("/")[2]
        assert isinstance(label, str)
        with self._auxiliary(label if auxiliary_name_scope else None) as name_scope:
            if isinstance(name_or_scope, Scope):
                scope = replace(name_or_scope, reuse=reuse or name_or_scope.reuse)
            else:
                name = self._default_name(label) if name_or_scope is None else label
                full_name = f"{self.scope.name}/{name}" if self.scope.name else name
                scope = Scope(full_name, reuse or self.scope.reuse, name_scope)
            self.scopes_opened[scope.name] = self.scopes_opened.get(scope.name, 0) + 1
            outer, counted = self.scope, dict(self.scopes_opened) if jump else None
            self.scope = scope
            try:
                yield scope
            finally:
                self.scope = outer
                self._close(scope, counted)

    @contextmanager
    def _auxiliary(self, label: str | None) -> Iterator[str]:
        # the name scope that goes with a variable scope: "" and None leave the current one
        if label:
            with self.name_scope(label) as name_scope:
                yield name_scope
        else:
            yield self.name_stack + "/" if label is None and self.name_stack else ""

    def _default_name(self, default_name: str) -> str:
        full_name = f"{self.scope.name}/{default_name}" if self.scope.name else default_name
        if not self.scopes_opened.get(full_name):
            return default_name
        number = 1
        while self.scopes_opened.get(f"{full_name}_{number}"):
            number += 1
        return f"{default_name}_{number}"

    def _close(self, scope: Scope, counted: dict[str, int] | None) -> None:
        # a jump puts the counts back; a scope opened by name takes those of its sub-scopes with it, so that opening
        # it again hands out the same default names
        if counted is not None:
            self.scopes_opened = counted
            return
        for name in self.scopes_opened:
            if name.startswith(scope.name + "/"):
                self.scopes_opened[name] = 0

    # ---- the invariants

    def check(self) -> None:
        """Assert what holds at any time.

        Raises:
            AssertionError: it does not.
        """
        for name in self.names_in_use:
            assert name == name.lower(), f"{name!r} is in use and is no key"
        for full_name, variable in self.variables.items():
            assert self.is_name_used(variable.name.removesuffix(":0")), f"{full_name!r} is there, and its name is free"
        assert not self.name_stack.endswith("/"), self.name_stack
