"""TensorFlow's faces of one version: `fastscope.compat.v1` is TensorFlow 1, where operations are written down."""

from . import file_io
from .tensorflow import install
from .text import (
    as_bytes,
    as_str,
    as_str_any,
    as_text,
    bytes_or_text_types,
    complex_types,
    integral_types,
    path_to_str,
    real_types,
)

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "bytes_or_text_types",
    "complex_types",
    "file_io",
    "install",
    "integral_types",
    "path_to_str",
    "real_types",
]
