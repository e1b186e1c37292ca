"""What padded_batch fills elements up to, and with what.

Source: tensorflow/python/data/ops/dataset_ops.py (_padded_shape_to_tensor, _padding_value_to_tensor) (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..arrays.dtypes import int64, string
from ..arrays.shapes import as_shape, shape_of_sizes
from ..errors import data as errors
from ..graph import StaticShape, Tensor, current
from ..graph.conversion import as_tensor
from ..ops import convert_to_tensor, get_static_value, stack
from .structure import Spec, is_nested

__all__ = ["PaddedShape", "by_spec", "filler"]


class PaddedShape:
    """One of them.

    Args:
        spec: what is known of the elements.
        shape: sizes, some of them tensors, or a tensor that has them; None or -1 = the longest of a batch.

    Attributes:
        dims: what is known of it.
        given: the tensor that has its sizes, or None where they are known.

    Raises:
        ValueError: it is too small.
        TypeError: a tensor of another type.
    """

    def __init__(self, spec: Spec, shape: Any) -> None:
        self.given: Any = None
        shape = _on_host(shape)
        if isinstance(shape, Tensor):
            self.dims = self._of_tensor(shape, spec)
        elif isinstance(shape, (list, tuple)):
            self.dims = self._of_sizes(list(shape))
        else:
            self.dims = as_shape(shape).sizes
        if self.dims is None and self.given is None:
            self.dims = (None,) * len(spec.dims or ())
        self._check(spec)

    def _of_tensor(self, shape: Tensor, spec: Spec) -> StaticShape:
        if shape.dtype.base_dtype is not int64 or (shape.dims is not None and len(shape.dims) != 1):
            raise errors.padded_shape_tensor(shape)
        known = get_static_value(shape)
        if known is not None:
            return _sizes(known.tolist())
        self.given = _named(shape)
        rank = shape.dims[0] if shape.dims else None
        if rank is None and spec.dims is not None:
            rank = len(spec.dims)
        return None if rank is None else (None,) * rank

    def _of_sizes(self, sizes: list[Any]) -> StaticShape:
        found = [size if not isinstance(size, Tensor) else _static(size) for size in sizes]
        if any(isinstance(size, Tensor) for size in found):
            self.given = stack([convert_to_tensor(-1 if size is None else size, dtype=int64) for size in found])
        return _sizes([None if isinstance(size, Tensor) else size for size in found])

    def _check(self, spec: Spec) -> None:
        if spec.dims is None or self.dims is None:
            return
        fits = len(spec.dims) == len(self.dims) and all(
            n is None or m is None or n <= m for n, m in zip(spec.dims, self.dims, strict=True)
        )
        if not fits:
            raise errors.padded_shape(shape_of_sizes(self.dims), spec.shape)

    def of(self, values: Mapping[Any, Any]) -> StaticShape:
        """Return its sizes in one pass; None in them = the longest of a batch."""
        return self.dims if self.given is None else _sizes(values[self.given].tolist())


def filler(spec: Spec, value: Any) -> Any:
    """Return what is filled in: a value, or the tensor that has it; None = 0 or "".

    Raises:
        TypeError: a value of another type.
    """
    if value is None:
        return b"" if spec.dtype is string else np.zeros((), spec.dtype.dtype)[()]
    if isinstance(value, Tensor) and (known := get_static_value(value)) is not None:
        value = known
    value = _on_host(value)
    if isinstance(value, Tensor):
        if value.dtype.base_dtype is not spec.dtype:
            raise errors.padding_type(value, repr(spec.dtype))
        return _named(value)
    array = np.asarray(value)
    if spec.dtype is string:
        text = array[()]
        return text.encode() if isinstance(text, str) else bytes(text)
    if array.dtype.kind == "f" and spec.dtype.is_integer:
        raise errors.padding_type(value, repr(spec.dtype))
    return array.astype(spec.dtype.dtype)[()]


def _on_host(value: Any) -> Any:
    return value if array_module(value) is np else to_numpy(value)


def _named(tensor: Tensor) -> Tensor:
    """Return a tensor as the function that is being recorded sees it."""
    recorder = current()
    assert recorder is not None
    return as_tensor(tensor, recorder)


def by_spec(structure: Any, shapes: Any) -> list[tuple[Spec, Any]]:
    """Return each spec of a structure with the shape that stands in its place."""
    if isinstance(structure, Mapping):
        return [pair for key in sorted(structure) for pair in by_spec(structure[key], shapes[key])]
    if is_nested(structure):
        return [pair for item, shape in zip(structure, shapes, strict=True) for pair in by_spec(item, shape)]
    return [(structure, shapes)]


def _static(size: Tensor) -> Any:
    known = get_static_value(size)
    return size if known is None else int(known)


def _sizes(sizes: list[Any]) -> StaticShape:
    return tuple(n for size in sizes for n in (as_shape([None if size == -1 else size]).sizes or ()))
