"""Gradients of what picks elements and puts them somewhere. In a rule, `d` is the gradient of an output.

Source: tensorflow/python/ops/array_grad.py, data_flow_grad.py, nn_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops as _ops
from ..graph import Operation
from ..graph.indexed_slices import IndexedSlices
from ..ops.function import op as recorded
from ..ops.picking import add_in_rows
from .registry import no_gradient, rule

ops: Any = _ops  # whose functions return tensors here

no_gradient("InTopKV2")


@rule("GatherNd")
def gather_nd(op: Operation, d: Any) -> Any:
    params, indices = op.inputs
    if indices.dims is not None and len(indices.dims) == 2 and indices.dims[1] == 1:
        return IndexedSlices(d, ops.squeeze(indices, [-1]), ops.shape(params)), None  # whole rows
    return ops.scatter_nd(indices, d, ops.shape(params)), None


@rule("ScatterNd")
def scatter_nd(op: Operation, d: Any) -> Any:
    return None, ops.gather_nd(d, op.inputs[0])


def _third(d: Any, indices: Any, like: Any) -> Any:
    return like


def _picked_again(op: Operation, dd: Any) -> Any:
    return ops.batch_gather(dd, op.inputs[1])


@recorded("ScatterNd", "d | indices | like", name="Reshape", shape=_third, gradient=_picked_again)
def _put_in_rows(d: Any, indices: Any, like: Any) -> Any:
    """Return zeros of the shape of `like` to which `d` is added at the places `indices` of each row."""
    return add_in_rows(d, indices, np.shape(like))


@rule("BatchGather")
def batch_gather(op: Operation, d: Any) -> Any:
    return _put_in_rows(d, op.inputs[1], op.inputs[0]), None


@rule("TopKV2")
def top_k(op: Operation, d: Any, _: Any) -> Any:
    return _put_in_rows(d, op.outputs[1], op.inputs[0])


@rule("DynamicStitch")
def dynamic_stitch(op: Operation, d: Any) -> Any:
    count = len(op.inputs) // 2
    return [None] * count + [ops.gather(d, indices) for indices in op.inputs[:count]]


@rule("DynamicPartition")
def dynamic_partition(op: Operation, *d: Any) -> Any:
    data, partitions = op.inputs
    places = ops.reshape(ops.range(ops.size(partitions)), ops.shape(partitions))
    parts = ops.dynamic_partition(places, partitions, len(d))
    whole = ops.dynamic_stitch(
        parts, [ops.zeros_like(out) if g is None else g for g, out in zip(d, op.outputs, strict=True)]
    )
    return ops.reshape(whole, ops.shape(data)), None
