"""Gradients of what rearranges, cuts and joins arrays. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/array_grad.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module, unwrap
from ..graph import Operation, Tensor
from ..graph.indexed_slices import IndexedSlices
from ..ops.function import op as recorded
from ..ops.indices import given_index, plain_index
from .registry import no_gradient, rule

no_gradient("InvertPermutation")


def _second(d: Any, like: Any) -> Any:
    return like


@rule("Reshape")
def reshape(op: Operation, d: Any) -> Any:
    return ops.reshape(d, ops.shape(op.inputs[0]))


@rule("ExpandDims", "Squeeze")
def expand_dims(op: Operation, d: Any) -> Any:
    return ops.reshape(d, ops.shape(op.inputs[0]))


@rule("Transpose")
def transpose(op: Operation, d: Any) -> Any:
    if "perm" not in op.attributes:
        return ops.matrix_transpose(d, conjugate=op.attributes["conjugate"])
    order, conjugate = op.attributes["perm"], op.attributes["conjugate"]
    if order is None:
        return ops.transpose(d, conjugate=conjugate)
    known = _known(order)
    back = ops.invert_permutation(order) if known is None else np.argsort(known).tolist()
    return ops.transpose(d, back, conjugate=conjugate)


def _known(values: Any) -> Any:
    """Return values as a list, or None if one of them is a tensor."""
    if isinstance(values, Tensor) or (isinstance(values, (list, tuple)) and any(isinstance(v, Tensor) for v in values)):
        return None
    return np.ravel(values).tolist()


# ---- joined and cut


@rule("ConcatV2")
def concat(op: Operation, d: Any) -> Any:
    parts, axis = op.attributes["values"], op.attributes["axis"]
    if len(parts) == 1:
        return d
    if isinstance(axis, Tensor):
        sizes = [ops.shape(part)[axis] for part in parts]
    else:
        known = [None if part.dims is None else part.dims[axis] for part in parts]
        sizes = [ops.shape(part)[axis] if n is None else n for n, part in zip(known, parts, strict=True)]
    return ops.split(d, sizes, axis)


@rule("Pack")
def stack(op: Operation, d: Any) -> Any:
    return ops.unstack(d, num=len(op.attributes["values"]), axis=op.attributes["axis"])


@rule("Unpack")
def unstack(op: Operation, *d: Any) -> Any:
    return ops.stack(_all_of(op, d), axis=op.attributes["axis"])


@rule("Split", "SplitV")
def split(op: Operation, *d: Any) -> Any:
    return ops.concat(_all_of(op, d), op.attributes["axis"])


def _all_of(op: Operation, gradients: Any) -> list[Any]:
    """Return the gradients of all outputs: zeros for those that nothing depends on."""
    return [ops.zeros_like(out) if d is None else d for d, out in zip(gradients, op.outputs, strict=True)]


@recorded("StridedSliceGrad", "d | like", shape=_second)
def _put_at(d: Any, like: Any, index: Any = ()) -> Any:
    """Return zeros of the shape of `like` with `d` at an index."""
    result = array_module(d).zeros(np.shape(like), d.dtype)
    result[plain_index(index)] = d
    return result


@rule("StridedSlice")
def strided_slice(op: Operation, d: Any) -> Any:
    return _put_at(d, op.inputs[0], index=op.attributes["index"])


@rule("StridedSliceGrad")
def strided_slice_grad(op: Operation, d: Any) -> Any:
    return d[given_index(op.attributes["index"])]


# ---- picked


@rule("GatherV2")
def gather(op: Operation, d: Any) -> Any:
    params, indices = op.attributes["params"], op.attributes["indices"]
    axis = op.attributes["axis"]
    if isinstance(axis, int) and axis == 0:
        shape: Any = ops.shape(params, name="Cast")
        rows: Any = ops.reshape(d, ops.concat([[-1], shape[1:]], 0))
        ids: Any = ops.reshape(indices, [-1])
        return IndexedSlices(rows, ids, shape), None
    return _add_along(d, indices, params, axis=axis), None


def _third(d: Any, indices: Any, like: Any) -> Any:
    return like


def _gathered_again(op: Operation, dd: Any) -> Any:
    return ops.gather(dd, op.inputs[1], axis=op.attributes["axis"])


@recorded("UnsortedSegmentSum", "d | indices | like", name="GatherGrad", shape=_third, gradient=_gathered_again)
def _add_along(d: Any, indices: Any, like: Any, axis: Any = 0) -> Any:
    """Return zeros of the shape of `like` to which `d` is added at `indices` along `axis`."""
    xp, place = array_module(d), int(unwrap(axis)) % len(np.shape(like))
    result = xp.zeros(np.shape(like), d.dtype)
    rows = xp.moveaxis(d.reshape(*d.shape[:place], -1, *d.shape[place + np.ndim(indices) :]), place, 0)
    xp.add.at(xp.moveaxis(result, place, 0), xp.ravel(indices), rows)
    return result


# ---- made


@rule("Fill")
def fill(op: Operation, d: Any) -> Any:
    return [None] * (len(op.inputs) - 1) + [ops.reduce_sum(d) if "value" in op.attributes else None]


@rule("Cast")
def cast(op: Operation, d: Any) -> Any:
    source = op.inputs[0].dtype.base_dtype
    return ops.cast(d, source) if source.is_floating or source.is_complex else None
