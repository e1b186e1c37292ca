"""tf.logging: Python's logger "tensorflow", by the names of TensorFlow 1.

Source: tensorflow/python/platform/tf_logging.py (TF 1.15).
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from logging import DEBUG, ERROR, FATAL, INFO, WARN
from typing import Any

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "debug",
    "error",
    "fatal",
    "flush",
    "get_verbosity",
    "info",
    "log",
    "log_every_n",
    "log_first_n",
    "log_if",
    "set_verbosity",
    "vlog",
    "warn",
    "warning",
]

_logger = logging.getLogger("tensorflow")
_calls: Counter[tuple[str, int]] = Counter()


class _ToStandardError(logging.StreamHandler[Any]):
    """A handler of the standard error stream of the moment: tests and notebooks exchange it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        raise AttributeError(value)


def _set_up() -> None:
    """Write to the standard error stream, unless the program has set its logging up already."""
    if not _logger.handlers and not logging.getLogger().handlers:
        handler = _ToStandardError()
        handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
        _logger.addHandler(handler)
        _logger.propagate = False
    if _logger.level == logging.NOTSET:
        _logger.setLevel(WARN)


_set_up()

debug, info, warning, error, fatal, log = (
    _logger.debug,
    _logger.info,
    _logger.warning,
    _logger.error,
    _logger.critical,
    _logger.log,
)
warn = warning


def vlog(level: int, msg: str, *args: Any) -> None:
    """Write a message of one of Python's levels."""
    _logger.log(level, msg, *args)


def set_verbosity(v: int) -> None:
    """Write messages of this level and those above it; WARN at the start."""
    _logger.setLevel(v)


def get_verbosity() -> int:
    """Return the lowest level that is written."""
    return _logger.getEffectiveLevel()


def log_if(level: int, msg: str, condition: Any, *args: Any) -> None:
    """Write a message if `condition` holds."""
    if condition:
        _logger.log(level, msg, *args)


def log_every_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Write the first message of this line of the program, and every `n`-th after it."""
    log_if(level, msg, not _count_of_caller() % n, *args)


def log_first_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Write the first `n` messages of this line of the program."""
    log_if(level, msg, _count_of_caller() < n, *args)


def _count_of_caller() -> int:
    """Return how often the line that calls the caller came here before."""
    frame = sys._getframe(2)
    place = (frame.f_code.co_filename, frame.f_lineno)
    _calls[place] += 1
    return _calls[place] - 1


def flush() -> None:
    """Hand over what was written."""
    for handler in _logger.handlers:
        handler.flush()
