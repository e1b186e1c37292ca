"""Initializers by name: "zeros" is `Zeros()`, as layers and cells of later TF1 took them.

Source: tensorflow/python/keras/initializers.py (TF 1.15), get: its spreads of "uniform" and "normal" are Keras' own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...errors import scoping as errors
from .base import Initializer
from .scaling import (
    GlorotNormal,
    GlorotUniform,
    VarianceScaling,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)
from .simple import Constant, Identity, Ones, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, Zeros

__all__ = ["initializer_called"]

_uniform = partial(RandomUniform, -0.05, 0.05)
_normal = partial(RandomNormal, 0.0, 0.05)
_truncated = partial(TruncatedNormal, 0.0, 0.05)

_BY_NAME: dict[str, Callable[[], Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "uniform": _uniform,
    "normal": _normal,
    "random_uniform": _uniform,
    "random_normal": _normal,
    "truncated_normal": _truncated,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "orthogonal": Orthogonal,
    "identity": Identity,
    "variance_scaling": VarianceScaling,
}
_AS_CLASSES = {name.replace("_", "").lower(): make for name, make in _BY_NAME.items()} | {"zero": Zeros, "one": Ones}


def initializer_called(name: str) -> Initializer:
    """Return a new initializer of that name, "glorot_uniform" or "GlorotUniform".

    Raises:
        ValueError: there is none.
    """
    make = _AS_CLASSES.get(name.replace("_", "").lower().removesuffix("initializer"))
    if make is None:
        raise errors.unknown_initializer(name, list(_BY_NAME))
    return make()
