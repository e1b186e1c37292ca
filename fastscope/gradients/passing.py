"""Gradients of what passes a value on: printed, checked. In a rule, `d` is the gradient of the output.

Source: tensorflow/python/ops/array_grad.py, logging_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..graph import Operation
from ..ops.asserting import check_numerics
from .registry import no_gradient, rule

__all__ = ["checked", "printed"]

no_gradient("PyFunc", "PyFuncStateless")


@rule("Print")
def printed(op: Operation, d: Any) -> Any:
    return d


@rule("CheckNumerics")
def checked(op: Operation, d: Any) -> Any:
    return check_numerics(d, "Not a number (NaN) or infinity (Inf) values detected in gradient.")
