"""What every initializer does: read shape and dtype, cut out a part's slice, describe itself."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from ...arrays.dtypes import DType, as_dtype
from ...arrays.recordable import recordable
from ...arrays.shapes import full_shape
from ...errors import arrays as errors
from ...errors.reprs import never_raises

__all__ = ["HostArray", "Initializer"]

HostArray = np.ndarray[Any, Any]


class Initializer:
    """Base of the initializers: reads shape and dtype, and cuts out the slice of a part.

    A subclass names its constructor's arguments in `_arguments`, keeps each in an attribute of that
    name, and writes `_values`.
    """

    _arguments: ClassVar[tuple[str, ...]] = ("dtype",)
    _floats_only: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let a program's own class draw as it is called, where it defines that alone."""
        super().__init_subclass__(**kwargs)
        if "__call__" in vars(cls) and "draw" not in vars(cls):
            cls.draw = cls.__call__  # type: ignore[method-assign]

    seed: int | None = None
    """Of a random one; None = the graph's."""
    dtype: DType

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Any:
        """Return initial values: an array, in a graph a tensor, which a random one draws anew in each run.

        Args:
            shape: of the variable, or of the part.
            dtype: None for the dtype given to the constructor.
            partition_info: None, or what says where in the whole variable the part lies.

        Raises:
            ValueError: `shape` is not fully known, or a random initializer is asked for no float.
        """
        if partition_info is None and recordable.on and recordable.recording():
            wanted = self.dtype if dtype is None else as_dtype(dtype).base_dtype
            return self._written(full_shape(shape), self._checked(wanted))
        return self.draw(shape, dtype, partition_info)

    def draw(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> HostArray:
        """Return initial values as an array, wherever; arguments as those of a call."""
        part = full_shape(shape)
        wanted = self.dtype if dtype is None else as_dtype(dtype).base_dtype
        if partition_info is None:
            return self._values(part, self._checked(wanted))
        whole = self._values(full_shape(partition_info.full_shape), self._checked(wanted))
        where = zip(partition_info.var_offset, part, strict=True)
        return whole[tuple(slice(start, start + size) for start, size in where)].copy()

    def _checked(self, dtype: DType) -> DType:
        if self._floats_only and not dtype.is_floating:
            raise errors.initializer_wants_floats(type(self).__name__, dtype)
        return dtype

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        raise NotImplementedError

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        """Write the values down, by the functions that TensorFlow takes."""
        return recordable.function("constant", self._values(shape, dtype), dtype)

    @property
    def is_random(self) -> bool:
        """Whether it draws its values."""
        return "seed" in self._arguments

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return how many operations TensorFlow writes down for values of this shape: its seeds count them."""
        return 1

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, dtypes by name and arrays as lists: JSON takes it."""
        return {name: _plain(getattr(self, name)) for name in self._arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the initializer that `get_config` described."""
        return cls(**config)

    @never_raises
    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def _plain(value: Any) -> Any:
    if isinstance(value, DType):
        return value.name
    return value.tolist() if isinstance(value, np.ndarray) else value
