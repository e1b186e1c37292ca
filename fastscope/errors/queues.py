"""Messages of queues, their runners, and of the coordinator of threads.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import CancelledError, OutOfRangeError


def closed_and_empty(kind: str, name: str, wanted: int, found: int) -> OutOfRangeError:
    """Dequeuing from a queue that was closed, and has too few elements."""
    return OutOfRangeError(
        f"{kind} '{name}' is closed and has insufficient elements (requested {wanted}, current size {found}). If it "
        "was to have more, look for what its threads raised: coord.join(threads) tells."
    )


def enqueue_closed(kind: str, name: str) -> CancelledError:
    """Enqueuing into a queue that was closed."""
    return CancelledError(f"{kind} '{name}' is closed. Nothing can be put into it any more.")


def cancelled(kind: str, name: str) -> CancelledError:
    """A blocked enqueuing, when the queue is closed."""
    return CancelledError(f"Enqueue operation was cancelled: {kind} '{name}' was closed while it waited for room.")


def closed_twice(name: str) -> CancelledError:
    """close() of a queue that was closed."""
    return CancelledError(f"Queue '{name}' is already closed.")


def number_of_components(found: int, wanted: int) -> ValueError:
    """enqueue of more or fewer tensors than the queue has components."""
    return ValueError(
        f"An element of this queue has {wanted} components, and {found} were given: one for each of its dtypes."
    )


def component_dtype(number: int, found: str, wanted: str) -> ValueError:
    """enqueue of another dtype."""
    return ValueError(f"Component {number} of this queue is {wanted}, and {found} was given: tf.cast makes one of it.")


def shapes_needed(function: str) -> ValueError:
    """dequeue_many from a queue whose elements' shapes are not known."""
    return ValueError(
        f"{function}: all shapes must be fully defined. Name them where the queue is made, as shapes=[[2], []], or "
        "take single elements; tf.train.batch(..., dynamic_pad=True) fills shorter ones up."
    )


def shapes_differ(found: Any, wanted: Any) -> ValueError:
    """An element of another shape than the queue's."""
    return ValueError(f"Shapes {found} and {wanted} are incompatible: an element's, and that of the queue's component.")


def nothing_to_produce() -> ValueError:
    """string_input_producer([])."""
    return ValueError("string_input_producer requires a non-null input tensor: a list of names of files, at least one.")


def no_enqueue_ops() -> ValueError:
    """A QueueRunner without operations."""
    return ValueError(
        "Must provide queue and enqueue_ops: a QueueRunner runs the operations that fill its queue, again and again."
    )


def no_session() -> ValueError:
    """start_queue_runners outside of a session."""
    return ValueError(
        "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass an "
        "explicit session to tf.start_queue_runners(sess=sess)"
    )


def threads_still_run(names: Iterable[str]) -> RuntimeError:
    """coord.join() while threads do not end."""
    return RuntimeError(
        f"Coordinator stopped with threads still running: {' '.join(names)}. They have to ask coord.should_stop() "
        "now and then; ignore_live_threads=True leaves them be."
    )


def needs_a_graph(what: str) -> RuntimeError:
    """A queue where everything is computed at once."""
    return RuntimeError(
        f"{what} needs a graph and sessions, which run it in threads: import fastscope.compat.v1 as tf. Where "
        "everything is computed at once, tf.data.Dataset gives batches."
    )
