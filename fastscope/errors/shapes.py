"""Reasons why shapes do not fit, in TensorFlow's words; the rules of `ops.shape_rules` raise them.

A reason says what is wrong with the shapes alone. Whoever applies a rule to an operation adds the operation's name
and type and what it was given: "Dimensions must be equal, but are 3 and 4 for 'net/add' (op: 'AddV2') with input
shapes: [2,3], [4]." Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

from collections.abc import Sequence


def brackets(shape: Sequence[int | None] | None) -> str:
    """Write a shape as these messages do: "[2,?]", and "<unknown>" without a rank."""
    return "<unknown>" if shape is None else "[" + ",".join("?" if n is None else str(n) for n in shape) + "]"


def _parentheses(shape: Sequence[int | None]) -> str:
    """Write a shape as a tuple: "(?,)", "(2, 3)"."""
    return "(" + ", ".join("?" if n is None else str(n) for n in shape) + ("," if len(shape) == 1 else "") + ")"


def dimensions_differ(left: int, right: int) -> ValueError:
    """Two dimensions that must be one are not."""
    return ValueError(f"Dimensions must be equal, but are {left} and {right}")


def dimension_must_be(wanted: int, found: int) -> ValueError:
    """A dimension that is given by something else is not what it should be."""
    return ValueError(f"Dimension must be {wanted} but is {found}")


def dimension_differs(axis: int, left: Sequence[int | None], right: Sequence[int | None]) -> ValueError:
    """Two shapes that must be one differ in a dimension."""
    return ValueError(
        f"Dimension {axis} in both shapes must be equal, but are {left[axis]} and {right[axis]}. "
        f"Shapes are {brackets(left)} and {brackets(right)}."
    )


def ranks_differ(left: int, right: int, context: str = "") -> ValueError:
    """Two shapes that must be one have different numbers of dimensions; `context` is a further line."""
    return ValueError(f"Shapes must be equal rank, but are {left} and {right}{context}")


def merging(place: int, reason: ValueError) -> ValueError:
    """The shape at `place` of a list does not fit those after it, for `reason`."""
    return ValueError(f"{reason}\n\tFrom merging shape {place} with other shapes.")


def must_have_rank(wanted: int, found: int, relation: str = "") -> ValueError:
    """A shape has `found` dimensions; `relation` is "" or "at least "."""
    return ValueError(f"Shape must be {relation}rank {wanted} but is rank {found}")


def negative_size(whole: int, part: int) -> ValueError:
    """More is taken off a dimension than it has."""
    return ValueError(f"Negative dimension size caused by subtracting {part} from {whole}")


def not_divisible(size: int, divisor: int, context: str = "") -> ValueError:
    """A dimension does not fall into `divisor` equal parts; `context` is a further line."""
    return ValueError(f"Dimension size must be evenly divisible by {divisor} but is {size}{context}")


def elements_differ(count: int, target: Sequence[int | None], wanted: int) -> ValueError:
    """A reshape to another number of elements."""
    return ValueError(f"Cannot reshape a tensor with {count} elements to shape {brackets(target)} ({wanted} elements)")


def bad_shape_value(value: int) -> ValueError:
    """A dimension below -1 in a shape that is given as a vector."""
    return ValueError(f"Invalid value in tensor used for shape: {value}")


def concat_scalars() -> ValueError:
    """A concat of scalars."""
    return ValueError("Can't concatenate scalars (use tf.stack instead)")


def axis_outside(axis: int, rank: int) -> ValueError:
    """An axis of stack or unstack is not one of `rank`."""
    return ValueError(f"axis = {axis} not in [{-rank}, {rank})")


def invalid_axis(axis: int, rank: int) -> ValueError:
    """The same, where TensorFlow finds it later: the first array's rank or the number of pieces had to be found."""
    return ValueError(f"Invalid axis: {axis}; must be in [{-rank},{rank})")


def cannot_infer_num(shape: Sequence[int | None] | None) -> ValueError:
    """An unstack without `num` along a dimension that is not known."""
    return ValueError(f"Cannot infer num from shape {'<unknown>' if shape is None else _parentheses(shape)}")


def split_axis_outside(axis: int, rank: int) -> ValueError:
    """A split along an axis that is not there."""
    return ValueError(f"Dimension size, given by scalar input {axis} must be in range [-{rank}, {rank})")


def split_scalar() -> ValueError:
    """A scalar is to be split."""
    return ValueError("Can't split scalars")


def sizes_do_not_fill(size: int, pieces: Sequence[int]) -> ValueError:
    """Listed pieces do not make up their axis."""
    return ValueError(f"can't split axis of size {size} into pieces of size [{','.join(map(str, pieces))}]")


def two_open_sizes() -> ValueError:
    """Two of the listed pieces are -1."""
    return ValueError("size_splits can only have one -1")


def reduction_axis(axis: int, rank: int) -> ValueError:
    """A reduction over an axis that is not there."""
    return ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")


def arg_axis(axis: int, rank: int) -> ValueError:
    """An argmax or argmin over an axis that is not there."""
    return ValueError(
        f"Dimension ({axis}) must be in the range [{-rank}, {rank}), where {rank} is the number of dimensions in the "
        "input."
    )


def expand_axis(axis: int, rank: int) -> ValueError:
    """A new dimension at a place that is not there."""
    return ValueError(f"dim {axis} not in the interval [{-rank - 1}, {rank}].")


def squeeze_axis(place: int, rank: int) -> ValueError:
    """The axis at `place` of squeeze's list is not there."""
    return ValueError(f"squeeze_dims[{place}] not in [{-rank},{rank}).")


def squeeze_size(axis: int, size: int) -> ValueError:
    """A dimension to be squeezed is not 1."""
    return ValueError(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {size}")


def negative_count(place: int, count: int) -> ValueError:
    """An input that says how many there are is below 0."""
    return ValueError(f"Dimension size, given by scalar input {place}, must be non-negative but is {count}")


def negative_fill() -> ValueError:
    """Zeros, ones or a fill with a negative size."""
    return ValueError("Fill dimensions must be >= 0")


def zero_delta() -> ValueError:
    """A range that does not move."""
    return ValueError("Requires delta != 0")


def range_backwards(start: float, limit: float, delta: float) -> ValueError:
    """A range that moves away from its end."""
    wanted, sign = ("<=", ">") if delta > 0 else (">=", "<")
    return ValueError(f"Requires start {wanted} limit when delta {sign} 0: {start}/{limit}")


def negative_paddings() -> ValueError:
    """Something is padded by less than nothing."""
    return ValueError("Paddings must be non-negative")


def perm_outside(axis: int, rank: int) -> ValueError:
    """A transpose to an axis that is not there."""
    return ValueError(f"perm dim {axis} is out of range of input rank {rank}")


def negative_scalar(place: int, value: int) -> ValueError:
    """Input `place` gives a dimension and is negative."""
    return ValueError(f"Dimension size, given by scalar input {place}, must be non-negative but is {value}")


def one_hot_axis() -> ValueError:
    """An axis of one_hot below -1."""
    return ValueError("axis must be >= -1")


def outer_sizes(outer: int, indices: Sequence[int | None], updates: Sequence[int | None], reason: str) -> ValueError:
    """Updates that are not as many as the vectors of indices."""
    return ValueError(
        f"The outer {outer} dimensions of indices.shape={brackets(indices)} must match the outer {outer} dimensions of "
        f"updates.shape={brackets(updates)}: {reason}"
    )


def inner_sizes(
    inner: int, found: int, whole: Sequence[int | None], updates: Sequence[int | None], reason: str
) -> ValueError:
    """Updates of another shape than what an index names."""
    return ValueError(
        f"The inner {inner} dimensions of output.shape={brackets(whole)} must match the inner {found} dimensions of "
        f"updates.shape={brackets(updates)}: {reason}"
    )


def must_have_even_rank(found: int) -> ValueError:
    """The diagonal of an array whose shape is not one shape twice."""
    return ValueError(f"Input must have even and non-zero rank, input rank is {found}")


def sequence_axis(word: str, axis: int, rank: int) -> ValueError:
    """A dimension of reverse_sequence that is not there."""
    return ValueError(f"{word}_dim must be < input rank: {axis} vs. {rank}")


def index_depth(indices: Sequence[int | None], params: Sequence[int | None]) -> ValueError:
    """A gather_nd with longer indices than there are dimensions."""
    return ValueError(
        f"indices.shape[-1] must be <= params.rank, but saw indices shape: {brackets(indices)} and params shape: "
        f"{brackets(params)}"
    )


def index_outside(index: int, axis: int) -> ValueError:
    """A slice takes an element that is not there."""
    return ValueError(f"slice index {index} of dimension {axis} out of bounds.")


def too_many_indices(rank: int) -> ValueError:
    """A slice has more indices than the tensor has dimensions."""
    return ValueError(f"Index out of range using input dim {rank}; input has only {rank} dims")


def two_ellipses() -> ValueError:
    """A slice with two ellipses."""
    return ValueError("Multiple ellipses in slice spec not allowed")


def depth_no_multiple(channels: int, depth: int) -> ValueError:
    """A convolution whose kernel has other channels than its array."""
    return ValueError(f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth})")


def filters_no_multiple(filters: int, groups: int) -> ValueError:
    """A convolution in groups with a number of filters that they cannot share."""
    return ValueError(f"Depth of output ({filters}) is not a multiple of the number of groups ({groups})")


def labels_rank(labels: int, logits: int) -> ValueError:
    """Labels of another rank than the logits have without their classes."""
    return ValueError(
        f"Rank mismatch: Rank of labels (received {labels}) should equal rank of logits minus 1 (received {logits})."
    )


def logits_are_scalars() -> ValueError:
    """Logits without classes."""
    return ValueError("Logits cannot be scalars - received shape (). Their last dimension is that of the classes.")


def labels_shape(labels: Sequence[int | None], logits: Sequence[int | None]) -> ValueError:
    """Labels of another shape than the logits have without their classes."""
    return ValueError(
        f"Shape mismatch: The shape of labels (received {_parentheses(labels)}) should equal the shape of logits "
        f"except for the last dimension (received {_parentheses(logits)})."
    )


def logits_and_labels(logits: Sequence[int | None] | None, labels: Sequence[int | None] | None) -> ValueError:
    """Labels of another shape than the logits."""
    return ValueError(
        f"logits and labels must have the same shape ({_parentheses(logits or ())} vs {_parentheses(labels or ())})"
    )


def too_few_for_top_k(k: int, size: int) -> ValueError:
    """More of the largest are wanted than there are."""
    return ValueError(f"input must have last dimension >= k = {k} but is {size}")


def block_too_small(size: int) -> ValueError:
    """Blocks of one element or none are laid into channels."""
    return ValueError(f"Block size should be > 1: {size}. Blocks of one element leave an image as it is.")


def block_not_positive() -> ValueError:
    """Space is moved into the batch by blocks of nothing."""
    return ValueError("block_shape must be positive")


def bytes_differ(size: int, wanted: int) -> ValueError:
    """Bytes that do not make up numbers of a larger dtype."""
    return ValueError(f"Cannot bitcast due to shape. {size} does not match {wanted}")


def zero_stride(place: int) -> ValueError:
    """A slice that does not move."""
    return ValueError(f"strides[{place}] must be non-zero")
