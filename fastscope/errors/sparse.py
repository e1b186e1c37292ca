"""Messages of functions of sparse tensors.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any

from . import InvalidArgumentError


def two_open_sizes(first: int, second: int) -> InvalidArgumentError:
    """A reshape with -1 in two places."""
    return InvalidArgumentError(
        f"only one output dimension may be -1, not both {first} and {second}. Give one of them."
    )


def cannot_reshape(count: int, known: int, is_open: bool) -> InvalidArgumentError:
    """A reshape to another number of elements, found while a graph runs."""
    wanted = f"requires a multiple of {known}" if is_open else f"has {known}"
    return InvalidArgumentError(
        f"Input to reshape is a tensor with {count} dense values, but the requested shape {wanted}. Zeros count."
    )


def sizes_differ(count: int, shape: Any, found: int) -> ValueError:
    """A reshape to another number of elements, of shapes that are known."""
    return ValueError(
        f"Cannot reshape a tensor with {count} elements to shape {shape} ({found} elements). Zeros count."
    )


def open_sizes(shape: Any) -> ValueError:
    """A reshape with -1 in two places, of shapes that are known."""
    return ValueError(f"At most one dimension can be inferred (-1). Found: {shape}")


def shape_too_small(sizes: Any, wanted: Any) -> InvalidArgumentError:
    """A new shape that does not hold the old one, found while a graph runs."""
    return InvalidArgumentError(
        f"assertion failed: x == y did not hold: the new shape {wanted} does not hold the old one, {sizes}. "
        "tf.sparse_slice cuts."
    )


def shape_smaller(sizes: Any, wanted: Any) -> ValueError:
    """A new shape that does not hold the old one."""
    return ValueError(
        f"Requested new_shape should have dimension sizes >= sp_input.shape.  Found new_shape ({sizes}), "
        f"sp_input.shape ({wanted}). tf.sparse_slice cuts."
    )


def split_axis(axis: int, rank: int) -> InvalidArgumentError:
    """A cut along a dimension that is not there."""
    return InvalidArgumentError(f"Input axis should be in range [{-rank}, {rank}), got {axis}.")


def split_count(count: int, size: int) -> InvalidArgumentError:
    """More pieces than there are elements along a dimension."""
    return InvalidArgumentError(
        f"Input num_split should be between 1 and the splitting dimension size ({size}), got {count}."
    )


def keywords_only() -> ValueError:
    """sparse_split with an argument that has no name."""
    return ValueError(
        "Keyword arguments are required for this function. Write tf.sparse_split(sp_input=x, num_split=2, axis=1)."
    )


def is_required(argument: str) -> ValueError:
    """sparse_split without one of its arguments."""
    return ValueError(f"{argument} is required. Write tf.sparse_split(sp_input=x, num_split=2, axis=1).")


def concat_ranks(axis: int, shapes: Any) -> InvalidArgumentError:
    """Sparse tensors of several ranks, or an axis that is not there."""
    return InvalidArgumentError(
        f"Concat dimension must be in range, and all have one rank: got axis {axis} for shapes {shapes}."
    )


def concat_sizes(shapes: Any, axis: int) -> InvalidArgumentError:
    """Sparse tensors that differ in another dimension than the one along which they are joined."""
    return InvalidArgumentError(
        f"Input shapes must match: expected the same but for dimension {axis}, got {shapes}. expand_nonconcat_dim=True "
        "takes the largest."
    )


def vocabularies(ids: int, sizes: int) -> ValueError:
    """Another number of vocabularies than of ids."""
    return ValueError(f"sp_ids and vocab_size have to have equal lengths. Got {ids} and {sizes}.")


def shapes_differ(a: Any, b: Any) -> InvalidArgumentError:
    """Two sparse tensors of different shapes."""
    return InvalidArgumentError(
        f"Operands' shapes do not match: got {a} and {b}. tf.sparse_reset_shape makes one larger."
    )


def no_rows_to_fill(count: int) -> InvalidArgumentError:
    """Elements of a sparse tensor that has no rows."""
    return InvalidArgumentError(
        f"Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = {count}. Its dense_shape says how many "
        "rows there are."
    )


def row_outside(place: int, row: int, count: int) -> InvalidArgumentError:
    """An element in a row that is not there."""
    return InvalidArgumentError(
        f"indices({place}, 0) is invalid: {row} >= {count}. Expected 0 <= row < {count}, as dense_shape says."
    )


def ranks_differ(sparse: Any, dense: Any) -> InvalidArgumentError:
    """A sparse tensor added to an array of another rank."""
    return InvalidArgumentError(
        f"Two operands have different ranks; received: {len(sparse)} and {len(dense)}. Expected one shape, got "
        f"{list(sparse)} and {list(dense)}."
    )


def sizes_unlike_dense(axis: int, sparse: int, dense: int) -> InvalidArgumentError:
    """A sparse tensor added to an array of another shape."""
    return InvalidArgumentError(
        f"Dimension {axis} does not equal (no broadcasting is supported): sparse side {sparse} vs dense side {dense}. "
        "tf.sparse_tensor_to_dense(a) + b broadcasts."
    )


def none_is_sparse() -> TypeError:
    """A sum of two arrays, as one of sparse tensors."""
    return TypeError("At least one input should be SparseTensor; do you mean to use tf.add()? Write a + b.")


def dense_is_not_broadcast(sparse: Any, dense: Any) -> InvalidArgumentError:
    """A sparse tensor times an array that is larger than it, or of other sizes."""
    return InvalidArgumentError(
        f"SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: {list(sparse)} vs. "
        f"{list(dense)}. Expected at most {len(sparse)} dimensions, each 1 or the sparse tensor's. "
        "tf.sparse_tensor_to_dense(a) * b broadcasts both."
    )
