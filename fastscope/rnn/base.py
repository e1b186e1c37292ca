"""What every cell has: its scope, its weights, one step and the step's pullback.

A cell of the user's defines `call(inputs, state)`, which may call get_variable, or `__call__` as cells
of old TF1 did. To be pulled back it also defines `call_vjp`. The library's own cells run whole
sequences at once: `sequence` and `sequence_vjp`, see `sequences.py`.

Shapes: N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

import contextlib
import operator
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import as_dtype
from ..arrays.structure import beside, zeros
from ..arrays.typing import Array
from ..errors import rnn as errors
from ..errors import training as training_errors
from ..errors.places import in_one_frame
from ..ops.nn import row_of_whole
from ..ops.operands import current_device, operand
from ..scoping.scopes import VariableScope, get_variable
from ..scoping.sharing import own_scope
from ..scoping.variables import PartitionedVariable, Variable

Pullback = Callable[..., tuple[Any, Any]]
"""callable(d_output, d_state, into) -> (d_inputs, d_state before); adds the weights' gradients to `into`.

That of a sequence also takes want_inputs=False, which allows it to leave d_inputs out.
"""


def _depth(kind: type, method: str) -> int:
    """Return how many classes of the method resolution order come before the one that defines it."""
    order = kind.__mro__
    return next((k for k, base in enumerate(order) if method in vars(base)), len(order))


class RNNCell:
    """Base of all cells, and of the user's own.

    Args:
        trainable: whether its weights join TRAINABLE_VARIABLES.
        name: of its variable scope, numbered if it is taken; None = the class name as basic_lstm_cell.
        dtype: of the weights; None = that of the first inputs.
        _reuse: True shares the weights that are there under its name; the library's cells call it `reuse`.

    Raises:
        TypeError: another keyword.
    """

    # Here for cells of the user's that don't call this constructor.
    built = False
    trainable = True
    _name: str | None = None
    _reuse: Any = None
    _dtype: Any = None
    _scope: VariableScope | None = None
    _whole_methods: frozenset[str] = frozenset()
    _told: tuple[str, ...] = ("name", "output_size", "scope_name")  # what the repr shows

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Note which ways to run the class has that no later definition of its step contradicts."""
        super().__init_subclass__(**kwargs)
        step = min(_depth(cls, "call"), _depth(cls, "__call__"))
        ways = ("sequence", "sequence_vjp", "call_vjp", "step_vjp")
        cls._whole_methods = frozenset(way for way in ways if _depth(cls, way) <= step)

    def __init__(
        self,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
        _reuse: Any = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise errors.unknown_argument(self, sorted(kwargs))
        self.trainable = trainable
        self._name = name
        self._dtype = None if dtype is None else as_dtype(dtype).base_dtype
        if self._dtype is not None and not (self._dtype.is_floating or self._dtype.is_complex):
            raise errors.not_floating(self._dtype)
        self._reuse = _reuse

    def __repr__(self) -> str:
        told = [type(self).__name__]
        for what in self._told:
            with contextlib.suppress(Exception):  # a class of the user's may not say, and a repr is for all
                told.append(f"{what}={getattr(self, what)!r}")
        return f"<{' '.join(told)}>"

    # ---- sizes

    @property
    def state_size(self) -> Any:
        """Size of the state: an int, a TensorShape, or a tuple of them; every cell defines it."""
        raise NotImplementedError(f"{type(self).__name__} does not define state_size")

    @property
    def output_size(self) -> Any:
        """Size of the output, an int or a TensorShape; every cell defines it."""
        raise NotImplementedError(f"{type(self).__name__} does not define output_size")

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Return a state of zeros `[batch_size, size]`, on the device of new arrays."""
        return zeros(self.state_size, batch_size, dtype, current_device())

    # ---- weights

    @property
    def name(self) -> str:
        """The name given, or the class name as basic_lstm_cell."""
        return self._name or _snake_case(type(self).__name__)

    @property
    def scope_name(self) -> str | None:
        """Name of the variable scope that its weights are in; None before the first call."""
        return None if self._scope is None else self._scope.name

    @property
    def _weights(self) -> list[Variable]:
        return self.__dict__.setdefault("_weight_list", [])

    @property
    def trainable_weights(self) -> list[Variable]:
        """Trainable weights in the order of their creation; none before the first call."""
        return [v for v in self._weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other weights."""
        return [v for v in self._weights if not v.trainable]

    @property
    def weights(self) -> list[Variable]:
        """All weights, the trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights
    variables = weights

    def _remember(self, variable: Any) -> None:
        parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
        known = {id(v) for v in self._weights}
        self._weights.extend(v for v in parts if isinstance(v, Variable) and id(v) not in known)

    def _getter(self, getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        variable = getter(*args, **kwargs)
        self._remember(variable)
        return variable

    # ---- its variable scope

    def _find_scope(self, scope: Any) -> VariableScope:
        # The first call settles it: a new default name under the current scope, or what is asked for.
        if self._scope is None:
            if self._reuse:
                opened = own_scope(self.name if scope is None else scope)
            else:
                opened = own_scope(scope, default_name=self.name)
            with opened as found:
                self._scope = found
        return self._scope

    def _scoped(self, scope: Any = None, custom_getter: Any = None) -> AbstractContextManager[Any]:
        found = self._find_scope(scope)
        reuse = True if self.built else self._reuse
        return own_scope(found, reuse=reuse, custom_getter=custom_getter, auxiliary_name_scope=False)

    # ---- running

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step.

        Args:
            inputs: `[N, D]`.
            state: of the structure of `state_size`, `[N, size]` each.
            scope: variable scope for the weights, at the first call; None = one of the cell's name.

        Returns:
            The output `[N, output_size]` and the new state.
        """
        inputs = operand(inputs)
        with self._scoped(scope, self._getter):
            if not self.built:
                self.build([None, *inputs.shape[1:]])
            result: tuple[Any, Any] = self.call(inputs, state)
        self.built = True
        return result

    def build(self, inputs_shape: Any) -> None:
        """Make the weights; a cell may as well make them in `call`.

        Args:
            inputs_shape: of one step, `[None, D]`.
        """

    def call(self, inputs: Array, state: Any) -> tuple[Any, Any]:
        """Compute one step, inside the cell's scope: what a cell of the user's defines."""
        raise NotImplementedError(f"{type(self).__name__} does not define call(inputs, state)")

    def call_vjp(self, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
        """Compute one step and return its pullback as well.

        Returns:
            output, new_state, pullback(d_output, d_state, into) -> (d_inputs, d_state).

        Raises:
            NotImplementedError: the cell does not define it.
        """
        raise training_errors.no_pullback(self)

    def step_vjp(self, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
        """Do `call_vjp` in the cell's scope, as `__call__` does `call`."""
        with self._scoped(None, self._getter):
            if not self.built:
                self.build([None, *inputs.shape[1:]])
            result = self.call_vjp(inputs, state)
        self.built = True
        return result

    def step_ids(self, ids: Any, state: Any, *, depth: int | None = None, embedding: Any = None) -> tuple[Any, Any]:
        """Run one step on ids, as on their one-hot vectors or their rows of an embedding.

        An LSTM takes a row of its kernel for a one-hot vector, which is what sampling one character
        at a time does.

        Args:
            ids: int `[N]`.
            depth: width of the one-hot inputs.
            embedding: `[vocabulary, D]` instead, an array or a Variable.

        Raises:
            ValueError: both or neither of `depth` and `embedding`, or an id outside them.
        """
        dtype = "float32" if self._dtype is None else self._dtype.dtype
        return self(_inputs_of_ids(operand(ids), depth, embedding, dtype), state)


class LayerRNNCell(RNNCell):
    """Base of cells that make all their weights in `build`, once, and only compute in `call`."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step; see `RNNCell.__call__`."""
        if type(inputs) is not np.ndarray:
            inputs = operand(inputs)
        if not self.built:
            self.build_for(inputs, scope)
        return self.call(inputs, state)

    def step_vjp(self, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
        """Do `call_vjp`, with the weights made."""
        if not self.built:
            self.build_for(inputs)
        return self.call_vjp(inputs, state)

    @in_one_frame
    def build_for(self, inputs: Array, scope: Any = None) -> None:
        """Make the weights for inputs like these, `[..., D]`, in `scope`."""
        dtype = as_dtype(inputs.dtype)
        if not (dtype.is_floating or dtype.is_complex):
            raise errors.not_floating(dtype)
        if self._dtype is None:
            self._dtype = dtype
        self._find_scope(scope)
        self.build([None, inputs.shape[-1]])
        self.built = True

    def add_variable(self, name: str, shape: Any, **kwargs: Any) -> Any:
        """Get or make a weight in the cell's scope; keywords as get_variable's."""
        kwargs.setdefault("dtype", self._dtype)
        with self._scoped():
            variable = get_variable(name, shape, trainable=self.trainable, **kwargs)
        self._remember(variable)
        return variable

    add_weight = add_variable


def units_of(argument: str, value: Any) -> int:
    """Return a number of units, 0 or more, as an int.

    Raises:
        TypeError: it is no integer.
        ValueError: it is negative.
    """
    try:
        units = operator.index(value)
    except TypeError:
        raise errors.units_not_integer(argument, value) from None
    if units < 0:
        raise errors.negative_units(argument, units)
    return units


def _snake_case(name: str) -> str:
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()
    return "private" + snake if snake.startswith("_") else snake


def check_ids(ids: Array) -> None:
    """Check that ids are integers `[N]`.

    Raises:
        TypeError: they are no integers.
        ValueError: they are no vector.
    """
    if ids.dtype.kind not in "iu":
        raise errors.ids_dtype(ids.dtype)
    if ids.ndim != 1:
        raise errors.ids_rank(ids.shape)


def _inputs_of_ids(ids: Array, depth: int | None, embedding: Any, dtype: Any) -> Array:
    if (depth is None) == (embedding is None):
        raise errors.ids_need_table()
    xp = array_module(ids)
    table = xp.eye(depth, dtype=dtype) if embedding is None else operand(embedding)
    check_ids(ids)
    (ids,) = beside(table, ids)
    xp = array_module(ids)
    outside = (ids < 0) | (ids >= len(table))
    if xp is np and outside.any():
        raise errors.id_out_of_range(int(ids[outside][0]), len(table), embedding is not None)
    rows = ids * ~outside
    if isinstance(embedding, PartitionedVariable):
        rows = row_of_whole(embedding, rows, "mod")  # as embedding_lookup has them
    return table[rows] * ~outside[:, None]
