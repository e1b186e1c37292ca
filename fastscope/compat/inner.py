"""What TensorFlow has in inner modules only, and programs take from there all the same.

Source: tensorflow/python/framework/tensor_shape.py, dtypes.py, ops/control_flow_ops.py, ops/rnn_cell_impl.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ..arrays.dtypes import as_dtype
from ..arrays.shapes import TensorShape
from ..checkpoint.saver import Saver
from ..graph import Graph, GraphKeys, control_dependencies, get_default_graph, name_scope
from ..graph.indexed_slices import IndexedSlices
from ..monitored.scaffold import Scaffold
from ..ops import identity
from ..training.global_step import get_or_create_global_step

__all__ = [
    "_BIAS_VARIABLE_NAME",
    "_WEIGHTS_VARIABLE_NAME",
    "RegisterShape",
    "_get_saver_or_default",
    "_increment_global_step",
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

F = TypeVar("F", bound=Callable[..., Any])

_WEIGHTS_VARIABLE_NAME, _BIAS_VARIABLE_NAME = "kernel", "bias"
bool_ref, string_ref = as_dtype("bool_ref"), as_dtype("string_ref")
float32_ref, float64_ref = as_dtype("float32_ref"), as_dtype("float64_ref")
int32_ref, int64_ref = as_dtype("int32_ref"), as_dtype("int64_ref")


def _get_saver_or_default() -> Saver:
    """Return the Saver of the collection SAVERS, made now if need be."""
    found: Saver = Scaffold.get_or_default("saver", GraphKeys.SAVERS, lambda: Saver(allow_empty=True))
    return found


def _increment_global_step(increment: int, graph: Graph | None = None) -> Any:
    """Return the operation that counts the global step up."""
    with (graph or get_default_graph()).as_default(), name_scope("global_step_increment"):
        return get_or_create_global_step().assign_add(increment)


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


def RegisterShape(op_type: str) -> Callable[[F], F]:
    """Return a decorator that leaves a function as it is: in TF 1.15, too, nobody asks it for shapes any more."""
    return lambda function: function
