"""What every metric has: variables of its own, and the value that they make, now and after an update.

Source: tensorflow/python/ops/metrics_impl.py (TF 1.15).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from .. import ops
from ..arrays.dtypes import DType, as_dtype, float32
from ..errors import losses as errors
from ..graph import GraphKeys, add_to_collections, get_default_graph
from ..ops.weights import broadcast_weights, same_rank, static_shape, weights_like
from ..scoping.scopes import VariableScope, variable_scope
from ..scoping.variables import Variable

__all__ = ["as_bools", "collected", "counted", "fitted", "mean_of", "metric", "ratio", "variable", "weighted"]

Collections = str | Sequence[str] | None


def metric(
    name: str | None, default_name: str, *values: Any, function: str | None = None
) -> AbstractContextManager[VariableScope]:
    """Return the variable scope of a metric; `function`: its name where the scope's is another.

    Raises:
        RuntimeError: nothing is recorded here.
    """
    check_recorded(function or default_name)
    return variable_scope(name, default_name, [value for value in values if value is not None])


def check_recorded(function: str) -> None:
    """Check that a metric stands in a graph."""
    if get_default_graph().recorder is None:
        raise errors.metric_computes_at_once(function)


def variable(name: str, shape: Any = (), dtype: DType = float32, grows: bool = False) -> Any:
    """Return a new local variable of zeros; `grows`: its shape will be another."""
    keys = [GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES]
    initial = functools.partial(ops.zeros, shape, dtype)
    return Variable(initial, trainable=False, collections=keys, name=name, validate_shape=not grows)


def collected(value: Any, collections: Collections) -> Any:
    """Return a value that has joined collections: a name, a list of them, or None."""
    if collections:
        add_to_collections(collections, value)
    return value


def fitted(labels: Any, predictions: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Return the three in shapes that fit, where a dimension of 1 at the end is too many or missing."""
    labels, predictions = same_rank(ops.convert_to_tensor(labels), ops.convert_to_tensor(predictions))
    static_shape(predictions).assert_is_compatible_with(static_shape(labels))
    return labels, predictions, None if weights is None else weights_like(weights, predictions)


def as_bools(labels: Any, predictions: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Return the three, with labels and predictions as bools."""
    from ..arrays.dtypes import bool as bool_

    return fitted(ops.cast(labels, bool_), ops.cast(predictions, bool_), weights)


def weighted(values: Any, weights: Any) -> tuple[Any, Any]:
    """Return values times weights, and the weights in their shape."""
    weights = broadcast_weights(ops.cast(weights_like(weights, values), float32), values)
    return ops.multiply(values, weights), weights


def ratio(total: Any, count: Any, name: str | None) -> Any:
    """Return total / count, 0 where nothing is counted."""
    return ops.div_no_nan(total, ops.maximum(count, 0.0), name=name)


def mean_of(
    values: Any, weights: Any, metrics_collections: Collections, updates_collections: Collections, scope: Any
) -> tuple[Any, Any]:
    """Return the mean of all values so far, and the operation that takes in these; `scope`: of the metric."""
    with scope:
        values = ops.cast(values, float32)
        total, count = variable("total"), variable("count")
        if weights is None:
            number: Any = ops.cast(ops.size(values), float32)
        else:
            values, weights = weighted(values, weights)
            number = ops.reduce_sum(weights)
        more = total.assign_add(ops.reduce_sum(values))
        counted_up = count.assign_add(number)
        value = collected(ratio(total, count, "value"), metrics_collections)
        return value, collected(ratio(more, counted_up, "update_op"), updates_collections)


def counted(
    holds: Any, weights: Any, metrics_collections: Collections = None, updates_collections: Collections = None
) -> tuple[Any, Any]:
    """Return how often something held so far, a float, and the operation that takes in `holds`."""
    count = variable("count")
    values = ops.cast(holds, float32)
    if weights is not None:
        values = ops.multiply(values, ops.cast(weights, float32))
    value = collected(ops.identity(count), metrics_collections)
    return value, collected(count.assign_add(ops.reduce_sum(values)), updates_collections)


def dtype_of(x: Any) -> DType:
    """Return the dtype of a tensor, as a value has it."""
    return as_dtype(x.dtype).base_dtype
