"""What goes into a queue and comes out of it: elements of several components, in lists and dicts, some of them sparse.

Source: tensorflow/python/training/input.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..arrays.dtypes import DType
from ..data.sparse_elements import restored, stored
from ..errors import queues as errors
from ..graph import Tensor, current
from ..graph.conversion import as_tensor
from ..graph.sparse_tensor import SparseTensor

__all__ = [
    "SparseKind",
    "component",
    "kept",
    "listed",
    "needs_graph",
    "shapes_of",
    "structured",
    "tensor_of",
    "with_sparse",
]


def needs_graph(what: str) -> None:
    """Raise RuntimeError where everything is computed at once, which `what` cannot do."""
    if current() is None:
        raise errors.needs_a_graph(what)


def tensor_of(value: Any) -> Tensor:
    """Return a value as a tensor of the graph that is written."""
    recorder = current()
    assert recorder is not None
    return as_tensor(value, recorder)


def listed(tensors: Any) -> tuple[list[Any], list[str] | None]:
    """Return the components of an element, and their names where they have some."""
    if isinstance(tensors, Mapping):
        names = sorted(tensors)
        return [tensors[name] for name in names], names
    return (list(tensors), None) if isinstance(tensors, (list, tuple)) else ([tensors], None)


def shapes_of(groups: list[list[Tensor]], shapes: Any, many: bool) -> list[Any]:
    """Return the shapes of components, those that are given or what all groups have alike; None = of several ranks.

    Raises:
        ValueError: a rank is not known.
    """
    if shapes is not None:
        return list(shapes)
    found = []
    for number, tensors in enumerate(zip(*groups, strict=True)):
        if any(tensor.dims is None for tensor in tensors):
            raise errors.rank_unknown(number)
        dims = [(tensor.dims or ())[int(many) :] for tensor in tensors]
        same = len(set(map(len, dims))) == 1
        found.append([n if len({*sizes, n}) == 1 else None for n, *sizes in zip(*dims, strict=True)] if same else None)
    return found


SparseKind = tuple[int | None, DType]
"""The rank of one SparseTensor that waits in a queue, and the dtype of its values."""


def component(value: Any, number: int, many: bool, kinds: dict[int, SparseKind]) -> Tensor:
    """Return what goes into a queue as a tensor; notes what is a SparseTensor."""
    if not isinstance(value, SparseTensor):
        return tensor_of(value)
    dims = value.dense_shape.dims
    rank = None if not dims or dims[0] is None else dims[0] - int(many)
    kinds[number] = rank, value.dtype.base_dtype
    return stored(value, many)


def with_sparse(outputs: Any, kinds: dict[int, SparseKind]) -> Any:
    """Return what comes out with the SparseTensors that went in."""
    if not isinstance(outputs, list):
        return restored(outputs, *kinds[0])
    return [restored(output, *kinds[k]) if k in kinds else output for k, output in enumerate(outputs)]


def kept(keep_input: Any, many: bool) -> Any:
    """Return which elements are kept, a tensor; None = all.

    Raises:
        ValueError: it has too many dimensions, or nobody knows how many.
    """
    if keep_input is True:
        return None
    keep = tensor_of(keep_input)
    rank = None if keep.dims is None else len(keep.dims)
    if rank is None or rank > int(many):
        raise errors.bad_keep_input("unknown" if rank is None else rank)
    return keep


def structured(outputs: Any, names: list[str] | None) -> Any:
    """Return what comes out in the structure that went in; of one tensor alone, also in a list, that."""
    if names is None:
        return outputs
    return dict(zip(names, outputs if isinstance(outputs, list) else [outputs], strict=True))
