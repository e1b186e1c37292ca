"""The neural network functions of tf.nn that scoping code leans on.

Legend: N rows, C classes, D depth.

Source: tensorflow/python/ops/nn_ops.py, embedding_ops.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import array_module, device_of, move, unwrap
from ..arrays.draws import Source
from ..arrays.dtypes import DType, as_dtype, float32
from ..arrays.ownership import fresh
from ..arrays.shapes import TensorShape
from ..arrays.streams import draw_uniform
from ..arrays.typing import Array
from ..errors import arrays as array_errors
from ..errors import ops as errors
from ..errors import plans as plan_errors
from ..fused import implementation
from ..graph import Recorder, Tensor, name_scope
from ..graph.conversion import as_tensor, holds_tensor
from ..graph.seeds import leave_out
from . import shape_rules as rules
from .creation import identity, ones_like
from .creation import range as range_
from .elementwise import stop_gradient
from .function import Definition, definition_of, op
from .math import FLOATS, divide, greater, matmul, maximum, multiply, sqrt, where
from .operands import (
    checked_axis,
    drawing,
    either,
    float_operand,
    operand,
    operands,
    same_dtype,
)
from .picking import dynamic_partition, dynamic_stitch
from .random_numbers import philox, with_source
from .reductions import reduce_sum
from .scoped import within
from .shaping import check_indices, concat, gather, integer_operand, rank, reshape, size
from .shaping import shape as shape_of

__all__ = [
    "bias_add",
    "dropout",
    "embedding_lookup",
    "l2_loss",
    "log_softmax",
    "relu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "sparse_softmax_cross_entropy_with_logits",
    "xw_plus_b",
]


# ---- what a graph must know of them


@fresh
def _relu(features: Any) -> Any:
    return np.maximum(features, features.dtype.type(0))


def _one_place(values: dict[str, Any]) -> dict[str, Any]:
    values = values | {"axis": either("axis", values["axis"], "dim", values["dim"]), "dim": None}
    dims = TensorShape(getattr(values["logits"], "shape", None)).dims
    if values["axis"] is not None and dims and not -len(dims) <= values["axis"] < len(dims):
        raise errors.softmax_axis(values["axis"], len(dims))
    return values


def _same_along(x: Any) -> Any:
    return rules.at_least(x, 1)


def _scalar(x: Any) -> Any:
    return ()


def _biased(value: Any, bias: Any, *, data_format: str | None) -> Any:
    return rules.bias_add(value, bias, data_format=data_format or "NHWC")


def _bias_added(value: Any, bias: Any, data_format: str | None) -> Any:
    if is_channels_first(data_format):
        bias = bias.reshape(-1, *[1] * (value.ndim - 2))
    return value + bias


def _rows_and_gradient(logits: Any, labels: Any, *, axis: int) -> Any:
    if logits is None or labels is None or len(logits) != len(labels):
        merged = rules.merged(logits, labels)
    else:
        merged = tuple(rules.same_size(n, m) for n, m in zip(logits, labels, strict=True))
    if merged is None:
        return [None, None]
    place = axis % len(merged)
    return [merged[:place] + merged[place + 1 :], merged]


def _logits_dtype(values: dict[str, Any]) -> DType:
    return values["logits"].dtype.base_dtype


def _record_embedding_lookup(
    recorder: Recorder, params: Any, ids: Any, partition_strategy: str = "mod", name: str | None = None,
    validate_indices: bool = True, max_norm: float | None = None,
) -> Tensor:  # fmt: skip
    """Write down a look-up of rows: a gather where they lie in one piece."""
    parts = list(params) if _is_cut(params) or isinstance(params, (list, tuple)) else [params]
    if not parts:
        raise errors.no_embedding()
    full_name = recorder.claim(name or "embedding_lookup")
    if len(parts) > 1:
        return _looked_up_in_parts(recorder, parts, ids, partition_strategy, full_name, max_norm)
    ids = as_tensor(ids, recorder, name=f"{full_name}/ids")
    values = {"params": parts[0], "indices": ids, "validate_indices": None, "name": None, "axis": 0}
    rows: Tensor = definition_of(gather).write(recorder, values, f"{full_name}/")
    if max_norm is not None:
        with name_scope(f"{full_name}/"):
            rows = clip_rows(rows, ids, max_norm)
    tensor: Any = identity(rows, name=f"{full_name}/Identity/")
    return tensor


def _looked_up_in_parts(
    recorder: Recorder, parts: list[Any], ids: Any, strategy: str, scope: str, max_norm: float | None
) -> Any:
    """Write down look-ups in each part, and put the rows together again."""
    with name_scope(f"{scope}/"):
        ids = as_tensor(ids, recorder, name=recorder.claim("ids"))
        flat = reshape(ids, [-1])
        part_of, row_of = _where_rows_are(parts, flat, strategy)
        places = dynamic_partition(range_(size(flat)), part_of, len(parts))
        rows = dynamic_partition(row_of, part_of, len(parts))
        found = [gather(part, of_part) for part, of_part in zip(parts, rows, strict=True)]
        joined = dynamic_stitch(places, found)
        row_shape = shape_of(parts[0])[1:]
        whole = reshape(joined, concat([shape_of(ids), row_shape], 0), name="Reshape_1")
        return whole if max_norm is None else clip_rows(whole, ids, max_norm)


def clip_rows(rows: Any, ids: Any, max_norm: float) -> Any:
    """Return what `ids` looked up, with each that is longer than `max_norm` cut to it.

    Source: tensorflow/python/ops/embedding_ops.py (_clip), clip_ops.py (clip_by_norm) (TF 1.15).
    """
    with within(None, "clip_by_norm") as scope:
        first, last = _rank(ids), _rank(rows)
        axes = range_(rank(ids), rank(rows)) if None in (first, last) else list(range(first, last))  # type: ignore[arg-type]
        squares = reduce_sum(multiply(rows, rows), axes, keepdims=True)
        some = greater(squares, 0)
        lengths = where(some, sqrt(where(some, squares, ones_like(squares))), squares)
        clipped = divide(multiply(rows, max_norm), maximum(lengths, max_norm))
        return clipped if scope is None else identity(clipped, name=scope)


def _rank(value: Any) -> int | None:
    return value.get_shape().ndims if hasattr(value, "get_shape") else np.ndim(value)


def _two(*shapes: Any) -> Any:
    return [shapes[-1], shapes[-1]]


def _ids_dtype(values: dict[str, Any]) -> DType:
    return values["ids"].dtype.base_dtype


@op("FloorMod", "parts* | ids", name="floordiv", shape=_two, dtype=_ids_dtype)
def _where_rows_are(parts: Any, ids: Any, strategy: str) -> tuple[Array, Array]:
    """Return the part of each id, and its row there."""
    xp = array_module(ids)
    if xp is np:
        check_indices("embedding_lookup", ids, sum(len(part) for part in parts))
    part_of, row_of = _placed(xp, parts, ids, strategy)
    return part_of.astype(ids.dtype, copy=False), row_of.astype(ids.dtype, copy=False)


# ---- the functions


@op("Relu", "features", shape=rules.same, kernel=_relu)
def relu(features: Any, name: str | None = None) -> Array:
    """Return max(features, 0)."""
    xp, x, zero = operands("relu", features, 0)
    return xp.maximum(x, zero)


@fresh
def _softmax(logits: Any, axis: int | None, dim: int | None) -> Any:
    place = axis if dim is None else dim
    if type(logits) is not np.ndarray or not logits.size or place not in (None, -1):
        return definition_of(softmax).function(logits, axis, dim=dim)
    numerator = np.subtract(logits, np.maximum.reduce(logits, -1, keepdims=True))
    np.exp(numerator, out=numerator)
    numerator /= np.add.reduce(numerator, -1, keepdims=True)
    return numerator


@op("Softmax", "logits:real", shape=_same_along, kernel=_softmax, normalize=_one_place)
def softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Array:
    """Return exp(logits) / sum(exp(logits)) along `axis`, the last one by default."""
    xp, x, place = _along("softmax", logits, axis, dim)
    if not x.size:
        return x.copy()
    numerator = xp.exp(x - x.max(axis=place, keepdims=True))
    return numerator / numerator.sum(axis=place, keepdims=True)


@op("LogSoftmax", "logits:real", shape=_same_along, normalize=_one_place)
def log_softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Array:
    """Return log(softmax(logits)) along `axis`, the last one by default."""
    xp, x, place = _along("log_softmax", logits, axis, dim)
    if not x.size:
        return x.copy()
    shifted = x - x.max(axis=place, keepdims=True)
    return shifted - xp.log(xp.exp(shifted).sum(axis=place, keepdims=True))


def _along(op: str, logits: Any, axis: int | None, dim: int | None) -> tuple[Any, Array, int]:
    x = float_operand(op, logits)
    place = either("axis", axis, "dim", dim)
    if not x.ndim:
        raise errors.needs_rank(op, "logits", x.shape, 1)
    return array_module(x), x, checked_axis(op, -1 if place is None else place, x.ndim)


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Array:
    """Return x @ weights + biases, shapes `[N, D]`, `[D, C]` and `[C]`."""
    with within(name, "xw_plus_b") as scope:
        return bias_add(matmul(x, weights), biases, name=scope)


@op("BiasAdd", "value bias", shape=_biased, kernel=_bias_added)
def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Array:
    """Return value + bias, a vector as long as there are channels.

    Args:
        value: at least two dimensions; the channels are the last one.
        bias: the vector.
        data_format: "NCHW" or its like if the channels are the second dimension.
        name: drawn from the name table.

    Raises:
        ValueError: the bias has another shape.
    """
    if is_channels_first(data_format):
        value, bias = same_dtype("bias_add", (value, bias))
        return _plus_bias(value.swapaxes(1, -1), bias).swapaxes(1, -1)
    return _plus_bias(value, bias)


def is_channels_first(data_format: str | None) -> bool:
    """Return whether a format as "NCHW" has the channels second."""
    return data_format is not None and data_format.startswith("NC")


def _plus_bias(value: Any, bias: Any) -> Array:
    value, bias = same_dtype("bias_add", (value, bias))
    if bias.ndim != 1 or value.ndim < 2 or bias.shape[0] != value.shape[-1]:
        raise errors.bias_shape(value.shape, bias.shape)
    return value + bias


@op("L2Loss", "t", shape=_scalar)
def l2_loss(t: Any, name: str | None = None) -> Array:
    """Return sum(t ** 2) / 2."""
    x = float_operand("l2_loss", t)
    return array_module(x).square(x).sum() / 2


def _coin_shape(x: Any, *, noise_shape: Any) -> Any:
    return x if noise_shape is None else tuple(noise_shape)


def _coins(x: Any, keep_prob: Any, noise_shape: Any, seed: Any, rate: Any) -> Any:
    """Return 1 / keep_prob where an element of x is kept, 0 elsewhere."""
    keep = _keep_probability(keep_prob, rate)
    shape = x.shape if noise_shape is None else tuple(int(n) for n in np.ravel(unwrap(noise_shape)))
    if isinstance(seed, Source):
        with philox(seed) as draws:
            return move(kept_of(draws.uniform(shape, as_dtype(x.dtype)), keep), device_of(x))
    with drawing():
        coins = draw_uniform(shape, float32, 0.0, 1.0, seed)
    return move(((coins < keep) / keep).astype(x.dtype), device_of(x))


def _filled(noise_shape: Any, dims: Any) -> Any:
    """Return a shape of coins with the sizes of x in the place of those that are None.

    Raises:
        ValueError: x has other dimensions, or their sizes are not known.
    """
    listed = noise_shape.as_list() if isinstance(noise_shape, TensorShape) else noise_shape
    if not isinstance(listed, (list, tuple)) or None not in listed:
        return noise_shape
    if dims is None or len(dims) != len(listed):
        raise errors.noise_shape_open(listed, dims)
    found = [m if n is None else n for n, m in zip(listed, dims, strict=True)]
    if None in found:
        raise errors.noise_shape_open(listed, dims)
    return found


def _record_dropout(
    recorder: Recorder, x: Any, keep_prob: Any = None, noise_shape: Any = None, seed: Any = None,
    name: str | None = None, rate: Any = None,
) -> Tensor:  # fmt: skip
    """Write down a draw and a product; where all is kept, nothing."""
    tensor = as_tensor(x, recorder)
    if not tensor.dtype.is_floating:
        raise errors.dropout_scales(tensor.dtype)
    for given in (keep_prob, rate):
        if isinstance(given, Tensor) and given.dims:
            raise errors.keep_prob_no_number(given)
    if not holds_tensor([keep_prob, rate]) and _keep_probability(keep_prob, rate) == 1:
        return tensor
    noise_shape = _filled(noise_shape, tensor.dims)
    scope = recorder.claim(name or "dropout")
    values = {"x": x, "keep_prob": keep_prob, "noise_shape": noise_shape, "seed": seed, "name": None, "rate": rate}
    leave_out(recorder, 4 + holds_tensor(keep_prob))
    coins = with_source(_COINS, recorder, values, f"{scope}/random_uniform/RandomUniform/")
    leave_out(recorder, 10)
    kept: Tensor = definition_of(multiply).write(recorder, {"x": x, "y": coins, "name": None}, f"{scope}/mul_1/")
    return kept


@op("Mul", record=_record_dropout)
def dropout(
    x: Any,
    keep_prob: float | None = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: float | None = None,
) -> Array:
    """Return x / keep_prob where a coin of that probability says so, 0 elsewhere.

    Args:
        x: floats.
        keep_prob: probability to keep an element, in (0, 1]; 1 returns a copy.
        noise_shape: shape of the coins, broadcast over x: `[N, 1]` keeps or drops whole rows; None in it: as in x.
        seed: joins the seed of the graph.
        name: drawn from the name table.
        rate: 1 - keep_prob, instead of it.

    Raises:
        TypeError: x holds no floats; where operations are written down a ValueError, as TensorFlow's.
        ValueError: no probability is given, or none of these.
    """
    array = float_operand("dropout", x)
    if _keep_probability(keep_prob, rate) == 1:
        return array.copy()
    noise_shape = _filled(noise_shape, array.shape)
    result: Array = array * _coins(array, keep_prob, noise_shape, seed, rate)
    return result


_COINS = Definition(
    definition_of(dropout).function, "RandomUniform", "x", shape=_coin_shape, kernel=_coins, allowed=FLOATS
)


def kept_of(uniform: Any, keep: float) -> Any:
    """Return 1 / `keep` where an even draw says that an element is kept, 0 elsewhere: TensorFlow's arithmetic.

    Source: tensorflow/python/ops/nn_ops.py, dropout_v2 (TF 1.15).
    """
    kind = uniform.dtype.type
    rate = kind(1 - keep)
    scaled: Any = (uniform >= rate) * (kind(1) / (kind(1) - rate))
    return scaled


def _keep_probability(keep_prob: float | None, rate: float | None) -> float:
    if keep_prob is None and rate is None:
        raise errors.argument_missing("dropout", "keep_prob")
    for given in (keep_prob, rate):
        if given is not None and np.ndim(given):
            raise errors.keep_prob_no_number(given)
    keep = either("keep_prob", keep_prob, "rate", None if rate is None else 1 - rate)
    if not 0 < keep <= 1:
        raise errors.bad_keep_prob(keep)
    return float(keep)


@op("GatherV2", name="embedding_lookup", record=_record_embedding_lookup)
def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: float | None = None,
) -> Array:
    """Return the rows of `params` that `ids` name: shape `[*ids.shape, *row shape]`.

    Args:
        params: array or Variable `[C, ...]`; or a list of parts, or a PartitionedVariable.
        ids: integers.
        partition_strategy: how the rows lie in several parts. "mod" deals them out like cards: row
            i is in part i % parts. "div" cuts them into runs, as partitioned variables are cut. As
            in TF, "mod" is the default even for a PartitionedVariable.
        name: drawn from the name table.
        validate_indices: taken and not used: the ids are looked at in any case.
        max_norm: embeddings that are longer are cut to it; None = none is.

    Raises:
        IndexError: there is no such row (checked on the host, as in `gather`).
        TypeError: the ids are no integers.
        ValueError: no part, or no such strategy.
    """
    ids = integer_operand("embedding_lookup", "ids", ids)
    parts = _row_parts(params)
    xp = array_module(*parts, ids)
    parts = [xp.asarray(operand(part)) for part in parts]
    ids = xp.asarray(ids)
    if xp is np:
        check_indices("embedding_lookup", ids, sum(len(part) for part in parts))
    if len(parts) == 1:
        result = xp.take(parts[0], ids, axis=0)
    else:
        part_of, row_of = _placed(xp, parts, ids, partition_strategy)
        result = xp.empty((*ids.shape, *parts[0].shape[1:]), parts[0].dtype)
        for number, part in enumerate(parts):
            here = part_of == number
            result[here] = part[row_of[here]]
    return result if max_norm is None else clip_rows(result, ids, max_norm)


def row_of_whole(params: Any, ids: Array, strategy: str) -> Array:
    """Return where the rows `ids` of `embedding_lookup(params, ids)` are in the whole: its parts one after another."""
    parts = _row_parts(params)
    if len(parts) == 1:
        return ids
    xp = array_module(ids)
    part_of, row_of = _placed(xp, parts, ids, strategy)
    starts = xp.asarray(np.cumsum([0, *(len(part) for part in parts[:-1])]))
    return starts[part_of] + row_of


def _is_cut(params: Any) -> bool:
    """Return whether it is a variable in parts of some rows each."""
    return hasattr(params, "as_tensor") and params._get_partitions()[0] > 1


def _row_parts(params: Any) -> list[Array]:
    """Return the arrays that hold the rows; a variable that is cut along another axis holds them as a whole."""
    several = _is_cut(params) or isinstance(params, (list, tuple))
    parts = [unwrap(part) for part in (params if several else [params])]
    if not parts:
        raise errors.no_embedding()
    return parts


def _placed(xp: Any, parts: list[Array], ids: Array, strategy: str) -> tuple[Array, Array]:
    """Return the part of each id, and its row there."""
    if strategy == "mod":
        return ids % len(parts), ids // len(parts)
    if strategy != "div":
        raise array_errors.bad_choice("partition_strategy", strategy, ("mod", "div"))
    ends = xp.asarray(np.cumsum([len(part) for part in parts]))
    part_of = xp.searchsorted(ends, ids, side="right")
    starts = xp.asarray(np.cumsum([0, *(len(part) for part in parts[:-1])]))
    return part_of, ids - starts[part_of]


@fresh
def _sparse_losses(labels: Any, logits: Any, keep: bool) -> Any:
    """Return the losses `[...]`, and their gradient `[..., C]` if it is wanted."""
    rules.sparse_softmax_xent(labels.shape, logits.shape)
    classes = logits.shape[-1]
    flat, wanted = logits.reshape(-1, classes), labels.ravel()
    if isinstance(labels, np.ndarray) and wanted.size and not (wanted.min() >= 0 and wanted.max() < classes):
        wrong = wanted[(wanted < 0) | (wanted >= classes)]
        raise plan_errors.label_out_of_range(int(wrong[0]), classes)
    losses, gradient = implementation(flat).softmax_losses(flat, wanted)
    return losses.reshape(labels.shape), gradient.reshape(logits.shape) if keep else None


def _losses_and_gradient(labels: Any, logits: Any) -> Any:
    return [rules.sparse_softmax_xent(labels, logits), logits]


def _named_labels(values: dict[str, Any]) -> dict[str, Any]:
    check_named("sparse_softmax_cross_entropy_with_logits", values["_sentinel"], values["labels"], values["logits"])
    return values


def _name_of_losses(values: dict[str, Any]) -> str:
    """Return TF's name of the losses, which reshapes what is no matrix."""
    logits = values["logits"]
    rank = logits.get_shape().ndims if hasattr(logits, "get_shape") else np.ndim(logits)
    return "SparseSoftmaxCrossEntropyWithLogits" if rank == 2 else "Reshape_2"


def _shape_of_labels(recorder: Recorder, values: dict[str, Any], name: str) -> list[Tensor]:
    """Write down the shape of the labels, as TensorFlow does, which compares it with that of the logits."""
    with name_scope(f"{name.rpartition('/')[0]}/"):
        shape_of(values["labels"])
    return []


def _first(outputs: list[Any]) -> Any:
    return outputs[0]


@op(
    "SparseSoftmaxCrossEntropyWithLogits",
    "labels:index | logits:real",
    inner=_name_of_losses,
    shape=_losses_and_gradient,
    dtype=_logits_dtype,
    normalize=_named_labels,
    kernel=_sparse_losses,
    keeps=True,
    returns=_first,
    shown=_shape_of_labels,
)
def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Array:
    """Return -log(softmax(logits)[label]) for each row: shape `[...]` of logits `[..., C]`.

    Write both arguments with their names. A label outside [0, C) is an error on the host and NaN on
    a GPU, as in TF.

    Raises:
        TypeError: labels are no integers, logits no floats.
        ValueError: an argument is missing or not named, the shapes do not fit, no such class.
    """
    check_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    scores = log_softmax(logits)
    classes = integer_operand("sparse_softmax_cross_entropy_with_logits", "labels", labels)
    if classes.shape != scores.shape[:-1]:
        raise errors.labels_shape(classes.shape, scores.shape)
    xp = array_module(scores, classes)
    classes = xp.asarray(classes)
    valid = (classes >= 0) & (classes < scores.shape[-1])
    if xp is np and not valid.all():
        raise errors.no_such_class(int(classes[~valid][0]), scores.shape[-1])
    chosen = xp.take_along_axis(scores, xp.where(valid, classes, 0)[..., None], axis=-1)[..., 0]
    return -chosen if xp is np else xp.where(valid, -chosen, xp.nan)


def _dense_losses(labels: Any, logits: Any, axis: int, keep: bool) -> Any:
    """Return the losses, and their gradient in the shape of `logits` if it is wanted."""
    xp = array_module(logits)
    exact = logits.astype(np.float32) if logits.dtype.itemsize < 4 else logits
    shifted = exact - exact.max(axis=axis, keepdims=True) if exact.size else exact
    shares = xp.exp(shifted)
    sums = shares.sum(axis=axis, keepdims=True)
    labels = labels.astype(logits.dtype, copy=False)
    losses = (labels * (xp.log(sums) - shifted)).sum(axis=axis)
    gradient = (shares / sums - labels).astype(logits.dtype, copy=False) if keep else None
    return losses.astype(logits.dtype, copy=False), gradient


def _along_one_axis(values: dict[str, Any]) -> dict[str, Any]:
    axis = either("axis", values["axis"], "dim", values["dim"])
    return values | {"axis": -1 if axis is None else int(axis), "dim": None}


@op(
    "SoftmaxCrossEntropyWithLogits",
    "logits | labels",
    name="softmax_cross_entropy_with_logits",
    inner="Reshape_2",
    shape=_rows_and_gradient,
    kernel=_dense_losses,
    normalize=_along_one_axis,
    keeps=True,
    returns=_first,
    allowed=FLOATS,
)
def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> Array:
    """Return -sum(labels * log(softmax(logits))) along `axis`, for labels that are distributions.

    Both arguments have gradients. In a graph labels of another dtype become what the logits are.

    Raises:
        TypeError: the dtypes differ, or are no floats.
        ValueError: the shapes do not fit.
    """
    labels, logits = same_dtype("softmax_cross_entropy_with_logits_v2", (labels, logits))
    logits = float_operand("softmax_cross_entropy_with_logits_v2", logits)
    if labels.shape != logits.shape:
        raise errors.shapes_differ("softmax_cross_entropy_with_logits", [labels.shape, logits.shape])
    place = either("axis", axis, "dim", dim)
    losses: Array = _dense_losses(labels, logits, -1 if place is None else place, False)[0]
    return losses


def _record_without_labels(
    recorder: Recorder, _sentinel: Any = None, labels: Any = None, logits: Any = None, dim: int = -1,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Write down the losses, of which the labels have no gradient."""
    check_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    scope = recorder.claim(name or "softmax_cross_entropy_with_logits_sg")
    if holds_tensor(labels):
        labels = stop_gradient(labels, name=f"{scope}/labels_stop_gradient/")
    values = {"labels": labels, "logits": logits, "axis": dim, "name": None, "dim": None}
    tensor: Tensor = definition_of(softmax_cross_entropy_with_logits_v2).write(recorder, values, f"{scope}/")
    return tensor


@op("SoftmaxCrossEntropyWithLogits", record=_record_without_labels)
def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
) -> Array:
    """Return -sum(labels * log(softmax(logits))) along `dim`, for labels that are distributions.

    Write both arguments with their names. The labels have no gradient.

    Raises:
        TypeError: the dtypes differ, or are no floats.
        ValueError: an argument is missing or not named, the shapes do not fit.
    """
    check_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    return softmax_cross_entropy_with_logits_v2(labels, logits, dim)


def check_named(function: str, sentinel: Any, labels: Any, logits: Any) -> None:
    if sentinel is not None or labels is None or logits is None:
        raise errors.name_both(function)
