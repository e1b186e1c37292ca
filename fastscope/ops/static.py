"""What a program can ask of a value before anything runs: whether it is a tensor, and what a tensor will always be.

Source: tensorflow/python/framework/tensor_util.py (constant_value, is_tensor) of TF 1.15.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Tensor
from ..graph.indexed_slices import IndexedSlices
from ..graph.sparse_tensor import SparseTensor
from .folding import constant_value

__all__ = ["get_static_value", "is_numeric_tensor", "is_tensor"]

# TensorFlow works these out, and no other operation; shapes see further
_KNOWN = frozenset(["Const", "Shape", "Size", "Rank", "Range", "Cast", "ConcatV2", "Pack", "Fill", "Equal", "NotEqual"])


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """Return the value that a tensor will always have, as an array; None where that is not known.

    It sees through constants, shapes that are known, ranges, casts, fills, stacks, concatenations and comparisons for
    equality, as TensorFlow's does. What is no tensor is returned as it is.

    Args:
        tensor: of a graph.
        partial: a stack of which some elements are known is an array of objects, with None for the others.
    """
    if type(tensor) is not Tensor:
        return tensor
    operation = tensor.op
    if partial and operation.type == "Pack" and operation.attributes["axis"] == 0:
        return np.array([get_static_value(part) for part in operation.inputs])
    known = operation.type in _KNOWN and all(get_static_value(part) is not None for part in _needed(operation))
    return constant_value(tensor) if known else None


def _needed(operation: Any) -> list[Tensor]:
    """Return the inputs whose values count: of a shape, a size or a rank none does."""
    return [] if operation.type in ("Shape", "Size", "Rank") else operation.inputs


def is_tensor(x: Any) -> bool:
    """Return whether `x` is a tensor, a variable, a sparse tensor, or rows of a tensor (IndexedSlices)."""
    return isinstance(x, (Tensor, IndexedSlices, SparseTensor)) or hasattr(x, "_recorded")


def is_numeric_tensor(tensor: Any) -> bool:
    """Return whether `tensor` is a tensor of numbers: no text, no bools."""
    if not isinstance(tensor, Tensor):
        return False
    dtype = tensor.dtype
    return dtype.is_floating or dtype.is_integer or dtype.is_complex
