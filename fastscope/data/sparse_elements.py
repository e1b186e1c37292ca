"""SparseTensors in queues and datasets: one of them is one thing there, which holds its three arrays.

In a graph a tensor without dimensions, of text, stands for it; functions here write down what goes in and out. Several
of them together are one of a dimension more.

Source: tensorflow/python/data/util/sparse.py, tensorflow/python/training/input.py (_store_sparse_tensors) (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import to_numpy
from ..arrays.dtypes import DType, int64, string
from ..graph import StaticShape, Tensor, current
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue
from ..graph.writing import write_down

__all__ = ["Held", "held_in", "joined", "opened", "restored", "rows_of", "stored"]


class Held:
    """A SparseTensor's arrays."""

    def __init__(self, indices: Any, values: Any, sizes: Any) -> None:
        self.indices, self.values = np.array(to_numpy(indices)), np.array(to_numpy(values))
        self.sizes = np.array(to_numpy(sizes), np.int64)

    @property
    def parts(self) -> SparseTensorValue:
        """The three of them."""
        return SparseTensorValue(self.indices, self.values, self.sizes)


def held_in(value: Any) -> Held | None:
    """Return what an array without dimensions holds, or is; None if that is something else."""
    if isinstance(value, np.ndarray) and value.dtype == object and not value.ndim:
        value = value[()]
    return value if isinstance(value, Held) else None


def rows_of(held: Held) -> Any:
    """Return the rows of one, an array of them."""
    found = np.empty(int(held.sizes[0]), object)
    for row in range(len(found)):
        is_here = held.indices[:, 0] == row
        found[row] = Held(held.indices[is_here, 1:], held.values[is_here], held.sizes[1:])
    return found


def joined(listed: Sequence[Held]) -> Held:
    """Return one of several, which are its rows."""
    columns = [
        np.concatenate([np.full((len(each.indices), 1), k, np.int64), each.indices], axis=1)
        for k, each in enumerate(listed)
    ]
    sizes = np.max([each.sizes for each in listed], axis=0)
    return Held(np.concatenate(columns), np.concatenate([each.values for each in listed]), [len(listed), *sizes])


# ---- in a graph


def _written(type: str, function: Any, inputs: dict[str, Any], outputs: Any) -> list[Tensor]:
    recorder = current()
    assert recorder is not None
    return write_down(recorder, type, recorder.claim(type), function, inputs, outputs, is_list=True).outputs


def _single(held: Held) -> Any:
    array = np.empty((), object)
    array[()] = held
    return array


def stored(sparse: SparseTensor, many: bool) -> Tensor:
    """Return a tensor that holds a SparseTensor, with `many` a vector that holds its rows."""
    names = ("sparse_indices", "sparse_values", "sparse_shape")
    parts = dict(zip(names, (sparse.indices, sparse.values, sparse.dense_shape), strict=True))
    if many:
        return _written("SerializeManySparse", lambda *a: [rows_of(Held(*a))], parts, [((None,), string)])[0]
    return _written("SerializeSparse", lambda *a: [_single(Held(*a))], parts, [((), string)])[0]


def _specs(rank: int | None, dtype: DType) -> list[tuple[StaticShape, DType]]:
    return [((None, rank), int64), ((None,), dtype), ((rank,), int64)]


def opened(held: Any, dims: StaticShape, dtype: DType) -> SparseTensor:
    """Return the SparseTensor that a tensor holds; `dims`: its static shape."""

    def parts(value: Any) -> list[Any]:
        found = held_in(value)
        assert found is not None
        return list(found.parts)

    rank = None if dims is None else len(dims)
    return SparseTensor(*_written("DeserializeSparse", parts, {"serialized_sparse": held}, _specs(rank, dtype)))


def restored(held: Tensor, rank: int | None, dtype: DType) -> SparseTensor:
    """Return the SparseTensor whose rows, each of `rank`, a vector holds."""
    above = None if rank is None else rank + 1

    def parts(elements: Any) -> list[Any]:
        if len(elements):
            return list(joined(list(elements)).parts)
        empty = np.zeros((0, above or 1), np.int64), np.zeros(0, dtype.dtype), np.zeros(above or 1, np.int64)
        return list(empty)

    return SparseTensor(*_written("DeserializeManySparse", parts, {"serialized_sparse": held}, _specs(above, dtype)))
