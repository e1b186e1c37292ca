"""Batches of elements that are alike: tf.contrib.training.bucket, and by length.

Source: tensorflow/contrib/training/python/training/bucket_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays.dtypes import float32, int32
from ..errors import CancelledError, OutOfRangeError
from ..errors import queues as errors
from ..events.summaries import scalar
from ..ops import cast, equal, group, less_equal, logical_and, multiply, reduce_sum
from .elements import component, kept, listed, needs_graph, shapes_of, structured, with_sparse
from .queue_runner import QueueRunner, add_queue_runner
from .queues import FIFOQueue, PaddingFIFOQueue, QueueBase

__all__ = ["bucket", "bucket_by_sequence_length"]


class _Together:
    """Several queues that are opened again as one."""

    def __init__(self, queues: Sequence[QueueBase]) -> None:
        self._queues, self.name = queues, queues[0].name

    def reopen(self) -> None:
        for queue in self._queues:
            queue.reopen()


def bucket(
    tensors: Any,
    which_bucket: Any,
    batch_size: Any,
    num_buckets: int,
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input: Any = True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return batches of elements of one bucket, and which bucket it is; a thread for each fills them.

    Args:
        tensors: a list, or a dict, of one element each.
        which_bucket: where the element goes, a number below `num_buckets`.
        batch_size: how many make a batch; a list for each bucket its own.
        num_buckets: how many there are.
        num_threads: how many put elements in.
        capacity: how many batches wait, and how many elements in each bucket.
        bucket_capacities: how many elements wait in each bucket; None = `capacity`.
        shapes: of an element; None = those of the tensors.
        dynamic_pad: whether shorter ones are filled up with zeros.
        allow_smaller_final_batch: whether what is left at the end is a batch, too; else it is lost.
        keep_input: whether the element is put in; a bool, or a tensor without dimensions.
        shared_name: kept for TF's sake.
        name: of the name scope, "bucket" by default.

    Raises:
        ValueError: there are no tensors, a shape is not known, or a list is not one for each bucket.
    """
    sizes = list(batch_size) if isinstance(batch_size, (list, tuple)) else [batch_size] * num_buckets
    rooms = [capacity] * num_buckets if bucket_capacities is None else list(bucket_capacities)
    for what, each in (("batch_size", sizes), ("bucket_capacities", rooms)):
        if len(each) != num_buckets:
            raise errors.one_for_each_bucket(what, each, num_buckets)
    given, names = listed(tensors)
    if not given:
        raise errors.nothing_for_buckets()
    needs_graph("bucket")
    with name_scope(name or "bucket"):
        kinds: dict[int, Any] = {}
        parts = [component(value, k, False, kinds) for k, value in enumerate(given)]
        keep = kept(keep_input, False)
        known = shapes_of([parts], shapes, False)
        dtypes = [part.dtype.base_dtype for part in parts]
        which: Any = cast(which_bucket, int32)
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queues = [kind(room, dtypes, known, name=f"bucket_queue_{k}") for k, room in enumerate(rooms)]
        differ = allow_smaller_final_batch or isinstance(batch_size, (list, tuple)) or not isinstance(batch_size, int)
        rows = None if differ else batch_size
        of_batches = [[], *([rows, *shape.as_list()] for shape in queues[0].shapes)]
        top = PaddingFIFOQueue(capacity, [int32, *dtypes], of_batches, name="top_queue")
        _fill(queues, parts, which, keep, num_threads, _empty(queues, top, sizes, allow_smaller_final_batch))
        for queue in queues:
            scalar(f"bucket/{queue.name}/size", cast(top.size(), float32))
        scalar(f"bucket/{top.name}/fraction_of_{capacity}_full", multiply(cast(top.size(), float32), 1.0 / capacity))
        found, *outputs = top.dequeue(name="dequeue_top")
        result: Any = outputs[0] if len(outputs) == 1 else outputs
        if kinds:
            result = with_sparse(result, kinds)
    return found, structured(result, names)


_ENDS = (OutOfRangeError, CancelledError)


def _empty(queues: Sequence[QueueBase], top: QueueBase, sizes: Sequence[Any], up_to: bool) -> QueueBase:
    """Let batches of each bucket go to the top; return the top."""
    moves = []
    for k, (queue, size) in enumerate(zip(queues, sizes, strict=True)):
        take = queue.dequeue_up_to if up_to else queue.dequeue_many
        batch = take(size, name=f"read_bucket_{k}")
        parts = batch if isinstance(batch, list) else [batch]
        moves.append(top.enqueue([np.int32(k), *parts], name=f"enqueue_from_bucket_{k}"))
    close, cancel = top.close(), top.close(cancel_pending_enqueues=True)
    add_queue_runner(QueueRunner(_Together(queues), moves, close, cancel, _ENDS))  # type: ignore[arg-type]
    return top


def _fill(
    queues: Sequence[QueueBase], parts: Sequence[Any], which: Any, keep: Any, num_threads: int, top: QueueBase
) -> None:
    """Let elements go to their buckets."""
    puts = []
    for k, queue in enumerate(queues):
        goes: Any = equal(which, k)
        puts.append(queue._enqueued(list(parts), None, False, goes if keep is None else logical_and(goes, keep)))
    put = group(*puts, name="group_enqueues")
    close, cancel = (group(*(queue.close(cancels) for queue in queues)) for cancels in (False, True))
    add_queue_runner(QueueRunner(top, [put] * num_threads, close, cancel, _ENDS))


def bucket_by_sequence_length(
    input_length: Any,
    tensors: Any,
    batch_size: Any,
    bucket_boundaries: Sequence[int],
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input: Any = True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Return the lengths of elements that are of similar length, and batches of these.

    Args:
        input_length: of the element.
        tensors: a list, or a dict, of one element each.
        batch_size: how many make a batch; a list for each bucket its own, one more than boundaries.
        bucket_boundaries: the least lengths of the second bucket, the third and so on.
        num_threads, capacity, bucket_capacities, shapes, dynamic_pad, allow_smaller_final_batch, keep_input, name:
            as those of `bucket`.
        shared_name: kept for TF's sake.

    Raises:
        TypeError: the boundaries are no list of integers.
        ValueError: there are none, or they do not increase; and what `bucket` raises.
    """
    if not isinstance(bucket_boundaries, (list, tuple)):
        raise errors.boundaries_no_list(bucket_boundaries)
    if not bucket_boundaries:
        raise errors.no_boundaries()
    for first, second in pairwise(bucket_boundaries):
        if not isinstance(first, int) or not isinstance(second, int):
            raise errors.boundaries_no_integers(first, second)
        if first >= second:
            raise errors.boundaries_fall(first, second)
    with name_scope(name or "bucket_by_sequence_length"):
        length = cast(input_length, int32)
        which = reduce_sum(cast(less_equal(np.array(bucket_boundaries, np.int32), length), int32))
        given, names = listed(tensors)
        _, (lengths, *outputs) = bucket(
            [length, *given],
            which,
            batch_size,
            len(bucket_boundaries) + 1,
            num_threads,
            capacity,
            bucket_capacities,
            None if shapes is None else [[], *shapes],
            dynamic_pad,
            allow_smaller_final_batch,
            keep_input,
            shared_name,
        )
    return lengths, structured(outputs[0] if len(outputs) == 1 else outputs, names)
