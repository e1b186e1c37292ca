"""The command `fastscope`: looks into checkpoints, compares, converts and renames them."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from ..errors import OpError
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
    _accept_every_name()
    options = make_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # `fastscope list m | head`: who reads has seen enough
        _drop_output()
        return 0
    except (OpError, OSError, ValueError, TypeError, ImportError, RecursionError, MemoryError) as error:
        print(f"fastscope: {_one_line(error)}", file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:  # the error was that of a full disk under the output: Python would try again at exit
            _drop_output()
        return _FAILED
    return code


def _accept_every_name() -> None:
    """Let names be printed that the terminal's encoding doesn't have, and nothing at all where output is closed."""
    if sys.stdout is None:  # `fastscope list m >&-`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, OSError) and error.strerror:  # without "[Errno 2]"
        text = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return " ".join(text.split()) or type(error).__name__
