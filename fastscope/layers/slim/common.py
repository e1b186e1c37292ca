"""What tf.contrib.layers' layers have in common: scopes, collections, the arguments of those with weights.

Arguments that many have: `activation_fn`, a function of the result; `normalizer_fn`, a function that takes the place of
the biases, with the arguments `normalizer_params`; `weights_` and `biases_` `initializer` and `regularizer`;
`variables_collections`, names of collections, or a dict of them by "weights" and "biases"; `outputs_collections`, names
of collections that the result joins in a graph.

Source: tensorflow/contrib/layers/python/layers/layers.py, utils.py (TF 1.15).
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, Signature
from typing import Any

from ... import ops
from ...arrays.dtypes import as_dtype
from ...errors import arg_scopes as errors
from ...graph import GraphKeys, add_to_collections, get_collection, get_default_graph, name_scope
from ...scoping.arg_scopes import add_arg_scope
from ...scoping.initializers import Zeros, xavier_initializer
from ...scoping.scopes import variable_scope
from ...scoping.variable_lists import model_variable
from .utils import collect_named_outputs, get_variable_collections

__all__ = [
    "Function",
    "Weighted",
    "as_tensor",
    "collected_output",
    "collections_of",
    "format_of",
    "joined",
    "layer_scope",
    "named_getter",
    "with_weights",
]

Function = Callable[..., Any]
_XAVIER = xavier_initializer()
_RENAMED = {
    "kernel": "weights",
    "bias": "biases",
    "depthwise_kernel": "depthwise_weights",
    "pointwise_kernel": "pointwise_weights",
}


# ---- scopes, collections


def named_getter(getter: Function, name: str, *args: Any, **kwargs: Any) -> Any:
    """Get a layer's variable under the name that it has here; its loss keeps the name that the layer knows."""
    scope, slash, last = name.rpartition("/")
    found = f"{scope}{slash}{_RENAMED.get(last, last)}"
    kwargs["collections"] = [GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    regularizer = kwargs.get("regularizer")
    graph = get_default_graph()
    if regularizer is None or graph.recorder is None:
        return getter(found, *args, **kwargs)
    is_there = graph.find(found) is not None
    variable = getter(found, *args, **{**kwargs, "regularizer": _none})
    if not is_there:
        with name_scope(f"{name}/Regularizer/"):
            loss = regularizer(variable)
        if loss is not None:
            graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
    return variable


def _none(variable: Any) -> None:
    """Return no loss."""


@contextlib.contextmanager
def layer_scope(scope: Any, default_name: str, inputs: Any, reuse: Any = None, renames: bool = True) -> Iterator[Any]:
    """Open the variable scope of a layer; in one that renames, a layer of tf.layers makes "weights" for its kernel."""
    getter = named_getter if renames else None
    with variable_scope(scope, default_name, [inputs], reuse=reuse, custom_getter=getter) as found:
        yield found


def collections_of(collections: Any, kind: str) -> list[str]:
    """Return the names of the collections that variables of a kind join."""
    found = get_variable_collections(collections, kind)
    return [] if found is None else [found] if isinstance(found, str) else list(found)


def joined(variable: Any, collections: Any, kind: str) -> None:
    """Put a variable into the collections of its kind, once."""
    for key in collections_of(collections, kind):
        if variable is not None and not any(member is variable for member in get_collection(key)):
            add_to_collections(key, variable)


def collected_output(collections: Any, alias: str, outputs: Any) -> Any:
    """Return a result that has joined collections, in a graph, under the name of its scope."""
    return collect_named_outputs(collections if get_default_graph().recorder is not None else None, alias, outputs)


def format_of(data_format: str | None, known: Sequence[str]) -> str:
    """Return what tf.layers calls a layout: "channels_first" or "channels_last".

    Raises:
        ValueError: it is none of those known.
    """
    if data_format is not None and data_format not in known:
        raise errors.bad_layout(data_format, known)
    return "channels_first" if data_format is not None and data_format.startswith("NC") else "channels_last"


def as_tensor(inputs: Any) -> Any:
    """Return the inputs as a tensor, or as an array where everything is computed at once."""
    return ops.convert_to_tensor(inputs)


# ---- the arguments of layers with weights


@dataclasses.dataclass
class Weighted:
    """What every layer with weights and biases is given besides its own arguments."""

    activation_fn: Function | None = ops.relu
    normalizer_fn: Function | None = None
    normalizer_params: dict[str, Any] | None = None
    weights_initializer: Any = _XAVIER
    weights_regularizer: Any = None
    biases_initializer: Any = Zeros
    biases_regularizer: Any = None
    reuse: Any = None
    variables_collections: Any = None
    outputs_collections: Any = None
    trainable: bool = True
    scope: Any = None

    def of_layer(self, sc: Any, weights: Sequence[str] = ("kernel",)) -> dict[str, Any]:
        """Return these as arguments of a layer of tf.layers, in its own scope."""
        found = {
            "use_bias": self.normalizer_fn is None and self.biases_initializer is not None,
            "bias_initializer": self.biases_initializer,
            "bias_regularizer": self.biases_regularizer,
            "trainable": self.trainable,
            "name": sc.name,
            "_scope": sc,
            "_reuse": self.reuse,
        }
        for name in weights:
            found[f"{name}_initializer"] = self.weights_initializer
            found[f"{name}_regularizer"] = self.weights_regularizer
        return found

    def variable(self, kind: str, name: str, shape: Any, dtype: Any) -> Any:
        """Return a variable of a layer that makes its own: its weights or its biases."""
        return model_variable(
            name,
            shape,
            as_dtype(dtype).base_dtype,
            getattr(self, f"{kind}_initializer"),
            getattr(self, f"{kind}_regularizer"),
            self.trainable,
            collections_of(self.variables_collections, kind),
        )

    def run(self, layer: Any, inputs: Any, sc: Any) -> Any:
        """Run a layer of tf.layers, then what follows it."""
        result = layer(inputs)
        for kind, names in (("weights", ("kernel", "depthwise_kernel", "pointwise_kernel")), ("biases", ("bias",))):
            for name in names:
                joined(getattr(layer, name, None), self.variables_collections, kind)
        if self.normalizer_fn is not None:
            result = self.normalizer_fn(result, **(self.normalizer_params or {}))
        return self.activated(result, sc)

    def with_biases(self, result: Any, depth: int | None, dtype: Any, sc: Any, data_format: str = "NHWC") -> Any:
        """Do what follows a product that a layer computes itself: normalization or biases, then the activation."""
        if self.normalizer_fn is not None:
            result = self.normalizer_fn(result, **(self.normalizer_params or {}))
        elif self.biases_initializer is not None:
            result = ops.bias_add(result, self.variable("biases", "biases", [depth], dtype), data_format)
        return self.activated(result, sc)

    def activated(self, result: Any, sc: Any) -> Any:
        """Return the activation, which has joined the collections of results."""
        result = result if self.activation_fn is None else self.activation_fn(result)
        return collected_output(self.outputs_collections, sc.name, result)


_FIELDS = {field.name: field for field in dataclasses.fields(Weighted)}


def with_weights(default_name: str, own_after: str = "scope", renames: bool = True) -> Callable[[Function], Any]:
    """Make a function of a layer with weights: its own arguments, and those of `Weighted`.

    The function is given the inputs as a tensor, its own arguments, `given`, a Weighted, and `sc`, the variable scope.

    Args:
        default_name: of the variable scope.
        own_after: the argument of `Weighted` after which keyword arguments of the function's own stand.
        renames: whether a layer of tf.layers makes the variables, whose names are others there.
    """

    def decorate(function: Function) -> Function:
        parameters = list(inspect.signature(function).parameters.values())
        own = [one for one in parameters if one.kind is Parameter.POSITIONAL_OR_KEYWORD]
        later = [one for one in parameters if one.kind is Parameter.KEYWORD_ONLY and one.name not in ("given", "sc")]
        common = []
        for name, field in _FIELDS.items():
            common.append(
                Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=field.default, annotation=field.type)
            )
            if name == own_after:
                common += [one.replace(kind=Parameter.POSITIONAL_OR_KEYWORD) for one in later]
        signature = Signature([*own, *common])

        def layer(*args: Any, **kwargs: Any) -> Any:
            values = signature.bind(*args, **kwargs).arguments
            given = Weighted(**{name: values.pop(name) for name in _FIELDS if name in values})
            with layer_scope(given.scope, default_name, values["inputs"], given.reuse, renames) as sc:
                values["inputs"] = as_tensor(values["inputs"])
                return function(**values, given=given, sc=sc)

        layer.__name__ = layer.__qualname__ = function.__name__
        layer.__module__, layer.__doc__ = function.__module__, function.__doc__
        layer.__signature__ = signature  # type: ignore[attr-defined]
        return add_arg_scope(layer)

    return decorate
