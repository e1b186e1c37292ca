"""Structures of datasets: tuples, named tuples and dicts of tensors. A list is a tensor, not a structure.

Source: tensorflow/python/data/util/nest.py, structure.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..arrays.dtypes import DType, as_dtype, string
from ..arrays.shapes import TensorShape, as_shape, shape_of_sizes
from ..errors import data as errors
from ..graph import StaticShape
from ..graph.sparse_tensor import SparseTensor, SparseTensorValue

__all__ = ["DatasetSpec", "SparseSpec", "Spec", "flat", "is_nested", "mapped", "packed", "specs_of"]


class Spec(NamedTuple):
    """What is known of one tensor of an element.

    Attributes:
        dims: static shape.
        dtype: DType.
    """

    dims: StaticShape
    dtype: DType

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return shape_of_sizes(self.dims)

    @property
    def as_tensor(self) -> tuple[StaticShape, DType]:
        """Static shape and dtype."""
        return self.dims, self.dtype


class SparseSpec(NamedTuple):
    """What is known of a SparseTensor in an element.

    Attributes:
        dims: static shape.
        dtype: of the values.
    """

    dims: StaticShape
    dtype: DType

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return shape_of_sizes(self.dims)

    @property
    def as_tensor(self) -> tuple[StaticShape, DType]:
        """Static shape and dtype of the tensor that holds it."""
        return (), string


class DatasetSpec(NamedTuple):
    """That a dataset stands in an element.

    Attributes:
        element: structure of specs: its elements.
    """

    element: Any

    @property
    def as_tensor(self) -> tuple[StaticShape, DType]:
        """Static shape and dtype of the tensor that stands for it where a function is recorded."""
        return (), string


def is_nested(value: Any) -> bool:
    """Return whether `value` holds other values."""
    things = (Spec, SparseSpec, DatasetSpec, TensorShape, SparseTensorValue)
    return isinstance(value, (tuple, Mapping)) and not isinstance(value, things)


def flat(structure: Any) -> list[Any]:
    """Return the things in a structure; those of a dict in the order of its sorted keys."""
    if isinstance(structure, Mapping):
        return [leaf for key in sorted(structure) for leaf in flat(structure[key])]
    if is_nested(structure):
        return [leaf for item in structure for leaf in flat(item)]
    return [structure]


def packed(structure: Any, leaves: Sequence[Any]) -> Any:
    """Return `leaves`, as `flat` gives them, in the structure of `structure`."""
    following = iter(leaves)
    return mapped(lambda _: next(following), structure)


def mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return `structure` with `function` of each thing in its place."""
    if isinstance(structure, Mapping):
        found = {key: mapped(function, structure[key]) for key in sorted(structure)}
        return type(structure)((key, found[key]) for key in structure)  # type: ignore[call-arg]
    if is_nested(structure):
        items = [mapped(function, item) for item in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    return function(structure)


def specs_of(types: Any, shapes: Any = None, classes: Any = None) -> Any:
    """Return the structure of specs for structures of dtypes, of shapes and of classes; no shapes = all unknown."""
    leaves = flat(types)
    known = [None] * len(leaves) if shapes is None else _shapes(types, shapes)
    kinds = [None] * len(leaves) if classes is None else flat(classes)
    specs = [
        (SparseSpec if kind is SparseTensor else Spec)(as_shape(s).sizes, as_dtype(t))
        for t, s, kind in zip(leaves, known, kinds, strict=True)
    ]
    return packed(types, specs)


def _shapes(types: Any, shapes: Any) -> list[Any]:
    """Return the shape for each dtype: tuples and lists of sizes are shapes where a dtype stands."""
    if isinstance(types, Mapping):
        return [leaf for key in sorted(types) for leaf in _shapes(types[key], shapes[key])]
    if is_nested(types):
        if not isinstance(shapes, (tuple, list)) or len(shapes) != len(types):
            raise errors.shapes_for_types(types, shapes)
        return [leaf for item, shape in zip(types, shapes, strict=True) for leaf in _shapes(item, shape)]
    return [shapes]
