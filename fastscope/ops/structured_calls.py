"""tf.contrib.framework.py_func: a Python function of structures, as an operation.

Source: tensorflow/contrib/framework/python/ops/script_ops.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..arrays import structures
from ..graph import current
from . import python_calls

__all__ = ["py_func"]


def py_func(
    func: Callable[..., Any],
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    output_types: Any = None,
    output_shapes: Any = None,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Return what a Python function makes of NumPy's arrays, in a structure; see `tf.py_func`.

    Args:
        func: callable(*args, **kwargs) -> a structure of arrays.
        args, kwargs: structures of tensors.
        output_types: dtypes in the structure of the results, or callable(*args, **kwargs) that gives them.
        output_shapes: their shapes likewise; None = not known.
        stateful: kept for TF's sake: the type of the operation says it.
        name: of the operation, "PyFunc" by default.

    Raises:
        ValueError: `func` is no function.
        InvalidArgumentError: when it runs: other results than `output_types` says.
        UnknownError: when it runs: the function raised.
    """
    given = (list(args), dict(kwargs or {}))
    types, shapes = (each(*given[0], **given[1]) if callable(each) else each for each in (output_types, output_shapes))

    def flat(*values: Any) -> Any:
        positional, named = structures.pack_sequence_as(given, list(values))
        return structures.flatten(func(*positional, **named))

    dtypes = structures.flatten(types)
    results = python_calls.py_func(flat, structures.flatten(given), dtypes, stateful, name)
    if current() is not None and shapes is not None:
        for tensor, shape in zip(results, structures.flatten_up_to(types, shapes), strict=True):
            tensor.set_shape(shape)
    return structures.pack_sequence_as(types, results)
