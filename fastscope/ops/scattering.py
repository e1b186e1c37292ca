"""Writes to parts of a variable: rows by indices, elements by gather_nd's, a slice, and a counter.

Source: tensorflow/python/ops/state_ops.py, tensorflow/core/kernels/scatter_op.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..arrays.typing import Array
from ..errors import graph as graph_errors
from ..errors import ops as errors
from ..graph import Recorder, Tensor, current
from ..graph.conversion import as_tensor, brought_in
from ..scoping.recorded import target
from ..scoping.variables import Variable
from . import shape_rules as rules
from .indices import plain_index
from .operands import operand
from .shaping import integer_operand

__all__ = [
    "count_up_to",
    "scatter_add",
    "scatter_div",
    "scatter_max",
    "scatter_min",
    "scatter_mul",
    "scatter_nd_add",
    "scatter_nd_sub",
    "scatter_nd_update",
    "scatter_sub",
    "scatter_update",
]


def _apply(kind: str, array: Any, place: Any, updates: Any) -> None:
    """Write into the places of an array; what is named twice is written twice."""
    if kind == "update":
        array[place] = updates
        return
    ufunc = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "min": "minimum", "max": "maximum"}
    xp = array_module(array)
    if xp is not np and kind == "sub":  # CuPy subtracts integers alone
        xp.add.at(array, place, -updates)
    elif xp is not np and kind in ("mul", "div"):  # CuPy has no such functions, and the order of equal places counts
        host = array.get()
        at = tuple(map(to_numpy, place)) if type(place) is tuple else to_numpy(place)
        getattr(np, ufunc[kind]).at(host, at, to_numpy(updates))
        array.set(host)
    else:
        getattr(xp, ufunc[kind]).at(array, place, updates)


def write_rows(variable: Variable, kind: str, by_vectors: bool, indices: Any, updates: Any) -> Any:
    array = variable._require_value()
    xp = array_module(array)
    ids = integer_operand(f"scatter_{kind}", "indices", indices)
    if xp is np:
        depth = ids.shape[-1] if by_vectors else 1
        _check(ids, np.array(array.shape[:depth] or (1,)), by_vectors)
    place = tuple(xp.moveaxis(ids, -1, 0)) if by_vectors else xp.asarray(ids)
    _apply(kind, array, place, xp.asarray(updates))
    variable._touch()
    return array


def _check(ids: Any, sizes: Any, by_vectors: bool) -> None:
    vectors = ids if by_vectors else ids[..., None]
    wrong = ((vectors < 0) | (vectors >= sizes)).any(axis=-1)
    if wrong.any():
        place = np.argwhere(wrong)[0].tolist()
        found = ids[tuple(place)]
        if by_vectors:
            raise errors.no_such_row("scatter_nd_update", place, found.tolist(), sizes.tolist())
        raise errors.not_in_range(place, int(found), int(sizes[0]))


def _scatter(kind: str, by_vectors: bool = False) -> Callable[..., Any]:
    """Return a function that writes to parts of a variable, tf.scatter_add say."""
    words = f"scatter_nd_{kind}" if by_vectors else f"scatter_{kind}"
    type = "".join(word.capitalize() for word in words.split("_"))

    def function(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Any:
        recorder = current()
        if recorder is None:
            ref._read()
            write_rows(ref, kind, by_vectors, operand(indices), operand(np.asarray(updates, ref._base_dtype.dtype)))
            return ref
        return _recorded(recorder, type, ref, kind, by_vectors, indices, updates, name)

    verbs = {"update": "written over", "min": "made the smaller one", "max": "made the larger one"}
    what = verbs.get(kind, f"changed by `{kind}`")
    function.__name__ = function.__qualname__ = words
    function.__doc__ = f"""Return the variable after its rows at `indices` were {what}.

    Args:
        ref: a variable.
        indices: integers; in scatter_nd_* vectors along the last dimension, as gather_nd takes them.
        updates: a row for each index, or one number for all.
        use_locking: kept for TF's sake.
        name: drawn from the name table.

    Raises:
        ValueError: the shapes do not fit.
        InvalidArgumentError: there is no such row (checked on the host).
    """
    return function


def _recorded(
    recorder: Recorder, type: str, variable: Any, kind: str, by_vectors: bool, indices: Any, updates: Any, name: Any
) -> Tensor:
    full_name = recorder.claim(type if name is None else name)
    whole, sizes, dtype = target(variable, recorder)
    ids = brought_in(as_tensor(indices, recorder, name=f"{full_name}/indices"), recorder)
    values = as_tensor(updates, recorder, variable._base_dtype, name=f"{full_name}/updates")
    values = brought_in(values, recorder)
    inputs = [*whole, ids, values]
    if ids.dims is not None and sizes is not None and values.dims:
        depth = (ids.dims[-1] or 0) if by_vectors else 1
        expected = (ids.dims[:-1] if by_vectors else ids.dims) + sizes[depth:]
        try:
            if by_vectors:
                rules.scatter_nd(ids.dims, values.dims, sizes)
            rules.merged(values.dims, expected)
        except ValueError as reason:
            raise graph_errors.shapes_do_not_fit(str(reason), full_name, type, inputs) from None
    function = partial(write_rows, variable, kind, by_vectors)
    output = [(sizes, dtype)]
    attributes = {"variable": variable}
    return recorder.add(type, full_name, function, (ids, values), inputs, output, attributes).outputs[0]


scatter_update = _scatter("update")
scatter_add = _scatter("add")
scatter_sub = _scatter("sub")
scatter_mul = _scatter("mul")
scatter_div = _scatter("div")
scatter_min = _scatter("min")
scatter_max = _scatter("max")
scatter_nd_update = _scatter("update", by_vectors=True)
scatter_nd_add = _scatter("add", by_vectors=True)
scatter_nd_sub = _scatter("sub", by_vectors=True)


def counted(variable: Variable, limit: int) -> Any:
    array = variable._require_value()
    before = array.copy()
    if before >= limit:
        raise errors.limit_reached(limit)
    array += 1
    variable._touch()
    return before


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Array:
    """Return the value of a counter, and add 1 to it.

    Raises:
        OutOfRangeError: it is `limit`, or more.
    """
    recorder = current()
    if recorder is None:
        ref._read()
        return counted(ref, limit)
    whole, sizes, _ = target(ref, recorder)
    full_name = recorder.claim("CountUpTo" if name is None else name)
    output = [(sizes, ref._base_dtype)]
    made = recorder.add("CountUpTo", full_name, partial(counted, ref, limit), (), whole, output, {"variable": ref})
    return made.outputs[0]  # type: ignore[return-value]


def assigned_slice(part: Tensor, variable: Variable, value: Any, name: str | None = None) -> Tensor:
    """Write down `variable[index].assign(value)`, `part` being the slice: the variable after it."""
    recorder = part.op.recorder
    whole, sizes, dtype = target(variable, recorder)
    full_name = f"{part.op.name}/_assign" if name is None else recorder.claim(name)
    tensor = as_tensor(value, recorder, variable._base_dtype, name=f"{full_name}/value")
    function = partial(_write_slice, variable)
    args = (part.op.attributes["index"], tensor)
    output = [(sizes, dtype)]
    attributes = {"variable": variable}
    made = recorder.add("StridedSliceAssign", full_name, function, args, (*whole, tensor), output, attributes)
    return made.outputs[0]


def _write_slice(variable: Variable, index: Any, value: Any) -> Any:
    array = variable._require_value()
    array[plain_index(index)] = value
    variable._touch()
    return array
