"""What an array can be asked, for what stands for an array without being one: `v.T`, `v.sum(axis=0)`, `v.nbytes`.

Everything here is computed from the array that `_read` returns, NumPy's or CuPy's, and is a value: where the array
would hand out a view of its buffer, this is a copy of it, so that nobody writes to a variable unseen, and a value that
was taken stays what it was. `v.array` is the buffer itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import variables as errors
from .devices import unwrap
from .typing import Array

__all__ = ["ArrayAttributes"]

Method = Callable[..., Any]


def _kept(value: Any, array: Array) -> Any:
    """`value`, which came of `array`, as one that writing to `array` does not change."""
    return value.copy("K") if value is array or getattr(value, "base", None) is not None else value


def _method(name: str) -> Method:
    def method(self: ArrayAttributes, *args: Any, **kwargs: Any) -> Any:
        array = self._read()
        given = {key: unwrap(value) for key, value in kwargs.items()}
        return _kept(getattr(array, name)(*map(unwrap, args), **given), array)

    method.__name__, method.__qualname__ = name, f"Variable.{name}"
    method.__doc__ = f"Return `numpy.ndarray.{name}` of the value, computed where it lies."
    return method


def _attribute(name: str) -> property:
    def attribute(self: ArrayAttributes) -> Any:
        array = self._read()
        return _kept(getattr(array, name), array)

    return property(attribute, doc=f"`numpy.ndarray.{name}` of the value.")


def _size(name: str) -> property:
    def size(self: Any) -> int:
        shape = getattr(self, "shape", None)
        if shape is None or not shape.is_fully_defined():
            return getattr(self._read(), name)
        # of no memory: a variable is not made for it
        return getattr(np.broadcast_to(np.empty((), self._base_dtype.dtype), tuple(shape)), name)

    return property(size, doc=f"`numpy.ndarray.{name}` of the value, as far as possible without making it.")


def _writing(name: str) -> property:
    def refuse(self: ArrayAttributes) -> Any:
        raise errors.writes_in_place(self, name)

    return property(refuse, doc=f"None: `numpy.ndarray.{name}` would write to the buffer; see `array`.")


class ArrayAttributes:
    """The attributes of an ndarray that read; those that write say where to write."""

    __slots__ = ()

    def _read(self) -> Array:
        raise NotImplementedError

    T, mT = _attribute("T"), _attribute("mT")
    real, imag = _attribute("real"), _attribute("imag")
    strides = _attribute("strides")
    ndim, size, itemsize, nbytes = map(_size, ("ndim", "size", "itemsize", "nbytes"))

    def item(self, *index: Any) -> Any:
        """Return one element as a number of Python's: the only one, or that at `index`, flat or of each axis."""
        array = self._read()
        if not index:
            return array.item()
        if len(index) == 1 and not isinstance(index[0], tuple):
            return array.reshape(-1)[index[0]].item()
        return array[index[0] if len(index) == 1 else index].item()

    all: Method = _method("all")
    any: Method = _method("any")
    argmax: Method = _method("argmax")
    argmin: Method = _method("argmin")
    argpartition: Method = _method("argpartition")
    argsort: Method = _method("argsort")
    astype: Method = _method("astype")
    choose: Method = _method("choose")
    clip: Method = _method("clip")
    compress: Method = _method("compress")
    conj: Method = _method("conj")
    conjugate: Method = _method("conjugate")
    copy: Method = _method("copy")
    cumprod: Method = _method("cumprod")
    cumsum: Method = _method("cumsum")
    diagonal: Method = _method("diagonal")
    dot: Method = _method("dot")
    flatten: Method = _method("flatten")
    max: Method = _method("max")
    mean: Method = _method("mean")
    min: Method = _method("min")
    nonzero: Method = _method("nonzero")
    prod: Method = _method("prod")
    ravel: Method = _method("ravel")
    repeat: Method = _method("repeat")
    reshape: Method = _method("reshape")
    round: Method = _method("round")
    searchsorted: Method = _method("searchsorted")
    squeeze: Method = _method("squeeze")
    std: Method = _method("std")
    sum: Method = _method("sum")
    swapaxes: Method = _method("swapaxes")
    take: Method = _method("take")
    tobytes: Method = _method("tobytes")
    tolist: Method = _method("tolist")
    trace: Method = _method("trace")
    transpose: Method = _method("transpose")
    var: Method = _method("var")
    view: Method = _method("view")

    fill, sort, partition, put, resize = map(_writing, ("fill", "sort", "partition", "put", "resize"))
    itemset, setfield, setflags, flags = map(_writing, ("itemset", "setfield", "setflags", "flags"))
    data, ctypes, base, flat = map(_writing, ("data", "ctypes", "base", "flat"))
