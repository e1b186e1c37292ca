"""Shapes asked and told: what two broadcast to, what an array must have, where in it a flat index lies.

Source: tensorflow/python/ops/array_ops.py, check_ops.py, framework/tensor_shape.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import to_numpy, unwrap
from ..arrays.shapes import Dimension, TensorShape
from ..arrays.typing import Array
from ..errors import ops as errors
from . import shape_rules as rules
from .function import op
from .operands import operand

__all__ = [
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "dimension_at_index",
    "dimension_value",
    "ensure_shape",
    "unravel_index",
]


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """Return the shape to which arrays of two shapes broadcast, as far as it is known.

    Raises:
        ValueError: they do not.
    """
    x, y = TensorShape(shape_x), TensorShape(shape_y)
    try:
        dims = rules.broadcast(*(None if each.dims is None else tuple(each.as_list()) for each in (x, y)))
    except ValueError:
        raise errors.cannot_broadcast(x, y) from None
    return TensorShape(dims)


def _longer(x: Any, y: Any) -> Any:
    return (None,) if x is None or y is None or None in (x[0], y[0]) else (max(x[0], y[0]),)


@op("BroadcastArgs", "shape_x shape_y:index", shape=_longer)
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any, name: str | None = None) -> Array:
    """Return the shape, a vector of integers, to which arrays of two shapes broadcast.

    Raises:
        ValueError: they do not.
    """
    x, y = (np.asarray(to_numpy(unwrap(shape))) for shape in (shape_x, shape_y))
    try:
        return np.array(np.broadcast_shapes(x.tolist(), y.tolist()), np.result_type(x, y))
    except ValueError:
        raise errors.cannot_broadcast(tuple(x.tolist()), tuple(y.tolist())) from None


def _ensured(x: Any, *, shape: Any) -> Any:
    return rules.merged(shape, x)


def _checked_shape(values: dict[str, Any]) -> dict[str, Any]:
    shape = TensorShape(values["shape"])
    return values | {"shape": None if shape.dims is None else tuple(shape.as_list())}


@op("EnsureShape", "x", shape=_ensured, normalize=_checked_shape)
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Array:
    """Return `x`, which has a shape of which some is known: in a graph it is told, and checked by each run.

    Raises:
        ValueError: it has another.
    """
    array = operand(x)
    wanted = TensorShape(shape)
    if not wanted.is_compatible_with(array.shape):
        raise errors.another_shape(array.shape, wanted)
    return array


def _unraveled(indices: Any, dims: Any) -> Any:
    rank = None if dims is None else dims[0]
    return None if indices is None else (rank, *indices)


@op("UnravelIndex", "indices dims:index", shape=_unraveled)
def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Array:
    """Return the indices, a row for each dimension of a shape, of elements by their number in the order of rows.

    Raises:
        InvalidArgumentError: there is no such element.
    """
    numbers, sizes = np.asarray(to_numpy(unwrap(indices))), np.asarray(to_numpy(unwrap(dims)))
    if numbers.size and (numbers.min() < 0 or numbers.max() >= sizes.prod()):
        raise errors.index_outside_of(sizes.tolist())
    return np.array(np.unravel_index(numbers, sizes.tolist()), numbers.dtype)


def dimension_value(dimension: Any) -> Any:
    """Return a dimension as an int, or None; an int as it is."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape: TensorShape, index: int) -> Any:
    """Return a dimension of a shape, an unknown one where the rank is not known."""
    return Dimension(None) if shape.dims is None else shape.dims[index]
