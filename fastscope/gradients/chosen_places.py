"""The gradient of pools that tell where the largest elements lay: it goes there.

Source: tensorflow/core/kernels/maxpooling_op.cc (TF 1.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import array_module
from ..graph import Operation
from ..ops.function import op as recorded
from .registry import rule


def _second(d: Any, like: Any, argmax: Any) -> Any:
    return like


@recorded("MaxPoolGradWithArgmax", "d | like | argmax", shape=_second)
def put_back(d: Any, like: Any, argmax: Any, include_batch_in_index: bool) -> Any:
    """Return zeros of the shape of `like` with `d` added up at the places `argmax`."""
    xp, shape = array_module(d), np.shape(like)
    places = argmax.reshape(len(d), -1)
    if not include_batch_in_index:
        places = places + xp.arange(len(d), dtype=places.dtype)[:, None] * math.prod(shape[1:])
    result = xp.zeros(math.prod(shape), d.dtype)
    xp.add.at(result, places.reshape(-1), d.reshape(-1))
    return result.reshape(shape)


@rule("MaxPoolWithArgmax")
def max_pool_with_argmax(op: Operation, d: Any, of_places: Any) -> Any:
    return put_back(d, op.inputs[0], op.outputs[1], op.attributes["include_batch_in_index"])
