"""The error function and the gamma function in plain array code, for NumPy, which has neither, and CuPy.

All are computed in float64, to about 1e-15.

Source: Press et al., Numerical Recipes, 3rd edition, 6.2.2 (erfc by Chebyshev's polynomials); Lanczos' approximation
with g = 7 as published by Godfrey; Abramowitz and Stegun, Handbook of Mathematical Functions,
6.3.5, 6.3.7, 6.3.18, 6.4.6, 6.4.7, 6.4.12.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import array_module

__all__ = ["digamma", "erf", "erfc", "lgamma", "trigamma"]

_CHEBYSHEV = (
    -1.3026537197817094, 6.4196979235649026e-1, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
    3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.303655835580e-6,
    1.5626441722e-8, -8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11,
    2.394038e-12, -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15, -1.523e-15, -9.4e-17,
    1.21e-16, -2.8e-17,
)  # fmt: skip
_LANCZOS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)  # fmt: skip
_SMALL = 0.5  # below it, 1 - erfc(x) would lose digits of erf(x)


def erfc(x: Any) -> Any:
    """Return 1 - erf(x)."""
    xp, z = array_module(x), x.astype(np.float64)
    upper = _erfc_of_positive(xp, xp.abs(z))
    return xp.where(z >= 0, upper, 2 - upper).astype(x.dtype)


def _erfc_of_positive(xp: Any, z: Any) -> Any:
    t = 2 / (2 + z)
    y, d, dd = 4 * t - 2, xp.zeros_like(z), xp.zeros_like(z)
    for coefficient in _CHEBYSHEV[:0:-1]:
        d, dd = y * d - dd + coefficient, d
    return t * xp.exp(-z * z + 0.5 * (_CHEBYSHEV[0] + y * d) - dd)


def erf(x: Any) -> Any:
    """Return the error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x."""
    xp, z = array_module(x), x.astype(np.float64)
    small = xp.where(xp.abs(z) < _SMALL, z, 0)
    term = series = small
    for n in range(1, 13):
        term = -term * small * small / n
        series = series + term / (2 * n + 1)
    large = 1 - _erfc_of_positive(xp, xp.abs(z))
    return xp.where(xp.abs(z) < _SMALL, 2 / math.sqrt(math.pi) * series, xp.copysign(large, z)).astype(x.dtype)


def lgamma(x: Any) -> Any:
    """Return the logarithm of the absolute value of the gamma function."""
    xp, z = array_module(x), x.astype(np.float64)
    reflected = z < 0.5
    above = xp.where(reflected, 1 - z, z) - 1
    series = _LANCZOS[0]
    for k, coefficient in enumerate(_LANCZOS[1:], 1):
        series = series + coefficient / (above + k)
    t = above + 7.5
    result = 0.5 * math.log(2 * math.pi) + (above + 0.5) * xp.log(t) - t + xp.log(series)
    sine = xp.abs(xp.sin(math.pi * z))
    result = xp.where(reflected, math.log(math.pi) - xp.log(sine) - result, result)
    return xp.where((z <= 0) & (z == xp.floor(z)), np.inf, result).astype(x.dtype)


def digamma(x: Any) -> Any:
    """Return the derivative of the logarithm of the gamma function."""
    xp, z = array_module(x), x.astype(np.float64)
    reflected = z < 0.5
    above = xp.where(reflected, 1 - z, z)
    shift = xp.zeros_like(above)
    for _ in range(10):
        shift = shift - xp.where(above < 10, 1 / above, 0)
        above = xp.where(above < 10, above + 1, above)
    y = 1 / (above * above)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132)))))
    result = shift + xp.log(above) - 0.5 / above - series
    result = xp.where(reflected, result - math.pi / xp.tan(math.pi * z), result)
    return xp.where((z <= 0) & (z == xp.floor(z)), np.nan, result).astype(x.dtype)


def trigamma(x: Any) -> Any:
    """Return the derivative of digamma."""
    xp, z = array_module(x), x.astype(np.float64)
    reflected = z < 0.5
    above = xp.where(reflected, 1 - z, z)
    shift = xp.zeros_like(above)
    for _ in range(10):
        shift = shift + xp.where(above < 10, 1 / (above * above), 0)
        above = xp.where(above < 10, above + 1, above)
    y = 1 / (above * above)
    series = 1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * 5 / 66)))
    result = shift + 1 / above + y / 2 + y / above * series
    sine = xp.sin(math.pi * z)
    return xp.where(reflected, (math.pi / sine) ** 2 - result, result).astype(x.dtype)
