"""Which cells are run by the loops of `nested`: a look at inputs, outputs and states."""

from __future__ import annotations

from typing import Any

from ..arrays import nest
from ..arrays.shapes import TensorShape

__all__ = ["holds_arrays", "is_needed"]


def holds_arrays(inputs: Any, rank: int) -> bool:
    """Return whether inputs are a structure of arrays of `rank` or more dimensions, and not one array in lists."""
    while nest.is_structure(inputs):
        below = nest.items_of(inputs)
        if not below:
            return False
        inputs = below[0]
        if _rank(inputs) >= rank:
            return True
    return False


def _rank(value: Any) -> int:
    """Return a number of dimensions; of a tensor that does not tell it, many."""
    if not hasattr(value, "shape") or hasattr(value, "unstack"):
        return -1
    rank = TensorShape(value.shape).rank
    return 99 if rank is None else rank


def is_needed(cell: Any, inputs: Any, state: Any, rank: int) -> bool:
    """Return whether a cell is given or gives structures, or has TensorArrays in its state.

    Args:
        cell: an RNNCell, or anything with its attributes.
        inputs: its inputs, each an array of `rank` dimensions or more.
        state: the initial state, or None.
        rank: of a sequence 3, of a step 2.
    """
    if isinstance(cell.output_size, (tuple, list)) and nest.is_structure(cell.output_size):
        return True
    is_array = not isinstance(inputs, (tuple, list, dict))
    if is_array and "sequence" in getattr(cell, "_whole_methods", ()):  # the library's own, most of them: told quickly
        return False
    if not is_array and holds_arrays(inputs, rank):
        return True
    if state is None:
        return _has_a_gap(cell.state_size)
    return any(hasattr(leaf, "unstack") for leaf in nest.flattened(state))


def _has_a_gap(size: Any) -> bool:
    """Return whether there is an empty tuple in a state's sizes, where a state has a TensorArray."""
    return nest.is_structure(size) and (not len(size) or any(map(_has_a_gap, nest.items_of(size))))
