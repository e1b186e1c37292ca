"""Placeholders: values that come when a session runs.

Source: tensorflow/python/ops/array_ops.py (placeholder, placeholder_with_default).
"""

from __future__ import annotations

from typing import Any

from ..arrays.dtypes import as_dtype
from ..arrays.shapes import TensorShape
from ..errors import graph as errors
from ..graph import Tensor, current
from . import shape_rules
from .function import op

__all__ = ["placeholder", "placeholder_with_default"]


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """Return a tensor whose value `Session.run` is fed.

    Args:
        dtype: DType, or what names one.
        shape: what is known of the shape of a value; None = nothing.
        name: of the operation, "Placeholder" by default.

    Raises:
        RuntimeError: everything is computed at once here.
    """
    recorder = current()
    if recorder is None:
        raise errors.placeholder_in_eager()
    if dtype is None:
        raise errors.no_dtype()
    try:
        static = TensorShape(shape)
    except (TypeError, ValueError) as reason:
        raise errors.bad_static_shape(shape, reason) from None
    full_name = recorder.claim("Placeholder" if name is None else name)
    wanted = as_dtype(dtype).base_dtype
    attributes = {"dtype": wanted, "shape": static}
    return recorder.add("Placeholder", full_name, None, (), (), [(static.sizes, wanted)], attributes).outputs[0]


def _as_said(input: Any, *, shape: Any) -> Any:
    sizes = TensorShape(shape).sizes
    shape_rules.merged(input, sizes)
    return sizes


@op("PlaceholderWithDefault", "input", shape=_as_said)
def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Any:
    """Return `input`, unless `Session.run` is fed another value of that shape."""
    return input
