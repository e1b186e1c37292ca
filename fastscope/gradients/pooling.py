"""Gradients of pools.

Source: tensorflow/python/ops/nn_grad.py, tensorflow/core/kernels/maxpooling_op.cc (TF 1.15).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Operation
from ..ops import pooling as pools
from ..ops.function import op as recorded
from ..ops.pooling import by_channels, chosen_places, first_of_largest, mean_back, put_back
from ..ops.windows import channels_first, channels_last
from .registry import rule

_FACTS = ("ksize", "strides", "padding", "data_format")


def _facts(op: Operation) -> dict[str, Any]:
    return {name: op.attributes[name] for name in _FACTS}


def _second(d: Any, like: Any, *more: Any) -> Any:
    return like


def _first(dd: Any, *more: Any) -> Any:
    return more[-1]


def _picked_again(op: Operation, dd: Any) -> Any:
    return max_pool_grad_grad(dd, op.inputs[1], op.inputs[2], **_facts(op))


@recorded("MaxPoolGrad", "d value output", shape=_second, gradient=_picked_again)
def max_pool_grad(d: Any, value: Any, output: Any, ksize: Any, strides: Any, padding: Any, data_format: str) -> Any:
    """Return `d` at the first of the largest elements of each window."""
    facts = dict(zip(_FACTS, (ksize, strides, padding, data_format), strict=True))
    rows, groups = channels_last(d, data_format), by_channels(value, facts)
    if groups is not None:
        found = rows[..., None] * first_of_largest(groups)
        return channels_first(found.reshape(*rows.shape[:-1], -1), data_format)
    return put_back(d, value, output, facts)


def _put_again(op: Operation, d: Any) -> Any:
    return max_pool_grad(d, op.inputs[1], op.inputs[2], **_facts(op))


@recorded("MaxPoolGradGrad", "dd value output", shape=_first, gradient=_put_again)
def max_pool_grad_grad(
    dd: Any, value: Any, output: Any, ksize: Any, strides: Any, padding: Any, data_format: str
) -> Any:
    """Return what `dd` has at the first of the largest elements of each window."""
    facts = dict(zip(_FACTS, (ksize, strides, padding, data_format), strict=True))
    groups = by_channels(value, facts)
    if groups is not None:
        return channels_first((by_channels(dd, facts) * first_of_largest(groups)).sum(axis=-1), data_format)
    slide, places = chosen_places(value, output, facts)
    padded = slide.pad(channels_last(dd, data_format))
    result = sum(slide.at(padded, place) * here for place, here in places)
    return channels_first(result, data_format)


@rule("MaxPool", "MaxPool3D")
def max_pool(op: Operation, d: Any) -> Any:
    return max_pool_grad(d, op.inputs[0], op.outputs[0], **_facts(op))


def _mean_again(op: Operation, dd: Any) -> Any:
    again: Any = pools.avg_pool if len(op.attributes["data_format"]) == 4 else pools.avg_pool3d
    return again(dd, **_facts(op))


@recorded("AvgPoolGrad", "d | like", shape=_second, gradient=_mean_again)
def avg_pool_grad(d: Any, like: Any, ksize: Any, strides: Any, padding: Any, data_format: str) -> Any:
    """Return `d` divided among the elements of each window, of an array of the shape of `like`."""
    return mean_back(d, np.shape(like), dict(zip(_FACTS, (ksize, strides, padding, data_format), strict=True)))


@rule("AvgPool", "AvgPool3D")
def avg_pool(op: Operation, d: Any) -> Any:
    return avg_pool_grad(d, op.inputs[0], **_facts(op))
