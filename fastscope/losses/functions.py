"""The losses: of labels and what a network says.

Each is made of the losses of single elements, which `compute_weighted_loss` makes one number.

Source: tensorflow/python/ops/losses/losses_impl.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays.dtypes import as_dtype, float32
from ..errors import losses as errors
from ..graph import GraphKeys
from ..ops.operands import either
from ..ops.scoped import inner, within
from ..ops.weights import broadcastable, same_rank, static_shape, weights_like
from .weighted import Reduction, axes_of_a_row, compute_weighted_loss, count_present, kept

__all__ = [
    "absolute_difference",
    "cosine_distance",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]

_MEAN = Reduction.SUM_BY_NONZERO_WEIGHTS


def _check_given(**arguments: Any) -> None:
    for name, value in arguments.items():
        if value is None:
            raise errors.must_not_be_none(name)


def _floats(labels: Any, predictions: Any) -> tuple[Any, Any]:
    """Return both as float32, after a check that they have one shape."""
    x, y = ops.cast(predictions, float32), ops.cast(labels, float32)
    static_shape(x).assert_is_compatible_with(static_shape(y))
    return y, x


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of |predictions - labels|.

    Args:
        labels, predictions: arrays of one shape.
        weights, loss_collection, reduction: as in `compute_weighted_loss`.
        scope: of its operations; None = "absolute_difference".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(labels=labels, predictions=predictions)
    with within(scope, "absolute_difference") as full:
        labels, predictions = _floats(labels, predictions)
        each = ops.abs(ops.subtract(predictions, labels))
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
    dim: int | None = None,
) -> Any:
    """Return the mean of 1 - sum(labels * predictions), the sum along `axis`, of vectors that have length 1.

    Args:
        labels, predictions: arrays of one shape.
        axis, dim: dimension of the vectors.
        weights, loss_collection, reduction: as in `compute_weighted_loss`; the losses have 1 in this dimension.
        scope: of its operations; None = "cosine_distance_loss".

    Raises:
        ValueError: there is no axis, the shapes differ, or the weights do not fit.
    """
    axis = either("axis", axis, "dim", dim)
    if axis is None:
        raise errors.no_axis()
    _check_given(labels=labels, predictions=predictions)
    with within(scope, "cosine_distance_loss") as full:
        labels, predictions = _floats(labels, predictions)
        each: Any = 1 - ops.reduce_sum(ops.multiply(predictions, labels), (axis,), keepdims=True)
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of max(0, 1 - y * logits), y being -1 for the label 0 and 1 for the label 1.

    Args:
        labels, logits: arrays of one shape.
        weights, loss_collection, reduction: as in `compute_weighted_loss`.
        scope: of its operations; None = "hinge_loss".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(labels=labels, logits=logits)
    with within(scope, "hinge_loss") as full:
        labels, logits = _floats(labels, logits)
        ones: Any = ops.ones_like(labels)
        signs = ops.subtract(2 * labels, ones)
        each = ops.relu(ops.subtract(ones, ops.multiply(signs, logits)))
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of error ** 2 / 2 where |error| <= delta, and of delta * |error| - delta ** 2 / 2 beyond.

    Args:
        labels, predictions: arrays of one shape.
        weights, loss_collection, reduction: as in `compute_weighted_loss`.
        delta: where the square ends.
        scope: of its operations; None = "huber_loss".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(labels=labels, predictions=predictions)
    with within(scope, "huber_loss") as full:
        labels, predictions = _floats(labels, predictions)
        size = ops.abs(ops.subtract(predictions, labels))
        quadratic = ops.minimum(size, delta)
        linear = ops.subtract(size, quadratic)
        each = ops.add(ops.multiply(0.5, ops.multiply(quadratic, quadratic)), ops.multiply(delta, linear))
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of -labels * log(predictions + epsilon) - (1 - labels) * log(1 - predictions + epsilon).

    Args:
        labels, predictions: arrays of one shape, probabilities.
        weights, loss_collection, reduction: as in `compute_weighted_loss`.
        epsilon: keeps the logarithm finite.
        scope: of its operations; None = "log_loss".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(labels=labels, predictions=predictions)
    with within(scope, "log_loss") as full:
        labels, predictions = _floats(labels, predictions)
        positive: Any = ops.multiply(labels, ops.log(predictions + epsilon))
        each = -positive - ops.multiply(1 - labels, ops.log(1 - predictions + epsilon))
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def mean_pairwise_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
) -> Any:
    """Return the mean over all pairs in a row of the squared error of the differences in them, summed over rows.

    Args:
        labels, predictions: arrays `[N, ...]` of one shape.
        weights: as in `compute_weighted_loss`: a number, or one for each row.
        scope: of its operations; None = "mean_pairwise_squared_error".
        loss_collection: which the result joins, in a graph.

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(labels=labels, predictions=predictions)
    with within(scope, "mean_pairwise_squared_error"):
        labels, predictions = _floats(labels, predictions)
        factors = broadcastable(ops.cast(weights, float32), labels)
        errors_of: Any = ops.subtract(predictions, labels)
        axes = axes_of_a_row(errors_of)
        count = count_present(errors_of, factors, per_row=True)
        squares = ops.reduce_sum(ops.square(errors_of), axes, keepdims=True)
        of_squares: Any = ops.div_no_nan(squares, ops.maximum(count - 1, 0), name=inner("value"))
        total = ops.reduce_sum(errors_of, axes, keepdims=True)
        pairs = ops.maximum(ops.multiply(count, count - 1), 0)
        of_total: Any = ops.div_no_nan(ops.square(total), pairs, name=inner("value"))
        loss = ops.reduce_sum(ops.multiply(2.0 * of_squares - 2.0 * of_total, factors))
        some = ops.greater(ops.reduce_sum(count), 0)
        return kept(ops.where(some, loss, ops.zeros_like(loss), name=inner("value")), loss_collection)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of (predictions - labels) ** 2.

    Args:
        labels, predictions: arrays of one shape.
        weights, loss_collection, reduction: as in `compute_weighted_loss`.
        scope: of its operations; None = "mean_squared_error".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(labels=labels, predictions=predictions)
    with within(scope, "mean_squared_error") as full:
        labels, predictions = _floats(labels, predictions)
        each = ops.squared_difference(predictions, labels)
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of tf.nn.sigmoid_cross_entropy_with_logits.

    Args:
        multi_class_labels, logits: arrays of one shape; the labels are 0 and 1.
        weights, loss_collection, reduction: as in `compute_weighted_loss`.
        label_smoothing: share in which a label is 1/2.
        scope: of its operations; None = "sigmoid_cross_entropy_loss".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(multi_class_labels=multi_class_labels, logits=logits)
    with within(scope, "sigmoid_cross_entropy_loss") as full:
        logits = ops.convert_to_tensor(logits)
        labels: Any = ops.cast(multi_class_labels, as_dtype(logits.dtype).base_dtype)
        static_shape(logits).assert_is_compatible_with(static_shape(labels))
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        each = ops.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name=inner("xentropy"))
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of tf.nn.softmax_cross_entropy_with_logits; nothing goes back into the labels.

    Args:
        onehot_labels, logits: arrays `[..., C]` of one shape.
        weights, loss_collection, reduction: as in `compute_weighted_loss`, for losses `[...]`.
        label_smoothing: share in which a label is 1 / C for all classes.
        scope: of its operations; None = "softmax_cross_entropy_loss".

    Raises:
        ValueError: the shapes differ, or the weights do not fit.
    """
    _check_given(onehot_labels=onehot_labels, logits=logits)
    with within(scope, "softmax_cross_entropy_loss") as full:
        logits = ops.convert_to_tensor(logits)
        dtype = as_dtype(logits.dtype).base_dtype
        labels: Any = ops.cast(onehot_labels, dtype)
        static_shape(logits).assert_is_compatible_with(static_shape(labels))
        if label_smoothing > 0:
            count: Any = ops.cast(ops.shape(labels)[-1], dtype)
            labels = labels * (1.0 - label_smoothing) + label_smoothing / count
        labels = ops.stop_gradient(labels, name=inner("labels_stop_gradient"))
        each = ops.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name=inner("xentropy"))
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _MEAN,
) -> Any:
    """Return the mean of tf.nn.sparse_softmax_cross_entropy_with_logits.

    Args:
        labels: numbers of classes `[...]`; a dimension of 1 at the end is left out.
        logits: `[..., C]`.
        weights, loss_collection, reduction: as in `compute_weighted_loss`, for losses `[...]`.
        scope: of its operations; None = "sparse_softmax_cross_entropy_loss".

    Raises:
        ValueError: the shapes do not fit.
    """
    _check_given(labels=labels, logits=logits)
    with within(scope, "sparse_softmax_cross_entropy_loss") as full:
        labels, logits = ops.convert_to_tensor(labels), ops.convert_to_tensor(logits)
        labels, logits = same_rank(labels, logits, difference=1)
        each = ops.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=inner("xentropy"))
        if weights is not None:
            weights = weights_like(weights, labels, adds=False)
        return compute_weighted_loss(each, weights, full, loss_collection, reduction)
