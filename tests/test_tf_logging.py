"""tf.logging writes what TensorFlow 1.15 writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import fastscope as tf

log: Any = tf.logging


@pytest.fixture(autouse=True)
def as_at_the_start() -> Iterator[None]:
    log.set_verbosity(log.WARN)
    yield
    log.set_verbosity(log.WARN)


@pytest.fixture
def seen() -> Iterator[list[str]]:
    """The lines of the handler that writes to the standard error stream."""
    import logging

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter(logging.BASIC_FORMAT).format(record))

    lines: list[str] = []
    handler = Kept()
    logging.getLogger("tensorflow").addHandler(handler)
    yield lines
    logging.getLogger("tensorflow").removeHandler(handler)


def test_levels(seen: list[str]) -> None:
    assert [log.DEBUG, log.INFO, log.WARN, log.ERROR, log.FATAL] == [10, 20, 30, 40, 50]
    assert log.get_verbosity() == log.WARN
    log.info("not yet")
    log.warn("w %d", 3)
    log.set_verbosity(log.INFO)
    log.info("yes %s", "x")
    log.debug("no")
    log.error("e")
    log.log(log.INFO, "l")
    log.log_if(log.INFO, "lif", True)
    log.log_if(log.INFO, "not", False)
    log.vlog(1, "v")
    log.fatal("f")
    log.flush()
    assert seen == [
        "WARNING:tensorflow:w 3",
        "INFO:tensorflow:yes x",
        "ERROR:tensorflow:e",
        "INFO:tensorflow:l",
        "INFO:tensorflow:lif",
        "CRITICAL:tensorflow:f",
    ]


def test_some_of_many(seen: list[str]) -> None:
    for k in range(5):
        log.log_every_n(log.WARN, "every %d", 2, k)
        log.log_first_n(log.WARN, "first %d", 2, k)
    assert [line.rpartition(":")[2] for line in seen] == ["every 0", "first 0", "first 1", "every 2", "every 4"]


def test_it_writes_to_the_standard_error_stream() -> None:
    import subprocess
    import sys

    program = "import fastscope as tf; tf.logging.warn('w %d', 3); tf.logging.info('no')"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stderr == (
        "WARNING:tensorflow:w 3\n"
    )
