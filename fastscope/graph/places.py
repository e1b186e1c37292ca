"""Where a program's own lines are: the frames above this package."""

from __future__ import annotations

import functools
import sys
from types import CodeType

__all__ = ["PACKAGE_FOLDER", "line_of", "outside_caller"]

PACKAGE_FOLDER = __file__.rpartition("graph")[0]


def outside_caller() -> tuple[CodeType, int]:
    """Return code and instruction offset of the first frame that is not in this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_code, frame.f_lasti


@functools.lru_cache(1024)
def _is_ours(file: str) -> bool:
    return file.startswith(PACKAGE_FOLDER)


def line_of(place: tuple[CodeType, int]) -> tuple[str, int, str]:
    """Return file, line and function of what `outside_caller` returned."""
    code, offset = place
    found = code.co_firstlineno
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            found = line
    return code.co_filename, found, code.co_name
