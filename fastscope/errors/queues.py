"""Messages of queues, their runners, and of the coordinator of threads.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import CancelledError, DeadlineExceededError, InvalidArgumentError, OutOfRangeError
from .graph import shape_text


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


def shapes_open(shapes: Any, pads: bool) -> ValueError:
    """Shapes of a queue's elements that say too little."""
    wanted = "have a defined rank" if pads else "be fully defined"
    return ValueError(
        f"All shapes must {wanted}: {shapes}. Leave shapes out for elements of any, or make a PaddingFIFOQueue "
        "(dynamic_pad=True), which fills shorter ones up."
    )


def shapes_needed(function: str) -> ValueError:
    """dequeue_many from a queue whose elements' shapes are not known."""
    return ValueError(
        f"{function}: all shapes must be fully defined. Name them where the queue is made, as shapes=[[2], []], or "
        "take single elements; tf.train.batch(..., dynamic_pad=True) fills shorter ones up."
    )


def shapes_differ(found: Any, wanted: Any) -> ValueError:
    """An element of another shape than the queue's."""
    return ValueError(f"Shapes {found} and {wanted} are incompatible: an element's, and that of the queue's component.")


NOTHING_TO_PRODUCE = "string_input_producer requires a non-null input tensor: a list of names of files, at least one."


def nothing_to_produce() -> ValueError:
    """string_input_producer([])."""
    return ValueError(f"{NOTHING_TO_PRODUCE} The list that was given is empty.")


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


def no_dictionary(names: list[str]) -> ValueError:
    """enqueue of a list into a queue with names."""
    return ValueError(f"Queue must enqueue a dictionary, since its components have names: {{{names[0]!r}: ...}}.")


def no_names() -> ValueError:
    """enqueue of a dict into a queue without names."""
    return ValueError("Queue must have names to enqueue a dictionary: FIFOQueue(..., names=[...]).")


def other_names(wanted: list[str], got: list[str]) -> ValueError:
    """enqueue of a dict with other keys."""
    return ValueError(f"Keys in dictionary to enqueue do not match names of Queue.  Keys {got}, Queue names {wanted}.")


def counts_differ(counts: list[int]) -> ValueError:
    """enqueue_many of components of different lengths."""
    return ValueError(
        f"Dimensions {counts[0]} and {counts[-1]} are not compatible: enqueue_many takes as many of each component."
    )


def many_of_a_scalar() -> ValueError:
    """enqueue_many of one thing."""
    return ValueError(
        "enqueue_many takes components with a first dimension, of the elements. enqueue takes one element."
    )


def shapes_per_component(got: int, wanted: int) -> ValueError:
    """Shapes for other components."""
    return ValueError(f"Queue shapes must have the same length as dtypes: {got} shapes, {wanted} dtypes.")


def names_per_component(got: int, wanted: int) -> ValueError:
    """Names of other components."""
    return ValueError(f"Queue names must have the same length as dtypes: {got} names, {wanted} dtypes.")


def component_shape(number: int, wanted: Any, got: tuple[int, ...]) -> InvalidArgumentError:
    """An element of another shape, when it is put in."""
    return InvalidArgumentError(
        f"Shape mismatch in tuple component {number}. Expected {shape_text(wanted)}, got {shape_text(got)}. The shapes "
        "are those that the queue was made with."
    )


def negative_count(what: str, count: int) -> InvalidArgumentError:
    """dequeue_many(-1)."""
    return InvalidArgumentError(f"{what}Op requested {count} < 0 elements")


def waited_too_long(kind: str, name: str, takes: bool) -> DeadlineExceededError:
    """A run that waits for a queue longer than it may."""
    what = "elements of" if takes else "room in"
    return DeadlineExceededError(
        f"Timed out waiting for notification: there is no {what} {kind} '{name}'. tf.RunOptions(timeout_in_ms=...) and "
        "tf.ConfigProto(operation_timeout_in_ms=...) say how long a run waits; who fills it may not have been started: "
        "tf.train.start_queue_runners."
    )


def session_was_closed(kind: str, name: str, takes: bool) -> CancelledError:
    """A run that waits for a queue, when its session is closed."""
    what = "Dequeue" if takes else "Enqueue"
    return CancelledError(
        f"{what} operation was cancelled: the session was closed while it waited for {kind} '{name}'."
    )


def rank_unknown(number: int) -> ValueError:
    """batch of a tensor of unknown rank."""
    return ValueError(
        f"Cannot infer Tensor's rank: that of tensor {number} is not known. tensor.set_shape tells it, or shapes=[...]."
    )


def dictionaries_differ() -> ValueError:
    """batch_join of dicts with other keys."""
    return ValueError("All dictionaries given to batch_join must have the same keys.")


def elements_not_defined(shape: Any) -> ValueError:
    """input_producer of rows whose shape is not known."""
    return ValueError(
        f"row_shape = input_tensor.shape[1:] must be a fully defined shape: {shape}. element_shape=[...] tells it."
    )


def bad_keep_input(rank: Any) -> ValueError:
    """maybe_batch with keep_input of several dimensions."""
    if rank == 1:
        return ValueError("`keep_input` cannot be a vector when `enqueue_many=False`. Give a single bool.")
    return ValueError(f"`keep_input` must be 0 or 1 dimensions: a bool, or a vector of them. Got {rank}.")


def no_tf_session(got: Any) -> TypeError:
    """start_queue_runners of something else."""
    return TypeError(f"sess must be a `tf.Session` object. Given class: {type(got)}")


def shared_otherwise(name: str, what: str, there: Any, wanted: Any) -> InvalidArgumentError:
    """A queue with the shared_name of one of another kind."""
    what = {"sizes": "capacity and min_after_dequeue"}.get(what, what)
    return InvalidArgumentError(
        f"Shared queue '{name}' has {what} {there} but requested {what} were {wanted}. Another shared_name= is another "
        "queue."
    )


# ---- buckets


def one_for_each_bucket(what: str, got: Any, count: int) -> ValueError:
    """A list that is not as long as there are buckets."""
    said = f"The list bucket_capacities {got} must have exactly num_buckets ({count}) elements"
    if what == "batch_size":
        said = f"If batch_size is a list it must have num_buckets elements, {count}; got {got}"
    return ValueError(f"{said}: one for each bucket, of which there is one more than boundaries.")


def nothing_for_buckets() -> ValueError:
    """No tensors that buckets could take."""
    return ValueError("Expected at least one tensor in bucket(). Give a list, or a dict.")


def boundaries_no_list(got: Any) -> TypeError:
    """Boundaries of lengths that are no list."""
    return TypeError(f"bucket_boundaries must be a list or tuple, but received: {got!r:.80}. Write [{got!r:.80}].")


def no_boundaries() -> ValueError:
    """No boundaries of lengths."""
    return ValueError("bucket_boundaries must not be empty. tf.train.batch makes batches of all lengths.")


def boundaries_no_integers(first: Any, second: Any) -> TypeError:
    """Boundaries of lengths that are no integers."""
    return TypeError(f"bucket boundaries must be integers, but saw: {first!r} and {second!r}. Write int(boundary).")


def boundaries_fall(first: int, second: int) -> ValueError:
    """Boundaries of lengths that do not increase."""
    return ValueError(
        f"Buckets must contain sequential increasing lengths, but saw: {first} before {second}. Write "
        "sorted(set(boundaries))."
    )
