"""The command `fastscope`: looks into checkpoints, compares, converts and renames them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from .parser import make_parser

__all__ = ["main"]

_FAILED, _INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 is success; 1 is `diff` with a difference; 2 is an error, told in one line on standard error;
    130 is Ctrl-C.

    Args:
        arguments: what stands after "fastscope"; None takes the process's own.
    """
    _prepare_output()
    parser = make_parser()
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser.print_help()
        return 0
    options = parser.parse_args(given)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # `fastscope list m | head`: who reads has seen enough
        _drop(sys.stdout)
        return 0
    except Exception as error:
        _print_last(f"fastscope: {_one_line(error)}\n", sys.stderr)
        _print_last("", sys.stdout)
        return _FAILED
    return code


def _prepare_output() -> None:
    """Let names be printed that the terminal's encoding doesn't have, and nothing at all where a stream is closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # `fastscope list m >&-`
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _print_last(text: str, stream: TextIO) -> None:
    """Print, and flush, where there may be no room: Python would try again at exit, and change the exit code."""
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        _drop(stream)


def _drop(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _one_line(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, OSError) and error.strerror:  # without "[Errno 2]"
        text = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return " ".join(text.split()) or type(error).__name__
