"""The messages of tf.contrib.framework's checks of tensors and graphs.

Each function builds one exception and returns it; the caller raises.
"""

from __future__ import annotations

from typing import Any


def sparse_shape() -> ValueError:
    """The shape of a sparse tensor is to be checked."""
    return ValueError("SparseTensor not supported. Check its dense_shape.")


def shape_rank(rank: int, wanted: Any, name: str) -> ValueError:
    """A shape that is no list of numbers."""
    return ValueError(f"Invalid rank {rank} for shape {wanted} expected of tensor {name}. Give a flat list.")


def shape_type(dtype: Any, wanted: Any, name: str) -> ValueError:
    """A shape of other than integers."""
    return ValueError(f"Invalid dtype {dtype} for shape {wanted} expected of tensor {name}. Give int32.")


def shape_differs(name: str, wanted: Any, actual: Any) -> ValueError:
    """A tensor that is known to have another shape."""
    return ValueError(
        f"Invalid shape for tensor {name}, expected {wanted}, got {actual}. Shapes {actual} and "
        f"{tuple(wanted.tolist())} are not compatible: tf.reshape gives another one."
    )


def no_tensors() -> ValueError:
    """Nothing to add up."""
    return ValueError("No tensors provided. Give a list of at least one.")


def no_integer(name: str, dtype: Any) -> ValueError:
    """A count that is no integer."""
    return ValueError(f"Expected integer type for {name}, received type: {dtype}. Write tf.cast(x, tf.int32).")


def inputs_no_list(got: Any) -> TypeError:
    """Inputs that are no list."""
    return TypeError(f"The op_input_list must be a list. Got {got!r:.80}: write [{got!r:.40}].")


def other_graph(each: Any, first: Any) -> ValueError:
    """Something of another graph than the rest."""
    if first is None:
        return ValueError(f"{each} is not from the passed-in graph. Make it inside `with graph.as_default():`.")
    return ValueError(f"{each} must be from the same graph as {first}. Make both in one `with graph.as_default():`.")


def no_graph(got: Any) -> TypeError:
    """Something that is no graph."""
    return TypeError(f"Input graph needs to be a Graph: {got!r:.80}. tf.get_default_graph() is one.")
