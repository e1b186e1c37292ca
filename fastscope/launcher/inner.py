"""Functions of TensorFlow's inner modules that have no public name, and that programs use all the same.

Source: tensorflow/python/framework/tensor_shape.py, dtypes.py, ops/control_flow_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arrays.dtypes import as_dtype
from ..arrays.shapes import TensorShape
from ..graph import control_dependencies, name_scope
from ..graph.indexed_slices import IndexedSlices
from ..ops import identity

__all__ = [
    "as_shape",
    "bool_ref",
    "float32_ref",
    "float64_ref",
    "int32_ref",
    "int64_ref",
    "matrix",
    "scalar",
    "string_ref",
    "unknown_shape",
    "vector",
    "with_dependencies",
]

bool_ref, string_ref = as_dtype("bool_ref"), as_dtype("string_ref")
float32_ref, float64_ref = as_dtype("float32_ref"), as_dtype("float64_ref")
int32_ref, int64_ref = as_dtype("int32_ref"), as_dtype("int64_ref")


def with_dependencies(dependencies: Sequence[Any], output_tensor: Any, name: str | None = None) -> Any:
    """Return a tensor, or IndexedSlices, that is there after operations have run."""
    if isinstance(output_tensor, IndexedSlices):
        values = with_dependencies(dependencies, output_tensor.values, name)
        return IndexedSlices(values, output_tensor.indices, output_tensor.dense_shape)
    with name_scope(name, "control_dependency") as scope, control_dependencies(dependencies):
        return identity(output_tensor, name=scope)


def as_shape(shape: Any) -> TensorShape:
    """Return a TensorShape."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(ndims: int | None = None) -> TensorShape:
    """Return a shape of which the rank is known, or nothing."""
    return TensorShape(None if ndims is None else [None] * ndims)


def scalar() -> TensorShape:
    """Return the shape of one number."""
    return TensorShape([])


def vector(length: Any) -> TensorShape:
    """Return the shape of a vector."""
    return TensorShape([length])


def matrix(rows: Any, cols: Any) -> TensorShape:
    """Return the shape of a matrix."""
    return TensorShape([rows, cols])
