"""Gradients made smaller: one by one, or all together by their global norm.

Source: TF 1.15 python/ops/clip_ops.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import ops
from ..arrays import array_module
from ..arrays.typing import Array
from ..errors import training as errors
from ..gradients.registry import rule
from ..graph import Operation, Recorder, Tensor, current, name_scope
from ..graph.conversion import as_tensor
from ..graph.indexed_slices import IndexedSlices
from ..ops.function import definition_of, op
from ..ops.weights import static_shape

__all__ = ["clip_by_average_norm", "clip_by_global_norm", "clip_by_norm", "clip_by_value", "global_norm"]

_PIECE = 8192  # elements


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Return `t` with what lies outside the two ends set to them; of IndexedSlices, the values."""
    values = _values(t)
    clipped: Any = ops.clip_by_value(values, clip_value_min, clip_value_max, name=name)
    if current() is not None:  # the ends do not make it larger
        static_shape(ops.convert_to_tensor(values)).assert_is_compatible_with(static_shape(clipped))
    return _alike(t, clipped)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """Return `t` scaled down so that its norm is at most `clip_norm`.

    Args:
        t: floats, or IndexedSlices, whose rows count each for itself.
        clip_norm: the largest norm, a scalar or of a shape that broadcasts.
        axes: over which the norm is taken; None = all.
        name: of the result.
    """
    with name_scope(name, "clip_by_norm") as scope:
        values = ops.convert_to_tensor(_values(t), name="t")
        squares = ops.reduce_sum(values * values, axes, keepdims=True)
        is_positive = squares > 0
        root = ops.sqrt(ops.where(is_positive, squares, ops.ones_like(squares)))  # no gradient of a root of 0
        norm = ops.where(is_positive, root, squares)
        clipped = values * clip_norm / ops.maximum(norm, clip_norm)
        return _alike(t, ops.identity(clipped, name=_full(scope)))


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Any:
    """Return `t` scaled down so that its norm, divided by the number of its elements, is at most `clip_norm`."""
    with name_scope(name, "clip_by_average_norm") as scope:
        values = ops.convert_to_tensor(t, name="t")
        count = ops.cast(ops.size(values), np.float32)
        inverse = ops.rsqrt(ops.reduce_sum(values * values))
        return ops.identity(values * clip_norm * ops.minimum(inverse * count, 1.0 / clip_norm), name=_full(scope))


def _record_norm(recorder: Recorder, t_list: Any, name: str | None = None) -> Tensor:
    """Write the norm down; that of nothing is 0."""
    values = [_values(t) for t in _listed(t_list) if t is not None]
    if not values:
        return as_tensor(np.float32(0), recorder, name=recorder.claim(name or "global_norm"))
    tensor: Tensor = definition_of(global_norm).write(recorder, {"t_list": values, "name": None}, name)
    return tensor


def _scalar(*shapes: Any) -> tuple[int, ...]:
    return ()


@op("GlobalNorm", "t_list*", name="global_norm", inner="global_norm", shape=_scalar, record=_record_norm)
def global_norm(t_list: Sequence[Any], name: str | None = None) -> Array:
    """Return the root of the sum of all squares of the gradients; None among them counts nothing.

    Args:
        t_list: gradients; of IndexedSlices all rows count, those with equal indices each for itself.
        name: of the result.

    Raises:
        TypeError: `t_list` is no list.
    """
    flat = [_values(gradient).ravel() for gradient in _listed(t_list) if gradient is not None]
    xp = array_module(*flat)
    squares = (g.dot(g) for gradient in flat for g in _pieces(gradient))  # no array of squares
    return xp.sqrt(sum(squares, xp.zeros((), flat[0].dtype if flat else "float32")))


@rule("GlobalNorm")
def _of_norm(operation: Operation, d: Any) -> Any:
    factor = d / operation.outputs[0]
    return [ops.multiply(t, factor) for t in operation.inputs]


def _pieces(flat: Array) -> list[Array]:
    """Cut a long vector on the host, so that a BLAS wakes no threads that spin while ours compute."""
    if not isinstance(flat, np.ndarray) or len(flat) <= _PIECE:
        return [flat]
    return [flat[k : k + _PIECE] for k in range(0, len(flat), _PIECE)]


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """Scale gradients down together so that their global norm is at most `clip_norm`.

        >>> gradients, variables = zip(*grads.pairs())
        >>> clipped, norm = tf.clip_by_global_norm(gradients, 5.0)
        >>> optimizer.apply_gradients(zip(clipped, variables))

    Args:
        t_list: gradients; None among them stays None, IndexedSlices stay IndexedSlices.
        clip_norm: the largest norm.
        use_norm: the norm, if it is known.
        name: of the scope of the results.

    Returns:
        The gradients, all NaN if the norm is infinite or NaN, and the norm before, a scalar on the
        device.

    Raises:
        TypeError: `t_list` is no list.
        ValueError: `clip_norm` is negative.
    """
    gradients = _listed(t_list)
    if isinstance(clip_norm, (int, float)) and clip_norm < 0:
        raise errors.negative_norm(clip_norm)
    norm = global_norm(gradients, name) if use_norm is None else use_norm
    if current() is not None:
        return _recorded_clip(gradients, clip_norm, norm, name), norm
    xp = array_module(*(_values(g) for g in gradients if g is not None))
    if xp is np and norm <= clip_norm:
        return gradients, norm
    with np.errstate(invalid="ignore"):
        # norm - norm is 0, or NaN where the norm is no number; nothing waits for a device.
        scale = clip_norm / xp.maximum(norm, clip_norm) + (norm - norm)
    return [None if g is None else _alike(g, _values(g) * scale.astype(_values(g).dtype)) for g in gradients], norm


def _recorded_clip(gradients: list[Any], clip_norm: Any, norm: Any, name: str | None) -> list[Any]:
    with name_scope(name, "clip_by_global_norm") as scope:
        finite: Any = clip_norm * ops.minimum(1.0 / norm, 1.0 / clip_norm)
        scale = ops.where(ops.is_finite(norm), finite, ops.fill([], np.asarray(np.nan, norm.dtype.as_numpy_dtype)))
        return [
            None if g is None else _alike(g, _scaled(_values(g), scale, name=f"{scope}_{k}"))
            for k, g in enumerate(gradients)
        ]


def _times(t: Any, scale: Any) -> Any:
    return t if isinstance(t, np.ndarray) and scale == 1 else t * scale  # most steps clip nothing


def _record_scaled(recorder: Recorder, t: Any, scale: Any, name: str | None = None) -> Tensor:
    tensor: Tensor = definition_of(_scaled).write(recorder, {"t": t, "scale": scale, "name": None}, name)
    tensor.op.gradient = _of_scaled
    return tensor


def _first(t: Any, scale: Any) -> Any:
    return t


@op("Identity", "t scale", shape=_first, kernel=_times, record=_record_scaled)
def _scaled(t: Any, scale: Any, name: str | None = None) -> Array:
    """Return t * scale; an Identity, since it is `t` itself where the scale is 1."""
    result: Array = _times(t, scale)
    return result


def _of_scaled(operation: Operation, d: Any) -> Any:
    t, scale = operation.inputs
    return ops.multiply(d, scale), ops.reduce_sum(ops.multiply(d, t))


def _full(scope: str) -> str | None:
    """Return what names a result as its scope is named; where everything is computed at once, no name is drawn."""
    return scope if current() is not None else None


def _values(t: Any) -> Any:
    return t.values if isinstance(t, IndexedSlices) else t


def _alike(t: Any, values: Any) -> Any:
    """Return `values` in the form of `t`."""
    return IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values


def _listed(t_list: Any) -> list[Any]:
    if not isinstance(t_list, (list, tuple)):
        raise errors.not_a_gradient_list(t_list)
    return list(t_list)
