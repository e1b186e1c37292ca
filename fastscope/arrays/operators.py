"""Operators of what stands for an array without being one: each computes with the array that `_read` returns."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import variables as errors
from .attributes import ArrayAttributes
from .devices import array_module, to_numpy, unwrap
from .recordable import recordable

__all__ = ["ComputedArray", "NotInPlace", "Operators"]


def _unary(name: str) -> Callable[[Any], Any]:
    function = getattr(operator, name)

    def compute(self: Any) -> Any:
        if recordable.on and (made := recordable.operator(name, self)) is not NotImplemented:
            return made
        return function(self._read())

    return compute


def _binary(name: str) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    function = getattr(operator, name)

    def compute(self: Any, other: Any) -> Any:
        if recordable.on and (made := recordable.operator(name, self, other)) is not NotImplemented:
            return made
        return function(self._read(), unwrap(other))

    def compute_reflected(self: Any, other: Any) -> Any:
        if recordable.on and (made := recordable.operator(name, other, self)) is not NotImplemented:
            return made
        return function(unwrap(other), self._read())

    return compute, compute_reflected


def _in_place(symbol: str) -> Callable[[Any, Any], Any]:
    def refuse(self: Any, other: Any) -> Any:
        if recordable.on and recordable.in_graph_mode():
            return NotImplemented  # Python goes on with `v = v + other`, a new tensor, as in TF
        raise errors.in_place_operator(self.name, symbol)

    return refuse


class Operators(ArrayAttributes):
    """Arithmetic and order; equality stays identity, as TF1's."""

    __slots__ = ()

    def __float__(self) -> float:
        return float(self._read())

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("sub")
    __mul__, __rmul__ = _binary("mul")
    __truediv__, __rtruediv__ = _binary("truediv")
    __floordiv__, __rfloordiv__ = _binary("floordiv")
    __mod__, __rmod__ = _binary("mod")
    __pow__, __rpow__ = _binary("pow")
    __matmul__, __rmatmul__ = _binary("matmul")
    __and__, __rand__ = _binary("and_")
    __or__, __ror__ = _binary("or_")
    __xor__, __rxor__ = _binary("xor")
    __lt__, __gt__ = _binary("lt")[0], _binary("gt")[0]
    __le__, __ge__ = _binary("le")[0], _binary("ge")[0]
    __neg__ = _unary("neg")
    __pos__ = _unary("pos")
    __abs__ = _unary("abs")
    __invert__ = _unary("inv")


class NotInPlace:
    """What `v += x` would leave as it is, making an array called v: it says both ways instead."""

    __slots__ = ()

    def __setitem__(self: Any, index: Any, value: Any) -> None:
        raise errors.item_assignment(self.name)

    __iadd__, __isub__, __imul__ = _in_place("+"), _in_place("-"), _in_place("*")
    __itruediv__, __ifloordiv__, __imod__ = _in_place("/"), _in_place("//"), _in_place("%")
    __ipow__, __imatmul__ = _in_place("**"), _in_place("@")
    __iand__, __ior__, __ixor__ = _in_place("&"), _in_place("|"), _in_place("^")


class ComputedArray(Operators):
    """What NumPy reads as the array that it is at the moment.

    Attributes:
        name: for messages.
    """

    __slots__ = ()

    name: str

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        value = self._read()
        if array_module(value) is not np:
            raise errors.implicit_host_copy(self.name)
        return np.asarray(value, dtype=dtype)

    def numpy(self) -> np.ndarray[Any, Any]:
        """Return the array on the host."""
        return to_numpy(self._read())
