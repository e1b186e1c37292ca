"""SparseTensors in queues: each is one element, which holds three arrays; taken out they are one of higher rank.

Source: tensorflow/python/training/input.py (_store_sparse_tensors, _restore_sparse_tensors) (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import DType, int64, string
from ..graph import Tensor, current
from ..graph.sparse_tensor import SparseTensor
from ..graph.writing import write_down

__all__ = ["Kind", "restored", "stored"]


class Kind(NamedTuple):
    """What is known of a SparseTensor that waits in a queue.

    Attributes:
        dtype: of the values.
        rank: of one element, or None.
    """

    dtype: DType
    rank: int | None


class _Held:
    """One element."""

    def __init__(self, indices: Any, values: Any, shape: Any) -> None:
        self.indices, self.values, self.sizes = indices, values, shape


def _written(type: str, function: Any, inputs: dict[str, Any], outputs: Any) -> list[Tensor]:
    recorder = current()
    assert recorder is not None
    return write_down(recorder, type, recorder.claim(type), function, inputs, outputs, is_list=True).outputs


def stored(sparse: SparseTensor, many: bool) -> tuple[Tensor, Kind]:
    """Return a tensor that holds a SparseTensor, with `many` a vector that holds its rows, and what is known of it."""
    parts: dict[str, Any] = {
        "sparse_indices": sparse.indices,
        "sparse_values": sparse.values,
        "sparse_shape": sparse.dense_shape,
    }
    rank = sparse.dense_shape.dims[0] if sparse.dense_shape.dims else None
    kind = Kind(sparse.dtype.base_dtype, None if rank is None else rank - many)
    if many:
        (found,) = _written("SerializeManySparse", _rows, parts, [((None,), string)])
    else:
        (found,) = _written("SerializeSparse", _one, parts, [((), string)])
    return found, kind


def _one(*parts: Any) -> list[Any]:
    held = np.empty((), object)
    held[()] = _Held(*(np.array(to_numpy(part)) for part in parts))
    return [held]


def _rows(*parts: Any) -> list[Any]:
    indices, values, shape = (np.array(to_numpy(part)) for part in parts)
    found = np.empty(int(shape[0]), object)
    for row in range(len(found)):
        is_here = indices[:, 0] == row
        found[row] = _Held(indices[is_here, 1:], values[is_here], shape[1:])
    return [found]


def restored(held: Tensor, kind: Kind) -> SparseTensor:
    """Return the SparseTensor of a vector of elements."""
    rank = None if kind.rank is None else kind.rank + 1

    def joined(elements: Any) -> list[Any]:
        listed = list(elements)
        columns = [
            np.concatenate([np.full((len(each.indices), 1), k, np.int64), each.indices], axis=1)
            for k, each in enumerate(listed)
        ]
        sizes = np.max([each.sizes for each in listed], axis=0) if listed else np.zeros((rank or 1) - 1, np.int64)
        return [
            np.concatenate(columns) if listed else np.zeros((0, rank or 1), np.int64),
            np.concatenate([each.values for each in listed]) if listed else np.zeros(0, kind.dtype.dtype),
            np.array([len(listed), *sizes], np.int64),
        ]

    specs = [((None, rank), int64), ((None,), kind.dtype), ((rank,), int64)]
    return SparseTensor(*_written("DeserializeManySparse", joined, {"serialized_sparse": held}, specs))
