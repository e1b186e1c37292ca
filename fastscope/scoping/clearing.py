"""Taking back what was made in a graph: below a scope's name, or by a stretch of the program."""

from __future__ import annotations

import weakref
from typing import Any

from .. import _store
from ..errors import clearing as errors
from ..errors.reprs import nearest
from ..graph import Graph, Operation, get_default_graph
from .undo import withdraw

__all__ = ["Made", "Moment", "clear"]


def clear(name: str) -> None:
    """Forget a variable scope and all below it, or one variable: the names are free again.

    Variables go out of the store and the collections, slots of optimizers below the same names with them, and in graph
    mode their operations out of the graph. Memory of the host and the device is returned at once where nobody holds
    the variable; handles that are held elsewhere go on working.

    >>> with fs.variable_scope("rnn"):
    ...     w = fs.get_variable("w", [2, 3])
    >>> fs.clear("rnn/")
    >>> with fs.variable_scope("rnn"):
    ...     fs.get_variable("w", [5]).name
    'rnn/w:0'

    Args:
        name: full name of a scope, "net/rnn/" with or without the slash, or of a variable.

    Raises:
        ValueError: nothing has the name; it is open now; or something outside of it is another name of what is in it.
    """
    if not isinstance(name, str) or not name.strip("/"):
        raise errors.bad_name_to_clear(name)
    path, graph = name.removesuffix(":0").rstrip("/"), get_default_graph()
    with graph.lock:
        inside = [v for v in graph.variables() if _is_below(v._full_name, path)]
        keys = [key for key, _ in graph.items() if _is_below(key, path)]
        _check(graph, name, path, inside, keys)
        for key in keys:
            graph.remove(key)
            graph.aliases.discard(key)
        for variable in inside:
            withdraw(graph, None, variable)
        for whole in [whole for whole in graph.partitioned_variables if _is_below(whole, path)]:
            del graph.partitioned_variables[whole]
        if graph.recorder is not None:
            graph.recorder.forget({op for op in graph.recorder.operations if _is_below(op.name, path)})
        names, openings = graph.below(path)
        _free(graph, names, openings)


def _is_below(name: str, path: str) -> bool:
    return name == path or name.startswith(path + "/")


def _check(graph: Graph, name: str, path: str, inside: list[Any], keys: list[str]) -> None:
    scope = next((scope.name for scope, _ in _store.open_scopes() if _is_below(scope.name, path)), None)
    if scope is not None:
        raise errors.cleared_scope_is_open(name, scope)
    if not inside and not keys and not graph.is_name_used(path):
        known = {key[:end] for key, _ in graph.items() for end in (*_slashes(key), None)}
        raise errors.nothing_to_clear(name, nearest(path, sorted(known)))
    gone = {id(variable) for variable in inside}
    for key, variable in graph.items():
        if id(variable) in gone and key not in keys:
            raise errors.cleared_is_shared(name, variable._full_name, key)
    for whole, variable in graph.partitioned_variables.items():
        parts = [part._full_name for part in variable if id(part) in gone]
        if parts and not _is_below(whole, path):
            raise errors.cleared_is_a_part(name, parts[0], whole)


def _slashes(name: str) -> list[int]:
    return [k for k, letter in enumerate(name) if letter == "/"]


def _free(graph: Graph, names: list[str], openings: list[tuple[int, int]]) -> None:
    """Give names back, but those that a variable which is still there has, in other letters perhaps."""
    kept = {variable._full_name.lower() for variable in graph.variables()}
    graph.free([name for name in names if name not in kept], openings)


class Moment:
    """A graph as it is now, or as it was when it was `new`; `made` then tells what came since."""

    def __init__(self, graph: Graph, new: bool = False) -> None:
        self.graph = graph
        self._claims = graph.claims(any=not new)
        keys = [] if new else graph.get_all_collection_keys()
        self._members = {key: list(graph.get_collection_ref(key)) for key in keys}
        self._variables = {id(variable): variable for variable in ([] if new else graph.variables())}
        self._operations = len(graph.recorder.operations) if graph.recorder is not None and not new else 0

    def made(self) -> Made:
        """Return what was made in the graph since."""
        graph = self.graph
        made = Made(graph)
        made.names, made.openings = graph.since(self._claims)
        made.keys = [key for key, variable in graph.items() if id(variable) not in self._variables]
        made.variables = [weakref.ref(v) for v in graph.variables() if id(v) not in self._variables]
        for key in graph.get_all_collection_keys():
            before = {id(member) for member in self._members.get(key, ())}
            members = [m for m in graph.get_collection_ref(key) if id(m) not in before]
            made.members[key] = [m for m in members if not isinstance(m, _store.VariableBase)]
        if graph.recorder is not None:
            made.operations = set(graph.recorder.operations[self._operations :])
        return made


class Made:
    """What a stretch of the program made in a graph.

    Attributes:
        keys: by which get_variable finds the shared variables of it.
        variables: all of them, weak references.
        names: that were claimed, in lower case.
        openings: of variable scopes, as the store counts them.
        members: of collections, other than variables.
        operations: of a graph in graph mode.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = weakref.ref(graph)
        self.keys: list[str] = []
        self.variables: list[weakref.ref[Any]] = []
        self.names: list[str] = []
        self.openings: list[tuple[int, int]] = []
        self.members: dict[Any, list[Any]] = {}
        self.operations: set[Operation] = set()

    def is_of(self, graph: Graph) -> bool:
        """Whether it was made in this graph."""
        return self._graph() is graph

    def add(self, shared: dict[str, Any]) -> None:
        """Count variables that get_variable finds by these keys among it: they were handed back to it."""
        self.keys += shared
        self.variables += map(weakref.ref, shared.values())
        self.names += [variable._full_name.lower() for variable in shared.values()]

    def shared(self) -> dict[str, Any]:
        """Return what get_variable finds of it, by the keys; variables in parts are left out."""
        graph = self._graph()
        found = {} if graph is None else {key: graph.find(key) for key in self.keys}
        ours = {id(variable()) for variable in self.variables}
        return {key: v for key, v in found.items() if id(v) in ours and "/part_" not in key}

    def take_back(self, keep: dict[str, Any]) -> None:
        """Let nothing of it have been, but the variables of `keep`, by their keys."""
        graph = self._graph()
        if graph is None:
            return
        kept = {id(variable) for variable in keep.values()}
        with graph.lock:
            for key in self.keys:
                if key not in keep and graph.find(key) is not None:
                    graph.remove(key)
                    graph.aliases.discard(key)
                    graph.partitioned_variables.pop(key.rpartition("/part_")[0], None)
            for variable in [found for v in self.variables if (found := v()) is not None]:
                if id(variable) not in kept:
                    withdraw(graph, None, variable)
            for key, members in self.members.items():
                gone = {id(member) for member in members}
                ref = graph.get_collection_ref(key)
                ref[:] = [member for member in ref if id(member) not in gone]
            if graph.recorder is not None:
                held = tuple(f"{variable._full_name}/" for variable in keep.values())
                graph.recorder.forget({op for op in self.operations if not f"{op.name}/".startswith(held)})
            _free(graph, self.names, self.openings)
