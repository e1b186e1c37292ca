"""Pairs of gradients and variables between compute_gradients and apply_gradients: multiplied, clipped, summarized.

Source: tensorflow/contrib/training/python/training/training.py, contrib/slim/python/slim/learning.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from .. import logging, ops
from ..errors import fitting as errors
from ..events.summaries import histogram, scalar
from ..graph import Tensor
from ..graph.indexed_slices import IndexedSlices
from ..training.clipping import clip_by_norm, global_norm

__all__ = [
    "add_gradients_summaries",
    "clip_gradient_norms",
    "clip_gradient_norms_fn",
    "multiply_gradients",
    "times",
    "values_of",
]

Pairs = list[tuple[Any, Any]]


def values_of(gradient: Any) -> Any:
    """Return the values of a gradient: those of its rows where it has some rows alone."""
    return gradient.values if isinstance(gradient, IndexedSlices) else gradient


def times(gradient: Any, factor: Any) -> Any:
    """Return a gradient times a scalar, in its own form and dtype."""
    values = values_of(gradient)
    if isinstance(factor, Tensor):
        scaled: Any = values * ops.cast(factor, values.dtype)
    else:
        scaled = values * ops.convert_to_tensor(factor, values.dtype)
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(scaled, gradient.indices, gradient.dense_shape)
    return scaled


def clip_gradient_norms(gradients_to_variables: Iterable[tuple[Any, Any]], max_norm: Any) -> Pairs:
    """Return pairs of gradients and variables, each gradient scaled down to a norm of at most `max_norm`."""
    return [(None if g is None else clip_by_norm(g, max_norm), v) for g, v in gradients_to_variables]


def clip_gradient_norms_fn(max_norm: Any) -> Callable[[Pairs], Pairs]:
    """Return `clip_gradient_norms` to this norm, for the argument `transform_grads_fn` of create_train_op."""
    return partial(clip_gradient_norms, max_norm=max_norm)


def multiply_gradients(grads_and_vars: Pairs, gradient_multipliers: Mapping[Any, Any]) -> Pairs:
    """Return pairs of gradients and variables, some gradients multiplied.

    Args:
        grads_and_vars: [(gradient, variable), ...].
        gradient_multipliers: factors by variables, or by their names without ":0".

    Raises:
        ValueError: no list, no dict, no factors, or a factor for a gradient that is None.
    """
    if not isinstance(grads_and_vars, list):
        raise errors.pairs_not_a_list(grads_and_vars)
    if not gradient_multipliers:
        raise errors.no_multipliers(gradient_multipliers)
    if not isinstance(gradient_multipliers, dict):
        raise errors.multipliers_not_a_dict(gradient_multipliers)
    found = []
    for gradient, variable in grads_and_vars:
        key = next((key for key in (variable, variable.op.name) if key in gradient_multipliers), None)
        if key is not None:
            if gradient is None:
                raise errors.multiple_of_none(variable.op.name)
            gradient = times(gradient, gradient_multipliers[key])
        found.append((gradient, variable))
    return found


def add_gradients_summaries(grads_and_vars: Iterable[tuple[Any, Any]], mark: str = "_") -> list[Any]:
    """Summarize gradients: each one's values as a histogram, and its norm.

    Args:
        grads_and_vars: [(gradient, variable), ...].
        mark: what stands between the variable's name and "gradient".

    Returns:
        The summaries.
    """
    made = []
    for gradient, variable in grads_and_vars:
        name = variable.op.name
        if gradient is None:
            logging.info("Var %s has no gradient", name)
            continue
        values = values_of(gradient)
        made.append(histogram(f"{name}{mark}gradient", values))
        made.append(scalar(f"{name}{mark}gradient_norm", global_norm([values])))
    return made
