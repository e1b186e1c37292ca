"""Gradients of dilation: each goes to the place that the largest sum came from.

Source: tensorflow/core/kernels/dilation_ops.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

from ..arrays import array_module
from ..graph import Operation
from ..ops.function import op as recorded
from ..ops.morphology import highest_places, slide_of
from .registry import rule

_FACTS = ("strides", "rates", "padding")


def _first(input: Any, *more: Any) -> Any:
    return input


def _second(input: Any, filter: Any, *more: Any) -> Any:
    return filter


@recorded("Dilation2DBackpropInput", "input filter d", shape=_first)
def to_input(input: Any, filter: Any, d: Any, strides: Any, rates: Any, padding: Any) -> Any:
    """Return `d` added up at the elements of the input that it came from."""
    chosen = highest_places(input, filter, strides, rates, padding)
    slide = slide_of(input.shape, filter, strides, rates, padding)
    result = array_module(d).zeros((len(d), *slide.padded, d.shape[-1]), d.dtype)
    for number, place in enumerate(slide.places()):
        slide.at(result, place)[...] += d * (chosen == number)
    return slide.unpadded(result)


@recorded("Dilation2DBackpropFilter", "input filter d", shape=_second)
def to_filter(input: Any, filter: Any, d: Any, strides: Any, rates: Any, padding: Any) -> Any:
    """Return `d` added up at the elements of the filter that it came from."""
    chosen = highest_places(input, filter, strides, rates, padding)
    result = array_module(d).empty(filter.shape, d.dtype)
    for number in range(filter.shape[0] * filter.shape[1]):
        result[divmod(number, filter.shape[1])] = (d * (chosen == number)).sum(axis=(0, 1, 2))
    return result


@rule("Dilation2D")
def dilation(op: Operation, d: Any) -> Any:
    x, filter = op.inputs
    facts = {name: op.attributes[name] for name in _FACTS}
    return to_input(x, filter, d, **facts), to_filter(x, filter, d, **facts)
