"""Gradients of all ranks put together.

Source: horovod.tensorflow's names and answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ..arrays import array_module
from ..arrays.values import native
from ..errors import distributed as errors
from ..errors import training as training_errors
from ..graph import StaticShape, Tensor, current
from ..graph.conversion import as_tensor, brought_in
from ..graph.indexed_slices import IndexedSlices
from ..scoping.variables import Variable
from ..training.gradient_store import Gradients
from .buffers import Rows, Sums
from .world import World, world_of

__all__ = ["Average", "Reducer", "Sum", "allreduce_gradients", "as_array", "entry_of", "is_mean", "reducer", "written"]

Average, Sum = "Average", "Sum"
_KEPT = 8  # lists of gradients that have buffers: a program with more makes them anew


class Reducer:
    """Keeps the buffers of what was added up before."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._kept: dict[Any, Sums] = {}

    def __call__(
        self,
        what: str,
        names: Sequence[str],
        arrays: Sequence[Any],
        average: bool = True,
        finite: bool = False,
        keep: bool = True,
    ) -> list[Any]:
        """Return the means over all ranks, or the sums: see `Sums.reduce`; without `keep` nobody writes into them."""
        entries = tuple(entry_of(*each, self.world) for each in zip(names, arrays, strict=True))
        what = self.world.agree(what, entries)
        if not keep:
            return Sums(self.world, names, arrays).reduce(arrays, what, average, finite)
        sums = self._kept.pop(entries, None)
        if sums is None:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            sums = Sums(self.world, names, arrays)
        self._kept[entries] = sums  # the last one used stands last
        return sums.reduce(arrays, what, average, finite)


def entry_of(name: str, array: Any, world: World) -> tuple[str, ...]:
    """Return what all ranks must have alike."""
    if isinstance(array, Rows):
        return name, f"rows of {(array.height, *array.values.shape[1:])}", str(array.values.dtype)
    place = ("on a GPU",) if world.cuda_aware and array_module(array) is not np else ()
    return name, str(tuple(array.shape)), str(array.dtype), *place


_reducer: Reducer | None = None


def reducer(name: str) -> Reducer:
    """Return the one of the ranks as they are now; `name`: the function that asks."""
    global _reducer
    world = world_of(name)
    if _reducer is None or _reducer.world is not world:
        _reducer = Reducer(world)
    return _reducer


def is_mean(op: str | None) -> bool:
    """Return whether values are to be averaged, not added up.

    Raises:
        ValueError: `op` is neither Average nor Sum.
    """
    if op not in (None, Average, Sum):
        raise errors.bad_op(op)
    return op != Sum


def allreduce_gradients(
    grads_and_vars: Gradients | Iterable[tuple[Any, Any]], sparse_as_dense: bool = False, op: str | None = None
) -> list[tuple[Any, Any]]:
    """Return the means of gradients over all ranks, or the sums, [(gradient, variable), ...].

        loss, grads = step(ids, targets)
        optimizer.apply_gradients(hvd.allreduce_gradients(grads))

    In a graph one operation is written down for all of them. Gradients that are rows (IndexedSlices) stay rows: those
    of all ranks, gathered where that moves fewer bytes than adding up whole arrays would.

    Args:
        grads_and_vars: `vjp.Gradients`, or pairs; None as a gradient stays None, on all ranks.
        sparse_as_dense: make arrays of rows first.
        op: Average, the default, or Sum.

    Returns:
        Pairs in the same order. The arrays are parts of buffers that the next call writes into: copy what shall last.

    Raises:
        ValueError: init was not called, a gradient is not of its variable's shape, or an unknown `op`.
        TypeError: something else than pairs, or another dtype.
        InvalidArgumentError: the ranks' variables, shapes or dtypes differ, or a mean is not finite; the message names
            the rank. On all ranks, before anything is written.
        AbortedError: a rank does not come.
    """
    reduce, mean = reducer("allreduce_gradients"), is_mean(op)
    pairs = grads_and_vars.pairs() if isinstance(grads_and_vars, Gradients) else list(grads_and_vars)
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[1], Variable):
            raise training_errors.not_a_pair(pair)
    if current() is not None:
        return _recorded_gradients(reduce, pairs, sparse_as_dense, mean)
    given = [(_array(gradient, variable), variable) for gradient, variable in pairs if gradient is not None]
    names = [variable.name for _, variable in given]
    found = iter(reduce("allreduce_gradients", names, [gradient for gradient, _ in given], mean, finite=True))
    return [(gradient if gradient is None else next(found), variable) for gradient, variable in pairs]


def _array(gradient: Any, variable: Variable) -> Any:
    array = native(array_module(gradient).asarray(gradient))
    Gradients.check(variable, array)
    return array


def _recorded_gradients(
    reduce: Reducer, pairs: list[tuple[Any, Any]], sparse_as_dense: bool, mean: bool
) -> list[tuple[Any, Any]]:
    """Write down one operation for all gradients."""
    recorder = current()
    assert recorder is not None
    gradients, names = [], []
    for gradient, variable in pairs:
        if isinstance(gradient, IndexedSlices) and sparse_as_dense:
            gradient = gradient._recorded(recorder)
        if gradient is not None:
            gradients.append(gradient if isinstance(gradient, IndexedSlices) else as_tensor(gradient, recorder))
            names.append((variable.name, int(variable.shape[0]) if variable.shape.rank else 0))

    def parts(gradient: Any) -> list[Tensor]:
        return [gradient.values, gradient.indices] if isinstance(gradient, IndexedSlices) else [gradient]

    inputs = [part for gradient in gradients for part in parts(gradient)]
    is_rows = [isinstance(gradient, IndexedSlices) for gradient in gradients]

    def run(*values: Any) -> list[Any]:
        left = iter(map(as_array, values))
        arrays = [
            Rows(next(left), next(left), height) if rows else next(left)
            for rows, (_, height) in zip(is_rows, names, strict=True)
        ]
        found = reduce("allreduce_gradients", [name for name, _ in names], arrays, mean, finite=True)
        return [part for each in found for part in (each[:2] if isinstance(each, Rows) else (each,))]

    outputs = iter(written("HorovodAllreduce", None, run, inputs, [_rows_unknown(g) for g in gradients]))
    means: list[Any] = []
    for gradient in gradients:
        if isinstance(gradient, IndexedSlices):
            means.append(IndexedSlices(next(outputs), next(outputs), gradient.dense_shape))
        else:
            means.append(next(outputs))
    found = iter(means)
    return [(gradient if gradient is None else next(found), variable) for gradient, variable in pairs]


def _rows_unknown(gradient: Any) -> list[tuple[StaticShape, Any]]:
    """Return shapes and dtypes of the outputs for a gradient: how many rows all ranks have is not known."""
    if not isinstance(gradient, IndexedSlices):
        return [(gradient.dims, gradient.dtype.base_dtype)]
    values, indices = gradient.values, gradient.indices
    dims = None if values.dims is None else (None, *values.dims[1:])
    return [(dims, values.dtype.base_dtype), ((None,), indices.dtype.base_dtype)]


def written(
    type: str,
    name: str | None,
    run: Callable[..., list[Any]],
    tensors: Sequence[Any],
    outputs: Sequence[list[tuple[StaticShape, Any]]],
    gradient: Callable[..., Any] | None = None,
) -> list[Tensor]:
    """Write an operation down that calls a function with arrays; return its outputs. `gradient`: its rule."""
    recorder = current()
    assert recorder is not None
    full_name = recorder.claim(name or type)
    inputs = [brought_in(tensor, recorder, full_name) for tensor in tensors]
    specs = [spec for each in outputs for spec in each]
    operation = recorder.add(type, full_name, run, tuple(inputs), inputs, specs, gradient=gradient, is_list=True)
    return list(operation.outputs)


def as_array(value: Any) -> Any:
    """Return an array of a value that a plan computed, which may be a number."""
    return value if hasattr(value, "flags") and not isinstance(value, np.generic) else np.asarray(value)
