"""Functions that pick elements by indices and masks, put them somewhere, and sort out the largest.

Source: tensorflow/core/ops/array_ops.cc, data_flow_ops.cc, nn_ops.cc, tensorflow/python/ops/array_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..arrays import array_module, unwrap
from ..arrays.dtypes import DType, as_dtype, int32
from ..arrays.dtypes import bool as bool_
from ..arrays.typing import Array
from ..errors import ops as errors
from ..errors import shapes as shape_errors
from ..graph import current
from . import shape_rules as rules
from .creation import convert_to_tensor
from .function import dtype_of, op
from .math import where
from .operands import operand, same_dtype, snapshot
from .scoped import inner, within
from .shaping import check_indices, concat, gather, integer_operand, reshape, squeeze
from .shaping import shape as shape_of

__all__ = [
    "batch_gather",
    "boolean_mask",
    "dynamic_partition",
    "dynamic_stitch",
    "gather_nd",
    "in_top_k",
    "invert_permutation",
    "scatter_nd",
    "setdiff1d",
    "top_k",
    "unique",
]


class Unique(NamedTuple):
    """What `unique` returns."""

    y: Any
    idx: Any


class TopKV2(NamedTuple):
    """What `top_k` returns."""

    values: Any
    indices: Any


class ListDiff(NamedTuple):
    """What `setdiff1d` returns."""

    out: Any
    idx: Any


# ---- what a graph must know of them


def _scattered(indices: Any, updates: Any, *, shape: Any) -> Any:
    whole = None if shape is None else tuple(shape)
    rules.scatter_nd(indices, updates, whole)
    return whole


def _vector_and_places(x: Any) -> Any:
    return [(None,), x]


def _stitched(*shapes: Any, indices: Any) -> Any:
    ids, data = shapes[: len(shapes) // 2], shapes[len(shapes) // 2 :]
    for i, d in zip(ids, data, strict=True):
        if i is not None and d is not None:
            for m, n in zip(i, d, strict=False):
                rules.same_size(m, n)
    rest = rules.same(*(None if i is None or d is None else d[len(i) :] for i, d in zip(ids, data, strict=True)))
    known = [np.ravel(np.asarray(part, object)) for part in indices if part is not None]
    open_ones = len(known) < len(indices) or any(n is None for part in known for n in part)
    count = None if open_ones else max((int(n) + 1 for part in known for n in part), default=0)
    return None if rest is None else (count, *rest)


def _two_vectors(x: Any, y: Any) -> Any:
    return [(None,), (None,)]


def _places_dtype(values: dict[str, Any]) -> list[DType]:
    return [values["x"].dtype.base_dtype, as_dtype(values["out_idx"]).base_dtype]


def _largest(input: Any, *, k: Any) -> Any:
    return list(rules.top_k(input, k=k))


def _largest_dtypes(values: dict[str, Any]) -> list[DType]:
    return [values["input"].dtype.base_dtype, int32]


def _parts(data: Any, partitions: Any, *, num_partitions: Any) -> Any:
    if data is None or partitions is None:
        return [None] * num_partitions
    if len(data) < len(partitions):
        raise shape_errors.must_have_rank(len(partitions), len(data), "at least ")
    for m, n in zip(data, partitions, strict=False):
        rules.same_size(m, n)
    return [(None, *data[len(partitions) :])] * num_partitions


# ---- by indices


@op("GatherNd", "params | indices", shape=rules.gather_nd)
def gather_nd(params: Any, indices: Any, name: str | None = None) -> Array:
    """Return the elements, or parts, that the vectors along the last dimension of `indices` name.

    Raises:
        InvalidArgumentError: there is no such element (checked on the host, as in `gather`).
    """
    array, ids = operand(params), integer_operand("gather_nd", "indices", indices)
    check_places("gather_nd", ids, array.shape)
    if not ids.shape[-1]:  # the whole of it for each vector of none
        return array_module(array).broadcast_to(array, ids.shape[:-1] + array.shape).copy()
    return array[tuple(array_module(array).moveaxis(ids, -1, 0))]


def check_places(function: str, ids: Any, shape: Sequence[int]) -> None:
    if array_module(ids) is not np:
        return
    wrong = ((ids < 0) | (ids >= np.array(shape[: ids.shape[-1]], ids.dtype))).any(axis=-1)
    if wrong.any():
        place = np.argwhere(wrong)[0].tolist()
        raise errors.no_such_row(function, place, ids[tuple(place)].tolist(), shape)


@op("ScatterNd", "indices | updates", shape=_scattered, dtype=dtype_of("updates"))
def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Array:
    """Return zeros of `shape` to which `updates` are added at the places that `indices` name, as in gather_nd."""
    ids, values = integer_operand("scatter_nd", "indices", indices), operand(updates)
    xp = array_module(values)
    result = xp.zeros([int(n) for n in np.ravel(unwrap(shape))], values.dtype)
    if ids.shape[:-1] != values.shape[: ids.ndim - 1]:
        rules.scatter_nd(ids.shape, values.shape, result.shape)
    check_places("scatter_nd", ids, result.shape)
    if not ids.shape[-1]:
        return values.reshape(-1, *result.shape).sum(0, dtype=values.dtype)
    xp.add.at(result, tuple(xp.moveaxis(ids, -1, 0)), values)
    return result


def _in_its_row(ids: Any) -> tuple[Any, ...]:
    """Return the index that takes, for each row of `ids`, its elements from the same row."""
    xp = array_module(ids)
    rows = (xp.arange(n).reshape(-1, *[1] * (ids.ndim - k - 1)) for k, n in enumerate(ids.shape[:-1]))
    return (*rows, ids)


def _from_rows(params: Any, indices: Any) -> Any:
    return None if params is None or indices is None else indices + params[len(indices) :]


def _name_of_rows(values: dict[str, Any]) -> str:
    """Return TF's name of the result: the last of its reshapes, one a dimension of the indices and two more."""
    ids = values["indices"]
    rank = ids.get_shape().ndims if hasattr(ids, "get_shape") else np.ndim(ids)
    return f"Reshape_{(2 if rank is None else rank) + 1}"


@op("BatchGather", "params | indices", inner=_name_of_rows, shape=_from_rows)
def batch_gather(params: Any, indices: Any, name: str | None = None) -> Array:
    """Return for each row of `params` the elements that the same row of `indices` names."""
    array, ids = operand(params), integer_operand("batch_gather", "indices", indices)
    if array_module(ids) is np:
        check_indices("batch_gather", ids, array.shape[ids.ndim - 1])
    result: Array = array[_in_its_row(ids)]
    return result


def add_in_rows(d: Array, indices: Array, shape: Any) -> Array:
    """Return zeros of `shape` to which `d` is added where batch_gather takes it from."""
    xp = array_module(d)
    result: Array = xp.zeros(shape, d.dtype)
    xp.add.at(result, _in_its_row(indices), d)
    return result


@op("InvertPermutation", "x", shape=rules.same)
def invert_permutation(x: Any, name: str | None = None) -> Array:
    """Return the permutation that undoes a permutation of 0, 1, 2, ..."""
    order = operand(x)
    result = array_module(order).empty_like(order)
    result[order] = array_module(order).arange(len(order), dtype=order.dtype)
    return result


# ---- by masks and by classes


def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: int | None = None) -> Array:
    """Return the rows for which the mask holds; a mask of several dimensions has a bool for each of their elements.

    Args:
        axis: the dimension of `tensor` at which the mask begins.

    Raises:
        ValueError: the mask has no dimensions, or does not fit.
    """
    with within(None if name == "boolean_mask" else name, "boolean_mask"):
        tensor = convert_to_tensor(tensor, name=inner("tensor"))
        mask = convert_to_tensor(mask, bool_, name=inner("mask"))
        if current() and mask.get_shape().ndims is None:
            raise errors.mask_rank()
        known = tuple(mask.get_shape().as_list() if current() else mask.shape)
        whole = tensor.get_shape().dims and tensor.get_shape().as_list() if current() else list(tensor.shape)
        if not known:
            raise errors.mask_scalar()
        place = axis or 0
        if whole is not None:
            beside = whole[place : place + len(known)]
            fits = all(a is None or b is None or a == b for a, b in zip(beside, known, strict=False))
            if not fits or len(beside) < len(known):
                raise errors.mask_shape(known, whole[place:])
        sizes = shape_of(tensor)
        tensor = reshape(tensor, concat([sizes[:place], [-1], sizes[place + len(known) :]], 0))
        indices = squeeze(where(reshape(mask, [-1])), [1])
        return gather(tensor, indices, axis=place)


@op("DynamicPartition", "data | partitions", shape=_parts)
def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> list[Array]:
    """Return for each number below `num_partitions` the rows of `data` that have it in `partitions`."""
    array, numbers = operand(data), operand(partitions)
    if array_module(numbers) is np:
        outside = (numbers < 0) | (numbers >= num_partitions)
        if outside.any():
            place = np.argwhere(outside)[0].tolist()
            raise errors.no_such_partition(place, int(numbers[tuple(place)]), num_partitions)
    return [array[numbers == k] for k in range(num_partitions)]


@op("DynamicStitch", "indices* | data*", shape=_stitched, dtype=dtype_of("data"))
def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Array:
    """Return the rows of all of `data`, each at the place that its index says; of two the later one counts."""
    ids = [operand(part) for part in indices]
    parts = [operand(part) for part in data]
    count = max((int(part.max()) + 1 for part in ids if part.size), default=0)
    inside = parts[0].shape[ids[0].ndim :]
    result = array_module(*parts).zeros((max(count, 0), *inside), parts[0].dtype)
    if count <= 0:  # there is no place for any of them
        return result
    for places, part in zip(ids, parts, strict=True):
        if array_module(places) is np and (places < 0).any():
            place = int(np.argmax(places < 0))
            raise errors.stitch_outside(place, int(places.flat[place]))
        result[places] = part
    return result


@op("Unique", "x:host", shape=_vector_and_places, dtype=_places_dtype, returns=lambda found: Unique(*found))
def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Unique:
    """Return the different elements of a vector in the order in which they come, and the place there of each.

    No NaN is the same as another.
    """
    array = operand(x)
    _, first, inverse = np.unique(array, return_index=True, return_inverse=True, equal_nan=False)
    order = np.argsort(first)
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return Unique(array[first[order]], places[inverse].astype(as_dtype(out_idx).dtype))


@op("ListDiff", "x y:host", shape=_two_vectors, dtype=_places_dtype, returns=lambda found: ListDiff(*found))
def setdiff1d(x: Any, y: Any, index_dtype: Any = int32, name: str | None = None, out_idx: Any = int32) -> ListDiff:
    """Return the elements of x that are not in y, and their places in x."""
    x, y = same_dtype("setdiff1d", (x, y))
    places = np.flatnonzero(~np.isin(x, y))
    return ListDiff(x[places], places.astype(as_dtype(out_idx).dtype))


# ---- the largest


@op("TopKV2", "input", shape=_largest, dtype=_largest_dtypes, returns=lambda found: TopKV2(*found))
def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> TopKV2:
    """Return the k largest elements along the last dimension, the largest first, and their places.

    Raises:
        ValueError: there are fewer than k.
    """
    array, count = snapshot(input), int(unwrap(k))
    if count < 0:
        raise errors.negative_k(count)
    if array.shape[-1] < count:
        raise errors.too_few_for_k(count, array.shape[-1])
    xp = array_module(array)
    places = xp.argsort(-array if array.dtype.kind != "u" else array.max() - array, axis=-1, kind="stable")[..., :count]
    return TopKV2(xp.take_along_axis(array, places, axis=-1), places.astype(np.int32))


@op(
    "InTopKV2",
    "predictions | targets",
    name="in_top_k",
    inner="InTopKV2",
    shape=rules.in_top_k,
    dtype=bool_,
)
def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Array:
    """Return for each row whether its target is among the k largest predictions.

    No target is there that is no column, or in a row with a NaN or with an infinite prediction for it.

    Raises:
        InvalidArgumentError: there is not one target for each row.
    """
    scores, classes = operand(predictions), operand(targets)
    for argument, array, rank in (("predictions", scores, 2), ("targets", classes, 1)):
        if array.ndim != rank:
            raise errors.predictions_rank(argument, rank, array.shape)
    if len(scores) != len(classes):
        raise errors.targets_count(len(scores), len(classes))
    xp = array_module(scores)
    classes = xp.asarray(classes)
    there = (classes >= 0) & (classes < scores.shape[1])
    if not scores.shape[1]:
        return there
    chosen = xp.take_along_axis(scores, xp.where(there, classes, 0)[:, None], axis=1)
    sound = xp.isfinite(chosen[:, 0]) & ~xp.isnan(scores).any(axis=1)
    return there & sound & ((scores > chosen).sum(axis=1) < int(unwrap(k)))
