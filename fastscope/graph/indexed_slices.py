"""IndexedSlices: some rows of an array, the others being zero; the gradient of a look-up.

Source: tensorflow/python/framework/indexed_slices.py (TF 1.15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arrays.dtypes import DType
from ..arrays.recordable import recordable
from ..errors.reprs import never_raises

if TYPE_CHECKING:
    from .recording import Recorder
    from .tensor import Tensor

__all__ = ["IndexedSlices", "IndexedSlicesValue"]

from typing import NamedTuple


class IndexedSlicesValue(NamedTuple):
    """The value of IndexedSlices, arrays."""

    values: Any
    indices: Any
    dense_shape: Any


class IndexedSlices:
    """Rows `values` `[n, ...]` at `indices` `[n]` of an array of shape `dense_shape`; equal indices add up.

    Attributes:
        values, indices, dense_shape: tensors; dense_shape may be None.
    """

    def __init__(self, values: Tensor, indices: Tensor, dense_shape: Tensor | None = None) -> None:
        self.values = values
        self.indices = indices
        self.dense_shape = dense_shape

    @property
    def dtype(self) -> DType:
        """DType of the values."""
        return self.values.dtype

    @property
    def op(self) -> Any:
        """The operation of the values."""
        return self.values.op

    @property
    def name(self) -> str:
        """Name of the values."""
        return self.values.name

    @property
    def graph(self) -> Any:
        """The graph it belongs to."""
        return self.values.graph

    @property
    def device(self) -> str:
        """Device of the values."""
        return self.values.device

    def _fetched_parts(self) -> tuple[Any, list[Any]]:
        parts = [self.values, self.indices, self.dense_shape]
        if self.dense_shape is None:
            return lambda values, indices: IndexedSlicesValue(values, indices, None), parts[:2]
        return IndexedSlicesValue, parts

    def _recorded(self, recorder: Recorder) -> Tensor:
        tensor: Tensor = recordable.function("dense_rows", self.values, self.indices, self.dense_shape)
        return tensor

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    @never_raises
    def __repr__(self) -> str:
        return f"IndexedSlices(indices={self.indices}, values={self.values}, dense_shape={self.dense_shape})"

    __str__ = __repr__
