"""The library's own operations in a NodeDef: what TensorFlow has no operation for, or several.

The node that has the operation's name carries the attribute "_fastscope": the function and its arguments as JSON, with
the names of the nodes' outputs where tensors stand. TensorFlow passes over it. Reading it makes the very operation
again, and no code is ever read: a function is named by its module of the library and its name there, and has to be one
that is written down by `op`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.draws import Source
from ..arrays.dtypes import DType, as_dtype
from ..arrays.shapes import TensorShape
from ..graph import Tensor
from ..rnn.masks import Masks

__all__ = ["ATTRIBUTE", "INNER", "NotWritableError", "decoded", "encoded"]

ATTRIBUTE = "_fastscope"
INNER = "_fastscope_part_of"
"""The attribute of the other nodes that stand for the operation: its name."""


class NotWritableError(Exception):
    """An argument that is no value, as a function of Python is."""


def encoded(value: Any, name_of: Callable[[Tensor], str]) -> Any:
    """Return an argument as JSON has it; `name_of` gives a tensor's name.

    Raises:
        NotWritableError: there is something in it that is no value.
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if np.isfinite(value) else {"float": str(value)}
    if type(value) is Tensor:
        return {"tensor": name_of(value)}
    if type(value) in (list, tuple):
        return {type(value).__name__: [encoded(item, name_of) for item in value]}
    if isinstance(value, slice):
        return {"slice": [encoded(bound, name_of) for bound in (value.start, value.stop, value.step)]}
    if isinstance(value, DType):
        return {"dtype": value.name}
    if isinstance(value, TensorShape):
        return {"shape": None if value.rank is None else value.as_list()}
    if isinstance(value, Source):
        return {"seeds": [value.seed, value.seed2]}
    if isinstance(value, Masks):
        return {"masks": value.seed}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype != object:
        data = base64.b64encode(np.asarray(value).tobytes()).decode()
        return {"array": [as_dtype(value.dtype).name, list(value.shape), data]}
    raise NotWritableError(type(value).__name__)


def decoded(text: Any, tensor_of: Callable[[str], Tensor]) -> Any:
    """Return the argument that `encoded` wrote.

    Raises:
        ValueError: it is nothing that it writes.
    """
    if not isinstance(text, dict):
        return text
    ((kind, value),) = text.items()
    if kind == "tensor":
        return tensor_of(value)
    if kind in ("list", "tuple"):
        items = [decoded(item, tensor_of) for item in value]
        return items if kind == "list" else tuple(items)
    if kind == "array":
        dtype, shape, data = value
        return np.frombuffer(base64.b64decode(data), as_dtype(dtype).dtype).reshape(shape).copy()
    simple: dict[str, Callable[[], Any]] = {
        "float": lambda: float(value),
        "slice": lambda: slice(*(decoded(bound, tensor_of) for bound in value)),
        "dtype": lambda: as_dtype(value),
        "shape": lambda: TensorShape(value),
        "seeds": lambda: Source(*value),
        "masks": lambda: Masks(value),
        "ellipsis": lambda: Ellipsis,
        "bytes": lambda: base64.b64decode(value),
    }
    if kind not in simple:
        raise ValueError(json.dumps(text))
    return simple[kind]()
