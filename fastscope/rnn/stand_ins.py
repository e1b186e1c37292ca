"""Cells whose weights have other values than their variables: fed ones, where a run was given some."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ..arrays.typing import Array
from ..graph import Graph
from ..scoping.variables import PartitionedVariable, Variable

__all__ = ["with_values", "with_weights"]


def with_values(cell: Any, weights: list[Variable], values: Sequence[Array]) -> tuple[Any, list[Variable]]:
    """Return the cell, or one like it whose weights have these values where they are not those of its variables.

    Args:
        weights: of the cell.
        values: one for each.

    Returns:
        The cell, and its weights in the order of `weights`.
    """
    if all(value is weight._array for weight, value in zip(weights, values, strict=True)):
        return cell, weights
    graph = Graph()
    graph.recorder = None  # these are never part of a program
    with graph.as_default():
        own = [_like(weight, value) for weight, value in zip(weights, values, strict=True)]
    places = dict(zip(weights, own, strict=True))
    other = copy.copy(cell)
    other.__dict__.update({name: _replaced(value, places) for name, value in vars(cell).items()})
    other._held = None  # an LSTM's short way to its own arrays
    return other, own


def with_weights(cell: Any, weights: Sequence[Variable]) -> Any:
    """Give a cell that has no weights yet these variables, in the order in which it would make them; return it."""
    given = iter(weights)
    depth = int(weights[0].shape[0]) - int(cell.output_size)
    cell.add_variable = lambda *args, **kwargs: next(given)
    try:
        cell.build([None, depth])
    finally:
        del cell.add_variable
    cell.built, cell._built_depth, cell._own_weights = True, depth, tuple(weights)
    cell._dtype = weights[0]._base_dtype
    return cell


def _like(weight: Variable, value: Array) -> Variable:
    """Return a variable as `weight` is one, whose buffer is `value`."""
    variable = Variable(value, trainable=weight.trainable, name=weight._full_name, dtype=weight._base_dtype)
    variable._array = value
    if weight._save_slice_info is not None:
        variable._set_save_slice_info(weight._save_slice_info)
    return variable


def _replaced(value: Any, places: dict[Variable, Variable]) -> Any:
    if isinstance(value, Variable):
        return places.get(value, value)
    if isinstance(value, PartitionedVariable):
        parts = [places.get(part, part) for part in value]
        return PartitionedVariable(value.name, value.shape, value.dtype, parts, value._get_partitions())
    if isinstance(value, (list, tuple)):
        items = [_replaced(item, places) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value
