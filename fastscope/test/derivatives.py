"""Gradients beside differences of values.

Source: tensorflow/python/ops/gradient_checker.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from ..errors import session as session_errors
from ..gradients import gradients
from ..graph.indexed_slices import IndexedSlicesValue
from ..ops.creation import identity, ones
from ..session.session import get_default_session

__all__ = ["compute_gradient", "compute_gradient_error"]


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Any,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> Any:
    """Return the derivatives of `y` for `x`, as the graph's gradients have them and as differences of values.

    Args:
        x: tensor of floats, whose value is fed; or a list of some.
        x_shape: its shape; for a list, a list of shapes.
        y: tensor of floats, of the shape `y_shape`.
        x_init_value: where the derivatives are taken; None = drawn from [0, 1). For a list, a list.
        delta: how far x goes in both directions.
        init_targets: operations to run before.
        extra_feed_dict: what is fed besides.

    Returns:
        Two matrices, a row for each number of `x`, a column for each of `y`; a complex number is two. For a list of x a
        list of such pairs.

    Raises:
        RuntimeError: nothing is recorded.
        ValueError: no session is the default one.
    """
    if init_targets is not None:
        for target in init_targets:
            target.run()
    feeds = dict(extra_feed_dict or {})
    if not isinstance(x, list):
        return _derivatives(x, x_shape, y, y_shape, x_init_value, delta, feeds)
    values = [None] * len(x) if x_init_value is None else x_init_value
    each = zip(x, x_shape, values, strict=True)
    return [_derivatives(tensor, shape, y, y_shape, value, delta, feeds) for tensor, shape, value in each]


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Any,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> float:
    """Return the largest distance between the two matrices of `compute_gradient`, whose arguments these are."""
    found = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    pairs = found if isinstance(found, list) else [found]
    return max((float(np.abs(exact - near).max()) for exact, near in pairs if exact.size), default=0.0)


def _derivatives(
    x: Any, x_shape: Any, y: Any, y_shape: Any, value: Any, delta: float, feeds: dict[Any, Any]
) -> tuple[Any, Any]:
    graph = getattr(x, "graph", None)
    with nullcontext() if graph is None else graph.as_default():
        d_y = ones(y_shape, y.dtype.base_dtype)  # fed; what it goes through is fetched where it is the answer
        (d_x,) = gradients(y, [x], [identity(d_y)])
    kind = x.dtype.base_dtype.as_numpy_dtype
    if value is None:
        value = np.random.random_sample(x_shape).astype(kind)
        if x.dtype.is_complex:
            value = (value + 1j * np.random.random_sample(x_shape)).astype(kind)
    value = np.array(value, kind)
    return _by_gradients(x, value, d_x, d_y, y_shape, feeds), _by_differences(x, value, y, y_shape, delta, feeds)


def _reals(values: Any) -> Any:
    """Return numbers as a vector of reals, a view where it can be."""
    flat = np.ascontiguousarray(values).reshape(-1)
    return flat.view(flat.real.dtype)


def _matrix(x: Any, y_shape: Any, y_dtype: Any) -> Any:
    """Return the empty matrix of derivatives."""
    rows = _reals(x)
    return np.zeros((rows.size, _reals(np.zeros(y_shape, y_dtype.as_numpy_dtype)).size), rows.dtype)


def _runner() -> Callable[..., Any]:
    session = get_default_session()
    if session is None:
        raise session_errors.no_default_session()
    return session.run


def _by_gradients(x: Any, value: Any, d_x: Any, d_y: Any, y_shape: Any, feeds: dict[Any, Any]) -> Any:
    run = _runner()
    result, unit = _matrix(value, y_shape, d_y.dtype), np.zeros(y_shape, d_y.dtype.as_numpy_dtype)
    for column in range(result.shape[1]):
        _reals(unit)[column] = 1
        found = run(d_x, {**feeds, x: value, d_y: unit})
        if isinstance(found, IndexedSlicesValue):
            whole = np.zeros_like(value)
            np.add.at(whole, found.indices, found.values)
            found = whole
        result[:, column] = _reals(found)
        _reals(unit)[column] = 0
    return result


def _by_differences(x: Any, value: Any, y: Any, y_shape: Any, delta: float, feeds: dict[Any, Any]) -> Any:
    run = _runner()
    result = _matrix(value, y_shape, y.dtype)
    for row in range(result.shape[0]):
        ends = []
        for step in (delta, -delta):
            moved = value.copy()
            _reals(moved)[row] += step
            ends.append(run(y, {**feeds, x: moved}))
        result[row] = _reals(ends[0] - ends[1]) / (2 * delta)
    return result
