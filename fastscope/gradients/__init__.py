"""tf.gradients: the walk back, and a rule for each type of operation."""

from . import (
    accumulated,
    arranging,
    choosing,
    complexes,
    convolution,
    elementwise,
    images,
    linear,
    loops,
    math,
    nn,
    nonlinear,
    normalizing,
    passing,
    picking,
    pooling,
    shaping,
    tensor_arrays,
)
from .custom import custom_gradient
from .hessians import hessians
from .registry import NotDifferentiable, RegisterGradient
from .walk import AggregationMethod, UnconnectedGradients, gradients

__all__ = [
    "AggregationMethod",
    "NotDifferentiable",
    "RegisterGradient",
    "UnconnectedGradients",
    "accumulated",
    "arranging",
    "choosing",
    "complexes",
    "convolution",
    "custom_gradient",
    "elementwise",
    "gradients",
    "hessians",
    "images",
    "linear",
    "loops",
    "math",
    "nn",
    "nonlinear",
    "normalizing",
    "passing",
    "picking",
    "pooling",
    "shaping",
    "tensor_arrays",
]
