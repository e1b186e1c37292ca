"""Functions that rearrange, cut and join arrays, under TF's names.

What they return may share memory with the array they are given, never with a Variable.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import array_module, as_array, dtypes, unwrap
from ..arrays.dtypes import DType, as_dtype, int32
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import Recorder, Tensor, current, name_scope
from ..graph.conversion import as_tensor, constant_tensor, holds_tensor
from . import shape_rules as rules
from .creation import constant, identity
from .function import definition_of, op
from .indices import check_sizes
from .operands import checked_axis, either, operand, same_dtype, snapshot

__all__ = [
    "concat",
    "expand_dims",
    "gather",
    "one_hot",
    "rank",
    "reshape",
    "shape",
    "size",
    "split",
    "squeeze",
    "stack",
    "transpose",
    "unstack",
]


# ---- what a graph must know of them


def _out_type(values: dict[str, Any]) -> DType:
    return as_dtype(values["out_type"])


def _vector_of_rank(x: Any) -> Any:
    return (None,) if x is None else (len(x),)


def _scalar(x: Any) -> Any:
    return ()


def _shape(input: Any, out_type: Any) -> Any:
    """Return a vector of `input`, the shape of the argument."""
    return np.array(input, as_dtype(out_type).dtype)


def _record_shape(recorder: Recorder, input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """Write down a shape; one that is known is a constant."""
    tensor = as_tensor(input, recorder)
    if tensor.dims is not None and None not in tensor.dims:
        array = np.array(tensor.dims, as_dtype(out_type).dtype)
        return constant_tensor(recorder, array, recorder.claim(name or "Shape"))
    values = {"input": tensor, "name": None, "out_type": out_type}
    made: Tensor = definition_of(shape).write(recorder, values, name)
    return made


def _record_size(recorder: Recorder, input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """Write down a number of elements; one that is known is a constant."""
    tensor = as_tensor(input, recorder)
    if tensor.dims is not None and None not in tensor.dims:
        count = math.prod(size or 0 for size in tensor.dims)
        return constant_tensor(recorder, np.array(count, as_dtype(out_type).dtype), recorder.claim(name or "Size"))
    values = {"input": tensor, "name": None, "out_type": out_type}
    made: Tensor = definition_of(size).write(recorder, values, name)
    return made


def _record_rank(recorder: Recorder, input: Any, name: str | None = None) -> Tensor:
    """Write down a number of dimensions; one that is known is a constant."""
    tensor = as_tensor(input, recorder)
    if tensor.dims is not None:
        return constant_tensor(recorder, np.array(len(tensor.dims), np.int32), recorder.claim(name or "Rank"))
    made: Tensor = definition_of(rank).write(recorder, {"input": tensor, "name": None}, name)
    return made


def _whole_shape(values: dict[str, Any]) -> dict[str, Any]:
    check_sizes("shape", values["shape"])
    return values


def _reshaped(x: Any, *, shape: Any) -> Any:
    if isinstance(shape, (list, tuple)) and any(isinstance(size, (list, tuple)) for size in shape):
        raise shape_errors.must_have_rank(1, 2)
    return rules.reshape(x, shape=(shape,) if isinstance(shape, int) else None if shape is None else tuple(shape))


def _transpose(a: Any, perm: Any, conjugate: bool) -> Any:
    try:
        turned = a.transpose(perm if perm is None or type(perm) is list else np.ravel(unwrap(perm)).tolist())
    except (TypeError, ValueError):
        raise errors.bad_permutation(np.ravel(unwrap(perm)).tolist(), a.shape) from None
    return array_module(a).conj(turned) if conjugate else turned


def _transposed(x: Any, *, perm: Any) -> Any:
    if isinstance(perm, (list, tuple)) and None in perm:
        perm = None if x is None else [None] * len(x)
        return None if perm is None else tuple(perm)
    return rules.transpose(x, perm="reversed" if perm is None else perm)


def _one_axis(values: dict[str, Any]) -> dict[str, Any]:
    place = either("axis", values["axis"], "dim", values["dim"])
    if place is None:
        raise errors.argument_missing("expand_dims", "axis")
    return values | {"axis": _one_number(place), "dim": None}


def _one_number(value: Any) -> Any:
    """Return the number in a list or an array of one, as it may be in TensorFlow, too."""
    if isinstance(value, (list, tuple, np.ndarray, np.generic)) and np.size(value) == 1 and not holds_tensor(value):
        return int(np.ravel(value)[0])
    return value


def _expanded(x: Any, *, axis: Any) -> Any:
    return rules.expand_dims(x, axis=axis)


def _one_squeeze(values: dict[str, Any]) -> dict[str, Any]:
    axes = either("axis", values["axis"], "squeeze_dims", values["squeeze_dims"])
    listed = () if axes is None else tuple(int(place) for place in np.ravel(axes))
    return values | {"axis": listed or None, "squeeze_dims": None}


def _squeezed(x: Any, *, axis: Any) -> Any:
    return rules.squeeze(x, axes=axis or ())


def _checked_concat(values: dict[str, Any]) -> dict[str, Any]:
    axis = values["axis"]
    if isinstance(axis, (list, tuple)) or getattr(axis, "dims", None) or getattr(axis, "ndim", 0):
        recorder = current()
        assert recorder is not None
        of_one = not isinstance(values["values"], (list, tuple)) or len(values["values"]) < 2
        raise errors.concat_axis(as_tensor(axis, recorder, name=recorder.claim("concat_dim")).shape, of_one)
    if isinstance(values["values"], int):
        raise errors.concat_order()
    listed = values["values"] if isinstance(values["values"], (list, tuple)) else [values["values"]]
    return values | {"values": list(listed)}


def _record_concat(recorder: Recorder, *args: Any, **kwargs: Any) -> Any:
    definition = definition_of(concat)
    values = definition.bind(args, kwargs)
    listed, name = _checked_concat(values)["values"], values.pop("name") or "concat"
    if len(listed) != 1:
        return definition.write(recorder, values | {"values": listed}, name)
    with name_scope(name):
        constant(values["axis"], int32, name="concat_dim")
        return identity(listed[0], name=name)


def _checked_split(values: dict[str, Any]) -> dict[str, Any]:
    dtype = getattr(values["axis"], "dtype", int32)
    if as_dtype(dtype).base_dtype is not int32:
        raise errors.split_axis_type(as_dtype(dtype).base_dtype)
    sizes = values["num_or_size_splits"]
    if type(sizes) is Tensor and not sizes.dims and values["num"] is None:
        raise errors.split_num(sizes)
    return values


def _split_type(values: dict[str, Any]) -> str:
    return "Split" if isinstance(values["num_or_size_splits"], int) else "SplitV"


def _pieces(x: Any, *, num_or_size_splits: Any, axis: Any, num: Any) -> Any:
    if isinstance(num_or_size_splits, (list, tuple)) and num not in (None, len(num_or_size_splits)):
        raise shape_errors.dimension_must_be(num, len(num_or_size_splits))
    if isinstance(num_or_size_splits, int):
        return rules.split(x, num=num_or_size_splits, axis=axis)
    if num_or_size_splits is None:
        num_or_size_splits = [None] * num
    return rules.split_sizes(x, sizes=num_or_size_splits, axis=axis)


def _shown_sizes(recorder: Recorder, values: dict[str, Any], name: str) -> list[Tensor]:
    """Write down the number or sizes of the pieces, as TensorFlow does; a Split does not take them as an input."""
    sizes = values["num_or_size_splits"]
    if holds_tensor(sizes):
        return []
    written = constant_tensor(recorder, np.array(sizes, np.int32), recorder.claim("Const"))
    return [] if isinstance(sizes, int) else [written]


def _one_hot_shape(x: Any, *, depth: Any, axis: Any) -> Any:
    return rules.one_hot(x, depth=depth, axis=-1 if axis is None else axis)


def _one_type(values: dict[str, Any]) -> dict[str, Any]:
    if isinstance(values["indices"], np.ndarray) and values["indices"].dtype.kind == "f":
        values["indices"] = values["indices"].astype(np.int64)  # an array has no say where the type is open, as in TF
    wanted = None if values["dtype"] is None else as_dtype(values["dtype"]).base_dtype
    found = {
        key: as_dtype(value.dtype if hasattr(value, "dtype") else as_array(value).dtype).base_dtype
        for key in ("on_value", "off_value")
        if (value := values[key]) is not None
    }
    for key, dtype in found.items():
        if wanted is not None and dtype is not wanted:
            raise errors.one_hot_type(key, dtype, wanted)
    if len(set(found.values())) > 1:
        raise errors.one_hot_types(*found.values())
    return values


def _one_hot_dtype(values: dict[str, Any]) -> DType:
    given = values["on_value"] if values["on_value"] is not None else values["off_value"]
    if values["dtype"] is not None:
        return as_dtype(values["dtype"])
    if type(given) is Tensor:
        return given.dtype.base_dtype
    return dtypes.float32 if given is None else as_dtype(as_array(given).dtype)


def _gathered(params: Any, indices: Any, *, axis: Any) -> Any:
    return rules.gather(params, indices, axis=axis)


def _gather(params: Any, indices: Any, axis: Any) -> Any:
    if not -params.ndim <= axis < params.ndim:
        raise errors.no_axis_to_gather(axis, params.ndim)
    if array_module(params) is np:
        check_indices("gather", indices, params.shape[axis])
        return params.take(indices, axis)
    return array_module(params).take(params, indices, axis=axis)


def _reshape(tensor: Any, shape: Any) -> Any:
    try:
        return tensor.reshape(shape)
    except (TypeError, ValueError):  # the function says what is wrong
        return definition_of(reshape).function(tensor, shape)


def _expand(input: Any, axis: int) -> Any:
    if type(axis) is not int or not -input.ndim - 1 <= axis <= input.ndim:
        return definition_of(expand_dims).function(input, axis)
    return input[(slice(None),) * (axis if axis >= 0 else axis + input.ndim + 1) + (None,)]


def _open_size(shape: Sequence[int], wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape of no elements with its -1 found, as what is left where sizes of 0 are not counted."""
    count = math.prod(size for size in shape if size)
    left = count // math.prod(size for size in wanted if size not in (0, -1))
    return tuple(left if size == -1 else size for size in wanted)


# ---- the functions


@op("Shape", "input", shape=_vector_of_rank, dtype=_out_type, kernel=_shape, shapes=["input"], record=_record_shape)
def shape(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Array:
    """Return the shape as a vector, on the host on every device."""
    return np.array(operand(input).shape, as_dtype(out_type).dtype)


@op("Size", "input", shape=_scalar, dtype=_out_type, record=_record_size)
def size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Array:
    """Return the number of elements, on the host on every device."""
    return np.array(operand(input).size, as_dtype(out_type).dtype)


@op("Rank", "input", shape=_scalar, dtype=dtypes.int32, record=_record_rank)
def rank(input: Any, name: str | None = None) -> Array:
    """Return the number of dimensions, on the host on every device."""
    return np.array(operand(input).ndim, np.int32)


@op("Reshape", "tensor", shape=_reshaped, normalize=_whole_shape, kernel=_reshape)
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Array:
    """Return the same elements in another shape, of which one dimension may be -1: what is left.

    Raises:
        ValueError: the number of elements does not fit.
    """
    array = snapshot(tensor)
    wanted = tuple(int(length) for length in np.ravel(unwrap(shape)))
    known = math.prod(length for length in wanted if length != -1)
    open_ones = wanted.count(-1)
    if open_ones == 1 and not known and not array.size:
        wanted, open_ones, known = _open_size(array.shape, wanted), 0, 0
    fits = array.size == known if not open_ones else known and array.size % known == 0
    if open_ones > 1 or not fits:
        raise errors.cannot_reshape(array.shape, wanted)
    return array.reshape(wanted)


@op("Transpose", "a", name="transpose", shape=_transposed, kernel=_transpose)
def transpose(a: Any, perm: Any = None, name: str | None = None, conjugate: bool = False) -> Array:
    """Return the array with its dimensions in the order of `perm`, reversed by default.

    Args:
        a: what is turned.
        perm: the number of the dimension that comes first, second, ...; None = the last one first.
        name: drawn from the name table.
        conjugate: whether complex numbers are conjugated.

    Raises:
        ValueError: `perm` is no permutation of the dimensions.
    """
    result: Array = _transpose(snapshot(a), perm, conjugate)
    return result


@op("ExpandDims", "input", shape=_expanded, normalize=_one_axis, kernel=_expand)
def expand_dims(
    input: Any,
    axis: int | None = None,
    name: str | None = None,
    dim: int | None = None,
) -> Array:
    """Return the array with a dimension of 1 put in at `axis`."""
    array = snapshot(input)
    place = either("axis", axis, "dim", dim)
    if place is None:
        raise errors.argument_missing("expand_dims", "axis")
    place = checked_axis("expand_dims", _one_number(place), array.ndim + 1)
    return array_module(array).expand_dims(array, place)


@op("Squeeze", "input", shape=_squeezed, normalize=_one_squeeze)
def squeeze(
    input: Any,
    axis: Any = None,
    name: str | None = None,
    squeeze_dims: Any = None,
) -> Array:
    """Return the array without its dimensions of 1, or without those listed in `axis`.

    Raises:
        ValueError: a listed dimension is not 1.
    """
    array = snapshot(input)
    axes = either("axis", axis, "squeeze_dims", squeeze_dims)
    if axes is None or np.size(axes) == 0:
        return array.squeeze()
    places = [checked_axis("squeeze", place, array.ndim) for place in np.ravel(axes)]
    for place in places:
        if array.shape[place] != 1:
            raise errors.cannot_squeeze(place, array.shape)
    return array.squeeze(tuple(places))


@op("ConcatV2", "values*", shape=rules.concat, normalize=_checked_concat, record=_record_concat)
def concat(values: Any, axis: int, name: str | None = None) -> Array:
    """Join arrays along `axis`.

    Raises:
        TypeError: the dtypes differ, or the two arguments are in the order of TF before 1.0.
        ValueError: ranks, or dimensions other than `axis`, differ.
    """
    if isinstance(values, int):
        raise errors.concat_order()
    listed = values if isinstance(values, (list, tuple)) else [values]
    arrays = same_dtype("concat", listed)
    first = arrays[0]
    place = checked_axis("concat", axis, first.ndim)
    for array in arrays:
        same_rank = array.ndim == first.ndim
        if not same_rank or _without(array.shape, place) != _without(first.shape, place):
            raise errors.concat_shapes([array.shape for array in arrays], place)
    return array_module(*arrays).concatenate(arrays, axis=place)


def _without(shape: tuple[int, ...], place: int) -> tuple[int, ...]:
    return shape[:place] + shape[place + 1 :]


@op("Split", "value", kind=_split_type, name="split", shape=_pieces, normalize=_checked_split, shown=_shown_sizes)
def split(
    value: Any,
    num_or_size_splits: Any,
    axis: int = 0,
    num: int | None = None,
    name: str | None = None,
) -> list[Array]:
    """Cut an array along `axis` into pieces.

    Args:
        value: what is cut.
        num_or_size_splits: number of equal pieces, or the list of their sizes, of which one may be
            -1: what is left.
        axis: along which.
        num: the number of pieces, where sizes are listed; taken and not used.
        name: drawn from the name table.

    Raises:
        ValueError: the pieces do not make up the axis.
        TypeError: the arguments are in the order of TF before 1.0.
    """
    if isinstance(value, int):
        raise errors.split_order()
    array = snapshot(value)
    place = checked_axis("split", axis, array.ndim)
    sizes = _piece_sizes(unwrap(num_or_size_splits), array.shape, place)
    ends = np.cumsum(sizes)[:-1].tolist()
    pieces: list[Array] = array_module(array).split(array, ends, axis=place)
    return pieces


def _piece_sizes(pieces: Any, whole: tuple[int, ...], axis: int) -> list[int]:
    length = whole[axis]
    if np.ndim(pieces) == 0:
        count = int(pieces)
        if count < 1 or length % count:
            raise errors.split_unevenly(axis, length, count)
        return [length // count] * count
    sizes = [int(piece) for piece in pieces]
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = length - sum(sizes) - 1
    if sum(sizes) != length or any(piece < 0 for piece in sizes):
        raise errors.cannot_split(pieces, whole, axis)
    return sizes


def _record_stack(recorder: Recorder, values: Any, axis: int = 0, name: str | None = None) -> Tensor:
    """Write down arrays joined; numbers alone are a constant."""
    if axis == 0 and isinstance(values, (list, tuple)) and values and not holds_tensor(values):
        try:
            array = as_array(values)
        except (TypeError, ValueError):
            pass
        else:
            return constant_tensor(recorder, array, recorder.claim("stack" if name is None else name))
    tensor: Tensor = definition_of(stack).write(recorder, {"values": values, "axis": axis, "name": None}, name)
    return tensor


@op("Pack", "values*", name="stack", shape=rules.stack, record=_record_stack)
def stack(values: Any, axis: int = 0, name: str | None = None) -> Array:
    """Join arrays of one shape along a new dimension, put in at `axis`.

    Raises:
        TypeError: the dtypes differ.
        ValueError: the shapes differ.
    """
    arrays = same_dtype("stack", list(values))
    shapes = [array.shape for array in arrays]
    if any(found != shapes[0] for found in shapes):
        raise errors.stack_shapes(shapes)
    place = checked_axis("stack", axis, len(shapes[0]) + 1)
    return array_module(*arrays).stack(arrays, axis=place)


def _record_unstack(
    recorder: Recorder, value: Any, num: int | None = None, axis: int = 0, name: str | None = None
) -> Any:
    """Write down the arrays along `axis`; how many they are is found before a name is taken."""
    whole = as_tensor(value, recorder)
    if num is None:
        num = len(rules.unstack(whole.dims, axis=axis))
    return definition_of(unstack).write(recorder, {"value": whole, "num": num, "axis": axis, "name": None}, name)


@op("Unpack", "value", name="unstack", shape=rules.unstack, record=_record_unstack)
def unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> list[Array]:
    """Return the arrays that lie along `axis`, without that dimension.

    Raises:
        ValueError: `num` is given and there are not so many.
    """
    array = snapshot(value)
    place = checked_axis("unstack", axis, array.ndim)
    if num is not None and num != array.shape[place]:
        raise errors.cannot_unstack(num, array.shape, place)
    return list(array_module(array).moveaxis(array, place, 0))


@op("OneHot", "indices", name="one_hot", shape=_one_hot_shape, dtype=_one_hot_dtype, normalize=_one_type)
def one_hot(
    indices: Any,
    depth: int,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Array:
    """Return an array with a new dimension of `depth`: on_value at each index, off_value elsewhere.

    Args:
        indices: integers; one outside [0, depth) has no on_value anywhere.
        depth: length of the new dimension.
        on_value: 1 by default.
        off_value: 0 by default.
        axis: where the new dimension is put in, -1 (last) by default.
        dtype: that of on_value or off_value by default, float32 without them.
        name: drawn from the name table.

    Raises:
        TypeError: the indices are no integers.
        ValueError: `depth` is negative.
    """
    ids = integer_operand("one_hot", "indices", indices)
    if depth < 0:
        raise errors.negative_depth(depth)
    xp = array_module(ids)
    given = on_value if on_value is not None else off_value
    wanted = as_array(given).dtype if dtype is None and given is not None else dtype
    wanted = as_dtype(dtypes.float32 if wanted is None else wanted)
    on = as_array(1 if on_value is None else on_value, wanted)
    off = as_array(0 if off_value is None else off_value, wanted)
    hot = ids[..., None] == xp.arange(depth, dtype=ids.dtype)
    result = xp.where(hot, xp.asarray(on), xp.asarray(off))
    place = checked_axis("one_hot", -1 if axis is None else axis, ids.ndim + 1)
    return xp.moveaxis(result, -1, place)


def integer_operand(op: str, argument: str, value: Any) -> Array:
    """Return `value` as an array of integers.

    Raises:
        TypeError: it holds something else.
    """
    array = operand(value)
    if array.dtype.kind not in "iu":
        raise errors.needs_integers(op, argument, as_dtype(array.dtype))
    return array


@op("GatherV2", "params | indices:index", shape=_gathered, kernel=_gather)
def gather(
    params: Any,
    indices: Any,
    validate_indices: bool | None = None,
    name: str | None = None,
    axis: int = 0,
) -> Array:
    """Return what `indices` name along `axis`: their shape takes the place of that dimension.

    Indices are checked on the host; on a GPU a check would stop the program until it is done, and
    an index that is not there is CuPy's affair (it wraps around).

    Raises:
        TypeError: the indices are no integers.
        IndexError: there is no such index.
    """
    array, ids = operand(params), integer_operand("gather", "indices", indices)
    xp = array_module(array, ids)
    place = checked_axis("gather", axis, array.ndim)
    if xp is np:
        check_indices("gather", ids, array.shape[place])
    return xp.take(xp.asarray(array), xp.asarray(ids), axis=place)


def check_indices(op: str, ids: Array, count: int) -> None:
    """Check that host indices lie in [0, count): NumPy would count negative ones from the end.

    Raises:
        IndexError: one does not.
    """
    least, most = (ids.min(), ids.max()) if ids.size > 1 else (ids.item(), ids.item()) if ids.size else (0, -1)
    if least < 0 or most >= count:
        place = np.argwhere((ids < 0) | (ids >= count))[0].tolist()
        raise errors.no_such_index(op, place, builtins.int(ids[tuple(place)]), count)
