"""tf.contrib.layers' normalizations: over the batch, a layer, an instance, groups of channels.

Source: tensorflow/contrib/layers/python/layers/layers.py, normalization.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ... import ops
from ...arrays.dtypes import as_dtype
from ...errors import arg_scopes as errors
from ...graph import GraphKeys, Tensor
from ...ops.further import weighted_moments
from ...ops.weights import static_shape
from ...scoping.arg_scopes import add_arg_scope
from ...scoping.initializers import Ones, Zeros
from ...scoping.scopes import variable_scope
from ...scoping.variable_lists import model_variable
from ...training.averages import assign_moving_average
from ..normalization import BatchNormalization
from .common import collected_output, collections_of, format_of, joined, layer_scope

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm"]

Function = Callable[..., Any]


class _OfBatch(BatchNormalization):
    """What `batch_norm` makes: weights of rows and averages without a bias besides; rows as images of one point.

    Attributes:
        batch_weights: how much each row counts, `[N, 1, ...]`; None = alike.
        debiased: whether the average of the mean is divided by what it misses of its weights.
        as_images: whether rows are images of one point, whose average variance is the unbiased one.
    """

    batch_weights: Any = None
    debiased = False
    as_images = False

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Return an array of the shape of the inputs."""
        if not self.as_images:
            return super().call(inputs, training)
        depth = static_shape(inputs).as_list()[-1]
        images = self.by_one(ops.reshape(inputs, [-1, 1, 1, depth]), training, "NHWC")
        result: Any = ops.reshape(images, ops.shape(inputs))
        if isinstance(result, Tensor):
            result.set_shape(inputs.shape)
        return result

    def batch_moments(self, inputs: Any, axes: list[int], keep: bool) -> tuple[Any, Any]:
        """Return mean and variance of a batch."""
        if self.batch_weights is None:
            return super().batch_moments(inputs, axes, keep)
        mean, variance = weighted_moments(inputs, axes, self.batch_weights, keep_dims=keep)
        return mean, variance

    def move_mean(self, value: Any, momentum: Any) -> Any:
        """Move the average of the mean."""
        if self.debiased:
            value = ops.cast(value, self.moving_mean.dtype.base_dtype)
            return assign_moving_average(self.moving_mean, value, momentum, zero_debias=True)
        return super().move_mean(value, momentum)


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: Any = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Function | None = None,
    param_initializers: dict[str, Any] | None = None,
    param_regularizers: dict[str, Any] | None = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Any:
    """Return `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, the moments being the batch's in training.

    Args:
        inputs: `[N, ..., C]`; with data_format="NCHW", `[N, C, ...]`.
        decay: of the running averages.
        center, scale: whether there are beta and gamma.
        epsilon: added to the variance.
        activation_fn: function of the result.
        param_initializers, param_regularizers: by "beta", "gamma", "moving_mean", "moving_variance".
        updates_collections: which the operations that move the averages join, in a graph; None moves them whenever the
            result is computed.
        is_training: whether the moments are the batch's; a bool, or in a graph a tensor.
        fused: None or True for the operation made for images, whose average variance is the unbiased one.
        batch_weights: how much each row counts, `[N]`; None = alike.
        zero_debias_moving_mean: whether the average of the mean, which starts at 0, is divided by the weights so far.
        renorm, renorm_clipping, renorm_decay, adjustment: as those of tf.layers.BatchNormalization.
        reuse, variables_collections, outputs_collections, trainable, scope: as in `fully_connected`.

    Raises:
        ValueError: the channels are not known, or `renorm` comes with what it cannot be used with.
    """
    form = format_of(data_format, ("NHWC", "NCHW"))
    inputs = ops.convert_to_tensor(inputs)
    rank = static_shape(inputs).rank
    if rank is None:
        raise errors.bad_rank("batch_norm", "The inputs have undefined rank.")
    in_collection = updates_collections == GraphKeys.UPDATE_OPS
    if renorm and (batch_weights is not None or not in_collection or zero_debias_moving_mean):
        raise errors.renorm_with_others()
    initializers, regularizers = param_initializers or {}, param_regularizers or {}
    as_images = fused is not False and rank == 2 and batch_weights is None and not renorm and adjustment is None
    with layer_scope(scope, "BatchNorm", inputs, reuse) as sc:
        layer = _OfBatch(
            1 if form == "channels_first" else -1,
            decay,
            epsilon,
            center,
            scale,
            initializers.get("beta", Zeros),
            initializers.get("gamma", Ones),
            initializers.get("moving_mean", Zeros),
            initializers.get("moving_variance", Ones),
            regularizers.get("beta"),
            regularizers.get("gamma"),
            renorm=renorm,
            renorm_clipping=renorm_clipping,
            renorm_momentum=renorm_decay,
            fused=fused if batch_weights is None else False,
            adjustment=adjustment,
            trainable=trainable,
            name=sc.name,
            _scope=sc,
            _reuse=reuse,
        )
        layer.as_images, layer.debiased = as_images, zero_debias_moving_mean
        if batch_weights is not None:
            layer.batch_weights = ops.reshape(batch_weights, [-1, *[1] * (rank - 1)])
        as_tensors = in_collection and (as_images or zero_debias_moving_mean or batch_weights is not None)
        if as_tensors or not in_collection:
            layer.order = ("beta", "gamma")  # as in TensorFlow, whose older code makes them
        layer.update_keys = [updates_collections] if as_tensors else updates_collections  # as in TensorFlow
        result = layer(inputs, training=is_training)
        for name in ("beta", "gamma", "moving_mean", "moving_variance"):
            joined(getattr(layer, name), variables_collections, name)
        result = result if activation_fn is None else activation_fn(result)
        return collected_output(outputs_collections, sc.name, result)


def _parameters(
    inputs: Any, shape: Any, center: bool, scale: bool, initializers: Any, collections: Any, trainable: bool
) -> tuple[Any, Any]:
    """Return the variables beta and gamma, or None for one that is left out."""
    dtype, found = as_dtype(inputs.dtype).base_dtype, []
    for name, wanted, default in (("beta", center, Zeros), ("gamma", scale, Ones)):
        found.append(
            model_variable(
                name,
                shape,
                dtype,
                (initializers or {}).get(name, default),
                None,
                trainable,
                collections_of(collections, name),
            )
            if wanted
            else None
        )
    return found[0], found[1]


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Function | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Any:
    """Return the inputs with mean and variance of all dimensions from `begin_norm_axis` on taken out, scaled and moved.

    Args:
        inputs: `[N, ...]`.
        center, scale: whether there are beta and gamma.
        begin_params_axis: they have the dimensions from this one on.
        activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: as in `fully_connected`.

    Raises:
        ValueError: there are no such dimensions, or they are not known.
    """
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as sc:
        inputs = ops.convert_to_tensor(inputs)
        sizes = _known_rank("layer_norm", inputs)
        rank = len(sizes)
        first = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if begin_params_axis >= rank or first >= rank:
            axes = f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({first})"
            problem = f"{axes} must be < rank(inputs) ({rank})."
            raise errors.bad_rank("layer_norm", problem)
        shape = sizes[begin_params_axis:]
        if None in shape:
            problem = f"shape(inputs)[{begin_params_axis}:] is not fully defined: {static_shape(inputs)}."
            raise errors.bad_rank("layer_norm", problem)
        beta, gamma = _parameters(inputs, shape, center, scale, None, variables_collections, trainable)
        mean, variance = ops.moments(inputs, list(range(first, rank)), keep_dims=True)
        epsilon = 1e-3 if as_dtype(inputs.dtype).base_dtype.name == "float16" else 1e-12
        result: Any = ops.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
        if isinstance(result, Tensor):
            result.set_shape(inputs.shape)
        result = result if activation_fn is None else activation_fn(result)
        return collected_output(outputs_collections, sc.name, result)


def _known_rank(function: str, inputs: Any) -> list[int | None]:
    shape = static_shape(inputs)
    if shape.rank is None:
        raise errors.bad_rank(function, "The inputs have undefined rank.")
    return shape.as_list()


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Function | None = None,
    param_initializers: dict[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Any:
    """Return the inputs with mean and variance of each image and channel taken out, scaled and moved.

    Source: Ulyanov et al., Instance normalization, 2016.
    """
    form = format_of(data_format, ("NHWC", "NCHW"))
    inputs = ops.convert_to_tensor(inputs)
    sizes = _known_rank("instance_norm", inputs)
    channel = 1 if form == "channels_first" else len(sizes) - 1
    if sizes[channel] is None:
        raise errors.bad_rank("instance_norm", "The inputs have undefined channels dimension.")
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as sc:
        vectors = _parameters(
            inputs, [sizes[channel]], center, scale, param_initializers, variables_collections, trainable
        )
        if form == "channels_first":
            column = [1, -1, *[1] * (len(sizes) - 2)]
            vectors = tuple(None if v is None else ops.reshape(v, column) for v in vectors)  # type: ignore[assignment]
        axes = [axis for axis in range(1, len(sizes)) if axis != channel]
        mean, variance = ops.moments(inputs, axes, keep_dims=True)
        result = ops.batch_normalization(inputs, mean, variance, *vectors, epsilon, name="instancenorm")
        result = result if activation_fn is None else activation_fn(result)
        return collected_output(outputs_collections, sc.name, result)


@add_arg_scope
def group_norm(
    inputs: Any,
    groups: int = 32,
    channels_axis: int = -1,
    reduction_axes: Sequence[int] = (-3, -2),
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Function | None = None,
    param_initializers: dict[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    mean_close_to_zero: bool = False,
) -> Any:
    """Return the inputs with mean and variance of each group of channels taken out, scaled and moved.

    Args:
        inputs: of a known number of channels.
        groups: how many groups there are.
        channels_axis, reduction_axes: the dimension of the channels, and those over which the moments are taken.
        center, scale, epsilon, activation_fn, param_initializers: as in `instance_norm`.
        mean_close_to_zero: accepted; the variance is computed one way.

    Raises:
        ValueError: the channels do not fall into the groups.

    Source: Wu and He, Group normalization, 2018.
    """
    inputs = ops.convert_to_tensor(inputs)
    sizes = _known_rank("group_norm", inputs)
    rank = len(sizes)
    axis = channels_axis % rank
    channels = sizes[axis]
    reduced = [a % rank for a in reduction_axes]
    if channels is None:
        raise errors.bad_rank("group_norm", f"The inputs have undefined channel dimension: {channels_axis}.")
    if axis in reduced:
        raise errors.bad_rank("group_norm", "reduction_axis must be mutually exclusive with channels_axis.")
    if groups > channels or channels % groups:
        raise errors.bad_groups(groups, channels)
    with variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as sc:
        dynamic: Any = ops.shape(inputs)
        known = [dynamic[k] if n is None else n for k, n in enumerate(sizes)]
        each = channels // groups
        grouped: Any = ops.reshape(inputs, [*known[:axis], groups, each, *known[axis + 1 :]])
        mean, variance = ops.moments(grouped, [axis + 1, *[a + (a > axis) for a in reduced]], keep_dims=True)
        vectors = _parameters(inputs, [channels], center, scale, param_initializers, variables_collections, trainable)
        column = [*[1] * axis, groups, each, *[1] * (rank - axis - 1)]
        beta, gamma = (None if v is None else ops.reshape(v, column) for v in vectors)
        gain: Any = ops.rsqrt(variance + epsilon)
        offset: Any = -mean * gain
        if gamma is not None:
            gain, offset = gain * gamma, offset * gamma
        if beta is not None:
            offset = offset + beta
        result: Any = ops.reshape(grouped * gain + offset, known)
        result = result if activation_fn is None else activation_fn(result)
        return collected_output(outputs_collections, sc.name, result)
