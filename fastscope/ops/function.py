"""`op`: one definition of a function, for arrays and for tensors.

A function of `ops` takes arrays and returns arrays. The decorator makes it write down an operation instead where a
recorder is in force; a plan calls the same function later. What a graph must know besides stands in the decorator:

    @op("MatMul", "a b", shape=shape_rules.matmul, kernel=np.matmul)
    def matmul(a, b, transpose_a=False, transpose_b=False, name=None): ...

The rule of its gradient is in `gradients`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np

from ..arrays.dtypes import DType
from ..arrays.dtypes import bool as bool_
from ..arrays.dtypes import int32 as int32_
from ..arrays.dtypes import string as string_
from ..arrays.recordable import recordable
from ..errors import graph as errors
from ..graph import Operation, Recorder, ShapeOf, StaticShape, Tensor, computing, current
from ..graph.conversion import as_tensor, brought_in
from ..graph.seeds import leave_out
from ..graph.sparse_tensor import SparseTensor
from .folding import folded
from .left_out import left_out
from .operands import drawn_name

__all__ = ["Definition", "definition_of", "dtype_of", "op"]

P = ParamSpec("P")
R = TypeVar("R")
_MISSING = object()
_KINDS = {"bool": bool_, "int32": int32_, "string": string_}
_ALLOWED = {"index": ("int32", "int64"), "real": ("float16", "bfloat16", "float32", "float64")}


class Input(NamedTuple):
    """An argument that is a tensor.

    Attributes:
        name: of the parameter.
        own_name: TF's name of the input.
        is_list: whether it takes a list of tensors.
        optional: whether it may be None.
    """

    name: str
    own_name: str
    is_list: bool
    optional: bool

    @classmethod
    def read(cls, word: str) -> Input:
        """Return the input that a word such as "x=input" describes."""
        name, _, own_name = word.rstrip("*?").partition("=")
        return cls(name, own_name or name, word.endswith("*"), word.endswith("?"))


class Group:
    """Arguments that are tensors of one dtype.

    Written "x y:bool": one ending in "*" takes a list of tensors, one in "?" may be None; "x=input" TF calls `input`.

    Attributes:
        inputs: one for each argument.
        dtype: the one that they must have, or None.
        allowed: names of those that they may have; () = all.
        steers: whether the function takes them on the host, because of their kind: "int32" or "host".
    """

    def __init__(self, words: str) -> None:
        words, _, kind = words.partition(":")
        self.steers = kind.strip() in ("int32", "host")
        self.inputs = [Input.read(word) for word in words.split()]
        self.dtype = _KINDS.get(kind.strip())
        self.allowed = _ALLOWED.get(kind.strip(), ())


class Definition:
    """What a graph must know of a function.

    Attributes:
        type: TF's name of the operation.
        kind: callable(values) -> TF's name, where the arguments decide; None = `type`.
        groups: which arguments are tensors; all others are attributes, though tensors may stand in them.
        name: TF's default name.
        inner: name of the operation inside the scope `name`, where TF makes several, or callable(values) -> it; '' =
            there is no scope.
        shape: callable(*static shapes of the tensors, **attributes) -> the static shape of the output, a list of them
            where there are several; None = tried out on zeros.
        dtype: DType of the outputs, or callable(values) -> one or a list of them; None = that of the first tensor.
        kernel: what a plan calls, with the attributes that it names; a ufunc gets the tensors; None = the function.
        normalize: callable(values) -> values: arguments in one form, before anything else is done with them.
        returns: callable(list of tensors) -> what the function answers where there are several outputs.
        shapes: names of the tensors of which `kernel` gets the shape in place of the value.
        keeps: whether `kernel` takes `keep=`, and has a last output that only the gradient asks for.
        allowed: names of the dtypes that the first group may have; () = those that `allowed_types` has.
        gradient: the rule of its gradient, where it is not that of all operations of this type.
        shown: callable(recorder, values, full name) -> tensors that TensorFlow's operation takes besides, and writes
            down before it; only in a graph, where programs look.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        type: str,
        inputs: str = "",
        *,
        kind: Callable[[dict[str, Any]], str] | None = None,
        name: str | None = None,
        inner: str | Callable[[dict[str, Any]], str] = "",
        shape: Callable[..., Any] | None = None,
        dtype: DType | Callable[..., Any] | None = None,
        kernel: Callable[..., Any] | None = None,
        normalize: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        returns: Callable[[list[Any]], Any] = list,
        allowed: Sequence[str] = (),
        shapes: Sequence[str] = (),
        keeps: bool = False,
        gradient: Callable[..., Any] | None = None,
        shown: Callable[[Recorder, dict[str, Any], str], list[Tensor]] | None = None,
    ) -> None:
        self.function = function
        self.type = type
        self.kind = kind
        self.groups = [Group(words) for words in inputs.split("|") if words.strip()]
        self.name = type if name is None else name
        self.inner = inner
        self.shape = shape
        self.dtype = dtype
        self.kernel = kernel
        self.normalize = normalize
        self.returns = returns
        self.allowed = allowed
        self.shapes = shapes
        self.keeps = keeps
        self.gradient = gradient
        self.shown = shown
        self.tensors = [name for group in self.groups for name, *_ in group.inputs]

    # What a signature tells is looked at when a graph first asks: an import makes hundreds of definitions.

    @functools.cached_property
    def defaults(self) -> dict[str, Any]:
        """The default of each parameter; _MISSING where there is none."""
        parameters = inspect.signature(self.function).parameters
        return {
            key: _MISSING if parameter.default is parameter.empty else parameter.default
            for key, parameter in parameters.items()
        }

    @functools.cached_property
    def parameters(self) -> list[str]:
        """Names of the parameters."""
        return list(self.defaults)

    @functools.cached_property
    def shape_wants(self) -> list[str]:
        """Attributes that the shape rule takes."""
        return _parameters(self.shape, inspect.Parameter.KEYWORD_ONLY)

    @functools.cached_property
    def kernel_wants(self) -> list[str] | None:
        """Arguments that the kernel takes; None for a ufunc, which takes the tensors."""
        wants = None if isinstance(self.kernel, np.ufunc) else _parameters(self.kernel)
        return wants[:-1] if wants and self.keeps else wants

    @functools.cached_property
    def allowed_first(self) -> Sequence[str]:
        """Names of the dtypes that the first group may have; () = all."""
        if self.allowed:
            return self.allowed
        from .allowed_types import ALLOWED

        return ALLOWED.get(self.type, ())

    @functools.cached_property
    def steering(self) -> frozenset[int]:
        """The numbers of those of a plan's arguments that are no data: they are wanted on the host."""
        data = {each.name for group in self.groups if not group.steers for each in group.inputs}
        if self.kernel is None:
            names = self.parameters
        else:
            names = self.tensors if self.kernel_wants is None else self.kernel_wants
        return frozenset(k for k, name in enumerate(names) if name not in data)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call by name, in the order of the parameters.

        Raises:
            TypeError: they do not fit the function, in Python's own words.
        """
        values = dict(self.defaults)
        values.update(zip(self.parameters, args, strict=False))
        values.update(kwargs)
        is_missing = any(value is _MISSING for value in values.values())
        if len(values) != len(self.defaults) or len(args) > len(values) or is_missing:
            inspect.signature(self.function).bind(*args, **kwargs)
        return values

    def write(self, recorder: Recorder, values: dict[str, Any], wish: str | None = None) -> Any:
        """Write down a call with these arguments, under the name `wish` or its default name.

        Returns:
            Its tensor or tensors.

        Raises:
            TypeError: dtypes that do not fit.
            ValueError: shapes that do not fit; both in TensorFlow's opening words.
        """
        name = recorder.claim(self.name if wish is None else wish)
        if self.inner:
            name = f"{name}/{self.inner(values) if callable(self.inner) else self.inner}"
        values["name"] = None
        if self.normalize is not None:
            values = self.normalize(values)
        return self.write_as(recorder, values, name, self.shown is not None and recorder is recorder.graph.recorder)

    def write_as(self, recorder: Recorder, values: dict[str, Any], name: str, shown: bool = False) -> Any:
        """Write down a call with arguments in one form, under a full name that is taken as it is.

        Args:
            shown: whether the tensors that TensorFlow's operation takes besides are written down, too.

        Returns:
            Its tensor or tensors.

        Raises:
            TypeError, ValueError: see `write`.
        """
        for group in self.groups:
            self._convert(group, recorder, values, name)
        inputs: list[Tensor] = []
        for key, value in values.items():
            values[key] = _brought_in(value, recorder, inputs, name)
        type = self.type if self.kind is None else self.kind(values)
        outputs, together = self._outputs(values, type, name, inputs)
        function, args = self._call(values)
        if missing := left_out(type, values):
            leave_out(recorder, missing)
        besides = self.shown(recorder, values, name) if shown and self.shown is not None else []
        operation = recorder.add(
            type, name, function, args, [*inputs, *besides] if besides else inputs, outputs, values, self.gradient,
            together, shown=len(besides),
        )  # fmt: skip
        operation.definition = self
        operation.steering = self.steering
        operation.optional = len(outputs) - 1 if self.keeps else None
        return self.returns(operation.outputs) if together else operation.outputs[0]

    def _convert(self, group: Group, recorder: Recorder, values: dict[str, Any], scope: str) -> None:
        """Make the arguments of a group tensors of one dtype, that of the first one."""
        dtype, first = group.dtype, ""
        for name, own_name, is_list, optional in group.inputs:
            value = values[name]
            if value is None:
                if not optional and self.defaults.get(name) is _MISSING:
                    raise errors.none_as_input(own_name)
                continue
            if is_list:
                values[name] = self._convert_list(own_name, list(value), recorder, dtype, scope)
            else:
                values[name] = self._convert_one(own_name, value, recorder, dtype, first, scope)
            if dtype is None:
                tensor = values[name][0] if is_list else values[name]
                dtype, first = tensor.dtype.base_dtype, own_name
                allowed = group.allowed or (self.allowed_first if group is self.groups[0] else ())
                if allowed and dtype.name not in allowed:
                    raise errors.type_not_allowed(own_name, dtype, list(allowed))

    def _convert_one(
        self, name: str, value: Any, recorder: Recorder, dtype: DType | None, first: str, scope: str
    ) -> Tensor:
        try:
            tensor = as_tensor(value, recorder, None if type(value) is Tensor else dtype, name=f"{scope}/{name}")
        except TypeError as reason:
            if dtype is None or hasattr(value, "dtype"):
                raise
            raise errors.does_not_become_input(name, self.type, value, dtype, reason) from None
        if dtype is not None and tensor.dtype.base_dtype is not dtype:
            if not first:
                raise errors.type_is_fixed(name, self.type, tensor.dtype.base_dtype, dtype)
            raise errors.input_type_differs(name, self.type, tensor.dtype.base_dtype, dtype, first)
        return tensor

    def _convert_list(
        self, name: str, listed: list[Any], recorder: Recorder, dtype: DType | None, scope: str
    ) -> list[Tensor]:
        if dtype is None:  # a tensor among them decides
            known = (value for value in listed if hasattr(value, "dtype"))
            found = next((value for value in known if type(value) is Tensor or hasattr(value, "_recorded")), None)
            dtype = None if found is None else found.dtype.base_dtype
        if not listed:
            raise errors.no_inputs(name, self.type, 2 if self.type == "ConcatV2" else 1)
        tensors = []
        for k, value in enumerate(listed):
            wanted = None if type(value) is Tensor else dtype
            tensors.append(as_tensor(value, recorder, wanted, name=f"{scope}/{name}_{k}"))
            dtype = dtype or tensors[0].dtype.base_dtype
        if any(tensor.dtype.base_dtype is not dtype for tensor in tensors):
            raise errors.list_types_differ(name, self.type, [tensor.dtype.base_dtype for tensor in tensors])
        return tensors

    def _outputs(
        self, values: dict[str, Any], type: str, name: str, inputs: list[Tensor]
    ) -> tuple[list[tuple[StaticShape, DType]], bool]:
        """Return static shape and dtype of each output, and whether they are several by nature."""
        if self.shape is None:
            return self._tried(values)
        tensors = [tensor for key in self.tensors for tensor in _listed(values[key])]
        shapes = [tensor.dims for tensor in tensors]
        try:
            dims = self.shape(*shapes, **{key: folded(values[key]) for key in self.shape_wants})
        except ValueError as reason:
            scope, _, last = name.rpartition("/")
            given = scope if self.inner and last.startswith("Reshape") else name
            raise errors.shapes_do_not_fit(str(reason), given, type, inputs) from None
        together = isinstance(dims, list)
        every = dims if together else [dims]
        dtype = self.dtype(values) if callable(self.dtype) else self.dtype
        if dtype is None:
            dtype = tensors[0].dtype.base_dtype
        dtypes = dtype if isinstance(dtype, list) else [dtype] * len(every)
        return list(zip(every, dtypes, strict=True)), together

    def _tried(self, values: dict[str, Any]) -> tuple[list[tuple[StaticShape, DType]], bool]:
        """Return the same, found by running the function on zeros."""
        from .probing import probe

        function, args = self._call(values)
        return probe(function, args)

    def _call(self, values: dict[str, Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Return what a plan calls, and with what."""
        if self.kernel is None:
            return self.function, tuple(values[key] for key in self.parameters)
        if self.kernel_wants is None:
            return self.kernel, tuple(values[key] for key in self.tensors)
        if self.shapes:
            values = values | {key: ShapeOf(values[key]) for key in self.shapes}
        return self.kernel, tuple(values[key] for key in self.kernel_wants)


def dtype_of(name: str) -> Callable[[dict[str, Any]], DType]:
    """Return what tells the dtype of an output: it is that of the argument `name`."""

    def dtype(values: dict[str, Any]) -> DType:
        (first, *_) = _listed(values[name])
        return first.dtype.base_dtype

    return dtype


def _parameters(function: Callable[..., Any] | None, kind: Any = None) -> list[str]:
    """Return the names of the parameters, of all or of one kind."""
    if function is None:
        return []
    parameters = inspect.signature(function).parameters.values()
    return [parameter.name for parameter in parameters if kind is None or parameter.kind is kind]


def _listed(value: Any) -> Sequence[Tensor]:
    return () if value is None else value if isinstance(value, (list, tuple)) else (value,)


def _brought_in(value: Any, recorder: Recorder, inputs: list[Tensor], consumer: str) -> Any:
    """Return an argument with what stands in this place for the tensors in it, and list those."""
    if type(value) is Tensor:
        if inputs and value.graph is not inputs[0].graph:
            raise errors.other_graph(value, inputs[0])
        value = brought_in(value, recorder, consumer)
        inputs.append(value)
    elif type(value) in (list, tuple):
        return type(value)(_brought_in(inner, recorder, inputs, consumer) for inner in value)
    elif hasattr(value, "_recorded"):
        return _brought_in(value._recorded(recorder), recorder, inputs, consumer)
    return value


def op(
    type: str, inputs: str = "", *, record: Callable[..., Any] | None = None, of_sparse: bool = False, **facts: Any
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function one that computes, or writes itself down where a recorder is in force.

    Args:
        type, inputs, facts: see `Definition`.
        record: callable(recorder, *args, **kwargs), for a function that does this in a way of its own; NotImplemented
            is its answer where it does not.
        of_sparse: whether it takes a SparseTensor too, where it is written down: the elements that are kept.

    Where it computes, an argument `name` is drawn from the graph's name table: the function gets the unique name.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        definition = Definition(function, type, inputs, **facts)
        arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
        place = arguments.index("name") if "name" in arguments else None

        @functools.wraps(function)
        def front(*args: Any, **kwargs: Any) -> Any:
            if recordable.on:
                recorder = current()
                if recorder is not None:
                    if record is not None:
                        made = record(recorder, *args, **kwargs)
                        if made is not NotImplemented:
                            return made
                    values = definition.bind(args, kwargs)
                    if of_sparse and isinstance(sparse := values[definition.parameters[0]], SparseTensor):
                        kept = front(sparse.values, **{key: values[key] for key in definition.parameters[1:]})
                        return SparseTensor(sparse.indices, kept, sparse.dense_shape)
                    return definition.write(recorder, values, values.pop("name", None))
            if kwargs.get("name") is not None:
                kwargs["name"] = drawn_name(kwargs["name"])
            elif place is not None and len(args) > place and args[place] is not None:
                args = (*args[:place], drawn_name(args[place]), *args[place + 1 :])
            return function(*args, **kwargs)

        front.definition = definition  # type: ignore[attr-defined]
        return cast("Callable[P, R]", front)

    return decorate


def definition_of(function: Any) -> Definition:
    """Return what the decorator knows of a public function."""
    definition: Definition = function.definition
    return definition


def compute(operation: Operation, values: Sequence[Any]) -> Any:
    """Call what an operation would call, with the values of its inputs, on the host.  Nothing is recorded meanwhile."""
    given = iter(values)
    with computing("/cpu:0"):
        assert operation.function is not None
        return operation.function(*(_filled(value, given) for value in operation.args))


def _filled(value: Any, given: Any) -> Any:
    if type(value) is Tensor:
        return next(given)
    if type(value) is ShapeOf:
        return np.shape(next(given))
    return type(value)(_filled(inner, given) for inner in value) if type(value) in (list, tuple) else value
