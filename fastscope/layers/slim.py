"""tf.contrib.layers, which slim is: layers that are functions, with the names weights and biases for their variables.

Each opens a variable scope, `scope` or one of its own name made unique. Its arguments may be given by `arg_scope`.
Arguments that many have: `activation_fn`, a function of the result; `normalizer_fn`, a function that takes the place of
the biases, with the arguments `normalizer_params`; `weights_` and `biases_` `initializer` and `regularizer`;
`variables_collections`, names of collections, or a dict of them by "weights" and "biases"; `outputs_collections`, names
of collections that the result joins in a graph.

Source: tensorflow/contrib/layers/python/layers/layers.py, utils.py (TF 1.15).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype, int64
from ..arrays.recordable import recordable
from ..errors import arg_scopes as errors
from ..graph import GraphKeys, add_to_collections, current, get_collection, get_default_graph, name_scope
from ..ops.weights import static_shape
from ..scoping.arg_scopes import add_arg_scope
from ..scoping.initializers import Zeros, xavier_initializer
from ..scoping.scopes import variable_scope
from ..scoping.variable_lists import model_variable
from .arguments import tuple_of
from .convolutional import Conv1D, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, SeparableConv2D
from .core import Dense, Dropout, Flatten
from .pooling import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D

__all__ = [
    "avg_pool2d",
    "avg_pool3d",
    "bias_add",
    "collected_output",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "convolution1d",
    "convolution2d",
    "convolution2d_transpose",
    "convolution3d",
    "convolution3d_transpose",
    "dropout",
    "flatten",
    "fully_connected",
    "linear",
    "max_pool2d",
    "max_pool3d",
    "maxout",
    "one_hot_encoding",
    "relu",
    "relu6",
    "repeat",
    "separable_conv2d",
    "separable_convolution2d",
    "softmax",
    "stack",
    "unit_norm",
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


def _named_getter(getter: Function, name: str, *args: Any, **kwargs: Any) -> Any:
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
def _layer_scope(scope: Any, default_name: str, inputs: Any, reuse: Any = None) -> Iterator[Any]:
    with variable_scope(scope, default_name, [inputs], reuse=reuse, custom_getter=_named_getter) as found:
        yield found


def collections_of(collections: Any, kind: str) -> list[str]:
    """Return the names of the collections that variables of a kind join."""
    found = collections.get(kind) if isinstance(collections, dict) else collections
    return [] if found is None else [found] if isinstance(found, str) else list(found)


def _joined(variable: Any, collections: Any, kind: str) -> None:
    for key in collections_of(collections, kind):
        if variable is not None and not any(member is variable for member in get_collection(key)):
            add_to_collections(key, variable)


def collected_output(collections: Any, alias: str, outputs: Any) -> Any:
    """Return a result that has joined collections, in a graph, under the name of its scope."""
    if collections and get_default_graph().recorder is not None:
        outputs.aliases = [*getattr(outputs, "aliases", []), alias.rstrip("/")]
        add_to_collections(collections, outputs)
    return outputs


def _finished(
    layer: Any, inputs: Any, sc: Any, variables: Any, outputs: Any, normalizer: Any, params: Any, activation: Any
) -> Any:
    """Run a layer, then what follows it."""
    result = layer(inputs)
    for kind, names in (("weights", ("kernel", "depthwise_kernel", "pointwise_kernel")), ("biases", ("bias",))):
        for name in names:
            _joined(getattr(layer, name, None), variables, kind)
    if normalizer is not None:
        result = normalizer(result, **(params or {}))
    if activation is not None:
        result = activation(result)
    return collected_output(outputs, sc.name, result)


def _format_of(data_format: str | None, known: Sequence[str]) -> str:
    if data_format is not None and data_format not in known:
        raise errors.bad_layout(" or ".join(known))
    return "channels_first" if data_format is not None and data_format.startswith("NC") else "channels_last"


def _as_tensor(inputs: Any) -> Any:
    return ops.convert_to_tensor(inputs)


# ---- products and convolutions


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Function | None = ops.relu,
    normalizer_fn: Function | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """Return `activation_fn(inputs @ weights + biases)`, by default a relu; inputs `[..., D]`.

    Raises:
        ValueError: `num_outputs` is no integer, or get_variable's reasons.
    """
    if not isinstance(num_outputs, int):
        raise errors.outputs_not_integer(num_outputs)
    with _layer_scope(scope, "fully_connected", inputs, reuse) as sc:
        layer = Dense(
            num_outputs,
            use_bias=normalizer_fn is None and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
            _scope=sc,
            _reuse=reuse,
        )
        after = (normalizer_fn, normalizer_params, activation_fn)
        return _finished(layer, _as_tensor(inputs), sc, variables_collections, outputs_collections, *after)


linear = partial(fully_connected, activation_fn=None)
relu = partial(fully_connected, activation_fn=ops.relu)
relu6 = partial(fully_connected, activation_fn=ops.relu6)


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Function | None = ops.relu,
    normalizer_fn: Function | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    conv_dims: int | None = None,
) -> Any:
    """Return a convolution over the dimensions between batch and channels, by default with a relu.

    Args:
        inputs: `[N, *spatial, C]`; with a `data_format` as "NCHW", `[N, C, *spatial]`.
        num_outputs, kernel_size, stride, rate: filters, window, its steps, and the distance of its elements.
        padding: "SAME" or "VALID".
        conv_dims: how many spatial dimensions there must be.

    Raises:
        ValueError: there are others.
    """
    form = _format_of(data_format, ("NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"))
    with _layer_scope(scope, "Conv", inputs, reuse) as sc:
        inputs = _as_tensor(inputs)
        rank = static_shape(inputs).rank
        kinds: dict[Any, Any] = {3: Conv1D, 4: Conv2D, 5: Conv3D}
        if conv_dims is not None and rank != conv_dims + 2:
            raise errors.bad_rank("Convolution", f"Convolution expects input with rank {conv_dims + 2}, got {rank}.")
        if rank not in kinds:
            raise errors.bad_rank("Convolution", f"Convolution not supported for input with rank {rank}.")
        layer = kinds[rank](
            num_outputs,
            kernel_size,
            stride,
            padding,
            form,
            rate,
            use_bias=normalizer_fn is None and biases_initializer is not None,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
            _scope=sc,
            _reuse=reuse,
        )
        after = (normalizer_fn, normalizer_params, activation_fn)
        return _finished(layer, inputs, sc, variables_collections, outputs_collections, *after)


def _convolution_of(dims: int) -> Any:
    def of_rank(
        inputs: Any,
        num_outputs: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str | None = None,
        rate: Any = 1,
        activation_fn: Function | None = ops.relu,
        normalizer_fn: Function | None = None,
        normalizer_params: dict[str, Any] | None = None,
        weights_initializer: Any = _XAVIER,
        weights_regularizer: Any = None,
        biases_initializer: Any = Zeros,
        biases_regularizer: Any = None,
        reuse: Any = None,
        variables_collections: Any = None,
        outputs_collections: Any = None,
        trainable: bool = True,
        scope: Any = None,
    ) -> Any:
        return convolution(
            inputs, num_outputs, kernel_size, stride, padding, data_format, rate, activation_fn, normalizer_fn,
            normalizer_params, weights_initializer, weights_regularizer, biases_initializer, biases_regularizer, reuse,
            variables_collections, outputs_collections, trainable, scope, conv_dims=dims,
        )  # fmt: skip

    of_rank.__name__ = of_rank.__qualname__ = f"convolution{dims}d"
    of_rank.__doc__ = f"Return `convolution` of inputs with {dims} spatial dimensions."
    return add_arg_scope(of_rank)


conv1d = convolution1d = _convolution_of(1)
conv2d = convolution2d = _convolution_of(2)
conv3d = convolution3d = _convolution_of(3)


def _transposed_of(kind: Any, name: str, function: str, layouts: tuple[str, str]) -> Any:
    def transposed(
        inputs: Any,
        num_outputs: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str = layouts[0],
        activation_fn: Function | None = ops.relu,
        normalizer_fn: Function | None = None,
        normalizer_params: dict[str, Any] | None = None,
        weights_initializer: Any = _XAVIER,
        weights_regularizer: Any = None,
        biases_initializer: Any = Zeros,
        biases_regularizer: Any = None,
        reuse: Any = None,
        variables_collections: Any = None,
        outputs_collections: Any = None,
        trainable: bool = True,
        scope: Any = None,
    ) -> Any:
        form = _format_of(data_format, layouts)
        with _layer_scope(scope, name, inputs, reuse) as sc:
            layer = kind(
                num_outputs,
                kernel_size,
                stride,
                padding,
                form,
                use_bias=normalizer_fn is None and biases_initializer is not None,
                kernel_initializer=weights_initializer,
                bias_initializer=biases_initializer,
                kernel_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=sc.name,
                _scope=sc,
                _reuse=reuse,
            )
            after = (normalizer_fn, normalizer_params, activation_fn)
            return _finished(layer, _as_tensor(inputs), sc, variables_collections, outputs_collections, *after)

    transposed.__name__ = transposed.__qualname__ = function
    transposed.__doc__ = "Return what would be the gradient of a convolution, by default with a relu: larger images."
    return add_arg_scope(transposed)


conv2d_transpose = convolution2d_transpose = _transposed_of(
    Conv2DTranspose, "Conv2d_transpose", "convolution2d_transpose", ("NHWC", "NCHW")
)
conv3d_transpose = convolution3d_transpose = _transposed_of(
    Conv3DTranspose, "Conv3d_transpose", "convolution3d_transpose", ("NDHWC", "NCDHW")
)


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Function | None = ops.relu,
    normalizer_fn: Function | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Any:
    """Return a convolution of each channel on its own, then one of single elements to `num_outputs` filters.

    With `num_outputs=None` the second one is left out.
    """
    form = _format_of(data_format, ("NHWC", "NCHW"))
    with _layer_scope(scope, "SeparableConv2d", inputs, reuse) as sc:
        inputs = _as_tensor(inputs)
        if num_outputs is None:
            each = _by_channel(
                inputs, kernel_size, depth_multiplier, stride, padding, data_format, rate, weights_initializer,
                weights_regularizer, variables_collections, trainable,
            )  # fmt: skip
            if normalizer_fn is not None:
                each = normalizer_fn(each, **(normalizer_params or {}))
            elif biases_initializer is not None:
                axis = 1 if form == "channels_first" else -1
                biases = model_variable(
                    "biases",
                    [static_shape(each).as_list()[axis]],
                    as_dtype(inputs.dtype).base_dtype,
                    biases_initializer,
                    biases_regularizer,
                    trainable,
                    collections_of(variables_collections, "biases"),
                )
                each = ops.bias_add(each, biases, data_format)
            each = each if activation_fn is None else activation_fn(each)
            return collected_output(outputs_collections, sc.name, each)
        layer = SeparableConv2D(
            num_outputs,
            kernel_size,
            stride,
            padding,
            form,
            rate,
            depth_multiplier,
            use_bias=normalizer_fn is None and biases_initializer is not None,
            depthwise_initializer=weights_initializer,
            pointwise_initializer=weights_initializer if pointwise_initializer is None else pointwise_initializer,
            bias_initializer=biases_initializer,
            depthwise_regularizer=weights_regularizer,
            pointwise_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
            _scope=sc,
            _reuse=reuse,
        )
        after = (normalizer_fn, normalizer_params, activation_fn)
        return _finished(layer, inputs, sc, variables_collections, outputs_collections, *after)


def _by_channel(
    inputs: Any, kernel_size: Any, multiplier: int, stride: Any, padding: str, data_format: str, rate: Any,
    initializer: Any, regularizer: Any, collections: Any, trainable: bool,
) -> Any:  # fmt: skip
    window = tuple_of(list(kernel_size) if not isinstance(kernel_size, int) else kernel_size, 2, "kernel_size")
    depth = static_shape(inputs).as_list()[1 if data_format == "NCHW" else -1]
    weights = model_variable(
        "depthwise_weights",
        [*window, depth, multiplier],
        as_dtype(inputs.dtype).base_dtype,
        initializer,
        regularizer,
        trainable,
        collections_of(collections, "weights"),
    )
    return ops.depthwise_conv2d(inputs, weights, stride, padding, rate, data_format=data_format)


separable_conv2d = separable_convolution2d


# ---- pools


def _pool_of(kind: Any, name: str, function: str, layouts: tuple[str, str]) -> Any:
    def pool(
        inputs: Any,
        kernel_size: Any,
        stride: Any = 2,
        padding: str = "VALID",
        data_format: str = layouts[0],
        outputs_collections: Any = None,
        scope: str | None = None,
    ) -> Any:
        form = _format_of(data_format, layouts)
        with name_scope(scope, name, [inputs]) as sc:
            layer, x = kind(kernel_size, stride, padding, form), _as_tensor(inputs)
            layer.input_spec.check(layer.name, x)
            return collected_output(outputs_collections, sc, layer.call(x))

    pool.__name__ = pool.__qualname__ = function
    word = "largest element" if "max" in function else "mean"
    pool.__doc__ = f"Return the {word} of each window of `kernel_size`, `stride` apart."
    return add_arg_scope(pool)


max_pool2d = _pool_of(MaxPooling2D, "MaxPool2D", "max_pool2d", ("NHWC", "NCHW"))
avg_pool2d = _pool_of(AveragePooling2D, "AvgPool2D", "avg_pool2d", ("NHWC", "NCHW"))
max_pool3d = _pool_of(MaxPooling3D, "MaxPool3D", "max_pool3d", ("NDHWC", "NCDHW"))
avg_pool3d = _pool_of(AveragePooling3D, "AvgPool3D", "avg_pool3d", ("NDHWC", "NCDHW"))


# ---- others


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Function | None = None,
    initializer: Any = Zeros,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Any:
    """Return `activation_fn(inputs + biases)`, biases being a variable as long as there are channels."""
    _format_of(data_format, ("NHWC", "NCHW"))
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as sc:
        inputs = _as_tensor(inputs)
        depth = static_shape(inputs).as_list()[1 if data_format == "NCHW" else -1]
        if depth is None:
            raise errors.bad_rank("bias_add", "`C` dimension must be known but is None.")
        biases = model_variable(
            "biases",
            [depth],
            as_dtype(inputs.dtype).base_dtype,
            initializer,
            regularizer,
            trainable,
            collections_of(variables_collections, "biases"),
        )
        result = ops.bias_add(inputs, biases, data_format)
        result = result if activation_fn is None else activation_fn(result)
        return collected_output(outputs_collections, sc.name, result)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Any:
    """Return tf.nn.dropout of the inputs in training, else the inputs."""
    with variable_scope(scope, "Dropout", [inputs], custom_getter=_named_getter) as sc:
        layer = Dropout(1 - keep_prob, noise_shape, seed, name=sc.name, _scope=sc)
        return collected_output(outputs_collections, sc.name, layer(_as_tensor(inputs), training=is_training))


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Any:
    """Return `[N, ...]` as `[N, product of the rest]`."""
    with name_scope(scope, "Flatten", [inputs]) as sc:
        return collected_output(outputs_collections, sc, Flatten()(_as_tensor(inputs)))


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Any:
    """Return tf.one_hot of labels."""
    with name_scope(scope, "OneHotEncoding", [labels]) as sc:
        labels = _as_tensor(labels)
        if as_dtype(labels.dtype).base_dtype.name == "int32":
            labels = ops.cast(labels, int64)
        result = ops.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collected_output(outputs_collections, sc, result)


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Any:
    """Return tf.nn.softmax of logits of two dimensions or more."""
    with variable_scope(scope, "softmax", [logits]):
        logits = _as_tensor(logits)
        rows = ops.softmax(ops.reshape(logits, [-1, static_shape(logits).as_list()[-1]]))
        result: Any = ops.reshape(rows, ops.shape(logits))
        if recordable.on and current() is not None:
            result.set_shape(logits.shape)
        return result


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Any:
    """Return the largest of each group of channels, of which there are `num_units`."""
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = _as_tensor(inputs)
        sizes = static_shape(inputs).as_list()
        channels: Any = sizes[axis]
        if channels % num_units:
            raise errors.bad_groups(num_units, channels)
        found: list[Any] = [*sizes, channels // num_units]
        found[axis % len(sizes)] = num_units
        dynamic = ops.shape(inputs)
        return ops.reduce_max(ops.reshape(inputs, [dynamic[k] if n is None else n for k, n in enumerate(found)]), -1)


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Any:
    """Return the inputs divided by their lengths along `dim`: vectors of length 1."""
    with variable_scope(scope, "UnitNorm", [inputs]):
        inputs = _as_tensor(inputs)
        rank = static_shape(inputs).rank
        if rank is None or not 0 <= dim < rank:
            raise errors.bad_rank("unit_norm", "dim must be positive but smaller than the input rank.")
        squares: Any = ops.reduce_sum(ops.square(inputs), dim, keepdims=True)
        return ops.divide(inputs, ops.sqrt(squares + epsilon))


@add_arg_scope
def repeat(inputs: Any, repetitions: int, layer: Function, *args: Any, **kwargs: Any) -> Any:
    """Apply a layer several times in a row, in the scopes "conv_1", "conv_2" and so on.

    Args:
        inputs: of the first.
        repetitions: how often.
        layer: function of the inputs, `args` and `kwargs`, and a scope.
        scope: the scope around, and the name of the layers in it.
    """
    return _one_after_another(inputs, layer, [args] * repetitions, "Repeat", "repeat", kwargs)


def stack(inputs: Any, layer: Function, stack_args: Sequence[Any], **kwargs: Any) -> Any:
    """Apply a layer once for each of `stack_args`, its arguments, in the scopes "conv_1", "conv_2" and so on."""
    each = [tuple(given) if isinstance(given, (list, tuple)) else (given,) for given in stack_args]
    return _one_after_another(inputs, layer, each, "Stack", "stack", kwargs)


def _one_after_another(
    inputs: Any, layer: Function, arguments: Sequence[Any], default: str, word: str, kwargs: dict[str, Any]
) -> Any:
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, default, [inputs]):
        result = _as_tensor(inputs)
        name = scope or getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", word)
        for k, given in enumerate(arguments, 1):
            result = layer(result, *given, scope=f"{name}_{k}", **kwargs)
        return result
