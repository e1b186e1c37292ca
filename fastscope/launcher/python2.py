"""Python 2 as Python 3: sources are translated in memory where Python 3 cannot read them, line by line.

Source: fissix, the refactoring tool of lib2to3 as a library.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import re
import sys
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import launcher as errors

__all__ = ["PRELUDE", "Python2Modules", "as_python3", "compiled", "source_of", "strip_magics"]

# Those add an import at the top, after which lines would have other numbers; what they import is in PRELUDE.
_LEFT_OUT = {"fix_reduce", "fix_intern", "fix_reload", "fix_nonzero"}
PRELUDE = {"reduce": functools.reduce, "intern": sys.intern, "reload": importlib.reload}
_NAMES = {"xrange", "raw_input", "unicode", "basestring", "long", "unichr", "reduce", "cmp", "execfile"}
_METHODS = {"iteritems", "itervalues", "iterkeys", "has_key"}
_MODULES = {"cPickle", "StringIO", "cStringIO", "urllib2", "Queue", "ConfigParser", "HTMLParser", "Tkinter"}


def source_of(path: str) -> str:
    """Return the text of a source file, by its coding line; one that names a wrong coding is read as UTF-8."""
    raw = Path(path).read_bytes()
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (SyntaxError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace").replace("\r\n", "\n")


def compiled(text: str, path: str, namespace: dict[str, Any]) -> Any:
    """Return the code of a source text; one in Python 2 is translated, and standard error says so.

    Args:
        text: the source.
        path: its file, which tracebacks show.
        namespace: that it will run in: gets what Python 2 had as built-in functions.

    Raises:
        SyntaxError: it is neither.
        ModuleNotFoundError: it is Python 2, and the translator is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # "\d" and the like: not the user's to mend
            tree = ast.parse(text, path)
    except SyntaxError as error:
        translated = as_python3(text, path)
        if translated is None:
            raise error from None
        tree = ast.parse(translated, path)
    else:
        if not _is_python2(tree):
            return compile(text, path, "exec", dont_inherit=True)
        translated = as_python3(text, path)
        tree = ast.parse(translated or text, path)
    for word, value in PRELUDE.items():
        namespace.setdefault(word, value)
    print(f"fastscope: {path} is Python 2; it was translated in memory", file=sys.stderr)
    for line, division in _divisions(tree):
        print(
            f"fastscope: {path}:{line}: {division} is a whole number in Python 2, and a fraction here; "
            "write // for the former",
            file=sys.stderr,
        )
    return compile(tree, path, "exec", dont_inherit=True)


def _is_python2(tree: ast.Module) -> bool:
    """Whether a source that Python 3 can read uses what only Python 2 has."""
    nodes = list(ast.walk(tree))
    made = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    made |= {alias.asname or alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    made |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in _NAMES - made:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            return True
        if isinstance(node, ast.Import) and any(alias.name in _MODULES for alias in node.names):
            return not _is_guarded(tree, node)
    return False


def _is_guarded(tree: ast.Module, node: ast.AST) -> bool:
    """Whether it stands in a `try`: the program knows both Pythons."""
    return any(isinstance(block, ast.Try) and node in ast.walk(block) for block in ast.walk(tree))


def as_python3(text: str, path: str) -> str | None:
    """Return a Python 2 source as Python 3; None if it is no Python 2 either."""
    text = text if text.endswith("\n") else text + "\n"
    for options in ({}, {"print_function": True}):
        try:
            return _with_spaces(str(_tool(options).refactor_string(text, path)))
        except ModuleNotFoundError:
            raise errors.no_translator(path) from None
        except Exception:  # the tool's own, for what it cannot parse
            continue
    return None


def _with_spaces(text: str) -> str:
    """Return a source that mixes tabs and spaces with spaces alone: Python 2 had a column of tabs at each eighth."""
    try:
        ast.parse(text)
    except TabError:
        return re.sub(r"(?m)^[ \t]*\t", lambda tabs: tabs[0].expandtabs(8), text)
    except SyntaxError:
        pass  # whoever compiles it is told
    return text


def _tool(options: dict[str, bool]) -> Any:
    from fissix import refactor

    fixers = [name for name in refactor.get_fixers_from_package("fissix.fixes") if name.split(".")[-1] not in _LEFT_OUT]
    return refactor.RefactoringTool(fixers, options)


def _divisions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the lines where one whole number is divided by another."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_int(node.left) and _is_int(node.right):
            yield node.lineno, ast.unparse(node)


def _is_int(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


class Python2Modules:
    """Finds the modules beside a program, and translates those that are Python 2."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder).resolve()

    def find_spec(self, name: str, search: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Return how a module of the program's own is imported; None for others."""
        spec = PathFinder.find_spec(name, search, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader) or spec.origin is None:
            return None
        file = Path(spec.origin).resolve()
        if not file.is_relative_to(self._folder) or "site-packages" in file.parts:
            return None
        places = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            name, spec.origin, loader=_Loader(name, spec.origin), submodule_search_locations=places
        )


class _Loader(SourceFileLoader):
    """Loads a module from its source, never from what was compiled before."""

    def exec_module(self, module: ModuleType) -> None:
        exec(compiled(source_of(self.path), self.path, vars(module)), vars(module))


def strip_magics(text: str) -> str:
    """Return the code of a notebook's cell without lines that only a notebook understands, and with as many lines."""
    if text.lstrip().startswith("%%"):
        first, _, rest = text.lstrip().partition("\n")
        if not re.match(r"%%(time|timeit|capture|prun)\b", first):
            return ""
        text = "\n" + rest
    text = re.sub(r"(?m)^(\s*)([%!?].*)$", r"\1pass", text)
    return re.sub(r"(?m)^(\s*)[\w.]+\?{1,2}\s*$", r"\1pass", text)
