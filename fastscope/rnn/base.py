"""What every cell has: its scope, its weights, one step and the step's pullback.

A cell of the user's defines `call(inputs, state)`, which may call get_variable, or `__call__` as cells
of old TF1 did. To be pulled back it also defines `call_vjp`. The library's own cells run whole
sequences at once: `sequence` and `sequence_vjp`, see `sequences.py`.

Shapes: N batch_size, D input_depth, H num_units.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Self

import numpy as np

from ..arrays import array_module
from ..arrays.dtypes import DType, as_dtype
from ..arrays.recordable import recordable
from ..arrays.structure import beside, check_state, leaves, map_structure, size_shape, zeros
from ..arrays.typing import Array
from ..errors import layers as layer_errors
from ..errors import rnn as errors
from ..errors import training as training_errors
from ..errors.places import in_one_frame
from ..errors.reprs import never_raises
from ..graph import Tensor, current, get_default_graph, name_scope
from ..graph.conversion import as_tensor
from ..ops.nn import row_of_whole
from ..ops.operands import current_device, operand
from ..scoping.initializers import Initializer
from ..scoping.scoped_owner import ScopedOwner, count_name
from ..scoping.scopes import VariableScope
from ..scoping.undo import all_or_nothing
from ..scoping.variables import PartitionedVariable
from .structured import holds_arrays

Pullback = Callable[..., tuple[Any, Any]]
"""callable(d_output, d_state, into) -> (d_inputs, d_state before); adds the weights' gradients to `into`.

That of a sequence also takes want_inputs=False, which allows it to leave d_inputs out.
"""


_ANYTHING_STAYS: AbstractContextManager[Any] = nullcontext()


def _depth(kind: type, method: str) -> int:
    """Return how many classes of the method resolution order come before the one that defines it."""
    order = kind.__mro__
    return next((k for k, base in enumerate(order) if method in vars(base)), len(order))


class RNNCell(ScopedOwner):
    """Base of all cells, and of the user's own.

    Args:
        trainable: whether its weights join TRAINABLE_VARIABLES.
        name: of its variable scope, numbered if it is taken; None = the class name as basic_lstm_cell.
        dtype: of the weights; None = that of the first inputs.
        _reuse: True shares the weights that are there under its name; the library's cells call it `reuse`.

    Raises:
        TypeError: another keyword.
    """

    _arguments: ClassVar[tuple[str, ...]] = ()  # what the constructor takes besides, for get_config
    _whole_methods: frozenset[str] = frozenset()
    _counted: str | None = None
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
        if name is None and recordable.on and get_default_graph().recorder is not None:
            self._counted = count_name(self._base_name)
        self._dtype = None if dtype is None else as_dtype(dtype).base_dtype
        if self._dtype is not None:
            _check_floating(self._dtype)
        self._reuse = _reuse

    @never_raises
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
        if recordable.on and recordable.recording():
            with self._zero_state_scope(batch_size):
                return map_structure(
                    lambda size: recordable.function("zeros", [batch_size, *size_shape(size)], dtype), self.state_size
                )
        return zeros(self.state_size, batch_size, dtype, current_device())

    def _zero_state_scope(self, batch_size: Any) -> AbstractContextManager[Any]:
        """Return the name scope of what `zero_state` writes down; where it computes at once, an empty block."""
        if recordable.on and recordable.recording():
            return name_scope(f"{type(self).__name__}ZeroState", values=[batch_size])
        return nullcontext()

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Return `zero_state` for a batch like `inputs`, `[N, ...]`, or of this size and dtype.

        Raises:
            ValueError: neither inputs nor both of the others.
        """
        if inputs is not None:
            like = operand(inputs)
            batch_size = len(like) if batch_size is None else batch_size
            dtype = like.dtype if dtype is None else dtype
        if batch_size is None or dtype is None:
            raise errors.no_initial_state(batch_size, dtype)
        return self.zero_state(batch_size, dtype)

    # ---- weights

    @property
    def name(self) -> str:
        """The name given, or the class name as basic_lstm_cell; in a graph with a number, as basic_lstm_cell_1."""
        return self._counted or self._base_name

    # ---- configuration

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON takes them: activations by name, cells described."""
        return super().get_config() | {name: described(getattr(self, f"_{name}")) for name in self._arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the cell that `get_config` described, without its weights.

        Raises:
            ValueError: it describes a class that is neither a cell nor an initializer.
        """
        return cls(**{name: _revived(value) for name, value in config.items()})

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
        result: tuple[Any, Any] = self._run(self.call, given_inputs(inputs), state, scope)
        return result

    def _run(self, method: Callable[[Any, Any], Any], inputs: Array, state: Any, scope: Any = None) -> Any:
        """Call `call` or its kin in the cell's scope, with the weights made."""
        with making(self), self._scoped(scope, self._getter) as found, named_like(found):
            if not self.built:
                if self._dtype is None and as_dtype(_last(inputs).dtype).is_floating:
                    self._dtype = as_dtype(_last(inputs).dtype)
                self.build(map_structure(lambda x: [None, *_depths(x)], inputs))
            result = method(inputs, state)
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
        result: tuple[Any, Any, Pullback] = self._run(self.call_vjp, inputs, state)
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

    def pack(self, dtype: Any) -> None:
        """Choose the numbers in which steps and sequences read the weights; see `BasicLSTMCell.pack`.

        Raises:
            ValueError: it is no LSTM cell.
        """
        raise errors.cannot_pack(self)


class LayerRNNCell(RNNCell):
    """Base of cells that make all their weights in `build`, once, and only compute in `call`."""

    _built_depth: int | None = None  # of the inputs that `build_for` made them for

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> tuple[Any, Any]:
        """Run one step; see `RNNCell.__call__`."""
        if type(inputs) is not np.ndarray or recordable.on:
            inputs = given_inputs(inputs)
        if not self.built:
            self._check_first(inputs, state)
            with making(self):
                self.build_for(inputs, scope)
                return self.call(inputs, state)
        return self.call(inputs, state)

    def _check_first(self, inputs: Array, state: Any) -> None:
        """Check what a first step is given, before a scope is opened and counted for its weights."""
        inputs = _last(inputs)
        if isinstance(inputs, Tensor):
            _check_floating(inputs.dtype.base_dtype)
            return
        if inputs.ndim < 2:
            raise errors.inputs_rank(self, inputs.shape)
        _check_floating(as_dtype(inputs.dtype))
        parts = [operand(part).dtype for part in leaves(check_state(self, state, inputs[None]))]
        expected = inputs.dtype if self._dtype is None else self._dtype.dtype
        if not {inputs.dtype, *parts} <= {expected}:
            raise errors.step_dtypes(self, inputs.dtype, parts, self._dtype)

    def step_vjp(self, inputs: Array, state: Any) -> tuple[Any, Any, Pullback]:
        """Do `call_vjp`, with the weights made."""
        if not self.built:
            self._check_first(inputs, state)
            with making(self):
                self.build_for(inputs)
                return self.call_vjp(inputs, state)
        return self.call_vjp(inputs, state)

    @in_one_frame
    def build_for(self, inputs: Array, scope: Any = None) -> None:
        """Make the weights for inputs like these, `[..., D]`, in `scope`."""
        inputs = _last(inputs)
        dtype = as_dtype(inputs.dtype).base_dtype
        _check_floating(dtype)
        if self._dtype is None:
            self._dtype = dtype
        self._find_scope(scope)
        if isinstance(inputs, Tensor) and inputs.dims is not None and len(inputs.dims) < 2:
            raise layer_errors.rank_differs(self.name, 2, list(inputs.dims))
        self._built_depth = _depths(inputs)[-1]
        self.build([None, self._built_depth])
        self.built = True


def given_inputs(inputs: Any) -> Any:
    """Return a step's inputs as an array; as a tensor where the step is written down."""
    if isinstance(inputs, (tuple, list)) and holds_arrays(inputs, 2):
        return map_structure(given_inputs, inputs)
    recorder = current() if recordable.on else None
    return operand(inputs) if recorder is None else as_tensor(inputs, recorder)


def _last(inputs: Any) -> Any:
    """Return the last array of a step's inputs, which may be a structure: time comes before what is seen at it."""
    return list(leaves(inputs))[-1]


def named_like(scope: VariableScope) -> AbstractContextManager[Any]:
    """Return a block that names recorded operations after a cell's variable scope."""
    return name_scope(scope.original_name_scope) if recordable.on and recordable.recording() else _ANYTHING_STAYS


def _depths(inputs: Any) -> list[Any]:
    """Return the sizes behind the batch; the last one is that which weights are made for.

    Raises:
        ValueError: it is not known.
    """
    sizes = inputs.dims[1:] if isinstance(inputs, Tensor) and inputs.dims else inputs.shape[1:]
    if isinstance(inputs, Tensor) and (not inputs.dims or (sizes and sizes[-1] is None)):
        raise errors.depth_unknown(str(inputs.shape))
    return list(sizes)


def described(value: Any) -> Any:
    """Return an argument of a cell as JSON takes it."""
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if hasattr(value, "name"):  # an activation, a dtype
        return value.name
    return [described(item) for item in value] if isinstance(value, (list, tuple)) else value


def _revived(value: Any) -> Any:
    if isinstance(value, list):
        return [_revived(item) for item in value]
    if not (isinstance(value, dict) and value.keys() == {"class_name", "config"}):
        return value
    known = {kind.__name__: kind for base in (RNNCell, Initializer) for kind in _subclasses(base)}
    if value["class_name"] not in known:
        raise errors.unknown_class(value["class_name"], sorted(known))
    return known[value["class_name"]].from_config(value["config"])


def _subclasses(kind: type) -> Iterator[Any]:
    below: type
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def making(*cells: Any) -> AbstractContextManager[Any]:
    """Return a block that leaves nothing behind if it fails, for cells that have not all their weights yet."""
    unbuilt = [cell for cell in cells if not getattr(cell, "built", False)]
    return all_or_nothing(*unbuilt) if unbuilt else _ANYTHING_STAYS


def _check_floating(dtype: DType) -> None:
    if not (dtype.is_floating or dtype.is_complex):
        raise errors.not_floating(dtype)


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
