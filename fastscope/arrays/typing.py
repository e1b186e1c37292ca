"""The types that signatures of this library are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

__all__ = ["Array", "Getter", "Initializer", "Partitioner", "Regularizer", "Shape"]

Array = np.ndarray[Any, Any]
"""A numpy.ndarray or a cupy.ndarray; which one, the device decides."""

Shape = Sequence[int | None] | Iterable[int | None] | int
"""What is taken for a shape: a TensorShape, a list or tuple of ints and None, or one int for a vector."""

Regularizer = Callable[[Any], Any]
"""callable(variable) -> a scalar loss, or None for none."""


class Initializer(Protocol):
    """callable(shape, dtype=...) -> the first value, an array of that shape."""

    def __call__(self, shape: Sequence[int], dtype: Any = ..., **kwargs: Any) -> Array:
        """Return the value."""


class Partitioner(Protocol):
    """callable(shape=, dtype=) -> into how many parts each axis is cut, a list of ints."""

    def __call__(self, *, shape: Any, dtype: Any) -> Sequence[int]:
        """Return the counts, one for each axis."""


class Getter(Protocol):
    """A custom getter: callable(getter, name, **kwargs) -> what get_variable returns."""

    def __call__(self, getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any) -> Any:
        """Return a variable, or something made of some."""
