"""`TensorShape`: a tuple of dimensions that also answers TF1's questions about it.

A known dimension is an int and an unknown one is None, so a shape goes wherever NumPy takes a
shape. Where TF1 code asks `shape[1].value`, indexing answers a `Dimension`: the same int with a
`value`.

Source: tensorflow/python/framework/tensor_shape.py
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any, Final, Self, SupportsIndex, overload

from ..errors import arrays as errors

__all__ = ["Dimension", "TensorShape", "as_shape"]


class Dimension(int):
    """A known dimension: an int that also answers TF1's `.value`. An unknown dimension is None."""

    __slots__ = ()

    def __new__(cls, value: Any) -> Self:
        """Make a dimension of an integer."""
        size = _dimension(value)
        if size is None:
            raise errors.unknown_dimension()
        return super().__new__(cls, size)

    @property
    def value(self) -> int:
        """The plain int."""
        return int(self)


class TensorShape(tuple[int | None, ...]):
    """Shape of an array: a tuple of ints, with None for each unknown dimension.

    `TensorShape(None)` knows not even its rank; it is the only such shape and equals no tuple.

        >>> TensorShape([2, None]).merge_with([None, 3])
        TensorShape([2, 3])

    Args:
        dims: iterable of ints, Dimensions and None; one int for a vector; None for an unknown rank.

    Raises:
        TypeError: a dimension that is not an integer.
        ValueError: a negative dimension.
    """

    __slots__ = ()

    def __new__(cls, dims: Any = None) -> TensorShape:
        """Make a shape; one that is a shape already comes back as it is."""
        if isinstance(dims, TensorShape):
            return dims
        if dims is None:
            return _UNKNOWN
        if isinstance(dims, (list, tuple)):
            return super().__new__(cls, map(_dimension, dims))
        return super().__new__(cls, map(_dimension, _iterate(dims)))

    @property
    def rank(self) -> int | None:
        """Number of dimensions, None when unknown."""
        return tuple.__len__(self)

    @property
    def ndims(self) -> int | None:
        """Number of dimensions, None when unknown."""
        return self.rank

    @property
    def dims(self) -> list[Dimension | None] | None:
        """The dimensions as a list, None when the rank is unknown."""
        if self.rank is None:
            return None
        return [None if size is None else Dimension(size) for size in self]

    def as_list(self) -> list[int | None]:
        """Return the dimensions as plain ints and None.

        Raises:
            ValueError: the rank is unknown.
        """
        if self.rank is None:
            raise errors.unknown_rank("as_list()")
        return list(self)

    def num_elements(self) -> int | None:
        """Return the product of the dimensions, None when one is unknown."""
        if self.rank is None:
            return None
        known = [size for size in self if size is not None]
        return math.prod(known) if len(known) == len(self) else None

    def is_fully_defined(self) -> bool:
        """Return whether rank and every dimension are known."""
        return self.rank is not None and None not in tuple(self)

    def is_compatible_with(self, other: Any) -> bool:
        """Return whether one array could have both shapes: None agrees with everything."""
        other = as_shape(other)
        if self.rank is None or other.rank is None:
            return True
        return self.rank == other.rank and all(
            a is None or b is None or a == b for a, b in zip(self, other, strict=True)
        )

    def merge_with(self, other: Any) -> TensorShape:
        """Return the shape that knows what either of the two knows.

        Raises:
            ValueError: the two contradict each other.
        """
        other = as_shape(other)
        self.assert_is_compatible_with(other)
        if self.rank is None or other.rank is None:
            return other if self.rank is None else self
        return TensorShape([b if a is None else a for a, b in zip(self, other, strict=True)])

    def concatenate(self, other: Any) -> TensorShape:
        """Return this shape followed by the dimensions of `other`; unknown if either rank is."""
        other = as_shape(other)
        if self.rank is None or other.rank is None:
            return _UNKNOWN
        return TensorShape((*self, *other))

    def with_rank(self, rank: int) -> TensorShape:
        """Return this shape, known to have `rank` dimensions.

        Raises:
            ValueError: it has another rank.
        """
        if self.rank is None:
            return TensorShape([None] * rank)
        if self.rank != rank:
            raise errors.wrong_rank(self, rank)
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """Return this shape.

        Raises:
            ValueError: it is known to have fewer than `rank` dimensions.
        """
        if self.rank is not None and self.rank < rank:
            raise errors.wrong_rank(self, rank, "at least ")
        return self

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise errors.incompatible_shapes(self, as_shape(other))

    def assert_has_rank(self, rank: int) -> None:
        """Raise ValueError if the rank is known and not `rank`."""
        if self.rank not in (None, rank):
            raise errors.wrong_rank(self, rank)

    def assert_is_fully_defined(self) -> None:
        """Raise ValueError unless every dimension is known."""
        if not self.is_fully_defined():
            raise errors.not_fully_defined(self)

    @overload
    def __getitem__(self, key: SupportsIndex) -> Dimension | None: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: SupportsIndex | slice) -> Dimension | TensorShape | None:
        if isinstance(key, slice):
            return TensorShape(super().__getitem__(key))
        size = super().__getitem__(key)
        return None if size is None else Dimension(size)

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list):
            other = tuple(other)
        return not isinstance(other, _UnknownShape) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return tuple.__hash__(self)

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        comma = "," if len(self) == 1 else ""
        return "(" + ", ".join("?" if size is None else str(size) for size in self) + comma + ")"


class _UnknownShape(TensorShape):
    """The shape of unknown rank: empty, but it does not pass for the shape of a scalar."""

    __slots__ = ()

    @property
    def rank(self) -> int | None:
        return None

    @overload
    def __getitem__(self, key: SupportsIndex) -> Dimension | None: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: SupportsIndex | slice) -> Dimension | TensorShape | None:
        return _UNKNOWN if isinstance(key, slice) else None

    def __len__(self) -> int:
        raise errors.unknown_rank("len()")

    def __iter__(self) -> Any:
        raise errors.unknown_rank("iteration")

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is self

    def __hash__(self) -> int:
        return hash("<unknown>")

    def __repr__(self) -> str:
        return "TensorShape(None)"

    def __str__(self) -> str:
        return "<unknown>"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (None,)


_UNKNOWN: Final[TensorShape] = tuple.__new__(_UnknownShape, ())


def as_shape(shape: Any) -> TensorShape:
    """Return `shape` (what `TensorShape` takes) as a TensorShape."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def _dimension(value: Any) -> int | None:
    if value is None:
        return None
    try:
        size = operator.index(value)
    except TypeError:
        raise errors.not_a_dimension(value) from None
    if size < 0:
        raise errors.negative_dimension(size)
    return size


def _iterate(dims: Any) -> Iterable[Any]:
    """Read a shape that is neither list nor tuple: one int, or an integer array."""
    if isinstance(dims, (str, bytes, dict, set)):
        raise errors.not_a_shape(dims)
    try:
        return (operator.index(dims),)
    except TypeError:
        pass
    try:
        return list(dims)
    except TypeError:
        raise errors.not_a_shape(dims) from None
