"""Sets in rows: what the last dimensions of two arrays, or of sparse tensors, have in common and apart.

A row, all indices but the last one, is a set; a value that comes twice counts once. Sets differ in size, so results are
sparse tensors.

Source: tensorflow/python/ops/sets_impl.py and tensorflow/core/kernels/set_kernels.cc (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..arrays import to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, float64, int32, int64
from ..errors import sets as errors
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from .creation import convert_to_tensor
from .function import op

__all__ = [
    "average_precision_of_rows",
    "count_in_rows",
    "is_sparse",
    "set_difference",
    "set_intersection",
    "set_size",
    "set_union",
]

_ALLOWED = ("int8", "int16", "int32", "int64", "uint8", "uint16", "string")


class _Rows(NamedTuple):
    """Sets as pairs: the row of a value, and the value.

    Attributes:
        rows, values: `[n]`.
        shape: of the rows, the dimensions before the last.
    """

    rows: Any
    values: Any
    shape: tuple[int, ...]


def is_sparse(x: Any) -> bool:
    """Whether it is a sparse tensor, or the value of one."""
    return isinstance(x, (SparseTensor, SparseTensorValue))


def _parts(x: Any) -> tuple[Any, Any, Any]:
    """Return values, indices and dense shape; the latter None of what is not sparse."""
    if not is_sparse(x):
        return convert_to_tensor(x), None, None
    sparse = SparseTensor.from_value(x)
    return sparse.values, sparse.indices, sparse.dense_shape


def _rows(values: Any, indices: Any, shape: Any, rank: int | None = None) -> _Rows:
    """Return the sets of an array, or of the parts of a sparse tensor; `rank`: one dimension is added to reach it."""
    values = to_numpy(unwrap(values))
    if indices is None:
        if rank is not None and values.ndim == rank - 1:
            values = values[..., None]
        if values.ndim < 2:
            raise errors.needs_rows(values.shape)
        above = values.shape[:-1]
        return _Rows(np.repeat(np.arange(math.prod(above)), values.shape[-1]), values.ravel(), above)
    places = to_numpy(unwrap(indices))
    sizes = tuple(int(n) for n in to_numpy(unwrap(shape)))
    if rank is not None and len(sizes) == rank - 1:
        sizes, places = (*sizes, 1), np.concatenate([places, np.zeros((len(places), 1), places.dtype)], 1)
    if len(sizes) < 2:
        raise errors.needs_rows(sizes)
    above = sizes[:-1]
    rows = np.ravel_multi_index(tuple(places[:, :-1].T), above) if above else np.zeros(len(places), np.int64)
    return _Rows(rows, values, above)


def _check_order(indices: Any) -> None:
    """Check that the places of a sparse tensor are in the order of rows.

    Raises:
        InvalidArgumentError: one comes before the one above it.
    """
    places = to_numpy(unwrap(indices))
    steps = np.diff(places, axis=0)
    first = np.take_along_axis(steps, (steps != 0).argmax(axis=1)[:, None], axis=1)[:, 0]  # the first index that moves
    if (first < 0).any():
        row = int((first < 0).argmax()) + 1
        raise errors.out_of_order(row, places[row].tolist())


def _pairs(a: _Rows, b: _Rows) -> tuple[Any, Any, Any]:
    """Return one number for each pair of row and value, of both, and the values that there are."""
    known = np.unique(np.concatenate([a.values, b.values]))
    of_a, of_b = (np.unique(each.rows * len(known) + np.searchsorted(known, each.values)) for each in (a, b))
    return of_a, of_b, known


_OPERATIONS: dict[str, Any] = {
    "a-b": lambda a, b: np.setdiff1d(a, b, assume_unique=True),
    "b-a": lambda a, b: np.setdiff1d(b, a, assume_unique=True),
    "intersection": lambda a, b: np.intersect1d(a, b, assume_unique=True),
    "union": np.union1d,
}


# ---- what a graph must know of them


def _kind(values: dict[str, Any]) -> str:
    words = ("Dense" if values[f"{which}_indices"] is None else "Sparse" for which in "ab")
    return "{}To{}SetOperation".format(*words)


def _set_shapes(a: Any, b: Any, *rest: Any) -> list[Any]:
    found = [each for each in (a, b) if each is not None and len(each) > 1]  # values of a sparse one are a vector
    rank = len(found[0]) if found else None
    for shape in rest:
        rank = shape[-1] if rank is None and shape is not None else rank
    return [(None, rank), (None,), (rank,)]


def _set_dtypes(values: dict[str, Any]) -> list[DType]:
    return [int64, values["a"].dtype.base_dtype, int64]


@op(
    "DenseToDenseSetOperation",
    "a b | a_indices? b_indices? a_shape? b_shape?:index",
    kind=_kind,
    shape=_set_shapes,
    dtype=_set_dtypes,
)
def _combined(
    a: Any,
    b: Any,
    a_indices: Any,
    b_indices: Any,
    a_shape: Any,
    b_shape: Any,
    operation: str,
    validate_indices: bool,
    name: str | None = None,
) -> Any:
    """Return the parts of the sparse tensor of the sets that `operation` makes of those of both."""
    for indices in (a_indices, b_indices):
        if validate_indices and indices is not None:
            _check_order(indices)
    first, second = _rows(a, a_indices, a_shape), _rows(b, b_indices, b_shape)
    if first.shape != second.shape:
        raise errors.of_other_rows(first.shape, second.shape)
    of_a, of_b, known = _pairs(first, second)
    found = np.sort(_OPERATIONS[operation](of_a, of_b))
    rows, which = np.divmod(found, max(len(known), 1))
    counts = np.bincount(rows, minlength=math.prod(first.shape))
    columns = np.arange(len(found)) - np.repeat(np.cumsum(counts) - counts, counts)
    places = np.stack([*np.unravel_index(rows, first.shape), columns] if first.shape else [columns], 1)
    shape = np.array([*first.shape, counts.max(initial=0)], np.int64)
    return [places.astype(np.int64), known[which], shape]


def _combine(a: Any, b: Any, operation: str, validate_indices: bool) -> SparseTensor:
    of_a, of_b = _parts(a), _parts(b)
    mine, theirs = as_dtype(of_a[0].dtype).base_dtype, as_dtype(of_b[0].dtype).base_dtype
    if mine.name not in _ALLOWED:
        raise errors.bad_type("a", mine)
    if mine is not theirs:
        raise errors.types_differ(mine, theirs)
    if is_sparse(a) and not is_sparse(b):  # TensorFlow has no operation for this order
        of_a, of_b, operation = of_b, of_a, {"a-b": "b-a", "b-a": "a-b"}.get(operation, operation)
    (x, x_indices, x_shape), (y, y_indices, y_shape) = of_a, of_b
    parts: Any = _combined(x, y, x_indices, y_indices, x_shape, y_shape, operation, validate_indices)
    return SparseTensor(*parts)


# ---- the functions


def set_intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """Return what is in the sets of both, row by row.

    Args:
        a, b: arrays, or SparseTensors, of integers or text, of one shape but for the last dimension.
        validate_indices: whether places of a sparse tensor that are not in the order of rows are an error.

    Returns:
        A sparse tensor: each row in the order of its values.

    Raises:
        InvalidArgumentError: the shapes of the rows differ, or places are out of order.
    """
    return _combine(a, b, "intersection", validate_indices)


def set_union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """Return what is in the set of either, row by row; see `set_intersection`."""
    return _combine(a, b, "union", validate_indices)


def set_difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """Return what is in the sets of `a` and not in those of `b`; not `aminusb`: in `b` and not in `a`."""
    return _combine(a, b, "a-b" if aminusb else "b-a", validate_indices)


def set_size(a: Any, validate_indices: bool = True) -> Any:
    """Return how many different values each row of a sparse tensor has, int32.

    Raises:
        TypeError: it is no sparse tensor.
        InvalidArgumentError: its places are out of order.
    """
    if not is_sparse(a):
        raise errors.size_of_dense(a)
    return _set_size(*_parts(a), validate_indices)


def _size_shape(values: Any, indices: Any, shape: Any) -> Any:
    return None  # TensorFlow knows nothing of it


@op("SetSize", "values | indices shape:index", shape=_size_shape, dtype=int32)
def _set_size(values: Any, indices: Any, shape: Any, validate_indices: bool, name: str | None = None) -> Any:
    if validate_indices:
        _check_order(indices)
    return _sizes(_rows(values, indices, shape))


def _sizes(found: _Rows) -> Any:
    """Return how many different values each row has."""
    pairs, _, known = _pairs(found, found)
    counts = np.bincount(pairs // max(len(known), 1), minlength=math.prod(found.shape))
    return counts.astype(np.int32).reshape(found.shape)


# ---- what the k best of each row have in common with its labels


def _count_shape(labels: Any, predictions: Any, *rest: Any) -> Any:
    return None if predictions is None else predictions[:-1]


def count_in_rows(operation: str, predictions: Any, labels: Any, only: int | None = None) -> Any:
    """Return for each row how many values are in the set that `operation` makes of predictions and labels.

    Args:
        operation: "a-b", "b-a" or "intersection".
        predictions: int64 `[..., k]`.
        labels: int64 `[..., n]`, or `[...]`, one for each row; a SparseTensor of one of these shapes, too.
        only: no other value counts.

    Returns:
        float64 `[...]`.
    """
    values, indices, shape = _parts(labels)
    return _counted(values, predictions, indices, shape, operation, only)


@op("SetSize", "labels predictions | indices? shape?:index", shape=_count_shape, dtype=float64)
def _counted(
    labels: Any, predictions: Any, indices: Any, shape: Any, operation: str, only: int | None, name: str | None = None
) -> Any:
    ranked = to_numpy(unwrap(predictions))
    of_labels, of_ranked = _rows(labels, indices, shape, ranked.ndim), _rows(ranked, None, None)
    if of_labels.shape != of_ranked.shape:
        raise errors.of_other_rows(of_ranked.shape, of_labels.shape)
    pairs, others, known = _pairs(of_ranked, of_labels)
    found = _OPERATIONS[operation](pairs, others)
    rows, which = np.divmod(found, max(len(known), 1))
    if only is not None:
        rows = rows[known[which] == only]
    return np.bincount(rows, minlength=math.prod(of_ranked.shape)).reshape(of_ranked.shape).astype(np.float64)


def average_precision_of_rows(labels: Any, predictions: Any, num_classes: Any) -> Any:
    """Return for each row the mean of the precision at each place where a label stands among the predictions.

    Args:
        labels, predictions: as in `count_in_rows`; the predictions, the best first.
        num_classes: labels from here on are none.

    Returns:
        float64 `[...]`: the sum of precisions divided by the number of labels, or by k if that is less.
    """
    values, indices, shape = _parts(labels)
    return _average_precision(values, predictions, indices, shape, num_classes)


@op("RealDiv", "labels predictions | indices? shape?:index", shape=_count_shape, dtype=float64)
def _average_precision(
    labels: Any, predictions: Any, indices: Any, shape: Any, num_classes: Any, name: str | None = None
) -> Any:
    ranked = to_numpy(unwrap(predictions))
    values = to_numpy(unwrap(labels))
    values = np.where(values >= int(num_classes), -1, values)
    of_labels, of_ranked = _rows(values, indices, shape, ranked.ndim), _rows(ranked, None, None)
    if of_labels.shape != of_ranked.shape:
        raise errors.of_other_rows(of_ranked.shape, of_labels.shape)
    known = np.unique(np.concatenate([of_labels.values, of_ranked.values]))
    pairs = [each.rows * len(known) + np.searchsorted(known, each.values) for each in (of_ranked, of_labels)]
    hits = np.isin(*pairs).reshape(ranked.shape)
    precisions = np.cumsum(hits, -1) / np.arange(1, ranked.shape[-1] + 1)
    if indices is None:  # a label that comes twice counts twice, one below 0 is none
        count = np.bincount(of_labels.rows[of_labels.values >= 0], minlength=math.prod(of_labels.shape))
    else:
        count = _sizes(of_labels)
    relevant = np.minimum(count.reshape(of_labels.shape), ranked.shape[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((precisions * hits).sum(-1) / relevant)
