"""tf.gradients: the walk back, and a rule for each type of operation."""

from .custom import custom_gradient
from .hessians import hessians
from .registry import NotDifferentiable, RegisterGradient
from .walk import AggregationMethod, UnconnectedGradients, gradients

__all__ = [
    "AggregationMethod",
    "NotDifferentiable",
    "RegisterGradient",
    "UnconnectedGradients",
    "custom_gradient",
    "gradients",
    "hessians",
]
