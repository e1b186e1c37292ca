"""Switches between the manners of TensorFlow 1 and 2: the one for graph mode does something, the others say how it is.

Source: tensorflow/python/compat/v2_compat.py (TF 1.15).
"""

from __future__ import annotations

from .graph import disable_eager_execution, enable_eager_execution

__all__ = [
    "control_flow_v2_enabled",
    "disable_control_flow_v2",
    "disable_resource_variables",
    "disable_tensor_equality",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
    "enable_resource_variables",
    "enable_v2_behavior",
    "resource_variables_enabled",
]


def disable_v2_behavior() -> None:
    """Do as TensorFlow 1: `disable_eager_execution`."""
    disable_eager_execution()


def enable_v2_behavior() -> None:
    """Compute at once: `enable_eager_execution`. Names, shapes and variables stay those of TensorFlow 1."""
    enable_eager_execution()


def disable_v2_tensorshape() -> None:
    """Do nothing: dimensions of shapes are those of TensorFlow 1."""


def disable_tensor_equality() -> None:
    """Do nothing: tensors are equal to themselves alone, as in TensorFlow 1."""


def enable_resource_variables() -> None:
    """Do nothing: variables are of one kind."""


def disable_resource_variables() -> None:
    """Do nothing: variables are of one kind."""


def resource_variables_enabled() -> bool:
    """Return False: variables are those of TensorFlow 1."""
    return False


def disable_control_flow_v2() -> None:
    """Do nothing: branches and loops are those of TensorFlow 1."""


def control_flow_v2_enabled() -> bool:
    """Return False: branches and loops are those of TensorFlow 1."""
    return False
