"""What makes tensors of a record.

Source: tensorflow/contrib/slim/python/slim/data/data_decoder.py (TF 1.15).
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any

__all__ = ["DataDecoder"]


class DataDecoder(abc.ABC):
    """Base of decoders; a program's own defines both methods."""

    @abc.abstractmethod
    def decode(self, data: Any, items: Sequence[str]) -> list[Any]:
        """Return the tensors of these names, made of a record."""

    @abc.abstractmethod
    def list_items(self) -> list[str]:
        """Return the names that it knows."""
