"""What makes its weights in a variable scope of its own, settled at its first use: the common part of cells and layers.

Source: TF 1.15 python/layers/base.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from ..graph import Graph, GraphKeys, current, get_collection_ref, get_default_graph
from .owner import WeightOwner
from .scopes import VariableScope, get_variable
from .sharing import own_scope

__all__ = ["ScopedOwner", "count_name", "snake_case"]


_names: WeakKeyDictionary[Graph, Counter[str]] = WeakKeyDictionary()  # of layers, which are counted from 1


def count_name(base: str) -> str:
    """Return the name of the next layer of a kind in the default graph: "dense_1", "dense_2"."""
    counts = _names.setdefault(get_default_graph(), Counter())
    counts[base] += 1
    return f"{base}_{counts[base]}"


class ScopedOwner(WeightOwner):
    """Base of what has its weights in a scope of its own."""

    # Here for classes of the user's that do not call a constructor.
    _reuse: Any = None
    _scope: VariableScope | None = None

    @property
    def _base_name(self) -> str:
        return self._name or snake_case(type(self).__name__)

    @property
    def scope_name(self) -> str | None:
        """Name of the variable scope that its weights are in; None before the first call."""
        return None if self._scope is None else self._scope.name

    def add_variable(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        partitioner: Any = None,
    ) -> Any:
        """Get or make a weight in its scope; arguments as get_variable's.

        Args:
            dtype: None = that of its other weights; where there are none yet, that of its first inputs.
            trainable: whether it joins TRAINABLE_VARIABLES, if the whole is trainable; None = True.
        """
        with self._scoped(), self._noting_losses():
            variable = get_variable(
                name,
                shape,
                self._dtype if dtype is None else dtype,
                initializer,
                regularizer,
                trainable is not False and self.trainable,
                partitioner=partitioner,
                use_resource=use_resource,
                constraint=constraint,
                synchronization=synchronization,
                aggregation=aggregation,
            )
        self._remember(variable)
        return variable

    def add_weight(self, name: str, shape: Any, *args: Any, **kwargs: Any) -> Any:
        """Do `add_variable`, TF's other name of it."""
        return self.add_variable(name, shape, *args, **kwargs)

    def _getter(self, getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._noting_losses():
            variable = getter(*args, **kwargs)
        self._remember(variable)
        return variable

    @contextmanager
    def _noting_losses(self) -> Iterator[None]:
        """Open a block in which a variable is made: in a graph its loss is one of this owner."""
        key = GraphKeys.REGULARIZATION_LOSSES
        if current() is None:
            yield  # an array's loss tells its variable
            return
        before = len(get_collection_ref(key))
        yield
        known = {id(loss) for loss, _ in self._own_losses}
        self._own_losses += tuple((loss, False) for loss in get_collection_ref(key)[before:] if id(loss) not in known)

    def _find_scope(self, scope: Any) -> VariableScope:
        # The first call settles it: a new default name under the current scope, or what is asked for.
        if self._scope is None:
            if self._reuse:
                opened = own_scope(self._base_name if scope is None else scope)
            else:
                opened = own_scope(scope, default_name=self._base_name)
            with opened as found:
                self._scope = found
        return self._scope

    def _scoped(self, scope: Any = None, custom_getter: Any = None) -> AbstractContextManager[Any]:
        found = self._find_scope(scope)
        reuse = True if self.built else self._reuse
        return own_scope(found, reuse=reuse, custom_getter=custom_getter, auxiliary_name_scope=False)


def snake_case(name: str) -> str:
    """Return the name of a class as variable scopes have it: "BasicLSTMCell" as "basic_lstm_cell"."""
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()
    return "private" + snake if snake.startswith("_") else snake
