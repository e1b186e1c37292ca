"""Variables: arrays with a name, a place on a device, and a buffer that never moves.

Source: tensorflow/python/ops/variables.py and ref_variable.py (TF 1.15).
"""

from __future__ import annotations

import contextlib
import inspect
import operator
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np

from .. import _store
from ..arrays import CPU, Device, array_module, as_array, default_device, new_buffer, parse_device, to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, string
from ..arrays.dtypes import bool as bool_
from ..arrays.operators import ComputedArray, NotInPlace, Operators
from ..arrays.recordable import recordable
from ..arrays.shapes import TensorShape, as_shape, full_shape
from ..arrays.streams import random_stream
from ..arrays.typing import Array
from ..errors import plans as plan_errors
from ..errors import scoping as errors
from ..errors import session as session_errors
from ..errors import variables as array_errors
from ..errors.places import in_one_frame
from ..errors.reprs import never_raises
from ..graph import (
    Action,
    Graph,
    GraphKeys,
    Operation,
    Recorder,
    Tensor,
    current,
    default_sessions,
    environment,
    get_default_graph,
)
from ..graph.blocks import after
from ..graph.conversion import as_tensor
from . import recorded
from .initializers import GlorotUniform, Initializer, Zeros
from .recorded import declare_operations
from .undo import note_made, withdraw

__all__ = [
    "PartitionedVariable",
    "SaveSliceInfo",
    "Variable",
    "VariableAggregation",
    "VariableSynchronization",
    "as_collections",
    "assign",
    "assign_add",
    "assign_sub",
    "default_initializer",
]


class VariableSynchronization(Enum):
    """When copies of a variable agree; kept on the variable, there is one copy."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(Enum):
    """How copies of a variable are combined; kept on the variable, there is one copy."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class SaveSliceInfo(NamedTuple):
    """Which part of a partitioned variable a variable is.

    Attributes:
        full_name: name of the whole.
        full_shape: its shape.
        var_offset: where the part begins, one int for each axis.
        var_shape: shape of the part.
    """

    full_name: str
    full_shape: Sequence[int]
    var_offset: Sequence[int]
    var_shape: Sequence[int]

    @property
    def slices(self) -> tuple[slice, ...]:
        """What cuts the part out of the whole."""
        return tuple(slice(o, o + size) for o, size in zip(self.var_offset, self.var_shape, strict=True))

    @property
    def spec(self) -> str:
        """The form that checkpoints use: "7 2 0,3:0,2"."""
        whole = "".join(f"{size} " for size in self.full_shape)
        return whole + ":".join(f"{start},{size}" for start, size in zip(self.var_offset, self.var_shape, strict=True))


class VariableDef(NamedTuple):
    """What `Variable.to_proto` returns: the names of a variable's operations and tensors.

    Attributes:
        variable_name: of the variable, "w:0".
        initial_value_name: of its first value, "" where an initializer of the library draws it.
        initializer_name: of the operation that gives it its first value.
        snapshot_name: of the tensor that reads it.
        trainable: whether optimizers train it.
    """

    variable_name: str
    initial_value_name: str
    initializer_name: str
    snapshot_name: str
    trainable: bool


class VariableOp(Action):
    """What `variable.op` answers: the operation that holds the variable; to run it does nothing.

    Attributes:
        name: the variable's full name.
        type: TF's name of the operation.
    """

    __slots__ = ()
    type = "VariableV2"

    def __init__(self, name: str) -> None:
        super().__init__(name, lambda: None)


def default_initializer(name: str, dtype: DType) -> Initializer:
    """Return what initializes a variable that names no initializer.

    Raises:
        ValueError: there is no default for the dtype.
    """
    if dtype.is_floating:
        return _GLOROT
    if dtype.is_integer or dtype in (bool_, string):
        return _ZEROS
    raise errors.initializer_required(name, dtype)


_GLOROT = GlorotUniform()
_ZEROS = Zeros()
_settling = threading.RLock()  # held for a moment, and never while an initializer runs: that is the user's code


def _settle_anew() -> None:
    global _settling
    _settling = threading.RLock()


if hasattr(os, "register_at_fork"):  # whoever held it in the parent is not in the child
    os.register_at_fork(after_in_child=_settle_anew)


class ValueWantedError(BaseException):
    """The value of a variable is asked for in a block that withholds it."""


class _Withheld(threading.local):
    variable: Any = None


_withheld = _Withheld()


@contextlib.contextmanager
def withheld(variable: Any) -> Iterator[None]:
    """Return a block in which this thread does not make the first value of `variable`, but raises ValueWantedError."""
    before, _withheld.variable = _withheld.variable, variable
    try:
        yield
    finally:
        _withheld.variable = before


class _CreatorsFirst(type):
    """`Variable(...)` goes through the variable creators in force, innermost first; a subclass does not, as in TF."""

    @property
    def __signature__(cls) -> inspect.Signature:
        """What help() and a notebook show: that of `__init__`, without self."""
        signature = inspect.signature(cls.__init__)  # type: ignore[misc]
        return signature.replace(parameters=list(signature.parameters.values())[1:])

    @in_one_frame
    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        creators = environment().creators
        if not creators or cls is not Variable:
            return super().__call__(*args, **kwargs)
        return run_creators(creators, super().__call__, dict(zip(_DEFAULTS, args, strict=False)) | kwargs)


def run_creators(creators: Sequence[Callable[..., Any]], make: Callable[..., Any], kwargs: dict[str, Any]) -> Any:
    """Call the innermost creator, which calls the next, and the last one `make`; all get all arguments of Variable.

    Raises:
        TypeError: a creator returned None.
    """
    for creator in creators:
        make = _link(creator, make)
    return make(**_DEFAULTS | {key: value for key, value in kwargs.items() if value is not None})


def _link(creator: Callable[..., Any], then: Callable[..., Any]) -> Callable[..., Any]:
    def make(**kwargs: Any) -> Any:
        variable = creator(then, **kwargs)
        if variable is None:
            raise errors.creator_returned_none(creator, kwargs.get("name"))
        return variable

    return make


class Variable(_store.VariableBase, NotInPlace, Operators, metaclass=_CreatorsFirst):
    """An array with a name, declared at once and made on first use.

        >>> b = fs.Variable([0.5], name="b")
        >>> b + 1
        array([1.5], dtype=float32)

    It stands for its array in NumPy and CuPy expressions, compares by identity and hashes, and is written in place:
    `array` is the same buffer for life. The first value depends on the graph's seed and the variable's name, not on
    what was created before it.

    Args:
        initial_value: number, list, array or Variable, which is copied; or callable() -> such a value.
        trainable: whether it joins TRAINABLE_VARIABLES; None = yes, unless synchronization is ON_READ.
        collections: list of keys to join in place of [GLOBAL_VARIABLES].
        validate_shape: False lets a variable of a graph have values of any shape.
        caching_device: kept for TF's sake; reads need no cache.
        name: put after the current name scope and numbered if it is taken; None = "Variable".
        variable_def, import_scope: must be None.
        dtype: the value is converted to it; None = the value's (Python floats are float32, ints int32).
        expected_shape: must be None or fit.
        constraint: callable(value) -> value that optimizers apply after an update.
        use_resource: True leaves "_ref" off the dtype's name.
        synchronization, aggregation: kept on the variable.
        shape: the shape that the value must have; None in it agrees with everything.

    Raises:
        ValueError: no initial value, a name that is not allowed, a value of another shape than asked for.
        TypeError: a value that does not go into `dtype`.
        RuntimeError: the graph is finalized.
    """

    __slots__ = ()

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Sequence[Any] | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: None = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: None = None,
        constraint: Callable[[Any], Any] | None = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        for argument, given in (("variable_def", variable_def), ("import_scope", import_scope)):
            if given is not None:
                raise errors.variable_def_given(argument, given)
        if name is not None and not isinstance(name, str):
            raise errors.variable_name_not_str(name)
        declare(
            self,
            _store.full_name_for("Variable" if name is None else str.__str__(name)),
            initial_value,
            as_shape(shape if expected_shape is None else expected_shape),
            None if dtype is None else as_dtype(dtype).base_dtype,
            trainable=trainable,
            collections=collections,
            constraint=constraint,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
            validate_shape=validate_shape,
        )

    # ---- the array

    @property
    def array(self) -> Array:
        """The device array itself, a numpy.ndarray or cupy.ndarray; made now if it was not yet.

        Its buffer stays the same for the variable's life, and what is written to it is written to the variable.
        """
        value = self._read()
        self._exported = True
        return value

    def _read(self) -> Array:
        value = self._array
        return self._make() if value is None else value

    def _make(self) -> Array:
        if _withheld.variable is self:
            raise ValueWantedError
        if recordable.on and self._names.owner() is not None and self.graph.recorder is not None:
            raise session_errors.uninitialized(self._full_name, self.dtype is self._base_dtype)
        seen = self._get("seen")  # the first value, where the shape could only be learnt by making it
        return self._settle(self._place(self._first_value() if seen is None else seen))

    def _settle(self, array: Array) -> Array:
        # two threads at the first use make an array each, and the one that comes first is the variable's
        with _settling:
            if self._array is None:
                self._array = array
                if self._extra is not None:
                    self._extra.pop("seen", None)
            return self._array

    def _first_value(self) -> Any:
        name = self._full_name
        initializer = self._initializer
        if initializer is None:
            initializer = default_initializer(name, self._base_dtype)
        if not callable(initializer):
            return initializer
        part: SaveSliceInfo | None = self._get("save_slice_info")
        seed = self._names.seed
        if part is not None:  # every part cuts its slice out of the same whole
            name, seed = part.full_name, self._names.entropy if seed is None else seed
        with random_stream(seed, name):
            if not isinstance(initializer, Initializer):
                return _checked(self, initializer())
            return initializer.draw(self.shape, dtype=self._base_dtype, partition_info=part)

    def _place(self, value: Any) -> Array:
        # a fresh buffer of our own, in C order, on the variable's device
        device = self._device()
        with device.activate():
            array = new_buffer(full_shape(self.shape), self._base_dtype.dtype, device.xp)
            array[...] = as_array(value, self._base_dtype, device)
            return array

    def _device(self) -> Device:
        if self._base_dtype is string:
            return CPU
        name = self.device
        return parse_device(name) if name else default_device()

    def _staged(self, value: np.ndarray[Any, Any]) -> Array:
        # `value`, on the host and of our shape and dtype, where `_adopt` takes it without anything that can fail
        if self._device().kind == "cpu" and (self._initialized or value.flags.owndata):
            return value
        return self._place(value)

    def _adopt(self, array: Array) -> None:
        # What `_staged` returned becomes the value. Nobody has seen the memory of a variable that has none yet, so that
        # it can be this: no initial value is made and nothing is copied.
        kept = self._settle(array)
        if kept is not array:
            kept[...] = array
        self._touch()

    @property
    def _initialized(self) -> bool:
        return self._array is not None

    def _initialize(self) -> None:
        """Give it its first value (again): a variable's initializer, run."""
        if self._array is None:
            self._make()
        else:
            self._write(as_array(self._first_value(), self._base_dtype, self._device()))

    def _write(self, value: Any) -> None:
        array = self._read()
        array[...] = value
        self._touch()

    def numpy(self) -> np.ndarray[Any, Any]:
        """Return a copy on the host."""
        return np.array(to_numpy(self._read()))

    def _cast(self, value: Any) -> Any:
        # everything that can go wrong goes wrong here, before a byte is written
        array = self._read()
        new = as_array(value, self._base_dtype, self._device())
        if new.shape != array.shape:
            raise errors.initial_shape_differs(self._full_name, tuple(array.shape), tuple(new.shape))
        return new

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Self:
        """Write `value` into the buffer, at once.

        Args:
            value: of the variable's shape, and of a dtype that goes into its dtype.

        Returns:
            The variable.

        Raises:
            ValueError: another shape; nothing is written.
            TypeError: another kind of dtype; nothing is written.
        """
        if recordable.on and current() is not None:
            return recorded.write(self, "assign", value, name, read_value)
        self._write(self._cast(value))
        return self

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Self:
        """Add `delta` to the buffer in place; see `assign`."""
        if recordable.on and current() is not None:
            return recorded.write(self, "assign_add", delta, name, read_value)
        self._write(self._read() + self._cast(delta))
        return self

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Self:
        """Subtract `delta` from the buffer in place; see `assign`."""
        if recordable.on and current() is not None:
            return recorded.write(self, "assign_sub", delta, name, read_value)
        self._write(self._read() - self._cast(delta))
        return self

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Write rows over: IndexedSlices."""
        return recordable.function("scatter_update", self, sparse_delta.indices, sparse_delta.values, name=name)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Add to rows: IndexedSlices."""
        return recordable.function("scatter_add", self, sparse_delta.indices, sparse_delta.values, name=name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Subtract from rows: IndexedSlices."""
        return recordable.function("scatter_sub", self, sparse_delta.indices, sparse_delta.values, name=name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Write over what vectors of indices name: tf.scatter_nd_update."""
        return recordable.function("scatter_nd_update", self, indices, updates, name=name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Add to what vectors of indices name: tf.scatter_nd_add."""
        return recordable.function("scatter_nd_add", self, indices, updates, name=name)

    def count_up_to(self, limit: int) -> Any:
        """Return the value, and add 1 to it: tf.count_up_to."""
        return recordable.function("count_up_to", self, limit)

    def load(self, value: Any, session: Any = None) -> None:
        """Write `value`, of exactly this shape; see `assign`.

        Raises:
            ValueError: another shape.
        """
        if session is None and self.graph.recorder is not None and not default_sessions.get():
            raise plan_errors.no_session_to_load()
        new = as_array(value, self._base_dtype)
        if new.shape != self.shape.sizes:
            first = self._initializer.name if type(self._initializer) is Tensor else self.name  # what TF1 feeds
            raise plan_errors.cannot_feed(first, new.shape, self.shape)
        self._write(self._cast(new))  # now, in a graph as well

    # ---- TF1's attributes

    def _get(self, key: str) -> Any:
        return None if self._extra is None else self._extra.get(key)

    @property
    def op(self) -> Operation:
        """Its operation, whose `name` is the full name without ":0"."""
        recorder = self._recorder()
        if recorder is not None and recorder.graph is not self.graph:
            recorder = self.graph.recorder  # another graph is the default one here
        return VariableOp(self._full_name) if recorder is None else recorded.operation_of(self, recorder)

    def _recorder(self) -> Recorder | None:
        # where this variable is written down, if it is
        return current() if recordable.on else None

    def _recorded(self, recorder: Recorder) -> Tensor:
        # the tensor that stands for it in a recorded program
        return recorded.read(self, recorder)

    def _ref(self) -> Tensor:
        """Return the tensor that is the variable itself, "v:0", which TF1's own functions hand on."""
        return self._as_graph_element()

    def to_proto(self, export_scope: None = None) -> VariableDef:
        """Return the names of the variable's operations."""
        recorder = self.graph.recorder
        first = self.initial_value if recorder is not None and type(self._initializer) is Tensor else None
        name = self._full_name
        return VariableDef(
            variable_name=self.name,
            initial_value_name="" if first is None else first.name,
            initializer_name=f"{name}/Assign",
            snapshot_name=f"{name}/read:0" if self.dtype is not self._base_dtype else f"{name}/Read/ReadVariableOp:0",
            trainable=self.trainable,
        )

    def _as_graph_element(self) -> Tensor:
        recorder = self.graph.recorder
        assert recorder is not None
        return recorded.reference(self, recorder)

    @property
    def graph(self) -> Graph:
        """The graph it belongs to.

        Raises:
            ReferenceError: the graph is gone; the variable lives on.
        """
        graph: Graph | None = self._names.owner()
        if graph is None:
            raise errors.graph_is_gone(self.name)
        return graph

    @property
    def device(self) -> str:
        """Where it was asked to live, "/gpu:0"; '' where nobody asked, and the default device holds."""
        return self._get("device") or ""

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        """The constraint, or None."""
        constraint: Callable[[Any], Any] | None = self._get("constraint")
        return constraint

    @property
    def synchronization(self) -> VariableSynchronization:
        """As given."""
        return self._get("synchronization") or VariableSynchronization.AUTO

    @property
    def aggregation(self) -> VariableAggregation:
        """As given."""
        return self._get("aggregation") or VariableAggregation.NONE

    @property
    def _save_slice_info(self) -> SaveSliceInfo | None:
        return self._get("save_slice_info")

    def _set_save_slice_info(self, info: SaveSliceInfo) -> None:
        """Say of which tensor of a checkpoint the variable is a part."""
        self._extra = {**(self._extra or {}), "save_slice_info": info}

    def get_shape(self) -> TensorShape:
        """Return `shape`."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Check that `shape` fits.

        Raises:
            ValueError: it does not.
        """
        self.shape.merge_with(shape)

    @property
    def initializer(self) -> Operation:
        """The operation that gives it its first value."""
        recorder = self.graph.recorder if recordable.on else None
        if recorder is not None:
            assign: Operation = recorder.by_name[f"{self._full_name}/Assign"]
            return assign
        return Action(f"{self._full_name}/Assign", self._initialize)

    @property
    def initial_value(self) -> Any:
        """The first value, as an array on the host; in a graph the tensor that computes it."""
        if type(self._initializer) is Tensor:
            return self._initializer
        return np.array(to_numpy(as_array(self._first_value(), self._base_dtype)))

    def initialized_value(self) -> Array:
        """Return a copy of the value, made now if it was not yet; in a graph a tensor."""
        recorder = self._recorder()
        if recorder is not None:
            return recorded.initialized_value(self, recorder)  # type: ignore[return-value]
        return self._read().copy()

    def value(self) -> Array:
        """Return `array`; in a graph the tensor that reads it."""
        recorder = self._recorder()
        return self.array if recorder is None else recorded.read(self, recorder)  # type: ignore[return-value]

    def read_value(self) -> Array:
        """Return a copy of the value on its device; in a graph a tensor that reads it at this place."""
        if self._recorder() is not None:
            return recordable.function("identity", self, name="read")
        return self._read().copy()

    def eval(self, session: Any = None) -> np.ndarray[Any, Any]:
        """Return the value on the host, as `session.run(variable)` does.

        Raises:
            ValueError: no session is given and none is the default; `numpy()` needs none.
        """
        if recordable.on and self.graph.recorder is not None:
            fetched: np.ndarray[Any, Any] = self._as_graph_element().eval(session=session)
            return fetched
        if session is None:
            if not default_sessions.get():
                raise session_errors.no_default_session()
            session = default_sessions.get()[-1]
        value: np.ndarray[Any, Any] = session.run(self)
        return value

    def _require_value(self) -> Array:
        if self._array is None:
            raise session_errors.uninitialized(self._full_name, self.dtype is self._base_dtype)
        return self._array

    # ---- NumPy and CuPy

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        value = self._read()
        if array_module(value) is not np:
            raise array_errors.implicit_host_copy(self.name)
        if dtype is not None and np.dtype(dtype) != value.dtype:
            if copy is False:
                raise array_errors.copy_needed(self.name, dtype)
            return np.asarray(value.astype(dtype))
        if copy:
            return np.array(value)
        return np.asarray(self.array)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if recordable.on and (made := recordable.ufunc(ufunc, method, inputs, kwargs)) is not NotImplemented:
            return made
        out = kwargs.get("out", ())
        if out:
            kwargs["out"] = tuple(map(unwrap, out))
        try:
            result = getattr(ufunc, method)(*map(unwrap, inputs), **kwargs)
        finally:
            for target in inputs[:1] if method == "at" else out:
                if isinstance(target, Variable):
                    target._touch()
        if len(out) > 1:
            return tuple(made if target is None else target for made, target in zip(result, out, strict=True))
        return out[0] if out else result

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        # `out` and what `_WRITTEN` names is written to, and that is noticed. Everything else is lent: nobody can write
        # to it, nor to the views that a function makes of it.
        place = _WRITTEN.get(func.__name__)
        target = kwargs.get(place or "out", args[0] if place and args else None)
        if not isinstance(target, Variable):
            return func(*_lent(args), **_lent(kwargs))
        try:
            result = func(*_lent(args, target), **_lent(kwargs, target))
        finally:
            target._touch()
        return None if result is None else target

    def _lend(self) -> Array:
        # the array for somebody who reads; CuPy has no way to say so
        value = self._read()
        if array_module(value) is not np:
            return self.array
        view = value.view()
        view.flags.writeable = False
        return view

    def __cupy_get_ndarray__(self) -> Any:
        return self.array

    @property
    def __cuda_array_interface__(self) -> Any:
        value = self._read()
        if array_module(value) is np:
            raise AttributeError(f"variable {self.name} lives on the CPU")
        array: Any = self.array
        return array.__cuda_array_interface__

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.array.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> Any:
        return self._read().__dlpack_device__()

    def __getitem__(self, index: Any) -> Any:
        if recordable.on and (made := recordable.operator("getitem", self, index)) is not NotImplemented:
            made.assign = partial(recordable.function, "assigned_slice", made, self)
            return made
        item = self._read()[unwrap(index)]
        # a slice is a value, as in TF: a view of the buffer would let `v[0] += 1` change the variable unseen
        return item.copy() if getattr(item, "base", None) is not None else item

    def __iter__(self) -> Iterator[Any]:
        raise array_errors.not_iterable(self.name)

    def __len__(self) -> int:
        if self._array is None and self.shape.rank:
            return operator.index(self.shape[0])
        return len(self._read())

    def __bool__(self) -> bool:
        """True, as in TF1: a variable is there, whatever its value."""
        return True

    def __int__(self) -> int:
        return int(self._read())

    def __index__(self) -> int:
        return operator.index(self._read())

    @never_raises
    def __repr__(self) -> str:
        return f"<tf.Variable {self.name!r} shape={self.shape} dtype={self.dtype.name}>"


# NumPy's functions that write into their first argument, and its name
_WRITTEN = {
    "copyto": "dst",
    "fill_diagonal": "a",
    "place": "arr",
    "put": "a",
    "put_along_axis": "arr",
    "putmask": "a",
}

_DEFAULTS = dict(zip(Variable.__init__.__annotations__, Variable.__init__.__defaults__ or (), strict=False))


def _lent(value: Any, target: Variable | None = None) -> Any:
    """Return arguments for a function that writes to `target` alone."""
    if isinstance(value, dict):
        return {key: _lent(inner, target) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_lent(inner, target) for inner in value)
    return value._lend() if isinstance(value, Variable) and value is not target else unwrap(value)


# ---- declaring


def declare(
    variable: Variable,
    full_name: str,
    initial_value: Any,
    shape: TensorShape,
    dtype: DType | None,
    *,
    trainable: bool | None,
    collections: Sequence[Any] | None,
    constraint: Callable[[Any], Any] | None = None,
    use_resource: bool | None = None,
    synchronization: VariableSynchronization | None = None,
    aggregation: VariableAggregation | None = None,
    save_slice_info: SaveSliceInfo | None = None,
    validate_shape: bool = True,
    key: str | None = None,
) -> Variable:
    """Set `variable` up under `full_name` in the default graph: name, type, device, collections.

    Args:
        initial_value: a value; or an Initializer, called later; or callable() -> value, called now, so that what is
            wrong with it shows here.
        shape: of the value; what is unknown is learnt from it, but not from an Initializer.
        dtype: of the value; None = as it comes, or the Initializer's.
        key: full name that get_variable finds it by; None = it does not.

    Returns:
        `variable`; or the one that another thread made in the meantime, if it is to be shared.
    """
    graph = get_default_graph()
    if graph.finalized:
        raise errors.graph_finalized()
    on_read = synchronization is VariableSynchronization.ON_READ
    trainable = not on_read if trainable is None else bool(trainable)
    keys = as_collections([GraphKeys.GLOBAL_VARIABLES] if collections is None else collections)
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in keys:
        keys.append(GraphKeys.TRAINABLE_VARIABLES)
    if constraint is not None and not callable(constraint):
        raise errors.bad_constraint()
    if initial_value is None:
        raise errors.initial_value_needed()
    is_called_later = isinstance(initial_value, Initializer)
    if is_called_later:
        if not shape.is_fully_defined():
            raise errors.initializer_needs_shape(full_name, initial_value, shape)
        dtype = initial_value.dtype if dtype is None else dtype
    extra = {
        "constraint": constraint,
        "synchronization": synchronization,
        "aggregation": aggregation,
        "save_slice_info": save_slice_info,
    }
    extra = {key: value for key, value in extra.items() if value is not None}
    graph.declare(
        variable, full_name, shape, dtype, initial_value,
        trainable=trainable, shared=key is not None, resource=bool(use_resource), extra=extra or None,
    )  # fmt: skip
    note_made(graph, key, variable)
    try:
        device = _device_name(variable)
        if device:
            variable._extra = {**(variable._extra or {}), "device": device}
        if graph.recorder is not None:
            declare_operations(variable, graph.recorder, initial_value, shape, dtype, validate_shape)
        elif not is_called_later:
            _learn_type(variable, initial_value, shape, dtype)
        if key is not None:
            first: Variable = graph.put(key, variable)
            if first is not variable:
                return first
        graph.add_to_collections(keys, variable)
    except BaseException:
        withdraw(graph, key, variable)
        raise
    return variable


def as_collections(keys: Any) -> list[Any]:
    """Return the keys of collections, a list, tuple or set, each once.

    Raises:
        ValueError: something else.
        TypeError: something in it that is no key.
    """
    if not isinstance(keys, (list, tuple, set)):
        raise errors.bad_collections(keys)
    return list(dict.fromkeys(keys))


def _device_name(variable: Variable) -> str | None:
    device = environment().device
    name = device(variable.op) if callable(device) else device
    if name:
        parse_device(name)  # a name that means nothing is an error here, not at first use
    return name


def _learn_type(variable: Variable, initial_value: Any, shape: TensorShape, dtype: DType | None) -> None:
    if callable(initial_value) and not hasattr(initial_value, "_read"):
        with random_stream(variable._names.seed, variable._full_name):
            value = as_array(initial_value(), dtype)
        variable._extra = {**(variable._extra or {}), "seen": to_numpy(value)}  # no second call for the first value
    else:
        value = as_array(initial_value, dtype)
        variable._initializer = np.array(to_numpy(value))
    found = TensorShape(value.shape)
    if not shape.is_compatible_with(found):
        raise errors.initial_shape_differs(variable._full_name, shape.as_list(), found.as_list())
    variable._set_type(found, as_dtype(value.dtype) if dtype is None else dtype)


def _checked(variable: Variable, value: Any) -> Any:
    array = as_array(value, variable._base_dtype)
    if tuple(array.shape) != variable.shape.sizes:
        raise errors.initial_shape_differs(variable._full_name, variable.shape.as_list(), array.shape)
    return array


class _After:
    """A variable after an assignment to it, which runs before what is asked of this."""

    def __init__(self, variable: Variable, written: Tensor) -> None:
        self._variable = variable
        self._written = written

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            with after([self._written.op]):
                return getattr(self._variable, name)(*args, **kwargs)

        return call


def _target(ref: Any) -> Any:
    """Return the variable that an assignment is made to, which may be named by an earlier assignment's result."""
    if isinstance(ref, Tensor) and "variable" in ref.op.attributes:
        return _After(ref.op.attributes["variable"], ref)
    return ref


def assign(
    ref: Variable, value: Any, validate_shape: bool = True, use_locking: bool = False, name: str | None = None
) -> Variable:
    """Return `ref.assign(value)`: written at once, in a graph when it runs.

    `validate_shape=False` lets a variable of a graph take a value of another shape.
    """
    target = _target(ref)
    if not validate_shape and recordable.on and current() is not None:
        return recorded.write(target, "assign", value, name, True, validate_shape=False)
    return target.assign(value, name=name)


def assign_add(ref: Variable, value: Any, use_locking: bool = False, name: str | None = None) -> Variable:
    """Return `ref.assign_add(value)`: written at once, in a graph when it runs."""
    return _target(ref).assign_add(value, name=name)


def assign_sub(ref: Variable, value: Any, use_locking: bool = False, name: str | None = None) -> Variable:
    """Return `ref.assign_sub(value)`: written at once, in a graph when it runs."""
    return _target(ref).assign_sub(value, name=name)


# ---- partitioned variables


class PartitionedVariable(NotInPlace, ComputedArray):
    """A variable that is kept in parts, cut along one axis; iterating gives the parts.

    Attributes:
        name: full name, without ":0".
        shape: of the whole.
    """

    def __init__(
        self, name: str, shape: TensorShape, dtype: DType, variable_list: Sequence[Variable], partitions: Sequence[int]
    ) -> None:
        self.name = name
        self.shape = shape
        self._dtype = dtype
        self._parts = list(variable_list)
        self._partitions = list(partitions)

    def __iter__(self) -> Iterator[Variable]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def dtype(self) -> DType:
        """Element type; unlike a Variable's it is no ref type, as in TF1."""
        return self._dtype

    @property
    def _base_dtype(self) -> DType:
        return self._dtype

    @property
    def _defined_at(self) -> tuple[str, int, str] | None:
        return self._parts[0]._defined_at

    def get_shape(self) -> TensorShape:
        """Return `shape`."""
        return self.shape

    def _get_variable_list(self) -> list[Variable]:
        return self._parts

    def _get_partitions(self) -> list[int]:
        return self._partitions

    @property
    def graph(self) -> Graph:
        """The graph of the parts."""
        return self._parts[0].graph

    def _recorded(self, recorder: Recorder) -> Tensor:
        # the whole as a tensor: its parts joined
        parts = [part._recorded(recorder) for part in self._parts]
        axis = next((k for k, count in enumerate(self._partitions) if count > 1), 0)
        whole: Tensor = recordable.function("concat", parts, axis, name=f"{self.name}/ConcatPartitions/concat")
        return whole

    def as_tensor(self) -> Array:
        """Return the whole as a new array; in a graph as a tensor."""
        recorder = current() if recordable.on else None
        if recorder is not None:
            with _store.name_scope(None):
                return recordable.function("identity", self._recorded(recorder), name=self.name)
        arrays = [part._read() for part in self._parts]
        axis = next((k for k, count in enumerate(self._partitions) if count > 1), 0)
        return array_module(*arrays).concatenate(arrays, axis)

    def assign(self, value: Any) -> Self:
        """Write a value of the whole's shape into the parts.

        Raises:
            ValueError: another shape; nothing is written.
        """
        return self._write_parts(Variable.assign, value)

    def assign_add(self, delta: Any) -> Self:
        """Add to the parts in place; see `assign`."""
        return self._write_parts(Variable.assign_add, delta)

    def assign_sub(self, delta: Any) -> Self:
        """Subtract from the parts in place; see `assign`."""
        return self._write_parts(Variable.assign_sub, delta)

    def _write_parts(self, write: Callable[[Variable, Array], Any], value: Any) -> Self:
        recorder = current() if recordable.on else None
        if recorder is not None:
            return self._write_recorded(write, as_tensor(value, recorder, self._dtype))
        whole = as_array(value, self._dtype)
        if tuple(whole.shape) != self.shape.sizes:
            raise errors.initial_shape_differs(self.name, self.shape.as_list(), whole.shape)
        for part in self._parts:
            info = part._save_slice_info
            assert info is not None
            begins = zip(info.var_offset, info.var_shape, strict=True)
            write(part, whole[tuple(slice(start, start + size) for start, size in begins)])
        return self

    def _write_recorded(self, write: Callable[[Variable, Any], Any], whole: Tensor) -> Any:
        """Write down the assignments of all parts; return the operation that does them all."""
        if not self.shape.is_compatible_with(whole.shape):
            raise errors.initial_shape_differs(self.name, self.shape.as_list(), tuple(whole.shape))
        writes = []
        for part in self._parts:
            info = part._save_slice_info
            assert info is not None
            piece = recordable.function("slice", whole, list(info.var_offset), list(info.var_shape))
            writes.append(write(part, piece))
        return recordable.function("group", *writes)

    def _read(self) -> Array:
        return self.as_tensor()

    @never_raises
    def __repr__(self) -> str:
        return f"<tf.PartitionedVariable {self.name!r} shape={self.shape} dtype={self.dtype.name} parts={len(self)}>"
