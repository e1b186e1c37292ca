"""Gradients of TensorArrays: what came for some of their elements, by their numbers.

In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/tensor_array_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..graph import Operation
from ..ops.tensor_array import (
    gathered_parts,
    joined_parts,
    part,
    part_at,
    scattered_parts,
    split_parts,
)
from .registry import no_gradient, rule

__all__ = ["concat", "gather", "read", "scatter", "split", "sum_of_parts", "write"]

no_gradient("TensorArrayV3", "TensorArraySizeV3", "TensorArrayNoParts")


@rule("TensorArrayReadV3")
def read(op: Operation, d: Any) -> Any:
    return part(op.attributes["index"], d), None


@rule("TensorArrayPart")
def of_part(op: Operation, d: Any) -> Any:
    return None, part_at(d, op.attributes["index"], op.attributes["d"])


@rule("TensorArrayWriteV3")
def write(op: Operation, d: Any) -> Any:
    return d, None, part_at(d, op.attributes["index"], op.attributes["value"])


@rule("TensorArrayPartAt")
def of_part_at(op: Operation, d: Any) -> Any:
    return part(op.attributes["index"], d), None, None


@rule("TensorArrayGatherV3")
def gather(op: Operation, d: Any) -> Any:
    return scattered_parts(op.attributes["indices"], d)


@rule("TensorArrayScatteredParts")
def of_scattered_parts(op: Operation, d: Any) -> Any:
    indices = op.attributes["indices"]
    found = gathered_parts(d, indices, op.attributes["d"])
    return found if indices is None else (None, found)


@rule("TensorArrayScatterV3")
def scatter(op: Operation, d: Any) -> Any:
    indices = op.attributes["indices"]
    found = gathered_parts(d, indices, op.attributes["value"])
    return (d, found) if indices is None else (d, None, found)


@rule("TensorArrayGatheredParts")
def of_gathered_parts(op: Operation, d: Any) -> Any:
    return scattered_parts(op.attributes["indices"], d)


@rule("TensorArrayConcatV3")
def concat(op: Operation, d: Any, d_lengths: Any) -> Any:
    return split_parts(d, op.outputs[1])


@rule("TensorArraySplitParts")
def of_split_parts(op: Operation, d: Any) -> Any:
    return joined_parts(d, op.attributes["d"], op.attributes["lengths"]), None


@rule("TensorArraySplitV3")
def split(op: Operation, d: Any) -> Any:
    return d, joined_parts(d, op.attributes["value"], op.attributes["lengths"]), None


@rule("TensorArrayJoinedParts")
def of_joined_parts(op: Operation, d: Any) -> Any:
    return split_parts(d, op.attributes["lengths"])


@rule("TensorArraySumOfParts")
def sum_of_parts(op: Operation, d: Any) -> Any:
    return [d] * len(op.inputs)
