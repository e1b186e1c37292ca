"""Activations of cells by name, each with its derivative as a function of its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..errors import training as training_errors
from ..ops.activations import SELU_ALPHA, SELU_SCALE, activation_of


class Activation(NamedTuple):
    """One activation.

    Args:
        name: TF's name of it.
        function: array -> array.
        slope: result -> the derivative where that result came out; None for a function of the user's.
    """

    name: str
    function: Callable[[Any], Any]
    slope: Callable[[Any], Any] | None


_KNOWN = {
    a.name: a
    for a in (
        Activation("tanh", ops.tanh, lambda y: 1 - y * y),
        Activation("sigmoid", ops.sigmoid, lambda y: y * (1 - y)),
        Activation("relu", ops.relu, lambda y: (y > 0).astype(y.dtype)),
        Activation("linear", lambda x: x, lambda y: y * 0 + 1),
    )
}
_SAME = {ops.tanh: "tanh", np.tanh: "tanh", ops.sigmoid: "sigmoid", ops.relu: "relu"}
_SLOPES: dict[str, Callable[[Any], Any]] = {
    "elu": lambda y: ((y > 0) + (y <= 0) * (y + 1)).astype(y.dtype),
    "exponential": lambda y: y,
    "hard_sigmoid": lambda y: ((y > 0) & (y < 1)).astype(y.dtype) * y.dtype.type(0.2),
    "selu": lambda y: ((y > 0) * SELU_SCALE + (y <= 0) * (y + SELU_SCALE * SELU_ALPHA)).astype(y.dtype),
    "softplus": lambda y: 1 - ops.exp(-y),
    "softsign": lambda y: (1 - abs(y)) ** 2,
}


def resolve(activation: Any) -> Activation:
    """Return the activation that a cell was given.

    Args:
        activation: None for tanh, a name, `tf.tanh` and its kin, or any callable(array) -> array. Only those of
            this table have a pullback.

    Raises:
        ValueError: an unknown name.
        TypeError: neither a name nor a callable.
    """
    if activation is None:
        return _KNOWN["tanh"]
    if isinstance(activation, str) and activation in _KNOWN:
        return _KNOWN[activation]
    function = activation_of(activation)
    assert function is not None
    name = _SAME.get(function)
    if name is not None:
        return _KNOWN[name]
    if isinstance(activation, str):
        return Activation(activation, function, _SLOPES.get(activation))
    return Activation(getattr(function, "__name__", repr(function)), function, None)


def slope(activation: Activation, result: Any) -> Any:
    """Return the derivative at `result`.

    Raises:
        NotImplementedError: the activation is a function of the user's.
    """
    if activation.slope is None:
        raise training_errors.no_slope(activation.name)
    return activation.slope(result)
