"""`Dimension`: one size of a shape, known or not.

Source: tensorflow/python/framework/tensor_shape.py
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, Never

from ..errors import arrays as errors
from ..errors.reprs import never_raises

__all__ = ["Dimension", "dimension", "size_of"]


def size_of(value: Any) -> int | None:
    """Return the plain int, or None, that is given as a dimension.

    Raises:
        TypeError: it is no integer.
        ValueError: it is negative.
    """
    if value is None or (type(value) is int and value >= 0):
        return value
    if isinstance(value, Dimension):
        return value.value
    try:
        size = int(operator.index(value))
    except TypeError:
        raise errors.not_a_dimension(value) from None
    if size < 0:
        raise errors.negative_dimension(size)
    return size


def dimension(size: int | None) -> Dimension:
    """Return the dimension of a size that is checked already."""
    return _UNKNOWN if size is None else int.__new__(_Known, size)


def _computed(function: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def method(self: Dimension, other: Any) -> Any:
        try:
            a, b = self.value, size_of(other)
        except (TypeError, ValueError):
            return NotImplemented
        return _UNKNOWN if a is None or b is None else Dimension(function(a, b))

    return method


def _compared(function: Callable[[int, int], bool]) -> Callable[[Any, Any], Any]:
    def method(self: Dimension, other: Any) -> Any:
        try:
            a, b = self.value, size_of(other)
        except (TypeError, ValueError):
            return NotImplemented
        return None if a is None or b is None else function(a, b)

    return method


class Dimension:
    """One dimension of a shape. A known one is an int; an unknown one has the value None.

    What is computed with an unknown dimension is unknown, and a comparison with one is None.

        >>> Dimension(3) + 2, Dimension(3) * Dimension(None), Dimension(None) == 3
        (Dimension(5), Dimension(None), None)

    Args:
        value: an integer, 0 or more, another dimension, or None.
    """

    __slots__ = ()

    def __new__(cls, value: Any) -> Dimension:
        """Make a dimension; there is one unknown dimension."""
        return dimension(size_of(int(value) if isinstance(value, str) else value))

    @property
    def value(self) -> int | None:
        """The plain int, None if it is not known."""
        return None

    def is_compatible_with(self, other: Any) -> bool:
        """Return whether the two could be one: None agrees with everything."""
        a, b = self.value, size_of(other)
        return a is None or b is None or a == b

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise errors.incompatible_dimensions(self.value, size_of(other))

    def merge_with(self, other: Any) -> Dimension:
        """Return the one that is known, if either is.

        Raises:
            ValueError: both are, and they differ.
        """
        self.assert_is_compatible_with(other)
        return Dimension(other) if self.value is None else self

    __add__ = __radd__ = _computed(operator.add)
    __sub__ = _computed(operator.sub)
    __rsub__ = _computed(lambda a, b: b - a)
    __mul__ = __rmul__ = _computed(operator.mul)
    __floordiv__ = _computed(operator.floordiv)
    __rfloordiv__ = _computed(lambda a, b: b // a)
    __mod__ = _computed(operator.mod)
    __rmod__ = _computed(lambda a, b: b % a)
    __eq__ = _compared(operator.eq)
    __ne__ = _compared(operator.ne)
    __lt__ = _compared(operator.lt)
    __le__ = _compared(operator.le)
    __gt__ = _compared(operator.gt)
    __ge__ = _compared(operator.ge)

    def __truediv__(self, other: Any) -> Never:
        raise errors.dimension_division("Dimension", type(other).__name__)

    def __rtruediv__(self, other: Any) -> Never:
        raise errors.dimension_division(type(other).__name__, "Dimension")

    def __int__(self) -> int:
        raise errors.unknown_dimension("__int__")

    def __index__(self) -> int:
        raise errors.unknown_dimension("__index__")

    def __hash__(self) -> int:
        return hash(self.value)

    @never_raises
    def __repr__(self) -> str:
        return f"Dimension({self.value})"

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self.value,)


class _Known(Dimension, int):
    __slots__ = ()
    __int__ = int.__int__
    __index__ = int.__index__

    @property
    def value(self) -> int:
        return int(self)


_UNKNOWN: Final[Dimension] = object.__new__(Dimension)
