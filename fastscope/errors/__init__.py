"""Exceptions, and every message the library gives: one function each, in one file for each area.

A message says what was expected, what came, where, and the way out. The functions build and return the exception;
the caller raises it. The classes are TensorFlow's `tf.errors`, each also a subclass of the built-in exception that
Python code would catch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .names import face as _face

__all__ = [
    "AbortedError",
    "DataLossError",
    "FailedPreconditionError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "ResourceExhaustedError",
    "UnimplementedError",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("errors", __all__)


class OpError(Exception):
    """Base of the errors that TensorFlow raises while something runs.

    Attributes:
        message: the text.
    """

    @property
    def message(self) -> str:
        """The text."""
        return str(self)


class InvalidArgumentError(OpError, ValueError):
    """A value does not fit: a shape, a missing feed."""


class NotFoundError(OpError, LookupError):
    """A name or file is not there."""

    __str__ = Exception.__str__


class FailedPreconditionError(OpError, RuntimeError):
    """The state does not allow it: a variable without a value."""


class OutOfRangeError(OpError, ValueError):
    """The end was passed."""


class DataLossError(OpError, ValueError):
    """Stored data is damaged."""


class UnimplementedError(OpError, NotImplementedError):
    """Not implemented."""


class ResourceExhaustedError(OpError, MemoryError):
    """Out of memory."""


class AbortedError(OpError, RuntimeError):
    """Given up half way."""
