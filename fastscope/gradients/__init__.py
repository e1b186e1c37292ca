"""tf.gradients: the walk back, and a rule for each type of operation."""

from . import accumulated, arranging, choosing, elementwise, linear, math, nn, nonlinear, picking, shaping
from .walk import gradients

__all__ = [
    "accumulated",
    "arranging",
    "choosing",
    "elementwise",
    "gradients",
    "linear",
    "math",
    "nn",
    "nonlinear",
    "picking",
    "shaping",
]
