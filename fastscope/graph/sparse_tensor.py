"""SparseTensor: a tensor of which only the elements that are not zero are kept.

Source: tensorflow/python/framework/sparse_tensor.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .._store import name_scope
from ..arrays import as_array
from ..arrays.dtypes import DType, as_dtype, int64
from ..arrays.shapes import TensorShape
from ..errors import graph as errors
from ..errors.reprs import never_raises
from ..later import bring
from .conversion import as_tensor
from .recording import current
from .tensor import Tensor

__all__ = ["SparseTensor", "SparseTensorValue", "is_sparse"]


class SparseTensorValue(NamedTuple):
    """The value of a SparseTensor, arrays."""

    indices: Any
    values: Any
    dense_shape: Any


class SparseTensor:
    """The elements `values` `[n]` at `indices` `[n, rank]` of a tensor of shape `dense_shape` `[rank]`, zero elsewhere.

        >>> sparse = fs.SparseTensor([[0, 1], [1, 2]], [5.0, 6.0], [2, 3])
        >>> fs.sparse_tensor_to_dense(sparse)
        array([[0., 5., 0.],
               [0., 0., 6.]], dtype=float32)

    A session fetches it as a SparseTensorValue, and is fed one, or a tuple of the three, for it.

    Attributes:
        indices: int64, in the order of rows.
        values: of any dtype.
        dense_shape: int64.

    Raises:
        ValueError: the three do not fit.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        recorder = current()
        if recorder is None:
            self.indices, self.dense_shape = as_array(indices, int64), as_array(dense_shape, int64)
            self.values = as_array(values)
        else:
            with name_scope(None, "SparseTensor"):
                self.indices, self.values, self.dense_shape = [
                    as_tensor(part, recorder, dtype, name=name if isinstance(part, Tensor) else recorder.claim(name))
                    for part, dtype, name in (
                        (indices, int64, "indices"),
                        (values, None, "values"),
                        (dense_shape, int64, "dense_shape"),
                    )
                ]
        places, given = TensorShape(self.indices.shape).with_rank(2), TensorShape(self.values.shape).with_rank(1)
        rank = TensorShape(self.dense_shape.shape).with_rank(1)
        places[0].merge_with(given[0])
        places[1].merge_with(rank[0])

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """Return the SparseTensor of a SparseTensorValue, or of what is one already."""
        if isinstance(sparse_tensor_value, SparseTensor):
            return sparse_tensor_value
        return cls(*sparse_tensor_value)

    @property
    def dtype(self) -> DType:
        """DType of the values."""
        return as_dtype(self.values.dtype)

    @property
    def op(self) -> Any:
        """The operation of the values."""
        return self.values.op

    @property
    def graph(self) -> Any:
        """The graph it belongs to."""
        return self.values.graph

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return self.get_shape()

    def get_shape(self) -> TensorShape:
        """Return the static shape: known where `dense_shape` is a constant."""
        if not isinstance(self.dense_shape, Tensor):
            return TensorShape(self.dense_shape.tolist())
        known = self.dense_shape.op.attributes.get("value") if self.dense_shape.op.type == "Const" else None
        rank = None if self.dense_shape.dims is None else self.dense_shape.dims[0]
        return TensorShape(known.tolist() if known is not None else None if rank is None else [None] * rank)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Return the value, run in `session`, by default the default one."""
        return self.indices.op.graph.session_for(session, errors.no_session_to_eval).run(self, feed_dict)

    def _fetched_parts(self) -> tuple[Any, list[Any]]:
        return SparseTensorValue, [self.indices, self.values, self.dense_shape]

    def __mul__(self, other: Any) -> SparseTensor:
        """Return the sparse tensor times a full one, or a number, which is broadcast to it."""
        found: SparseTensor = bring("ops.sparse_by_dense").multiplied(self, other)
        return found

    def __truediv__(self, other: Any) -> SparseTensor:
        """Return the sparse tensor divided by a full one, or a number, which is broadcast to it."""
        found: SparseTensor = bring("ops.sparse_by_dense").divided(self, other)
        return found

    @never_raises
    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices}, values={self.values}, dense_shape={self.dense_shape})"

    __str__ = __repr__


def is_sparse(x: Any) -> bool:
    """Return whether this is a SparseTensor, or the value of one."""
    return isinstance(x, (SparseTensor, SparseTensorValue))
