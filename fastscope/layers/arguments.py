"""Arguments of layers in one form.

Source: tensorflow/python/keras/utils/conv_utils.py, python/framework/smart_cond.py (TF 1.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import layers as errors
from ..graph import current
from ..ops.branching import cond
from ..ops.folding import constant_value

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_data_format",
    "data_format_of",
    "deconv_output_length",
    "layout_of",
    "padding_of",
    "smart_cond",
    "smart_constant",
    "tuple_of",
]

_LAYOUTS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


def tuple_of(value: Any, n: int, name: str) -> tuple[int, ...]:
    """Return `n` integers, of one or as many.

    Raises:
        ValueError: there are others.
    """
    if isinstance(value, int):
        return (value,) * n
    try:
        numbers = tuple(int(number) for number in value)
    except (TypeError, ValueError):
        raise errors.not_integers(name, n, value) from None
    if len(numbers) != n:
        raise errors.not_integers(name, n, value)
    return numbers


def padding_of(value: Any, causal: bool = False) -> str:
    """Return "valid" or "same", or "causal" where it is allowed.

    Raises:
        ValueError: it is none of them.
    """
    padding = value.lower() if isinstance(value, str) else value
    if padding not in ("valid", "same", "causal"):
        raise errors.bad_padding(value)
    if padding == "causal" and not causal:
        raise errors.causal_padding()
    return str(padding)


def data_format_of(value: Any) -> str:
    """Return "channels_last", as None is, or "channels_first".

    Raises:
        ValueError: it is neither.
    """
    data_format = "channels_last" if value is None else value.lower() if isinstance(value, str) else value
    if data_format not in ("channels_first", "channels_last"):
        raise errors.bad_data_format(value)
    return str(data_format)


def layout_of(data_format: str, spatial: int) -> str:
    """Return what tf.nn calls "channels_last" and "channels_first" for so many spatial dimensions."""
    return _LAYOUTS[spatial][data_format == "channels_first"]


def convert_data_format(data_format: Any, ndim: int) -> str:
    """Return what tf.nn calls "channels_last" and "channels_first" for arrays of so many dimensions.

    Raises:
        ValueError: it is neither, or there are less than 3 dimensions or more than 5.
    """
    if ndim - 2 not in _LAYOUTS:
        raise errors.no_layout(ndim)
    return layout_of(data_format_of(data_format), ndim - 2)


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """Return how many windows there are along a dimension; None where its size is not known."""
    reach = {"valid": 1, "full": -1}.get(padding, 0) * (filter_size - 1) * dilation
    return None if input_length is None else -(-(input_length - reach) // stride)


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """Return how many elements a dimension has whose windows are so many; None where that is not known."""
    if output_length is None:
        return None
    around = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * around + filter_size


def deconv_output_length(input_length: Any, filter_size: int, padding: str, stride: int) -> Any:
    """Return how many elements a transposed convolution makes of a dimension, a number, a tensor or None."""
    if input_length is None:
        return None
    rest = {"valid": max(filter_size - stride, 0), "full": 2 - stride - filter_size}.get(padding, 0)
    return input_length * stride + rest if rest else input_length * stride


def smart_constant(flag: Any) -> bool | None:
    """Return a flag as it is known now; None for one that a session will tell."""
    if flag is None or isinstance(flag, (bool, int)):
        return bool(flag)
    if hasattr(flag, "_recorded") and current() is not None:
        return None  # a variable
    known = constant_value(flag)
    return None if known is None else bool(known)


def smart_cond(flag: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Return what one of two functions returns: the right one if the flag is known now, else by `cond`."""
    known = smart_constant(flag)
    if known is None:
        return cond(flag, true_fn, false_fn)
    return true_fn() if known else false_fn()
