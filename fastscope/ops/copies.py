"""Copies of arrays: several at once, repeated, and with some elements changed.

Source: tensorflow/python/ops/array_ops.py (identity_n, parallel_stack, repeat), ragged/ragged_util.py,
tensorflow/core/kernels/scatter_nd_op.cc (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy, unwrap
from ..arrays.dtypes import int32
from ..arrays.typing import Array
from . import shape_rules as rules
from .creation import convert_to_tensor, identity
from .function import op
from .operands import operand
from .picking import check_places
from .scoped import within
from .shaping import gather, integer_operand, reshape, stack
from .shaping import shape as shape_of
from .weights import static_shape

__all__ = [
    "guarantee_const",
    "identity_n",
    "parallel_stack",
    "repeat",
    "tensor_scatter_add",
    "tensor_scatter_sub",
    "tensor_scatter_update",
]


def identity_n(input: Any, name: str | None = None) -> list[Any]:
    """Return the tensors of a list, as they are at the end of one operation: none before all are there."""
    with within(name, "IdentityN"):
        return [identity(each) for each in input]


def parallel_stack(values: Any, name: str = "parallel_stack") -> Array:
    """Return arrays of one shape joined along a new first dimension: `stack`."""
    return stack(values, name=name)


def guarantee_const(input: Any, name: str | None = None) -> Array:
    """Return a tensor of which the program says that it is always the same."""
    return identity(input, name=name)


@op("Range", "repeats:index | size:index", shape=lambda repeats, size: (None,), dtype=int32)
def _repeated(repeats: Any, size: Any, name: str | None = None) -> Array:
    """Return each number below `size` as often as `repeats` says, one for all or one each."""
    counts = np.asarray(to_numpy(unwrap(repeats)))
    return np.repeat(np.arange(int(unwrap(size)), dtype=np.int32), counts)


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Array:
    """Return an array with its elements repeated along `axis`.

    Args:
        input: what is repeated.
        repeats: how often: a number, or one for each element along the axis.
        axis: along which; None = of all elements, one after the other.
        name: of its operations.
    """
    with within(name, "Repeat"):
        x = convert_to_tensor(input)
        if axis is None:
            x, axis = reshape(x, [-1]), 0
        known = static_shape(x)
        place = axis if axis >= 0 or known.rank is None else axis + known.rank
        sizes: Any = shape_of(x)
        return gather(x, _repeated(repeats, sizes[place]), axis=place)


# ---- elements changed


def _same_as_first(tensor: Any, indices: Any, updates: Any) -> Any:
    rules.scatter_nd(indices, updates, tensor)
    return tensor


def _changed(type: str, word: str, what: str) -> Callable[..., Array]:
    @op(type, "tensor updates | indices:index", shape=lambda t, u, i: _same_as_first(t, i, u))
    def function(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Array:
        array, ids, values = operand(tensor), integer_operand(word, "indices", indices), operand(updates)
        check_places(word, ids, array.shape)
        xp = array_module(array)
        result: Array = xp.array(array)
        places = tuple(xp.moveaxis(xp.asarray(ids), -1, 0))
        if word.endswith("update"):
            result[places] = values
        else:
            xp.add.at(result, places, -values if word.endswith("sub") else values)
        return result

    function.__name__ = function.__qualname__ = word
    function.__doc__ = f"""Return a copy of `tensor` with elements, or parts, {what}.

    Args:
        tensor: what is copied.
        indices: vectors along the last dimension, as `gather_nd` takes them.
        updates: one for each vector.
        name: drawn from the name table.

    Raises:
        ValueError: the shapes do not fit.
        InvalidArgumentError: there is no such element (checked on the host).
    """
    return function


tensor_scatter_update = _changed("TensorScatterUpdate", "tensor_scatter_update", "written over")
tensor_scatter_add = _changed("TensorScatterAdd", "tensor_scatter_add", "added to")
tensor_scatter_sub = _changed("TensorScatterSub", "tensor_scatter_sub", "subtracted from")
