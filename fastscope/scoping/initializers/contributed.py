"""The initializer that was only in tf.contrib.layers.

Source: tensorflow/contrib/layers/python/layers/initializers.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ...arrays.dtypes import as_dtype, float32
from ...errors import arrays as errors
from .scaling import VarianceScaling

__all__ = ["variance_scaling_initializer"]

_MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = float32
) -> VarianceScaling:
    """Make tf.contrib.layers' initializer: variance `factor / n`, n being the fan that `mode` names.

    contrib rounded the correction for the truncation of its normal distribution: its deviation was 0.3 % above the one
    here.

    Args:
        factor: of the variance.
        mode: "FAN_IN", the number of inputs, "FAN_OUT" or "FAN_AVG", their mean.
        uniform: a uniform distribution, else a truncated normal one.
        seed, dtype: as in `tf.variance_scaling_initializer`.

    Raises:
        ValueError: there is no such mode.
        TypeError: `dtype` is no float.
    """
    if not as_dtype(dtype).is_floating:
        raise errors.contrib_initializer_wants_floats(as_dtype(dtype))
    if mode not in _MODES:
        raise errors.bad_choice("mode", mode, _MODES)
    return VarianceScaling(factor, mode.lower(), "uniform" if uniform else "truncated_normal", seed, dtype)
