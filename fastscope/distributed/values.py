"""Arrays and tensors of all ranks put together, with gradients.

Source: horovod.tensorflow's names, answers and gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays import array_module
from ..graph import StaticShape, current
from ..graph.conversion import as_tensor
from ..graph.indexed_slices import IndexedSlices
from ..ops import convert_to_tensor, reduce_sum, shape
from .reducing import Sum, as_array, entry_of, is_mean, reducer, written
from .world import checked_root, world_of

__all__ = ["allgather", "allreduce", "broadcast"]


def allreduce(
    tensor: Any,
    average: bool | None = None,
    device_dense: str = "",
    device_sparse: str = "",
    compression: Any = None,
    op: str | None = None,
    name: str | None = None,
) -> Any:
    """Return the mean of an array over all ranks, or the sum.

    Args:
        tensor: an array of the same shape and dtype on all ranks, or a tensor. Of IndexedSlices the rows of all ranks
            are returned, behind one another.
        average: False for the sum; kept for Horovod's sake beside `op`.
        device_dense, device_sparse, compression: kept for Horovod's sake.
        op: Average, the default, or Sum.
        name: of the operation, in a graph.

    Raises:
        ValueError: init was not called, or an unknown `op`.
        InvalidArgumentError: shapes or dtypes differ; the message names the rank.
        AbortedError: a rank does not come.
    """
    mean = is_mean(op) if op is not None else average is not False
    reduce = reducer("allreduce")
    if isinstance(tensor, IndexedSlices):
        rows = allgather(tensor.values)
        rows = rows / float(reduce.world.size) if mean else rows
        return IndexedSlices(rows, allgather(tensor.indices), tensor.dense_shape)

    def run(value: Any) -> list[Any]:
        return reduce("allreduce", [name or "tensor"], [as_array(value)], mean, keep=False)

    def way_back(_: Any, d: Any) -> Any:
        return allreduce(d, average=mean)

    return _now_or_written("HorovodAllreduce", name, run, tensor, lambda dims: dims, way_back)


def allgather(tensor: Any, name: str | None = None) -> Any:
    """Return the arrays of all ranks behind one another, `[n0 + n1 + ..., ...]`.

    Args:
        tensor: an array `[n, ...]`, or a tensor; n may differ between ranks.
        name: of the operation, in a graph.

    Raises:
        ValueError: init was not called.
        InvalidArgumentError: the other sizes or the dtypes differ; the message names the rank.
        AbortedError: a rank does not come.
    """
    world = world_of("allgather")

    def run(value: Any) -> list[Any]:
        array = as_array(value)
        world.agree("allgather", ((name or "tensor", str(array.shape[1:]), str(array.dtype)),))
        return [array_module(array).concatenate(world.comm.allgather(array))]

    def way_back(operation: Any, d: Any) -> Any:
        """Return of the sum over all ranks the rows that came from this one."""
        count = shape(operation.inputs[0])[:1]
        begin = reduce_sum(allgather(count)[: world.rank])
        return allreduce(d, op=Sum)[begin : begin + count[0]]

    return _now_or_written("HorovodAllgather", name, run, tensor, lambda dims: dims and (None, *dims[1:]), way_back)


def broadcast(tensor: Any, root_rank: int, name: str | None = None) -> Any:
    """Return on all ranks the array of one.

    Args:
        tensor: an array of the same shape and dtype on all ranks, or a tensor.
        root_rank: whose it is.
        name: of the operation, in a graph.

    Raises:
        ValueError: init was not called, or there is no such rank.
        InvalidArgumentError: shapes or dtypes differ; the message names the rank.
        AbortedError: a rank does not come.
    """
    world = world_of("broadcast")
    root = checked_root(world, root_rank)

    def run(value: Any) -> list[Any]:
        array = as_array(value)
        world.agree("broadcast", (entry_of(name or "tensor", array, world), root))
        return [world.comm.bcast(array, root)]

    def way_back(_: Any, d: Any) -> Any:
        total = allreduce(d, op=Sum)  # all ranks take part, also those that have no use for it
        return total if world.rank == root else total * 0

    return _now_or_written("HorovodBroadcast", name, run, tensor, lambda dims: dims, way_back)


def _now_or_written(
    type: str,
    name: str | None,
    run: Callable[[Any], list[Any]],
    tensor: Any,
    dims_of: Callable[[Any], StaticShape],
    way_back: Callable[..., Any],
) -> Any:
    recorder = current()
    if recorder is None:
        return run(convert_to_tensor(tensor))[0]
    given = as_tensor(tensor, recorder)
    return written(type, name, run, [given], [[(dims_of(given.dims), given.dtype.base_dtype)]], way_back)[0]
