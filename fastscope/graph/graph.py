"""Graphs: what a program declared, kept in collections.

A graph holds names, variables and collections, and no operations: fastscope computes at once.

Source: tensorflow/python/framework/ops.py.
"""

from __future__ import annotations

import contextlib
import operator
import os
import re
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, TypeVar

from .. import _store
from .._store import name_scope
from ..errors import graph as graph_errors
from ..errors import scoping as errors
from ..errors.reprs import never_raises
from ..later import bring
from .blocks import after, device, other_rules, without_controls
from .keys import GraphKeys
from .operation import Action, Operation
from .recording import Recorder, current
from .tensor import Tensor

__all__ = [
    "Graph",
    "add_to_collection",
    "add_to_collections",
    "control_dependencies",
    "default_sessions",
    "disable_eager_execution",
    "enable_eager_execution",
    "executing_eagerly",
    "get_collection",
    "get_collection_ref",
    "get_default_graph",
    "get_name_scope",
    "reset_default_graph",
    "set_random_seed",
]


_T = TypeVar("_T")
_graphs: weakref.WeakSet[Graph] = weakref.WeakSet()


class Graph(_store.Store):
    """A name table, a variable store, and collections.

    >>> with fs.Graph().as_default():
    ...     w = fs.get_variable("w", [2, 3])
    """

    def __init__(self) -> None:
        self._collections: dict[Any, list[Any]] = {}
        self.partitioned_variables: dict[str, Any] = {}
        self.aliases: set[str] = set()  # second names of variables
        self.kept: set[str] = set()  # what a notebook's cell that runs again may make again, and gets back
        self.lock = threading.RLock()
        self.homes = threading.local()
        self.never_fed: set[Any] = set()
        self.never_fetched: set[Any] = set()
        _graphs.add(self)
        self.names.entropy = int.from_bytes(os.urandom(8), "little")
        self.names.owner = weakref.ref(self)
        if _mode.records:
            self.record()

    def record(self) -> None:
        """Go into graph mode, for good: from now on operations are written down and run by sessions."""
        if self.recorder is None:
            self.recorder = Recorder(self)

    @never_raises
    def __repr__(self) -> str:
        state = "default" if _store.current_store() is self else "not the default one"
        return f"<fastscope.Graph of {len(self.variables())} variables, {state}{', finalized' * self.finalized}>"

    # ---- operations

    def get_operations(self) -> list[Operation]:
        """Return the operations in the order of the program's lines.

        Where everything is computed at once these are, of each variable, that which holds it and that which gives it
        its first value.
        """
        if self.recorder is not None:
            return list(self.recorder.operations)
        return [operation for variable in self.variables() for operation in (variable.op, variable.initializer)]

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """Return the operations as a message, a `GraphDef`.

        Args:
            from_version: only operations from this number on.
            add_shapes: write the static shapes of the outputs, too.
        """
        return bring("graphdef.writing", "graph_def_of")(self, add_shapes, from_version)

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """Return the tensor or operation that `obj` is, names ("x:0", "x") or holds (a variable).

        Where everything is computed at once a variable stands for its tensor.

        Raises:
            KeyError: nothing of this graph has the name.
            ValueError: an operation is named where a tensor is wanted, or the other way round; or another graph's.
            TypeError: `obj` is none of these.
        """
        if isinstance(obj, str):
            return self._named(obj, allow_tensor, allow_operation)
        tensor_type: type = _store.VariableBase
        if self.recorder is not None:
            tensor_type = Tensor
            if hasattr(obj, "_as_graph_element"):
                obj = obj._as_graph_element()
        if not isinstance(obj, (tensor_type,) * allow_tensor + (Operation,) * allow_operation):
            kinds = " or ".join(("Tensor",) * allow_tensor + ("Operation",) * allow_operation)
            raise graph_errors.not_an_element(obj, kinds)
        graph = self if isinstance(obj, Action) else getattr(obj, "graph", None)
        if graph is not self:
            raise graph_errors.element_of_other_graph(obj)
        return obj

    def _named(self, name: str, allow_tensor: bool, allow_operation: bool) -> Any:
        operation_name, colon, index = name.partition(":")
        operation = self._operation_called(operation_name)
        if not colon:
            if not allow_operation:
                raise graph_errors.names_an_operation(name, operation is not None)
            if operation is None:
                raise graph_errors.no_operation_by_that_name(name)
            return operation
        if not allow_tensor:
            raise graph_errors.names_a_tensor(name)
        if not index.isdigit():
            raise graph_errors.bad_tensor_name(name)
        outputs = self._outputs_of(operation_name, operation)
        if outputs is None or int(index) >= len(outputs):
            raise graph_errors.no_tensor_by_that_name(
                name, operation_name, outputs if outputs is None else len(outputs)
            )
        return outputs[int(index)]

    def _operation_called(self, name: str) -> Operation | None:
        if self.recorder is not None:
            found: Operation | None = self.recorder.by_name.get(name)
            return found
        return next((operation for operation in self.get_operations() if operation.name == name), None)

    def _outputs_of(self, name: str, operation: Operation | None) -> list[Any] | None:
        """Return what an operation makes; None where there is no such operation."""
        if self.recorder is not None:
            return None if operation is None else operation.outputs
        named = name.removesuffix("/read")
        found = [variable for variable in self.variables() if variable.name == f"{named}:0"]
        return found or None

    def get_tensor_by_name(self, name: str) -> Any:
        """Return the tensor called `name`, "x:0"; the variable where everything is computed at once.

        Raises:
            KeyError: there is none.
            ValueError: it is an operation's name.
            TypeError: it is no str.
        """
        if not isinstance(name, str):
            raise graph_errors.name_not_str("Tensor", name)
        return self.as_graph_element(name, allow_operation=False)

    def get_operation_by_name(self, name: str) -> Operation:
        """Return the operation called `name`.

        Raises:
            KeyError: there is none.
            ValueError: it is a tensor's name.
            TypeError: it is no str.
        """
        if not isinstance(name, str):
            raise graph_errors.name_not_str("Operation", name)
        operation: Operation = self.as_graph_element(name, allow_tensor=False)
        return operation

    def session_for(self, session: Any, none: Callable[[], ValueError]) -> Any:
        """Return `session`, or the default one in its place.

        Raises:
            ValueError: `none()`, where there is neither; or it is a session of another graph.
        """
        found = session if session is not None else next(reversed(default_sessions.get()), None)
        if found is None:
            raise none()
        if found.graph is not self:
            raise graph_errors.session_of_other_graph(session is None)
        return found

    # ---- what a run may give and ask for

    @property
    def version(self) -> int:
        """How many operations there are: it grows with each one."""
        return len(self.get_operations())

    @property
    def graph_def_versions(self) -> Any:
        """The version of TensorFlow's that graphs are written for, a message."""
        return bring("messages.graphs", "VersionDef")(producer=134)

    @property
    def building_function(self) -> bool:
        """False: what is written down here is a graph, not the body of a function."""
        return False

    def prevent_feeding(self, tensor: Any) -> None:
        """Refuse values for `tensor` in every `feed_dict` from now on."""
        self.never_fed.add(tensor)
        if self.recorder is not None:
            self.recorder.plans.clear()

    def is_feedable(self, tensor: Any) -> bool:
        """Return whether `tensor` may be fed."""
        return tensor not in self.never_fed

    def prevent_fetching(self, op: Any) -> None:
        """Refuse the operation `op`, and what it makes, as fetches from now on."""
        self.never_fetched.add(op)
        if self.recorder is not None:
            self.recorder.plans.clear()

    def is_fetchable(self, tensor_or_op: Any) -> bool:
        """Return whether a tensor or operation may be fetched: one of a loop or branch may not."""
        operation = getattr(tensor_or_op, "op", tensor_or_op)
        inside = (
            getattr(operation, "branch", None) is not None or getattr(operation, "recorder", None) is not self.recorder
        )
        return not inside and operation not in self.never_fetched

    # ---- scopes

    def as_default(self) -> AbstractContextManager[Graph]:
        """Return a block in which this graph is the default one."""
        return _store.GraphScope(self)

    def name_scope(self, name: str | None) -> AbstractContextManager[str]:
        """Return a block in which this graph's name scope is `name`, whichever graph is the default one."""
        return self._apply(name_scope(name))

    @contextlib.contextmanager
    def _apply(self, block: AbstractContextManager[_T]) -> Iterator[_T]:
        outside = get_default_graph()
        if outside is self:
            with block as value:
                yield value
        else:  # what is done inside is the outer graph's: go on in that one where it was
            with self.as_default(), block as value, outside.as_default():
                yield value

    def get_name_scope(self) -> str:
        """Return the name scope in force, without a slash at its end; '' at the root."""
        if _store.current_store() is self:
            return _store.name_scope_name()
        with self.as_default():
            return _store.name_scope_name()

    def device(self, device_name: Any) -> AbstractContextManager[None]:
        """Return a block in which this graph's new variables live on a device; see `device`."""
        return self._apply(device(device_name))

    def control_dependencies(self, control_inputs: Any) -> AbstractContextManager[None]:
        """Return `control_dependencies(control_inputs)` of this graph."""
        with self.as_default():
            return control_dependencies(control_inputs)

    def gradient_override_map(self, op_type_map: dict[str, str]) -> AbstractContextManager[None]:
        """Return a block whose operations have other gradients: type -> name given to `RegisterGradient`."""
        return self._apply(other_rules(op_type_map))

    def finalize(self) -> None:
        """Refuse new names, variables and collection members from now on."""
        self.finalized = True

    def _check_not_finalized(self) -> None:
        if self.finalized:
            raise errors.graph_finalized()

    @property
    def seed(self) -> int | None:
        """The random seed; None = initial values differ from run to run."""
        seed: int | None = self.names.seed
        return seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self.names.seed = seed

    # ---- collections

    def _take_up_pending(self) -> dict[Any, list[Any]]:
        # get_variable's hot path only notes what it makes; the two collections it belongs to are filled when somebody
        # looks
        if self.has_pending:
            made = self.take_pending()
            self._collections.setdefault(GraphKeys.GLOBAL_VARIABLES, []).extend(made)
            self._collections.setdefault(GraphKeys.TRAINABLE_VARIABLES, []).extend(made)
        return self._collections

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Append `value` to the collection `name`.

        Raises:
            RuntimeError: the graph is finalized.
        """
        self._check_not_finalized()
        self._take_up_pending().setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Append `value` to each collection of `names`: a str or an iterable of keys, each used once."""
        if isinstance(names, str):
            names = (names,)
        if not isinstance(names, Iterable):
            raise errors.collection_not_list(names)
        for name in dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection_ref(self, name: Any) -> list[Any]:
        """Return the collection itself: a list whose changes are the graph's."""
        return self._take_up_pending().setdefault(name, [])

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """Return a copy of the collection.

        Args:
            name: its key.
            scope: regular expression that a member's name has to begin with; members without a name are left out.
        """
        members = self._take_up_pending().get(name, [])
        if scope is None:
            return list(members)
        begins = re.compile(scope).match
        return [member for member in members if hasattr(member, "name") and begins(member.name)]

    def get_all_collection_keys(self) -> list[Any]:
        """Return the keys of all collections that have members."""
        return [key for key, members in self._take_up_pending().items() if members]

    @property
    def collections(self) -> list[Any]:
        """The same, as a property."""
        return self.get_all_collection_keys()

    def variables(self) -> list[Any]:
        """Return each Variable that get_variable or a collection, whichever, has."""
        members = [member for members in list(self._take_up_pending().values()) for member in members]
        members += [variable for _, variable in self.items()]
        return list({id(v): v for v in members if isinstance(v, _store.VariableBase)}.values())

    def clear_collection(self, name: Any) -> None:
        """Empty a collection."""
        self._check_not_finalized()
        self._take_up_pending().pop(name, None)


class _Mode:
    """What graphs that are made from now on are."""

    records = False


_mode = _Mode()


def _take_locks_over() -> None:
    # Of a process that forks, the child has the forking thread alone. What another one held it will never let go.
    for graph in list(_graphs):
        if graph.lock.acquire(blocking=False):  # nobody's, or the forking thread's own
            graph.lock.release()
        else:
            graph.lock, graph.being_made = threading.RLock(), 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_take_locks_over)

_store.set_default_graph(Graph())


def disable_eager_execution() -> None:
    """Make the default graph, and every graph made from now on, one in graph mode: TensorFlow 1 as it was."""
    _mode.records = True
    get_default_graph().record()


def enable_eager_execution() -> None:
    """Compute at once again: in graphs made from now on, and in a fresh default graph.

    Raises:
        AssertionError: inside `with graph.as_default()`.
    """
    _mode.records = False
    if get_default_graph().recorder is not None:
        reset_default_graph()


def executing_eagerly() -> bool:
    """Return whether functions compute at once here, or are written down."""
    return current() is None


def get_default_graph() -> Graph:
    """Return the default graph of this thread and task."""
    graph = _store.current_store()
    assert isinstance(graph, Graph)
    return graph


def reset_default_graph() -> None:
    """Start afresh: a new default graph, without variables, names and open scopes.

    What only the old graph held is freed at once. Put it at the top of a notebook cell that is run more than once.

    Raises:
        AssertionError: inside `with graph.as_default()`.
    """
    if _store.is_graph_entered():
        raise errors.reset_in_graph()
    _store.set_default_graph(Graph())


def control_dependencies(control_inputs: Any) -> AbstractContextManager[None]:
    """Return a block whose operations run after `control_inputs`.

    Where everything is computed at once it changes nothing: what is written above it has run already.

    Args:
        control_inputs: list of operations, tensors, variables or their names; None = wait for nothing.
    """
    recorder = current()
    if control_inputs is None or recorder is None:
        return without_controls()
    elements = map(recorder.graph.as_graph_element, control_inputs)
    return after([element.op if isinstance(element, Tensor) else element for element in elements])


def get_name_scope() -> str:
    """Return the name scope in force in the default graph, without a slash at its end; '' at the root."""
    return get_default_graph().get_name_scope()


# ---- collections of the default graph


def add_to_collection(name: Any, value: Any) -> None:
    """`Graph.add_to_collection` on the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """`Graph.add_to_collections` on the default graph."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """`Graph.get_collection` on the default graph."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """`Graph.get_collection_ref` on the default graph."""
    return get_default_graph().get_collection_ref(key)


def set_random_seed(seed: int | None) -> None:
    """Set the default graph's seed: with one, every initial value is the same in each run.

    Raises:
        TypeError: it is neither an integer nor None.
    """
    try:
        get_default_graph().seed = None if seed is None else operator.index(seed)
    except TypeError:
        raise errors.seed_not_int(seed) from None


# the stack of default sessions of this thread and task, innermost last; here because variables ask for it
default_sessions: ContextVar[tuple[Any, ...]] = ContextVar("fastscope.sessions", default=())
