"""`fastscope check`: which names of TensorFlow a program uses, and which of them are not here."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from ..compat.homes import NAME, found_in, is_inner, is_inner_module
from ..errors import launcher as errors
from ..errors.names import what_to_write
from .python2 import as_python3, source_of
from .running import cells_of

__all__ = ["Missing", "Report", "check", "files_in"]


class Missing(NamedTuple):
    """A name that a program uses, and that is not here.

    Attributes:
        file: of the program; of a notebook with the cell.
        line: where it stands.
        name: as TensorFlow calls it, "tf.contrib.slim.nets".
        instead: what to write; None where nothing is known.
    """

    file: str
    line: int
    name: str
    instead: str | None

    def __str__(self) -> str:
        hint = f": write {self.instead}" if self.instead else ""
        return f"{self.file}:{self.line}: {self.name} is not here{hint}"


class Report(NamedTuple):
    """What `check` found.

    Attributes:
        files: how many sources were looked at.
        names: the names of TensorFlow that they use.
        missing: those that are not here, with every place.
        unread: (file, reason) of what is neither Python 3 nor Python 2, nor a notebook, or too deeply
            nested for Python's own parser.
    """

    files: int
    names: set[str]
    missing: list[Missing]
    unread: list[tuple[str, str]]


def check(paths: Iterable[str]) -> Report:
    """Look for names of TensorFlow in programs, without running them.

    Args:
        paths: .py and .ipynb files, and folders, which are searched for these.

    Raises:
        FileNotFoundError: there is no such file or folder.
    """
    report = Report(0, set(), [], [])
    files = 0
    for path in paths:
        for file in files_in(path):
            files += 1
            try:
                tree = _parsed(_source(file), file)
            except (SyntaxError, ValueError) as error:  # neither Python, nor a notebook
                report.unread.append((file, str(error)))
            except (RecursionError, MemoryError):  # Python's parser, of expressions within expressions
                report.unread.append((file, errors.TOO_DEEP))
            else:
                _look(tree, file, report)
    return report._replace(files=files)


def files_in(path: str) -> list[str]:
    """Return the programs at a path, a folder's in order of their names.

    Raises:
        FileNotFoundError: there is nothing.
    """
    if os.path.isfile(path):
        return [path]
    if not os.path.isdir(path):
        raise errors.no_script(path)
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        found += [os.path.join(folder, name) for name in sorted(names) if name.endswith((".py", ".ipynb"))]
    return found


def _source(file: str) -> str:
    if file.endswith(".ipynb"):
        return "\n".join(code for _, code in cells_of(file))
    return source_of(file)


def _parsed(text: str, name: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            return ast.parse(text, name)
        except SyntaxError as error:
            translated = as_python3(text, name)
            if translated is None:
                raise error from None
            return ast.parse(translated, name)


def _look(tree: ast.Module, file: str, report: Report) -> None:
    """Add what a source uses to the report."""
    paths = _bound(tree)
    guarded = {id(inner) for node in ast.walk(tree) if _guards(node) for inner in ast.walk(node)}
    told = set()
    for line, path in _used(tree, paths, guarded):
        report.names.add(path)
        missing = _missing(path)
        if missing is not None and (line, missing) not in told:
            told.add((line, missing))
            report.missing.append(Missing(file, line, missing, what_to_write(missing.partition(".")[2])))


def _guards(node: ast.AST) -> bool:
    """Whether the program asks there which TensorFlow it has: a `try` that expects a name to be missing, or an `if`."""
    if isinstance(node, ast.If):
        return any(word in ast.unparse(node.test) for word in ("__version__", "VERSION", "hasattr(", " in dir("))
    expected = ("AttributeError", "ImportError", "ModuleNotFoundError", "Exception")
    return isinstance(node, ast.Try) and any(
        handler.type is None or any(word in ast.unparse(handler.type) for word in expected) for handler in node.handlers
    )


def _bound(tree: ast.Module) -> dict[str, str]:
    """What a program's names stand for: {"tf": "tensorflow", "rnn": "tensorflow.contrib.rnn"}."""
    paths: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == NAME:
                    paths[alias.asname or NAME] = alias.name if alias.asname else NAME
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == NAME and not node.level:
            for alias in node.names:
                paths[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):  # rnn_cell = tf.nn.rnn_cell
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            path = _path(node.value, paths)
            if path is not None and isinstance(_resolved(path), ModuleType):
                paths.setdefault(node.targets[0].id, path)
    return paths


def _used(tree: ast.Module, paths: dict[str, str], guarded: set[int]) -> Iterator[tuple[int, str]]:
    """Yield (line, path) of each name of TensorFlow."""
    inside = set[int]()
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == NAME)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == NAME and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Attribute) and id(node) not in inside:
            inside.update(id(part) for part in ast.walk(node.value))
            path = _path(node, paths)
            if path is not None:
                yield node.lineno, path


def _path(node: ast.AST, paths: dict[str, str]) -> str | None:
    """Return what `tf.nn.rnn_cell` stands for, or None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in paths:
        return None
    return ".".join([paths[node.id], *reversed(parts)])


def _resolved(path: str) -> Any:
    """Return what a path stands for here; None where it is not here."""
    value: Any = import_module("fastscope.compat.v1")
    parts = path.split(".")
    for k, part in enumerate(parts[1:], 2):
        if is_inner(".".join(parts[:k])):
            return _inner(parts)
        if not isinstance(value, ModuleType):
            return value
        try:
            value = getattr(value, part)
        except AttributeError:
            return None
    return value


def _inner(parts: list[str]) -> Any:
    """Return what a path through an inner module stands for: the module itself, or the first name that is no module."""
    name = parts[-1]
    homes = [module for module in found_in(".".join(parts[:-1])) if name in getattr(module, "__all__", ())]
    if homes:
        return getattr(homes[0], name)
    return ModuleType(name) if is_inner_module(".".join(parts)) else None


def _missing(path: str) -> str | None:
    """Return the part of a path that is not here, as programs write it, "tf.contrib.slim"; None where all of it is."""
    parts = path.split(".")
    for k in range(2, len(parts) + 1):
        value = _resolved(".".join(parts[:k]))
        if value is None:
            return ".".join(["tf", *parts[1:k]])
        if not isinstance(value, ModuleType):
            return None
    return None
