"""Messages of summaries and of what writes them.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any

from . import InvalidArgumentError


def no_scalar(tag: str, shape: Any) -> InvalidArgumentError:
    """A scalar summary of more or less than one number."""
    return InvalidArgumentError(
        f"tags and values not the same shape: [] != {list(shape)} (tag {tag!r}). tf.reduce_mean makes one number of "
        "them, tf.summary.histogram shows them all."
    )


def not_finite(tag: str, what: str) -> InvalidArgumentError:
    """A histogram of what is no number."""
    return InvalidArgumentError(f"{what} in summary histogram for: {tag}. tf.check_numerics says where it comes from.")


def no_images(shape: Any) -> InvalidArgumentError:
    """An array that is no batch of pictures."""
    sizes = ",".join(map(str, shape))
    return InvalidArgumentError(
        f"Tensor must be 4-D with last dim 1, 3, or 4, not [{sizes}]: [batch, height, width, channels]."
    )


def no_sounds(shape: Any) -> InvalidArgumentError:
    """An array that is no batch of sounds."""
    return InvalidArgumentError(
        f"Tensor must be 3-D or 2-D, got: {list(shape)}. [batch, frames, channels] and [batch, frames] are sounds."
    )


def bad_dtype(name: str, dtype: str, allowed: str) -> TypeError:
    """A value of a type that a summary does not show."""
    return TypeError(
        f"Value passed to parameter {name!r} has DataType {dtype} not in list of allowed values: {allowed}. tf.cast "
        "makes one of another type."
    )


def no_text(tensor: Any, dtype: str) -> ValueError:
    """A text summary of something else."""
    return ValueError(f"Expected tensor {tensor} to have dtype string, got {dtype}. tf.summary.scalar shows numbers.")


def run_again(tag: str) -> ValueError:
    """What was noted of a run is written under a tag that was there before."""
    return ValueError(
        f"The provided tag was already used for this event type: {tag!r}. Write the step into it: 'step%03d' % step."
    )


def duplicate_tag(tag: str) -> InvalidArgumentError:
    """Two values of one name in one summary."""
    return InvalidArgumentError(
        f"Duplicate tag {tag} found in summary inputs: each summary is merged once, and has a name of its own."
    )


def nothing_to_merge() -> ValueError:
    """merge([])."""
    return ValueError(
        "List argument 'inputs' to 'MergeSummary' Op with length 0 shorter than minimum length 1. "
        "tf.summary.merge_all() returns None where there are none."
    )


def no_logdir() -> ValueError:
    """A FileWriter without a folder."""
    return ValueError("A FileWriter needs the folder that it writes into: tf.summary.FileWriter('logs', sess.graph).")


def no_graph(value: Any) -> TypeError:
    """Something else where a graph is wanted."""
    return TypeError(
        f"The passed graph must be an instance of `Graph` or `GraphDef`, and is {type(value)}: pass sess.graph."
    )
