"""The messages of layers: expected, got, where, the way out.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from typing import Any

from .places import Place, place


def incompatible(layer: str, problem: str, way_out: str) -> ValueError:
    """Inputs that a layer cannot take."""
    return ValueError(f"Input 0 of layer {layer} is incompatible with the layer: {problem}. {way_out}")


def rank_differs(layer: str, rank: int, shape: list[Any]) -> ValueError:
    """Inputs with another number of dimensions."""
    return incompatible(
        layer,
        f"expected ndim={rank}, found ndim={len(shape)}. Full shape received: {shape}",
        "The batch is one of the dimensions: tf.expand_dims(x, 0) makes a batch of one.",
    )


def rank_unknown(layer: str) -> ValueError:
    """Inputs of which not even the number of dimensions is known."""
    return incompatible(
        layer,
        "its rank is undefined, but the layer requires a defined rank",
        "Give the placeholder a shape, or call tensor.set_shape: None is a size that is not known.",
    )


def rank_too_small(layer: str, rank: int, shape: list[Any]) -> ValueError:
    """Inputs with too few dimensions."""
    return incompatible(
        layer,
        f": expected min_ndim={rank}, found ndim={len(shape)}. Full shape received: {shape}",
        "The batch is one of the dimensions: tf.expand_dims(x, 0) makes a batch of one.",
    )


def rank_too_large(layer: str, rank: int, count: int) -> ValueError:
    """Inputs with too many dimensions."""
    return incompatible(layer, f"expected max_ndim={rank}, found ndim={count}", "tf.reshape takes dimensions together.")


def axis_differs(layer: str, axis: int, size: int, shape: list[Any]) -> ValueError:
    """Inputs of which a dimension is not the one that the layer was made for."""
    return incompatible(
        layer,
        f"expected axis {axis} of input shape to have value {size} but received input with shape {shape}",
        "A layer has its weights for the inputs of its first call: make another one for other inputs.",
    )


def dtype_differs(layer: str, dtype: str, got: str) -> ValueError:
    """Inputs of another dtype than the layer's specification says."""
    return incompatible(layer, f"expected dtype={dtype}, found dtype={got}", f"Write tf.cast(x, tf.{dtype}).")


def shape_differs(layer: str, shape: list[Any], got: list[Any]) -> ValueError:
    """Inputs of another shape than the layer's specification says."""
    return incompatible(layer, f"expected shape={shape}, found shape={got}", "tf.reshape gives them another shape.")


def integer_weights(layer: str, dtype: Any) -> TypeError:
    """A layer of products is given integers."""
    return TypeError(
        f"Unable to build `{layer}` layer with non-floating point dtype {dtype}. Write tf.cast(inputs, tf.float32)."
    )


def depth_unknown(problem: str, shape: str) -> ValueError:
    """A layer's weights are made for a size of its inputs that is not known; `problem` in TensorFlow's words."""
    return ValueError(
        f"{problem} The inputs have shape {shape}: give the placeholder this dimension, or call tensor.set_shape."
    )


def unknown_argument(layer: str, got: list[str]) -> TypeError:
    """A layer's constructor is given a keyword that none takes."""
    return TypeError(
        f"Keyword argument not understood: {got[0]}. {layer} takes trainable, name and dtype besides its own."
    )


def not_integers(name: str, count: int, got: Any) -> ValueError:
    """Sizes, strides or the like that are not as many numbers as there are dimensions."""
    numbers = ", ".join("2" * count)
    return ValueError(
        f"The `{name}` argument must be a tuple of {count} integers. Received: {got}. One number stands for all: "
        f"{name}=2 for ({numbers})."
    )


def bad_padding(got: Any) -> ValueError:
    """A layer's padding that is none."""
    return ValueError(
        'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", only for `Conv1D). '
        f"Received: {got}. tf.pad puts what you like around an array, then padding='valid'."
    )


def causal_padding() -> ValueError:
    """The padding "causal" where there is more than one spatial dimension."""
    return ValueError("Causal padding is only supported for `Conv1D`and ``SeparableConv1D`. Write padding='same'.")


def bad_data_format(got: Any) -> ValueError:
    """A layer's data_format that is none."""
    return ValueError(
        f'The `data_format` argument must be one of "channels_first", "channels_last". Received: {got}. "NHWC" is what '
        "tf.nn calls channels_last."
    )


def no_layout(ndim: int) -> ValueError:
    """Arrays of a number of dimensions for which there is no convolution."""
    return ValueError(
        f"Input rank not supported: {ndim}. Expected 3, 4 or 5: the batch, the channels and one to three of space; "
        "tf.expand_dims adds one."
    )


def strides_and_gaps() -> ValueError:
    """A convolution that both strides and has gaps."""
    return ValueError(
        "strides > 1 not supported in conjunction with dilation_rate > 1. Take every second element of the result "
        "instead: y[:, ::2, ::2]."
    )


def no_output(layer: str) -> ValueError:
    """A layer whose `call` returns nothing."""
    return ValueError(
        f"A layer's `call` method should return a Tensor or a list of Tensors, not None (layer: {layer}). "
        "Does it end without `return`?"
    )


def axis_outside(axis: int, rank: int) -> ValueError:
    """A dimension that the inputs do not have."""
    return ValueError(f"Invalid axis: {axis}. The inputs have {rank} dimensions; -1 is the last one.")


def axis_type(got: Any) -> TypeError:
    """An axis that is no number."""
    return TypeError(f"axis must be int or list, type given: {type(got)}. Write -1 for the last dimension.")


def axis_twice(axes: list[int]) -> ValueError:
    """A dimension that is named twice."""
    return ValueError(f"Duplicate axis: {axes}. Leave one of them out: negative ones count from the end.")


def virtual_batch_size(got: int) -> ValueError:
    """A virtual batch without rows."""
    return ValueError(
        "virtual_batch_size must be a positive integer that divides the true batch size of the input Tensor. Got "
        f"{got}; None is the whole batch."
    )


def virtual_batch_axis() -> ValueError:
    """Moments of each row, and virtual batches of rows."""
    return ValueError(
        "When using virtual_batch_size, the batch dimension must be 0 and thus axis cannot include 0. Give the "
        "dimension of the channels as axis."
    )


def virtual_batch_adjusted() -> ValueError:
    """Virtual batches with an adjustment."""
    return ValueError("When using virtual_batch_size, adjustment cannot be specified. Leave one of them out.")


def unknown_limit(got: Any, known: Any) -> ValueError:
    """A limit that batch renormalization does not have."""
    return ValueError(f"renorm_clipping {got} contains keys not in {list(known)}. Write {{'rmax': 3.0, 'dmax': 5.0}}.")


def strides_missing() -> ValueError:
    """A pool without its steps."""
    return ValueError("Argument `strides` must not be None. Write strides=pool_size for windows side by side.")


def innermost_unknown(shape: Any) -> ValueError:
    """A shape whose last size is not known, asked for the shape of what a product makes of it."""
    return ValueError(f"The innermost dimension of input_shape must be defined, but saw: {shape}. Give its size.")


def not_shared(first: str, second: str, line: Place, called: Place, called_again: Place) -> UserWarning:
    """A layer without a name has weights of its own under AUTO_REUSE, where it was probably meant to share."""
    scope, _, name = first.rpartition("/")
    return UserWarning(
        f"{second!r} was made beside {first!r}, with the same shapes, by the same line under AUTO_REUSE: were they "
        "meant to share? They do not. A layer without a name is numbered, and AUTO_REUSE shares what has one name.\n\n"
        f"The line:\n\n{place(line)}\n\ncalled first from:\n\n{place(called)}\n\n"
        f"and now from:\n\n{place(called_again)}\n\n"
        f"To share: give the layer a name, name={name!r}; or make one Layer object and call it twice; or open the "
        f"scope anew for each call, as variable_scope({scope!r}, reuse=tf.AUTO_REUSE), where the numbers begin again. "
        "If two layers are meant, names that differ say so. This is told once for a scope; other layers of it may not "
        "share either."
    )
