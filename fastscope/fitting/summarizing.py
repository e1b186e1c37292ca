"""tf.contrib.layers' summaries: of tensors by their shape, of activations, of whole collections.

Source: tensorflow/contrib/layers/python/layers/summaries.py (TF 1.15).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from .. import ops
from ..arrays.dtypes import float32
from ..arrays.shapes import TensorShape
from ..events.summaries import histogram, scalar
from ..graph import GraphKeys, get_collection

__all__ = [
    "summarize_activation",
    "summarize_activations",
    "summarize_biases",
    "summarize_collection",
    "summarize_tensor",
    "summarize_tensors",
    "summarize_variables",
    "summarize_weights",
]

_LIMITS: dict[str, list[tuple[str, float, Any]]] = {
    "Relu": [("zeros", 0.0, ops.less)],
    "Softplus": [("zeros", 0.0, ops.less)],
    "Relu6": [("zeros", 0.0, ops.less), ("sixes", 6.0, ops.greater)],
}


def summarize_tensor(tensor: Any, tag: str | None = None) -> Any:
    """Return a scalar as such a summary, another tensor as a histogram; None for strings and bools.

    Args:
        tensor: of a graph.
        tag: name of the summary; None = "<name of the tensor>_summary".
    """
    if tensor.dtype.base_dtype.name in ("string", "bool"):
        return None
    make = scalar if TensorShape(tensor.shape).rank == 0 else histogram
    return make(tag or f"{tensor.op.name}_summary", tensor)


def summarize_activation(op: Any) -> Any:
    """Return the histogram of an activation; of relu and its kin, how often they are at a limit is summarized too."""
    for name, limit, beyond in _LIMITS.get(op.op.type, ()):
        before = op.op.inputs[0]
        share = ops.reduce_mean(ops.cast(beyond(before, ops.cast(limit, before.dtype)), float32))
        scalar(f"{op.op.name}/{name}", share)
    return histogram(f"{op.op.name}/activation", op)


def summarize_tensors(tensors: Iterable[Any], summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """Return the summary of each tensor."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: str, name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """Return the summaries of the members of a collection whose names begin as `name_filter`, a regular expression."""
    members = get_collection(collection)
    chosen = [member for member in members if name_filter is None or re.match(name_filter, member.op.name)]
    return summarize_tensors(chosen, summarizer)


summarize_variables = partial(summarize_collection, GraphKeys.GLOBAL_VARIABLES)
summarize_weights = partial(summarize_collection, GraphKeys.WEIGHTS)
summarize_biases = partial(summarize_collection, GraphKeys.BIASES)


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_activation
) -> list[Any]:
    """Return `summarize_collection` of ACTIVATIONS."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)
