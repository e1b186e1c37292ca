"""tf.gradients: the walk back, and a rule for each type of operation."""

from . import math
from .walk import gradients

__all__ = ["gradients", "math"]
