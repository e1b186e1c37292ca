"""What a record is said to hold: FixedLenFeature and its kin.

Source: tensorflow/python/ops/parsing_ops.py (TF 1.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["FixedLenFeature", "FixedLenSequenceFeature", "VarLenFeature"]


class FixedLenFeature(NamedTuple):
    """A feature of a known shape.

    Attributes:
        shape: of its values.
        dtype: float32, int64 or string.
        default_value: what stands for it where a record does not have it; None = that is an error.
    """

    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    """A feature with any number of entries of a known shape.

    Attributes:
        shape: of an entry.
        dtype: float32, int64 or string.
        allow_missing: whether a record may do without it.
        default_value: what shorter ones are filled up with in a batch; None = 0 or "".
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """A feature with any number of values, which becomes a sparse tensor.

    Attributes:
        dtype: float32, int64 or string.
    """

    dtype: Any
