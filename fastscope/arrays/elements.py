"""What a TensorArray is while it runs: values that are written once, each under a number.

Source: tensorflow/core/kernels/tensor_array.h (TF 1.15).
"""

from __future__ import annotations

from itertools import count
from typing import Any

from ..errors import flow as errors
from .devices import array_module
from .dtypes import DType, as_dtype

__all__ = ["Elements", "Parts", "merged_parts"]

_numbers = count()
_UNWRITTEN, _CLEARED = object(), object()

Parts = dict[int, Any]
"""The gradient of a TensorArray: what came for some of its elements; for the others it is zero."""


class Elements:
    """The values of a TensorArray.

    Args:
        name: of the operation that made it, for messages.
        dtype: of the values.
        size: how many there are.
        grows: whether a write past the end makes room.
        clears: whether a value that was read is let go.
        shape: what is known of the shape of a value, a tuple; None = nothing.

    Attributes:
        sums: the TensorArrays of its gradients, by the names of what asks for them; None = there are none.
    """

    __slots__ = ("_clears", "_grows", "_name", "_values", "dtype", "shape", "sums")

    def __init__(self, name: str, dtype: DType, size: int, grows: bool, clears: bool, shape: Any) -> None:
        self._name = f"{name}_{next(_numbers)}"
        self.dtype = dtype
        self._values: list[Any] = [_UNWRITTEN] * size
        self._grows = grows
        self._clears = clears
        self.shape = None if shape is None or None in shape else tuple(shape)
        self.sums: dict[str, Any] | None = None

    def __len__(self) -> int:
        return len(self._values)

    def write(self, index: int, value: Any) -> None:
        """Set a value.

        Raises:
            InvalidArgumentError: there is no such place, it was written before, or the value is of another dtype.
        """
        values = self._values
        if value.dtype != self.dtype.dtype:
            raise errors.element_type(self.dtype, as_dtype(value.dtype))
        if index < 0 or (index >= len(values) and not self._grows):
            raise errors.element_past_the_end(self._name, index, len(values))
        if index >= len(values):
            values += [_UNWRITTEN] * (index + 1 - len(values))
        if values[index] is not _UNWRITTEN:
            raise errors.element_written_twice(self._name, index)
        values[index] = value
        if self.shape is None:
            self.shape = value.shape

    def read(self, index: int) -> Any:
        """Return a value, zeros for one that was never written.

        Raises:
            InvalidArgumentError: there is no such place, its value was let go, or nothing tells how many zeros.
        """
        values = self._values
        if not 0 <= index < len(values):
            raise errors.no_such_element(self._name, index, len(values))
        value = values[index]
        if value is _CLEARED:
            raise errors.element_read_twice(self._name, index)
        if value is _UNWRITTEN:
            if self.shape is None:
                raise errors.element_unwritten(self._name, index)
            return self._module().zeros(self.shape, self.dtype.dtype)
        if self._clears:
            values[index] = _CLEARED
        return value

    def gather(self, indices: Any) -> Any:
        """Return the values `[len(indices), ...]` of some places, read one after the other.

        Raises:
            InvalidArgumentError: see `read`.
            UnimplementedError: none are asked for, and nothing tells their shape.
        """
        module = self._module()
        found = [module.asarray(self.read(int(index))) for index in indices]  # numbers among them may be on the host
        if found:
            return module.stack(found)
        if self.shape is None:
            raise errors.no_elements(self._name)
        return module.zeros((0, *self.shape), self.dtype.dtype)

    def concat(self) -> tuple[Any, list[int]]:
        """Return all values joined along their first axis, and how long each was.

        Raises:
            InvalidArgumentError: see `read`; a value has no axis, or other sizes than the first.
            UnimplementedError: there is none, and nothing tells their shape.
        """
        module = self._module()
        found = [module.asarray(self.read(index)) for index in range(len(self))]
        for index, value in enumerate(found):
            if not value.ndim:
                raise errors.element_without_axis(index)
            if value.shape[1:] != found[0].shape[1:]:
                raise errors.elements_do_not_join(list(found[0].shape[1:]), index, list(value.shape[1:]))
        if found:
            return module.concatenate(found), [len(value) for value in found]
        if not self.shape:
            raise errors.no_elements(self._name)
        return module.zeros((0, *self.shape[1:]), self.dtype.dtype), []

    def check_split(self, value: Any, lengths: Any) -> None:
        """Check that a value can be cut into values of these lengths for the places.

        Raises:
            InvalidArgumentError: it cannot.
        """
        if lengths.ndim != 1:
            raise errors.split_lengths_rank(list(lengths.shape))
        if not value.ndim:
            raise errors.split_value_rank(list(value.shape))
        if lengths.sum() != len(value):
            raise errors.split_lengths_sum(int(lengths.sum()), list(value.shape))
        if len(lengths) != len(self) and not (self._grows and len(lengths) > len(self)):
            raise errors.split_into_others(len(self), len(lengths))

    def _module(self) -> Any:
        return array_module(*(value for value in self._values if value is not _UNWRITTEN and value is not _CLEARED))


def merged_parts(into: Parts, parts: Parts) -> Parts:
    """Add `parts` to `into`, which is changed and returned."""
    for index, part in parts.items():
        into[index] = into[index] + part if index in into else part
    return into
