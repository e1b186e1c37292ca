"""get_variable with all its rules, and what goes with variable scopes.

`_store` answers what needs only a look: the variable exists, may be shared, and shape and dtype agree. Everything
else comes here.

Source: tensorflow/python/ops/variable_scope.py (TF 1.15).
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from .. import _store
from .._store import AUTO_REUSE, VariableScope, get_variable, variable_scope
from ..arrays import as_array
from ..arrays.dtypes import DType, as_dtype
from ..arrays.operators import ComputedArray
from ..arrays.recordable import recordable
from ..arrays.shapes import TensorShape, as_shape
from ..arrays.typing import Array
from ..errors import scoping as errors
from ..errors.places import in_one_frame
from ..errors.reprs import never_raises
from ..graph import (
    PACKAGE_FOLDER,
    Environment,
    Graph,
    GraphKeys,
    Tensor,
    colocate_with,
    current,
    environment,
    get_default_graph,
    name_scope,
    outside_caller,
)
from .initializers import Initializer
from .initializers.by_name import initializer_called
from .partitions import get_partitioned
from .sharing import missing, own_scope, share
from .tying import alias, answered, bound
from .undo import forget, withdraw
from .variables import (
    SaveSliceInfo,
    ValueWantedError,
    Variable,
    VariableSynchronization,
    as_collections,
    declare,
    default_initializer,
    run_creators,
    withheld,
)

__all__ = [
    "AUTO_REUSE",
    "EagerVariableStore",
    "RegularizationLoss",
    "VariableScope",
    "create_partitioned_variables",
    "get_local_variable",
    "get_variable",
    "get_variable_scope",
    "no_regularizer",
    "op_scope",
    "variable_creator_scope",
    "variable_op_scope",
    "variable_scope",
]


def get_variable_scope() -> VariableScope:
    """Return the current variable scope; its setters change the defaults from here on."""
    return _store.current_scope()


def no_regularizer(_: Any) -> None:
    """Switch a scope's regularizer off: `regularizer=no_regularizer`."""


# ---- get_variable


@in_one_frame
def _get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
    **others: Any,
) -> Any:
    # fill in what the scope says, then ask the custom getter, or get it
    if others:
        raise errors.unknown_argument(next(iter(others)), [*_parameters(_get_variable)][:-1])
    if not isinstance(name, str):
        raise errors.variable_name_not_str(name)
    if name == "":
        raise errors.empty_variable_name()
    name = str.__str__(name)  # its characters, whatever the __str__ of a subclass does
    scope = get_variable_scope()
    options, scope_constraint = _store.current_options()
    initializer = options.initializer if initializer is None else initializer
    if isinstance(initializer, str) and shape is not None:  # without one it is a value: a variable of a string
        initializer = initializer_called(initializer)
    given_dtype = None if dtype is None else as_dtype(dtype).base_dtype
    if given_dtype is not None and initializer is not None and not callable(initializer):
        found = as_dtype(_constant(initializer).dtype).base_dtype
        if found != given_dtype:
            raise errors.constant_dtype(found, given_dtype)
    custom_getter = options.custom_getter if custom_getter is None else custom_getter
    if custom_getter is not None and not callable(custom_getter):
        raise errors.bad_custom_getter(custom_getter)
    regularizer = options.regularizer if regularizer is None else regularizer
    if regularizer is not None and not callable(regularizer):
        raise errors.bad_regularizer(regularizer)
    on_read = synchronization is VariableSynchronization.ON_READ
    arguments = {
        "shape": shape,
        "dtype": options.dtype if given_dtype is None else given_dtype,
        "initializer": initializer,
        "regularizer": regularizer,
        "reuse": AUTO_REUSE if get_default_graph().eager else scope.reuse,
        "trainable": not on_read if trainable is None else trainable,
        "collections": collections,
        "caching_device": options.caching_device if caching_device is None else caching_device,
        "partitioner": options.partitioner if partitioner is None else partitioner,
        "validate_shape": validate_shape,
        "use_resource": options.use_resource if use_resource is None else use_resource,
        "constraint": scope_constraint if constraint is None else constraint,
        "synchronization": synchronization,
        "aggregation": aggregation,
    }
    full_name = f"{scope.name}/{name}" if scope.name else name
    get = partial(_get, _dtype_given=given_dtype is not None)
    if custom_getter is None:
        return get(full_name, **arguments)
    parameters = _parameters(custom_getter)
    if "constraint" not in parameters and not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        del arguments["constraint"]
    with name_scope(None) if recordable.on and recordable.recording() else nullcontext():  # names are whole here
        return custom_getter(getter=get, name=full_name, **arguments)


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # a builtin that does not say
        return {}


def _get(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    reuse: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    constraint: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
    _dtype_given: bool = True,
) -> Any:
    """What a custom getter calls: get or create the variable of this full name, whatever the scope."""
    graph = get_default_graph()
    name, reuse = answered(graph, name, reuse)
    base_dtype = as_dtype("float32" if dtype is None else dtype).base_dtype
    make = partial(
        _get_single,
        graph,
        regularizer=regularizer,
        reuse=reuse,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        validate_shape=validate_shape,
        use_resource=use_resource,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
        dtype_given=_dtype_given,
    )
    with _making(graph):
        if partitioner is not None and not (isinstance(shape, Sequence) and len(shape) == 0):
            if not callable(partitioner):
                raise errors.partitioner_not_callable(partitioner)
            return get_partitioned(graph, make, name, shape, base_dtype, initializer, reuse, partitioner)
        if reuse is True and partitioner is None and name in graph.partitioned_variables:
            return get_partitioned(graph, make, name, shape, base_dtype, initializer, reuse, None)
        if graph.find(f"{name}/part_0") is not None and name in graph.partitioned_variables:
            raise errors.found_partitioned(name, graph.partitioned_variables[name]._get_partitions())
        return make(name, shape, base_dtype, initializer)


@contextlib.contextmanager
def _making(graph: Graph) -> Iterator[None]:
    """Hold the lock, and the hot path off."""
    with graph.lock:
        graph.being_made += 1
        try:
            yield
        finally:
            graph.being_made -= 1


def _get_single(
    graph: Graph,
    name: str,
    shape: Any,
    dtype: DType,
    initializer: Any,
    *,
    regularizer: Any,
    reuse: Any,
    dtype_given: bool,
    save_slice_info: SaveSliceInfo | None = None,
    **kwargs: Any,
) -> Any:
    if shape is not None and initializer is not None and not callable(initializer):
        raise errors.constant_and_shape(name, _constant(initializer), as_shape(shape))
    wanted = as_shape(shape)
    found = graph.find(name)
    if found is not None and name in graph.kept:
        graph.kept.discard(name)
        if wanted.is_compatible_with(found.shape) and as_dtype(found.dtype) == dtype:
            return found
        forget(graph, name, found)
        found = None
    if found is not None:
        return share(found, name, wanted, dtype, reuse, dtype_given=dtype_given)
    if reuse is True:
        raise missing(graph, name)
    creators = environment().creators
    value = _initial_value(name, wanted, dtype, initializer, save_slice_info, bool(creators))
    from_value = value is initializer and not isinstance(value, Initializer)
    kwargs |= {"name": name, "initial_value": value, "dtype": None if from_value else dtype}
    kwargs["shape"] = None if shape is None else wanted
    # the value is of this shape and dtype, whether or not the creators pass them on
    make = partial(_declare_shared, name, shape=kwargs["shape"], dtype=kwargs["dtype"], save_slice_info=save_slice_info)
    variable = run_creators(creators, make, kwargs) if creators else make(**kwargs)
    if graph.find(name) is None:
        graph.put(name, variable)  # what a variable creator returned
    if regularizer is not None:
        try:
            _regularize(graph, name, variable, regularizer)
        except BaseException:
            withdraw(graph, name, variable)
            raise
    return variable


# arguments of Variable that change nothing
_UNUSED = frozenset({"caching_device", "expected_shape", "import_scope", "variable_def"})


def _declare_shared(
    key: str, *, name: str, initial_value: Any, shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Variable:
    """Return what `Variable(...)` does; but `name` is the full one, and get_variable finds the variable by `key`."""
    variable = Variable.__new__(Variable)
    base_dtype = None if dtype is None else as_dtype(dtype).base_dtype
    used = {argument: value for argument, value in kwargs.items() if argument not in _UNUSED}
    return declare(variable, name, initial_value, as_shape(shape), base_dtype, key=key, **used)


def _initial_value(
    name: str, shape: TensorShape, dtype: DType, initializer: Any, part: SaveSliceInfo | None, bound: bool
) -> Any:
    """What `declare` takes: a value, an Initializer, or a callable without arguments.

    Args:
        part: which part of a partitioned variable it is for.
        bound: variable creators are going to see it, who may call it without arguments.
    """
    if initializer is None:
        if shape.rank is None:
            raise errors.shape_needed(name)
        initializer = default_initializer(name, dtype)
    if inspect.isclass(initializer):
        initializer = initializer()
    if not callable(initializer) or hasattr(initializer, "_read"):
        return initializer
    if shape.is_fully_defined():
        if isinstance(initializer, Initializer):
            return _Bound(initializer, shape, dtype, part) if bound else initializer
        where = {"partition_info": part} if "partition_info" in _parameters(initializer) else {}
        return partial(initializer, shape.as_list(), dtype=dtype, **where)
    if isinstance(initializer, Initializer) or _needs_arguments(initializer):
        raise errors.bad_initializer(name, initializer, shape)
    return initializer


class _Bound(Initializer):
    """An initializer that can also be called without arguments: it knows what it is for."""

    def __init__(self, initializer: Initializer, shape: TensorShape, dtype: DType, part: SaveSliceInfo | None) -> None:
        self._initializer = initializer
        self._shape = shape
        self.dtype = dtype
        self._part = part
        self.seed = initializer.seed

    @property
    def is_random(self) -> bool:
        return self._initializer.is_random

    def operations(self, shape: tuple[int, ...]) -> int:
        return self._initializer.operations(shape)

    def __call__(self, shape: Any = None, dtype: Any = None, partition_info: Any = None) -> Any:
        shape, dtype = self._shape if shape is None else shape, self.dtype if dtype is None else dtype
        return self._initializer(shape, dtype, self._part)

    def draw(self, shape: Any = None, dtype: Any = None, partition_info: Any = None) -> Any:
        shape, dtype = self._shape if shape is None else shape, self.dtype if dtype is None else dtype
        return self._initializer.draw(shape, dtype, self._part)


def _needs_arguments(function: Callable[..., Any]) -> bool:
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(p.default is p.empty and p.kind not in optional for p in _parameters(function).values())


def _constant(initializer: Any) -> Any:
    """Return an initializer that is a value as something with a shape and dtype."""
    return initializer if isinstance(initializer, Tensor) else as_array(initializer)


class RegularizationLoss(ComputedArray):
    """A regularizer and its variable; calling it gives the loss of the weights as they are now, and so does computing.

    Attributes:
        name: of the loss, in the variable's scope.
    """

    __slots__ = ("_function", "_variable", "name")

    def __init__(self, name: str, function: Callable[[Any], Any], variable: Any) -> None:
        self.name = name
        self._function = function
        self._variable = variable

    def __call__(self) -> Array:
        """Return the loss, a scalar."""
        return self._function(self._variable)

    _read = __call__

    @never_raises
    def __repr__(self) -> str:
        return f"<fastscope.RegularizationLoss {self.name!r}>"


def _regularize(graph: Graph, name: str, variable: Any, regularizer: Callable[[Any], Any]) -> None:
    if graph.recorder is not None and current() is not None:
        with name_scope(f"{name}/Regularizer/"):
            tensor = regularizer(variable)
        if tensor is not None:
            graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, tensor)
    elif _gives_loss(regularizer, variable):
        loss = RegularizationLoss(f"{name}/Regularizer:0", regularizer, variable)
        graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)


def _gives_loss(regularizer: Callable[[Any], Any], variable: Any) -> bool:
    # As in TF it is called once here, and one that returns None adds nothing. The value is not made for that: a
    # regularizer that looks at it has a loss to give.
    try:
        with withheld(variable):
            return regularizer(variable) is not None
    except ValueWantedError:
        return True


def _compose_getters(inner: Callable[..., Any], outer: Callable[..., Any]) -> Callable[..., Any]:
    """The getter that calls `inner`, whose getter calls `outer`, whose getter is the true one."""
    for getter in (inner, outer):
        if not callable(getter):
            raise errors.bad_custom_getter(getter)

    def composed(getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return inner(partial(outer, getter), *args, **kwargs)

    return composed


def _scope_collection(scope: VariableScope, key: Any) -> list[Any]:
    # the name is escaped: TF takes it for a regular expression, and scope "a.b" finds "axb/v" there
    return get_default_graph().get_collection(key, re.escape(scope.name + "/") if scope.name else None)


_store.install(Variable, _get_variable, _compose_getters, _scope_collection, bound, outside_caller, PACKAGE_FOLDER)


# ---- its relatives


def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = False,
    collections: Sequence[Any] | None = None,
    **kwargs: Any,
) -> Variable:
    """Get or create a variable that is neither trained nor saved; arguments as get_variable's.

    It joins LOCAL_VARIABLES, besides `collections`, in place of GLOBAL_VARIABLES.
    """
    keys = [*as_collections(collections or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(name, shape, dtype, initializer, regularizer, False, keys, **kwargs)


def create_partitioned_variables(
    shape: Any,
    slicing: Sequence[int],
    initializer: Any,
    dtype: Any = None,
    trainable: bool = True,
    collections: Sequence[Any] | None = None,
    name: str | None = None,
    reuse: Any = None,
) -> list[Variable]:
    """Return the parts of a partitioned variable: TF's older way, without a partitioner.

    Args:
        shape: of the whole.
        slicing: into how many parts each axis is cut.
        initializer: as get_variable's.
        dtype: None = float32.
        trainable, collections: of the parts.
        name: of a variable scope, which the parts are named after; None = "PartitionedVariable", numbered.
        reuse: as variable_scope's.
    """
    with own_scope(name, "PartitionedVariable", reuse=reuse) as scope:
        whole = _get(
            scope.name, shape, dtype, initializer, None, scope.reuse, trainable, collections,
            partitioner=lambda shape, dtype: list(slicing),
        )  # fmt: skip
    return list(whole)


def variable_op_scope(
    values: Any, name_or_scope: Any, default_name: str | None = None, **kwargs: Any
) -> AbstractContextManager[VariableScope]:
    """Return `variable_scope(name_or_scope, default_name, values, ...)`: TF's older name and order."""
    return variable_scope(name_or_scope, default_name, values, **kwargs)


def op_scope(values: Any, name: str | None, default_name: str | None = None) -> AbstractContextManager[str]:
    """Return `name_scope(name, default_name, values)`: TF's older name and order."""
    return name_scope(name, default_name, values)


def variable_creator_scope(variable_creator: Callable[..., Any]) -> AbstractContextManager[None]:
    """Return a block in which `variable_creator` makes the variables.

    Args:
        variable_creator: callable(next_creator, **kwargs) -> variable; the innermost one is called first, for
            `Variable` and for what get_variable creates. `kwargs` are all arguments of Variable. For get_variable
            "name" is the full name, and an initializer comes as an "initial_value" that is called without arguments.
    """

    def add(old: Environment | None) -> Environment:
        old = old or Environment()
        return old._replace(creators=(*old.creators, variable_creator))

    return _store.SettingScope(add)


class EagerVariableStore:
    """A store of its own, in which every scope reuses.

    >>> store = fs.EagerVariableStore()
    >>> with store.as_default():
    ...     w = fs.get_variable("w", [2])
    >>> store.variables() == [w]
    True
    """

    def __init__(self) -> None:
        self._graph = Graph()
        self._graph.eager = True

    @never_raises
    def __repr__(self) -> str:
        return f"<fastscope.EagerVariableStore of {len(self.variables())} variables>"

    @contextlib.contextmanager
    def as_default(self) -> Iterator[None]:
        """Make get_variable use this store; the open scopes stay, and so do the seed, the device and the creators."""
        scope, around = get_variable_scope(), environment()
        self._graph.seed = get_default_graph().seed
        with (
            self._graph.as_default(),
            _store.SettingScope(lambda _: around),
            variable_scope(scope, auxiliary_name_scope=False),
        ):
            yield

    def variables(self) -> list[Variable]:
        """Return all variables, by name."""
        return sorted({variable for _, variable in self._graph.items()}, key=lambda variable: str(variable.name))

    def trainable_variables(self) -> list[Variable]:
        """Return the trainable ones, by name."""
        return [variable for variable in self.variables() if variable.trainable]

    def non_trainable_variables(self) -> list[Variable]:
        """Return the others, by name."""
        return [variable for variable in self.variables() if not variable.trainable]

    def copy(self) -> EagerVariableStore:
        """Return a store of new variables with the same names and values."""
        new = EagerVariableStore()
        with new._graph.as_default():
            for name, variable in self._graph.items():
                if name in self._graph.aliases:
                    continue
                with colocate_with(variable):
                    _declare_shared(
                        name, name=name, initial_value=variable.numpy(), trainable=variable.trainable, collections=None
                    )
            for name in self._graph.aliases:
                alias(name, self._graph.find(name)._full_name)
        return new
