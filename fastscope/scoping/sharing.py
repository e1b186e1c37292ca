"""What get_variable answers of a name that is there, and of one that is not."""

from __future__ import annotations

from typing import Any

from .._store import AUTO_REUSE
from ..arrays.dtypes import DType, as_dtype
from ..arrays.shapes import TensorShape
from ..errors import scoping as errors
from ..graph import Graph

__all__ = ["missing", "share"]


def share(
    found: Any,
    name: str,
    shape: TensorShape,
    dtype: DType,
    reuse: Any,
    *,
    dtype_given: bool = True,
    partitioned: bool = False,
) -> Any:
    """Return `found`, the variable that is called `name`.

    Raises:
        ValueError: it may not be shared, or has another shape or dtype than asked for.
    """
    where = getattr(found, "_defined_at", None)  # what a variable creator returned need not know
    if reuse is not True and reuse is not AUTO_REUSE:
        raise errors.already_exists(name, where, partitioned)
    if not shape.is_compatible_with(found.shape):
        raise errors.shape_differs(name, shape, found.shape, where, partitioned)
    if as_dtype(found.dtype) != dtype:
        raise errors.dtype_differs(name, dtype.name, found.dtype.name, where, dtype_given, partitioned)
    return found


def missing(graph: Graph, name: str, partitioned: bool = False) -> ValueError:
    """Return the error of sharing `name`, which get_variable did not make."""
    wholes = graph.partitioned_variables
    singles = [key for key, _ in graph.items() if key.rpartition("/part_")[0] not in wholes]
    apart = next((v for v in graph.variables() if not v._shared and v._full_name == name), None)
    return errors.does_not_exist(name, [*wholes, *singles], apart, partitioned)
