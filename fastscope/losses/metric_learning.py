"""Losses of embeddings: those of one label are to lie near to each other, those of others far away.

Legend: N embeddings, D their length.

Source: tensorflow/contrib/losses/python/metric_learning/metric_loss_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays.dtypes import float32
from ..errors import losses as errors
from ..graph import name_scope
from ..graph.sparse_tensor import SparseTensor
from ..ops.printing import Print
from ..ops.sparse import sparse_tensor_to_dense
from ..ops.weights import static_shape

__all__ = [
    "contrastive_loss",
    "lifted_struct_loss",
    "npairs_loss",
    "npairs_loss_multilabel",
    "triplet_semihard_loss",
]

_TINY = 1e-16  # under a root, whose slope at 0 has no end


def contrastive_loss(labels: Any, embeddings_anchor: Any, embeddings_positive: Any, margin: float = 1.0) -> Any:
    """Return the mean of squared distances of pairs that belong together, and of how far others are within a margin.

    Args:
        labels: `[N]`, 1 for pairs that belong together, 0 for others.
        embeddings_anchor, embeddings_positive: `[N, D]`, of length 1.
        margin: how far others are to be away.

    Source: Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006.
    """
    distances: Any = ops.sqrt(ops.reduce_sum(ops.squared_difference(embeddings_anchor, embeddings_positive), 1))
    near: Any = ops.cast(labels, distances.dtype)
    inside: Any = ops.square(ops.maximum(margin - distances, 0.0))
    return ops.reduce_mean(near * ops.square(distances) + (1.0 - near) * inside, name="contrastive_loss")


def triplet_semihard_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Any:
    """Return the mean, over pairs of one label, of how much nearer a third of another label is than it is to be.

    The third is the nearest one that is farther away than the second; where there is none, the farthest.

    Args:
        labels: `[N]`, integers.
        embeddings: `[N, D]`, of length 1.
        margin: how much farther the third is to be away, in squared distance.

    Raises:
        ValueError: labels have another number of dimensions.

    Source: Schroff, Kalenichenko and Philbin, FaceNet, 2015.
    """
    distances = _distances(embeddings, squared=True)
    same, other = _pairs(labels)
    thirds: Any = ops.expand_dims(distances, 1)  # [first, 1, third]
    is_farther: Any = ops.greater(thirds, ops.expand_dims(distances, 2))
    fits: Any = ops.logical_and(ops.expand_dims(other, 1), is_farther)
    top: Any = ops.reduce_max(distances, 1, keepdims=True)
    nearest = ops.reduce_min((thirds - ops.expand_dims(top, 1)) * ops.cast(fits, float32), 2) + top
    count = ops.shape(distances)[0]
    farthest = ops.tile(_largest(distances, ops.cast(other, float32)), ops.stack([1, count]))
    negatives = ops.where(ops.reduce_any(fits, 2), nearest, farthest)
    among = _without_themselves(same)
    excess = ops.maximum((margin + (distances - negatives)) * among, 0.0)
    return ops.truediv(ops.reduce_sum(excess), ops.reduce_sum(among), name="triplet_semihard_loss")


def lifted_struct_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Any:
    """Return half the mean, over pairs of one label, of the square of distance plus nearness to all others.

    Args:
        labels: `[N]`, integers.
        embeddings: `[N, D]`.
        margin: how far others are to be away.

    Raises:
        ValueError: labels have another number of dimensions.

    Source: Song et al., Deep metric learning via lifted structured feature embedding, 2015.
    """
    distances = _distances(embeddings)
    same, different = _pairs(labels)
    other: Any = ops.cast(different, float32)
    near: Any = margin - distances
    highest = _largest(near, other)
    most: Any = ops.maximum(highest, ops.transpose(highest))  # subtracted, so that no exponential overflows
    powers: Any = ops.exp(ops.expand_dims(near, 1) - ops.expand_dims(most, 2)) * ops.expand_dims(other, 1)
    sums: Any = ops.reduce_sum(powers, 2)
    losses = most + ops.log(sums + ops.transpose(sums)) + distances
    among = _without_themselves(same)
    squares = ops.square(ops.maximum(losses * among, 0.0))
    return ops.truediv(0.25 * ops.reduce_sum(squares), ops.reduce_sum(among) / 2.0, name="liftedstruct_loss")


def npairs_loss(
    labels: Any, embeddings_anchor: Any, embeddings_positive: Any, reg_lambda: float = 0.002, print_losses: bool = False
) -> Any:
    """Return the cross entropy of finding a pair's second by its first, and a share of the squared lengths.

    Args:
        labels: `[N]`, integers, one for each pair.
        embeddings_anchor, embeddings_positive: `[N, D]`, firsts and seconds, of any length.
        reg_lambda: factor of the squared lengths.
        print_losses: whether each run prints both.

    Raises:
        ValueError: labels have another number of dimensions.

    Source: Sohn, Improved deep metric learning with multi-class n-pair loss objective, 2016.
    """
    penalty = _lengths(embeddings_anchor, embeddings_positive, reg_lambda)
    same, _ = _pairs(labels)
    return _of_pairs(ops.cast(same, float32), embeddings_anchor, embeddings_positive, penalty, print_losses)


def npairs_loss_multilabel(
    sparse_labels: Sequence[SparseTensor],
    embeddings_anchor: Any,
    embeddings_positive: Any,
    reg_lambda: float = 0.002,
    print_losses: bool = False,
) -> Any:
    """Return `npairs_loss` of pairs that have several labels: how many two have in common counts.

    Args:
        sparse_labels: one SparseTensor `[labels]` for each pair, of bools or of 0 and 1.
        embeddings_anchor, embeddings_positive, reg_lambda, print_losses: as those of `npairs_loss`.

    Raises:
        TypeError: they are no SparseTensors.
    """
    if not all(isinstance(one, SparseTensor) for one in sparse_labels):
        raise errors.no_sparse_labels(sparse_labels)
    with name_scope("NpairsLossMultiLabel"):
        penalty = _lengths(embeddings_anchor, embeddings_positive, reg_lambda)
        floats = [SparseTensor(one.indices, ops.cast(one.values, float32), one.dense_shape) for one in sparse_labels]
        rows: Any = ops.stack([sparse_tensor_to_dense(one) for one in floats])
        common = ops.reduce_sum(ops.minimum(ops.expand_dims(rows, 0), ops.expand_dims(rows, 1)), 2)
        return _of_pairs(common, embeddings_anchor, embeddings_positive, penalty, print_losses)


# ---- parts


def _distances(embeddings: Any, squared: bool = False) -> Any:
    """Return the distances `[N, N]` of all pairs; one that is 0 has no slope."""
    lengths: Any = ops.reduce_sum(ops.square(embeddings), [1], keepdims=True)
    products: Any = ops.matmul(embeddings, ops.transpose(embeddings))
    squares: Any = ops.maximum(ops.add(lengths, ops.transpose(lengths)) - 2.0 * products, 0.0)
    is_nothing: Any = ops.less_equal(squares, 0.0)
    found = squares if squared else ops.sqrt(squares + ops.cast(is_nothing, float32) * _TINY)
    return _without_themselves(ops.multiply(found, ops.cast(ops.logical_not(is_nothing), float32)))


def _without_themselves(pairs: Any) -> Any:
    """Return values of pairs `[N, N]` as floats, 0 for each with itself."""
    values: Any = ops.cast(pairs, float32)
    return values * (1.0 - ops.eye(ops.shape(values)[0]))


def _pairs(labels: Any) -> tuple[Any, Any]:
    """Return which pairs have one label, and which have two, `[N, N]`."""
    labels = ops.convert_to_tensor(labels)
    if static_shape(labels).rank != 1:
        raise errors.labels_of_one_dimension(static_shape(labels))
    same = ops.equal(ops.expand_dims(labels, 1), ops.expand_dims(labels, 0))
    return same, ops.logical_not(same)


def _largest(values: Any, mask: Any) -> Any:
    """Return the largest of each row where the mask is 1, `[N, 1]`; of all where it is 0 the smallest."""
    lowest: Any = ops.reduce_min(values, 1, keepdims=True)
    return ops.reduce_max((values - lowest) * mask, 1, keepdims=True) + lowest


def _lengths(first: Any, second: Any, factor: float) -> Any:
    means: list[Any] = [ops.reduce_mean(ops.reduce_sum(ops.square(each), 1)) for each in (first, second)]
    return ops.multiply(0.25 * factor, means[0] + means[1], name="l2loss")


def _of_pairs(common: Any, first: Any, second: Any, penalty: Any, prints: bool) -> Any:
    shares: Any = common / ops.reduce_sum(common, 1, keepdims=True)
    products = ops.matmul(first, second, transpose_b=True)
    losses = ops.softmax_cross_entropy_with_logits(logits=products, labels=shares)
    entropy = ops.reduce_mean(losses, name="xentropy")
    if prints:
        entropy = Print(entropy, ["cross entropy:", entropy, "l2loss:", penalty])
    return penalty + entropy
