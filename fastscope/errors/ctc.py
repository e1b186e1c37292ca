"""Messages of connectionist temporal classification.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from typing import Any

from . import InvalidArgumentError


def labels_not_sparse(labels: Any) -> TypeError:
    """Labels that are no SparseTensor."""
    return TypeError(
        f"Expected labels (first argument) to be a SparseTensor, got {type(labels).__name__}. tf.SparseTensor(indices, "
        "values, [N, longest]) makes one; tf.sparse_placeholder(tf.int32) is fed one."
    )


def inputs_rank(shape: Any) -> InvalidArgumentError:
    """Logits that are no sequences."""
    return InvalidArgumentError(
        f"inputs is not a 3-Tensor. Expected [max_time, batch_size, num_classes], got shape {list(shape)}."
    )


def lengths_differ(rows: int, shape: Any) -> InvalidArgumentError:
    """Lengths for another number of rows."""
    return InvalidArgumentError(
        f"len(sequence_length) != batch_size: sequence_length has shape {list(shape)}, the inputs have {rows} rows. "
        "It holds the number of steps of each row."
    )


def length_too_large(row: int, steps: int) -> InvalidArgumentError:
    """A row is said to be longer than the inputs are."""
    return InvalidArgumentError(
        f"sequence_length({row}) <= {steps}: row {row} is said to have more steps than the inputs. Are they "
        "[max_time, batch_size, num_classes]? time_major=False takes [batch_size, max_time, num_classes]."
    )


def no_labels(row: int) -> InvalidArgumentError:
    """A row without labels."""
    return InvalidArgumentError(
        f"Labels length is zero in batch {row}: each row has to have a label that is not the blank, the last class. "
        "A row whose sequence_length is 0 needs none, and has no loss."
    )


def not_enough_time(row: int, labels: int, steps: int) -> InvalidArgumentError:
    """A row has more labels than steps."""
    return InvalidArgumentError(
        f"Not enough time for target transition sequence (required: {labels}, available: {steps}) in batch {row}. You "
        "can turn this error into no loss for the row by ignore_longer_outputs_than_inputs=True of tf.nn.ctc_loss."
    )


def label_after_blank(row: int, labels: list[int], blank: int) -> InvalidArgumentError:
    """A label comes after one that is none."""
    return InvalidArgumentError(
        f"Saw a non-null label (index >= num_classes - 1) following a null label, batch: {row} num_classes: "
        f"{blank + 1} labels: {','.join(map(str, labels))}. The last class is the blank: give the logits one class "
        "more."
    )


def negative_label(row: int, labels: list[int]) -> InvalidArgumentError:
    """A label below 0."""
    return InvalidArgumentError(
        f"All labels must be nonnegative integers, batch: {row} labels: {','.join(map(str, labels))}. Leave padding "
        "out of the SparseTensor."
    )


def more_paths_than_beams(paths: int, beams: int) -> InvalidArgumentError:
    """More label sequences are wanted than are kept."""
    return InvalidArgumentError(
        f"requested more paths than the beam width: top_paths={paths}, beam_width={beams}. Make the beam wider."
    )


def fewer_beams_than_paths(row: int, found: int, wanted: int) -> InvalidArgumentError:
    """Fewer label sequences were found than are wanted."""
    return InvalidArgumentError(
        f"Less leaves in the beam search than requested: row {row} has {found} label sequences, top_paths={wanted}. A "
        "row without steps has one."
    )


def empty_batch() -> InvalidArgumentError:
    """Logits without rows."""
    return InvalidArgumentError(
        "batch_size must not be 0: the inputs, [max_time, batch_size, num_classes], have no rows."
    )


def blank_not_said() -> ValueError:
    """Sparse labels, and no word which class is the blank."""
    return ValueError(
        "blank_index must be given when using SparseTensor labels. blank_index=-1 is the last class, as in "
        "tf.nn.ctc_loss."
    )


def classes_unknown(shape: str) -> ValueError:
    """Logits whose number of classes is not known."""
    return ValueError(
        f"The number of classes, the last dimension of logits, must be known, got shape {shape}. tensor.set_shape says "
        "it."
    )
