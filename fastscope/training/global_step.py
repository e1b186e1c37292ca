"""The global step: a count of training steps that optimizers raise and savers write into names.

Source: tensorflow/python/training/training_util.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._store import get_variable
from ..arrays.dtypes import int64
from ..errors import scoping as errors
from ..graph import Graph, GraphKeys, get_default_graph
from ..scoping.initializers import zeros_initializer
from ..scoping.variables import Variable

__all__ = ["create_global_step", "get_global_step", "get_or_create_global_step", "global_step"]


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """Return the value of the global step in a session, as one of Python's ints."""
    return int(np.asarray(sess.run(global_step_tensor)).item())


def get_global_step(graph: Graph | None = None) -> Any:
    """Return the graph's global step, or None if it has none.

    It is the variable of the collection GLOBAL_STEP; else what is called "global_step": a variable, or in a graph the
    tensor of this name, as in TensorFlow.

    Raises:
        TypeError: what is called so is no integer, or no scalar.
        ValueError: the collection has more than one, or one that does not count.
    """
    graph = get_default_graph() if graph is None else graph
    steps = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if not steps:
        return _found_by_name(graph)
    step = steps[0]
    if len(steps) > 1 or not isinstance(step, Variable) or step.shape != () or not step.dtype.is_integer:
        raise errors.no_global_step()
    return step


def _found_by_name(graph: Graph) -> Any:
    step: Any = graph.find("global_step")
    if not isinstance(step, Variable):
        operation = None if graph.recorder is None else graph.recorder.by_name.get("global_step")
        step = operation.outputs[0] if operation is not None and operation.outputs else None
    if step is None:
        return None
    if not step.dtype.is_integer:
        raise errors.step_not_an_integer(step.dtype)
    if step.shape.ndims not in (0, None):
        raise errors.step_not_a_scalar(step.shape)
    return step


def create_global_step(graph: Graph | None = None) -> Variable:
    """Create the global step: an int64 scalar, "global_step" in the current variable scope, not trained.

    Raises:
        ValueError: there is one already.
    """
    graph = get_default_graph() if graph is None else graph
    if get_global_step(graph) is not None:
        raise errors.global_step_exists()
    with graph.as_default():
        step: Variable = get_variable(
            "global_step",
            [],
            int64,
            zeros_initializer(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )
    return step


def get_or_create_global_step(graph: Graph | None = None) -> Any:
    """Return the graph's global step, created if need be."""
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step
