"""`fastscope run`: a program, or a notebook's code cells, with TensorFlow 1 played by fastscope."""

from __future__ import annotations

import ast
import builtins
import json
import linecache
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from types import ModuleType, TracebackType
from typing import Any

from ..compat import install
from ..errors import launcher as errors
from . import old_numpy
from .python2 import Python2Modules, compiled, source_of, strip_magics

__all__ = ["cells_of", "run"]

_HERE = os.path.dirname(__file__)


def run(script: str, arguments: Sequence[str] = (), allow_errors: bool = False) -> int:
    """Run a program as `python SCRIPT ARGUMENTS...` would, and return its exit code.

    Its `__main__`, `sys.argv`, `sys.path[0]` and working folder are those that it has under python; `tensorflow` is
    fastscope.compat.v1. A source in Python 2 is translated in memory, and names that NumPy had then, `np.float`, are
    there. Of a notebook the code cells run, one after the other, and what stands last in a cell is printed as a
    notebook shows it.

    Args:
        script: path of a .py or .ipynb file.
        arguments: what the program finds in sys.argv[1:].
        allow_errors: of a notebook: print an error, and go on with the next cell.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a notebook that cannot be read.
    """
    if not os.path.isfile(script):
        raise errors.no_script(script)
    install()
    old_numpy.install()
    folder = os.path.dirname(os.path.abspath(script))
    sys.meta_path.insert(0, Python2Modules(folder))
    sys.argv = [script, *arguments]
    sys.path[0] = folder
    main = ModuleType("__main__")
    vars(main).update(__file__=script, __builtins__=builtins)
    sys.modules["__main__"] = main
    if script.endswith(".ipynb"):
        return _run_cells(script, vars(main), allow_errors)
    return _run_code(source_of(script), script, vars(main))


def _run_code(text: str, name: str, namespace: dict[str, Any]) -> int:
    try:
        exec(compiled(text, name, namespace), namespace)
    except SystemExit as stop:
        return _exit_code(stop)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        _show(error)
        return 1
    return 0


def _exit_code(stop: SystemExit) -> int:
    """What the interpreter makes of SystemExit: text is printed, and is a failure."""
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    print(stop.code, file=sys.stderr)
    return 1


def _show(error: BaseException) -> None:
    """Print a traceback that begins in the program."""
    sys.stdout.flush()
    if isinstance(error, ImportError):
        for hint in errors.what_import_lacks(error):
            error.add_note(hint)
    traceback.print_exception(type(error), error, _own_frames(error.__traceback__))


def _own_frames(at: TracebackType | None) -> TracebackType | None:
    while at is not None and at.tb_frame.f_code.co_filename.startswith(_HERE):
        at = at.tb_next
    return at


# ---- notebooks


def cells_of(path: str) -> Iterator[tuple[str, str]]:
    """Yield (name, code) of a notebook's code cells, "model.ipynb, cell 3", without what only a notebook understands.

    Raises:
        ValueError: it is no notebook.
    """
    try:
        with open(path, encoding="utf-8") as file:
            book = json.load(file)
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
        codes = [cell.get("source", cell.get("input")) for cell in cells if cell["cell_type"] == "code"]
        texts = [code if isinstance(code, str) else "".join(code) for code in codes]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise errors.no_notebook_file(path, error) from None
    for number, text in enumerate(texts, 1):
        yield f"{path}, cell {number}", strip_magics(text)


def _run_cells(path: str, namespace: dict[str, Any], allow_errors: bool) -> int:
    failed = 0
    for name, code in cells_of(path):
        lines = code.splitlines(keepends=True)
        linecache.cache[name] = (len(code), None, lines, name)
        sys.displayhook = sys.__displayhook__
        failed = _run_code(_with_last_shown(code), name, namespace) or failed
        if failed and not allow_errors:
            return failed
    return failed


def _with_last_shown(code: str) -> str:
    """Return the code of a cell so that the value of an expression at its end is shown, on the very same lines."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # Python 2, perhaps: `print x` is no expression
        return code
    if not tree.body or not isinstance(tree.body[-1], ast.Expr) or code.rstrip().endswith(";"):
        return code
    last = tree.body[-1]
    lines = code.encode().splitlines(keepends=True)
    before = b"".join(lines[: last.lineno - 1]) + lines[last.lineno - 1][: last.col_offset]
    return before.decode() + "__import__('sys').displayhook((" + code.encode()[len(before) :].decode().rstrip() + "\n))"
