"""What a variable, a scope, a tensor or a name is: where it comes from, who shares it, what it feeds."""

from __future__ import annotations

import difflib
import gc
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from .. import _store
from .._store import AUTO_REUSE, VariableScope
from ..errors.explaining import bad_thing, no_such_thing
from ..errors.places import short_place
from ..errors.reprs import never_raises
from ..graph import Graph, Operation, Tensor, get_default_graph, line_of

__all__ = ["Explanation", "explain"]

_MOST = 10  # names in a row


class Explanation:
    """What `explain` says: a heading, and rows of a word and its answer. It prints as text; a notebook shows a table.

    Attributes:
        heading: what it is.
        rows: (word, answer) pairs of str, those without an answer left out.
    """

    def __init__(self, heading: str, rows: Iterable[tuple[str, str]]) -> None:
        self.heading = heading
        self.rows = [(word, answer) for word, answer in rows if answer]

    def __str__(self) -> str:
        width = max((len(word) for word, _ in self.rows), default=0)
        return "\n".join([self.heading, *(f"  {word:<{width}}  {answer}" for word, answer in self.rows)])

    @never_raises
    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """Return it for a notebook."""
        from html import escape

        cells = "".join(
            f"<tr><td style='text-align:left'>{escape(word)}</td><td style='text-align:left'>{escape(answer)}</td></tr>"
            for word, answer in self.rows
        )
        return f"<table><caption style='text-align:left'>{escape(self.heading)}</caption>{cells}</table>"


def explain(thing: Any = None) -> Explanation:
    """Say what something is: both kinds of its scope, who made it, who shares it, what it feeds.

    >>> with fs.variable_scope("rnn"):
    ...     w = fs.get_variable("w", [2, 3])
    >>> fs.explain("rnn/w").heading
    "variable 'rnn/w:0', shape (2, 3), float32"

    Args:
        thing: a variable; a variable scope, None = the one that is open; a tensor or an operation of a graph; or the
            full name of one of these.

    Raises:
        ValueError: nothing of the default graph has the name.
        TypeError: something else.
    """
    if isinstance(thing, str):
        thing = _named(get_default_graph(), thing)
    if isinstance(thing, Explanation):
        return thing
    if thing is None:
        thing = _store.current_scope()
    if isinstance(thing, _store.VariableBase):
        return _of_variable(thing)
    if isinstance(thing, VariableScope):
        return _of_scope(thing)
    if isinstance(thing, Tensor):
        return _of_operation(f"tensor {thing.name!r}, shape {thing.shape}, {thing.dtype.name}", thing.op, [thing])
    if isinstance(thing, Operation):
        return _of_operation(f"operation {thing.name!r}", thing, thing.outputs)
    raise bad_thing(thing)


def _named(graph: Graph, name: str) -> Any:
    path = name.removesuffix("/")
    variable = graph.find(path.removesuffix(":0"))
    by_name = {v._full_name: v for v in graph.variables()}
    variable = variable if variable is not None else by_name.get(path.removesuffix(":0"))
    if variable is not None:
        return variable
    if graph.recorder is not None:
        operation = graph.recorder.by_name.get(path.partition(":")[0])
        if operation is not None:
            return operation.outputs[int(path.partition(":")[2])] if ":" in path else operation
    known = {key for key, _ in graph.items()} | by_name.keys()
    if any(key.startswith(f"{path}/") for key in known):
        opened = next((scope for scope, _ in _store.open_scopes() if scope.name == path), None)
        return opened or Explanation(
            f"variable scope {path!r}, not open", [("get_variable finds", _below(graph, path))]
        )
    near = difflib.get_close_matches(path, sorted(known | _scopes(known)), n=3)
    raise no_such_thing(name, near)


def _scopes(names: Iterable[str]) -> set[str]:
    return {name[:end] for name in names for end, letter in enumerate(name) if letter == "/"}


# ---- variables


def _of_variable(variable: Any) -> Explanation:
    graph = variable._names.owner()
    name = variable._full_name
    keys = [] if graph is None else [key for key, found in graph.items() if found is variable]
    heading = f"variable {variable.name!r}, shape {variable.shape}, {variable.dtype.base_dtype.name}"
    return Explanation(heading, _rows_of_variable(graph, variable, name, keys))


def _rows_of_variable(graph: Graph | None, variable: Any, name: str, keys: list[str]) -> Iterator[tuple[str, str]]:
    key = next((key for key in keys if key == name), keys[0] if keys else None)
    if key is None:
        yield "sharing", "get_variable does not find it: it was made by Variable(...), or its scope was cleared"
    else:
        yield "variable scope", f"{key.rpartition('/')[0]!r}: get_variable finds it there as {key.rpartition('/')[2]!r}"
        yield "other names", _row(other for other in keys if other != key)
    yield "name scope", f"{name.rpartition('/')[0]!r}"
    yield "defined at", short_place(variable._defined_at)
    yield "trainable", "yes" if variable.trainable else "no"
    if graph is None:
        yield "graph", "none: it was dropped"
        return
    members = [(word, graph.get_collection(word)) for word in graph.get_all_collection_keys()]
    yield "collections", _row(str(word) for word, found in members if any(one is variable for one in found))
    slots = [v._full_name for v in graph.variables() if v._full_name.startswith(f"{name}/")]
    yield "slots", _row(slots)
    yield "held by", _row(sorted(_holders(variable)))
    tensor = None if graph.recorder is None else graph.recorder.reads.get(variable)
    if tensor is not None:
        yield "feeds", _row(operation.name for operation in _after([tensor, *variable.op.outputs]))


def _holders(variable: Any) -> set[str]:
    """Attributes of objects and names of modules that hold it, other than the library's own."""
    found = set[str]()
    for holder in gc.get_referrers(variable):
        owners = [holder] if not isinstance(holder, dict) else gc.get_referrers(holder)
        for owner in owners:
            held = getattr(owner, "__dict__", None)
            if not isinstance(held, dict) or isinstance(owner, (Graph, _store.VariableBase, type)):
                continue
            if isinstance(holder, dict) and held is not holder:
                continue
            name = owner.__name__ if isinstance(owner, ModuleType) else type(owner).__name__
            found.update(f"{name}.{word}" for word, value in list(held.items()) if value is variable)
    return found


# ---- scopes


def _of_scope(scope: VariableScope) -> Explanation:
    name = scope.name
    return Explanation(f"variable scope {name!r}" if name else "the root variable scope", _rows_of_scope(scope))


def _rows_of_scope(scope: VariableScope) -> Iterator[tuple[str, str]]:
    graph = get_default_graph()
    opened = [one for one, _ in _store.open_scopes()]
    place = next((k for k, one in enumerate(opened) if one is scope or one.name == scope.name), None)
    yield "name scope", repr((scope.original_name_scope or "").removesuffix("/"))
    if place == 0:
        yield "operations go to", repr(_store.name_scope_name().removesuffix("/"))
    yield "open", "no" if place is None else "yes"
    yield "reuse", _reuse(scope, [] if place is None else opened[place + 1 :])
    for word in ("initializer", "regularizer", "partitioner", "custom_getter", "caching_device", "constraint"):
        value = getattr(scope, word)
        yield word, "" if value is None else _called(value)
    yield "dtype", scope.dtype.name
    yield "get_variable finds", _below(graph, scope.name)


def _below(graph: Graph, name: str) -> str:
    prefix = f"{name}/" if name else ""
    return _row(sorted(key[len(prefix) :] for key, _ in graph.items() if key.startswith(prefix)))


def _reuse(scope: VariableScope, around: list[VariableScope]) -> str:
    reuse = scope.reuse
    word = {True: "True: shares, and creates nothing", False: "False: creates, and shares nothing"}.get(
        reuse if reuse is not AUTO_REUSE else None,  # type: ignore[arg-type]
        "AUTO_REUSE: creates what is not there, and shares what is",
    )
    origin = scope
    for outer in around:
        if outer.reuse is not reuse:
            break
        origin = outer
    if reuse is False or origin is scope:
        return word
    return f"{word}; inherited from {origin.name!r}" if origin.name else f"{word}; inherited from the root scope"


def _called(value: Any) -> str:
    return getattr(value, "__qualname__", None) or repr(value)


# ---- operations


def _of_operation(heading: str, operation: Operation, outputs: list[Tensor]) -> Explanation:
    return Explanation(heading, _rows_of_operation(operation, outputs))


def _rows_of_operation(operation: Operation, outputs: list[Tensor]) -> Iterator[tuple[str, str]]:
    file, line, function = line_of(operation.place)
    yield "operation", f"{operation.type} {operation.name!r}"
    yield "name scope", repr(operation.name.rpartition("/")[0])
    yield "written at", short_place((file, line, function))
    yield "inputs", _row(tensor.name for tensor in operation.inputs)
    before = _before(operation)
    yield "reads variables", _row(one.name for one in before if one.type.startswith(("Variable", "VarHandle")))
    yield "waits for placeholders", _row(one.name for one in before if one.type == "Placeholder")
    yield "runs after", _row(one.name for one in operation.control_inputs)
    yield "feeds", _row(one.name for one in _after(outputs))


def _before(operation: Operation) -> list[Operation]:
    """All that it needs, itself included, in the order of the program."""
    found, waiting = {operation}, [operation]
    while waiting:
        one = waiting.pop()
        new = {tensor.op for tensor in one.inputs} - found
        found |= new
        waiting += new
    return sorted(found, key=lambda one: one.number)


def _after(tensors: list[Tensor]) -> list[Operation]:
    """What takes one of these."""
    return [] if not tensors else list(dict.fromkeys(one for tensor in tensors for one in tensor.consumers()))


def _row(names: Iterable[str]) -> str:
    names = list(names)
    more = f", and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
