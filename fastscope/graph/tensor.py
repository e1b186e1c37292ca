"""Tensor: a value that an operation will have when it runs.

The operators are given to the class by `ops.operators`, which knows the functions.

Source: tensorflow/python/framework/ops.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Never

from ..arrays.dtypes import DType
from ..arrays.shapes import TensorShape, as_shape, merged, shape_of_sizes
from ..errors import graph as errors
from ..errors.reprs import never_raises

if TYPE_CHECKING:
    from .graph import Graph
    from .operation import Operation

__all__ = ["StaticShape", "Tensor"]

StaticShape = tuple[int | None, ...] | None
"""A shape as far as it is known when a line is written; None = not even the rank."""


class Tensor:
    """An output of an operation.

    It compares and hashes by identity, and has neither a value nor a truth value until a session runs.

    Attributes:
        op: the operation that makes it.
        value_index: which of its outputs it is.
        dtype: DType.
        dims: the static shape as a tuple, or None.
    """

    __slots__ = ("__dict__", "__weakref__", "dims", "dtype", "op", "value_index")
    __array_priority__ = 100
    __array_ufunc__: Any = None  # what ops.operators gives the class: NumPy's arrays leave operators to the tensor

    def __init__(self, op: Operation, value_index: int, dims: StaticShape, dtype: DType) -> None:
        self.op = op
        self.value_index = value_index
        self.dims = dims
        self.dtype = dtype

    @property
    def name(self) -> str:
        """The operation's name and the number of the output, "add:0"."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self) -> Graph:
        """The graph it belongs to."""
        return self.op.graph

    @property
    def device(self) -> str:
        """Where its operation was asked to run."""
        return self.op.device

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return shape_of_sizes(self.dims)

    def get_shape(self) -> TensorShape:
        """Return the static shape."""
        return shape_of_sizes(self.dims)

    def set_shape(self, shape: Any) -> None:
        """Add what is known of the shape; what was written before keeps what it knew.

        Raises:
            ValueError: it contradicts what is known.
        """
        self.dims = merged(self.dims, as_shape(shape).sizes)

    def consumers(self) -> list[Operation]:
        """Return the operations that take it."""
        return [operation for operation in self.op.recorder.operations if self in operation.inputs]

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Return the value, run in `session`, by default the default one.

        Raises:
            ValueError: there is no session, or one of another graph.
        """
        return self.graph.session_for(session, errors.no_session_to_eval).run(self, feed_dict)

    if TYPE_CHECKING:  # what ops.operators gives the class

        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __getitem__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...

    def __bool__(self) -> Never:
        raise errors.tensor_as_bool()

    __nonzero__ = __bool__

    def __iter__(self) -> Iterator[Never]:
        raise errors.tensor_iterated()

    def __len__(self) -> Never:
        raise errors.tensor_len(self.name)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Never:
        raise errors.tensor_as_array(self.name)

    @never_raises
    def __repr__(self) -> str:
        return f"<tf.Tensor {self.name!r} shape={self.shape} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        shape = "" if self.dims is None else f", shape={self.shape}"
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name})'
