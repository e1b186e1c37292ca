"""What is known of tensors when a line is written: constants, and shapes as far as they are static.

Source: tensorflow/python/framework/tensor_util.py (constant_value, constant_value_as_shape).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..graph import Tensor
from .indices import given_index

__all__ = ["constant_value", "folded", "shape_value"]

# operations that are worked out when their inputs are known; all are cheap and give the same each time
_FOLDED = frozenset(
    [
        "Identity",
        "Cast",
        "Pack",
        "Unpack",
        "ConcatV2",
        "Split",
        "SplitV",
        "StridedSlice",
        "Slice",
        "Reshape",
        "ExpandDims",
        "Squeeze",
        "Fill",
        "GatherV2",
        "Range",
        "Sum",
        "Prod",
        "Max",
        "Min",
        "Mean",
        "Add",
        "AddV2",
        "Sub",
        "Mul",
        "RealDiv",
        "FloorDiv",
        "FloorMod",
        "Maximum",
        "Minimum",
        "Neg",
        "Square",
        "StopGradient",
        "Equal",
        "NotEqual",
        "Less",
        "LessEqual",
        "Greater",
        "GreaterEqual",
        "LogicalNot",
        "LogicalAnd",
        "LogicalOr",
        "Select",
        "OnesLike",
        "ZerosLike",
    ]
)


def constant_value(tensor: Any) -> Any:
    """Return the value that `tensor` will always have, as an array; None if that is not known."""
    if type(tensor) is not Tensor:
        return np.asarray(tensor)
    found: dict[Tensor, Any] = {}
    waiting = [tensor]
    while waiting:  # no recursion: a program may have thousands of operations in a row
        last = waiting[-1]
        sources = [] if last in found else _sources(last)
        missing = [source for source in sources if source not in found]
        if missing:
            waiting += missing
            continue
        if last not in found:
            found[last] = _value_of(last, [found[source] for source in sources])
            if found[last] is None:
                return None
        waiting.pop()
    return found[tensor]


def _sources(tensor: Tensor) -> list[Tensor]:
    """Return the tensors whose values tell that of this one."""
    operation = tensor.op
    if operation.type == "Enter":
        return [operation.attributes["outside"]]
    return operation.taken if operation.type in _FOLDED and operation.function is not None else []


def _value_of(tensor: Tensor, values: list[Any]) -> Any:
    """Return the value of a tensor, those of its sources known; None if it is not known all the same."""
    operation = tensor.op
    if operation.type == "Const":
        return operation.attributes["value"]
    if operation.type == "Enter":
        return values[0]
    if operation.type == "Shape":
        dims = operation.inputs[0].dims
        known = dims is not None and None not in dims
        return np.array(dims, tensor.dtype.base_dtype.dtype) if known else None
    if operation.type in ("Rank", "Size") and operation.inputs:
        return _of_shape(operation.type, operation.inputs[0], tensor)
    if operation.type not in _FOLDED or operation.function is None:
        return None
    return _worked_out(tensor, values)


def _of_shape(type: str, source: Tensor, tensor: Tensor) -> Any:
    dims = source.dims
    if dims is None or (type == "Size" and None in dims):
        return None
    value = len(dims) if type == "Rank" else math.prod(size or 0 for size in dims)
    return np.array(value, tensor.dtype.base_dtype.dtype)


def _worked_out(tensor: Tensor, values: list[Any]) -> Any:
    from .function import compute

    result = compute(tensor.op, values)
    return result[tensor.value_index] if isinstance(result, (list, tuple)) else np.asarray(result)


def shape_value(value: Any) -> Any:
    """Return what is known of a shape given as `value`: a list of ints and None, or None where even its rank is open.

    It sees through what shapes are made with: tf.shape, stack, concat, slices.
    """
    if type(value) is not Tensor:
        return [_size_of(size) for size in value] if isinstance(value, (list, tuple)) else folded(value)
    operation = value.op
    known = constant_value(value)
    if known is not None:
        return np.asarray(known).astype(np.int64).tolist()  # pairs of a pad stay pairs
    if operation.type == "Shape":
        dims = operation.inputs[0].dims
        return None if dims is None else list(dims)
    if operation.type == "Pack":
        return [_size_of(size) for size in operation.inputs]
    if operation.type == "ConcatV2":
        parts = [shape_value(part) for part in operation.attributes["values"]]
        return None if None in parts else [size for part in parts for size in part]
    if operation.type == "StridedSlice":
        whole = shape_value(operation.inputs[0])
        items = given_index(operation.attributes.get("index", ()))
        if isinstance(whole, list) and len(items) == 1 and isinstance(items[0], slice) and items[0].step in (None, 1):
            bounds = (items[0].start, items[0].stop)
            if not any(type(bound) is Tensor for bound in bounds):
                return whole[slice(*bounds)]
    dims = value.dims
    return None if dims is None or len(dims) != 1 or dims[0] is None else [None] * dims[0]


def _size_of(size: Any) -> int | None:
    if type(size) is Tensor or hasattr(size, "_recorded"):
        known = constant_value(size) if type(size) is Tensor else None
        return None if known is None or np.ndim(known) else int(known)
    return None if size is None else int(size)


def folded(value: Any) -> Any:
    """Return an attribute for a shape rule: what is known of a tensor, None for the rest of it."""
    if type(value) is Tensor:
        return shape_value(value)
    if type(value) in (list, tuple):
        return type(value)(folded(inner) for inner in value)
    return None if hasattr(value, "_recorded") else value
