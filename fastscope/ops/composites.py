"""SparseTensors and IndexedSlices in what branches and loops hand on: their parts go, and are put together again.

Source: tensorflow/python/ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..arrays import nest
from ..arrays.shapes import TensorShape
from ..graph.indexed_slices import IndexedSlices
from ..graph.sparse_tensor import SparseTensor

__all__ = ["holds_composite", "put_together", "spread", "spread_shapes"]


class _Elements(NamedTuple):
    """A SparseTensor's parts."""

    indices: Any
    values: Any
    dense_shape: Any


class _Rows(NamedTuple):
    """The parts of IndexedSlices without a shape."""

    values: Any
    indices: Any


class _RowsOfShape(NamedTuple):
    """The parts of IndexedSlices."""

    values: Any
    indices: Any
    dense_shape: Any


def holds_composite(structure: Any) -> bool:
    """Return whether there is a SparseTensor or IndexedSlices in a structure."""
    return any(isinstance(thing, (SparseTensor, IndexedSlices)) for thing in nest.flattened(structure))


def spread(structure: Any) -> Any:
    """Return a structure with tuples of their parts in the places of SparseTensors and IndexedSlices."""
    return nest.mapped(_parts, structure) if holds_composite(structure) else structure


def _parts(thing: Any) -> Any:
    if isinstance(thing, SparseTensor):
        return _Elements(thing.indices, thing.values, thing.dense_shape)
    if isinstance(thing, IndexedSlices):
        if thing.dense_shape is None:
            return _Rows(thing.values, thing.indices)
        return _RowsOfShape(thing.values, thing.indices, thing.dense_shape)
    return thing


def put_together(structure: Any) -> Any:
    """Return what `spread` was given."""
    if isinstance(structure, _Elements):
        return SparseTensor(*structure)
    if isinstance(structure, (_Rows, _RowsOfShape)):
        return IndexedSlices(*structure)
    if nest.is_structure(structure):
        return nest.like(structure, [put_together(item) for item in nest.items_of(structure)])
    return structure


def spread_shapes(structure: Any, shapes: Any) -> Any:
    """Return what stays of the shapes of loop variables, for all parts of those that are spread.

    Args:
        structure: the loop variables, as they are given.
        shapes: the same for each, of a SparseTensor that of its `dense_shape`, `[rank]`, and of IndexedSlices that of
            their values; None for nothing said.
    """
    if shapes is None:
        return None
    if isinstance(structure, SparseTensor):
        of_shape = TensorShape(shapes)
        rank = of_shape.as_list()[0] if of_shape.rank else None
        return _Elements(TensorShape([None, rank]), TensorShape([None]), of_shape)
    if isinstance(structure, IndexedSlices):
        whole = TensorShape(shapes)
        rows = TensorShape([None]) if whole.rank else TensorShape(None)
        if structure.dense_shape is None:
            return _Rows(whole, rows)
        return _RowsOfShape(whole, rows, TensorShape([whole.rank]))
    if nest.is_structure(structure):
        pairs = zip(nest.items_of(structure), nest.items_of(shapes), strict=True)
        return nest.like(structure, [spread_shapes(*pair) for pair in pairs])
    return shapes
