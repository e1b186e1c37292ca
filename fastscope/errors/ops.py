"""Messages of the functions of `ops`; the argument `op` is the function's name.

Each function builds and returns the exception; its caller raises it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import InvalidArgumentError, OutOfRangeError, UnimplementedError
from .graph import shape_text


def needs_floats(op: str, dtype: Any) -> TypeError:
    """A function of floats is given integers, bools or text."""
    return TypeError(
        f"tf.{op} takes floating point values, got {dtype.name}. Convert them first: tf.cast(x, tf.float32)."
    )


def needs_integers(op: str, argument: str, dtype: Any) -> TypeError:
    """Indices or labels that are no integers."""
    return TypeError(
        f"tf.{op}: Value passed to parameter '{argument}' has DataType {dtype.name}, expected "
        f"integers such as int32 or int64. Convert them first: tf.cast({argument}, tf.int32)."
    )


def dtypes_differ(op: str, found: Sequence[Any]) -> TypeError:
    """Arrays of different dtypes meet in one function."""
    names = " and ".join(dtype.name for dtype in found)
    wanted = next((dtype for dtype in found if dtype.is_floating), found[0]).name
    return TypeError(
        f"tf.{op}: the arrays have types {names} that don't all match. TensorFlow converts "
        f"numbers and lists, never arrays: write tf.cast(x, tf.{wanted}) around the one that "
        "differs."
    )


def noise_shape_open(noise_shape: Any, dims: Any) -> ValueError:
    """The shape of a dropout's coins has a None whose size is not known."""
    found = "unknown rank" if dims is None else f"shape {shape_text(dims)}"
    return ValueError(
        f"Cannot convert a partially known TensorShape to a Tensor: noise_shape={list(noise_shape)}, and x has {found}"
        ". A None stands for the size that x has there: write tf.shape(x)[0] where only a run tells."
    )


def shapes_differ(op: str, shapes: Sequence[Any]) -> ValueError:
    """Shapes that do not broadcast."""
    listed = " and ".join(str(list(shape)) for shape in shapes)
    return ValueError(
        f"tf.{op}: Dimensions must be equal, or one of them 1, counted from the last one; got "
        f"shapes {listed}. tf.expand_dims puts in a dimension of 1."
    )


def transpose_and_adjoint(argument: str) -> ValueError:
    """A factor that is to be transposed, and transposed and conjugated."""
    return ValueError(
        f"Only one of transpose_{argument} and adjoint_{argument} can be True. The adjoint is transposed already."
    )


def not_square(op: str, shape: Any) -> InvalidArgumentError:
    """A matrix of which rows and columns are not as many."""
    return InvalidArgumentError(f"Input matrix must be square, got shape {list(shape)}: tf.{op} takes [..., n, n].")


def not_invertible(op: str, opening: str) -> InvalidArgumentError:
    """A matrix without an inverse; `opening`: in TensorFlow's words."""
    return InvalidArgumentError(
        f"{opening}. tf.{op}: a row of it is a sum of others. tf.matrix_solve_ls finds the nearest x."
    )


def not_positive_definite() -> InvalidArgumentError:
    """A matrix that has no triangle of Cholesky's."""
    return InvalidArgumentError(
        "Cholesky decomposition was not successful. The input might not be valid. It is to be symmetric and positive "
        "definite: x + 1e-6 * tf.eye(n) helps against rounding."
    )


def bad_norm_axis(axis: Any) -> ValueError:
    """The axis of a norm that is none."""
    return ValueError(
        f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis!r}. Two are those of matrices: "
        "(-2, -1)."
    )


def bad_norm(ord: Any, of_matrices: bool, known: Any) -> ValueError:
    """A norm that is not known."""
    listed = ", ".join(map(repr, known))
    if of_matrices:
        return ValueError(f"'ord' must be a supported matrix norm in [{listed}], got {ord}.")
    return ValueError(f"'ord' must be a supported vector norm, got {ord}. It is one of {listed}, or above 0.")


def no_axis_to_reduce(axis: int, rank: int) -> ValueError:
    """A reduction over a dimension that is not there, found while a graph runs."""
    return ValueError(
        f"Invalid reduction dimension ({axis} for input with {rank} dimension(s): it is one in [{-rank}, {rank - 1}]."
    )


def no_axis_to_gather(axis: int, rank: int) -> ValueError:
    """Rows are picked along a dimension that is not there."""
    return ValueError(f"Expected axis in the range [{-rank}, {rank}), but got {axis}: it is one of the params.")


def no_axis_to_reverse(place: int, axis: int, rank: int) -> ValueError:
    """reverse along a dimension that is not there."""
    return ValueError(
        f"'axis'[{place}] = {axis} is out of valid range [0, {rank - 1}]. From the back, they are {-rank} to -1."
    )


def segment_ids_order(negative: bool) -> InvalidArgumentError:
    """Ids of segments that do not count up."""
    problem = "segment ids must be >= 0" if negative else "segment ids are not increasing"
    return InvalidArgumentError(f"{problem}. tf.unsorted_segment_sum and its kin take them in any order.")


def segment_ids_count(ids: int, rows: int) -> InvalidArgumentError:
    """Ids of segments that are not as many as there are rows."""
    return InvalidArgumentError(
        f"segment_ids should be the same size as dimension 0 of input. Got {ids} for {rows} rows."
    )


def segment_id_outside(place: Sequence[int], found: int, count: int) -> InvalidArgumentError:
    """An id of a segment that is too large."""
    return InvalidArgumentError(
        f"segment_ids[{','.join(map(str, place))}] = {found} is out of range [0, {count}). num_segments is more than "
        "the largest of them; a negative one drops its row."
    )


def split_unevenly(axis: int, size: int, count: int) -> ValueError:
    """An axis that is to be cut into equal pieces, and cannot be."""
    return ValueError(
        f"Number of ways to split should evenly divide the split dimension, but got split_dim {axis} (size = {size}) "
        f"and num_split {count}. tf.split takes a list of sizes, too, of which one may be -1."
    )


def mirror_too_wide(pair: Sequence[int], size: int, offset: int) -> InvalidArgumentError:
    """More is to be mirrored than there is."""
    relation = "less than" if offset else "no greater than"
    return InvalidArgumentError(
        f"paddings must be {relation} the dimension size: {pair[0]}, {pair[1]} not less than {size}. Pad twice."
    )


def negative_paddings(pair: Sequence[int]) -> InvalidArgumentError:
    """A pad that takes away."""
    return InvalidArgumentError(f"Paddings must be non-negative: {pair[0]} {pair[1]}. tf.slice takes away.")


def index_of_nothing(axis: int, rank: int) -> InvalidArgumentError:
    """An index with more items than there are dimensions."""
    return InvalidArgumentError(
        f"Index out of range using input dim {axis}; input has only {rank} dims. An item of an index is for one "
        "dimension each."
    )


def not_a_matrix(shape: Any) -> ValueError:
    """Rows and columns of less than a matrix are exchanged."""
    return ValueError(
        f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {shape}. tf.expand_dims makes one of a "
        "vector."
    )


def mask_length() -> ValueError:
    """The length of a mask that is no number."""
    return ValueError("maxlen must be scalar for sequence_mask: one length for all rows.")


def too_few_dimensions(op: str, argument: str, least: int, shape: Any) -> ValueError:
    """A diagonal that is none, or a matrix that is none, found while a graph runs."""
    return ValueError(f"{argument} must be at least {least}-dim, received shape: {list(shape)}. It is of tf.{op}.")


def no_such_partition(place: Sequence[int], found: int, count: int) -> InvalidArgumentError:
    """A row that is to go where there is nothing."""
    at = f"[{','.join(map(str, place))}]" if place else ""
    return InvalidArgumentError(
        f"partitions{at} = {found} is not in [0, {count}). Partitions are numbered from 0; num_partitions says "
        "how many."
    )


def negative_k(k: int) -> ValueError:
    """Less than none of the largest."""
    return ValueError(f"Need k >= 0, got {k}. It says how many of the largest to return.")


def scan_axis(axis: int, rank: int) -> ValueError:
    """A running sum along a dimension that is not there."""
    return ValueError(f"ScanOp: Expected scan axis in the range [{-rank}, {rank}), but got {axis}.")


def scan_axis_shape(shape: Any) -> ValueError:
    """A running sum along something that is no number."""
    return ValueError(f"ScanOp: axis must be a scalar, not {list(shape)}. A running sum goes along one dimension.")


def negative_count(found: int) -> InvalidArgumentError:
    """A number below 0 is to be counted."""
    return InvalidArgumentError(f"Input arr must be non-negative! It has {found}: bins are numbered from 0.")


def negative_class(word: str, found: int) -> InvalidArgumentError:
    """A class with a number below 0."""
    return InvalidArgumentError(f"`{word}` contains negative values. It has {found}: classes are numbered from 0.")


def class_outside(word: str, found: int, count: int) -> InvalidArgumentError:
    """A class with a number that is too large."""
    return InvalidArgumentError(
        f"assertion failed: [`{word}` out of bound] It has {found}, and there are {count} classes, numbered from 0: "
        "num_classes says how many."
    )


def sparse_values_shape(shape: Any, count: int) -> InvalidArgumentError:
    """Values that are not as many as the places they are for."""
    return InvalidArgumentError(
        f"sparse_values has incorrect shape {list(shape)}, should be [] or [{count}]: one for all places, or one each."
    )


def sparse_default() -> InvalidArgumentError:
    """A default value that is no single one."""
    return InvalidArgumentError("default_value should be a scalar. It stands wherever there is no sparse value.")


def delimiter_shape(shape: Any) -> InvalidArgumentError:
    """Delimiters in a list."""
    return InvalidArgumentError(
        f"delimiter must be a scalar, got shape: {list(shape)}. Each letter of one text ends a piece: ' ,;'."
    )


def sequence_too_long(row: int, axis: int) -> InvalidArgumentError:
    """More of a row is to be reversed than it has."""
    return InvalidArgumentError(f"seq_lens({row}) > input.dims({axis}). A length is at most that of the rows.")


def negative_length(row: int) -> InvalidArgumentError:
    """Less than nothing of a row is to be reversed."""
    return InvalidArgumentError(f"seq_lens({row}) < 0. A length of 0 or 1 leaves a row as it is.")


def lengths_count(found: int, axis: int, size: int) -> InvalidArgumentError:
    """Lengths that are not as many as there are rows."""
    return InvalidArgumentError(
        f"len(seq_lens) != input.dims({axis}), ({found} vs. {size}). Give a length for each row of the batch."
    )


def stitch_outside(place: int, found: int) -> InvalidArgumentError:
    """A row is to be put before the first one."""
    return InvalidArgumentError(f"indices[{place}] is out of range: it is {found}. Places count from 0.")


def predictions_rank(argument: str, rank: int, shape: Any) -> InvalidArgumentError:
    """in_top_k with predictions or targets of another rank."""
    wanted = "[rows, classes]" if rank == 2 else "[rows]"
    return InvalidArgumentError(f"{argument} must be {rank}-dimensional, {wanted}. Got shape {list(shape)}.")


def targets_count(rows: int, count: int) -> InvalidArgumentError:
    """in_top_k without a target for each row."""
    return InvalidArgumentError(
        f"First dimension of predictions {rows} must match length of targets {count}. Give one class for each row."
    )


def no_samples(count: int) -> ValueError:
    """linspace of no numbers."""
    return ValueError(f"Requires num > 0: {count}. tf.linspace counts both ends: num=2 is start and stop.")


def fft_of_real(word: str) -> TypeError:
    """A transform of complex numbers is given others."""
    return TypeError(
        f"Value passed to parameter 'input' has a DataType not in list of allowed values: complex64, complex128. Write "
        f"tf.{word}(tf.cast(x, tf.complex64)), or tf.spectral.r{word} of real numbers."
    )


def cannot_broadcast(x: Any, y: Any) -> ValueError:
    """Two shapes that do not broadcast."""
    return ValueError(
        f"Incompatible shapes for broadcasting: {x} and {y}. Counted from the last one, dimensions are equal, or 1."
    )


def another_shape(found: Any, wanted: Any) -> ValueError:
    """An array that has not the shape it must have."""
    return ValueError(
        f"Shape of tensor {list(found)} is not compatible with expected shape {wanted}. tf.reshape makes another one."
    )


def index_outside_of(sizes: Any) -> InvalidArgumentError:
    """The number of an element that is not there."""
    return InvalidArgumentError(f"index is out of bound as with dims {sizes}. Elements are numbered from 0.")


def softmax_axis(axis: int, rank: int) -> InvalidArgumentError:
    """A softmax along a dimension that is not there, found when the line is written."""
    return InvalidArgumentError(
        f"Dimension ({axis}) must be in the range [{-rank}, {rank}) where {rank} is the number of dimensions in the "
        "input. -1 is the last one."
    )


def bad_axis(op: str, axis: int, rank: int) -> ValueError:
    """An axis that the array does not have."""
    return ValueError(
        f"tf.{op}: axis {axis} is not there, expected one in [{-rank}, {rank - 1}]: the array has {rank} dimensions."
    )


def empty_axis(op: str, axis: int, shape: Any) -> InvalidArgumentError:
    """The index of the largest of no elements."""
    return InvalidArgumentError(
        f"tf.{op}: Reduction axis {axis} is empty in shape {list(shape)}: there is no element whose index could be the "
        "answer. Look before: if x.shape[axis]."
    )


def both_given(old_name: str, new_name: str) -> ValueError:
    """An argument is given by its old name and its new one."""
    return ValueError(f"Cannot specify both '{old_name}' and '{new_name}': they are one argument, write '{new_name}'.")


def argument_missing(op: str, argument: str) -> ValueError:
    """An argument that cannot be left out, although the signature gives it a default."""
    return ValueError(f"tf.{op}: `{argument}` must be provided.")


def needs_rank(op: str, argument: str, shape: Any, rank: int) -> ValueError:
    """An array with too few dimensions."""
    return ValueError(
        f"tf.{op}: {argument} must have at least {rank} dimensions, got shape {list(shape)}. "
        "tf.expand_dims or tf.reshape makes a matrix of a vector."
    )


def wrong_rank_of(op: str, argument: str, shape: Any, rank: int) -> ValueError:
    """An array with the wrong number of dimensions."""
    return ValueError(f"tf.{op}: {argument} must have {rank} dimensions, got shape {list(shape)}.")


def no_bins(count: int) -> ValueError:
    """A histogram without bins."""
    return ValueError(
        f"nbins should be a positive number, but got '{count}': tf.histogram_fixed_width(x, ends, nbins=1)."
    )


def empty_range(low: float, high: float) -> ValueError:
    """A histogram whose last bin ends before the first one begins."""
    return ValueError(
        f"value_range should satisfy value_range[0] < value_range[1], but got '[{low:g}, {high:g}]'. "
        "[tf.reduce_min(x), tf.reduce_max(x)] holds all of x, where it is not all the same."
    )


def glimpse_places(got: Any, images: int) -> ValueError:
    """extract_glimpse with places for other images."""
    return ValueError(
        f"tf.image.extract_glimpse: offsets must have shape [{images}, 2], a row and a column for each image, got "
        f"{list(got)}."
    )


def matmul_shapes(a: Any, b: Any, transpose_a: bool, transpose_b: bool) -> ValueError:
    """Matrices whose inner dimensions differ; `a` and `b` are the shapes as they were given."""
    inner = a[-2 if transpose_a else -1], b[-1 if transpose_b else -2]
    flags = ", transpose_a=True" * transpose_a + ", transpose_b=True" * transpose_b
    left, right = shape_text(a), shape_text(b)
    opening = f"Matrix size-incompatible: In[0]: {left}, In[1]: {right}"
    if len(a) > 2 or len(b) > 2:
        turned = f"{int(transpose_a)} {int(transpose_b)}"
        opening = f"In[0] mismatch In[1] shape: {inner[0]} vs. {inner[1]}: {left} {right} {turned}"
    return ValueError(
        f"{opening}. tf.matmul: Dimensions must be equal, but are {inner[0]} and {inner[1]}: a has shape "
        f"{list(a)}, b has shape {list(b)}{flags}; the columns of a must be as many as the rows "
        "of b. transpose_a=True or transpose_b=True turns one around."
    )


def where_needs_both() -> ValueError:
    """tf.where with one of its branches."""
    return ValueError(
        "x and y must both be non-None or both be None. Give tf.where both to choose between them, none for the "
        "indices where the condition holds."
    )


def where_rows(condition: Any, x: Any, y: Any) -> ValueError:
    """A vector condition of the wrong length."""
    return ValueError(
        f"tf.where: a condition of shape {list(condition)} chooses rows, and x and y of shapes "
        f"{list(x)} and {list(y)} have not {condition[0]} of them. For a choice by element give "
        "the condition their full shape."
    )


def cast_text(found: Any, wanted: Any) -> UnimplementedError:
    """A cast from or to string."""
    return UnimplementedError(
        f"Cast {found.name} to {wanted.name} is not supported: text is no number. tf.string_to_number(text) and "
        "tf.as_string(number) make one of the other."
    )


def cannot_reshape(shape: Any, wanted: Any) -> ValueError:
    """Elements that do not fill a shape."""
    size, known = math.prod(shape), math.prod(length for length in wanted if length != -1)
    open_places = [place for place, length in enumerate(wanted) if length == -1]
    if len(open_places) > 1:
        opening = f"Only one input size may be -1, not both {open_places[0]} and {open_places[1]}"
    else:
        needs = f"requires a multiple of {known}" if open_places and known else f"has {known}"
        opening = f"Input to reshape is a tensor with {size} values, but the requested shape {needs}"
    return ValueError(
        f"{opening}. tf.reshape: Cannot reshape shape {list(shape)} to shape {list(wanted)}. One dimension may be "
        "-1: it becomes what is left."
    )


def bad_permutation(perm: Any, shape: Any) -> ValueError:
    """transpose with something that is no order of the dimensions."""
    return ValueError(
        f"{_missing(perm, len(shape))}tf.transpose: perm {list(perm)} is no order of the {len(shape)} dimensions of "
        f"shape {list(shape)}: expected each of {list(range(len(shape)))} once."
    )


def _missing(perm: Any, rank: int) -> str:
    """Return which dimension is missing, in TensorFlow's words; "" where it counts them otherwise."""
    lost = [k for k in range(rank) if k not in perm]
    return f"{lost[0]} is missing from {{{','.join(map(str, perm))}}}. " if lost and len(perm) == rank else ""


def cannot_squeeze(axis: int, shape: Any) -> ValueError:
    """squeeze of a dimension that is not 1."""
    return ValueError(
        f"tf.squeeze: Can not squeeze dim[{axis}], expected a dimension of 1, got {shape[axis]} in shape {list(shape)}."
    )


def concat_order() -> TypeError:
    """concat with its arguments in the order of TF 0.x."""
    return TypeError("tf.concat takes (values, axis), in this order since TensorFlow 1.0; swap the two.")


def split_order() -> TypeError:
    """tf.split(0, 2, x)."""
    return TypeError(
        "tf.split takes (value, num_or_size_splits, axis), in this order since TensorFlow 1.0: what was "
        "tf.split(axis, num, value) is tf.split(value, num, axis)."
    )


def concat_axis(shape: Any, of_one: bool) -> ValueError:
    """concat along an axis that is no number, or with its arguments in the order of TF 0.x; `of_one`: of one array."""
    opening = f"Shape {shape} must have rank 0. It" if of_one else f"Shape must be rank 0 but is rank {len(shape)}. It"
    return ValueError(
        f"{opening} is that of the axis: tf.concat takes (values, axis), in this order since TensorFlow 1.0."
    )


def split_axis_type(dtype: Any) -> TypeError:
    """split along an axis of another dtype than int32, or with its arguments in the order of TF 0.x."""
    return TypeError(
        f"Input 'split_dim' of 'Split' Op has type {dtype.name} that does not match expected type of int32. tf.split "
        "takes (value, num_or_size_splits, axis), in this order since TensorFlow 1.0."
    )


def split_num(sizes: Any) -> ValueError:
    """split by sizes of which not even the number is known."""
    return ValueError(f"Cannot infer num from shape {sizes}. Say how many pieces there are: num=3.")


def one_hot_type(argument: str, found: Any, wanted: Any) -> TypeError:
    """on_value or off_value of another dtype than the result is to have."""
    return TypeError(f"dtype {found} of {argument} does not match dtype parameter {wanted}. Convert it with tf.cast.")


def one_hot_types(on: Any, off: Any) -> TypeError:
    """on_value and off_value of different dtypes."""
    return TypeError(f"dtype {on} of on_value does not match dtype {off} of off_value. Convert one with tf.cast.")


def concat_shapes(shapes: Sequence[Any], axis: int) -> ValueError:
    """Arrays that cannot be joined along `axis`."""
    listed = ", ".join(str(list(shape)) for shape in shapes)
    first = shapes[0]
    wrong = next(k for k, shape in enumerate(shapes) if not _fits(first, shape, axis))
    what = "Ranks of all input tensors" if len(shapes[wrong]) != len(first) else "Dimensions of inputs"
    opening = f"ConcatOp : {what} should match: shape[0] = {shape_text(first)} vs. shape[{wrong}] = "
    return ValueError(
        f"{opening}{shape_text(shapes[wrong])}. tf.concat: all dimensions but axis {axis} must be equal, got shapes "
        f"{listed}. To join along a new dimension use tf.stack."
    )


def _fits(first: Any, shape: Any, axis: int) -> bool:
    """Return whether two shapes differ at most in one dimension."""
    return len(first) == len(shape) and all(
        k == axis or a == b for k, (a, b) in enumerate(zip(first, shape, strict=True))
    )


def cannot_split(pieces: Any, shape: Any, axis: int) -> ValueError:
    """Pieces that do not make up an axis."""
    return ValueError(
        f"tf.split: can't split axis {axis} of size {shape[axis]} (shape {list(shape)}) into "
        f"pieces {pieces}. A number must divide it evenly; sizes must add up to it, and one may "
        "be -1."
    )


def stack_shapes(shapes: Sequence[Any]) -> ValueError:
    """stack of arrays of different shapes."""
    listed = ", ".join(str(list(shape)) for shape in shapes)
    return ValueError(
        f"tf.stack: Shapes must be equal, but are {listed}. To join along a dimension that is there use tf.concat."
    )


def cannot_unstack(num: int, shape: Any, axis: int) -> ValueError:
    """unstack into another number of arrays than there are."""
    return ValueError(
        f"tf.unstack: num={num}, but dimension {axis} of shape {list(shape)} is {shape[axis]}. Leave num out."
    )


def negative_depth(depth: int) -> ValueError:
    """one_hot with a negative depth."""
    return ValueError(f"tf.one_hot: depth must be non-negative but is {depth}: give the number of classes.")


def no_such_index(op: str, place: Sequence[int], index: int, count: int) -> IndexError:
    """An index outside an array."""
    at = f"indices[{','.join(map(str, place))}]" if place else "indices"
    return IndexError(f"{at} = {index} is not in [0, {count}). tf.{op} has {count} rows to choose from.")


def no_embedding() -> ValueError:
    """embedding_lookup without params."""
    return ValueError("tf.nn.embedding_lookup: Need at least one param, got an empty list.")


def bias_shape(value: Any, bias: Any) -> ValueError:
    """A bias that is no vector as long as the last dimension."""
    return ValueError(
        "tf.nn.bias_add: the bias must be a vector as long as the last of two or more "
        f"dimensions, got value of shape {list(value)} and bias of shape {list(bias)}. tf.add "
        "broadcasts other shapes."
    )


def bad_keep_prob(keep_prob: float) -> ValueError:
    """A probability to keep that is none."""
    return ValueError(
        f"tf.nn.dropout: keep_prob must be in (0, 1], got {keep_prob:g} (rate={1 - keep_prob:g}). "
        "It is the probability to keep an element: 1.0 keeps all."
    )


def keep_prob_no_number(keep_prob: Any) -> ValueError:
    """Several probabilities to keep."""
    return ValueError(
        f"tf.nn.dropout: keep_prob must be a number or a scalar tensor, got {keep_prob!r}. noise_shape drops whole "
        "rows."
    )


def dropout_scales(dtype: Any) -> ValueError:
    """Dropout of what cannot be scaled."""
    return ValueError(
        f"x has to be a floating point tensor since it's going to be scaled. Got {dtype!r} instead. "
        "tf.cast(x, tf.float32) makes it one."
    )


def name_both(function: str) -> ValueError:
    """A cross entropy whose arguments are not named, or not both there."""
    return ValueError(
        f"Only call `{function}` with named arguments (labels=..., logits=..., ...), both of "
        "them: their order changed between TensorFlow's versions, and swapping them gives a "
        "number that looks right."
    )


def labels_shape(labels: Any, logits: Any) -> ValueError:
    """Sparse labels whose shape does not fit the logits."""
    return ValueError(
        "`labels` must have the shape of `logits` without its last dimension: expected "
        f"{list(logits[:-1])}, got labels of shape {list(labels)} and logits of shape "
        f"{list(logits)}. For one-hot labels use tf.nn.softmax_cross_entropy_with_logits."
    )


def labels_unlike_logits(logits: Any, labels: Any) -> ValueError:
    """Labels of a sigmoid's cross entropy in another shape than the logits."""
    return ValueError(
        f"logits and labels must have the same shape ({logits} vs {labels}). There is a label for each logit; "
        "tf.nn.sparse_softmax_cross_entropy_with_logits takes one class a row."
    )


def nothing_between(low: int, high: int) -> InvalidArgumentError:
    """Integers are drawn from an empty range."""
    return InvalidArgumentError(
        f"Need minval < maxval, got {low} >= {high}. Integers are drawn from [minval, maxval): maxval=minval + 1 "
        "draws minval alone."
    )


def no_classes() -> InvalidArgumentError:
    """A class is drawn of none."""
    return InvalidArgumentError(
        "num_classes should be positive, got 0. Logits are [N, classes]: each row needs a class that can be drawn."
    )


def not_drawn(dtype: Any) -> ValueError:
    """A draw of a dtype that is not drawn."""
    return ValueError(
        f"Invalid dtype {dtype!r}: drawn are float16, bfloat16, float32, float64, int32 and int64. tf.cast makes "
        "another dtype of one of these."
    )


def none_in_shape(shape: Any) -> Exception:
    """zeros or ones of a shape that is not known."""
    if shape is None:
        return ValueError("None values not supported. Give the shape of what is to be made.")
    return TypeError(
        f"Expected int32, got None of type 'NoneType' instead. {shape} is the shape of what is to be made: "
        "tf.shape(x)[0] is the size of another array's first dimension."
    )


def one_each(op: str, argument: str, count: int, shape: Any) -> ValueError:
    """An argument that has an entry for each dimension has more or fewer."""
    return ValueError(
        f"tf.{op}: {argument} must have one entry for each of the {len(shape)} dimensions of shape {list(shape)}, got "
        f"{count}."
    )


def pad_mode(mode: Any, modes: Sequence[str]) -> ValueError:
    """A way of padding that there is not."""
    return ValueError(f"Unknown padding mode: {mode}. Expected one of {', '.join(modes)}.")


def slice_outside(begin: Sequence[int], size: Sequence[int], shape: Any) -> InvalidArgumentError:
    """A block that does not lie within the array."""
    return InvalidArgumentError(
        f"Expected a block within shape {list(shape)}, got one that begins at {list(begin)} and has the sizes "
        f"{list(size)}. A size of -1 means all from there on."
    )


def no_such_row(op: str, place: Sequence[int], index: Sequence[int], shape: Any) -> InvalidArgumentError:
    """An index of gather_nd or scatter_nd that is not there."""
    listed = ",".join(map(str, shape))
    return InvalidArgumentError(
        f"indices[{','.join(map(str, place))}] = [{', '.join(map(str, index))}] does not index into "
        f"{'' if 'scatter' in op else 'param '}shape [{listed}]. tf.{op} counts from 0."
    )


def not_in_range(place: Sequence[int], index: int, count: int) -> InvalidArgumentError:
    """A row of a variable that is not there."""
    return InvalidArgumentError(
        f"indices[{','.join(map(str, place))}] = {index} is not in [0, {count}). tf.scatter_* counts rows from 0."
    )


def limit_reached(limit: int) -> OutOfRangeError:
    """count_up_to at its end."""
    return OutOfRangeError(f"Reached limit of {limit}. variable.assign(0) begins again.")


def bad_index(item: Any) -> TypeError:
    """tensor[1.0], and other things that are no index."""
    return TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors are "
        f"valid indices, got {item!r}. tf.gather picks rows by an array."
    )


def mask_scalar() -> ValueError:
    """boolean_mask with a single bool."""
    return ValueError("mask cannot be scalar. It has a bool for each row: tf.expand_dims(mask, 0) makes one of it.")


def mask_rank() -> ValueError:
    """boolean_mask with a tensor of which not even the rank is known."""
    return ValueError(
        "Number of mask dimensions must be specified, even if some dimensions are None. E.g. shape=[None] is ok, but "
        "shape=None is not: mask.set_shape([None]) says it."
    )


def mask_shape(mask: Any, tensor: Any) -> ValueError:
    """boolean_mask with a mask that does not fit."""
    return ValueError(
        f"Shapes {tuple(tensor[: len(mask)])} and {tuple(mask)} are incompatible. tf.boolean_mask takes a bool for "
        f"each row of shape {list(tensor)}."
    )


def tensordot_axes(a: Sequence[int], b: Sequence[int]) -> ValueError:
    """Two lists of dimensions of different lengths."""
    return ValueError(
        f"Different number of contraction axes 'a' and 'b', {len(a)} != {len(b)}. tf.tensordot sums over pairs: axes "
        "has as many dimensions of the one as of the other."
    )


def too_few_for_k(k: int, size: int) -> ValueError:
    """The k largest of fewer than k."""
    return ValueError(f"input must have last dimension >= k = {k} but is {size}. Give a smaller k.")


def no_such_class(label: int, classes: int) -> ValueError:
    """A label outside the classes."""
    return ValueError(
        f"Received a label value of {label} which is outside the valid range of [0, {classes}): "
        f"the logits have {classes} classes."
    )


def place_outside(row: int, place: Sequence[int], shape: Sequence[int]) -> InvalidArgumentError:
    """An element of a sparse tensor lies outside of its shape."""
    where, sizes = (",".join(map(str, numbers)) for numbers in (place, shape))
    return InvalidArgumentError(
        f"indices[{row}] = [{where}] is out of bounds: need 0 <= index < [{sizes}]. The shape is the one that the full "
        "array shall have."
    )


def factor_outside(letter: str, row: int, column: int, found: int, size: int) -> InvalidArgumentError:
    """An element of a sparse factor lies outside of its shape; `letter`: k along the inner dimension, else m."""
    return InvalidArgumentError(
        f"{letter} ({found}) from index[{row},{column}] out of bounds (>={size}). Expected 0 <= index < {size}, as the "
        "dense_shape of the sparse matrix says."
    )


def place_out_of_order(row: int, place: Sequence[int], again: bool) -> InvalidArgumentError:
    """The elements of a sparse tensor are not in the order of rows, or one comes twice."""
    where = ",".join(map(str, place))
    what = "repeated" if again else "out of order"
    return InvalidArgumentError(
        f"indices[{row}] = [{where}] is {what}. Expected each place once, in the order of rows; "
        "validate_indices=False takes them as they are."
    )


def bytes_of_no_number(count: int, dtype: Any) -> InvalidArgumentError:
    """decode_raw of text that is no whole number of elements."""
    return InvalidArgumentError(
        f"Input to DecodeRaw has length {count} that is not a multiple of {dtype.size}, the size of {dtype.name}. "
        "out_type is the dtype that the bytes were written in."
    )


def text_lengths_differ(place: int, count: int, first: int) -> InvalidArgumentError:
    """decode_raw of texts of different lengths."""
    return InvalidArgumentError(
        f"DecodeRaw requires input strings to all be the same size, but element {place} has size {count} != {first}. "
        "Decode them one by one."
    )


def no_buckets(count: int) -> ValueError:
    """Text is to go into no bucket at all."""
    return ValueError(f"Attr 'num_buckets' of 'StringToHashBucket' Op passed {count} less than minimum 1.")


def nothing_to_add() -> ValueError:
    """add_n of an empty list."""
    return ValueError(
        "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape, got an empty one. "
        "tf.zeros is the sum of nothing."
    )


def add_n_shapes(shapes: Sequence[Any]) -> ValueError:
    """add_n of arrays of different shapes."""
    listed = ", ".join(str(list(shape)) for shape in shapes)
    return ValueError(f"tf.add_n: Shapes must be equal, but are {listed}. tf.add broadcasts.")


def needs_moments() -> ValueError:
    """fused_batch_norm that is to use moments that it is not given."""
    return ValueError(
        "Both 'mean' and 'variance' must be given when is_training is False: write is_training=True, or both."
    )


def sort_direction(direction: Any) -> ValueError:
    """A direction of sorting that is none."""
    return ValueError(f"{direction} should be one of ASCENDING, DESCENDING, the argument direction of tf.sort.")


def slice_length() -> ValueError:
    """strided_slice of which no argument has a known length."""
    return ValueError(
        "tf.strided_slice: begin, end or strides must have a known length, one entry for each dimension: "
        "begin.set_shape([2]) says it, or x[a:b, c:d] says it all."
    )


def not_sparse(argument: str, value: Any) -> TypeError:
    """An argument that has to be a SparseTensor."""
    return TypeError(
        f"{argument} must be a SparseTensor. Got {type(value).__name__}: tf.SparseTensor(indices, values, dense_shape) "
        "makes one."
    )


def bad_combiner(combiner: Any) -> ValueError:
    """embedding_lookup_sparse is asked for another way to combine."""
    return ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner!r}.")


def range_too_small(wanted: int, classes: int) -> InvalidArgumentError:
    """More different classes are to be drawn than there are."""
    return InvalidArgumentError(
        f"Sampler's range is too small: {wanted} different classes are to be drawn of {classes}. unique=False draws "
        "one several times."
    )


def one_source_of_unigrams(both: bool) -> InvalidArgumentError:
    """Neither or both of a file and numbers."""
    what = "Must only provide one of" if both else "Must provide either"
    how = " and " if both else " or "
    return InvalidArgumentError(f"{what} vocab_file{how}unigrams: the frequencies of the classes, read or given.")


def unigrams_differ(found: int, expected: int) -> InvalidArgumentError:
    """Other numbers of frequencies than of classes."""
    return InvalidArgumentError(
        f"There are {found} frequencies for range_max={expected} classes, reserved ones and other shards considered. "
        "Give one for each class."
    )
