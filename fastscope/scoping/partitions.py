"""Partitioned variables: one name, cut along one axis into variables of their own.

Source: tensorflow/python/ops/variable_scope.py, _get_partitioned_variable (TF 1.15).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..arrays import as_array
from ..arrays.dtypes import DType
from ..arrays.shapes import TensorShape, as_shape, full_shape
from ..errors import scoping as errors
from ..graph import Graph, Tensor
from .sharing import missing, share
from .undo import all_or_nothing, note_made
from .variables import PartitionedVariable, SaveSliceInfo

__all__ = ["get_partitioned"]


def get_partitioned(
    graph: Graph,
    make: Callable[..., Any],
    name: str,
    shape: Any,
    dtype: DType,
    initializer: Any,
    reuse: Any,
    partitioner: Callable[..., Any] | None,
) -> PartitionedVariable:
    """Get or create the partitioned variable `name`.

    Args:
        make: callable(name, shape, dtype, initializer, save_slice_info=) that gets or creates one part.
        partitioner: None to share one without saying how it is cut.
    """
    if graph.find(name) is not None:
        raise errors.found_whole(name)
    value: Any = None
    if initializer is not None and not callable(initializer):
        value = initializer if isinstance(initializer, Tensor) else as_array(initializer)
    whole = as_shape(shape) if value is None else as_shape(shape).merge_with(value.shape)
    partitions = None if partitioner is None else _partitions(partitioner, whole, dtype)
    found: PartitionedVariable | None = graph.partitioned_variables.get(name)
    if found is not None:
        share(found, name, whole, dtype, reuse, partitioned=True)
        if partitions is not None and partitions != found._get_partitions():
            raise errors.partitions_differ(name, partitions, found._get_partitions(), found._defined_at)
        return found
    if reuse is True:
        raise missing(graph, name, partitioned=True)
    assert partitions is not None
    parts = []
    with all_or_nothing():
        for k, (offset, size) in enumerate(_slices(whole, partitions)):
            info = SaveSliceInfo(name, list(full_shape(whole)), offset, size)
            of_part = initializer if value is None else value[info.slices]
            shape_of_part = size if value is None else None
            parts.append(make(f"{name}/part_{k}", shape_of_part, dtype, of_part, save_slice_info=info))
    variable = PartitionedVariable(name, whole, dtype, parts, partitions)
    graph.partitioned_variables[name] = variable
    graph.has_partitioned = True
    note_made(graph, name, variable)
    return variable


def _partitions(partitioner: Callable[..., Any], shape: TensorShape, dtype: DType) -> list[int]:
    if not shape.is_fully_defined():
        raise errors.partitioned_shape(shape)
    answer = partitioner(shape=shape, dtype=dtype)
    if not isinstance(answer, Sequence):
        raise errors.partitions_not_list(answer)
    counts = list(answer)
    if len(counts) != shape.rank:
        raise errors.partitions_rank(counts, shape)
    if any(count < 1 for count in counts):
        raise errors.partitions_zero(counts)
    if sum(count > 1 for count in counts) > 1:
        raise errors.partitions_many_axes(shape, counts)
    if any(count > 1 and count > size for count, size in zip(counts, shape.as_list(), strict=True) if size is not None):
        raise errors.partitions_too_many(shape, counts)
    return counts


def _slices(shape: TensorShape, partitions: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    """(offset, shape) of each part; the first ones are longer by one where it does not come out even."""
    sizes = full_shape(shape)
    axis = next((k for k, count in enumerate(partitions) if count > 1), 0)
    quotient, rest = divmod(sizes[axis], partitions[axis])
    lengths = [quotient + (k < rest) for k in range(partitions[axis])]
    for start, length in zip(itertools.accumulate(lengths, initial=0), lengths, strict=False):
        offset, size = [0] * len(sizes), list(sizes)
        offset[axis], size[axis] = start, length
        yield offset, size
