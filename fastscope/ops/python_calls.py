"""py_func: a Python function as an operation.

Source: tensorflow/python/ops/script_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from ..arrays import nest, to_numpy, unwrap
from ..arrays.dtypes import DType, as_dtype, string
from ..errors import flow as errors
from ..graph import current
from ..graph.conversion import as_tensor, brought_in
from .creation import convert_to_tensor

__all__ = ["numpy_function", "py_func"]

_numbers = count()


def py_func(func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None) -> Any:
    """Return what a Python function makes of NumPy's arrays.

        >>> y = tf.py_func(lambda a: np.sort(a)[::-1].copy(), [[1.0, 3.0, 2.0]], tf.float32)

    In a recorded program the function is called each time that a session needs its results. No gradient goes through.

    Args:
        func: callable(*arrays) -> an array or a list of them; an array without dimensions comes as NumPy's scalar, text
            as bytes.
        inp: list of tensors.
        Tout: the dtype of each result, a list; or of the only one.
        stateful: kept for TF's sake: the type of the operation says it.
        name: of the operation, "PyFunc" by default.

    Returns:
        A list of tensors, a tensor where `Tout` is no list, the operation where it is an empty one. Their shapes are
        not known: `set_shape` tells them.

    Raises:
        ValueError: `func` is no function.
        InvalidArgumentError: when it runs: other results than `Tout` says.
        OpError: when it runs: the function raised. A TypeError or ValueError becomes an InvalidArgumentError, a
            StopIteration an OutOfRangeError, a MemoryError a ResourceExhaustedError, a NotImplementedError an
            UnimplementedError, all else an UnknownError.
    """
    if not callable(func):
        raise errors.func_not_callable(func)
    recorder = current()
    if recorder is None:
        return _called_now(func, inp)
    wanted = [as_dtype(dtype).base_dtype for dtype in (Tout if isinstance(Tout, (list, tuple)) else [Tout])]
    type = "PyFunc" if stateful else "PyFuncStateless"
    full_name = recorder.claim(name or type)
    tensors = [brought_in(as_tensor(value, recorder), recorder, full_name) for value in inp]
    call = _Call(func, wanted)
    specs = [(None, dtype) for dtype in wanted]
    operation = recorder.add(
        type, full_name, call, tuple(tensors), tensors, specs, {"Tout": wanted}, is_list=True,
        steering=range(len(tensors)),
    )  # fmt: skip
    if not wanted:
        return operation
    return list(operation.outputs) if isinstance(Tout, (list, tuple)) else operation.outputs[0]


def numpy_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """Return what a Python function makes of NumPy's arrays; see `py_func`."""
    return py_func(func, inp, Tout, True, name)


def _called_now(func: Callable[..., Any], inp: Any) -> Any:
    results = nest.flattened(func(*(_given(unwrap(value)) for value in inp)))
    found = [result if result is None else convert_to_tensor(result) for result in results]
    return found[0] if len(found) == 1 else found


def _given(value: Any) -> Any:
    array = to_numpy(convert_to_tensor(value))
    return array[()] if not np.ndim(array) else array


class _Call:
    """A call of a Python function, held to what was said of its results."""

    def __init__(self, func: Callable[..., Any], wanted: list[DType]) -> None:
        self._func = func
        self._wanted = wanted
        self._name = f"pyfunc_{next(_numbers)}"

    def __call__(self, *values: Any) -> list[Any]:
        arrays = [to_numpy(value) if hasattr(value, "dtype") else value for value in values]
        try:
            # copies: the function may keep what it gets, or write into it
            result = self._func(*(np.array(value) if np.ndim(value) else np.asarray(value)[()] for value in arrays))
        except Exception as reason:
            raise errors.python_raised(reason) from reason
        results = [] if result is None else list(result) if isinstance(result, (list, tuple)) else [result]
        if len(results) != len(self._wanted):
            raise errors.result_count(self._name, len(results), len(self._wanted))
        found = [_array(result) for result in results]
        for k, (array, dtype) in enumerate(zip(found, self._wanted, strict=True)):
            got = as_dtype(array.dtype)
            if got is not dtype:
                raise errors.result_type(self._name, k, errors.short_name(got), errors.short_name(dtype))
        return found


def _array(value: Any) -> Any:
    """Return a result as an array; text as bytes."""
    array = np.asarray(value)
    if array.dtype.kind not in "SUO":
        return array
    texts = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    found = np.empty(len(texts), string.dtype)
    found[:] = texts
    return found.reshape(array.shape)
