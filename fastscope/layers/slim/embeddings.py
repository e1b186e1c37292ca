"""tf.contrib.layers' embeddings and penalties.

Source: tensorflow/contrib/layers/python/layers/encoders.py, embedding_ops.py, regularizers.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ... import ops
from ...arrays.dtypes import int32
from ...arrays.shapes import TensorShape
from ...errors import arg_scopes as errors
from ...graph import GraphKeys, Tensor, get_collection, get_default_graph, name_scope
from ...graph.sparse_tensor import SparseTensor
from ...ops.questions import assert_same_float_dtype
from ...ops.sparse_arranging import sparse_fill_empty_rows, sparse_reshape, sparse_retain
from ...ops.sparse_sums import embedding_lookup_sparse
from ...ops.weights import static_shape
from ...scoping.scopes import variable_scope
from ...scoping.variable_lists import model_variable
from ...scoping.variables import PartitionedVariable
from .simple import dense_to_sparse

__all__ = [
    "apply_regularization",
    "bow_encoder",
    "embed_sequence",
    "embedding_lookup_unique",
    "safe_embedding_lookup_sparse",
]


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Any:
    """Return the rows of a variable "embeddings" `[vocab_size, embed_dim]` that ids name.

    Args:
        ids: integers `[N, T]`.
        vocab_size, embed_dim: may be left out if `reuse` is True.
        unique: look each id up once, however often it is there.
        initializer, regularizer, trainable: of the variable.
        scope: of the variable; None = "EmbedSequence".
        reuse: as in variable_scope.

    Raises:
        ValueError: the sizes are missing.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise errors.needs_sizes(vocab_size, embed_dim)
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = None if vocab_size is None or embed_dim is None else [vocab_size, embed_dim]
        table = model_variable(
            "embeddings", shape, initializer=initializer, regularizer=regularizer, trainable=trainable
        )
        return embedding_lookup_unique(table, ids) if unique else ops.embedding_lookup(table, ids)


def embedding_lookup_unique(params: Any, ids: Any, partition_strategy: str = "mod", name: str | None = None) -> Any:
    """Return `embedding_lookup(params, ids)`, each row looked up once."""
    with name_scope(name, "EmbeddingLookupUnique", [ids]):
        ids = ops.convert_to_tensor(ids)
        shape = ops.shape(ids)
        once, places = ops.unique(ops.reshape(ids, [-1]))
        rows = ops.embedding_lookup(params, once, partition_strategy)
        every = ops.gather(rows, places)
        result: Any = ops.reshape(every, ops.concat([shape, ops.shape(rows)[1:]], 0))
        if isinstance(result, Tensor):
            result.set_shape(static_shape(ids).concatenate(static_shape(rows)[1:]))
        return result


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = None,
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: float | None = None,
) -> Any:
    """Return the combined rows of a table that each row of ids names; negative ids and empty rows are no error.

    Args:
        embedding_weights: the table `[V, D]`, or a list of its parts.
        sparse_ids: SparseTensor `[..., n]` of ids; negative ones are left out.
        sparse_weights: SparseTensor of their weights; those without a positive one are left out unless it sums.
        combiner: "mean", as None is, "sum" or "sqrtn".
        default_id: whose row stands for no ids; None = zeros.
        name: of the operations.
        partition_strategy: "div" or "mod", how the table is in parts.
        max_norm: the largest norm of a row that is looked up.

    Returns:
        `[..., D]`.

    Raises:
        ValueError: there is no table.
    """
    parts = list(embedding_weights) if isinstance(embedding_weights, (list, PartitionedVariable)) else embedding_weights
    if parts is None or parts == []:
        raise errors.no_table(embedding_weights)
    listed = parts if isinstance(parts, list) else [parts]
    assert_same_float_dtype([*listed, sparse_weights])
    combiner = combiner or "mean"
    with name_scope(name, "embedding_lookup", [sparse_ids]):
        full = sparse_ids.dense_shape
        rank: Any = static_shape(full).as_list()[0]
        before: Any = full[: rank - 1]
        rows = sparse_reshape(sparse_ids, ops.stack([ops.reduce_prod(before), full[rank - 1]]))
        weights = None
        if sparse_weights is not None:
            weights = SparseTensor(rows.indices, sparse_weights.values, rows.dense_shape)
        rows, weights = _retained(rows, weights, ops.greater_equal(rows.values, 0))
        if weights is not None and combiner != "sum":
            rows, weights = _retained(rows, weights, ops.greater(weights.values, 0))
        rows, empty = sparse_fill_empty_rows(rows, default_id or 0)
        if weights is not None:
            weights, _ = sparse_fill_empty_rows(weights, 1.0)
        found: Any = embedding_lookup_sparse(parts, rows, weights, partition_strategy, None, combiner, max_norm)
        if default_id is None:
            missing = ops.tile(ops.reshape(empty, [-1, 1]), ops.stack([1, ops.shape(found)[1]]))
            found = ops.where(missing, ops.zeros_like(found), found)
        sizes = ops.concat([ops.cast(before, int32), ops.shape(found)[1:]], 0)
        result: Any = ops.reshape(found, sizes)
        if isinstance(result, Tensor):
            result.set_shape(TensorShape([None] * (rank - 1)).concatenate(static_shape(found)[1:]))
        return result


def _retained(rows: Any, weights: Any, wanted: Any) -> tuple[Any, Any]:
    return sparse_retain(rows, wanted), None if weights is None else sparse_retain(weights, wanted)


def bow_encoder(
    ids: Any,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Any:
    """Return the mean of the rows of a variable "embeddings" `[vocab_size, embed_dim]` that each row of ids names.

    Args:
        ids: integers `[N, T]`, or a SparseTensor of them.
        sparse_lookup: whether ids that are 0 name nothing; else `ids` must not be sparse.
        scope: of the variable; None = "bow_encoder".
        initializer, regularizer, trainable, reuse: as in `embed_sequence`.

    Raises:
        ValueError: a size is missing.
        TypeError: sparse ids with `sparse_lookup=False`.
    """
    if not vocab_size or not embed_dim:
        raise errors.no_sizes()
    with variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim]
        table = model_variable(
            "embeddings", shape, initializer=initializer, regularizer=regularizer, trainable=trainable
        )
        if sparse_lookup:
            sparse = ids if isinstance(ids, SparseTensor) else dense_to_sparse(ids)
            return safe_embedding_lookup_sparse([table], sparse, combiner="mean", default_id=0)
        if isinstance(ids, SparseTensor):
            raise errors.ids_not_dense(ids)
        return ops.reduce_mean(ops.embedding_lookup(table, ids), axis=1)


def apply_regularization(regularizer: Callable[[Any], Any], weights_list: Sequence[Any] | None = None) -> Any:
    """Return the sum of a regularizer's losses of weights; in a graph it joins the regularization losses.

    Args:
        regularizer: callable(weights) -> loss, or None for none.
        weights_list: the weights; None = the collection WEIGHTS.

    Raises:
        ValueError: there are no weights.
    """
    weights = weights_list or get_collection(GraphKeys.WEIGHTS)
    if not weights:
        raise errors.no_weights()
    with name_scope("get_regularization_penalty") as scope:
        losses = [regularizer(w) for w in weights]
        total: Any = ops.add_n([ops.constant(0.0) if loss is None else loss for loss in losses], name=scope)
        graph = get_default_graph()
        if graph.recorder is not None:
            graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total
