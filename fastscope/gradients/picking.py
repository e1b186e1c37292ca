"""Gradients of what picks elements and puts them somewhere. In a rule, `d` is the gradient of an output.

Source: tensorflow/python/ops/array_grad.py, data_flow_grad.py, nn_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module
from ..graph import Operation
from ..ops.function import op as recorded
from .registry import no_gradient, rule

no_gradient("InTopK")


@rule("GatherNd")
def gather_nd(op: Operation, d: Any) -> Any:
    params, indices = op.inputs
    return ops.scatter_nd(indices, d, ops.shape(params)), None


@rule("ScatterNd")
def scatter_nd(op: Operation, d: Any) -> Any:
    return None, ops.gather_nd(d, op.inputs[0])


def _third(d: Any, indices: Any, like: Any) -> Any:
    return like


@recorded("TopKGrad", "d | indices | like", name="Reshape", shape=_third)
def _put_along(d: Any, indices: Any, like: Any) -> Any:
    """Return zeros of the shape of `like` with `d` at the places `indices` along the last dimension."""
    result = array_module(d).zeros(np.shape(like), d.dtype)
    array_module(d).put_along_axis(result, indices, d, axis=-1)
    return result


@rule("TopKV2")
def top_k(op: Operation, d: Any, _: Any) -> Any:
    return _put_along(d, op.outputs[1], op.inputs[0])


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
