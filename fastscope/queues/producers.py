"""input_producer and its kin, and batch: queues with the threads that fill them.

Source: tensorflow/python/training/input.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays.dtypes import float32
from ..data.decoding import matching_files
from ..errors import queues as errors
from ..events.summaries import scalar
from ..graph import GraphKeys, Tensor, control_dependencies
from ..ops import cast, gather, greater, identity, maximum, multiply, shape, size
from ..ops import range as range_of
from ..ops.asserting import Assert
from ..ops.random_choices import random_shuffle
from ..ops.scattering import count_up_to
from ..scoping.variables import Variable
from .elements import SparseKind, component, kept, listed, needs_graph, shapes_of, structured, tensor_of, with_sparse
from .queue_runner import QueueRunner, add_queue_runner
from .queues import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue

__all__ = [
    "batch",
    "batch_join",
    "input_producer",
    "limit_epochs",
    "match_filenames_once",
    "maybe_batch",
    "maybe_batch_join",
    "maybe_shuffle_batch",
    "maybe_shuffle_batch_join",
    "range_input_producer",
    "shuffle_batch",
    "shuffle_batch_join",
    "slice_input_producer",
    "string_input_producer",
]


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Any:
    """Return `tensor`, which raises OutOfRangeError after `num_epochs` runs; None = never.

    The number of runs is a local variable: tf.local_variables_initializer() sets it to 0.
    """
    if num_epochs is None:
        return tensor
    with name_scope(name or "limit_epochs") as scope:
        zero = tensor_of(np.int64(0))
        epochs = Variable(zero, name="epochs", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES])
        counter: Any = count_up_to(epochs, num_epochs)
        with control_dependencies([counter]):
            return identity(tensor, name=scope)


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> QueueBase:
    """Return a queue of the rows of a tensor, filled again and again by a thread of its own.

    Args:
        input_tensor: its rows are the elements.
        element_shape: of a row, where it is not known.
        num_epochs: how often; None = without end. It is counted by a local variable.
        shuffle: in another order each time.
        seed: of the order.
        capacity: of the queue.
        shared_name: kept for TF's sake.
        summary_name: of the summary of how full the queue is.
        name: of the name scope, "input_producer" by default.
        cancel_op: what closes the queue.
    """
    needs_graph("input_producer")
    with name_scope(name or "input_producer") as scope:
        tensor = tensor_of(input_tensor)
        rows = (
            list(element_shape) if element_shape is not None else None if tensor.dims is None else list(tensor.dims[1:])
        )
        if rows is None or None in rows:
            raise errors.elements_not_defined(tensor.shape[1:] if rows is None else rows)
        if shuffle:
            tensor = random_shuffle(tensor, seed=seed)  # type: ignore[assignment]
        tensor = limit_epochs(tensor, num_epochs)
        queue = FIFOQueue(capacity, [tensor.dtype.base_dtype], [rows], shared_name=shared_name, name=scope)
        runner = QueueRunner(queue, [queue.enqueue_many([tensor])], cancel_op=cancel_op)
        add_queue_runner(runner)
        filled = multiply(cast(queue.size(), float32), 1.0 / capacity)
        scalar(summary_name or f"fraction_of_{capacity}_full", filled)
    return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> QueueBase:
    """Return a queue of texts, names of files say; see `input_producer`.

    Raises:
        ValueError: there are none.
    """
    needs_graph("string_input_producer")
    if not isinstance(string_tensor, Tensor) and not len(string_tensor):
        raise errors.nothing_to_produce()
    with name_scope(name or "input_producer") as scope:
        texts = tensor_of(string_tensor)
        with control_dependencies([Assert(greater(size(texts), 0), [errors.NOTHING_TO_PRODUCE])]):
            texts = tensor_of(identity(texts))
        return input_producer(
            texts,
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
            cancel_op,
        )


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> QueueBase:
    """Return a queue of the integers below `limit`; see `input_producer`."""
    needs_graph("range_input_producer")
    with name_scope(name or "input_producer") as scope:
        numbers = range_of(limit)
        return input_producer(
            numbers, [], num_epochs, shuffle, seed, capacity, shared_name, f"fraction_of_{capacity}_full", scope
        )


def slice_input_producer(
    tensor_list: Sequence[Any],
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list[Any]:
    """Return for each tensor one of its rows, the same one of all; see `input_producer`."""
    needs_graph("slice_input_producer")
    with name_scope(name or "input_producer"):
        tensors = [tensor_of(value) for value in tensor_list]
        queue = range_input_producer(shape(tensors[0])[0], num_epochs, shuffle, seed, capacity, shared_name)
        index = queue.dequeue()
        return [gather(tensor, index) for tensor in tensors]


# ---- batches


def _batched(
    queue: QueueBase,
    groups: list[list[Tensor]],
    num_threads: int,
    many: bool,
    size: Any,
    up_to: bool,
    scope: str,
    keep: Any,
) -> Any:
    operations = [queue._enqueued(group, None, many, keep) for group in groups]
    add_queue_runner(QueueRunner(queue, operations * num_threads))
    return queue.dequeue_up_to(size, name=scope) if up_to else queue.dequeue_many(size, name=scope)


def _joined(
    tensors_list: Sequence[Any],
    batch_size: Any,
    num_threads: int,
    capacity: int,
    enqueue_many: bool,
    shapes: Any,
    allow_smaller_final_batch: bool,
    name: str | None,
    default: str,
    dynamic_pad: bool = False,
    mixed: tuple[int, int | None] | None = None,
    keep_input: Any = True,
) -> Any:
    """Return batches of what several lists of tensors give; `mixed`: how many stay in the queue, and the seed."""
    needs_graph(default)
    with name_scope(name or default) as scope:
        given = [listed(tensors) for tensors in tensors_list]
        if any(names != given[0][1] for _, names in given):
            raise errors.dictionaries_differ()
        kinds: dict[int, SparseKind] = {}
        groups = [[component(value, k, enqueue_many, kinds) for k, value in enumerate(values)] for values, _ in given]
        keep = kept(keep_input, enqueue_many)
        known = shapes_of(groups, shapes, enqueue_many)
        dtypes = [tensor.dtype.base_dtype for tensor in groups[0]]
        queue: QueueBase
        if mixed is not None:
            queue = RandomShuffleQueue(capacity, mixed[0], dtypes, known, seed=mixed[1])
        elif dynamic_pad:
            queue = PaddingFIFOQueue(capacity, dtypes, known)
        else:
            queue = FIFOQueue(capacity, dtypes, known)
        outputs = _batched(queue, groups, num_threads, enqueue_many, batch_size, allow_smaller_final_batch, scope, keep)
        if mixed is None:
            scalar(f"fraction_of_{capacity}_full", multiply(cast(queue.size(), float32), 1.0 / capacity))
        else:
            above = maximum(np.int32(0), queue.size() - mixed[0])
            full = multiply(cast(above, float32), 1.0 / (capacity - mixed[0]))
            scalar(f"fraction_over_{mixed[0]}_of_{capacity - mixed[0]}_full", full)
        if kinds:
            outputs = with_sparse(outputs, kinds)
    return structured(outputs, given[0][1])


def batch(
    tensors: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches of what tensors give run by run, gathered in a queue by threads.

    Args:
        tensors: a tensor, a list or a dict of them.
        batch_size: how many are one batch.
        num_threads: how many threads run them.
        capacity: of the queue.
        enqueue_many: whether each run gives several, along a first dimension.
        shapes: of one, where they are not known.
        dynamic_pad: fill shorter ones up with zeros.
        allow_smaller_final_batch: give what is left, too.
        shared_name: kept for TF's sake.
        name: of the operation, "batch" by default.

    Raises:
        ValueError: shapes are not known.
    """
    return _joined(
        [tensors],
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "batch",
        dynamic_pad,
    )


def batch_join(
    tensors_list: Sequence[Any],
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `batch` does, of several lists of tensors, each run by a thread of its own."""
    return _joined(
        tensors_list,
        batch_size,
        1,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "batch_join",
        dynamic_pad,
    )


def shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `batch` does, in random order.

    Args:
        min_after_dequeue: how many stay in the queue, to be mixed with those that come.
        seed: of the order.
    """
    return _joined(
        [tensors],
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "shuffle_batch",
        mixed=(min_after_dequeue, seed),
    )


def shuffle_batch_join(
    tensors_list: Sequence[Any],
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `batch_join` does, in random order; see `shuffle_batch`."""
    return _joined(
        tensors_list,
        batch_size,
        1,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "shuffle_batch_join",
        mixed=(min_after_dequeue, seed),
    )


def maybe_batch(
    tensors: Any,
    keep_input: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `batch` does, of what `keep_input` says.

    Args:
        keep_input: a bool; with enqueue_many it may be a vector, with one for each.

    Raises:
        ValueError: it has more dimensions.
    """
    return _joined(
        [tensors],
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "batch",
        dynamic_pad,
        keep_input=keep_input,
    )


def maybe_batch_join(
    tensors_list: Sequence[Any],
    keep_input: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `batch_join` does, of what `keep_input` says; see `maybe_batch`."""
    return _joined(
        tensors_list,
        batch_size,
        1,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "batch_join",
        dynamic_pad,
        keep_input=keep_input,
    )


def maybe_shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `shuffle_batch` does, of what `keep_input` says; see `maybe_batch`."""
    return _joined(
        [tensors],
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "shuffle_batch",
        mixed=(min_after_dequeue, seed),
        keep_input=keep_input,
    )


def maybe_shuffle_batch_join(
    tensors_list: Sequence[Any],
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Return batches as `shuffle_batch_join` does, of what `keep_input` says; see `maybe_batch`."""
    return _joined(
        tensors_list,
        batch_size,
        1,
        capacity,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        "shuffle_batch_join",
        mixed=(min_after_dequeue, seed),
        keep_input=keep_input,
    )


def match_filenames_once(pattern: Any, name: str | None = None) -> Variable:
    """Return a local variable of the names of the files that match a pattern, as they are when it is initialized."""
    needs_graph("match_filenames_once")
    with name_scope(name or "matching_filenames"):
        return Variable(
            matching_files(pattern),
            trainable=False,
            validate_shape=False,
            name="matching_filenames",
            collections=[GraphKeys.LOCAL_VARIABLES],
        )
