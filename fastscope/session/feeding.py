"""Feeds: which tensors get values from outside, and the values as arrays.

Source: tensorflow/python/client/session.py (BaseSession._run).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..arrays import array_module, to_numpy
from ..errors import flow as flow_errors
from ..errors import plans as errors
from ..graph import Graph, Tensor
from ..graph.conversion import holds_tensor

__all__ = ["Feed", "as_fed", "feed_sizes", "listed_feeds", "spread_values"]


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
        keys = parts()[1]
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        if len(values) > len(keys) or len(values) < 2:  # the shape may be known, and is left out
            raise errors.feed_structures_differ(len(keys), len(values))
        return [pair for k, v in zip(keys, values, strict=False) for pair in _pairs(graph, k, v)]
    if isinstance(key, (tuple, list)):
        keys, values = _leaves(key), _leaves(value)
        if len(keys) != len(values):
            raise errors.feed_structures_differ(len(keys), len(values))
        if len(set(map(id, keys))) != len(keys):
            raise errors.key_twice(next(key for place, key in enumerate(keys) if key in keys[:place]))
        return [pair for k, v in zip(keys, values, strict=True) for pair in _pairs(graph, k, v)]
    return [(_feedable(graph, key), value)]


def _feedable(graph: Graph, key: Any) -> Tensor:
    try:
        tensor: Tensor = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as reason:
        raise errors.bad_feed_key(key, str(reason.args[0])) from None
    if tensor.op.recorder is not graph.recorder:
        raise flow_errors.not_feedable(tensor)
    if not graph.is_feedable(tensor):
        raise errors.never_fed(tensor)
    return tensor


def fed_tensors(graph: Graph, keys: Iterable[Any]) -> list[Tensor]:
    """Return the tensors that keys of a feed_dict stand for.

    Raises:
        TypeError: one is nothing that can be fed.
    """
    found: list[Tensor] = []
    for key in keys:
        parts = getattr(key, "_fetched_parts", None)
        found += [_feedable(graph, part) for part in ([key] if parts is None else parts()[1])]
    return found


def _leaves(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        return [value]
    found: list[Any] = []
    for inner in value:
        if isinstance(inner, (list, tuple)):
            found += _leaves(inner)
        else:
            found.append(inner)
    return found


def feed_sizes(feed_dict: Any) -> list[int | None] | None:
    """Return for each key of valid feeds how many tensors it stands for, None = it is one itself.

    None in place of the list: the keys are all tensors, or there is one that may mean something else the next time.
    """
    if type(feed_dict) is not dict or all(type(key) is Tensor for key in feed_dict):
        return None
    leaves = [leaf for key in feed_dict for leaf in _leaves(key)]
    if len(set(leaves)) < len(leaves) or not all(type(leaf) is Tensor for leaf in leaves):
        return None
    return [None if type(key) is Tensor else len(_leaves(key)) for key in feed_dict]


def spread_values(given: Iterable[Any], sizes: Iterable[int | None]) -> list[Any]:
    """Return the values of single tensors, where a key stands for several.

    Raises:
        ValueError: a value has more or less of them than its key.
    """
    values: list[Any] = []
    for value, size in zip(given, sizes, strict=True):
        if size is None:
            values.append(value)
            continue
        leaves = _leaves(value)
        if len(leaves) != size:
            raise errors.feed_structures_differ(size, len(leaves))
        values += leaves
    return values


class Feed:
    """A tensor that is fed: makes arrays of what is given for it.

    Args:
        tensor: which one.

    Attributes:
        dtype: of the arrays.
        seen: the shape of the last array that went in as it was: one more like it need not be looked at again.
    """

    __slots__ = ("_tensor", "dtype", "seen")

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self.dtype = tensor.dtype.base_dtype.dtype
        self.seen: tuple[int, ...] | None = None

    def __call__(self, value: Any) -> Any:
        """Return `value` as an array: cast as NumPy casts, and of the tensor's static shape.

        Raises:
            TypeError: a tensor, or a Python int that does not survive the cast.
            ValueError: another shape, or nothing that NumPy makes an array of.
        """
        tensor, given = self._tensor, value
        if type(value) is not np.ndarray or value.dtype != self.dtype:
            value = _cast(tensor, value, self.dtype)
        dims, shape = tensor.dims, value.shape
        if dims is not None and (
            len(shape) != len(dims) or any(n is not None and n != m for n, m in zip(dims, shape, strict=True))
        ):
            raise errors.cannot_feed(tensor.name, shape, tensor.shape)
        if value is given:
            self.seen = shape
        return value


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
            if array.dtype.kind in "US":  # NumPy's message names the text as it was written only here
                array = np.asarray(value, wanted)
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
