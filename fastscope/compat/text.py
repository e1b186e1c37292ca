"""tf.compat's text and bytes, whichever a program holds.

Source: tensorflow/python/util/compat.py (TF 1.15).
"""

from __future__ import annotations

import numbers
import os
from typing import Any

import numpy as np

from ..errors import files as errors

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "bytes_or_text_types",
    "complex_types",
    "integral_types",
    "path_to_str",
    "real_types",
]

bytes_or_text_types = (bytes, str)
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Return text or bytes as bytes.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    raise errors.no_text(bytes_or_text)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Return text or bytes as text.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise errors.no_text(bytes_or_text)


as_str = as_text


def as_str_any(value: Any) -> str:
    """Return anything as text: bytes decoded, the rest as `str` shows it."""
    return value.decode() if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """Return a path object as text, anything else as it is."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path
