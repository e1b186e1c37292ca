"""Optimizers that apply gradients at once, in place, with TF1's names for their slots."""

from __future__ import annotations

from .adam import AdamOptimizer
from .base import Optimizer
from .decay import exponential_decay
from .simple import (
    AdagradOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    RMSPropOptimizer,
)

__all__ = [
    "AdagradOptimizer",
    "AdamOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "Optimizer",
    "RMSPropOptimizer",
    "exponential_decay",
]
