"""Activations by name, as cells and layers take them, over the functions of this folder.

Source: TF 1.15 python/keras/activations.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..arrays.typing import Array
from ..errors import owners as errors
from .creation import identity
from .math import add, clip_by_value, exp, multiply, sigmoid, tanh
from .nn import relu, softmax
from .nonlinear import SELU_ALPHA, SELU_SCALE, elu, selu, softplus, softsign

__all__ = ["SELU_ALPHA", "SELU_SCALE", "activation_of"]


def hard_sigmoid(x: Any) -> Array:
    return clip_by_value(add(multiply(x, 0.2), 0.5), 0.0, 1.0)


_BY_NAME: Final[dict[str, Callable[[Any], Array]]] = {
    "elu": elu,
    "exponential": exp,
    "hard_sigmoid": hard_sigmoid,
    "linear": identity,
    "relu": relu,
    "selu": selu,
    "sigmoid": sigmoid,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "tanh": tanh,
}


def activation_of(activation: Any) -> Callable[[Any], Array] | None:
    """Return the function that an argument `activation` means: a name or a callable; None for None.

    Raises:
        ValueError: an unknown name.
        TypeError: neither.
    """
    if isinstance(activation, str):
        if activation not in _BY_NAME:
            raise errors.unknown_activation(activation, sorted(_BY_NAME))
        return _BY_NAME[activation]
    if activation is not None and not callable(activation):
        raise errors.activation_not_callable(activation)
    found: Callable[[Any], Array] | None = activation
    return found
