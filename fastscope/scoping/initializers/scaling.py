"""Initializers that keep the variance of a layer's signal: Glorot, He, LeCun and their kin.

Source: tensorflow/python/ops/init_ops.py; Glorot and Bengio 2010; He et al. 2015.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final

from ...arrays import dtypes
from ...arrays.dtypes import DType, as_dtype
from ...arrays.recordable import recordable
from ...arrays.streams import draw_normal, draw_truncated_normal, draw_uniform
from ...errors import arrays as errors
from .base import HostArray, Initializer

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "UniformUnitScaling",
    "VarianceScaling",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]

_MODES: Final = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS: Final = ("normal", "uniform", "truncated_normal", "untruncated_normal")
# Standard deviation of a unit normal distribution cut at +-2.
_TRUNCATED_STDDEV: Final = 0.87962566103423978


class VarianceScaling(Initializer):
    """Distribution around 0 of variance `scale / n`, n being the fan that `mode` names.

    Args:
        scale: positive factor of the variance.
        mode: n is the number of inputs, of outputs, or their mean.
        distribution: "truncated_normal" (and "normal", its older name), "untruncated_normal",
            "uniform".
        seed: joins the seed of the graph.
        dtype: where the call names none.
    """

    _arguments: ClassVar[tuple[str, ...]] = ("scale", "mode", "distribution", "seed", "dtype")
    _floats_only = True

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype: Any = dtypes.float32,
    ) -> None:
        if not scale > 0:
            raise errors.bad_scale(scale)
        if mode not in _MODES:
            raise errors.bad_choice("mode", mode, _MODES)
        if distribution not in _DISTRIBUTIONS:
            raise errors.bad_choice("distribution", distribution, _DISTRIBUTIONS)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.seed = seed
        self.dtype = self._checked(as_dtype(dtype))

    def stddev(self, shape: tuple[int, ...]) -> float:
        """Return the standard deviation of the distribution, of which a truncated one is cut off."""
        fan_in, fan_out = _fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        found = math.sqrt(self.scale / max(1.0, fan))
        return found if self.distribution in ("uniform", "untruncated_normal") else found / _TRUNCATED_STDDEV

    def limit(self, shape: tuple[int, ...]) -> float:
        """Return where the uniform distribution ends."""
        return math.sqrt(3) * self.stddev(shape)

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        if self.distribution == "uniform":
            limit = self.limit(shape)
            return draw_uniform(shape, dtype, -limit, limit, self.seed)
        if self.distribution == "untruncated_normal":
            return draw_normal(shape, dtype, 0.0, self.stddev(shape), self.seed)
        return draw_truncated_normal(shape, dtype, 0.0, self.stddev(shape), self.seed)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        if self.distribution == "uniform":
            limit = self.limit(shape)
            return recordable.function("random_uniform", shape, -limit, limit, dtype, self.seed)
        kind = "random_normal" if self.distribution == "untruncated_normal" else "truncated_normal"
        return recordable.function(kind, shape, 0.0, self.stddev(shape), dtype, self.seed)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return how many those of the distribution are."""
        return 7 if self.distribution == "uniform" else 6


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the numbers of inputs and outputs of one unit of a kernel of `shape`.

    A convolution's kernel is [*window, inputs, outputs], and its window multiplies both.
    """
    if len(shape) < 2:
        fan = shape[0] if shape else 1
        return fan, fan
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


class GlorotUniform(VarianceScaling):
    """Uniform within sqrt(6 / (fan_in + fan_out)): the default of get_variable for floats."""

    _arguments = ("seed", "dtype")

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)


class GlorotNormal(VarianceScaling):
    """Truncated normal of standard deviation sqrt(2 / (fan_in + fan_out))."""

    _arguments = ("seed", "dtype")

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)


class UniformUnitScaling(Initializer):
    """Uniform within factor * sqrt(3 / inputs), inputs being all dimensions but the last."""

    _arguments = ("factor", "seed", "dtype")
    _floats_only = True

    def __init__(self, factor: float = 1.0, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        self.factor = factor
        self.seed = seed
        self.dtype = self._checked(as_dtype(dtype))

    def limit(self, shape: tuple[int, ...]) -> float:
        """Return where the distribution ends."""
        return self.factor * math.sqrt(3 / max(1, math.prod(shape[:-1])))

    def _values(self, shape: tuple[int, ...], dtype: DType) -> HostArray:
        limit = self.limit(shape)
        return draw_uniform(shape, dtype, -limit, limit, self.seed)

    def _written(self, shape: tuple[int, ...], dtype: DType) -> Any:
        limit = self.limit(shape)
        return recordable.function("random_uniform", shape, -limit, limit, dtype, self.seed)

    def operations(self, shape: tuple[int, ...]) -> int:
        """Return those of a uniform distribution."""
        return 7


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Make a truncated normal of standard deviation sqrt(2 / fan_in), for layers with relu."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Make a uniform distribution within sqrt(6 / fan_in), for layers with relu."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Make a truncated normal of standard deviation sqrt(1 / fan_in)."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Make a uniform distribution within sqrt(3 / fan_in)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = dtypes.float32) -> VarianceScaling:
    """Make tf.contrib.layers' Glorot initializer.

    contrib rounded the correction for the truncation of its normal distribution: its deviation was
    0.3 % above the one here.

    Raises:
        TypeError: `dtype` is no float.
    """
    if not as_dtype(dtype).is_floating:
        raise errors.contrib_initializer_wants_floats(as_dtype(dtype))
    return GlorotUniform(seed, dtype) if uniform else GlorotNormal(seed, dtype)


xavier_initializer_conv2d = xavier_initializer
