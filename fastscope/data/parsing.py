"""parse_example and its kin: records that become arrays.

Source: tensorflow/python/ops/parsing_ops.py, tensorflow/core/util/example_proto_fast_parsing.cc (TF 1.15).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays import to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, int64
from ..arrays.shapes import as_shape
from ..errors import data as errors
from ..graph import StaticShape, Tensor, current
from ..graph.sparse_tensor import SparseTensor
from ..graph.writing import write_down
from ..ops.folding import constant_value
from .examples import Found, example_features, values_of
from .examples import sequence_features as sequence_parts
from .features import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature

__all__ = ["parse_example", "parse_single_example", "parse_single_sequence_example"]

_DTYPES = ("float32", "int64", "string")


class _Wanted:
    """One feature that is asked for, checked.

    Attributes:
        name: of the feature.
        kind: "fixed", "sequence" or "sparse".
        dims: of its values, or of an entry.
        default: an array, or None.
        rank: of the sparse tensor.
    """

    def __init__(self, name: str, feature: Any, rank: int) -> None:
        if not isinstance(feature, (FixedLenFeature, FixedLenSequenceFeature, VarLenFeature)):
            raise errors.no_feature(name, feature)
        self.name, self.dtype = name, as_dtype(feature.dtype)
        if self.dtype.name not in _DTYPES:
            raise errors.feature_dtype(self.dtype.name)
        self.rank = rank
        self.default: Any = None
        self.may_miss = False
        self.dims: tuple[int, ...] = ()
        if isinstance(feature, VarLenFeature):
            self.kind = "sparse"
            return
        sizes = as_shape(feature.shape).sizes
        if sizes is None or None in sizes:
            raise errors.unknown_first_dimension(name)
        self.dims = tuple(int(size) for size in sizes if size is not None)
        self.kind = "fixed" if isinstance(feature, FixedLenFeature) else "sequence"
        self.may_miss = getattr(feature, "allow_missing", False)
        if feature.default_value is not None:
            value = np.asarray(_known(name, feature.default_value))
            value = _texts(value) if self.dtype.name == "string" else value.astype(self.dtype.dtype)
            wanted = () if self.kind == "sequence" else self.dims
            is_all = value.size == math.prod(wanted)  # as many in another shape are read in this one
            self.default = value.reshape(wanted) if is_all else np.broadcast_to(value, wanted)

    def filler(self) -> Any:
        """Return what a shorter sequence is filled up with."""
        if self.default is not None:
            return self.default[()]
        return b"" if self.dtype.name == "string" else 0

    def value(self, found: Found | None, where: str, place: str) -> Any:
        """Return the values of a record's list, in their shape."""
        if found is None or not found[0]:
            if self.kind == "fixed" and self.default is not None:
                return self.default
            if self.kind == "fixed" or (self.kind == "sequence" and not self.may_miss):
                raise errors.feature_missing(where, self.name, self.dtype.name.replace("float32", "float"))
            found = (0, b"")
        array = values_of(found, self.dtype, place)
        if self.kind == "sparse":
            return array
        if self.kind == "fixed":
            if array.size != math.prod(self.dims):
                raise errors.feature_size(
                    place if _NAMELESS in place else f"{place}Can't parse serialized Example. ",
                    self.dtype.name.replace("32", ""),
                    array.size,
                    self.dims,
                )
            return array.reshape(self.dims)
        entry = math.prod(self.dims)
        if array.size % max(entry, 1):
            raise errors.feature_size(
                place if _NAMELESS in place else f"{place}Can't parse serialized Example. ",
                self.dtype.name.replace("32", ""),
                array.size,
                (None, *self.dims),
            )
        return array.reshape((array.size // max(entry, 1), *self.dims))


def _known(name: str, default: Any) -> Any:
    """Return the value of what a record may lack."""
    if not isinstance(default, Tensor):
        return default
    value = constant_value(default)
    if value is None:
        raise errors.default_unknown(name, default)
    return value


def _texts(value: Any) -> Any:
    flat = [item.encode() if isinstance(item, str) else bytes(item) for item in value.ravel().tolist()]
    made = np.empty(len(flat), object)
    made[:] = flat
    return made.reshape(value.shape)


def _wanted(features: Any, rows: int = 0) -> list[_Wanted]:
    """Return what is asked for by its names; `rows` is how many dimensions stand in front of a record's.

    Raises:
        ValueError: nothing, or no features.
    """
    if not features:
        raise errors.no_features()
    return [_Wanted(name, features[name], 1 + rows) for name in sorted(features)]


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """Return the features of one record.

    Args:
        serialized: bytes of a `tf.train.Example`, a tensor without dimensions.
        features: name -> FixedLenFeature, FixedLenSequenceFeature or VarLenFeature.
        name: of the name scope, "ParseSingleExample" by default.
        example_names: kept for TF's sake.

    Returns:
        A dict: name -> tensor, sparse where a VarLenFeature was asked for.

    Raises:
        ValueError: no features, or what is none.
        InvalidArgumentError: when it runs: the record does not have them.
    """
    wanted = _wanted(features)

    def parse(data: Any) -> list[Any]:
        found = example_features(_bytes(data))
        values = [each.value(found.get(each.name), "", f"Key: {each.name}.  ") for each in wanted]
        return _ordered(
            wanted, [_sparse_row(v) if w.kind == "sparse" else v for w, v in zip(wanted, values, strict=True)]
        )

    return _written("ParseSingleExample", name, serialized, wanted, parse, ())


def parse_example(
    serialized: Any, features: Mapping[str, Any], name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """Return the features of a batch of records; see `parse_single_example`.

    Args:
        serialized: `[N]`, bytes of records of `tf.train.Example`.

    Returns:
        A dict: name -> tensor `[N, ...]`; sequences are filled up to the longest.
    """
    wanted = _wanted(features, rows=1)

    def parse(batch: Any) -> list[Any]:
        found = [example_features(_bytes(data)) for data in to_numpy(batch)]
        columns = [
            [
                each.value(record.get(each.name), _NAMELESS, f"{_NAMELESS}Key: {each.name}, Index: {k}.  ")
                for k, record in enumerate(found)
            ]
            for each in wanted
        ]
        return _ordered(
            wanted,
            [
                _sparse_rows(column, each.dtype) if each.kind == "sparse" else _stacked(column, each)
                for each, column in zip(wanted, columns, strict=True)
            ],
        )

    size = getattr(serialized, "dims", None)
    rows = (size[0] if size else None,) if hasattr(serialized, "dims") else (len(unwrap(serialized)),)
    return _written("ParseExample", name, serialized, wanted, parse, rows)


_NAMELESS = "Name: <unknown>, "


def _ordered(wanted: list[_Wanted], columns: list[Any]) -> list[Any]:
    """Return the outputs as TensorFlow numbers them: of sparse ones all indices, values and shapes, then the dense."""
    sparse = [column for each, column in zip(wanted, columns, strict=True) if each.kind == "sparse"]
    dense = [column for each, column in zip(wanted, columns, strict=True) if each.kind != "sparse"]
    return [part[k] for k in range(3) for part in sparse] + dense


def _sparse_row(values: Any) -> tuple[Any, Any, Any]:
    """Return indices, values and shape of one row."""
    return np.arange(values.size, dtype=np.int64)[:, None], values, np.array([values.size], np.int64)


def _sparse_rows(rows: list[Any], dtype: DType) -> tuple[Any, Any, Any]:
    """Return indices, values and shape of rows of different lengths."""
    places = [(k, m) for k, row in enumerate(rows) for m in range(len(row))]
    values = np.concatenate(rows) if rows else np.empty(0, dtype.dtype)
    longest = max(map(len, rows), default=0)
    return np.array(places, np.int64).reshape(-1, 2), values, np.array([len(rows), longest], np.int64)


def _stacked(rows: list[Any], each: _Wanted) -> Any:
    if each.kind == "fixed":
        return np.stack(rows) if rows else np.empty((0, *each.dims), each.dtype.dtype)
    longest = max(map(len, rows), default=0)
    filled = np.full((len(rows), longest, *each.dims), each.filler(), each.dtype.dtype)
    for k, row in enumerate(rows):
        filled[k, : len(row)] = row
    return filled


def _bytes(value: Any) -> bytes:
    found = value[()] if isinstance(value, np.ndarray) else value
    return found.encode() if isinstance(found, str) else bytes(found)


def _written(
    type: str,
    name: str | None,
    serialized: Any,
    wanted: list[_Wanted],
    parse: Callable[[Any], list[Any]],
    rows: tuple[int | None, ...],
) -> dict[str, Any]:
    """Write the parsing down, or do it now; `rows` is the static shape in front of a record's."""
    sparse = [each for each in wanted if each.kind == "sparse"]
    dense = [each for each in wanted if each.kind != "sparse"]
    specs: list[tuple[StaticShape, DType]] = [((None, each.rank), int64) for each in sparse]
    specs += [((None,), each.dtype) for each in sparse] + [((each.rank,), int64) for each in sparse]
    specs += [((*rows, *((None,) if each.kind == "sequence" else ()), *each.dims), each.dtype) for each in dense]
    recorder = current()
    if recorder is None:
        outputs = parse(np.asarray(unwrap(serialized), object))
    else:
        with name_scope(name or type):
            full_name = recorder.claim(type)
            operation = write_down(recorder, type, full_name, parse, {"serialized": serialized}, specs, is_list=True)
        dims = operation.inputs[0].dims
        if dims is not None and len(dims) != len(rows):
            raise errors.wrong_rank(len(rows), len(dims), full_name, type)
        outputs = operation.outputs
    count = len(sparse)
    found = {each.name: SparseTensor(*outputs[k : 3 * count : count]) for k, each in enumerate(sparse)}
    found |= {each.name: outputs[3 * count + k] for k, each in enumerate(dense)}
    return found


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the context and the sequences of one record.

    Args:
        serialized: bytes of a `tf.train.SequenceExample`, a tensor without dimensions.
        context_features: name -> FixedLenFeature or VarLenFeature.
        sequence_features: name -> FixedLenSequenceFeature, of which each step has one entry, or VarLenFeature.
        example_name: kept for TF's sake.
        name: of the name scope, "ParseSingleSequenceExample" by default.

    Raises:
        ValueError: no features, or what is none.
        InvalidArgumentError: when it runs: the record does not have them.
    """
    if not context_features and not sequence_features:
        raise errors.no_features()
    context = _wanted(context_features) if context_features else []
    sequences = _wanted(sequence_features, rows=1) if sequence_features else []

    def parse(data: Any) -> list[Any]:
        found, steps = sequence_parts(_bytes(data))
        values = [each.value(found.get(each.name), "", f"Key: {each.name}.  ") for each in context]
        columns = [_steps(each, steps.get(each.name, [])) for each in sequences]
        return _ordered(wanted, [*values, *columns])

    wanted = [*context, *sequences]
    outputs = _written("ParseSingleSequenceExample", name, serialized, wanted, parse, ())
    return {each.name: outputs[each.name] for each in context}, {each.name: outputs[each.name] for each in sequences}


def _steps(each: _Wanted, steps: list[Found]) -> Any:
    """Return the entries of a sequence, one below the other; of a sparse one indices, values and shape."""
    if each.kind == "sparse":
        return _sparse_rows([each.value(step, "", f"Key: {each.name}.  ") for step in steps], each.dtype)
    if not steps and not each.may_miss:
        raise errors.feature_missing("", each.name, each.dtype.name)
    rows = [each.value(step, "", f"Key: {each.name}, Index: {k}.  ") for k, step in enumerate(steps)]
    for k, row in enumerate(rows):
        if len(row) != 1:
            raise errors.feature_size(f"Key: {each.name}, Index: {k}.  ", each.dtype.name, len(row), each.dims)
    return np.concatenate(rows) if rows else np.empty((0, *each.dims), each.dtype.dtype)
