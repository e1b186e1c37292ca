"""The seeds of random operations, counted as TensorFlow counts them.

An operation without a seed of its own, in a graph that has one, takes the number of operations that the graph has by
then. What TensorFlow writes down and this library does not is counted, too, as far as that is known.

Source: tensorflow/python/framework/random_seed.py.
"""

from __future__ import annotations

from typing import Any

from ..arrays.draws import Source
from ..arrays.philox import get_seed as philox_seeds
from ..errors import graph as errors
from .graph import Graph, get_default_graph
from .recording import Recorder

__all__ = ["get_seed", "leave_out", "new_source", "runs_in_sessions"]


def runs_in_sessions(recorder: Recorder) -> bool:
    """Return whether what is recorded is run by sessions, not as a function of eager code."""
    return recorder.graph.recorder is not None


def leave_out(recorder: Recorder, count: int) -> None:
    """Count operations that TensorFlow would write down here."""
    root = recorder.graph.recorder
    if root is not None:
        root.left_out += count


def new_source(recorder: Recorder, seed: Any) -> Source:
    """Return the source of numbers of an operation that is written down next.

    Args:
        seed: its own, or None.
    """
    root = recorder.graph.recorder
    assert root is not None
    root.draws = True
    return Source(*philox_seeds(recorder.graph.seed, _checked(seed), _counted(recorder.graph)))


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """Return the two seeds of an operation that would be written down now, None and None if they would be random.

    Args:
        op_seed: the operation's own seed, or None.
    """
    graph = get_default_graph()
    if graph.seed is None and op_seed is None:
        return None, None
    return philox_seeds(graph.seed, _checked(op_seed), _counted(graph))


def _counted(graph: Graph) -> int:
    root = graph.recorder
    return 0 if root is None else len(root.by_name) + root.left_out


def _checked(seed: Any) -> int | None:
    """Return an operation's seed as an int.

    Raises:
        TypeError: it is no whole number.
    """
    if seed is None or isinstance(seed, int):
        return seed
    try:
        return int(seed.__index__())
    except AttributeError:
        raise errors.op_seed_not_int(seed) from None
