"""tf.contrib.framework's checks: that a tensor has a shape, that tensors are of one graph, that something counts steps.

Source: tensorflow/contrib/framework/python/framework/tensor_util.py, graph_util.py, python/ops/ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays.dtypes import as_dtype
from ..errors import expected as errors
from ..graph import Graph, Operation, Tensor, control_dependencies, get_default_graph, name_scope
from ..graph.sparse_tensor import SparseTensor
from .asserting import Assert, assert_scalar
from .branching import cond
from .creation import convert_to_tensor, identity
from .math import add_n, equal, logical_or
from .reductions import reduce_all, reduce_sum
from .shaping import reshape, shape
from .weights import same_rank, static_shape

__all__ = [
    "assert_scalar_int",
    "get_graph_from_inputs",
    "get_placeholders",
    "reduce_sum_n",
    "remove_squeezable_dimensions",
    "with_same_shape",
    "with_shape",
]


def with_shape(expected_shape: Any, tensor: Any) -> Any:
    """Return a tensor that has this shape: itself where that is known, else one that checks it when it is computed.

    Args:
        expected_shape: integers, or a tensor of them.
        tensor: of a graph. One of one element has the shape [] as well.

    Raises:
        ValueError: it is known to have another shape, or this is none.
    """
    if isinstance(tensor, SparseTensor):
        raise errors.sparse_shape()
    wanted = expected_shape if isinstance(expected_shape, Tensor) else _integers(expected_shape, tensor)
    if isinstance(wanted, Tensor) and wanted.dtype.base_dtype.name != "int32":
        raise errors.shape_type(wanted.dtype, wanted, tensor.name)
    actual = static_shape(tensor)
    with name_scope(f"{tensor.op.name}/"):
        if not isinstance(wanted, Tensor):
            sizes = wanted.tolist()
            if not sizes and (not actual.is_fully_defined() or actual.is_compatible_with([1])) and actual.rank != 0:
                return reshape(tensor, [])
            if not actual.is_compatible_with(sizes):
                raise errors.shape_differs(tensor.name, wanted, actual)
            if actual.is_fully_defined():
                return tensor
        with control_dependencies([_checked(wanted, tensor)]):
            result: Any = identity(tensor)
        if not isinstance(wanted, Tensor):
            result.set_shape(wanted.tolist())
        return result


def _integers(wanted: Any, tensor: Any) -> Any:
    array = np.asarray(wanted if len(wanted) else np.zeros(0, np.int32))
    if array.ndim > 1:
        raise errors.shape_rank(array.ndim, wanted, tensor.name)
    if array.dtype.kind != "i":
        raise errors.shape_type(array.dtype, wanted, tensor.name)
    return array.astype(np.int32)


def _checked(wanted: Any, tensor: Any) -> Any:
    """Return the operation that checks a shape, in which -1 is any size."""
    with name_scope("assert_shape") as scope:
        actual = shape(tensor, name="actual")
        wanted = convert_to_tensor(wanted)
        fits: Any = _fits(wanted, actual)
        return Assert(fits, [f"Wrong shape for {tensor.name} [expected] [actual].", wanted, actual], name=scope)


def _fits(wanted: Any, actual: Any) -> Any:
    alike = equal(shape(wanted)[0], shape(actual)[0])
    return cond(alike, lambda: reduce_all(logical_or(equal(wanted, -1), equal(wanted, actual))), lambda: alike)


def with_same_shape(expected_tensor: Any, tensor: Any) -> Any:
    """Return `with_shape` of the shape of another tensor."""
    with name_scope(f"{tensor.op.name}/"):
        known = static_shape(expected_tensor)
        wanted = known.as_list() if known.is_fully_defined() else shape(expected_tensor, name="expected_shape")
        return with_shape(wanted, tensor)


def reduce_sum_n(tensors: Sequence[Any], name: str | None = None) -> Any:
    """Return the sum of all elements of several tensors.

    Raises:
        ValueError: there are none.
    """
    if not tensors:
        raise errors.no_tensors()
    with name_scope(name, "reduce_sum_n", tensors) as scope:
        sums = [reduce_sum(tensor, name=f"{tensor.op.name}/sum") for tensor in tensors]
        return sums[0] if len(sums) == 1 else add_n(sums, name=scope)


def remove_squeezable_dimensions(predictions: Any, labels: Any, name: str | None = None) -> tuple[Any, Any]:
    """Return predictions and labels; the one that has a dimension of 1 too many at its end, without it."""
    with name_scope(name, "remove_squeezable_dimensions", [predictions, labels]):
        labels, predictions = same_rank(convert_to_tensor(labels), convert_to_tensor(predictions))
        return predictions, labels


def assert_scalar_int(tensor: Any, name: str | None = None) -> Any:
    """Return a tensor, an integer without dimensions.

    Raises:
        ValueError: it is something else.
    """
    with name_scope(name, "assert_scalar_int", [tensor]) as scope:
        found: Any = convert_to_tensor(tensor)
        if not as_dtype(found.dtype).base_dtype.is_integer:
            raise errors.no_integer(getattr(found, "name", "it"), as_dtype(found.dtype))
        return assert_scalar(found, name=scope)


# ---- graphs


def get_graph_from_inputs(op_input_list: Sequence[Any], graph: Graph | None = None) -> Graph:
    """Return the graph that all inputs are of: the one given, else that of the first, else the default one.

    Raises:
        ValueError: one is of another graph.
        TypeError: the inputs are no list.
    """
    if not isinstance(op_input_list, (list, tuple)):
        raise errors.inputs_no_list(op_input_list)
    found, first = graph, None
    for each in op_input_list:
        own = each.graph if isinstance(each, (Tensor, Operation, SparseTensor)) or hasattr(each, "_recorded") else None
        if own is None:
            continue
        if found is None:
            found, first = own, each
        elif own is not found:
            raise errors.other_graph(each, first)
    return get_default_graph() if found is None else found


def get_placeholders(graph: Graph) -> list[Tensor]:
    """Return the placeholders of a graph.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(graph, Graph):
        raise errors.no_graph(graph)
    return [operation.outputs[0] for operation in graph.get_operations() if operation.type == "Placeholder"]
