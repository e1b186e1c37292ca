"""The rules of gradients, by the types of operations.

A rule takes an operation and the gradients of its outputs (None for one that nothing depends on) and returns the
gradients of its inputs, None for one that has none. It is written in terms of the public functions of `ops`, so it can
be differentiated again, and has names, static shapes and a device by itself.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from ..errors import gradients as errors
from ..graph import Operation

__all__ = ["ZERO", "NotDifferentiable", "RegisterGradient", "no_gradient", "rule", "rule_of"]

# The modules that hold the library's rules. They are imported when a gradient is first asked for: a program that only
# computes needs none.
_FAMILIES = (
    "accumulated", "arranging", "chains", "choosing", "complexes", "convolution", "elementwise", "images", "linear",
    "loops", "math", "nn", "nonlinear", "normalizing", "passing", "picking", "pooling", "shaping", "sparse",
    "tensor_arrays",
)  # fmt: skip
# Families of what few programs have, by the types of operations that they know; imported when one of these is met.
_RARE = {
    **{f"{way}FFT{size}": "spectra" for way in ("", "I", "R", "IR") for size in ("", "2D", "3D")},
    **{f"TensorScatter{word}": "scattered" for word in ("Add", "Sub", "Update")},
    "CropAndResize": "boxes",
    "Dilation2D": "morphology",
    "MaxPoolWithArgmax": "chosen_places",
    "NonMaxSuppressionV3": "boxes",
    "NonMaxSuppressionV4": "boxes",
    "NonMaxSuppressionV5": "boxes",
    "NonMaxSuppressionWithOverlaps": "boxes",
    "ResizeArea": "resizing",
    "ResizeBicubic": "resizing",
}

# What a rule returns for an input on which the outputs depend, but never by how much: the slope of a slope's steps. It
# is passed on as it is, and is zeros where it was asked for.
ZERO: Any = object()

Rule = Callable[..., Any]
_rules: dict[str, Rule] = {}
_without: set[str] = set()


@functools.cache
def _import_rules() -> None:
    for name in _FAMILIES:
        importlib.import_module(f".{name}", __package__)


def rule(*types: str) -> Callable[[Rule], Rule]:
    """Make a function the rule of these types of operations."""

    def register(function: Rule) -> Rule:
        for type in types:
            _rules[type] = function
        return function

    return register


def no_gradient(*types: str) -> None:
    """Say that operations of these types have no gradients: nothing goes through them."""
    _without.update(types)


class RegisterGradient:
    """Makes a function the rule of a type of operations, or one that `Graph.gradient_override_map` can name.

        >>> @tf.RegisterGradient("Clipped")
        ... def clipped(op, d):
        ...     return tf.clip_by_value(d, -1.0, 1.0)

    Args:
        op_type: the name.

    Raises:
        KeyError: there is a rule of this name.
        TypeError: the name is no string.
    """

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._type = op_type

    def __call__(self, function: Rule) -> Rule:
        """Register `function`, callable(operation, *gradients of its outputs) -> gradients of its inputs."""
        _import_rules()
        if self._type in _rules or self._type in _without:
            raise errors.registered_twice(self._type)
        return rule(self._type)(function)


def NotDifferentiable(op_type: str) -> None:
    """Say that operations of a type have no gradients: nothing goes through them."""
    no_gradient(op_type)


def rule_of(operation: Operation) -> Rule | None:
    """Return the rule of an operation, or None where nothing goes through it.

    Raises:
        LookupError: there is none.
    """
    if operation.gradient is not None and "_gradient_op_type" not in operation.attributes:
        return operation.gradient
    _import_rules()
    type = operation.attributes.get("_gradient_op_type", operation.type)
    if type in _RARE:
        importlib.import_module(f".{_RARE[type]}", __package__)
    found = _rules.get(type)
    if found is None and type not in _without:
        raise errors.no_rule(operation.name, type)
    return found
