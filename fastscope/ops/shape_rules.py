"""Static shapes: what is known of a result's shape from what is known of the arguments' shapes.

A shape is here a plain tuple of ints, with None for each dimension that is not known, or None if not even its rank
is. (Plain tuples because a graph asks for thousands of them: `TensorShape` is made where a program looks at one.)
A rule takes the shapes of the arrays, then by keyword what decides besides: axes, sizes, other shapes. Of these, too,
what is not known while a graph is built is None: a whole vector, or single elements of it.

    >>> broadcast((2, 1, 3), (None, 3))
    (2, None, 3)
    >>> reshape((None, 3, 4), shape=(-1, 12))
    (None, 12)

A rule that finds the shapes cannot fit raises ValueError with the bare reason (`errors.shapes`); the caller adds
which operation it was. The rules know of no less and no more than TensorFlow's: a program may print a shape, and
decide by it.

Source: tensorflow/core/framework/common_shape_fns.cc, tensorflow/core/framework/shape_inference.cc and
tensorflow/core/ops/array_ops.cc (REGISTER_OP ... SetShapeFn) of TF 1.15, by their recorded answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from ..arrays.shapes import merged
from ..errors import shapes as errors

__all__ = [
    "Shape",
    "Size",
    "argmax",
    "as_sizes",
    "at_least",
    "batch_matmul",
    "bias_add",
    "broadcast",
    "common",
    "concat",
    "expand_dims",
    "gather",
    "gather_nd",
    "in_top_k",
    "matmul",
    "merged",
    "minus",
    "one_hot",
    "pad",
    "plus",
    "reduce",
    "reshape",
    "same",
    "same_size",
    "scatter_nd",
    "select",
    "sigmoid_xent",
    "slice_",
    "softmax_xent",
    "sparse_softmax_xent",
    "split",
    "split_sizes",
    "squeeze",
    "stack",
    "strided_slice",
    "tile",
    "times",
    "top_k",
    "transpose",
    "unknown",
    "unstack",
    "where",
    "with_rank",
]

Size: TypeAlias = int | None
Shape: TypeAlias = tuple[Size, ...] | None


# ---- sizes and shapes, for the rules here and in `window_rules`


def plus(a: Size, b: Size) -> Size:
    """Return the sum."""
    return None if a is None or b is None else a + b


def minus(whole: Size, part: Size) -> Size:
    """Return what is left; nothing taken off what is not known leaves it so."""
    if whole is None or part is None:
        return None
    if part > whole:
        raise errors.negative_size(whole, part)
    return whole - part


def times(a: Size, b: Size) -> Size:
    """Return the product; that with 0 is known."""
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else a * b


def same_size(a: Size, b: Size) -> Size:
    """Return the one that is known of two that must be equal."""
    if a is None or a == b:
        return b
    if b is None:
        return a
    raise errors.dimensions_differ(a, b)


def unknown(rank: int) -> tuple[Size, ...]:
    """Return a shape of which only the rank is known."""
    return (None,) * rank


def with_rank(shape: Shape, rank: int) -> tuple[Size, ...]:
    """Return the shape, which must have `rank` dimensions."""
    if shape is None:
        return (None,) * rank
    if len(shape) != rank:
        raise errors.must_have_rank(rank, len(shape))
    return shape


def at_least(shape: Shape, rank: int) -> Shape:
    """Return the shape, which must have at least `rank` dimensions."""
    if shape is not None and len(shape) < rank:
        raise errors.must_have_rank(rank, len(shape), "at least ")
    return shape


def _put(shape: tuple[Size, ...], axis: int, *sizes: Size) -> tuple[Size, ...]:
    """Return the shape with `sizes` in place of its dimension `axis`, which is not negative."""
    return (*shape[:axis], *sizes, *shape[axis + 1 :])


def same(*shapes: Shape) -> Shape:
    """Functions of any number of arrays that must have one shape."""
    *others, shape = shapes
    for place in range(len(others) - 1, -1, -1):
        try:
            shape = merged(others[place], shape)
        except ValueError as reason:
            raise errors.merging(place, reason) from None
    return shape


def broadcast(a: Shape, b: Shape) -> Shape:
    """Elementwise functions of two arrays."""
    if a == b:
        return a
    if a is None or b is None:
        return None
    if len(a) < len(b):
        left = (1,) * (len(b) - len(a)) + a
        return tuple([n if m == 1 or m == n else _broadcast_size(m, n) for m, n in zip(left, b, strict=True)])
    right = (1,) * (len(a) - len(b)) + b
    return tuple([m if n == 1 or m == n else _broadcast_size(m, n) for m, n in zip(a, right, strict=True)])


def _broadcast_size(m: Size, n: Size) -> Size:
    if m == 1:
        return n
    if n == 1:
        return m
    if m is None:
        return n or None  # a size over 1 is taken for the result's; beside 0 there may be 0 or 1
    if n is None:
        return m or None
    raise errors.dimensions_differ(m, n)


# ---- products


def matmul(a: Shape, b: Shape, *, transpose_a: bool = False, transpose_b: bool = False) -> Shape:
    """Products of two matrices."""
    rows, inner = with_rank(a, 2)
    inner_b, columns = with_rank(b, 2)
    if transpose_a:
        rows, inner = inner, rows
    if transpose_b:
        inner_b, columns = columns, inner_b
    same_size(inner, inner_b)
    return rows, columns


def batch_matmul(a: Shape, b: Shape, *, transpose_a: bool = False, transpose_b: bool = False) -> Shape:
    """Products of matrices in the last two dimensions, those before broadcast."""
    if at_least(a, 2) is None or at_least(b, 2) is None:
        return None
    assert a is not None
    assert b is not None
    product = matmul(a[-2:], b[-2:], transpose_a=transpose_a, transpose_b=transpose_b)
    batch = broadcast(a[:-2], b[:-2])
    assert product is not None
    assert batch is not None
    return batch + product


# ---- other shapes for the same elements


def reshape(x: Shape, *, shape: Shape) -> Shape:
    """The same elements in another shape, of which -1 and None are dimensions to be found.

    One of them is found if all of `x` is known, or all but one dimension that it must then be.
    """
    if shape is None:
        return None
    target = as_sizes(shape)
    if x is None:
        return target
    (count, open_count), (wanted, open_wanted) = _elements(x), _elements(target)
    if open_count == open_wanted == 0 and count != wanted:
        raise errors.elements_differ(count, target, wanted)
    if (open_count, open_wanted) == (0, 1):
        return _put(target, target.index(None), _divided(count, wanted))
    if (open_count, open_wanted) == (1, 0):
        _divided(wanted, count)
    return target


def _elements(shape: tuple[Size, ...]) -> tuple[int, int]:
    """Return the product of the known sizes, and how many are not known; none is missing to the product 0."""
    known = [size for size in shape if size is not None]
    count = math.prod(known)
    return count, len(shape) - len(known) if count else 0


def as_sizes(values: Sequence[int | None]) -> tuple[Size, ...]:
    """Return the sizes that a vector gives, of which -1 means one that is not known."""
    for value in values:
        if value is not None and value < -1:
            raise errors.bad_shape_value(value)
    return tuple([None if value == -1 else value for value in values])


def _divided(size: int, divisor: int) -> int:
    if size % divisor:
        raise errors.not_divisible(size, divisor)
    return size // divisor


def expand_dims(x: Shape, *, axis: int | None) -> Shape:
    """A dimension of 1 put in at `axis`."""
    if x is None or axis is None:
        return None
    rank = len(x)
    if not -rank - 1 <= axis <= rank:
        raise errors.expand_axis(axis, rank)
    place = axis if axis >= 0 else axis + rank + 1
    return (*x[:place], 1, *x[place:])


def squeeze(x: Shape, *, axes: Sequence[int] = ()) -> Shape:
    """Without the dimensions `axes`, which must be 1; with no axes without all that are 1."""
    if x is None:
        return None
    if not axes:
        return None if None in x else tuple([size for size in x if size != 1])
    rank = len(x)
    for place, axis in enumerate(axes):
        if not -rank <= axis < rank:
            raise errors.squeeze_axis(place, rank)
    gone = {axis % rank for axis in axes}
    for axis in sorted(gone):
        size = x[axis]
        if size is not None and size != 1:
            raise errors.squeeze_size(axis, size)
    return tuple([size for axis, size in enumerate(x) if axis not in gone])


def transpose(x: Shape, *, perm: Sequence[int] | Literal["reversed"] | None = "reversed") -> Shape:
    """The dimensions in the order of `perm`."""
    if perm == "reversed":
        return None if x is None else x[::-1]
    if perm is None:
        return None if x is None else unknown(len(x))
    rank = len(perm) if x is None else len(x)
    if x is None and rank < 2:
        return None  # a scalar is transposed by [0], too
    if len(perm) != rank:
        raise errors.dimension_must_be(rank, len(perm))
    x = with_rank(x, rank)
    for axis in perm:
        if not -rank <= axis < rank:
            raise errors.perm_outside(axis, rank)
    return tuple([x[axis] for axis in perm])


# ---- joining and cutting


def concat(*shapes: Shape, axis: int | None) -> Shape:
    """Arrays joined along `axis`."""
    rank = next((len(shape) for shape in shapes if shape is not None), None)
    if rank is None:
        return None
    if rank == 0:
        raise errors.concat_scalars()
    full = [with_rank(shape, rank) for shape in shapes]
    if axis is None:
        return unknown(rank)
    if not -rank <= axis < rank:
        raise errors.must_have_rank(-axis if axis < 0 else axis + 1, rank, "at least ")
    place = axis % rank
    *others, last = full
    before: Shape = last[:place]
    after: Shape = last[place + 1 :]
    for shape in reversed(others):
        before = merged(shape[:place], before)
        after = merged(shape[place + 1 :], after)
    assert before is not None
    assert after is not None
    sizes = [shape[place] for shape in full]
    return (*before, None if None in sizes else sum(size for size in sizes if size is not None), *after)


def stack(*shapes: Shape, axis: int = 0) -> Shape:
    """Arrays of one shape joined along a new dimension at `axis`."""
    first = shapes[0]
    if first is not None and not -len(first) - 1 <= axis <= len(first):
        raise errors.axis_outside(axis, len(first) + 1)
    shape = same(*shapes)
    if shape is None:
        return None
    rank = len(shape) + 1
    if not -rank <= axis < rank:
        raise errors.invalid_axis(axis, rank)
    place = axis % rank
    return (*shape[:place], len(shapes), *shape[place:])


def unstack(x: Shape, *, num: int | None = None, axis: int = 0) -> list[Shape]:
    """The arrays along `axis`: `num` of them, where the shape does not tell."""
    if x is None:
        if num is None:
            raise errors.cannot_infer_num(x)
        return [None] * num
    rank = len(x)
    if not -rank <= axis < rank:
        raise errors.axis_outside(axis, rank) if num is None else errors.invalid_axis(axis, rank)
    place = axis % rank
    size = x[place]
    num = size if num is None else num
    if num is None:
        raise errors.cannot_infer_num(x)
    if size is not None and size != num:
        raise errors.dimension_must_be(num, size)
    return [_put(x, place)] * num


def split(x: Shape, *, num: int, axis: int | None = 0) -> list[Shape]:
    """`num` equal pieces along `axis`."""
    if x is None:
        return [None] * num
    if axis is None:
        return [unknown(len(x))] * num
    place = _split_axis(axis, len(x))
    size = x[place]
    if size is not None and size % num:
        ways = "\n\tNumber of ways to split should evenly divide the split dimension"
        raise errors.not_divisible(size, num, ways)
    return [_put(x, place, size if size is None else size // num)] * num


def split_sizes(x: Shape, *, sizes: Sequence[int | None], axis: int | None = 0) -> list[Shape]:
    """Pieces of the listed sizes along `axis`; one may be -1: what is left. One that is None hides them all."""
    num = len(sizes)
    if x is None:
        return [None] * num
    if not x:
        raise errors.split_scalar()
    if axis is None:
        return [unknown(len(x))] * num
    place = _split_axis(axis, len(x))
    pieces = [piece for piece in sizes if piece is not None]
    if len(pieces) < num:
        return [_put(x, place, None)] * num
    if pieces.count(-1) > 1:
        raise errors.two_open_sizes()
    whole = x[place]
    rest = None if whole is None else whole - sum(piece for piece in pieces if piece != -1)
    if rest is not None and (rest < 0 if -1 in pieces else rest != 0):
        assert whole is not None
        raise errors.sizes_do_not_fill(whole, pieces)
    return [_put(x, place, rest if piece == -1 else piece) for piece in pieces]


def _split_axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise errors.split_axis_outside(axis, rank)
    return axis % rank


def tile(x: Shape, *, multiples: Sequence[int | None] | None) -> Shape:
    """The array as often along each dimension as `multiples` says."""
    if multiples is None:
        if x is None:
            return None
        multiples = (None,) * len(x)
    if x is not None and len(multiples) != len(x):
        raise errors.must_have_rank(len(x), len(multiples))
    x = with_rank(x, len(multiples))
    multiples = as_sizes(multiples)
    return tuple([times(size, count) for size, count in zip(x, multiples, strict=True)])


def pad(x: Shape, *, paddings: Sequence[Sequence[int | None]] | None) -> Shape:
    """More before and after along each dimension: `paddings` has a pair for each."""
    if paddings is None:
        return None if x is None else unknown(len(x))
    x = with_rank(x, len(paddings))
    for pair in paddings:
        if len(pair) != 2:
            raise errors.dimension_must_be(2, len(pair))
        if any(size is not None and size < 0 for size in pair):
            raise errors.negative_paddings()
    return tuple([plus(size, plus(*pair)) for size, pair in zip(x, paddings, strict=True)])


# ---- choosing


def slice_(x: Shape, *, begin: Sequence[int | None] | None, size: Sequence[int | None] | None) -> Shape:
    """A block that begins at `begin` and has the sizes `size`, of which -1 means all from there on."""
    given = begin if size is None else size
    if given is None:
        return None if x is None else unknown(len(x))
    if begin is not None and len(begin) != len(given):
        raise errors.dimension_differs(0, (len(begin),), (len(given),))
    x = with_rank(x, len(given))
    if size is None:
        return unknown(len(given))
    sizes = as_sizes(size)
    if begin is None or None in size:
        return sizes
    starts = as_sizes(begin)
    return tuple([minus(whole, start) if n is None else n for whole, start, n in zip(x, starts, sizes, strict=True)])


def strided_slice(x: Shape, *, index: tuple[Any, ...]) -> Shape:
    """What `array[index]` has: ints, slices, None for a new dimension, one Ellipsis.

    An index or a bound that is none of these (a scalar tensor) is one whose value is not known. As in TensorFlow one
    of them hides the sizes of all other ranges except those of whole dimensions; a step hides everything.
    """
    if x is None:
        return None
    items = _full_index(index, len(x))
    if any(isinstance(item, slice) and not _is_number(item.step) for item in items):
        return None
    known = all(_is_known(item) for item in items)
    result: list[Size] = []
    axis = 0
    for place, item in enumerate(items):
        if item is None:
            result.append(1)
            continue
        size = x[axis]
        if isinstance(item, slice):
            if item.step == 0:
                raise errors.zero_stride(place)
            whole = item.start is None and item.stop is None
            counted = size is not None and (known or whole)
            result.append(len(range(*item.indices(size))) if counted and size is not None else None)
        elif known and size is not None and not -size <= item < size:
            raise errors.index_outside(item if item >= 0 else item + size, axis)
        axis += 1
    return tuple(result)


def _is_known(item: Any) -> bool:
    if isinstance(item, slice):
        return _is_number(item.start) and _is_number(item.stop)
    return _is_number(item)


def _is_number(bound: Any) -> bool:
    return bound is None or isinstance(bound, int)


def _full_index(index: tuple[Any, ...], rank: int) -> list[Any]:
    """Return the index with a whole slice for each dimension that an Ellipsis, or the end, stands for."""
    ellipses = [place for place, item in enumerate(index) if item is Ellipsis]
    if len(ellipses) > 1:
        raise errors.two_ellipses()
    place = ellipses[0] if ellipses else len(index)
    before, after = list(index[:place]), list(index[place + 1 :])
    missing = rank - sum(item is not None for item in before + after)
    if missing < 0:
        raise errors.too_many_indices(rank)
    return [*before, *[slice(None)] * missing, *after]


def gather(params: Shape, indices: Shape, *, axis: int | None = 0) -> Shape:
    """Rows of `params` along `axis`, in the shape of `indices`."""
    if at_least(params, 1) is None:
        return None
    assert params is not None
    rank = len(params)
    if axis is not None and not -rank <= axis < rank:
        raise errors.must_have_rank(-axis if axis < 0 else axis + 1, rank, "at least ")
    if indices is None:
        return None
    if axis is None:
        return unknown(rank - 1 + len(indices))
    return _put(params, axis % rank, *indices)


def gather_nd(params: Shape, indices: Shape) -> Shape:
    """Parts of `params`, by the indices that lie along the last dimension of `indices`."""
    if params is None or at_least(indices, 1) is None:
        return None
    assert indices is not None
    depth = indices[-1]
    if depth is None:
        return None
    if depth > len(params):
        raise errors.index_depth(indices, params)
    return indices[:-1] + params[depth:]


def scatter_nd(indices: Shape, updates: Shape, whole: Shape) -> None:
    """Check that there is an update for each vector of indices, of the shape of what it names in the whole."""
    if indices is None or updates is None or not indices:
        return
    outer = len(indices) - 1
    try:
        merged(indices[:-1], updates[:outer])
    except ValueError as reason:
        raise errors.outer_sizes(outer, indices, updates, str(reason)) from None
    if indices[-1] is not None and whole is not None:
        depth = min(indices[-1], len(whole))
        try:
            merged(whole[depth:], updates[outer:])
        except ValueError as reason:
            raise errors.inner_sizes(len(whole) - depth, len(updates) - outer, whole, updates, str(reason)) from None


def one_hot(indices: Shape, *, depth: int | None, axis: int = -1) -> Shape:
    """A new dimension of `depth` at `axis`."""
    if axis < -1:
        raise errors.one_hot_axis()
    if depth is not None and depth < 0:
        raise errors.negative_scalar(1, depth)
    if indices is None:
        return None
    place = axis % (len(indices) + 1)
    return (*indices[:place], depth, *indices[place:])


def select(condition: Shape, x: Shape, y: Shape) -> Shape:
    """`where` with two arrays: by element, by row if the condition is a vector, or as a whole if it is a scalar."""
    data = merged(x, y)
    if condition is None or data is None or not condition:
        return data
    if len(condition) == 1 and data:
        merged(condition, data[:1])
        return data
    return merged(data, condition)


def where(condition: Shape) -> Shape:
    """The indices at which a condition holds."""
    return None, None if condition is None else len(condition)


# ---- losses


def softmax_xent(labels: Shape, logits: Shape) -> Shape:
    """Losses of rows of logits with a distribution over the classes for each: as many as there are rows of logits."""
    a, b = _rows(logits), _rows(labels)
    try:
        matrix = merged(a, b)
    except ValueError:
        matrix = broadcast(a, b)
    if logits is None or matrix is None:
        return None
    target = logits[:-1]
    return merged(target, reshape(matrix[:1], shape=unknown(len(target)) if None in logits else target))


def _rows(x: Shape) -> tuple[Size, Size]:
    """Return the shape as a matrix, of which TensorFlow knows nothing unless it knows the number of rows."""
    sizes = [] if x is None else [size for size in x[:-1] if size is not None]
    return (None, None) if x is None or len(sizes) < len(x) - 1 else (math.prod(sizes), x[-1])


def sparse_softmax_xent(labels: Shape, logits: Shape) -> Shape:
    """Losses of rows of logits with the number of a class for each."""
    if logits == ():
        raise errors.logits_are_scalars()
    if labels is not None and logits is not None:
        if len(labels) != len(logits) - 1:
            raise errors.labels_rank(len(labels), len(logits))
        if None not in labels and None not in logits[:-1] and labels != logits[:-1]:
            raise errors.labels_shape(labels, logits)
    if logits is not None and len(logits) == 2:
        return merged(labels, logits[:1])
    if labels is None or logits is None or None in logits:
        return labels
    rows, count = reshape(logits, shape=(-1, logits[-1])), reshape(labels, shape=(-1,))
    assert rows is not None
    assert count is not None
    return reshape((same_size(rows[0], count[0]),), shape=labels)


def sigmoid_xent(labels: Shape, logits: Shape) -> Shape:
    """Losses of logits with a probability for each."""
    try:
        merged(logits, labels)
    except ValueError:
        raise errors.logits_and_labels(logits, labels) from None
    return broadcast(logits, labels)


def bias_add(value: Shape, bias: Shape, *, data_format: str = "NHWC") -> Shape:
    """A vector added along the channels."""
    at_least(value, 2)
    (count,) = with_rank(bias, 1)
    if value is None:
        return None
    axis = 1 if data_format.startswith("NC") else len(value) - 1
    return _put(value, axis, same_size(value[axis], count))


def top_k(x: Shape, *, k: int | None) -> tuple[Shape, Shape]:
    """The `k` largest in the last dimension, and their places."""
    if at_least(x, 1) is None:
        return None, None
    assert x is not None
    if k is not None and k < 0:
        raise errors.negative_scalar(1, k)
    if k is not None and x[-1] is not None and x[-1] < k:
        raise errors.too_few_for_top_k(k, x[-1])
    return (*x[:-1], k), (*x[:-1], k)


def in_top_k(predictions: Shape, targets: Shape) -> Shape:
    """Whether each target is among the largest predictions."""
    rows, _ = with_rank(predictions, 2)
    (count,) = with_rank(targets, 1)
    return (same_size(rows, count),)


# ---- branches


def common(a: Shape, b: Shape) -> Shape:
    """What is known of an array that has one shape or the other."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple([m if m == n else None for m, n in zip(a, b, strict=True)])


# ---- reductions


def reduce(x: Shape, *, axes: Sequence[int] | Literal["all"] | None = "all", keepdims: bool = False) -> Shape:
    """Sums and the like over `axes`."""
    if axes == "all" and not keepdims:
        return ()
    if x is None:
        return None
    rank = len(x)
    if axes is None:
        return unknown(rank) if keepdims else None
    if axes == "all":
        return (1,) * rank
    for axis in axes:
        if not -rank <= axis < rank:
            raise errors.reduction_axis(axis, rank)
    gone = {axis % rank for axis in axes}
    if keepdims:
        return tuple([1 if axis in gone else size for axis, size in enumerate(x)])
    return tuple([size for axis, size in enumerate(x) if axis not in gone])


def argmax(x: Shape, *, axis: int | None = 0) -> Shape:
    """The place of the largest along `axis`."""
    if x is None:
        return None
    rank = len(x)
    if rank <= 1:
        return ()
    if axis is None:
        return unknown(rank - 1)
    if not -rank <= axis < rank:
        raise errors.arg_axis(axis, rank)
    return _put(x, axis % rank)
