"""A queue that a thread fills ahead.

Source: tensorflow/contrib/slim/python/slim/data/prefetch_queue.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...arrays.dtypes import float32
from ...events.summaries import scalar
from ...graph import name_scope
from ...ops import cast, multiply
from ...queues.queue_runner import QueueRunner, add_queue_runner
from ...queues.queues import FIFOQueue, PaddingFIFOQueue, QueueBase

__all__ = ["prefetch_queue"]


def prefetch_queue(
    tensors: Sequence[Any] | Mapping[str, Any],
    capacity: int = 8,
    num_threads: int = 1,
    dynamic_pad: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> QueueBase:
    """Return a queue of tensors, batches say, that threads compute ahead.

    Args:
        tensors: what is put in; of a dict elements come out as dicts.
        capacity: how many elements it holds.
        num_threads: how many threads fill it.
        dynamic_pad: whether sizes may be unknown.
        shared_name: kept for TF's sake.
        name: name scope.
    """
    names = sorted(tensors) if isinstance(tensors, Mapping) else None
    each = [tensors[key] for key in names] if isinstance(tensors, Mapping) and names is not None else list(tensors)
    with name_scope(name, "prefetch_queue", each):
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queue = kind(capacity, [one.dtype for one in each], [one.shape for one in each], names, shared_name)
        put = queue.enqueue(tensors)
        add_queue_runner(QueueRunner(queue, [put] * num_threads))
        scalar(f"fraction_of_{capacity}_full", multiply(cast(queue.size(), float32), 1.0 / capacity))
        return queue
