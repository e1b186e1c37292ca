"""Activations of cells by name, each with its derivative as a function of its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..errors import rnn as errors
from ..errors import training as training_errors
from ..fused.reference import sigmoid


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
        Activation("sigmoid", sigmoid, lambda y: y * (1 - y)),
        Activation("relu", ops.relu, lambda y: (y > 0).astype(y.dtype)),
        Activation("linear", lambda x: x, lambda y: y * 0 + 1),
        Activation("softmax", ops.softmax, None),
    )
}
_SAME = {ops.tanh: "tanh", np.tanh: "tanh", ops.sigmoid: "sigmoid", ops.relu: "relu"}


def resolve(activation: Any) -> Activation:
    """Return the activation that a cell was given.

    Args:
        activation: None for tanh, a name, `tf.tanh` and its kin, or any callable(array) -> array,
            which runs but has no pullback.

    Raises:
        ValueError: an unknown name.
    """
    if activation is None:
        return _KNOWN["tanh"]
    if isinstance(activation, str):
        if activation not in _KNOWN:
            raise errors.unknown_activation(activation, sorted(_KNOWN))
        return _KNOWN[activation]
    name = _SAME.get(activation)
    if name is None:
        return Activation(getattr(activation, "__name__", repr(activation)), activation, None)
    return _KNOWN[name]


def slope(activation: Activation, result: Any) -> Any:
    """Return the derivative at `result`.

    Raises:
        NotImplementedError: the activation is a function of the user's.
    """
    if activation.slope is None:
        raise training_errors.no_slope(activation.name)
    return activation.slope(result)
