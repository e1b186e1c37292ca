"""What every layer has: its name and scope, the check of its inputs, weights made at the first call.

A layer of the user's defines `build(input_shape)`, which makes weights by `add_variable` and ends with `self.built =
True`, and `call(inputs)`. A call with arrays computes, in a graph it writes down.

Source: tensorflow/python/layers/base.py, python/keras/engine/base_layer.py, input_spec.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype
from ..arrays.recordable import recordable
from ..arrays.shapes import TensorShape
from ..errors import arrays as array_errors
from ..errors import layers as errors
from ..errors.reprs import never_raises
from ..graph import GraphKeys, Tensor, add_to_collection, current, name_scope
from ..graph.conversion import as_tensor
from ..ops.operands import operand
from ..scoping.scoped_owner import ScopedOwner, count_name
from ..scoping.undo import all_or_nothing
from .unshared import note_layer

__all__ = ["InputSpec", "Layer", "check_floating", "count_name", "regularize_activity"]


class InputSpec:
    """What a layer's inputs must be.

    Attributes:
        dtype: its name, or None: any.
        shape: a TensorShape, or None: any.
        ndim: number of dimensions, or None: any.
        max_ndim: the most dimensions.
        min_ndim: the least dimensions.
        axes: dimension -> size.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
    ) -> None:
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape = None if shape is None else TensorShape(shape)
        self.ndim = ndim if self.shape is None else self.shape.rank
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = dict(axes or {})

    @never_raises
    def __repr__(self) -> str:
        told = {name: getattr(self, name) for name in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")}
        shown = (f"{name}={value}" for name, value in told.items() if value not in (None, {}))
        return f"InputSpec({', '.join(shown)})"

    def check(self, layer: str, x: Any) -> None:
        """Check inputs of a layer of this name.

        Raises:
            ValueError: they are not what they must be.
        """
        sizes = static_sizes(x)
        if self.dtype is not None and as_dtype(x.dtype).base_dtype.name != self.dtype:
            raise errors.dtype_differs(layer, self.dtype, as_dtype(x.dtype).base_dtype.name)
        if sizes is None:
            if (self.ndim, self.max_ndim, self.min_ndim) != (None, None, None):
                raise errors.rank_unknown(layer)
            return
        if self.ndim is not None and len(sizes) != self.ndim:
            raise errors.rank_differs(layer, self.ndim, sizes)
        if self.max_ndim is not None and len(sizes) > self.max_ndim:
            raise errors.rank_too_large(layer, self.max_ndim, len(sizes))
        if self.min_ndim is not None and len(sizes) < self.min_ndim:
            raise errors.rank_too_small(layer, self.min_ndim, sizes)
        for axis, size in self.axes.items():
            if size is not None and sizes[axis] not in (size, None):
                raise errors.axis_differs(layer, axis, size, sizes)
        if self.shape is not None and not self.shape.is_compatible_with(sizes):
            raise errors.shape_differs(layer, self.shape.as_list(), sizes)


class Layer(ScopedOwner):
    """Base of all layers, and of the user's own.

    Args:
        trainable: whether its weights join TRAINABLE_VARIABLES.
        name: of its variable scope, numbered if it is taken; None = the class name as max_pooling2d.
        dtype: of its weights; None = that of the first inputs.
        activity_regularizer: callable(result) -> loss, which is collected; in a graph only.
        _reuse: True shares the weights that are there under its name.
        _scope: variable scope, or its name, that is taken as it is.

    Attributes:
        input_spec: an InputSpec for its inputs, or None.

    Raises:
        TypeError: another keyword.
    """

    input_spec: InputSpec | None = None
    activity_regularizer: Callable[[Any], Any] | None = None
    _counted: str | None = None

    def __init__(
        self,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
        activity_regularizer: Callable[[Any], Any] | None = None,
        _reuse: Any = None,
        _scope: Any = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise errors.unknown_argument(type(self).__name__, sorted(kwargs))
        self.trainable = trainable
        self._name = name
        self._counted = name or count_name(self._base_name)
        self._dtype = None if dtype is None else as_dtype(dtype).base_dtype
        self.activity_regularizer = activity_regularizer
        self._reuse = _reuse
        if _scope is not None:
            self._find_scope(_scope)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} scope_name={self.scope_name!r}>"

    @property
    def name(self) -> str:
        """The name given, or that of the class with a number, as dense_1."""
        return self._counted or self._base_name

    def describe(self, weight: str, initializer: Any, regularizer: Any = None, constraint: Any = None) -> None:
        """Keep how a weight is made, as the attributes `<weight>_initializer` and so on."""
        for fact, value in (("initializer", initializer), ("regularizer", regularizer), ("constraint", constraint)):
            setattr(self, f"{weight}_{fact}", value)

    def make(self, weight: str, shape: Any, dtype: Any = None, trainable: bool = True, name: str | None = None) -> Any:
        """Make a weight that was described; its variable's name is another one where `name` says so."""
        initializer, regularizer, constraint = (
            getattr(self, f"{weight}_{fact}") for fact in ("initializer", "regularizer", "constraint")
        )
        return self.add_weight(name or weight, shape, dtype, initializer, regularizer, trainable, constraint)

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of this TensorShape; a layer of the user's sets `built` at the end."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute the result, inside the layer's scope: what a layer of the user's defines."""
        return inputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Do what a call of the layer does."""
        return self(inputs, *args, **kwargs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """Return the shape of the result for inputs of this shape."""
        raise NotImplementedError(f"{type(self).__name__} does not define compute_output_shape(input_shape)")

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute the result; the first call makes the weights.

        Args:
            inputs: array or tensor, or a list of them.
            scope: variable scope for the weights, at the first call; other arguments are those of `call`.

        Raises:
            ValueError: the inputs do not fit the layer, or `call` returns nothing.
        """
        scope = kwargs.pop("scope", None)
        recorder = current() if recordable.on else None
        if recorder is None and self.activity_regularizer is not None:
            raise array_errors.no_activity_regularizer()
        given = _each(inputs, operand if recorder is None else lambda x: as_tensor(x, recorder))
        is_counted = not (self.built or self._name or self._scope or self._reuse or scope)
        with _making(self), self._scoped(scope, self._getter) as found, name_scope(found.original_name_scope):
            self._make_ready(given)
            result = self.call(given, *args, **kwargs)
            if result is None:
                raise errors.no_output(self.name)
            if self.activity_regularizer is not None:
                loss = regularize_activity(self.activity_regularizer, result)
                self._own_losses += () if loss is None else ((loss, True),)
        if recorder is not None and is_counted:
            note_layer(recorder, found, self._weights, given, result)
        return result

    def _make_ready(self, inputs: Any) -> None:
        """Check the inputs, and make the weights if they are not made."""
        if self.input_spec is not None and not isinstance(inputs, (list, tuple, dict)):
            self.input_spec.check(self.name, inputs)
        if self.built:
            return
        if self._dtype is None:
            self._dtype = as_dtype(_first(inputs).dtype).base_dtype
        self.build(_each(inputs, lambda x: TensorShape(static_sizes(x))))
        self.built = True


def check_floating(layer: Layer) -> None:
    """Check that a layer of products is given what it can multiply.

    Raises:
        TypeError: its inputs are integers.
    """
    dtype = layer.dtype
    if dtype is not None and not dtype.is_floating and not dtype.is_complex:
        raise errors.integer_weights(type(layer).__name__, dtype)


def static_sizes(x: Any) -> list[int | None] | None:
    """Return what is known of the shape of an array or a tensor; None = not even its rank."""
    if isinstance(x, Tensor):
        return None if x.dims is None else list(x.dims)
    return list(x.shape)


def _each(inputs: Any, function: Callable[[Any], Any]) -> Any:
    """Return `function` of the inputs, or of each of several."""
    if isinstance(inputs, dict):
        return {key: _each(value, function) for key, value in inputs.items()}
    if isinstance(inputs, (list, tuple)) and any(hasattr(value, "dtype") for value in inputs):
        return [_each(value, function) for value in inputs]
    return function(inputs)


def _first(inputs: Any) -> Any:
    while isinstance(inputs, (list, dict)):
        inputs = inputs[0] if isinstance(inputs, list) else next(iter(inputs.values()))
    return inputs


def _making(layer: Layer) -> AbstractContextManager[None]:
    """Return a block that leaves no weights behind if it fails, unless the layer has made them before."""
    return nullcontext() if layer.built else all_or_nothing(layer)


def regularize_activity(regularizer: Callable[[Any], Any], result: Any) -> Any:
    """Collect a loss of what a layer gives, for one row of the batch, and return it; None where there is none."""
    with name_scope("ActivityRegularizer"):
        loss = regularizer(result)
        if loss is None:
            return None
        rows: Any = ops.cast(ops.shape(result)[0], result.dtype.base_dtype)
        share = loss / rows
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, share)
        return share
