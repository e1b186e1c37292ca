"""Gradients of sparse tensors' functions, and of blocks in the batch."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..arrays import array_module, to_numpy
from ..arrays.dtypes import int64
from ..graph import Operation
from ..ops.batches import batch_to_space_nd as to_space
from ..ops.batches import space_to_batch_nd as to_batch
from ..ops.function import dtype_of
from ..ops.function import op as recorded
from ..ops.sparse import sparse_product
from ..ops.sparse_sums import kept_axes
from .registry import no_gradient, rule

no_gradient("CTCGreedyDecoder", "EditDistance", "StringSplit")


@rule("SparseToDense")
def sparse_to_dense(op: Operation, d: Any) -> Any:
    indices, _, values, _ = op.inputs
    places = indices if indices.dims is None or len(indices.dims) > 1 else ops.reshape(indices, [-1, 1])
    of_values = ops.gather_nd(d, places)
    rest = ops.reduce_sum(d) - ops.reduce_sum(of_values)
    return None, None, of_values if values.dims != () else ops.reduce_sum(of_values), rest


@rule("SparseTensorDenseMatMul")
def sparse_tensor_dense_matmul(op: Operation, d: Any) -> Any:
    indices, values, shape, b = op.inputs
    adjoint_a, adjoint_b = op.attributes["adjoint_a"], op.attributes["adjoint_b"]
    of_b = sparse_product(indices, values, shape, d, adjoint_a=not adjoint_a)
    rows, columns = ops.unstack(indices, 2, axis=1)
    if adjoint_a:
        rows, columns = columns, rows
    matrix = ops.matrix_transpose(b) if adjoint_b else b
    of_values = ops.reduce_sum(ops.gather(d, rows) * ops.gather(matrix, columns), 1)
    return None, of_values, None, ops.matrix_transpose(of_b) if adjoint_b else of_b


@rule("SparseDenseCwiseMul")
def sparse_dense_cwise_mul(op: Operation, d: Any) -> Any:
    _, values, _, dense = op.inputs
    at_values, summed = _at_places(op)
    return None, d * at_values(dense), None, summed(d * values)


@rule("SparseDenseCwiseDiv")
def sparse_dense_cwise_div(op: Operation, d: Any) -> Any:
    _, values, _, dense = op.inputs
    at_values, summed = _at_places(op)
    seen = at_values(dense)
    return None, d / seen, None, summed(-d * values / ops.square(seen))


def _at_places(op: Operation) -> tuple[Any, Any]:
    """Return the function that picks a full array's element for each value, and the one that sums values back to it."""
    indices, _, shape, dense = op.inputs
    if dense.dims == ():
        return (lambda full: full), ops.reduce_sum
    sizes = ops.cast(ops.shape(dense), int64)
    added = ops.size(shape) - ops.size(sizes)
    aligned = ops.concat([ops.ones(ops.expand_dims(added, 0), int64), sizes], 0)
    places = ops.slice(indices // (shape // aligned), ops.stack([0, added]), [-1, -1])
    return (lambda full: ops.gather_nd(full, places)), (lambda values: ops.scatter_nd(places, values, sizes))


@rule("SpaceToBatchND")
def space_to_batch_nd(op: Operation, d: Any) -> Any:
    return to_space(d, op.attributes["block_shape"], op.attributes["paddings"])


@rule("BatchToSpaceND")
def batch_to_space_nd(op: Operation, d: Any) -> Any:
    return to_batch(d, op.attributes["block_shape"], op.attributes["crops"])


# ---- sums, and sequences of labels


def _as_values(d: Any, indices: Any, sizes: Any, *ignored: Any) -> Any:
    return None if indices is None else indices[:1]


@recorded("SparseReduceSumGrad", "d | indices:index | dense_shape:index", shape=_as_values, dtype=dtype_of("d"))
def _spread_sum(d: Any, indices: Any, dense_shape: Any, axis: Any) -> Any:
    sizes = to_numpy(dense_shape).tolist()
    kept = kept_axes(axis, len(sizes))
    places = array_module(d).asarray(indices)
    d = d.reshape([sizes[k] for k in kept])
    return d[tuple(places[:, k] for k in kept)] if kept else array_module(d).full(len(places), d)


@rule("SparseReduceSum")
def sparse_sum_gradient(op: Operation, d: Any) -> Any:
    indices, _, shape = op.inputs
    return None, _spread_sum(d, indices, shape, axis=op.attributes["axis"]), None


@rule("CTCLoss")
def ctc_loss(op: Operation, d: Any, *others: Any) -> Any:
    return ops.multiply(ops.expand_dims(d, -1), op.outputs[1]), None, None, None
