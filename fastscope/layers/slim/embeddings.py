"""tf.contrib.layers' embeddings and penalties.

Source: tensorflow/contrib/layers/python/layers/encoders.py, embedding_ops.py, regularizers.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ... import ops
from ...errors import arg_scopes as errors
from ...graph import GraphKeys, Tensor, get_collection, get_default_graph, name_scope
from ...ops.weights import static_shape
from ...scoping.scopes import variable_scope
from ...scoping.variable_lists import model_variable

__all__ = ["apply_regularization", "embed_sequence", "embedding_lookup_unique"]


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
