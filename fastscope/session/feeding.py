"""Feeds: which tensors get values from outside, and the values as arrays.

Source: tensorflow/python/client/session.py (BaseSession._run).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Device, array_module, move, to_numpy
from ..errors import flow as flow_errors
from ..errors import plans as errors
from ..graph import Graph, Tensor
from ..graph.conversion import holds_tensor

__all__ = ["as_fed", "fed_value", "listed_feeds"]


def listed_feeds(graph: Graph, feed_dict: Any) -> dict[Tensor, Any]:
    """Return the value for each tensor that is fed; keys may be names, variables, or structures of them.

    Raises:
        TypeError: `feed_dict` is no dictionary, or a key in it is nothing that can be fed.
        ValueError: a structure as a key, and a value of another one.
    """
    if not isinstance(feed_dict, Mapping):
        raise errors.feed_dict_is_no_dict(feed_dict)
    found: dict[Tensor, Any] = {}
    for key, value in feed_dict.items():
        if type(key) is Tensor and key.op.recorder is graph.recorder and not graph.never_fed:
            found[key] = value
        else:
            found.update(_pairs(graph, key, value))
    return found


def _pairs(graph: Graph, key: Any, value: Any) -> list[tuple[Tensor, Any]]:
    parts = getattr(key, "_fetched_parts", None)
    if parts is not None:
        key = tuple(parts()[1])
    if isinstance(key, (tuple, list)):
        keys, values = list(_leaves(key)), list(_leaves(value))
        if len(keys) != len(values):
            raise errors.feed_structures_differ(len(keys), len(values))
        if len(set(map(id, keys))) != len(keys):
            raise errors.key_twice(next(key for place, key in enumerate(keys) if key in keys[:place]))
        return [pair for k, v in zip(keys, values, strict=True) for pair in _pairs(graph, k, v)]
    try:
        tensor = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as reason:
        raise errors.bad_feed_key(key, str(reason.args[0])) from None
    if tensor.op.recorder is not graph.recorder:
        raise flow_errors.not_feedable(tensor)
    if not graph.is_feedable(tensor):
        raise errors.never_fed(tensor)
    return [(tensor, value)]


def _leaves(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def fed_value(tensor: Tensor, value: Any, device: Device) -> Any:
    """Return `value` as an array for `tensor` on `device`: cast as NumPy casts, and of its static shape.

    Raises:
        TypeError: a tensor, or a Python int that does not survive the cast.
        ValueError: another shape, or nothing that NumPy makes an array of.
    """
    wanted = tensor.dtype.base_dtype.dtype
    if type(value) is not np.ndarray or value.dtype != wanted:
        value = _cast(tensor, value, wanted)
    dims = tensor.dims
    if dims is not None:
        shape = value.shape
        if len(shape) != len(dims) or any(n is not None and n != m for n, m in zip(dims, shape, strict=True)):
            raise errors.cannot_feed(tensor.name, shape, tensor.shape)
    return value if device.kind == "cpu" else move(value, device)


def as_fed(tensor: Tensor, given: Any, value: Any) -> Any:
    """Return what a fetch of a tensor that is fed gives: the array that went in; text as it was written."""
    if tensor.dtype.base_dtype.dtype.kind == "O":
        return np.asarray(given, dtype=object)
    return to_numpy(value)


def _cast(tensor: Tensor, value: Any, wanted: np.dtype[Any]) -> Any:
    if isinstance(value, Tensor):
        raise errors.tensor_fed(value)
    if holds_tensor(value):
        raise errors.sequence_fed(value)
    if array_module(value) is not np:
        return value if value.dtype == wanted else value.astype(wanted)
    with np.errstate(all="ignore"):
        if isinstance(value, int) and not isinstance(value, bool) and wanted.kind != "b":
            if wanted.kind == "O":
                raise errors.integer_does_not_survive(tensor, value)
            array = _integer(tensor, value, wanted)
        elif wanted.kind == "O":
            array = _text(np.asarray(value, dtype=object))
        else:
            array = np.asarray(value)
            if array.dtype.kind == "c" and wanted.kind != "c" and array is not value:
                raise errors.complex_fed()
            array = array.astype(wanted) if array.dtype != wanted else array
    return array


def _integer(tensor: Tensor, value: int, wanted: np.dtype[Any]) -> Any:
    try:
        array = np.asarray(value).astype(wanted)
        survives = int(array) == value
    except (OverflowError, ValueError):
        survives = False
    if not survives:
        raise errors.integer_does_not_survive(tensor, value)
    return array


def _text(array: Any) -> Any:
    flat = [item.encode() if isinstance(item, str) else item for item in array.ravel()]
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(array.shape)
