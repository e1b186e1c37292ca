"""`TensorShape`: a tuple of dimensions that also answers TF1's questions about it.

What it holds are plain ints, and None for each dimension that is not known, so a shape goes wherever NumPy takes one.
Where a program looks at them one by one, by an index or a loop, each is a `Dimension`, as in TF1: `shape[1].value`.

Source: tensorflow/python/framework/tensor_shape.py
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator
from typing import Any, Final, SupportsIndex, TypeAlias, overload

from ..errors import arrays as errors
from ..errors import shapes as reasons
from ..errors.reprs import never_raises
from .dimensions import Dimension, dimension, size_of

__all__ = ["Dimension", "TensorShape", "as_shape", "full_shape", "merged", "shape_of_sizes"]

Sizes: TypeAlias = tuple[int | None, ...] | None
"""A shape as a plain tuple: None for a dimension that is not known, and without even a rank."""


class TensorShape(tuple[Any, ...]):
    """Shape of an array: a tuple of ints, with None for each unknown dimension.

    `TensorShape(None)` knows not even its rank; it is the only such shape and equals no tuple. A shape with unknown
    dimensions equals only itself: two arrays may have different sizes there.

        >>> TensorShape([2, None]).merge_with([None, 3])
        TensorShape([Dimension(2), Dimension(3)])

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
            return super().__new__(cls, map(size_of, dims))
        return super().__new__(cls, map(size_of, _iterate(dims)))

    @property
    def rank(self) -> int | None:
        """Number of dimensions, None when unknown."""
        return tuple.__len__(self)

    @property
    def ndims(self) -> int | None:
        """Number of dimensions, None when unknown."""
        return self.rank

    @property
    def sizes(self) -> Sizes:
        """The dimensions as a plain tuple of ints and None, None when the rank is unknown."""
        return tuple.__getitem__(self, _ALL)

    @property
    def dims(self) -> list[Dimension] | None:
        """The dimensions as a list, None when the rank is unknown."""
        return None if self.rank is None else list(self)

    def as_list(self) -> list[int | None]:
        """Return the dimensions as plain ints and None.

        Raises:
            ValueError: the rank is unknown.
        """
        if self.rank is None:
            raise errors.unknown_rank("as_list() is not defined on an unknown TensorShape.")
        return list(tuple.__iter__(self))

    def num_elements(self) -> int | None:
        """Return the product of the dimensions, None when one is unknown."""
        return math.prod(tuple.__iter__(self)) if self.is_fully_defined() else None

    def is_fully_defined(self) -> bool:
        """Return whether rank and every dimension are known."""
        return not tuple.__contains__(self, None)

    def is_compatible_with(self, other: Any) -> bool:
        """Return whether one array could have both shapes: None agrees with everything."""
        other = as_shape(other)
        try:
            merged(self.sizes, other.sizes)
        except ValueError:
            return False
        return True

    def merge_with(self, other: Any) -> TensorShape:
        """Return the shape that knows what either of the two knows.

        Raises:
            ValueError: the two contradict each other.
        """
        other = as_shape(other)
        if self.sizes is None or other.sizes is None:
            return other if self.sizes is None else self
        try:
            return shape_of_sizes(merged(self.sizes, other.sizes))
        except ValueError:
            raise errors.incompatible_shapes(self, other, "not compatible") from None

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """Return the shape that knows what both of the two know, for an array that has one or the other."""
        a, b = self.sizes, as_shape(other).sizes
        if a is None or b is None or len(a) != len(b):
            return _UNKNOWN
        return shape_of_sizes(tuple([m if m == n else None for m, n in zip(a, b, strict=True)]))

    def concatenate(self, other: Any) -> TensorShape:
        """Return this shape followed by the dimensions of `other`; unknown if either rank is."""
        a, b = self.sizes, as_shape(other).sizes
        return _UNKNOWN if a is None or b is None else shape_of_sizes(a + b)

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

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """Return this shape.

        Raises:
            ValueError: it is known to have more than `rank` dimensions.
        """
        if self.rank is not None and self.rank > rank:
            raise errors.wrong_rank(self, rank, "at most ")
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
            raise errors.incompatible_shapes(self, as_shape(other), "incompatible")

    def assert_has_rank(self, rank: int) -> None:
        """Raise ValueError if the rank is known and not `rank`."""
        if self.rank not in (None, rank):
            raise errors.wrong_rank(self, rank)

    def assert_same_rank(self, other: Any) -> None:
        """Raise ValueError if both ranks are known and differ."""
        other = as_shape(other)
        if self.rank is not None and other.rank is not None and self.rank != other.rank:
            raise errors.ranks_differ(self, other)

    def assert_is_fully_defined(self) -> None:
        """Raise ValueError unless every dimension is known."""
        if not self.is_fully_defined():
            raise errors.not_fully_defined(self)

    @overload
    def __getitem__(self, key: SupportsIndex) -> Dimension: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: SupportsIndex | slice) -> Dimension | TensorShape:
        if isinstance(key, slice):
            return shape_of_sizes(tuple.__getitem__(self, key))
        return dimension(tuple.__getitem__(self, key))

    def __iter__(self) -> Iterator[Dimension]:
        return map(dimension, tuple.__iter__(self))

    def __contains__(self, size: object) -> bool:
        return tuple.__contains__(self, size)

    def __bool__(self) -> bool:
        return True

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list):
            other = tuple(other)
        elif type(other) is int:  # a number stands for a vector's shape, as where one is made
            other = (other,)
        equal = tuple.__eq__(self, other)
        if equal is not True or self is other:
            return equal
        return not tuple.__contains__(self, None) and not isinstance(other, _UnknownShape)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return tuple.__hash__(self)

    @never_raises
    def __repr__(self) -> str:
        return f"TensorShape({self.dims})"

    def __str__(self) -> str:
        return "(" + ", ".join(map(str, self)) + ("," if len(self) == 1 else "") + ")"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self.sizes,)


class _UnknownShape(TensorShape):
    """The shape of unknown rank: empty, but it does not pass for the shape of a scalar."""

    __slots__ = ()

    @property
    def rank(self) -> int | None:
        return None

    @property
    def sizes(self) -> Sizes:
        return None

    def is_fully_defined(self) -> bool:
        return False

    @overload
    def __getitem__(self, key: SupportsIndex) -> Dimension: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: SupportsIndex | slice) -> Dimension | TensorShape:
        if not isinstance(key, slice):
            return dimension(None)
        if key.step is not None:
            raise errors.unknown_rank("Steps are not yet handled in slices of a TensorShape of unknown rank.")
        start, stop = key.start or 0, key.stop
        if stop is None or start < 0 or stop < 0:
            return _UNKNOWN
        return shape_of_sizes((None,) * (stop - start))

    def __len__(self) -> int:
        raise errors.unknown_rank("Cannot take the length of shape with unknown rank.")

    def __iter__(self) -> Any:
        raise errors.unknown_rank("Cannot iterate over a shape with unknown rank.")

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is self or other is None  # None stands for it, as where one is made

    def __hash__(self) -> int:
        return hash("<unknown>")

    def __str__(self) -> str:
        return "<unknown>"


_ALL: Final = slice(None)
_UNKNOWN: Final[TensorShape] = tuple.__new__(_UnknownShape, ())


def merged(a: Sizes, b: Sizes) -> Sizes:
    """Return the sizes that know what either of two knows, for two arrays that must have one shape.

    Raises:
        ValueError: they contradict each other, and where.
    """
    if a is None or a == b:
        return b
    if b is None:
        return a
    if len(a) != len(b):
        raise reasons.ranks_differ(len(a), len(b))
    sizes = []
    for axis, (m, n) in enumerate(zip(a, b, strict=True)):
        if m != n and m is not None and n is not None:
            raise reasons.dimension_differs(axis, a, b)
        sizes.append(n if m is None else m)
    return tuple(sizes)


def shape_of_sizes(sizes: Sizes) -> TensorShape:
    """Return the shape of sizes that are checked already: a plain tuple, or None for an unknown rank."""
    return _UNKNOWN if sizes is None else tuple.__new__(TensorShape, sizes)


def as_shape(shape: Any) -> TensorShape:
    """Return `shape` (what `TensorShape` takes) as a TensorShape."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def full_shape(shape: Any) -> tuple[int, ...]:
    """Return `shape` (what `TensorShape` takes) as a plain tuple of ints.

    Raises:
        ValueError: not every dimension is known.
    """
    shape = as_shape(shape)
    shape.assert_is_fully_defined()
    return tuple(shape.as_list())


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
