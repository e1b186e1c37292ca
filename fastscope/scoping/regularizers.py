"""TF1's regularizers: `l2_regularizer(0.01)` makes a function of a variable that returns its loss.

The loss is a scalar on the variable's device, or None where the scale is 0: no loss is collected
then.

Source: tensorflow/contrib/layers/python/layers/regularizers.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .._store import name_scope
from ..arrays import array_module, unwrap
from ..arrays.recordable import recordable
from ..errors import arrays as errors
from ..errors.reprs import never_raises

__all__ = ["l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "sum_regularizer"]

Penalty = Callable[[Any], Any]


class _Regularizer:
    """A function of weights that shows how it was made."""

    __slots__ = ("_loss", "_made_by")

    def __init__(self, made_by: str, loss: Penalty) -> None:
        self._made_by = made_by
        self._loss = loss

    def __call__(self, weights: Any) -> Any:
        """Return the loss of `weights`, None where there is none."""
        return self._loss(weights)

    @never_raises
    def __repr__(self) -> str:
        return self._made_by


def l1_regularizer(scale: float, scope: str | None = None) -> Penalty:
    """Make the regularizer `scale * sum(abs(w))`.

    Args:
        scale: factor, not negative; 0.0 turns the regularizer off.
        scope: of its operations in a graph; None = the function's name.

    Raises:
        ValueError: `scale` is negative, an int (TF1 takes 1 for a forgotten point), or no number.
    """

    def l1(weights: Any) -> Any:
        if recordable.on and recordable.recording():
            return _recorded("l1_loss", scale, weights, scope or "l1_regularizer")
        values = unwrap(weights)
        return scale * array_module(values).abs(values).sum()

    return _Regularizer(f"l1_regularizer({scale})", l1 if _checked(scale) else _nothing)


def l2_regularizer(scale: float, scope: str | None = None) -> Penalty:
    """Make the regularizer `scale * sum(w ** 2) / 2`; `scale` as in `l1_regularizer`."""

    def l2(weights: Any) -> Any:
        if recordable.on and recordable.recording():
            return _recorded("l2_loss", scale, weights, scope or "l2_regularizer")
        values = unwrap(weights)
        return scale * (array_module(values).square(values).sum() / 2)

    return _Regularizer(f"l2_regularizer({scale})", l2 if _checked(scale) else _nothing)


def l1_l2_regularizer(scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None) -> Penalty:
    """Make the sum of `l1_regularizer(scale_l1)` and `l2_regularizer(scale_l2)`."""
    _checked(scale_l1, "scale_l1")
    _checked(scale_l2, "scale_l2")
    both = _sum([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope or "l1_l2_regularizer")
    return _Regularizer(f"l1_l2_regularizer({scale_l1}, {scale_l2})", both)


def sum_regularizer(regularizer_list: Iterable[Penalty | None], scope: str | None = None) -> Penalty | None:
    """Make the sum of several regularizers, None for none; each may be None or return None."""
    regularizers = [regularizer for regularizer in regularizer_list if regularizer is not None]
    return (
        _Regularizer(f"sum_regularizer({regularizers})", _sum(regularizers, scope or "sum_regularizer"))
        if regularizers
        else None
    )


def _sum(regularizers: list[Penalty], scope: str) -> Penalty:
    def total(weights: Any) -> Any:
        """Return the sum of the losses, None if there is none."""
        if recordable.on and recordable.recording():
            with name_scope(scope) as full:
                found = [loss for loss in (regularizer(weights) for regularizer in regularizers) if loss is not None]
                return recordable.function("add_n", found, name=full) if found else None
        found = [loss for loss in (regularizer(weights) for regularizer in regularizers) if loss is not None]
        return sum(found[1:], start=found[0]) if found else None

    return total


def _recorded(loss: str, scale: float, weights: Any, scope: str) -> Any:
    """Write down `scale` times a loss of `weights`, a function of `ops`, as a tensor called `scope`."""
    with name_scope(scope) as full:
        if loss == "l1_loss":
            value = recordable.function("reduce_sum", recordable.function("abs", weights))
        else:
            value = recordable.function(loss, weights)
        return recordable.function("multiply", np.asarray(scale, value.dtype.as_numpy_dtype), value, name=full)


def _checked(scale: float, argument: str = "scale") -> bool:
    """Return whether `scale` turns its regularizer on."""
    if not isinstance(scale, (float, np.floating)):
        raise errors.regularizer_scale_type(argument, scale)
    if scale < 0:
        raise errors.regularizer_scale_negative(argument, scale)
    return scale != 0.0


def _nothing(weights: Any) -> None:
    """Return no loss."""
    del weights
