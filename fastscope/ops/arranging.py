"""Functions that repeat, pad, turn round and cut arrays, and matrices with a diagonal.

Source: tensorflow/core/ops/array_ops.cc, tensorflow/python/ops/array_ops.py (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy, unwrap
from ..arrays.dtypes import as_dtype
from ..arrays.dtypes import bool as bool_
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Recorder
from ..graph.conversion import holds_tensor
from . import shape_rules as rules
from .creation import cast, convert_to_tensor, ones_like
from .creation import range as range_
from .function import definition_of, op
from .math import less, multiply
from .operands import checked_axis, either, operand, operands, snapshot
from .reductions import reduce_max
from .scoped import inner, within
from .shaping import expand_dims, reshape

__all__ = [
    "broadcast_to",
    "diag",
    "diag_part",
    "linspace",
    "matrix_band_part",
    "matrix_diag",
    "matrix_diag_part",
    "matrix_set_diag",
    "matrix_transpose",
    "meshgrid",
    "pad",
    "reverse",
    "reverse_sequence",
    "sequence_mask",
    "slice",
    "tile",
]


def _ints(values: Any) -> list[int]:
    return [int(value) for value in np.ravel(unwrap(values))]


# ---- what a graph must know of them


def _tiled(x: Any, *, multiples: Any) -> Any:
    if isinstance(multiples, int):
        raise shape_errors.must_have_rank(1, 0)
    return rules.tile(x, multiples=multiples)


def _padded(x: Any, *, paddings: Any) -> Any:
    if isinstance(paddings, np.ndarray):
        paddings = paddings.tolist()
    if paddings is not None and len(paddings) and not isinstance(paddings[0], (list, tuple)):
        if None in paddings:  # the pairs are not known
            return None if x is None else rules.unknown(len(x))
        raise shape_errors.must_have_rank(2, 1)
    if paddings is not None and x == () and not len(paddings):
        return ()
    return rules.pad(x, paddings=paddings)


def _cut(x: Any, *, begin: Any, size: Any) -> Any:
    return rules.slice_(x, begin=begin, size=size)


def _same(x: Any) -> Any:
    return x


def _in_sequences(x: Any, lengths: Any, *, seq_axis: Any, batch_axis: Any) -> Any:
    rules.with_rank(lengths, 1)
    if x is not None:
        for word, axis in (("batch", batch_axis), ("seq", seq_axis)):
            if axis >= len(x):
                raise shape_errors.sequence_axis(word, axis, len(x))
        if lengths is not None:
            rules.same_size(x[batch_axis], lengths[0])
    return x


def _spread(x: Any, *, shape: Any) -> Any:
    return None if shape is None else tuple(shape)


def _diagonal(x: Any) -> Any:
    return None if rules.at_least(x, 1) is None else x + x


def _of_diagonal(x: Any) -> Any:
    if x is None:
        return None
    if not x or len(x) % 2:
        raise shape_errors.must_have_even_rank(len(x))
    half = len(x) // 2
    return tuple(rules.same_size(m, n) for m, n in zip(x[:half], x[half:], strict=True))


def _matrices(x: Any) -> Any:
    return None if rules.at_least(x, 1) is None else (*x, x[-1])


def _with_diagonal(x: Any, diagonal: Any) -> Any:
    if rules.at_least(diagonal, 1) is None or rules.at_least(x, 2) is None:
        return x
    rules.same_size(_of_matrices(x)[-1], diagonal[-1])
    return (*(rules.merged(x[:-2], diagonal[:-1]) or ()), *x[-2:])


def _of_matrices(x: Any) -> Any:
    if rules.at_least(x, 2) is None:
        return None
    a, b = x[-2:]
    return (*x[:-2], None if a is None or b is None else min(a, b))


def _exchanged(x: Any) -> Any:
    if x is not None and len(x) < 2:
        raise errors.not_a_matrix(x)
    return None if x is None else (*x[:-2], x[-1], x[-2])


def _so_many(start: Any, stop: Any, *, num: Any) -> Any:
    if isinstance(num, (int, np.integer)) and num <= 0:
        raise errors.no_samples(int(num))
    return (num,)


# ---- repeating, padding, cutting


@op("Tile", "input", shape=_tiled)
def tile(input: Any, multiples: Any, name: str | None = None) -> Array:
    """Return the array as often along each dimension as `multiples` says.

    Raises:
        ValueError: there is not a number for each dimension.
    """
    array, times = operand(input), _ints(multiples)
    if len(times) != array.ndim:
        raise errors.one_each("tile", "multiples", len(times), array.shape)
    return array_module(array).tile(array, times)


_MODES = {"CONSTANT": "constant", "REFLECT": "reflect", "SYMMETRIC": "symmetric"}


def _pad_type(values: dict[str, Any]) -> dict[str, Any]:
    if str(values["mode"]).upper() not in _MODES:
        raise errors.pad_mode(values["mode"], list(_MODES))
    return values


def _pad_kind(values: dict[str, Any]) -> str:
    if str(values["mode"]).upper() != "CONSTANT":
        return "MirrorPad"
    filling = values["constant_values"]
    return "Pad" if not holds_tensor(filling) and np.ndim(filling) == 0 and filling == 0 else "PadV2"


def _record_pad(recorder: Recorder, *args: Any, **kwargs: Any) -> Any:
    definition = definition_of(pad)
    values = definition.bind(args, kwargs)
    name = values.pop("name") or _pad_kind(values)
    return definition.write(recorder, values, name)


@op("Pad", "tensor", kind=_pad_kind, shape=_padded, normalize=_pad_type, record=_record_pad)
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0) -> Array:
    """Return the array with more before and after along each dimension: `paddings` has a pair for each.

    Args:
        mode: "CONSTANT" puts `constant_values` there, "REFLECT" the elements mirrored, "SYMMETRIC" likewise with the
            border itself.

    Raises:
        ValueError: there is not a pair for each dimension, or no such mode.
    """
    array, pairs = operand(tensor), np.asarray(unwrap(paddings)).tolist()
    how = _MODES.get(str(mode).upper())
    if how is None:
        raise errors.pad_mode(mode, list(_MODES))
    if len(pairs) != array.ndim:
        raise errors.one_each("pad", "paddings", len(pairs), array.shape)
    if not pairs:
        return array.copy()
    _check_pairs(pairs, array.shape, how)
    options = {"constant_values": unwrap(constant_values)} if how == "constant" else {}
    return array_module(array).pad(array, pairs, how, **options)


def _check_pairs(pairs: Any, shape: Any, how: str) -> None:
    offset = how == "reflect"
    for pair, size in zip(pairs, shape, strict=True):
        if min(pair) < 0:
            raise errors.negative_paddings(pair)
        if how != "constant" and max(pair) > size - offset:
            raise errors.mirror_too_wide(pair, size, offset)


@op("Slice", "input_", shape=_cut)
def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Array:
    """Return the block that begins at `begin` and has the sizes `size`, of which -1 means all from there on.

    Raises:
        ValueError: it does not lie within the array.
    """
    array, starts, sizes = snapshot(input_), _ints(begin), _ints(size)
    if not len(starts) == len(sizes) == array.ndim:
        raise errors.one_each("slice", "begin and size", len(starts), array.shape)
    ends = [whole if n == -1 else start + n for start, n, whole in zip(starts, sizes, array.shape, strict=True)]
    for start, end, whole in zip(starts, ends, array.shape, strict=True):
        if not 0 <= start <= end <= whole:
            raise errors.slice_outside(starts, sizes, array.shape)
    return array[tuple(np.s_[start:end] for start, end in zip(starts, ends, strict=True))]


@op("BroadcastTo", "input", shape=_spread)
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Array:
    """Return the array repeated to `shape`."""
    array = snapshot(input)
    return array_module(array).broadcast_to(array, tuple(_ints(shape)))


def _reversed(x: Any, *, axis: Any) -> Any:
    if x is not None and axis is not None:
        _reverse_axes([k for k in np.ravel(np.asarray(axis, object)) if k is not None], len(x))
    return x


def _reverse_axes(axes: Any, rank: int) -> tuple[int, ...]:
    for place, axis in enumerate(axes):
        if not -rank <= axis < rank:
            raise errors.no_axis_to_reverse(place, axis, rank)
    return tuple(axes)


@op("ReverseV2", "tensor", shape=_reversed)
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Array:
    """Return the array with the elements along each `axis` in the opposite order."""
    array = snapshot(tensor)
    return array_module(array).flip(array, _reverse_axes(_ints(axis), array.ndim))


def _first_axes(values: dict[str, Any]) -> dict[str, Any]:
    seq = either("seq_axis", values["seq_axis"], "seq_dim", values["seq_dim"])
    batch = either("batch_axis", values["batch_axis"], "batch_dim", values["batch_dim"])
    return values | {"seq_axis": seq, "batch_axis": batch or 0, "seq_dim": None, "batch_dim": None}


@op("ReverseSequence", "input | seq_lengths", shape=_in_sequences, normalize=_first_axes)
def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Array:
    """Return the array with the first `seq_lengths[n]` elements of row n along `seq_axis` in the opposite order."""
    array, lengths = operand(input), operand(seq_lengths)
    seq = checked_axis("reverse_sequence", either("seq_axis", seq_axis, "seq_dim", seq_dim), array.ndim)
    batch = checked_axis("reverse_sequence", either("batch_axis", batch_axis, "batch_dim", batch_dim) or 0, array.ndim)
    xp = array_module(array)
    lengths = to_numpy(lengths) if xp is np else xp.asarray(lengths)
    if lengths.size != array.shape[batch]:
        raise errors.lengths_count(lengths.size, batch, array.shape[batch])
    if xp is np and lengths.size and lengths.max() > array.shape[seq]:
        raise errors.sequence_too_long(int(lengths.argmax()), seq)
    if xp is np and lengths.size and lengths.min() < 0:
        raise errors.negative_length(int(lengths.argmin()))
    moved = xp.moveaxis(array, (batch, seq), (0, 1))
    steps = xp.arange(moved.shape[1])[None, :]
    counts = lengths[:, None]
    places = xp.where(steps < counts, counts - 1 - steps, steps)
    turned = moved[xp.arange(moved.shape[0])[:, None], places]
    return xp.moveaxis(turned, (0, 1), (batch, seq))


# ---- diagonals


@op("Diag", "diagonal", shape=_diagonal)
def diag(diagonal: Any, name: str | None = None) -> Array:
    """Return an array of twice the rank, zeros but for its diagonal."""
    x = operand(diagonal)
    flat = array_module(x).diag(x.ravel())
    return flat.reshape(x.shape + x.shape)


@op("DiagPart", "input", shape=_of_diagonal)
def diag_part(input: Any, name: str | None = None) -> Array:
    """Return the diagonal of an array whose shape is one shape twice."""
    x = operand(input)
    shape = _of_diagonal(x.shape)
    size = math.prod(shape)
    return x.reshape(size, size).diagonal().reshape(shape).copy()


@op("MatrixDiag", "diagonal", name="diag", shape=_matrices)
def matrix_diag(diagonal: Any, name: str | None = None) -> Array:
    """Return matrices that are zero but for their diagonals, the last dimension of `diagonal`."""
    x = operand(diagonal)
    if not x.ndim:
        raise errors.too_few_dimensions("matrix_diag", "diagonal", 1, x.shape)
    return x[..., None] * array_module(x).eye(x.shape[-1], dtype=x.dtype)


@op("MatrixDiagPart", "input", name="diag_part", shape=_of_matrices)
def matrix_diag_part(input: Any, name: str | None = None) -> Array:
    """Return the diagonals of matrices, which lie in the last two dimensions."""
    x = operand(input)
    if x.ndim < 2:
        raise errors.too_few_dimensions("matrix_diag_part", "input", 2, x.shape)
    return x.diagonal(axis1=-2, axis2=-1).copy()


@op("MatrixSetDiag", "input diagonal", name="set_diag", shape=_with_diagonal)
def matrix_set_diag(input: Any, diagonal: Any, name: str | None = None) -> Array:
    """Return matrices `[..., m, n]` with other diagonals `[..., min(m, n)]`.

    Raises:
        ValueError: the shapes do not fit.
    """
    x, values = operand(input), operand(diagonal)
    if x.ndim < 2:
        raise errors.too_few_dimensions("matrix_set_diag", "input", 2, x.shape)
    _with_diagonal(x.shape, values.shape)
    result: Array = x.copy()
    places = array_module(x).arange(values.shape[-1])
    result[..., places, places] = values
    return result


@op("MatrixBandPart", "input", shape=_same)
def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Array:
    """Return matrices with zeros below and above a band of diagonals; -1 means all on that side."""
    x = operand(input)
    lower, upper = int(unwrap(num_lower)), int(unwrap(num_upper))
    rows, columns = np.ogrid[: x.shape[-2], : x.shape[-1]]
    band = ((lower < 0) | (rows - columns <= lower)) & ((upper < 0) | (columns - rows <= upper))
    xp = array_module(x)
    return xp.where(xp.asarray(band), x, x.dtype.type(0))


@op("Transpose", "a", name="matrix_transpose", inner="transpose", shape=_exchanged)
def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> Array:
    """Return matrices, which lie in the last two dimensions, with rows and columns exchanged."""
    x = snapshot(a).swapaxes(-1, -2)
    return array_module(x).conj(x) if conjugate else x


# ---- made of others


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Array]:
    """Return an array for each vector, in which it is repeated along the dimensions of the others.

    Args:
        indexing: "xy" has the first vector along the columns, "ij" along the rows.
    """
    with within(name, "meshgrid"):
        count = len(args)
        grids = []
        for k, vector in enumerate(args):
            along = [-1 if place == k else 1 for place in range(count)]
            grids.append(reshape(convert_to_tensor(vector, name=inner("vector")), along))
        if indexing == "xy" and count > 1:
            shapes = [[1, -1], [-1, 1]]
            grids[:2] = [
                reshape(grid, [*shape, *[1] * (count - 2)]) for grid, shape in zip(grids, shapes, strict=False)
            ]
        ones = ones_like(grids[0])
        for grid in grids[1:]:
            ones = multiply(ones, ones_like(grid), name=inner("ones"))
        return [multiply(grid, ones, name=inner("mul")) for grid in grids]


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool_, name: str | None = None) -> Array:
    """Return `[..., maxlen]`: True in the first `lengths` places; maxlen is the longest of them by default."""
    with within(name, "SequenceMask"):
        lengths = convert_to_tensor(lengths, name=inner("lengths"))
        if maxlen is None:
            maxlen = reduce_max(lengths)
        elif np.ndim(maxlen) if not hasattr(maxlen, "get_shape") else maxlen.get_shape().ndims not in (None, 0):
            raise errors.mask_length()
        steps = cast(range_(maxlen), lengths.dtype)
        mask = less(steps, expand_dims(lengths, -1), name=inner("Less"))
        return mask if as_dtype(dtype) is bool_ else cast(mask, dtype)


@op("LinSpace", "start stop", shape=_so_many, allowed=("bfloat16", "float32", "float64"))
def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Array:
    """Return `num` numbers from `start` to `stop`, both included, at equal distances.

    Raises:
        ValueError: `num` is less than 1.
    """
    xp, start, stop = operands("linspace", start, stop)
    count = int(unwrap(num))
    if count <= 0:
        raise errors.no_samples(count)
    return xp.linspace(float(start), float(stop), count, dtype=start.dtype)
