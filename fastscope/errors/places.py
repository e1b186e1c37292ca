"""Where something was written: a file, or a cell of a notebook as it was run; and tracebacks that end there."""

from __future__ import annotations

import functools
import linecache
import re
import sys
import weakref
from collections.abc import Callable
from types import CodeType
from typing import ParamSpec, TypeVar

__all__ = ["CellFile", "Place", "cell_of", "file_of", "in_one_frame", "note_cell", "place", "short_place"]

Place = tuple[str, int, str]
"""(file, line, function)"""

_FOLDER = __file__.rpartition("errors")[0]
_P = ParamSpec("_P")
_R = TypeVar("_R")


class CellFile(str):
    """The file that a notebook gives a cell, and which execution of it is meant.

    Attributes:
        cell: the number in `In [2]`.
    """

    __slots__ = ("cell",)
    cell: int

    def __new__(cls, file: str, cell: int) -> CellFile:
        """Return `file` with its cell."""
        made = super().__new__(cls, file)
        made.cell = cell
        return made


# id of a code object -> itself, and the cell it is of. Cells of one text have one file, and are equal as code, too.
_noted: dict[int, tuple[weakref.ref[CodeType], int]] = {}


def note_cell(code: CodeType) -> None:
    """Remember which execution of a notebook's cell `code` is of, while that is its file's last one."""
    number = _last_cell(code.co_filename)
    if number is not None and id(code) not in _noted:
        key = id(code)
        _noted[key] = weakref.ref(code, lambda _: _noted.pop(key, None)), number


def file_of(code: CodeType) -> str:
    """Return the file of `code`; a CellFile where `note_cell` was told."""
    noted = _noted.get(id(code))
    return code.co_filename if noted is None else CellFile(code.co_filename, noted[1])


def _last_cell(file: str) -> int | None:
    """Return the number of the cell that has this file, of the last one if several have."""
    match = re.match(r"<ipython-input-(\d+)-", file)
    if match:
        return int(match[1])
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None and hasattr(shell, "get_ipython") else None
    number: int | None = getattr(getattr(running, "compile", None), "_filename_map", {}).get(file)
    return number


def _cell(file: str) -> str | None:
    number = file.cell if isinstance(file, CellFile) else _last_cell(file)
    return None if number is None else f"Cell In [{number}]"


def cell_of(where: Place) -> str | None:
    """Return "Cell In [2]" if that is where the place is."""
    return _cell(where[0])


def place(where: Place | None) -> str:
    """Return (file, line, function) as a traceback shows it; for a notebook, the cell."""
    if where is None:
        return "  (place unknown: this interpreter does not tell)"
    file, line, function = where
    text = linecache.getline(file, line).strip()
    cell = _cell(file)
    head = f"  {cell}, line {line}" if cell else f'  File "{file}", line {line}'
    if function != "<module>":
        head += f", in {function}"
    return head + (f"\n    {text}" if text else "")


def short_place(where: Place | None) -> str:
    """Return "model.py:12 in build", or "Cell In [2], line 3"; "" where nobody knows."""
    if where is None:
        return ""
    file, line, function = where
    cell = _cell(file)
    head = f"{cell}, line {line}" if cell else f"{file.rpartition('/')[2]}:{line}"
    return head if function == "<module>" else f"{head} in {function}"


def in_one_frame(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make a traceback of a message that comes out of `function` end in one frame of the library.

    One that goes through code of the caller's, or that ends in a fault and not where a message is raised, is left as it
    is.
    """

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            __tracebackhide__ = True  # pytest and IPython leave this frame out as well
            if not _is_message(error):
                raise
            raise error.with_traceback(None)  # noqa: B904 - it is the same one

    return call


def _is_message(error: BaseException) -> bool:
    """Whether all of an exception's frames are the library's, and the innermost one raises it."""
    at = error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        compiled = at.tb_frame.f_code.co_name.startswith(
            "fastscope."
        )  # without a source: what raises there is a message
        if not compiled and not file.startswith(_FOLDER):
            return False
        if at.tb_next is None:
            return compiled or linecache.getline(file, at.tb_lineno).strip().startswith("raise")
        at = at.tb_next
    return False
