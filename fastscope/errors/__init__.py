"""Exceptions, and every message the library gives: one function each, in one file for each area.

A message says what was expected, what came, where, and the way out. The functions build and return the exception;
the caller raises it. The classes are TensorFlow's `tf.errors`, each also a subclass of the built-in exception that
Python code would catch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .names import face as _face

__all__ = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OK",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "AbortedError",
    "AlreadyExistsError",
    "CancelledError",
    "DataLossError",
    "DeadlineExceededError",
    "FailedPreconditionError",
    "InternalError",
    "InvalidArgumentError",
    "NotFoundError",
    "OpError",
    "OutOfRangeError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
]

if not TYPE_CHECKING:  # a type checker would take any name for one that is there
    __getattr__, __dir__ = _face("errors", __all__)


OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS = range(7)
PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED = range(7, 13)
INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED = range(13, 17)


class OpError(Exception):
    """Base of the errors that TensorFlow raises while something runs.

    Attributes:
        error_code: TensorFlow's number of the kind, such as INVALID_ARGUMENT.
        operation: the operation that failed, or None.
    """

    error_code = UNKNOWN
    operation: Any = None

    def __init__(self, *args: Any) -> None:
        """Make one of a message, or as TensorFlow's are made, of the message of an operation, it, and a text."""
        if len(args) == 3:
            self.operation, args = args[1], args[2:]
        super().__init__(*args)

    @property
    def message(self) -> str:
        """The text."""
        return str(self)

    @property
    def op(self) -> Any:
        """The operation that failed, or None."""
        return self.operation

    @property
    def node_def(self) -> Any:
        """What TensorFlow keeps of that operation as a message, or None."""
        return None if self.operation is None else self.operation.node_def


class InvalidArgumentError(OpError, ValueError):
    """A value does not fit: a shape, a missing feed."""

    error_code = INVALID_ARGUMENT


class NotFoundError(OpError, LookupError):
    """A name or file is not there."""

    error_code = NOT_FOUND

    __str__ = Exception.__str__


class AlreadyExistsError(OpError, FileExistsError):
    """What is to be made is there."""

    error_code = ALREADY_EXISTS


class PermissionDeniedError(OpError, PermissionError):
    """It is not allowed."""

    error_code = PERMISSION_DENIED


class CancelledError(OpError, RuntimeError):
    """Somebody closed what an operation waited for."""

    error_code = CANCELLED


class DeadlineExceededError(OpError, TimeoutError):
    """It took too long."""

    error_code = DEADLINE_EXCEEDED


class InternalError(OpError, RuntimeError):
    """An inner rule was broken."""

    error_code = INTERNAL


class UnavailableError(OpError, RuntimeError):
    """Another process does not answer."""

    error_code = UNAVAILABLE


class UnauthenticatedError(OpError, RuntimeError):
    """Somebody is not who he has to be."""

    error_code = UNAUTHENTICATED


class FailedPreconditionError(OpError, RuntimeError):
    """The state does not allow it: a variable without a value."""

    error_code = FAILED_PRECONDITION


class OutOfRangeError(OpError, ValueError):
    """The end was passed."""

    error_code = OUT_OF_RANGE


class DataLossError(OpError, ValueError):
    """Stored data is damaged."""

    error_code = DATA_LOSS


class UnimplementedError(OpError, NotImplementedError):
    """Not implemented."""

    error_code = UNIMPLEMENTED


class ResourceExhaustedError(OpError, MemoryError):
    """Out of memory."""

    error_code = RESOURCE_EXHAUSTED


class AbortedError(OpError, RuntimeError):
    """Given up half way."""

    error_code = ABORTED


class UnknownError(OpError, RuntimeError):
    """Something else: a Python function raised."""
