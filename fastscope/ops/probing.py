"""Static shapes found by trying: a function is run on zeros, and what changes with an unknown dimension is unknown.

For functions without a shape rule: right, and slower than a rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.dtypes import DType, as_dtype
from ..graph import StaticShape, Tensor, computing

__all__ = ["probe"]


def probe(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[list[tuple[StaticShape, DType]], bool]:
    """Return static shape and dtype of each result, and whether the function answers several.

    Raises:
        ValueError, TypeError: what the function says of arguments that do not fit.
    """
    known = _all_known(args)
    first, together = _run(function, args, 2)
    if known:
        return [(shape, dtype) for shape, dtype in first], together
    if known is None:
        return [(None, dtype) for _, dtype in first], together
    second, _ = _run(function, args, 3)
    pairs = zip(first, second, strict=False)
    return [(_common(a, b), dtype) for (a, dtype), (b, _) in pairs], together


def _run(function: Callable[..., Any], args: tuple[Any, ...], unknown: int) -> tuple[list[tuple[Any, DType]], bool]:
    with computing("/cpu:0"), np.errstate(all="ignore"):
        result = function(*(_zeros(value, unknown) for value in args))
    together = isinstance(result, (list, tuple))
    every = result if together else [result]
    return [(tuple(np.shape(value)), as_dtype(value.dtype)) for value in every], together


def _zeros(value: Any, unknown: int) -> Any:
    if type(value) is Tensor:
        dims = (unknown,) if value.dims is None else [unknown if size is None else size for size in value.dims]
        return np.zeros(dims, value.dtype.base_dtype.dtype)
    return type(value)(_zeros(inner, unknown) for inner in value) if type(value) in (list, tuple) else value


def _all_known(value: Any) -> bool | None:
    """Return whether the shapes of all tensors are known; None: not even their ranks."""
    if type(value) is Tensor:
        return None if value.dims is None else None not in value.dims
    found = [_all_known(inner) for inner in value] if type(value) in (list, tuple) else []
    return None if None in found else all(found)


def _common(a: tuple[int, ...], b: tuple[int, ...]) -> StaticShape:
    return None if len(a) != len(b) else tuple(x if x == y else None for x, y in zip(a, b, strict=True))
