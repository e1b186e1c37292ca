"""Values turned into tensors, where operations are written down.

Source: tensorflow/python/framework/ops.py (internal_convert_to_tensor), constant_op.py, op_def_library.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays import array_module, as_array
from ..arrays.dtypes import DType, as_dtype
from ..arrays.recordable import recordable
from ..errors import graph as errors
from .blocks import environment, without_controls
from .context import Branch, inside
from .recording import Recorder
from .tensor import Tensor

__all__ = ["array_of", "as_tensor", "brought_in", "constant_tensor", "holds_tensor", "same"]


def constant_tensor(recorder: Recorder, array: Any, name: str) -> Tensor:
    """Write down an array as a Const called `name`, as it is."""
    dims = tuple(array.shape)
    return recorder.add("Const", name, None, (), (), [(dims, as_dtype(array.dtype))], {"value": array}).outputs[0]


def as_tensor(
    value: Any, recorder: Recorder, dtype: DType | None = None, preferred: DType | None = None, name: str | None = None
) -> Tensor:
    """Return `value` as a tensor of `recorder`.

    Args:
        value: Tensor, Variable, array, number, text, or nested lists of these.
        dtype: what it must have. NumPy's arrays and scalars are cast to it silently, tensors and Python's numbers not.
        preferred: what it gets if that loses nothing.
        name: of the constant, as it is, where it is one; None = a free one is taken.

    Raises:
        TypeError: it does not go into `dtype`.
        ValueError: it is a tensor of another dtype, or of another graph, or no value at all.
    """
    tensor = _element(value, recorder)
    if tensor is not None:
        if dtype is not None and tensor.dtype.base_dtype is not dtype.base_dtype:
            if tensor is value:
                raise errors.tensor_type_differs(dtype, tensor)
            raise errors.variable_type_differs(dtype, value.dtype)
        return tensor
    if isinstance(value, (list, tuple)) and holds_tensor(value):
        return _packed(value, recorder, dtype, recorder.claim("packed") if name is None else name)
    array = array_of(value, dtype, preferred)
    return constant_tensor(recorder, array, recorder.claim("Const") if name is None else name)


def _element(value: Any, recorder: Recorder) -> Tensor | None:
    """Return the tensor that `value` is or stands for."""
    if type(value) is Tensor:
        return value
    convert: Callable[[Recorder], Tensor] | None = getattr(value, "_recorded", None)
    return None if convert is None else convert(recorder)


def array_of(value: Any, dtype: DType | None, preferred: DType | None = None) -> Any:
    """Return an array of a value that is no tensor; see `as_tensor`. Bools are numbers, unlike in `as_array`."""
    if dtype is not None and isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "OSU":
        return np.asarray(value).astype(dtype.dtype)
    if dtype is None and preferred is not None:
        try:
            return array_of(value, preferred.base_dtype)
        except TypeError:
            pass
    wanted = None if dtype is None else dtype.base_dtype
    if wanted is not None and not wanted.is_bool and _is_bool(value):
        return np.asarray(value).astype(wanted.dtype)
    array = as_array(value, wanted)
    return array.copy() if array is value and array_module(array) is np else array


def _is_bool(value: Any) -> bool:
    """Return whether a value, or the first element of nested lists, is one of Python's bools."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return isinstance(value, bool)


def holds_tensor(value: Any) -> bool:
    """Return whether there is a tensor or variable in `value`, also inside its lists."""
    if isinstance(value, (list, tuple)):
        return any(map(holds_tensor, value))
    return type(value) is Tensor or hasattr(value, "_recorded")


def _packed(value: Any, recorder: Recorder, dtype: DType | None, name: str) -> Tensor:
    dtype = _dtype_within(value, recorder) if dtype is None else dtype
    elements = [
        _packed(v, recorder, dtype, f"{name}/{k}") if isinstance(v, (list, tuple)) and holds_tensor(v) else v
        for k, v in enumerate(value)
    ]
    for element in elements:
        tensor = _element(element, recorder)
        if tensor is not None and dtype is not None and tensor.dtype.base_dtype is not dtype.base_dtype:
            raise errors.packed_types_differ(tensor, dtype)
    parts = [as_tensor(element, recorder, dtype, name=f"{name}/{k}") for k, element in enumerate(elements)]
    with recorder.recording():
        packed: Tensor = recordable.function("stack", parts, name=f"{name}/")
        return packed


def _dtype_within(value: Any, recorder: Recorder) -> DType | None:
    """Return the dtype of the first tensor in nested lists."""
    if not isinstance(value, (list, tuple)):
        tensor = _element(value, recorder)
        return None if tensor is None else tensor.dtype.base_dtype
    return next((found for each in value if (found := _dtype_within(each, recorder)) is not None), None)


def brought_in(tensor: Tensor, recorder: Recorder, consumer: str = "") -> Tensor:
    """Return what stands for `tensor` where the next operation is written: in this recorder, in this branch.

    Args:
        consumer: full name of that operation.

    Raises:
        ValueError: it belongs to another graph.
    """
    if tensor.op.recorder is not recorder:
        tensor = recorder.capture(tensor, consumer)
    branch = environment().branch
    return tensor if branch is None or branch.holds(tensor.op.branch) else switched(tensor, branch, consumer)


def switched(tensor: Tensor, branch: Branch, consumer: str = "") -> Tensor:
    """Return what stands for `tensor` inside a branch that it comes into from outside."""
    if branch.outer is not None and not branch.outer.holds(tensor.op.branch):
        tensor = switched(tensor, branch.outer, consumer)
    found = branch.switches.get(tensor)
    if found is None:
        recorder = tensor.op.recorder
        with inside(branch), without_controls(), name_scope(f"{consumer}/" if consumer else None):
            name = recorder.claim("Switch")
            operation = recorder.add("Switch", name, same, (tensor,), (tensor,), [(tensor.dims, tensor.dtype)])
        found = branch.switches[tensor] = operation.outputs[0]
    return found


def same(input: Any) -> Any:
    """Return `input`: what an Identity does, and a Switch where its branch is taken. A plan does not call it."""
    return input
